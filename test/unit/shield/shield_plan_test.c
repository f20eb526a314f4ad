/* The tracking plan: what is taken, what is refused and in which words, and what strict mode makes
 * of records under each stage. */
#include "shield/shield_plan.h"
#include "shield_scene.h"

#include <stdio.h>
#include <string.h>

static const char good[] = "mode: quarantine # the default\n"
                           "shared:\n"
                           "  plan: {type: enum, enum: [free, pro, 7]}\n"
                           "profiles:\n"
                           "  properties:\n"
                           "    level: {type: integer, min: 1, max: 99}\n"
                           "events:\n"
                           "  Paid:\n"
                           "    owner: ann\n"
                           "    properties:\n"
                           "      amount: {type: number, min: 0, max: 100000, required: true}\n"
                           "      at: {type: timestamp}\n"
                           "      order: {type: text, pattern: 'A-[0-9]{4}', category: system}\n"
                           "      count: {type: integer, min: 0, max: 10}\n"
                           "      gift: {type: bool}\n"
                           "      note: {}\n"
                           "      lines: {type: list}\n"
                           "      token_hash: {type: text, identifier: true, example: x}\n"
                           "  Left:\n";

static const char good_json[] = "{\"mode\":\"refuse\",\"events\":{\"Paid\":{\"properties\":"
                                "{\"amount\":{\"type\":\"number\"}}}}}";

static void refuse(const char *plan, const char *words)
{
    struct shield_plan *made = NULL;
    struct error error = {0};
    if (shield_plan_make(text_from(plan), &made, &error) == STATUS_OK) fail_msg("took: %s", plan);
    if (!strstr(error.message, words)) fail_msg("%s: %s", plan, error.message);
}

static void refuses_with_line_and_place(void **state)
{
    (void)state;
    refuse("", "line 1");
    refuse("[]", "line 1");
    refuse("events: 7\n", "line 1: \"events\"");
    refuse("shared: {}\nevent: {}\n", "line 2: \"event\" is no part");
    refuse("mode: loud\n", "watch, quarantine or refuse");
    refuse("events:\n  Paid:\n    properties:\n      a: {type: money}\n",
           "line 4: Paid: a: \"type\"");
    refuse("events:\n  'Pa*':\n", "line 2");
    refuse("events:\n  Paid:\n  Paid:\n", "line 3: \"Paid\" is there twice");
    refuse("events: {P: {properties: {a: {}, a: {}}}}", "is there twice");
    refuse("shared: {a: {type: text, min: 1}}", "has bounds and is no number");
    refuse("shared: {a: {type: number, min: 2, max: 1}}", "min above its max");
    refuse("shared: {a: {type: enum}}", "needs both");
    refuse("shared: {a: {enum: [a]}}", "needs both");
    refuse("shared: {a: {pattern: '(a'}}", "no pattern");
    refuse("shared: {a: {pattern: '(a)\\1'}}", "no pattern");
    refuse("shared: {a: {pattern: 'a)|(?:b'}}", "closes a group that is not open");
    refuse("events: {Paid: {properties: {a: {pattern: '(?:ab|cd|ef){1,300}x'}}}}",
           "line 1: Paid: a: \"pattern\" has more than 64 positions, with repeats written out");
    refuse("shared: {a: {pattern: '.*a[ab]{20}'}}", "\"pattern\" needs more than 1,024 states");
    refuse("shared: {a: {pattern: '\\p{L}+'}}", "\"pattern\" has a class of Unicode");
    refuse("shared: {a: {type: bool, pattern: a}}", "is no text");
    refuse("shared: {a: {required: maybe}}", "true or false");
    refuse("shared: {a: {required: true}}", "only an event's own");
    refuse("shared: {a: {colour: red}}", "line 1: a: \"colour\" is no word");
    refuse("shared: {a: &x {}}", "anchors are not allowed");
    refuse("shared: {a: *x}", "aliases are not allowed");
    refuse("a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: 1}}}}}}}}}}}}}", "too much");
    refuse("shared: {? [a] : 1}", "a name is a text");
    refuse("--- {}\n--- {}\n", "one document");
    refuse("shared: \"\n", "it is no YAML");
    refuse("{\"shared\":", "");
    refuse("{\"shared\":{\n\"a\":{\n\"type\":1}}}", "line 3: a: \"type\"");
}

