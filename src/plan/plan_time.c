/* The range of a question: as written, and as instants. */
#include "plan/plan_internal.h"

#include "base/check.h"

enum { LAST_DAYS_MAX = 20000, ZONE_NAME_SIZE_MAX = 64 };

static const struct plan_key time_keys[] = {{"from", PLAN_KEY_READ},
                                            {"to", PLAN_KEY_READ},
                                            {"last", PLAN_KEY_READ},
                                            {"zone", PLAN_KEY_READ}};

/* One end: a date in days, or an instant in milliseconds. */
static enum status read_end(struct plan_reader *reader, const struct plan_node *node, bool *is_date,
                            int64_t *out)
{
    if (node->json->kind == JSON_TEXT) {
        struct calendar_date date;
        *is_date = calendar_date_parse(node->json->text, &date);
        if (*is_date) *out = calendar_days(date);
        if (*is_date || calendar_instant_parse(node->json->text, out)) return STATUS_OK;
    }
    return plan_refuse(reader, node, "expected a date YYYY-MM-DD or an RFC 3339 instant");
}

static enum status read_ends(struct plan_reader *reader, const struct plan_node *node,
                             struct plan_time *time)
{
    struct plan_node from;
    struct plan_node to;
    TRY(plan_need(reader, node, "from", &from));
    TRY(plan_need(reader, node, "to", &to));
    bool from_is_date;
    bool to_is_date;
    TRY(read_end(reader, &from, &from_is_date, &time->from));
    TRY(read_end(reader, &to, &to_is_date, &time->to));
    if (from_is_date != to_is_date) {
        return plan_refuse(reader, &to, "expected %s, as \"from\" is one",
                           from_is_date ? "a date" : "an instant");
    }
    time->kind = from_is_date ? PLAN_TIME_DATES : PLAN_TIME_INSTANTS;
    if (time->to < time->from || (!from_is_date && time->to == time->from)) {
        return plan_refuse(reader, &to, "expected an end %s \"from\"",
                           from_is_date ? "not before" : "after");
    }
    return STATUS_OK;
}

static enum status read_last(struct plan_reader *reader, const struct plan_node *node,
                             struct plan_time *time)
{
    static const struct plan_key keys[] = {{"count", PLAN_KEY_READ}, {"unit", PLAN_KEY_READ}};
    static const struct plan_word units[] = {{"hour", false},  {"day", false},     {"week", false},
                                             {"month", false}, {"quarter", false}, {"year", false}};
    static const enum calendar_unit kinds[] = {CALENDAR_HOUR,  CALENDAR_DAY,     CALENDAR_WEEK,
                                               CALENDAR_MONTH, CALENDAR_QUARTER, CALENDAR_YEAR};
    static const int64_t unit_days[] = {1, 1, 7, 31, 92, 366};
    TRY(plan_check_keys(reader, node, keys, PLAN_COUNT_OF(keys)));
    struct plan_node child;
    uint32_t unit;
    TRY(plan_need(reader, node, "unit", &child));
    TRY(plan_read_word(reader, &child, units, PLAN_COUNT_OF(units), &unit));
    int64_t count;
    TRY(plan_need(reader, node, "count", &child));
    TRY(plan_read_integer(reader, &child, 1, LAST_DAYS_MAX / unit_days[unit], &count));
    time->kind = PLAN_TIME_LAST;
    time->last_unit = kinds[unit];
    time->last_count = (uint32_t)count;
    return STATUS_OK;
}

/* Whether there is such a zone only the system's files know; here it must look like a name. */
static bool looks_like_zone(struct text name)
{
    if (name.size > ZONE_NAME_SIZE_MAX || name.bytes[0] == '/') return false;
    for (size_t i = 0; i < name.size; i++) {
        char byte = name.bytes[i];
        bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        bool is_mark = byte == '/' || byte == '_' || byte == '-' || byte == '+';
        if (!is_letter && !is_mark && !(byte >= '0' && byte <= '9')) return false;
    }
    return true;
}

enum status plan_read_time(struct plan_reader *reader, const struct plan_node *node,
                           struct plan_time *out)
{
    TRY(plan_check_keys(reader, node, time_keys, PLAN_COUNT_OF(time_keys)));
    struct plan_node child;
    if (plan_find(node, "zone", &child)) {
        TRY(plan_read_text(reader, &child, &out->zone));
        if (!looks_like_zone(out->zone)) {
            return plan_refuse(reader, &child, "expected an IANA zone such as \"Europe/Berlin\"");
        }
    }
    struct plan_node last;
    if (!plan_find(node, "last", &last)) return read_ends(reader, node, out);
    if (plan_find(node, "from", &child) || plan_find(node, "to", &child)) {
        return plan_refuse(reader, &child, "expected either \"last\" or \"from\" and \"to\"");
    }
    return read_last(reader, &last, out);
}

struct plan_span plan_resolve(const struct plan *plan, const struct zone *zone, int week_start,
                              int64_t now_ms)
{
    const struct plan_time *time = &plan->time;
    if (time->kind == PLAN_TIME_INSTANTS) return (struct plan_span){time->from, time->to};
    if (time->kind == PLAN_TIME_DATES) {
        return (struct plan_span){zone_day_start(zone, time->from),
                                  zone_day_start(zone, time->to + 1)};
    }

    assert(time->kind == PLAN_TIME_LAST);
    int64_t start = zone_unit_start(zone, time->last_unit, week_start, now_ms);
    struct plan_span span = {start, zone_unit_next(zone, time->last_unit, week_start, start)};
    for (uint32_t i = 1; i < time->last_count; i++) {
        span.from_ms = zone_unit_start(zone, time->last_unit, week_start, span.from_ms - 1);
    }
    assert(span.from_ms < span.to_ms);
    return span;
}
