/* How long acknowledged events wait until questions see them: the times of records that were
 * handed over and are not visible yet, at most LAG_MARKS_MAX of them.
 *
 * Records within LAG_MARK_MS share a mark, with the time of the first: a lag is never told too
 * short, and too long by that at most. When the marks run out, the newest takes what comes, so the
 * oldest, which is what is asked for, stays exact. Any thread. */
#ifndef CANDOR_INGEST_LAG_WATCH_H
#define CANDOR_INGEST_LAG_WATCH_H

#include "os/os_thread.h"

#include <stdint.h>

enum {
    LAG_MARKS_MAX = 1024,
    LAG_MARK_MS = 5,
};

struct lag_mark {
    uint64_t begun_ns;
    uint64_t last_sequence;
};

struct lag_watch {
    struct os_mutex mutex; /* guards everything below */
    struct lag_mark marks[LAG_MARKS_MAX];
    uint32_t first;
    uint32_t count;
};

void lag_watch_init(struct lag_watch *watch);
void lag_watch_release(struct lag_watch *watch);

/* A record with events became durable; sequences and times never fall. */
void lag_watch_note(struct lag_watch *watch, uint64_t sequence, uint64_t now_ns);

/* The age of the oldest record behind visible_sequence; 0 when there is none. */
uint64_t lag_watch_age(struct lag_watch *watch, uint64_t visible_sequence, uint64_t now_ns);

#endif