static void keeps_its_limits(void **state)
{
    (void)state;
    struct buffer many;
    buffer_init(&many, 1 << 22);
    buffer_append_string(&many, "shared:\n");
    for (int i = 0; i <= SHIELD_PLAN_PROPERTIES_MAX; i++) {
        if (i == SHIELD_PLAN_PROPERTIES_MAX) {
            struct shield_plan *made = NULL;
            struct error error = {0};
            assert_int_equal(shield_plan_make(buffer_text(&many), &made, &error), STATUS_OK);
            shield_plan_release(made);
        }
        buffer_printf(&many, "  p%d: {}\n", i);
    }
    buffer_append_byte(&many, 0);
    refuse(many.bytes, "at most 2000 properties");
    buffer_clear(&many);
    while (many.size <= SHIELD_PLAN_SIZE_MAX)
        buffer_append_string(&many, "# a comment that says nothing\n");
    buffer_append_byte(&many, 0);
    refuse(many.bytes, "at most 1048576 bytes");
    buffer_release(&many);
}

/* Properties with a pattern each; is_same: all with the first one's. */
static void write_patterns(struct buffer *plan, int count, int letters, bool is_same)
{
    buffer_clear(plan);
    buffer_append_string(plan, "shared:\n");
    for (int i = 0; i < count; i++)
        buffer_printf(plan, "  p%d: {pattern: '%03d-[0-9a-f]{%d}'}\n", i, is_same ? 0 : i, letters);
    buffer_append_byte(plan, 0);
}

static void take(const struct buffer *plan)
{
    struct shield_plan *made = NULL;
    struct error error = {0};
    if (shield_plan_make(text_from(plan->bytes), &made, &error) != STATUS_OK)
        fail_msg("%s", error.message);
    shield_plan_release(made);
}

static void bounds_all_patterns_together(void **state)
{
    (void)state;
    struct buffer plan;
    buffer_init(&plan, 1 << 20);
    write_patterns(&plan, SHIELD_PLAN_PATTERNS_MAX, 4, false);
    take(&plan);
    write_patterns(&plan, SHIELD_PLAN_PATTERNS_MAX + 1, 4, false);
    refuse(plan.bytes, "line 130: p128: \"pattern\" is one more than the 128 different ones");
    write_patterns(&plan, SHIELD_PLAN_PATTERN_POSITIONS_MAX / 64, 60, false);
    take(&plan);
    write_patterns(&plan, SHIELD_PLAN_PATTERN_POSITIONS_MAX / 64 + 1, 60, false);
    refuse(plan.bytes,
           "line 34: p32: \"pattern\" and those before it have more than 2,048 positions");
    write_patterns(&plan, SHIELD_PLAN_PROPERTIES_MAX, 60, true); /* it is compiled once */
    take(&plan);
    buffer_clear(&plan);
    buffer_append_string(&plan, "shared:\n");
    for (int i = 0; i < 16; i++)
        buffer_printf(&plan, "  p%d: {pattern: '%02d.*a[ab]{7}'}\n", i, i);
    buffer_append_byte(&plan, 0);
    refuse(plan.bytes, "those before it need more than 4,096 states");
    buffer_release(&plan);
}

/* --- records --- */

static void give(struct shield_scene *scene, enum project_shield mode, const char *plan)
{
    scene->project.shield_mode = mode;
    scene->project.shield_plan = text_from(plan);
    scene->project.shield_revision++;
}

static const char *paid(struct shield_scene *scene, const char *properties)
{
    return shield_scene_admit(scene, TEXT("Paid"), TEXT("p1"), text_from(properties));
}

