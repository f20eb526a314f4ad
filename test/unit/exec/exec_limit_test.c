/* Budgets, deadlines, and what an answer says about itself. */
#include "os/os_clock.h"
#include "support/exec_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RANGE "\"time\":{\"from\":\"2026-08-01\",\"to\":\"2026-08-03\"}"
#define TREND                                                                              \
    "{\"kind\":\"trend\"," RANGE ",\"unit\":\"hour\",\"measures\":[{\"event\":\"*\","      \
    "\"count\":\"profiles\",\"where\":{\"any\":[{\"property\":\"p\",\"is\":[\"x1\"]},{\""  \
    "not\":{\"property\":\"o.k\",\"at_least\":5}},{\"property\":\"p\",\"of\":\"profile\"," \
    "\"is_set\":true},{\"person\":[\"u1\"]}]}}],\"breakdown\":[{\"property\":\"p\","       \
    "\"top\":3}]"
#define FUNNEL                                                                            \
    "{\"kind\":\"funnel\"," RANGE ",\"steps\":[{\"event\":\"A\"},{\"event\":[\"A\",\"B\"" \
    "]}],\"breakdown\":[{\"property\":\"l\",\"top\":2}]"
#define PROFILE_TREND                                                                     \
    "{\"kind\":\"trend\"," RANGE ",\"unit\":\"total\",\"measures\":[{\"event\":\"*\",\""  \
    "count\":\"events\"}],\"breakdown\":[{\"property\":\"p\",\"of\":\"profile\",\"top\":" \
    "2,\"buckets\":[1,2]}]"

enum { DAY_MS = 86400000 };
#define DAY_ONE INT64_C(1785542400000) /* 2026-08-01 */

/* Enough rows in memtable and segments, with merges, for every allocation to be reached. */
static void fill(struct exec_scene *scene, struct arena *arena)
{
    struct naive_event events[60];
    for (uint32_t round = 0; round < 4; round++) {
        for (uint32_t i = 0; i < 60; i++) {
            char text[64];
            struct property *properties = ARENA_ARRAY(arena, struct property, 3);
            snprintf(text, sizeof text, "x%u", i % 7);
            properties[0] = (struct property){
                .name = TEXT("p"), .value = value_from_text(arena_text(arena, text_from(text)))};
            snprintf(text, sizeof text, "[\"a\",\"b%u\"]", i % 5);
            properties[1] = (struct property){
                .name = TEXT("l"),
                .value = {.kind = VALUE_LIST, .text = arena_text(arena, text_from(text))}};
            snprintf(text, sizeof text, "{\"k\":%u}", i % 9);
            properties[2] = (struct property){
                .name = TEXT("o"),
                .value = {.kind = VALUE_OBJECT, .text = arena_text(arena, text_from(text))}};
            snprintf(text, sizeof text, i % 2 ? "u%u" : "$device:%u", i % 20);
            events[i] = (struct naive_event){.name = i % 3 ? TEXT("A") : TEXT("B"),
                                             .time_ms = DAY_ONE + (int64_t)i * 3600000,
                                             .distinct_id = arena_text(arena, text_from(text)),
                                             .property_count = 3,
                                             .properties = properties};
        }
        exec_scene_add(scene, events, 60);
        exec_scene_profile(scene, &(struct naive_profile){.id = TEXT("u1"),
                                                          .name = TEXT("p"),
                                                          .value = value_from_integer(round)});
        if (round < 2) exec_scene_flush(scene);
        exec_scene_publish(scene);
    }
    exec_scene_tie(scene, &(struct naive_tie){TEXT("$device:0"), TEXT("u1")});
    exec_scene_tie(scene, &(struct naive_tie){TEXT("$device:4"), TEXT("u3")});
}

struct setting {
    struct exec_scene scene;
    struct arena arena;
    struct zone *zone;
    struct naive_moment moment;
};

static int set_up(void **state)
{
    struct setting *setting = calloc(1, sizeof *setting);
    arena_init(&setting->arena, 4 * 1024 * 1024);
    exec_scene_begin(&setting->scene);
    fill(&setting->scene, &setting->arena);
    setting->zone = exec_scene_zone("Australia/Lord_Howe");
    setting->moment = (struct naive_moment){setting->zone, 1, DAY_ONE + 5 * (int64_t)DAY_MS};
    *state = setting;
    return 0;
}

