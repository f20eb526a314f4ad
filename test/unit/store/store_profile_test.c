/* What each operation does to a profile, as tables; and that it is the same after a flush. */
#include "store_scene.h"

#include "base/memory.h"
#include "event/event_limits.h"

#include <string.h>

/* A value as JSON, for tables; it lives as long as the text. */
static struct value value_of(const char *json)
{
    struct text text = text_from(json);
    if (json[0] == '[') return (struct value){.kind = VALUE_LIST, .text = text};
    if (json[0] == '{') return (struct value){.kind = VALUE_OBJECT, .text = text};
    if (strcmp(json, "null") == 0) return (struct value){.kind = VALUE_NULL};
    if (strcmp(json, "true") == 0) return value_from_bool(true);
    if (strcmp(json, "false") == 0) return value_from_bool(false);
    if (json[0] == '"') return value_from_text(text_slice(text, 1, text.size - 2));
    return value_from_number(text);
}

struct desk {
    struct scene scene;
    uint64_t sequence;
};

static void desk_begin(struct desk *desk)
{
    memset(desk, 0, sizeof *desk);
    scene_begin(&desk->scene, 1);
    scene_must_open(&desk->scene);
}

static enum status change(struct desk *desk, const struct profile_change *change)
{
    struct store_profile_scope scope;
    struct error error;
    assert_true(store_profiles_begin(desk->scene.store, 1, ++desk->sequence, &scope));
    enum status status = store_profiles_change(&scope, change, &error);
    store_profiles_end(&scope);
    if (status != STATUS_OK) assert_true(error.message[0] != '\0');
    return status;
}

static enum status do_step(struct desk *desk, const char *id, enum profile_operation operation,
                           const char *json)
{
    struct profile_step step = {.operation = operation};
    if (operation != PROFILE_DELETE && operation != PROFILE_TOUCH) step.name = TEXT("x");
    if (json) step.value = value_of(json);
    struct profile_change one = {
        .id = text_from(id),
        .flags = PROFILE_KEEP_LAST_SEEN,
        .step_count = 1,
        .steps = &step,
    };
    return change(desk, &one);
}

/* The whole profile, or "" when there is none; free with memory_free. */
static char *profile_text(struct desk *desk, const char *group, const char *id)
{
    struct error error;
    struct snapshot *snapshot;
    struct buffer json;
    buffer_init(&json, 32 << 20);
    MUST(store_snapshot(desk->scene.store, 1, &snapshot, &error), &error);
    (void)snapshot_profile_json(snapshot, text_from(group), text_from(id), &json);
    snapshot_release(snapshot);
    buffer_append_byte(&json, '\0');
    return json.bytes;
}

static void expect_profile(struct desk *desk, const char *id, const char *expected)
{
    char *text = profile_text(desk, "", id);
    assert_string_equal(text, expected);
    memory_free(text);
}

static void open_again(struct desk *desk)
{
    scene_must_flush(&desk->scene, 1);
    scene_close(&desk->scene);
    scene_must_open(&desk->scene);
}

static const struct {
    enum profile_operation operation;
    const char *before; /* NULL: no property x */
    const char *value;
    const char *after; /* "-": the change is refused; NULL: no property x */
} steps[] = {
    {PROFILE_SET, NULL, "1", "1"},
    {PROFILE_SET, "\"a\"", "null", "null"},
    {PROFILE_SET, "[1]", "{\"a\":1}", "{\"a\":1}"},
    {PROFILE_SET_ONCE, NULL, "\"a\"", "\"a\""},
    {PROFILE_SET_ONCE, "\"a\"", "\"b\"", "\"a\""},
    {PROFILE_SET_ONCE, "null", "\"b\"", "null"},
    {PROFILE_ADD, NULL, "5", "5"},
    {PROFILE_ADD, "5", "-7", "-2"},
    {PROFILE_ADD, "5", "2.5", "7.5"},
    {PROFILE_ADD, "0.1", "0.2", "0.3"},
    {PROFILE_ADD, "0.5", "0.5", "1"},
    {PROFILE_ADD, "9007199254740993", "2", "9007199254740995"},
    {PROFILE_ADD, "9223372036854775807", "1", "9223372036854775808"},
    {PROFILE_ADD, "12345678901234567890123", "0.5", "12345678901234567890123.5"},
    {PROFILE_ADD, "-0.25", "0.2", "-0.05"},
    {PROFILE_ADD, "1e300", "1e300", "2e+300"},
    {PROFILE_ADD, "\"5\"", "1", "-"},
    {PROFILE_ADD, "null", "1", "-"},
    {PROFILE_ADD, "[1]", "1", "-"},
    {PROFILE_ADD, "1", "\"1\"", "-"},
    {PROFILE_ADD, "1e+308", "1e308", "-"},
    {PROFILE_APPEND, NULL, "1", "[1]"},
    {PROFILE_APPEND, "[]", "1", "[1]"},
    {PROFILE_APPEND, "[1]", "1", "[1,1]"},
    {PROFILE_APPEND, "[1]", "[2]", "[1,[2]]"},
    {PROFILE_APPEND, "\"a\"", "1", "-"},
    {PROFILE_UNION, NULL, "[1,2,1]", "[1,2]"},
    {PROFILE_UNION, "[1,1]", "[1,\"1\",2]", "[1,1,\"1\",2]"},
    {PROFILE_UNION, "[{\"a\":1}]", "[{\"a\":1},null]", "[{\"a\":1},null]"},
    {PROFILE_UNION, "[1]", "[1]", "[1]"},
    {PROFILE_UNION, NULL, "\"a\"", "[\"a\"]"},
    {PROFILE_UNION, NULL, "[]", "[]"},
    {PROFILE_UNION, "5", "[1]", "-"},
    {PROFILE_REMOVE, "[1,2,1]", "1", "[2]"},
    {PROFILE_REMOVE, "[\"a\"]", "\"a\"", "[]"},
    {PROFILE_REMOVE, "[1.0]", "1", "[]"},
    {PROFILE_REMOVE, "[[1],1]", "[1]", "[1]"},
    {PROFILE_REMOVE, "[1]", "2", "[1]"},
    {PROFILE_REMOVE, "\"a\"", "\"a\"", "\"a\""},
    {PROFILE_REMOVE, NULL, "1", NULL},
    {PROFILE_UNSET, "1", NULL, NULL},
    {PROFILE_UNSET, NULL, NULL, NULL},
    {PROFILE_TOUCH, "1", NULL, "1"},
};

