/* What of an event's record is kept, and where its limits are: spec/wire.md §7, §8. */
#include "base/memory.h"
#include "wire_exchange.h"

#include <stdio.h>
#include <string.h>

#define OPEN EXCHANGE_EVENT_OPEN

struct value_case {
    const char *sent;
    const char *kept;
};

static const struct value_case values[] = {
    {"5", "5"},
    {"5.0", "5"},
    {"-0.5", "-0.5"},
    {"1e3", "1000"},
    {"9007199254740993", "9007199254740993"},
    {"12345678901234567890123", "12345678901234567890123"},
    {"1e400", "1e400"},
    {"true", "true"},
    {"false", "false"},
    {"null", "null"},
    {"\"\"", "\"\""},
    {"\"a\\u0000b\"", "\"a\\u0000b\""},
    {"\"\\ud83d\\ude00\\/\"", "\"\xf0\x9f\x98\x80/\""},
    {"[]", "[]"},
    {"{}", "{}"},
    {" [ 1 , \"a\\u0041\" , { \"b\" : null } ] ", "[1,\"aA\",{\"b\":null}]"},
    {"{\"a\":{\"b\":[1,2,{\"c\":\"d\"}]}}", "{\"a\":{\"b\":[1,2,{\"c\":\"d\"}]}}"},
    {"{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":1,\"b\":2}"},
    {"[{\"$classes\":[\"x\"],\"$tag_name\":\"a\"}]",
     "[{\"$classes\":[\"x\"],\"$tag_name\":\"a\"}]"},
};

static void keeps_any_json_as_a_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char properties[256];
        (void)snprintf(properties, sizeof properties, "\"before\":[ 1 ],\"v\":%s,\"after\":\"x\"",
                       values[i].sent);
        struct exchange exchange;
        exchange_properties(&exchange, properties);
        assert_int_equal(exchange.verdict.accepted, 1);
        struct event event = exchange_event(&exchange, 0, NULL);
        assert_int_equal(event.property_count, 3);
        assert_string_equal(exchange_property(&exchange, &event, "before"), "[1]");
        assert_string_equal(exchange_property(&exchange, &event, "v"), values[i].kept);
        assert_string_equal(exchange_property(&exchange, &event, "after"), "\"x\"");
        exchange_release(&exchange);
    }
}

static void takes_promoted_properties_out(void **state)
{
    (void)state;
    struct exchange exchange;
    exchange_track(&exchange,
                   "{\"$mp_metadata\":{\"$mp_session_id\":\"s\",\"$mp_event_id\":\"m1\"},"
                   "\"meta\":[1],\"properties\":{\"ip\":\"10.0.0.1\",\"time\":" NOW_S
                   ",\"$insert_id\":\"i1\",\"distinct_id\":\"u\",\"token\":\"tok2\","
                   "\"$user_id\":\"u\",\"$device_id\":\"d\",\"$ignore\":false,\"mp_lib\":\"web\"},"
                   "\"event\":\"Sign up\",\"x\":{\"y\":1}}");
    assert_int_equal(exchange.verdict.accepted, 1);
    uint32_t project = 0;
    struct event event = exchange_event(&exchange, 0, &project);
    assert_int_equal(project, 2);
    assert_string_equal(exchange_string(&exchange, event.name), "Sign up");
    assert_string_equal(exchange_string(&exchange, event.insert_id), "i1");
    assert_int_equal(event.flags, EVENT_HAS_KEY);
    struct event_key key =
        event_key_make(event.name, event.distinct_id, event.insert_id, INT64_C(1750000000000));
    assert_memory_equal(&event.key, &key, sizeof key);
    assert_int_equal(event.time_ms, INT64_C(1750000000000));
    assert_int_equal(event.property_count, 4);
    assert_string_equal(exchange_property(&exchange, &event, "$user_id"), "\"u\"");
    assert_string_equal(exchange_property(&exchange, &event, "$device_id"), "\"d\"");
    assert_string_equal(exchange_property(&exchange, &event, "$ignore"), "false");
    assert_string_equal(exchange_property(&exchange, &event, "mp_lib"), "\"web\"");
    exchange_release(&exchange);
}

struct insert_case {
    const char *record; /* what stands for %s in the properties, and beside them */
    const char *beside;
    const char *insert_id;
};

