#include "backend/backend.h"

#include "backend/backend_internal.h"
#include "backend/backend_limits.h"
#include "base/check.h"
#include "base/memory.h"
#include "event/batch.h"
#include "event/profile_change.h"
#include "os/os_file.h"
#include "os/os_log.h"

/* --- opening --- */

/* Identity is flushed before segments are published, so it is never behind them. */
static enum status check_people(struct backend *backend, struct error *error)
{
    for (uint32_t i = 0; i < store_project_count(backend->store); i++) {
        uint32_t project = store_project_at(backend->store, i);
        struct store_figures rows;
        struct identity_figures people;
        store_figures(backend->store, project, &rows);
        identity_figures(backend->identity, project, &people);
        if (rows.person_end <= people.ids) continue;
        return error_set(error, STATUS_CORRUPT,
                         "could not open the store: segments of project %u name %u people, the "
                         "identity file only %llu; restore it from a backup",
                         project, rows.person_end, (unsigned long long)people.ids);
    }
    return STATUS_OK;
}

static enum status open_parts(struct backend *backend, struct error *error)
{
    char folder[OS_PATH_SIZE];
    if (!os_path_join(folder, backend->options.folder, "store")) {
        return error_set(error, STATUS_TOO_LARGE, "could not open the store: the path is too long");
    }
    struct store_options options = {
        .folder = folder,
        .flush_threads = backend->options.flush_threads,
    };
    TRY(store_open(&options, &backend->store, error));
    if (!os_path_join(folder, backend->options.folder, "identity")) {
        return error_set(error, STATUS_TOO_LARGE, "could not open identity: the path is too long");
    }
    TRY(identity_open(folder, &backend->identity, error));
    return check_people(backend, error);
}

static void apply_defaults(struct backend_options *options)
{
    if (options->query_threads == 0) options->query_threads = os_processor_count();
    if (options->query_memory_max == 0)
        options->query_memory_max = BACKEND_QUERY_MEMORY_MAX_DEFAULT;
    if (options->memtable_rows_max == 0) {
        options->memtable_rows_max = BACKEND_MEMTABLE_ROWS_MAX_DEFAULT;
    }
    if (options->memtable_bytes_max == 0) {
        options->memtable_bytes_max = BACKEND_MEMTABLE_BYTES_MAX_DEFAULT;
    }
}

enum status backend_open(const struct backend_options *options, struct backend **out,
                         struct error *error)
{
    assert(options->folder);
    assert(options->projects);
    struct backend *backend = MEMORY_NEW(struct backend);
    backend->options = *options;
    apply_defaults(&backend->options);
    os_mutex_init(&backend->publishing);
    os_mutex_init(&backend->flushing);
    arena_init(&backend->apply_arena, BACKEND_APPLY_ARENA_SIZE);
    backend->zones = zone_cache_make();

    enum status status = open_parts(backend, error);
    if (status != STATUS_OK) {
        backend_close(backend);
        return status;
    }
    *out = backend;
    return STATUS_OK;
}

void backend_close(struct backend *backend)
{
    if (backend->identity) identity_close(backend->identity);
    if (backend->store) store_close(backend->store);
    zone_cache_release(backend->zones);
    arena_release(&backend->apply_arena);
    os_mutex_release(&backend->flushing);
    os_mutex_release(&backend->publishing);
    memory_free(backend);
}

/* --- where the log begins and ends --- */

uint64_t backend_watermark(struct backend *backend, uint64_t last_sequence)
{
    uint64_t watermark = last_sequence;
    for (uint32_t i = 0; i < store_project_count(backend->store); i++) {
        struct store_memtable_figures fresh;
        store_memtable_figures(backend->store, store_project_at(backend->store, i), &fresh);
        if (fresh.first_sequence == 0) continue;
        if (fresh.first_sequence - 1 < watermark) watermark = fresh.first_sequence - 1;
    }
    return watermark;
}

