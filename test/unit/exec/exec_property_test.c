/* Properties that lie in unusual places: beyond the project's column limit, or in several columns
 * at once. */
#include "event/event_limits.h"
#include "support/exec_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { PROPERTIES_OF_AN_EVENT = 200, NOON_MS = 43200000 };

struct setting {
    struct exec_scene scene;
    struct arena arena;
};

static void expect_count(struct setting *setting, const char *filter, int64_t expected)
{
    char json[512];
    int size = snprintf(json, sizeof json,
                        "{\"kind\":\"trend\",\"time\":{\"from\":\"1970-01-01\",\"to\":"
                        "\"1970-01-01\"},\"unit\":\"total\",\"measures\":[{\"event\":\"E\","
                        "\"count\":\"events\",\"where\":%s}]}",
                        filter);
    struct plan plan;
    struct plan_problem problem;
    struct error error = {0};
    assert_int_equal(plan_parse(json, (size_t)size, &setting->arena, &plan, &problem, &error),
                     STATUS_OK);
    struct zone *zone = zone_utc();
    struct naive_moment moment = {zone, 1, 0};
    struct exec_scene_ask options = {
        .plan = &plan, .moment = &moment, .thread_count = 1, .memory_max = 8 * 1024 * 1024};
    struct result result;
    result_init(&result, 1 << 16);
    assert_int_equal(exec_scene_ask(&setting->scene, &options, &result, &error), STATUS_OK);
    if (result.cells[1].integer != expected) {
        fail_msg("%s: %lld, not %lld", filter, (long long)result.cells[1].integer,
                 (long long)expected);
    }
    result_release(&result);
    zone_release(zone);
    plan_release(&plan);
}

/* Property pN of the n-th event is N, for more properties than a project has columns. */
static void fill(struct setting *setting, uint32_t count)
{
    struct property properties[PROPERTIES_OF_AN_EVENT];
    for (uint32_t first = 0; first < count; first += PROPERTIES_OF_AN_EVENT) {
        for (uint32_t i = 0; i < PROPERTIES_OF_AN_EVENT; i++) {
            char name[16];
            snprintf(name, sizeof name, "p%u", first + i);
            properties[i] = (struct property){.name = arena_text(&setting->arena, text_from(name)),
                                              .value = value_from_integer(first + i)};
        }
        struct naive_event event = {.name = TEXT("E"),
                                    .time_ms = NOON_MS,
                                    .distinct_id = TEXT("u"),
                                    .property_count = PROPERTIES_OF_AN_EVENT,
                                    .properties = properties};
        exec_scene_add(&setting->scene, &event, 1);
    }
}

static void finds_properties_beyond_the_column_limit(void **state)
{
    struct setting setting;
    (void)state;
    arena_init(&setting.arena, 4 * 1024 * 1024);
    exec_scene_begin(&setting.scene);
    uint32_t count = PROJECT_COLUMN_COUNT_MAX + 2 * PROPERTIES_OF_AN_EVENT;
    fill(&setting, count);
    for (int pass = 0; pass < 2; pass++) {
        exec_scene_publish(&setting.scene);
        for (uint32_t i = 5; i < count; i += 211) {
            char filter[128];
            snprintf(filter, sizeof filter, "{\"property\":\"p%u\",\"is\":[%u]}", i, i);
            expect_count(&setting, filter, 1);
            snprintf(filter, sizeof filter, "{\"property\":\"p%u\",\"is_set\":false}", i);
            expect_count(&setting, filter, count / PROPERTIES_OF_AN_EVENT - 1);
        }
        exec_scene_flush(&setting.scene);
    }
    exec_scene_end(&setting.scene);
    arena_release(&setting.arena);
}

static void add_one(struct setting *setting, const char *name, struct value value)
{
    struct property property = {.name = text_from(name), .value = value};
    struct naive_event event = {.name = TEXT("E"),
                                .time_ms = NOON_MS,
                                .distinct_id = TEXT("u"),
                                .property_count = 1,
                                .properties = &property};
    exec_scene_add(&setting->scene, &event, 1);
}

static void tries_the_whole_name_then_the_longest_prefix(void **state)
{
    struct setting setting;
    (void)state;
    arena_init(&setting.arena, 1 << 20);
    exec_scene_begin(&setting.scene);
    struct value inner = {.kind = VALUE_OBJECT, .text = TEXT("{\"c\":2}")};
    struct value outer = {.kind = VALUE_OBJECT, .text = TEXT("{\"b\":{\"c\":3}}")};
    add_one(&setting, "a.b.c", value_from_integer(1));
    add_one(&setting, "a.b", inner);
    add_one(&setting, "a", outer);
    add_one(&setting, "a", value_from_text(TEXT("no object")));
    exec_scene_publish(&setting.scene);
    expect_count(&setting, "{\"property\":\"a.b.c\",\"is\":[1]}", 1);
    expect_count(&setting, "{\"property\":\"a.b.c\",\"is\":[2]}", 1);
    expect_count(&setting, "{\"property\":\"a.b.c\",\"is\":[3]}", 1);
    expect_count(&setting, "{\"property\":\"a.b.c\",\"is_set\":false}", 1);
    expect_count(&setting, "{\"property\":\"a.b.c.d\",\"is_set\":false}", 4);
    expect_count(&setting, "{\"property\":\".\",\"is_set\":false}", 4);
    expect_count(&setting, "{\"property\":\"a.......b.c\",\"is_set\":false}", 4);
    exec_scene_end(&setting.scene);
    arena_release(&setting.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_properties_beyond_the_column_limit),
        cmocka_unit_test(tries_the_whole_name_then_the_longest_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
