/* What of an event's record is kept, and where its limits are: spec/wire.md §7, §8. */
#include "base/memory.h"
#include "wire_exchange.h"

#include <stdio.h>
#include <string.h>

#define OPEN "{\"event\":\"e\",\"properties\":{\"token\":\"tok1\",\"distinct_id\":\"u\","

static void run_properties(struct exchange *exchange, const char *properties)
{
    struct buffer json;
    buffer_init(&json, 16 * 1024 * 1024);
    buffer_append_string(&json, OPEN);
    buffer_append_string(&json, properties);
    buffer_append_string(&json, "}}");
    exchange_init(exchange, WIRE_TRACK, "", "", buffer_text(&json));
    exchange_run(exchange);
    buffer_release(&json);
}

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
        run_properties(&exchange, properties);
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
        run_properties(&exchange, properties);
        assert_int_equal(exchange.verdict.ignored, cases[i].is_ignored);
        assert_int_equal(exchange.verdict.accepted, !cases[i].is_ignored);
        assert_string_equal(exchange_answer(&exchange), "1");
        exchange_release(&exchange);
    }
}

static void lets_the_first_of_equal_keys_win(void **state)
{
    (void)state;
    struct exchange exchange;
    exchange_track(&exchange,
                   "{\"event\":\"one\",\"event\":\"two\",\"properties\":{\"token\":\"tok1\","
                   "\"token\":\"tok2\",\"a\":1,\"a\":{\"b\":[2]},\"\\u0061\":3,\"$user_id\":\"u\","
                   "\"$user_id\":\"v\",\"l\":{\"x\":1,\"x\":2}},\"properties\":{\"z\":1}}");
    assert_int_equal(exchange.verdict.accepted, 1);
    assert_int_equal(exchange.verdict.duplicate_keys, 7);
    uint32_t project = 0;
    struct event event = exchange_event(&exchange, 0, &project);
    assert_int_equal(project, 1);
    assert_string_equal(exchange_string(&exchange, event.name), "one");
    assert_string_equal(exchange_string(&exchange, event.distinct_id), "u");
    assert_int_equal(event.property_count, 3);
    assert_string_equal(exchange_property(&exchange, &event, "a"), "1");
    assert_string_equal(exchange_property(&exchange, &event, "l"), "{\"x\":1}");
    exchange_release(&exchange);
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state >> 16;
}

enum { RANDOM_RECORDS = 400, RANDOM_NAMES = 12, RANDOM_KEYS_MAX = 14 };

/* Records that are mostly like the one before: same keys, some exchanged, doubled or left out.
 * Names of all sizes; the naive twin compares each with each. */
static void finds_equal_keys_in_step_with_the_event_before_and_out_of_it(void **state)
{
    (void)state;
    const uint64_t seed = 0x5eed0002;
    uint64_t random = seed;
    uint32_t keys[RANDOM_KEYS_MAX];
    uint32_t distinct[RANDOM_RECORDS];
    uint32_t duplicates = 0;
    struct buffer json;
    buffer_init(&json, 4 * 1024 * 1024);
    for (uint32_t i = 0; i < RANDOM_KEYS_MAX; i++)
        keys[i] = i % RANDOM_NAMES;
    for (uint32_t record = 0; record < RANDOM_RECORDS; record++) {
        if (next_random(&random) % 3 == 0) {
            keys[next_random(&random) % RANDOM_KEYS_MAX] =
                (uint32_t)(next_random(&random) % RANDOM_NAMES);
        }
        uint32_t count = (uint32_t)(next_random(&random) % (RANDOM_KEYS_MAX + 1));
        buffer_append_string(&json, record == 0 ? "[" OPEN : "," OPEN);
        distinct[record] = 0;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t before = 0;
            while (keys[before] != keys[i])
                before++;
            distinct[record] += before == i;
            buffer_printf(&json, "\"%.*s%u\":%u,", (int)(keys[i] * 2), "abcdefghijklmnopqrstuvwxyz",
                          keys[i], i);
        }
        duplicates += count - distinct[record];
        buffer_append_string(&json, "\"end\":0}}");
    }
    buffer_append_byte(&json, ']');

    struct exchange exchange;
    exchange_init(&exchange, WIRE_TRACK, "", "", buffer_text(&json));
    exchange_run(&exchange);
    print_message("seed %llu\n", (unsigned long long)seed);
    assert_int_equal(exchange.verdict.accepted, RANDOM_RECORDS);
    assert_int_equal(exchange.verdict.duplicate_keys, duplicates);
    for (uint32_t record = 0; record < RANDOM_RECORDS; record += 7) {
        struct event event = exchange_event(&exchange, record, NULL);
        assert_int_equal(event.property_count, distinct[record] + 1);
    }
    exchange_release(&exchange);
    buffer_release(&json);
}

