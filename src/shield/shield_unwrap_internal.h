/* What the readers of wrapped values share. For shield_unwrap*.c only. */
#ifndef CANDOR_SHIELD_UNWRAP_INTERNAL_H
#define CANDOR_SHIELD_UNWRAP_INTERNAL_H

#include "shield/shield_fold.h"

struct unwrap {
    struct arena *arena;
    shield_inner_visit *visit;
    void *context;
    bool has_visited;
    bool is_over; /* the visitor or the arena said stop */
    bool incomplete;
};

void unwrap_give(struct unwrap *unwrap, const struct shield_inner *inner);

/* Memory for so many bytes, or NULL and the walk is over. */
char *unwrap_reserve(struct unwrap *unwrap, size_t size);

/* Give back what a reservation did not use. */
void unwrap_settle(struct unwrap *unwrap, const char *bytes, size_t size);

/* Does an object pair its members: a "name" beside a "value"? */
bool unwrap_is_name_key(struct text key);
bool unwrap_is_value_key(struct text key);

/* Each reads the value as its own kind and gives what is inside; nothing when it is not that. */
void unwrap_json(struct unwrap *unwrap, struct text value);
void unwrap_xml(struct unwrap *unwrap, struct text value);
void unwrap_pairs(struct unwrap *unwrap, struct text value); /* forms, queries, cookies, lines */
void unwrap_percent(struct unwrap *unwrap, struct text value);
void unwrap_encoded(struct unwrap *unwrap, struct text value); /* base64 and hex */

/* Percent decoding; plus_is_space as in forms. The text itself when there is nothing to decode. */
enum plus { PLUS_STAYS, PLUS_IS_SPACE };
struct text unwrap_decode_percent(struct unwrap *unwrap, struct text text, enum plus plus);

#endif
