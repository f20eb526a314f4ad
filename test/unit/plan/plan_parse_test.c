#include "plan/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TIME "\"time\":{\"from\":\"2026-08-01\",\"to\":\"2026-08-31\"}"
#define TREND_WITH(rest)                                                                     \
    "{\"kind\":\"trend\"," TIME ",\"unit\":\"day\",\"measures\":[{\"event\":\"A\",\"count\"" \
    ":\"events\"}]" rest "}"
#define WHERE(filter)    TREND_WITH(",\"where\":" filter)
#define MEASURE(measure) "{\"kind\":\"trend\"," TIME ",\"unit\":\"day\",\"measures\":[" measure "]}"
#define FUNNEL_WITH(rest) \
    "{\"kind\":\"funnel\"," TIME ",\"steps\":[{\"event\":\"A\"},{\"event\":\"B\"}]" rest "}"
#define TREND_TIME(time)                                                    \
    "{\"kind\":\"trend\",\"time\":" time ",\"unit\":\"day\",\"measures\":[" \
    "{\"event\":\"A\",\"count\":\"events\"}]}"

/* One parse: the plan, its memory and what went wrong. */
struct reading {
    struct arena arena;
    char *json;
    struct plan plan;
    struct plan_problem problem;
    struct error error;
    enum status status;
};

static void read_sized(struct reading *reading, const char *json, size_t arena_size)
{
    memset(reading, 0, sizeof *reading);
    arena_init(&reading->arena, arena_size);
    size_t size = strlen(json);
    reading->json = malloc(size + 1);
    memcpy(reading->json, json, size + 1);
    reading->status = plan_parse(reading->json, size, &reading->arena, &reading->plan,
                                 &reading->problem, &reading->error);
}

static void read_plan(struct reading *reading, const char *json)
{
    read_sized(reading, json, 1 << 20);
}

static void release(struct reading *reading)
{
    plan_release(&reading->plan);
    arena_release(&reading->arena);
    free(reading->json);
}

static const char *const good_plans[] = {
    TREND_WITH(""),
    TREND_WITH(",\"fresh\":false,\"explain\":true,\"project\":\"shop\",\"breakdown\":[]"),
    TREND_WITH(",\"breakdown\":[{\"property\":\"x\",\"top\":1000,\"of\":\"profile\"}]"),
    TREND_WITH(",\"breakdown\":[{\"property\":\"x\",\"buckets\":[-1.5,0,1e3]}]"),
    MEASURE("{\"event\":[\"A\",\"B\"],\"count\":\"profiles\",\"first_time\":false,"
            "\"hide\":false,\"cumulative\":false}"),
    MEASURE("{\"event\":\"*\",\"count\":\"events\",\"where\":{\"all\":[]}}"),
    WHERE("{\"all\":[{\"any\":[]},{\"not\":{\"person\":[\"u1\",\"u2\"]}}]}"),
    WHERE("{\"property\":\"x\",\"is\":[\"a\",1,true,false,1e400]}"),
    WHERE("{\"property\":\"x\",\"is\":[]}"),
    WHERE("{\"property\":\"x\",\"is_not\":[\"a\"],\"or_missing\":true,\"fold\":true}"),
    WHERE("{\"property\":\"x\",\"contains\":\"a\",\"fold\":true}"),
    WHERE("{\"property\":\"x\",\"not_contains\":\"a\"}"),
    WHERE("{\"property\":\"x\",\"starts_with\":\"a\",\"of\":\"event\"}"),
    WHERE("{\"property\":\"x\",\"matches\":\"^a+(b|c)\\\\d{2,9}$\",\"fold\":true}"),
    WHERE("{\"property\":\"x\",\"greater\":1,\"fold\":false}"),
    WHERE("{\"property\":\"x\",\"at_least\":\"2026-01-01\"}"),
    WHERE("{\"property\":\"x\",\"less\":\"2026-01-01T10:00:00Z\"}"),
    WHERE("{\"property\":\"x\",\"at_most\":-0.5}"),
    WHERE("{\"property\":\"x\",\"between\":[1,1.0]}"),
    WHERE("{\"property\":\"x\",\"between\":[\"2026-01-01\",\"2026-01-01T00:00:00Z\"]}"),
    WHERE("{\"property\":\"x\",\"is_set\":false,\"of\":\"profile\"}"),
    FUNNEL_WITH(""),
    FUNNEL_WITH(",\"order\":\"ordered\",\"count\":\"profiles\""),
    FUNNEL_WITH(",\"window\":{\"count\":1,\"unit\":\"second\"}"),
    FUNNEL_WITH(",\"window\":{\"count\":3660,\"unit\":\"day\"}"),
    FUNNEL_WITH(",\"breakdown\":[{\"property\":\"x\",\"at\":2}]"),
    TREND_TIME("{\"from\":\"2026-08-01\",\"to\":\"2026-08-01\",\"zone\":\"Europe/Berlin\"}"),
    TREND_TIME("{\"from\":\"2026-08-01T00:00:00Z\",\"to\":\"2026-08-01T02:00:00+01:00\"}"),
    TREND_TIME("{\"last\":{\"count\":30,\"unit\":\"day\"}}"),
    TREND_TIME("{\"last\":{\"count\":54,\"unit\":\"year\"},\"zone\":\"Etc/GMT+5\"}"),
};

