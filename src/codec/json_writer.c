#include "codec/json_writer.h"

#include "base/check.h"
#include "codec/json_scan.h"
#include "codec/number.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { WRITER_DEPTH_MAX = 63 };

void json_writer_init(struct json_writer *writer, struct buffer *out)
{
    assert(out);
    *writer = (struct json_writer){.out = out};
}

/* Whatever begins an item: the comma before it, unless a key stands there. */
static void begin_item(struct json_writer *writer)
{
    if (writer->after_key) {
        writer->after_key = false;
        return;
    }
    uint64_t level = UINT64_C(1) << writer->depth;
    if (writer->has_items & level) buffer_append_byte(writer->out, ',');
    writer->has_items |= level;
}

static void begin_container(struct json_writer *writer, char bracket)
{
    begin_item(writer);
    assert(writer->depth < WRITER_DEPTH_MAX);
    writer->depth++;
    writer->has_items &= ~(UINT64_C(1) << writer->depth);
    buffer_append_byte(writer->out, bracket);
}

static void end_container(struct json_writer *writer, char bracket)
{
    assert(writer->depth > 0);
    assert(!writer->after_key);
    writer->depth--;
    buffer_append_byte(writer->out, bracket);
}

void json_object_begin(struct json_writer *writer)
{
    begin_container(writer, '{');
}

void json_object_end(struct json_writer *writer)
{
    end_container(writer, '}');
}

void json_array_begin(struct json_writer *writer)
{
    begin_container(writer, '[');
}

void json_array_end(struct json_writer *writer)
{
    end_container(writer, ']');
}

void json_key(struct json_writer *writer, const char *key)
{
    json_key_text(writer, text_from(key));
}

void json_key_text(struct json_writer *writer, struct text key)
{
    assert(writer->depth > 0);
    assert(!writer->after_key);
    begin_item(writer);
    json_escape(writer->out, key);
    buffer_append_byte(writer->out, ':');
    writer->after_key = true;
}

void json_text(struct json_writer *writer, struct text text)
{
    begin_item(writer);
    json_escape(writer->out, text);
}

void json_string(struct json_writer *writer, const char *string)
{
    json_text(writer, text_from(string));
}

void json_integer(struct json_writer *writer, int64_t number)
{
    begin_item(writer);
    buffer_printf(writer->out, "%" PRId64, number);
}

void json_unsigned(struct json_writer *writer, uint64_t number)
{
    begin_item(writer);
    buffer_printf(writer->out, "%" PRIu64, number);
}

void json_decimal(struct json_writer *writer, double number)
{
    assert(isfinite(number)); /* JSON has no word for the others */
    char digits[NUMBER_TEXT_SIZE];
    size_t size = number_format(number, digits);
    json_raw(writer, (struct text){digits, size});
}

void json_bool(struct json_writer *writer, bool value)
{
    json_raw(writer, value ? TEXT("true") : TEXT("false"));
}

void json_null(struct json_writer *writer)
{
    json_raw(writer, TEXT("null"));
}

void json_raw(struct json_writer *writer, struct text json)
{
    assert(json.size > 0);
    begin_item(writer);
    buffer_append_text(writer->out, json);
}

struct buffer *json_direct(struct json_writer *writer)
{
    begin_item(writer);
    return writer->out;
}

static void escape_byte(struct buffer *out, char byte)
{
    static const char hex[] = "0123456789abcdef";
    switch (byte) {
    case '"': buffer_append(out, "\\\"", 2); return;
    case '\\': buffer_append(out, "\\\\", 2); return;
    case '\b': buffer_append(out, "\\b", 2); return;
    case '\f': buffer_append(out, "\\f", 2); return;
    case '\n': buffer_append(out, "\\n", 2); return;
    case '\r': buffer_append(out, "\\r", 2); return;
    case '\t': buffer_append(out, "\\t", 2); return;
    default: break;
    }
    char escape[6] = {'\\', 'u', '0', '0', hex[(byte >> 4) & 0xf], hex[byte & 0xf]};
    buffer_append(out, escape, sizeof escape);
}

/* Most texts hold nothing to escape: they are copied at once. */
static bool copy_plain(struct buffer *out, struct text text)
{
    unsigned high = 0;
    char *room = buffer_reserve(out, text.size + 2);
    if (!room) return true; /* the buffer says so */
    if (text.size > 0) {
        const char *end = text.bytes + text.size;
        if (json_scan_plain(text.bytes, end, &high) != end) return false;
        memcpy(room + 1, text.bytes, text.size);
    }
    room[0] = '"';
    room[text.size + 1] = '"';
    buffer_advance(out, text.size + 2);
    return true;
}

void json_escape(struct buffer *out, struct text text)
{
    if (copy_plain(out, text)) return;
    const char *place = text.bytes;
    const char *end = place + text.size;
    buffer_append_byte(out, '"');
    while (place < end) {
        unsigned high = 0;
        const char *stop = json_scan_plain(place, end, &high);
        buffer_append(out, place, (size_t)(stop - place));
        if (stop == end) break;
        escape_byte(out, *stop);
        place = stop + 1;
    }
    buffer_append_byte(out, '"');
}
