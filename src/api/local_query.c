/* candor query, candor export, candor verify. */
#include "api/api_local.h"
#include "base/calendar.h"
#include "codec/json_writer.h"
#include "plan/plan.h"

#include <string.h>

enum { QUERY_RESULT_SIZE = 256 * 1024 * 1024 };

/* --- query --- */

static enum status parse_format(struct text word, enum result_format *out, struct error *error)
{
    *out = RESULT_JSON;
    if (word.size == 0 || text_equal(word, TEXT("json"))) return STATUS_OK;
    *out = RESULT_CSV;
    if (text_equal(word, TEXT("csv"))) return STATUS_OK;
    *out = RESULT_TABLE;
    if (text_equal(word, TEXT("table"))) return STATUS_OK;
    return error_set(error, STATUS_INVALID,
                     "could not answer: the format is one of table, json and csv");
}

/* The plan's own project wins over the one that the caller names, if both name the same. */
static enum status find_project(const struct local_call *call, const struct plan *plan,
                                struct project *out, struct error *error)
{
    struct text named = local_parameter(call, "project");
    if (plan->project.size == 0) return local_project(call, named, out, error);
    TRY(local_project(call, plan->project, out, error));
    if (named.size == 0) return STATUS_OK;
    struct project other;
    TRY(local_project(call, named, &other, error));
    if (other.id == out->id) return STATUS_OK;
    return error_set(error, STATUS_INVALID,
                     "the plan and --project name different projects: leave one of them out");
}

static enum status run_plan(const struct local_call *call, const struct plan *plan,
                            enum result_format format, struct error *error)
{
    struct project project;
    TRY(find_project(call, plan, &project, error));
    ingest_settle(call->rooms->ingest);
    (void)backend_publish(call->rooms->backend);
    struct result result;
    result_init(&result, QUERY_RESULT_SIZE);
    enum status status =
        backend_run(call->rooms->backend, project.id, plan, call->now_ms, &result, error);
    if (status == STATUS_OK) result_write(&result, format, call->answer);
    result_release(&result);
    return status;
}

enum status local_query(const struct local_call *call, struct error *error)
{
    enum result_format format;
    TRY(parse_format(local_parameter(call, "format"), &format, error));
    char *json = ARENA_ARRAY(call->arena, char, call->body.size + 1);
    if (!json || call->body.size > PLAN_SIZE_MAX) {
        return error_set(error, STATUS_TOO_LARGE, "the plan is longer than %d bytes",
                         PLAN_SIZE_MAX);
    }
    if (call->body.size > 0) memcpy(json, call->body.bytes, call->body.size);
    struct plan plan;
    struct plan_problem problem;
    TRY(plan_parse(json, call->body.size, call->arena, &plan, &problem, error));
    enum status status = run_plan(call, &plan, format, error);
    plan_release(&plan);
    return status;
}

/* --- export --- */

static enum status parse_day(const struct local_call *call, const char *name, int64_t *day,
                             struct error *error)
{
    struct calendar_date date;
    if (!calendar_date_parse(local_parameter(call, name), &date)) {
        return error_set(error, STATUS_INVALID,
                         "could not read --%s: expected a date such as 2026-08-01", name);
    }
    *day = calendar_days(date);
    return STATUS_OK;
}

enum status local_export_parse(const struct local_call *call, struct backend_export *out,
                               struct error *error)
{
    struct project project;
    int64_t from = 0;
    int64_t to = 0;
    TRY(local_project(call, local_parameter(call, "project"), &project, error));
    TRY(parse_day(call, "from", &from, error));
    TRY(parse_day(call, "to", &to, error));
    if (to < from) {
        return error_set(error, STATUS_INVALID, "could not export: --to is before --from");
    }
    struct text format = local_parameter(call, "format");
    bool csv = text_equal(format, TEXT("csv"));
    if (!csv && format.size > 0 && !text_equal(format, TEXT("jsonl"))) {
        return error_set(error, STATUS_INVALID,
                         "could not export: the format is one of jsonl and csv");
    }
    *out = (struct backend_export){
        .project = project.id,
        .from_ms = from * CALENDAR_DAY_MS,
        .to_ms = (to + 1) * CALENDAR_DAY_MS,
        .csv = csv,
        .shows_held = text_equal(local_parameter(call, "held"), TEXT("shown")),
    };
    return STATUS_OK;
}

/* --- keeping house --- */

enum status local_flush(const struct local_call *call, struct error *error)
{
    bool flushed;
    ingest_settle(call->rooms->ingest);
    TRY(backend_flush(call->rooms->backend, BACKEND_FLUSH_ALL, false, &flushed, error));
    ingest_tend(call->rooms->ingest);
    buffer_append_string(call->answer, "{}");
    return STATUS_OK;
}

enum status local_verify(const struct local_call *call, struct error *error)
{
    TRY(control_verify(call->rooms->control, error));
    TRY(backend_verify(call->rooms->backend, error));
    struct backend_figures figures;
    backend_figures_total(call->rooms->backend, &figures);
    struct json_writer writer;
    json_writer_init(&writer, call->answer);
    json_object_begin(&writer);
    json_key(&writer, "checked");
    json_object_begin(&writer);
    json_key(&writer, "control");
    json_bool(&writer, true);
    json_key(&writer, "events");
    json_unsigned(&writer, figures.events);
    json_key(&writer, "segments");
    json_unsigned(&writer, figures.segments);
    json_key(&writer, "segment_bytes");
    json_unsigned(&writer, figures.segment_bytes);
    json_key(&writer, "people");
    json_unsigned(&writer, figures.people);
    json_key(&writer, "profiles");
    json_unsigned(&writer, figures.profiles);
    json_object_end(&writer);
    json_object_end(&writer);
    return STATUS_OK;
}