static void reads_good_plans(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good_plans / sizeof good_plans[0]; i++) {
        struct reading reading;
        read_plan(&reading, good_plans[i]);
        if (reading.status != STATUS_OK) {
            fail_msg("%s\n is refused: %s", good_plans[i], reading.error.message);
        }
        release(&reading);
    }
}

struct bad_plan {
    const char *json;
    const char *pointer;
    const char *words; /* part of the message */
};

static const struct bad_plan wrong_plans[] = {
    {"", "", ""},
    {"[]", "", "plan: expected an object"},
    {"{\"kind\":\"trend\"", "", ""},
    {"{}", "", "the key \"kind\""},
    {"{\"kind\":1}", "/kind", "\"trend\", \"funnel\""},
    {"{\"kind\":\"trends\"}", "/kind", "\"trend\", \"funnel\""},
    {"{\"kind\":\"trend\"}", "", "\"time\""},
    {"{\"kind\":\"trend\",\"a/b~c\":1}", "/a~1b~0c", "unknown key"},
    {"{\"kind\":\"trend\",\"steps\":[]}", "/steps", "unknown key"},
    {"{\"kind\":\"funnel\",\"measures\":[]}", "/measures", "unknown key"},
    {"{\"kind\":\"trend\"," TIME ",\"measures\":[]}", "", "\"unit\""},
    {"{\"kind\":\"trend\"," TIME ",\"unit\":\"minute\"}", "/unit", "\"hour\", \"day\""},
    {"{\"kind\":\"trend\"," TIME ",\"unit\":\"day\"}", "", "\"measures\""},
    {"{\"kind\":\"trend\"," TIME ",\"unit\":\"day\",\"measures\":{}}", "/measures", "1 to 26"},
    {MEASURE(""), "/measures", "1 to 26"},
    {MEASURE("1"), "/measures/0", "expected an object"},
    {MEASURE("{\"event\":\"A\"}"), "/measures/0", "\"count\""},
    {MEASURE("{\"count\":\"events\"}"), "/measures/0", "\"event\""},
    {MEASURE("{\"event\":\"\",\"count\":\"events\"}"), "/measures/0/event", "not empty"},
    {MEASURE("{\"event\":[],\"count\":\"events\"}"), "/measures/0/event", "1 to 100"},
    {MEASURE("{\"event\":[\"A\",\"*\"],\"count\":\"events\"}"), "/measures/0/event/1", "alone"},
    {MEASURE("{\"event\":[\"A\",2],\"count\":\"events\"}"), "/measures/0/event/1", "a text"},
    {MEASURE("{\"event\":\"A\",\"count\":\"people\"}"), "/measures/0/count", "\"profiles\""},
    {MEASURE("{\"event\":\"A\",\"count\":\"events\",\"hide\":1}"), "/measures/0/hide", "true or"},
    {MEASURE("{\"event\":\"A\",\"count\":\"events\"},{\"event\":\"B\",\"x\":1}"), "/measures/1/x",
     "unknown key"},
    {TREND_WITH(",\"fresh\":1"), "/fresh", "true or false"},
    {TREND_WITH(",\"explain\":\"yes\""), "/explain", "true or false"},
    {TREND_WITH(",\"project\":7"), "/project", "a text"},
    {TREND_WITH(",\"breakdown\":{}"), "/breakdown", "0 to 3"},
    {TREND_WITH(",\"breakdown\":[{}]"), "/breakdown/0", "\"property\""},
    {TREND_WITH(",\"breakdown\":[{\"property\":\"\"}]"), "/breakdown/0/property", "not empty"},
    {TREND_WITH(",\"breakdown\":[{\"property\":\"x\",\"top\":0}]"), "/breakdown/0/top",
     "1 to 1000"},
    {TREND_WITH(",\"breakdown\":[{\"property\":\"x\",\"top\":1001}]"), "/breakdown/0/top",
     "1 to 1000"},
    {TREND_WITH(",\"breakdown\":[{\"property\":\"x\",\"top\":1.5}]"), "/breakdown/0/top", "whole"},
    {TREND_WITH(",\"breakdown\":[{\"property\":\"x\",\"of\":\"row\"}]"), "/breakdown/0/of",
     "\"profile\""},
    {TREND_WITH(",\"breakdown\":[{\"property\":\"x\",\"at\":1}]"), "/breakdown/0/at", "unknown"},
    {TREND_WITH(",\"breakdown\":[{\"property\":\"x\",\"buckets\":[]}]"), "/breakdown/0/buckets",
     "1 to 1000"},
    {TREND_WITH(",\"breakdown\":[{\"property\":\"x\",\"buckets\":[1,1]}]"),
     "/breakdown/0/buckets/1", "rise"},
    {TREND_WITH(",\"breakdown\":[{\"property\":\"x\",\"buckets\":[1,1e999]}]"),
     "/breakdown/0/buckets/1", "rise"},
    {TREND_WITH(",\"breakdown\":[{\"property\":\"x\",\"buckets\":[\"1\"]}]"),
     "/breakdown/0/buckets/0", "a number"},
    {WHERE("[]"), "/where", "filter object"},
    {WHERE("{}"), "/where", "one of \"all\""},
    {WHERE("{\"all\":[],\"any\":[]}"), "/where", "one of \"all\""},
    {WHERE("{\"all\":{}}"), "/where/all", "a list"},
    {WHERE("{\"xor\":[]}"), "/where/xor", "unknown key"},
    {WHERE("{\"all\":[{\"not\":{\"any\":[7]}}]}"), "/where/all/0/not/any/0", "filter object"},
    {WHERE("{\"person\":[]}"), "/where/person", "1 to 10000"},
    {WHERE("{\"person\":[\"a\",1]}"), "/where/person/1", "a text"},
    {WHERE("{\"property\":\"x\"}"), "/where", "an operator"},
    {WHERE("{\"property\":\"x\",\"all\":[]}"), "/where/all", "unknown key"},
    {WHERE("{\"property\":\"x\",\"equals\":1}"), "/where/equals", "unknown key"},
    {WHERE("{\"property\":\"x\",\"is\":[],\"less\":1}"), "/where/less", "not two"},
    {WHERE("{\"property\":1,\"is\":[]}"), "/where/property", "a text"},
    {WHERE("{\"property\":\"x\",\"is\":\"a\"}"), "/where/is", "a list"},
    {WHERE("{\"property\":\"x\",\"is\":[1,null]}"), "/where/is/1", "is_set"},
    {WHERE("{\"property\":\"x\",\"is\":[[1]]}"), "/where/is/0", "a text, a number"},
    {WHERE("{\"property\":\"x\",\"contains\":5}"), "/where/contains", "a text"},
    {WHERE("{\"property\":\"x\",\"contains\":\"\"}"), "/where/contains", "not empty"},
    {WHERE("{\"property\":\"x\",\"greater\":\"a\"}"), "/where/greater", "ISO date"},
    {WHERE("{\"property\":\"x\",\"greater\":true}"), "/where/greater", "ISO date"},
    {WHERE("{\"property\":\"x\",\"between\":[1]}"), "/where/between", "2 to 2"},
    {WHERE("{\"property\":\"x\",\"between\":[2,1]}"), "/where/between", "low end first"},
    {WHERE("{\"property\":\"x\",\"between\":[1,\"2026-01-01\"]}"), "/where/between/1",
     "two numbers or two dates"},
    {WHERE("{\"property\":\"x\",\"between\":[\"2026-01-02\",\"2026-01-01\"]}"), "/where/between",
     "low end first"},
    {WHERE("{\"property\":\"x\",\"is_set\":1}"), "/where/is_set", "true or false"},
    {WHERE("{\"property\":\"x\",\"is\":[],\"of\":\"user\"}"), "/where/of", "\"event\""},
    {WHERE("{\"property\":\"x\",\"is\":[],\"fold\":1}"), "/where/fold", "true or false"},
    {WHERE("{\"property\":\"x\",\"less\":1,\"fold\":true}"), "/where/fold", "compares no text"},
    {WHERE("{\"property\":\"x\",\"is\":[],\"or_missing\":0}"), "/where/or_missing", "true or"},
    {WHERE("{\"property\":\"x\",\"matches\":\"(\"}"), "/where/matches", "search pattern"},
    {WHERE("{\"property\":\"x\",\"matches\":\"a{1001}\"}"), "/where/matches", "repetitions"},
    {WHERE("{\"property\":\"x\",\"matches\":\"(a)\\\\1\"}"), "/where/matches", "pattern"},
    {WHERE("{\"property\":\"x\",\"matches\":\"(?=a)b\"}"), "/where/matches", "pattern"},
    {WHERE("{\"property\":\"x\",\"matches\":\"a\\u0000b\"}"), "/where/matches", "zero byte"},
    {FUNNEL_WITH(",\"window\":{\"count\":0,\"unit\":\"day\"}"), "/window/count", "1 to 3660"},
    {FUNNEL_WITH(",\"window\":{\"count\":1,\"unit\":\"month\"}"), "/window/unit", "\"week\""},
    {FUNNEL_WITH(",\"window\":{\"count\":1}"), "/window", "\"unit\""},
    {FUNNEL_WITH(",\"window\":7"), "/window", "expected an object"},
    {FUNNEL_WITH(",\"order\":\"loose\""), "/order", "\"ordered\""},
    {FUNNEL_WITH(",\"count\":\"events\""), "/count", "\"profiles\""},
    {FUNNEL_WITH(",\"breakdown\":[{\"property\":\"x\",\"at\":3}]"), "/breakdown/0/at", "1 to 2"},
    {"{\"kind\":\"funnel\"," TIME ",\"steps\":[{\"event\":\"A\"}]}", "/steps", "2 to 30"},
    {"{\"kind\":\"funnel\"," TIME ",\"steps\":[{\"event\":\"A\"},{\"count\":1}]}", "/steps/1/count",
     "unknown key"},
    {"{\"kind\":\"funnel\"," TIME "}", "", "\"steps\""},
    {TREND_TIME("5"), "/time", "expected an object"},
    {TREND_TIME("{\"from\":\"2026-08-01\"}"), "/time", "\"to\""},
    {TREND_TIME("{\"to\":\"2026-08-01\"}"), "/time", "\"from\""},
    {TREND_TIME("{\"from\":\"2026-02-30\",\"to\":\"2026-08-01\"}"), "/time/from", "YYYY-MM-DD"},
    {TREND_TIME("{\"from\":\"2026-08-02\",\"to\":\"2026-08-01\"}"), "/time/to", "not before"},
    {TREND_TIME("{\"from\":\"2026-08-01\",\"to\":\"2026-08-02T00:00:00Z\"}"), "/time/to", "a date"},
    {TREND_TIME("{\"from\":\"2026-08-02T00:00:00Z\",\"to\":\"2026-08-02T00:00:00Z\"}"), "/time/to",
     "after"},
    {TREND_TIME("{\"from\":20260801,\"to\":\"2026-08-01\"}"), "/time/from", "RFC 3339"},
    {TREND_TIME("{\"last\":{\"count\":1,\"unit\":\"day\"},\"to\":\"2026-08-01\"}"), "/time/to",
     "either"},
    {TREND_TIME("{\"last\":{\"count\":0,\"unit\":\"day\"}}"), "/time/last/count", "1 to 20000"},
    {TREND_TIME("{\"last\":{\"count\":1,\"unit\":\"eon\"}}"), "/time/last/unit", "\"month\""},
    {TREND_TIME("{\"last\":{\"count\":1,\"unit\":\"day\"},\"zone\":\"../etc\"}"), "/time/zone",
     "IANA"},
    {TREND_TIME("{\"last\":{\"count\":1,\"unit\":\"day\"},\"zone\":\"/etc\"}"), "/time/zone",
     "IANA"},
    {TREND_TIME("{\"last\":{\"count\":1,\"unit\":\"day\"},\"on\":1}"), "/time/on", "unknown key"},
    {TREND_TIME("{\"from\":\"1900-01-01\",\"to\":\"2026-01-01\"}"), "/unit", "longer unit"},
};

