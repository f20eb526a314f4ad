/* Patterns of a plan. Nothing is given to Hyperscan whose cost is not known: those who take events
 * in wait for it, too. One that several properties have is compiled once. */
#include "shield/shield_plan.h"

#include "base/check.h"
#include "codec/utf8.h"
#include "shield/pattern_cost.h"

#include <stdio.h>
#include <string.h>

enum { FLAGS = HS_FLAG_SINGLEMATCH | HS_FLAG_ALLOWEMPTY | HS_FLAG_UTF8 };

/* Why the plan has no room for one of that cost, or NULL. */
static const char *refusal_of_all(const struct shield_plan *plan, const struct pattern_cost *cost)
{
    if (plan->patterns.count == SHIELD_PLAN_PATTERNS_MAX) {
        return "is one more than the 128 different ones that a plan can have";
    }
    if (plan->pattern_positions + cost->positions > SHIELD_PLAN_PATTERN_POSITIONS_MAX) {
        return "and those before it have more than 2,048 positions";
    }
    if (plan->pattern_states + cost->states > SHIELD_PLAN_PATTERN_STATES_MAX) {
        return "and those before it need more than 4,096 states";
    }
    return NULL;
}

const char *shield_plan_compile(struct shield_plan *plan, struct text pattern,
                                const hs_database_t **out)
{
    char whole[SHIELD_PLAN_PATTERN_MAX + 16];
    struct pattern_cost cost;
    hs_database_t *database = NULL;
    hs_compile_error_t *problem = NULL;
    uint32_t known = text_index_find(&plan->patterns, pattern);
    if (known != TEXT_INDEX_NONE) {
        *out = plan->databases[known];
        return NULL;
    }
    assert(pattern.size <= SHIELD_PLAN_PATTERN_MAX);
    const char *refusal = pattern_refusal(pattern, PATTERN_WHOLE, &cost);
    if (!refusal) refusal = refusal_of_all(plan, &cost);
    if (refusal) return refusal;
    (void)snprintf(whole, sizeof whole, "^(?:%.*s)\\z", TEXT_PRINT(pattern));
    if (hs_compile(whole, FLAGS, HS_MODE_BLOCK, NULL, &database, &problem) != HS_SUCCESS) {
        (void)hs_free_compile_error(problem);
        return "is no pattern that can be matched in one pass";
    }
    uint32_t number = text_index_add(&plan->patterns, pattern);
    assert(number < SHIELD_PLAN_PATTERNS_MAX);
    plan->databases[number] = database;
    plan->pattern_positions += cost.positions;
    plan->pattern_states += cost.states;
    *out = database;
    return NULL;
}

void shield_plan_release_patterns(struct shield_plan *plan)
{
    for (uint32_t i = 0; i < plan->patterns.count; i++)
        (void)hs_free_database(plan->databases[i]);
    text_index_release(&plan->patterns);
}

enum status shield_plan_room(const struct shield_plan *plan, hs_scratch_t **room,
                             struct error *error)
{
    for (uint32_t i = 0; i < plan->patterns.count; i++) {
        if (hs_alloc_scratch(plan->databases[i], room) != HS_SUCCESS) {
            return error_set(error, STATUS_TOO_LARGE, "too little memory for the plan's patterns");
        }
    }
    return STATUS_OK;
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *context)
{
    (void)id, (void)from, (void)to, (void)flags;
    *(bool *)context = true;
    return 1;
}

bool shield_plan_matches(const hs_database_t *pattern, struct text text, hs_scratch_t *room)
{
    bool is_match = false;
    if (text.size > UINT32_MAX || !utf8_valid(text)) return false;
    (void)hs_scan(pattern, text.bytes, (unsigned)text.size, 0, room, on_match, &is_match);
    return is_match;
}
