/* A plan made ready for rows: every name turned into a number, every predicate into a table.
 *
 * Compiled once, then bound to each source: leaves are asked about each distinct value of a
 * source's dictionary, and rows only look the answers up. Built by one thread; afterwards read by
 * all of them. Everything is owned by the question's arena. */
#ifndef CANDOR_EXEC_QUESTION_H
#define CANDOR_EXEC_QUESTION_H

#include "exec/exec.h"
#include "exec/group_table.h"
#include "exec/row_filter.h"
#include "exec/row_property.h"

#include <stdatomic.h>
#include <stdbool.h>

#define QUESTION_NO_PROPERTY UINT32_MAX

/* A leaf over an event property. */
struct question_leaf {
    const struct plan_leaf *leaf;
    uint32_t property; /* in question.properties */
};

/* A source and what the question's numbers mean in it. */
struct bound_source {
    struct row_source *source;
    bool is_inside;                        /* all of its rows are inside the scanned range */
    const uint32_t *event_masks;           /* by code of the event's name: bit i is matcher i */
    const struct row_property *properties; /* by property of the question */
    const uint8_t *const *leaf_keeps;      /* by leaf, then joint code: 0 or 1 */
    const uint32_t *group_entries;         /* by joint code of the breakdown's property */
};

struct question {
    const struct exec_input *input;
    const struct plan *plan;
    struct arena *arena;
    struct plan_span span;    /* what is asked about, [from, to) */
    struct plan_span scanned; /* what is read: a funnel's later steps lie behind the end */
    uint64_t started_ns;

    const struct plan_matcher *const *matchers; /* measures or steps */
    uint32_t matcher_count;                     /* at most 32: bits of a mask */
    struct row_filter where;
    const struct row_filter *matcher_wheres;

    const struct text *properties; /* of events, each once */
    uint32_t property_count;
    const struct question_leaf *leaves;
    uint32_t leaf_count;
    /* By set, then a bit for each place of a person (question_place): docs/decisions/0006. */
    uint64_t *const *person_sets;
    uint32_t person_set_count;

    uint32_t person_count;     /* numbers below it are known to the view */
    const uint32_t *canonical; /* by number */
    bool has_scattered;
    _Atomic(uint64_t) *scattered; /* one bit a person: rows lie under several clusters */

    struct group_table groups;
    uint32_t group_property;        /* of the breakdown; QUESTION_NO_PROPERTY */
    const uint32_t *person_entries; /* breakdown of profiles: entry by person */

    const struct bound_source *sources; /* those that may hold rows of the question */
    uint32_t source_count;
    bool needs_persons;  /* filters or groups look at them */
    bool needs_arrivals; /* rows of one person may come from several places */
};

/* Compile the plan and bind it to every source that time and event names do not rule out. */
enum status question_init(struct question *question, const struct exec_input *input,
                          struct arena *arena, struct error *error) MUST_CHECK;

/* STATUS_BUSY once the deadline has passed. Any thread. */
enum status question_check_deadline(const struct question *question,
                                    struct error *error) MUST_CHECK;

/* The person that rows of this cluster count for. */
static inline uint32_t question_person(const struct question *question, uint32_t cluster)
{
    return cluster < question->person_count ? question->canonical[cluster] : cluster;
}

static inline bool question_is_scattered(const struct question *question, uint32_t person)
{
    if (!question->has_scattered || person >= question->person_count) return false;
    uint64_t word = atomic_load_explicit(&question->scattered[person / 64], memory_order_relaxed);
    return (word >> (person % 64)) & 1;
}

/* The place of a person in a table or a set; everyone unknown shares the last one. */
static inline uint32_t question_place(const struct question *question, uint32_t person)
{
    return person < question->person_count ? person : question->person_count;
}

static inline bool person_set_has(const uint64_t *set, uint32_t place)
{
    return (set[place / 64] >> (place % 64)) & 1;
}

#endif