static void refuses_what_is_wrong_and_says_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong_plans / sizeof wrong_plans[0]; i++) {
        const struct bad_plan *bad = &wrong_plans[i];
        struct reading reading;
        read_plan(&reading, bad->json);
        if (reading.status != STATUS_INVALID) fail_msg("%s\n is not refused", bad->json);
        if (reading.problem.unsupported) fail_msg("%s\n is called unsupported", bad->json);
        if (strcmp(reading.problem.pointer, bad->pointer) != 0) {
            fail_msg("%s\n is refused at \"%s\"", bad->json, reading.problem.pointer);
        }
        if (!strstr(reading.error.message, bad->words)) {
            fail_msg("%s\n is refused with: %s", bad->json, reading.error.message);
        }
        assert_null(strchr(reading.error.message, '\n'));
        release(&reading);
    }
}

static const struct bad_plan later_plans[] = {
    {"{\"kind\":\"retention\"}", "/kind", ""},
    {"{\"kind\":\"flow\"}", "/kind", ""},
    {"{\"kind\":\"cohort\"}", "/kind", ""},
    {"{\"kind\":\"events\"}", "/kind", ""},
    {"{\"kind\":\"profiles\"}", "/kind", "use one of \"trend\", \"funnel\""},
    {TREND_WITH(",\"formulas\":[\"A\"]"), "/formulas", ""},
    {TREND_WITH(",\"compare\":{\"previous\":true}"), "/compare", ""},
    {TREND_WITH(",\"sample\":0.1"), "/sample", ""},
    {TREND_WITH(",\"breakdown\":[{\"property\":\"x\"},{\"property\":\"y\"}]"), "/breakdown/1", ""},
    {MEASURE("{\"event\":\"A\",\"count\":\"sessions\"}"), "/measures/0/count", ""},
    {MEASURE("{\"event\":\"A\",\"aggregate\":\"sum\",\"property\":\"x\"}"), "/measures/0/aggregate",
     ""},
    {MEASURE("{\"event\":\"A\",\"per_profile\":\"median\"}"), "/measures/0/per_profile", ""},
    {MEASURE("{\"event\":\"A\",\"count\":\"events\",\"rolling\":{\"units\":7}}"),
     "/measures/0/rolling", ""},
    {MEASURE("{\"event\":\"A\",\"count\":\"events\",\"cumulative\":true}"),
     "/measures/0/cumulative", ""},
    {MEASURE("{\"event\":\"A\",\"count\":\"events\",\"hide\":true}"), "/measures/0/hide", ""},
    {MEASURE("{\"event\":\"A\",\"count\":\"events\",\"first_time\":true}"),
     "/measures/0/first_time", ""},
    {WHERE("{\"in_cohort\":\"x\"}"), "/where/in_cohort", ""},
    {WHERE("{\"any\":[{\"in_cohort\":\"x\"}]}"), "/where/any/0/in_cohort", ""},
    {FUNNEL_WITH(",\"order\":\"strict\""), "/order", ""},
    {FUNNEL_WITH(",\"order\":\"any\""), "/order", ""},
    {FUNNEL_WITH(",\"count\":\"totals\""), "/count", ""},
    {FUNNEL_WITH(",\"count\":\"sessions\""), "/count", ""},
    {FUNNEL_WITH(",\"exclude\":[]"), "/exclude", ""},
    {FUNNEL_WITH(",\"hold\":[\"x\"]"), "/hold", ""},
    {FUNNEL_WITH(",\"detail\":\"trend\",\"unit\":\"day\""), "/detail", ""},
    {"{\"kind\":\"funnel\"," TIME ",\"steps\":[{\"event\":\"A\"},{\"event\":\"B\",\"optional\""
     ":true},{\"event\":\"C\"}]}",
     "/steps/1/optional", ""},
};

