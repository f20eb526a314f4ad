/* The best try of one person (spec/plan.md §3, order "ordered", count "profiles").
 *
 * A try begins at an event of the first step and takes, for each next step, the earliest later
 * event that fits, while it lies at most one window behind the first. The best try is the one that
 * gets furthest, and of those the one that begins earliest. */
#ifndef CANDOR_EXEC_FUNNEL_TRY_H
#define CANDOR_EXEC_FUNNEL_TRY_H

#include "exec/person_walk.h"
#include "plan/plan.h"

struct funnel_try {
    uint32_t reach;                       /* steps taken; 0: the person never began */
    uint32_t places[PLAN_STEP_COUNT_MAX]; /* which hit took each of them */
};

/* hits are in order; bit i of a mask: the event fits step i + 1. An event may begin a try only
 * before starts_end_ms. */
void funnel_try_find(struct funnel_try *best, const struct person_hit *hits, uint32_t count,
                     uint32_t step_count, int64_t window_ms, int64_t starts_end_ms);

#endif
