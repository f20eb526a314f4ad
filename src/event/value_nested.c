/* Reading inside lists and objects. They are kept as compact JSON, so a nested list or object is
 * a slice of its parent's text; texts are decoded in place in a copy. */
#include "event/value.h"

#include "base/arena.h"
#include "base/check.h"
#include "codec/json_reader.h"

#include <string.h>

/* A reader over a copy of the value's text; false when the arena is used up. */
static bool open_copy(const struct value *value, struct arena *arena, struct json_reader *reader)
{
    char *copy = ARENA_ARRAY_DIRTY(arena, char, value->text.size + 1);
    if (!copy) return false;
    memcpy(copy, value->text.bytes, value->text.size);
    copy[value->text.size] = 0;
    json_reader_init(reader, copy, value->text.size);
    return true;
}

/* The value that begins with this token. The text of a nested one is cut from the parent, which
 * decoding has not touched. False on bytes that are no JSON, or without room. */
static bool take_value(struct json_reader *reader, struct json_token token, struct text parent,
                       struct arena *arena, struct value *out)
{
    switch (token.kind) {
    case JSON_TEXT: *out = value_from_text(token.text); return true;
    case JSON_NUMBER: *out = value_from_number(token.text); return true;
    case JSON_TRUE: *out = value_from_bool(true); return true;
    case JSON_FALSE: *out = value_from_bool(false); return true;
    case JSON_NULL: *out = (struct value){.kind = VALUE_NULL}; return true;
    case JSON_OBJECT_BEGIN:
    case JSON_ARRAY_BEGIN: break;
    case JSON_ERROR:
    case JSON_END:
    case JSON_OBJECT_END:
    case JSON_ARRAY_END:
    case JSON_KEY: return false;
    }
    size_t first = reader->offset - 1;
    if (!json_skip(reader)) return false;
    struct text nested = arena_text(arena, text_slice(parent, first, reader->offset - first));
    if (!nested.bytes) return false;
    bool is_list = token.kind == JSON_ARRAY_BEGIN;
    *out = (struct value){.kind = is_list ? VALUE_LIST : VALUE_OBJECT, .text = nested};
    return true;
}

/* There are no more elements than commas and one. */
static uint32_t count_commas(struct text text)
{
    uint32_t commas = 0;
    for (size_t i = 0; i < text.size; i++)
        commas += text.bytes[i] == ',';
    return commas;
}

bool value_list_elements(const struct value *list, struct arena *arena, struct value **elements,
                         uint32_t *count)
{
    assert(list->kind == VALUE_LIST);
    *count = 0;
    uint32_t capacity = count_commas(list->text) + 1;
    *elements = ARENA_ARRAY_DIRTY(arena, struct value, capacity);
    struct json_reader reader;
    if (!*elements || !open_copy(list, arena, &reader)) return false;
    if (json_next(&reader).kind != JSON_ARRAY_BEGIN) return true; /* damaged: nothing in it */
    for (;;) {
        struct json_token token = json_next(&reader);
        if (token.kind == JSON_ARRAY_END || token.kind == JSON_ERROR) return true;
        assert(*count < capacity);
        if (!take_value(&reader, token, list->text, arena, &(*elements)[*count])) {
            return reader.error != JSON_ERROR_NONE; /* damaged is no lack of room */
        }
        (*count)++;
    }
}

/* What is left of the path behind this key; bytes NULL when the path does not go through it. */
static struct text path_behind(struct text path, struct text key)
{
    bool goes_on =
        path.size > key.size && text_starts_with(path, key) && path.bytes[key.size] == '.';
    if (!goes_on) return (struct text){0};
    return text_slice(path, key.size + 1, path.size - key.size - 1);
}

bool value_object_find(const struct value *object, struct text path, struct arena *arena,
                       struct value *out)
{
    struct value parent = *object; /* callers may want the answer in its place */
    *out = (struct value){.kind = VALUE_MISSING};
    if (parent.kind != VALUE_OBJECT) return true;
    struct json_reader reader;
    if (!open_copy(&parent, arena, &reader)) return false;
    if (json_next(&reader).kind != JSON_OBJECT_BEGIN) return true;
    for (;;) {
        struct json_token key = json_next(&reader);
        if (key.kind != JSON_KEY) return true;
        bool is_found = text_equal(path, key.text);
        struct text rest = path_behind(path, key.text);
        struct json_token token = json_next(&reader);
        if (is_found) {
            bool taken = take_value(&reader, token, parent.text, arena, out);
            if (!taken) *out = (struct value){.kind = VALUE_MISSING};
            return taken || reader.error != JSON_ERROR_NONE;
        }
        if (rest.bytes && token.kind == JSON_OBJECT_BEGIN) {
            path = rest; /* the reader is inside that object now */
            continue;
        }
        if (!json_skip(&reader)) return true;
    }
}