static void refuses_what_is_not_built_yet_as_unsupported(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof later_plans / sizeof later_plans[0]; i++) {
        const struct bad_plan *bad = &later_plans[i];
        struct reading reading;
        read_plan(&reading, bad->json);
        if (reading.status != STATUS_INVALID) fail_msg("%s\n is not refused", bad->json);
        if (!reading.problem.unsupported) {
            fail_msg("%s\n is called wrong: %s", bad->json, reading.error.message);
        }
        assert_string_equal(reading.problem.pointer, bad->pointer);
        assert_non_null(strstr(reading.error.message, "is not supported yet: "));
        assert_non_null(strstr(reading.error.message, bad->words));
        release(&reading);
    }
}

static void keeps_what_a_trend_asks(void **state)
{
    (void)state;
    struct reading reading;
    read_plan(&reading,
              "{\"kind\":\"trend\",\"project\":\"shop\",\"time\":{\"from\":\"2026-08-01\",\"to\":"
              "\"2026-10-31\",\"zone\":\"UTC\"},\"unit\":\"week\",\"measures\":[{\"event\":[\"A\","
              "\"B\"],\"where\":{\"property\":\"plan\",\"is\":[\"PRO\",5.0],\"fold\":true},"
              "\"count\":\"profiles\"}],\"breakdown\":[{\"property\":\"country\"}]}");
    assert_int_equal(reading.status, STATUS_OK);
    const struct plan *plan = &reading.plan;
    assert_int_equal(plan->kind, PLAN_TREND);
    assert_true(text_equal(plan->project, TEXT("shop")));
    assert_int_equal(plan->unit, PLAN_UNIT_WEEK);
    assert_int_equal(plan->time.kind, PLAN_TIME_DATES);
    assert_true(text_equal(plan->time.zone, TEXT("UTC")));
    assert_true(plan->fresh);
    assert_false(plan->explain);
    assert_int_equal(plan->measure_count, 1);
    const struct plan_measure *measure = &plan->measures[0];
    assert_int_equal(measure->count, PLAN_COUNT_PROFILES);
    assert_false(measure->matcher.any);
    assert_int_equal(measure->matcher.name_count, 2);
    assert_true(text_equal(measure->matcher.label, TEXT("A or B")));
    const struct plan_leaf *leaf = &measure->matcher.where->leaf;
    assert_int_equal(leaf->operator, PLAN_IS);
    assert_true(text_equal(leaf->values[0].text, TEXT("pro")));
    assert_int_equal(leaf->values[1].kind, VALUE_INTEGER);
    assert_int_equal(plan->breakdown->top, PLAN_TOP_DEFAULT);
    assert_null(plan->breakdown->edges);
    release(&reading);
}

