/* A value as detectors want to see it (spec/shield.md §7.2). Private to the room.
 *
 * ASCII without escapes passes through untouched and uncopied. Everything else: NFKC, every Nd
 * digit as ASCII, default-ignorable code points gone, dashes and spaces of all kinds as '-' and '
 * '.
 * Bounded by SHIELD_VALUE_MAX; what lies beyond is not looked at, and `cut` says so. */
#ifndef CANDOR_SHIELD_FOLD_H
#define CANDOR_SHIELD_FOLD_H

#include "base/arena.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct shield_folded {
    struct text text;
    const uint32_t *origin; /* for each byte of text (and one past it) its offset in the raw value;
                               NULL when they are the same */
    bool cut;
};

/* Memory comes from the arena; false when it is used up (the caller drops the value). */
bool shield_fold(struct text raw, struct arena *arena, struct shield_folded *out);

/* Where bytes begin to end of the folded text came from. What came from one character, with its
 * marks and what was ignored behind it, is taken whole, so that nothing of a finding stays. */
void shield_fold_origin(const struct shield_folded *folded, uint32_t begin, uint32_t end,
                        uint32_t *raw_begin, uint32_t *raw_end);

/* The same without a map, for names: into a buffer, cut where that ends. Returns the size. */
size_t shield_fold_into(struct text raw, char *out, size_t capacity);

/* What is wrapped in a value: its inner views, one level. */
enum shield_wrap {
    SHIELD_WRAP_JSON,    /* an object, a list or a text in JSON: pairs and elements */
    SHIELD_WRAP_FORM,    /* a=b&c=d, at least two pairs, or one with an = in a query */
    SHIELD_WRAP_COOKIE,  /* a=b; c=d */
    SHIELD_WRAP_XML,     /* <a>b</a>, attributes too */
    SHIELD_WRAP_PERCENT, /* percent-encoded */
    SHIELD_WRAP_BASE64,  /* base64 or base64url of >= 16 characters: printable >= 90 %, JSON or
                           known magic */
    SHIELD_WRAP_HEX,
    SHIELD_WRAP_COUNT,
};

/* An inner value, with the key it stands under ("" when it has none). name/value pair lists
 * ({"name":"password","value":"x"}, ["authorization","x"]) come out as key and value. Texts borrow
 * the value or the arena. */
struct shield_inner {
    enum shield_wrap wrap;
    struct text key;
    struct text value;
    bool is_number;
};

/* Called for each inner value; false stops the walk. */
typedef bool shield_inner_visit(void *context, const struct shield_inner *inner);

/* Take the value apart, one level: the caller goes deeper (3 levels at most) by calling again with
 * an inner value. Broken and cut-off JSON gives what can be read of it. Linear in the value's size;
 * copies come from the arena, and when it is used up *incomplete is set and the walk ends. True
 * when
 * anything was visited. */
bool shield_unwrap(struct text value, struct arena *arena, shield_inner_visit *visit, void *context,
                   bool *incomplete);

/* >= 3 tags with attributes: a piece of a page (detector K08). */
bool shield_is_markup(struct text value);

#endif
