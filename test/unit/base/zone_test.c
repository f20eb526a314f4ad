/* Offsets against libc; starts of units against a twin that steps minute by minute. */
#include "zone_aid.h"

static const char *const zone_names[] = {
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Pacific/Chatham",
    "America/Sao_Paulo",
    "Asia/Tokyo",
    "Asia/Beirut",
    "Africa/Cairo",
    "America/Scoresbysund",
    "Antarctica/Troll",
    "Europe/Dublin",
    "Asia/Gaza",
};
enum { ZONE_COUNT = sizeof zone_names / sizeof zone_names[0] };

static const int64_t second_2100 = INT64_C(4102444800);
static const int64_t step = INT64_C(20) * 3600; /* shorter than any two changes are apart */

static void agrees_with_libc_from_1970_to_2099(void **state)
{
    (void)state;
    for (int i = 0; i < ZONE_COUNT; i++) {
        struct zone *zone = load_zone(zone_names[i]);
        if (!zone) continue;
        libc_use(zone_names[i]);
        int32_t previous = zone_offset(zone, 0);
        for (int64_t second = 0; second < second_2100; second += step) {
            check_offset(zone, second);
            int32_t offset = zone_offset(zone, second * 1000);
            if (offset == previous) continue;
            int64_t transition = find_transition(zone, second - step, second);
            check_offset(zone, transition - 1);
            check_offset(zone, transition);
            check_offset(zone, transition + 1);
            assert_int_equal(zone_offset(zone, transition * 1000 - 1), previous);
            previous = offset;
        }
        zone_release(zone);
    }
}

static void agrees_with_libc_in_the_far_future(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("far future");
    for (int i = 0; i < ZONE_COUNT; i++) {
        struct zone *zone = load_zone(zone_names[i]);
        if (!zone) continue;
        libc_use(zone_names[i]);
        for (int j = 0; j < 3000; j++) { /* to the year 3900 */
            check_offset(zone, (int64_t)(seeded_next(&seeded) % 61000000000));
        }
        zone_release(zone);
    }
}

static void survives_the_ends_of_time(void **state)
{
    (void)state;
    struct zone *zone = load_zone("America/New_York");
    if (!zone) skip();
    static const int64_t ends[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX - 1, INT64_MAX};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        (void)zone_offset(zone, ends[i]);
        (void)zone_local_day(zone, ends[i]);
        (void)zone_day_start(zone, ends[i]);
        for (int unit = CALENDAR_HOUR; unit <= CALENDAR_YEAR; unit++) {
            (void)zone_unit_start(zone, (enum calendar_unit)unit, 1, ends[i]);
            (void)zone_unit_next(zone, (enum calendar_unit)unit, 1, ends[i]);
        }
        char text[32];
        zone_instant_format(zone, ends[i], text);
    }
    zone_release(zone);
}

/* What the clock on the wall shows, as one number that grows when a new unit begins. */
static int64_t unit_number(enum calendar_unit unit, int week_start, int64_t day)
{
    struct calendar_date date = calendar_date(day);
    switch (unit) {
    case CALENDAR_WEEK: return (day + 7000000 + 3 - (week_start - 1)) / 7;
    case CALENDAR_MONTH: return date.year * 12 + date.month;
    case CALENDAR_QUARTER: return date.year * 4 + (date.month - 1) / 3;
    case CALENDAR_YEAR: return date.year;
    default: return day;
    }
}

struct walk {
    const struct zone *zone;
    enum calendar_unit unit;
    int week_start;
    int64_t number; /* of the unit, the largest seen */
    int32_t offset; /* for hours */
    int64_t begin;  /* when it began; 0 while that is not known */
};

static void enter_unit(struct walk *walk, int64_t ms)
{
    if (walk->begin != 0) {
        int64_t next = zone_unit_next(walk->zone, walk->unit, walk->week_start, walk->begin);
        if (next != ms) {
            fail_msg("%s unit %d: next of %lld is %lld, not %lld", zone_name(walk->zone).bytes,
                     walk->unit, (long long)walk->begin, (long long)next, (long long)ms);
        }
    }
    walk->begin = ms;
}

