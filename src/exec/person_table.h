/* Sets and tables of persons: what profiles say, and who is asked about.
 *
 * A person's profile is the one under the distinct_id whose number is canonical: profiles of the
 * devices that were tied to it are not carried over (spec/wire.md §11.1). */
#ifndef CANDOR_EXEC_PERSON_TABLE_H
#define CANDOR_EXEC_PERSON_TABLE_H

#include "exec/question.h"

/* Where the profile's property satisfies the leaf. Owned by the question's arena. */
enum status person_set_of_leaf(const struct question *question, const struct plan_leaf *leaf,
                               uint64_t **set, struct error *error) MUST_CHECK;

/* Everyone these ids belong to. */
enum status person_set_of_ids(const struct question *question, const struct text *ids,
                              uint32_t count, uint64_t **set, struct error *error) MUST_CHECK;

/* The entry of each person's profile property in the question's groups. */
enum status person_table_entries(struct question *question, struct text property,
                                 const uint32_t **entries, struct error *error) MUST_CHECK;

#endif
