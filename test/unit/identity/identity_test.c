#include "base/arena.h"
#include "identity/identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { PROJECT = 7 };

struct place {
    char folder[64];
    struct identity *identity;
};

static void open_again(struct place *place)
{
    struct error error;
    if (place->identity) identity_close(place->identity);
    assert_int_equal(identity_open(place->folder, &place->identity, &error), STATUS_OK);
}

static int set_up(void **state)
{
    struct place *place = test_calloc(1, sizeof *place);
    (void)snprintf(place->folder, sizeof place->folder, "identity-XXXXXX");
    if (!mkdtemp(place->folder)) return -1;
    open_again(place);
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    if (place->identity) identity_close(place->identity);
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf %s", place->folder);
    int failed = system(command);
    test_free(place);
    return failed;
}

static uint32_t number_in(struct place *place, uint32_t project, const char *id, const char *device)
{
    struct identity_sighting sighting = {.distinct_id = text_from(id),
                                         .device_id = text_from(device)};
    struct error error;
    assert_int_equal(identity_sight(place->identity, project, &sighting, 1, &error), STATUS_OK);
    return sighting.person;
}

static uint32_t number_of(struct place *place, const char *id)
{
    return number_in(place, PROJECT, id, "");
}

static void tie(struct place *place, const char *device, const char *user)
{
    (void)number_in(place, PROJECT, user, device);
}

static void flush(struct place *place)
{
    struct error error;
    assert_int_equal(identity_flush(place->identity, PROJECT, &error), STATUS_OK);
}

static void numbers_ids_in_the_order_they_come(void **state)
{
    assert_int_equal(number_of(*state, "ada"), 0);
    assert_int_equal(number_of(*state, "$device:1"), 1);
    assert_int_equal(number_of(*state, "ada"), 0);
    assert_int_equal(number_of(*state, ""), IDENTITY_NONE);
}

static void gives_a_device_to_its_first_user_only(void **state)
{
    struct place *place = *state;
    uint32_t device = number_of(place, "$device:1");
    uint32_t ada = number_of(place, "ada");
    uint32_t bob = number_of(place, "bob");
    assert_int_equal(identity_canonical(place->identity, PROJECT, device), device);
    tie(place, "$device:1", "ada");
    assert_int_equal(identity_canonical(place->identity, PROJECT, device), ada);
    tie(place, "$device:1", "bob");
    assert_int_equal(identity_canonical(place->identity, PROJECT, device), ada);
    assert_int_equal(identity_canonical(place->identity, PROJECT, bob), bob);
}

static void never_makes_chains(void **state)
{
    struct place *place = *state;
    uint32_t device = number_of(place, "$device:1");
    uint32_t other = number_of(place, "$device:2");
    uint32_t ada = number_of(place, "ada");
    tie(place, "$device:1", "ada");
    tie(place, "ada", "bob");
    tie(place, "$device:2", "$device:1");
    assert_int_equal(identity_canonical(place->identity, PROJECT, device), ada);
    assert_int_equal(identity_canonical(place->identity, PROJECT, ada), ada);
    assert_int_equal(identity_canonical(place->identity, PROJECT, other), other);
}

static void keeps_a_view_as_it_was(void **state)
{
    struct place *place = *state;
    uint32_t device = number_of(place, "$device:1");
    uint32_t ada = number_of(place, "ada");
    struct identity_view *before = identity_view(place->identity, PROJECT);
    struct identity_view *same = identity_view(place->identity, PROJECT);
    assert_ptr_equal(before, same);
    tie(place, "$device:1", "ada");
    struct identity_view *after = identity_view(place->identity, PROJECT);
    assert_int_equal(identity_view_canonical(before)[device], device);
    assert_false(identity_view_is_merged(before, ada));
    assert_int_equal(identity_view_canonical(after)[device], ada);
    assert_true(identity_view_is_merged(after, ada));
    assert_true(identity_view_is_merged(after, device));
    identity_view_release(before);
    identity_view_release(same);
    identity_view_release(after);
}

