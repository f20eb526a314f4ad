/* Which events were stored before: a set of keys for each project and UTC day.
 *
 * A day's set is loaded from the backend the first time an event of that day comes, so a restart
 * needs no work until then, and an import of old days is checked like fresh events. Sets that were
 * not used for a while are dropped when their memory is above the budget; they load again.
 *
 * A set holds the upper 64 bits of each key in open addressing, at most 7/10 full: 11 to 23 bytes
 * a key. Two different events of a day with n are taken for one with a chance of n / 2^64: for a
 * day of 100 million, one day in 3,700 loses one event.
 * Committer's thread only, but for the size. */
#ifndef CANDOR_INGEST_DUPLICATE_WINDOW_H
#define CANDOR_INGEST_DUPLICATE_WINDOW_H

#include "backend/backend.h"
#include "event/event.h"

#include <stdbool.h>
#include <stdint.h>

struct duplicate_window;

enum { DUPLICATE_WINDOW_BYTES_MAX = 256 * 1024 * 1024 };

/* settle is called before a day is loaded, for the first one and whenever a set was dropped: then
 * everything durable must have reached the backend and be published. */
struct duplicate_window_options {
    struct backend *backend; /* borrowed */
    void (*settle)(void *context);
    void *context;
    uint64_t bytes_max; /* 0: DUPLICATE_WINDOW_BYTES_MAX */
};

struct duplicate_window *duplicate_window_make(const struct duplicate_window_options *options);
void duplicate_window_release(struct duplicate_window *window);

/* *known tells whether the key was there; else it is now, until the mark is forgotten. */
enum status duplicate_window_add(struct duplicate_window *window, uint32_t project,
                                 struct event_key key, bool *known, struct error *error) MUST_CHECK;

/* Everything added since the last call of either of these is kept, or taken out again. */
void duplicate_window_keep(struct duplicate_window *window);
void duplicate_window_forget(struct duplicate_window *window);

/* Drop the sets that were unused for longest until the budget holds. */
void duplicate_window_shrink(struct duplicate_window *window);
uint64_t duplicate_window_bytes(const struct duplicate_window *window); /* any thread */

#endif
