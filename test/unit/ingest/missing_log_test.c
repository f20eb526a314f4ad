/* A log that lost its first file: acknowledged events would be missing, so nothing opens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "os/os_file.h"
#include "support/ingest_scene.h"

static const int64_t TIME_MS = 1790000000000;

/* Two projects, one of them flushed: the log begins behind the watermark of the other. */
static void fill(const char *folder)
{
    struct ingest_scene scene;
    bool flushed;
    ingest_scene_open(&scene, folder, NULL, NULL);
    for (uint32_t i = 0; i < 20; i++) {
        struct scene_events events = {1 + i % 2, i * 10, 10, TIME_MS};
        assert_int_equal(scene_submit(&scene, &events), INGEST_DURABLE);
        if (i != 10) continue;
        ingest_settle(scene.ingest);
        assert_int_equal(
            backend_flush(scene.backend, BACKEND_FLUSH_ALL, false, &flushed, &scene.error),
            STATUS_OK);
        ingest_tend(scene.ingest);
    }
    ingest_scene_close(&scene);
}

static void remove_first_log_file(const char *folder)
{
    char path[OS_PATH_SIZE];
    char **names;
    size_t count;
    struct error error;
    assert_true(os_path_join(path, folder, "wal"));
    assert_int_equal(os_folder_list(path, &names, &count, &error), STATUS_OK);
    for (size_t i = 0; i < count; i++) {
        if (!text_ends_with(text_from(names[i]), TEXT(".wal"))) continue;
        char file[OS_PATH_SIZE];
        assert_true(os_path_join(file, path, names[i]));
        assert_int_equal(os_remove(file, &error), STATUS_OK);
        break;
    }
    os_folder_list_free(names, count);
}

static void refuses_to_start_without_the_first_log_file(void **state)
{
    (void)state;
    char folder[SCENE_FOLDER_SIZE];
    struct error error;
    struct ingest *ingest;
    scene_make_folder(folder);
    fill(folder);
    remove_first_log_file(folder);
    struct backend_options options = {.folder = folder, .projects = project_slot_make()};
    struct ingest_options ingest_options = {.folder = folder};
    assert_int_equal(backend_open(&options, &ingest_options.backend, &error), STATUS_OK);
    assert_int_equal(ingest_open(&ingest_options, &ingest, &error), STATUS_CORRUPT);
    assert_non_null(strstr(error.message, "its oldest file, number"));
    backend_close(ingest_options.backend);
    project_slot_release(options.projects);
    scene_remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_to_start_without_the_first_log_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