static void keeps_what_a_funnel_asks(void **state)
{
    (void)state;
    struct reading reading;
    read_plan(&reading, FUNNEL_WITH(",\"window\":{\"count\":7,\"unit\":\"week\"},\"breakdown\":[{"
                                    "\"property\":\"x\",\"at\":2,\"of\":\"profile\"}]"));
    assert_int_equal(reading.status, STATUS_OK);
    assert_int_equal(reading.plan.window_ms, 49 * CALENDAR_DAY_MS);
    assert_int_equal(reading.plan.step_count, 2);
    assert_true(text_equal(reading.plan.steps[1].label, TEXT("B")));
    assert_int_equal(reading.plan.breakdown->at, 2);
    assert_int_equal(reading.plan.breakdown->of, PLAN_OF_PROFILE);
    release(&reading);

    read_plan(&reading, FUNNEL_WITH(""));
    assert_int_equal(reading.plan.window_ms, 30 * CALENDAR_DAY_MS);
    release(&reading);
}

static uint64_t hash_of(const char *json)
{
    struct reading reading;
    read_plan(&reading, json);
    assert_int_equal(reading.status, STATUS_OK);
    uint64_t hash = reading.plan.hash;
    release(&reading);
    return hash;
}

static void hashes_equal_questions_alike(void **state)
{
    (void)state;
    uint64_t hash = hash_of(WHERE("{\"property\":\"x\",\"is\":[5]}"));
    assert_true(hash == hash_of(WHERE("{\"is\":[5.0],\"of\":\"event\",\"property\":\"x\"}")));
    assert_true(hash == hash_of(WHERE("{\"property\":\"x\",\"is\":[5]},\"fresh\":false")));
    assert_true(hash != hash_of(WHERE("{\"property\":\"x\",\"is\":[6]}")));
    assert_true(hash != hash_of(WHERE("{\"property\":\"x\",\"is\":[\"5\"]}")));
    assert_true(hash != hash_of(WHERE("{\"property\":\"x\",\"is_not\":[5]}")));
    assert_true(hash != hash_of(WHERE("{\"property\":\"x\",\"matches\":\"5\"}")));
    assert_true(hash_of(WHERE("{\"property\":\"x\",\"matches\":\"5\"}")) !=
                hash_of(WHERE("{\"property\":\"x\",\"matches\":\"6\"}")));
    for (size_t i = 0; i < sizeof good_plans / sizeof good_plans[0]; i++) {
        for (size_t j = 0; j < i; j++) {
            bool same = strcmp(good_plans[i], FUNNEL_WITH("")) == 0 ||
                        strcmp(good_plans[j], FUNNEL_WITH("")) == 0;
            if (!same && hash_of(good_plans[i]) == hash_of(good_plans[j])) {
                fail_msg("equal hashes:\n%s\n%s", good_plans[i], good_plans[j]);
            }
        }
    }
}

