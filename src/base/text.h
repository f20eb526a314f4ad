/* A run of bytes that someone else owns: a pointer and a size, not NUL-terminated.
 *
 * Values, passed by copy; borrowed from a buffer, an arena or a literal. Any thread. */
#ifndef CANDOR_BASE_TEXT_H
#define CANDOR_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
    const char *bytes;
    size_t size;
};

#define TEXT_INIT(literal)                \
    {                                     \
        ("" literal), sizeof(literal) - 1 \
    }
#define TEXT(literal) ((struct text)TEXT_INIT(literal))

/* For printf: ("%.*s", TEXT_PRINT(text)). */
#define TEXT_PRINT(text) ((int)(text).size), ((text).bytes ? (text).bytes : "")

struct text text_from(const char *string); /* borrowed; NULL gives the empty text */
static inline bool text_equal(struct text a, struct text b);
bool text_equal_fold(struct text a, struct text b); /* ASCII letters without case */
int text_compare(struct text a, struct text b);     /* by bytes; a prefix comes first */
static inline bool text_starts_with(struct text text, struct text prefix);
bool text_starts_with_fold(struct text text, struct text prefix);
bool text_ends_with(struct text text, struct text suffix);

enum { TEXT_NOT_FOUND = -1 };

/* The index of the first place, or TEXT_NOT_FOUND. An empty needle is found at 0. */
ptrdiff_t text_find(struct text text, struct text needle);
ptrdiff_t text_find_byte(struct text text, char byte);

struct text text_slice(struct text text, size_t first, size_t size);
struct text text_trim(struct text text); /* without space, tab, CR, LF at both ends */

/* The part before the first separator; rest becomes what follows it (empty when there is none). */
struct text text_split(struct text text, char separator, struct text *rest);

/* Whole texts only: no sign for u64, no space, no rest, no overflow; false leaves *out alone. */
bool text_to_u64(struct text text, uint64_t *out);
bool text_to_i64(struct text text, int64_t *out);

/* Copy with a NUL into a buffer of this size; false (and an empty string) when it does not fit. */
bool text_to_string(struct text text, char *buffer, size_t buffer_size);

/* Well mixed. Where others choose the texts, give a seed that they cannot know: with it they cannot
 * choose texts that fall together. text_hash is text_hash_seeded with a fixed one. */
static inline uint64_t text_hash_seeded(struct text text, uint64_t seed);
uint64_t text_hash(struct text text);

/* The bytes there, as they stand in memory. */
static inline uint64_t text_read_8(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static inline uint64_t text_read_4(const char *bytes)
{
    uint32_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* Names are compared by the dozen for each event, and most have 4 to 16 bytes: two words that may
 * overlap hold all of those, four those of up to 32. Inlined even where a compiler finds it too
 * long for that: most calls differ in size, and end at once. */
static inline __attribute__((always_inline)) bool text_equal(struct text a, struct text b)
{
    size_t size = a.size;
    if (size != b.size) return false;
    if (size > 32) return memcmp(a.bytes, b.bytes, size) == 0;
    if (size >= 8) {
        bool is_same = text_read_8(a.bytes) == text_read_8(b.bytes) &&
                       text_read_8(a.bytes + size - 8) == text_read_8(b.bytes + size - 8);
        if (!is_same || size <= 16) return is_same;
        return text_read_8(a.bytes + 8) == text_read_8(b.bytes + 8) &&
               text_read_8(a.bytes + size - 16) == text_read_8(b.bytes + size - 16);
    }
    if (size >= 4) {
        return text_read_4(a.bytes) == text_read_4(b.bytes) &&
               text_read_4(a.bytes + size - 4) == text_read_4(b.bytes + size - 4);
    }
    for (size_t i = 0; i < size; i++)
        if (a.bytes[i] != b.bytes[i]) return false;
    return true;
}

static inline bool text_starts_with(struct text text, struct text prefix)
{
    return text.size >= prefix.size && text_equal((struct text){text.bytes, prefix.size}, prefix);
}

/* --- of text_hash_seeded: sixteen bytes a step with a multiply and a fold, as in wyhash --- */

static inline uint64_t text_fold(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Of less than eight bytes all, some of them twice, so that nothing is copied byte by byte. */
static inline uint64_t text_read_short(struct text text)
{
    const char *bytes = text.bytes;
    size_t size = text.size;
    if (size >= 4) return text_read_4(bytes) | text_read_4(bytes + size - 4) << 32;
    if (size == 0) return 0;
    uint64_t first = (uint8_t)bytes[0];
    uint64_t middle = (uint8_t)bytes[size / 2];
    return first | middle << 8 | (uint64_t)(uint8_t)bytes[size - 1] << 16;
}

/* Of more than sixteen bytes. */
uint64_t text_hash_long(struct text text, uint64_t hash, uint64_t key);

/* Here, so that short texts, which are most, cost no call. */
static inline __attribute__((always_inline)) uint64_t text_hash_seeded(struct text text,
                                                                       uint64_t seed)
{
    const uint64_t k0 = 0xa0761d6478bd642fULL;
    const uint64_t k1 = 0xe7037ed1a0b428dbULL ^ seed;
    uint64_t hash = k0 ^ seed ^ (uint64_t)text.size;
    if (text.size > 16) {
        hash = text_hash_long(text, hash, k1);
    } else if (text.size >= 8) {
        uint64_t last = text_read_8(text.bytes + text.size - 8);
        hash = text_fold(text_read_8(text.bytes) ^ k1, last ^ hash);
    } else {
        hash = text_fold(text_read_short(text) ^ k1, hash);
    }
    /* One product leaves texts that are counted up in rows; a second one parts them. */
    return text_fold(hash ^ k1, k0);
}

#endif
