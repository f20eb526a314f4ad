/* What a project's shield is told: kept, published, bounded. */
#include "control_fixture.h"

#include "control/control_shield.h"

enum { DAY_MS = 24 * HOUR_MS };

/* Far ahead of any clock that runs the test: what ends after it is in force. */
static const int64_t now_ms = INT64_C(4000000000000);

static const uint32_t first_project = 1;

static struct control_deed deed_of(const char *by, const char *reason)
{
    return (struct control_deed){.project = first_project,
                                 .by = text_from(by),
                                 .reason = text_from(reason),
                                 .now_ms = now_ms};
}

static int setup_with_project(void **state)
{
    struct control_project_made made;
    if (fixture_setup(state) != 0) return -1;
    return fixture_project(*state, "shop", &made) == STATUS_OK && made.id == first_project ? 0 : -1;
}

/* The table as published; the caller drops it. */
static struct project_table *take(struct fixture *fixture, const struct project **project)
{
    struct project_table *table = project_slot_take(fixture->slot);
    *project = project_table_by_id(table, first_project);
    assert_non_null(*project);
    return table;
}

static void assert_text(struct text text, const char *expected)
{
    char shown[4096];
    assert_true(text_to_string(text, shown, sizeof shown));
    assert_string_equal(shown, expected);
}

static void says_nothing_of_an_untouched_project(void **state)
{
    struct fixture *fixture = *state;
    const struct project *project;
    struct project_table *table = take(fixture, &project);
    assert_int_equal(project->shield_revision, 0);
    assert_int_equal(project->shield_mode, PROJECT_SHIELD_GUARDED);
    assert_int_equal(project->shield_plan.size, 0);
    assert_int_equal(project->sdk_settings.size, 0);
    project_table_drop(table);
}

static void ends_open_mode_after_thirty_days(void **state)
{
    struct fixture *fixture = *state;
    struct control_deed deed = deed_of("ann", "launch day");
    assert_int_equal(
        control_shield_mode(fixture->control, &deed, PROJECT_SHIELD_OPEN, &fixture->error),
        STATUS_OK);
    const struct project *project;
    struct project_table *table = take(fixture, &project);
    int64_t end_ms = now_ms + INT64_C(30) * DAY_MS;
    assert_int_equal(project->shield_revision, 1);
    assert_int_equal(project->shield_mode_until_ms, end_ms);
    assert_int_equal(project_shield_at(project, end_ms - 1), PROJECT_SHIELD_OPEN);
    assert_int_equal(project_shield_at(project, end_ms), PROJECT_SHIELD_GUARDED);
    project_table_drop(table);

    deed = deed_of("", "");
    assert_int_equal(
        control_shield_mode(fixture->control, &deed, PROJECT_SHIELD_STRICT, &fixture->error),
        STATUS_OK);
    table = take(fixture, &project);
    assert_int_equal(project->shield_revision, 2);
    assert_int_equal(project_shield_at(project, INT64_MAX), PROJECT_SHIELD_STRICT);
    project_table_drop(table);
}

static void opens_for_nobody_without_a_name_and_a_reason(void **state)
{
    struct fixture *fixture = *state;
    static const char *const deeds[][2] = {
        {"", "why"}, {"ann", ""}, {"a\nb", "why"}, {"ann", "w\ty"}, {"ann", "\xff"}};
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) {
        struct control_deed deed = deed_of(deeds[i][0], deeds[i][1]);
        assert_int_equal(
            control_shield_mode(fixture->control, &deed, PROJECT_SHIELD_OPEN, &fixture->error),
            STATUS_INVALID);
    }
    const struct project *project;
    struct project_table *table = take(fixture, &project);
    assert_int_equal(project->shield_revision, 0);
    project_table_drop(table);
}