/* As it stands in JSON, and its bytes: sent as they are, some break their line. */
static const struct {
    const char *escaped;
    const char *bytes;
} written_names[] = {
    {"a", "a"},
    {"\\u0061", "a"},
    {"q", "q"},
    {"q\\\"", "q\""},
    {"q\\\":1,", "q\":1,"},
    {"\\\\", "\\"},
    {"\\n", "\n"},
    {"seventeen letters", "seventeen letters"},
    {"\xc3\xa9", "\xc3\xa9"},
    {"\\ud800", "\xed\xa0\x80"},
    {"", ""},
    {"$user_id", "$user_id"},
    {"time", "time"},
    {"fifteen letters", "fifteen letters"},
};

enum { WRITTEN_NAMES = sizeof written_names / sizeof *written_names, WRITTEN_LINES = 60 };

/* The line before with a few names exchanged, each written in one of three ways. */
static void write_line(struct buffer *out, uint32_t *names, uint32_t count, uint64_t *random)
{
    buffer_append_string(out, "{\"event\":\"e\",\"properties\":{\"token\":\"tok1\"");
    if (next_random(random) % 3 == 0) {
        names[next_random(random) % count] = (uint32_t)(next_random(random) % WRITTEN_NAMES);
    }
    for (uint32_t i = 0; i < count; i++) {
        uint64_t way = next_random(random) % 24;
        const char *name = written_names[names[i]].escaped;
        if (way == 0) name = written_names[names[i]].bytes;
        buffer_append_string(out, way == 1 ? ", \"" : ",\"");
        buffer_append_string(out, name);
        buffer_printf(out, way == 2 ? "\" :%u" : "\":%u", i);
    }
    buffer_append_string(out, "}}\n");
}

static void run_lines(struct exchange *exchange, struct text lines)
{
    exchange_init(exchange, WIRE_TRACK, "", "application/x-ndjson", lines);
    exchange_run(exchange);
}

static void assert_same_event(struct exchange *ours, uint32_t index, struct exchange *alone)
{
    struct event event = exchange_event(ours, index, NULL);
    struct event expected = exchange_event(alone, 0, NULL);
    assert_true(text_equal(event.distinct_id, expected.distinct_id));
    assert_int_equal(event.time_ms, expected.time_ms);
    assert_int_equal(event.property_count, expected.property_count);
    for (uint32_t i = 0; i < event.property_count; i++) {
        assert_true(text_equal(event.properties[i].name, expected.properties[i].name));
        assert_true(value_equal(&event.properties[i].value, &expected.properties[i].value));
    }
}

