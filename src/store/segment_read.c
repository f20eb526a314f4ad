/* Reading columns of a segment. The footer was checked when it was opened; blocks are checked here,
 * each time they are read. */
#include "store/segment.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/memory.h"
#include "codec/number.h"

#include <math.h>

enum { RAW_SLACK = 8 }; /* decoders load 8 bytes at a time */

void segment_scratch_init(struct segment_scratch *scratch)
{
    *scratch = (struct segment_scratch){
        .numbers = memory_resize(NULL, SEGMENT_SCRATCH_NUMBERS, sizeof(uint32_t)),
    };
}

void segment_scratch_release(struct segment_scratch *scratch)
{
    memory_free(scratch->stored);
    for (int i = 0; i < SEGMENT_KEPT_BLOCKS; i++)
        memory_free(scratch->kept[i].raw);
    memory_free(scratch->large.raw);
    memory_free(scratch->numbers);
    memory_free(scratch->codes);
    *scratch = (struct segment_scratch){0};
}

static uint8_t *reach(uint8_t **bytes, size_t *capacity, size_t size)
{
    if (size > *capacity) {
        memory_free(*bytes);
        *capacity = size + size / 4;
        *bytes = memory_resize(NULL, *capacity, 1);
    }
    return *bytes;
}

uint32_t *segment_scratch_codes(struct segment_scratch *scratch, uint32_t count)
{
    size_t size = count * sizeof(uint32_t);
    /* Allocated memory suits any type. */
    return (void *)reach(&scratch->codes, &scratch->codes_capacity, size);
}

static enum status refuse(const struct segment *segment, const char *why, struct error *error)
{
    return segment_refuse(segment->file.path, why, error);
}

/* Where the block is kept, or would be. */
static struct segment_kept_block *find_kept(struct segment_scratch *scratch,
                                            const struct segment *segment, uint32_t stream,
                                            uint32_t number, const struct segment_block *block)
{
    if (block->raw_size > SEGMENT_KEPT_SIZE_MAX) return &scratch->large;
    uint64_t seed = segment_seed(segment->id, stream, number);
    return &scratch->kept[(seed ^ seed >> 32) % SEGMENT_KEPT_BLOCKS];
}

static bool is_kept(const struct segment_kept_block *kept, const struct segment *segment,
                    uint32_t stream, uint32_t number)
{
    return kept->segment == segment && kept->stream == stream && kept->number == number;
}

static enum status load_block(const struct segment *segment, uint64_t seed,
                              const struct segment_block *block, struct segment_scratch *scratch,
                              uint8_t *raw, struct error *error)
{
    uint8_t *stored = reach(&scratch->stored, &scratch->stored_capacity, block->stored_size + 1);
    if (block->stored_size > 0) {
        TRY(os_file_read(&segment->file, block->offset, stored, block->stored_size, error));
    }
    scratch->bytes_read += block->stored_size;
    if (block_checksum(stored, block->stored_size, seed) != block->checksum) {
        return refuse(segment, "a block fails its checksum", error);
    }
    struct text bytes = {(const char *)stored, block->stored_size};
    enum block_compression compression = (enum block_compression)block->compression;
    if (block_decompress(compression, bytes, raw, block->raw_size, error) != STATUS_OK) {
        return refuse(segment, "a block does not decompress", error);
    }
    memset(raw + block->raw_size, 0, RAW_SLACK);
    return STATUS_OK;
}

enum status segment_read_block(const struct segment *segment, uint32_t stream, uint32_t number,
                               const struct segment_block *block, struct segment_scratch *scratch,
                               struct error *error)
{
    if (block->encoding == SEGMENT_CONSTANT) return STATUS_OK;
    struct segment_kept_block *kept = find_kept(scratch, segment, stream, number, block);
    if (!is_kept(kept, segment, stream, number)) {
        kept->segment = NULL; /* a failure must not leave half a block behind */
        uint8_t *raw = reach(&kept->raw, &kept->capacity, block->raw_size + RAW_SLACK);
        uint64_t seed = segment_seed(segment->id, stream, number);
        TRY(load_block(segment, seed, block, scratch, raw, error));
        kept->segment = segment;
        kept->stream = stream;
        kept->number = number;
    }
    scratch->raw = kept->raw;
    return STATUS_OK;
}

