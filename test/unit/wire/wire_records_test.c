/* One bad record among good ones: what is kept, and what a broken request costs. */
#include "wire_exchange.h"

#include <stdio.h>
#include <string.h>

#define GOOD(name)   "{\"event\":\"" name "\",\"properties\":{\"token\":\"tok1\"}}"
#define BAD(inside)  "{\"event\":\"bad\",\"properties\":{\"token\":\"tok1\"," inside "}}"
#define FOUR_DEEP    "[[[["
#define SIXTEEN_DEEP FOUR_DEEP FOUR_DEEP FOUR_DEEP FOUR_DEEP
#define FOUR_OUT     "]]]]"
#define SIXTEEN_OUT  FOUR_OUT FOUR_OUT FOUR_OUT FOUR_OUT

struct bad_record {
    struct text record;
    enum wire_refusal reason;
};

static const struct bad_record bad_records[] = {
    {TEXT_INIT(BAD("\"a\":\"\xff\"")), WIRE_REFUSED_TEXT},
    {TEXT_INIT(BAD("\"a\":\"\\\"}]\xc3(\\\"}]\",\"b\":\"}\"")), WIRE_REFUSED_TEXT},
    {TEXT_INIT(BAD("\"a\":[\"\\\"\\\"\\\"[\",\"\xff\"]")), WIRE_REFUSED_TEXT},
    {TEXT_INIT(BAD("\"l\":[ 1 , \"\\\"]\" ],\"a\":\"\xf8\"")), WIRE_REFUSED_TEXT},
    {TEXT_INIT(BAD("\"a\":\"raw \n line\"")), WIRE_REFUSED_TEXT},
    {TEXT_INIT(BAD("\"a\":\"raw \0 nul\"")), WIRE_REFUSED_TEXT},
    {TEXT_INIT(BAD("\"a\":" SIXTEEN_DEEP SIXTEEN_DEEP "\"]\"" SIXTEEN_OUT SIXTEEN_OUT)),
     WIRE_REFUSED_LIMIT},
    {TEXT_INIT("{\"event\":\"\xfe\"}"), WIRE_REFUSED_TEXT},
    {TEXT_INIT("\"\xff,]\""), WIRE_REFUSED_TEXT},
    {TEXT_INIT("\"text\""), WIRE_REFUSED_DATA},
    {TEXT_INIT("12"), WIRE_REFUSED_DATA},
    {TEXT_INIT("null"), WIRE_REFUSED_DATA},
    {TEXT_INIT("[{\"event\":\"inner\"}]"), WIRE_REFUSED_DATA},
    {TEXT_INIT("{}"), WIRE_REFUSED_DATA},
    {TEXT_INIT("{\"properties\":{\"token\":\"tok1\"}}"), WIRE_REFUSED_EVENT},
    {TEXT_INIT("{\"event\":\" \\t\",\"properties\":{\"token\":\"tok1\"}}"), WIRE_REFUSED_EVENT},
    {TEXT_INIT("{\"event\":7,\"properties\":{\"token\":\"tok1\"}}"), WIRE_REFUSED_EVENT},
    {TEXT_INIT("{\"event\":null,\"properties\":{\"token\":\"tok1\"}}"), WIRE_REFUSED_EVENT},
    {TEXT_INIT("{\"event\":[\"e\"],\"properties\":{\"token\":\"tok1\"}}"), WIRE_REFUSED_EVENT},
    {TEXT_INIT("{\"event\":\"e\"}"), WIRE_REFUSED_TOKEN},
    {TEXT_INIT("{\"event\":\"e\",\"properties\":{}}"), WIRE_REFUSED_TOKEN},
    {TEXT_INIT("{\"event\":\"e\",\"properties\":[\"token\"]}"), WIRE_REFUSED_TOKEN},
    {TEXT_INIT("{\"event\":\"e\",\"properties\":{\"token\":\"\"}}"), WIRE_REFUSED_TOKEN},
    {TEXT_INIT("{\"event\":\"e\",\"properties\":{\"token\":[]}}"), WIRE_REFUSED_TOKEN},
    {TEXT_INIT("{\"event\":\"e\",\"token\":\"tok1\"}"), WIRE_REFUSED_TOKEN},
    {TEXT_INIT("{\"event\":\"e\",\"properties\":{\"token\":\"tok3\"}}"), WIRE_REFUSED_PROJECT},
    {TEXT_INIT(BAD("\"time\":1")), WIRE_REFUSED_TIME},
};

static void assert_neighbours_kept(const struct bad_record *bad, struct text body,
                                   const char *content_type)
{
    struct exchange exchange;
    exchange_init(&exchange, WIRE_TRACK, "", content_type, body);
    exchange_run(&exchange);
    if (exchange.verdict.accepted != 2 || exchange.verdict.refused_by[bad->reason] != 1) {
        fail_msg("%u kept around %.*s", exchange.verdict.accepted, TEXT_PRINT(bad->record));
    }
    assert_string_equal(exchange_string(&exchange, exchange_event(&exchange, 0, NULL).name), "one");
    assert_string_equal(exchange_string(&exchange, exchange_event(&exchange, 1, NULL).name), "two");
    assert_string_equal(exchange_answer(&exchange), "1");
    exchange_release(&exchange);
}

