/* JSON text out: commas and escapes are placed here and nowhere else. Writes to a buffer whose
 * mark tells when it overflowed. One owner, one thread. */
#ifndef CANDOR_CODEC_JSON_WRITER_H
#define CANDOR_CODEC_JSON_WRITER_H

#include "base/buffer.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct json_writer {
    struct buffer *out;
    uint64_t has_items; /* one bit a level: a comma is due */
    uint32_t depth;
    bool after_key;
};

void json_writer_init(struct json_writer *writer, struct buffer *out);
void json_object_begin(struct json_writer *writer);
void json_object_end(struct json_writer *writer);
void json_array_begin(struct json_writer *writer);
void json_array_end(struct json_writer *writer);
void json_key(struct json_writer *writer, const char *key);
void json_key_text(struct json_writer *writer, struct text key);
void json_text(struct json_writer *writer, struct text text);
void json_string(struct json_writer *writer, const char *string);
void json_integer(struct json_writer *writer, int64_t number);
void json_unsigned(struct json_writer *writer, uint64_t number);
void json_decimal(struct json_writer *writer, double number); /* shortest that reads back equal */
void json_bool(struct json_writer *writer, bool value);
void json_null(struct json_writer *writer);
void json_raw(struct json_writer *writer, struct text json); /* already JSON: a stored list */

/* Where one whole value (or, in an object, whole members) is to be written by other means: places
 * the comma and lends the buffer. */
struct buffer *json_direct(struct json_writer *writer);

/* The text with quotes and minimal escapes: control characters, quote, backslash; bytes from 0x80
 * as they are, U+2028 and U+2029 too. */
void json_escape(struct buffer *out, struct text text);

#endif
