/* candor shield mode, plan, rules, loosen, hold, release: what people tell a project's shield. */
#include "api/api_local.h"
#include "base/calendar.h"
#include "codec/json_reader.h"
#include "codec/json_writer.h"
#include "control/control_shield.h"

#include <string.h>

/* A text member, or "" when there is none. */
static struct text member_or_nothing(const struct json_node *object, const char *name)
{
    const struct json_node *node = json_find(object, name);
    return node && node->kind == JSON_TEXT ? node->text : TEXT("");
}

/* The body, the project it names, and who does it and why. */
static enum status read_deed(const struct local_call *call, const struct json_node **object,
                             struct control_deed *deed, struct error *error)
{
    struct text name;
    struct project project;
    TRY(local_body(call, object, error));
    TRY(local_member(*object, "project", &name, error));
    TRY(local_project(call, name, &project, error));
    *deed = (struct control_deed){
        .project = project.id,
        .by = member_or_nothing(*object, "by"),
        .reason = member_or_nothing(*object, "reason"),
        .now_ms = call->now_ms,
    };
    return STATUS_OK;
}

/* --- mode --- */

static const char *const mode_names[] = {"guarded", "strict", "open"};

const char *local_shield_mode_name(enum project_shield mode)
{
    return mode_names[mode];
}

static enum status parse_mode(struct text word, enum project_shield *out, struct error *error)
{
    for (int i = PROJECT_SHIELD_GUARDED; i <= PROJECT_SHIELD_OPEN; i++) {
        *out = (enum project_shield)i;
        if (text_equal(word, text_from(mode_names[i]))) return STATUS_OK;
    }
    return error_set(error, STATUS_INVALID, "a mode is one of guarded, strict and open");
}

enum status local_shield_mode(const struct local_call *call, struct error *error)
{
    const struct json_node *object;
    struct control_deed deed;
    struct text word;
    enum project_shield mode;
    TRY(read_deed(call, &object, &deed, error));
    TRY(local_member(object, "mode", &word, error));
    TRY(parse_mode(word, &mode, error));
    TRY(control_shield_mode(call->rooms->control, &deed, mode, error));

    bool is_open = mode == PROJECT_SHIELD_OPEN;
    struct json_writer writer;
    json_writer_init(&writer, call->answer);
    json_object_begin(&writer);
    json_key(&writer, "mode");
    json_string(&writer, mode_names[mode]);
    int64_t end_ms = call->now_ms + CONTROL_OPEN_DAYS * CALENDAR_DAY_MS;
    local_write_instant(&writer, "until", is_open ? end_ms : 0);
    json_object_end(&writer);
    return STATUS_OK;
}

/* --- the plan and the rules --- */

/* The newest text, or "" when there is none. */
static enum status newest(const struct local_call *call, uint32_t project, enum control_text which,
                          struct text *out, struct error *error)
{
    enum status status =
        control_shield_text_get(call->rooms->control, project, which, 0, call->arena, out, error);
    if (status != STATUS_ABSENT) return status;
    *out = TEXT("");
    return STATUS_OK;
}

/* YAML is for the shield to read; what begins as JSON must be JSON. */
static enum status check_json(const struct local_call *call, struct error *error)
{
    struct text trimmed = text_trim(call->body);
    if (!text_starts_with(trimmed, TEXT("{"))) return STATUS_OK;
    char *copy = ARENA_ARRAY(call->arena, char, call->body.size + 1);
    if (!copy) return error_set(error, STATUS_TOO_LARGE, "the text is too large");
    memcpy(copy, call->body.bytes, call->body.size);
    struct json_reader reader;
    json_reader_init(&reader, copy, call->body.size);
    for (;;) {
        struct json_token token = json_next(&reader);
        if (token.kind == JSON_END) return STATUS_OK;
        if (token.kind != JSON_ERROR) continue;
        return error_set(error, STATUS_INVALID, "it is no JSON: something is wrong at byte %zu",
                         reader.offset);
    }
}

/* The shield reads plan and rules together, because rules may name what the plan lists. */
static enum status check_policy(const struct local_call *call, uint32_t project,
                                enum control_text which, struct error *error)
{
    struct text texts[2];                                                 /* by enum control_text */
    if (call->body.size > CONTROL_SHIELD_TEXT_SIZE_MAX) return STATUS_OK; /* control says so */
    TRY(check_json(call, error));
    if (!call->rooms->check_policy) return STATUS_OK;
    enum control_text other = which == CONTROL_TEXT_PLAN ? CONTROL_TEXT_RULES : CONTROL_TEXT_PLAN;
    texts[which] = call->body;
    TRY(newest(call, project, other, &texts[other], error));
    return call->rooms->check_policy(call->rooms->policy_context, texts[CONTROL_TEXT_PLAN],
                                     texts[CONTROL_TEXT_RULES], error);
}

