#include "ingest/commit_queue.h"

#include "base/check.h"
#include "ingest/ingest_limits.h"

void commit_queue_init(struct commit_queue *queue)
{
    *queue = (struct commit_queue){0};
    os_mutex_init(&queue->mutex);
    os_condition_init(&queue->filled);
}

void commit_queue_release(struct commit_queue *queue)
{
    assert(!queue->first);
    os_condition_release(&queue->filled);
    os_mutex_release(&queue->mutex);
}

static uint64_t work_bytes(const struct ingest_work *work)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < work->batch_count; i++)
        bytes += work->batches[i].bytes.size;
    return bytes;
}

bool commit_queue_put(struct commit_queue *queue, struct ingest_work *work)
{
    uint64_t bytes = work_bytes(work);
    work->next = NULL;
    os_mutex_lock(&queue->mutex);
    bool fits = !queue->closed && queue->count < INGEST_QUEUE_WORKS_MAX &&
                (queue->count == 0 || queue->bytes + bytes <= INGEST_QUEUE_BYTES_MAX);
    if (fits) {
        if (queue->last) {
            queue->last->next = work;
        } else {
            queue->first = work;
            os_condition_signal(&queue->filled);
        }
        queue->last = work;
        queue->count++;
        queue->bytes += bytes;
    }
    os_mutex_unlock(&queue->mutex);
    return fits;
}

struct ingest_work *commit_queue_take(struct commit_queue *queue, uint64_t bytes_max)
{
    os_mutex_lock(&queue->mutex);
    while (!queue->first && !queue->closed)
        os_condition_wait(&queue->filled, &queue->mutex);
    struct ingest_work *group = queue->first;
    struct ingest_work *last = NULL;
    uint64_t taken = 0;
    for (struct ingest_work *work = group; work; work = work->next) {
        uint64_t bytes = work_bytes(work);
        if (last && taken + bytes > bytes_max) break;
        taken += bytes;
        last = work;
        queue->count--;
    }
    if (last) {
        queue->first = last->next;
        if (!queue->first) queue->last = NULL;
        last->next = NULL;
        queue->bytes -= taken;
    }
    os_mutex_unlock(&queue->mutex);
    return group;
}

void commit_queue_close(struct commit_queue *queue)
{
    os_mutex_lock(&queue->mutex);
    queue->closed = true;
    os_condition_broadcast(&queue->filled);
    os_mutex_unlock(&queue->mutex);
}

void commit_queue_figures(struct commit_queue *queue, uint64_t *count, uint64_t *bytes)
{
    os_mutex_lock(&queue->mutex);
    *count = queue->count;
    *bytes = queue->bytes;
    os_mutex_unlock(&queue->mutex);
}
