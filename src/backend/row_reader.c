#include "backend/row_reader.h"

#include "base/check.h"

enum status row_memory_passed(struct error *error)
{
    return error_set(error, STATUS_TOO_LARGE,
                     "could not read rows: more than the memory for one request; ask for less");
}

static struct row_range block_at(const struct row_source *source, uint32_t first)
{
    uint32_t rest = row_source_row_count(source) - first;
    uint32_t count = rest < ROW_READER_BLOCK ? rest : ROW_READER_BLOCK;
    return (struct row_range){first, first + count};
}

static enum status pick_block(struct row_source *source, struct row_range block, int64_t from_ms,
                              int64_t to_ms, uint32_t source_index, int64_t *times,
                              uint64_t *arrivals, struct row_pick *pick, struct error *error)
{
    TRY(row_source_times(source, block, times, error));
    TRY(row_source_arrivals(source, block, arrivals, error));
    for (uint32_t i = 0; i < block.end - block.first; i++) {
        if (times[i] < from_ms || times[i] >= to_ms) continue;
        if (pick->count == pick->capacity) return row_memory_passed(error);
        pick->rows[pick->count++] = (struct picked_row){
            .time_ms = times[i],
            .arrival = arrivals[i],
            .row = block.first + i,
            .source = source_index,
        };
    }
    return STATUS_OK;
}

enum status row_pick_span(struct row_source *source, uint32_t source_index, int64_t from_ms,
                          int64_t to_ms, struct arena *arena, struct row_pick *pick,
                          struct error *error)
{
    int64_t min_ms;
    int64_t max_ms;
    row_source_time_range(source, &min_ms, &max_ms);
    if (max_ms < from_ms || min_ms >= to_ms) return STATUS_OK;

    size_t mark = arena_mark(arena);
    int64_t *times = ARENA_ARRAY_DIRTY(arena, int64_t, ROW_READER_BLOCK);
    uint64_t *arrivals = ARENA_ARRAY_DIRTY(arena, uint64_t, ROW_READER_BLOCK);
    if (!times || !arrivals) return row_memory_passed(error);
    enum status status = STATUS_OK;
    for (uint32_t first = 0; status == STATUS_OK && first < row_source_row_count(source);
         first += ROW_READER_BLOCK) {
        status = pick_block(source, block_at(source, first), from_ms, to_ms, source_index, times,
                            arrivals, pick, error);
    }
    arena_rewind(arena, mark);
    return status;
}

/* What one read of a block's column is: codes, persons or flags behind one shape. */
enum part { PART_CODES, PART_SENT_PERSONS };

static enum status read_part(struct row_source *source, enum part part, uint32_t column,
                             struct row_range block, uint32_t *out, struct error *error)
{
    if (part == PART_SENT_PERSONS) return row_source_sent_persons(source, block, out, error);
    return row_source_codes(source, column, block, out, error);
}

/* The values of one part at the picked rows: block after block, those without a picked row are
 * not read. */
static enum status gather(struct row_source *source, enum part part, uint32_t column,
                          const struct picked_row *rows, size_t row_count, uint32_t *scratch,
                          uint32_t *out, struct error *error)
{
    for (size_t place = 0; place < row_count;) {
        struct row_range block =
            block_at(source, rows[place].row / ROW_READER_BLOCK * ROW_READER_BLOCK);
        TRY(read_part(source, part, column, block, scratch, error));
        for (; place < row_count && rows[place].row < block.end; place++) {
            out[place] = scratch[rows[place].row - block.first];
        }
    }
    return STATUS_OK;
}

static enum status gather_flags(struct row_source *source, const struct picked_row *rows,
                                size_t row_count, uint8_t *scratch, uint8_t *out,
                                struct error *error)
{
    for (size_t place = 0; place < row_count;) {
        struct row_range block =
            block_at(source, rows[place].row / ROW_READER_BLOCK * ROW_READER_BLOCK);
        TRY(row_source_flags(source, block, scratch, error));
        for (; place < row_count && rows[place].row < block.end; place++) {
            out[place] = scratch[rows[place].row - block.first];
        }
    }
    return STATUS_OK;
}

static enum status read_column(struct row_source *source, uint32_t column,
                               const struct picked_row *rows, size_t row_count, uint32_t *scratch,
                               struct arena *arena, struct row_columns *out, struct error *error)
{
    out->names[column] = row_source_column_name(source, column);
    TRY(row_source_dictionary(source, column, arena, &out->dictionaries[column], error));
    out->codes[column] = ARENA_ARRAY_DIRTY(arena, uint32_t, row_count);
    if (!out->codes[column]) return row_memory_passed(error);
    TRY(gather(source, PART_CODES, column, rows, row_count, scratch, out->codes[column], error));
    for (size_t place = 0; place < row_count; place++) {
        if (out->codes[column][place] >= out->dictionaries[column].count) {
            return error_set(error, STATUS_CORRUPT, "could not read rows: a code without a value");
        }
    }
    return STATUS_OK;
}

enum status row_columns_read(struct row_source *source, const struct picked_row *rows,
                             size_t row_count, enum row_columns_wanted wanted, struct arena *arena,
                             struct row_columns *out, struct error *error)
{
    assert(row_count > 0);
    uint32_t count = wanted == ROW_COLUMNS_ALL ? row_source_column_count(source)
                                               : (uint32_t)ROW_COLUMN_INSERT_ID + 1;
    *out = (struct row_columns){
        .source = source,
        .column_count = count,
        .names = ARENA_ARRAY(arena, struct text, count),
        .dictionaries = ARENA_ARRAY(arena, struct row_dictionary, count),
        .codes = ARENA_ARRAY(arena, uint32_t *, count),
        .sent_persons = ARENA_ARRAY_DIRTY(arena, uint32_t, row_count),
        .flags = ARENA_ARRAY_DIRTY(arena, uint8_t, row_count),
        .import_column = row_source_find_column(source, TEXT("$import")),
    };
    uint32_t *scratch = ARENA_ARRAY_DIRTY(arena, uint32_t, ROW_READER_BLOCK);
    if (!out->names || !out->dictionaries || !out->codes || !out->sent_persons || !out->flags ||
        !scratch) {
        return row_memory_passed(error);
    }
    for (uint32_t column = 0; column < count; column++) {
        TRY(read_column(source, column, rows, row_count, scratch, arena, out, error));
    }
    TRY(gather(source, PART_SENT_PERSONS, 0, rows, row_count, scratch, out->sent_persons, error));
    return gather_flags(source, rows, row_count, (uint8_t *)scratch, out->flags, error);
}

const struct value *row_columns_value(const struct row_columns *columns, uint32_t column,
                                      size_t place)
{
    assert(column < columns->column_count);
    return &columns->dictionaries[column].values[columns->codes[column][place]];
}
