/* What the native client sends, and what it takes out. */
#include "candor_scene.h"

static const char *vectors_file; /* set once, by main */

/* ---- Records ---- */

static void sends_an_event_with_who_when_and_what(void **state)
{
    struct scene *scene = *state;
    struct json_object *records;
    struct json_object *sent = scene_sent_with(scene, candor_number("price", 0.1), &records);
    assert_string_equal(scene->server.urls[0], "http://collect.example.test/track?ip=1");
    assert_string_equal(json_object_get_string(scene_member(sent, "token")),
                        "0123456789abcdef0123456789abcdef");
    assert_int_equal(json_object_get_int64(scene_member(sent, "time")), 1764547200);
    assert_string_equal(json_object_to_json_string(scene_member(sent, "price")), "0.1");
    assert_string_equal(json_object_get_string(scene_member(sent, "$language")), "de");
    assert_int_equal(strlen(json_object_get_string(scene_member(sent, "$insert_id"))), 32);
    assert_memory_equal(json_object_get_string(scene_member(sent, "distinct_id")), "$device:", 8);
    assert_null(scene_member(sent, "$user_id"));
    json_object_put(records);
}

static void escapes_what_json_must_not_hold(void **state)
{
    struct scene *scene = *state;
    struct json_object *records;
    struct json_object *sent = scene_sent_with(
        scene, candor_text("note", "a\"b\\c\n\x01 \xC3\xA9 \xED\xA0\x80 \xFF"), &records);
    const char *note = json_object_get_string(scene_member(sent, "note"));
    assert_string_equal(note,
                        "a\"b\\c\n\x01 \xC3\xA9 \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD \xEF\xBF\xBD");
    json_object_put(records);
}

static void ties_the_installation_to_the_person(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(candor_track(scene->candor, "Before", NULL, 0), CANDOR_OK);
    assert_int_equal(candor_identify(scene->candor, "customer-81"), CANDOR_OK);
    assert_int_equal(candor_identify(scene->candor, "customer-81"), CANDOR_OK); /* says it once */
    assert_int_equal(candor_flush(scene->candor), CANDOR_OK);
    struct json_object *records = scene_body_of(scene, 0);
    assert_int_equal(json_object_array_length(records), 2);
    struct json_object *before = scene_member(json_object_array_get_idx(records, 0), "properties");
    struct json_object *identify =
        scene_member(json_object_array_get_idx(records, 1), "properties");
    assert_string_equal(json_object_get_string(scene_member(identify, "$user_id")), "customer-81");
    assert_string_equal(json_object_get_string(scene_member(identify, "$device_id")),
                        json_object_get_string(scene_member(before, "$device_id")));
    json_object_put(records);
}

static void sends_profiles_to_their_own_address(void **state)
{
    struct scene *scene = *state;
    struct candor_property plan = candor_text("plan", "team");
    struct candor_property visits = candor_integer("visits", 2);
    assert_int_equal(candor_profile(scene->candor, CANDOR_SET, &plan, 1), CANDOR_OK);
    assert_int_equal(candor_profile(scene->candor, CANDOR_ADD, &visits, 1), CANDOR_OK);
    assert_int_equal(candor_profile(scene->candor, CANDOR_UNSET, &plan, 1), CANDOR_OK);
    assert_int_equal(candor_profile(scene->candor, CANDOR_DELETE, NULL, 0), CANDOR_OK);
    assert_int_equal(candor_profile(scene->candor, CANDOR_ADD, &plan, 1), CANDOR_INVALID);
    assert_int_equal(candor_profile(scene->candor, CANDOR_UNION, &plan, 1), CANDOR_INVALID);
    assert_int_equal(candor_profile(scene->candor, CANDOR_SET, NULL, 0), CANDOR_INVALID);
    assert_int_equal(candor_track(scene->candor, "Seen", NULL, 0), CANDOR_OK);
    assert_int_equal(candor_flush(scene->candor), CANDOR_OK);
    assert_int_equal(scene->server.count, 2);
    assert_string_equal(scene->server.urls[0], "http://collect.example.test/engage");
    struct json_object *records = scene_body_of(scene, 0);
    assert_int_equal(json_object_array_length(records), 4);
    struct json_object *first = json_object_array_get_idx(records, 0);
    assert_string_equal(json_object_to_json_string_ext(scene_member(first, "$set"), 0),
                        "{\"plan\":\"team\"}");
    struct json_object *third = json_object_array_get_idx(records, 2);
    assert_string_equal(json_object_to_json_string_ext(scene_member(third, "$unset"), 0),
                        "[\"plan\"]");
    json_object_put(records);
}