/* A walk over the row blocks that a range touches. */
struct block_walk {
    const struct segment *segment;
    struct row_range range;
    struct block_cursor cursor;
    uint64_t offset;
    uint32_t number; /* of the block below */
    struct segment_block block;
    struct segment_decode decode;
    uint32_t out_first; /* where the block's rows go */
};

static struct block_walk walk_begin(const struct segment *segment, struct row_range range,
                                    const uint8_t *entries, uint64_t offset)
{
    assert(range.first <= range.end);
    assert(range.end <= segment->row_count);
    return (struct block_walk){
        .segment = segment,
        .range = range,
        .cursor = {entries, segment->footer + segment->footer_size},
        .offset = offset,
        .number = UINT32_MAX,
    };
}

static bool walk_next(struct block_walk *walk)
{
    const uint32_t *firsts = walk->segment->row_block_first;
    for (;;) {
        uint32_t number = ++walk->number;
        if (number == walk->segment->row_block_count) return false;
        if (firsts[number] >= walk->range.end) return false;
        bool read = segment_block_read(&walk->cursor, &walk->offset, &walk->block);
        assert(read); /* it was when the footer was checked */
        if (firsts[number + 1] <= walk->range.first) continue;
        uint32_t first = firsts[number] > walk->range.first ? firsts[number] : walk->range.first;
        uint32_t end = firsts[number + 1] < walk->range.end ? firsts[number + 1] : walk->range.end;
        if (first == end) return false;
        walk->out_first = first - walk->range.first;
        walk->decode = (struct segment_decode){
            .block = &walk->block,
            .rows = firsts[number + 1] - firsts[number],
            .first = first - firsts[number],
            .count = end - first,
        };
        return true;
    }
}

static enum status walk_read(struct block_walk *walk, uint32_t stream,
                             struct segment_scratch *scratch, struct error *error)
{
    TRY(segment_read_block(walk->segment, stream, walk->number, &walk->block, scratch, error));
    walk->decode.raw = scratch->raw;
    walk->decode.scratch = scratch->numbers;
    return STATUS_OK;
}

enum status segment_read_numbers(const struct segment *segment, enum segment_fixed column,
                                 struct row_range range, struct segment_scratch *scratch,
                                 int64_t *out, struct error *error)
{
    uint32_t stream = SEGMENT_STREAM_FIXED + (uint32_t)column;
    struct block_walk walk =
        walk_begin(segment, range, segment->fixed[column], segment->fixed_offset[column]);
    while (walk_next(&walk)) {
        TRY(walk_read(&walk, stream, scratch, error));
        if (!segment_decode_numbers(&walk.decode, out + walk.out_first)) {
            return refuse(segment, "a block of numbers is damaged", error);
        }
    }
    return STATUS_OK;
}

static enum status read_codes(struct block_walk *walk, uint32_t stream, uint64_t code_end,
                              struct segment_scratch *scratch, uint32_t *out, struct error *error)
{
    while (walk_next(walk)) {
        TRY(walk_read(walk, stream, scratch, error));
        if (!segment_decode_codes(&walk->decode, code_end, out + walk->out_first)) {
            return refuse(walk->segment, "a block of codes is damaged", error);
        }
    }
    return STATUS_OK;
}

static uint64_t fixed_code_end(enum segment_fixed column)
{
    if (column == SEGMENT_PLACE) return 1 << 16;
    if (column == SEGMENT_FLAGS) return 1 << 8;
    assert(column == SEGMENT_SENT);
    return (uint64_t)UINT32_MAX + 1;
}