static void refuses_a_project_that_is_not_there(void **state)
{
    struct fixture *fixture = *state;
    struct control_deed deed = deed_of("ann", "why");
    deed.project = 99;
    assert_int_equal(
        control_shield_mode(fixture->control, &deed, PROJECT_SHIELD_STRICT, &fixture->error),
        STATUS_ABSENT);
    struct arena arena;
    struct control_shield shield;
    arena_init(&arena, 1024);
    assert_int_equal(control_shield_read(fixture->control, 99, &arena, &shield, &fixture->error),
                     STATUS_ABSENT);
    arena_release(&arena);
}

static void keeps_the_newest_plan_and_a_hundred_revisions(void **state)
{
    struct fixture *fixture = *state;
    struct control_deed deed = deed_of("ann", "");
    uint64_t revision = 0;
    for (int i = 1; i <= 103; i++) {
        char plan[32];
        snprintf(plan, sizeof plan, "events: [] # %d", i);
        assert_int_equal(control_shield_text_put(fixture->control, &deed, CONTROL_TEXT_PLAN,
                                                 text_from(plan), &revision, &fixture->error),
                         STATUS_OK);
        assert_int_equal(revision, i);
    }
    fixture_close(fixture);
    assert_int_equal(fixture_reopen(fixture, CONTROL_OPEN_ONLY), STATUS_OK);
    const struct project *project;
    struct project_table *table = take(fixture, &project);
    assert_text(project->shield_plan, "events: [] # 103");
    assert_int_equal(project->shield_rules.size, 0);
    assert_int_equal(project->shield_revision, 103);
    project_table_drop(table);

    struct arena arena;
    struct text contents;
    arena_init(&arena, 1024 * 1024);
    assert_int_equal(control_shield_text_get(fixture->control, first_project, CONTROL_TEXT_PLAN, 4,
                                             &arena, &contents, &fixture->error),
                     STATUS_OK);
    assert_text(contents, "events: [] # 4");
    assert_int_equal(control_shield_text_get(fixture->control, first_project, CONTROL_TEXT_PLAN, 3,
                                             &arena, &contents, &fixture->error),
                     STATUS_ABSENT);
    struct control_shield shield;
    assert_int_equal(
        control_shield_read(fixture->control, first_project, &arena, &shield, &fixture->error),
        STATUS_OK);
    assert_int_equal(shield.text_count, 100);
    assert_int_equal(shield.texts[0].revision, 103);
    assert_text(shield.texts[0].by, "ann");
    arena_release(&arena);
}

static void refuses_texts_that_are_too_long_or_no_text(void **state)
{
    struct fixture *fixture = *state;
    struct control_deed deed = deed_of("", "");
    uint64_t revision;
    size_t size_max = CONTROL_SHIELD_TEXT_SIZE_MAX;
    char *plan = malloc(size_max + 1);
    memset(plan, 'a', size_max + 1);
    assert_int_equal(control_shield_text_put(fixture->control, &deed, CONTROL_TEXT_PLAN,
                                             (struct text){plan, size_max + 1}, &revision,
                                             &fixture->error),
                     STATUS_TOO_LARGE);
    assert_int_equal(control_shield_text_put(fixture->control, &deed, CONTROL_TEXT_PLAN,
                                             (struct text){plan, size_max}, &revision,
                                             &fixture->error),
                     STATUS_OK);
    assert_int_equal(revision, 1);
    free(plan);
    assert_int_equal(control_shield_text_put(fixture->control, &deed, CONTROL_TEXT_RULES,
                                             (struct text){"a\0b", 3}, &revision, &fixture->error),
                     STATUS_INVALID);
    assert_int_equal(control_shield_text_put(fixture->control, &deed, CONTROL_TEXT_RULES,
                                             TEXT("\xc3\x28"), &revision, &fixture->error),
                     STATUS_INVALID);
}

