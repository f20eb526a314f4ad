/* Appending, flushing, limits, and the readers of single rows. */
#include "backend/held.h"
#include "backend_scene.h"
#include "base/memory.h"
#include "event/profile_change.h"
#include "plan/plan.h"

#include <string.h>

static const int64_t DAY_MS = 24 * 3600 * 1000;
static const int64_t START_MS = INT64_C(20717) * 24 * 3600 * 1000;

static void add_some(struct scene *scene, uint32_t project, int64_t time_ms, uint32_t count)
{
    int64_t *times = MEMORY_ARRAY(int64_t, count);
    for (uint32_t i = 0; i < count; i++)
        times[i] = time_ms + i;
    scene_add(scene, project, times, count);
    memory_free(times);
}

static void takes_a_record_once(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, NULL);
    assert_int_equal(backend_sequence_end(scene.backend), 1);
    assert_int_equal(backend_watermark(scene.backend, 0), 0);
    add_some(&scene, SCENE_PROJECT, START_MS, 5);
    add_some(&scene, SCENE_PROJECT, START_MS, 4);
    assert_int_equal(backend_watermark(scene.backend, 2), 0);
    scene_flush(&scene);
    assert_int_equal(backend_watermark(scene.backend, 2), 2);
    assert_int_equal(backend_sequence_end(scene.backend), 3);
    scene_reopen(&scene);
    scene_repeat(&scene, 1, 0, 5); /* what a log that was not forgotten brings again */
    scene_repeat(&scene, 2, 5, 4);
    (void)backend_publish(scene.backend);
    assert_int_equal(scene_check_export(&scene, 0, INT64_MAX / 2), 9);
    assert_int_equal(scene_figures(&scene, SCENE_PROJECT).events, 9);
    scene_end(&scene);
}

static void refuses_bytes_that_are_no_batch(void **state)
{
    (void)state;
    struct scene scene;
    uint32_t rejected;
    scene_begin(&scene, NULL);
    struct text junk = TEXT("this is not a batch of anything at all");
    assert_int_equal(backend_apply_events(scene.backend, 1, junk, &scene.error), STATUS_CORRUPT);
    assert_int_equal(backend_apply_profiles(scene.backend, 1, junk, &rejected, &scene.error),
                     STATUS_CORRUPT);
    add_some(&scene, SCENE_PROJECT, START_MS, 1);
    (void)backend_publish(scene.backend);
    assert_int_equal(backend_visible_sequence(scene.backend), 1);
    assert_int_equal(scene_check_export(&scene, 0, INT64_MAX / 2), 1);
    scene_end(&scene);
}

/* Of a record that failed halfway nothing is seen and nothing written: after a restart the log
 * brings it whole, and once. */
static void takes_a_record_whole_or_not_at_all(void **state)
{
    (void)state;
    struct scene scene;
    bool flushed;
    const int64_t times[] = {START_MS, START_MS + 1, START_MS + 2};
    scene_begin(&scene, NULL);
    add_some(&scene, SCENE_PROJECT, START_MS, 2);
    scene_flush(&scene);
    add_some(&scene, SCENE_PROJECT, START_MS, 3);
    add_some(&scene, SCENE_PROJECT + 1, START_MS, 1);
    (void)backend_publish(scene.backend);
    scene_add_half(&scene, SCENE_PROJECT, times, 3);
    (void)backend_publish(scene.backend);
    scene.row_count -= 3; /* the twin without it: so questions see it */
    assert_int_equal(scene_check_export(&scene, 0, INT64_MAX / 2), 5);
    scene.row_count += 3;
    assert_int_equal(backend_flush(scene.backend, BACKEND_FLUSH_ALL, false, &flushed, &scene.error),
                     STATUS_IO);
    assert_int_equal(backend_watermark(scene.backend, 3), 1);
    scene_reopen(&scene);
    assert_int_equal(backend_sequence_end(scene.backend), 2);
    scene_repeat(&scene, 1, 0, 2);
    scene_repeat(&scene, 2, 2, 3);
    scene_repeat(&scene, 3, 5, 1);
    scene_repeat(&scene, 4, 6, 3);
    scene_flush(&scene);
    assert_int_equal(scene_check_export(&scene, 0, INT64_MAX / 2), 8);
    assert_int_equal(backend_watermark(scene.backend, 4), 4);
    scene_end(&scene);
}

