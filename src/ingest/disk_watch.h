/* Is there room to go on? Looks at the disk now and then; the answer is read without a lock. */
#ifndef CANDOR_INGEST_DISK_WATCH_H
#define CANDOR_INGEST_DISK_WATCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct disk_watch {
    const char *folder;      /* borrowed */
    uint64_t reserve_wanted; /* UINT64_MAX: by the disk's size */
    atomic_bool full;
    atomic_uint_fast64_t free_bytes;
};

void disk_watch_init(struct disk_watch *watch, const char *folder, uint64_t reserve_wanted);

/* What is never touched on a disk of this size: 2 % of it, or 1 GiB when that is more; on a disk
 * under 10 GiB a tenth of it, which would otherwise leave little to use. */
uint64_t disk_reserve(uint64_t total_bytes);

/* Ask the kernel; logs when the answer changes. Any one thread at a time. */
void disk_watch_look(struct disk_watch *watch);
/* A write came back with a full disk: believe it until the next look. */
void disk_watch_note_full(struct disk_watch *watch);
bool disk_watch_is_full(const struct disk_watch *watch);

#endif
