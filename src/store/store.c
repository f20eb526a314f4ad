/* Opening, closing, appending and figures; flushing is in store_flush.c. */
#include "store/store.h"

#include "base/check.h"
#include "base/memory.h"
#include "os/os_clock.h"
#include "store/manifest_format.h"
#include "store/profile_file.h"
#include "store/store_internal.h"

#include <stdio.h>
#include <string.h>

static struct store_project *project_make(uint32_t id, uint64_t hash_seed)
{
    struct store_project *project = MEMORY_NEW(struct store_project);
    project->id = id;
    column_names_init(&project->names);
    os_mutex_init(&project->turn);
    os_rwlock_init(&project->lock);
    project->active = memtable_make(&project->names, hash_seed);
    project->view = memtable_view_make();
    project->profiles = profile_table_make();
    return project;
}

static void project_free(struct store_project *project)
{
    memtable_view_drop(project->view);
    memtable_drop(project->active);
    memtable_view_drop(project->frozen.view);
    memtable_drop(project->frozen.table);
    profile_dump_release(&project->frozen.profiles);
    for (uint32_t i = 0; i < project->segment_count; i++)
        segment_drop(project->segments[i]);
    memory_free(project->segments);
    profile_table_drop(project->profiles);
    os_rwlock_release(&project->lock);
    os_mutex_release(&project->turn);
    column_names_release(&project->names);
    memory_free(project);
}

/* The place of the id, or where it would go. Under the mutex. */
static uint32_t find_place(const struct store *store, uint32_t id)
{
    uint32_t first = 0;
    uint32_t end = store->project_count;
    while (first < end) {
        uint32_t middle = (first + end) / 2;
        if (store->projects[middle]->id < id) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    return first;
}

struct store_project *store_reach_project(struct store *store, uint32_t id)
{
    assert(id > 0);
    os_mutex_lock(&store->mutex);
    uint32_t place = find_place(store, id);
    if (place == store->project_count || store->projects[place]->id != id) {
        store->projects = memory_resize(store->projects, store->project_count + 1,
                                        sizeof(struct store_project *));
        memmove(store->projects + place + 1, store->projects + place,
                (store->project_count - place) * sizeof(struct store_project *));
        store->projects[place] = project_make(id, store->hash_seed);
        store->project_count++;
    }
    struct store_project *project = store->projects[place];
    os_mutex_unlock(&store->mutex);
    return project;
}

/* --- opening --- */

static const char *const suffixes[] = {
    [STORE_FILE_SEGMENT] = ".seg",
    [STORE_FILE_PROFILES] = ".prf",
};

static void file_name(char out[64], enum store_file_kind kind, uint32_t project, uint64_t id)
{
    (void)snprintf(out, 64, "p%u-%llu%s", project, (unsigned long long)id, suffixes[kind]);
}

enum status store_file_path(const struct store *store, enum store_file_kind kind, uint32_t project,
                            uint64_t id, char out[OS_PATH_SIZE], struct error *error)
{
    char name[64];
    file_name(name, kind, project, id);
    if (os_path_join(out, store->folder, name)) return STATUS_OK;
    return error_set(error, STATUS_INVALID, "could not open the store: its path is too long");
}

static enum status load_segment(struct store *store, struct store_project *project,
                                const struct manifest_file *file, struct error *error)
{
    char path[OS_PATH_SIZE];
    struct segment_identity identity = {file->id, project->id};
    TRY(store_file_path(store, STORE_FILE_SEGMENT, project->id, file->id, path, error));
    struct segment *segment;
    TRY(segment_open(path, identity, &segment, error));
    project->segments[project->segment_count++] = segment;
    if (segment->file_bytes != file->bytes || segment->row_count != file->rows) {
        return segment_refuse(path, "the manifest tells of another size", error);
    }
    for (uint32_t i = ROW_COLUMN_INSERT_ID + 1; i < segment->column_count; i++) {
        if (text_equal(segment->columns[i].name, TEXT(ROW_OVERFLOW_COLUMN))) continue;
        column_names_add(&project->names, segment->columns[i].name);
    }
    return STATUS_OK;
}

static enum status load_project(struct store *store, const struct manifest_project *from,
                                struct error *error)
{
    struct store_project *project = store_reach_project(store, from->project);
    project->watermark = from->watermark;
    project->segments = MEMORY_ARRAY(struct segment *, from->segments.count);
    for (uint32_t i = 0; i < from->segments.count; i++) {
        TRY(load_segment(store, project, &from->segments.files[i], error));
    }
    for (uint32_t i = 0; i < from->profiles.count; i++) {
        char path[OS_PATH_SIZE];
        const struct manifest_file *file = &from->profiles.files[i];
        struct profile_file_identity identity = {file->id, project->id};
        TRY(store_file_path(store, STORE_FILE_PROFILES, project->id, file->id, path, error));
        TRY(profile_file_read(path, identity, project->profiles, error));
        project->profile_bytes += file->bytes;
    }
    return STATUS_OK;
}

static bool names_file(const struct manifest_project *project, const char *name)
{
    char known[64];
    for (uint32_t i = 0; i < project->segments.count; i++) {
        file_name(known, STORE_FILE_SEGMENT, project->project, project->segments.files[i].id);
        if (strcmp(known, name) == 0) return true;
    }
    for (uint32_t i = 0; i < project->profiles.count; i++) {
        file_name(known, STORE_FILE_PROFILES, project->project, project->profiles.files[i].id);
        if (strcmp(known, name) == 0) return true;
    }
    return false;
}

static bool is_data_file(struct text name)
{
    return text_ends_with(name, TEXT(".seg")) || text_ends_with(name, TEXT(".prf"));
}

static bool is_leftover(const struct store *store, const char *name)
{
    struct text text = text_from(name);
    if (text_ends_with(text, TEXT(".tmp"))) return true;
    if (!is_data_file(text)) return false;
    for (uint32_t i = 0; i < manifest_project_count(store->manifest); i++) {
        if (names_file(manifest_project_at(store->manifest, i), name)) return false;
    }
    return true;
}

static enum status remove_leftovers(const struct store *store, char **names, size_t count,
                                    struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        char path[OS_PATH_SIZE];
        if (!is_leftover(store, names[i]) || !os_path_join(path, store->folder, names[i])) continue;
        TRY(os_remove(path, error));
    }
    return STATUS_OK;
}

