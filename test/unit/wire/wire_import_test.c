/* /import: who may, and what a strict client is told. spec/wire.md §6. */
#include "codec/transfer.h"
#include "wire_exchange.h"

#include <stdio.h>
#include <string.h>

#define EVENT "{\"event\":\"e\",\"properties\":{\"time\":" NOW_S ",\"distinct_id\":\"u\"}}"
#define FORM  "application/x-www-form-urlencoded"

static const struct {
    const char *authorization;
    const char *query;
    const char *form; /* NULL: a JSON body */
    uint32_t project; /* 0: refused */
} credentials[] = {
    {"Basic c2VjcmV0MTo=", "", NULL, 1},                 /* secret1: */
    {"basic  c2VjcmV0MTo", "", NULL, 1},                 /* no padding, odd case */
    {"Basic dG9rMjo=", "", NULL, 2},                     /* tok2: */
    {"Basic cm9ib3Q6cGFzcw==", "project_id=2", NULL, 2}, /* robot:pass */
    {"Basic cm9ib3Q6cGFzcw==", "project_id=one", NULL, 1},
    {"Basic cm9ib3Q6cGFzcw==", "", NULL, 0},
    {"Basic robot:pass", "project_id=2", NULL, 2},
    {"Bearer bearer2", "", NULL, 2},
    {"Bearer other", "", NULL, 0},
    {"", "api_key=secret1", NULL, 1},
    {"", "api_key=secret%31", NULL, 1},
    {"", "", "data=" EVENT "&api_key=tok2", 2},
    {"", "api_key=secret1", "data=" EVENT "&api_key=tok2", 1},
    {"", "", "api_key=other&data=" EVENT, 0},
    {"", "", NULL, 0},
    {"Basic", "", NULL, 0},
    {"Basic ", "", NULL, 0},
    {"Basic !!!", "", NULL, 0},
    {"Basic Og==", "", NULL, 0}, /* : */
    {"Digest c2VjcmV0MTo=", "", NULL, 0},
    {"Basic b3RoZXI6", "api_key=secret1", NULL, 0}, /* other: */
};

static void opens_a_project_by_its_credentials(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof credentials / sizeof *credentials; i++) {
        const char *form = credentials[i].form;
        struct exchange exchange;
        exchange_init(&exchange, WIRE_IMPORT, credentials[i].query, form ? FORM : "",
                      text_from(form ? form : EVENT));
        exchange.request.authorization = text_from(credentials[i].authorization);
        exchange_run(&exchange);
        if (credentials[i].project == 0) {
            if (exchange.answer.status != 401) fail_msg("case %zu is let in", i);
            assert_string_equal(
                exchange_answer(&exchange),
                "{\"code\":401,\"error\":\"Invalid credentials\",\"status\":\"Unauthorized\"}");
            assert_int_equal(exchange.verdict.batch_count, 0);
        } else {
            if (exchange.verdict.accepted != 1) fail_msg("case %zu is kept out", i);
            assert_int_equal(exchange.verdict.batches[0].project, credentials[i].project);
            assert_int_equal(exchange_event(&exchange, 0, NULL).flags, EVENT_IMPORTED);
        }
        exchange_release(&exchange);
    }
}

static void ignores_the_token_of_an_event(void **state)
{
    (void)state;
    struct exchange exchange;
    exchange_import(
        &exchange, "",
        "[{\"event\":\"e\",\"properties\":{\"token\":\"tok2\",\"distinct_id\":\"u\"}},"
        "{\"event\":\"e\",\"properties\":{\"token\":\"bogus\",\"distinct_id\":\"u\"}}]");
    assert_int_equal(exchange.verdict.accepted, 2);
    assert_int_equal(exchange.verdict.batch_count, 1);
    assert_int_equal(exchange.verdict.batches[0].project, 1);
    exchange_release(&exchange);
}

#define BEFORE "{\"event\":\"e\",\"properties\":{"
#define IDS    "\"distinct_id\":\"u\",\"$insert_id\":\"i-1\","

