/* candor token. */
#include "api/api_local.h"
#include "codec/json_writer.h"

enum status local_token_create(const struct local_call *call, struct error *error)
{
    const struct json_node *object;
    struct text name;
    struct text kind;
    struct project project;
    TRY(local_body(call, &object, error));
    TRY(local_member(object, "project", &name, error));
    TRY(local_member(object, "kind", &kind, error));
    TRY(local_project(call, name, &project, error));

    char token[SECRET_TOKEN_SIZE];
    int64_t expires_ms;
    TRY(control_token_create(call->rooms->control, project.id, kind, call->now_ms, token,
                             &expires_ms, error));
    struct json_writer writer;
    json_writer_init(&writer, call->answer);
    json_object_begin(&writer);
    json_key(&writer, "token");
    json_string(&writer, token);
    json_key(&writer, "kind");
    json_text(&writer, kind);
    json_key(&writer, "project");
    json_text(&writer, project.name);
    local_write_instant(&writer, "expires", expires_ms);
    json_object_end(&writer);
    return STATUS_OK;
}

static void write_row(struct json_writer *writer, const struct control_token_row *row)
{
    json_object_begin(writer);
    json_key(writer, "id");
    json_unsigned(writer, row->id);
    json_key(writer, "project");
    json_text(writer, row->project_name);
    json_key(writer, "kind");
    json_text(writer, row->kind);
    local_write_instant(writer, "created", row->created_ms);
    local_write_instant(writer, "expires", row->expires_ms);
    local_write_instant(writer, "used", row->used_ms);
    json_key(writer, "revoked");
    json_bool(writer, row->revoked);
    json_object_end(writer);
}

enum status local_token_list(const struct local_call *call, struct error *error)
{
    struct text name = local_parameter(call, "project");
    struct project project = {.id = 0}; /* all projects */
    if (name.size > 0) TRY(local_project(call, name, &project, error));
    struct control_token_row *rows;
    size_t count;
    TRY(control_token_list(call->rooms->control, project.id, call->arena, &rows, &count, error));
    struct json_writer writer;
    json_writer_init(&writer, call->answer);
    json_array_begin(&writer);
    for (size_t i = 0; i < count; i++)
        write_row(&writer, &rows[i]);
    json_array_end(&writer);
    return STATUS_OK;
}

enum status local_token_revoke(const struct local_call *call, struct error *error)
{
    const struct json_node *object;
    TRY(local_body(call, &object, error));
    const struct json_node *node = json_find(object, "id");
    uint64_t id;
    bool is_number = node && (node->kind == JSON_NUMBER || node->kind == JSON_TEXT);
    if (!is_number || !text_to_u64(node->text, &id) || id == 0 || id > UINT32_MAX) {
        return error_set(error, STATUS_INVALID,
                         "could not revoke a token: expected its number from candor token list");
    }
    TRY(control_token_revoke(call->rooms->control, (uint32_t)id, error));
    buffer_append_string(call->answer, "{}");
    return STATUS_OK;
}