/* Without its manifest a store's files are all leftovers: better to refuse than to remove them. */
static enum status check_manifest_there(const struct store *store, char **names, size_t count,
                                        struct error *error)
{
    char path[OS_PATH_SIZE];
    if (os_path_join(path, store->folder, MANIFEST_NAME) && os_exists(path)) return STATUS_OK;
    for (size_t i = 0; i < count; i++) {
        if (!is_data_file(text_from(names[i]))) continue;
        return error_set(error, STATUS_CORRUPT,
                         "could not open the store: \"%s\" is there and the manifest is not",
                         names[i]);
    }
    return STATUS_OK;
}

static enum status load(struct store *store, char **names, size_t count, struct error *error)
{
    TRY(check_manifest_there(store, names, count, error));
    TRY(manifest_open(store->folder, &store->manifest, error));
    store->next_id = manifest_id_end(store->manifest);
    for (uint32_t i = 0; i < manifest_project_count(store->manifest); i++) {
        TRY(load_project(store, manifest_project_at(store->manifest, i), error));
    }
    return remove_leftovers(store, names, count, error);
}

static enum status open_folder(struct store *store, struct error *error)
{
    char **names;
    size_t count;
    TRY(os_folder_make(store->folder, error));
    TRY(os_folder_list(store->folder, &names, &count, error));
    enum status status = load(store, names, count, error);
    os_folder_list_free(names, count);
    return status;
}

enum status store_open(const struct store_options *options, struct store **out, struct error *error)
{
    struct store *store = MEMORY_NEW(struct store);
    store->flush_threads = options->flush_threads;
    os_mutex_init(&store->mutex);
    os_mutex_init(&store->manifest_mutex);
    os_random_bytes(&store->hash_seed, sizeof store->hash_seed);
    enum status status = STATUS_OK;
    if (text_to_string(text_from(options->folder), store->folder, sizeof store->folder)) {
        status = open_folder(store, error);
    } else {
        status = error_set(error, STATUS_INVALID, "could not open the store: its path is too long");
    }
    if (status != STATUS_OK) {
        store_close(store);
        return status;
    }
    *out = store;
    return STATUS_OK;
}

