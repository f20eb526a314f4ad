/* Rows of a segment or of a memtable's part, read alike. */
#include "store/row_source.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/memory.h"
#include "store/snapshot_internal.h"

#include <string.h>

uint32_t row_source_row_count(const struct row_source *source)
{
    return source->part ? source->part->row_count : source->segment->row_count;
}

void row_source_time_range(const struct row_source *source, int64_t *min_ms, int64_t *max_ms)
{
    *min_ms = source->part ? source->part->min_ms : source->segment->min_ms;
    *max_ms = source->part ? source->part->max_ms : source->segment->max_ms;
}

struct row_range row_source_shard(const struct row_source *source, uint32_t shard)
{
    assert(shard < STORE_SHARD_COUNT);
    const uint32_t *firsts =
        source->part ? source->part->shard_first : source->segment->shard_first;
    return (struct row_range){firsts[shard], firsts[shard + 1]};
}

static void check_range(const struct row_source *source, struct row_range range)
{
    assert(range.first <= range.end);
    assert(range.end <= row_source_row_count(source));
}

enum status row_source_runs(struct row_source *source, uint32_t shard, struct arena *arena,
                            const struct row_run **runs, uint32_t *count, struct error *error)
{
    assert(shard < STORE_SHARD_COUNT);
    if (source->part) {
        const uint32_t *firsts = source->part->run_first;
        *count = firsts[shard + 1] - firsts[shard];
        *runs = *count > 0 ? source->part->runs + firsts[shard] : NULL;
        return STATUS_OK;
    }
    *count = source->segment->shard_runs[shard];
    struct row_run *copy = ARENA_ARRAY_DIRTY(arena, struct row_run, *count);
    *runs = copy;
    if (!copy) {
        return error_set(error, STATUS_TOO_LARGE,
                         "a person directory needs more than %zu bytes of memory", arena->capacity);
    }
    struct scratch_node *node = snapshot_take_scratch(source->snapshot);
    enum status status = segment_read_runs(source->segment, shard, &node->scratch, copy, error);
    snapshot_give_scratch(source->snapshot, node);
    return status;
}

static enum status read_numbers(struct row_source *source, enum segment_fixed column,
                                struct row_range range, int64_t *out, struct error *error)
{
    struct scratch_node *node = snapshot_take_scratch(source->snapshot);
    enum status status =
        segment_read_numbers(source->segment, column, range, &node->scratch, out, error);
    snapshot_give_scratch(source->snapshot, node);
    return status;
}

enum status row_source_times(struct row_source *source, struct row_range range, int64_t *out,
                             struct error *error)
{
    check_range(source, range);
    if (!source->part) return read_numbers(source, SEGMENT_TIME, range, out, error);
    if (range.end > range.first) {
        memcpy(out, source->part->times + range.first, (range.end - range.first) * sizeof(int64_t));
    }
    return STATUS_OK;
}

enum status row_source_arrivals(struct row_source *source, struct row_range range, uint64_t *out,
                                struct error *error)
{
    check_range(source, range);
    uint32_t count = range.end - range.first;
    if (source->part) {
        struct memtable *table = source->part->table;
        os_rwlock_read(&table->lock);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t row = source->part->rows[range.first + i];
            out[i] = table->chunks[row / CHUNK_ROWS]->arrivals[row % CHUNK_ROWS];
        }
        os_rwlock_unlock(&table->lock);
        return STATUS_OK;
    }
    struct scratch_node *node = snapshot_take_scratch(source->snapshot);
    uint32_t *places = segment_scratch_codes(&node->scratch, count);
    /* Sequences are read as signed numbers into the same room; they are below 2^48. */
    enum status status = segment_read_numbers(source->segment, SEGMENT_SEQUENCE, range,
                                              &node->scratch, (int64_t *)out, error);
    if (status == STATUS_OK) {
        status = segment_read_fixed_codes(source->segment, SEGMENT_PLACE, range, &node->scratch,
                                          places, error);
    }
    for (uint32_t i = 0; i < count && status == STATUS_OK; i++)
        out[i] = out[i] << 16 | places[i];
    snapshot_give_scratch(source->snapshot, node);
    return status;
}

enum status row_source_received(struct row_source *source, struct row_range range, int64_t *out_ms,
                                struct error *error)
{
    check_range(source, range);
    if (!source->part) return read_numbers(source, SEGMENT_RECEIVED, range, out_ms, error);
    struct memtable *table = source->part->table;
    os_rwlock_read(&table->lock);
    for (uint32_t i = range.first; i < range.end; i++) {
        uint32_t row = source->part->rows[i];
        out_ms[i - range.first] = table->chunks[row / CHUNK_ROWS]->received[row % CHUNK_ROWS];
    }
    os_rwlock_unlock(&table->lock);
    return STATUS_OK;
}

/* A sent person of 0 is the cluster, any other is the number and 1. */
static void resolve_sent(const struct row_run *runs, uint32_t run_count, struct row_range range,
                         uint32_t *out)
{
    for (uint32_t i = 0; i < run_count; i++) {
        uint32_t end = runs[i].first + runs[i].count;
        uint32_t from = runs[i].first > range.first ? runs[i].first : range.first;
        uint32_t to = end < range.end ? end : range.end;
        for (uint32_t row = from; row < to; row++) {
            uint32_t *sent = &out[row - range.first];
            *sent = *sent == 0 ? runs[i].cluster : *sent - 1;
        }
    }
}