static void check_minute(struct walk *walk, int64_t ms)
{
    int32_t offset = zone_offset(walk->zone, ms);
    int64_t local = ms + offset * INT64_C(1000);
    int64_t day = local / CALENDAR_DAY_MS;
    bool is_new;
    int64_t number;
    if (walk->unit == CALENDAR_HOUR) {
        number = local / 3600000;
        is_new = number != walk->number || offset != walk->offset;
    } else {
        number = unit_number(walk->unit, walk->week_start, day);
        is_new = number > walk->number;
    }
    assert_true(zone_local_day(walk->zone, ms) == day);
    if (is_new) {
        if (walk->number != 0) enter_unit(walk, ms);
        walk->number = number;
        walk->offset = offset;
    }
    if (walk->begin == 0) return;
    int64_t start = zone_unit_start(walk->zone, walk->unit, walk->week_start, ms);
    if (start != walk->begin) {
        fail_msg("%s unit %d: start of %lld is %lld, not %lld", zone_name(walk->zone).bytes,
                 walk->unit, (long long)ms, (long long)start, (long long)walk->begin);
    }
    if (is_new && walk->unit == CALENDAR_DAY) {
        assert_true(zone_day_start(walk->zone, day) == ms);
    }
}

static void walk_around(const struct zone *zone, int64_t transition)
{
    int64_t minute = transition - transition % 60;
    for (int unit = CALENDAR_HOUR; unit <= CALENDAR_YEAR; unit++) {
        int week_start = (int)(transition / 3600 % 7) + 1;
        struct walk walk = {
            .zone = zone, .unit = (enum calendar_unit)unit, .week_start = week_start};
        int64_t reach = unit == CALENDAR_HOUR ? 6 * 60 : unit == CALENDAR_DAY ? 60 * 60 : 30 * 60;
        for (int64_t i = -reach; i <= reach; i++) {
            check_minute(&walk, (minute + i * 60) * 1000);
        }
    }
}

static void finds_units_as_a_walk_by_minutes_does(void **state)
{
    (void)state;
    for (int i = 0; i < ZONE_COUNT; i++) {
        struct zone *zone = load_zone(zone_names[i]);
        if (!zone) continue;
        int32_t previous = zone_offset(zone, CALENDAR_DAY_MS * 10);
        int count = 0;
        for (int64_t second = 86400 * 10; second < second_2100; second += step) {
            int32_t offset = zone_offset(zone, second * 1000);
            if (offset == previous) continue;
            previous = offset;
            count++;
            bool is_early = second < INT64_C(1400000000); /* rules changed often until 2014 */
            if (count % (is_early ? 9 : 61) != 0 && count > 3) continue;
            walk_around(zone, find_transition(zone, second - step, second));
        }
        walk_around(zone, INT64_C(1767225600)); /* a new year: months, quarters, years begin */
        zone_release(zone);
    }
}

static int64_t instant(const char *text)
{
    int64_t ms = 0;
    assert_true(calendar_instant_parse(text_from(text), &ms));
    return ms;
}

static void check_units(const struct zone *zone, enum calendar_unit unit, const char *const *starts,
                        size_t count)
{
    for (size_t i = 0; i + 1 < count; i++) {
        int64_t start = instant(starts[i]);
        int64_t next = instant(starts[i + 1]);
        assert_true(zone_unit_start(zone, unit, 1, start) == start);
        assert_true(zone_unit_start(zone, unit, 1, next - 1) == start);
        assert_true(zone_unit_next(zone, unit, 1, start) == next);
    }
}

