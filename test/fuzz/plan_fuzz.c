/* Any bytes as a plan: refused with words and a pointer, or read; then every leaf of what was read
 * is asked about a few values. */
#include "plan/plan.h"

#include "base/check.h"
#include "codec/utf8.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void ask(const struct plan_filter *filter, struct arena *scratch)
{
    static const char *const lists[] = {"[]", "[1,\"a\",null,[2]]"};
    if (!filter) return;
    for (uint32_t i = 0; i < filter->child_count; i++)
        ask(&filter->children[i], scratch);
    if (filter->kind != PLAN_LEAF) return;
    struct value values[] = {
        {.kind = VALUE_MISSING},
        value_from_integer(5),
        value_from_text(TEXT("2026-01-01")),
        value_from_bool(true),
        {.kind = VALUE_LIST, .text = text_from(lists[0])},
        {.kind = VALUE_LIST, .text = text_from(lists[1])},
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        plan_leaf_holds(&filter->leaf, &values[i], scratch);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *json = malloc(size + 1);
    memcpy(json, bytes, size);
    struct arena arena;
    struct arena scratch;
    arena_init(&arena, 1 << 20);
    arena_init(&scratch, 256);
    struct plan plan;
    struct plan_problem problem;
    struct error error = {0};
    enum status status = plan_parse(json, size, &arena, &plan, &problem, &error);
    if (status == STATUS_OK) {
        ask(plan.where, &scratch);
        for (uint32_t i = 0; i < plan.measure_count; i++) {
            ask(plan.measures[i].matcher.where, &scratch);
        }
        for (uint32_t i = 0; i < plan.step_count; i++)
            ask(plan.steps[i].where, &scratch);
        plan_release(&plan);
    } else {
        assert(error.message[0] != '\0');
        assert(utf8_valid(text_from(problem.pointer)));
    }
    arena_release(&scratch);
    arena_release(&arena);
    free(json);
    return 0;
}