static void keeps_a_record_of_profiles_that_failed_out_of_files(void **state)
{
    (void)state;
    struct scene scene;
    struct buffer batch;
    bool flushed;
    uint32_t rejected;
    struct profile_step step = {
        .operation = PROFILE_SET, .name = TEXT("plan"), .value = value_from_text(TEXT("gold"))};
    struct profile_change change = {
        .id = TEXT("ann"), .time_ms = START_MS, .steps = &step, .step_count = 1};
    scene_begin(&scene, NULL);
    buffer_init(&batch, 4096);
    profile_batch_begin(&batch, SCENE_PROJECT, START_MS);
    profile_batch_add(&batch, &change);
    size_t last = batch.size;
    profile_batch_add(&batch, &change);
    memset(batch.bytes + last, 0xff, batch.size - last);
    assert_int_equal(
        backend_apply_profiles(scene.backend, 1, buffer_text(&batch), &rejected, &scene.error),
        STATUS_CORRUPT);
    assert_int_equal(backend_flush(scene.backend, BACKEND_FLUSH_ALL, false, &flushed, &scene.error),
                     STATUS_IO);
    buffer_release(&batch);
    scene_reopen(&scene);
    assert_int_equal(backend_sequence_end(scene.backend), 1);
    assert_int_equal(scene_figures(&scene, SCENE_PROJECT).profiles, 0);
    scene_end(&scene);
}

static bool flush_due(struct scene *scene, bool wal_is_long)
{
    bool flushed;
    assert_int_equal(
        backend_flush(scene->backend, BACKEND_FLUSH_DUE, wal_is_long, &flushed, &scene->error),
        STATUS_OK);
    return flushed;
}

static void flushes_who_is_due_and_who_keeps_a_long_log(void **state)
{
    (void)state;
    struct scene scene;
    struct backend_options options = {.memtable_rows_max = 100};
    scene_begin(&scene, &options);
    add_some(&scene, 7, START_MS, 3);
    add_some(&scene, 5, START_MS, 99);
    assert_false(flush_due(&scene, false));
    add_some(&scene, 5, START_MS, 1);
    assert_true(flush_due(&scene, false));
    assert_int_equal(scene_figures(&scene, 5).segments, 1);
    assert_int_equal(scene_figures(&scene, 7).segments, 0);
    assert_int_equal(backend_watermark(scene.backend, scene.sequence), 0);
    assert_true(flush_due(&scene, true)); /* project 7 has the oldest record */
    assert_int_equal(scene_figures(&scene, 7).segments, 1);
    assert_int_equal(backend_watermark(scene.backend, scene.sequence), scene.sequence);
    assert_false(flush_due(&scene, true));
    struct backend_figures total;
    backend_figures_total(scene.backend, &total);
    assert_int_equal(total.events, 103);
    assert_int_equal(total.segments, 2);
    assert_int_equal(total.memtable_rows, 0);
    assert_int_equal(backend_verify(scene.backend, &scene.error), STATUS_OK);
    scene_end(&scene);
}

static void ask(struct scene *scene, const char *words, enum status wanted)
{
    char json[256];
    struct arena arena;
    struct plan plan;
    struct plan_problem problem;
    struct result result;
    (void)snprintf(json, sizeof json, "%s", words);
    arena_init(&arena, 1 << 20);
    result_init(&result, 1 << 20);
    assert_int_equal(plan_parse(json, strlen(json), &arena, &plan, &problem, &scene->error),
                     STATUS_OK);
    enum status status = backend_run(scene->backend, SCENE_PROJECT, &plan, START_MS + DAY_MS,
                                     &result, &scene->error);
    assert_int_equal(status, wanted);
    if (status == STATUS_OK) {
        assert_int_equal(result.row_count, 1);
        assert_int_equal(result.cells[result.column_count - 1].integer, 50);
    }
    plan_release(&plan);
    result_release(&result);
    arena_release(&arena);
}

#define TREND                                                                 \
    "{\"kind\":\"trend\",\"time\":{\"last\":{\"count\":3,\"unit\":\"day\"}}," \
    "\"unit\":\"total\",\"measures\":[{\"event\":\"*\",\"count\":\"events\"}]"
#define BY_VALUE ",\"breakdown\":[{\"property\":\"n\",\"top\":2}]"

/* As people hold and release: a new table of projects. */
static void hold_names(struct scene *scene, const char *lines)
{
    struct project project = {.id = SCENE_PROJECT,
                              .name = TEXT("p"),
                              .zone = TEXT("UTC"),
                              .week_start = 1,
                              .shield_held = text_from(lines)};
    project_slot_publish(scene->options.projects, project_table_make(&project, 1));
}

static enum status take_piece(void *context, struct text lines, struct error *error)
{
    (void)error;
    buffer_append_text(context, lines);
    return STATUS_OK;
}

static bool export_has(struct scene *scene, const char *word, bool csv, bool shows_held)
{
    struct buffer out;
    uint64_t rows;
    buffer_init(&out, 1 << 20);
    struct backend_export options = {
        .project = SCENE_PROJECT, .to_ms = INT64_MAX / 2, .csv = csv, .shows_held = shows_held};
    assert_int_equal(
        backend_export(scene->backend, &options, take_piece, &out, &rows, &scene->error),
        STATUS_OK);
    assert_int_equal(rows, 50);
    bool found = text_find(buffer_text(&out), text_from(word)) != TEXT_NOT_FOUND;
    buffer_release(&out);
    return found;
}