static void keeps_the_neighbours_of_a_bad_record(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_records / sizeof *bad_records; i++) {
        const struct bad_record *bad = &bad_records[i];
        struct buffer body;
        buffer_init(&body, 4096);
        buffer_append_string(&body, " [ " GOOD("one") "\n, ");
        buffer_append_text(&body, bad->record);
        buffer_append_string(&body, " ," GOOD("two") " ] ");
        assert_neighbours_kept(bad, buffer_text(&body), "application/json");

        if (text_find_byte(bad->record, '\n') == TEXT_NOT_FOUND) {
            buffer_clear(&body);
            buffer_append_string(&body, GOOD("one") "\r\n");
            buffer_append_text(&body, bad->record);
            buffer_append_string(&body, "\n" GOOD("two"));
            assert_neighbours_kept(bad, buffer_text(&body), "application/x-ndjson");
        }
        buffer_release(&body);
    }
}

/* JavaScript's texts: a half of a surrogate pair that was cut off, and halves encoded each by
 * itself as mixpanel-browser's base64 does. */
static const struct mended {
    struct text sent; /* JSON of the value */
    struct text kept;
} mended_values[] = {
    {TEXT_INIT("\"a\\ud83d\""), TEXT_INIT("a\xef\xbf\xbd")},
    {TEXT_INIT("\"\\ude00b\""), TEXT_INIT("\xef\xbf\xbd"
                                          "b")},
    {TEXT_INIT("\"\\ud83d\\u0041\""), TEXT_INIT("\xef\xbf\xbd"
                                                "A")},
    {TEXT_INIT("\"\\ud83d\\ud83d\\ude00\""), TEXT_INIT("\xef\xbf\xbd\xf0\x9f\x98\x80")},
    {TEXT_INIT("\"\\ud83d\\ude00\""), TEXT_INIT("\xf0\x9f\x98\x80")},
    {TEXT_INIT("\"a\xed\xa0\xbd\xed\xb8\x80z\""), TEXT_INIT("a\xf0\x9f\x98\x80z")},
    {TEXT_INIT("\"\xed\xa0\xbd\""), TEXT_INIT("\xef\xbf\xbd")},
    {TEXT_INIT("\"\xed\xb8\x80\xed\xa0\xbd\""), TEXT_INIT("\xef\xbf\xbd\xef\xbf\xbd")},
    {TEXT_INIT("\"\xed\x95\x9c\""), TEXT_INIT("\xed\x95\x9c")}, /* Hangul begins with ED, too */
};

static void mends_halves_of_surrogate_pairs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mended_values / sizeof *mended_values; i++) {
        struct buffer body;
        buffer_init(&body, 4096);
        buffer_append_string(&body, "{\"event\":\"e\",\"properties\":{\"token\":\"tok1\",\"m\":");
        buffer_append_text(&body, mended_values[i].sent);
        buffer_append_string(&body, ",\"n\":[");
        buffer_append_text(&body, mended_values[i].sent);
        buffer_append_string(&body, "]}}");
        struct exchange exchange;
        exchange_init(&exchange, WIRE_TRACK, "", "application/json", buffer_text(&body));
        exchange_run(&exchange);
        assert_int_equal(exchange.verdict.accepted, 1);
        struct event event = exchange_event(&exchange, 0, NULL);
        assert_int_equal(event.property_count, 2);
        assert_true(text_equal(event.properties[0].value.text, mended_values[i].kept));
        assert_true(text_find(event.properties[1].value.text, mended_values[i].kept) > 0);
        exchange_release(&exchange);
        buffer_release(&body);
    }
}

static void answers_zero_when_the_only_record_is_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_records / sizeof *bad_records; i++) {
        struct exchange exchange;
        exchange_init(&exchange, WIRE_TRACK, "", "", bad_records[i].record);
        bool is_object = bad_records[i].record.bytes[0] == '{';
        if (!is_object) exchange.request.content_type = TEXT("application/json");
        exchange_run(&exchange);
        assert_int_equal(exchange.verdict.received, 1);
        assert_int_equal(exchange.verdict.refused, 1);
        bool is_told = bad_records[i].reason != WIRE_REFUSED_PROJECT;
        assert_string_equal(exchange_answer(&exchange), is_told ? "0" : "1");
        exchange_release(&exchange);
    }
}

static const char *const broken_arrays[] = {
    "[" GOOD("one") "," GOOD("two"),
    "[" GOOD("one") "," GOOD("two") ",",
    "[" GOOD("one") "," GOOD("two") ",]",
    "[" GOOD("one") " " GOOD("two") "]",
    "[" GOOD("one") "," GOOD("two") "}",
    "[" GOOD("one") "," GOOD("two") "]]",
    "[" GOOD("one") "," GOOD("two") "] x",
    "[" GOOD("one") ",," GOOD("two") "]",
    "[," GOOD("one") "]",
    "[" GOOD("one") ",{\"event\":\"e\",}," GOOD("two") "]",
    "[" GOOD("one") ",{\"event\":\"e\" \"x\"}," GOOD("two") "]",
    "[" GOOD("one") ",{\"event\":\"\xff\"," GOOD("two") "]",
    "[" GOOD("one") ",{\"event\":\"\xff",
    "[" GOOD("one") ",{\"event\":\"\xff\\",
    "[" GOOD("one") ",{'event':1}]",
    "[" GOOD("one") ",nul]",
    "[" GOOD("one") ",\"e\\x\"]",
    "[",
    "{",
    "{\"event\"",
    GOOD("one") "]",
    GOOD("one") " 1",
    GOOD("one") GOOD("two"),
};

