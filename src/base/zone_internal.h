/* What zone.c and zone_parse.c share. A zone is a table of segments: runs of time at one offset.
 * A file's rule for the years after its last transition is written out for some 400 years; the
 * Gregorian calendar repeats every 400, weekdays included, so later instants are looked up one or
 * more cycles earlier. */
#ifndef CANDOR_BASE_ZONE_INTERNAL_H
#define CANDOR_BASE_ZONE_INTERNAL_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZONE_CYCLE_SECONDS INT64_C(12622780800) /* 146,097 days */

/* RFC 8536 §3.2: offsets lie within these. */
enum { ZONE_OFFSET_MIN = -89999, ZONE_OFFSET_MAX = 93599 };

struct zone {
    char *name;
    int64_t *starts; /* seconds, rising; the first is INT64_MIN */
    int32_t *offsets;
    size_t count;
    size_t capacity;
    bool repeats;        /* with the cycle, from here on: */
    int64_t cycle_begin; /* seconds; there is a segment for each instant of the cycle from here */
};

struct zone *zone_new(struct text name);

/* A segment that begins now; starts rise or repeat. One that does not change the offset is no
 * segment, and of two at one instant the later wins. */
void zone_append(struct zone *zone, int64_t start, int32_t offset);

#endif