static int tear_down(void **state)
{
    struct setting *setting = *state;
    zone_release(setting->zone);
    exec_scene_end(&setting->scene);
    arena_release(&setting->arena);
    free(setting);
    return 0;
}

/* Parse and ask; the result is the caller's. The plan's last brace comes after the rest. */
static enum status ask(struct setting *setting, const char *plan_text, const char *rest,
                       struct exec_scene_ask options, struct result *result, struct error *error)
{
    char json[2048];
    int size = snprintf(json, sizeof json, "%s%s}", plan_text, rest);
    struct plan plan;
    struct plan_problem problem;
    size_t mark = arena_mark(&setting->arena);
    if (plan_parse(json, (size_t)size, &setting->arena, &plan, &problem, error) != STATUS_OK) {
        fail_msg("%s", error->message);
    }
    options.plan = &plan;
    options.moment = &setting->moment;
    enum status status = exec_scene_ask(&setting->scene, &options, result, error);
    plan_release(&plan);
    arena_rewind(&setting->arena, mark);
    return status;
}

static const char *const plans[] = {TREND, FUNNEL, PROFILE_TREND};

static struct exec_scene_ask plenty(void)
{
    return (struct exec_scene_ask){.thread_count = 2, .memory_max = 16 * 1024 * 1024};
}

/* Every size from hardly anything on: too large or the answer, never anything else, and once there
 * is enough for an answer there is for good. */
static void says_when_memory_is_used_up(void **state)
{
    struct setting *setting = *state;
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        bool answered = false;
        for (size_t size = 1; size < 4000000; size += 9001 + size / 12) {
            struct exec_scene_ask options = {.thread_count = 1 + (unsigned)(size % 3),
                                             .memory_max = size};
            struct result result;
            struct error error = {0};
            result_init(&result, 1 << 20);
            enum status status = ask(setting, plans[i], "", options, &result, &error);
            assert_true(status == STATUS_OK || status == STATUS_TOO_LARGE);
            if (status != STATUS_OK) assert_non_null(strstr(error.message, "bytes"));
            answered = status == STATUS_OK;
            result_release(&result);
        }
        assert_true(answered);
    }
}

static void says_when_the_answer_is_too_large(void **state)
{
    struct setting *setting = *state;
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        bool answered = false;
        for (size_t size = 16; size < 200000; size += 16 + size / 10) {
            struct result result;
            struct error error = {0};
            result_init(&result, size);
            enum status status =
                ask(setting, plans[i], ",\"explain\":true", plenty(), &result, &error);
            assert_true(status == STATUS_OK || status == STATUS_TOO_LARGE);
            if (answered) assert_int_equal(status, STATUS_OK);
            answered = status == STATUS_OK;
            result_release(&result);
        }
        assert_true(answered);
    }
}

static void says_when_the_deadline_has_passed(void **state)
{
    struct setting *setting = *state;
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        struct exec_scene_ask options = plenty();
        options.deadline_ns = 1;
        struct result result;
        struct error error = {0};
        result_init(&result, 1 << 20);
        assert_int_equal(ask(setting, plans[i], "", options, &result, &error), STATUS_BUSY);
        assert_non_null(strstr(error.message, "ms"));
        options.deadline_ns = os_clock_monotonic_ns() + UINT64_C(60000000000);
        assert_int_equal(ask(setting, plans[i], "", options, &result, &error), STATUS_OK);
        result_release(&result);
    }
}

static void refuses_more_units_than_an_answer_holds(void **state)
{
    struct setting *setting = *state;
    struct result result;
    struct error error = {0};
    result_init(&result, 1 << 20);
    const char *plan = "{\"kind\":\"trend\",\"time\":{\"last\":{\"count\":20000,\"unit\":\"day\"}},"
                       "\"unit\":\"hour\",\"measures\":[{\"event\":\"A\",\"count\":\"events\"}]";
    assert_int_equal(ask(setting, plan, "", plenty(), &result, &error), STATUS_TOO_LARGE);
    assert_non_null(strstr(error.message, "20000 units"));
    result_release(&result);
}