static void refuses_a_request_with_broken_syntax_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof broken_arrays / sizeof *broken_arrays; i++) {
        struct exchange exchange;
        exchange_init(&exchange, WIRE_TRACK, "verbose=1", "application/json",
                      text_from(broken_arrays[i]));
        exchange_run(&exchange);
        if (exchange.verdict.refused_by[WIRE_REFUSED_DATA] != 1) fail_msg("%s", broken_arrays[i]);
        assert_int_equal(exchange.verdict.received, 1);
        assert_int_equal(exchange.verdict.batch_count, 0);
        assert_string_equal(exchange_answer(&exchange),
                            "{\"error\": \"data, not valid JSON\", \"status\": 0}");
        exchange_release(&exchange);
    }
}

static void refuses_broken_lines_alone(void **state)
{
    (void)state;
    struct exchange exchange;
    exchange_init(&exchange, WIRE_TRACK, "", "application/x-ndjson",
                  TEXT(GOOD("one") "\n{\"event\"\n\n}\n \n" GOOD("x") " 1\n" GOOD(
                      "x") "{}\nnull\n[" GOOD("x") "]\n" GOOD("two")));
    exchange_run(&exchange);
    assert_int_equal(exchange.verdict.received, 8);
    assert_int_equal(exchange.verdict.accepted, 2);
    assert_int_equal(exchange.verdict.refused_by[WIRE_REFUSED_DATA], 6);
    exchange_release(&exchange);
}

static void write_many(struct buffer *out, uint32_t count, bool lines)
{
    if (!lines) buffer_append_byte(out, '[');
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) buffer_append_byte(out, lines ? '\n' : ',');
        buffer_append_string(out, GOOD("e"));
    }
    if (!lines) buffer_append_byte(out, ']');
}

static void takes_2000_records_and_not_one_more(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++) {
        bool is_above = i & 1;
        bool lines = i & 2;
        bool is_trusted = i & 4;
        struct buffer body;
        buffer_init(&body, 1024 * 1024);
        write_many(&body, EVENT_BATCH_COUNT_MAX + is_above, lines);
        struct exchange exchange;
        exchange_init(&exchange, is_trusted ? WIRE_IMPORT : WIRE_TRACK, "", "", buffer_text(&body));
        if (is_trusted) {
            exchange.request.trusted_project = project_table_by_id(exchange.projects, 2);
        }
        exchange_run(&exchange);
        if (is_above && !is_trusted) {
            assert_int_equal(exchange.answer.status, 413);
            assert_int_equal(exchange.verdict.batch_count, 0);
            assert_int_equal(exchange.verdict.refused_by[WIRE_REFUSED_LIMIT], 1);
        } else {
            assert_int_equal(exchange.verdict.accepted, EVENT_BATCH_COUNT_MAX + is_above);
            assert_int_equal(exchange_read_count(&exchange), EVENT_BATCH_COUNT_MAX + is_above);
        }
        exchange_release(&exchange);
        buffer_release(&body);
    }
}

static void sorts_records_by_project(void **state)
{
    (void)state;
    struct exchange exchange;
    exchange_track(&exchange, "[{\"event\":\"a\",\"properties\":{\"token\":\"tok1\"}},"
                              "{\"event\":\"b\",\"properties\":{\"token\":\"tok2\"}},"
                              "{\"event\":\"c\",\"properties\":{\"token\":\"tok3\"}},"
                              "{\"event\":\"d\",\"properties\":{\"token\":\"tok1\"}}]");
    assert_int_equal(exchange.verdict.accepted, 3);
    assert_int_equal(exchange.verdict.refused_by[WIRE_REFUSED_PROJECT], 1);
    assert_int_equal(exchange.verdict.batch_count, 2);
    assert_int_equal(exchange.verdict.batches[0].project, 1);
    assert_int_equal(exchange.verdict.batches[0].count, 2);
    assert_int_equal(exchange.verdict.batches[1].project, 2);
    assert_string_equal(exchange_string(&exchange, exchange_event(&exchange, 1, NULL).name), "d");
    exchange_release(&exchange);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_neighbours_of_a_bad_record),
        cmocka_unit_test(mends_halves_of_surrogate_pairs),
        cmocka_unit_test(answers_zero_when_the_only_record_is_bad),
        cmocka_unit_test(refuses_a_request_with_broken_syntax_whole),
        cmocka_unit_test(refuses_broken_lines_alone),
        cmocka_unit_test(takes_2000_records_and_not_one_more),
        cmocka_unit_test(sorts_records_by_project),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
