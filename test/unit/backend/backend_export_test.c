/* Export against a naive twin: windows of more rows than are meant for one, times that fall on the
 * edges of windows and hours, rows in segments and in memory at once. */
#include "backend/backend_limits.h"
#include "backend_scene.h"
#include "base/memory.h"
#include "event/profile_change.h"
#include "support/seeded.h"

#include <string.h>

static const int64_t HOUR_MS = 3600 * 1000;
static const int64_t START_MS = INT64_C(1790000000000) / (3600 * 1000) * (3600 * 1000);

enum { EACH = 40000 }; /* events of a record */

/* Times inside one hour, many of them equal, some at its very edges. */
static void add_hour(struct scene *scene, struct seeded *random, int64_t hour, uint32_t count)
{
    int64_t *times = MEMORY_ARRAY(int64_t, EACH);
    while (count > 0) {
        uint32_t some = count < EACH ? count : EACH;
        for (uint32_t i = 0; i < some; i++) {
            uint32_t kind = seeded_below(random, 20);
            int64_t inside = seeded_below(random, 5000) * 700;
            if (kind == 0) inside = 0;
            if (kind == 1) inside = HOUR_MS - 1;
            times[i] = START_MS + hour * HOUR_MS + inside;
        }
        scene_add(scene, SCENE_PROJECT, times, some);
        count -= some;
    }
    memory_free(times);
}

static void keeps_the_order_when_an_hour_holds_more_than_a_window(void **state)
{
    (void)state;
    struct scene scene;
    struct seeded random = seeded_begin("backend_export_test");
    uint32_t many = BACKEND_EXPORT_ROWS + 9000;
    scene_begin(&scene, NULL);
    add_hour(&scene, &random, -1, 500);
    add_hour(&scene, &random, 0, many / 2);
    scene_flush(&scene);
    add_hour(&scene, &random, 0, many - many / 2);
    add_hour(&scene, &random, 1, 500);
    (void)backend_publish(scene.backend);
    assert_int_equal(scene_check_export(&scene, 0, INT64_MAX / 2), many + 1000);
    assert_int_equal(scene_check_export(&scene, START_MS, START_MS + HOUR_MS), many);
    assert_int_equal(scene_check_export(&scene, START_MS + HOUR_MS, START_MS + 2 * HOUR_MS), 500);
    assert_true(scene_check_export(&scene, START_MS + 1, START_MS + HOUR_MS - 1) < many);
    scene_end(&scene);
}

/* Windows of several hours end where one more hour would be too much: exactly full, and by one. */
static void joins_hours_up_to_exactly_a_window(void **state)
{
    (void)state;
    struct scene scene;
    struct seeded random = seeded_begin("backend_export_test");
    scene_begin(&scene, NULL);
    add_hour(&scene, &random, 0, BACKEND_EXPORT_ROWS / 2);
    add_hour(&scene, &random, 1, BACKEND_EXPORT_ROWS / 2);
    add_hour(&scene, &random, 2, 1);
    add_hour(&scene, &random, 30, 7);
    scene_flush(&scene);
    uint32_t all = BACKEND_EXPORT_ROWS + 8;
    assert_int_equal(scene_check_export(&scene, 0, INT64_MAX / 2), all);
    assert_int_equal(scene_check_export(&scene, START_MS, START_MS + 30 * HOUR_MS), all - 7);
    scene_end(&scene);
}

/* A few rows, each span by chance: bounds on times that rows have, before 1970 too. */
static void gives_any_span_as_the_twin_does(void **state)
{
    (void)state;
    struct scene scene;
    struct seeded random = seeded_begin("backend_export_test");
    uint64_t flushed = 0;
    scene_begin(&scene, NULL);
    for (int batch = 0; batch < 12; batch++) {
        int64_t times[60];
        for (int i = 0; i < 60; i++) {
            times[i] = ((int64_t)seeded_below(&random, 40) - 20) * HOUR_MS / 2 +
                       (int64_t)seeded_below(&random, 3) - 1;
        }
        scene_add(&scene, seeded_below(&random, 4) == 0 ? SCENE_PROJECT + 1 : SCENE_PROJECT, times,
                  1 + seeded_below(&random, 60));
        if (batch % 4 == 1) scene_flush(&scene);
        if (batch % 4 == 1) flushed = scene_figures(&scene, SCENE_PROJECT).events;
        (void)backend_publish(scene.backend);
    }
    for (int i = 0; i < 400; i++) {
        int64_t from = scene.rows[seeded_below(&random, scene.row_count)].time_ms;
        int64_t to = scene.rows[seeded_below(&random, scene.row_count)].time_ms;
        (void)scene_check_export(&scene, from, to); /* an empty span, where to is first */
        (void)scene_check_export(&scene, from, to + 1);
    }
    uint32_t all = scene_check_export(&scene, INT64_MIN / 2, INT64_MAX / 2);
    assert_int_equal(scene_figures(&scene, SCENE_PROJECT).events, all);
    scene_reopen(&scene); /* what was not flushed is the log's to bring back */
    assert_int_equal(scene_figures(&scene, SCENE_PROJECT).events, flushed);
    scene_end(&scene);
}

static enum status refuse_second(void *context, struct text lines, struct error *error)
{
    int *calls = context;
    assert_true(lines.size > 0);
    if (++*calls == 1) return STATUS_OK;
    return error_set(error, STATUS_BUSY, "could not send: enough");
}

