/* Records of every endpoint through the door, as far as it knows who sent them. */
#include "ingest/door.h"

#include "os/os_log.h"
#include "shield/observed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW_MS INT64_C(1750000000123)

/* A door whose facts are given, so that no data of others have a say. */
static const struct enrich_facts facts = {.country = "DE",
                                          .is_browser = true,
                                          .browser_version = 17,
                                          .browser = "Safari",
                                          .os = "iOS",
                                          .device = "iPhone"};

static struct enrich *enrich;
static struct project_table *projects;

static int set_up(void **state)
{
    (void)state;
    struct error error;
    struct enrich_options options = {.country_file = ""};
    struct project project = {
        .id = 1, .name = TEXT("one"), .token = TEXT("t"), .zone = TEXT("UTC")};
    os_log_set_level(OS_LOG_WARNING);
    assert_int_equal(enrich_open(&options, &enrich, &error), STATUS_OK);
    projects = project_table_make(&project, 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    enrich_close(enrich);
    project_table_drop(projects);
    return 0;
}

/* Does a batch of the request hold this text? */
static bool stores(enum wire_endpoint endpoint, const char *query, const char *json,
                   const char *text)
{
    char body[512];
    assert_true(text_to_string(text_from(json), body, sizeof body));
    struct door door = {.enrich = enrich, .facts = facts};
    struct wire_request request = {
        .endpoint = endpoint,
        .query = text_from(query),
        .content_type = TEXT("application/json"),
        .body = body,
        .body_size = strlen(body),
        .now_ms = NOW_MS,
        .projects = projects,
        .trusted_project = endpoint == WIRE_IMPORT ? project_table_by_id(projects, 1) : NULL,
        .admit = door_admit,
        .admit_context = &door,
    };
    struct wire_verdict verdict;
    wire_decode(&request, &verdict);
    assert_int_equal(verdict.accepted, 1);
    assert_int_equal(verdict.batch_count, 1);
    bool is_there = text_find(buffer_text(&verdict.batches[0].bytes), text_from(text)) >= 0;
    wire_verdict_release(&verdict);
    return is_there;
}

static void each_endpoint_gets_what_is_its_own(void **state)
{
    (void)state;
    static const char event[] =
        "{\"event\":\"e\",\"properties\":{\"token\":\"t\",\"time\":1750000000}}";
    static const char user[] = "{\"$token\":\"t\",\"$distinct_id\":\"d\",\"$set\":{\"x\":1}}";
    static const char group[] =
        "{\"$token\":\"t\",\"$group_key\":\"k\",\"$group_id\":\"g\",\"$set\":{\"x\":1}}";
    assert_true(stores(WIRE_TRACK, "ip=1", event, "mp_country_code"));
    assert_false(stores(WIRE_TRACK, "", event, "mp_country_code"));
    assert_false(stores(WIRE_TRACK, "ip=0", event, "mp_country_code"));
    assert_true(stores(WIRE_TRACK, "", event, "Safari"));
    assert_false(stores(WIRE_IMPORT, "", event, "mp_country_code"));
    assert_false(stores(WIRE_IMPORT, "", event, "Safari"));
    assert_true(stores(WIRE_ENGAGE, "", user, "$country_code"));
    assert_false(stores(WIRE_ENGAGE, "ip=0", user, "$country_code"));
    assert_false(stores(WIRE_ENGAGE, "", user, "Safari"));
    assert_false(stores(WIRE_GROUPS, "", group, "$country_code"));
}

static void a_door_of_nobody_adds_nothing(void **state)
{
    (void)state;
    struct door door;
    door_init(&door, enrich, NULL);
    assert_string_equal(door.facts.country, "");
    assert_false(door.facts.is_browser);
    door_init(&door, NULL, NULL);
    struct wire_record record = {0};
    assert_true(door_admit(&door, NULL, &record));
    assert_int_equal(record.property_count, 0);
}

/* What became of one report of a page. */
static struct wire_verdict report(struct observed *observed, enum wire_endpoint endpoint,
                                  const char *properties)
{
    char body[512];
    int size = snprintf(body, sizeof body,
                        "{\"event\":\"$candor_seen\",\"properties\":{\"token\":\"t\","
                        "\"time\":1750000000,%s}}",
                        properties);
    struct door door;
    door_init(&door, enrich, NULL);
    door_learn(&door, observed, NOW_MS);
    struct wire_request request = {
        .endpoint = endpoint,
        .content_type = TEXT("application/json"),
        .body = body,
        .body_size = (size_t)size,
        .now_ms = NOW_MS,
        .projects = projects,
        .trusted_project = endpoint == WIRE_IMPORT ? project_table_by_id(projects, 1) : NULL,
        .admit = door_admit,
        .admit_context = &door,
    };
    struct wire_verdict verdict;
    wire_decode(&request, &verdict);
    struct wire_verdict counts = verdict;
    wire_verdict_release(&verdict);
    return counts; /* its pointers are gone */
}

static void takes_reports_of_texts_and_stores_none(void **state)
{
    (void)state;
    struct observed *observed = observed_make();
    struct observed_figures figures;
    static const char *const learned[] = {
        "\"cd_seen\":\"0123456789abcdef\",\"$device_id\":\"d\"",
        "\"cd_seen\":\"0123456789abcdee\",\"distinct_id\":\"d\"",
    };
    static const char *const ignored[] = {
        "\"cd_seen\":\"0123456789abcded\"", /* nobody's */
        "\"cd_seen\":\"0123456789ABCDEF\",\"distinct_id\":\"d\"",
        "\"cd_seen\":[\"0123456789abcdec\"],\"distinct_id\":\"d\"",
        "\"cd_seen\":12,\"distinct_id\":\"d\"",
        "\"seen\":\"0123456789abcdeb\",\"distinct_id\":\"d\"",
    };
    struct project project = {.id = 1,
                              .name = TEXT("one"),
                              .token = TEXT("t"),
                              .zone = TEXT("UTC"),
                              .dictionary_salt = TEXT("s"),
                              .observes = true};
    project_table_drop(projects);
    projects = project_table_make(&project, 1);
    for (size_t i = 0; i < 5; i++) {
        struct wire_verdict verdict = report(observed, WIRE_TRACK, ignored[i]);
        assert_int_equal(verdict.ignored, 1);
        assert_int_equal(verdict.received, 1);
        assert_int_equal(verdict.batch_count, 0);
    }
    (void)report(observed, WIRE_IMPORT, learned[0]);
    (void)report(NULL, WIRE_TRACK, learned[0]);
    observed_figures(observed, 0, &figures);
    assert_int_equal(figures.waiting, 0);
    for (size_t i = 0; i < 2; i++) {
        struct wire_verdict verdict = report(observed, WIRE_TRACK, learned[i]);
        assert_int_equal(verdict.ignored, 1);
        assert_int_equal(verdict.received, 1);
        observed_figures(observed, 1, &figures);
        assert_int_equal(figures.waiting, i + 1);
    }
    project.observes = false;
    project_table_drop(projects);
    projects = project_table_make(&project, 1);
    observed_clear(observed, 1);
    assert_int_equal(report(observed, WIRE_TRACK, learned[0]).ignored, 1);
    observed_figures(observed, 0, &figures);
    assert_int_equal(figures.waiting, 0);
    observed_release(observed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_endpoint_gets_what_is_its_own),
        cmocka_unit_test(a_door_of_nobody_adds_nothing),
        cmocka_unit_test(takes_reports_of_texts_and_stores_none),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
