#include "store/segment_block.h"

#include "base/check.h"
#include "base/memory.h"

enum {
    RAW_SIZE_MAX = SEGMENT_BLOCK_BYTES_MAX,
    LEVEL_TEXTS = 3,
    LEVEL_NUMBERS = 1, /* of codes and numbers a higher level takes longer and saves nothing */
    RUN_ROWS_MIN = 4,  /* runs shorter than this on average are no runs */
};

void segment_encoder_init(struct segment_encoder *encoder)
{
    buffer_init(&encoder->raw, RAW_SIZE_MAX);
    buffer_init(&encoder->other, RAW_SIZE_MAX);
    buffer_init(&encoder->stored, RAW_SIZE_MAX);
    encoder->symbols = MEMORY_ARRAY(uint32_t, SEGMENT_BLOCK_ROWS_MAX);
    encoder->run_symbols = MEMORY_ARRAY(uint32_t, SEGMENT_BLOCK_ROWS_MAX);
    encoder->run_lengths = MEMORY_ARRAY(uint32_t, SEGMENT_BLOCK_ROWS_MAX);
}

void segment_encoder_release(struct segment_encoder *encoder)
{
    buffer_release(&encoder->raw);
    buffer_release(&encoder->other);
    buffer_release(&encoder->stored);
    memory_free(encoder->symbols);
    memory_free(encoder->run_symbols);
    memory_free(encoder->run_lengths);
}

static uint8_t bit_width(uint64_t number)
{
    return number == 0 ? 0 : (uint8_t)(64 - __builtin_clzll(number));
}

/* What a block of symbols looks like, and what it would take. */
struct shape {
    uint32_t min;
    uint32_t max;
    uint32_t run_count;
    uint32_t run_longest; /* where runs are preferred */
};

static bool prefers_runs(const struct shape *shape, uint32_t count)
{
    return (uint64_t)shape->run_count * RUN_ROWS_MIN < count;
}

static uint32_t find_longest_run(const uint32_t *symbols, uint32_t count)
{
    uint32_t longest = 0;
    uint32_t first = 0;
    for (uint32_t i = 1; i < count; i++) {
        if (symbols[i] == symbols[i - 1]) continue;
        if (i - first > longest) longest = i - first;
        first = i;
    }
    return count - first > longest ? count - first : longest;
}

/* Without branches, so that a compiler can take several symbols at once. */
static struct shape measure(const uint32_t *symbols, uint32_t count)
{
    uint32_t min = symbols[0];
    uint32_t max = symbols[0];
    uint32_t change_count = 0;
    for (uint32_t i = 1; i < count; i++) {
        min = symbols[i] < min ? symbols[i] : min;
        max = symbols[i] > max ? symbols[i] : max;
        change_count += symbols[i] != symbols[i - 1];
    }
    struct shape shape = {.min = min, .max = max, .run_count = change_count + 1};
    if (prefers_runs(&shape, count)) shape.run_longest = find_longest_run(symbols, count);
    return shape;
}

static uint64_t size_in_bits(const struct shape *shape, uint32_t count)
{
    uint64_t width = bit_width(shape->max - shape->min);
    if (!prefers_runs(shape, count)) return count * width;
    return shape->run_count * (width + bit_width(shape->run_longest - 1));
}

/* Symbols that say "the next new one" (segment_format.h). */
static void make_fresh(const uint32_t *codes, uint32_t count, uint32_t next, uint32_t *symbols)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t code = codes[i];
        assert(code <= next);
        symbols[i] = code == 0 ? 0 : next - code + 1;
        next += code == next;
    }
}

/* Codes that are numbered by appearance, next the first unseen one: true when fresh symbols, left
 * in encoder->symbols with their shape, take less. A block without a new code, or of one code
 * alone, does not need to be tried. */
static bool try_fresh(struct segment_encoder *encoder, const uint32_t *codes, uint32_t count,
                      uint32_t next, struct shape *shape)
{
    if (shape->max < next || shape->min == shape->max) return false;
    make_fresh(codes, count, next, encoder->symbols);
    struct shape fresh = measure(encoder->symbols, count);
    if (size_in_bits(&fresh, count) >= size_in_bits(shape, count)) return false;
    *shape = fresh;
    return true;
}

static void pack(const uint32_t *numbers, uint32_t count, uint32_t width, struct buffer *out)
{
    size_t size = bitpack_size(count, width);
    if (size == 0) return;
    uint8_t *place = (uint8_t *)buffer_reserve(out, size);
    assert(place);
    bitpack_write(numbers, count, width, place);
    buffer_advance(out, size);
}

static void finish(struct segment_encoder *encoder, const struct buffer *raw,
                   enum block_compression compression, struct segment_block *block)
{
    enum block_compression used;
    buffer_clear(&encoder->stored);
    int level = block->encoding == SEGMENT_BYTES ? LEVEL_TEXTS : LEVEL_NUMBERS;
    block_compress(compression, level, buffer_text(raw), &encoder->stored, &used);
    assert(!buffer_overflowed(&encoder->stored));
    block->raw_size = (uint32_t)raw->size;
    block->stored_size = (uint32_t)encoder->stored.size;
    block->compression = (uint8_t)used;
}

static void encode_runs(struct segment_encoder *encoder, const uint32_t *symbols, uint32_t count,
                        const struct shape *shape, struct segment_block *block)
{
    uint32_t run = 0;
    uint32_t first = 0;
    for (uint32_t i = 1; i <= count; i++) {
        if (i < count && symbols[i] == symbols[first]) continue;
        encoder->run_symbols[run] = symbols[first] - shape->min;
        encoder->run_lengths[run++] = i - first - 1;
        first = i;
    }
    assert(run == shape->run_count);
    block->encoding = SEGMENT_RUNS;
    block->run_count = run;
    block->width = bit_width(shape->max - shape->min);
    block->run_width = bit_width(shape->run_longest - 1);
    buffer_clear(&encoder->raw);
    pack(encoder->run_symbols, run, block->width, &encoder->raw);
    pack(encoder->run_lengths, run, block->run_width, &encoder->raw);
    finish(encoder, &encoder->raw, BLOCK_ZSTD, block);
}