static void remembers_what_was_flushed_and_nothing_else(void **state)
{
    struct place *place = *state;
    uint32_t device = number_of(place, "$device:1");
    uint32_t ada = number_of(place, "ada");
    tie(place, "$device:1", "ada");
    flush(place);
    (void)number_of(place, "not flushed");
    open_again(place);
    assert_int_equal(identity_find(place->identity, PROJECT, TEXT("ada")), ada);
    assert_int_equal(identity_canonical(place->identity, PROJECT, device), ada);
    assert_int_equal(identity_find(place->identity, PROJECT, TEXT("not flushed")), IDENTITY_NONE);
}

static void keeps_projects_apart(void **state)
{
    struct place *place = *state;
    (void)number_of(place, "ada");
    assert_int_equal(number_in(place, 8, "bob", ""), 0);
    assert_int_equal(identity_find(place->identity, 8, TEXT("ada")), IDENTITY_NONE);
    assert_int_equal(identity_find(place->identity, 9, TEXT("ada")), IDENTITY_NONE);
}

/* --- against a naive twin --- */

enum { TWIN_IDS = 300, TWIN_STEPS = 400, ID_SIZE = 16 };

struct twin {
    char ids[TWIN_IDS][ID_SIZE]; /* by number */
    int canonical[TWIN_IDS];
    bool is_user[TWIN_IDS];
    int count;
};

static int twin_number(struct twin *twin, const char *id)
{
    for (int i = 0; i < twin->count; i++) {
        if (strcmp(twin->ids[i], id) == 0) return i;
    }
    (void)snprintf(twin->ids[twin->count], sizeof twin->ids[0], "%s", id);
    twin->canonical[twin->count] = twin->count;
    return twin->count++;
}

static void compare_with_twin(struct place *place, const struct twin *twin)
{
    struct arena arena;
    arena_init(&arena, 1 << 16);
    struct identity_view *view = identity_view(place->identity, PROJECT);
    assert_int_equal(identity_view_count(view), twin->count);
    for (int i = 0; i < twin->count; i++) {
        assert_int_equal(identity_view_canonical(view)[i], twin->canonical[i]);
        struct text text = identity_text(place->identity, PROJECT, (uint32_t)i, &arena);
        assert_string_equal(text.bytes, twin->ids[i]);
        bool merged = twin->canonical[i] != i;
        for (int j = 0; j < twin->count; j++)
            merged |= j != i && twin->canonical[j] == i;
        assert_int_equal(identity_view_is_merged(view, (uint32_t)i), merged);
    }
    identity_view_release(view);
    arena_release(&arena);
}

static uint32_t twin_sight(struct twin *twin, const char *user, const char *device)
{
    if (user[0] == 0) return IDENTITY_NONE;
    int u = twin_number(twin, user);
    if (device[0] == 0) return (uint32_t)u;
    int d = twin_number(twin, device);
    bool is_tied_to = false;
    for (int i = 0; i < twin->count; i++)
        is_tied_to |= i != d && twin->canonical[i] == d;
    bool may_tie = d != u && twin->canonical[d] == d && twin->canonical[u] == u && !is_tied_to;
    if (may_tie) twin->canonical[d] = u;
    return (uint32_t)u;
}

/* Sometimes nobody, sometimes no device, sometimes a user in a device's place, and often the same
 * ids as before. */
static void draw_sighting(unsigned *seed, char *user, char *device)
{
    if (rand_r(seed) % 3 == 0) return;
    int number = rand_r(seed) % (TWIN_IDS / 2);
    (void)snprintf(user, ID_SIZE, rand_r(seed) % 20 ? "u%d" : "$device:%d", number);
    number = rand_r(seed) % (TWIN_IDS / 2);
    (void)snprintf(device, ID_SIZE, rand_r(seed) % 20 ? "$device:%d" : "u%d", number);
    if (rand_r(seed) % 10 == 0) user[0] = 0;
    if (rand_r(seed) % 3 == 0) device[0] = 0;
}

