/* Answers a plan from the native store: one snapshot, shard by shard, on a few threads.
 *
 * Two passes over the rows: the first ranks breakdown values, the second counts (spec/plan.md §1).
 * Persons whose rows lie under one cluster are handled where they are; those of merged persons are
 * gathered over all shards and handled in a side pass by the same kernels. Memory is a stated
 * budget: used up, the answer is STATUS_TOO_LARGE with the figure. */
#ifndef CANDOR_EXEC_H
#define CANDOR_EXEC_H

#include "base/calendar.h"
#include "base/status.h"
#include "identity/identity.h"
#include "plan/plan.h"
#include "plan/result.h"
#include "store/row_source.h"

#include <stdint.h>

struct exec_input {
    const struct plan *plan;
    struct snapshot *snapshot;
    struct identity *identity; /* for texts of numbers and ids in filters */
    const struct identity_view *persons;
    uint32_t project;
    const struct zone *zone;
    int week_start;
    int64_t now_ms;
    unsigned thread_count; /* at least 1 */
    size_t memory_max;     /* bytes, over all threads */
    uint64_t deadline_ns;  /* monotonic; 0: none. Passed: STATUS_BUSY with the figure */
    uint64_t hash_seed;    /* one that clients cannot know; the answer is the same with any */
};

/* Fills a result that result_init made. Any thread. */
enum status exec_run(const struct exec_input *input, struct result *result,
                     struct error *error) MUST_CHECK;

#endif
