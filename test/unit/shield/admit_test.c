/* The one door, as records see it. */
#include "shield/shield_dictionary.h"
#include "shield_scene.h"

#include <stdio.h>
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

static void reduces_addresses_to_templates(void **state)
{
    (void)state;
    ADMITS("$current_url", "\"https://shop.example.com/cart?token=abc&utm_source=mail\"",
           "\"https://shop.example.com/cart?utm_source=mail\"");
    assert_int_equal(shield_scene_found(&scene, "U01"), 1);
    ADMITS("$current_url", "\"https://shop.example.com/cart?utm_source=mail\"",
           "\"https://shop.example.com/cart?utm_source=mail\"");
    assert_int_equal(shield_scene_found(&scene, NULL), 0);
    ADMITS("links", "[\"https://example.com/reset?code=1\"]", "[\"https://example.com/reset\"]");
}

static void stands_for_ids_by_pseudonyms(void **state)
{
    (void)state;
    (void)shield_scene_admit(&scene, TEXT("Viewed"), TEXT("id.ingrid310@example.org"), TEXT("{}"));
    assert_int_equal(scene.verdict, SHIELD_ADMITTED);
    assert_int_equal(scene.id.size, 37);
    char first[64];
    assert_true(text_to_string(scene.id, first, sizeof first));
    (void)shield_scene_admit(&scene, TEXT("Viewed"), TEXT("$device:id.ingrid310@example.org"),
                             TEXT("{}"));
    assert_true(text_equal(text_slice(scene.id, 8, scene.id.size - 8), text_from(first)));
    (void)shield_scene_admit(&scene, TEXT("Viewed"), text_from(first), TEXT("{}"));
    assert_true(text_equal(scene.id, text_from(first)));
    (void)shield_scene_admit(&scene, TEXT("Viewed"), TEXT("user-17"), TEXT("{}"));
    assert_true(text_equal(scene.id, TEXT("user-17")));
    (void)shield_scene_admit(&scene, TEXT("Viewed"), TEXT("AKIAQ7ZLR5TX2ND4MPEW"), TEXT("{}"));
    assert_int_equal(scene.verdict, SHIELD_REFUSED);
}

/* spec/leaks.md section E: what must not be stored, and what must be. */
static void keeps_what_leaks_section_e_wants_kept(void **state)
{
    (void)state;
    ADMITS("id", "\"3f2504e0-4f89-11d3-9a0c-0305e82c3301\"",
           "\"3f2504e0-4f89-11d3-9a0c-0305e82c3301\"");
    ADMITS("t", "1764547200000", "1764547200000");
    ADMITS("sha", "\"9fceb02d0ae598e95dc970b74767f19372d61af8\"",
           "\"9fceb02d0ae598e95dc970b74767f19372d61af8\"");
    ADMITS("isbn", "\"9783161484100\"", "\"9783161484100\"");
    ADMITS("order", "\"1234567890123456\"", "\"1234567890123456\"");
}

static void keeps_ids_that_were_drawn(void **state)
{
    (void)state;
    static const char *const ids[] = {
        "269e0d37f2a74de452e6",                 /* 20 digits of hex */
        "Xk3vQ9mTz7LpR2sWb8NcY4hJ6dFg",         /* as a sign-in service makes them */
        "$device:Xk3vQ9mTz7LpR2sWb8NcY4hJ6dFg", /* the same, of a device */
        "7f3k9x2m5q8w1z4v6b0n3c7j2h5g8d1s4a6p", /* 36 letters and digits */
    };
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        (void)shield_scene_admit(&scene, TEXT("Viewed"), text_from(ids[i]), TEXT("{}"));
        assert_true(text_equal(scene.id, text_from(ids[i])));
        assert_int_equal(shield_scene_found(&scene, NULL), 0);
    }
    /* What is a secret or a person's is none the less found. */
    (void)shield_scene_admit(&scene, TEXT("Viewed"), TEXT("ann@site.com"), TEXT("{}"));
    assert_true(text_starts_with(scene.id, TEXT("$pseudonym:")));
    (void)shield_scene_admit(&scene, TEXT("Viewed"), TEXT("AKIAQ7ZLR5TX2ND4MPEW"), TEXT("{}"));
    assert_int_equal(scene.verdict, SHIELD_REFUSED);
}

