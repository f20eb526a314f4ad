/* What a page gives away: plants a text of its own in every place of a page where people or
 * frameworks put things, uses the page, and looks for these texts in all that leaves.
 *
 * One thread, and no other visit than the one that is asked for. */
#ifndef CANDOR_TRUST_AUDIT_H
#define CANDOR_TRUST_AUDIT_H

#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    AUDIT_CANARIES_MAX = 1000,
    AUDIT_LEAKS_MAX = 2000, /* of one place, host and wrapping each; more are counted only */
    AUDIT_PREFIX_SIZE = 11, /* with NUL; a canary is the prefix and three digits */
    AUDIT_TEXT_SIZE = 96,
    AUDIT_HOST_SIZE = 80,
};

/* A canary that was found. */
struct audit_leak {
    uint32_t canary;
    uint32_t times;
    char host[AUDIT_HOST_SIZE];
    char wrapping[AUDIT_TEXT_SIZE]; /* "plain", "gzip+base64": the outermost first */
};

struct audit_report {
    char prefix[AUDIT_PREFIX_SIZE];
    char (*places)[AUDIT_TEXT_SIZE]; /* of each canary: "typed: input password pw" */
    uint32_t canary_count;
    uint32_t request_count;
    struct audit_leak *leaks;
    uint32_t leak_count;
    uint32_t left_out; /* leaks above the limit */
};

struct audit_options {
    const char *url;
    const char *chromium; /* NULL: in PATH */
    uint32_t wait_ms;     /* after the last click, for what is sent later */
};

/* STATUS_ABSENT: no browser; other failures: the page could not be visited. Release it always. */
enum status audit_page(const struct audit_options *options, struct audit_report *out,
                       struct error *error) MUST_CHECK;
void audit_report_release(struct audit_report *report);

/* --- the search, for its own tests --- */

typedef void audit_found(void *context, uint32_t canary, const char *wrapping);

/* Every canary of the prefix in the bytes, also behind percent signs, JSON's escapes, base64, hex,
 * gzip and deflate, three deep. Any bytes; the work is bounded. */
void audit_search(struct text bytes, const char *prefix, audit_found *found, void *context);

#endif