static void gives_the_same_table_on_any_number_of_threads(void **state)
{
    struct setting *setting = *state;
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        struct result first;
        struct error error = {0};
        result_init(&first, 1 << 20);
        struct exec_scene_ask options = {.thread_count = 1, .memory_max = 64 * 1024 * 1024};
        assert_int_equal(ask(setting, plans[i], "", options, &first, &error), STATUS_OK);
        for (unsigned threads = 2; threads <= 70; threads += 17) {
            struct result result;
            result_init(&result, 1 << 20);
            options.thread_count = threads;
            assert_int_equal(ask(setting, plans[i], "", options, &result, &error), STATUS_OK);
            assert_int_equal(result.row_count, first.row_count);
            assert_int_equal(result.events_scanned, first.events_scanned);
            for (uint64_t j = 0; j < first.row_count * first.column_count; j++) {
                assert_true(value_equal(&result.cells[j], &first.cells[j]));
            }
            result_release(&result);
        }
        result_release(&first);
    }
}

static void gives_the_same_table_under_any_seed(void **state)
{
    struct setting *setting = *state;
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        struct result first;
        struct error error = {0};
        result_init(&first, 1 << 20);
        assert_int_equal(ask(setting, plans[i], "", plenty(), &first, &error), STATUS_OK);
        for (uint64_t seed = 1; seed != 0; seed <<= 9) {
            struct result result;
            result_init(&result, 1 << 20);
            struct exec_scene_ask options = plenty();
            options.hash_seed = seed;
            assert_int_equal(ask(setting, plans[i], "", options, &result, &error), STATUS_OK);
            assert_int_equal(result.row_count, first.row_count);
            for (uint64_t j = 0; j < first.row_count * first.column_count; j++) {
                assert_true(value_equal(&result.cells[j], &first.cells[j]));
            }
            result_release(&result);
        }
        result_release(&first);
    }
}

static void tells_about_itself(void **state)
{
    struct setting *setting = *state;
    struct result result;
    struct error error = {0};
    result_init(&result, 1 << 20);
    assert_int_equal(ask(setting, FUNNEL, ",\"explain\":true", plenty(), &result, &error),
                     STATUS_OK);
    assert_true(result.exact);
    assert_int_equal(result.as_of_ms, setting->moment.now_ms);
    assert_int_equal(result.events_scanned, 240);
    assert_true(result.elapsed_ms > 0);
    assert_string_equal(result.complete_until, "2026-08-05");
    const char *words = arena_text(&setting->arena, result.explain).bytes;
    assert_non_null(strstr(words, "funnel of profiles"));
    assert_non_null(strstr(words, "2: A or B"));
    assert_non_null(strstr(words, "read 3 of 3 sources"));
    assert_non_null(strstr(words, "merged after their events were written"));
    result_release(&result);

    result_init(&result, 1 << 20);
    assert_int_equal(ask(setting, TREND, "", plenty(), &result, &error), STATUS_OK);
    assert_int_equal(result.explain.size, 0);
    result_release(&result);
}

static void reads_no_source_that_lies_outside_the_range(void **state)
{
    struct setting *setting = *state;
    struct result result;
    struct error error = {0};
    result_init(&result, 1 << 20);
    const char *plan =
        "{\"kind\":\"trend\",\"time\":{\"from\":\"2026-09-01\",\"to\":\"2026-09-01\"},\"unit\":"
        "\"day\",\"measures\":[{\"event\":\"A\",\"count\":\"events\"}]";
    assert_int_equal(ask(setting, plan, "", plenty(), &result, &error), STATUS_OK);
    assert_int_equal(result.events_scanned, 0);
    assert_int_equal(result.row_count, 1);
    assert_int_equal(result.cells[2].integer, 0);
    result_release(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_when_memory_is_used_up),
        cmocka_unit_test(says_when_the_answer_is_too_large),
        cmocka_unit_test(says_when_the_deadline_has_passed),
        cmocka_unit_test(refuses_more_units_than_an_answer_holds),
        cmocka_unit_test(gives_the_same_table_on_any_number_of_threads),
        cmocka_unit_test(gives_the_same_table_under_any_seed),
        cmocka_unit_test(tells_about_itself),
        cmocka_unit_test(reads_no_source_that_lies_outside_the_range),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
