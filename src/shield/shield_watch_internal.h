/* The drift watch from inside. Private to its files:
 *
 *   shield_watch.c         a record: what is new, what changed, who is told
 *   shield_watch_table.c   where everything has its place, in fixed memory
 *   shield_watch_series.c  how the values of a property look
 *   shield_watch_volume.c  how many of an event come
 *   shield_watch_file.c    what survives a restart
 *   shield_watch_list.c    what people are shown
 *
 * The mutex guards everything; nobody waits for a file while holding it. */
#ifndef CANDOR_SHIELD_WATCH_INTERNAL_H
#define CANDOR_SHIELD_WATCH_INTERNAL_H

#include "os/os_thread.h"
#include "shield/shield_watch.h"
#include "shield/shield_watch_series.h"
#include "shield/shield_watch_volume.h"

enum {
    WATCH_WAYS = 8, /* of a row: the one that was longest not seen makes room */
    WATCH_PATH_SIZE = 1024,
    WATCH_MINUTE_MS = 60 * 1000,
    WATCH_HOUR_MS = 60 * WATCH_MINUTE_MS,
};

struct watched {
    uint32_t project; /* 0: free */
    uint64_t events;
};

struct shield_watch {
    struct os_mutex mutex;
    struct shield_findings *findings;
    char path[WATCH_PATH_SIZE]; /* "": memory only */
    uint64_t seed;              /* of sketches: of this process */
    uint64_t hour;              /* of the Unix epoch, to which volumes were brought */
    struct watched projects[WATCH_PROJECTS];
    struct series *series;  /* WATCH_SERIES, in rows */
    struct volume *volumes; /* WATCH_VOLUMES, in rows */
    uint64_t *known;        /* keys of project, event and property */
    uint32_t *settled;      /* beside it: a series of it that knows what it looks like, + 1 */
    uint32_t known_count;
    struct shield_hold holds[WATCH_HOLDS];
    uint32_t hold_first;
    uint32_t hold_count;
};

/* --- shield_watch_table.c --- */

/* NULL: too many projects. */
struct watched *watch_project(struct shield_watch *watch, uint32_t project);
/* The place of a property in `known`; WATCH_KNOWN when it is new and there is no room: then it is
 * not told as new. */
uint32_t watch_known(struct shield_watch *watch, uint64_t key, bool *is_new);
struct series *watch_series(struct shield_watch *watch, uint64_t key, bool *is_new);
struct series *watch_find(const struct shield_watch *watch, uint64_t key); /* or NULL */
/* The first series of its project with this name that is still there, under any event: a hold is of
 * the name. NULL: there is none. */
void watch_know_name(struct shield_watch *watch, const struct series *series);
struct series *watch_namesake(const struct shield_watch *watch, const struct series *series);
struct volume *watch_volume(struct shield_watch *watch, uint64_t key, bool *is_new);
/* As much of it as there is room for, whole characters. */
uint8_t watch_copy(char *place, size_t room, struct text text);
void watch_detector(int number, char out[4]); /* W04 */

/* --- shield_watch_file.c --- */

/* What cannot be read is learnt anew. */
void watch_open_file(struct shield_watch *watch, const char *folder);

#endif
