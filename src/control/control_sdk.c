/* What browser SDKs of a project may do, and how the project table says so. */
#include "base/check.h"
#include "codec/json_writer.h"
#include "codec/transfer.h"
#include "codec/utf8.h"
#include "control/control_internal.h"
#include "control/control_shield.h"

#include <string.h>

/* The columns of SHIELD_LIST. */
enum {
    COLUMN_REVISION = 1,
    COLUMN_MODE,
    COLUMN_MODE_UNTIL,
    COLUMN_PLAN,
    COLUMN_RULES,
    COLUMN_LOOSENED,
    COLUMN_HELD,
    COLUMN_AUTOCAPTURE,
    COLUMN_OBSERVE,
    COLUMN_SAMPLE,
    COLUMN_ROUTES,
    COLUMN_PARAMS,
    COLUMN_SALT,
    COLUMN_DICTIONARY,
    COLUMN_LISTED = 19,
};

/* --- checking --- */

static bool is_word(struct text word, const char *marks)
{
    for (size_t i = 0; i < word.size; i++) {
        char byte = word.bytes[i];
        bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        bool is_digit = byte >= '0' && byte <= '9';
        if (!is_letter && !is_digit && (byte == '\0' || !strchr(marks, byte))) return false;
    }
    return word.size > 0;
}

/* "/orders/:id": what a browser may have in a path, before its query. */
static bool is_route(struct text route)
{
    return route.size <= CONTROL_ROUTE_SIZE_MAX && text_starts_with(route, TEXT("/")) &&
           is_word(route, "/:-._~%!$&'()*+,;=@");
}

static bool is_param(struct text param)
{
    return param.size <= CONTROL_PARAM_SIZE_MAX && is_word(param, "-._~[]");
}

static enum status check_lines(struct text lines, bool (*fits)(struct text), size_t count_max,
                               const char *what, struct error *error)
{
    size_t count = 0;
    while (lines.size > 0) {
        if (!fits(text_split(lines, '\n', &lines))) {
            return error_set(error, STATUS_INVALID, "%s number %zu is none", what, count + 1);
        }
        if (++count > count_max) {
            return error_set(error, STATUS_TOO_LARGE, "%s: more than %zu", what, count_max);
        }
    }
    return STATUS_OK;
}

static enum status check_dictionary(const struct control_sdk_change *change, struct error *error)
{
    if (!change->has_dictionary) return STATUS_OK;
    if (change->hash_count == 0 && change->salt.size == 0) return STATUS_OK;
    if (change->salt.size <= CONTROL_SALT_SIZE_MAX && is_word(change->salt, "-._~+/=")) {
        return STATUS_OK;
    }
    return error_set(
        error, STATUS_INVALID,
        "the dictionary's salt has 1 to %d letters, digits and -._~+/=", CONTROL_SALT_SIZE_MAX);
}

static enum status check_change(const struct control_sdk_change *change, struct error *error)
{
    if (!(change->sample <= 1)) { /* also not a number */
        return error_set(error, STATUS_INVALID, "the sample is a share from 0 to 1");
    }
    TRY(check_lines(change->routes, is_route, CONTROL_ROUTE_COUNT_MAX, "route", error));
    TRY(check_lines(change->params, is_param, CONTROL_PARAM_COUNT_MAX, "parameter", error));
    return check_dictionary(change, error);
}

/* --- changing --- */

static void bind_switch(sqlite3_stmt *statement, int place, enum control_switch value)
{
    if (value != CONTROL_SAME) sqlite3_bind_int(statement, place, value == CONTROL_ON);
}

/* What is not bound is null, and null leaves the column as it was. */
static enum status set_sdk(struct control *control, const struct control_deed *deed, void *context,
                           struct error *error)
{
    const struct control_sdk_change *change = context;
    sqlite3_stmt *statement = control_ready(control, CONTROL_SHIELD_SDK);
    sqlite3_bind_int64(statement, 1, deed->project);
    bind_switch(statement, 2, change->autocapture);
    bind_switch(statement, 3, change->observe);
    if (change->sample >= 0) sqlite3_bind_double(statement, 4, change->sample);
    if (change->routes.bytes) control_bind_text(statement, 5, change->routes);
    if (change->params.bytes) control_bind_text(statement, 6, change->params);
    TRY(control_run(control, statement, error));
    if (!change->has_dictionary && change->observe == CONTROL_SAME) return STATUS_OK;
    if (change->has_dictionary) TRY(control_dictionary_upload(control, deed, change, error));
    return control_dictionary_make(control, deed, error);
}

