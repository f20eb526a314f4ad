/* Texts that a site shows to many, learned from hashes alone (spec/shield.md §6.2, decision 0012).
 *
 * A page tells the salted hash of a text that it may not send. A hash that OBSERVED_DEVICES
 * distinct devices have shown within one life of the key, and that was shown on OBSERVED_DAYS
 * different UTC days, is ready to join the project's dictionary.
 *
 * A device is one bit out of 256, chosen by a hash under a random key: it lives in memory alone and
 * at most OBSERVED_KEY_DAYS, then it and all bits are destroyed, and of each hash the count reached
 * stays. Two devices may share a bit, so the count is never above the truth. Counts of different
 * keys are not added up: fifty visits of one device are one device.
 *
 * What is written to be read after a restart (observed_file.h) holds hashes, counts and days: no
 * device, no text. Writing it to a file is for others: device ids pass here. Any thread. */
#ifndef CANDOR_SHIELD_OBSERVED_H
#define CANDOR_SHIELD_OBSERVED_H

#include "base/buffer.h"
#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    OBSERVED_DEVICES = 50,
    OBSERVED_DAYS = 3,
    OBSERVED_KEY_DAYS = 7,
    OBSERVED_IDLE_DAYS = 90,       /* not shown for so long: as if never seen */
    OBSERVED_COUNT_MAX = 20000,    /* of a project; the one shown longest ago goes */
    OBSERVED_TOTAL_MAX = 1000000,  /* of all projects, 64 MB; then they may only replace */
    OBSERVED_PROJECTS_MAX = 10000, /* that have any */
    OBSERVED_SALT_MAX = 64,        /* bytes */
    OBSERVED_FILE_MAX = 32 * 1024 * 1024,
};

struct observed;

struct observed *observed_make(void);
void observed_release(struct observed *observed); /* NULL does nothing */

/* What observed_write wrote, before anything is seen. False when it is of another kind; *is_whole
 * is false when its end is damaged and was left out. */
bool observed_read(struct observed *observed, struct text bytes, bool *is_whole) MUST_CHECK;
/* False, and nothing is written, when nothing has changed since *written, which is set; 0 at first.
 * out: of OBSERVED_FILE_MAX bytes. */
bool observed_write(struct observed *observed, uint64_t *written, struct buffer *out) MUST_CHECK;

/* One report of a page. salt: the project's, in force; another one begins the project anew. */
struct observed_sight {
    uint32_t project;
    struct text salt;
    uint64_t hash;
    struct text device; /* whatever tells devices apart, not empty; nothing of it is kept */
    int64_t now_ms;
};
void observed_see(struct observed *observed, const struct observed_sight *sight);

/* The hashes of one project that are ready, at most count of them, and their salt; 0 when no
 * project has any. They stay until they are dropped. */
struct observed_ready {
    uint32_t project;
    char salt[OBSERVED_SALT_MAX];
    size_t salt_size;
};
size_t observed_ready(struct observed *observed, struct observed_ready *ready, uint64_t *hashes,
                      size_t count);
void observed_drop(struct observed *observed, uint32_t project, const uint64_t *hashes,
                   size_t count);
/* Everything of a project. */
void observed_clear(struct observed *observed, uint32_t project);

struct observed_figures {
    uint64_t waiting; /* hashes that are not ready */
    uint64_t bytes;   /* of memory for them */
};
/* project 0: of all. */
void observed_figures(struct observed *observed, uint32_t project, struct observed_figures *out);

#endif