static void loosens_until_it_ends_or_is_ended(void **state)
{
    struct fixture *fixture = *state;
    struct control_deed deed = deed_of("ann", "order numbers");
    struct control_loosening loosening = {
        .property = TEXT("order"), .detector = TEXT("F01"), .until_ms = now_ms + DAY_MS};
    assert_int_equal(control_shield_loosen(fixture->control, &deed, &loosening, &fixture->error),
                     STATUS_OK);
    const struct project *project;
    struct project_table *table = take(fixture, &project);
    assert_text(project->shield_loosened, "order\tF01\t4000086400000\n");
    project_table_drop(table);

    loosening.until_ms = now_ms; /* enough of it */
    assert_int_equal(control_shield_loosen(fixture->control, &deed, &loosening, &fixture->error),
                     STATUS_OK);
    assert_int_equal(control_shield_loosen(fixture->control, &deed, &loosening, &fixture->error),
                     STATUS_ABSENT);
    table = take(fixture, &project);
    /* In force by this machine's clock, ended by the deed's: the reader looks at the clock. */
    assert_text(project->shield_loosened, "order\tF01\t4000000000000\n");
    project_table_drop(table);
}

static void refuses_loosenings_without_an_end_or_a_name(void **state)
{
    struct fixture *fixture = *state;
    const struct control_loosening good = {
        .property = TEXT_INIT("order"), .detector = TEXT_INIT("F01"), .until_ms = now_ms + DAY_MS};
    struct control_deed deed = deed_of("ann", "why");
    struct control_loosening bad[] = {good, good, good, good, good, good};
    bad[0].until_ms = 0;
    bad[1].until_ms = now_ms - 1;
    bad[2].until_ms = now_ms + INT64_C(366) * DAY_MS + 1;
    bad[3].property = TEXT("a\tb");
    bad[4].detector = TEXT("F 01");
    bad[5].property = TEXT("");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(control_shield_loosen(fixture->control, &deed, &bad[i], &fixture->error),
                         STATUS_INVALID);
    }
    struct control_deed nobody = deed_of("", "why");
    assert_int_equal(control_shield_loosen(fixture->control, &nobody, &good, &fixture->error),
                     STATUS_INVALID);
}

static void holds_a_property_until_a_person_lets_it_go(void **state)
{
    struct fixture *fixture = *state;
    struct control_deed deed = deed_of("ann", "looks like names");
    const struct project *project;
    assert_int_equal(control_shield_hold(fixture->control, &deed, TEXT("nick"), &fixture->error),
                     STATUS_OK);
    assert_int_equal(control_shield_hold(fixture->control, &deed, TEXT("city"), &fixture->error),
                     STATUS_OK);
    assert_int_equal(control_shield_hold(fixture->control, &deed, TEXT("city"), &fixture->error),
                     STATUS_INVALID);
    struct project_table *table = take(fixture, &project);
    assert_text(project->shield_held, "city\nnick\n");
    assert_true(text_find(project->sdk_settings, TEXT("\"hold\":[\"city\",\"nick\"]")) >= 0);
    project_table_drop(table);

    struct control_deed release = deed_of("bob", "");
    assert_int_equal(
        control_shield_release(fixture->control, &release, TEXT("city"), &fixture->error),
        STATUS_OK);
    assert_int_equal(
        control_shield_release(fixture->control, &release, TEXT("city"), &fixture->error),
        STATUS_ABSENT);
    assert_int_equal(control_shield_hold(fixture->control, &deed, TEXT("city"), &fixture->error),
                     STATUS_OK);

    struct arena arena;
    struct control_shield shield;
    arena_init(&arena, 1024 * 1024);
    assert_int_equal(
        control_shield_read(fixture->control, first_project, &arena, &shield, &fixture->error),
        STATUS_OK);
    assert_int_equal(shield.held_count, 3);
    assert_text(shield.held[2].property, "nick");
    assert_text(shield.held[1].released_by, "bob");
    assert_int_equal(shield.held[0].released_ms, 0);
    arena_release(&arena);
}