static const struct insert_case inserts[] = {
    {"", "", ""},
    {"\"$insert_id\":\"abc\",", "", "abc"},
    {"\"$insert_id\":77,", "", "77"},
    {"\"$insert_id\":null,", "", ""},
    {"\"$insert_id\":true,", "", ""},
    {"\"$insert_id\":\"null\",", "", ""},
    {"\"$insert_id\":\"a_b c\",", "", "a_b c"},
    {"\"$insert_id\":\"123456789012345678901234567890123456\",", "",
     "123456789012345678901234567890123456"},
    {"\"$insert_id\":\"1234567890123456789012345678901234567\",", "",
     "123456789012345678901234567890123456"},
    {"\"$insert_id\":\"12345678901234567890123456789012345\xc3\xbc\",", "",
     "12345678901234567890123456789012345"},
    {"", ",\"$mp_metadata\":{\"$mp_event_id\":\"m1\"}", "m1"},
    {"\"$insert_id\":\"\",", ",\"$mp_metadata\":{\"a\":[1],\"$mp_event_id\":\"m1\",\"b\":{}}",
     "m1"},
    {"\"$insert_id\":\"i\",", ",\"$mp_metadata\":{\"$mp_event_id\":\"m1\"}", "i"},
    {"", ",\"$mp_metadata\":[\"$mp_event_id\"]", ""},
    {"", ",\"$mp_metadata\":null", ""},
};

static void finds_the_insert_id(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof inserts / sizeof *inserts; i++) {
        char json[512];
        (void)snprintf(json, sizeof json,
                       "{\"event\":\"e\",\"properties\":{%s\"token\":\"tok1\"}%s}",
                       inserts[i].record, inserts[i].beside);
        struct exchange exchange;
        exchange_track(&exchange, json);
        if (exchange.verdict.accepted != 1) fail_msg("refused %s", json);
        struct event event = exchange_event(&exchange, 0, NULL);
        assert_string_equal(exchange_string(&exchange, event.insert_id), inserts[i].insert_id);
        assert_int_equal(event.flags, event.insert_id.size > 0 ? EVENT_HAS_KEY : 0);
        exchange_release(&exchange);
    }
}

static void drops_ignored_events_silently(void **state)
{
    (void)state;
    static const struct {
        const char *ignore;
        bool is_ignored;
    } cases[] = {
        {"true", true}, {"\"yes\"", true}, {"false", false}, {"\"\"", false}, {"null", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char properties[64];
        (void)snprintf(properties, sizeof properties, "\"$ignore\":%s", cases[i].ignore);
        struct exchange exchange;
        exchange_properties(&exchange, properties);
        assert_int_equal(exchange.verdict.ignored, cases[i].is_ignored);
        assert_int_equal(exchange.verdict.accepted, !cases[i].is_ignored);
        assert_string_equal(exchange_answer(&exchange), "1");
        exchange_release(&exchange);
    }
}

static void cuts_texts_at_255_code_points(void **state)
{
    (void)state;
    static const char *const letters[] = {"a", "\xc3\xbc", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    for (int letter = 0; letter < 4; letter++) {
        for (int points = 254; points <= 257; points++) {
            struct buffer json;
            buffer_init(&json, 4096);
            buffer_append_string(&json, "\"v\":\"");
            for (int i = 0; i < points; i++)
                buffer_append_string(&json, letters[letter]);
            buffer_append_string(&json, "\"");
            buffer_append_byte(&json, '\0');
            struct exchange exchange;
            exchange_properties(&exchange, json.bytes);
            struct event event = exchange_event(&exchange, 0, NULL);
            size_t kept = (size_t)(points < 255 ? points : 255) * strlen(letters[letter]);
            assert_int_equal(event.properties[0].value.text.size, kept);
            assert_int_equal(exchange.verdict.truncated_texts, points > 255);
            exchange_release(&exchange);
            buffer_release(&json);
        }
    }
}

/* How many of what, and the reason when it is too many. */
static void append_repeated(struct buffer *out, const char *text, size_t count, const char *between)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0) buffer_append_string(out, between);
        buffer_append_string(out, text);
    }
}

enum limited {
    LIMIT_PROPERTIES,
    LIMIT_NAME,
    LIMIT_EVENT_NAME,
    LIMIT_LIST,
    LIMIT_INNER_LIST,
    LIMIT_OBJECT,
    LIMIT_LIST_SIZE,
    LIMIT_DEPTH,
    LIMIT_RECORD,
};

