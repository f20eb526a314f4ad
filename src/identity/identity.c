#include "identity/identity.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/memory.h"
#include "identity/identity_file.h"
#include "identity/identity_format.h"
#include "identity/identity_people.h"
#include "os/os_file.h"
#include "os/os_thread.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* A copy of the ties at one moment. */
struct identity_view {
    atomic_uint references;
    uint32_t count;
    uint32_t tie_count;
    uint32_t *canonical;
    uint64_t *merged;
};

struct identity_project {
    uint32_t id;
    struct people people;
    struct identity_view *view; /* the newest, with a reference of ours; NULL before the first */
    struct os_mutex flushing;   /* guards file and the flushed counts; taken before the lock */
    struct identity_file file;
    uint32_t flushed_ids;
    uint32_t flushed_ties;
    atomic_uint_fast64_t file_bytes; /* for figures, without waiting for a flush */
};

struct identity {
    char folder[OS_PATH_SIZE];
    struct os_mutex mutex; /* guards the list, people and views; flushing is taken before it */
    struct identity_project **projects;
    uint32_t count;
};

/* --- projects --- */

static struct identity_project *find_project(const struct identity *identity, uint32_t id)
{
    for (uint32_t i = 0; i < identity->count; i++) {
        if (identity->projects[i]->id == id) return identity->projects[i];
    }
    return NULL;
}

static struct identity_project *add_project(struct identity *identity, uint32_t id)
{
    struct identity_project *project = MEMORY_NEW(struct identity_project);
    char name[32];
    char path[OS_PATH_SIZE];
    (void)snprintf(name, sizeof name, "p%u.ids", id);
    bool fits = os_path_join(path, identity->folder, name);
    assert(fits); /* identity_open checked the folder's length */
    project->id = id;
    people_init(&project->people);
    os_mutex_init(&project->flushing);
    identity_file_init(&project->file, path, id);
    identity->projects =
        memory_resize(identity->projects, identity->count + 1, sizeof(struct identity_project *));
    identity->projects[identity->count++] = project;
    return project;
}

static struct identity_project *get_project(struct identity *identity, uint32_t id)
{
    struct identity_project *project = find_project(identity, id);
    return project ? project : add_project(identity, id);
}

static void release_project(struct identity_project *project)
{
    if (project->view) identity_view_release(project->view);
    identity_file_release(&project->file);
    os_mutex_release(&project->flushing);
    people_release(&project->people);
    memory_free(project);
}

/* --- opening --- */

/* The project of a file called p<number>.ids; 0 when it is called otherwise. */
static uint32_t project_of_name(struct text name)
{
    uint64_t id;
    if (!text_starts_with(name, TEXT("p")) || !text_ends_with(name, TEXT(".ids"))) return 0;
    if (name.size < 6 || !text_to_u64(text_slice(name, 1, name.size - 5), &id)) return 0;
    return id < UINT32_MAX ? (uint32_t)id : 0;
}

static enum status load_project(struct identity *identity, uint32_t id, struct error *error)
{
    struct identity_project *project = add_project(identity, id);
    TRY(identity_file_load(&project->file, &project->people, error));
    project->flushed_ids = project->people.ids.count;
    project->flushed_ties = project->people.tie_count;
    atomic_store(&project->file_bytes, project->file.end);
    return STATUS_OK;
}

static enum status load_all(struct identity *identity, struct error *error)
{
    char **names;
    size_t count;
    TRY(os_folder_make(identity->folder, error));
    TRY(os_folder_list(identity->folder, &names, &count, error));
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        uint32_t id = project_of_name(text_from(names[i]));
        if (id > 0) status = load_project(identity, id, error);
    }
    os_folder_list_free(names, count);
    return status;
}

enum status identity_open(const char *folder, struct identity **out, struct error *error)
{
    char probe[OS_PATH_SIZE];
    if (!os_path_join(probe, folder, "p4294967295.ids")) {
        return error_set(error, STATUS_TOO_LARGE, "could not open identity: the path is too long");
    }
    struct identity *identity = MEMORY_NEW(struct identity);
    (void)snprintf(identity->folder, sizeof identity->folder, "%s", folder);
    os_mutex_init(&identity->mutex);
    enum status status = load_all(identity, error);
    if (status != STATUS_OK) {
        identity_close(identity);
        return status;
    }
    *out = identity;
    return STATUS_OK;
}