static void changes_only_the_settings_that_are_named(void **state)
{
    struct fixture *fixture = *state;
    struct control_deed deed = deed_of("", "");
    const struct project *project;
    struct control_sdk_change change = {.sample = -1};
    assert_int_equal(control_sdk_settings(fixture->control, &deed, &change, &fixture->error),
                     STATUS_OK);
    struct project_table *table = take(fixture, &project);
    assert_true(text_equal(project->sdk_settings, project_sdk_default)); /* byte for byte */
    project_table_drop(table);

    change = (struct control_sdk_change){.sample = 0.25,
                                         .autocapture = CONTROL_ON,
                                         .routes = TEXT("/\n/orders/:id\n"),
                                         .params = TEXT("")};
    assert_int_equal(control_sdk_settings(fixture->control, &deed, &change, &fixture->error),
                     STATUS_OK);
    const uint64_t hashes[] = {9, 7, 9};
    change = (struct control_sdk_change){.sample = -1,
                                         .has_dictionary = true,
                                         .salt = TEXT("pepper"),
                                         .hashes = hashes,
                                         .hash_count = 3};
    assert_int_equal(control_sdk_settings(fixture->control, &deed, &change, &fixture->error),
                     STATUS_OK);
    table = take(fixture, &project);
    assert_true(text_starts_with(
        project->sdk_settings,
        TEXT("\"autocapture\":true,\"routes\":[\"/\",\"/orders/:id\"],\"params\":[],"
             "\"dictionary\":{\"salt\":\"pepper\",\"filter\":\"AQIB")));
    assert_true(text_find(project->sdk_settings,
                          TEXT("\"},\"observe\":false,\"sample\":0.25,\"hold\":[]")) > 0);
    assert_text(project->dictionary_salt, "pepper");
    assert_int_equal(project->dictionary_hashes.size, 16);
    assert_int_equal(project->dictionary_hashes.bytes[0], 7); /* sorted, each once */
    assert_int_equal(project->dictionary_hashes.bytes[8], 9);
    project_table_drop(table);
}

/* --- the dictionary --- */

static struct control_dictionary dictionary_of(struct fixture *fixture, struct arena *arena)
{
    struct control_dictionary out;
    arena_init(arena, 4 * 1024 * 1024);
    assert_int_equal(
        control_dictionary_read(fixture->control, first_project, arena, &out, &fixture->error),
        STATUS_OK);
    return out;
}

static void check_dictionary(struct fixture *fixture, size_t uploaded, size_t listed, size_t rows)
{
    struct arena arena;
    struct control_dictionary dictionary = dictionary_of(fixture, &arena);
    assert_int_equal(dictionary.uploaded_count, uploaded);
    assert_int_equal(dictionary.listed_count, listed);
    assert_int_equal(dictionary.row_count, rows);
    arena_release(&arena);
}

static void set_sdk(struct fixture *fixture, const struct control_sdk_change *change)
{
    struct control_deed deed = deed_of("", "");
    assert_int_equal(control_sdk_settings(fixture->control, &deed, change, &fixture->error),
                     STATUS_OK);
}

/* The salt in force; "" when there is no dictionary. */
static void copy_salt(struct fixture *fixture, char out[CONTROL_SALT_SIZE_MAX + 1])
{
    const struct project *project;
    struct project_table *table = take(fixture, &project);
    assert_true(text_to_string(project->dictionary_salt, out, CONTROL_SALT_SIZE_MAX + 1));
    bool has_one = text_find(project->sdk_settings, TEXT("\"dictionary\":{\"salt\"")) >= 0;
    assert_int_equal(has_one, out[0] != 0);
    project_table_drop(table);
}

static size_t learn(struct fixture *fixture, const char *salt, uint64_t hash)
{
    struct control_deed deed = deed_of("", "");
    size_t added;
    assert_int_equal(control_observed_add(fixture->control, &deed, text_from(salt), &hash, 1,
                                          &added, &fixture->error),
                     STATUS_OK);
    return added;
}

