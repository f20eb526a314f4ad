#include "jobs/jobs.h"

#include "base/memory.h"
#include "os/os_clock.h"
#include "os/os_log.h"
#include "os/os_thread.h"

enum {
    PUBLISH_EVERY_MS = 100, /* fresh rows are visible after at most this and a sort */
    TEND_EVERY_MS = 200,
};

/* One promise kept on one thread: the same turn again and again. */
struct job {
    struct jobs *jobs;
    void (*turn)(struct jobs *jobs);
    uint32_t every_ms;
    struct os_thread thread;
};

enum { JOB_COUNT = 2 };

struct jobs {
    struct backend *backend;
    struct ingest *ingest;
    struct job all[JOB_COUNT];
    struct os_mutex mutex; /* guards stopping */
    struct os_condition changed;
    bool stopping;
    bool flush_failed; /* tending thread: say so once, not five times a second */
};

static void publish(struct jobs *jobs)
{
    (void)backend_publish(jobs->backend);
}

static void flush_due(struct jobs *jobs)
{
    struct error error = {0};
    bool flushed;
    uint64_t started = os_clock_monotonic_ns();
    enum status status = backend_flush(jobs->backend, BACKEND_FLUSH_DUE,
                                       ingest_wal_is_long(jobs->ingest), &flushed, &error);
    if (status != STATUS_OK && !jobs->flush_failed) {
        /* Nothing is lost: the rows stay in memory and in the WAL; the next turn tries again. */
        os_log_error(OS_LOG_ERROR, "jobs", "could not flush; trying again", &error);
    }
    jobs->flush_failed = status != STATUS_OK;
    if (!flushed) return;
    struct os_log_field fields[] = {
        {"elapsed_ms", (int64_t)((os_clock_monotonic_ns() - started) / 1000000)}};
    os_log_fields(OS_LOG_INFO, "jobs", "flushed fresh rows to segments", fields, 1);
}

static void tend(struct jobs *jobs)
{
    flush_due(jobs);
    ingest_tend(jobs->ingest);
}

/* False when it is time to stop. */
static bool wait_for_turn(struct jobs *jobs, uint32_t every_ms)
{
    uint64_t deadline = os_clock_monotonic_ns() + (uint64_t)every_ms * 1000 * 1000;
    os_mutex_lock(&jobs->mutex);
    while (!jobs->stopping) {
        if (!os_condition_wait_until(&jobs->changed, &jobs->mutex, deadline)) break;
    }
    bool go_on = !jobs->stopping;
    os_mutex_unlock(&jobs->mutex);
    return go_on;
}

static void run_job(void *context)
{
    struct job *job = context;
    while (wait_for_turn(job->jobs, job->every_ms))
        job->turn(job->jobs);
}

struct jobs *jobs_start(struct backend *backend, struct ingest *ingest)
{
    struct jobs *jobs = MEMORY_NEW(struct jobs);
    jobs->backend = backend;
    jobs->ingest = ingest;
    os_mutex_init(&jobs->mutex);
    os_condition_init(&jobs->changed);
    jobs->all[0] = (struct job){.jobs = jobs, .turn = publish, .every_ms = PUBLISH_EVERY_MS};
    jobs->all[1] = (struct job){.jobs = jobs, .turn = tend, .every_ms = TEND_EVERY_MS};
    os_thread_start(&jobs->all[0].thread, "publish", run_job, &jobs->all[0]);
    os_thread_start(&jobs->all[1].thread, "tend", run_job, &jobs->all[1]);
    return jobs;
}

void jobs_stop(struct jobs *jobs)
{
    os_mutex_lock(&jobs->mutex);
    jobs->stopping = true;
    os_condition_broadcast(&jobs->changed);
    os_mutex_unlock(&jobs->mutex);
    for (int i = 0; i < JOB_COUNT; i++)
        os_thread_join(&jobs->all[i].thread);
    os_condition_release(&jobs->changed);
    os_mutex_release(&jobs->mutex);
    memory_free(jobs);
}