static bool newest_has(struct scene *scene, const char *word)
{
    struct buffer out;
    buffer_init(&out, 1 << 20);
    assert_int_equal(backend_newest(scene->backend, SCENE_PROJECT, 5, &out, &scene->error),
                     STATUS_OK);
    bool found = text_find(buffer_text(&out), text_from(word)) != TEXT_NOT_FOUND;
    buffer_release(&out);
    return found;
}

#define WHERE(name) ",\"where\":{\"property\":\"" name "\",\"at_least\":0}}"

static void shows_nothing_of_what_is_held(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, NULL);
    hold_names(&scene, "");
    add_some(&scene, SCENE_PROJECT, START_MS, 50);
    (void)backend_publish(scene.backend);
    for (int flushed = 0; flushed < 2; flushed++) {
        hold_names(&scene, "other\nn\n");
        assert_false(export_has(&scene, "\"n\"", false, false));
        assert_false(export_has(&scene, "\"\"n\"\"", true, false));
        assert_false(newest_has(&scene, "\"n\""));
        assert_true(export_has(&scene, "\"n\"", false, true));
        ask(&scene, TREND "}", STATUS_OK);
        ask(&scene, TREND BY_VALUE "}", STATUS_DENIED);
        assert_non_null(strstr(scene.error.message, "\"n\" is held"));
        ask(&scene, TREND WHERE("n"), STATUS_DENIED);
        ask(&scene, TREND WHERE("n.part"), STATUS_DENIED);
        ask(&scene, TREND ",\"where\":{\"not\":{\"any\":[{\"property\":\"n\",\"is_set\":false}]}}}",
            STATUS_DENIED);
        ask(&scene,
            "{\"kind\":\"trend\",\"time\":{\"last\":{\"count\":3,\"unit\":\"day\"}},\"unit\":"
            "\"total\",\"measures\":[{\"event\":\"*\",\"count\":\"events\",\"where\":{\"property\":"
            "\"n\",\"is_set\":true}}]}",
            STATUS_DENIED);
        ask(&scene,
            "{\"kind\":\"funnel\",\"time\":{\"last\":{\"count\":3,\"unit\":\"day\"}},\"window\":{"
            "\"count\":1,\"unit\":\"day\"},\"steps\":[{\"event\":\"a\"},{\"event\":\"b\","
            "\"where\":{\"property\":\"n\",\"is_set\":true}}]}",
            STATUS_DENIED);
        hold_names(&scene, "nn\nN\nn.part\n"); /* others */
        assert_true(export_has(&scene, "\"n\"", false, false));
        assert_true(newest_has(&scene, "\"n\""));
        ask(&scene, TREND WHERE("n"), STATUS_OK);
        scene_flush(&scene);
    }
    scene_end(&scene);
}

static void leaves_held_members_out_of_an_object(void **state)
{
    (void)state;
    static const struct {
        const char *held;
        const char *object;
        const char *rest; /* NULL: cannot be read */
    } cases[] = {
        {"a\n", "{\"a\":1}", ""},
        {"a\n", "{\"a\":1,\"b\":2}", "\"b\":2"},
        {"a\n", "{\"b\":\"x\\\"\",\"a\":{\"b\":[1,{}]},\"c\":[true,null]}",
         "\"b\":\"x\\\"\",\"c\":[true,null]"},
        {"b\nc\n", "{\"a\":{\"b\":1},\"b\":1,\"c\":false,\"d\":1.50}",
         "\"a\":{\"b\":1},\"d\":1.50"},
        {"a\n", "{\"\\u0061\":1,\"ab\":null}", "\"ab\":null"},
        {"a\n", "{\"a\":[1,2", NULL},
        {"a\n", "[1]", NULL},
        {"a\n", "{\"b\":}", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer out;
        buffer_init(&out, 4096);
        bool is_read = held_write_rest(text_from(cases[i].held), text_from(cases[i].object), &out);
        assert_int_equal(is_read, cases[i].rest != NULL);
        buffer_append_byte(&out, 0);
        if (is_read) assert_string_equal(out.bytes, cases[i].rest);
        buffer_release(&out);
    }
}

static void keeps_questions_to_their_memory(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, NULL);
    add_some(&scene, SCENE_PROJECT, START_MS, 50);
    (void)backend_publish(scene.backend);
    ask(&scene, TREND "}", STATUS_OK);
    scene_end(&scene);
    struct backend_options options = {.query_memory_max = 512};
    scene_begin(&scene, &options);
    add_some(&scene, SCENE_PROJECT, START_MS, 50);
    (void)backend_publish(scene.backend);
    ask(&scene, TREND "}", STATUS_OK); /* a little is always there */
    add_some(&scene, SCENE_PROJECT, START_MS, 60000);
    (void)backend_publish(scene.backend);
    ask(&scene, TREND BY_VALUE "}", STATUS_TOO_LARGE); /* so many values */
    assert_non_null(strstr(scene.error.message, "memory"));
    scene_end(&scene);
}

