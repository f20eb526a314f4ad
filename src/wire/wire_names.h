/* The keys of one object: was this one here before?
 *
 * A table of small numbers stamped with the object they belong to, so that nothing is cleared
 * between objects. A client sends its keys in one order, so as long as each is the one that stood
 * there in the object before, all of them differ because those did, and the table is not touched.
 * Names are borrowed and stay as long as the request. Private to this room. */
#ifndef CANDOR_WIRE_NAMES_H
#define CANDOR_WIRE_NAMES_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum { WIRE_NAMES_MAX = 2048 };

struct wire_names {
    struct text *names; /* of this object, in order; behind them those of the one before */
    uint32_t *slots;    /* stamp and number */
    uint32_t capacity;  /* a power of two; there are twice as many slots */
    uint32_t count;
    uint32_t before_count; /* of the object before */
    uint32_t plain_count;  /* so many of the first stood as they are behind commas */
    uint32_t likely_count; /* the same of the object before, 0 once not in step with it */
    uint32_t stamp;
    bool in_step; /* all so far as in the object before */
};

enum wire_name { WIRE_NAME_NEW, WIRE_NAME_AGAIN, WIRE_NAME_BAD /* NUL or too long */ };

void wire_names_init(struct wire_names *names);
void wire_names_release(struct wire_names *names);
void wire_names_clear(struct wire_names *names);

/* The name that stood here in the object before, if it may stand here again: for json_take_key. */
static inline const struct text *wire_names_likely(const struct wire_names *names)
{
    return names->count < names->likely_count ? &names->names[names->count] : NULL;
}

/* The table is full: twice as much room. */
void wire_names_grow(struct wire_names *names);

static inline void wire_names_put(struct wire_names *names, struct text name, bool is_plain)
{
    if (names->count == names->capacity) wire_names_grow(names);
    names->plain_count += is_plain && names->plain_count == names->count;
    names->names[names->count++] = name;
}

/* The name is not the one that stood here in the object before. */
enum wire_name wire_names_add_other(struct wire_names *names, struct text name, bool is_plain);

/* There are fewer than WIRE_NAMES_MAX (asserted). */
static inline enum wire_name wire_names_add(struct wire_names *names, struct text name,
                                            bool is_plain)
{
    if (!names->in_step || names->count >= names->before_count ||
        !text_equal(names->names[names->count], name)) {
        return wire_names_add_other(names, name, is_plain);
    }
    wire_names_put(names, name, is_plain);
    return WIRE_NAME_NEW;
}

/* The name is the likely one, so it is new. */
static inline enum wire_name wire_names_add_likely(struct wire_names *names, struct text name)
{
    wire_names_put(names, name, true);
    return WIRE_NAME_NEW;
}

#endif
