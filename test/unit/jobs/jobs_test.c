/* What the two threads promise, with nobody else publishing, flushing or tending. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "jobs/jobs.h"
#include "os/os_clock.h"
#include "os/os_fault.h"
#include "support/ingest_scene.h"

#include <errno.h>

enum { PROJECT = 1, WAIT_MS = 20000, TURNS_MS = 700 };

static const int64_t TIME_MS = 1790000000000;

static void set_fault(int calls, uint64_t count, int errno_value)
{
    struct os_fault_plan plan = {.kind = OS_FAULT_ERROR,
                                 .calls = calls,
                                 .at = count > 0 ? 1 : 0,
                                 .count = count,
                                 .errno_value = errno_value};
    os_fault_set(&plan);
}

static void clear_fault(void)
{
    set_fault(OS_FAULT_CALL_ALL, 0, 0);
}

static struct jobs *begin_jobs(struct ingest_scene *scene)
{
    struct jobs_options options = {.backend = scene->backend, .ingest = scene->ingest};
    return jobs_start(&options);
}

/* Asks until the answer is yes; the time is for a machine that does something else. */
typedef bool question(struct ingest_scene *scene);

static bool comes(question *is_so, struct ingest_scene *scene)
{
    for (int waited_ms = 0; waited_ms < WAIT_MS; waited_ms += 10) {
        if (is_so(scene)) return true;
        os_sleep_ms(10);
    }
    return false;
}

static struct ingest_figures log_figures(struct ingest_scene *scene)
{
    struct ingest_figures figures;
    ingest_figures(scene->ingest, &figures);
    return figures;
}

static struct backend_figures store_figures(struct ingest_scene *scene)
{
    struct backend_figures figures;
    backend_figures(scene->backend, PROJECT, &figures);
    return figures;
}

static bool sees_all(struct ingest_scene *scene)
{
    return log_figures(scene).event_lag_ns == 0;
}

static bool has_segment(struct ingest_scene *scene)
{
    return store_figures(scene).segments > 0;
}

static bool has_no_log(struct ingest_scene *scene)
{
    return log_figures(scene).wal_live_bytes == 0;
}

static bool has_room(struct ingest_scene *scene)
{
    return !log_figures(scene).disk_full;
}

static void must_submit(struct ingest_scene *scene, uint32_t first, uint32_t count)
{
    struct scene_events events = {PROJECT, first, count, TIME_MS};
    assert_int_equal(scene_submit(scene, &events), INGEST_DURABLE);
}

static void publishes_what_was_acknowledged(void **state)
{
    (void)state;
    char folder[SCENE_FOLDER_SIZE];
    struct ingest_scene scene;
    scene_make_folder(folder);
    ingest_scene_open(&scene, folder, NULL, NULL);
    struct jobs *jobs = begin_jobs(&scene);
    for (uint32_t i = 0; i < 3; i++) {
        must_submit(&scene, i * 10, 10);
        assert_true(comes(sees_all, &scene));
        assert_int_equal(scene_count_rows(&scene, PROJECT), (i + 1) * 10);
    }
    assert_int_equal(store_figures(&scene).segments, 0); /* nothing was due */
    jobs_stop(jobs);
    ingest_scene_close(&scene);
    scene_remove_folder(folder);
}

static void flushes_what_is_due_and_lets_go_of_the_log(void **state)
{
    (void)state;
    char folder[SCENE_FOLDER_SIZE];
    struct ingest_scene scene;
    struct backend_options options = {.memtable_rows_max = 50};
    scene_make_folder(folder);
    ingest_scene_open(&scene, folder, &options, NULL);
    struct jobs *jobs = begin_jobs(&scene);
    must_submit(&scene, 0, 49);
    os_sleep_ms(TURNS_MS);
    assert_false(has_segment(&scene));
    assert_false(has_no_log(&scene));
    must_submit(&scene, 49, 1);
    assert_true(comes(has_segment, &scene));
    assert_true(comes(has_no_log, &scene));
    jobs_stop(jobs);
    ingest_scene_close(&scene);
    ingest_scene_open(&scene, folder, NULL, NULL);
    assert_int_equal(log_figures(&scene).replayed_records, 0);
    assert_int_equal(scene_count_rows(&scene, PROJECT), 50);
    ingest_scene_close(&scene);
    scene_remove_folder(folder);
}

static void flushes_who_keeps_a_long_log(void **state)
{
    (void)state;
    char folder[SCENE_FOLDER_SIZE];
    struct ingest_scene scene;
    struct ingest_options options = {.wal_bytes_max = 20000};
    scene_make_folder(folder);
    ingest_scene_open(&scene, folder, NULL, &options);
    struct jobs *jobs = begin_jobs(&scene);
    must_submit(&scene, 0, 20);
    os_sleep_ms(TURNS_MS);
    assert_false(has_segment(&scene));
    must_submit(&scene, 20, 1000);
    assert_true(comes(has_segment, &scene));
    jobs_stop(jobs);
    ingest_scene_close(&scene);
    scene_remove_folder(folder);
}

