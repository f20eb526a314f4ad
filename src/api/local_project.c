/* candor project, candor user. */
#include "api/api_local.h"
#include "api/sdk.h"
#include "codec/json_writer.h"

enum status local_project_create(const struct local_call *call, struct error *error)
{
    const struct json_node *object;
    TRY(local_body(call, &object, error));
    struct control_project_options options = {.zone = TEXT("")};
    TRY(local_member(object, "name", &options.name, error));
    if (json_find(object, "zone")) TRY(local_member(object, "zone", &options.zone, error));
    const struct json_node *sample = json_find(object, "sample");
    options.sample = sample && sample->kind == JSON_TRUE;
    if (options.zone.size > 0) TRY(backend_check_zone(call->rooms->backend, options.zone, error));

    struct control_project_made made;
    TRY(control_project_create(call->rooms->control, &options, &made, error));
    struct json_writer writer;
    json_writer_init(&writer, call->answer);
    json_object_begin(&writer);
    json_key(&writer, "name");
    json_text(&writer, options.name);
    json_key(&writer, "id");
    json_unsigned(&writer, made.id);
    json_key(&writer, "token");
    json_string(&writer, made.token);
    json_key(&writer, "secret");
    json_string(&writer, made.secret);
    json_object_end(&writer);
    return STATUS_OK;
}

/* The members of a project, inside its braces. */
static void write_members(struct json_writer *writer, const struct local_call *call,
                          const struct project *project)
{
    struct backend_figures figures;
    backend_figures(call->rooms->backend, project->id, &figures);
    json_key(writer, "name");
    json_text(writer, project->name);
    json_key(writer, "id");
    json_unsigned(writer, project->id);
    json_key(writer, "token");
    json_text(writer, project->token);
    json_key(writer, "zone");
    json_text(writer, project->zone);
    json_key(writer, "sample");
    json_bool(writer, project->sample);
    json_key(writer, "events");
    json_unsigned(writer, figures.events);
    json_key(writer, "people");
    json_unsigned(writer, figures.people);
}

static void write_project(struct json_writer *writer, const struct local_call *call,
                          const struct project *project)
{
    json_object_begin(writer);
    write_members(writer, call, project);
    json_object_end(writer);
}

/* With the public key that a page pins, so that its SDK believes this project's settings alone. */
enum status local_project_show(const struct local_call *call, struct error *error)
{
    struct project project;
    TRY(local_project(call, local_parameter(call, "name"), &project, error));
    char trust[SDK_TRUST_SIZE];
    sdk_trust(call->rooms, project.id, trust);
    struct json_writer writer;
    json_writer_init(&writer, call->answer);
    json_object_begin(&writer);
    write_members(&writer, call, &project);
    json_key(&writer, "trust");
    json_string(&writer, trust);
    json_object_end(&writer);
    return STATUS_OK;
}

enum status local_project_list(const struct local_call *call, struct error *error)
{
    (void)error;
    struct project_table *table = project_slot_take(call->rooms->projects);
    struct json_writer writer;
    json_writer_init(&writer, call->answer);
    json_array_begin(&writer);
    for (size_t i = 0; i < project_table_count(table); i++) {
        write_project(&writer, call, project_table_at(table, i));
    }
    json_array_end(&writer);
    project_table_drop(table);
    return STATUS_OK;
}

enum status local_user_link(const struct local_call *call, struct error *error)
{
    char link[CONTROL_LINK_SIZE];
    TRY(control_owner_link(call->rooms->control, call->now_ms, link, error));
    struct json_writer writer;
    json_writer_init(&writer, call->answer);
    json_object_begin(&writer);
    json_key(&writer, "owner_link");
    json_string(&writer, link);
    json_object_end(&writer);
    return STATUS_OK;
}
