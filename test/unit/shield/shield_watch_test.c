/* The drift watch: a new property that looks random is told within 20 values and asked to be held;
 * a change is told within 500 values; nothing is told of properties that stay as they are. */
#include "shield_scene.h"
#include "shield_watch_rig.h"
#include "support/seeded.h"

#include <stdio.h>
#include <string.h>

enum { DRIFTS = 500, BEFORE = 1000, AFTER = 500 };

static struct seeded luck;

static uint32_t chance(uint32_t below)
{
    return seeded_below(&luck, below);
}

static struct value word(char out[64])
{
    static const char *const words[] = {"checkout", "landing page", "pricing", "team invite",
                                        "settings", "onboarding",   "search",  "product list"};
    (void)snprintf(out, 64, "%s", words[chance(8)]);
    return value_from_text(text_from(out));
}

static struct value random_text(char out[64])
{
    size_t size = 12 + chance(12);
    for (size_t i = 0; i < size; i++)
        out[i] = (char)(33 + chance(94));
    return value_from_text((struct text){out, size});
}

static struct value long_text(char out[64])
{
    return value_from_text(
        (struct text){out, (size_t)snprintf(out, 64, "%s and then the whole of what there was",
                                            chance(2) ? "somebody" : "nobody at all")});
}

static struct value many_words(char out[64])
{
    int size = snprintf(out, 64, "%c%c%c%c", 'a' + (int)chance(26), 'a' + (int)chance(26),
                        'a' + (int)chance(26), 'a' + (int)chance(26));
    return value_from_text((struct text){out, (size_t)size});
}

static struct value digits(char out[64])
{
    return value_from_text((struct text){out, (size_t)snprintf(out, 64, "%08u", chance(99999999))});
}

/* As code names things: camel case, versions, paths. */
static struct value code_name(char out[64])
{
    static const char *const words[] = {"checkoutButton_v2", "Main/Header.Nav-3", "HTTPServer2",
                                        "#cart > .item:4",   "Plan_B/Step-12",    "iOS17_ABTest"};
    (void)snprintf(out, 64, "%s", words[chance(6)]);
    return value_from_text(text_from(out));
}

/* Eight letters, all by chance or the first four always the same. */
static struct value letters(char out[64], bool alike)
{
    for (int i = 0; i < 8; i++)
        out[i] = (char)('a' + chance(26));
    if (alike) memcpy(out, "acct", 4);
    return value_from_text((struct text){out, 8});
}

/* Values of one kind. */
enum make { WORD, RANDOM, LONG, NUMBER, MANY, DIGITS, CODE, LETTERS, ALIKE, NOTHING, CAMPAIGN };

static struct value make_value(enum make make, char out[64])
{
    switch (make) {
    case WORD: return word(out);
    case RANDOM: return random_text(out);
    case LONG: return long_text(out);
    case NUMBER: return value_from_integer(chance(50));
    case MANY: return many_words(out);
    case DIGITS: return digits(out);
    case CODE: return code_name(out);
    case LETTERS: return letters(out, false);
    case ALIKE: return letters(out, true);
    case NOTHING: return (struct value){.kind = VALUE_NULL};
    case CAMPAIGN: break;
    }
    return chance(10) < 3 ? value_from_text(TEXT("summer sale")) : word(out);
}

static void give(struct watch_rig *rig, const char *sdk, const char *name, enum make make)
{
    char bytes[64];
    watch_rig_give(
        rig, &(struct watch_given){.sdk = sdk, .name = name, .value = make_value(make, bytes)});
}

static void a_new_random_property_is_told_at_20_values_and_asked_to_be_held(void **state)
{
    (void)state;
    struct watch_rig rig;
    struct shield_hold hold;
    watch_rig_begin(&rig, NULL);
    for (int i = 0; i < 10000; i++)
        give(&rig, "web/1.4.0", "$el_tag", WORD);
    for (int i = 0; i < WATCH_NEW - 1; i++)
        give(&rig, "web/1.5.0", "$el_attr__value", RANDOM);
    assert_int_equal(watch_rig_told(&rig).count, 0);
    give(&rig, "web/1.5.0", "$el_attr__value", RANDOM);
    assert_string_equal(watch_rig_told(&rig).detectors, "W01 ");
    assert_true(shield_watch_next_hold(rig.watch, &hold));
    assert_int_equal(hold.project, 1);
    assert_string_equal(hold.property, "$el_attr__value");
    assert_false(shield_watch_next_hold(rig.watch, &hold));
    for (int i = 0; i < 1000; i++)
        give(&rig, "web/1.5.0", "$el_attr__value", RANDOM);
    assert_int_equal(watch_rig_told(&rig).count, 1);
    watch_rig_end(&rig);
}

/* Chance does not decide: text of all printable characters costs but little more than names in code
 * do, and is told apart all the same. */
static void what_is_random_looks_so_every_time(void **state)
{
    (void)state;
    enum { TRIES = 2000 };
    struct watch_rig rig;
    struct shield_hold hold;
    char name[16];
    int held = 0;
    watch_rig_begin(&rig, NULL);
    for (int i = 0; i < WATCH_LEARN; i++)
        give(&rig, "web/1", "page", WORD);
    for (int i = 0; i < TRIES; i++) {
        (void)snprintf(name, sizeof name, "n%d", i);
        for (int k = 0; k < WATCH_NEW; k++)
            give(&rig, "web/1", name, i % 2 ? RANDOM : CODE);
        bool is_held = shield_watch_next_hold(rig.watch, &hold);
        if (is_held) assert_true(i % 2 == 1);
        held += is_held;
    }
    assert_int_equal(held, TRIES / 2);
    watch_rig_end(&rig);
}

