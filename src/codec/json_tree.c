#include "codec/json_tree.h"

#include "base/check.h"
#include "codec/json_key_set.h"

struct tree_builder {
    struct json_reader reader;
    struct arena *arena;
    struct json_key_set keys;
    struct json_node *open[JSON_DEPTH_MAX];  /* the containers around the next node */
    struct json_node **next[JSON_DEPTH_MAX]; /* where their next child is hung */
    struct json_node *root;
    struct text key; /* of the next node */
};

static enum status refuse(const struct tree_builder *builder, struct error *error)
{
    return error_set(error, STATUS_INVALID, "could not read JSON at byte %zu: %s",
                     builder->reader.offset, json_error_words(builder->reader.error));
}

static bool opens(enum json_kind kind)
{
    return kind == JSON_OBJECT_BEGIN || kind == JSON_ARRAY_BEGIN;
}

/* The node is hung before its container counts as open, so depth - 1 is the parent's place, but
 * for a container the reader is one level further already. */
static enum status add_node(struct tree_builder *builder, struct json_token token,
                            struct error *error)
{
    struct json_node *node = ARENA_ARRAY(builder->arena, struct json_node, 1);
    if (!node) {
        return error_set(error, STATUS_TOO_LARGE, "JSON needs more than its %zu bytes of memory",
                         builder->arena->capacity);
    }
    *node = (struct json_node){.kind = token.kind, .key = builder->key, .text = token.text};
    builder->key = (struct text){0};

    uint32_t level = builder->reader.depth - (opens(token.kind) ? 1 : 0);
    if (level == 0) {
        builder->root = node;
    } else {
        *builder->next[level - 1] = node;
        builder->next[level - 1] = &node->next;
        builder->open[level - 1]->child_count++;
    }
    if (opens(token.kind)) {
        builder->open[level] = node;
        builder->next[level] = &node->first_child;
    }
    if (token.kind == JSON_OBJECT_BEGIN) json_key_set_open(&builder->keys);
    return STATUS_OK;
}

static enum status add_key(struct tree_builder *builder, struct text key, struct error *error)
{
    if (json_key_set_add(&builder->keys, key)) {
        builder->key = key;
        return STATUS_OK;
    }
    bool is_good = json_next(&builder->reader).kind != JSON_ERROR && json_skip(&builder->reader);
    return is_good ? STATUS_OK : refuse(builder, error);
}

static enum status build(struct tree_builder *builder, struct error *error)
{
    for (;;) {
        struct json_token token = json_next(&builder->reader);
        switch (token.kind) {
        case JSON_END: return STATUS_OK;
        case JSON_ERROR: return refuse(builder, error);
        case JSON_KEY: TRY(add_key(builder, token.text, error)); break;
        case JSON_OBJECT_END: json_key_set_close(&builder->keys); break;
        case JSON_ARRAY_END: break;
        case JSON_OBJECT_BEGIN:
        case JSON_ARRAY_BEGIN:
        case JSON_TEXT:
        case JSON_NUMBER:
        case JSON_TRUE:
        case JSON_FALSE:
        case JSON_NULL: TRY(add_node(builder, token, error)); break;
        }
    }
}

enum status json_tree_parse(char *bytes, size_t size, struct arena *arena, struct json_node **root,
                            struct error *error)
{
    struct tree_builder builder = {.arena = arena};
    json_reader_init(&builder.reader, bytes, size);
    json_key_set_init(&builder.keys);
    enum status status = build(&builder, error);
    json_key_set_release(&builder.keys);
    if (status == STATUS_OK) *root = builder.root;
    return status;
}

const struct json_node *json_find(const struct json_node *object, const char *key)
{
    if (!object || object->kind != JSON_OBJECT_BEGIN) return NULL;
    struct text wanted = text_from(key);
    for (const struct json_node *node = object->first_child; node; node = node->next) {
        if (text_equal(node->key, wanted)) return node;
    }
    return NULL;
}

bool json_is_text(const struct json_node *node, const char *value)
{
    return node && node->kind == JSON_TEXT && text_equal(node->text, text_from(value));
}