static void sight_some(struct place *place, struct twin *twin, unsigned *seed)
{
    struct identity_sighting sightings[IDENTITY_SIGHTINGS_MAX];
    char users[IDENTITY_SIGHTINGS_MAX + 1][ID_SIZE] = {{0}};
    char devices[IDENTITY_SIGHTINGS_MAX + 1][ID_SIZE] = {{0}};
    uint32_t count = (uint32_t)rand_r(seed) % (IDENTITY_SIGHTINGS_MAX + 1);
    for (uint32_t i = 0; i < count; i++) {
        draw_sighting(seed, users[i], devices[i]);
        sightings[i] = (struct identity_sighting){.distinct_id = text_from(users[i]),
                                                  .device_id = text_from(devices[i])};
        memcpy(users[i + 1], users[i], ID_SIZE);
        memcpy(devices[i + 1], devices[i], ID_SIZE);
    }
    struct error error;
    assert_int_equal(identity_sight(place->identity, PROJECT, sightings, count, &error), STATUS_OK);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(sightings[i].person, twin_sight(twin, users[i], devices[i]));
}

static void agrees_with_a_naive_twin_over_flushes_and_restarts(void **state)
{
    struct place *place = *state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    static struct twin twin;
    memset(&twin, 0, sizeof twin);
    for (int step = 0; step < TWIN_STEPS; step++) {
        sight_some(place, &twin, &seed);
        if (rand_r(&seed) % 50 == 0) {
            flush(place);
            open_again(place);
        }
        if (rand_r(&seed) % 50 == 0) compare_with_twin(place, &twin);
    }
    compare_with_twin(place, &twin);
    flush(place);
    open_again(place);
    compare_with_twin(place, &twin);
}

/* --- damage --- */

static long file_size(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    (void)fseek(file, 0, SEEK_END);
    long size = ftell(file);
    (void)fclose(file);
    return size;
}

static void flip(const char *path, long offset)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    (void)fseek(file, offset, SEEK_SET);
    int byte = fgetc(file);
    (void)fseek(file, offset, SEEK_SET);
    (void)fputc(byte ^ 1, file);
    (void)fclose(file);
}

/* Any flipped byte before the last chunk is found; in the last chunk it is a torn tail. Never a
 * wrong id. */
static void finds_every_flipped_byte(void **state)
{
    struct place *place = *state;
    char path[128];
    (void)snprintf(path, sizeof path, "%s/p%d.ids", place->folder, PROJECT);
    (void)number_of(place, "ada");
    flush(place);
    (void)number_of(place, "bob");
    flush(place);
    long first_end = file_size(path);
    (void)number_of(place, "eve");
    flush(place);
    identity_close(place->identity);
    place->identity = NULL;
    for (long offset = 0; offset < file_size(path); offset++) {
        flip(path, offset);
        struct error error;
        enum status status = identity_open(place->folder, &place->identity, &error);
        if (offset < first_end) {
            assert_int_equal(status, STATUS_CORRUPT);
        } else {
            assert_int_equal(status, STATUS_OK);
            assert_int_equal(number_of(place, "bob"), 1);
            assert_int_equal(identity_find(place->identity, PROJECT, TEXT("eve")), IDENTITY_NONE);
            identity_close(place->identity);
        }
        place->identity = NULL;
        flip(path, offset);
    }
}

static void goes_on_after_a_torn_tail(void **state)
{
    struct place *place = *state;
    char path[128];
    (void)snprintf(path, sizeof path, "%s/p%d.ids", place->folder, PROJECT);
    (void)number_of(place, "ada");
    flush(place);
    long end = file_size(path);
    (void)number_of(place, "bob");
    flush(place);
    for (long size = file_size(path) - 1; size >= end; size--) {
        assert_int_equal(truncate(path, size), 0);
        open_again(place);
        assert_int_equal(identity_find(place->identity, PROJECT, TEXT("bob")), IDENTITY_NONE);
        assert_int_equal(number_of(place, "bob"), 1);
        flush(place);
        open_again(place);
        assert_int_equal(identity_find(place->identity, PROJECT, TEXT("bob")), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers_ids_in_the_order_they_come, set_up, tear_down),
        cmocka_unit_test_setup_teardown(gives_a_device_to_its_first_user_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(never_makes_chains, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keeps_a_view_as_it_was, set_up, tear_down),
        cmocka_unit_test_setup_teardown(remembers_what_was_flushed_and_nothing_else, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(keeps_projects_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(agrees_with_a_naive_twin_over_flushes_and_restarts, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(finds_every_flipped_byte, set_up, tear_down),
        cmocka_unit_test_setup_teardown(goes_on_after_a_torn_tail, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
