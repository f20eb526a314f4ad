/* Fresh rows in the order of arrival.
 *
 * Rows are only ever added, so a view of the first n rows stays true while more come: it holds a
 * list of sorted parts (memtable_view.h) and reads codes through them under the read lock. Rows
 * lie in chunks that never move.
 *
 * The lock guards everything but what says otherwise; memtable_append and memtable_begin_batch
 * need it for writing, readers for reading. References may be held and dropped on any thread. */
#ifndef CANDOR_STORE_MEMTABLE_H
#define CANDOR_STORE_MEMTABLE_H

#include "base/buffer.h"
#include "event/event.h"
#include "os/os_thread.h"
#include "store/column_names.h"
#include "store/memtable_column.h"

#include <stdatomic.h>

struct row_chunk {
    int64_t times[CHUNK_ROWS];
    uint64_t arrivals[CHUNK_ROWS];
    int64_t received[CHUNK_ROWS];
    uint32_t persons[CHUNK_ROWS]; /* as sent */
    uint8_t flags[CHUNK_ROWS];
};

/* The column of a name of earlier batches, until proven wrong. */
struct batch_name {
    struct memtable_column *column; /* NULL: none known, or the overflow */
    uint32_t batch;                 /* in which the column was found right */
};

/* Values of the last rows that wait for their dictionaries' memory. */
enum { MEMTABLE_PENDING_MAX = 128 };

struct memtable_pending_value {
    struct memtable_dictionary *dictionary;
    uint32_t *code;     /* where it goes, in a dense chunk */
    struct value value; /* borrowed from its event */
    uint32_t hash;
};

struct memtable_pending {
    struct memtable_pending_value values[MEMTABLE_PENDING_MAX];
    uint32_t count;
};

struct memtable {
    atomic_uint reference_count;
    struct os_rwlock lock;
    uint64_t hash_seed;
    struct column_names *names; /* the project's; used while appending only */

    struct row_chunk **chunks;
    uint32_t chunk_count;
    uint32_t chunk_capacity;
    uint32_t row_count;

    struct memtable_column **columns; /* event, insert_id, then properties */
    uint32_t column_count;
    uint32_t column_capacity;
    struct text_index column_index; /* a property's number + 2 is its column */

    struct batch_name *batch_names; /* by name_index of a batch */
    uint32_t batch_name_count;
    uint32_t batch_number;

    struct memtable_pending pending;

    struct buffer overflow; /* an object of one event's properties without a column */
    uint64_t overflow_count;
    uint64_t first_sequence; /* of the oldest row; 0: no rows */
    uint64_t last_sequence;  /* of the newest record, with or without rows */
    size_t bytes_held;       /* without columns */
};

/* With one reference that the caller owns. */
struct memtable *memtable_make(struct column_names *names, uint64_t hash_seed);
struct memtable *memtable_hold(struct memtable *table);
void memtable_drop(struct memtable *table); /* NULL does nothing */

/* name_index fields count anew from here. */
void memtable_begin_batch(struct memtable *table, uint64_t sequence);

struct memtable_row {
    const struct event *event;
    uint32_t person;
    uint64_t arrival;
    int64_t received_ms;
};
/* The texts of the event are borrowed until memtable_settle, which comes before the lock is let go
 * of: until then rows have no codes for some of their values. */
void memtable_append(struct memtable *table, const struct memtable_row *row);
void memtable_settle(struct memtable *table);

size_t memtable_bytes(const struct memtable *table);

/* The column of a property among the first column_count; ROW_COLUMN_NONE (row_source.h). */
int memtable_find_column(const struct memtable *table, struct text property);

#endif
