/* Publishing, freezing, flushing, verifying.
 *
 * A flush writes files while appends and questions go on: it holds no lock but for the moments in
 * which a pointer is swapped. Its order is: segment file, profile file, one manifest record, swap.
 * Whatever fails before the record leaves files that nothing names, and they are removed; after a
 * failed record they stay, because the record may be in the file all the same. */
#include "store/store.h"

#include "base/check.h"
#include "base/memory.h"
#include "os/os_log.h"
#include "store/profile_file.h"
#include "store/profile_format.h"
#include "store/store_internal.h"

/* --- publishing --- */

static void swap_view(struct store_project *project, struct memtable_view **place,
                      struct memtable_view *view)
{
    os_rwlock_write(&project->lock);
    struct memtable_view *before = *place;
    *place = view;
    os_rwlock_unlock(&project->lock);
    memtable_view_drop(before);
}

/* Under the turn, so the pointers stay. */
static bool extend_view(struct store_project *project, struct memtable *table,
                        struct memtable_view **place, struct store_clusters clusters)
{
    struct memtable_view *view = memtable_view_extend(*place, table, clusters);
    if (!view) return false;
    swap_view(project, place, view);
    return true;
}

bool store_publish(struct store *store, uint32_t project, struct store_clusters clusters)
{
    struct store_project *of = store_reach_project(store, project);
    os_mutex_lock(&of->turn);
    bool had_new = false;
    if (!atomic_load(&of->is_half)) had_new = extend_view(of, of->active, &of->view, clusters);
    if (of->frozen.table) {
        had_new |= extend_view(of, of->frozen.table, &of->frozen.view, clusters);
    }
    os_mutex_unlock(&of->turn);
    return had_new;
}

/* --- freezing --- */

static void freeze(struct store *store, struct store_project *project)
{
    struct profile_counts counts = profile_table_counts(project->profiles);
    struct store_frozen *frozen = &project->frozen;
    uint64_t last = project->watermark;
    if (project->active->last_sequence > last) last = project->active->last_sequence;
    if (counts.last_sequence > last) last = counts.last_sequence;
    *frozen = (struct store_frozen){
        .table = project->active,
        .view = project->view,
        .watermark = last,
        .first_sequence = project->active->first_sequence,
    };
    bool profiles_are_older =
        frozen->first_sequence == 0 ||
        (counts.first_sequence > 0 && counts.first_sequence < frozen->first_sequence);
    if (profiles_are_older) frozen->first_sequence = counts.first_sequence;
    profile_table_dump(project->profiles, PROFILE_DUMP_DIRTY, &frozen->profiles);
    project->active = memtable_make(&project->names, store->hash_seed);
    project->view = memtable_view_make();
}

void store_freeze(struct store *store, uint32_t project)
{
    struct store_project *of = store_reach_project(store, project);
    os_mutex_lock(&of->turn);
    os_rwlock_write(&of->lock); /* no record is half appended now */
    if (!of->frozen.table && !atomic_load(&of->is_half)) freeze(store, of);
    os_rwlock_unlock(&of->lock);
    os_mutex_unlock(&of->turn);
}

/* --- flushing --- */

/* The files of one flush under way. */
struct flush {
    struct store *store;
    struct store_project *project;
    struct store_frozen *frozen; /* nobody else changes it until the swap */
    char segment_path[OS_PATH_SIZE];
    char profile_path[OS_PATH_SIZE]; /* "" while there is no such file */
    struct segment *segment;
    struct manifest_file segment_file;
    struct manifest_file profile_file;
    bool is_committed; /* or may be */
};

static uint64_t take_id(struct store *store)
{
    os_mutex_lock(&store->manifest_mutex);
    uint64_t id = store->next_id++;
    os_mutex_unlock(&store->manifest_mutex);
    return id;
}

/* The whole frozen memtable in the order of now, so that most merges are settled. */
static const struct memtable_part *sort_frozen(struct flush *flush, struct store_clusters clusters)
{
    struct memtable *table = flush->frozen->table;
    struct memtable_part *part = memtable_part_sort(table, 0, table->row_count, clusters);
    os_mutex_lock(&flush->project->turn);
    swap_view(flush->project, &flush->frozen->view, memtable_view_of(part));
    os_mutex_unlock(&flush->project->turn);
    return part;
}

static enum status write_segment(struct flush *flush, struct store_clusters clusters,
                                 struct error *error)
{
    if (flush->frozen->table->row_count == 0) return STATUS_OK;
    const struct memtable_part *part = sort_frozen(flush, clusters);
    struct segment_identity identity = {take_id(flush->store), flush->project->id};
    TRY(store_file_path(flush->store, STORE_FILE_SEGMENT, identity.project, identity.id,
                        flush->segment_path, error));
    TRY(segment_write(part, identity, flush->store->flush_threads, flush->segment_path, error));
    TRY(segment_open(flush->segment_path, identity, &flush->segment, error));
    flush->segment_file = (struct manifest_file){
        .id = identity.id,
        .bytes = flush->segment->file_bytes,
        .rows = flush->segment->row_count,
    };
    return STATUS_OK;
}

