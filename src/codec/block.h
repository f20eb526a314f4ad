/* Bytes at rest: varints, bit packing, compression and checksums. All readers take hostile bytes:
 * they return false or a status and never read past the end. Little-endian throughout. */
#ifndef CANDOR_CODEC_BLOCK_H
#define CANDOR_CODEC_BLOCK_H

#include "base/buffer.h"
#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Fixed-width little-endian loads and stores at any alignment. */
static inline void store_u32(void *place, uint32_t number)
{
    memcpy(place, &number, sizeof number);
}

static inline void store_u64(void *place, uint64_t number)
{
    memcpy(place, &number, sizeof number);
}

static inline uint32_t load_u32(const void *place)
{
    uint32_t number;
    memcpy(&number, place, sizeof number);
    return number;
}

static inline uint64_t load_u64(const void *place)
{
    uint64_t number;
    memcpy(&number, place, sizeof number);
    return number;
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "files are little-endian");

enum { VARINT_SIZE_MAX = 10 };

/* LEB128. Returns the bytes written. */
static inline size_t varint_write(uint8_t *place, uint64_t number)
{
    size_t size = 0;
    while (number >= 0x80) {
        place[size++] = (uint8_t)(number | 0x80);
        number >>= 7;
    }
    place[size++] = (uint8_t)number;
    return size;
}

static inline uint64_t zigzag(int64_t number)
{
    return ((uint64_t)number << 1) ^ (uint64_t)(number >> 63);
}

static inline int64_t unzigzag(uint64_t number)
{
    return (int64_t)(number >> 1) ^ -(int64_t)(number & 1);
}

/* A place in bytes that are not trusted. */
struct block_cursor {
    const uint8_t *place;
    const uint8_t *end;
};

/* Bytes may be NULL when there are none. */
static inline struct block_cursor cursor_over(const uint8_t *bytes, size_t size)
{
    return (struct block_cursor){bytes, size > 0 ? bytes + size : bytes};
}

/* Handed back in registers: whoever reads a varint needs no place in memory for it. */
struct long_varint {
    uint64_t number;
    bool is_whole;
};
struct long_varint cursor_varint_long(struct block_cursor *cursor);

/* Most numbers are below 128, and those cost no call. */
static inline bool cursor_varint(struct block_cursor *cursor, uint64_t *out)
{
    if (cursor->place >= cursor->end) return false;
    uint8_t byte = *cursor->place;
    if (byte >= 0x80) {
        struct long_varint read = cursor_varint_long(cursor);
        *out = read.number;
        return read.is_whole;
    }
    cursor->place++;
    *out = byte;
    return true;
}

static inline bool cursor_bytes(struct block_cursor *cursor, uint64_t size, const void **out)
{
    if (size > (uint64_t)(cursor->end - cursor->place)) return false;
    *out = cursor->place;
    cursor->place += size;
    return true;
}

static inline bool cursor_text(struct block_cursor *cursor, struct text *out)
{
    uint64_t size;
    if (!cursor_varint(cursor, &size)) return false;
    if (size > (uint64_t)(cursor->end - cursor->place)) return false;
    *out = (struct text){(const char *)cursor->place, (size_t)size};
    cursor->place += size;
    return true;
}

static inline bool cursor_u64(struct block_cursor *cursor, uint64_t *out)
{
    const void *bytes;
    if (!cursor_bytes(cursor, 8, &bytes)) return false;
    *out = load_u64(bytes);
    return true;
}

void buffer_append_varint(struct buffer *buffer, uint64_t number);
void buffer_append_sized(struct buffer *buffer, struct text text); /* varint size, then bytes */
void buffer_append_u32(struct buffer *buffer, uint32_t number);
void buffer_append_u64(struct buffer *buffer, uint64_t number);

/* XXH3 (Yann Collet, xxHash 0.8), seeded. Not keyed: finds damage, not malice. */
uint64_t block_checksum(const void *bytes, size_t size, uint64_t seed);

/* 128 bits of XXH3, for identities of events. */
struct block_hash {
    uint64_t high;
    uint64_t low;
};
struct block_hash block_hash128(const void *bytes, size_t size, uint64_t seed);

/* Numbers below 2^width (0 to 32 bits) packed without gaps, little-endian bit order. */
size_t bitpack_size(uint32_t count, uint32_t width);
void bitpack_write(const uint32_t *numbers, uint32_t count, uint32_t width, uint8_t *out);
/* in holds bitpack_size() bytes. */
void bitpack_read(const uint8_t *in, uint32_t count, uint32_t width, uint32_t *numbers);

enum block_compression { BLOCK_PLAIN = 0, BLOCK_LZ4 = 1, BLOCK_ZSTD = 2 };

/* Append the compressed bytes; the caller keeps both sizes. Falls back to plain when that is not
 * larger, so *used is what was done. level: of zstd, 1 to 19. */
void block_compress(enum block_compression wanted, int level, struct text bytes, struct buffer *out,
                    enum block_compression *used);

/* STATUS_CORRUPT unless exactly raw_size bytes come out. */
enum status block_decompress(enum block_compression used, struct text bytes, void *out,
                             size_t raw_size, struct error *error) MUST_CHECK;

#endif
