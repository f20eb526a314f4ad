#include "codec/block.h"

#include "base/check.h"

#include <limits.h>
#include <lz4.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include <zstd.h>

struct long_varint cursor_varint_long(struct block_cursor *cursor)
{
    uint64_t number = 0;
    for (int shift = 0; shift < 64 && cursor->place < cursor->end; shift += 7) {
        uint8_t byte = *cursor->place++;
        if (shift == 63 && byte > 1) break;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return (struct long_varint){number, true};
    }
    return (struct long_varint){0};
}

void buffer_append_varint(struct buffer *buffer, uint64_t number)
{
    uint8_t bytes[VARINT_SIZE_MAX];
    buffer_append(buffer, bytes, varint_write(bytes, number));
}

void buffer_append_sized(struct buffer *buffer, struct text text)
{
    buffer_append_varint(buffer, text.size);
    buffer_append_text(buffer, text);
}

void buffer_append_u32(struct buffer *buffer, uint32_t number)
{
    buffer_append(buffer, &number, sizeof number);
}

void buffer_append_u64(struct buffer *buffer, uint64_t number)
{
    buffer_append(buffer, &number, sizeof number);
}

uint64_t block_checksum(const void *bytes, size_t size, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes, size, seed);
}

struct block_hash block_hash128(const void *bytes, size_t size, uint64_t seed)
{
    XXH128_hash_t hash = XXH3_128bits_withSeed(bytes, size, seed);
    return (struct block_hash){.high = hash.high64, .low = hash.low64};
}

size_t bitpack_size(uint32_t count, uint32_t width)
{
    assert(width <= 32);
    return (size_t)(((uint64_t)count * width + 7) / 8);
}

static void pack_bytes(const uint32_t *restrict numbers, uint32_t count, uint8_t *restrict out)
{
    for (uint32_t i = 0; i < count; i++) {
        assert_slow(numbers[i] <= UINT8_MAX);
        out[i] = (uint8_t)numbers[i];
    }
}

static void pack_pairs(const uint32_t *restrict numbers, uint32_t count, uint8_t *restrict out)
{
    for (uint32_t i = 0; i < count; i++) {
        assert_slow(numbers[i] <= UINT16_MAX);
        uint16_t number = (uint16_t)numbers[i];
        memcpy(out + 2 * (size_t)i, &number, sizeof number);
    }
}

static void pack_bits(const uint32_t *restrict numbers, uint32_t count, uint32_t width,
                      uint8_t *restrict out)
{
    uint64_t waiting = 0; /* fewer than 32 bits between turns, so 63 at most */
    uint32_t bits = 0;
    for (uint32_t i = 0; i < count; i++) {
        assert_slow(((uint64_t)numbers[i] >> width) == 0);
        waiting |= (uint64_t)numbers[i] << bits;
        bits += width;
        if (bits < 32) continue;
        store_u32(out, (uint32_t)waiting);
        out += 4;
        waiting >>= 32;
        bits -= 32;
    }
    for (; bits > 0; bits -= bits < 8 ? bits : 8) {
        *out++ = (uint8_t)waiting;
        waiting >>= 8;
    }
}

void bitpack_write(const uint32_t *numbers, uint32_t count, uint32_t width, uint8_t *out)
{
    assert(width <= 32);
    if (count == 0) return;
    switch (width) {
    case 0: return;
    case 8: pack_bytes(numbers, count, out); return;
    case 16: pack_pairs(numbers, count, out); return;
    case 32: memcpy(out, numbers, (size_t)count * sizeof *numbers); return;
    default: pack_bits(numbers, count, width, out); return;
    }
}

/* One load, one shift and one mask per number: a number of 32 bits at bit 7 still lies in 8
 * bytes. The caller sees to it that the last load ends inside the block. */
static inline void unpack_by_words(const uint8_t *restrict in, uint32_t count, uint32_t width,
                                   uint32_t *restrict numbers)
{
    const uint64_t mask = (UINT64_C(1) << width) - 1;
    uint64_t bit = 0;
    for (uint32_t i = 0; i < count; i++, bit += width) {
        numbers[i] = (uint32_t)(load_u64(in + bit / 8) >> (bit % 8) & mask);
    }
}

static void unpack_bytes(const uint8_t *restrict in, uint32_t count, uint32_t *restrict numbers)
{
    for (uint32_t i = 0; i < count; i++)
        numbers[i] = in[i];
}

static void unpack_pairs(const uint8_t *restrict in, uint32_t count, uint32_t *restrict numbers)
{
    for (uint32_t i = 0; i < count; i++) {
        uint16_t number;
        memcpy(&number, in + 2 * (size_t)i, sizeof number);
        numbers[i] = number;
    }
}

