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
    SERIES_SURE = 2,
};

struct window {
    uint32_t surprise; /* sum of means */
    uint16_t count;
    uint16_t texts;
    uint16_t alike; /* texts that begin as most do; known when it is over */
    uint16_t near;  /* near misses */
    uint16_t types[SERIES_TYPES];
    uint16_t lengths[SERIES_LENGTHS];
    uint16_t kinds[SERIES_KINDS];
};
enum { WINDOW_NUMBERS = 4 + SERIES_TYPES + SERIES_LENGTHS + SERIES_KINDS };
_Static_assert(sizeof(struct window) == sizeof(uint32_t) + WINDOW_NUMBERS * sizeof(uint16_t),
               "all but the surprise is a row of numbers");

/* That row. */
void window_get(const struct window *window, uint16_t numbers[WINDOW_NUMBERS]);
void window_set(struct window *window, const uint16_t numbers[WINDOW_NUMBERS]);

/* Of the values that were looked at lately how many are findings of tier V. */
struct sure_share {
    uint16_t values;
    uint16_t hits;
};

struct series {
    uint64_t key;         /* 0: free */
    uint64_t property;    /* the key of its project, event and property */
    uint64_t total;       /* true occurrences, those that were not shown with them */
    uint64_t around;      /* the key of its event's series, which counts all records */
    uint64_t event_total; /* that one's total when this one was first seen */
    uint64_t near_total;  /* as total, by what was looked at */
    uint64_t sure_total;
    struct window past;
    struct window now;
    float distinct_past; /* share of different values of the windows before; below 0: not known */
    uint32_t project;
    uint32_t first_minute; /* of the Unix epoch */
    uint32_t last_minute;
    uint32_t signal_minute;
    uint32_t sure_minute; /* of the newest W12 of a series of this name, in the first of them */
    struct sure_share sure[SERIES_SURE]; /* of few values, for speed, and of many */
    uint8_t signal;                      /* number of the newest alarm; 0: none */
    bool is_fresh;                       /* the property was not known: judge it at WATCH_NEW */
    bool is_split;                       /* began with what another version's looked like */
    bool is_cut;                         /* a name below is */
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
/* The value that was counted last is one that a detector nearly found something in. */
void series_count_near(struct series *series, uint32_t stands_for);
/* A detector of tier V found something in it. True when that is so of too many; then it begins
 * anew. */
bool series_count_sure(struct series *series, uint32_t stands_for);
bool series_looks_random(const struct window *window);
/* The number of the alarm that the full window is, or 0. The strongest reason comes first. */
int series_judge(const struct series *series);
/* The window joins those before it; after an alarm it takes their place: it is told once. */
void series_turn(struct series *series, bool forgets);

#endif
