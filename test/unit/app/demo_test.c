/* The demo: the same bytes for the same seed on every machine, and a shop that could be real. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/demo.h"
#include "base/arena.h"
#include "base/calendar.h"
#include "base/text_index.h"
#include "codec/block.h"
#include "codec/json_tree.h"
#include "codec/utf8.h"
#include "event/batch.h"
#include "event/event_limits.h"

#include <stdlib.h>
#include <string.h>

enum { END_DAY = 20600, EVENTS = 20000 };

static struct demo *make(uint64_t event_count, uint64_t seed, int64_t until_ms)
{
    struct demo_options options = {
        .event_count = event_count, .seed = seed, .end_day = END_DAY, .until_ms = until_ms};
    return demo_make(&options);
}

/* Every byte of every event and profile. */
static uint64_t fingerprint(const struct demo *demo)
{
    struct demo_scratch *scratch = calloc(1, sizeof *scratch);
    struct batch_writer writer;
    batch_writer_init(&writer, 1, 0, 1 << 28);
    for (uint64_t i = 0; i < demo_event_count(demo); i++) {
        struct event event;
        demo_event(demo, i, scratch, &event);
        assert_true(batch_writer_add(&writer, &event));
    }
    struct text bytes = batch_writer_finish(&writer);
    uint64_t hash = block_checksum(bytes.bytes, bytes.size, 0);
    batch_writer_release(&writer);

    struct buffer profiles;
    buffer_init(&profiles, 1 << 28);
    profile_batch_begin(&profiles, 1, 0);
    for (uint32_t i = 0; i < demo_profile_count(demo); i++) {
        struct profile_change change;
        demo_profile(demo, i, scratch, &change);
        profile_batch_add(&profiles, &change);
    }
    hash = block_checksum(profiles.bytes, profiles.size, hash);
    buffer_release(&profiles);
    free(scratch);
    return hash;
}

static uint64_t fingerprint_of(uint64_t event_count, uint64_t seed, int64_t until_ms)
{
    struct demo *demo = make(event_count, seed, until_ms);
    uint64_t hash = fingerprint(demo);
    demo_release(demo);
    return hash;
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
    (void)state;
    uint64_t hash = fingerprint_of(EVENTS, 42, INT64_MAX);
    assert_true(hash == fingerprint_of(EVENTS, 42, INT64_MAX));
    assert_true(hash != fingerprint_of(EVENTS, 43, INT64_MAX));
    assert_true(hash != fingerprint_of(EVENTS + 1, 42, INT64_MAX));
    /* On this machine and on every other: a new number here is a new demo, and release notes
     * should say so. */
    if (hash != UINT64_C(0x4fc7e2987ae65fbd))
        fail_msg("the demo of seed 42 is %#llx", (unsigned long long)hash);
}

static void gives_as_many_events_as_asked_for(void **state)
{
    (void)state;
    const uint64_t counts[] = {1, 2, 7, 100, 12345};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct demo *demo = make(counts[i], 42, INT64_MAX);
        assert_int_equal(demo_event_count(demo), counts[i]);
        demo_release(demo);
    }
}

static void is_in_the_order_of_time_within_its_days(void **state)
{
    (void)state;
    struct demo_scratch *scratch = calloc(1, sizeof *scratch);
    struct demo *demo = make(EVENTS, 42, INT64_MAX);
    /* The first day begins with the earliest zone's morning. */
    int64_t before_ms = (END_DAY - DEMO_DAYS + 1) * CALENDAR_DAY_MS - 14 * INT64_C(3600000);
    for (uint64_t i = 0; i < demo_event_count(demo); i++) {
        struct event event;
        demo_event(demo, i, scratch, &event);
        assert_true(event.time_ms >= before_ms);
        before_ms = event.time_ms;
    }
    assert_true(before_ms < (END_DAY + 1) * CALENDAR_DAY_MS);
    demo_release(demo);
    free(scratch);
}

static void leaves_out_what_has_not_happened(void **state)
{
    (void)state;
    struct demo_scratch *scratch = calloc(1, sizeof *scratch);
    int64_t noon_ms = END_DAY * CALENDAR_DAY_MS + CALENDAR_DAY_MS / 2;
    struct demo *demo = make(EVENTS, 42, noon_ms);
    struct demo *whole = make(EVENTS, 42, INT64_MAX);
    assert_true(demo_event_count(demo) < demo_event_count(whole));
    for (uint64_t i = 0; i < demo_event_count(demo); i++) {
        struct event event;
        demo_event(demo, i, scratch, &event);
        int64_t time_ms = event.time_ms;
        struct event_key key = event.key;
        demo_event(whole, i, scratch, &event);
        assert_true(time_ms <= noon_ms);
        assert_true(event.time_ms == time_ms);
        assert_true(event.key.high == key.high);
    }
    demo_release(whole);
    demo_release(demo);
    free(scratch);
}