static void learns_and_takes_off(void **state)
{
    struct fixture *fixture = *state;
    struct control_deed deed = deed_of("ann", "");
    char salt[CONTROL_SALT_SIZE_MAX + 1];
    const uint64_t uploaded[] = {1, UINT64_MAX};
    assert_int_equal(learn(fixture, "s", 5), 0); /* it observes nothing */
    struct control_sdk_change observe = {.sample = -1, .observe = CONTROL_ON};
    set_sdk(fixture, &observe);
    copy_salt(fixture, salt);
    assert_int_equal(strlen(salt), 16); /* drawn by lot */
    assert_int_equal(learn(fixture, salt, 5), 1);
    assert_int_equal(learn(fixture, salt, 5), 0);
    assert_int_equal(learn(fixture, "s", 6), 0); /* of another salt */
    check_dictionary(fixture, 0, 1, 1);

    struct control_sdk_change upload = {.sample = -1,
                                        .has_dictionary = true,
                                        .salt = text_from(salt),
                                        .hashes = uploaded,
                                        .hash_count = 2};
    set_sdk(fixture, &upload);
    check_dictionary(fixture, 2, 3, 1);
    assert_int_equal(learn(fixture, salt, 1), 1); /* both uploaded and learned: listed once */
    check_dictionary(fixture, 2, 3, 2);
    for (uint64_t hash = 1; hash <= 5; hash += 4) {
        assert_int_equal(control_observed_forget(fixture->control, &deed, hash, &fixture->error),
                         STATUS_OK);
        assert_int_equal(control_observed_forget(fixture->control, &deed, hash, &fixture->error),
                         STATUS_ABSENT);
        assert_int_equal(learn(fixture, salt, hash), 0); /* for good */
    }
    check_dictionary(fixture, 2, 1, 2);
    assert_int_equal(control_observed_clear(fixture->control, &deed, &fixture->error), STATUS_OK);
    check_dictionary(fixture, 2, 2, 0);
}

static void keeps_what_was_learned_while_its_salt_lasts(void **state)
{
    struct fixture *fixture = *state;
    char salt[CONTROL_SALT_SIZE_MAX + 1];
    const uint64_t uploaded = 1;
    struct control_sdk_change change = {.sample = -1,
                                        .observe = CONTROL_ON,
                                        .has_dictionary = true,
                                        .salt = TEXT("one"),
                                        .hashes = &uploaded,
                                        .hash_count = 1};
    set_sdk(fixture, &change);
    assert_int_equal(learn(fixture, "one", 5), 1);
    struct control_sdk_change none = {.sample = -1, .has_dictionary = true};
    set_sdk(fixture, &none);
    copy_salt(fixture, salt);
    assert_string_equal(salt, "one");
    check_dictionary(fixture, 0, 1, 1);
    change.salt = TEXT("two");
    set_sdk(fixture, &change);
    check_dictionary(fixture, 1, 1, 0); /* what was learned meant nothing any more */
    set_sdk(fixture, &none);
    copy_salt(fixture, salt);
    assert_string_equal(salt, "two"); /* it observes still */
    struct control_sdk_change off = {.sample = -1, .observe = CONTROL_OFF};
    set_sdk(fixture, &off);
    copy_salt(fixture, salt);
    assert_string_equal(salt, "");
}

static void learns_no_more_than_there_is_room_for(void **state)
{
    struct fixture *fixture = *state;
    struct control_deed deed = deed_of("", "");
    static uint64_t hashes[CONTROL_OBSERVED_COUNT_MAX + 10];
    size_t added;
    const uint64_t one = 1;
    struct control_sdk_change change = {.sample = -1,
                                        .observe = CONTROL_ON,
                                        .has_dictionary = true,
                                        .salt = TEXT("s"),
                                        .hashes = &one,
                                        .hash_count = 1};
    set_sdk(fixture, &change);
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
        hashes[i] = (i + 2) * UINT64_C(0x9e3779b97f4a7c15);
    assert_int_equal(control_observed_add(fixture->control, &deed, TEXT("s"), hashes,
                                          sizeof hashes / sizeof *hashes, &added, &fixture->error),
                     STATUS_OK);
    assert_int_equal(added, CONTROL_OBSERVED_COUNT_MAX);
    assert_int_equal(control_observed_forget(fixture->control, &deed, 1, &fixture->error),
                     STATUS_TOO_LARGE);
    assert_int_equal(control_observed_forget(fixture->control, &deed, hashes[0], &fixture->error),
                     STATUS_OK);
    assert_int_equal(learn(fixture, "s", 77), 0);
    check_dictionary(fixture, 1, CONTROL_OBSERVED_COUNT_MAX, CONTROL_OBSERVED_COUNT_MAX);
}