static const struct {
    const char *record;
    const char *field; /* NULL: accepted */
    const char *message;
    const char *insert_id;
} strict_cases[] = {
    {BEFORE IDS "\"time\":" NOW_S "}}", NULL, NULL, NULL},
    {BEFORE "\"distinct_id\":\"\",\"$insert_id\":\"i\",\"time\":\"" NOW_S "\"}}", NULL, NULL, NULL},
    {"{\"properties\":{" IDS "\"time\":" NOW_S "}}", "event",
     "'event' must not be missing or blank", "i-1"},
    {"{\"event\":\"  \",\"properties\":{}}", "event", "'event' must not be missing or blank", ""},
    {"{\"event\":\"e\"}", "properties", "'properties' must be an object", ""},
    {"{\"event\":\"e\",\"properties\":[]}", "properties", "'properties' must be an object", ""},
    {BEFORE IDS "\"a\":1}}", "properties.time",
     "'properties.time' is invalid: must be specified as seconds since epoch", "i-1"},
    {BEFORE IDS "\"time\":\"x\"}}", "properties.time",
     "'properties.time' is invalid: must be specified as seconds since epoch", "i-1"},
    {BEFORE IDS "\"time\":1}}", "properties.time",
     "'properties.time' is invalid: must not be before 1971-01-01", "i-1"},
    {BEFORE IDS "\"time\":4102444800}}", "properties.time",
     "'properties.time' is invalid: must not be more than 1 hour in the future", "i-1"},
    {BEFORE "\"$insert_id\":\"i\",\"time\":" NOW_S "}}", "properties.distinct_id",
     "'properties.distinct_id' is invalid: must not be missing", "i"},
    {BEFORE "\"$insert_id\":5,\"time\":" NOW_S ",\"distinct_id\":\"nil\"}}",
     "properties.distinct_id", "'properties.distinct_id' is invalid: must not be a placeholder",
     "5"},
    {BEFORE "\"$insert_id\":\"i\",\"time\":" NOW_S ",\"distinct_id\":[1]}}",
     "properties.distinct_id", "'properties.distinct_id' is invalid: must be text or a number",
     "i"},
    {BEFORE "\"distinct_id\":\"u\",\"time\":" NOW_S "}}", "properties.$insert_id",
     "'properties.$insert_id' is invalid: must not be missing or empty", ""},
    {BEFORE "\"distinct_id\":\"u\",\"time\":" NOW_S ",\"$insert_id\":\"\"}}",
     "properties.$insert_id", "'properties.$insert_id' is invalid: must not be missing or empty",
     ""},
    {BEFORE "\"distinct_id\":\"u\",\"time\":" NOW_S ",\"$insert_id\":\"a_\\\"b\"}}",
     "properties.$insert_id",
     "'properties.$insert_id' is invalid: must be at most 36 letters, digits and hyphens, and no "
     "placeholder",
     "a_\\\"b"},
    {BEFORE "\"distinct_id\":\"u\",\"time\":" NOW_S
            ",\"$insert_id\":\"1234567890123456789012345678901234567\"}}",
     "properties.$insert_id",
     "'properties.$insert_id' is invalid: must be at most 36 letters, digits and hyphens, and no "
     "placeholder",
     "1234567890123456789012345678901234567"},
    {BEFORE "\"distinct_id\":\"u\",\"time\":" NOW_S ",\"$insert_id\":\"" ZEROS "\"}}",
     "properties.$insert_id",
     "'properties.$insert_id' is invalid: must be at most 36 letters, digits and hyphens, and no "
     "placeholder",
     ZEROS},
    {BEFORE IDS "\"time\":" NOW_S ",\"utm_source\":\"\xff\"}}", "properties.utm_source",
     "properties.utm_source is invalid: string should be valid utf8", "i-1"},
    {"7", "", "record must be an object", ""},
    {"{}", "", "record must not be missing or empty", ""},
};

static void tells_each_failed_record_when_strict(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof strict_cases / sizeof *strict_cases; i++) {
        char json[1024];
        char expected[1024];
        (void)snprintf(json, sizeof json, "[%s,%s]", strict_cases[0].record,
                       strict_cases[i].record);
        struct exchange exchange;
        exchange_import(&exchange, "strict=1&verbose=1", json);
        if (!strict_cases[i].field) {
            (void)snprintf(expected, sizeof expected,
                           "{\"code\":200,\"num_records_imported\":2,\"status\":\"OK\"}");
            assert_int_equal(exchange.answer.status, 200);
        } else {
            (void)snprintf(
                expected, sizeof expected,
                "{\"code\":400,\"error\":\"some data points in the request failed validation\","
                "\"failed_records\":[{\"index\":1,\"insert_id\":\"%s\",\"$insert_id\":\"%s\","
                "\"field\":\"%s\",\"message\":\"%s\"}],\"num_records_imported\":1,"
                "\"status\":\"Bad Request\"}",
                strict_cases[i].insert_id, strict_cases[i].insert_id, strict_cases[i].field,
                strict_cases[i].message);
            assert_int_equal(exchange.answer.status, 400);
            assert_int_equal(exchange_read_count(&exchange), 1);
        }
        assert_string_equal(exchange.answer.content_type, "application/json");
        assert_string_equal(exchange_answer(&exchange), expected);
        exchange_release(&exchange);
    }
}