static void skips_midnights_and_days_that_never_were(void **state)
{
    (void)state;
    struct zone *apia = load_zone("Pacific/Apia");
    struct zone *sao_paulo = load_zone("America/Sao_Paulo");
    if (!apia || !sao_paulo) skip();
    static const char *const apia_days[] = {
        "2011-12-29T00:00:00-10:00", "2011-12-31T00:00:00+14:00", "2012-01-01T00:00:00+14:00"};
    check_units(apia, CALENDAR_DAY, apia_days, 3);
    int64_t day = calendar_days((struct calendar_date){2011, 12, 30});
    assert_true(zone_day_start(apia, day) == instant("2011-12-31T00:00:00+14:00"));
    assert_true(zone_day_start(apia, day + 1) == zone_day_start(apia, day));
    /* A week that begins on the day that was skipped. */
    int64_t friday = zone_unit_start(apia, CALENDAR_WEEK, 5, instant("2012-01-02T00:00:00+14:00"));
    assert_true(friday == instant("2011-12-31T00:00:00+14:00"));
    assert_true(zone_unit_next(apia, CALENDAR_WEEK, 5, friday) ==
                instant("2012-01-06T00:00:00+14:00"));

    static const char *const spring[] = {"2018-11-03T00:00:00-03:00", "2018-11-04T01:00:00-02:00",
                                         "2018-11-05T00:00:00-02:00"};
    static const char *const autumn[] = {"2018-02-17T00:00:00-02:00", "2018-02-18T00:00:00-03:00",
                                         "2018-02-19T00:00:00-03:00"};
    check_units(sao_paulo, CALENDAR_DAY, spring, 3);
    check_units(sao_paulo, CALENDAR_DAY, autumn, 3);
    zone_release(apia);
    zone_release(sao_paulo);
}

static void cuts_hours_where_the_offset_changes(void **state)
{
    (void)state;
    struct zone *new_york = load_zone("America/New_York");
    struct zone *lord_howe = load_zone("Australia/Lord_Howe");
    if (!new_york || !lord_howe) skip();
    static const char *const repeated[] = {"2026-11-01T00:00:00-04:00", "2026-11-01T01:00:00-04:00",
                                           "2026-11-01T01:00:00-05:00",
                                           "2026-11-01T02:00:00-05:00"};
    static const char *const skipped[] = {"2026-03-08T01:00:00-05:00", "2026-03-08T03:00:00-04:00",
                                          "2026-03-08T04:00:00-04:00"};
    static const char *const halves[] = {"2026-04-05T00:00:00+11:00", "2026-04-05T01:00:00+11:00",
                                         "2026-04-05T01:30:00+10:30", "2026-04-05T02:00:00+10:30"};
    static const char *const short_one[] = {
        "2026-10-04T01:00:00+10:30", "2026-10-04T02:30:00+11:00", "2026-10-04T03:00:00+11:00"};
    check_units(new_york, CALENDAR_HOUR, repeated, 4);
    check_units(new_york, CALENDAR_HOUR, skipped, 3);
    check_units(lord_howe, CALENDAR_HOUR, halves, 4);
    check_units(lord_howe, CALENDAR_HOUR, short_one, 3);
    zone_release(new_york);
    zone_release(lord_howe);
}

static void formats_instants_with_their_offset(void **state)
{
    (void)state;
    struct zone *new_york = load_zone("America/New_York");
    struct zone *utc = zone_utc();
    char text[32];
    zone_instant_format(utc, instant("2026-11-01T05:00:00.999Z"), text);
    assert_string_equal(text, "2026-11-01T05:00:00+00:00");
    zone_instant_format(utc, -1, text);
    assert_string_equal(text, "1969-12-31T23:59:59+00:00");
    assert_true(text_equal(zone_name(utc), TEXT("UTC")));
    assert_int_equal(zone_offset(utc, INT64_MAX), 0);
    if (new_york) {
        zone_instant_format(new_york, instant("2026-11-01T05:00:00Z"), text);
        assert_string_equal(text, "2026-11-01T01:00:00-04:00");
        zone_instant_format(new_york, instant("2026-11-01T06:00:00Z"), text);
        assert_string_equal(text, "2026-11-01T01:00:00-05:00");
        assert_true(text_equal(zone_name(new_york), TEXT("America/New_York")));
        zone_release(new_york);
    }
    zone_release(utc);
    zone_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_libc_from_1970_to_2099),
        cmocka_unit_test(agrees_with_libc_in_the_far_future),
        cmocka_unit_test(survives_the_ends_of_time),
        cmocka_unit_test(finds_units_as_a_walk_by_minutes_does),
        cmocka_unit_test(skips_midnights_and_days_that_never_were),
        cmocka_unit_test(cuts_hours_where_the_offset_changes),
        cmocka_unit_test(formats_instants_with_their_offset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
