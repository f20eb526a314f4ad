/* An address reduced to a template: docs/url-template.md says how, spec/shield.md §6.3 why.
 * Private to the room. */
#ifndef CANDOR_SHIELD_URL_H
#define CANDOR_SHIELD_URL_H

#include "base/arena.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    SHIELD_URL_SEGMENTS_MAX = 16,
    SHIELD_URL_SEGMENT_MAX =
        256, /* bytes of a segment that are looked at; a longer one is :token */
    SHIELD_URL_DECODES_MAX = 3,
    SHIELD_URL_PARAMS_MAX = 64, /* names beyond are left out */
    SHIELD_URL_VALUE_MAX = 40,
    SHIELD_URL_ROUTE_MAX = 256, /* bytes; longer ones are not looked at */
};

/* What a project lets through besides what the rules keep. Texts are lower case. */
struct shield_url_lists {
    const struct text *routes; /* paths, "/orders/:id" */
    size_t route_count;
    const struct text *words; /* their literal segments */
    size_t word_count;
    const struct text *params; /* names of parameters; none: the four defaults */
    size_t param_count;
    /* Does a detector find something in this parameter's value? NULL: nobody is asked. */
    bool (*is_secret)(void *context, struct text value);
    void *context;
};

/* Is it an address with a scheme, as a value whose name says nothing would have to be? Only http
 * and https, whatever the case. */
bool shield_url_is_web(struct text value);

/* The template, in the arena; false when the arena is used up (the caller drops the value). Any
 * bytes; what has no scheme is taken for a path. Linear in the size. */
bool shield_url_template(struct text url, const struct shield_url_lists *lists, struct arena *arena,
                         struct text *out);

/* The registrable domain alone, for a referrer; "" when there is none. */
bool shield_url_domain(struct text url, struct arena *arena, struct text *out);

/* Letters and hyphens, at most 24, that read like words. */
bool shield_reads_like_words(struct text text);

#endif
