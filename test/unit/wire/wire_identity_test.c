/* Whom an event is about, and when it was: spec/wire.md §7.2, §7.3, §6.4. */
#include "wire_exchange.h"

#include <stdio.h>
#include <string.h>

#define GOOD_STRICT "\"time\":" NOW_S ",\"$insert_id\":\"i\","

struct identity_case {
    const char *properties;
    const char *distinct_id;
    const char *device_id;
};

static const struct identity_case identities[] = {
    {"\"$user_id\":\"u\",\"distinct_id\":\"x\"", "u", ""},
    {"\"$user_id\":\"u\",\"$device_id\":\"d\",\"distinct_id\":\"x\"", "u", "$device:d"},
    {"\"$device_id\":\"d\"", "$device:d", ""},
    {"\"$device_id\":\"d\",\"distinct_id\":\"$device:d\"", "$device:d", ""},
    {"\"distinct_id\":\"$device:d\"", "$device:d", ""},
    {"\"distinct_id\":\"u\"", "u", ""},
    {"\"distinct_id\":\"\"", "", ""},
    {"\"a\":1", "", ""},
    {"\"distinct_id\":null", "", ""},
    {"\"distinct_id\":\"\",\"$device_id\":\"d\"", "$device:d", ""},
    {"\"distinct_id\":\"\",\"$user_id\":\"u\"", "u", ""},
    {"\"distinct_id\":\"\",\"$user_id\":\"u\",\"$device_id\":\"d\"", "u", "$device:d"},
    {"\"distinct_id\":\"x\",\"$user_id\":\"\",\"$device_id\":\"\"", "x", ""},
    {"\"distinct_id\":\"x\",\"$user_id\":\"\",\"$device_id\":\"d\"", "$device:d", ""},
    {"\"distinct_id\":\"x\",\"$user_id\":null,\"$device_id\":null", "x", ""},
    {"\"distinct_id\":12345", "12345", ""},
    {"\"distinct_id\":1.50", "1.50", ""},
    {"\"$user_id\":7,\"$device_id\":8", "7", "$device:8"},
    {"\"$user_id\":\"$device:a\",\"$device_id\":\"b\"", "$device:a", ""},
    {"\"distinct_id\":\"first\",\"distinct_id\":\"second\"", "first", ""},
    {"\"distinct_id\":\"\\u00fc\\ud83d\\ude00\"", "\xc3\xbc\xf0\x9f\x98\x80", ""},
    /* placeholders and wrong types belong to nobody */
    {"\"distinct_id\":\"Undefined\"", "", ""},
    {"\"distinct_id\":0", "", ""},
    {"\"distinct_id\":true", "", ""},
    {"\"distinct_id\":{\"a\":1}", "", ""},
    {"\"distinct_id\":[\"u\"]", "", ""},
    {"\"$user_id\":\"null\",\"$device_id\":\"d\"", "$device:d", ""},
    {"\"$user_id\":\"u\",\"$device_id\":\"unknown\"", "u", ""},
    {"\"$user_id\":[],\"distinct_id\":\"x\"", "x", ""},
};

static void resolves_the_distinct_id(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof identities / sizeof *identities; i++) {
        char json[512];
        (void)snprintf(json, sizeof json,
                       "{\"event\":\"e\",\"properties\":{\"token\":\"tok1\",%s}}",
                       identities[i].properties);
        struct exchange exchange;
        exchange_track(&exchange, json);
        if (exchange.verdict.accepted != 1) fail_msg("%s is refused", json);
        struct event event = exchange_event(&exchange, 0, NULL);
        const char *distinct_id = exchange_string(&exchange, event.distinct_id);
        const char *device_id = exchange_string(&exchange, event.device_id);
        if (strcmp(distinct_id, identities[i].distinct_id) != 0 ||
            strcmp(device_id, identities[i].device_id) != 0) {
            fail_msg("%s is \"%s\" on \"%s\"", json, distinct_id, device_id);
        }
        exchange_release(&exchange);
    }
}

static const char *const forbidden[] = {
    ZEROS,   "anon", "anonymous", "nil",  "none",  "null", "n/a", "na",   "undefined", "unknown",
    "<nil>", "0",    "-1",        "true", "false", "[]",   "{}",  "NULL", "Anonymous", "N/A",
};

static void forbids_placeholders_in_strict_imports_only(void **state)
{
    (void)state;
    static const char *const keys[] = {"distinct_id", "$user_id", "$device_id"};
    for (size_t i = 0; i < 3 * sizeof forbidden / sizeof *forbidden; i++) {
        const char *id = forbidden[i / 3];
        const char *key = keys[i % 3];
        const char *other = i % 3 == 0 ? "" : "\"distinct_id\":\"\",";
        char json[512];
        (void)snprintf(json, sizeof json,
                       "{\"event\":\"e\",\"properties\":{" GOOD_STRICT "%s\"%s\":\"%s\"}}", other,
                       key, id);
        struct exchange exchange;
        exchange_import(&exchange, "strict=1", json);
        if (exchange.verdict.refused_by[WIRE_REFUSED_DISTINCT_ID] != 1) {
            fail_msg("%s is accepted", json);
        }
        exchange_release(&exchange);

        exchange_import(&exchange, "", json);
        assert_int_equal(exchange.verdict.accepted, 1);
        struct event event = exchange_event(&exchange, 0, NULL);
        assert_int_equal(event.distinct_id.size, 0);
        assert_int_equal(event.device_id.size, 0);
        exchange_release(&exchange);
    }
}

