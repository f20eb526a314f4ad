#include "base/text.h"

#include "base/check.h"

#include <string.h>

struct text text_from(const char *string)
{
    if (!string) return (struct text){0};
    return (struct text){string, strlen(string)};
}

static char to_lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte + ('a' - 'A')) : byte;
}

bool text_equal_fold(struct text a, struct text b)
{
    if (a.size != b.size) return false;
    for (size_t i = 0; i < a.size; i++) {
        if (to_lower(a.bytes[i]) != to_lower(b.bytes[i])) return false;
    }
    return true;
}

int text_compare(struct text a, struct text b)
{
    size_t shared = a.size < b.size ? a.size : b.size;
    int order = shared > 0 ? memcmp(a.bytes, b.bytes, shared) : 0;
    if (order != 0) return order;
    return (a.size > b.size) - (a.size < b.size);
}

bool text_starts_with_fold(struct text text, struct text prefix)
{
    return text.size >= prefix.size && text_equal_fold(text_slice(text, 0, prefix.size), prefix);
}

bool text_ends_with(struct text text, struct text suffix)
{
    if (text.size < suffix.size) return false;
    return text_equal(text_slice(text, text.size - suffix.size, suffix.size), suffix);
}

ptrdiff_t text_find(struct text text, struct text needle)
{
    if (needle.size == 0) return 0;
    if (text.size < needle.size) return TEXT_NOT_FOUND;
    const char *place = memmem(text.bytes, text.size, needle.bytes, needle.size);
    return place ? place - text.bytes : TEXT_NOT_FOUND;
}

ptrdiff_t text_find_byte(struct text text, char byte)
{
    if (text.size == 0) return TEXT_NOT_FOUND;
    const char *place = memchr(text.bytes, byte, text.size);
    return place ? place - text.bytes : TEXT_NOT_FOUND;
}

struct text text_slice(struct text text, size_t first, size_t size)
{
    assert(first <= text.size);
    assert(size <= text.size - first);
    return (struct text){text.bytes ? text.bytes + first : NULL, size};
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

struct text text_trim(struct text text)
{
    while (text.size > 0 && is_space(text.bytes[0])) {
        text.bytes++;
        text.size--;
    }
    while (text.size > 0 && is_space(text.bytes[text.size - 1]))
        text.size--;
    return text;
}

struct text text_split(struct text text, char separator, struct text *rest)
{
    ptrdiff_t place = text_find_byte(text, separator);
    if (place == TEXT_NOT_FOUND) {
        *rest = text_slice(text, text.size, 0);
        return text;
    }
    size_t size = (size_t)place;
    *rest = text_slice(text, size + 1, text.size - size - 1);
    return text_slice(text, 0, size);
}

bool text_to_u64(struct text text, uint64_t *out)
{
    if (text.size == 0) return false;
    uint64_t number = 0;
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.bytes[i];
        if (byte < '0' || byte > '9') return false;
        if (__builtin_mul_overflow(number, (uint64_t)10, &number)) return false;
        if (__builtin_add_overflow(number, (uint64_t)(byte - '0'), &number)) return false;
    }
    *out = number;
    return true;
}

bool text_to_i64(struct text text, int64_t *out)
{
    bool negative = text.size > 0 && text.bytes[0] == '-';
    uint64_t magnitude;
    if (!text_to_u64(negative ? text_slice(text, 1, text.size - 1) : text, &magnitude))
        return false;
    if (magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0)) return false;
    *out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}

bool text_to_string(struct text text, char *buffer, size_t buffer_size)
{
    assert(buffer_size > 0);
    buffer[0] = '\0';
    if (text.size >= buffer_size) return false;
    if (text.size > 0) memcpy(buffer, text.bytes, text.size);
    buffer[text.size] = '\0';
    return true;
}

uint64_t text_hash_long(struct text text, uint64_t hash, uint64_t key)
{
    const char *bytes = text.bytes;
    size_t size = text.size;
    assert(size > 16);
    for (; size > 16; size -= 16, bytes += 16)
        hash = text_fold(text_read_8(bytes) ^ key, text_read_8(bytes + 8) ^ hash);
    bytes += size; /* the last sixteen, some of them again */
    return text_fold(text_read_8(bytes - 16) ^ key, text_read_8(bytes - 8) ^ hash);
}

uint64_t text_hash(struct text text)
{
    return text_hash_seeded(text, 0);
}
