/* The groups of a breakdown: distinct values over all sources get one number each, and after
 * ranking each number has a slot in the answer.
 *
 * Sources have dictionaries of their own, so their codes are mapped once to *entries*: the number
 * of a group, or, for a list with several distinct elements, the number of a set of groups. Rows
 * then carry entries, and no value is looked at again.
 *
 * Built by one thread, then immutable: any thread. */
#ifndef CANDOR_EXEC_GROUP_TABLE_H
#define CANDOR_EXEC_GROUP_TABLE_H

#include "base/arena.h"
#include "base/status.h"
#include "event/value.h"
#include "plan/plan.h"

#include <stdbool.h>
#include <stdint.h>

enum { GROUP_NULL = 0 }; /* not set, and the empty list */

/* Set in an entry that is a set of groups. */
#define GROUP_SET_BIT UINT32_C(0x80000000)

struct group_table {
    struct arena *arena;
    const struct plan_breakdown *breakdown; /* NULL: everything is in group 0 */
    struct value *values;                   /* by group; [0] is null */
    uint32_t count;
    uint32_t capacity;
    uint64_t hash_seed; /* decides places, never numbers or the order of answers */
    uint32_t *places;   /* of the hash: group + 1, 0 is empty */
    uint32_t place_count;
    uint32_t *bucket_groups; /* by bucket of numbers: group + 1, 0 not yet used */
    uint32_t *set_starts;    /* by set, and one more */
    uint32_t set_count;
    uint32_t set_capacity;
    uint32_t *members; /* groups of all sets, one behind the other */
    uint32_t member_count;
    uint32_t member_capacity;
};

enum status group_table_init(struct group_table *table, const struct plan_breakdown *breakdown,
                             uint64_t hash_seed, struct arena *arena,
                             struct error *error) MUST_CHECK;

/* The entry of a stored value. Its bytes are borrowed for as long as the table. */
enum status group_table_entry(struct group_table *table, const struct value *value, uint32_t *entry,
                              struct error *error) MUST_CHECK;

/* Where rows are counted. By entry: one slot, or the slots of a set, each once. */
struct group_slots {
    const uint32_t *slot_of_group;
    const uint32_t *set_starts; /* where each set's slots begin … */
    const uint32_t *set_sizes;  /* … and how many they are: two groups may share "$other" */
    const uint32_t *set_slots;
    const struct value *labels; /* by slot, in the order of answers */
    uint32_t count;
};

/* Every group for itself: slot = group. Labels are not ordered. */
enum status group_slots_all(struct group_slots *slots, const struct group_table *table,
                            struct arena *arena, struct error *error) MUST_CHECK;

/* The top groups by count, ties by value order; what else is present goes to "$other", which is
 * there only if something goes to it. Slots are in the order of answers. counts and is_present are
 * by group. */
enum status group_slots_rank(struct group_slots *slots, const struct group_table *table,
                             const uint64_t *counts, const uint8_t *is_present, struct arena *arena,
                             struct error *error) MUST_CHECK;

/* The slots of an entry: *first of them, count returned. */
static inline uint32_t group_slots_of(const struct group_slots *slots, uint32_t entry,
                                      const uint32_t **first)
{
    if (entry & GROUP_SET_BIT) {
        uint32_t set = entry & ~GROUP_SET_BIT;
        *first = slots->set_slots + slots->set_starts[set];
        return slots->set_sizes[set];
    }
    *first = &slots->slot_of_group[entry];
    return 1;
}

#endif