static enum status write_profiles(struct flush *flush, struct error *error)
{
    if (flush->frozen->profiles.profile_count == 0) return STATUS_OK;
    struct profile_file_identity identity = {take_id(flush->store), flush->project->id};
    TRY(store_file_path(flush->store, STORE_FILE_PROFILES, identity.project, identity.id,
                        flush->profile_path, error));
    flush->profile_file.id = identity.id;
    return profile_file_write(&flush->frozen->profiles, identity, flush->profile_path,
                              &flush->profile_file.bytes, error);
}

static enum status commit(struct flush *flush, struct error *error)
{
    struct manifest_change change = {
        .project = flush->project->id,
        .watermark = flush->frozen->watermark,
        .segment = flush->segment ? &flush->segment_file : NULL,
        .profile = flush->profile_file.bytes > 0 ? &flush->profile_file : NULL,
    };
    bool is_news = change.segment || change.profile || change.watermark > flush->project->watermark;
    if (!is_news) return STATUS_OK;
    flush->is_committed = true;
    os_mutex_lock(&flush->store->manifest_mutex);
    enum status status = manifest_commit(flush->store->manifest, &change, error);
    os_mutex_unlock(&flush->store->manifest_mutex);
    return status;
}

/* Under one lock the segment comes and the frozen memtable goes: a snapshot sees one of them. */
static void swap_in(struct flush *flush)
{
    struct store_project *project = flush->project;
    os_mutex_lock(&project->turn);
    os_rwlock_write(&project->lock);
    struct store_frozen done = project->frozen;
    project->frozen = (struct store_frozen){0};
    if (flush->segment) {
        project->segments =
            memory_resize(project->segments, project->segment_count + 1, sizeof(struct segment *));
        project->segments[project->segment_count++] = flush->segment;
        flush->segment = NULL;
    }
    project->profile_bytes += flush->profile_file.bytes;
    project->watermark = done.watermark;
    os_rwlock_unlock(&project->lock);
    os_mutex_unlock(&project->turn);
    memtable_view_drop(done.view);
    memtable_drop(done.table);
    profile_dump_release(&done.profiles);
}

static enum status run_flush(struct flush *flush, struct store_clusters clusters,
                             struct error *error)
{
    TRY(write_segment(flush, clusters, error));
    TRY(write_profiles(flush, error));
    TRY(commit(flush, error));
    swap_in(flush);
    return STATUS_OK;
}

static void abandon(struct flush *flush)
{
    struct error ignored; /* the next open removes what stays */
    if (flush->segment) segment_drop(flush->segment);
    if (flush->is_committed) return;
    if (flush->segment_path[0]) (void)!os_remove(flush->segment_path, &ignored);
    if (flush->profile_path[0]) (void)!os_remove(flush->profile_path, &ignored);
}

/* --- rewriting profile files --- */

static const struct manifest_project *manifest_of(const struct store *store, uint32_t project)
{
    for (uint32_t i = 0; i < manifest_project_count(store->manifest); i++) {
        const struct manifest_project *found = manifest_project_at(store->manifest, i);
        if (found->project == project) return found;
    }
    return NULL;
}

/* The files as they are, and not the table: that is ahead of the watermark. */
static enum status read_files(const struct store *store, const struct manifest_project *from,
                              struct profile_table *table, struct error *error)
{
    for (uint32_t i = 0; i < from->profiles.count; i++) {
        char path[OS_PATH_SIZE];
        struct profile_file_identity identity = {from->profiles.files[i].id, from->project};
        TRY(store_file_path(store, STORE_FILE_PROFILES, identity.project, identity.id, path,
                            error));
        TRY(profile_file_read(path, identity, table, error));
    }
    return STATUS_OK;
}

struct rewriting {
    uint64_t removed[PROFILE_FILES_MAX * 2];
    uint32_t removed_count;
    struct manifest_file file; /* the new one; no bytes: there are no profiles left */
};

