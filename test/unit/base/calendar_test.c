#include "base_aid.h"

#include "base/calendar.h"

#include <stdio.h>
#include <string.h>

/* Counting days one by one from 1600 to 2400 is the twin: leap years by the rule as it is told. */
static void counts_days_as_a_calendar_on_the_wall(void **state)
{
    (void)state;
    static const int32_t sizes[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t day = -135140; /* 1600-01-01 */
    for (int32_t year = 1600; year <= 2400; year++) {
        bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (int32_t month = 1; month <= 12; month++) {
            int32_t size = sizes[month - 1] + (month == 2 && is_leap);
            for (int32_t i = 1; i <= size; i++, day++) {
                struct calendar_date date = calendar_date(day);
                assert_int_equal(date.year, year);
                assert_int_equal(date.month, month);
                assert_int_equal(date.day, i);
                assert_true(calendar_days(date) == day);
                assert_true(calendar_date_valid(date));
            }
            assert_false(calendar_date_valid((struct calendar_date){year, month, size + 1}));
        }
        if (year == 1969) assert_int_equal(day, 0);
    }
}

static void knows_dates_far_away(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("far dates");
    assert_true(calendar_days((struct calendar_date){1, 1, 1}) == -719162);
    assert_true(calendar_days((struct calendar_date){9999, 12, 31}) == 2932896);
    for (int i = 0; i < 100000; i++) {
        int64_t day = (int64_t)(seeded_next(&seeded) % 200000000000) - 100000000000;
        assert_true(calendar_days(calendar_date(day)) == day);
    }
    (void)calendar_date(INT64_MAX); /* no sum overflows */
    (void)calendar_date(INT64_MIN);
}

static void refuses_dates_that_do_not_exist(void **state)
{
    (void)state;
    static const struct calendar_date dates[] = {
        {0, 1, 1},     {10000, 1, 1}, {2026, 0, 1}, {2026, 13, 1}, {2026, 1, 0},   {2026, 2, 29},
        {1900, 2, 29}, {2026, 4, 31}, {-4, 2, 29},  {2026, -1, 5}, {2026, 12, 32}, {2100, 2, 29}};
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        assert_false(calendar_date_valid(dates[i]));
    }
    assert_true(calendar_date_valid((struct calendar_date){2000, 2, 29}));
    assert_true(calendar_date_valid((struct calendar_date){2028, 2, 29}));
}

