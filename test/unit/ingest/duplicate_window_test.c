/* The window against a naive list of keys, and against what the backend holds. */
#include "base/text.h"
#include "event/batch.h"
#include "ingest/duplicate_window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { PROJECT = 3, KEYS = 3000, DAYS = 5 };

static const int64_t NOW_MS = 1790000000000;

struct place {
    char folder[64];
    struct project_slot *projects;
    struct backend *backend;
    struct duplicate_window *window;
    int settled;
    int waiting_count; /* events 0, 1, 2, … that were handed over and not applied */
};

static void store_events(struct place *place, int first, int count, uint64_t sequence);

static void settle(void *context)
{
    struct place *place = context;
    place->settled++;
    if (place->waiting_count > 0) store_events(place, 0, place->waiting_count, 1);
    place->waiting_count = 0;
    (void)backend_publish(place->backend);
}

static void make_window(struct place *place, uint64_t bytes_max)
{
    if (place->window) duplicate_window_release(place->window);
    struct duplicate_window_options options = {
        .backend = place->backend, .settle = settle, .context = place, .bytes_max = bytes_max};
    place->window = duplicate_window_make(&options);
}

static int set_up(void **state)
{
    struct place *place = test_calloc(1, sizeof *place);
    (void)snprintf(place->folder, sizeof place->folder, "window-XXXXXX");
    if (!mkdtemp(place->folder)) return -1;
    place->projects = project_slot_make();
    struct backend_options options = {
        .folder = place->folder, .projects = place->projects, .query_threads = 1};
    struct error error;
    if (backend_open(&options, &place->backend, &error) != STATUS_OK) return -1;
    make_window(place, 0);
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    duplicate_window_release(place->window);
    backend_close(place->backend);
    project_slot_release(place->projects);
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf %s", place->folder);
    int failed = system(command);
    test_free(place);
    return failed;
}

static struct event_key key_of(int number)
{
    char id[32];
    (void)snprintf(id, sizeof id, "id-%d", number);
    return event_key_make(TEXT("Seen"), TEXT("ada"), text_from(id),
                          NOW_MS + (int64_t)(number % DAYS) * 86400000);
}

static bool add(struct place *place, uint32_t project, int number)
{
    struct error error;
    bool known;
    assert_int_equal(duplicate_window_add(place->window, project, key_of(number), &known, &error),
                     STATUS_OK);
    return known;
}

static void knows_what_was_added_project_by_project(void **state)
{
    struct place *place = *state;
    assert_false(add(place, PROJECT, 1));
    assert_true(add(place, PROJECT, 1));
    assert_false(add(place, PROJECT + 1, 1));
    assert_false(add(place, PROJECT, 2));
}

static void agrees_with_a_naive_list_over_keeps_and_forgets(void **state)
{
    struct place *place = *state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    static bool kept[KEYS];
    static bool pending[KEYS];
    memset(kept, 0, sizeof kept);
    memset(pending, 0, sizeof pending);
    for (int step = 0; step < 30000; step++) {
        int number = rand_r(&seed) % KEYS;
        assert_int_equal(add(place, PROJECT, number), kept[number] || pending[number]);
        pending[number] = !kept[number];
        if (rand_r(&seed) % 40 > 0) continue;
        bool keep = rand_r(&seed) % 2;
        if (keep) {
            duplicate_window_keep(place->window);
        } else {
            duplicate_window_forget(place->window);
        }
        for (int i = 0; i < KEYS; i++) {
            kept[i] |= keep && pending[i];
            pending[i] = false;
        }
    }
}

/* Event number i of the backend has the key number i. */
static void store_events(struct place *place, int first, int count, uint64_t sequence)
{
    struct batch_writer writer;
    batch_writer_init(&writer, PROJECT, NOW_MS, 1 << 20);
    for (int i = first; i < first + count; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "id-%d", i);
        struct event event = {
            .name = TEXT("Seen"),
            .time_ms = NOW_MS + (int64_t)(i % DAYS) * 86400000,
            .distinct_id = TEXT("ada"),
            .device_id = TEXT(""),
            .insert_id = text_from(id),
            .key = key_of(i),
            .flags = EVENT_HAS_KEY,
        };
        assert_true(batch_writer_add(&writer, &event));
    }
    struct error error;
    assert_int_equal(
        backend_apply_events(place->backend, sequence, batch_writer_finish(&writer), &error),
        STATUS_OK);
    batch_writer_release(&writer);
}

static void knows_what_the_backend_holds_flushed_or_not(void **state)
{
    struct place *place = *state;
    struct error error;
    bool flushed;
    store_events(place, 0, 100, 1);
    assert_int_equal(backend_flush(place->backend, BACKEND_FLUSH_ALL, false, &flushed, &error),
                     STATUS_OK);
    assert_true(flushed);
    store_events(place, 100, 100, 2);
    for (int i = 0; i < 200; i++)
        assert_true(add(place, PROJECT, i));
    for (int i = 200; i < 300; i++)
        assert_false(add(place, PROJECT, i));
    assert_int_equal(place->settled, 1); /* no set was dropped, so the first time is enough */
}

static void drops_sets_above_its_budget_and_loads_them_again(void **state)
{
    struct place *place = *state;
    store_events(place, 0, 500, 1);
    make_window(place, 4096);
    for (int i = 0; i < 500; i++)
        assert_true(add(place, PROJECT, i));
    uint64_t before = duplicate_window_bytes(place->window);
    duplicate_window_keep(place->window);
    duplicate_window_shrink(place->window);
    assert_true(duplicate_window_bytes(place->window) < before);
    assert_true(duplicate_window_bytes(place->window) <= 4096);
    for (int i = 0; i < 500; i++)
        assert_true(add(place, PROJECT, i));
}

/* A dropped set of a day whose events wait to be applied is all that knows of them. */
static void waits_for_events_of_a_dropped_set(void **state)
{
    struct place *place = *state;
    make_window(place, 4096);
    for (int i = 0; i < 500; i++)
        assert_false(add(place, PROJECT, i));
    assert_int_equal(place->settled, 1);
    duplicate_window_keep(place->window);
    place->waiting_count = 500;
    duplicate_window_shrink(place->window);
    for (int i = 0; i < 500; i++)
        assert_true(add(place, PROJECT, i));
    assert_int_equal(place->settled, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(knows_what_was_added_project_by_project, set_up, tear_down),
        cmocka_unit_test_setup_teardown(agrees_with_a_naive_list_over_keeps_and_forgets, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(knows_what_the_backend_holds_flushed_or_not, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(drops_sets_above_its_budget_and_loads_them_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(waits_for_events_of_a_dropped_set, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
