/* What the files of this room share; never included outside of it. */
#ifndef CANDOR_INGEST_INTERNAL_H
#define CANDOR_INGEST_INTERNAL_H

#include "ingest/applier.h"
#include "ingest/commit_queue.h"
#include "ingest/counters.h"
#include "ingest/disk_watch.h"
#include "ingest/duplicate_window.h"
#include "ingest/ingest.h"
#include "ingest/lag_watch.h"
#include "os/os_thread.h"
#include "wal/wal.h"

#include <stdatomic.h>

/* Lock order: 1 queue, 2 log, 3 applier, 4 counters or lag; none is held while a done callback
 * runs. */
struct ingest {
    struct ingest_options options;
    struct commit_queue queue;
    struct os_mutex log_mutex; /* guards wal and figures of it */
    struct wal *wal;
    struct duplicate_window *window; /* committer only */
    struct applier *applier;
    struct counters counters;
    struct disk_watch disk;
    struct lag_watch lag;
    struct os_thread committer;
    uint64_t replayed_records;
    atomic_bool is_unlogged; /* set once, while no work is under way */
    atomic_bool failed;      /* nothing more is acknowledged until a restart */
};

/* The committer's thread: until the queue is closed and empty. */
void ingest_run_committer(void *ingest);

#endif