enum status segment_read_fixed_codes(const struct segment *segment, enum segment_fixed column,
                                     struct row_range range, struct segment_scratch *scratch,
                                     uint32_t *out, struct error *error)
{
    struct block_walk walk =
        walk_begin(segment, range, segment->fixed[column], segment->fixed_offset[column]);
    return read_codes(&walk, SEGMENT_STREAM_FIXED + (uint32_t)column, fixed_code_end(column),
                      scratch, out, error);
}

enum status segment_read_codes(const struct segment *segment, uint32_t column,
                               struct row_range range, struct segment_scratch *scratch,
                               uint32_t *out, struct error *error)
{
    assert(column < segment->column_count);
    const struct segment_column *from = &segment->columns[column];
    struct block_walk walk = walk_begin(segment, range, from->codes, from->codes_offset);
    return read_codes(&walk, SEGMENT_STREAM_CODED + 2 * column, from->value_count, scratch, out,
                      error);
}

/* Persons rise inside a shard and their rows add up, or the directory is damaged. */
static bool decode_runs(struct block_cursor *cursor, struct row_range rows, uint32_t shard,
                        struct row_run *runs, uint32_t count)
{
    uint64_t place = 0;
    uint64_t row = rows.first;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t step;
        uint64_t run_rows;
        if (!cursor_varint(cursor, &step) || !cursor_varint(cursor, &run_rows)) return false;
        if ((i > 0 && step == 0) || step >= 1u << 26) return false;
        place += step;
        if (place >= 1u << 26 || run_rows == 0 || run_rows > rows.end - row) return false;
        runs[i] = (struct row_run){
            .cluster = (uint32_t)(place << 6) | shard,
            .first = (uint32_t)row,
            .count = (uint32_t)run_rows,
        };
        row += run_rows;
    }
    return row == rows.end && cursor->place == cursor->end;
}

enum status segment_read_runs(const struct segment *segment, uint32_t shard,
                              struct segment_scratch *scratch, struct row_run *runs,
                              struct error *error)
{
    assert(shard < STORE_SHARD_COUNT);
    struct row_range rows = {segment->shard_first[shard], segment->shard_first[shard + 1]};
    if (rows.first == rows.end) return STATUS_OK;
    const struct segment_block *block = &segment->directory[shard];
    if (block->encoding != SEGMENT_BYTES) {
        return refuse(segment, "its person directory is damaged", error);
    }
    TRY(segment_read_block(segment, SEGMENT_STREAM_DIRECTORY, shard, block, scratch, error));
    struct block_cursor cursor = {scratch->raw, scratch->raw + block->raw_size};
    if (!decode_runs(&cursor, rows, shard, runs, segment->shard_runs[shard])) {
        return refuse(segment, "its person directory is damaged", error);
    }
    return STATUS_OK;
}

static bool decode_kinds(struct block_cursor *cursor, struct value *values, uint32_t count)
{
    uint64_t group_count;
    uint32_t filled = 0;
    if (!cursor_varint(cursor, &group_count)) return false;
    for (uint64_t i = 0; i < group_count; i++) {
        const void *kind;
        uint64_t size;
        if (!cursor_bytes(cursor, 1, &kind) || !cursor_varint(cursor, &size)) return false;
        uint8_t number = *(const uint8_t *)kind;
        if (number == VALUE_MISSING || number >= VALUE_KIND_COUNT) return false;
        if (size == 0 || size > count - filled) return false;
        for (uint64_t k = 0; k < size; k++) {
            values[filled++] = (struct value){.kind = (enum value_kind)number};
        }
    }
    return filled == count;
}

