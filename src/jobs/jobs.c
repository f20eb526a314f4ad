#include "jobs/jobs.h"

#include "backend/held.h"
#include "base/memory.h"
#include "jobs/webhook.h"
#include "os/os_clock.h"
#include "os/os_log.h"
#include "os/os_thread.h"
#include "shield/shield_watch.h"

enum {
    PUBLISH_EVERY_MS = 100, /* fresh rows are visible after at most this and a sort */
    TEND_EVERY_MS = 200,
    ALERT_EVERY_MS = 500,
    LEARN_EVERY_MS = 60 * 1000,
};

/* One promise kept on one thread: the same turn again and again. */
struct job {
    struct jobs *jobs;
    void (*turn)(struct jobs *jobs);
    uint32_t every_ms;
    struct os_thread thread;
};

enum { JOB_COUNT = 4 };
#define SAVE_EVERY_NS (UINT64_C(600) * 1000 * 1000 * 1000)

struct jobs {
    struct backend *backend;
    struct ingest *ingest;
    struct shield_findings *findings; /* NULL: none */
    struct shield_watch *watch;       /* likewise */
    struct control *control;
    struct project_slot *projects;
    uint64_t saved_ns;         /* when the watch was */
    struct webhook *webhook;   /* NULL: nobody is told */
    struct learning *learning; /* NULL: nothing is learned */
    struct job all[JOB_COUNT];
    struct os_mutex mutex; /* guards stopping */
    struct os_condition changed;
    bool stopping;
    bool flush_failed; /* tending thread: say so once, not five times a second */
    bool note_failed;  /* likewise, of findings */
    bool learn_failed; /* learning thread, and whoever stops after it */
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

static void flush_findings(struct jobs *jobs)
{
    struct error error = {0};
    if (!jobs->findings) return;
    enum status status = shield_findings_flush(jobs->findings, os_clock_now_ms(), &error);
    if (status != STATUS_OK && !jobs->note_failed) {
        os_log_error(OS_LOG_ERROR, "jobs", "could not write findings; trying again", &error);
    }
    jobs->note_failed = status != STATUS_OK;
}

/* By a person, or for another reason a moment ago. */
static bool is_held(const struct jobs *jobs, const struct shield_hold *hold)
{
    if (!jobs->projects) return false;
    struct project_table *table = project_slot_take(jobs->projects);
    const struct project *project = project_table_by_id(table, hold->project);
    struct text name = {hold->property, hold->size};
    bool is_held = project && held_has(project->shield_held, name);
    project_table_drop(table);
    return is_held;
}

static void hold_property(struct jobs *jobs, const struct shield_hold *hold)
{
    struct error error = {0};
    bool is_new = hold->number == WATCH_NEW_RANDOM;
    struct control_deed deed = {
        .project = hold->project,
        .by = TEXT("drift watch"),
        .reason = is_new ? TEXT("a new property that looks random (W01)")
                         : TEXT("more than one value in a thousand is a secret (W12)"),
        .now_ms = os_clock_now_ms(),
    };
    struct text property = {hold->property, hold->size};
    if (control_shield_hold(jobs->control, &deed, property, &error) != STATUS_OK) {
        os_log_error(OS_LOG_ERROR, "jobs", "could not hold a property", &error);
    }
}

/* Every 10 minutes; stopping saves, too. */
static void tend_watch(struct jobs *jobs)
{
    struct shield_hold hold;
    struct error error = {0};
    uint64_t now_ns = os_clock_monotonic_ns();
    if (!jobs->watch) return;
    shield_watch_tend(jobs->watch, os_clock_now_ms());
    while (jobs->control && shield_watch_next_hold(jobs->watch, &hold))
        if (!is_held(jobs, &hold)) hold_property(jobs, &hold);
    if (now_ns - jobs->saved_ns < SAVE_EVERY_NS) return;
    jobs->saved_ns = now_ns;
    if (shield_watch_save(jobs->watch, &error) != STATUS_OK) {
        os_log_error(OS_LOG_ERROR, "jobs", "could not save what is watched", &error);
    }
}

static void alert(struct jobs *jobs)
{
    if (jobs->webhook) (void)webhook_turn(jobs->webhook, os_clock_monotonic_ns());
}

static void tend(struct jobs *jobs)
{
    flush_due(jobs);
    flush_findings(jobs);
    tend_watch(jobs);
    ingest_tend(jobs->ingest);
}

static void learn(struct jobs *jobs)
{
    if (!jobs->learning) return;
    struct error error = {0};
    enum status status = learning_turn(jobs->learning, &error);
    if (status != STATUS_OK && !jobs->learn_failed) {
        os_log_error(OS_LOG_ERROR, "jobs", "could not keep what pages show; trying again", &error);
    }
    jobs->learn_failed = status != STATUS_OK;
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

struct jobs *jobs_start(const struct jobs_options *options)
{
    struct jobs *jobs = MEMORY_NEW(struct jobs);
    jobs->backend = options->backend;
    jobs->ingest = options->ingest;
    jobs->learning = options->learning;
    jobs->findings = options->shield ? shield_findings_of(options->shield) : NULL;
    jobs->watch = options->shield ? shield_watch_of(options->shield) : NULL;
    jobs->control = options->control;
    jobs->projects = options->projects;
    jobs->saved_ns = os_clock_monotonic_ns();
    if (jobs->findings && options->webhook && options->webhook[0]) {
        jobs->webhook = webhook_make(options->webhook, jobs->findings, options->projects);
    }
    os_mutex_init(&jobs->mutex);
    os_condition_init(&jobs->changed);
    jobs->all[0] = (struct job){.jobs = jobs, .turn = publish, .every_ms = PUBLISH_EVERY_MS};
    jobs->all[1] = (struct job){.jobs = jobs, .turn = tend, .every_ms = TEND_EVERY_MS};
    jobs->all[2] = (struct job){.jobs = jobs, .turn = alert, .every_ms = ALERT_EVERY_MS};
    jobs->all[3] = (struct job){.jobs = jobs, .turn = learn, .every_ms = LEARN_EVERY_MS};
    static const char *const names[JOB_COUNT] = {"publish", "tend", "alert", "learn"};
    for (int i = 0; i < JOB_COUNT; i++)
        os_thread_start(&jobs->all[i].thread, names[i], run_job, &jobs->all[i]);
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
    webhook_release(jobs->webhook);
    learn(jobs);
    os_condition_release(&jobs->changed);
    os_mutex_release(&jobs->mutex);
    memory_free(jobs);
}