static void refuses_ids_that_would_have_to_be_cut(void **state)
{
    (void)state;
    static const char *const keys[] = {"distinct_id", "$user_id", "$device_id"};
    for (int points = 255; points <= 256; points++) {
        for (int key = 0; key < 3; key++) {
            struct buffer json;
            buffer_init(&json, 4096);
            buffer_printf(&json, "{\"event\":\"e\",\"properties\":{\"token\":\"tok1\",\"%s\":\"",
                          keys[key]);
            for (int i = 0; i < points; i++)
                buffer_append_string(&json, "\xf0\x9f\x98\x80");
            buffer_append_string(&json, "\"}}");
            struct exchange exchange;
            exchange_init(&exchange, WIRE_TRACK, "", "", buffer_text(&json));
            exchange_run(&exchange);
            assert_int_equal(exchange.verdict.accepted, points == 255);
            assert_int_equal(exchange.verdict.refused_by[WIRE_REFUSED_DISTINCT_ID], points == 256);
            exchange_release(&exchange);
            buffer_release(&json);
        }
    }
    struct exchange exchange;
    exchange_track(&exchange, "{\"event\":\"e\",\"properties\":{\"token\":\"tok1\","
                              "\"distinct_id\":\"a\\u0000b\"}}");
    assert_int_equal(exchange.verdict.refused_by[WIRE_REFUSED_DISTINCT_ID], 1);
    exchange_release(&exchange);
}

enum { REFUSED = -1 };
#define NOW NOW_MS

struct time_case {
    const char *time; /* JSON, or NULL when it is not sent */
    int64_t track;    /* what comes of it, or REFUSED */
    int64_t import;
    int64_t strict;
};

static const struct time_case times[] = {
    {"1749999999", 1749999999000, 1749999999000, 1749999999000},
    {"1749999999.123", 1749999999123, 1749999999123, 1749999999123},
    {"1749999999.0005", 1749999999001, 1749999999001, 1749999999001},
    {"1749999999999", 1749999999999, 1749999999999, 1749999999999},
    {"1749999999999.7", NOW - 123, NOW - 123, NOW - 123},
    {"1.749999999e9", 1749999999000, 1749999999000, 1749999999000},
    {"\"1749999999\"", 1749999999000, 1749999999000, 1749999999000},
    {"\"1749999999123\"", 1749999999123, 1749999999123, 1749999999123},
    {NULL, NOW, NOW, REFUSED},
    {"null", NOW, NOW, REFUSED},
    {"\"\"", NOW, NOW, REFUSED},
    {"\"yesterday\"", REFUSED, REFUSED, REFUSED},
    {"\" 1749999999\"", REFUSED, REFUSED, REFUSED},
    {"\"2025-06-15T00:00:00\"", REFUSED, REFUSED, REFUSED},
    {"true", REFUSED, REFUSED, REFUSED},
    {"[1749999999]", REFUSED, REFUSED, REFUSED},
    {"{}", REFUSED, REFUSED, REFUSED},
    /* five days, to the millisecond */
    {"1749568000123", NOW - 5 * DAY_MS, NOW - 5 * DAY_MS, NOW - 5 * DAY_MS},
    {"1749568000122", REFUSED, NOW - 5 * DAY_MS - 1, NOW - 5 * DAY_MS - 1},
    /* 1971-01-01, 1970, 1969 */
    {"31536000", REFUSED, 31536000000, 31536000000},
    {"31535999.999", REFUSED, REFUSED, REFUSED},
    {"0", REFUSED, REFUSED, REFUSED},
    {"-1", REFUSED, REFUSED, REFUSED},
    {"-31536000000", REFUSED, REFUSED, REFUSED},
    /* the border between seconds and milliseconds */
    {"99999999999.9", NOW, NOW, REFUSED},
    {"100000000000", REFUSED, 100000000000, 100000000000},
    /* the future */
    {"1750000001", NOW, NOW, NOW},
    {"1750003600123", NOW, NOW, NOW},
    {"1750003600124", NOW, NOW, REFUSED},
    {"4102444800", NOW, NOW, REFUSED},
    {"1e300", NOW, NOW, REFUSED},
    {"1e400", NOW, NOW, REFUSED},
    {"-1e400", REFUSED, REFUSED, REFUSED},
    {"99999999999999999999999999999999", NOW, NOW, REFUSED},
};

static void check_time(struct exchange *exchange, const char *json, int64_t expected)
{
    if (expected == REFUSED) {
        if (exchange->verdict.refused_by[WIRE_REFUSED_TIME] != 1) fail_msg("accepted %s", json);
    } else {
        if (exchange->verdict.accepted != 1) fail_msg("refused %s", json);
        struct event event = exchange_event(exchange, 0, NULL);
        if (event.time_ms != expected) {
            fail_msg("%s is %lld", json, (long long)event.time_ms);
        }
    }
    exchange_release(exchange);
}

static void reads_times(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        char json[512];
        const char *time = times[i].time;
        (void)snprintf(json, sizeof json,
                       "{\"event\":\"e\",\"properties\":{\"token\":\"tok1\",%s%s%s"
                       "\"distinct_id\":\"u\",\"$insert_id\":\"i\"}}",
                       time ? "\"time\":" : "", time ? time : "", time ? "," : "");
        struct exchange exchange;
        exchange_track(&exchange, json);
        check_time(&exchange, json, times[i].track);
        exchange_import(&exchange, "strict=0", json);
        check_time(&exchange, json, times[i].import);
        exchange_import(&exchange, "strict=1", json);
        check_time(&exchange, json, times[i].strict);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolves_the_distinct_id),
        cmocka_unit_test(forbids_placeholders_in_strict_imports_only),
        cmocka_unit_test(refuses_ids_that_would_have_to_be_cut),
        cmocka_unit_test(reads_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