static void stops_when_the_taker_does(void **state)
{
    (void)state;
    struct scene scene;
    struct seeded random = seeded_begin("backend_export_test");
    struct backend_export all = {.project = SCENE_PROJECT, .to_ms = INT64_MAX / 2};
    int calls = 0;
    uint64_t rows;
    scene_begin(&scene, NULL);
    add_hour(&scene, &random, 0, EACH);
    (void)backend_publish(scene.backend);
    assert_int_equal(
        backend_export(scene.backend, &all, refuse_second, &calls, &rows, &scene.error),
        STATUS_BUSY);
    assert_int_equal(calls, 2);
    assert_true(rows < EACH);
    assert_string_equal(scene.error.message, "could not send: enough");
    scene_end(&scene);
}

static enum status keep_text(void *context, struct text lines, struct error *error)
{
    (void)error;
    buffer_append_text(context, lines);
    return STATUS_OK;
}

/* So many profiles, each of about a kilobyte. */
static void add_profiles(struct scene *scene, uint32_t count)
{
    char text[1000], id[16];
    struct buffer batch;
    uint32_t rejected;
    memset(text, 'x', sizeof text);
    buffer_init(&batch, 16 << 20);
    profile_batch_begin(&batch, SCENE_PROJECT, START_MS);
    for (uint32_t i = 0; i < count; i++) {
        struct profile_step step = {.operation = PROFILE_SET,
                                    .name = TEXT("bio"),
                                    .value = value_from_text((struct text){text, sizeof text})};
        struct profile_change change = {.group_key = i % 2 ? TEXT("") : TEXT("company"),
                                        .time_ms = START_MS,
                                        .steps = &step,
                                        .step_count = 1};
        (void)snprintf(id, sizeof id, "id%u", i);
        change.id = text_from(id);
        profile_batch_add(&batch, &change);
    }
    assert_int_equal(
        backend_apply_profiles(scene->backend, 1, buffer_text(&batch), &rejected, &scene->error),
        STATUS_OK);
    buffer_release(&batch);
}

static enum status count_lines(void *context, struct text lines, struct error *error)
{
    uint32_t *counts = context; /* of pieces, lines */
    (void)error;
    assert_true(lines.size > 0 && lines.bytes[lines.size - 1] == '\n');
    assert_true(lines.size <= BACKEND_EXPORT_PIECE_SIZE + 4096);
    counts[0]++;
    for (size_t i = 0; i < lines.size; i++)
        counts[1] += lines.bytes[i] == '\n';
    return STATUS_OK;
}

static void gives_profiles_in_pieces_of_whole_lines(void **state)
{
    (void)state;
    struct scene scene;
    uint32_t counts[2] = {0};
    int calls = 0;
    scene_begin(&scene, NULL);
    assert_int_equal(
        backend_export_profiles(scene.backend, SCENE_PROJECT, count_lines, counts, &scene.error),
        STATUS_OK);
    assert_int_equal(counts[0] + counts[1], 0);
    add_profiles(&scene, 1000);
    assert_int_equal(
        backend_export_profiles(scene.backend, SCENE_PROJECT, count_lines, counts, &scene.error),
        STATUS_OK);
    assert_in_range(counts[0], 4, 6);
    assert_int_equal(counts[1], 1000);
    assert_int_equal(
        backend_export_profiles(scene.backend, SCENE_PROJECT, refuse_second, &calls, &scene.error),
        STATUS_BUSY);
    assert_int_equal(calls, 2);
    assert_string_equal(scene.error.message, "could not send: enough");
    scene_end(&scene);
}

static void quotes_csv(void **state)
{
    (void)state;
    struct scene scene;
    struct buffer text;
    uint64_t rows;
    buffer_init(&text, 1 << 20);
    scene_begin(&scene, NULL);
    scene_add(&scene, SCENE_PROJECT, (int64_t[]){1790000000500, 1790000000000}, 2);
    (void)backend_publish(scene.backend);
    struct backend_export all = {.project = SCENE_PROJECT, .to_ms = INT64_MAX / 2, .csv = true};
    assert_int_equal(backend_export(scene.backend, &all, keep_text, &text, &rows, &scene.error),
                     STATUS_OK);
    buffer_append_byte(&text, '\0');
    assert_int_equal(rows, 2);
    static const char expected[] =
        "event,time,distinct_id,$insert_id,properties\n"
        "\"Seen, \"\"twice\"\"\",1790000000,person 1,e1,\"{\"\"n\"\":1}\"\n"
        "\"Seen, \"\"twice\"\"\",1790000000.500,person 0,e0,\"{\"\"n\"\":0}\"\n";
    assert_string_equal(text.bytes, expected);
    buffer_release(&text);
    scene_end(&scene);
}

static void gives_nothing_of_nothing(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, NULL);
    assert_int_equal(scene_check_export(&scene, 0, INT64_MAX / 2), 0);
    scene_add(&scene, SCENE_PROJECT + 1, (int64_t[]){5}, 1);
    (void)backend_publish(scene.backend);
    assert_int_equal(scene_check_export(&scene, 0, INT64_MAX / 2), 0);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_order_when_an_hour_holds_more_than_a_window),
        cmocka_unit_test(joins_hours_up_to_exactly_a_window),
        cmocka_unit_test(gives_any_span_as_the_twin_does),
        cmocka_unit_test(stops_when_the_taker_does),
        cmocka_unit_test(gives_profiles_in_pieces_of_whole_lines),
        cmocka_unit_test(quotes_csv),
        cmocka_unit_test(gives_nothing_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
