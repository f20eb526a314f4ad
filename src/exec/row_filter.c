#include "exec/row_filter.h"

#include "base/check.h"
#include "codec/json_reader.h"
#include "exec/memory_limit.h"

/* Filters are no deeper than the documents they came in. */
enum { TREE_DEPTH_MAX = JSON_DEPTH_MAX + 2 };

/* One node on the way down: which child comes next. */
struct frame {
    const struct plan_filter *node;
    uint32_t child;
};

struct build {
    struct row_operation *operations;
    uint32_t count;
    uint32_t depth;
    uint32_t depth_max;
};

static void emit(struct build *build, struct row_operation operation)
{
    switch (operation.kind) {
    case ROW_OPERATION_TRUE:
    case ROW_OPERATION_FALSE:
    case ROW_OPERATION_EVENT:
    case ROW_OPERATION_PERSON: build->depth++; break;
    case ROW_OPERATION_AND:
    case ROW_OPERATION_OR: build->depth--; break;
    case ROW_OPERATION_NOT: break;
    }
    if (build->depth_max < build->depth) build->depth_max = build->depth;
    build->operations[build->count++] = operation;
}

/* A node whose children are all on the stack, joined: what is left to do for it. */
static enum status finish(struct build *build, const struct plan_filter *node,
                          const struct row_filter_naming *naming, struct error *error)
{
    struct row_operation operation;
    switch (node->kind) {
    case PLAN_ALL:
        if (node->child_count == 0) emit(build, (struct row_operation){ROW_OPERATION_TRUE, 0});
        return STATUS_OK;
    case PLAN_ANY:
        if (node->child_count == 0) emit(build, (struct row_operation){ROW_OPERATION_FALSE, 0});
        return STATUS_OK;
    case PLAN_NOT: emit(build, (struct row_operation){ROW_OPERATION_NOT, 0}); return STATUS_OK;
    case PLAN_LEAF:
    case PLAN_PERSON:
        TRY(naming->leaf(naming->context, node, &operation, error));
        emit(build, operation);
        return STATUS_OK;
    }
    UNREACHABLE("no other kind of filter");
}

static enum status walk(struct build *build, const struct plan_filter *tree,
                        const struct row_filter_naming *naming, struct error *error)
{
    struct frame stack[TREE_DEPTH_MAX] = {{.node = tree}};
    uint32_t depth = 1;
    while (depth > 0) {
        struct frame *top = &stack[depth - 1];
        bool has_pair = top->child >= 2; /* two children are on the stack: join them at once */
        if (has_pair) {
            bool is_all = top->node->kind == PLAN_ALL;
            emit(build, (struct row_operation){is_all ? ROW_OPERATION_AND : ROW_OPERATION_OR, 0});
        }
        if (top->child < top->node->child_count) {
            stack[depth++] = (struct frame){.node = &top->node->children[top->child++]};
            continue;
        }
        TRY(finish(build, top->node, naming, error));
        depth--;
    }
    return STATUS_OK;
}

enum status row_filter_init(struct row_filter *filter, const struct plan_filter *tree,
                            const struct row_filter_naming *naming, struct arena *arena,
                            struct error *error)
{
    *filter = (struct row_filter){0};
    if (!tree) return STATUS_OK;
    /* A node costs its own operation and one that joins it with its elder sibling. */
    uint32_t room = 2 * row_filter_node_count(tree);
    struct build build = {.operations = ARENA_ARRAY(arena, struct row_operation, room)};
    if (!build.operations) return memory_limit_passed(arena, error);
    TRY(walk(&build, tree, naming, error));
    assert(build.depth == 1);
    assert(build.count <= room);
    *filter = (struct row_filter){build.operations, build.count, build.depth_max};
    return STATUS_OK;
}

uint32_t row_filter_node_count(const struct plan_filter *tree)
{
    if (!tree) return 0;
    struct frame stack[TREE_DEPTH_MAX] = {{.node = tree}};
    uint32_t depth = 1;
    uint32_t nodes = 1;
    while (depth > 0) {
        struct frame *top = &stack[depth - 1];
        if (top->child == top->node->child_count) {
            depth--;
            continue;
        }
        const struct plan_filter *child = &top->node->children[top->child++];
        assert(depth < TREE_DEPTH_MAX);
        stack[depth++] = (struct frame){.node = child};
        nodes++;
    }
    return nodes;
}

void row_filter_and(uint8_t *restrict keeps, const uint8_t *restrict others, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        keeps[i] &= others[i];
}

void row_filter_or(uint8_t *restrict keeps, const uint8_t *restrict others, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        keeps[i] |= others[i];
}

void row_filter_not(uint8_t *keeps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        keeps[i] ^= 1;
}
