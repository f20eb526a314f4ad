/* TZif files, RFC 8536. Layout, all numbers big-endian:
 *
 *   header   "TZif", version, 15 unused bytes, six 32-bit counts: isut, isstd, leap seconds, times,
 *            types, characters
 *   block    times, type numbers (1 byte a time), types (4 bytes offset, 1 DST, 1 name index),
 *            names, leap seconds, isstd and isut marks
 *   version 2 and later: the same again with 64-bit times, then "\n" rule "\n"
 *
 * The rule is POSIX's TZ variable ("EST5EDT,M3.2.0,M11.1.0") and holds after the last time. */
#include "base/calendar.h"
#include "base/check.h"
#include "base/memory.h"
#include "base/zone_internal.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER_SIZE = 44, TYPE_SIZE = 6, RULE_YEAR_FIRST = 1900, RULE_YEARS = 402 };

struct header {
    char version;
    uint32_t isut_count;
    uint32_t isstd_count;
    uint32_t leap_count;
    uint32_t time_count;
    uint32_t type_count;
    uint32_t char_count;
};

static uint32_t load_u32_big(const uint8_t *place)
{
    return (uint32_t)place[0] << 24 | (uint32_t)place[1] << 16 | (uint32_t)place[2] << 8 | place[3];
}

static int64_t load_time(const uint8_t *place, size_t time_size)
{
    if (time_size == 4) return (int32_t)load_u32_big(place);
    return (int64_t)((uint64_t)load_u32_big(place) << 32 | load_u32_big(place + 4));
}

static bool parse_header(const uint8_t *bytes, size_t size, struct header *header)
{
    if (size < HEADER_SIZE || memcmp(bytes, "TZif", 4) != 0) return false;
    *header = (struct header){
        .version = (char)bytes[4],
        .isut_count = load_u32_big(bytes + 20),
        .isstd_count = load_u32_big(bytes + 24),
        .leap_count = load_u32_big(bytes + 28),
        .time_count = load_u32_big(bytes + 32),
        .type_count = load_u32_big(bytes + 36),
        .char_count = load_u32_big(bytes + 40),
    };
    return true;
}

static uint64_t block_size(const struct header *header, size_t time_size)
{
    return (uint64_t)header->time_count * (time_size + 1) +
           (uint64_t)header->type_count * TYPE_SIZE + header->char_count +
           (uint64_t)header->leap_count * (time_size + 4) + header->isstd_count +
           header->isut_count;
}

static bool type_offset(const uint8_t *types, uint32_t type_count, uint32_t type, int32_t *offset)
{
    if (type >= type_count) return false;
    *offset = (int32_t)load_u32_big(types + (size_t)type * TYPE_SIZE);
    return *offset >= ZONE_OFFSET_MIN && *offset <= ZONE_OFFSET_MAX;
}

/* A block that is known to lie within the file, into segments. Leap seconds are refused: such
 * files ("right/…") count another kind of second. */
static bool parse_block(const uint8_t *block, const struct header *header, size_t time_size,
                        struct zone *zone)
{
    if (header->type_count == 0 || header->leap_count > 0) return false;
    const uint8_t *numbers = block + (size_t)header->time_count * time_size;
    const uint8_t *types = numbers + header->time_count;
    int32_t offset;
    if (!type_offset(types, header->type_count, 0, &offset)) return false;
    zone_append(zone, INT64_MIN, offset);

    int64_t previous = INT64_MIN;
    for (uint32_t i = 0; i < header->time_count; i++) {
        int64_t time = load_time(block + (size_t)i * time_size, time_size);
        if (time <= previous) return false;
        if (!type_offset(types, header->type_count, numbers[i], &offset)) return false;
        zone_append(zone, time, offset);
        previous = time;
    }
    return true;
}

/* The day of the year on which a rule changes the clocks, and the local time of that day. */
enum rule_day_kind { RULE_MONTH_WEEK, RULE_JULIAN, RULE_DAY };
struct rule_day {
    enum rule_day_kind kind;
    int32_t month;
    int32_t week;
    int32_t day; /* of the week from Sunday, or of the year */
    int32_t seconds;
};

struct rule {
    int32_t standard_offset; /* seconds east, the other way round than written */
    bool has_summer;
    int32_t summer_offset;
    struct rule_day summer_begin;
    struct rule_day summer_end;
};

static bool take_byte(struct text *rest, char byte)
{
    if (rest->size == 0 || rest->bytes[0] != byte) return false;
    *rest = text_slice(*rest, 1, rest->size - 1);
    return true;
}

