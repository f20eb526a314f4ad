/* candor shield findings, GET /api/v1/shield/findings: what the shield removed, as counts. */
#include "api/api_internal.h"
#include "api/api_local.h"
#include "base/calendar.h"
#include "codec/json_writer.h"
#include "shield/shield_finding_json.h"

#include <string.h>

enum {
    DAYS_DEFAULT = 30,
    DAYS_MAX = 400,
    ROWS_MAX = 10000, /* of an answer; the sums are of all */
    DAY_MINUTES = 24 * 60,
    ARENA_SIZE = 1024 * 1024,
    MINUTE_MS = 60000,
};

struct days {
    int64_t first;
    int64_t last;
};

/* Days in UTC, both included; or so many up to today. */
static enum status read_days(const struct local_call *call, struct days *out, struct error *error)
{
    struct text from = local_parameter(call, "from");
    struct text to = local_parameter(call, "to");
    struct text word = local_parameter(call, "days");
    struct calendar_date date;
    uint64_t days = DAYS_DEFAULT;
    if (word.size > 0 && (!text_to_u64(word, &days) || days == 0 || days > DAYS_MAX)) {
        return error_set(error, STATUS_INVALID, "days is a number from 1 to %d", DAYS_MAX);
    }
    out->last = call->now_ms / CALENDAR_DAY_MS;
    if (to.size > 0 && !calendar_date_parse(to, &date)) {
        return error_set(error, STATUS_INVALID, "to is a date such as 2026-08-01");
    }
    if (to.size > 0) out->last = calendar_days(date);
    out->first = out->last - (int64_t)days + 1;
    if (from.size > 0 && !calendar_date_parse(from, &date)) {
        return error_set(error, STATUS_INVALID, "from is a date such as 2026-08-01");
    }
    if (from.size > 0) out->first = calendar_days(date);
    if (out->first <= out->last) return STATUS_OK;
    return error_set(error, STATUS_INVALID, "from is after to");
}

struct answering {
    struct json_writer writer;
    uint64_t rows;
    uint64_t total;
};

static bool write_finding(void *context, const struct shield_finding *finding, int64_t last_minute)
{
    struct answering *answering = context;
    struct json_writer *writer = &answering->writer;
    answering->total += finding->count;
    if (answering->rows++ >= ROWS_MAX) return true;
    json_object_begin(writer);
    shield_finding_write(writer, finding);
    local_write_instant(writer, "first", finding->minute * MINUTE_MS);
    local_write_instant(writer, "last", last_minute * MINUTE_MS);
    json_object_end(writer);
    return true;
}

static void write_day(struct json_writer *writer, const char *key, int64_t day)
{
    char text[11];
    calendar_date_format(day, text);
    json_key(writer, key);
    json_string(writer, text);
}

static enum status answer_findings(const struct local_call *call, uint32_t project,
                                   struct buffer *out, struct error *error)
{
    struct days days = {0};
    struct answering answering = {0};
    TRY(read_days(call, &days, error));
    if (!call->rooms->shield) return error_set(error, STATUS_ABSENT, "there is no shield here");
    json_writer_init(&answering.writer, out);
    json_object_begin(&answering.writer);
    write_day(&answering.writer, "from", days.first);
    write_day(&answering.writer, "to", days.last);
    json_key(&answering.writer, "findings");
    json_array_begin(&answering.writer);
    shield_findings_read(shield_findings_of(call->rooms->shield), project, days.first * DAY_MINUTES,
                         (days.last + 1) * DAY_MINUTES, write_finding, &answering);
    json_array_end(&answering.writer);
    json_key(&answering.writer, "total");
    json_unsigned(&answering.writer, answering.total);
    json_key(&answering.writer, "left_out");
    json_unsigned(&answering.writer, answering.rows > ROWS_MAX ? answering.rows - ROWS_MAX : 0);
    json_object_end(&answering.writer);
    return STATUS_OK;
}

enum status local_shield_findings(const struct local_call *call, struct error *error)
{
    struct project project;
    TRY(local_project(call, local_parameter(call, "project"), &project, error));
    return answer_findings(call, project.id, call->answer, error);
}

/* A number below the limit, or 0. */
static uint64_t small(const struct json_node *object, const char *key, uint64_t limit)
{
    const struct json_node *node = json_find(object, key);
    uint64_t number = 0;
    if (!node || node->kind != JSON_NUMBER || !text_to_u64(node->text, &number)) return 0;
    return number < limit ? number : 0;
}

/* What a scan of stored events found, one sum a call: counted now, as found by a scan. */
enum status local_shield_note(const struct local_call *call, struct error *error)
{
    const struct json_node *object;
    struct project project;
    struct text detector;
    struct shield_finding finding = {.source = SHIELD_FROM_SCAN, .country = {'?', '?'}};
    TRY(local_project(call, local_parameter(call, "project"), &project, error));
    TRY(local_body(call, &object, error));
    TRY(local_member(object, "event", &finding.event, error));
    TRY(local_member(object, "path", &finding.path, error));
    TRY(local_member(object, "sdk", &finding.sdk, error));
    TRY(local_member(object, "detector", &detector, error));
    if (detector.size != sizeof finding.detector - 1) {
        return error_set(error, STATUS_INVALID, "a detector's id has three letters");
    }
    if (!call->rooms->shield) return error_set(error, STATUS_ABSENT, "there is no shield here");
    memcpy(finding.detector, detector.bytes, detector.size);
    finding.minute = call->now_ms / MINUTE_MS;
    finding.project = project.id;
    finding.detector_version = (uint16_t)small(object, "version", UINT16_MAX);
    finding.tier = (enum shield_tier)small(object, "tier", SHIELD_TIER_C + 1);
    finding.action = (enum shield_action)small(object, "action", SHIELD_REJECT + 1);
    finding.length = (enum shield_length)small(object, "length", SHIELD_LENGTH_MORE + 1);
    finding.mask = (uint8_t)small(object, "mask", 64);
    finding.count = small(object, "count", UINT64_MAX);
    shield_findings_note(shield_findings_of(call->rooms->shield), &finding);
    buffer_append_string(call->answer, "{}");
    return STATUS_OK;
}

enum status shield_findings_get(struct api_exchange *exchange, struct error *error)
{
    return api_shield_get(exchange, ARENA_SIZE, answer_findings, error);
}
