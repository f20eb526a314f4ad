#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/ingest_scene.h"

#include "event/batch.h"

void scene_make_folder(char folder[SCENE_FOLDER_SIZE])
{
    const char *place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : ".";
    (void)snprintf(folder, SCENE_FOLDER_SIZE, "%s/candor-scene-XXXXXX", place);
    assert_non_null(mkdtemp(folder));
}

void scene_remove_folder(const char *folder)
{
    char command[SCENE_FOLDER_SIZE + 16];
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
}

void ingest_scene_open(struct ingest_scene *scene, const char *folder,
                       const struct backend_options *backend, const struct ingest_options *ingest)
{
    *scene = (struct ingest_scene){.projects = project_slot_make()};
    struct backend_options backend_options = backend ? *backend : (struct backend_options){0};
    backend_options.folder = folder;
    backend_options.projects = scene->projects;
    backend_options.query_threads = 1;
    assert_int_equal(backend_open(&backend_options, &scene->backend, &scene->error), STATUS_OK);
    struct ingest_options ingest_options = ingest ? *ingest : (struct ingest_options){0};
    ingest_options.folder = folder;
    ingest_options.backend = scene->backend;
    assert_int_equal(ingest_open(&ingest_options, &scene->ingest, &scene->error), STATUS_OK);
}

void ingest_scene_close(struct ingest_scene *scene)
{
    ingest_close(scene->ingest);
    backend_close(scene->backend);
    project_slot_release(scene->projects);
}

static void add_event(struct batch_writer *writer, uint32_t number, int64_t time_ms)
{
    char id[32];
    char person[32];
    (void)snprintf(id, sizeof id, "e%u", number);
    (void)snprintf(person, sizeof person, "person-%u", number % 7);
    struct property property = {.name = TEXT("n"), .value = value_from_integer(number)};
    struct event event = {
        .name = TEXT("Seen"),
        .time_ms = time_ms,
        .distinct_id = text_from(person),
        .insert_id = text_from(id),
        .key = event_key_make(TEXT("Seen"), text_from(person), text_from(id), time_ms),
        .flags = EVENT_HAS_KEY,
        .property_count = 1,
        .properties = &property,
    };
    assert_true(batch_writer_add(writer, &event));
}

struct wire_batch scene_batch(const struct scene_events *events)
{
    enum { SIZE_MAX_OF_BATCH = 16 * 1024 * 1024 };
    struct batch_writer writer;
    batch_writer_init(&writer, events->project, events->time_ms, SIZE_MAX_OF_BATCH);
    for (uint32_t i = 0; i < events->count; i++) {
        add_event(&writer, events->first + i, events->time_ms + i);
    }
    struct wire_batch batch = {.project = events->project, .count = events->count};
    buffer_init(&batch.bytes, SIZE_MAX_OF_BATCH);
    buffer_append_text(&batch.bytes, batch_writer_finish(&writer));
    batch_writer_release(&writer);
    return batch;
}

enum ingest_outcome scene_submit(struct ingest_scene *scene, const struct scene_events *events)
{
    struct wire_batch batch = scene_batch(events);
    struct ingest_work work = {.batches = &batch, .batch_count = 1};
    enum ingest_outcome outcome = ingest_submit_wait(scene->ingest, &work);
    buffer_release(&batch.bytes);
    return outcome;
}

static enum status pass_over(void *context, struct text lines, struct error *error)
{
    (void)context;
    (void)lines;
    (void)error;
    return STATUS_OK;
}

uint64_t scene_count_rows(struct ingest_scene *scene, uint32_t project)
{
    struct backend_export all = {.project = project, .from_ms = 0, .to_ms = INT64_C(4000000000000)};
    uint64_t rows = 0;
    assert_int_equal(backend_export(scene->backend, &all, pass_over, NULL, &rows, &scene->error),
                     STATUS_OK);
    return rows;
}