static bool take_number(struct text *rest, int32_t min, int32_t max, int32_t *out)
{
    int32_t number = 0;
    size_t size = 0;
    for (; size < rest->size && size < 4; size++) {
        char byte = rest->bytes[size];
        if (byte < '0' || byte > '9') break;
        number = number * 10 + (byte - '0');
    }
    if (size == 0 || number < min || number > max) return false;
    *rest = text_slice(*rest, size, rest->size - size);
    *out = number;
    return true;
}

static bool is_letter(char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

/* "EST" or "<+0530>": the name itself is of no use here. */
static bool take_name(struct text *rest)
{
    if (take_byte(rest, '<')) {
        ptrdiff_t end = text_find_byte(*rest, '>');
        if (end == TEXT_NOT_FOUND) return false;
        *rest = text_slice(*rest, (size_t)end + 1, rest->size - (size_t)end - 1);
        return true;
    }
    size_t size = 0;
    while (size < rest->size && is_letter(rest->bytes[size]))
        size++;
    *rest = text_slice(*rest, size, rest->size - size);
    return size >= 3;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool take_clock(struct text *rest, int32_t hour_max, int32_t *seconds)
{
    bool is_negative = take_byte(rest, '-');
    if (!is_negative) (void)take_byte(rest, '+');
    int32_t hour;
    int32_t minute = 0;
    int32_t second = 0;
    if (!take_number(rest, 0, hour_max, &hour)) return false;
    if (take_byte(rest, ':')) {
        if (!take_number(rest, 0, 59, &minute)) return false;
        if (take_byte(rest, ':') && !take_number(rest, 0, 59, &second)) return false;
    }
    *seconds = hour * 3600 + minute * 60 + second;
    if (is_negative) *seconds = -*seconds;
    return true;
}

static bool take_offset(struct text *rest, int32_t *offset)
{
    int32_t west;
    if (!take_clock(rest, 24, &west)) return false;
    *offset = -west;
    return true;
}

static bool take_month_week(struct text *rest, struct rule_day *day)
{
    day->kind = RULE_MONTH_WEEK;
    return take_number(rest, 1, 12, &day->month) && take_byte(rest, '.') &&
           take_number(rest, 1, 5, &day->week) && take_byte(rest, '.') &&
           take_number(rest, 0, 6, &day->day);
}

/* "M3.2.0", "J60" (no leap day counts) or "59" (from 0, it does), each with "/time": up to a week
 * before or after that day (RFC 8536 §3.3.1), 02:00 when there is none. */
static bool take_rule_day(struct text *rest, struct rule_day *day)
{
    bool is_day;
    if (take_byte(rest, 'M')) {
        is_day = take_month_week(rest, day);
    } else if (take_byte(rest, 'J')) {
        day->kind = RULE_JULIAN;
        is_day = take_number(rest, 1, 365, &day->day);
    } else {
        day->kind = RULE_DAY;
        is_day = take_number(rest, 0, 365, &day->day);
    }
    if (!is_day) return false;
    day->seconds = 2 * 3600;
    return !take_byte(rest, '/') || take_clock(rest, 167, &day->seconds);
}

static bool parse_rule(struct text text, struct rule *rule)
{
    *rule = (struct rule){0};
    if (!take_name(&text) || !take_offset(&text, &rule->standard_offset)) return false;
    if (text.size == 0) return true;

    rule->has_summer = true;
    rule->summer_offset = rule->standard_offset + 3600;
    if (!take_name(&text)) return false;
    if (text.size > 0 && text.bytes[0] != ',' && !take_offset(&text, &rule->summer_offset)) {
        return false;
    }
    return take_byte(&text, ',') && take_rule_day(&text, &rule->summer_begin) &&
           take_byte(&text, ',') && take_rule_day(&text, &rule->summer_end) && text.size == 0;
}

static int64_t month_week_day(const struct rule_day *day, int32_t year)
{
    int64_t first = calendar_days((struct calendar_date){year, day->month, 1});
    int64_t next = day->month == 12
                       ? calendar_days((struct calendar_date){year + 1, 1, 1})
                       : calendar_days((struct calendar_date){year, day->month + 1, 1});
    int64_t weekday = (first % 7 + 7 + 4) % 7; /* 0 is Sunday: day 0 was a Thursday */
    int64_t found = first + (day->day - weekday + 7) % 7 + 7 * (int64_t)(day->week - 1);
    return found < next ? found : found - 7; /* week 5 is the last one */
}

/* Local seconds at which the rule's day and time come in a year. */
static int64_t rule_seconds(const struct rule_day *day, int32_t year)
{
    int64_t new_year = calendar_days((struct calendar_date){year, 1, 1});
    int64_t days = 0;
    switch (day->kind) {
    case RULE_MONTH_WEEK: days = month_week_day(day, year); break;
    case RULE_DAY: days = new_year + day->day; break;
    case RULE_JULIAN: {
        int64_t march = calendar_days((struct calendar_date){year, 3, 1});
        bool is_leap = march - new_year == 60;
        days = new_year + day->day - 1 + (is_leap && day->day >= 60 ? 1 : 0);
        break;
    }
    }
    return days * 86400 + day->seconds;
}

struct change {
    int64_t time;
    int32_t offset;
    bool to_summer;
};

/* By time; at one instant summer begins after it ended, as it does where it lasts all year. */
static int compare_changes(const void *a, const void *b)
{
    const struct change *x = a;
    const struct change *y = b;
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    return (int)x->to_summer - (int)y->to_summer;
}

static int32_t year_of(int64_t seconds)
{
    int64_t days = seconds / 86400 - (seconds % 86400 < 0 ? 1 : 0);
    return calendar_date(days).year;
}

/* Write the rule out from the year of the last transition on. That year may be half told by the
 * file, so the cycle begins two years later. */
static void append_rule(struct zone *zone, const struct rule *rule, bool has_times, int64_t last)
{
    struct change *changes = MEMORY_ARRAY(struct change, (size_t)2 * (RULE_YEARS + 2));
    int32_t first_year = has_times ? year_of(last) : RULE_YEAR_FIRST;
    size_t count = 0;
    for (int32_t i = 0; i < RULE_YEARS + 2; i++) {
        int64_t begin = rule_seconds(&rule->summer_begin, first_year + i) - rule->standard_offset;
        int64_t end = rule_seconds(&rule->summer_end, first_year + i) - rule->summer_offset;
        changes[count++] = (struct change){begin, rule->summer_offset, true};
        changes[count++] = (struct change){end, rule->standard_offset, false};
    }
    qsort(changes, count, sizeof *changes, compare_changes);
    for (size_t i = 0; i < count; i++) {
        if (has_times && changes[i].time <= last) continue;
        zone_append(zone, changes[i].time, changes[i].offset);
    }
    memory_free(changes);
    zone->repeats = true;
    zone->cycle_begin = calendar_days((struct calendar_date){first_year + 2, 1, 1}) * 86400;
}

/* Years far from ours would leave no room for the cycle; no file has them. */
static bool is_usable_last(int64_t last)
{
    const int64_t limit = INT64_C(86400) * 366 * 9000;
    return last > -limit && last < limit;
}

static bool apply_footer(struct zone *zone, struct text footer, const struct header *header,
                         int64_t last)
{
    if (footer.size < 2 || footer.bytes[0] != '\n') return false;
    footer = text_slice(footer, 1, footer.size - 1);
    ptrdiff_t size = text_find_byte(footer, '\n');
    if (size == TEXT_NOT_FOUND) return false;
    if (size == 0) return true; /* no rule: the last offset stays */

    struct rule rule;
    if (!parse_rule(text_slice(footer, 0, (size_t)size), &rule)) return false;
    bool has_times = header->time_count > 0;
    if (!has_times) zone->offsets[0] = rule.standard_offset;
    if (!rule.has_summer) return true;
    if (has_times && !is_usable_last(last)) return false;
    append_rule(zone, &rule, has_times, last);
    return true;
}

static int64_t last_time(const uint8_t *block, const struct header *header, size_t time_size)
{
    if (header->time_count == 0) return 0;
    return load_time(block + (size_t)(header->time_count - 1) * time_size, time_size);
}

static bool parse_file(const uint8_t *bytes, size_t size, struct zone *zone)
{
    struct header header;
    if (!parse_header(bytes, size, &header)) return false;
    bytes += HEADER_SIZE;
    size -= HEADER_SIZE;
    uint64_t first_size = block_size(&header, 4);
    if (first_size > size) return false;
    if (header.version < '2') return parse_block(bytes, &header, 4, zone);

    bytes += first_size;
    size -= (size_t)first_size;
    if (!parse_header(bytes, size, &header)) return false;
    bytes += HEADER_SIZE;
    size -= HEADER_SIZE;
    uint64_t second_size = block_size(&header, 8);
    if (second_size > size) return false;
    if (!parse_block(bytes, &header, 8, zone)) return false;
    struct text footer = {(const char *)bytes + second_size, size - (size_t)second_size};
    return apply_footer(zone, footer, &header, last_time(bytes, &header, 8));
}

enum status zone_parse(struct text name, const void *tzif, size_t size, struct zone **out,
                       struct error *error)
{
    struct zone *zone = zone_new(name);
    if (!parse_file(tzif, size, zone)) {
        zone_release(zone);
        return error_set(error, STATUS_INVALID,
                         "could not read time zone \"%.*s\": not a TZif file", TEXT_PRINT(name));
    }
    *out = zone;
    return STATUS_OK;
}
