/* The operators of a filter leaf, written once more from spec/plan.md §1 alone: no dictionary, no
 * tables, no pattern engine. Patterns are those of naive_pattern_found: letters, '.', 'x*', a '^'
 * in front and a '$' at the end. */
#ifndef CANDOR_TEST_NAIVE_LEAF_H
#define CANDOR_TEST_NAIVE_LEAF_H

#include "plan/plan.h"

#include <stdbool.h>

bool naive_leaf_holds(const struct plan_leaf *leaf, const struct value *value);
bool naive_pattern_found(struct text expression, struct text text, bool fold);

/* The elements of a list, parsed by the JSON tree; owned by the arena. */
uint32_t naive_elements(const struct value *list, struct arena *arena, struct value *out,
                        uint32_t count_max);

#endif
