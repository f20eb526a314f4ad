/* What a user agent says of itself, by uap-core's rules. Private to this room. */
#ifndef CANDOR_ENRICH_AGENT_MATCHER_H
#define CANDOR_ENRICH_AGENT_MATCHER_H

#include "base/status.h"
#include "base/text.h"
#include "enrich/enrich.h"

enum {
    AGENT_SIZE_MAX = 512,      /* of a user agent: what comes behind is not looked at */
    AGENT_STEPS_MAX = 20000,   /* of one pattern on one user agent: then it does not match */
    AGENT_HEAP_KIB_MAX = 1024, /* likewise */
};

/* uap-core's own words: "Other" where no rule matched. */
struct agent_families {
    char browser[ENRICH_FAMILY_SIZE];
    char version[ENRICH_FAMILY_SIZE]; /* the browser's first number, as it stands there */
    char os[ENRICH_FAMILY_SIZE];
    char device[ENRICH_FAMILY_SIZE];
};

/* Immutable after open: any thread. */
struct agent_matcher;

enum status agent_matcher_open(struct agent_matcher **out, struct error *error) MUST_CHECK;
void agent_matcher_close(struct agent_matcher *matcher); /* NULL does nothing */

/* False where there are no rules; the families are "" then. */
bool agent_matcher_find(const struct agent_matcher *matcher, struct text user_agent,
                        struct agent_families *out);

#endif