static void check_step(struct desk *desk, size_t i)
{
    char id[16];
    char expected[256];
    (void)snprintf(id, sizeof id, "id %zu", i);
    assert_int_equal(do_step(desk, id, PROFILE_TOUCH, NULL), STATUS_OK);
    if (steps[i].before) {
        assert_int_equal(do_step(desk, id, PROFILE_SET, steps[i].before), STATUS_OK);
    }
    enum status status = do_step(desk, id, steps[i].operation, steps[i].value);
    const char *after = steps[i].after;
    if (after && strcmp(after, "-") == 0) {
        assert_int_equal(status, STATUS_INVALID);
        after = steps[i].before;
    } else {
        assert_int_equal(status, STATUS_OK);
    }
    (void)snprintf(expected, sizeof expected, "{\"$distinct_id\":\"%s\",\"$properties\":{%s%s}}",
                   id, after ? "\"x\":" : "", after ? after : "");
    expect_profile(desk, id, expected);
}

static void does_each_operation_as_the_table_says(void **state)
{
    (void)state;
    struct desk desk;
    desk_begin(&desk);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        check_step(&desk, i);
    struct store_figures figures;
    store_figures(desk.scene.store, 1, &figures);
    assert_int_equal(figures.profiles, sizeof steps / sizeof *steps);
    scene_end(&desk.scene);
}

static void keeps_every_kind_of_value_through_a_flush(void **state)
{
    (void)state;
    struct desk desk;
    desk_begin(&desk);
    static const char *const values[] = {
        "1",         "null",  "true",
        "false",     "\"\"",  "\"日本\"",
        "0.5",       "1e400", "[1,{\"a\":null}]",
        "{\"a\":1}",
    };
    char *before[10];
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 10; i++) {
            char id[16];
            (void)snprintf(id, sizeof id, "%d", i);
            assert_int_equal(do_step(&desk, id, PROFILE_SET, values[(i + round) % 10]), STATUS_OK);
        }
        scene_must_flush(&desk.scene, 1); /* more than 16 files: they are rewritten */
    }
    for (int i = 0; i < 10; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "%d", i);
        before[i] = profile_text(&desk, "", id);
    }
    open_again(&desk);
    for (int i = 0; i < 10; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "%d", i);
        expect_profile(&desk, id, before[i]);
        memory_free(before[i]);
    }
    struct error error;
    MUST(store_verify(desk.scene.store, 1, &error), &error);
    scene_end(&desk.scene);
}

static void forgets_a_deleted_profile_for_good(void **state)
{
    (void)state;
    struct desk desk;
    desk_begin(&desk);
    assert_int_equal(do_step(&desk, "ann", PROFILE_SET, "1"), STATUS_OK);
    assert_int_equal(do_step(&desk, "bob", PROFILE_SET, "1"), STATUS_OK);
    scene_must_flush(&desk.scene, 1);
    assert_int_equal(do_step(&desk, "ann", PROFILE_DELETE, NULL), STATUS_OK);
    assert_int_equal(do_step(&desk, "eve", PROFILE_DELETE, NULL), STATUS_OK);
    expect_profile(&desk, "ann", "");
    open_again(&desk);
    expect_profile(&desk, "ann", "");
    expect_profile(&desk, "bob", "{\"$distinct_id\":\"bob\",\"$properties\":{\"x\":1}}");
    struct store_figures figures;
    store_figures(desk.scene.store, 1, &figures);
    assert_int_equal(figures.profiles, 1);
    assert_int_equal(do_step(&desk, "ann", PROFILE_ADD, "2"), STATUS_OK);
    expect_profile(&desk, "ann", "{\"$distinct_id\":\"ann\",\"$properties\":{\"x\":2}}");
    scene_end(&desk.scene);
}

