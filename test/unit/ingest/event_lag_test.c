/* candor_event_lag_seconds: the marks by themselves, against a naive list, and the figure from the
 * acknowledgement of an event until it is published. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/lag_watch.h"
#include "os/os_clock.h"
#include "support/ingest_scene.h"
#include "support/seeded.h"

enum { PROJECT = 1 };
static const uint32_t MS = 1000 * 1000;
static const int64_t TIME_MS = 1790000000000;

static void tells_no_age_of_nothing(void **state)
{
    (void)state;
    static struct lag_watch watch;
    lag_watch_init(&watch);
    assert_int_equal(lag_watch_age(&watch, 0, 7 * MS), 0);
    lag_watch_note(&watch, 3, 10 * MS);
    assert_int_equal(lag_watch_age(&watch, 2, 25 * MS), 15 * MS);
    assert_int_equal(lag_watch_age(&watch, 3, 25 * MS), 0);
    assert_int_equal(lag_watch_age(&watch, 0, 26 * MS), 0); /* what was visible stays so */
    lag_watch_release(&watch);
}

static void keeps_the_oldest_when_marks_run_out(void **state)
{
    (void)state;
    static struct lag_watch watch;
    lag_watch_init(&watch);
    const uint64_t count = LAG_MARKS_MAX * 3;
    for (uint64_t i = 1; i <= count; i++)
        lag_watch_note(&watch, i, i * LAG_MARK_MS * MS);
    uint64_t now = (count + 1) * LAG_MARK_MS * MS;
    assert_int_equal(lag_watch_age(&watch, 0, now), count * LAG_MARK_MS * MS);
    assert_int_equal(lag_watch_age(&watch, 1, now), (count - 1) * LAG_MARK_MS * MS);
    /* Too long rather than too short where marks were shared. */
    assert_true(lag_watch_age(&watch, count - 1, now) >= LAG_MARK_MS * MS);
    assert_int_equal(lag_watch_age(&watch, count, now), 0);
    lag_watch_release(&watch);
}

/* The naive twin remembers every record. */
static void is_never_short_and_at_most_a_mark_too_long(void **state)
{
    (void)state;
    enum { COUNT = 900 };
    static uint64_t times[COUNT + 1];
    struct seeded random = seeded_begin("event_lag_test");
    static struct lag_watch watch;
    lag_watch_init(&watch);
    uint64_t now = MS;
    uint64_t visible = 0;
    for (uint64_t sequence = 1; sequence <= COUNT; sequence++) {
        now += seeded_below(&random, 4 * MS);
        times[sequence] = now;
        lag_watch_note(&watch, sequence, now);
        if (seeded_below(&random, 3) == 0) {
            visible += seeded_below(&random, (uint32_t)(sequence - visible + 1));
        }
        uint64_t age = lag_watch_age(&watch, visible, now);
        uint64_t expected = visible < sequence ? now - times[visible + 1] : 0;
        assert_true(age >= expected);
        assert_true(age <= expected + LAG_MARK_MS * MS);
        if (visible == sequence) assert_int_equal(age, 0);
    }
    lag_watch_release(&watch);
}

static uint64_t event_lag(struct ingest_scene *scene)
{
    struct ingest_figures figures;
    ingest_figures(scene->ingest, &figures);
    return figures.event_lag_ns;
}

static void grows_from_the_acknowledgement_until_published(void **state)
{
    (void)state;
    char folder[SCENE_FOLDER_SIZE];
    struct ingest_scene scene;
    scene_make_folder(folder);
    ingest_scene_open(&scene, folder, NULL, NULL);
    assert_int_equal(event_lag(&scene), 0);

    struct scene_events events = {.project = PROJECT, .count = 3, .time_ms = TIME_MS};
    uint64_t before = os_clock_monotonic_ns();
    assert_int_equal(scene_submit(&scene, &events), INGEST_DURABLE);
    uint64_t after = os_clock_monotonic_ns();
    ingest_settle(scene.ingest);
    uint64_t asked = os_clock_monotonic_ns();
    uint64_t lag = event_lag(&scene);
    assert_true(lag >= asked - after);
    assert_true(lag <= os_clock_monotonic_ns() - before);
    assert_true(event_lag(&scene) > lag);

    assert_true(backend_publish(scene.backend));
    assert_int_equal(event_lag(&scene), 0);
    assert_int_equal(scene_submit(&scene, &events), INGEST_DURABLE); /* all duplicates */
    assert_int_equal(event_lag(&scene), 0);
    ingest_scene_close(&scene);

    ingest_scene_open(&scene, folder, NULL, NULL); /* what a replay brings is no new event */
    assert_int_equal(event_lag(&scene), 0);
    assert_true(backend_publish(scene.backend));
    assert_int_equal(scene_count_rows(&scene, PROJECT), 3);
    ingest_scene_close(&scene);
    scene_remove_folder(folder);
}

/* The header of a batch tells its format; with another the applier refuses it. The committer does
 * not read it. */
static void goes_on_growing_when_a_record_cannot_be_applied(void **state)
{
    (void)state;
    char folder[SCENE_FOLDER_SIZE];
    struct ingest_scene scene;
    scene_make_folder(folder);
    ingest_scene_open(&scene, folder, NULL, NULL);
    struct wire_batch batches[] = {
        scene_batch(&(struct scene_events){PROJECT, 0, 3, TIME_MS}),
        scene_batch(&(struct scene_events){PROJECT, 3, 3, TIME_MS}),
    };
    batches[0].bytes.bytes[0] ^= 0x55;
    struct ingest_work work = {.batches = batches, .batch_count = 2};
    assert_int_equal(ingest_submit_wait(scene.ingest, &work), INGEST_DURABLE);
    for (int i = 0; i < 2; i++)
        buffer_release(&batches[i].bytes);
    ingest_settle(scene.ingest);
    struct scene_events more = {PROJECT, 6, 1, TIME_MS};
    assert_int_equal(scene_submit(&scene, &more), INGEST_FAILED);
    (void)backend_publish(scene.backend);
    assert_true(event_lag(&scene) > 0);
    assert_int_equal(scene_count_rows(&scene, PROJECT), 0); /* nor what came behind it */
    ingest_tend(scene.ingest);

    struct ingest_figures figures;
    ingest_figures(scene.ingest, &figures);
    assert_true(figures.failed);
    assert_true(figures.wal_live_bytes > 0);
    ingest_scene_close(&scene);

    /* The log kept it: a start says so and does not go on without it. */
    struct backend_options backend = {.folder = folder, .projects = project_slot_make()};
    struct ingest_options ingest = {.folder = folder};
    struct ingest *opened;
    assert_int_equal(backend_open(&backend, &ingest.backend, &scene.error), STATUS_OK);
    assert_int_equal(ingest_open(&ingest, &opened, &scene.error), STATUS_CORRUPT);
    backend_close(ingest.backend);
    project_slot_release(backend.projects);
    scene_remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_no_age_of_nothing),
        cmocka_unit_test(keeps_the_oldest_when_marks_run_out),
        cmocka_unit_test(is_never_short_and_at_most_a_mark_too_long),
        cmocka_unit_test(grows_from_the_acknowledgement_until_published),
        cmocka_unit_test(goes_on_growing_when_a_record_cannot_be_applied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
