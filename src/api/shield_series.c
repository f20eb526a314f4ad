/* candor shield watch, GET /api/v1/shield/watch: what the drift watch keeps count of. Names and
 * counts, never a value. */
#include "api/api_internal.h"
#include "api/api_local.h"
#include "codec/json_writer.h"
#include "shield/shield_watch.h"

enum { ARENA_SIZE = 1024 * 1024, MINUTE_MS = 60000 };

struct answering {
    struct json_writer writer;
    struct text held; /* lines, as the project table has them */
};

static bool is_held(struct text lines, struct text name)
{
    while (lines.size > 0)
        if (text_equal(text_split(lines, '\n', &lines), name)) return true;
    return false;
}

static const char *state_of(const struct answering *answering, const struct shield_watch_row *row)
{
    if (row->property.size > 0 && is_held(answering->held, row->property)) return "held";
    switch (row->state) {
    case WATCH_STATE_LEARNING: return "learning";
    case WATCH_STATE_SETTLED: return "settled";
    case WATCH_STATE_ALARMED: break;
    }
    return "alarmed";
}

static void write_row(void *context, const struct shield_watch_row *row)
{
    struct answering *answering = context;
    struct json_writer *writer = &answering->writer;
    json_object_begin(writer);
    json_key(writer, "event");
    json_text(writer, row->event);
    json_key(writer, "property");
    json_text(writer, row->property);
    json_key(writer, "sdk");
    json_text(writer, row->sdk);
    json_key(writer, "cut");
    json_bool(writer, row->is_cut);
    json_key(writer, "state");
    json_string(writer, state_of(answering, row));
    json_key(writer, "count");
    json_unsigned(writer, row->count);
    json_key(writer, "near");
    json_unsigned(writer, row->near);
    json_key(writer, "sure");
    json_unsigned(writer, row->sure);
    json_key(writer, "presence");
    json_decimal(writer, row->presence);
    local_write_instant(writer, "first", row->first_minute * MINUTE_MS);
    local_write_instant(writer, "last", row->last_minute * MINUTE_MS);
    json_key(writer, "signal");
    if (row->signal[0])
        json_string(writer, row->signal);
    else
        json_null(writer);
    local_write_instant(writer, "signalled", row->signal_minute * MINUTE_MS);
    json_object_end(writer);
}

static enum status answer_series(const struct local_call *call, uint32_t id, struct buffer *out,
                                 struct error *error)
{
    struct answering answering = {0};
    if (!call->rooms->shield) return error_set(error, STATUS_ABSENT, "there is no shield here");
    struct project_table *projects = project_slot_take(call->rooms->projects);
    const struct project *project = project_table_by_id(projects, id);
    if (project) answering.held = project->shield_held;
    json_writer_init(&answering.writer, out);
    json_object_begin(&answering.writer);
    json_key(&answering.writer, "series");
    json_array_begin(&answering.writer);
    uint64_t count = shield_watch_read(shield_watch_of(call->rooms->shield), id, call->now_ms,
                                       write_row, &answering);
    json_array_end(&answering.writer);
    json_key(&answering.writer, "left_out");
    json_unsigned(&answering.writer, count > WATCH_ROWS_MAX ? count - WATCH_ROWS_MAX : 0);
    json_object_end(&answering.writer);
    project_table_drop(projects);
    return STATUS_OK;
}

enum status local_shield_watch(const struct local_call *call, struct error *error)
{
    struct project project;
    TRY(local_project(call, local_parameter(call, "project"), &project, error));
    return answer_series(call, project.id, call->answer, error);
}

enum status shield_watch_get(struct api_exchange *exchange, struct error *error)
{
    return api_shield_get(exchange, ARENA_SIZE, answer_series, error);
}