static void applies_all_steps_of_a_change_or_none(void **state)
{
    (void)state;
    struct desk desk;
    desk_begin(&desk);
    struct profile_step list[] = {
        {.operation = PROFILE_SET, .name = TEXT("a"), .value = value_from_integer(1)},
        {.operation = PROFILE_SET, .name = TEXT("b"), .value = value_of("\"text\"")},
        {.operation = PROFILE_ADD, .name = TEXT("b"), .value = value_from_integer(1)},
    };
    struct profile_change all = {.id = TEXT("ann"), .step_count = 3, .steps = list};
    assert_int_equal(change(&desk, &all), STATUS_INVALID);
    expect_profile(&desk, "ann", "");
    all.step_count = 2;
    all.flags = PROFILE_KEEP_LAST_SEEN;
    assert_int_equal(change(&desk, &all), STATUS_OK);
    expect_profile(&desk, "ann",
                   "{\"$distinct_id\":\"ann\",\"$properties\":{\"a\":1,\"b\":\"text\"}}");
    scene_end(&desk.scene);
}

static void tells_when_a_profile_was_last_seen(void **state)
{
    (void)state;
    struct desk desk;
    desk_begin(&desk);
    struct profile_step step = {.operation = PROFILE_TOUCH};
    struct profile_change touch = {
        .id = TEXT("ann"),
        .time_ms = INT64_C(1785542400999),
        .step_count = 1,
        .steps = &step,
    };
    assert_int_equal(change(&desk, &touch), STATUS_OK);
    expect_profile(&desk, "ann",
                   "{\"$distinct_id\":\"ann\",\"$properties\":"
                   "{\"$last_seen\":\"2026-08-01T00:00:00\"}}");
    step = (struct profile_step){.operation = PROFILE_UNSET, .name = TEXT("no such")};
    touch.time_ms = 0;
    assert_int_equal(change(&desk, &touch), STATUS_OK); /* nothing happened: not seen */
    expect_profile(&desk, "ann",
                   "{\"$distinct_id\":\"ann\",\"$properties\":"
                   "{\"$last_seen\":\"2026-08-01T00:00:00\"}}");
    scene_end(&desk.scene);
}

static void keeps_groups_apart_from_users(void **state)
{
    (void)state;
    struct desk desk;
    desk_begin(&desk);
    struct profile_step step = {
        .operation = PROFILE_SET,
        .name = TEXT("plan"),
        .value = value_of("{\"tier\":{\"name\":\"gold\"}}"),
    };
    struct profile_change one = {
        .group_key = TEXT("company"),
        .id = TEXT("ann"),
        .flags = PROFILE_KEEP_LAST_SEEN,
        .step_count = 1,
        .steps = &step,
    };
    assert_int_equal(change(&desk, &one), STATUS_OK);
    expect_profile(&desk, "ann", "");
    open_again(&desk);

    struct error error;
    struct snapshot *snapshot;
    struct arena arena;
    const struct profile_cell *cells;
    size_t count;
    arena_init(&arena, 1 << 16);
    MUST(store_snapshot(desk.scene.store, 1, &snapshot, &error), &error);
    MUST(snapshot_profile_column(snapshot, TEXT("company"), TEXT("plan.tier.name"), &arena, &cells,
                                 &count, &error),
         &error);
    assert_int_equal(count, 1);
    assert_true(text_equal(cells[0].id, TEXT("ann")));
    assert_true(text_equal(cells[0].value.text, TEXT("gold")));
    MUST(snapshot_profile_column(snapshot, TEXT(""), TEXT("plan"), &arena, &cells, &count, &error),
         &error);
    assert_int_equal(count, 0);
    arena_release(&arena);
    arena_init(&arena, 16);
    assert_int_equal(snapshot_profile_column(snapshot, TEXT("company"), TEXT("plan"), &arena,
                                             &cells, &count, &error),
                     STATUS_TOO_LARGE);
    arena_release(&arena);
    snapshot_release(snapshot);
    scene_end(&desk.scene);
}

static void refuses_a_list_that_grows_too_large(void **state)
{
    (void)state;
    struct desk desk;
    desk_begin(&desk);
    char *text = memory_alloc(70000, 1);
    memset(text, 'a', 69998);
    text[0] = '"';
    text[69998] = '"';
    int fitting = 0;
    while (do_step(&desk, "ann", PROFILE_APPEND, text) == STATUS_OK)
        fitting++;
    assert_int_equal(fitting, PROFILE_LIST_SIZE_MAX / 70000);
    memory_free(text);
    scene_end(&desk.scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(does_each_operation_as_the_table_says),
        cmocka_unit_test(keeps_every_kind_of_value_through_a_flush),
        cmocka_unit_test(forgets_a_deleted_profile_for_good),
        cmocka_unit_test(applies_all_steps_of_a_change_or_none),
        cmocka_unit_test(tells_when_a_profile_was_last_seen),
        cmocka_unit_test(keeps_groups_apart_from_users),
        cmocka_unit_test(refuses_a_list_that_grows_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
