/* Bytes as they left a browser, and what stands in them behind percent signs, JSON's escapes,
 * base64, hex, gzip and deflate. Private to this room. */
#ifndef CANDOR_TRUST_WRAPPING_H
#define CANDOR_TRUST_WRAPPING_H

#include "base/text.h"

enum { WRAPPING_SIZE = 96 };

/* wrapping: "plain", "gzip+base64", the outermost first. */
typedef void wrapping_visit(void *context, struct text bytes, const char *wrapping);

/* Visits the bytes, then each layer under them, three deep. Any bytes; the work is bounded. */
void wrapping_walk(struct text bytes, wrapping_visit *visit, void *context);

#endif