/* Whole bytes compress, bits do not: both are tried, and bits win ties because they read faster. */
static void encode_packed(struct segment_encoder *encoder, const uint32_t *from, uint32_t count,
                          const struct shape *shape, struct segment_block *block)
{
    uint32_t *symbols = encoder->symbols;
    uint8_t width = bit_width(shape->max - shape->min);
    uint8_t wide = width <= 8 ? 8 : width <= 16 ? 16 : 32;
    for (uint32_t i = 0; i < count; i++)
        symbols[i] = from[i] - shape->min;
    block->encoding = SEGMENT_PACKED;
    block->width = wide;
    buffer_clear(&encoder->other);
    pack(symbols, count, wide, &encoder->other);
    finish(encoder, &encoder->other, BLOCK_ZSTD, block);
    if (block->stored_size * 10 < bitpack_size(count, width) * 9) return;
    block->width = width;
    buffer_clear(&encoder->raw);
    pack(symbols, count, width, &encoder->raw);
    finish(encoder, &encoder->raw, BLOCK_PLAIN, block);
}

void segment_encode_codes(struct segment_encoder *encoder, const uint32_t *codes, uint32_t count,
                          uint32_t *fresh_next, struct segment_block *block)
{
    assert(count > 0);
    assert(count <= SEGMENT_BLOCK_ROWS_MAX);
    *block = (struct segment_block){0};
    struct shape shape = measure(codes, count);
    const uint32_t *symbols = codes;
    if (fresh_next) {
        block->fresh_first = *fresh_next;
        if (shape.max >= *fresh_next) *fresh_next = shape.max + 1;
        block->fresh = try_fresh(encoder, codes, count, block->fresh_first, &shape);
        if (block->fresh) symbols = encoder->symbols;
    }
    block->base = shape.min;
    block->span = shape.max - shape.min;
    if (shape.min == shape.max && !block->fresh) {
        block->encoding = SEGMENT_CONSTANT;
        buffer_clear(&encoder->stored);
        return;
    }
    if (prefers_runs(&shape, count)) {
        encode_runs(encoder, symbols, count, &shape, block);
    } else {
        encode_packed(encoder, symbols, count, &shape, block);
    }
}

static const uint8_t class_size[4] = {1, 2, 3, 5};

static uint32_t class_of(uint64_t number)
{
    if (number < UINT64_C(1) << 8) return 0;
    if (number < UINT64_C(1) << 16) return 1;
    return number < UINT64_C(1) << 24 ? 2 : 3;
}

/* False when a difference needs more than 5 bytes. Differences wrap around. */
static bool encode_delta(struct buffer *out, const int64_t *numbers, uint32_t count, int64_t base,
                         bool seconds)
{
    uint32_t control_size = (count + 3) / 4;
    uint8_t *control = (uint8_t *)buffer_reserve(out, (size_t)control_size + 5 * (size_t)count + 3);
    assert(control);
    memset(control, 0, control_size);
    uint8_t *place = control + control_size;
    int64_t before = base;
    for (uint32_t i = 0; i < count; i++) {
        int64_t difference = (int64_t)((uint64_t)numbers[i] - (uint64_t)before);
        uint64_t number = zigzag(seconds ? difference / 1000 : difference);
        if (number >> 40) return false;
        uint32_t number_class = class_of(number);
        control[i / 4] |= (uint8_t)(number_class << (i % 4 * 2));
        memcpy(place, &number, 5);
        place += class_size[number_class];
        before = numbers[i];
    }
    buffer_advance(out, (size_t)(place - control));
    return true;
}

void segment_encode_numbers(struct segment_encoder *encoder, const int64_t *numbers, uint32_t count,
                            struct segment_block *block)
{
    assert(count > 0);
    assert(count <= SEGMENT_BLOCK_ROWS_MAX);
    *block = (struct segment_block){0};
    int64_t min = numbers[0];
    int64_t max = numbers[0];
    bool seconds = true;
    for (uint32_t i = 0; i < count; i++) {
        if (numbers[i] < min) min = numbers[i];
        if (numbers[i] > max) max = numbers[i];
    }
    for (uint32_t i = 0; i < count && seconds; i++) {
        seconds = ((uint64_t)numbers[i] - (uint64_t)min) % 1000 == 0;
    }
    block->base = zigzag(min);
    block->span = (uint64_t)max - (uint64_t)min;
    if (block->span > INT64_MAX) seconds = false; /* differences wrap: no dividing them */
    buffer_clear(&encoder->raw);
    block->encoding = SEGMENT_CONSTANT;
    if (min == max) {
        buffer_clear(&encoder->stored);
        return;
    }
    block->encoding = SEGMENT_DELTA;
    block->width = seconds;
    if (!encode_delta(&encoder->raw, numbers, count, min, seconds)) {
        block->encoding = SEGMENT_WIDE;
        block->width = 0;
        buffer_append(&encoder->raw, numbers, count * sizeof(int64_t));
    }
    finish(encoder, &encoder->raw, BLOCK_ZSTD, block);
}

void segment_encode_bytes(struct segment_encoder *encoder, struct segment_block *block)
{
    *block = (struct segment_block){.encoding = SEGMENT_BYTES};
    finish(encoder, &encoder->raw, BLOCK_ZSTD, block);
}