void identity_close(struct identity *identity)
{
    for (uint32_t i = 0; i < identity->count; i++)
        release_project(identity->projects[i]);
    memory_free(identity->projects);
    os_mutex_release(&identity->mutex);
    memory_free(identity);
}

/* --- numbers and ties --- */

enum status identity_sight(struct identity *identity, uint32_t project,
                           struct identity_sighting *sightings, uint32_t count, struct error *error)
{
    os_mutex_lock(&identity->mutex);
    struct people *people = &get_project(identity, project)->people;
    bool is_full = people->ids.count >= INT32_MAX - 1 - 2 * count;
    if (!is_full) people_sight(people, sightings, count);
    os_mutex_unlock(&identity->mutex);
    if (!is_full) return STATUS_OK;
    return error_set(error, STATUS_TOO_LARGE, "could not add a distinct_id: project %u has 2^31",
                     project);
}

uint32_t identity_canonical(struct identity *identity, uint32_t project, uint32_t number)
{
    os_mutex_lock(&identity->mutex);
    const struct people *people = &get_project(identity, project)->people;
    assert(number < people->ids.count);
    uint32_t canonical = people->canonical[number];
    os_mutex_unlock(&identity->mutex);
    return canonical;
}

uint32_t identity_find(struct identity *identity, uint32_t project, struct text distinct_id)
{
    os_mutex_lock(&identity->mutex);
    const struct identity_project *found = find_project(identity, project);
    uint32_t number = found ? text_index_find(&found->people.ids, distinct_id) : TEXT_INDEX_NONE;
    os_mutex_unlock(&identity->mutex);
    _Static_assert((uint32_t)TEXT_INDEX_NONE == (uint32_t)IDENTITY_NONE, "one word for none");
    return number;
}

struct text identity_text(struct identity *identity, uint32_t project, uint32_t number,
                          struct arena *arena)
{
    os_mutex_lock(&identity->mutex);
    const struct identity_project *found = find_project(identity, project);
    assert(found);
    struct text text = arena_text(arena, text_index_get(&found->people.ids, number));
    os_mutex_unlock(&identity->mutex);
    return text;
}

/* --- flushing --- */

struct pending {
    uint32_t id_end;
    uint32_t tie_end;
    struct buffer entries;
};

/* What the file does not have, as far as it fits into a chunk. */
static void gather_pending(struct identity *identity, struct identity_project *project,
                           struct pending *pending)
{
    os_mutex_lock(&identity->mutex);
    const struct people *people = &project->people;
    pending->id_end = project->flushed_ids;
    pending->tie_end = project->flushed_ties;
    while (pending->id_end < people->ids.count &&
           pending->entries.size < IDENTITY_CHUNK_SIZE_MAX / 2) {
        identity_entry_id(&pending->entries, text_index_get(&people->ids, pending->id_end++));
    }
    bool has_all_ids = pending->id_end == people->ids.count;
    while (has_all_ids && pending->tie_end < people->tie_count &&
           pending->entries.size < IDENTITY_CHUNK_SIZE_MAX / 2) {
        uint32_t device = people->tied[pending->tie_end++];
        identity_entry_tie(&pending->entries, device, people->canonical[device]);
    }
    os_mutex_unlock(&identity->mutex);
}

static enum status flush_chunk(struct identity *identity, struct identity_project *project,
                               bool *done, struct error *error)
{
    struct pending pending;
    buffer_init(&pending.entries, IDENTITY_CHUNK_SIZE_MAX);
    gather_pending(identity, project, &pending);
    enum status status = STATUS_OK;
    *done = pending.entries.size == 0;
    if (!*done) {
        status = identity_file_append(&project->file, buffer_text(&pending.entries), error);
    }
    if (status == STATUS_OK) {
        project->flushed_ids = pending.id_end;
        project->flushed_ties = pending.tie_end;
        atomic_store(&project->file_bytes, project->file.end);
    }
    buffer_release(&pending.entries);
    return status;
}

