#include "base/buffer.h"

#include "base/check.h"
#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { CAPACITY_FIRST = 256 };

void buffer_init(struct buffer *buffer, size_t size_max)
{
    assert(size_max > 0);
    *buffer = (struct buffer){.size_max = size_max};
}

void buffer_init_secret(struct buffer *buffer, size_t size_max, const struct memory_source *source)
{
    buffer_init(buffer, size_max);
    buffer->is_secret = true;
    buffer->source = source;
}

void buffer_release(struct buffer *buffer)
{
    if (buffer->is_secret) {
        memory_give(buffer->source, buffer->bytes, buffer->capacity, buffer->capacity);
    } else {
        memory_free(buffer->bytes);
    }
    *buffer = (struct buffer){
        .size_max = buffer->size_max, .is_secret = buffer->is_secret, .source = buffer->source};
}

void buffer_clear(struct buffer *buffer)
{
    buffer->size = 0;
    buffer->overflowed = false;
}

static void grow(struct buffer *buffer, size_t capacity)
{
    if (buffer->is_secret) {
        char *bytes = memory_take(buffer->source, capacity);
        if (buffer->size > 0) memcpy(bytes, buffer->bytes, buffer->size);
        memory_give(buffer->source, buffer->bytes, buffer->capacity, buffer->capacity);
        buffer->bytes = bytes;
    } else {
        buffer->bytes = memory_resize(buffer->bytes, capacity, 1);
    }
    buffer->capacity = capacity;
}

char *buffer_reserve(struct buffer *buffer, size_t size)
{
    assert(buffer->size_max > 0);
    assert(buffer->size <= buffer->size_max);
    if (buffer->overflowed || size > buffer->size_max - buffer->size) {
        buffer->overflowed = true;
        return NULL;
    }
    size_t needed = buffer->size + size;
    if (needed > buffer->capacity) {
        size_t capacity = buffer->capacity ? buffer->capacity : CAPACITY_FIRST;
        if (capacity > buffer->size_max) capacity = buffer->size_max;
        while (capacity < needed)
            capacity = capacity > buffer->size_max / 2 ? buffer->size_max : capacity * 2;
        grow(buffer, capacity);
    }
    return buffer->bytes + buffer->size;
}

void buffer_advance(struct buffer *buffer, size_t size)
{
    assert(size <= buffer->capacity - buffer->size);
    buffer->size += size;
}

void buffer_append(struct buffer *buffer, const void *bytes, size_t size)
{
    if (size == 0) return;
    char *place = buffer_reserve(buffer, size);
    if (!place) return;
    memcpy(place, bytes, size);
    buffer->size += size;
}

void buffer_append_text(struct buffer *buffer, struct text text)
{
    buffer_append(buffer, text.bytes, text.size);
}

void buffer_append_string(struct buffer *buffer, const char *string)
{
    buffer_append(buffer, string, strlen(string));
}

/* vsnprintf adds a NUL, for which a text that fills the buffer to its maximum leaves no place. */
static __attribute__((format(printf, 3, 0))) void print_aside(struct buffer *buffer, size_t size,
                                                              const char *format, va_list arguments)
{
    char *string = memory_alloc(size + 1, 1);
    (void)vsnprintf(string, size + 1, format, arguments);
    buffer_append(buffer, string, size);
    memory_free(string);
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int printed = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    assert(printed >= 0);
    size_t size = (size_t)printed;
    if (size == buffer->size_max - buffer->size) {
        print_aside(buffer, size, format, again);
    } else {
        char *place = buffer_reserve(buffer, size + 1);
        if (place) {
            (void)vsnprintf(place, size + 1, format, again);
            buffer->size += size;
        }
    }
    va_end(again);
}

bool buffer_overflowed(const struct buffer *buffer)
{
    return buffer->overflowed;
}

struct text buffer_text(const struct buffer *buffer)
{
    return (struct text){buffer->bytes, buffer->size};
}