uint64_t backend_sequence_end(struct backend *backend)
{
    uint64_t end = 1;
    for (uint32_t i = 0; i < store_project_count(backend->store); i++) {
        uint64_t watermark = store_watermark(backend->store, store_project_at(backend->store, i));
        if (watermark >= end) end = watermark + 1;
    }
    return end;
}

/* --- taking records --- */

/* Some events of a batch, taken together: looking up each person and value alone would wait for
 * memory three times, and these are waited for at once. */
enum { ROWS_TOGETHER = 16 };

static enum status read_rows(struct batch_reader *reader, struct store_row *rows, uint32_t *count,
                             struct error *error)
{
    *count = 0;
    batch_reader_keep(reader);
    for (bool done = false; *count < ROWS_TOGETHER;) {
        struct store_row *row = &rows[*count];
        TRY(batch_reader_next(reader, &row->event, &done, error));
        if (done) return STATUS_OK;
        row->index = reader->event_index - 1;
        (*count)++;
    }
    return STATUS_OK;
}

static enum status find_persons(struct backend *backend, uint32_t project, struct store_row *rows,
                                uint32_t count, struct error *error)
{
    struct identity_sighting sightings[ROWS_TOGETHER];
    for (uint32_t i = 0; i < count; i++) {
        sightings[i] = (struct identity_sighting){.distinct_id = rows[i].event.distinct_id,
                                                  .device_id = rows[i].event.device_id};
    }
    TRY(identity_sight(backend->identity, project, sightings, count, error));
    for (uint32_t i = 0; i < count; i++)
        rows[i].person = sightings[i].person;
    return STATUS_OK;
}

static enum status apply_rows(struct backend *backend, struct batch_reader *reader,
                              struct store_appender *appender, struct error *error)
{
    _Static_assert((int)ROWS_TOGETHER <= (int)IDENTITY_SIGHTINGS_MAX, "one call for their persons");
    for (;;) {
        struct store_row rows[ROWS_TOGETHER];
        uint32_t count;
        TRY(read_rows(reader, rows, &count, error));
        if (count == 0) return STATUS_OK;
        TRY(find_persons(backend, reader->header.project, rows, count, error));
        store_append_rows(appender, rows, count);
    }
}

enum status backend_apply_events(struct backend *backend, uint64_t sequence, struct text batch,
                                 struct error *error)
{
    _Static_assert((uint32_t)IDENTITY_NONE == (uint32_t)STORE_NO_PERSON, "one word for no person");
    arena_rewind(&backend->apply_arena, 0);
    struct batch_reader reader;
    TRY(batch_reader_init(&reader, batch, &backend->apply_arena, error));
    struct store_appender appender;
    enum status status = STATUS_OK;
    if (store_append_begin(backend->store, reader.header.project, sequence,
                           reader.header.received_ms, &appender)) {
        status = apply_rows(backend, &reader, &appender, error);
        if (status == STATUS_OK) {
            store_append_end(&appender);
        } else {
            store_append_fail(&appender);
        }
    } /* else it was stored before a restart */
    if (status == STATUS_OK) atomic_store(&backend->applied_sequence, sequence);
    return status;
}

/* A device's id stands for the user it is tied to, unless the literal id was asked for. */
static enum status resolve_profile(struct backend *backend, uint32_t project,
                                   struct profile_change *change, struct error *error)
{
    if (change->group_key.size > 0 || (change->flags & PROFILE_LITERAL_ID)) return STATUS_OK;
    uint32_t number = identity_find(backend->identity, project, change->id);
    if (number == IDENTITY_NONE) return STATUS_OK;
    uint32_t canonical = identity_canonical(backend->identity, project, number);
    if (canonical == number) return STATUS_OK;
    change->id = identity_text(backend->identity, project, canonical, &backend->apply_arena);
    if (change->id.bytes) return STATUS_OK;
    return error_set(error, STATUS_TOO_LARGE,
                     "could not apply a profile change: out of its memory");
}

