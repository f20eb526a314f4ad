/* The units of a question as instants: borders computed once, so that a row's bucket is a search
 * among numbers and no row meets a calendar. Immutable after init: any thread. */
#ifndef CANDOR_EXEC_TIME_AXIS_H
#define CANDOR_EXEC_TIME_AXIS_H

#include "base/arena.h"
#include "base/calendar.h"
#include "base/check.h"
#include "base/status.h"
#include "plan/plan.h"

#include <stdint.h>

struct time_axis {
    const int64_t *borders; /* bucket i holds [borders[i], borders[i + 1]) */
    const int64_t *starts;  /* where unit i truly begins: before the range, perhaps */
    uint32_t count;         /* buckets, at least 1 */
    double buckets_per_ms;  /* on average: where to begin looking */
};

/* Owned by the arena. STATUS_TOO_LARGE above PLAN_UNIT_COUNT_MAX units. */
enum status time_axis_init(struct time_axis *axis, enum plan_unit unit, struct plan_span span,
                           const struct zone *zone, int week_start, struct arena *arena,
                           struct error *error) MUST_CHECK;

/* The bucket of an instant inside the range. Units are nearly of one length, so a guess by the
 * average is right or next to it: measured twice as fast as a binary search over 90 days, whose
 * branches nothing can predict. */
static inline uint32_t time_axis_bucket(const struct time_axis *axis, int64_t ms)
{
    const int64_t *borders = axis->borders;
    assert_slow(ms >= borders[0] && ms < borders[axis->count]);
    uint32_t bucket = (uint32_t)((double)(ms - borders[0]) * axis->buckets_per_ms);
    if (bucket >= axis->count) bucket = axis->count - 1;
    while (ms < borders[bucket])
        bucket--;
    while (ms >= borders[bucket + 1])
        bucket++;
    return bucket;
}

/* How the unit is called: its local date, or for hours the instant with its offset. */
void time_axis_label(const struct time_axis *axis, enum plan_unit unit, const struct zone *zone,
                     uint32_t bucket, char out[32]);

#endif
