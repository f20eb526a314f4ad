#include "backend/held.h"

#include "base/memory.h"
#include "codec/json_reader.h"
#include "codec/json_writer.h"

#include <string.h>

bool held_has(struct text held, struct text name)
{
    while (held.size > 0)
        if (text_equal(text_split(held, '\n', &held), name)) return true;
    return false;
}

/* The name as a whole, or the part before one of its dots: then it is a path. */
static bool is_in_held(struct text held, struct text property)
{
    for (size_t i = 0; i < property.size; i++) {
        bool is_path = property.bytes[i] == '.';
        if (is_path && held_has(held, text_slice(property, 0, i))) return true;
    }
    return held_has(held, property);
}

struct checking {
    struct text held;
    struct text found;
};

static bool is_free(void *context, struct text property)
{
    struct checking *checking = context;
    if (!is_in_held(checking->held, property)) return true;
    checking->found = property;
    return false;
}

enum status held_check_plan(struct text held, const struct plan *plan, struct error *error)
{
    struct checking checking = {.held = held};
    if (held.size == 0 || plan_each_property(plan, is_free, &checking)) return STATUS_OK;
    return error_set(error, STATUS_DENIED,
                     "the property \"%.*s\" is held: what is stored of it is not shown until a "
                     "person releases it",
                     TEXT_PRINT(checking.found));
}

static bool copy_value(struct json_reader *reader, struct json_token token, struct buffer *out)
{
    struct json_writer writer;
    json_writer_init(&writer, out);
    switch (token.kind) {
    case JSON_OBJECT_BEGIN:
    case JSON_ARRAY_BEGIN: return json_copy_compact(reader, out, NULL);
    case JSON_TEXT: json_text(&writer, token.text); return true;
    case JSON_NUMBER: buffer_append_text(out, token.text); return true;
    case JSON_TRUE:
    case JSON_FALSE: json_bool(&writer, token.kind == JSON_TRUE); return true;
    case JSON_NULL: json_null(&writer); return true;
    default: return false;
    }
}

static bool write_members(struct text held, struct json_reader *reader, struct buffer *out)
{
    bool is_first = true;
    if (json_next(reader).kind != JSON_OBJECT_BEGIN) return false;
    for (;;) {
        struct json_token key = json_next(reader);
        if (key.kind == JSON_OBJECT_END) return true;
        if (key.kind != JSON_KEY) return false;
        bool is_shown = !held_has(held, key.text);
        if (is_shown) {
            struct json_writer writer;
            if (!is_first) buffer_append_byte(out, ',');
            is_first = false;
            json_writer_init(&writer, out);
            json_text(&writer, key.text);
            buffer_append_byte(out, ':');
            if (!copy_value(reader, json_next(reader), out)) return false;
            continue;
        }
        struct json_token token = json_next(reader);
        bool is_nested = token.kind == JSON_OBJECT_BEGIN || token.kind == JSON_ARRAY_BEGIN;
        if (token.kind == JSON_ERROR || (is_nested && !json_skip(reader))) return false;
    }
}

bool held_write_rest(struct text held, struct text object, struct buffer *out)
{
    struct json_reader reader;
    char *copy = memory_alloc(object.size + 1, 1); /* the reader decodes in place */
    memcpy(copy, object.bytes, object.size);
    json_reader_init(&reader, copy, object.size);
    bool is_read = write_members(held, &reader, out);
    memory_free(copy);
    return is_read;
}
