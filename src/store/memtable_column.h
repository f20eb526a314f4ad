/* One column of a memtable: a dictionary and the codes of the rows, in chunks of 1,024 rows.
 *
 * A chunk with few values holds (row, code) pairs, another one a code for every row, so that a
 * project with 2,000 rarely used properties stays small. Belongs to its memtable and lives under
 * its lock; codes that were written never change. */
#ifndef CANDOR_STORE_MEMTABLE_COLUMN_H
#define CANDOR_STORE_MEMTABLE_COLUMN_H

#include "base/text.h"
#include "store/memtable_dictionary.h"

enum { CHUNK_ROWS = 1024 };

struct code_chunk {
    uint32_t *codes;   /* dense: one a row; sparse: capacity, and as many u16 rows behind them */
    uint16_t count;    /* rows with a value */
    uint16_t capacity; /* CHUNK_ROWS: dense */
};

struct memtable_column {
    /* What every row asks for, with the dictionary's first: few lines of the processor's cache. */
    uint32_t *codes;    /* of the last chunk, if it is dense, else NULL */
    uint32_t first_row; /* of that chunk */
    uint32_t count;     /* of its rows with a value: until the next chunk begins, chunk->count is
                           that of a while ago */
    struct memtable_dictionary dictionary;
    struct text name; /* borrowed from the memtable's names */
    struct code_chunk *chunks;
    uint32_t chunk_count; /* later chunks have no value */
    uint32_t chunk_capacity;
    size_t bytes_held; /* without the dictionary's */
};

void memtable_column_init(struct memtable_column *column, struct text name);
void memtable_column_release(struct memtable_column *column);

/* Where the code of a row goes, to be written before the column is asked again. NULL when the row
 * has one: of two codes for one row the first stays. Rows come in rising order. */
static inline uint32_t *memtable_column_reach(struct memtable_column *column, uint32_t row);

/* The codes of these rows, in their order; 0 where there is none. */
void memtable_column_gather(const struct memtable_column *column, const uint32_t *rows,
                            uint32_t count, uint32_t *out);

static inline bool code_chunk_is_dense(const struct code_chunk *chunk)
{
    return chunk->capacity == CHUNK_ROWS;
}

/* Where the row's chunk is sparse, full or not there yet. */
uint32_t *memtable_column_reach_slowly(struct memtable_column *column, uint32_t row);

static inline uint32_t *memtable_column_reach(struct memtable_column *column, uint32_t row)
{
    uint32_t place = row - column->first_row;
    if (!column->codes || place >= CHUNK_ROWS) return memtable_column_reach_slowly(column, row);
    uint32_t *code = &column->codes[place];
    if (*code != 0) return NULL;
    column->count++;
    return code;
}

#endif
