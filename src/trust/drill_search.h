/* Everything that a server keeps and says, searched: files of its folder, its log, its export, its
 * findings, its figures, its alarms. Private to this room. */
#ifndef CANDOR_TRUST_DRILL_SEARCH_H
#define CANDOR_TRUST_DRILL_SEARCH_H

#include "trust/drill_scene.h"

enum drill_search_where {
    DRILL_WHILE_IT_RUNS, /* writes fresh rows to segments first, and asks for answers */
    DRILL_AT_REST,       /* files alone */
};

struct drill_searched {
    uint32_t files;
    uint32_t answers;
    uint64_t bytes;
    uint32_t controls;   /* places in which the text was that is meant to be stored */
    uint32_t found;      /* planted texts by place: they are in the report */
    uint32_t marks;      /* marks of the range that were found somewhere */
    uint32_t mark_begin; /* the range, of the caller */
    uint32_t mark_end;
};

enum status drill_search(struct drill *drill, enum drill_search_where where,
                         struct drill_searched *searched, struct error *error) MUST_CHECK;

#endif
