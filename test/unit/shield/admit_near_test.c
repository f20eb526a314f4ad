/* What the door tells the drift watch of its detectors: near misses, and findings that are sure. */
#include "shield/shield_watch.h"
#include "shield_scene.h"
#include "support/seeded.h"

#include <stdio.h>
#include <string.h>

struct counts {
    struct text property;
    uint64_t count, near, sure;
};

static void take_counts(void *context, const struct shield_watch_row *row)
{
    struct counts *counts = context;
    if (!text_equal(row->property, counts->property)) return;
    counts->count += row->count;
    counts->near += row->near;
    counts->sure += row->sure;
}

static struct counts counts_of(struct shield_scene *scene, const char *property)
{
    struct counts counts = {.property = text_from(property)};
    (void)shield_watch_read(shield_watch_of(scene->shield), scene->project.id, scene->now_ms,
                            take_counts, &counts);
    return counts;
}

static void assert_counts(struct shield_scene *scene, const char *property, uint64_t count,
                          uint64_t near, uint64_t sure)
{
    struct counts counts = counts_of(scene, property);
    if (counts.count == count && counts.near == near && counts.sure == sure) return;
    fail_msg("%s: %u, near %u, sure %u", property, (unsigned)counts.count, (unsigned)counts.near,
             (unsigned)counts.sure);
}

static void give(struct shield_scene *scene, const char *property, const char *json, int times)
{
    for (int i = 0; i < times; i++)
        (void)shield_scene_value(scene, property, json);
}

static void what_lacks_only_context_is_a_near_miss_each_time(void **state)
{
    (void)state;
    static struct shield_scene scene;
    shield_scene_open(&scene);
    give(&scene, "title", "\"Anna Schmidt\"", 30); /* a person, if anything said so */
    give(&scene, "title", "\"Summer sale\"", 10);
    assert_counts(&scene, "title", 40, 30, 0);
    give(&scene, "ref", "\"9434765919\"", 5); /* passes the NHS number's check */
    give(&scene, "ref", "\"9434765918\"", 5);
    assert_counts(&scene, "ref", 10, 5, 0);
    give(&scene, "ref2", "9434765919", 2); /* as a number */
    give(&scene, "ref2", "-9434765919", 1);
    give(&scene, "ref2", "0", 1);
    assert_counts(&scene, "ref2", 4, 2, 0);
    shield_scene_close(&scene);
}

static void what_is_harmless_is_none(void **state)
{
    (void)state;
    static struct shield_scene scene;
    static const char *const values[] = {
        "\"\"",       "\"c56a4180-65aa-42ec-a945-5fd21dec0538\"",
        "\"2.83.0\"", "\"https://shop.example.com/orders/9434765919\"",
        "true",       "\"e83c5163316f89bfbde7d9ab23ca2e25604af290\"",
        "null",       "\"2026-11-22T10:11:12Z\"",
        "17.5",       "\"checkout button\"",
        "[1,2]",      "{\"a\":\"Anna\"}",
    };
    shield_scene_open(&scene);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        give(&scene, "thing", values[i], 3);
    assert_counts(&scene, "thing", 3 * sizeof values / sizeof *values, 0, 0);
    give(&scene, "duration", "9434765919", 3); /* a measure by its name */
    assert_counts(&scene, "duration", 3, 0, 0);
    shield_scene_close(&scene);
}

/* With context it is a finding, and no near miss. */
static void what_is_found_is_no_near_miss(void **state)
{
    (void)state;
    static struct shield_scene scene;
    shield_scene_open(&scene);
    give(&scene, "nhs_number", "\"9434765919\"", 3);
    assert_true(shield_scene_found(&scene, "N07") > 0);
    assert_counts(&scene, "nhs_number", 3, 0, 0); /* of tier C: found, and not sure */
    shield_scene_close(&scene);
}

static void only_what_is_verified_and_taken_is_sure(void **state)
{
    (void)state;
    static struct shield_scene scene;
    shield_scene_open(&scene);
    give(&scene, "note", "\"4532 0151 1283 0366\"", 4);
    assert_counts(&scene, "note", 4, 0, 4);
    give(&scene, "note2", "\"to anna.schmidt@web.de, please\"", 4); /* a marker takes its place */
    assert_counts(&scene, "note2", 4, 0, 4);
    give(&scene, "note3", "\"4242 4242 4242 4242\"", 4); /* published for tests */
    assert_counts(&scene, "note3", 4, 0, 0);
    give(&scene, "password", "\"hunter22!\"", 4); /* S38 is of tier S */
    assert_counts(&scene, "password", 4, 0, 0);
    give(&scene, "from", "\"203.0.113.77\"", 4); /* made coarser */
    assert_int_equal(counts_of(&scene, "from").near, 0);
    shield_scene_close(&scene);
}

