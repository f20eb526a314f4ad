/* What a question reads: a snapshot is a fixed view of a project's rows, as a list of sources. A
 * source is a segment or the published part of a memtable; both read alike.
 *
 * Within a source rows are numbered from 0, sorted by (store_person_order(cluster), time, arrival),
 * so one person's rows are neighbours (a run), and each shard is one range of rows. Different
 * sources may hold rows of the same person: the reader merges by (time, arrival).
 * A row's cluster is the person it was filed under; identity may since have given it to another
 * (ask canonical[cluster]). Its sent person is that of the distinct_id it came with.
 *
 * Any number of threads may read one snapshot. Arrays are written to the caller's memory or live
 * in the caller's arena. */
#ifndef CANDOR_STORE_ROW_SOURCE_H
#define CANDOR_STORE_ROW_SOURCE_H

#include "store/store.h"

struct row_source;

void snapshot_release(struct snapshot *snapshot);
uint32_t snapshot_source_count(const struct snapshot *snapshot);
struct row_source *snapshot_source(const struct snapshot *snapshot, uint32_t index);

uint32_t row_source_row_count(const struct row_source *source);
/* Smallest and largest time; {0, -1} without rows. */
void row_source_time_range(const struct row_source *source, int64_t *min_ms, int64_t *max_ms);

struct row_range {
    uint32_t first;
    uint32_t end; /* one past the last */
};
/* The rows of one shard; events without a person are in shard 63 (STORE_NO_PERSON & 63). */
struct row_range row_source_shard(const struct row_source *source, uint32_t shard);

struct row_run {
    uint32_t cluster; /* person number, or STORE_NO_PERSON */
    uint32_t first;   /* row */
    uint32_t count;
};
/* The runs of one shard, in order. */
enum status row_source_runs(struct row_source *source, uint32_t shard, struct arena *arena,
                            const struct row_run **runs, uint32_t *count,
                            struct error *error) MUST_CHECK;

/* Columns of every row. Rows of range go to out[0] … */
enum status row_source_times(struct row_source *source, struct row_range range, int64_t *out,
                             struct error *error) MUST_CHECK;
enum status row_source_arrivals(struct row_source *source, struct row_range range, uint64_t *out,
                                struct error *error) MUST_CHECK;
enum status row_source_received(struct row_source *source, struct row_range range, int64_t *out_ms,
                                struct error *error) MUST_CHECK;
enum status row_source_sent_persons(struct row_source *source, struct row_range range,
                                    uint32_t *out, struct error *error) MUST_CHECK;
enum status row_source_flags(struct row_source *source, struct row_range range, uint8_t *out,
                             struct error *error) MUST_CHECK; /* EVENT_IMPORTED */

/* Coded columns: the event's name, the insert_id, and properties. */
enum { ROW_COLUMN_NONE = -1, ROW_COLUMN_EVENT = 0, ROW_COLUMN_INSERT_ID = 1 };

uint32_t row_source_column_count(const struct row_source *source); /* with those two */
struct text row_source_column_name(const struct row_source *source, uint32_t column);
/* By property name; ROW_COLUMN_NONE when no row of this source has it. */
int row_source_find_column(const struct row_source *source, struct text property);

/* 0 where the property is missing, else a code below the dictionary's count. */
enum status row_source_codes(struct row_source *source, uint32_t column, struct row_range range,
                             uint32_t *out, struct error *error) MUST_CHECK;

struct row_dictionary {
    const struct value *values; /* by code; values[0] is VALUE_MISSING; all distinct */
    uint32_t count;
};
/* Owned by the arena; texts may borrow from the snapshot. */
enum status row_source_dictionary(struct row_source *source, uint32_t column, struct arena *arena,
                                  struct row_dictionary *out, struct error *error) MUST_CHECK;

/* Properties beyond PROJECT_COLUMN_COUNT_MAX are kept together in one object in this column;
 * export takes it apart again. */
#define ROW_OVERFLOW_COLUMN "$overflow"

/* Bytes read from files through this snapshot so far. */
uint64_t snapshot_bytes_read(const struct snapshot *snapshot);

/* --- profiles, as they are now --- */

struct profile_cell {
    struct text id; /* distinct_id, or a group's id */
    struct value value;
};
/* The set cells of one property over all profiles (group_key "" for users). Copies in the arena;
 * STATUS_TOO_LARGE when it is used up. A "path" is tried when no profile has the whole name. */
enum status snapshot_profile_column(const struct snapshot *snapshot, struct text group_key,
                                    struct text property, struct arena *arena,
                                    const struct profile_cell **cells, size_t *count,
                                    struct error *error) MUST_CHECK;

/* One whole profile as JSON {"$distinct_id": …, "$properties": {…}}; false when there is none. */
struct buffer;
bool snapshot_profile_json(const struct snapshot *snapshot, struct text group_key, struct text id,
                           struct buffer *out);

/* A walk over all profiles, users' and groups'; begins with zeroes. Nothing is locked between two
 * steps: a profile is told as it is when the walk comes to it. */
struct profile_walk {
    uint32_t group;
    uint32_t number;
    uint32_t property; /* of a long profile that is told in several lines */
};
enum {
    PROFILE_LINE_SIZE = 64 * 1024, /* a line ends with the property that passes it */
    PROFILE_CUT_SIZE = 192 * 1024, /* of a property: one whose JSON is longer is told as a text of
                                        so many bytes of it */
};
/* Append the next line, {"$group_key"?, "$distinct_id", "$properties": {…}} and a newline; false at
 * the end. */
bool snapshot_profile_next(const struct snapshot *snapshot, struct profile_walk *walk,
                           struct buffer *out);

#endif
