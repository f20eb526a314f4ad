/* The answer to a plan: a table with a heading (spec/plan.md §8). Owned by the arena it was made
 * in, or by a struct result's own one when result_own says so. */
#ifndef CANDOR_PLAN_RESULT_H
#define CANDOR_PLAN_RESULT_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/text.h"
#include "event/value.h"

#include <stdbool.h>
#include <stdint.h>

enum result_type {
    RESULT_TEXT,   /* "text": also any JSON value in a breakdown column */
    RESULT_NUMBER, /* "number" */
    RESULT_DATE,   /* "date": local, "2026-08-01" */
    RESULT_TIME,   /* "time": an instant with its offset */
};

struct result_column {
    struct text name;
    enum result_type type;
};

struct result {
    struct arena arena; /* everything below lives here */
    const struct result_column *columns;
    uint32_t column_count;
    struct value *cells; /* row after row; VALUE_MISSING is never stored, null is */
    uint64_t row_count;
    bool exact;
    int64_t as_of_ms;
    uint64_t events_scanned;
    uint64_t bytes_scanned;
    double elapsed_ms;
    char complete_until[11]; /* the last day that is over in the plan's zone, "2026-11-21" */
    struct text explain;     /* "" unless asked for */
};

/* arena_size is the result's budget. */
void result_init(struct result *result, size_t arena_size);
void result_release(struct result *result);

enum result_format { RESULT_JSON, RESULT_CSV, RESULT_TABLE };

/* JSON: spec/plan.md §8, one line. CSV: RFC 4180 with a header; cells that begin with = + - @ or a
 * tab and are texts get a leading ' (spec/security.md threat 14). TABLE: aligned columns for
 * people, decimals rounded to four places, with a rule under the heading and "(N rows)". */
void result_write(const struct result *result, enum result_format format, struct buffer *out);

/* One text as a CSV cell by the rule above: quoted where a reader could go wrong without. */
void result_write_csv_text(struct text text, struct buffer *out);

#endif
