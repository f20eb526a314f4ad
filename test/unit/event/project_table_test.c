#include "event/project_table.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

static const struct project projects[] = {
    {.id = 7, .name = TEXT_INIT("seven"), .token = TEXT_INIT("t7"), .zone = TEXT_INIT("UTC")},
    {.id = 2, .name = TEXT_INIT("two"), .token = TEXT_INIT("t2"), .week_start = 1},
    {.id = 5, .name = TEXT_INIT("7"), .token = TEXT_INIT("t5"), .sample = true},
};

static void finds_projects_by_token_id_and_name(void **state)
{
    (void)state;
    struct project_table *table = project_table_make(projects, 3);
    assert_int_equal(project_table_count(table), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(project_table_at(table, i)->id, projects[i].id);
        assert_int_equal(project_table_by_token(table, projects[i].token)->id, projects[i].id);
        const struct project *found = project_table_by_id(table, projects[i].id);
        assert_true(text_equal(found->name, projects[i].name));
        assert_true(found->name.bytes != projects[i].name.bytes); /* a copy */
    }
    assert_null(project_table_by_token(table, TEXT("t")));
    assert_null(project_table_by_id(table, 1));
    assert_null(project_table_by_id(table, 8));
    assert_int_equal(project_table_by_name(table, TEXT("two"))->id, 2);
    assert_int_equal(project_table_by_name(table, TEXT("2"))->id, 2);
    assert_int_equal(project_table_by_name(table, TEXT("7"))->id, 5); /* a name before an id */
    assert_null(project_table_by_name(table, TEXT("three")));
    assert_null(project_table_by_name(table, TEXT("4294967298")));
    assert_null(project_table_by_name(table, TEXT("-2")));
    project_table_drop(table);
    project_table_drop(NULL);
}

static void finds_projects_by_their_write_keys(void **state)
{
    (void)state;
    char tokens[3][SECRET_TOKEN_SIZE];
    struct project_key keys[2];
    for (int i = 0; i < 3; i++)
        secret_token_make("ing", tokens[i]);
    for (int i = 0; i < 2; i++) {
        keys[i].project = projects[i].id;
        secret_hash(text_from(tokens[i]), keys[i].hash);
    }
    struct project_table *table = project_table_make_keyed(projects, 3, keys, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(project_table_by_token(table, text_from(tokens[i]))->id, projects[i].id);
    }
    assert_null(project_table_by_token(table, text_from(tokens[2])));
    assert_null(project_table_by_token(table, TEXT("cdr_ing_test")));
    assert_null(project_table_by_token(table, TEXT("cdr_ing_")));
    tokens[0][strlen(tokens[0]) - 1] ^= 1;
    assert_null(project_table_by_token(table, text_from(tokens[0])));
    struct text hash = {(const char *)keys[0].hash, SECRET_HASH_SIZE};
    assert_null(project_table_by_token(table, hash)); /* knowing the hash is not knowing the key */
    assert_int_equal(project_table_by_token(table, TEXT("t5"))->id, 5);
    project_table_drop(table);
}

static void copies_what_the_shield_is_told(void **state)
{
    (void)state;
    char plan[] = "events: []";
    struct project told[2] = {projects[0], projects[1]};
    told[0].shield_plan = (struct text){plan, sizeof plan - 1};
    told[0].shield_held = TEXT("email\n");
    told[0].shield_revision = 3;
    told[1].shield_rules = TEXT("rules");
    told[1].sdk_settings = TEXT("\"autocapture\":true");
    struct project_table *table = project_table_make(told, 2);
    plan[0] = 'x';
    const struct project *first = project_table_by_id(table, 7);
    const struct project *second = project_table_by_id(table, 2);
    assert_true(text_equal(first->shield_plan, TEXT("events: []")));
    assert_true(text_equal(first->shield_held, TEXT("email\n")));
    assert_int_equal(first->shield_revision, 3);
    assert_int_equal(first->shield_rules.size, 0);
    assert_true(text_equal(second->shield_rules, TEXT("rules")));
    assert_true(text_equal(second->sdk_settings, TEXT("\"autocapture\":true")));
    project_table_drop(table);
}

static void ends_a_mode_when_its_time_is_over(void **state)
{
    (void)state;
    struct project project = {.shield_mode = PROJECT_SHIELD_OPEN, .shield_mode_until_ms = 1000};
    assert_int_equal(project_shield_at(&project, 999), PROJECT_SHIELD_OPEN);
    assert_int_equal(project_shield_at(&project, 1000), PROJECT_SHIELD_GUARDED);
    project = (struct project){.shield_mode = PROJECT_SHIELD_STRICT};
    assert_int_equal(project_shield_at(&project, INT64_MAX), PROJECT_SHIELD_STRICT);
}

static void keeps_a_table_that_was_taken(void **state)
{
    (void)state;
    struct project_slot *slot = project_slot_make();
    struct project_table *empty = project_slot_take(slot);
    assert_int_equal(project_table_count(empty), 0);
    assert_null(project_table_by_id(empty, 7));
    project_slot_publish(slot, project_table_make(projects, 3));
    struct project_table *full = project_slot_take(slot);
    project_slot_publish(slot, project_table_make(projects, 1));
    assert_int_equal(project_table_count(empty), 0);
    assert_int_equal(project_table_count(full), 3);
    project_slot_release(slot);
    assert_int_equal(project_table_by_id(full, 2)->week_start, 1);
    project_table_drop(full);
    project_table_drop(empty);
}

struct race {
    struct project_slot *slot;
    atomic_bool is_over;
};

static void *take_and_drop(void *context)
{
    struct race *race = context;
    while (!atomic_load(&race->is_over)) {
        struct project_table *table = project_slot_take(race->slot);
        assert_int_equal(project_table_by_token(table, TEXT("t7"))->id, 7);
        project_table_drop(table);
    }
    return NULL;
}

static void hands_over_while_readers_take(void **state)
{
    (void)state;
    struct race race = {.slot = project_slot_make()};
    project_slot_publish(race.slot, project_table_make(projects, 3));
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_and_drop, &race), 0);
    for (size_t i = 0; i < 2000; i++)
        project_slot_publish(race.slot, project_table_make(projects, 1 + i % 3));
    atomic_store(&race.is_over, true);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    project_slot_release(race.slot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_projects_by_token_id_and_name),
        cmocka_unit_test(finds_projects_by_their_write_keys),
        cmocka_unit_test(copies_what_the_shield_is_told),
        cmocka_unit_test(ends_a_mode_when_its_time_is_over),
        cmocka_unit_test(keeps_a_table_that_was_taken),
        cmocka_unit_test(hands_over_while_readers_take),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