static void parses_and_formats_whole_dates(void **state)
{
    (void)state;
    struct calendar_date date;
    assert_true(calendar_date_parse(TEXT("2026-08-01"), &date));
    assert_true(date.year == 2026 && date.month == 8 && date.day == 1);
    static const char *const bad[] = {"",           "2026-8-1",    "2026-08-1",  "2026-08-011",
                                      "2026-02-30", " 2026-08-01", "2026/08/01", "0000-01-01",
                                      "-026-08-01", "2026-08-01T", "+026-08-01", "20260801"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        date.year = 77;
        if (calendar_date_parse(text_from(bad[i]), &date)) fail_msg("%s", bad[i]);
        assert_int_equal(date.year, 77);
    }
    for (int64_t day = -719162; day <= 2932896; day += 97) {
        char text[11];
        calendar_date_format(day, text);
        assert_int_equal(strlen(text), 10);
        assert_true(calendar_date_parse(text_from(text), &date));
        assert_true(calendar_days(date) == day);
    }
    char text[11];
    calendar_date_format(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31");
    calendar_date_format(INT64_MIN, text);
    assert_string_equal(text, "0000-01-01");
}

struct reading {
    const char *text;
    int64_t instant; /* REFUSED: not an instant */
    int64_t value;   /* REFUSED: not a value */
};
#define REFUSED INT64_MIN

static const struct reading readings[] = {
    {"1970-01-01T00:00:00Z", 0, 0},
    {"1970-01-01t00:00:00z", 0, REFUSED},
    {"1970-01-01 00:00:00Z", 0, REFUSED},
    {"1970-01-01T00:00:00.001Z", 1, 1},
    {"1970-01-01T00:00:00.1Z", 100, 100},
    {"1970-01-01T00:00:00.123456789Z", 123, 123},
    {"1970-01-01T00:00:00.9999Z", 999, 999},
    {"1969-12-31T23:59:59.5Z", -500, -500},
    {"1970-01-01T02:00:00+02:00", 0, 0},
    {"1969-12-31T18:30:00-05:30", 0, 0},
    {"1970-01-01T00:00:00-00:00", 0, 0},
    {"1970-01-01T00:00:00", REFUSED, 0},
    {"1970-01-02", REFUSED, 86400000},
    {"1970-01-01T23:59:60Z", 86400000, 86400000},
    {"1970-01-01T23:58:60Z", REFUSED, REFUSED},
    {"1970-01-01T24:00:00Z", REFUSED, REFUSED},
    {"1970-01-01T00:60:00Z", REFUSED, REFUSED},
    {"1970-01-01T00:00:61Z", REFUSED, REFUSED},
    {"1970-01-01T00:00Z", REFUSED, REFUSED},
    {"1970-01-01T00:00:00.Z", REFUSED, REFUSED},
    {"1970-01-01T00:00:00,5Z", REFUSED, REFUSED},
    {"1970-01-01T00:00:00+0200", REFUSED, REFUSED},
    {"1970-01-01T00:00:00+02", REFUSED, REFUSED},
    {"1970-01-01T00:00:00+24:00", REFUSED, REFUSED},
    {"1970-01-01T00:00:00+02:60", REFUSED, REFUSED},
    {"1970-01-01T00:00:00ZZ", REFUSED, REFUSED},
    {"1970-01-01T00:00:00 Z", REFUSED, REFUSED},
    {"1970-01-01T", REFUSED, REFUSED},
    {"1970-01-01T00:00:00+", REFUSED, REFUSED},
    {"1970-02-29T00:00:00Z", REFUSED, REFUSED},
    {"70-01-01T00:00:00Z", REFUSED, REFUSED},
    {"", REFUSED, REFUSED},
    {"hello", REFUSED, REFUSED},
    {"0001-01-01T00:00:00Z", INT64_C(-62135596800000), INT64_C(-62135596800000)},
    {"9999-12-31T23:59:59.999Z", INT64_C(253402300799999), INT64_C(253402300799999)},
};

static void parses_instants_and_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
        int64_t instant = REFUSED;
        int64_t value = REFUSED;
        struct text text = text_from(readings[i].text);
        bool is_instant = calendar_instant_parse(text, &instant);
        bool is_value = calendar_value_parse(text, &value);
        if (instant != readings[i].instant || is_instant != (instant != REFUSED)) {
            fail_msg("instant %s", readings[i].text);
        }
        if (value != readings[i].value || is_value != (value != REFUSED)) {
            fail_msg("value %s", readings[i].text);
        }
    }
}

static void formats_instants_that_parse_back(void **state)
{
    (void)state;
    char text[32];
    calendar_instant_format(0, text);
    assert_string_equal(text, "1970-01-01T00:00:00.000Z");
    calendar_instant_format(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59.999Z");
    struct seeded seeded = seeded_begin("instants");
    for (int i = 0; i < 20000; i++) {
        int64_t ms = (int64_t)(seeded_next(&seeded) % 315537897600000) - 62135596800000;
        int64_t back;
        calendar_instant_format(ms, text);
        assert_true(calendar_instant_parse(text_from(text), &back));
        assert_true(back == ms);
    }
    calendar_instant_format(INT64_MAX, text);
    calendar_instant_format(INT64_MIN, text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_days_as_a_calendar_on_the_wall),
        cmocka_unit_test(knows_dates_far_away),
        cmocka_unit_test(refuses_dates_that_do_not_exist),
        cmocka_unit_test(parses_and_formats_whole_dates),
        cmocka_unit_test(parses_instants_and_values),
        cmocka_unit_test(formats_instants_that_parse_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
