/* The native client's queue, its files, and a server that is away, slow or strict. */
#include "candor_scene.h"

/* ---- Queue and server ---- */

static void track_many(struct scene *scene, int count)
{
    for (int i = 0; i < count; i++) {
        struct candor_property number = candor_integer("number", i);
        assert_int_equal(candor_track(scene->candor, "Seen", &number, 1), CANDOR_OK);
    }
}

/* The numbers of all events that arrived, which are first, first + 1, …: returns how many. */
static int count_arrived(struct scene *scene, int first)
{
    int count = 0;
    for (int body = 0; body < scene->server.count; body++) {
        struct json_object *records = scene_body_of(scene, body);
        for (size_t i = 0; i < json_object_array_length(records); i++) {
            struct json_object *record = json_object_array_get_idx(records, i);
            struct json_object *number = scene_member(scene_member(record, "properties"), "number");
            if (!number) continue;
            assert_int_equal(json_object_get_int(number), first + count);
            count++;
        }
        json_object_put(records);
    }
    return count;
}

static void sends_batches_of_fifty(void **state)
{
    struct scene *scene = *state;
    track_many(scene, 60);
    assert_int_equal(candor_flush(scene->candor), CANDOR_OK);
    assert_int_equal(count_arrived(scene, 0), 60);
    assert_true(scene->server.count >= 2);
    assert_int_equal(scene_figures_of(scene).sent, 60);
    assert_int_equal(scene_figures_of(scene).queued_bytes, 0);
}

static void halves_a_batch_that_is_too_large(void **state)
{
    struct scene *scene = *state;
    track_many(scene, 20);
    scene->server.body_max = 2000;
    assert_int_equal(candor_flush(scene->candor), CANDOR_OK);
    assert_int_equal(count_arrived(scene, 0), 20);
}

static void keeps_everything_while_the_server_is_away(void **state)
{
    struct scene *scene = *state;
    static const int statuses[] = {0, 500, 503, 429, 408};
    track_many(scene, 5);
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        scene->server.status = statuses[i];
        assert_int_equal(candor_flush(scene->candor), CANDOR_WAITING);
    }
    scene->server.status = 200;
    assert_int_equal(candor_flush(scene->candor), CANDOR_OK);
    assert_int_equal(count_arrived(scene, 0), 5);
}

static void waits_as_long_as_the_server_asks(void **state)
{
    struct scene *scene = *state;
    track_many(scene, 1);
    scene->server.status = 503;
    scene->server.retry_after_s = 120;
    assert_int_equal(candor_flush(scene->candor), CANDOR_WAITING);
    scene->server.status = 200;
    scene->server.now_ms += 119 * 1000;
    assert_true(candor_tick(scene->candor) > 0);
    assert_int_equal(scene->server.count, 0);
    scene->server.now_ms += 2 * 1000;
    (void)candor_tick(scene->candor);
    assert_int_equal(scene->server.count, 1);
}

static void backs_off_with_jitter_and_a_ceiling(void **state)
{
    struct scene *scene = *state;
    track_many(scene, 1);
    scene->server.status = 500;
    int64_t longest = 0;
    for (int i = 0; i < 40; i++) {
        assert_int_equal(candor_flush(scene->candor), CANDOR_WAITING);
        int64_t wait = candor_tick(scene->candor);
        if (wait > longest) longest = wait;
    }
    assert_true(longest > 30 * 1000);
    assert_true(longest <= 10 * 60 * 1000);
}

static void survives_a_clock_that_jumps(void **state)
{
    struct scene *scene = *state;
    track_many(scene, 1);
    scene->server.now_ms -= INT64_C(400) * 24 * 3600 * 1000;
    (void)candor_tick(scene->candor);
    assert_int_equal(scene->server.count, 1);
    scene->server.now_ms += INT64_C(900) * 24 * 3600 * 1000;
    track_many(scene, 1);
    (void)candor_tick(scene->candor);
    assert_int_equal(scene->server.count, 2);
}

static void drops_what_the_server_refuses(void **state)
{
    struct scene *scene = *state;
    track_many(scene, 3);
    scene->server.status = 400;
    assert_int_equal(candor_flush(scene->candor), CANDOR_OK);
    assert_int_equal(scene_figures_of(scene).dropped_refused, 3);
    assert_int_equal(scene_figures_of(scene).queued_bytes, 0);
}

