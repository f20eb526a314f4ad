#include "exec/time_axis.h"

#include "base/check.h"
#include "exec/memory_limit.h"

static enum calendar_unit calendar_unit_of(enum plan_unit unit)
{
    switch (unit) {
    case PLAN_UNIT_HOUR: return CALENDAR_HOUR;
    case PLAN_UNIT_DAY: return CALENDAR_DAY;
    case PLAN_UNIT_WEEK: return CALENDAR_WEEK;
    case PLAN_UNIT_MONTH: return CALENDAR_MONTH;
    case PLAN_UNIT_QUARTER: return CALENDAR_QUARTER;
    case PLAN_UNIT_TOTAL: break;
    }
    UNREACHABLE("a total has no unit");
}

/* The first unit may begin before the range; the next one inside it ends the bucket. */
static uint32_t fill(int64_t *borders, int64_t *starts, uint32_t room, enum calendar_unit unit,
                     struct plan_span span, const struct zone *zone, int week_start)
{
    uint32_t count = 0;
    int64_t start = zone_unit_start(zone, unit, week_start, span.from_ms);
    while (start < span.to_ms && count < room) {
        borders[count] = start < span.from_ms ? span.from_ms : start;
        starts[count++] = start;
        start = zone_unit_next(zone, unit, week_start, start);
    }
    return start < span.to_ms ? room + 1 : count;
}

enum status time_axis_init(struct time_axis *axis, enum plan_unit unit, struct plan_span span,
                           const struct zone *zone, int week_start, struct arena *arena,
                           struct error *error)
{
    assert(span.from_ms < span.to_ms);
    uint32_t room = unit == PLAN_UNIT_TOTAL ? 1 : PLAN_UNIT_COUNT_MAX;
    int64_t *borders = ARENA_ARRAY_DIRTY(arena, int64_t, room + 1);
    int64_t *starts = ARENA_ARRAY_DIRTY(arena, int64_t, room + 1);
    if (!borders || !starts) return memory_limit_passed(arena, error);

    uint32_t count = 1;
    if (unit == PLAN_UNIT_TOTAL) {
        borders[0] = span.from_ms;
        starts[0] = span.from_ms;
    } else {
        count = fill(borders, starts, room, calendar_unit_of(unit), span, zone, week_start);
    }
    if (count > room) {
        return error_set(error, STATUS_TOO_LARGE, "the range has more than %u units", room);
    }
    borders[count] = span.to_ms;
    *axis = (struct time_axis){.borders = borders, .starts = starts, .count = count};
    axis->buckets_per_ms = (double)count / (double)(span.to_ms - span.from_ms);
    return STATUS_OK;
}

void time_axis_label(const struct time_axis *axis, enum plan_unit unit, const struct zone *zone,
                     uint32_t bucket, char out[32])
{
    assert(bucket < axis->count);
    if (unit == PLAN_UNIT_HOUR) {
        zone_instant_format(zone, axis->starts[bucket], out);
    } else {
        calendar_date_format(zone_local_day(zone, axis->starts[bucket]), out);
    }
}
