#include "support/exec_scene.h"

#include "base/check.h"
#include "base/memory.h"
#include "event/batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BATCH_SIZE_MAX = 64 * 1024 * 1024 };

static void must(enum status status, const struct error *error)
{
    if (status == STATUS_OK) return;
    fprintf(stderr, "the scene failed: %s\n", error->message);
    abort();
}

void exec_scene_begin(struct exec_scene *scene)
{
    *scene = (struct exec_scene){0};
    /* Syncs are free in memory. */
    const char *root = os_exists("/dev/shm") ? "/dev/shm" : P_tmpdir;
    snprintf(scene->folder, sizeof scene->folder, "%s/candor-exec-XXXXXX", root);
    if (!mkdtemp(scene->folder)) abort();
    if (!os_path_join(scene->identity_folder, scene->folder, "identity")) abort();
    struct error error = {0};
    must(os_folder_make(scene->identity_folder, &error), &error);
    char folder[OS_PATH_SIZE];
    if (!os_path_join(folder, scene->folder, "store")) abort();
    struct store_options options = {.folder = folder};
    must(store_open(&options, &scene->store, &error), &error);
    must(identity_open(scene->identity_folder, &scene->identity, &error), &error);
}

static void remove_files(const char *folder)
{
    struct error error = {0};
    char **names;
    size_t count;
    must(os_folder_list(folder, &names, &count, &error), &error);
    for (size_t i = 0; i < count; i++) {
        char path[OS_PATH_SIZE];
        if (!os_path_join(path, folder, names[i])) abort();
        if (unlink(path) != 0) abort();
    }
    os_folder_list_free(names, count);
    if (rmdir(folder) != 0) abort();
}

void exec_scene_end(struct exec_scene *scene)
{
    store_close(scene->store);
    identity_close(scene->identity);
    char folder[OS_PATH_SIZE];
    if (!os_path_join(folder, scene->folder, "store")) abort();
    remove_files(folder);
    remove_files(scene->identity_folder);
    if (rmdir(scene->folder) != 0) abort();
}

static uint32_t number_of(struct exec_scene *scene, struct text id, struct text device)
{
    struct identity_sighting sighting = {.distinct_id = id, .device_id = device};
    struct error error = {0};
    must(identity_sight(scene->identity, EXEC_SCENE_PROJECT, &sighting, 1, &error), &error);
    return sighting.person;
}

static void append(struct exec_scene *scene, struct batch_reader *reader,
                   struct store_appender *appender)
{
    struct error error = {0};
    for (;;) {
        struct event event;
        bool done;
        must(batch_reader_next(reader, &event, &done, &error), &error);
        if (done) return;
        struct store_row row = {.event = event,
                                .person = number_of(scene, event.distinct_id, TEXT("")),
                                .index = reader->event_index - 1};
        store_append_rows(appender, &row, 1);
    }
}

/* The way of ingestion: encoded as the log keeps it, then read back and applied. */
void exec_scene_add(struct exec_scene *scene, const struct naive_event *events, uint32_t count)
{
    struct batch_writer writer;
    batch_writer_init(&writer, EXEC_SCENE_PROJECT, 0, BATCH_SIZE_MAX);
    for (uint32_t i = 0; i < count; i++) {
        struct event event = {.name = events[i].name,
                              .time_ms = events[i].time_ms,
                              .distinct_id = events[i].distinct_id,
                              .property_count = events[i].property_count,
                              .properties = events[i].properties};
        if (!batch_writer_add(&writer, &event)) abort();
    }
    struct arena arena;
    arena_init(&arena, 1024 * 1024);
    struct batch_reader reader;
    struct error error = {0};
    must(batch_reader_init(&reader, batch_writer_finish(&writer), &arena, &error), &error);
    struct store_appender appender;
    bool is_new =
        store_append_begin(scene->store, EXEC_SCENE_PROJECT, ++scene->sequence, 0, &appender);
    assert(is_new);
    append(scene, &reader, &appender);
    store_append_end(&appender);
    arena_release(&arena);
    batch_writer_release(&writer);
}

void exec_scene_tie(struct exec_scene *scene, const struct naive_tie *tie)
{
    (void)number_of(scene, tie->user, tie->device);
}

void exec_scene_profile(struct exec_scene *scene, const struct naive_profile *profile)
{
    (void)number_of(scene, profile->id, TEXT(""));
    struct profile_step step = {
        .operation = PROFILE_SET, .name = profile->name, .value = profile->value};
    struct profile_change change = {.id = profile->id, .step_count = 1, .steps = &step};
    struct store_profile_scope scope;
    bool is_new = store_profiles_begin(scene->store, EXEC_SCENE_PROJECT, ++scene->sequence, &scope);
    assert(is_new);
    struct error error = {0};
    must(store_profiles_change(&scope, &change, &error), &error);
    store_profiles_end(&scope);
}

static struct store_clusters clusters(const struct identity_view *view)
{
    return (struct store_clusters){identity_view_canonical(view), identity_view_count(view)};
}

void exec_scene_publish(struct exec_scene *scene)
{
    struct identity_view *view = identity_view(scene->identity, EXEC_SCENE_PROJECT);
    store_publish(scene->store, EXEC_SCENE_PROJECT, clusters(view));
    identity_view_release(view);
}

void exec_scene_flush(struct exec_scene *scene)
{
    struct error error = {0};
    store_freeze(scene->store, EXEC_SCENE_PROJECT);
    must(identity_flush(scene->identity, EXEC_SCENE_PROJECT, &error), &error);
    struct identity_view *view = identity_view(scene->identity, EXEC_SCENE_PROJECT);
    must(store_flush(scene->store, EXEC_SCENE_PROJECT, clusters(view), &error), &error);
    identity_view_release(view);
}

struct zone *exec_scene_zone(const char *name)
{
    if (strcmp(name, "UTC") == 0) return zone_utc();
    char path[OS_PATH_SIZE];
    char *bytes;
    size_t size;
    struct error error = {0};
    struct zone *zone;
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    must(os_file_read_all(path, 1 << 20, &bytes, &size, &error), &error);
    must(zone_parse(text_from(name), bytes, size, &zone, &error), &error);
    memory_free(bytes);
    return zone;
}

enum status exec_scene_ask(struct exec_scene *scene, const struct exec_scene_ask *ask,
                           struct result *result, struct error *error)
{
    struct snapshot *snapshot;
    must(store_snapshot(scene->store, EXEC_SCENE_PROJECT, &snapshot, error), error);
    struct identity_view *view = identity_view(scene->identity, EXEC_SCENE_PROJECT);
    struct exec_input input = {.plan = ask->plan,
                               .snapshot = snapshot,
                               .identity = scene->identity,
                               .persons = view,
                               .project = EXEC_SCENE_PROJECT,
                               .zone = ask->moment->zone,
                               .week_start = ask->moment->week_start,
                               .now_ms = ask->moment->now_ms,
                               .thread_count = ask->thread_count,
                               .memory_max = ask->memory_max,
                               .deadline_ns = ask->deadline_ns,
                               .hash_seed = ask->hash_seed};
    enum status status = exec_run(&input, result, error);
    identity_view_release(view);
    snapshot_release(snapshot);
    return status;
}
