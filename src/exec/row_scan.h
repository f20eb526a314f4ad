/* One shard of one source, read for a question: which rows matter, to which matchers, and what each
 * of them brings. Columns are read whole for the shard and only when something is left to decide.
 * One owner, one thread; everything lives in the scratch arena until the caller rewinds it. */
#ifndef CANDOR_EXEC_ROW_SCAN_H
#define CANDOR_EXEC_ROW_SCAN_H

#include "exec/question.h"

/* What is wanted of the rows that matter. */
enum row_scan_wants {
    ROW_SCAN_PERSONS = 1,
    ROW_SCAN_ENTRIES = 2,
    ROW_SCAN_ARRIVALS = 4,
};

struct row_scan {
    const struct question *question;
    const struct bound_source *bound;
    struct arena *scratch;
    uint32_t shard;
    struct row_range range;
    uint32_t row_count;     /* of the shard, all rows */
    const uint32_t **codes; /* by property, by row of the range; NULL until read */

    /* Of the rows that matter: count of them, in the order of the source. */
    uint32_t count;
    uint32_t *rows;               /* from the start of the range */
    uint32_t *masks;              /* bit i: matcher i takes it; never 0 */
    const int64_t *row_times;     /* by row of the range */
    const uint64_t *row_arrivals; /* by row of the range, if wanted */
    uint32_t *persons;            /* if wanted: canonical, or STORE_NO_PERSON */
    const uint32_t *entries;      /* if wanted: in the question's groups */
};

/* wants: bits of enum row_scan_wants. count is 0 when nothing of the shard matters. */
enum status row_scan_read(struct row_scan *scan, const struct question *question,
                          const struct bound_source *bound, uint32_t shard, int wants,
                          struct arena *scratch, struct error *error) MUST_CHECK;

#endif