static void refuses_settings_that_no_browser_could_use(void **state)
{
    struct fixture *fixture = *state;
    struct control_deed deed = deed_of("", "");
    const struct control_sdk_change bad[] = {
        {.sample = 1.5},
        {.sample = 0.0 / 0.0},
        {.sample = -1, .routes = TEXT_INIT("orders")},
        {.sample = -1, .routes = TEXT_INIT("/a?b")},
        {.sample = -1, .routes = TEXT_INIT("/a\n\n/b")},
        {.sample = -1, .params = TEXT_INIT("a b")},
        {.sample = -1, .has_dictionary = true, .hashes = (const uint64_t[]){1}, .hash_count = 1},
        {.sample = -1, .has_dictionary = true, .salt = TEXT_INIT("\"")},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(control_sdk_settings(fixture->control, &deed, &bad[i], &fixture->error),
                         STATUS_INVALID);
    }
}

static void publishes_write_keys_until_they_are_revoked(void **state)
{
    struct fixture *fixture = *state;
    char tokens[2][SECRET_TOKEN_SIZE];
    int64_t expires_ms;
    const struct project *project;
    assert_int_equal(control_token_create(fixture->control, first_project, TEXT("ing"), NOW_MS,
                                          tokens[0], &expires_ms, &fixture->error),
                     STATUS_OK);
    assert_int_equal(control_token_create(fixture->control, first_project, TEXT("qry"), NOW_MS,
                                          tokens[1], &expires_ms, &fixture->error),
                     STATUS_OK);
    struct project_table *table = take(fixture, &project);
    assert_ptr_equal(project_table_by_token(table, text_from(tokens[0])), project);
    assert_null(project_table_by_token(table, text_from(tokens[1]))); /* it may not write */
    project_table_drop(table);

    assert_int_equal(control_token_revoke(fixture->control, 1, &fixture->error), STATUS_OK);
    table = take(fixture, &project);
    assert_null(project_table_by_token(table, text_from(tokens[0])));
    project_table_drop(table);
}

#define SHIELD_TEST(name) \
    cmocka_unit_test_setup_teardown(name, setup_with_project, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHIELD_TEST(says_nothing_of_an_untouched_project),
        SHIELD_TEST(ends_open_mode_after_thirty_days),
        SHIELD_TEST(opens_for_nobody_without_a_name_and_a_reason),
        SHIELD_TEST(refuses_a_project_that_is_not_there),
        SHIELD_TEST(keeps_the_newest_plan_and_a_hundred_revisions),
        SHIELD_TEST(refuses_texts_that_are_too_long_or_no_text),
        SHIELD_TEST(loosens_until_it_ends_or_is_ended),
        SHIELD_TEST(refuses_loosenings_without_an_end_or_a_name),
        SHIELD_TEST(holds_a_property_until_a_person_lets_it_go),
        SHIELD_TEST(changes_only_the_settings_that_are_named),
        SHIELD_TEST(learns_and_takes_off),
        SHIELD_TEST(keeps_what_was_learned_while_its_salt_lasts),
        SHIELD_TEST(learns_no_more_than_there_is_room_for),
        SHIELD_TEST(refuses_settings_that_no_browser_could_use),
        SHIELD_TEST(publishes_write_keys_until_they_are_revoked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