static void lets_a_property_win_over_a_super_property(void **state)
{
    struct scene *scene = *state;
    struct json_object *records;
    struct candor_property supers[] = {candor_text("plan", "free"), candor_integer("seats", 3)};
    assert_int_equal(candor_super_set(scene->candor, supers, 2), CANDOR_OK);
    assert_int_equal(candor_super_set(scene->candor, supers, 1), CANDOR_OK); /* replaces */
    struct json_object *sent = scene_sent_with(scene, candor_text("plan", "team"), &records);
    assert_string_equal(json_object_get_string(scene_member(sent, "plan")), "team");
    assert_int_equal(json_object_get_int(scene_member(sent, "seats")), 3);
    json_object_put(records);
    assert_int_equal(candor_super_unset(scene->candor, "seats"), CANDOR_OK);
    sent = scene_sent_with(scene, candor_bool("yes", 1), &records);
    assert_null(scene_member(sent, "seats"));
    assert_string_equal(json_object_get_string(scene_member(sent, "plan")), "free");
    json_object_put(records);
}

static void times_an_event(void **state)
{
    struct scene *scene = *state;
    struct json_object *records;
    assert_int_equal(candor_time_event(scene->candor, "Seen"), CANDOR_OK);
    scene->server.now_ms += 2500;
    struct json_object *sent = scene_sent_with(scene, candor_null("nothing"), &records);
    assert_string_equal(json_object_to_json_string(scene_member(sent, "$duration")), "2.5");
    json_object_put(records);
    sent = scene_sent_with(scene, candor_null("nothing"), &records);
    assert_null(scene_member(sent, "$duration"));
    json_object_put(records);
    char name[16];
    for (int i = 0; i < 9; i++) {
        (void)snprintf(name, sizeof name, "E%d", i);
        assert_int_equal(candor_time_event(scene->candor, name),
                         i < 8 ? CANDOR_OK : CANDOR_TOO_LARGE);
    }
}

static void tells_sessions_first_opens_and_updates(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(candor_app_open(scene->candor), CANDOR_OK); /* $ae_first_open */
    scene->server.now_ms += 60 * 1000;
    assert_int_equal(candor_app_close(scene->candor), CANDOR_OK);
    scene->server.now_ms += 31 * 60 * 1000;
    assert_int_equal(candor_app_open(scene->candor), CANDOR_OK); /* $ae_session of 60 s */
    assert_int_equal(candor_flush(scene->candor), CANDOR_OK);
    struct json_object *records = scene_body_of(scene, 0);
    assert_int_equal(json_object_array_length(records), 2);
    struct json_object *session = json_object_array_get_idx(records, 1);
    assert_string_equal(json_object_get_string(scene_member(session, "event")), "$ae_session");
    assert_int_equal(json_object_get_int(
                         scene_member(scene_member(session, "properties"), "$ae_session_length")),
                     60);
    json_object_put(records);
}

/* ---- What is taken out ---- */

static void takes_out_what_looks_like_a_secret(void **state)
{
    static const char *const secrets[] = {
        "4111 1111 1111 1111",
        "card 4000-0566-5566-5556 please",
        "call 4791234567",
        "ingrid.vane@example.org",
        "to:<ingrid%40example.org>",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI5MSJ9.c2lnMTIzNDU2Nzg5MA",
        "-----BEGIN PRIVATE KEY-----",
        "key ghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8",
        "AKIAQ7ZLR5TX2ND4MPEW",
        "NO93 8601 1117 947",
        "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
        "x=9fQ2mZx91KpL0s7Wq3Er",
    };
    struct scene *scene = *state;
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        struct json_object *records;
        struct json_object *sent =
            scene_sent_with(scene, candor_text("note", secrets[i]), &records);
        if (scene_member(sent, "note")) fail_msg("\"%s\" was sent", secrets[i]);
        assert_null(strstr(scene->server.bodies[scene->server.count - 1], secrets[i]));
        json_object_put(records);
    }
    assert_int_equal(scene_figures_of(scene).values_removed, sizeof secrets / sizeof *secrets);
}

static void keeps_what_is_harmless(void **state)
{
    static const char *const texts[] = {
        "Order placed",         "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "1.25.0-rc.1",          "2025-01-31",
        "image@2x.png",         "10 000 km",
        "home_recommendations", "Kundenkonto bearbeiten",
    };
    struct scene *scene = *state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct json_object *records;
        struct json_object *sent = scene_sent_with(scene, candor_text("label", texts[i]), &records);
        struct json_object *label = scene_member(sent, "label");
        if (!label) fail_msg("\"%s\" was taken out", texts[i]);
        assert_string_equal(json_object_get_string(label), texts[i]);
        json_object_put(records);
    }
    assert_int_equal(scene_figures_of(scene).values_removed, 0);
}