static enum status put_text(const struct local_call *call, enum control_text which,
                            struct error *error)
{
    struct project project;
    uint64_t revision;
    TRY(local_project(call, local_parameter(call, "project"), &project, error));
    TRY(check_policy(call, project.id, which, error));
    struct control_deed deed = {
        .project = project.id,
        .by = local_parameter(call, "by"),
        .now_ms = call->now_ms,
    };
    TRY(control_shield_text_put(call->rooms->control, &deed, which, call->body, &revision, error));
    buffer_printf(call->answer, "{\"revision\":%llu}", (unsigned long long)revision);
    return STATUS_OK;
}

static enum status get_text(const struct local_call *call, enum control_text which,
                            struct error *error)
{
    struct project project;
    struct text contents;
    uint64_t revision = 0;
    struct text number = local_parameter(call, "revision");
    TRY(local_project(call, local_parameter(call, "project"), &project, error));
    if (number.size > 0 && (!text_to_u64(number, &revision) || revision == 0)) {
        return error_set(error, STATUS_INVALID, "a revision is a number from 1 on");
    }
    if (revision == 0) {
        TRY(newest(call, project.id, which, &contents, error));
    } else {
        TRY(control_shield_text_get(call->rooms->control, project.id, which, revision, call->arena,
                                    &contents, error));
    }
    struct json_writer writer;
    json_writer_init(&writer, call->answer);
    json_object_begin(&writer);
    json_key(&writer, "text");
    json_text(&writer, contents);
    json_object_end(&writer);
    return STATUS_OK;
}

enum status local_shield_put_plan(const struct local_call *call, struct error *error)
{
    return put_text(call, CONTROL_TEXT_PLAN, error);
}

enum status local_shield_get_plan(const struct local_call *call, struct error *error)
{
    return get_text(call, CONTROL_TEXT_PLAN, error);
}

enum status local_shield_put_rules(const struct local_call *call, struct error *error)
{
    return put_text(call, CONTROL_TEXT_RULES, error);
}

enum status local_shield_get_rules(const struct local_call *call, struct error *error)
{
    return get_text(call, CONTROL_TEXT_RULES, error);
}

/* --- loosening and holding --- */

/* A day is included whole; "now" ends what is in force. */
static enum status parse_until(struct text word, int64_t now_ms, int64_t *out, struct error *error)
{
    struct calendar_date date;
    *out = now_ms;
    if (text_equal(word, TEXT("now"))) return STATUS_OK;
    if (!calendar_date_parse(word, &date)) {
        return error_set(error, STATUS_INVALID,
                         "could not read --until: expected a date such as 2026-08-01, or now");
    }
    *out = (calendar_days(date) + 1) * CALENDAR_DAY_MS;
    return STATUS_OK;
}

enum status local_shield_loosen(const struct local_call *call, struct error *error)
{
    const struct json_node *object;
    struct control_deed deed;
    struct control_loosening loosening;
    struct text until;
    TRY(read_deed(call, &object, &deed, error));
    TRY(local_member(object, "property", &loosening.property, error));
    TRY(local_member(object, "detector", &loosening.detector, error));
    TRY(local_member(object, "until", &until, error));
    TRY(parse_until(until, call->now_ms, &loosening.until_ms, error));
    TRY(control_shield_loosen(call->rooms->control, &deed, &loosening, error));
    buffer_append_string(call->answer, "{}");
    return STATUS_OK;
}

enum status local_shield_hold(const struct local_call *call, struct error *error)
{
    const struct json_node *object;
    struct control_deed deed;
    struct text property;
    TRY(read_deed(call, &object, &deed, error));
    TRY(local_member(object, "property", &property, error));
    TRY(control_shield_hold(call->rooms->control, &deed, property, error));
    buffer_append_string(call->answer, "{}");
    return STATUS_OK;
}

enum status local_shield_release(const struct local_call *call, struct error *error)
{
    const struct json_node *object;
    struct control_deed deed;
    struct text property;
    TRY(read_deed(call, &object, &deed, error));
    TRY(local_member(object, "property", &property, error));
    TRY(control_shield_release(call->rooms->control, &deed, property, error));
    buffer_append_string(call->answer, "{}");
    return STATUS_OK;
}
