/* Projects and the table that is published after each change. */
#include "control_fixture.h"

#include <sys/stat.h>

static void makes_a_file_that_only_its_owner_reads(void **state)
{
    struct fixture *fixture = *state;
    struct stat facts;
    assert_int_equal(stat(fixture->path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
}

static void publishes_an_empty_table_at_first(void **state)
{
    struct fixture *fixture = *state;
    struct project_table *table = project_slot_take(fixture->slot);
    assert_int_equal(project_table_count(table), 0);
    project_table_drop(table);
}

static void publishes_a_project_as_it_was_made(void **state)
{
    struct fixture *fixture = *state;
    struct control_project_options options = {
        .name = TEXT("shop"), .zone = TEXT("Europe/Berlin"), .sample = true};
    struct control_project_made made;
    assert_int_equal(control_project_create(fixture->control, &options, &made, &fixture->error),
                     STATUS_OK);

    struct project_table *table = project_slot_take(fixture->slot);
    const struct project *project = project_table_by_token(table, text_from(made.token));
    assert_non_null(project);
    assert_int_equal(project->id, made.id);
    assert_true(text_equal(project->name, TEXT("shop")));
    assert_true(text_equal(project->zone, TEXT("Europe/Berlin")));
    assert_int_equal(project->week_start, 1);
    assert_true(project->sample);

    uint8_t hash[SECRET_HASH_SIZE];
    char hex[2 * SECRET_HASH_SIZE + 1];
    secret_hash(text_from(made.secret), hash);
    for (int i = 0; i < SECRET_HASH_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", hash[i]);
    assert_true(text_equal(project->secret, text_from(hex)));
    project_table_drop(table);
}

static void keeps_projects_when_it_is_opened_again(void **state)
{
    struct fixture *fixture = *state;
    struct control_project_made first, second;
    assert_int_equal(fixture_project(fixture, "first", &first), STATUS_OK);
    fixture_close(fixture);
    assert_int_equal(fixture_reopen(fixture, CONTROL_OPEN_ONLY), STATUS_OK);
    assert_int_equal(fixture_project(fixture, "second", &second), STATUS_OK);
    assert_true(second.id > first.id);

    struct project_table *table = project_slot_take(fixture->slot);
    assert_int_equal(project_table_count(table), 2);
    assert_non_null(project_table_by_token(table, text_from(first.token)));
    assert_true(text_equal(project_table_by_name(table, TEXT("second"))->zone, TEXT("UTC")));
    project_table_drop(table);
}

static void refuses_a_name_that_is_taken(void **state)
{
    struct fixture *fixture = *state;
    struct control_project_made made;
    assert_int_equal(fixture_project(fixture, "shop", &made), STATUS_OK);
    assert_int_equal(fixture_project(fixture, "shop", &made), STATUS_INVALID);
    assert_string_equal(fixture->error.message, "there is a project \"shop\" already");
    assert_int_equal(fixture_project(fixture, "Shop", &made), STATUS_OK);
}

static void refuses_bad_names(void **state)
{
    struct fixture *fixture = *state;
    char long_name[CONTROL_NAME_SIZE_MAX + 2];
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    const char *const names[] = {"",        "123",          "0",       "a\nb", "a\x7f",
                                 "a\xff",   "\xc2\x85 nel", " a",      "a ",   "a\x01",
                                 long_name, "\xed\xa0\x80", "\xc0\xaf"};
    struct control_project_made made;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        fixture->error.message[0] = '\0';
        assert_int_equal(fixture_project(fixture, names[i], &made), STATUS_INVALID);
        assert_true(fixture->error.message[0] != '\0');
    }
    struct control_project_options options = {.name = {"a\0b", 3}};
    assert_int_equal(control_project_create(fixture->control, &options, &made, &fixture->error),
                     STATUS_INVALID);
}

static void takes_names_at_the_limit(void **state)
{
    struct fixture *fixture = *state;
    char name[CONTROL_NAME_SIZE_MAX + 1];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    const char *const names[] = {name,           "a",
                                 "12a",          "Zeppelin \xc3\xa9t\xc3\xa9",
                                 "\xe5\x95\x86", "a'; DROP TABLE project; --"};
    struct control_project_made made;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(fixture_project(fixture, names[i], &made), STATUS_OK);
        struct project_table *table = project_slot_take(fixture->slot);
        assert_int_equal(project_table_by_name(table, text_from(names[i]))->id, made.id);
        project_table_drop(table);
    }
}

static void refuses_zones_that_are_none(void **state)
{
    struct fixture *fixture = *state;
    const char *const zones[] = {
        "Europe/Nowhere",
        "../../../etc/passwd",
        "/etc/passwd",
        "Europe/",
        "UTC ",
        "a\nb",
        "Europe/Berlin/Europe/Berlin/Europe/Berlin/Europe/Berlin/Europe/B"};
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        struct control_project_options options = {.name = TEXT("p"), .zone = text_from(zones[i])};
        struct control_project_made made;
        assert_int_equal(control_project_create(fixture->control, &options, &made, &fixture->error),
                         STATUS_INVALID);
        assert_non_null(strstr(fixture->error.message, "time zone"));
    }
}

static void a_held_table_does_not_change(void **state)
{
    struct fixture *fixture = *state;
    struct project_table *before = project_slot_take(fixture->slot);
    struct control_project_made made;
    assert_int_equal(fixture_project(fixture, "later", &made), STATUS_OK);
    assert_int_equal(project_table_count(before), 0);
    project_table_drop(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(makes_a_file_that_only_its_owner_reads),
        FIXTURE_TEST(publishes_an_empty_table_at_first),
        FIXTURE_TEST(publishes_a_project_as_it_was_made),
        FIXTURE_TEST(keeps_projects_when_it_is_opened_again),
        FIXTURE_TEST(refuses_a_name_that_is_taken),
        FIXTURE_TEST(refuses_bad_names),
        FIXTURE_TEST(takes_names_at_the_limit),
        FIXTURE_TEST(refuses_zones_that_are_none),
        FIXTURE_TEST(a_held_table_does_not_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