static void gives_the_newest_by_arrival(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, NULL);
    for (int i = 0; i < 6; i++) {
        add_some(&scene, SCENE_PROJECT, START_MS - i * DAY_MS, 4); /* later ones happened before */
        if (i % 2 == 0) scene_flush(&scene);
    }
    (void)backend_publish(scene.backend);
    for (uint32_t count_max = 1; count_max < 30; count_max++) {
        struct buffer json;
        buffer_init(&json, 1 << 20);
        assert_int_equal(
            backend_newest(scene.backend, SCENE_PROJECT, count_max, &json, &scene.error),
            STATUS_OK);
        struct text rest = buffer_text(&json);
        uint32_t expected = scene.row_count < count_max ? scene.row_count : count_max;
        for (uint32_t i = 0; i < expected; i++)
            assert_int_equal(scene_next_number(&rest), scene.row_count - 1 - i);
        assert_int_equal(scene_next_number(&rest), UINT32_MAX);
        buffer_release(&json);
    }
    scene_end(&scene);
}

struct keys {
    struct event_key keys[64];
    uint32_t count;
};

static void keep_key(void *context, struct event_key key)
{
    struct keys *keys = context;
    assert_true(keys->count < 64);
    keys->keys[keys->count++] = key;
}

static void gives_the_keys_of_a_day_up_to_its_edges(void **state)
{
    (void)state;
    struct scene scene;
    struct keys found = {0};
    const int64_t times[] = {START_MS - 1, START_MS, START_MS + 5, START_MS + DAY_MS - 1,
                             START_MS + DAY_MS};
    scene_begin(&scene, NULL);
    scene_add(&scene, SCENE_PROJECT, times, 5);
    scene_flush(&scene);
    scene_add(&scene, SCENE_PROJECT, times, 5); /* in memory */
    (void)backend_publish(scene.backend);
    assert_int_equal(backend_day_keys(scene.backend, SCENE_PROJECT, START_MS / DAY_MS, keep_key,
                                      &found, &scene.error),
                     STATUS_OK);
    assert_int_equal(found.count, 6);
    for (uint32_t i = 0; i < scene.row_count; i++) {
        char id[32];
        char person[32];
        (void)snprintf(id, sizeof id, "e%u", i);
        (void)snprintf(person, sizeof person, "person %u", i % SCENE_PERSONS);
        struct event_key key = event_key_make(TEXT("Seen, \"twice\""), text_from(person),
                                              text_from(id), scene.rows[i].time_ms);
        uint32_t seen = 0;
        for (uint32_t j = 0; j < found.count; j++) {
            seen += found.keys[j].high == key.high && found.keys[j].low == key.low;
        }
        assert_int_equal(seen, i % 5 >= 1 && i % 5 <= 3);
    }
    scene_end(&scene);
}

static void knows_no_profile_of_a_stranger(void **state)
{
    (void)state;
    struct scene scene;
    struct buffer json;
    scene_begin(&scene, NULL);
    buffer_init(&json, 4096);
    assert_int_equal(backend_profile(scene.backend, SCENE_PROJECT, TEXT(""), TEXT("nobody"), &json,
                                     &scene.error),
                     STATUS_ABSENT);
    assert_null(strstr(scene.error.message, "nobody"));
    assert_int_equal(backend_check_zone(scene.backend, TEXT("Europe/Berlin"), &scene.error),
                     STATUS_OK);
    assert_int_equal(backend_check_zone(scene.backend, TEXT("Mars/Base"), &scene.error),
                     STATUS_INVALID);
    buffer_release(&json);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_a_record_once),
        cmocka_unit_test(refuses_bytes_that_are_no_batch),
        cmocka_unit_test(takes_a_record_whole_or_not_at_all),
        cmocka_unit_test(keeps_a_record_of_profiles_that_failed_out_of_files),
        cmocka_unit_test(flushes_who_is_due_and_who_keeps_a_long_log),
        cmocka_unit_test(shows_nothing_of_what_is_held),
        cmocka_unit_test(leaves_held_members_out_of_an_object),
        cmocka_unit_test(keeps_questions_to_their_memory),
        cmocka_unit_test(gives_the_newest_by_arrival),
        cmocka_unit_test(gives_the_keys_of_a_day_up_to_its_edges),
        cmocka_unit_test(knows_no_profile_of_a_stranger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
