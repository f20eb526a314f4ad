/* The numbers of a trend while they are counted: one cell for each measure, slot and bucket.
 *
 * A person counts once in a cell. All hits of a person come together (person_walk.h), so it is
 * enough to remember in each cell who counted there last: a stamp, no set of people.
 *
 * One counter belongs to one thread; sums of several are exact, because each person is walked by
 * one of them only. */
#ifndef CANDOR_EXEC_TREND_COUNTS_H
#define CANDOR_EXEC_TREND_COUNTS_H

#include "exec/group_table.h"
#include "exec/person_walk.h"
#include "exec/row_scan.h"
#include "exec/time_axis.h"

struct trend_shape {
    const struct group_slots *slots;
    const struct time_axis *axis;
    uint32_t event_bits;   /* measures that count events */
    uint32_t profile_bits; /* measures that count people */
    uint32_t measure_count;
};

struct trend_counts {
    const struct trend_shape *shape;
    uint64_t *counts;    /* [measure][slot][bucket] */
    uint32_t *stamps;    /* the same, of the person who counted last; NULL without people */
    uint8_t *is_present; /* by slot: some event matched there */
    uint32_t person;     /* the stamp of the person being walked */
};

enum status trend_counts_init(struct trend_counts *counts, const struct trend_shape *shape,
                              struct arena *arena, struct error *error) MUST_CHECK;

/* Events of a scan: counts of events, and which slots are there at all. */
void trend_counts_add_rows(struct trend_counts *counts, const struct row_scan *scan);

/* One person's hits: counts of people. */
void trend_counts_add_person(struct trend_counts *counts, const struct person_hit *hits,
                             uint32_t count);

/* Add the second to the first; both have the same shape. */
void trend_counts_merge(struct trend_counts *counts, const struct trend_counts *others);

uint64_t trend_counts_get(const struct trend_counts *counts, uint32_t measure, uint32_t slot,
                          uint32_t bucket);

#endif
