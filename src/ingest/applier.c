#include "ingest/applier.h"

#include "base/check.h"
#include "base/memory.h"
#include "ingest/ingest_limits.h"
#include "os/os_log.h"
#include "os/os_thread.h"

struct apply_item {
    uint64_t sequence;
    enum wal_kind kind;
    struct buffer bytes;
    struct apply_item *next;
};

struct applier {
    struct backend *backend;
    struct os_thread thread;
    struct os_mutex mutex; /* guards everything below */
    struct os_condition changed;
    struct apply_item *first;
    struct apply_item *last;
    uint64_t put_sequence;
    struct applier_figures figures;
    bool stopping;
};

static enum status apply(struct applier *applier, const struct apply_item *item, uint32_t *rejected,
                         struct error *error)
{
    struct text bytes = buffer_text(&item->bytes);
    if (item->kind == WAL_EVENTS) {
        return backend_apply_events(applier->backend, item->sequence, bytes, error);
    }
    return backend_apply_profiles(applier->backend, item->sequence, bytes, rejected, error);
}

static struct apply_item *wait_for_item(struct applier *applier)
{
    os_mutex_lock(&applier->mutex);
    while (!applier->first && !applier->stopping) {
        os_condition_wait(&applier->changed, &applier->mutex);
    }
    struct apply_item *item = applier->first;
    if (item) {
        applier->first = item->next;
        if (!applier->first) applier->last = NULL;
    }
    os_mutex_unlock(&applier->mutex);
    return item;
}

/* A record that cannot be applied is safe in the WAL, and a restart replays it. Until then nothing
 * more is acknowledged, because questions would miss it, and nothing behind it is applied, because
 * the WAL would then be let go of. */
static void run_applier(void *context)
{
    struct applier *applier = context;
    struct apply_item *item;
    bool failed = false;
    while ((item = wait_for_item(applier)) != NULL) {
        struct error error = {0};
        uint32_t rejected = 0;
        if (!failed && apply(applier, item, &rejected, &error) != STATUS_OK) {
            os_log_error(OS_LOG_ERROR, "ingest", "could not apply a record", &error);
            failed = true;
        }

        os_mutex_lock(&applier->mutex);
        applier->figures.failed = failed;
        if (!failed) applier->figures.applied_sequence = item->sequence;
        applier->figures.profile_rejected += rejected;
        applier->figures.lag_bytes -= item->bytes.size;
        os_condition_broadcast(&applier->changed);
        os_mutex_unlock(&applier->mutex);

        buffer_release(&item->bytes);
        memory_free(item);
    }
}

struct applier *applier_start(struct backend *backend, uint64_t applied_sequence)
{
    struct applier *applier = MEMORY_NEW(struct applier);
    applier->backend = backend;
    applier->put_sequence = applied_sequence;
    applier->figures.applied_sequence = applied_sequence;
    os_mutex_init(&applier->mutex);
    os_condition_init(&applier->changed);
    os_thread_start(&applier->thread, "applier", run_applier, applier);
    return applier;
}

void applier_stop(struct applier *applier)
{
    os_mutex_lock(&applier->mutex);
    applier->stopping = true;
    os_condition_broadcast(&applier->changed);
    os_mutex_unlock(&applier->mutex);
    os_thread_join(&applier->thread);
    assert(!applier->first);
    os_condition_release(&applier->changed);
    os_mutex_release(&applier->mutex);
    memory_free(applier);
}

void applier_put(struct applier *applier, uint64_t sequence, enum wal_kind kind,
                 struct buffer *bytes)
{
    struct apply_item *item = MEMORY_NEW(struct apply_item);
    *item = (struct apply_item){.sequence = sequence, .kind = kind, .bytes = *bytes};
    buffer_init(bytes, bytes->size_max); /* taken over */

    os_mutex_lock(&applier->mutex);
    assert(sequence > applier->put_sequence);
    while (applier->figures.lag_bytes > INGEST_LAG_BYTES_MAX) {
        os_condition_wait(&applier->changed, &applier->mutex);
    }
    applier->put_sequence = sequence;
    applier->figures.lag_bytes += item->bytes.size;
    if (applier->last) {
        applier->last->next = item;
    } else {
        applier->first = item;
    }
    applier->last = item;
    os_condition_broadcast(&applier->changed);
    os_mutex_unlock(&applier->mutex);
}

void applier_settle(struct applier *applier)
{
    os_mutex_lock(&applier->mutex);
    uint64_t target = applier->put_sequence;
    while (applier->figures.applied_sequence < target && !applier->figures.failed) {
        os_condition_wait(&applier->changed, &applier->mutex);
    }
    os_mutex_unlock(&applier->mutex);
}

void applier_figures(struct applier *applier, struct applier_figures *out)
{
    os_mutex_lock(&applier->mutex);
    *out = applier->figures;
    os_mutex_unlock(&applier->mutex);
}
