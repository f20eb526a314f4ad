/* candor shield settings: what browser SDKs of a project may do. */
#include "api/api_local.h"
#include "codec/number.h"
#include "codec/xor_filter.h"
#include "control/control_shield.h"
#include "shield/shield_dictionary.h"

static enum status read_switch(const struct json_node *object, const char *name,
                               enum control_switch *out, struct error *error)
{
    const struct json_node *node = json_find(object, name);
    *out = CONTROL_SAME;
    if (!node) return STATUS_OK;
    *out = node->kind == JSON_TRUE ? CONTROL_ON : CONTROL_OFF;
    if (node->kind == JSON_TRUE || node->kind == JSON_FALSE) return STATUS_OK;
    return error_set(error, STATUS_INVALID, "\"%s\" is on or off", name);
}

static enum status read_sample(const struct json_node *object, double *out, struct error *error)
{
    const struct json_node *node = json_find(object, "sample");
    *out = -1;
    if (!node) return STATUS_OK;
    bool is_number = node->kind == JSON_NUMBER || node->kind == JSON_TEXT;
    if (is_number && number_parse(node->text, out) && *out >= 0 && *out <= 1) {
        return STATUS_OK;
    }
    return error_set(error, STATUS_INVALID, "the sample is a share from 0 to 1");
}

/* A list of texts as lines; bytes NULL when there is none. */
static enum status read_list(const struct local_call *call, const struct json_node *object,
                             const char *name, struct text *out, struct error *error)
{
    const struct json_node *list = json_find(object, name);
    *out = (struct text){0};
    if (!list) return STATUS_OK;
    if (list->kind != JSON_ARRAY_BEGIN) {
        return error_set(error, STATUS_INVALID, "\"%s\" is a list of texts", name);
    }
    struct buffer lines;
    buffer_init(&lines, 1024 * 1024);
    bool are_texts = true;
    for (const struct json_node *node = list->first_child; node; node = node->next) {
        are_texts = are_texts && node->kind == JSON_TEXT;
        if (node->kind == JSON_TEXT) buffer_append_text(&lines, node->text);
        buffer_append_byte(&lines, '\n');
    }
    bool fits = !buffer_overflowed(&lines);
    *out = arena_text(call->arena, buffer_text(&lines));
    buffer_release(&lines);
    if (!are_texts) return error_set(error, STATUS_INVALID, "\"%s\" is a list of texts", name);
    if (fits && out->bytes) return STATUS_OK;
    return error_set(error, STATUS_TOO_LARGE, "\"%s\" is too long", name);
}

/* --- the dictionary --- */

struct dictionary {
    struct text salt;
    uint64_t *hashes;
    size_t count, count_max;
};

/* "salt SALT" once, then hashes of 16 hex digits, one a line; "#" begins a remark. */
static enum status take_line(struct dictionary *dictionary, struct text line, size_t number,
                             struct error *error)
{
    struct text rest;
    if (line.size == 0 || line.bytes[0] == '#') return STATUS_OK;
    if (text_equal(text_split(line, ' ', &rest), TEXT("salt")) && dictionary->salt.size == 0) {
        dictionary->salt = text_trim(rest);
        return STATUS_OK;
    }
    if (dictionary->count == dictionary->count_max) {
        return error_set(error, STATUS_TOO_LARGE, "a dictionary has at most %d texts",
                         XOR_FILTER_COUNT_MAX);
    }
    if (shield_dictionary_parse(line, &dictionary->hashes[dictionary->count])) {
        dictionary->count++;
        return STATUS_OK;
    }
    return error_set(error, STATUS_INVALID,
                     "line %zu of the dictionary is no hash: expected 16 hex digits", number);
}

static enum status parse_dictionary(struct text file, struct dictionary *out, struct error *error)
{
    for (size_t number = 1; file.size > 0; number++) {
        struct text line = text_trim(text_split(file, '\n', &file));
        TRY(take_line(out, line, number, error));
    }
    if (out->count == 0) return error_set(error, STATUS_INVALID, "the dictionary has no hashes");
    if (out->salt.size > 0) return STATUS_OK;
    return error_set(error, STATUS_INVALID, "the dictionary has no line \"salt SALT\"");
}

static enum status take_dictionary(const struct local_call *call, struct text file,
                                   struct control_sdk_change *change, struct error *error)
{
    struct dictionary dictionary = {.count_max = XOR_FILTER_COUNT_MAX};
    dictionary.hashes = ARENA_ARRAY(call->arena, uint64_t, XOR_FILTER_COUNT_MAX);
    if (!dictionary.hashes) return error_set(error, STATUS_TOO_LARGE, "too little memory");
    TRY(parse_dictionary(file, &dictionary, error));
    change->salt = dictionary.salt;
    change->hashes = dictionary.hashes;
    change->hash_count = dictionary.count;
    return STATUS_OK;
}

/* A text is the file; null takes the dictionary away. */
static enum status read_dictionary(const struct local_call *call, const struct json_node *object,
                                   struct control_sdk_change *change, struct error *error)
{
    const struct json_node *node = json_find(object, "dictionary");
    change->has_dictionary = node != NULL;
    if (!node || node->kind == JSON_NULL) return STATUS_OK;
    if (node->kind == JSON_TEXT) return take_dictionary(call, node->text, change, error);
    return error_set(error, STATUS_INVALID, "the dictionary is a text of lines");
}

/* --- the call --- */

enum status local_sdk_settings(const struct local_call *call, struct error *error)
{
    const struct json_node *object;
    struct control_sdk_change change = {.sample = -1};
    struct project project;
    struct text name;
    TRY(local_body(call, &object, error));
    TRY(local_member(object, "project", &name, error));
    TRY(local_project(call, name, &project, error));
    TRY(read_switch(object, "autocapture", &change.autocapture, error));
    TRY(read_switch(object, "observe", &change.observe, error));
    TRY(read_sample(object, &change.sample, error));
    TRY(read_list(call, object, "routes", &change.routes, error));
    TRY(read_list(call, object, "params", &change.params, error));
    TRY(read_dictionary(call, object, &change, error));
    struct control_deed deed = {.project = project.id, .now_ms = call->now_ms};
    TRY(control_sdk_settings(call->rooms->control, &deed, &change, error));
    buffer_append_string(call->answer, "{}");
    return STATUS_OK;
}