void store_close(struct store *store)
{
    if (!store) return;
    for (uint32_t i = 0; i < store->project_count; i++)
        project_free(store->projects[i]);
    memory_free(store->projects);
    manifest_close(store->manifest);
    os_mutex_release(&store->manifest_mutex);
    os_mutex_release(&store->mutex);
    memory_free(store);
}

static struct store_project *find_project(const struct store *store, uint32_t id)
{
    struct os_mutex *mutex = (struct os_mutex *)(uintptr_t)&store->mutex;
    os_mutex_lock(mutex);
    uint32_t place = find_place(store, id);
    bool is_there = place < store->project_count && store->projects[place]->id == id;
    struct store_project *project = is_there ? store->projects[place] : NULL;
    os_mutex_unlock(mutex);
    return project;
}

uint32_t store_project_count(const struct store *store)
{
    struct os_mutex *mutex = (struct os_mutex *)(uintptr_t)&store->mutex;
    os_mutex_lock(mutex);
    uint32_t count = store->project_count;
    os_mutex_unlock(mutex);
    return count;
}

uint32_t store_project_at(const struct store *store, uint32_t index)
{
    struct os_mutex *mutex = (struct os_mutex *)(uintptr_t)&store->mutex;
    os_mutex_lock(mutex);
    assert(index < store->project_count);
    uint32_t id = store->projects[index]->id;
    os_mutex_unlock(mutex);
    return id;
}

uint64_t store_watermark(const struct store *store, uint32_t project)
{
    struct store_project *found = find_project(store, project);
    if (!found) return 0;
    os_rwlock_read(&found->lock);
    uint64_t watermark = found->watermark;
    os_rwlock_unlock(&found->lock);
    return watermark;
}

/* --- appending --- */

bool store_append_begin(struct store *store, uint32_t project, uint64_t sequence,
                        int64_t received_ms, struct store_appender *appender)
{
    assert(sequence > 0);
    assert(sequence >> 48 == 0); /* an arrival has 48 bits for it */
    struct store_project *to = store_reach_project(store, project);
    os_rwlock_read(&to->lock);
    if (sequence <= to->watermark) {
        os_rwlock_unlock(&to->lock);
        return false;
    }
    os_rwlock_write(&to->active->lock);
    memtable_begin_batch(to->active, sequence);
    *appender = (struct store_appender){
        .store = store,
        .table = to,
        .sequence = sequence,
        .received_ms = received_ms,
    };
    return true;
}

void store_append_rows(struct store_appender *appender, const struct store_row *rows,
                       uint32_t count)
{
    struct store_project *project = appender->table;
    for (uint32_t i = 0; i < count; i++) {
        assert(rows[i].index <= UINT16_MAX);
        struct memtable_row row = {
            .event = &rows[i].event,
            .person = rows[i].person,
            .arrival = appender->sequence << 16 | rows[i].index,
            .received_ms = appender->received_ms,
        };
        memtable_append(project->active, &row);
    }
    memtable_settle(project->active);
}

void store_append_end(struct store_appender *appender)
{
    struct store_project *project = appender->table;
    os_rwlock_unlock(&project->active->lock);
    os_rwlock_unlock(&project->lock);
}

void store_append_fail(struct store_appender *appender)
{
    struct store_project *project = appender->table;
    atomic_store(&project->is_half, true);
    store_append_end(appender);
}

bool store_profiles_begin(struct store *store, uint32_t project, uint64_t sequence,
                          struct store_profile_scope *scope)
{
    assert(sequence > 0);
    struct store_project *to = store_reach_project(store, project);
    os_rwlock_read(&to->lock);
    if (sequence <= to->watermark) {
        os_rwlock_unlock(&to->lock);
        return false;
    }
    profile_table_begin(to->profiles, sequence);
    *scope = (struct store_profile_scope){.store = store, .table = to, .sequence = sequence};
    return true;
}