/* The numbers whose 8 bytes would reach past the end: at most 64 of them, by a copied tail. */
static void unpack_tail(const uint8_t *in, size_t size, uint32_t first, uint32_t count,
                        uint32_t width, uint32_t *numbers)
{
    for (uint32_t i = first; i < count; i++) {
        uint64_t bit = (uint64_t)i * width;
        size_t byte = (size_t)(bit / 8);
        uint8_t bytes[8] = {0};
        memcpy(bytes, in + byte, size - byte < 8 ? size - byte : 8);
        numbers[i] = (uint32_t)(load_u64(bytes) >> (bit % 8) & ((UINT64_C(1) << width) - 1));
    }
}

void bitpack_read(const uint8_t *in, uint32_t count, uint32_t width, uint32_t *numbers)
{
    assert(width <= 32);
    if (count == 0) return;
    switch (width) {
    case 0: memset(numbers, 0, (size_t)count * sizeof *numbers); return;
    case 8: unpack_bytes(in, count, numbers); return;
    case 16: unpack_pairs(in, count, numbers); return;
    case 32: memcpy(numbers, in, (size_t)count * sizeof *numbers); return;
    default: break;
    }
    size_t size = bitpack_size(count, width);
    uint32_t by_words = size < 8 ? 0 : (uint32_t)(((uint64_t)(size - 8) * 8 + 7) / width + 1);
    if (by_words > count) by_words = count;
    unpack_by_words(in, by_words, width, numbers);
    unpack_tail(in, size, by_words, count, width, numbers);
}

static size_t compress_lz4(struct text bytes, char *out, size_t out_size)
{
    if (bytes.size > LZ4_MAX_INPUT_SIZE) return 0;
    int size = LZ4_compress_default(bytes.bytes, out, (int)bytes.size, (int)out_size);
    return size > 0 ? (size_t)size : 0;
}

static size_t compress_zstd(struct text bytes, int level, char *out, size_t out_size)
{
    assert(level >= 1);
    assert(level <= 19);
    size_t size = ZSTD_compress(out, out_size, bytes.bytes, bytes.size, level);
    return ZSTD_isError(size) ? 0 : size;
}

void block_compress(enum block_compression wanted, int level, struct text bytes, struct buffer *out,
                    enum block_compression *used)
{
    *used = BLOCK_PLAIN;
    if (bytes.size == 0) return;
    /* Compressed bytes that are no fewer are of no use, so there is no room for more of them. */
    char *place = buffer_reserve(out, bytes.size);
    if (!place) return;
    size_t size = 0;
    if (wanted == BLOCK_LZ4) size = compress_lz4(bytes, place, bytes.size - 1);
    if (wanted == BLOCK_ZSTD) size = compress_zstd(bytes, level, place, bytes.size - 1);
    if (size > 0) {
        *used = wanted;
    } else {
        memcpy(place, bytes.bytes, bytes.size);
        size = bytes.size;
    }
    buffer_advance(out, size);
}

static bool decompress_lz4(struct text bytes, char *out, size_t raw_size)
{
    if (bytes.size > INT_MAX || raw_size > INT_MAX) return false;
    int size = LZ4_decompress_safe(bytes.bytes, out, (int)bytes.size, (int)raw_size);
    return size >= 0 && (size_t)size == raw_size;
}

static bool decompress_plain(struct text bytes, void *out, size_t raw_size)
{
    if (bytes.size != raw_size) return false;
    if (raw_size > 0) memcpy(out, bytes.bytes, raw_size);
    return true;
}

/* The number in `used` may come from a file: none of its values is taken for granted. */
static bool decompress(enum block_compression used, struct text bytes, void *out, size_t raw_size)
{
    switch (used) {
    case BLOCK_PLAIN: return decompress_plain(bytes, out, raw_size);
    case BLOCK_LZ4: return bytes.size > 0 && decompress_lz4(bytes, out, raw_size);
    case BLOCK_ZSTD:
        return bytes.size > 0 &&
               ZSTD_decompress(out, raw_size, bytes.bytes, bytes.size) == raw_size;
    }
    return false;
}

enum status block_decompress(enum block_compression used, struct text bytes, void *out,
                             size_t raw_size, struct error *error)
{
    if (decompress(used, bytes, out, raw_size)) return STATUS_OK;
    return error_set(error, STATUS_CORRUPT,
                     "could not decompress a block of %zu bytes: it does not give %zu bytes",
                     bytes.size, raw_size);
}