enum status identity_flush(struct identity *identity, uint32_t project, struct error *error)
{
    os_mutex_lock(&identity->mutex);
    struct identity_project *found = get_project(identity, project);
    os_mutex_unlock(&identity->mutex);

    os_mutex_lock(&found->flushing);
    enum status status = STATUS_OK;
    for (bool done = false; !done && status == STATUS_OK;) {
        status = flush_chunk(identity, found, &done, error);
    }
    os_mutex_unlock(&found->flushing);
    return status;
}

/* --- views --- */

static struct identity_view *make_view(const struct people *people)
{
    struct identity_view *view = MEMORY_NEW(struct identity_view);
    uint32_t words = (people->ids.count + 63) / 64;
    atomic_init(&view->references, 1);
    view->count = people->ids.count;
    view->tie_count = people->tie_count;
    view->canonical = MEMORY_ARRAY(uint32_t, view->count);
    view->merged = MEMORY_ARRAY(uint64_t, words);
    if (view->count > 0) {
        memcpy(view->canonical, people->canonical, view->count * sizeof(uint32_t));
        memcpy(view->merged, people->merged, words * sizeof(uint64_t));
    }
    return view;
}

struct identity_view *identity_view(struct identity *identity, uint32_t project)
{
    os_mutex_lock(&identity->mutex);
    struct identity_project *found = get_project(identity, project);
    const struct people *people = &found->people;
    bool is_current = found->view && found->view->count == people->ids.count &&
                      found->view->tie_count == people->tie_count;
    if (!is_current) {
        if (found->view) identity_view_release(found->view);
        found->view = make_view(people);
    }
    struct identity_view *view = found->view;
    atomic_fetch_add(&view->references, 1);
    os_mutex_unlock(&identity->mutex);
    return view;
}

void identity_view_release(struct identity_view *view)
{
    if (atomic_fetch_sub(&view->references, 1) > 1) return;
    memory_free(view->canonical);
    memory_free(view->merged);
    memory_free(view);
}

uint32_t identity_view_count(const struct identity_view *view)
{
    return view->count;
}

const uint32_t *identity_view_canonical(const struct identity_view *view)
{
    return view->canonical;
}

bool identity_view_is_merged(const struct identity_view *view, uint32_t number)
{
    assert(number < view->count);
    return view->merged[number / 64] >> (number % 64) & 1;
}

/* --- figures and checks --- */

void identity_figures(struct identity *identity, uint32_t project, struct identity_figures *out)
{
    *out = (struct identity_figures){0};
    os_mutex_lock(&identity->mutex);
    const struct identity_project *found = find_project(identity, project);
    if (found) {
        const struct people *people = &found->people;
        out->ids = people->ids.count;
        out->ties = people->tie_count;
        out->memory_bytes = people->ids.bytes_total + (uint64_t)people->capacity * 5 +
                            (uint64_t)people->tie_capacity * sizeof(uint32_t);
        out->file_bytes = atomic_load(&found->file_bytes);
    }
    os_mutex_unlock(&identity->mutex);
}

static enum status verify_file(struct identity_project *project, struct error *error)
{
    struct identity_file file;
    struct people people;
    identity_file_init(&file, project->file.path, project->id);
    people_init(&people);
    enum status status = identity_file_load(&file, &people, error);
    if (status == STATUS_OK && people.ids.count < project->flushed_ids) {
        status = error_set(error, STATUS_CORRUPT,
                           "could not verify \"%s\": %u of its %u ids are readable",
                           project->file.path, people.ids.count, project->flushed_ids);
    }
    people_release(&people);
    identity_file_release(&file);
    return status;
}

enum status identity_verify(struct identity *identity, uint32_t project, struct error *error)
{
    os_mutex_lock(&identity->mutex);
    struct identity_project *found = find_project(identity, project);
    os_mutex_unlock(&identity->mutex);
    if (!found) return STATUS_OK;
    os_mutex_lock(&found->flushing);
    enum status status = verify_file(found, error);
    os_mutex_unlock(&found->flushing);
    return status;
}