static void refuses_a_plan_that_needs_too_much_memory(void **state)
{
    (void)state;
    const char *json = WHERE("{\"all\":[{\"property\":\"x\",\"is\":[\"a\",\"b\"],\"fold\":true},"
                             "{\"property\":\"x\",\"matches\":\"a\"},{\"person\":[\"a\"]}]}");
    bool passed = false;
    for (size_t size = 64; size < 16384; size += 40) {
        struct reading reading;
        read_sized(&reading, json, size);
        assert_true(reading.status == STATUS_OK || reading.status == STATUS_TOO_LARGE);
        if (passed) assert_int_equal(reading.status, STATUS_OK);
        passed = reading.status == STATUS_OK;
        release(&reading);
    }
    assert_true(passed);
}

static void refuses_a_document_above_the_limit(void **state)
{
    (void)state;
    char *json = malloc(PLAN_SIZE_MAX + 1);
    memset(json, ' ', PLAN_SIZE_MAX + 1);
    struct arena arena;
    arena_init(&arena, 4096);
    struct plan plan;
    struct plan_problem problem;
    struct error error = {0};
    assert_int_equal(plan_parse(json, PLAN_SIZE_MAX + 1, &arena, &plan, &problem, &error),
                     STATUS_TOO_LARGE);
    arena_release(&arena);
    free(json);
}