static void takes_out_values_under_secret_names(void **state)
{
    static const char *const names[] = {
        "password",
        "userPwd2",
        "pAssWord",
        "user_pwd2",
        "api-key",
        "sessionId",
        "pin",
        "cvv",
        "contrase\xC3\xB1\x61",
        "\xE5\xAF\x86\xE7\xA0\x81",
        "passwort_neu",
        "auth.token",
        "mot-de-passe",
    };
    static const char *const harmless[] = {"compass",  "passenger",   "author",
                                           "keyboard", "token_count", "password_reset_clicked",
                                           "spinner"};
    struct scene *scene = *state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct json_object *records;
        struct json_object *sent = scene_sent_with(scene, candor_text(names[i], "abc"), &records);
        if (scene_member(sent, names[i])) fail_msg("\"%s\" was sent", names[i]);
        json_object_put(records);
    }
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
        struct json_object *records;
        struct json_object *sent =
            scene_sent_with(scene, candor_text(harmless[i], "abc"), &records);
        if (!scene_member(sent, harmless[i])) fail_msg("\"%s\" was taken out", harmless[i]);
        json_object_put(records);
    }
}

static void takes_out_card_numbers_that_are_numbers(void **state)
{
    struct scene *scene = *state;
    struct json_object *records;
    struct json_object *sent =
        scene_sent_with(scene, candor_integer("n", 4111111111111111), &records);
    assert_null(scene_member(sent, "n"));
    json_object_put(records);
    sent = scene_sent_with(scene, candor_number("n", 4111111111111111.0), &records);
    assert_null(scene_member(sent, "n"));
    json_object_put(records);
    sent = scene_sent_with(scene, candor_integer("t", 1764547200000), &records);
    assert_int_equal(json_object_get_int64(scene_member(sent, "t")), 1764547200000);
    json_object_put(records);
}

static void refuses_names_that_are_data(void **state)
{
    struct scene *scene = *state;
    struct json_object *records;
    assert_int_equal(candor_track(scene->candor, "Viewed en.ingrid311@example.org", NULL, 0),
                     CANDOR_REFUSED);
    assert_int_equal(candor_identify(scene->candor, "id.ingrid310@example.org"), CANDOR_REFUSED);
    struct json_object *sent =
        scene_sent_with(scene, candor_bool("ingrid@example.org", 1), &records);
    assert_null(scene_member(sent, "ingrid@example.org"));
    json_object_put(records);
}

static void reduces_addresses_as_the_description_says(void **state)
{
    struct scene *scene = *state;
    char line[2048];
    int count = 0;
    FILE *file = fopen(vectors_file, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        struct json_object *records;
        struct json_object *vector = json_tokener_parse(line);
        const char *url = json_object_get_string(scene_member(vector, "url"));
        struct json_object *sent = scene_sent_with(scene, candor_url("page", url), &records);
        const char *got = json_object_get_string(scene_member(sent, "page"));
        const char *expected = json_object_get_string(scene_member(vector, "template"));
        if (strcmp(got, expected) != 0) fail_msg("%s became %s, expected %s", url, got, expected);
        json_object_put(records);
        json_object_put(vector);
        free(scene->server.bodies[--scene->server.count]);
        count++;
    }
    (void)fclose(file);
    assert_true(count > 40);
}

static void refuses_bad_properties(void **state)
{
    struct scene *scene = *state;
    char name[CANDOR_NAME_MAX + 2];
    char text[CANDOR_TEXT_MAX + 2];
    struct json_object *records;
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    struct candor_property bad[] = {
        candor_text(NULL, "x"),     candor_text("", "x"),           candor_text("x", NULL),
        candor_text(name, "x"),     candor_number("x", 1e308 * 10), candor_text("distinct_id", "x"),
        candor_texts("x", NULL, 2),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(candor_track(scene->candor, "Seen", &bad[i], 1), CANDOR_INVALID);
    assert_int_equal(candor_track(scene->candor, "", NULL, 0), CANDOR_INVALID);
    assert_int_equal(candor_track(scene->candor, name, NULL, 0), CANDOR_INVALID);
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct json_object *sent = scene_sent_with(scene, candor_text("long", text), &records);
    assert_null(scene_member(sent, "long"));
    json_object_put(records);
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sends_an_event_with_who_when_and_what, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(escapes_what_json_must_not_hold, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(ties_the_installation_to_the_person, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(sends_profiles_to_their_own_address, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(lets_a_property_win_over_a_super_property, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(times_an_event, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(tells_sessions_first_opens_and_updates, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(takes_out_what_looks_like_a_secret, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(keeps_what_is_harmless, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(takes_out_values_under_secret_names, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(takes_out_card_numbers_that_are_numbers, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(refuses_names_that_are_data, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(reduces_addresses_as_the_description_says, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(refuses_bad_properties, scene_begin, scene_end),
    };
    if (count != 2) {
        fprintf(stderr, "usage: candor_client_test URL-VECTORS\n");
        return 2;
    }
    vectors_file = arguments[1];
    return cmocka_run_group_tests_name("native client", tests, NULL, NULL);
}
