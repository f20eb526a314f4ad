/* Events at rest: a memtable of fresh rows and immutable segments for each project.
 *
 * Rows are events; each has the number of the person (identity) its distinct_id got, its time, its
 * arrival (WAL sequence << 16 | place in the batch, so ties in time have an order that replay
 * repeats), and a code for each property: the number of its value in the column's dictionary, 0
 * where the property is missing. Values keep their type: one column holds texts, numbers, nulls
 * and lists at once.
 *
 * Durable are segments and profile files listed in the manifest, with a watermark for each project:
 * every WAL sequence up to it is in them. What came later is in the memtable and comes back from
 * the WAL at start.
 *
 * Threads: append on one thread (the applier), publish on one other, flush on a third, all at the
 * same time; snapshots on any thread. Lock order: 1 store, 2 project. */
#ifndef CANDOR_STORE_H
#define CANDOR_STORE_H

#include "base/arena.h"
#include "base/status.h"
#include "event/event.h"
#include "event/profile_change.h"

#include <stdbool.h>
#include <stdint.h>

struct store;
struct snapshot;

enum { STORE_SHARD_COUNT = 64 };
/* The person of events without distinct_id: they are kept, last in every order. */
#define STORE_NO_PERSON UINT32_MAX

/* The shard of a person. Person numbers are dense, so this spreads them evenly. */
static inline uint32_t store_shard(uint32_t person)
{
    return person & (STORE_SHARD_COUNT - 1);
}

/* Rows are sorted by this, then time, then arrival: shard by shard, persons rising inside. */
static inline uint32_t store_person_order(uint32_t person)
{
    return (person & (STORE_SHARD_COUNT - 1)) << 26 | person >> 6;
}

struct store_options {
    const char *folder;     /* made when it is not there */
    unsigned flush_threads; /* that encode a segment; 0 and 1: the flushing one alone */
};

/* Opens and checks the manifest and every file's footer. Damaged or missing files are
 * STATUS_CORRUPT with the file's name. Leftovers that the manifest does not name are removed. */
enum status store_open(const struct store_options *options, struct store **out,
                       struct error *error) MUST_CHECK;
void store_close(struct store *store); /* snapshots must be released before */

uint32_t store_project_count(const struct store *store);
uint32_t store_project_at(const struct store *store, uint32_t index);  /* project id */
uint64_t store_watermark(const struct store *store, uint32_t project); /* 0: nothing stored */

/* --- appending: the applier thread --- */

/* Everything between begin and end belongs to one WAL record; it takes the project's write lock.
 * The appender lives on the caller's stack. A sequence at or below the watermark is already
 * stored: begin returns false and nothing is to be appended. */
struct store_appender {
    struct store *store;
    void *table; /* private */
    uint64_t sequence;
    int64_t received_ms;
};
bool store_append_begin(struct store *store, uint32_t project, uint64_t sequence,
                        int64_t received_ms, struct store_appender *appender);
/* name_index fields of the event are those of one batch (0, 1, 2, …): columns are looked up once a
 * batch for each. */
struct store_row {
    struct event event;
    uint32_t person; /* of its distinct_id */
    uint32_t index;  /* in its batch, dropped ones included */
};
/* Some at a time is quicker than one: they wait for memory together. */
void store_append_rows(struct store_appender *appender, const struct store_row *rows,
                       uint32_t count);
void store_append_end(struct store_appender *appender);
/* Instead of end: the record could not be taken whole. Nothing of the project that is in memory is
 * published or written any more, so the watermark stays before the record, and the log, which has
 * all of it, is replayed by the next open. What was frozen before may still be flushed. */
void store_append_fail(struct store_appender *appender);

/* Profile changes of one WAL record, between begin and end, under the project's write lock like an
 * appender: a freeze sees all of a record or nothing. Visible at end. begin returns false when the
 * sequence is stored already. The scope lives on the caller's stack. */
struct store_profile_scope {
    struct store *store;
    void *table; /* private */
    uint64_t sequence;
};
bool store_profiles_begin(struct store *store, uint32_t project, uint64_t sequence,
                          struct store_profile_scope *scope);
/* STATUS_INVALID when a step cannot apply: then nothing of this change is done. */
enum status store_profiles_change(struct store_profile_scope *scope,
                                  const struct profile_change *change,
                                  struct error *error) MUST_CHECK;
void store_profiles_end(struct store_profile_scope *scope);
void store_profiles_fail(struct store_profile_scope *scope); /* as store_append_fail */

/* --- publishing and flushing: the jobs thread --- */

/* The person each person number belongs to now, after merges; a number from count on belongs to
 * itself. Rows are clustered by it, so that most merges are settled when a segment is written. */
struct store_clusters {
    const uint32_t *canonical;
    uint32_t count;
};

/* Sort what was appended since the last time into view of new snapshots. True if there was any. */
bool store_publish(struct store *store, uint32_t project, struct store_clusters clusters);

struct store_memtable_figures {
    uint64_t rows;           /* all, published or not */
    uint64_t bytes;          /* memory held */
    uint64_t first_sequence; /* oldest WAL sequence that only the memtable holds; 0: none */
    uint64_t last_sequence;
    uint64_t unpublished_rows;
    uint64_t dirty_profiles; /* changed since the last flush */
};
void store_memtable_figures(struct store *store, uint32_t project,
                            struct store_memtable_figures *out);

/* Set the memtable and the changed profiles aside for the next flush; new rows go to a fresh
 * memtable. After this returns no person number is in them that identity does not know, so
 * identity is flushed between freeze and flush. Does nothing while something frozen waits. */
void store_freeze(struct store *store, uint32_t project);

/* Write what was frozen (freezing first when nothing is) to files, publish them and raise the
 * watermark. Snapshots see each row once throughout. On an error nothing is lost: what was frozen
 * stays readable and the next flush writes it again. STATUS_IO after store_append_fail. */
enum status store_flush(struct store *store, uint32_t project, struct store_clusters clusters,
                        struct error *error) MUST_CHECK;

/* --- figures and checks --- */

struct store_figures {
    uint64_t rows; /* in segments */
    uint64_t memtable_rows;
    uint64_t segments;
    uint64_t segment_bytes;
    uint64_t profiles;
    uint64_t profile_bytes; /* files */
    uint64_t columns;
    uint64_t overflow_properties; /* values that went to the overflow column */
    uint32_t person_end;          /* one more than the largest person number in segments */
};
void store_figures(struct store *store, uint32_t project, struct store_figures *out);

/* Read and check every block of every file of the project. */
enum status store_verify(struct store *store, uint32_t project, struct error *error) MUST_CHECK;

/* --- reading: any thread; see row_source.h --- */

enum status store_snapshot(struct store *store, uint32_t project, struct snapshot **out,
                           struct error *error) MUST_CHECK;

#endif
