#include "api/api_local.h"

#include "api/api_internal.h"
#include "base/calendar.h"
#include "base/check.h"
#include "codec/transfer.h"
#include "os/os_clock.h"

#include <string.h>

struct local_route {
    struct text method;
    struct text path;
    local_verb *verb;
};

static const struct local_route routes[] = {
    {TEXT_INIT("POST"), TEXT_INIT("/local/project/create"), local_project_create},
    {TEXT_INIT("GET"), TEXT_INIT("/local/project/list"), local_project_list},
    {TEXT_INIT("POST"), TEXT_INIT("/local/token/create"), local_token_create},
    {TEXT_INIT("GET"), TEXT_INIT("/local/token/list"), local_token_list},
    {TEXT_INIT("POST"), TEXT_INIT("/local/token/revoke"), local_token_revoke},
    {TEXT_INIT("POST"), TEXT_INIT("/local/user/link"), local_user_link},
    {TEXT_INIT("POST"), TEXT_INIT("/local/import"), local_import},
    {TEXT_INIT("POST"), TEXT_INIT("/local/query"), local_query},
    {TEXT_INIT("GET"), TEXT_INIT("/local/project/show"), local_project_show},
    {TEXT_INIT("POST"), TEXT_INIT("/local/shield/mode"), local_shield_mode},
    {TEXT_INIT("POST"), TEXT_INIT("/local/shield/plan"), local_shield_put_plan},
    {TEXT_INIT("GET"), TEXT_INIT("/local/shield/plan"), local_shield_get_plan},
    {TEXT_INIT("POST"), TEXT_INIT("/local/shield/rules"), local_shield_put_rules},
    {TEXT_INIT("GET"), TEXT_INIT("/local/shield/rules"), local_shield_get_rules},
    {TEXT_INIT("POST"), TEXT_INIT("/local/shield/loosen"), local_shield_loosen},
    {TEXT_INIT("POST"), TEXT_INIT("/local/shield/hold"), local_shield_hold},
    {TEXT_INIT("POST"), TEXT_INIT("/local/shield/release"), local_shield_release},
    {TEXT_INIT("POST"), TEXT_INIT("/local/shield/settings"), local_sdk_settings},
    {TEXT_INIT("GET"), TEXT_INIT("/local/shield/show"), local_shield_show},
    {TEXT_INIT("GET"), TEXT_INIT("/local/shield/versions"), local_shield_versions},
    {TEXT_INIT("GET"), TEXT_INIT("/local/shield/findings"), local_shield_findings},
    {TEXT_INIT("GET"), TEXT_INIT("/local/shield/watch"), local_shield_watch},
    {TEXT_INIT("POST"), TEXT_INIT("/local/shield/findings"), local_shield_note},
    {TEXT_INIT("POST"), TEXT_INIT("/local/shield/inspect-link"), local_inspect_link},
    {TEXT_INIT("GET"), TEXT_INIT("/local/shield/dictionary"), local_dictionary_list},
    {TEXT_INIT("POST"), TEXT_INIT("/local/shield/dictionary-forget"), local_dictionary_forget},
    {TEXT_INIT("POST"), TEXT_INIT("/local/shield/dictionary-clear"), local_dictionary_clear},
    {TEXT_INIT("POST"), TEXT_INIT("/local/flush"), local_flush},
    {TEXT_INIT("POST"), TEXT_INIT("/local/verify"), local_verify},
};

static local_verb *find_verb(struct text method, struct text path)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (!text_equal(routes[i].path, path)) continue;
        if (text_equal(routes[i].method, method)) return routes[i].verb;
    }
    return NULL;
}

static void call_init(struct local_call *call, const struct api *api, struct text query,
                      struct arena *arena)
{
    *call = (struct local_call){
        .rooms = &api->options, .query = query, .arena = arena, .now_ms = os_clock_now_ms()};
    arena_init(arena, LOCAL_ARENA_SIZE);
}

enum status api_local(struct api *api, const char *method, const char *target, struct text body,
                      struct buffer *answer, struct error *error)
{
    struct text query;
    struct text path = text_split(text_from(target), '?', &query);
    local_verb *verb = find_verb(text_from(method), path);
    if (!verb) return error_set(error, STATUS_ABSENT, "there is no such local call");

    struct arena arena;
    struct local_call call;
    call_init(&call, api, query, &arena);
    call.body = body;
    call.answer = answer;
    enum status status = verb(&call, error);
    arena_release(&arena);
    if (status == STATUS_OK && buffer_overflowed(answer)) {
        return error_set(error, STATUS_TOO_LARGE, "could not answer: more than %zu bytes",
                         answer->size_max);
    }
    return status;
}

