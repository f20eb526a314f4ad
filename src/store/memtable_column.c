#include "store/memtable_column.h"

#include "base/check.h"
#include "base/memory.h"

#include <string.h>

enum {
    SPARSE_FIRST = 8,
    SPARSE_MAX = 256, /* past this, pairs of 6 bytes are no bargain against 4 bytes a row */
    CHUNKS_FIRST = 4,
};

void memtable_column_init(struct memtable_column *column, struct text name)
{
    *column = (struct memtable_column){.name = name};
    memtable_dictionary_init(&column->dictionary);
}

void memtable_column_release(struct memtable_column *column)
{
    for (uint32_t i = 0; i < column->chunk_count; i++)
        memory_free(column->chunks[i].codes);
    memory_free(column->chunks);
    memtable_dictionary_release(&column->dictionary);
    *column = (struct memtable_column){0};
}

static uint16_t *sparse_rows(const struct code_chunk *chunk)
{
    return (uint16_t *)(chunk->codes + chunk->capacity);
}

static size_t chunk_bytes(uint32_t capacity)
{
    return capacity *
           (capacity == CHUNK_ROWS ? sizeof(uint32_t) : sizeof(uint32_t) + sizeof(uint16_t));
}

/* A column that was dense in the chunk before will be dense in this one: no need to grow there. */
static void begin_chunk(struct memtable_column *column, uint32_t index)
{
    const struct code_chunk *before = index > 0 ? &column->chunks[index - 1] : NULL;
    bool was_full = before && before->count > SPARSE_MAX;
    struct code_chunk *chunk = &column->chunks[index];
    chunk->capacity = was_full ? CHUNK_ROWS : SPARSE_FIRST;
    chunk->codes = memory_alloc(chunk_bytes(chunk->capacity), 1);
    column->bytes_held += chunk_bytes(chunk->capacity);
}

/* The last chunk, if it is dense, gets its count, and another one may come behind it. */
static void leave_dense(struct memtable_column *column)
{
    if (!column->codes) return;
    column->chunks[column->first_row / CHUNK_ROWS].count = (uint16_t)column->count;
    column->codes = NULL;
}

static void enter_dense(struct memtable_column *column, uint32_t index)
{
    assert(!column->codes);
    column->codes = column->chunks[index].codes;
    column->count = column->chunks[index].count;
    column->first_row = index * CHUNK_ROWS;
}

static struct code_chunk *reach_chunk(struct memtable_column *column, uint32_t index)
{
    if (index >= column->chunk_capacity) {
        uint32_t capacity = column->chunk_capacity ? column->chunk_capacity * 2 : CHUNKS_FIRST;
        while (capacity <= index)
            capacity *= 2;
        column->chunks = memory_resize(column->chunks, capacity, sizeof(struct code_chunk));
        column->bytes_held += (capacity - column->chunk_capacity) * sizeof(struct code_chunk);
        column->chunk_capacity = capacity;
    }
    while (column->chunk_count <= index) {
        column->chunks[column->chunk_count++] = (struct code_chunk){0};
    }
    if (!column->chunks[index].codes) begin_chunk(column, index);
    return &column->chunks[index];
}

static void grow_chunk(struct memtable_column *column, struct code_chunk *chunk)
{
    bool becomes_dense = chunk->capacity >= SPARSE_MAX;
    uint32_t capacity = becomes_dense ? CHUNK_ROWS : chunk->capacity * 2u;
    uint32_t *codes = memory_alloc(chunk_bytes(capacity), 1);
    const uint16_t *rows = sparse_rows(chunk);
    if (becomes_dense) {
        for (uint32_t i = 0; i < chunk->count; i++)
            codes[rows[i]] = chunk->codes[i];
    } else {
        memcpy(codes, chunk->codes, chunk->count * sizeof(uint32_t));
        memcpy(codes + capacity, rows, chunk->count * sizeof(uint16_t));
    }
    column->bytes_held += chunk_bytes(capacity) - chunk_bytes(chunk->capacity);
    memory_free(chunk->codes);
    chunk->codes = codes;
    chunk->capacity = (uint16_t)capacity;
}

uint32_t *memtable_column_reach_slowly(struct memtable_column *column, uint32_t row)
{
    uint32_t index = row / CHUNK_ROWS;
    uint16_t place = row % CHUNK_ROWS;
    assert(index + 1 >= column->chunk_count);
    leave_dense(column);
    struct code_chunk *chunk = reach_chunk(column, index);
    if (!code_chunk_is_dense(chunk) && chunk->count == chunk->capacity) grow_chunk(column, chunk);
    if (code_chunk_is_dense(chunk)) {
        enter_dense(column, index);
        return memtable_column_reach(column, row);
    }
    uint16_t *rows = sparse_rows(chunk);
    if (chunk->count > 0 && rows[chunk->count - 1] == place) return NULL;
    assert_slow(chunk->count == 0 || rows[chunk->count - 1] < place);
    rows[chunk->count] = place;
    return &chunk->codes[chunk->count++];
}

static uint32_t find_sparse(const struct code_chunk *chunk, uint32_t row)
{
    if (chunk->count == 0) return 0; /* and no rows */
    const uint16_t *rows = sparse_rows(chunk);
    uint32_t first = 0;
    uint32_t end = chunk->count;
    while (first < end) {
        uint32_t middle = (first + end) / 2;
        if (rows[middle] < row) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    return first < chunk->count && rows[first] == row ? chunk->codes[first] : 0;
}

/* 2 to 8 ns a row, most of it waiting for memory. */
void memtable_column_gather(const struct memtable_column *column, const uint32_t *rows,
                            uint32_t count, uint32_t *out)
{
    const struct code_chunk *chunks = column->chunks;
    uint32_t chunk_count = column->chunk_count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t index = rows[i] / CHUNK_ROWS;
        uint32_t place = rows[i] % CHUNK_ROWS;
        uint32_t code = 0;
        if (index < chunk_count) {
            const struct code_chunk *chunk = &chunks[index];
            code = code_chunk_is_dense(chunk) ? chunk->codes[place] : find_sparse(chunk, place);
        }
        out[i] = code;
    }
}
