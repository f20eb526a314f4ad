/* Records of every endpoint through the door, as far as it knows who sent them. */
#include "ingest/door.h"

#include "os/os_log.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_endpoint_gets_what_is_its_own),
        cmocka_unit_test(a_door_of_nobody_adds_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
