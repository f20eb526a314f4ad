/* All rows of one person at once, whatever sources they lie in.
 *
 * A scan leaves hits: the rows that matter, with what counting needs of them. A person whose rows
 * lie under one cluster is met in that cluster's shard, where the hits of all sources are merged in
 * the order of the store (person, time, arrival). A person whose rows lie under several clusters,
 * because a merge came after they were written, is *scattered*: those hits are set aside in the
 * member's list and walked when all shards are done. */
#ifndef CANDOR_EXEC_PERSON_WALK_H
#define CANDOR_EXEC_PERSON_WALK_H

#include "exec/crew.h"
#include "exec/item_list.h"
#include "exec/row_scan.h"

struct person_hit {
    int64_t time_ms;
    uint64_t arrival; /* 0 unless the question needs arrivals */
    uint32_t person;  /* canonical */
    uint32_t mask;
    uint32_t entry;
};

/* Called for each person with all of its hits, ordered by time, then arrival. */
typedef enum status person_visit(void *context, const struct person_hit *hits, uint32_t count,
                                 struct error *error);

/* Hits of one shard, one list a source. Lives in the scratch arena. */
struct person_walk {
    const struct question *question;
    struct arena *scratch;
    struct person_run *runs; /* by source: what is left of its hits */
    uint32_t run_count;
};

enum status person_walk_init(struct person_walk *walk, const struct question *question,
                             struct arena *scratch, struct error *error) MUST_CHECK;

/* The rows of a scan with any of these bits, people only. Scattered ones go to aside. The scan
 * wants persons (and arrivals where the question needs them). */
enum status person_walk_add(struct person_walk *walk, const struct row_scan *scan, uint32_t bits,
                            struct item_list *aside, struct error *error) MUST_CHECK;

enum status person_walk_run(struct person_walk *walk, person_visit *visit, void *context,
                            struct error *error) MUST_CHECK;

/* The people set aside, from the lists of all members: sorted by person without comparing, then
 * walked by the crew. context_of gives the visitor's context for a member. Their hits are held in
 * the question's arena all at once. */
struct person_asides {
    const struct question *question;
    const struct item_list *lists[CREW_THREAD_COUNT_MAX]; /* by member */
    person_visit *visit;
    void *contexts[CREW_THREAD_COUNT_MAX]; /* of the visitor, by member */
};
enum status person_walk_aside(const struct person_asides *asides, struct crew *crew,
                              struct error *error) MUST_CHECK;

/* Find out who is scattered: reads the runs of all sources. Before anything is walked. */
enum status person_walk_find_scattered(struct question *question, struct crew *crew,
                                       struct error *error) MUST_CHECK;

#endif
