/* The one door, as records see it. */
#include "shield_scene.h"

#include <string.h>

#define ADMITS(key, json, expected) \
    assert_string_equal(shield_scene_value(&scene, key, json), "{\"" key "\":" expected "}")

static struct shield_scene scene;

static int open_scene(void **state)
{
    (void)state;
    shield_scene_open(&scene);
    return 0;
}

static int close_scene(void **state)
{
    (void)state;
    shield_scene_close(&scene);
    return 0;
}

static void keeps_what_is_harmless(void **state)
{
    (void)state;
    ADMITS("browser", "\"Chrome\"", "\"Chrome\"");
    ADMITS("width", "1920", "1920");
    ADMITS("ratio", "1.5", "1.5");
    ADMITS("is_new", "true", "true");
    ADMITS("nothing", "null", "null");
    ADMITS("empty", "\"\"", "\"\"");
    ADMITS("sizes", "[1,2,3]", "[1,2,3]");
    ADMITS("plan", "{\"name\":\"pro\",\"seats\":5}", "{\"name\":\"pro\",\"seats\":5}");
    assert_int_equal(shield_scene_found(&scene, NULL), 0);
}

static void leaves_out_a_name_that_is_too_long(void **state)
{
    (void)state;
    char name[140];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = 0;
    assert_string_equal(shield_scene_value(&scene, name, "1"), "{}");
    assert_int_equal(shield_scene_found(&scene, "K09"), 1);
}

static void keeps_of_autocapture_only_what_is_listed(void **state)
{
    (void)state;
    struct text properties =
        TEXT("{\"$browser\":\"Chrome\",\"$el_text\":\"Pay\",\"$attr-value\":\"x\"}");
    assert_string_equal(shield_scene_admit(&scene, TEXT("$mp_click"), TEXT(""), properties),
                        "{\"$browser\":\"Chrome\"}");
    assert_int_equal(shield_scene_found(&scene, "Z03"), 2);
}

static void keeps_of_profiles_no_naming_field(void **state)
{
    (void)state;
    scene.source = SHIELD_FROM_PROFILE;
    struct text properties = TEXT("{\"$name\":\"Ada\",\"$email\":\"x\",\"plan\":\"pro\"}");
    assert_string_equal(shield_scene_admit(&scene, TEXT(""), TEXT(""), properties),
                        "{\"plan\":\"pro\"}");
    assert_int_equal(shield_scene_found(&scene, "K02"), 2);
    scene.source = SHIELD_FROM_MANUAL;
}

static void takes_long_numbers_out_of_event_names(void **state)
{
    (void)state;
    (void)shield_scene_admit(&scene, TEXT("Order 1234567 paid"), TEXT(""), TEXT("{}"));
    assert_true(text_equal(scene.event, TEXT("Order [number] paid")));
    (void)shield_scene_admit(&scene, TEXT("Order [number] paid"), TEXT(""), TEXT("{}"));
    assert_true(text_equal(scene.event, TEXT("Order [number] paid")));
    (void)shield_scene_admit(&scene, TEXT("Step 12345"), TEXT(""), TEXT("{}"));
    assert_true(text_equal(scene.event, TEXT("Step 12345")));
}

static void drops_what_a_person_holds(void **state)
{
    (void)state;
    scene.project.shield_held = TEXT("note\nother\n");
    scene.project.shield_revision = 1;
    assert_string_equal(shield_scene_value(&scene, "note", "\"x\""), "{}");
    assert_int_equal(shield_scene_found(&scene, "Z05"), 1);
    scene.project.shield_held = TEXT("");
    scene.project.shield_revision = 2;
    ADMITS("note", "\"x\"", "\"x\"");
}

static void stores_nothing_unlisted_when_strict(void **state)
{
    (void)state;
    scene.project.shield_mode = PROJECT_SHIELD_STRICT;
    scene.project.shield_revision++;
    assert_string_equal(shield_scene_value(&scene, "note", "\"x\""), "{}");
    scene.project.shield_mode = PROJECT_SHIELD_GUARDED;
    scene.project.shield_revision++;
}

static void finds_by_a_projects_own_rules(void **state)
{
    (void)state;
    scene.project.shield_rules = TEXT("rule X01 badge\ntier S\nliteral badge-\naction redact\n"
                                      "rule X02 desk\ntier S\npattern \\bdesk[0-9]{3}\\b\n");
    scene.project.shield_revision++;
    ADMITS("text", "\"at desk12\"", "\"at desk12\"");
    ADMITS("text", "\"at desk123\"", "null");
    ADMITS("text", "\"see Badge-7\"", "\"see [custom]7\"");
    scene.project.shield_rules = TEXT("");
    scene.project.shield_revision++;
}

static void removes_what_is_too_long_to_be_looked_at(void **state)
{
    (void)state;
    enum { SIZE = SHIELD_RECORD_MAX + 3 };
    char *json = test_malloc(SIZE + 1);
    memset(json, 'a', SIZE);
    json[0] = '[';
    json[1] = json[SIZE - 2] = '"';
    json[SIZE - 1] = ']';
    json[SIZE] = 0;
    ADMITS("list", json, "null");
    assert_int_equal(shield_scene_found(&scene, "Z01"), 1);
    test_free(json);
}

static void cuts_a_long_text_where_looking_ends(void **state)
{
    (void)state;
    enum { SIZE = SHIELD_VALUE_MAX + 100 };
    char *json = test_malloc(SIZE + 1);
    memset(json, 'a', SIZE);
    json[0] = json[SIZE - 1] = '"';
    json[SIZE] = 0;
    (void)shield_scene_value(&scene, "text", json);
    assert_int_equal(scene.items[0].value.text.size, SHIELD_VALUE_MAX);
    test_free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_is_harmless),
        cmocka_unit_test(leaves_out_a_name_that_is_too_long),
        cmocka_unit_test(keeps_of_autocapture_only_what_is_listed),
        cmocka_unit_test(keeps_of_profiles_no_naming_field),
        cmocka_unit_test(takes_long_numbers_out_of_event_names),
        cmocka_unit_test(drops_what_a_person_holds),
        cmocka_unit_test(stores_nothing_unlisted_when_strict),
        cmocka_unit_test(finds_by_a_projects_own_rules),
        cmocka_unit_test(removes_what_is_too_long_to_be_looked_at),
        cmocka_unit_test(cuts_a_long_text_where_looking_ends),
    };
    return cmocka_run_group_tests(tests, open_scene, close_scene);
}
