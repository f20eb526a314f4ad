#include "plan/result.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct result_column columns[] = {
    {TEXT_INIT("country"), RESULT_TEXT},
    {TEXT_INIT("time"), RESULT_DATE},
    {TEXT_INIT("value"), RESULT_NUMBER},
};

static struct result make(struct value *cells, uint64_t row_count)
{
    struct result result;
    result_init(&result, 4096);
    result.columns = columns;
    result.column_count = 3;
    result.cells = cells;
    result.row_count = row_count;
    result.as_of_ms = INT64_C(1795262400123);
    result.events_scanned = 20000000;
    result.bytes_scanned = 31457280;
    result.elapsed_ms = 14.20004;
    memcpy(result.complete_until, "2026-11-20", 11);
    return result;
}

static void expect(const struct result *result, enum result_format format, const char *expected)
{
    struct buffer out;
    buffer_init(&out, 1 << 16);
    result_write(result, format, &out);
    buffer_append_byte(&out, '\0');
    assert_string_equal(out.bytes, expected);
    buffer_release(&out);
}

static struct value null(void)
{
    return (struct value){.kind = VALUE_NULL};
}

static void writes_json_with_columns_rows_and_meta(void **state)
{
    (void)state;
    struct value cells[] = {value_from_text(TEXT("a\"b")),
                            value_from_text(TEXT("2026-08-01")),
                            value_from_integer(129),
                            null(),
                            value_from_text(TEXT("2026-08-01")),
                            value_from_decimal(0.25)};
    struct result result = make(cells, 2);
    expect(
        &result, RESULT_JSON,
        "{\"columns\":[{\"name\":\"country\",\"type\":\"text\"},{\"name\":\"time\",\"type\":"
        "\"date\"},{\"name\":\"value\",\"type\":\"number\"}],\"rows\":[[\"a\\\"b\",\"2026-08-01\""
        ",129],[null,\"2026-08-01\",0.25]],\"meta\":{\"exact\":true,\"as_of\":"
        "\"2026-11-21T12:00:00.123Z\",\"events_scanned\":20000000,\"bytes_scanned\":31457280,"
        "\"elapsed_ms\":14.2,\"held\":[],\"complete_until\":\"2026-11-20\"}}\n");
    result.explain = TEXT("two\nlines");
    result.row_count = 0;
    expect(
        &result, RESULT_JSON,
        "{\"columns\":[{\"name\":\"country\",\"type\":\"text\"},{\"name\":\"time\",\"type\":"
        "\"date\"},{\"name\":\"value\",\"type\":\"number\"}],\"rows\":[],\"meta\":{\"exact\":true"
        ",\"as_of\":\"2026-11-21T12:00:00.123Z\",\"events_scanned\":20000000,\"bytes_scanned\":"
        "31457280,\"elapsed_ms\":14.2,\"held\":[],\"complete_until\":\"2026-11-20\",\"explain\":"
        "\"two\\nlines\"}}\n");
    result_release(&result);
}

static void writes_csv_that_no_spreadsheet_runs(void **state)
{
    (void)state;
    struct value cells[] = {value_from_text(TEXT("=1+1")),
                            value_from_text(TEXT("a,b")),
                            value_from_integer(-5),
                            value_from_text(TEXT("-x")),
                            value_from_text(TEXT("say \"hi\"\nyou")),
                            null(),
                            value_from_text(TEXT("")),
                            value_from_text(TEXT("\tx")),
                            value_from_decimal(0.5),
                            value_from_text(TEXT("@a\"")),
                            value_from_bool(true),
                            value_from_text(TEXT("+"))};
    struct result result = make(cells, 4);
    expect(&result, RESULT_CSV,
           "country,time,value\r\n"
           "\"'=1+1\",\"a,b\",-5\r\n"
           "\"'-x\",\"say \"\"hi\"\"\nyou\",\r\n"
           "\"\",\"'\tx\",0.5\r\n"
           "\"'@a\"\"\",true,\"'+\"\r\n");
    result_release(&result);
}

static void writes_an_aligned_table_for_people(void **state)
{
    (void)state;
    struct value cells[] = {value_from_text(TEXT("Österreich")),
                            value_from_text(TEXT("2026-08-01")),
                            value_from_integer(7),
                            null(),
                            value_from_text(TEXT("2026-08-01")),
                            value_from_integer(123456)};
    struct result result = make(cells, 2);
    expect(&result, RESULT_TABLE,
           "country     time         value\n"
           "----------  ----------  ------\n"
           "Österreich  2026-08-01       7\n"
           "null        2026-08-01  123456\n"
           "(2 rows)\n");
    result.row_count = 1;
    result.explain = TEXT("why\n");
    expect(&result, RESULT_TABLE,
           "country     time        value\n"
           "----------  ----------  -----\n"
           "Österreich  2026-08-01      7\n"
           "(1 row)\nwhy\n");
    result_release(&result);
}

static void rounds_decimals_in_tables_alone(void **state)
{
    (void)state;
    struct value cells[] = {
        value_from_decimal(0.65161519707436), value_from_decimal(-2.5),    value_from_decimal(1e-7),
        value_from_decimal(199881248.17601),  value_from_decimal(3.00001), null()};
    struct result result = make(cells, 2);
    expect(&result, RESULT_TABLE,
           "country        time  value\n"
           "-------------  ----  -----\n"
           "0.6516         -2.5   1e-7\n"
           "199881248.176  3      null\n"
           "(2 rows)\n");
    expect(&result, RESULT_CSV,
           "country,time,value\r\n"
           "0.65161519707436,-2.5,1e-7\r\n"
           "199881248.17601,3.00001,\r\n");
    result_release(&result);
}

static void sends_no_control_character_to_a_terminal(void **state)
{
    (void)state;
    struct value cells[] = {value_from_text(TEXT("\x1b[2J\xc2\x9b"
                                                 "a\x7f\xc2\xa0")),
                            value_from_text(TEXT("x\ny")), value_from_integer(1)};
    struct result result = make(cells, 1);
    struct buffer out;
    buffer_init(&out, 1 << 16);
    result_write(&result, RESULT_TABLE, &out);
    buffer_append_byte(&out, '\0');
    assert_non_null(strstr(out.bytes, "\\u001b[2J\\u009ba\\u007f\xc2\xa0"));
    assert_non_null(strstr(out.bytes, "x\\u000ay"));
    assert_null(strchr(out.bytes, '\x1b'));
    buffer_release(&out);
    result_release(&result);
}

static void marks_a_buffer_that_is_too_small(void **state)
{
    (void)state;
    struct value cells[] = {null(), null(), null()};
    struct result result = make(cells, 1);
    for (int format = RESULT_JSON; format <= RESULT_TABLE; format++) {
        struct buffer out;
        buffer_init(&out, 10);
        result_write(&result, (enum result_format)format, &out);
        assert_true(buffer_overflowed(&out));
        buffer_release(&out);
    }
    result_release(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_json_with_columns_rows_and_meta),
        cmocka_unit_test(writes_csv_that_no_spreadsheet_runs),
        cmocka_unit_test(writes_an_aligned_table_for_people),
        cmocka_unit_test(rounds_decimals_in_tables_alone),
        cmocka_unit_test(sends_no_control_character_to_a_terminal),
        cmocka_unit_test(marks_a_buffer_that_is_too_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