static void removes_what_leaks_section_e_wants_gone(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        const char *value;
        const char *canary;
    } cases[] = {
        {"password", "\"Srv-Pw-301!\"", "Srv-Pw"},
        {"fields", "[{\"name\":\"password\",\"value\":\"Pair-302\"}]", "Pair-302"},
        {"fields", "[[\"authorization\",\"Bearer Pair-303\"]]", "Pair-303"},
        {"payload", "\"{\\\"user\\\":\\\"i\\\",\\\"password\\\":\\\"Str-304\\\"}\"", "Str-304"},
        {"n", "4111111111111111", "4111"},
        {"n", "[4111,1111,1111,1111]", "1111"},
        {"card", "[\"4111\",\"1111\",\"1111\",\"1111\"]", "1111"},
        {"ssn", "\"219-09-9999\"", "219-09"},
        {"a", "\"AKIAQ7ZLR5TX2ND4MPEW\"", "AKIA"},
        {"deep", "{\"a\":{\"b\":[{\"token\":\"Deep-9a8b7c6d5e\"}]}}", "Deep-9"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *left = shield_scene_value(&scene, cases[i].key, cases[i].value);
        if (strstr(left, cases[i].canary)) fail_msg("%s: %s", cases[i].key, left);
        assert_true(shield_scene_found(&scene, NULL) > 0);
        char again[512];
        snprintf(again, sizeof again, "%s", left);
        const char *twice = shield_scene_admit(&scene, TEXT("Viewed"), TEXT(""), text_from(again));
        assert_string_equal(twice, again);
    }
}

static void redacts_in_the_value_as_it_was_sent(void **state)
{
    (void)state;
    /* An IBAN in wide letters between umlauts. */
    ADMITS("text", "\"f\u00fcr GB29\u00a0NWBK 6016 1331 9268 19 \u00fcberwiesen\"",
           "\"f\xc3\xbcr [iban] \xc3\xbc"
           "berwiesen\"");
    ADMITS("text", "\"an \uff27\uff22\uff12\uff19NWBK60161331926819\u0301 heute\"",
           "\"an [iban] heute\"");
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

/* What is known of a value as an id is known of it under names of ids alone. */
static void leaves_out_a_name_that_is_data_whatever_the_value(void **state)
{
    (void)state;
    static const char kept[] = "\"$user_id\":\"user-17\",\"$distinct_ids\":[\"user-17\"],"
                               "\"plan\":\"user-17\"";
    char name[140] = "ann@site.com";
    static const char *const values[] = {"\"user-17\"", "true", "17", "\"\"", "1.5"};
    for (int i = 0; i < 10; i++) {
        char properties[512];
        char expected[256];
        if (i == 5) memset(name, 'a', sizeof name - 1); /* too long to be remembered */
        (void)snprintf(properties, sizeof properties, "{%s,\"%s\":%s}", kept, name, values[i % 5]);
        (void)snprintf(expected, sizeof expected, "{%s}", kept);
        const char *left =
            shield_scene_admit(&scene, TEXT("Viewed"), TEXT("user-17"), text_from(properties));
        assert_string_equal(left, expected);
        assert_int_equal(shield_scene_found(&scene, "K09"), 1);
    }
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

static void keeps_of_an_element_only_what_has_our_form(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *kept; /* parted by spaces */
        const char *dropped;
    } cases[] = {
        {"$el_type", "button submit reset", "password Button x"},
        {"$el_text_length", "short medium long", "17 longer Ingrid"},
        {"$el_path", "a a<p<li<ul<div<body h1<custom",
         "a<Ingrid a< <a a<<b a<x-ingrid ingridsolheimsverylongname "
         "a<a<a<a<a<a<a<a<a<a<a<a<a"},
        {"$el_attr__href", "/ /orders/:int /:x/:uuid example.org example.co.uk mailto: tel:",
         "/orders/17 /orders?key=1 /reset/Tk4Secret#a https://example.org/ mailto:a@example.org "
         "a.example.org ingrid /Orders"},
        {"$el_text", "", "Buy short"},
        {"$el_class", "", "a"},
        {"$el_attr__id", "", "a"},
    };
    char json[256];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int is_kept = 0; is_kept < 2; is_kept++) {
            struct text rest = text_from(is_kept ? cases[i].kept : cases[i].dropped);
            while (rest.size > 0) {
                struct text word = text_split(rest, ' ', &rest);
                snprintf(json, sizeof json, "{\"%s\":\"%.*s\"}", cases[i].name, TEXT_PRINT(word));
                const char *left =
                    shield_scene_admit(&scene, TEXT("$mp_click"), TEXT(""), text_from(json));
                assert_string_equal(left, is_kept ? json : "{}");
            }
        }
    }
}