static void strict_keeps_what_fits_and_counts_the_rest(void **state)
{
    (void)state;
    static struct shield_scene scene;
    shield_scene_open(&scene);
    give(&scene, PROJECT_SHIELD_STRICT, good);
    assert_string_equal(paid(&scene, "{\"amount\":12.5,\"plan\":\"pro\",\"order\":\"A-1234\"}"),
                        "{\"amount\":12.5,\"plan\":\"pro\",\"order\":\"A-1234\"}");
    assert_int_equal(shield_scene_found(&scene, NULL), 0);
    assert_string_equal(paid(&scene, "{\"amount\":1,\"colour\":\"red\",\"$browser\":\"Firefox\"}"),
                        "{\"amount\":1,\"$browser\":\"Firefox\"}");
    assert_int_equal(shield_scene_found(&scene, "Z04"), 1);
    assert_string_equal(paid(&scene, "{\"amount\":1,\"order\":\"A-12345\",\"count\":11}"),
                        "{\"amount\":1}");
    assert_int_equal(shield_scene_found(&scene, "Z06"), 2);
    assert_string_equal(paid(&scene, "{\"plan\":\"free\"}"), "{\"plan\":\"free\"}");
    assert_int_equal(shield_scene_found(&scene, "Z08"), 1);
    (void)shield_scene_admit(&scene, TEXT("Typed"), TEXT("p1"), TEXT("{\"a\":1}"));
    assert_int_equal(scene.verdict, SHIELD_HELD);
    assert_int_equal(shield_scene_found(&scene, "Z07"), 1);
    (void)shield_scene_admit(&scene, TEXT("$identify"), TEXT("p1"), TEXT("{}"));
    assert_int_equal(scene.verdict, SHIELD_ADMITTED);
    scene.source = SHIELD_FROM_PROFILE;
    assert_string_equal(
        shield_scene_admit(&scene, TEXT(""), TEXT("p1"), TEXT("{\"level\":4,\"mood\":\"good\"}")),
        "{\"level\":4}");
    shield_scene_close(&scene);
}

static void changes_a_type_only_without_loss(void **state)
{
    (void)state;
    static struct shield_scene scene;
    shield_scene_open(&scene);
    give(&scene, PROJECT_SHIELD_STRICT, good);
    assert_string_equal(
        paid(&scene, "{\"amount\":\"12\",\"gift\":\"true\",\"plan\":7,\"count\":3}"),
        "{\"amount\":12,\"gift\":true,\"plan\":\"7\",\"count\":3}");
    static const char *const lossy[] = {"\"012\"", "\" 12\"", "\"1e1\"", "true", "[1]", "\"\""};
    for (size_t i = 0; i < sizeof lossy / sizeof *lossy; i++) {
        char properties[64];
        (void)snprintf(properties, sizeof properties, "{\"amount\":1,\"count\":%s}", lossy[i]);
        assert_string_equal(paid(&scene, properties), "{\"amount\":1}");
    }
    shield_scene_close(&scene);
}

static void a_pattern_takes_whole_letters_and_the_whole_value(void **state)
{
    (void)state;
    static struct shield_scene scene;
    shield_scene_open(&scene);
    give(&scene, PROJECT_SHIELD_STRICT,
         "shared: {a: {pattern: '[\xc3\xa4\xc3\xb6]{2}|tea'},"
         " b: {pattern: '[\xc3\xa4\xc3\xb6]{2}|tea'}}\n"
         "events: {Paid: }\n");
    assert_string_equal(paid(&scene, "{\"a\":\"\xc3\xa4\xc3\xb6\",\"b\":\"tea\"}"),
                        "{\"a\":\"\xc3\xa4\xc3\xb6\",\"b\":\"tea\"}");
    assert_string_equal(paid(&scene, "{\"a\":\"\xc3\xa4\",\"b\":\"teas\"}"), "{}");
    assert_string_equal(paid(&scene, "{\"a\":\"\xc3\xa4\xc3\xb6\xc3\xa4\",\"b\":\"tea\\n\"}"),
                        "{}");
    shield_scene_close(&scene);
}

