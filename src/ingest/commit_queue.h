/* Work that waits for the committer: first come, first served, with a stated maximum. */
#ifndef CANDOR_INGEST_COMMIT_QUEUE_H
#define CANDOR_INGEST_COMMIT_QUEUE_H

#include "ingest/ingest.h"
#include "os/os_thread.h"

struct commit_queue {
    struct os_mutex mutex; /* guards everything below */
    struct os_condition filled;
    struct ingest_work *first;
    struct ingest_work *last;
    uint64_t count;
    uint64_t bytes;
    bool closed;
};

void commit_queue_init(struct commit_queue *queue);
void commit_queue_release(struct commit_queue *queue);

/* False when the queue is full or closed. Any thread. */
bool commit_queue_put(struct commit_queue *queue, struct ingest_work *work);

/* Everything that waits, up to bytes_max (at least one work), as a list; waits for the first.
 * NULL when the queue is closed and empty. */
struct ingest_work *commit_queue_take(struct commit_queue *queue, uint64_t bytes_max);

void commit_queue_close(struct commit_queue *queue); /* what waits is still taken */
void commit_queue_figures(struct commit_queue *queue, uint64_t *count, uint64_t *bytes);

#endif
