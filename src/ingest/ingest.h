/* The walk of one batch: queue, duplicates, WAL, backend, answer.
 *
 * Two threads. The committer takes what has queued up (at most INGEST_GROUP_BYTES), drops
 * duplicates in queue order, writes and syncs the WAL once for the group, and only then says so to
 * each submitter. What comes while a sync is under way is the next group, so a request waits at
 * most for two syncs. The applier takes durable records to the backend in the same order. A
 * duplicate is answered after the sync that made its original durable: both pass the one
 * committer, in order.
 *
 * A failed sync answers the whole group INGEST_FAILED and its keys are forgotten again, so that a
 * retry is not taken for a duplicate. */
#ifndef CANDOR_INGEST_H
#define CANDOR_INGEST_H

#include "backend/backend.h"
#include "base/status.h"
#include "wire/wire.h"

#include <stdbool.h>
#include <stdint.h>

struct ingest;

struct ingest_options {
    const char *folder;          /* the data folder: wal/ lives in it */
    struct backend *backend;     /* borrowed */
    uint64_t wal_bytes_max;      /* flush the oldest project beyond; 0: default */
    uint64_t disk_reserve_bytes; /* never touched; UINT64_MAX: by the size (disk_watch.h) */
};

/* Replays the WAL into the backend, then starts the two threads. */
enum status ingest_open(const struct ingest_options *options, struct ingest **out,
                        struct error *error) MUST_CHECK;
/* Finish everything accepted, then stop the threads and close the log. */
void ingest_close(struct ingest *ingest);

enum ingest_outcome {
    INGEST_DURABLE,
    INGEST_BUSY,      /* the queue is full: try again */
    INGEST_DISK_FULL, /* the reserve is reached: nothing was taken */
    INGEST_FAILED,    /* the log could not be written: nothing was acknowledged */
};

/* One request's batches. The submitter owns it and keeps it until done is called. */
struct ingest_work {
    struct wire_batch *batches; /* of a verdict; the committer marks duplicates in their bytes */
    uint32_t batch_count;
    uint64_t submitted_ns; /* set by ingest_submit */
    uint32_t duplicates;   /* filled in */
    /* Called once on the committer's thread, soon: it must not block. */
    void (*done)(struct ingest_work *work, enum ingest_outcome outcome);
    void *context;            /* the submitter's; ingest_submit_wait sets it and done itself */
    struct ingest_work *next; /* private */
};

/* Any thread. BUSY and DISK_FULL are returned at once and done is not called; DURABLE means queued:
 * done will be called. Work without batches is answered in its turn, too. */
enum ingest_outcome ingest_submit(struct ingest *ingest, struct ingest_work *work);

/* The same, waiting for the outcome. */
enum ingest_outcome ingest_submit_wait(struct ingest *ingest, struct ingest_work *work);

/* Count what became of a request's records; call once for each, after its outcome. Duplicates are
 * taken off the accepted ones. Always received = stored + duplicate + refused + ignored. */
void ingest_count(struct ingest *ingest, const struct wire_verdict *verdict,
                  const struct ingest_work *work, enum ingest_outcome outcome);

struct ingest_counters {
    uint64_t received;
    uint64_t stored;
    uint64_t duplicate;
    uint64_t refused;
    uint64_t ignored;
    uint64_t refused_by[WIRE_REFUSAL_COUNT];
    uint64_t unavailable; /* records answered 503: not part of received, the client keeps them */
    uint64_t profile_changes;  /* stored records that were profile updates */
    uint64_t profile_rejected; /* accepted, but could not apply ($add to a text) */
    uint64_t duplicate_keys;
    uint64_t truncated_texts;
};
void ingest_counters(struct ingest *ingest, struct ingest_counters *out);

enum { INGEST_LATENCY_BUCKETS = 14 };
struct ingest_figures {
    uint64_t queue_depth; /* works waiting */
    uint64_t queue_bytes;
    uint64_t apply_lag_bytes;
    uint64_t event_lag_ns; /* age of the oldest acknowledged event that questions do not see */
    uint64_t wal_live_bytes;
    uint64_t wal_file_bytes;
    uint64_t sync_count;
    uint64_t sync_ns_total;
    uint64_t sync_ns_max;
    uint64_t replayed_records;
    uint64_t disk_free_bytes;
    uint64_t latency_ns_total;
    uint64_t latency_count;
    uint64_t latency_buckets[INGEST_LATENCY_BUCKETS]; /* <= 0.25 ms, doubling; the last: all */
    bool disk_full;
    bool failed;          /* the log is dead: restart */
    uint64_t dedup_bytes; /* memory of the duplicate window */
};
void ingest_figures(struct ingest *ingest, struct ingest_figures *out);

/* From now on records go to the backend without the log, and INGEST_DURABLE means "taken": they are
 * durable when backend_flush has returned OK, and nobody may be told before. A crash leaves what
 * was flushed, whole records up to a watermark, and nothing of the rest. For one process alone on
 * a folder, after everything was flushed, with no work under way. False when the log still holds
 * something: then nothing changes, and records are logged as ever. */
bool ingest_leave_log(struct ingest *ingest);

/* For jobs. Wait until everything durable so far is applied (for questions on a stopped folder and
 * for tests). */
void ingest_settle(struct ingest *ingest);
/* Look at the disk, make the next WAL file ahead of time, let go of WAL that segments cover, shrink
 * the duplicate window to its budget. Every 200 ms or so. */
void ingest_tend(struct ingest *ingest);
/* True if the WAL holds more than wal_bytes_max: the backend should flush what keeps it. */
bool ingest_wal_is_long(struct ingest *ingest);

#endif