enum status store_profiles_change(struct store_profile_scope *scope,
                                  const struct profile_change *change, struct error *error)
{
    struct store_project *project = scope->table;
    return profile_table_change(project->profiles, change, error);
}

void store_profiles_end(struct store_profile_scope *scope)
{
    struct store_project *project = scope->table;
    profile_table_end(project->profiles);
    os_rwlock_unlock(&project->lock);
}

void store_profiles_fail(struct store_profile_scope *scope)
{
    struct store_project *project = scope->table;
    atomic_store(&project->is_half, true);
    store_profiles_end(scope);
}

/* --- figures --- */

static uint64_t oldest(uint64_t a, uint64_t b)
{
    if (a == 0 || b == 0) return a + b;
    return a < b ? a : b;
}

void store_memtable_figures(struct store *store, uint32_t project,
                            struct store_memtable_figures *out)
{
    *out = (struct store_memtable_figures){0};
    struct store_project *of = find_project(store, project);
    if (!of) return;
    os_rwlock_read(&of->lock);
    struct profile_counts profiles = profile_table_counts(of->profiles);
    os_rwlock_read(&of->active->lock);
    const struct memtable *active = of->active;
    out->rows = active->row_count;
    out->bytes = memtable_bytes(active);
    out->unpublished_rows = active->row_count - of->view->row_count;
    out->first_sequence = oldest(active->first_sequence, profiles.first_sequence);
    out->last_sequence = active->last_sequence;
    os_rwlock_unlock(&of->active->lock);
    if (profiles.last_sequence > out->last_sequence) out->last_sequence = profiles.last_sequence;
    out->dirty_profiles = profiles.dirty;
    const struct store_frozen *frozen = &of->frozen;
    if (frozen->table) {
        out->rows += frozen->table->row_count;
        out->bytes += memtable_bytes(frozen->table);
        out->unpublished_rows += frozen->table->row_count - frozen->view->row_count;
        out->dirty_profiles += frozen->profiles.profile_count;
        out->first_sequence = oldest(out->first_sequence, frozen->first_sequence);
        if (frozen->watermark > out->last_sequence) out->last_sequence = frozen->watermark;
    }
    os_rwlock_unlock(&of->lock);
}

void store_figures(struct store *store, uint32_t project, struct store_figures *out)
{
    *out = (struct store_figures){0};
    struct store_project *of = find_project(store, project);
    if (!of) return;
    os_rwlock_read(&of->lock);
    for (uint32_t i = 0; i < of->segment_count; i++) {
        const struct segment *segment = of->segments[i];
        out->rows += segment->row_count;
        out->segment_bytes += segment->file_bytes;
        out->overflow_properties += segment->overflow_count;
        if (segment->person_end > out->person_end) out->person_end = segment->person_end;
    }
    out->segments = of->segment_count;
    os_rwlock_read(&of->active->lock);
    out->memtable_rows = of->active->row_count;
    out->overflow_properties += of->active->overflow_count;
    os_rwlock_unlock(&of->active->lock);
    if (of->frozen.table) {
        out->memtable_rows += of->frozen.table->row_count;
        out->overflow_properties += of->frozen.table->overflow_count;
    }
    out->profiles = profile_table_counts(of->profiles).existing;
    out->profile_bytes = of->profile_bytes;
    out->columns = column_names_count(&of->names);
    os_rwlock_unlock(&of->lock);
}

void store_take_pieces(struct store_project *project, struct store_pieces *out)
{
    os_rwlock_read(&project->lock);
    *out = (struct store_pieces){
        .views = {NULL, memtable_view_hold(project->view)},
        .segments = MEMORY_ARRAY(struct segment *, project->segment_count),
        .segment_count = project->segment_count,
        .profiles = profile_table_hold(project->profiles),
    };
    if (project->frozen.view) out->views[0] = memtable_view_hold(project->frozen.view);
    for (uint32_t i = 0; i < project->segment_count; i++) {
        out->segments[i] = segment_hold(project->segments[i]);
    }
    os_rwlock_unlock(&project->lock);
}