static void stages_of_strict_differ_in_what_they_do(void **state)
{
    (void)state;
    static struct shield_scene scene;
    shield_scene_open(&scene);
    give(&scene, PROJECT_SHIELD_STRICT, "mode: watch\nevents: {Paid: }\n");
    assert_string_equal(paid(&scene, "{\"colour\":\"red\"}"), "{\"colour\":\"red\"}");
    assert_int_equal(shield_scene_found(&scene, "Z04"), 1);
    assert_string_equal(paid(&scene, "{\"note\":\"4532015112830366\"}"), "{\"note\":null}");
    (void)shield_scene_admit(&scene, TEXT("Typed"), TEXT("p1"), TEXT("{}"));
    assert_int_equal(scene.verdict, SHIELD_ADMITTED);
    assert_int_equal(shield_scene_found(&scene, "Z07"), 1);
    give(&scene, PROJECT_SHIELD_STRICT, good_json);
    (void)paid(&scene, "{\"amount\":1}");
    assert_int_equal(scene.verdict, SHIELD_ADMITTED);
    (void)paid(&scene, "{\"amount\":1,\"colour\":\"red\"}");
    assert_int_equal(scene.verdict, SHIELD_REFUSED);
    (void)shield_scene_admit(&scene, TEXT("Typed"), TEXT("p1"), TEXT("{}"));
    assert_int_equal(scene.verdict, SHIELD_REFUSED);
    shield_scene_close(&scene);
}

static void guarded_keeps_what_is_not_planned_and_detectors_look_on(void **state)
{
    (void)state;
    static struct shield_scene scene;
    shield_scene_open(&scene);
    give(&scene, PROJECT_SHIELD_GUARDED, good);
    assert_string_equal(paid(&scene, "{\"colour\":\"red\",\"note\":\"4532015112830366\"}"),
                        "{\"colour\":\"red\",\"note\":null}");
    assert_string_equal(paid(&scene, "{\"amount\":\"12\"}"), "{\"amount\":\"12\"}");
    shield_scene_close(&scene);
}

static void a_planned_text_is_still_looked_at(void **state)
{
    (void)state;
    static struct shield_scene scene;
    shield_scene_open(&scene);
    give(&scene, PROJECT_SHIELD_STRICT, good);
    assert_string_equal(paid(&scene, "{\"amount\":1,\"note\":\"4532015112830366\"}"),
                        "{\"amount\":1,\"note\":null}");
    assert_string_equal(paid(&scene, "{\"amount\":4532015112830366}"), "{}");
    shield_scene_close(&scene);
}

static void a_plan_that_cannot_be_read_makes_it_strict(void **state)
{
    (void)state;
    static struct shield_scene scene;
    shield_scene_open(&scene);
    give(&scene, PROJECT_SHIELD_OPEN, "mode: loud\n");
    assert_string_equal(paid(&scene, "{\"colour\":\"red\"}"), "{}");
    shield_scene_close(&scene);
}

/* --- categories --- */

static void knows_categories_by_their_beginning(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        enum shield_plan_category category;
    } cases[] = {
        {"", SHIELD_PLAN_UNSAID},
        {"contact", SHIELD_PLAN_UNSAID},
        {"users.name", SHIELD_PLAN_UNSAID},
        {"user", SHIELD_PLAN_HARMLESS},
        {"user.names", SHIELD_PLAN_HARMLESS},
        {"user.behavior", SHIELD_PLAN_HARMLESS},
        {"user.unique_id.pseudonymous", SHIELD_PLAN_HARMLESS},
        {"system.operations", SHIELD_PLAN_HARMLESS},
        {"user.name", SHIELD_PLAN_NAMING},
        {"USER.Name.first", SHIELD_PLAN_NAMING},
        {"user.contact.email", SHIELD_PLAN_NAMING},
        {"user.financial.bank_account", SHIELD_PLAN_NAMING},
        {"user.financial.credit_card", SHIELD_PLAN_SECRET},
        {"user.financial.credit_cards", SHIELD_PLAN_NAMING},
        {"user.government_id.passport_number", SHIELD_PLAN_NAMING},
        {"user.demographic.date_of_birth", SHIELD_PLAN_NAMING},
        {"user.demographic.gender", SHIELD_PLAN_HARMLESS},
        {"user.demographic.religious_belief", SHIELD_PLAN_SPECIAL},
        {"user.health_and_medical.record_id", SHIELD_PLAN_SPECIAL},
        {"user.credentials.password", SHIELD_PLAN_SECRET},
        {"user.credentials.biometric_credentials", SHIELD_PLAN_SPECIAL},
        {"user.authorizations.password", SHIELD_PLAN_SECRET},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (shield_plan_category_of(text_from(cases[i].words)) != cases[i].category)
            fail_msg("%s", cases[i].words);
    }
}