static void keeps_to_the_limits_of_events(void **state)
{
    (void)state;
    struct demo_scratch *scratch = calloc(1, sizeof *scratch);
    struct demo *demo = make(EVENTS, 42, INT64_MAX);
    struct arena arena;
    arena_init(&arena, 1 << 16);
    for (uint64_t i = 0; i < demo_event_count(demo); i++) {
        struct event event;
        demo_event(demo, i, scratch, &event);
        assert_true(event.property_count <= EVENT_PROPERTY_COUNT_MAX);
        assert_true(event.insert_id.size > 0 && event.insert_id.size <= EVENT_INSERT_ID_SIZE_MAX);
        assert_true(event.distinct_id.size > 0);
        for (uint32_t p = 0; p < event.property_count; p++) {
            const struct property *property = &event.properties[p];
            for (uint32_t q = 0; q < p; q++) {
                assert_false(text_equal(event.properties[q].name, property->name));
            }
            if (property->value.kind == VALUE_TEXT) {
                assert_true(utf8_valid(property->value.text));
                assert_true(property->value.text.size > 0);
                assert_true(property->value.text.size <= EVENT_TEXT_POINTS_MAX);
            }
            if (property->value.kind != VALUE_LIST) continue;
            size_t mark = arena_mark(&arena);
            struct json_node *root;
            struct error error;
            struct text copy = arena_text(&arena, property->value.text);
            char *json = ARENA_ARRAY(&arena, char, copy.size);
            memcpy(json, copy.bytes, copy.size);
            assert_int_equal(json_tree_parse(json, copy.size, &arena, &root, &error), STATUS_OK);
            assert_true(root->child_count > 0);
            arena_rewind(&arena, mark);
        }
    }
    arena_release(&arena);
    demo_release(demo);
    free(scratch);
}

static void no_two_events_have_the_same_key(void **state)
{
    (void)state;
    struct demo_scratch *scratch = calloc(1, sizeof *scratch);
    struct demo *demo = make(EVENTS, 42, INT64_MAX);
    struct text_index keys;
    text_index_init(&keys);
    for (uint64_t i = 0; i < demo_event_count(demo); i++) {
        struct event event;
        demo_event(demo, i, scratch, &event);
        struct text key = {(const char *)&event.key, sizeof event.key};
        assert_int_equal(text_index_add(&keys, key), i);
    }
    text_index_release(&keys);
    demo_release(demo);
    free(scratch);
}

/* A device that is tied to a user is tied to one. */
static void ties_devices_to_one_user_each(void **state)
{
    (void)state;
    struct demo_scratch *scratch = calloc(1, sizeof *scratch);
    struct demo *demo = make(EVENTS, 42, INT64_MAX);
    struct text_index devices;
    struct text_index users;
    uint32_t *user_of = calloc(EVENTS, sizeof *user_of);
    uint32_t ties = 0;
    text_index_init(&devices);
    text_index_init(&users);
    for (uint64_t i = 0; i < demo_event_count(demo); i++) {
        struct event event;
        demo_event(demo, i, scratch, &event);
        if (event.device_id.size == 0) continue;
        uint32_t known = devices.count;
        uint32_t device = text_index_add(&devices, event.device_id);
        uint32_t user = text_index_add(&users, event.distinct_id);
        if (device == known) user_of[device] = user;
        assert_int_equal(user_of[device], user);
        ties++;
    }
    assert_true(ties > EVENTS / 10);
    assert_true(devices.count > users.count); /* some have two */
    free(user_of);
    text_index_release(&users);
    text_index_release(&devices);
    demo_release(demo);
    free(scratch);
}

/* People who did each step at all: fewer and fewer. */
static void the_funnel_narrows(void **state)
{
    (void)state;
    static const struct text steps[] = {
        TEXT_INIT("Page Viewed"),      TEXT_INIT("Product Viewed"), TEXT_INIT("Add To Cart"),
        TEXT_INIT("Checkout Started"), TEXT_INIT("Purchase"),
    };
    enum { STEPS = sizeof steps / sizeof steps[0] };
    struct demo_scratch *scratch = calloc(1, sizeof *scratch);
    struct demo *demo = make(EVENTS, 42, INT64_MAX);
    uint32_t counts[STEPS] = {0};
    for (uint64_t i = 0; i < demo_event_count(demo); i++) {
        struct event event;
        demo_event(demo, i, scratch, &event);
        for (int s = 0; s < STEPS; s++)
            counts[s] += text_equal(event.name, steps[s]);
    }
    for (int s = 2; s < STEPS; s++) {
        assert_true(counts[s] * 10 < counts[s - 1] * 9);
        assert_true(counts[s] > 0);
    }
    demo_release(demo);
    free(scratch);
}

static void profiles_are_those_who_signed_up(void **state)
{
    (void)state;
    struct demo_scratch *scratch = calloc(1, sizeof *scratch);
    struct demo *demo = make(EVENTS, 42, INT64_MAX);
    struct text_index users;
    text_index_init(&users);
    for (uint64_t i = 0; i < demo_event_count(demo); i++) {
        struct event event;
        demo_event(demo, i, scratch, &event);
        if (text_equal(event.name, TEXT("Sign Up"))) text_index_add(&users, event.distinct_id);
    }
    assert_int_equal(demo_profile_count(demo), users.count);
    assert_true(demo_profile_count(demo) < demo_person_count(demo));
    for (uint32_t i = 0; i < demo_profile_count(demo); i++) {
        struct profile_change change;
        demo_profile(demo, i, scratch, &change);
        assert_int_equal(text_index_find(&users, change.id), i);
        assert_true(text_equal(change.steps[0].name, TEXT("$name")));
    }
    text_index_release(&users);
    demo_release(demo);
    free(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_bytes),
        cmocka_unit_test(gives_as_many_events_as_asked_for),
        cmocka_unit_test(is_in_the_order_of_time_within_its_days),
        cmocka_unit_test(leaves_out_what_has_not_happened),
        cmocka_unit_test(keeps_to_the_limits_of_events),
        cmocka_unit_test(no_two_events_have_the_same_key),
        cmocka_unit_test(ties_devices_to_one_user_each),
        cmocka_unit_test(the_funnel_narrows),
        cmocka_unit_test(profiles_are_those_who_signed_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
