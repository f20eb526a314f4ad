#include "store/segment_block.h"

#include "base/check.h"

void segment_block_write(const struct segment_block *block, struct buffer *out)
{
    uint8_t first =
        (uint8_t)(block->encoding | (block->fresh ? SEGMENT_FRESH : 0) | block->compression << 4);
    buffer_append_byte(out, (char)first);
    buffer_append_varint(out, block->base);
    if (block->encoding == SEGMENT_CONSTANT) return;
    buffer_append_varint(out, block->span);
    buffer_append_byte(out, (char)block->width);
    buffer_append_byte(out, (char)block->run_width);
    buffer_append_varint(out, block->run_count);
    buffer_append_varint(out, block->fresh_first);
    buffer_append_varint(out, block->raw_size);
    buffer_append_varint(out, block->stored_size);
    buffer_append_u64(out, block->checksum);
}

static bool read_u32(struct block_cursor *cursor, uint32_t limit, uint32_t *out)
{
    uint64_t number;
    if (!cursor_varint(cursor, &number) || number > limit) return false;
    *out = (uint32_t)number;
    return true;
}

static bool read_byte(struct block_cursor *cursor, uint8_t limit, uint8_t *out)
{
    const void *place;
    if (!cursor_bytes(cursor, 1, &place)) return false;
    *out = *(const uint8_t *)place;
    return *out <= limit;
}

bool segment_block_read(struct block_cursor *cursor, uint64_t *offset, struct segment_block *block)
{
    uint8_t first;
    *block = (struct segment_block){.offset = *offset};
    if (!read_byte(cursor, UINT8_MAX, &first) || !cursor_varint(cursor, &block->base)) return false;
    block->encoding = first & 7;
    block->fresh = first & SEGMENT_FRESH;
    block->compression = first >> 4;
    if (block->encoding >= SEGMENT_ENCODING_COUNT || block->compression > BLOCK_ZSTD) return false;
    if (block->encoding == SEGMENT_CONSTANT) return !block->fresh && block->compression == 0;
    if (!cursor_varint(cursor, &block->span) || !read_byte(cursor, 32, &block->width) ||
        !read_byte(cursor, 32, &block->run_width) ||
        !read_u32(cursor, SEGMENT_BLOCK_ROWS_MAX, &block->run_count) ||
        !read_u32(cursor, UINT32_MAX, &block->fresh_first) ||
        !read_u32(cursor, SEGMENT_BLOCK_BYTES_MAX, &block->raw_size) ||
        !read_u32(cursor, SEGMENT_BLOCK_BYTES_MAX, &block->stored_size) ||
        !cursor_u64(cursor, &block->checksum)) {
        return false;
    }
    *offset += block->stored_size;
    return true;
}

/* From a place that is a multiple of 8 rows back, so that it begins with a whole byte. */
static void unpack_range(const uint8_t *packed, uint32_t width, uint32_t first, uint32_t count,
                         uint32_t *scratch, uint32_t *out)
{
    uint32_t skipped = first % 8;
    const uint8_t *place = packed + (size_t)(first / 8) * width;
    if (skipped == 0) {
        bitpack_read(place, count, width, out);
        return;
    }
    bitpack_read(place, skipped + count, width, scratch);
    memcpy(out, scratch + skipped, count * sizeof(uint32_t));
}

/* out holds symbols less base. */
static bool decode_packed(const struct segment_decode *decode, uint32_t *out)
{
    const struct segment_block *block = decode->block;
    if (block->raw_size != bitpack_size(decode->rows, block->width)) return false;
    unpack_range(decode->raw, block->width, decode->first, decode->count, decode->scratch, out);
    return true;
}

static bool decode_runs(const struct segment_decode *decode, uint32_t *out)
{
    const struct segment_block *block = decode->block;
    uint32_t runs = block->run_count;
    size_t symbols_size = bitpack_size(runs, block->width);
    if (runs > decode->rows) return false;
    if (block->raw_size != symbols_size + bitpack_size(runs, block->run_width)) return false;
    uint32_t *symbols = decode->scratch;
    uint32_t *lengths = decode->scratch + SEGMENT_BLOCK_ROWS_MAX;
    bitpack_read(decode->raw, runs, block->width, symbols);
    bitpack_read(decode->raw + symbols_size, runs, block->run_width, lengths);

    uint64_t row = 0; /* where the run begins */
    uint64_t range_end = (uint64_t)decode->first + decode->count;
    for (uint32_t i = 0; i < runs; i++) {
        uint64_t end = row + lengths[i] + 1;
        if (end > decode->rows) return false;
        uint64_t from = row > decode->first ? row : decode->first;
        uint64_t to = end < range_end ? end : range_end;
        for (uint64_t at = from; at < to; at++)
            out[at - decode->first] = symbols[i];
        row = end;
    }
    return row == decode->rows;
}