static void drops_the_oldest_when_memory_is_full(void **state)
{
    struct scene *scene = *state;
    track_many(scene, 500);
    struct candor_figures figures = scene_figures_of(scene);
    assert_true(figures.dropped_full > 0);
    assert_int_equal(candor_flush(scene->candor), CANDOR_OK);
    assert_int_equal(count_arrived(scene, (int)figures.dropped_full),
                     500 - (int)figures.dropped_full);
}

static void destroys_what_waits_on_opt_out(void **state)
{
    struct scene *scene = *state;
    track_many(scene, 3);
    assert_int_equal(candor_opt_out(scene->candor), CANDOR_OK);
    assert_int_equal(candor_track(scene->candor, "Seen", NULL, 0), CANDOR_REFUSED);
    assert_int_equal(candor_app_open(scene->candor), CANDOR_REFUSED);
    assert_int_equal(candor_flush(scene->candor), CANDOR_OK);
    assert_int_equal(scene->server.count, 0);
    assert_int_equal(candor_opt_in(scene->candor), CANDOR_OK);
    assert_int_equal(candor_track(scene->candor, "Seen", NULL, 0), CANDOR_OK);
}

/* ---- Files ---- */

static void takes_up_its_queue_after_a_restart(void **state)
{
    struct scene *scene = *state;
    struct candor_property plan = candor_text("plan", "team");
    assert_int_equal(candor_identify(scene->candor, "customer-81"), CANDOR_OK);
    assert_int_equal(candor_super_set(scene->candor, &plan, 1), CANDOR_OK);
    track_many(scene, 5);
    assert_int_equal(scene_reopen(scene), CANDOR_OK);
    assert_int_equal(candor_track(scene->candor, "After", NULL, 0), CANDOR_OK);
    assert_int_equal(candor_flush(scene->candor), CANDOR_OK);
    assert_int_equal(count_arrived(scene, 0), 5);
    struct json_object *records = scene_body_of(scene, 0);
    struct json_object *after = scene_member(json_object_array_get_idx(records, 6), "properties");
    assert_string_equal(json_object_get_string(scene_member(after, "$user_id")), "customer-81");
    assert_string_equal(json_object_get_string(scene_member(after, "plan")), "team");
    json_object_put(records);
    assert_int_equal(scene_reopen(scene), CANDOR_OK);
    assert_int_equal(scene_figures_of(scene).queued_bytes, 0);
}

static char *read_whole(const char *name, long *size)
{
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    (void)fseek(file, 0, SEEK_END);
    *size = ftell(file);
    rewind(file);
    char *bytes = malloc((size_t)*size + 1);
    assert_int_equal(fread(bytes, 1, (size_t)*size, file), *size);
    (void)fclose(file);
    return bytes;
}

static void write_whole(const char *name, const char *bytes, long size)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, (size_t)size, file), size);
    (void)fclose(file);
}

/* Cut the file at every byte: what is whole before the cut is sent, in order, and it goes on. */
static void cuts_off_a_torn_end(void **state)
{
    struct scene *scene = *state;
    long size;
    track_many(scene, 4);
    candor_close(scene->candor);
    scene->candor = NULL;
    char *bytes = read_whole(scene->file, &size);
    int before = 4;
    for (long cut = size; cut >= 0; cut -= 7) {
        write_whole(scene->file, bytes, cut);
        assert_int_equal(scene_reopen(scene), CANDOR_OK);
        assert_int_equal(candor_flush(scene->candor), CANDOR_OK);
        int arrived = count_arrived(scene, 0);
        assert_true(arrived <= before);
        before = arrived;
        track_many(scene, 1);
        assert_int_equal(candor_flush(scene->candor), CANDOR_OK);
        while (scene->server.count > 0)
            free(scene->server.bodies[--scene->server.count]);
    }
    assert_int_equal(before, 0);
    free(bytes);
}

static void sends_no_damaged_record(void **state)
{
    struct scene *scene = *state;
    long size;
    track_many(scene, 3);
    candor_close(scene->candor);
    scene->candor = NULL;
    char *bytes = read_whole(scene->file, &size);
    for (long at = 0; at < size; at += 5) {
        bytes[at] = (char)(bytes[at] ^ 0x10);
        write_whole(scene->file, bytes, size);
        bytes[at] = (char)(bytes[at] ^ 0x10);
        assert_int_equal(scene_reopen(scene), CANDOR_OK);
        assert_int_equal(candor_flush(scene->candor), CANDOR_OK);
        (void)count_arrived(scene, 0); /* in order, and every body parses */
        while (scene->server.count > 0)
            free(scene->server.bodies[--scene->server.count]);
    }
    free(bytes);
}

