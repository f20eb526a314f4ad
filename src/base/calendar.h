/* Days, units of time and zones.
 *
 * Instants are int64 milliseconds since 1970-01-01T00:00:00Z; days are int64 numbers since the
 * same date (proleptic Gregorian). Algorithms for civil dates: Howard Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms". Zones are TZif files (RFC 8536): 64-bit times, footer rule; the
 * caller reads the file, because this room makes no system calls. Values are immutable after
 * they are made: any thread. */
#ifndef CANDOR_BASE_CALENDAR_H
#define CANDOR_BASE_CALENDAR_H

#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

#define CALENDAR_DAY_MS INT64_C(86400000)

enum calendar_unit {
    CALENDAR_SECOND,
    CALENDAR_MINUTE,
    CALENDAR_HOUR,
    CALENDAR_DAY,
    CALENDAR_WEEK,
    CALENDAR_MONTH,
    CALENDAR_QUARTER,
    CALENDAR_YEAR,
};

struct calendar_date {
    int32_t year;
    int32_t month; /* 1 to 12 */
    int32_t day;   /* 1 to 31 */
};

int64_t calendar_days(struct calendar_date date); /* the date must be valid */
struct calendar_date calendar_date(int64_t days);
bool calendar_date_valid(struct calendar_date date);                   /* years 1 to 9999 */
bool calendar_date_parse(struct text text, struct calendar_date *out); /* YYYY-MM-DD, whole */
void calendar_date_format(int64_t days, char out[11]);                 /* "2026-08-01" */

/* RFC 3339: "2026-08-01T10:00:00Z", with a fraction and "+02:00" offsets; 'T' or a space. */
bool calendar_instant_parse(struct text text, int64_t *ms);

/* An ISO date as values hold it: YYYY-MM-DD, or YYYY-MM-DDTHH:MM:SS with an optional fraction and
 * optional zone (none means UTC). True if the whole text is one. */
bool calendar_value_parse(struct text text, int64_t *ms);

void calendar_instant_format(int64_t ms, char out[32]); /* "2026-08-01T10:00:00.123Z" */

/* A time zone. Opaque; made once, then immutable. */
struct zone;

enum status zone_parse(struct text name, const void *tzif, size_t size, struct zone **out,
                       struct error *error) MUST_CHECK;
struct zone *zone_utc(void); /* a new one, owned by the caller */
void zone_release(struct zone *zone);
struct text zone_name(const struct zone *zone);

/* Seconds to add to UTC to get local time at this instant. */
int32_t zone_offset(const struct zone *zone, int64_t ms);

/* The local date of an instant, in days. */
int64_t zone_local_day(const struct zone *zone, int64_t ms);

/* The first instant of a local date (where midnight is skipped, the first instant after it). */
int64_t zone_day_start(const struct zone *zone, int64_t day);

/* The start of the unit that holds the instant, and the start of the next unit. Hours are local
 * clock hours at one offset (spec/plan.md §2: a repeated hour makes two units, a shift by half an
 * hour two short ones). Weeks start on week_start (1 Monday to 7 Sunday). Unit is HOUR to YEAR.
 * next(start) > start always. */
int64_t zone_unit_start(const struct zone *zone, enum calendar_unit unit, int week_start,
                        int64_t ms);
int64_t zone_unit_next(const struct zone *zone, enum calendar_unit unit, int week_start,
                       int64_t start_ms);

/* "2026-11-01T01:00:00-04:00", whole seconds, zero offset written "+00:00". */
void zone_instant_format(const struct zone *zone, int64_t ms, char out[32]);

#endif