static enum status write_rewritten(struct store *store, const struct manifest_project *from,
                                   const struct profile_dump *dump, struct rewriting *rewriting,
                                   struct error *error)
{
    char path[OS_PATH_SIZE];
    struct profile_file_identity identity = {store->next_id++, from->project};
    if (dump->profile_count > 0) {
        TRY(store_file_path(store, STORE_FILE_PROFILES, identity.project, identity.id, path,
                            error));
        rewriting->file.id = identity.id;
        TRY(profile_file_write(dump, identity, path, &rewriting->file.bytes, error));
    }
    for (uint32_t i = 0; i < from->profiles.count; i++) {
        assert(i < PROFILE_FILES_MAX * 2);
        rewriting->removed[rewriting->removed_count++] = from->profiles.files[i].id;
    }
    struct manifest_change change = {
        .project = from->project,
        .watermark = from->watermark,
        .profile = rewriting->file.bytes > 0 ? &rewriting->file : NULL,
        .removed = rewriting->removed,
        .removed_count = rewriting->removed_count,
    };
    return manifest_commit(store->manifest, &change, error);
}

/* Under the manifest's mutex: nobody else reads or changes the list of files meanwhile. */
static enum status rewrite(struct store *store, const struct manifest_project *from,
                           struct rewriting *rewriting, struct error *error)
{
    struct profile_table *table = profile_table_make();
    enum status status = read_files(store, from, table, error);
    if (status == STATUS_OK) {
        struct profile_dump dump;
        profile_table_dump(table, PROFILE_DUMP_ALL, &dump);
        status = write_rewritten(store, from, &dump, rewriting, error);
        profile_dump_release(&dump);
    }
    profile_table_drop(table);
    return status;
}

static void finish_rewriting(struct store *store, struct store_project *project,
                             const struct rewriting *rewriting)
{
    for (uint32_t i = 0; i < rewriting->removed_count; i++) {
        char path[OS_PATH_SIZE];
        struct error ignored; /* the next open removes it */
        uint64_t id = rewriting->removed[i];
        if (store_file_path(store, STORE_FILE_PROFILES, project->id, id, path, &ignored) ==
            STATUS_OK) {
            (void)!os_remove(path, &ignored);
        }
    }
    os_rwlock_write(&project->lock);
    project->profile_bytes = rewriting->file.bytes;
    os_rwlock_unlock(&project->lock);
}

/* The flush is done whatever happens here; a failure is told and tried again at the next one. */
static void rewrite_if_many(struct store *store, struct store_project *project)
{
    struct error error;
    struct rewriting rewriting = {0};
    os_mutex_lock(&store->manifest_mutex);
    const struct manifest_project *from = manifest_of(store, project->id);
    bool is_due = from && from->profiles.count > PROFILE_FILES_MAX &&
                  from->profiles.count <= PROFILE_FILES_MAX * 2;
    enum status status = is_due ? rewrite(store, from, &rewriting, &error) : STATUS_OK;
    os_mutex_unlock(&store->manifest_mutex);
    if (status != STATUS_OK) {
        os_log_error(OS_LOG_WARNING, "store", "could not rewrite profile files", &error);
    } else if (is_due) {
        finish_rewriting(store, project, &rewriting);
    }
}

enum status store_flush(struct store *store, uint32_t project, struct store_clusters clusters,
                        struct error *error)
{
    store_freeze(store, project);
    struct store_project *of = store_reach_project(store, project);
    struct flush flush = {.store = store, .project = of, .frozen = &of->frozen};
    if (!of->frozen.table) {
        return error_set(error, STATUS_IO,
                         "could not write project %u: a record of it was taken by half; a restart "
                         "takes it from the log again",
                         project);
    }
    enum status status = run_flush(&flush, clusters, error);
    if (status != STATUS_OK) {
        abandon(&flush);
        return status;
    }
    rewrite_if_many(store, of);
    return STATUS_OK;
}

/* --- verifying --- */

static enum status verify_segments(const struct store_pieces *pieces, struct error *error)
{
    for (uint32_t i = 0; i < pieces->segment_count; i++) {
        TRY(segment_verify(pieces->segments[i], error));
    }
    return STATUS_OK;
}

static enum status verify_profiles(struct store *store, uint32_t project, struct error *error)
{
    struct profile_table *table = profile_table_make();
    enum status status = STATUS_OK;
    os_mutex_lock(&store->manifest_mutex);
    const struct manifest_project *from = manifest_of(store, project);
    if (from) status = read_files(store, from, table, error);
    os_mutex_unlock(&store->manifest_mutex);
    profile_table_drop(table);
    return status;
}

enum status store_verify(struct store *store, uint32_t project, struct error *error)
{
    struct store_project *of = store_reach_project(store, project);
    struct store_pieces pieces;
    store_take_pieces(of, &pieces);
    enum status status = verify_segments(&pieces, error);
    for (uint32_t i = 0; i < pieces.segment_count; i++)
        segment_drop(pieces.segments[i]);
    memory_free(pieces.segments);
    memtable_view_drop(pieces.views[0]);
    memtable_view_drop(pieces.views[1]);
    profile_table_drop(pieces.profiles);
    if (status != STATUS_OK) return status;
    return verify_profiles(store, project, error);
}
