/* The units of a question as instants: borders computed once, so that a row's bucket is a search
 * among numbers and no row meets a calendar. Immutable after init: any thread. */
#ifndef CANDOR_EXEC_TIME_AXIS_H
#define CANDOR_EXEC_TIME_AXIS_H

#include "base/arena.h"
#include "base/calendar.h"
#include "base/status.h"
#include "plan/plan.h"

#include <stdint.h>

struct time_axis {
    const int64_t *borders; /* bucket i holds [borders[i], borders[i + 1]) */
    const int64_t *starts;  /* where unit i truly begins: before the range, perhaps */
    uint32_t count;         /* buckets, at least 1 */
};

/* Owned by the arena. STATUS_TOO_LARGE above PLAN_UNIT_COUNT_MAX units. */
enum status time_axis_init(struct time_axis *axis, enum plan_unit unit, struct plan_span span,
                           const struct zone *zone, int week_start, struct arena *arena,
                           struct error *error) MUST_CHECK;

/* The bucket of an instant inside the range. near is a first guess, any bucket: rows of one person
 * rise in time, so it is mostly the one before. */
uint32_t time_axis_bucket(const struct time_axis *axis, int64_t ms, uint32_t near);

/* How the unit is called: its local date, or for hours the instant with its offset. */
void time_axis_label(const struct time_axis *axis, enum plan_unit unit, const struct zone *zone,
                     uint32_t bucket, char out[32]);

#endif
