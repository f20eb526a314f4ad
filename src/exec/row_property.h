/* A property as one source holds it: where its codes come from, and what each code means.
 *
 * "a.b" may be a property's whole name, or a path into an object; a property beyond the project's
 * column limit lies in the overflow object. So up to a handful of columns can hold it, and they
 * are tried row by row in a fixed order: the whole name, then paths from the longest prefix down,
 * then the overflow. Their codes are laid one behind the other in one joint dictionary, so that
 * those who read a property see a single coded column. Immutable after init: any thread. */
#ifndef CANDOR_EXEC_ROW_PROPERTY_H
#define CANDOR_EXEC_ROW_PROPERTY_H

#include "store/row_source.h"

enum { ROW_PROPERTY_PART_MAX = 8 };

struct row_property_part {
    uint32_t column;
    uint32_t base;         /* joint code = base + code - 1 */
    uint32_t count;        /* of codes, 0 (missing) included */
    const uint8_t *is_set; /* by code: there is something behind the path; NULL: all but 0 */
};

struct row_property {
    struct row_property_part parts[ROW_PROPERTY_PART_MAX];
    uint32_t part_count;        /* 0: no row of the source has it */
    const struct value *values; /* by joint code; values[0] is VALUE_MISSING */
    uint32_t count;
};

/* Owned by the arena; texts borrow from the snapshot or the arena. */
enum status row_property_init(struct row_property *property, struct row_source *source,
                              struct text name, struct arena *arena,
                              struct error *error) MUST_CHECK;

/* The joint codes of a range of rows. scratch is rewound. */
enum status row_property_codes(const struct row_property *property, struct row_source *source,
                               struct row_range range, uint32_t *out, struct arena *scratch,
                               struct error *error) MUST_CHECK;

#endif
