/* One series of the drift watch: how the values of a property look, as one library version sends
 * it. Private to the watch, which guards it.
 *
 * A window under way gathers WATCH_WINDOW values; the windows before it are summed up and fade. No
 * value is kept, nor a hash of one that outlives its window or leaves the memory. */
#ifndef CANDOR_SHIELD_WATCH_SERIES_H
#define CANDOR_SHIELD_WATCH_SERIES_H

#include "event/value.h"
#include "shield/shield_watch.h"

enum {
    SERIES_TYPES = 6,
    SERIES_LENGTHS = SHIELD_LENGTH_MORE + 1,
    SERIES_KINDS = 6, /* of characters */
    SERIES_SKETCH = 64,
    SERIES_BEGINNINGS = 16,
    SERIES_PROPERTY = 88, /* bytes of names that are kept; the rest is cut off */
    SERIES_EVENT = 48,
    SERIES_SDK = 32,
};

struct window {
    uint32_t count;
    uint32_t texts;
    uint32_t surprise; /* sum of means */
    uint32_t alike;    /* texts that begin as most do; known when it is over */
    uint32_t types[SERIES_TYPES];
    uint32_t lengths[SERIES_LENGTHS];
    uint32_t kinds[SERIES_KINDS];
};

struct series {
    uint64_t key;         /* 0: free */
    uint64_t property;    /* the key of its project, event and property */
    uint64_t total;       /* true occurrences, those that were not shown with them */
    uint64_t around;      /* the key of its event's series, which counts all records */
    uint64_t event_total; /* that one's total when this one was first seen */
    struct window past;
    struct window now;
    float distinct_past; /* share of different values of the windows before; below 0: not known */
    uint32_t project;
    uint32_t first_minute; /* of the Unix epoch */
    uint32_t last_minute;
    uint32_t signal_minute;
    uint8_t signal; /* number of the newest alarm; 0: none */
    bool is_fresh;  /* the property was not known: judge it at WATCH_NEW */
    bool is_split;  /* began with what another version's looked like */
    bool is_cut;    /* a name below is */
    uint8_t name_size, event_size, sdk_size;
    char name[SERIES_PROPERTY];
    char event[SERIES_EVENT];
    char sdk[SERIES_SDK];
    uint8_t sketch[SERIES_SKETCH];
    uint8_t beginnings[SERIES_BEGINNINGS]; /* texts of the window, by a hash of their first bytes */
};
_Static_assert(WATCH_WINDOW <= UINT8_MAX, "a window's texts fit into a byte");
_Static_assert(sizeof(struct series) <= 512, "fixed memory (spec §11)");

/* The seed is of this process. */
void series_count(struct series *series, const struct value *value, uint64_t seed);
bool series_looks_random(const struct window *window);
/* The number of the alarm that the full window is, or 0. The strongest reason comes first. */
int series_judge(const struct series *series);
/* The window joins those before it; after an alarm it takes their place: it is told once. */
void series_turn(struct series *series, bool forgets);

#endif