static void it_counts_however_deep_it_is_wrapped(void **state)
{
    (void)state;
    static struct shield_scene scene;
    shield_scene_open(&scene);
    give(&scene, "list", "[\"x\",{\"a\":{\"b\":\"4532015112830366\"}}]", 3);
    assert_counts(&scene, "list", 3, 0, 3);
    give(&scene, "blob", "\"34353332303135313132383330333636\"", 3);
    assert_counts(&scene, "blob", 3, 0, 3);
    give(&scene, "both", "\"4532015112830366 or anna.schmidt@web.de\"", 3); /* one value each */
    assert_counts(&scene, "both", 3, 0, 3);
    shield_scene_close(&scene);
}

/* What an address's query says is left out by the template whatever it is. */
static void what_a_template_leaves_out_does_not_count(void **state)
{
    (void)state;
    static struct shield_scene scene;
    shield_scene_open(&scene);
    const char *with_mail = "\"https://shop.example.com/cart?mail=anna.schmidt@web.de\"";
    give(&scene, "page", with_mail, 5);
    assert_true(shield_scene_found(&scene, "P01") > 0);
    assert_counts(&scene, "page", 5, 0, 0);
    give(&scene, "pages", "[\"https://shop.example.com/?m=anna.schmidt@web.de\"]", 5);
    assert_counts(&scene, "pages", 5, 0, 0);
    shield_scene_close(&scene);
}

static void twenty_values_and_three_findings_ask_for_a_hold(void **state)
{
    (void)state;
    static struct shield_scene scene;
    struct shield_hold hold;
    shield_scene_open(&scene);
    give(&scene, "note", "\"add to cart\"", WATCH_NEW - 3);
    give(&scene, "note", "\"4532015112830366\"", 2);
    assert_false(shield_watch_next_hold(shield_watch_of(scene.shield), &hold));
    give(&scene, "note", "\"4532015112830366\"", 1);
    assert_int_equal(shield_scene_found(&scene, "W12"), 1);
    assert_true(shield_watch_next_hold(shield_watch_of(scene.shield), &hold));
    assert_int_equal(hold.number, WATCH_SURELY);
    assert_string_equal(hold.property, "note");
    assert_false(shield_watch_next_hold(shield_watch_of(scene.shield), &hold));
    shield_scene_close(&scene);
}

static void profiles_are_watched_likewise_and_a_scan_is_not(void **state)
{
    (void)state;
    static struct shield_scene scene;
    shield_scene_open(&scene);
    scene.source = SHIELD_FROM_PROFILE;
    give(&scene, "bio", "\"4532015112830366\"", 3);
    assert_counts(&scene, "bio", 3, 0, 3);
    scene.source = SHIELD_FROM_SCAN;
    give(&scene, "bio", "\"4532015112830366\"", 3);
    give(&scene, "bio", "\"Anna Schmidt\"", 3);
    assert_counts(&scene, "bio", 3, 0, 3);
    shield_scene_close(&scene);
}

/* Random values under random names: the watch sees every one, and what it saw says nothing of a
 * value that the record still has. */
static void counts_never_exceed_what_came(void **state)
{
    (void)state;
    static struct shield_scene scene;
    static const char *const names[] = {"note", "title", "customer_id", "version", "list"};
    static const char *const values[] = {
        "\"Anna Schmidt\"", "\"4532015112830366\"",  "9434765919", "\"x7#Kq!pZ2&mW9)Tg4$\"",
        "[\"a@web.de\"]",   "\"\xc3\xa9t\xc3\xa9\"", "null",       "\"4111 1111\"",
    };
    struct seeded luck = seeded_begin("counts_never_exceed_what_came");
    uint64_t given[5] = {0};
    shield_scene_open(&scene);
    for (int i = 0; i < 1000; i++) {
        uint32_t name = seeded_below(&luck, 5);
        give(&scene, names[name], values[seeded_below(&luck, 8)], 1);
        given[name]++;
    }
    for (int i = 0; i < 5; i++) {
        struct counts counts = counts_of(&scene, names[i]);
        assert_int_equal(counts.count, given[i]);
        assert_true(counts.near + counts.sure <= counts.count);
    }
    shield_scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_lacks_only_context_is_a_near_miss_each_time),
        cmocka_unit_test(what_is_harmless_is_none),
        cmocka_unit_test(what_is_found_is_no_near_miss),
        cmocka_unit_test(only_what_is_verified_and_taken_is_sure),
        cmocka_unit_test(it_counts_however_deep_it_is_wrapped),
        cmocka_unit_test(what_a_template_leaves_out_does_not_count),
        cmocka_unit_test(twenty_values_and_three_findings_ask_for_a_hold),
        cmocka_unit_test(profiles_are_watched_likewise_and_a_scan_is_not),
        cmocka_unit_test(counts_never_exceed_what_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
