/* The keys of an event: which are the same, and which are refused. */
#include "wire_exchange.h"

#include <stdio.h>
#include <string.h>

#define OPEN EXCHANGE_EVENT_OPEN

/* Properties of the first event, and whatever closes it and begins others. */
static void run_list(struct exchange *exchange, const char *properties)
{
    struct buffer json;
    buffer_init(&json, 64 * 1024);
    buffer_printf(&json, "[" OPEN "%s}}]", properties);
    exchange_init(exchange, WIRE_TRACK, "", "", buffer_text(&json));
    exchange_run(exchange);
    buffer_release(&json);
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
    exchange_properties(&exchange, json.bytes);
    assert_int_equal(exchange.verdict.accepted, 1);
    assert_int_equal(exchange.verdict.duplicate_keys, 0);
    assert_int_equal(exchange_event(&exchange, 0, NULL).property_count, 140);
    exchange_release(&exchange);
    buffer_release(&json);
}

/* Two events in step, of which the second repeats its first and last name; both with so many. */
static void counts_repeated_names_however_many_there_are(void **state)
{
    (void)state;
    for (int count = 1; count <= 250; count++) {
        struct buffer json;
        buffer_init(&json, 64 * 1024);
        for (int event = 0; event < 2; event++) {
            if (event > 0) buffer_append_string(&json, "}}," OPEN);
            for (int i = 0; i < count; i++)
                buffer_printf(&json, "%s\"n%d\":%d", i > 0 ? "," : "", i, i);
        }
        buffer_printf(&json, ",\"n0\":-1,\"n%d\":-1,\"last\":1", count - 1);
        struct exchange exchange;
        buffer_append_byte(&json, '\0');
        run_list(&exchange, json.bytes);
        assert_int_equal(exchange.verdict.accepted, 2);
        assert_int_equal(exchange.verdict.duplicate_keys, 2);
        for (uint32_t event = 0; event < 2; event++) {
            struct event read = exchange_event(&exchange, event, NULL);
            assert_int_equal(read.property_count, (uint32_t)count + event);
            for (int i = 0; i < count; i++)
                assert_int_equal(read.properties[i].value.integer, i);
        }
        exchange_release(&exchange);
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
        exchange_properties(&exchange, json);
        assert_int_equal(exchange.verdict.refused_by[WIRE_REFUSED_LIMIT], 1);
        exchange_release(&exchange);
    }
    struct exchange exchange;
    exchange_track(&exchange, "{\"event\":\"a\\u0000\",\"properties\":{\"token\":\"tok1\"}}");
    assert_int_equal(exchange.verdict.refused_by[WIRE_REFUSED_EVENT], 1);
    exchange_release(&exchange);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(lets_the_first_of_equal_keys_win),
        cmocka_unit_test(finds_equal_keys_in_step_with_the_event_before_and_out_of_it),
        cmocka_unit_test(reads_names_in_step_as_those_of_an_event_alone),
        cmocka_unit_test(tells_names_of_every_length_apart),
        cmocka_unit_test(counts_repeated_names_however_many_there_are),
        cmocka_unit_test(refuses_names_with_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