static enum status change_each(struct backend *backend, struct profile_batch_reader *reader,
                               struct store_profile_scope *scope, uint32_t *rejected,
                               struct error *error)
{
    for (;;) {
        struct profile_change change;
        struct error reason = {0};
        bool done;
        TRY(profile_batch_reader_next(reader, &change, &done, error));
        if (done) return STATUS_OK;
        TRY(resolve_profile(backend, reader->project, &change, error));
        if (store_profiles_change(scope, &change, &reason) != STATUS_OK) (*rejected)++;
    }
}

enum status backend_apply_profiles(struct backend *backend, uint64_t sequence, struct text batch,
                                   uint32_t *rejected, struct error *error)
{
    arena_rewind(&backend->apply_arena, 0);
    *rejected = 0;
    struct profile_batch_reader reader;
    TRY(profile_batch_reader_init(&reader, batch, &backend->apply_arena, error));
    struct store_profile_scope scope;
    if (!store_profiles_begin(backend->store, reader.project, sequence, &scope)) return STATUS_OK;
    enum status status = change_each(backend, &reader, &scope, rejected, error);
    if (status == STATUS_OK) {
        store_profiles_end(&scope);
    } else {
        store_profiles_fail(&scope);
    }
    return status;
}

/* --- publishing and flushing --- */

static struct store_clusters clusters_of(const struct identity_view *view)
{
    return (struct store_clusters){
        .canonical = identity_view_canonical(view),
        .count = identity_view_count(view),
    };
}

static bool publish_project(struct backend *backend, uint32_t project)
{
    struct store_memtable_figures fresh;
    store_memtable_figures(backend->store, project, &fresh);
    if (fresh.unpublished_rows == 0) return false;
    struct identity_view *view = identity_view(backend->identity, project);
    bool published = store_publish(backend->store, project, clusters_of(view));
    identity_view_release(view);
    return published;
}

static bool publish_all(struct backend *backend)
{
    bool any = false;
    for (uint32_t i = 0; i < store_project_count(backend->store); i++) {
        any |= publish_project(backend, store_project_at(backend->store, i));
    }
    return any;
}

bool backend_publish(struct backend *backend)
{
    os_mutex_lock(&backend->publishing);
    uint64_t applied = atomic_load(&backend->applied_sequence);
    bool any = publish_all(backend);
    atomic_store(&backend->visible_sequence, applied);
    os_mutex_unlock(&backend->publishing);
    return any;
}

uint64_t backend_visible_sequence(struct backend *backend)
{
    return atomic_load(&backend->visible_sequence);
}

/* Freeze, then identity, then the files: a segment never names a person that a power cut could
 * take away. */
static enum status flush_project(struct backend *backend, uint32_t project, struct error *error)
{
    store_freeze(backend->store, project);
    TRY(identity_flush(backend->identity, project, error));
    struct identity_view *view = identity_view(backend->identity, project);
    enum status status = store_flush(backend->store, project, clusters_of(view), error);
    identity_view_release(view);
    return status;
}

/* What an earlier flush could not write waits frozen, and the next one writes that alone. */
static enum status flush_up_to(struct backend *backend, uint32_t project, uint64_t sequence,
                               struct error *error)
{
    TRY(flush_project(backend, project, error));
    if (store_watermark(backend->store, project) >= sequence) return STATUS_OK;
    return flush_project(backend, project, error);
}

static bool has_anything(const struct store_memtable_figures *fresh)
{
    return fresh->rows > 0 || fresh->dirty_profiles > 0 || fresh->first_sequence > 0;
}

static bool is_due(const struct backend *backend, const struct store_memtable_figures *fresh)
{
    return fresh->rows >= backend->options.memtable_rows_max ||
           fresh->bytes >= backend->options.memtable_bytes_max;
}

/* The project that keeps the oldest record in the log. */
static uint32_t find_oldest(struct backend *backend)
{
    uint32_t oldest = 0;
    uint64_t sequence = UINT64_MAX;
    for (uint32_t i = 0; i < store_project_count(backend->store); i++) {
        uint32_t project = store_project_at(backend->store, i);
        struct store_memtable_figures fresh;
        store_memtable_figures(backend->store, project, &fresh);
        if (fresh.first_sequence == 0 || fresh.first_sequence >= sequence) continue;
        sequence = fresh.first_sequence;
        oldest = project;
    }
    return oldest;
}