static const char categories[] =
    "{\"events\":{\"Paid\":{\"properties\":{"
    "\"nick\":{\"category\":\"user.name\"},"
    "\"mood\":{\"category\":\"user.health_and_medical\"},"
    "\"door\":{\"category\":\"user.credentials\"},"
    "\"score\":{\"type\":\"integer\",\"min\":0,\"max\":9,\"category\":\"user.biometric\"},"
    "\"first_name\":{\"category\":\"system.operations\"},"
    "\"last_name\":{\"category\":\"my own words\"}}}},"
    "\"profiles\":{\"properties\":{\"nick\":{\"category\":\"user.name\"}}}}";

static void takes_away_what_is_for_the_vault(void **state)
{
    (void)state;
    static struct shield_scene scene;
    static const enum project_shield modes[] = {PROJECT_SHIELD_GUARDED, PROJECT_SHIELD_STRICT};
    shield_scene_open(&scene);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        give(&scene, modes[i], categories);
        for (int again = 0; again < 2; again++) { /* the second time it is remembered */
            assert_string_equal(
                paid(&scene,
                     "{\"nick\":\"blue\",\"mood\":\"good\",\"door\":\"green\",\"score\":3}"),
                "{\"nick\":null,\"mood\":null,\"door\":null,\"score\":null}");
            assert_int_equal(shield_scene_found(&scene, "K02"), 1);
            assert_int_equal(shield_scene_found(&scene, "K04"), 2);
            assert_int_equal(shield_scene_found(&scene, "K01"), 1);
        }
    }
    assert_string_equal(paid(&scene, "{\"nick\":\"[email]\"}"), "{\"nick\":\"[email]\"}");
    assert_string_equal(paid(&scene, "{\"nick\":null}"), "{\"nick\":null}");
    assert_int_equal(shield_scene_found(&scene, NULL), 0);
    give(&scene, PROJECT_SHIELD_OPEN, categories);
    assert_string_equal(paid(&scene, "{\"nick\":\"blue\",\"door\":\"green\"}"),
                        "{\"nick\":\"blue\",\"door\":null}");
    give(&scene, PROJECT_SHIELD_GUARDED, categories);
    scene.source = SHIELD_FROM_PROFILE;
    assert_string_equal(
        shield_scene_admit(&scene, TEXT(""), TEXT("p1"), TEXT("{\"nick\":\"blue\",\"size\":4}")),
        "{\"size\":4}");
    shield_scene_close(&scene);
}

static void lets_a_category_speak_against_a_name(void **state)
{
    (void)state;
    static struct shield_scene scene;
    shield_scene_open(&scene);
    give(&scene, PROJECT_SHIELD_GUARDED, categories);
    for (int again = 0; again < 2; again++) {
        assert_string_equal(paid(&scene, "{\"first_name\":\"Ada\",\"last_name\":\"Lovelace\"}"),
                            "{\"first_name\":\"Ada\",\"last_name\":null}");
        assert_string_equal(paid(&scene, "{\"first_name\":\"ada@example.org\"}"),
                            "{\"first_name\":null}");
        assert_string_equal(paid(&scene, "{\"first_name\":{\"first_name\":\"Ada\"}}"),
                            "{\"first_name\":{}}");
        (void)shield_scene_admit(&scene, TEXT("Other"), TEXT("p1"),
                                 TEXT("{\"first_name\":\"Ada\"}"));
        assert_int_equal(shield_scene_found(&scene, "K02"), 1);
    }
    shield_scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_with_line_and_place),
        cmocka_unit_test(keeps_its_limits),
        cmocka_unit_test(bounds_all_patterns_together),
        cmocka_unit_test(strict_keeps_what_fits_and_counts_the_rest),
        cmocka_unit_test(a_pattern_takes_whole_letters_and_the_whole_value),
        cmocka_unit_test(changes_a_type_only_without_loss),
        cmocka_unit_test(stages_of_strict_differ_in_what_they_do),
        cmocka_unit_test(guarded_keeps_what_is_not_planned_and_detectors_look_on),
        cmocka_unit_test(a_planned_text_is_still_looked_at),
        cmocka_unit_test(a_plan_that_cannot_be_read_makes_it_strict),
        cmocka_unit_test(knows_categories_by_their_beginning),
        cmocka_unit_test(takes_away_what_is_for_the_vault),
        cmocka_unit_test(lets_a_category_speak_against_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