/* The browser's filter is wrong once in 256 or 65,536, and a page can be forged. */
static void keeps_of_an_elements_text_only_what_the_dictionary_has(void **state)
{
    (void)state;
    uint64_t hash;
    struct arena arena;
    struct text click = TEXT("$mp_click");
    struct text listed = TEXT("{\"$el_text\":\"Pay now\",\"candor_label\":\"Pay  now\"}");
    struct text other = TEXT("{\"$el_text\":\"Ingrid Solheim\",\"candor_label\":[\"Pay now\"]}");
    arena_init(&arena, 64 * 1024);
    assert_true(shield_dictionary_hash(TEXT("s"), TEXT("Pay now"), &arena, &hash));
    arena_release(&arena);
    scene.project.dictionary_salt = TEXT("s");
    for (int strict = 0; strict < 2; strict++) {
        scene.project.shield_mode = strict ? PROJECT_SHIELD_STRICT : PROJECT_SHIELD_GUARDED;
        scene.project.shield_revision++;
        scene.project.dictionary_hashes = (struct text){(const char *)&hash, sizeof hash};
        assert_string_equal(shield_scene_admit(&scene, click, TEXT(""), listed),
                            "{\"$el_text\":\"Pay now\",\"candor_label\":\"Pay  now\"}");
        assert_int_equal(shield_scene_found(&scene, NULL), 0);
        assert_string_equal(shield_scene_admit(&scene, click, TEXT(""), other), "{}");
        assert_int_equal(shield_scene_found(&scene, "Z03"), 2);
        scene.project.dictionary_hashes = TEXT("\1\2\3\4\5\6\7\10");
        assert_string_equal(shield_scene_admit(&scene, click, TEXT(""), listed), "{}");
        scene.project.dictionary_hashes = TEXT("");
        assert_string_equal(shield_scene_admit(&scene, click, TEXT(""), listed), "{}");
    }
    scene.project.shield_mode = PROJECT_SHIELD_GUARDED;
    scene.project.dictionary_salt = TEXT("");
    scene.project.shield_revision++;
}

static void keeps_of_addresses_what_the_settings_list(void **state)
{
    (void)state;
    scene.project.sdk_settings =
        TEXT("\"routes\":[\"/k8s/:int\",7,\"/Qx9/rst\"],\"params\":[\"plan\",null]");
    scene.project.shield_revision++;
    ADMITS("page", "\"https://example.org/k8s/17/qx9/x9\"",
           "\"https://example.org/k8s/:int/qx9/:x\"");
    ADMITS("page", "\"https://example.org/?plan=pro&utm_source=a\"",
           "\"https://example.org/?plan=pro\"");
    scene.project.sdk_settings = TEXT("");
    scene.project.shield_revision++;
    ADMITS("page", "\"https://example.org/k8s?plan=pro&utm_source=a\"",
           "\"https://example.org/:x?utm_source=a\"");
}

static void keeps_an_address_that_is_a_template(void **state)
{
    (void)state;
    ADMITS("page", "\"https://shop.example.org/orders/:int/:uuid/:date/:email/:token/:x\"",
           "\"https://shop.example.org/orders/:int/:uuid/:date/:email/:token/:x\"");
    assert_int_equal(shield_scene_found(&scene, NULL), 0);
    ADMITS("page", "\"http://:ip:8080/a/:ints/:INT\"", "\"http://:ip:8080/a/:x/:x\"");
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

static void takes_addresses_out_of_event_names(void **state)
{
    (void)state;
    (void)shield_scene_admit(&scene, TEXT("Viewed en.ingrid311@example.org"), TEXT(""), TEXT("{}"));
    assert_true(text_find(scene.event, TEXT("ingrid")) < 0);
    (void)shield_scene_admit(&scene, TEXT("pw=hunter2hunter2"), TEXT(""), TEXT("{}"));
    assert_true(text_find(scene.event, TEXT("hunter")) < 0);
    (void)shield_scene_admit(&scene, TEXT("Met @ noon"), TEXT(""), TEXT("{}"));
    assert_true(text_equal(scene.event, TEXT("Met @ noon")));
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
        cmocka_unit_test(reduces_addresses_to_templates),
        cmocka_unit_test(stands_for_ids_by_pseudonyms),
        cmocka_unit_test(keeps_what_leaks_section_e_wants_kept),
        cmocka_unit_test(keeps_ids_that_were_drawn),
        cmocka_unit_test(removes_what_leaks_section_e_wants_gone),
        cmocka_unit_test(redacts_in_the_value_as_it_was_sent),
        cmocka_unit_test(leaves_out_a_name_that_is_too_long),
        cmocka_unit_test(leaves_out_a_name_that_is_data_whatever_the_value),
        cmocka_unit_test(keeps_of_autocapture_only_what_is_listed),
        cmocka_unit_test(keeps_of_an_element_only_what_has_our_form),
        cmocka_unit_test(keeps_of_an_elements_text_only_what_the_dictionary_has),
        cmocka_unit_test(keeps_of_addresses_what_the_settings_list),
        cmocka_unit_test(keeps_an_address_that_is_a_template),
        cmocka_unit_test(keeps_of_profiles_no_naming_field),
        cmocka_unit_test(takes_long_numbers_out_of_event_names),
        cmocka_unit_test(takes_addresses_out_of_event_names),
        cmocka_unit_test(drops_what_a_person_holds),
        cmocka_unit_test(stores_nothing_unlisted_when_strict),
        cmocka_unit_test(finds_by_a_projects_own_rules),
        cmocka_unit_test(removes_what_is_too_long_to_be_looked_at),
        cmocka_unit_test(cuts_a_long_text_where_looking_ends),
    };
    return cmocka_run_group_tests(tests, open_scene, close_scene);
}
