/* candor shield dictionary: what is on a project's list of own texts, as hashes. */
#include "api/api_local.h"
#include "control/control_shield.h"
#include "shield/observed.h"
#include "shield/shield_dictionary.h"

#include <stdio.h>

enum { HEX_SIZE = 17 };

static void write_rows(struct json_writer *writer, const struct control_dictionary *dictionary,
                       bool forgotten)
{
    json_key(writer, forgotten ? "forgotten" : "learned");
    json_array_begin(writer);
    for (size_t i = 0; i < dictionary->row_count; i++) {
        const struct control_observed_row *row = &dictionary->rows[i];
        char hex[HEX_SIZE];
        if (row->is_forgotten != forgotten) continue;
        (void)snprintf(hex, sizeof hex, "%016llx", (unsigned long long)row->hash);
        json_object_begin(writer);
        json_key(writer, "hash");
        json_string(writer, hex);
        if (forgotten) {
            json_key(writer, "by");
            json_text(writer, row->by);
        }
        local_write_instant(writer, "since", row->made_ms);
        json_object_end(writer);
    }
    json_array_end(writer);
}

enum status local_dictionary_list(const struct local_call *call, struct error *error)
{
    struct project project;
    struct control_dictionary dictionary;
    struct observed_figures figures = {0};
    struct json_writer writer;
    TRY(local_project(call, local_parameter(call, "project"), &project, error));
    TRY(control_dictionary_read(call->rooms->control, project.id, call->arena, &dictionary, error));
    if (call->rooms->observed) observed_figures(call->rooms->observed, project.id, &figures);
    json_writer_init(&writer, call->answer);
    json_object_begin(&writer);
    json_key(&writer, "observe");
    json_bool(&writer, dictionary.observes);
    json_key(&writer, "uploaded");
    json_unsigned(&writer, dictionary.uploaded_count);
    json_key(&writer, "listed");
    json_unsigned(&writer, dictionary.listed_count);
    json_key(&writer, "waiting");
    json_unsigned(&writer, figures.waiting);
    write_rows(&writer, &dictionary, false);
    write_rows(&writer, &dictionary, true);
    json_object_end(&writer);
    return STATUS_OK;
}

static enum status read_deed(const struct local_call *call, const struct json_node **object,
                             struct control_deed *deed, struct error *error)
{
    struct text name;
    struct project project;
    TRY(local_body(call, object, error));
    TRY(local_member(*object, "project", &name, error));
    TRY(local_project(call, name, &project, error));
    const struct json_node *by = json_find(*object, "by");
    *deed = (struct control_deed){
        .project = project.id,
        .by = by && by->kind == JSON_TEXT ? by->text : TEXT(""),
        .reason = TEXT(""),
        .now_ms = call->now_ms,
    };
    return STATUS_OK;
}

enum status local_dictionary_forget(const struct local_call *call, struct error *error)
{
    const struct json_node *object;
    struct control_deed deed;
    struct text hex;
    uint64_t hash;
    TRY(read_deed(call, &object, &deed, error));
    TRY(local_member(object, "hash", &hex, error));
    if (!shield_dictionary_parse(hex, &hash)) {
        return error_set(error, STATUS_INVALID, "a hash has 16 digits, 0 to 9 and a to f");
    }
    TRY(control_observed_forget(call->rooms->control, &deed, hash, error));
    buffer_append_string(call->answer, "{}");
    return STATUS_OK;
}

/* What waits goes with what was learned: both begin anew. */
enum status local_dictionary_clear(const struct local_call *call, struct error *error)
{
    const struct json_node *object;
    struct control_deed deed;
    TRY(read_deed(call, &object, &deed, error));
    if (call->rooms->observed) observed_clear(call->rooms->observed, deed.project);
    TRY(control_observed_clear(call->rooms->control, &deed, error));
    buffer_append_string(call->answer, "{}");
    return STATUS_OK;
}
