#include "ingest/ingest.h"

#include "base/check.h"
#include "base/memory.h"
#include "ingest/ingest_internal.h"
#include "ingest/ingest_limits.h"
#include "os/os_clock.h"
#include "os/os_file.h"
#include "os/os_log.h"

#include <stdio.h>

struct replay {
    struct ingest *ingest;
    uint64_t last_sequence;
};

static enum status replay_record(void *context, const struct wal_record *record,
                                 struct error *error)
{
    struct replay *replay = context;
    struct backend *backend = replay->ingest->options.backend;
    replay->ingest->replayed_records++;
    replay->last_sequence = record->sequence;
    if (record->kind == WAL_EVENTS) {
        return backend_apply_events(backend, record->sequence, record->payload, error);
    }
    uint32_t rejected; /* counted when it was new */
    return backend_apply_profiles(backend, record->sequence, record->payload, &rejected, error);
}

static enum status open_log(struct ingest *ingest, struct replay *replay, struct error *error)
{
    char folder[OS_PATH_SIZE];
    if (!os_path_join(folder, ingest->options.folder, "wal")) {
        return error_set(error, STATUS_TOO_LARGE, "could not open the log: the path is too long");
    }
    /* A trimmed log starts again behind everything that was ever stored. */
    struct wal_options options = {
        .folder = folder,
        .first_sequence = backend_sequence_end(ingest->options.backend),
        .may_begin_anywhere = true, /* each project has a watermark of its own */
    };
    /* Replay all that the log kept: the backend skips what it stored before. */
    TRY(wal_open(&options, 0, replay_record, replay, &ingest->wal, error));
    uint64_t last = replay->last_sequence;
    if (last == 0 || last + 1 >= options.first_sequence) return STATUS_OK;
    wal_close(ingest->wal);
    return error_set(error, STATUS_CORRUPT,
                     "could not open the log: it ends with record %llu, and the store holds record "
                     "%llu; they are of different times",
                     (unsigned long long)last, (unsigned long long)options.first_sequence - 1);
}

static void settle(void *context)
{
    struct ingest *ingest = context;
    ingest_settle(ingest);
    (void)backend_publish(ingest->options.backend);
}

enum status ingest_open(const struct ingest_options *options, struct ingest **out,
                        struct error *error)
{
    assert(options->backend);
    assert(options->folder);
    struct ingest *ingest = MEMORY_NEW(struct ingest);
    ingest->options = *options;
    if (ingest->options.wal_bytes_max == 0) {
        ingest->options.wal_bytes_max = INGEST_WAL_BYTES_MAX_DEFAULT;
    }
    struct replay replay = {.ingest = ingest};
    enum status status = open_log(ingest, &replay, error);
    if (status != STATUS_OK) {
        memory_free(ingest);
        return status;
    }
    commit_queue_init(&ingest->queue);
    os_mutex_init(&ingest->log_mutex);
    counters_init(&ingest->counters);
    lag_watch_init(&ingest->lag);
    disk_watch_init(&ingest->disk, options->folder, options->disk_reserve_bytes);
    disk_watch_look(&ingest->disk);
    /* A trimmed log replays nothing, and goes on behind what is stored. */
    uint64_t last_sequence = backend_sequence_end(options->backend) - 1;
    if (last_sequence < replay.last_sequence) last_sequence = replay.last_sequence;
    ingest->applier = applier_start(options->backend, last_sequence);
    struct duplicate_window_options window = {
        .backend = options->backend, .settle = settle, .context = ingest};
    ingest->window = duplicate_window_make(&window);
    os_thread_start(&ingest->committer, "committer", ingest_run_committer, ingest);
    *out = ingest;
    return STATUS_OK;
}

/* When everything is in segments, an idle folder keeps no preallocated files. */
static enum status trim_log(struct ingest *ingest)
{
    struct applier_figures applied;
    applier_figures(ingest->applier, &applied);
    struct error error = {0};
    uint64_t watermark = backend_watermark(ingest->options.backend, applied.applied_sequence);
    os_mutex_lock(&ingest->log_mutex);
    enum status status = wal_forget(ingest->wal, watermark, &error);
    if (status == STATUS_OK) status = wal_trim(ingest->wal, &error);
    os_mutex_unlock(&ingest->log_mutex);
    if (status != STATUS_OK)
        os_log_error(OS_LOG_WARNING, "ingest", "could not trim the log", &error);
    return status;
}

void ingest_close(struct ingest *ingest)
{
    commit_queue_close(&ingest->queue);
    os_thread_join(&ingest->committer);
    ingest_settle(ingest);
    if (!atomic_load(&ingest->failed)) (void)trim_log(ingest);
    applier_stop(ingest->applier);
    wal_close(ingest->wal);
    duplicate_window_release(ingest->window);
    lag_watch_release(&ingest->lag);
    counters_release(&ingest->counters);
    os_mutex_release(&ingest->log_mutex);
    commit_queue_release(&ingest->queue);
    memory_free(ingest);
}

/* An empty log begins again behind what is stored (open_log), so a number that a crash took with
 * its record is used once more, and one that a segment holds is not. Therefore the log's files must
 * be gone for good, and not come back after a power cut. */
bool ingest_leave_log(struct ingest *ingest)
{
    ingest_settle(ingest);
    if (atomic_load(&ingest->failed) || trim_log(ingest) != STATUS_OK) return false;
    os_mutex_lock(&ingest->log_mutex);
    bool is_empty = wal_is_empty(ingest->wal);
    os_mutex_unlock(&ingest->log_mutex);
    if (is_empty) atomic_store(&ingest->is_unlogged, true);
    return is_empty;
}