/* A line alone has no line before it whose names could be expected. */
static void reads_names_in_step_as_those_of_an_event_alone(void **state)
{
    (void)state;
    const uint64_t seed = 0x5eed0003;
    uint64_t random = seed;
    uint32_t accepted_count = 0;
    uint32_t line_count = 0;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int round = 0; round < 100; round++) {
        struct buffer lines;
        struct exchange all;
        uint32_t names[RANDOM_KEYS_MAX] = {0};
        uint32_t count = 1 + (uint32_t)(next_random(&random) % RANDOM_KEYS_MAX);
        size_t places[WRITTEN_LINES + 1] = {0};
        buffer_init(&lines, 1 << 20);
        for (uint32_t i = 0; i < WRITTEN_LINES; i++) {
            write_line(&lines, names, count, &random);
            places[i + 1] = lines.size;
        }
        run_lines(&all, buffer_text(&lines));
        uint32_t accepted = 0;
        uint64_t duplicates = 0;
        for (uint32_t i = 0; i < WRITTEN_LINES; i++) {
            struct exchange alone;
            run_lines(&alone,
                      text_slice(buffer_text(&lines), places[i], places[i + 1] - places[i]));
            duplicates += alone.verdict.duplicate_keys;
            if (alone.verdict.accepted == 1) assert_same_event(&all, accepted++, &alone);
            exchange_release(&alone);
        }
        assert_int_equal(all.verdict.accepted, accepted);
        assert_int_equal(all.verdict.duplicate_keys, duplicates);
        accepted_count += accepted;
        line_count += WRITTEN_LINES;
        exchange_release(&all);
        buffer_release(&lines);
    }
    assert_in_range(accepted_count, line_count / 10, line_count - line_count / 10);
}

static void tells_names_of_every_length_apart(void **state)
{
    (void)state;
    struct buffer json;
    buffer_init(&json, 64 * 1024);
    for (int size = 0; size < 100; size++) {
        if (size > 0) buffer_append_byte(&json, ',');
        buffer_append_byte(&json, '"');
        for (int i = 0; i < size; i++)
            buffer_append_byte(&json, 'x');
        buffer_printf(&json, "\":%d", size);
    }
    /* alike but for one byte, at each place */
    for (int place = 0; place < 40; place++) {
        buffer_append_string(&json, ",\"");
        for (int i = 0; i < 40; i++)
            buffer_append_byte(&json, i == place ? 'b' : 'a');
        buffer_append_string(&json, "\":0");
    }
    buffer_append_byte(&json, '\0');
    struct exchange exchange;
    run_properties(&exchange, json.bytes);
    assert_int_equal(exchange.verdict.accepted, 1);
    assert_int_equal(exchange.verdict.duplicate_keys, 0);
    assert_int_equal(exchange_event(&exchange, 0, NULL).property_count, 140);
    exchange_release(&exchange);
    buffer_release(&json);
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
            run_properties(&exchange, json.bytes);
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

static void refuses_names_with_nul(void **state)
{
    (void)state;
    static const char *const names[] = {"\\u0000", "a\\u0000", "\\u0000bcdefg",
                                        "abcdefghijklmnop\\u0000qrstuvwxyzabcdefg",
                                        "abcdefghijklmnopqrstuvwxyz\\u0000"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char json[128];
        (void)snprintf(json, sizeof json, "\"%s\":1", names[i]);
        struct exchange exchange;
        run_properties(&exchange, json);
        assert_int_equal(exchange.verdict.refused_by[WIRE_REFUSED_LIMIT], 1);
        exchange_release(&exchange);
    }
    struct exchange exchange;
    exchange_track(&exchange, "{\"event\":\"a\\u0000\",\"properties\":{\"token\":\"tok1\"}}");
    assert_int_equal(exchange.verdict.refused_by[WIRE_REFUSED_EVENT], 1);
    exchange_release(&exchange);
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
        cmocka_unit_test(lets_the_first_of_equal_keys_win),
        cmocka_unit_test(finds_equal_keys_in_step_with_the_event_before_and_out_of_it),
        cmocka_unit_test(reads_names_in_step_as_those_of_an_event_alone),
        cmocka_unit_test(tells_names_of_every_length_apart),
        cmocka_unit_test(cuts_texts_at_255_code_points),
        cmocka_unit_test(refuses_a_record_above_a_limit_and_keeps_its_neighbours),
        cmocka_unit_test(refuses_names_with_nul),
        cmocka_unit_test(begins_another_batch_when_one_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