static enum status read_sent(const struct segment *segment, struct row_range range,
                             struct segment_scratch *scratch, uint32_t *out, struct error *error)
{
    TRY(segment_read_fixed_codes(segment, SEGMENT_SENT, range, scratch, out, error));
    for (uint32_t shard = 0; shard < STORE_SHARD_COUNT; shard++) {
        if (segment->shard_first[shard + 1] <= range.first) continue;
        if (segment->shard_first[shard] >= range.end) break;
        uint32_t run_count = segment->shard_runs[shard];
        struct row_run *runs = MEMORY_ARRAY(struct row_run, run_count);
        enum status status = segment_read_runs(segment, shard, scratch, runs, error);
        if (status == STATUS_OK) resolve_sent(runs, run_count, range, out);
        memory_free(runs);
        TRY(status);
    }
    return STATUS_OK;
}

enum status row_source_sent_persons(struct row_source *source, struct row_range range,
                                    uint32_t *out, struct error *error)
{
    check_range(source, range);
    if (source->part) {
        struct memtable *table = source->part->table;
        os_rwlock_read(&table->lock);
        for (uint32_t i = range.first; i < range.end; i++) {
            uint32_t row = source->part->rows[i];
            out[i - range.first] = table->chunks[row / CHUNK_ROWS]->persons[row % CHUNK_ROWS];
        }
        os_rwlock_unlock(&table->lock);
        return STATUS_OK;
    }
    struct scratch_node *node = snapshot_take_scratch(source->snapshot);
    enum status status = read_sent(source->segment, range, &node->scratch, out, error);
    snapshot_give_scratch(source->snapshot, node);
    return status;
}

enum status row_source_flags(struct row_source *source, struct row_range range, uint8_t *out,
                             struct error *error)
{
    check_range(source, range);
    uint32_t count = range.end - range.first;
    if (source->part) {
        struct memtable *table = source->part->table;
        os_rwlock_read(&table->lock);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t row = source->part->rows[range.first + i];
            out[i] = table->chunks[row / CHUNK_ROWS]->flags[row % CHUNK_ROWS];
        }
        os_rwlock_unlock(&table->lock);
        return STATUS_OK;
    }
    struct scratch_node *node = snapshot_take_scratch(source->snapshot);
    uint32_t *codes = segment_scratch_codes(&node->scratch, count);
    enum status status = segment_read_fixed_codes(source->segment, SEGMENT_FLAGS, range,
                                                  &node->scratch, codes, error);
    for (uint32_t i = 0; i < count && status == STATUS_OK; i++)
        out[i] = (uint8_t)codes[i];
    snapshot_give_scratch(source->snapshot, node);
    return status;
}

/* --- coded columns --- */

uint32_t row_source_column_count(const struct row_source *source)
{
    return source->part ? source->part->column_count : source->segment->column_count;
}

/* The list of columns may grow and move; a column and its name do not. */
static const struct memtable_column *part_column(const struct memtable_part *part, uint32_t column)
{
    os_rwlock_read(&part->table->lock);
    const struct memtable_column *found = part->table->columns[column];
    os_rwlock_unlock(&part->table->lock);
    return found;
}

struct text row_source_column_name(const struct row_source *source, uint32_t column)
{
    assert(column < row_source_column_count(source));
    if (source->part) return part_column(source->part, column)->name;
    return source->segment->columns[column].name;
}

int row_source_find_column(const struct row_source *source, struct text property)
{
    if (source->part) {
        struct memtable *table = source->part->table;
        os_rwlock_read(&table->lock);
        int column = memtable_find_column(table, property);
        os_rwlock_unlock(&table->lock);
        return column < (int)source->part->column_count ? column : ROW_COLUMN_NONE;
    }
    uint32_t number = text_index_find(&source->segment->column_index, property);
    if (number == TEXT_INDEX_NONE) return ROW_COLUMN_NONE;
    return (int)number + ROW_COLUMN_INSERT_ID + 1;
}

enum status row_source_codes(struct row_source *source, uint32_t column, struct row_range range,
                             uint32_t *out, struct error *error)
{
    check_range(source, range);
    assert(column < row_source_column_count(source));
    if (source->part) {
        struct memtable *table = source->part->table;
        os_rwlock_read(&table->lock);
        memtable_column_gather(table->columns[column], source->part->rows + range.first,
                               range.end - range.first, out);
        os_rwlock_unlock(&table->lock);
        return STATUS_OK;
    }
    struct scratch_node *node = snapshot_take_scratch(source->snapshot);
    enum status status =
        segment_read_codes(source->segment, column, range, &node->scratch, out, error);
    snapshot_give_scratch(source->snapshot, node);
    return status;
}

/* Texts stay where they are: blocks of a memtable's dictionary never move. */
static enum status copy_values(const struct memtable_part *part, uint32_t column,
                               struct arena *arena, struct row_dictionary *out, struct error *error)
{
    os_rwlock_read(&part->table->lock);
    const struct memtable_dictionary *from = &part->table->columns[column]->dictionary;
    struct value *values = ARENA_ARRAY_DIRTY(arena, struct value, from->count);
    if (values) memcpy(values, from->values, from->count * sizeof(struct value));
    *out = (struct row_dictionary){.values = values, .count = from->count};
    os_rwlock_unlock(&part->table->lock);
    if (values) return STATUS_OK;
    return error_set(error, STATUS_TOO_LARGE, "a dictionary needs more than %zu bytes of memory",
                     arena->capacity);
}

enum status row_source_dictionary(struct row_source *source, uint32_t column, struct arena *arena,
                                  struct row_dictionary *out, struct error *error)
{
    assert(column < row_source_column_count(source));
    if (source->part) return copy_values(source->part, column, arena, out, error);
    struct scratch_node *node = snapshot_take_scratch(source->snapshot);
    enum status status =
        segment_read_dictionary(source->segment, column, &node->scratch, arena, out, error);
    snapshot_give_scratch(source->snapshot, node);
    return status;
}