static void cuts_a_long_pointer_between_characters(void **state)
{
    (void)state;
    for (int pad = 0; pad < 3; pad++) {
        char json[1024];
        int used = snprintf(json, sizeof json, "{\"kind\":\"trend\",\"%.*s", pad, "xyz");
        for (int i = 0; i < 120; i++)
            used += snprintf(json + used, sizeof json - (size_t)used, "ä");
        snprintf(json + used, sizeof json - (size_t)used, "\":1}");
        struct reading reading;
        read_plan(&reading, json);
        assert_int_equal(reading.status, STATUS_INVALID);
        size_t size = strlen(reading.problem.pointer);
        assert_true(size > 180 && size < sizeof reading.problem.pointer);
        assert_int_equal((size - 1 - (size_t)pad) % 2, 0);
        release(&reading);
    }
}

static void refuses_more_patterns_than_the_limit(void **state)
{
    (void)state;
    char json[4096] = "{\"kind\":\"trend\"," TIME ",\"unit\":\"day\",\"measures\":[{\"event\":\"A\""
                      ",\"count\":\"events\"}],\"where\":{\"any\":[";
    for (int i = 0; i <= PLAN_PATTERN_COUNT_MAX; i++) {
        size_t used = strlen(json);
        snprintf(json + used, sizeof json - used, "%s{\"property\":\"x\",\"matches\":\"a\"}",
                 i > 0 ? "," : "");
    }
    size_t end = strlen(json);
    snprintf(json + end, sizeof json - end, "]}}");
    struct reading reading;
    read_plan(&reading, json);
    assert_int_equal(reading.status, STATUS_INVALID);
    assert_string_equal(reading.problem.pointer, "/where/any/10/matches");
    release(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_good_plans),
        cmocka_unit_test(refuses_what_is_wrong_and_says_where),
        cmocka_unit_test(refuses_what_is_not_built_yet_as_unsupported),
        cmocka_unit_test(keeps_what_a_trend_asks),
        cmocka_unit_test(keeps_what_a_funnel_asks),
        cmocka_unit_test(hashes_equal_questions_alike),
        cmocka_unit_test(refuses_a_plan_that_needs_too_much_memory),
        cmocka_unit_test(refuses_a_document_above_the_limit),
        cmocka_unit_test(cuts_a_long_pointer_between_characters),
        cmocka_unit_test(refuses_more_patterns_than_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