static void a_new_property_of_words_is_noted_and_not_held(void **state)
{
    (void)state;
    struct watch_rig rig;
    struct shield_hold hold;
    watch_rig_begin(&rig, NULL);
    for (int i = 0; i < WATCH_LEARN; i++)
        give(&rig, "web/1", "page", WORD);
    for (int i = 0; i < 100; i++)
        give(&rig, "web/1", "section", WORD);
    assert_string_equal(watch_rig_told(&rig).detectors, "W02 ");
    assert_int_equal(watch_rig_told(&rig).alerts, 0);
    assert_false(shield_watch_next_hold(rig.watch, &hold));
    watch_rig_end(&rig);
}

static void nothing_is_told_while_a_project_learns(void **state)
{
    (void)state;
    struct watch_rig rig;
    watch_rig_begin(&rig, NULL);
    for (int i = 0; i < WATCH_LEARN; i++)
        give(&rig, "web/1", i % 2 ? "id" : "page", i % 2 ? RANDOM : WORD);
    assert_int_equal(watch_rig_told(&rig).count, 0);
    watch_rig_end(&rig);
}

static void finds_changes_within_500_values(void **state)
{
    (void)state;
    static const enum make drifts[] = {RANDOM, LONG, NUMBER, DIGITS, ALIKE, NOTHING};
    static const enum make usual[] = {WORD, MANY};
    int found = 0;
    for (int i = 0; i < DRIFTS; i++) {
        struct watch_rig rig;
        bool is_split = i % 3 == 0;
        enum make before = usual[i % 2];
        enum make after = drifts[i / 2 % 6];
        watch_rig_begin(&rig, NULL);
        for (uint32_t k = 0; k < BEFORE + chance(WATCH_WINDOW); k++)
            give(&rig, "web/1", "value", before);
        uint32_t share = 5 + chance(6); /* of 10 values so many are of the new kind */
        for (int k = 0; k < AFTER; k++)
            give(&rig, is_split ? "web/2" : "web/1", "value", chance(10) < share ? after : before);
        found += watch_rig_told(&rig).alerts > 0;
        watch_rig_end(&rig);
    }
    print_message("%d of %d drifts found\n", found, DRIFTS);
    assert_true(found * 100 >= DRIFTS * 95);
}

/* Kinds of characters, lengths and surprise stay what they are. */
static void many_texts_that_begin_alike_are_told(void **state)
{
    (void)state;
    struct watch_rig rig;
    watch_rig_begin(&rig, NULL);
    for (int i = 0; i < BEFORE; i++)
        give(&rig, "web/1", "account", LETTERS);
    for (int i = 0; i < AFTER; i++)
        give(&rig, "web/1", "account", ALIKE);
    assert_string_equal(watch_rig_told(&rig).detectors, "W09 ");
    for (int i = 0; i < 2 * BEFORE; i++)
        give(&rig, "web/1", "account", ALIKE);
    assert_int_equal(watch_rig_told(&rig).count, 1);
    watch_rig_end(&rig);
}

/* Releases every two weeks, weekends, a campaign that triples traffic and shifts the mix of words,
 * an outage. */
static void ninety_quiet_days_are_quiet(void **state)
{
    (void)state;
    struct watch_rig rig;
    char sdk[16];
    watch_rig_begin(&rig, NULL);
    for (int day = 0; day < 90; day++) {
        bool is_campaign = day >= 30 && day < 37;
        int events = day == 50 ? 0 : day % 7 >= 5 ? 400 : is_campaign ? 3000 : 1000;
        (void)snprintf(sdk, sizeof sdk, "web/1.%d", day / 14);
        for (int hour = 0; hour < 24; hour++) {
            rig.now_ms += WATCH_RIG_HOUR_MS;
            shield_watch_tend(rig.watch, rig.now_ms);
        }
        for (int i = 0; i < events; i++) {
            give(&rig, sdk, "page", is_campaign ? CAMPAIGN : WORD);
            give(&rig, sdk, "user", MANY);
            give(&rig, sdk, "count", NUMBER);
            give(&rig, sdk, "trace", RANDOM);
            give(&rig, sdk, "note", LONG);
            if (chance(2)) give(&rig, sdk, "rare", DIGITS);
        }
    }
    struct watch_told result = watch_rig_told(&rig);
    print_message("%u alarms in 90 days (%s)\n", (unsigned)result.alerts, result.detectors);
    assert_true(result.alerts <= 12);
    watch_rig_end(&rig);
}

static void a_name_that_is_data_is_not_told(void **state)
{
    (void)state;
    static struct shield_scene scene;
    shield_scene_open(&scene);
    for (int i = 0; i < WATCH_LEARN; i++)
        (void)shield_scene_value(&scene, "page", "\"home\"");
    for (int i = 0; i < 2 * WATCH_NEW; i++)
        (void)shield_scene_value(&scene, "4532015112830366", "\"x7#Kq!pZ2&mW9)\"");
    assert_int_equal(shield_scene_found(&scene, "W01"), 0);
    assert_int_equal(shield_scene_found(&scene, "W02"), 0);
    shield_scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_random_property_is_told_at_20_values_and_asked_to_be_held),
        cmocka_unit_test(what_is_random_looks_so_every_time),
        cmocka_unit_test(a_new_property_of_words_is_noted_and_not_held),
        cmocka_unit_test(nothing_is_told_while_a_project_learns),
        cmocka_unit_test(finds_changes_within_500_values),
        cmocka_unit_test(many_texts_that_begin_alike_are_told),
        cmocka_unit_test(ninety_quiet_days_are_quiet),
        cmocka_unit_test(a_name_that_is_data_is_not_told),
    };
    luck = seeded_begin("shield_watch");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