/* While no file can get its name no flush ends, and the log stays whole. */
static void keeps_the_log_until_a_flush_succeeds(void **state)
{
    (void)state;
    char folder[SCENE_FOLDER_SIZE];
    struct ingest_scene scene;
    struct backend_options options = {.memtable_rows_max = 50};
    scene_make_folder(folder);
    ingest_scene_open(&scene, folder, &options, NULL);
    must_submit(&scene, 0, 60);
    ingest_settle(scene.ingest);
    uint64_t live = log_figures(&scene).wal_live_bytes;
    set_fault(OS_FAULT_CALL_RENAME, UINT64_MAX, EIO);
    struct jobs *jobs = begin_jobs(&scene);
    os_sleep_ms(TURNS_MS);
    assert_true(os_fault_count() > 1); /* it tried again */
    assert_false(has_segment(&scene));
    assert_int_equal(log_figures(&scene).wal_live_bytes, live);
    assert_true(comes(sees_all, &scene)); /* publishing went on */
    assert_int_equal(scene_count_rows(&scene, PROJECT), 60);
    must_submit(&scene, 60, 5); /* and so did ingestion */
    clear_fault();
    assert_true(comes(has_segment, &scene));
    assert_true(comes(sees_all, &scene));
    assert_int_equal(scene_count_rows(&scene, PROJECT), 65);
    jobs_stop(jobs);
    ingest_scene_close(&scene);
    scene_remove_folder(folder);
}

static bool is_behind(struct ingest_scene *scene)
{
    return backend_is_behind(scene->backend);
}

static bool caught_up(struct ingest_scene *scene)
{
    return !backend_is_behind(scene->backend);
}

/* Three times what one flush takes, and no flush that ends. */
static void makes_ingestion_wait_while_flushing_is_behind(void **state)
{
    (void)state;
    char folder[SCENE_FOLDER_SIZE];
    struct ingest_scene scene;
    struct backend_options options = {.memtable_rows_max = 10};
    struct scene_events more = {PROJECT, 31, 1, TIME_MS};
    scene_make_folder(folder);
    ingest_scene_open(&scene, folder, &options, NULL);
    must_submit(&scene, 0, 31);
    ingest_settle(scene.ingest);
    set_fault(OS_FAULT_CALL_RENAME, UINT64_MAX, EIO);
    struct jobs *jobs = begin_jobs(&scene);
    assert_true(comes(is_behind, &scene));
    assert_int_equal(scene_submit(&scene, &more), INGEST_BUSY);
    clear_fault();
    assert_true(comes(caught_up, &scene));
    assert_int_equal(scene_submit(&scene, &more), INGEST_DURABLE);
    jobs_stop(jobs);
    ingest_scene_close(&scene);
    scene_remove_folder(folder);
}

/* The disk is full for a moment: what a write said is believed until the next look. */
static void looks_at_the_disk_again_after_it_was_full(void **state)
{
    (void)state;
    char folder[SCENE_FOLDER_SIZE];
    struct ingest_scene scene;
    scene_make_folder(folder);
    ingest_scene_open(&scene, folder, NULL, NULL);
    struct scene_events events = {PROJECT, 0, 10, TIME_MS};
    set_fault(OS_FAULT_CALL_WRITE, UINT64_MAX, ENOSPC);
    assert_int_equal(scene_submit(&scene, &events), INGEST_DISK_FULL);
    clear_fault();
    assert_int_equal(scene_submit(&scene, &events), INGEST_DISK_FULL); /* nobody looked yet */
    struct jobs *jobs = begin_jobs(&scene);
    assert_true(comes(has_room, &scene));
    must_submit(&scene, 0, 10);
    assert_true(comes(sees_all, &scene));
    assert_int_equal(scene_count_rows(&scene, PROJECT), 10);
    jobs_stop(jobs);
    ingest_scene_close(&scene);
    scene_remove_folder(folder);
}

static void sees_a_disk_below_its_reserve(void **state)
{
    (void)state;
    char folder[SCENE_FOLDER_SIZE];
    struct ingest_scene scene;
    struct ingest_options options = {.disk_reserve_bytes = UINT64_MAX / 4};
    scene_make_folder(folder);
    ingest_scene_open(&scene, folder, NULL, &options);
    struct jobs *jobs = begin_jobs(&scene);
    struct scene_events events = {PROJECT, 0, 10, TIME_MS};
    os_sleep_ms(TURNS_MS);
    assert_int_equal(scene_submit(&scene, &events), INGEST_DISK_FULL);
    assert_true(log_figures(&scene).disk_full);
    jobs_stop(jobs);
    ingest_scene_close(&scene);
    scene_remove_folder(folder);
}

static void does_nothing_after_the_stop(void **state)
{
    (void)state;
    char folder[SCENE_FOLDER_SIZE];
    struct ingest_scene scene;
    struct backend_options options = {.memtable_rows_max = 5};
    scene_make_folder(folder);
    ingest_scene_open(&scene, folder, &options, NULL);
    for (int i = 0; i < 20; i++) /* starting and stopping at once, too */
        jobs_stop(begin_jobs(&scene));
    must_submit(&scene, 0, 10);
    ingest_settle(scene.ingest);
    os_sleep_ms(TURNS_MS);
    assert_false(has_segment(&scene));
    assert_false(sees_all(&scene));
    ingest_scene_close(&scene);
    scene_remove_folder(folder);
}

static int begin(void **state)
{
    (void)state;
    clear_fault();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(publishes_what_was_acknowledged, begin),
        cmocka_unit_test_setup(flushes_what_is_due_and_lets_go_of_the_log, begin),
        cmocka_unit_test_setup(flushes_who_keeps_a_long_log, begin),
        cmocka_unit_test_setup(keeps_the_log_until_a_flush_succeeds, begin),
        cmocka_unit_test_setup(makes_ingestion_wait_while_flushing_is_behind, begin),
        cmocka_unit_test_setup(looks_at_the_disk_again_after_it_was_full, begin),
        cmocka_unit_test_setup(sees_a_disk_below_its_reserve, begin),
        cmocka_unit_test_setup(does_nothing_after_the_stop, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