static void answers_legacy_clients_plainly(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        const char *json;
        const char *answer;
    } cases[] = {
        {"", EVENT, "1"},
        {"strict=0", "[" EVENT ",{}]", "1"},
        {"", "[{}]", "0"},
        {"verbose=1", EVENT, "{\"error\": null, \"status\": 1}"},
        {"strict=0&verbose=1", "[{}]", "{\"error\": \"data, missing or empty\", \"status\": 0}"},
        {"strict=0", "{\"event\":\"e\",\"properties\":{}}", "1"},
        {"strict=1", "[",
         "{\"code\":400,\"error\":\"data, not valid JSON\",\"failed_records\":[],"
         "\"num_records_imported\":0,\"status\":\"Bad Request\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct exchange exchange;
        exchange_import(&exchange, cases[i].query, cases[i].json);
        assert_string_equal(exchange_answer(&exchange), cases[i].answer);
        exchange_release(&exchange);
    }
}

static void imports_export_lines_without_credentials_when_trusted(void **state)
{
    (void)state;
    static const char lines[] =
        "{\"event\":\"a\",\"properties\":{\"time\":1600000000,\"distinct_id\":\"u\","
        "\"$insert_id\":\"x\",\"token\":\"bogus\",\"$city\":\"Ulm\"}}\n"
        "{\"event\":\"b\",\"properties\":{\"time\":1600000000123,\"distinct_id\":\"u\"}}\n"
        "{\"event\":\"c\",\"properties\":{\"time\":5}}\n"
        "{\"event\":";
    struct exchange exchange;
    exchange_init(&exchange, WIRE_IMPORT, "", "", text_from(lines));
    exchange.request.trusted_project = project_table_by_id(exchange.projects, 2);
    exchange_run(&exchange);
    assert_int_equal(exchange.verdict.received, 4);
    assert_int_equal(exchange.verdict.accepted, 2);
    assert_int_equal(exchange.verdict.batches[0].project, 2);
    assert_int_equal(exchange_event(&exchange, 0, NULL).time_ms, INT64_C(1600000000000));
    assert_int_equal(exchange_event(&exchange, 1, NULL).time_ms, INT64_C(1600000000123));
    assert_string_equal(
        exchange_string(&exchange, buffer_text(&exchange.verdict.failed_records)),
        "{\"index\":2,\"insert_id\":\"\",\"$insert_id\":\"\",\"field\":\"properties.time\","
        "\"message\":\"'properties.time' is invalid: must not be before 1971-01-01\"},"
        "{\"index\":3,\"insert_id\":\"\",\"$insert_id\":\"\",\"field\":\"\","
        "\"message\":\"record must be valid JSON\"}");
    exchange_release(&exchange);
}

static void lists_no_more_failed_records_than_fit(void **state)
{
    (void)state;
    struct buffer lines;
    buffer_init(&lines, 1024 * 1024);
    for (int i = 0; i < 100000; i++)
        buffer_append_string(&lines, "{}\n");
    struct exchange exchange;
    exchange_init(&exchange, WIRE_IMPORT, "strict=1", "application/x-ndjson", buffer_text(&lines));
    exchange.request.trusted_project = project_table_by_id(exchange.projects, 2);
    exchange_run(&exchange);
    assert_int_equal(exchange.verdict.refused, 100000);
    struct text told = buffer_text(&exchange.verdict.failed_records);
    assert_true(told.size <= 4 * 1024 * 1024);
    assert_true(told.size > 4 * 1024 * 1024 - 1024);
    assert_true(text_ends_with(told, TEXT("}")));
    exchange_release(&exchange);
    buffer_release(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_a_project_by_its_credentials),
        cmocka_unit_test(ignores_the_token_of_an_event),
        cmocka_unit_test(tells_each_failed_record_when_strict),
        cmocka_unit_test(answers_legacy_clients_plainly),
        cmocka_unit_test(imports_export_lines_without_credentials_when_trusted),
        cmocka_unit_test(lists_no_more_failed_records_than_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
