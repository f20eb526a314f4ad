/* What a zone answers, once it is made. */
#include "base/calendar.h"
#include "base/check.h"
#include "base/memory.h"
#include "base/zone_internal.h"

#include <string.h>

enum { SECONDS_PER_DAY = 86400, SECONDS_PER_HOUR = 3600, CAPACITY_FIRST = 64 };

/* Instants are moved into these bounds (about 270 million years), so that no sum overflows. */
#define SECONDS_LIMIT INT64_C(8600000000000000)

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

static int64_t clamp_seconds(int64_t seconds)
{
    if (seconds < -SECONDS_LIMIT) return -SECONDS_LIMIT;
    return seconds > SECONDS_LIMIT ? SECONDS_LIMIT : seconds;
}

static int64_t seconds_of(int64_t ms)
{
    return clamp_seconds(floor_div(ms, 1000));
}

struct zone *zone_new(struct text name)
{
    struct zone *zone = MEMORY_NEW(struct zone);
    zone->name = MEMORY_ARRAY(char, name.size + 1);
    if (name.size > 0) memcpy(zone->name, name.bytes, name.size);
    return zone;
}

void zone_append(struct zone *zone, int64_t start, int32_t offset)
{
    assert(zone->count > 0 || start == INT64_MIN);
    assert(zone->count == 0 || start >= zone->starts[zone->count - 1]);
    if (zone->count > 1 && start == zone->starts[zone->count - 1]) zone->count--;
    if (zone->count > 0 && offset == zone->offsets[zone->count - 1]) return;
    if (zone->count == zone->capacity) {
        zone->capacity = zone->capacity ? zone->capacity * 2 : CAPACITY_FIRST;
        zone->starts = memory_resize(zone->starts, zone->capacity, sizeof *zone->starts);
        zone->offsets = memory_resize(zone->offsets, zone->capacity, sizeof *zone->offsets);
    }
    zone->starts[zone->count] = start;
    zone->offsets[zone->count] = offset;
    zone->count++;
}

struct zone *zone_utc(void)
{
    struct zone *zone = zone_new(TEXT("UTC"));
    zone_append(zone, INT64_MIN, 0);
    return zone;
}

void zone_release(struct zone *zone)
{
    if (!zone) return;
    memory_free(zone->name);
    memory_free(zone->starts);
    memory_free(zone->offsets);
    memory_free(zone);
}

struct text zone_name(const struct zone *zone)
{
    return text_from(zone->name);
}

/* A run of time at one offset, in seconds. */
struct segment {
    int64_t begin;
    int64_t end; /* not included; INT64_MAX: none */
    int32_t offset;
};