enum status control_sdk_settings(struct control *control, const struct control_deed *deed,
                                 const struct control_sdk_change *change, struct error *error)
{
    struct control_sdk_change copy = *change;
    TRY(check_change(&copy, error));
    return control_change(control, deed, set_sdk, &copy, error);
}

/* --- publishing --- */

static void write_lines(struct json_writer *writer, const char *key, struct text lines)
{
    json_key(writer, key);
    json_array_begin(writer);
    while (lines.size > 0)
        json_text(writer, text_split(lines, '\n', &lines));
    json_array_end(writer);
}

static void write_dictionary(struct json_writer *writer, struct text salt, struct text filter)
{
    json_key(writer, "dictionary");
    if (salt.size == 0) {
        json_null(writer);
        return;
    }
    json_object_begin(writer);
    json_key(writer, "salt");
    json_text(writer, salt);
    json_key(writer, "filter");
    struct buffer *out = json_direct(writer);
    buffer_append_byte(out, '"');
    transfer_base64_encode(out, filter);
    buffer_append_byte(out, '"');
    json_object_end(writer);
}

/* In the order of project_sdk_default, so that an untouched project answers as nobody's key. */
static struct text write_sdk(sqlite3_stmt *statement, struct text_index *texts)
{
    struct buffer out;
    struct json_writer writer;
    struct text filter = {sqlite3_column_blob(statement, COLUMN_DICTIONARY),
                          (size_t)sqlite3_column_bytes(statement, COLUMN_DICTIONARY)};
    buffer_init(&out, SIZE_MAX);
    json_writer_init(&writer, &out);
    json_object_begin(&writer);
    json_key(&writer, "autocapture");
    json_bool(&writer, sqlite3_column_int(statement, COLUMN_AUTOCAPTURE) != 0);
    write_lines(&writer, "routes", control_column_text(statement, COLUMN_ROUTES));
    write_lines(&writer, "params", control_column_text(statement, COLUMN_PARAMS));
    write_dictionary(&writer, control_column_text(statement, COLUMN_SALT), filter);
    json_key(&writer, "observe");
    json_bool(&writer, sqlite3_column_int(statement, COLUMN_OBSERVE) != 0);
    json_key(&writer, "sample");
    json_decimal(&writer, sqlite3_column_double(statement, COLUMN_SAMPLE));
    write_lines(&writer, "hold", control_column_text(statement, COLUMN_HELD));
    json_object_end(&writer);
    struct text json = buffer_text(&out);
    assert(json.size > 2);
    struct text members = text_slice(json, 1, json.size - 2); /* without the braces */
    struct text kept = text_index_get(texts, text_index_add(texts, members));
    buffer_release(&out);
    return kept;
}

static struct text keep(sqlite3_stmt *statement, int column, struct text_index *texts)
{
    struct text text = control_column_text(statement, column);
    return text_index_get(texts, text_index_add(texts, text));
}

void control_read_shield(sqlite3_stmt *statement, struct text_index *texts, struct project *project)
{
    int mode = sqlite3_column_int(statement, COLUMN_MODE);
    bool is_known = mode >= PROJECT_SHIELD_GUARDED && mode <= PROJECT_SHIELD_OPEN;
    project->shield_revision = (uint64_t)sqlite3_column_int64(statement, COLUMN_REVISION);
    project->shield_mode = is_known ? (enum project_shield)mode : PROJECT_SHIELD_STRICT;
    project->shield_mode_until_ms = sqlite3_column_int64(statement, COLUMN_MODE_UNTIL);
    project->shield_plan = keep(statement, COLUMN_PLAN, texts);
    project->shield_rules = keep(statement, COLUMN_RULES, texts);
    project->shield_loosened = keep(statement, COLUMN_LOOSENED, texts);
    project->shield_held = keep(statement, COLUMN_HELD, texts);
    project->sdk_settings = write_sdk(statement, texts);
    project->dictionary_salt = keep(statement, COLUMN_SALT, texts);
    project->dictionary_hashes = keep(statement, COLUMN_LISTED, texts);
    project->observes = sqlite3_column_int(statement, COLUMN_OBSERVE) != 0;
}
