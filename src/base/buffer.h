/* Bytes that grow up to a stated maximum.
 *
 * Running out is a mark on the buffer, not a failure of each call: append what there is to say,
 * then ask buffer_overflowed() once. After the mark nothing more is added. The memory held is
 * never above the maximum. One owner, one thread. */
#ifndef CANDOR_BASE_BUFFER_H
#define CANDOR_BASE_BUFFER_H

#include "base/memory.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
    char *bytes; /* NULL until something is added */
    size_t size;
    size_t capacity;
    size_t size_max;
    bool overflowed;
    bool is_secret;
    const struct memory_source *source; /* of a secret one */
};

void buffer_init(struct buffer *buffer, size_t size_max);

/* For bytes that may leave no trace: growing and releasing overwrite what is given back, which
 * comes from the source (NULL: the heap). */
void buffer_init_secret(struct buffer *buffer, size_t size_max, const struct memory_source *source);

void buffer_release(struct buffer *buffer);
void buffer_clear(struct buffer *buffer); /* keeps the memory and the maximum */

void buffer_append(struct buffer *buffer, const void *bytes, size_t size);
void buffer_append_text(struct buffer *buffer, struct text text);
void buffer_append_string(struct buffer *buffer, const char *string);
static inline void buffer_append_byte(struct buffer *buffer, char byte);
void buffer_printf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Room for size more bytes, not yet counted, or NULL (and the mark) past the maximum. Write there,
 * then buffer_advance() by what was used. */
char *buffer_reserve(struct buffer *buffer, size_t size);
void buffer_advance(struct buffer *buffer, size_t size);

bool buffer_overflowed(const struct buffer *buffer);
struct text buffer_text(const struct buffer *buffer); /* borrowed until the next change */

static inline void buffer_append_byte(struct buffer *buffer, char byte)
{
    if (buffer->size < buffer->capacity && !buffer->overflowed) {
        buffer->bytes[buffer->size++] = byte;
    } else {
        buffer_append(buffer, &byte, 1);
    }
}

#endif