/* The last segment that begins at or before the instant. */
static size_t find_segment(const struct zone *zone, int64_t seconds)
{
    size_t low = 0;
    size_t high = zone->count;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (zone->starts[middle] <= seconds) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct segment segment_at(const struct zone *zone, int64_t seconds)
{
    assert(zone->count > 0);
    int64_t shift = 0;
    if (zone->repeats && seconds >= zone->cycle_begin + ZONE_CYCLE_SECONDS) {
        int64_t since = seconds - zone->cycle_begin;
        shift = since - since % ZONE_CYCLE_SECONDS;
    }
    size_t i = find_segment(zone, seconds - shift);
    struct segment segment = {zone->starts[i], INT64_MAX, zone->offsets[i]};
    if (i > 0) segment.begin += shift;
    if (i + 1 < zone->count) segment.end = zone->starts[i + 1] + shift;
    return segment;
}

int32_t zone_offset(const struct zone *zone, int64_t ms)
{
    return segment_at(zone, seconds_of(ms)).offset;
}

static int64_t local_day(const struct zone *zone, int64_t seconds)
{
    return floor_div(seconds + segment_at(zone, seconds).offset, SECONDS_PER_DAY);
}

int64_t zone_local_day(const struct zone *zone, int64_t ms)
{
    return local_day(zone, seconds_of(ms));
}

/* The first instant at which the local clock shows this date or a later one. Clocks may jump over
 * midnight, or over whole dates; they may also fall back across it, and then the first time
 * counts, so that days follow each other without gaps and overlaps. */
static int64_t day_start(const struct zone *zone, int64_t day)
{
    int64_t midnight = clamp_seconds(day * SECONDS_PER_DAY);
    /* Before this no offset can have reached the date. */
    int64_t seconds = midnight - ZONE_OFFSET_MAX - 1;
    for (;;) {
        struct segment segment = segment_at(zone, seconds);
        int64_t start = midnight - segment.offset;
        if (start < segment.begin) start = segment.begin;
        if (start < segment.end) return start;
        seconds = segment.end;
    }
}

int64_t zone_day_start(const struct zone *zone, int64_t day)
{
    int64_t limit = SECONDS_LIMIT / SECONDS_PER_DAY;
    if (day > limit) day = limit;
    if (day < -limit) day = -limit;
    return day_start(zone, day) * 1000;
}

/* The first day of the unit that holds the day, and of the one after it. */
struct unit_days {
    int64_t first;
    int64_t next;
};

static struct unit_days week_days(int64_t day, int week_start)
{
    assert(week_start >= 1);
    assert(week_start <= 7);
    int64_t weekday = day + 3 - floor_div(day + 3, 7) * 7; /* 0 is Monday: day 0 was a Thursday */
    int64_t first = day - (weekday - (week_start - 1) + 7) % 7;
    return (struct unit_days){first, first + 7};
}

/* Months, quarters and years begin on the first of a month. */
static struct unit_days month_days(int64_t day, int32_t month_count)
{
    struct calendar_date first = calendar_date(day);
    first.day = 1;
    first.month -= (first.month - 1) % month_count;
    struct calendar_date next = first;
    next.month += month_count;
    if (next.month > 12) {
        next.month -= 12;
        next.year++;
    }
    return (struct unit_days){calendar_days(first), calendar_days(next)};
}

static struct unit_days unit_days(enum calendar_unit unit, int week_start, int64_t day)
{
    switch (unit) {
    case CALENDAR_DAY: return (struct unit_days){day, day + 1};
    case CALENDAR_WEEK: return week_days(day, week_start);
    case CALENDAR_MONTH: return month_days(day, 1);
    case CALENDAR_QUARTER: return month_days(day, 3);
    case CALENDAR_YEAR: return month_days(day, 12);
    case CALENDAR_SECOND:
    case CALENDAR_MINUTE:
    case CALENDAR_HOUR: break;
    }
    UNREACHABLE("a unit that is not made of days");
}

/* The hour that holds the instant: a local clock hour, cut where the offset changes. */
static struct segment hour_at(const struct zone *zone, int64_t seconds)
{
    struct segment segment = segment_at(zone, seconds);
    int64_t local = seconds + segment.offset;
    int64_t begin = floor_div(local, SECONDS_PER_HOUR) * SECONDS_PER_HOUR - segment.offset;
    int64_t end = begin + SECONDS_PER_HOUR;
    if (segment.begin < begin) segment.begin = begin;
    if (segment.end > end) segment.end = end;
    return segment;
}

/* Units follow each other without gaps. Where clocks fall back across midnight, the repeated time
 * stays with the later unit, which had begun already. */
static struct segment unit_at(const struct zone *zone, enum calendar_unit unit, int week_start,
                              int64_t seconds)
{
    if (unit == CALENDAR_HOUR) return hour_at(zone, seconds);
    struct unit_days days = unit_days(unit, week_start, local_day(zone, seconds));
    struct segment found = {.begin = day_start(zone, days.first),
                            .end = day_start(zone, days.next)};
    while (found.end <= seconds) {
        days = unit_days(unit, week_start, days.next);
        found = (struct segment){.begin = found.end, .end = day_start(zone, days.next)};
    }
    return found;
}

int64_t zone_unit_start(const struct zone *zone, enum calendar_unit unit, int week_start,
                        int64_t ms)
{
    return unit_at(zone, unit, week_start, seconds_of(ms)).begin * 1000;
}

int64_t zone_unit_next(const struct zone *zone, enum calendar_unit unit, int week_start,
                       int64_t start_ms)
{
    return unit_at(zone, unit, week_start, seconds_of(start_ms)).end * 1000;
}
