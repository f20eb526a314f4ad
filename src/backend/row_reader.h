/* Whole rows out of a snapshot, for export, for the newest events and for the duplicate window:
 * the rows are picked first, then the columns are read once for all of them. */
#ifndef CANDOR_BACKEND_ROW_READER_H
#define CANDOR_BACKEND_ROW_READER_H

#include "backend/backend_internal.h"
#include "base/buffer.h"

enum { ROW_READER_BLOCK = 65536 }; /* rows read from a column at a time */

/* What every reader of rows says when its arena is used up. */
enum status row_memory_passed(struct error *error);

/* One picked row of a source. */
struct picked_row {
    int64_t time_ms;
    uint64_t arrival;
    uint32_t row;
    uint32_t source;
};

/* Rows of one source with from_ms <= time < to_ms, in row order, added behind *count. Times and
 * arrivals are filled in. */
struct row_pick {
    struct picked_row *rows; /* the caller's, room for capacity */
    size_t count;
    size_t capacity;
};
enum status row_pick_span(struct row_source *source, uint32_t source_index, int64_t from_ms,
                          int64_t to_ms, struct arena *arena, struct row_pick *pick,
                          struct error *error) MUST_CHECK;

/* The columns of the picked rows of one source. rows are those of this source in row order. */
struct row_columns {
    struct row_source *source;
    uint32_t column_count;
    struct text *names; /* by column */
    struct row_dictionary *dictionaries;
    uint32_t **codes; /* by column, then by place among the rows */
    uint32_t *sent_persons;
    uint8_t *flags;
    int import_column; /* a property called $import, or ROW_COLUMN_NONE */
};
enum row_columns_wanted { ROW_COLUMNS_ALL, ROW_COLUMNS_KEY /* event, insert_id, sent person */ };
enum status row_columns_read(struct row_source *source, const struct picked_row *rows,
                             size_t row_count, enum row_columns_wanted wanted, struct arena *arena,
                             struct row_columns *out, struct error *error) MUST_CHECK;

const struct value *row_columns_value(const struct row_columns *columns, uint32_t column,
                                      size_t place);

/* One event as Mixpanel's export writes it: {"event":…,"properties":{"time":…,"distinct_id":…,…}}.
 * time is in seconds, with decimals when there are milliseconds. */
struct row_names {
    struct backend *backend;
    uint32_t project;
    const struct identity_view *persons;
    struct arena *arena; /* texts of ids; rewound by the caller */
    struct text held;    /* properties that are left out (held.h) */
};
enum status row_write_json(const struct row_columns *columns, size_t place, int64_t time_ms,
                           const struct row_names *names, struct buffer *out,
                           struct error *error) MUST_CHECK;
/* event,time,distinct_id,$insert_id,properties */
enum status row_write_csv(const struct row_columns *columns, size_t place, int64_t time_ms,
                          const struct row_names *names, struct buffer *out,
                          struct error *error) MUST_CHECK;

#endif