enum ingest_outcome ingest_submit(struct ingest *ingest, struct ingest_work *work)
{
    assert(work->done);
    if (atomic_load(&ingest->failed)) return INGEST_FAILED;
    bool has_records = work->batch_count > 0;
    if (has_records && disk_watch_is_full(&ingest->disk)) return INGEST_DISK_FULL;
    if (has_records && backend_is_behind(ingest->options.backend)) return INGEST_BUSY;
    work->submitted_ns = os_clock_monotonic_ns();
    return commit_queue_put(&ingest->queue, work) ? INGEST_DURABLE : INGEST_BUSY;
}

struct waiting {
    struct ingest_work *work;
    struct os_mutex mutex;
    struct os_condition done;
    bool is_done;
    enum ingest_outcome outcome;
};

static void wake_waiting(struct ingest_work *work, enum ingest_outcome outcome)
{
    struct waiting *waiting = work->context;
    os_mutex_lock(&waiting->mutex);
    waiting->outcome = outcome;
    waiting->is_done = true;
    os_condition_signal(&waiting->done);
    os_mutex_unlock(&waiting->mutex);
}

enum ingest_outcome ingest_submit_wait(struct ingest *ingest, struct ingest_work *work)
{
    struct waiting waiting = {.work = work};
    os_mutex_init(&waiting.mutex);
    os_condition_init(&waiting.done);
    work->done = wake_waiting;
    work->context = &waiting;
    enum ingest_outcome outcome = ingest_submit(ingest, work);
    if (outcome == INGEST_DURABLE) { /* queued: the committer says what became of it */
        os_mutex_lock(&waiting.mutex);
        while (!waiting.is_done)
            os_condition_wait(&waiting.done, &waiting.mutex);
        outcome = waiting.outcome;
        os_mutex_unlock(&waiting.mutex);
    }
    os_condition_release(&waiting.done);
    os_mutex_release(&waiting.mutex);
    return outcome;
}

void ingest_count(struct ingest *ingest, const struct wire_verdict *verdict,
                  const struct ingest_work *work, enum ingest_outcome outcome)
{
    counters_add(&ingest->counters, verdict, work, outcome);
}

void ingest_counters(struct ingest *ingest, struct ingest_counters *out)
{
    struct applier_figures applied;
    applier_figures(ingest->applier, &applied);
    counters_get(&ingest->counters, out);
    out->profile_rejected = applied.profile_rejected;
}

static void add_log_figures(struct ingest *ingest, struct ingest_figures *out)
{
    struct wal_figures log;
    os_mutex_lock(&ingest->log_mutex);
    wal_figures(ingest->wal, &log);
    os_mutex_unlock(&ingest->log_mutex);
    out->wal_live_bytes = log.live_bytes;
    out->wal_file_bytes = log.file_bytes;
    out->sync_count = log.sync_count;
    out->sync_ns_total = log.sync_ns_total;
    out->sync_ns_max = log.sync_ns_max;
}

void ingest_figures(struct ingest *ingest, struct ingest_figures *out)
{
    *out = (struct ingest_figures){0};
    commit_queue_figures(&ingest->queue, &out->queue_depth, &out->queue_bytes);
    struct applier_figures applied;
    applier_figures(ingest->applier, &applied);
    out->apply_lag_bytes = applied.lag_bytes;
    out->event_lag_ns = lag_watch_age(
        &ingest->lag, backend_visible_sequence(ingest->options.backend), os_clock_monotonic_ns());
    out->failed = applied.failed || atomic_load(&ingest->failed);
    add_log_figures(ingest, out);
    counters_get_latency(&ingest->counters, out);
    out->replayed_records = ingest->replayed_records;
    out->disk_free_bytes = atomic_load(&ingest->disk.free_bytes);
    out->disk_full = disk_watch_is_full(&ingest->disk);
    out->dedup_bytes = duplicate_window_bytes(ingest->window);
}

void ingest_settle(struct ingest *ingest)
{
    applier_settle(ingest->applier);
}

/* Everything up to the watermark of the project that is furthest behind is in segments. */
static void forget_log(struct ingest *ingest)
{
    struct applier_figures applied;
    applier_figures(ingest->applier, &applied);
    uint64_t watermark = backend_watermark(ingest->options.backend, applied.applied_sequence);
    struct error error = {0};
    os_mutex_lock(&ingest->log_mutex);
    enum status status = wal_forget(ingest->wal, watermark, &error);
    os_mutex_unlock(&ingest->log_mutex);
    if (status != STATUS_OK)
        os_log_error(OS_LOG_ERROR, "ingest", "could not shorten the log", &error);
}

/* The next log file ahead of time, once there is a first one: an idle folder stays small. */
static void prepare_log(struct ingest *ingest)
{
    struct wal_figures log;
    os_mutex_lock(&ingest->log_mutex);
    wal_figures(ingest->wal, &log);
    os_mutex_unlock(&ingest->log_mutex);
    if (log.sync_count == 0 || disk_watch_is_full(&ingest->disk)) return;
    struct error error = {0};
    if (wal_prepare(ingest->wal, &error) == STATUS_OK) return;
    os_log_error(OS_LOG_WARNING, "ingest", "could not make the next log file ahead", &error);
}

void ingest_tend(struct ingest *ingest)
{
    disk_watch_look(&ingest->disk);
    if (atomic_load(&ingest->failed)) return;
    forget_log(ingest);
    prepare_log(ingest);
}

bool ingest_wal_is_long(struct ingest *ingest)
{
    struct wal_figures log;
    os_mutex_lock(&ingest->log_mutex);
    wal_figures(ingest->wal, &log);
    os_mutex_unlock(&ingest->log_mutex);
    return log.live_bytes > ingest->options.wal_bytes_max;
}
