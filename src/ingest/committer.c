/* One group after another: duplicates out, WAL, sync, hand over, answer. */
#include "base/check.h"
#include "event/batch.h"
#include "ingest/ingest_internal.h"
#include "ingest/ingest_limits.h"
#include "os/os_clock.h"
#include "os/os_log.h"

/* Mark the events of a batch that were stored before, in place. */
static enum status mark_duplicates(struct ingest *ingest, const struct wire_batch *batch,
                                   uint32_t *dropped, struct error *error)
{
    size_t offset = BATCH_HEADER_SIZE;
    struct batch_mark mark;
    *dropped = 0;
    while (batch_next_mark(buffer_text(&batch->bytes), &offset, &mark)) {
        if ((*mark.flags & EVENT_HAS_KEY) == 0) continue;
        bool known;
        TRY(duplicate_window_add(ingest->window, batch->project, mark.key, &known, error));
        if (!known) continue;
        *mark.flags |= EVENT_DROPPED;
        (*dropped)++;
    }
    return STATUS_OK;
}

static enum status append_batch(struct ingest *ingest, struct wire_batch *batch,
                                struct ingest_work *work, struct error *error)
{
    uint32_t dropped = 0;
    if (!batch->is_profiles) TRY(mark_duplicates(ingest, batch, &dropped, error));
    work->duplicates += dropped;
    batch->sequence = 0;
    if (dropped == batch->count) return STATUS_OK; /* nothing new: nothing to log */
    if (atomic_load(&ingest->is_unlogged)) {
        batch->sequence = wal_pass(ingest->wal);
        return STATUS_OK;
    }
    struct text bytes = buffer_text(&batch->bytes);
    enum wal_kind kind = batch->is_profiles ? WAL_PROFILES : WAL_EVENTS;
    return wal_append(ingest->wal, kind, &bytes, 1, &batch->sequence, error);
}

static enum status append_group(struct ingest *ingest, struct ingest_work *group,
                                struct error *error)
{
    for (struct ingest_work *work = group; work; work = work->next) {
        work->duplicates = 0;
        for (uint32_t i = 0; i < work->batch_count; i++) {
            TRY(append_batch(ingest, &work->batches[i], work, error));
        }
    }
    return STATUS_OK;
}

/* Make the group durable or leave everything as it was. */
static enum status commit_group(struct ingest *ingest, struct ingest_work *group,
                                struct error *error)
{
    os_mutex_lock(&ingest->log_mutex);
    enum status status = append_group(ingest, group, error);
    if (status == STATUS_OK) {
        status = wal_sync(ingest->wal, error);
    } else {
        wal_rewind(ingest->wal);
    }
    os_mutex_unlock(&ingest->log_mutex);

    if (status == STATUS_OK) {
        duplicate_window_keep(ingest->window);
    } else {
        duplicate_window_forget(ingest->window);
    }
    return status;
}

static void hand_over(struct ingest *ingest, struct ingest_work *group)
{
    uint64_t now = os_clock_monotonic_ns();
    for (struct ingest_work *work = group; work; work = work->next) {
        for (uint32_t i = 0; i < work->batch_count; i++) {
            struct wire_batch *batch = &work->batches[i];
            if (batch->sequence == 0) continue;
            if (!batch->is_profiles) lag_watch_note(&ingest->lag, batch->sequence, now);
            applier_put(ingest->applier, batch->sequence,
                        batch->is_profiles ? WAL_PROFILES : WAL_EVENTS, &batch->bytes);
        }
    }
}

/* Why the group was not taken, as its submitters hear it. */
static enum ingest_outcome outcome_of_failure(struct ingest *ingest, enum status status,
                                              const struct error *error)
{
    if (status == STATUS_BUSY) { /* no room for the next WAL file */
        disk_watch_note_full(&ingest->disk);
        return INGEST_DISK_FULL;
    }
    os_log_error(OS_LOG_ERROR, "ingest", "could not make a group durable; restart the server",
                 error);
    atomic_store(&ingest->failed, true);
    return INGEST_FAILED;
}

static void answer_group(struct ingest *ingest, struct ingest_work *group,
                         enum ingest_outcome outcome)
{
    uint64_t now = os_clock_monotonic_ns();
    for (struct ingest_work *work = group; work;) {
        struct ingest_work *next = work->next; /* done may free the work */
        counters_add_latency(&ingest->counters, now - work->submitted_ns);
        work->done(work, outcome);
        work = next;
    }
}

static enum ingest_outcome take_group(struct ingest *ingest, struct ingest_work *group)
{
    struct applier_figures applied;
    applier_figures(ingest->applier, &applied);
    if (applied.failed) atomic_store(&ingest->failed, true);
    if (atomic_load(&ingest->failed)) return INGEST_FAILED;

    struct error error = {0};
    enum status status = commit_group(ingest, group, &error);
    if (status != STATUS_OK) return outcome_of_failure(ingest, status, &error);
    hand_over(ingest, group);
    return INGEST_DURABLE;
}

void ingest_run_committer(void *context)
{
    struct ingest *ingest = context;
    struct ingest_work *group;
    while ((group = commit_queue_take(&ingest->queue, INGEST_GROUP_BYTES)) != NULL) {
        answer_group(ingest, group, take_group(ingest, group));
        duplicate_window_shrink(ingest->window);
    }
}