static void begins_anew_with_a_damaged_state(void **state)
{
    struct scene *scene = *state;
    char name[96];
    assert_int_equal(candor_identify(scene->candor, "customer-81"), CANDOR_OK);
    candor_close(scene->candor);
    scene->candor = NULL;
    (void)snprintf(name, sizeof name, "%s.state", scene->file);
    write_whole(name, "CDRS0001 not at all", 19);
    assert_int_equal(scene_reopen(scene), CANDOR_OK);
    struct json_object *records;
    struct json_object *sent = scene_sent_with(scene, candor_null("x"), &records);
    assert_null(scene_member(scene_member(json_object_array_get_idx(records, 1), "properties"),
                             "$user_id"));
    (void)sent;
    json_object_put(records);
}

static void keeps_its_file_under_the_cap(void **state)
{
    struct scene *scene = *state;
    struct candor_options options = scene_options_of(scene);
    options.file_bytes_max = 8 * 1024;
    candor_close(scene->candor);
    assert_int_equal(candor_open(&scene->candor, scene->memory, MEMORY, &options), CANDOR_OK);
    track_many(scene, 300);
    long size;
    free(read_whole(scene->file, &size));
    assert_true(size <= 3 * 8 * 1024);
    struct candor_figures figures = scene_figures_of(scene);
    assert_true(figures.queued_bytes <= 8 * 1024);
    assert_int_equal(candor_flush(scene->candor), CANDOR_OK);
    assert_int_equal(count_arrived(scene, (int)figures.dropped_full),
                     300 - (int)figures.dropped_full);
}

static void works_from_memory_without_its_file(void **state)
{
    struct scene *scene = *state;
    struct candor_options options = scene_options_of(scene);
    options.file = "no-such-folder/queue";
    candor_close(scene->candor);
    assert_int_equal(candor_open(&scene->candor, scene->memory, MEMORY, &options), CANDOR_IO);
    assert_non_null(scene->candor);
    track_many(scene, 2);
    assert_int_equal(candor_flush(scene->candor), CANDOR_OK);
    assert_int_equal(count_arrived(scene, 0), 2);
}

static void refuses_to_open_without_what_it_needs(void **state)
{
    struct scene *scene = *state;
    struct candor *candor;
    struct candor_options options = scene_options_of(scene);
    assert_int_equal(candor_open(&candor, scene->memory, CANDOR_MEMORY_MIN - 1, &options),
                     CANDOR_INVALID);
    assert_null(candor);
    options.key = "";
    assert_int_equal(candor_open(&candor, scene->memory, MEMORY, &options), CANDOR_INVALID);
    scene->candor = NULL; /* its memory was used again */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sends_batches_of_fifty, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(halves_a_batch_that_is_too_large, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(keeps_everything_while_the_server_is_away, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(waits_as_long_as_the_server_asks, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(backs_off_with_jitter_and_a_ceiling, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(survives_a_clock_that_jumps, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(drops_what_the_server_refuses, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(drops_the_oldest_when_memory_is_full, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(destroys_what_waits_on_opt_out, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(takes_up_its_queue_after_a_restart, scene_begin_with_file,
                                        scene_end),
        cmocka_unit_test_setup_teardown(cuts_off_a_torn_end, scene_begin_with_file, scene_end),
        cmocka_unit_test_setup_teardown(sends_no_damaged_record, scene_begin_with_file, scene_end),
        cmocka_unit_test_setup_teardown(begins_anew_with_a_damaged_state, scene_begin_with_file,
                                        scene_end),
        cmocka_unit_test_setup_teardown(keeps_its_file_under_the_cap, scene_begin_with_file,
                                        scene_end),
        cmocka_unit_test_setup_teardown(works_from_memory_without_its_file, scene_begin_with_file,
                                        scene_end),
        cmocka_unit_test_setup_teardown(refuses_to_open_without_what_it_needs, scene_begin,
                                        scene_end),
    };
    return cmocka_run_group_tests_name("native client's queue", tests, NULL, NULL);
}