static void write_limited(struct buffer *out, enum limited limited, size_t count)
{
    if (limited != LIMIT_EVENT_NAME) buffer_append_string(out, OPEN);
    switch (limited) {
    case LIMIT_PROPERTIES:
        for (size_t i = 0; i < count; i++)
            buffer_printf(out, "%s\"p%zu\":%zu", i ? "," : "", i, i);
        break;
    case LIMIT_NAME:
        buffer_append_byte(out, '"');
        append_repeated(out, "\xc3\xbc", count, "");
        buffer_append_string(out, "\":1");
        break;
    case LIMIT_EVENT_NAME:
        buffer_append_string(out, "{\"properties\":{\"token\":\"tok1\"},\"event\":\"");
        append_repeated(out, "\xc3\xbc", count, "");
        buffer_append_string(out, "\"}");
        return;
    case LIMIT_LIST:
    case LIMIT_INNER_LIST:
        buffer_append_string(out, limited == LIMIT_LIST ? "\"l\":[" : "\"l\":[{\"m\":[");
        append_repeated(out, "\",\"", count, ",");
        buffer_append_string(out, limited == LIMIT_LIST ? "]" : "]},[]]");
        break;
    case LIMIT_OBJECT:
        buffer_append_string(out, "\"l\":{");
        for (size_t i = 0; i < count; i++)
            buffer_printf(out, "%s\"k%zu\":\"}\"", i ? "," : "", i);
        buffer_append_string(out, "}");
        break;
    case LIMIT_LIST_SIZE:
        buffer_append_string(out, "\"l\":[ \"");
        append_repeated(out, "x", count - 4, "");
        buffer_append_string(out, "\" ]");
        break;
    case LIMIT_DEPTH: /* the record and its properties are two levels */
        buffer_append_string(out, "\"l\":");
        append_repeated(out, "[", count - 2, "");
        append_repeated(out, "]", count - 2, "");
        break;
    case LIMIT_RECORD:
        buffer_append_string(out, "\"v\":\"");
        append_repeated(out, "x", count - out->size - 3, "");
        buffer_append_string(out, "\"}}");
        return;
    }
    buffer_append_string(out, "}}");
}

static const struct {
    enum limited limited;
    size_t count_max;
    enum wire_refusal reason;
} limits[] = {
    {LIMIT_PROPERTIES, 255, WIRE_REFUSED_LIMIT}, {LIMIT_NAME, 255, WIRE_REFUSED_LIMIT},
    {LIMIT_EVENT_NAME, 255, WIRE_REFUSED_EVENT}, {LIMIT_LIST, 255, WIRE_REFUSED_LIMIT},
    {LIMIT_INNER_LIST, 255, WIRE_REFUSED_LIMIT}, {LIMIT_OBJECT, 255, WIRE_REFUSED_LIMIT},
    {LIMIT_LIST_SIZE, 8192, WIRE_REFUSED_LIMIT}, {LIMIT_DEPTH, 32, WIRE_REFUSED_LIMIT},
    {LIMIT_RECORD, 1048576, WIRE_REFUSED_LIMIT},
};

static void refuses_a_record_above_a_limit_and_keeps_its_neighbours(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * sizeof limits / sizeof *limits; i++) {
        size_t above = i % 2;
        struct buffer json;
        buffer_init(&json, 16 * 1024 * 1024);
        buffer_append_string(&json, "[" OPEN "\"v\":1}},");
        struct buffer record;
        buffer_init(&record, 4 * 1024 * 1024);
        write_limited(&record, limits[i / 2].limited, limits[i / 2].count_max + above);
        buffer_append_text(&json, buffer_text(&record));
        buffer_append_string(&json, "," OPEN "\"v\":2}}]");

        struct exchange exchange;
        exchange_init(&exchange, WIRE_TRACK, "", "", buffer_text(&json));
        exchange_run(&exchange);
        if (exchange.verdict.accepted != 3 - above) fail_msg("limit %zu, %zu above", i / 2, above);
        assert_int_equal(exchange.verdict.refused_by[limits[i / 2].reason], above);
        struct event last = exchange_event(&exchange, 2 - (uint32_t)above, NULL);
        assert_string_equal(exchange_property(&exchange, &last, "v"), "2");
        exchange_release(&exchange);
        buffer_release(&record);
        buffer_release(&json);
    }
}

/* More than a batch holds: the events go on in a second batch of the same project. */
static void begins_another_batch_when_one_is_full(void **state)
{
    (void)state;
    struct buffer json;
    buffer_init(&json, 32 * 1024 * 1024);
    enum { COUNT = 700000 };
    for (int i = 0; i < COUNT; i++)
        buffer_append_string(&json, "{\"event\":\"a\",\"properties\":{}}\n");
    struct exchange exchange;
    exchange_init(&exchange, WIRE_IMPORT, "", "application/x-ndjson", buffer_text(&json));
    exchange.request.trusted_project = project_table_by_id(exchange.projects, 1);
    exchange_run(&exchange);
    assert_int_equal(exchange.verdict.accepted, COUNT);
    assert_int_equal(exchange.verdict.batch_count, 2);
    assert_int_equal(exchange_read_count(&exchange), COUNT);
    exchange_release(&exchange);
    buffer_release(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_any_json_as_a_value),
        cmocka_unit_test(takes_promoted_properties_out),
        cmocka_unit_test(finds_the_insert_id),
        cmocka_unit_test(drops_ignored_events_silently),
        cmocka_unit_test(cuts_texts_at_255_code_points),
        cmocka_unit_test(refuses_a_record_above_a_limit_and_keeps_its_neighbours),
        cmocka_unit_test(begins_another_batch_when_one_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