static bool decode_symbols(const struct segment_decode *decode, uint32_t *out)
{
    const struct segment_block *block = decode->block;
    if (block->base > UINT32_MAX || block->span > UINT32_MAX - block->base) return false;
    if (block->encoding == SEGMENT_PACKED) {
        if (!decode_packed(decode, out)) return false;
    } else if (block->encoding == SEGMENT_RUNS) {
        if (!decode_runs(decode, out)) return false;
    } else {
        return false;
    }
    uint32_t base = (uint32_t)block->base;
    uint32_t span = (uint32_t)block->span;
    bool past_span = false;
    for (uint32_t i = 0; i < decode->count; i++) {
        past_span |= out[i] > span;
        out[i] += base;
    }
    return !past_span;
}

/* What "the next new one" is depends on every row of the block before, so decoding starts at the
 * first; the symbols lie behind the scratch room that decode_runs uses. */
static bool decode_fresh(const struct segment_decode *decode, uint64_t code_end, uint32_t *out)
{
    uint32_t *symbols = decode->scratch + 2 * (size_t)SEGMENT_BLOCK_ROWS_MAX;
    struct segment_decode whole = *decode;
    whole.first = 0;
    whole.count = decode->first + decode->count;
    if (!decode_symbols(&whole, symbols)) return false;
    uint64_t next = decode->block->fresh_first;
    for (uint32_t i = 0; i < whole.count; i++) {
        uint32_t symbol = symbols[i];
        if (symbol > next) return false; /* a code below 1 */
        uint64_t code = symbol == 0 ? 0 : next + 1 - symbol;
        next += symbol == 1;
        if (code >= code_end) return false;
        if (i >= decode->first) out[i - decode->first] = (uint32_t)code;
    }
    return true;
}

bool segment_decode_codes(const struct segment_decode *decode, uint64_t code_end, uint32_t *out)
{
    const struct segment_block *block = decode->block;
    assert(decode->rows <= SEGMENT_BLOCK_ROWS_MAX);
    assert(decode->first + decode->count <= decode->rows);
    if (block->encoding == SEGMENT_CONSTANT) {
        if (block->base >= code_end) return false;
        for (uint32_t i = 0; i < decode->count; i++)
            out[i] = (uint32_t)block->base;
        return true;
    }
    if (block->fresh) return decode_fresh(decode, code_end, out);
    if (block->base + block->span >= code_end) return false;
    return decode_symbols(decode, out);
}

struct row_span {
    uint32_t first;
    uint32_t end;
};

static const uint8_t class_size[4] = {1, 2, 3, 5};
static const uint64_t class_mask[4] = {0xff, 0xffff, 0xffffff, 0xffffffffff};

/* The bytes that the classes ask for. Bits behind the last row are 0, or the sum is wrong. */
static uint64_t delta_bytes(const uint8_t *control, uint32_t rows)
{
    uint64_t size = 0;
    for (uint32_t i = 0; i < (rows + 3) / 4; i++) {
        uint8_t classes = control[i];
        size += class_size[classes & 3] + class_size[classes >> 2 & 3];
        size += class_size[classes >> 4 & 3] + class_size[classes >> 6];
    }
    return size - (4 - rows % 4) % 4 * class_size[0];
}

/* Sum up from the block's first row on; the sizes were checked. About 2 ns a row. */
static void sum_deltas(const uint8_t *restrict control, const uint8_t *restrict place,
                       struct row_span span, uint64_t number, uint64_t scale, int64_t *restrict out)
{
    for (uint32_t i = 0; i < span.end; i++) {
        uint32_t number_class = control[i / 4] >> (i % 4 * 2) & 3;
        uint64_t difference = (uint64_t)unzigzag(load_u64(place) & class_mask[number_class]);
        place += class_size[number_class];
        number += difference * scale;
        if (i >= span.first) out[i - span.first] = (int64_t)number;
    }
}

static bool decode_delta(const struct segment_decode *decode, int64_t *out)
{
    const struct segment_block *block = decode->block;
    uint32_t control_size = (decode->rows + 3) / 4;
    if (block->raw_size < control_size) return false;
    const uint8_t *control = decode->raw;
    if (block->raw_size - control_size != delta_bytes(control, decode->rows)) return false;
    struct row_span span = {decode->first, decode->first + decode->count};
    uint64_t scale = block->width ? 1000 : 1;
    uint64_t base = (uint64_t)unzigzag(block->base);
    sum_deltas(control, control + control_size, span, base, scale, out);
    return true;
}

bool segment_decode_numbers(const struct segment_decode *decode, int64_t *out)
{
    const struct segment_block *block = decode->block;
    assert(decode->rows <= SEGMENT_BLOCK_ROWS_MAX);
    assert(decode->first + decode->count <= decode->rows);
    if (block->encoding == SEGMENT_CONSTANT) {
        for (uint32_t i = 0; i < decode->count; i++)
            out[i] = unzigzag(block->base);
        return true;
    }
    if (block->encoding == SEGMENT_DELTA) return decode_delta(decode, out);
    if (block->encoding != SEGMENT_WIDE) return false;
    if (block->raw_size != (uint64_t)decode->rows * sizeof(int64_t)) return false;
    memcpy(out, decode->raw + decode->first * sizeof(int64_t), decode->count * sizeof(int64_t));
    return true;
}
