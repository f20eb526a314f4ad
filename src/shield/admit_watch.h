/* Which records the drift watch is shown: all of what is new, a sample of what it knows well.
 * Private to the room, part of a scratch: one thread.
 *
 * A record's shape is its project, event, library and the names of its properties. Shown are the
 * first ADMIT_WATCH_FIRST records of each shape, then ADMIT_WATCH_SECOND a second, then one in
 * ADMIT_WATCH_SHARE. So no property, event or version ever loses its first ADMIT_WATCH_FIRST
 * occurrences, whatever the load is: with any of them the shape is another one.
 *
 * Where optional properties make too many shapes, a record of a rare shape is left out when each
 * of its properties, by itself, had its share. */
#ifndef CANDOR_SHIELD_ADMIT_WATCH_H
#define CANDOR_SHIELD_ADMIT_WATCH_H

#include <stdint.h>

enum {
    ADMIT_WATCH_FIRST = 240, /* a window and some, so that a burst is enough to know a shape by */
    ADMIT_WATCH_SECOND = 16,
    ADMIT_WATCH_SHARE = 256,
    ADMIT_WATCH_ROWS = 256, /* a power of two; so are the two below */
    ADMIT_WATCH_WAYS = 4,
    ADMIT_WATCH_PROJECTS = 64,
    ADMIT_WATCH_LOOKED = 512, /* a power of two */
};

/* What was shown of a shape or of a property. What is forgotten is shown from the start. */
struct admit_shown {
    uint64_t hash; /* 0: free */
    uint32_t second;
    uint8_t first;     /* up to ADMIT_WATCH_FIRST */
    uint8_t in_second; /* up to ADMIT_WATCH_SECOND */
    uint16_t left_out; /* since the last one */
};

struct admit_watched {
    uint64_t seed; /* 0: not yet taken */
    struct admit_shown shapes[ADMIT_WATCH_ROWS][ADMIT_WATCH_WAYS];
    struct admit_shown names[ADMIT_WATCH_ROWS][ADMIT_WATCH_WAYS];
    struct {
        uint32_t project;
        uint32_t events; /* that were left out since the last one shown */
    } projects[ADMIT_WATCH_PROJECTS];
    uint64_t looked[ADMIT_WATCH_LOOKED][2]; /* values that near misses were looked for in */
};

#endif