static enum status export_events(const struct local_call *call, api_piece *piece, void *context,
                                 struct error *error)
{
    struct backend_export rows;
    uint64_t count;
    TRY(local_export_parse(call, &rows, error));
    ingest_settle(call->rooms->ingest);
    (void)backend_publish(call->rooms->backend);
    return backend_export(call->rooms->backend, &rows, piece, context, &count, error);
}

/* With what is held: nobody but a scan asks. */
static enum status export_profiles(const struct local_call *call, api_piece *piece, void *context,
                                   struct error *error)
{
    struct project project;
    TRY(local_project(call, local_parameter(call, "project"), &project, error));
    ingest_settle(call->rooms->ingest);
    return backend_export_profiles(call->rooms->backend, project.id, piece, context, error);
}

enum status api_local_export(struct api *api, const char *target, api_piece *piece, void *context,
                             struct error *error)
{
    struct text query;
    struct text path = text_split(text_from(target), '?', &query);
    if (!text_equal(path, TEXT("/local/export"))) {
        return error_set(error, STATUS_ABSENT, "there is no such local call");
    }
    struct arena arena;
    struct local_call call;
    call_init(&call, api, query, &arena);
    bool is_of_profiles = text_equal(local_parameter(&call, "what"), TEXT("profiles"));
    enum status status = is_of_profiles ? export_profiles(&call, piece, context, error)
                                        : export_events(&call, piece, context, error);
    arena_release(&arena);
    return status;
}

struct text local_parameter(const struct local_call *call, const char *name)
{
    struct text rest = call->query;
    struct text key;
    struct text value;
    while (transfer_form_next(&rest, &key, &value)) {
        if (!text_equal(key, text_from(name))) continue;
        char *copy = ARENA_ARRAY(call->arena, char, value.size + 1);
        if (!copy) return (struct text){0};
        if (value.size > 0) memcpy(copy, value.bytes, value.size);
        size_t size = transfer_percent_decode(copy, value.size, TRANSFER_PLUS_IS_SPACE);
        return (struct text){copy, size};
    }
    return TEXT("");
}

enum status local_body(const struct local_call *call, const struct json_node **object,
                       struct error *error)
{
    char *copy = ARENA_ARRAY(call->arena, char, call->body.size + 1);
    if (!copy) return error_set(error, STATUS_TOO_LARGE, "could not read the request: too large");
    if (call->body.size > 0) memcpy(copy, call->body.bytes, call->body.size);
    struct json_node *root;
    TRY(json_tree_parse(copy, call->body.size, call->arena, &root, error));
    *object = root;
    if (root->kind == JSON_OBJECT_BEGIN) return STATUS_OK;
    return error_set(error, STATUS_INVALID, "could not read the request: expected a JSON object");
}

enum status local_member(const struct json_node *object, const char *name, struct text *out,
                         struct error *error)
{
    const struct json_node *node = json_find(object, name);
    if (!node || node->kind != JSON_TEXT) {
        return error_set(error, STATUS_INVALID, "could not read the request: \"%s\" is missing",
                         name);
    }
    *out = node->text;
    return STATUS_OK;
}

void local_write_instant(struct json_writer *writer, const char *key, int64_t ms)
{
    json_key(writer, key);
    if (ms == 0) {
        json_null(writer);
        return;
    }
    char text[32];
    calendar_instant_format(ms, text);
    json_string(writer, text);
}

/* The table may be swapped while the call runs. */
static bool copy_project(const struct project *from, struct arena *arena, struct project *out)
{
    *out = (struct project){.id = from->id, .week_start = from->week_start, .sample = from->sample};
    out->name = arena_text(arena, from->name);
    out->token = arena_text(arena, from->token);
    out->zone = arena_text(arena, from->zone);
    out->secret = arena_text(arena, from->secret);
    return out->name.bytes && out->token.bytes && out->zone.bytes && out->secret.bytes;
}

enum status local_project(const struct local_call *call, struct text name, struct project *out,
                          struct error *error)
{
    if (name.size == 0) {
        return error_set(error, STATUS_INVALID,
                         "no project is named: give --project with a name or an id");
    }
    struct project_table *table = project_slot_take(call->rooms->projects);
    const struct project *found = project_table_by_name(table, name);
    bool copied = found && copy_project(found, call->arena, out);
    project_table_drop(table);
    if (copied) return STATUS_OK;
    return error_set(error, STATUS_ABSENT,
                     "there is no project called \"%.*s\": candor project list shows them",
                     name.size > 100 ? 100 : (int)name.size, name.bytes);
}
