/* Why one try for each beginning is enough, and how all of them cost one pass.
 *
 * Claim 1: among all ways to choose events for a given beginning s, taking the earliest fitting
 * event each time gets furthest. Let g(k) be the event that the earliest choice takes for step k
 * and h(k) that of any other choice, both with g(1) = h(1) = s. If g(k) <= h(k) then h(k + 1),
 * being later than h(k), is later than g(k) and fits step k + 1; the earliest such event g(k + 1)
 * is at or before it. So by induction g(k) <= h(k) for every k that h reaches, and g(k) is inside
 * the window because h(k) is: the window counts from s, which both share. The earliest choice is
 * what the specification calls a try, so a beginning has one try and nothing is gained by another
 * choice.
 *
 * Claim 2: an event that fits several steps needs no special case. A step's event is strictly
 * later than the one before, so an event is never taken twice, and claim 1 nowhere asks that the
 * sets of fitting events differ.
 *
 * What is not enough is the earliest beginning alone, or the latest: A A' B C with a window that
 * ends before C for A but not for A' gets furthest from A', while A B A' gets as far from A as
 * from any. So every beginning is tried, and the first with the furthest reach wins.
 *
 * Claim 3: g(k) never goes back when s moves on. If s <= s' then g(1) <= g'(1), and g'(k + 1) fits
 * and is later than g'(k) >= g(k), so g(k + 1) <= g'(k + 1). So each step keeps one cursor that
 * only moves forward: all tries together cost count × step_count, not count² × step_count. A try
 * that stops at the window's end leaves the cursor on the event that was too late, which a later
 * beginning may still take; nothing before it fits, so nothing is missed. */
#include "exec/funnel_try.h"

#include "base/check.h"

#include <string.h>

/* The first hit at or behind the place that fits the step; count when there is none. */
static uint32_t next_fit(const struct person_hit *hits, uint32_t count, uint32_t place,
                         uint32_t bit)
{
    while (place < count && (hits[place].mask & bit) == 0)
        place++;
    return place;
}

/* The try that begins here. cursors[k] holds for every later beginning too. */
static void follow(struct funnel_try *found, const struct person_hit *hits, uint32_t count,
                   uint32_t step_count, int64_t window_ms, uint32_t begin, uint32_t *cursors)
{
    found->reach = 1;
    found->places[0] = begin;
    while (found->reach < step_count) {
        uint32_t step = found->reach;
        uint32_t after = found->places[step - 1] + 1;
        if (cursors[step] < after) cursors[step] = after;
        uint32_t place = next_fit(hits, count, cursors[step], UINT32_C(1) << step);
        cursors[step] = place;
        if (place == count) return;
        if (hits[place].time_ms - hits[begin].time_ms > window_ms) return;
        found->places[step] = place;
        found->reach++;
    }
}

void funnel_try_find(struct funnel_try *best, const struct person_hit *hits, uint32_t count,
                     uint32_t step_count, int64_t window_ms, int64_t starts_end_ms)
{
    assert(step_count >= 2);
    assert(step_count <= PLAN_STEP_COUNT_MAX);
    uint32_t cursors[PLAN_STEP_COUNT_MAX] = {0};
    best->reach = 0;
    for (uint32_t begin = 0; begin < count && best->reach < step_count; begin++) {
        if ((hits[begin].mask & 1) == 0) continue;
        if (hits[begin].time_ms >= starts_end_ms) return; /* and so are all that follow */
        struct funnel_try found;
        follow(&found, hits, count, step_count, window_ms, begin, cursors);
        if (found.reach > best->reach) *best = found;
    }
}
