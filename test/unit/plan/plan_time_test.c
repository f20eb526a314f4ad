/* plan_resolve in a zone without surprises; what zones do to units is tested in base. */
#include "plan/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int64_t instant(const char *text)
{
    int64_t ms = 0;
    assert_true(calendar_instant_parse(text_from(text), &ms));
    return ms;
}

static void expect_span(const char *time, int week_start, const char *from, const char *to)
{
    char json[512];
    int size = snprintf(json, sizeof json,
                        "{\"kind\":\"trend\",\"time\":%s,\"unit\":\"total\",\"measures\":[{"
                        "\"event\":\"*\",\"count\":\"events\"}]}",
                        time);
    struct arena arena;
    arena_init(&arena, 64 * 1024);
    struct plan plan;
    struct plan_problem problem;
    struct error error = {0};
    assert_int_equal(plan_parse(json, (size_t)size, &arena, &plan, &problem, &error), STATUS_OK);
    struct zone *zone = zone_utc();
    /* A Wednesday. */
    struct plan_span span =
        plan_resolve(&plan, zone, week_start, instant("2026-08-19T10:11:12.345Z"));
    assert_int_equal(span.from_ms, instant(from));
    assert_int_equal(span.to_ms, instant(to));
    zone_release(zone);
    plan_release(&plan);
    arena_release(&arena);
}

static void includes_both_dates(void **state)
{
    (void)state;
    expect_span("{\"from\":\"2026-08-01\",\"to\":\"2026-08-31\"}", 1, "2026-08-01T00:00:00Z",
                "2026-09-01T00:00:00Z");
}

static void takes_instants_as_they_are(void **state)
{
    (void)state;
    expect_span("{\"from\":\"2026-08-01T10:00:00.5Z\",\"to\":\"2026-08-01T13:00:00+02:00\"}", 1,
                "2026-08-01T10:00:00.5Z", "2026-08-01T11:00:00Z");
}

static void ends_with_the_current_unit(void **state)
{
    (void)state;
    expect_span("{\"last\":{\"count\":1,\"unit\":\"hour\"}}", 1, "2026-08-19T10:00:00Z",
                "2026-08-19T11:00:00Z");
    expect_span("{\"last\":{\"count\":30,\"unit\":\"day\"}}", 1, "2026-07-21T00:00:00Z",
                "2026-08-20T00:00:00Z");
    expect_span("{\"last\":{\"count\":2,\"unit\":\"week\"}}", 1, "2026-08-10T00:00:00Z",
                "2026-08-24T00:00:00Z");
    expect_span("{\"last\":{\"count\":2,\"unit\":\"week\"}}", 7, "2026-08-09T00:00:00Z",
                "2026-08-23T00:00:00Z");
    expect_span("{\"last\":{\"count\":9,\"unit\":\"month\"}}", 1, "2025-12-01T00:00:00Z",
                "2026-09-01T00:00:00Z");
    expect_span("{\"last\":{\"count\":3,\"unit\":\"quarter\"}}", 1, "2026-01-01T00:00:00Z",
                "2026-10-01T00:00:00Z");
    expect_span("{\"last\":{\"count\":54,\"unit\":\"year\"}}", 1, "1973-01-01T00:00:00Z",
                "2027-01-01T00:00:00Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(includes_both_dates),
        cmocka_unit_test(takes_instants_as_they_are),
        cmocka_unit_test(ends_with_the_current_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
