/* candor shield show: everything that a project's shield was told, and by whom. */
#include "api/api_local.h"
#include "codec/json_writer.h"
#include "control/control_shield.h"

static void write_mode(struct json_writer *writer, const struct control_shield *shield,
                       int64_t now_ms)
{
    struct project project = {.shield_mode = shield->mode,
                              .shield_mode_until_ms = shield->mode_until_ms};
    json_key(writer, "mode");
    json_string(writer, local_shield_mode_name(project_shield_at(&project, now_ms)));
    json_key(writer, "mode_set");
    json_object_begin(writer);
    json_key(writer, "mode");
    json_string(writer, local_shield_mode_name(shield->mode));
    json_key(writer, "by");
    json_text(writer, shield->mode_by);
    json_key(writer, "reason");
    json_text(writer, shield->mode_reason);
    local_write_instant(writer, "set", shield->mode_set_ms);
    local_write_instant(writer, "until", shield->mode_until_ms);
    json_object_end(writer);
}

static void write_texts(struct json_writer *writer, const char *key, enum control_text which,
                        const struct control_shield *shield)
{
    json_key(writer, key);
    json_array_begin(writer);
    for (size_t i = 0; i < shield->text_count; i++) {
        const struct control_text_row *row = &shield->texts[i];
        if (row->which != which) continue;
        json_object_begin(writer);
        json_key(writer, "revision");
        json_unsigned(writer, row->revision);
        json_key(writer, "bytes");
        json_unsigned(writer, row->size);
        json_key(writer, "by");
        json_text(writer, row->by);
        local_write_instant(writer, "made", row->made_ms);
        json_object_end(writer);
    }
    json_array_end(writer);
}

static void write_loosened(struct json_writer *writer, const struct control_shield *shield,
                           int64_t now_ms)
{
    json_key(writer, "loosened");
    json_array_begin(writer);
    for (size_t i = 0; i < shield->loosened_count; i++) {
        const struct control_loosened_row *row = &shield->loosened[i];
        json_object_begin(writer);
        json_key(writer, "property");
        json_text(writer, row->property);
        json_key(writer, "detector");
        json_text(writer, row->detector);
        json_key(writer, "by");
        json_text(writer, row->by);
        json_key(writer, "reason");
        json_text(writer, row->reason);
        local_write_instant(writer, "made", row->made_ms);
        local_write_instant(writer, "until", row->until_ms);
        json_key(writer, "in_force");
        json_bool(writer, row->until_ms > now_ms);
        json_object_end(writer);
    }
    json_array_end(writer);
}

static void write_held(struct json_writer *writer, const struct control_shield *shield)
{
    json_key(writer, "held");
    json_array_begin(writer);
    for (size_t i = 0; i < shield->held_count; i++) {
        const struct control_held_row *row = &shield->held[i];
        json_object_begin(writer);
        json_key(writer, "property");
        json_text(writer, row->property);
        json_key(writer, "by");
        json_text(writer, row->by);
        json_key(writer, "reason");
        json_text(writer, row->reason);
        local_write_instant(writer, "held", row->held_ms);
        local_write_instant(writer, "released", row->released_ms);
        json_key(writer, "released_by");
        json_text(writer, row->released_by);
        json_key(writer, "release_reason");
        json_text(writer, row->release_reason);
        json_object_end(writer);
    }
    json_array_end(writer);
}

enum status local_shield_show(const struct local_call *call, struct error *error)
{
    struct project project;
    struct control_shield shield;
    TRY(local_project(call, local_parameter(call, "project"), &project, error));
    TRY(control_shield_read(call->rooms->control, project.id, call->arena, &shield, error));
    struct json_writer writer;
    json_writer_init(&writer, call->answer);
    json_object_begin(&writer);
    json_key(&writer, "project");
    json_text(&writer, project.name);
    json_key(&writer, "revision");
    json_unsigned(&writer, shield.revision);
    write_mode(&writer, &shield, call->now_ms);
    write_texts(&writer, "plan", CONTROL_TEXT_PLAN, &shield);
    write_texts(&writer, "rules", CONTROL_TEXT_RULES, &shield);
    write_loosened(&writer, &shield, call->now_ms);
    write_held(&writer, &shield);
    json_key(&writer, "sdk");
    struct buffer *out = json_direct(&writer);
    buffer_append_byte(out, '{');
    buffer_append_text(out, shield.sdk);
    buffer_append_byte(out, '}');
    json_key(&writer, "dictionary_texts");
    json_unsigned(&writer, shield.dictionary_count);
    json_object_end(&writer);
    return STATUS_OK;
}