/* What value_decode asks of a value too: the room above relies on it. */
static bool is_sound(const struct value *value)
{
    double number;
    switch (value->kind) {
    case VALUE_DECIMAL:
        return isfinite(value->decimal) && value_from_decimal(value->decimal).kind == VALUE_DECIMAL;
    case VALUE_BIG_NUMBER: return number_parse(value->text, &number);
    case VALUE_LIST: return value->text.size > 0 && value->text.bytes[0] == '[';
    case VALUE_OBJECT: return value->text.size > 0 && value->text.bytes[0] == '{';
    case VALUE_MISSING:
    case VALUE_NULL:
    case VALUE_FALSE:
    case VALUE_TRUE:
    case VALUE_INTEGER:
    case VALUE_TEXT: return true;
    }
    return false;
}

static bool decode_payloads(struct block_cursor *cursor, struct value *values, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct value *value = &values[i];
        uint64_t bits;
        if (value->kind == VALUE_INTEGER) {
            if (!cursor_varint(cursor, &bits)) return false;
            value->integer = unzigzag(bits);
        } else if (value->kind == VALUE_DECIMAL) {
            if (!cursor_u64(cursor, &bits)) return false;
            memcpy(&value->decimal, &bits, sizeof bits);
        } else if (value->kind >= VALUE_BIG_NUMBER) {
            if (!cursor_varint(cursor, &bits)) return false;
            value->text.size = (size_t)bits;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        const void *bytes;
        if (values[i].kind >= VALUE_BIG_NUMBER) {
            if (!cursor_bytes(cursor, values[i].text.size, &bytes)) return false;
            values[i].text.bytes = bytes;
        }
        if (!is_sound(&values[i])) return false;
    }
    return cursor->place == cursor->end;
}

/* The next dictionary block: its raw bytes go to the arena, since texts borrow from them. */
static enum status read_values(const struct segment *segment, uint32_t stream, uint32_t number,
                               const struct segment_block *block, struct segment_scratch *scratch,
                               struct arena *arena, struct row_dictionary *out,
                               struct value *values, struct error *error)
{
    if (block->encoding != SEGMENT_BYTES) {
        return refuse(segment, "a dictionary is damaged", error);
    }
    TRY(segment_read_block(segment, stream, number, block, scratch, error));
    uint8_t *raw = ARENA_ARRAY_DIRTY(arena, uint8_t, block->raw_size);
    if (!raw) {
        return error_set(error, STATUS_TOO_LARGE,
                         "a dictionary needs more than %zu bytes of memory", arena->capacity);
    }
    memcpy(raw, scratch->raw, block->raw_size);
    struct block_cursor cursor = {raw, raw + block->raw_size};
    if (!decode_kinds(&cursor, values, out->count) ||
        !decode_payloads(&cursor, values, out->count)) {
        return refuse(segment, "a dictionary is damaged", error);
    }
    return STATUS_OK;
}

enum status segment_read_dictionary(const struct segment *segment, uint32_t column,
                                    struct segment_scratch *scratch, struct arena *arena,
                                    struct row_dictionary *out, struct error *error)
{
    assert(column < segment->column_count);
    const struct segment_column *from = &segment->columns[column];
    struct value *values = ARENA_ARRAY_DIRTY(arena, struct value, from->value_count);
    if (!values) {
        return error_set(error, STATUS_TOO_LARGE,
                         "a dictionary needs more than %zu bytes of memory", arena->capacity);
    }
    values[0] = (struct value){.kind = VALUE_MISSING};
    struct block_cursor cursor = {from->dictionary, segment->footer + segment->footer_size};
    uint64_t offset = from->dictionary_offset;
    uint32_t filled = 1;
    for (uint32_t i = 0; i < from->dictionary_block_count; i++) {
        uint64_t count;
        struct segment_block block;
        bool read = cursor_varint(&cursor, &count) && segment_block_read(&cursor, &offset, &block);
        assert(read); /* it was when the footer was checked */
        struct row_dictionary piece = {.count = (uint32_t)count};
        TRY(read_values(segment, SEGMENT_STREAM_CODED + 2 * column + 1, i, &block, scratch, arena,
                        &piece, values + filled, error));
        filled += piece.count;
    }
    *out = (struct row_dictionary){.values = values, .count = from->value_count};
    return STATUS_OK;
}
