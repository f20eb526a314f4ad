/* Limits of the walk of a batch, each with its reason and what happens beyond it. */
#ifndef CANDOR_INGEST_LIMITS_H
#define CANDOR_INGEST_LIMITS_H

enum {
    /* One write and one sync: large enough that the disk, not the sync, is the limit
     * (spec/engine.md §4), small enough to be written within some milliseconds. */
    INGEST_GROUP_BYTES = 4 * 1024 * 1024,

    /* Waiting for the committer; some tenths of a second of disk. Beyond: INGEST_BUSY. */
    INGEST_QUEUE_BYTES_MAX = 128 * 1024 * 1024,
    INGEST_QUEUE_WORKS_MAX = 50 * 1000,

    /* Durable but not visible. Beyond: the committer waits, the queue fills, clients get 503. */
    INGEST_LAG_BYTES_MAX = 128 * 1024 * 1024,

    /* A longer WAL makes the backend flush the project that keeps it, so a start replays at most
     * so much. */
    INGEST_WAL_BYTES_MAX_DEFAULT = 1024 * 1024 * 1024,

    /* What may still be written between two looks at the disk: WAL files and a segment. */
    INGEST_DISK_HEADROOM = 64 * 1024 * 1024,

    INGEST_RETRY_AFTER_S = 5,
};

#endif
