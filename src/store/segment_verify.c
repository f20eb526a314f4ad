#include "store/segment.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/memory.h"

enum { VERIFY_ROWS = SEGMENT_BLOCK_ROWS_MAX, ARENA_SLACK = 1 << 16 };

static enum status verify_runs(const struct segment *segment, struct segment_scratch *scratch,
                               struct error *error)
{
    for (uint32_t shard = 0; shard < STORE_SHARD_COUNT; shard++) {
        struct row_run *runs = MEMORY_ARRAY(struct row_run, segment->shard_runs[shard]);
        enum status status = segment_read_runs(segment, shard, scratch, runs, error);
        memory_free(runs);
        TRY(status);
    }
    return STATUS_OK;
}

static bool is_code(int column)
{
    return column == SEGMENT_PLACE || column == SEGMENT_SENT || column == SEGMENT_FLAGS;
}

/* Blocks one by one. numbers has room for a block of either kind. */
static enum status verify_rows(const struct segment *segment, struct segment_scratch *scratch,
                               int64_t *numbers, struct error *error)
{
    uint32_t *codes = segment_scratch_codes(scratch, VERIFY_ROWS);
    for (uint32_t i = 0; i < segment->row_block_count; i++) {
        struct row_range range = {segment->row_block_first[i], segment->row_block_first[i + 1]};
        for (int k = 0; k < SEGMENT_FIXED_COUNT; k++) {
            enum segment_fixed column = (enum segment_fixed)k;
            TRY(is_code(k) ? segment_read_fixed_codes(segment, column, range, scratch, codes, error)
                           : segment_read_numbers(segment, column, range, scratch, numbers, error));
        }
        for (uint32_t column = 0; column < segment->column_count; column++) {
            TRY(segment_read_codes(segment, column, range, scratch, codes, error));
        }
    }
    return STATUS_OK;
}

/* As much as the dictionary takes when it is read. */
static size_t dictionary_size(const struct segment *segment, const struct segment_column *column)
{
    size_t size = column->value_count * sizeof(struct value) + ARENA_SLACK;
    struct block_cursor cursor = {column->dictionary, segment->footer + segment->footer_size};
    uint64_t offset = 0;
    for (uint32_t i = 0; i < column->dictionary_block_count; i++) {
        uint64_t values;
        struct segment_block block;
        bool read = cursor_varint(&cursor, &values) && segment_block_read(&cursor, &offset, &block);
        assert(read);
        size += block.raw_size;
    }
    return size;
}

static enum status verify_dictionaries(const struct segment *segment,
                                       struct segment_scratch *scratch, struct error *error)
{
    for (uint32_t column = 0; column < segment->column_count; column++) {
        struct arena arena;
        struct row_dictionary dictionary;
        arena_init(&arena, dictionary_size(segment, &segment->columns[column]));
        enum status status =
            segment_read_dictionary(segment, column, scratch, &arena, &dictionary, error);
        arena_release(&arena);
        TRY(status);
    }
    return STATUS_OK;
}

enum status segment_verify(const struct segment *segment, struct error *error)
{
    struct segment_scratch scratch;
    segment_scratch_init(&scratch);
    int64_t *numbers = MEMORY_ARRAY(int64_t, VERIFY_ROWS);
    enum status status = verify_runs(segment, &scratch, error);
    if (status == STATUS_OK) status = verify_rows(segment, &scratch, numbers, error);
    if (status == STATUS_OK) status = verify_dictionaries(segment, &scratch, error);
    memory_free(numbers);
    segment_scratch_release(&scratch);
    return status;
}