static enum status flush_due(struct backend *backend, enum backend_flush which, bool wal_is_long,
                             bool *flushed, struct error *error)
{
    uint32_t oldest = wal_is_long ? find_oldest(backend) : 0;
    for (uint32_t i = 0; i < store_project_count(backend->store); i++) {
        uint32_t project = store_project_at(backend->store, i);
        struct store_memtable_figures fresh;
        store_memtable_figures(backend->store, project, &fresh);
        bool wanted = which == BACKEND_FLUSH_ALL ? has_anything(&fresh)
                                                 : is_due(backend, &fresh) || project == oldest;
        if (!wanted) continue;
        TRY(flush_up_to(backend, project, fresh.last_sequence, error));
        *flushed = true;
    }
    return STATUS_OK;
}

/* Ingestion waits when a project's rows outgrow its limit several times over. */
static void note_lag(struct backend *backend)
{
    bool behind = false;
    for (uint32_t i = 0; i < store_project_count(backend->store); i++) {
        struct store_memtable_figures fresh;
        store_memtable_figures(backend->store, store_project_at(backend->store, i), &fresh);
        behind |= fresh.rows > backend->options.memtable_rows_max * BACKEND_BEHIND_FACTOR;
        behind |= fresh.bytes > backend->options.memtable_bytes_max * BACKEND_BEHIND_FACTOR;
    }
    if (atomic_exchange(&backend->behind, behind) != behind) {
        os_log(behind ? OS_LOG_WARNING : OS_LOG_INFO, "backend",
               behind ? "flushing is behind: ingestion answers 503" : "flushing caught up");
    }
}

enum status backend_flush(struct backend *backend, enum backend_flush which, bool wal_is_long,
                          bool *flushed, struct error *error)
{
    *flushed = false;
    os_mutex_lock(&backend->flushing);
    enum status status = flush_due(backend, which, wal_is_long, flushed, error);
    note_lag(backend);
    os_mutex_unlock(&backend->flushing);
    return status;
}

bool backend_is_behind(struct backend *backend)
{
    return atomic_load(&backend->behind);
}

/* --- figures --- */

void backend_figures(struct backend *backend, uint32_t project, struct backend_figures *out)
{
    struct store_figures rows;
    struct store_memtable_figures fresh;
    struct identity_figures people;
    store_figures(backend->store, project, &rows);
    store_memtable_figures(backend->store, project, &fresh);
    identity_figures(backend->identity, project, &people);
    *out = (struct backend_figures){
        .events = rows.rows + rows.memtable_rows,
        .memtable_rows = rows.memtable_rows,
        .memtable_bytes = fresh.bytes,
        .segments = rows.segments,
        .segment_bytes = rows.segment_bytes,
        .people = people.ids,
        .profiles = rows.profiles,
        .overflow_properties = rows.overflow_properties,
    };
}

void backend_figures_total(struct backend *backend, struct backend_figures *out)
{
    *out = (struct backend_figures){0};
    for (uint32_t i = 0; i < store_project_count(backend->store); i++) {
        struct backend_figures one;
        backend_figures(backend, store_project_at(backend->store, i), &one);
        out->events += one.events;
        out->memtable_rows += one.memtable_rows;
        out->memtable_bytes += one.memtable_bytes;
        out->segments += one.segments;
        out->segment_bytes += one.segment_bytes;
        out->people += one.people;
        out->profiles += one.profiles;
        out->overflow_properties += one.overflow_properties;
    }
}

enum status backend_verify(struct backend *backend, struct error *error)
{
    for (uint32_t i = 0; i < store_project_count(backend->store); i++) {
        uint32_t project = store_project_at(backend->store, i);
        TRY(store_verify(backend->store, project, error));
        TRY(identity_verify(backend->identity, project, error));
    }
    return STATUS_OK;
}
