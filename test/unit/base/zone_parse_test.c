/* Files that nobody's machine has: rules of every form against libc, and hostile bytes. */
#include "zone_aid.h"

#include "base/buffer.h"

struct tzif {
    char version;
    uint32_t leap_count;
    uint32_t time_count;
    const int64_t *times;
    const uint8_t *types; /* of the times */
    uint32_t type_count;
    const int32_t *offsets; /* of the types */
    const char *footer;
};

static void put_u32(struct buffer *out, uint32_t number)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        buffer_append_byte(out, (char)(number >> shift));
}

static void put_block(struct buffer *out, const struct tzif *tzif, int time_size)
{
    static const char unused[15] = {0};
    buffer_append_string(out, "TZif");
    buffer_append_byte(out, tzif->version);
    buffer_append(out, unused, sizeof unused);
    put_u32(out, 0);
    put_u32(out, 0);
    put_u32(out, tzif->leap_count);
    put_u32(out, tzif->time_count);
    put_u32(out, tzif->type_count);
    put_u32(out, 4);
    for (uint32_t i = 0; i < tzif->time_count; i++) {
        if (time_size == 8) put_u32(out, (uint32_t)((uint64_t)tzif->times[i] >> 32));
        put_u32(out, (uint32_t)(uint64_t)tzif->times[i]);
    }
    buffer_append(out, tzif->types, tzif->time_count);
    for (uint32_t i = 0; i < tzif->type_count; i++) {
        put_u32(out, (uint32_t)tzif->offsets[i]);
        buffer_append_byte(out, 0);
        buffer_append_byte(out, 0);
    }
    buffer_append(out, "ABC", 4);
    for (uint32_t i = 0; i < tzif->leap_count * (uint32_t)(time_size + 4); i++) {
        buffer_append_byte(out, 0);
    }
}

static void put_file(struct buffer *out, const struct tzif *tzif)
{
    buffer_clear(out);
    put_block(out, tzif, 4);
    if (tzif->version == 0) return;
    put_block(out, tzif, 8);
    buffer_append_byte(out, '\n');
    buffer_append_string(out, tzif->footer);
    buffer_append_byte(out, '\n');
}

/* From memory with nothing behind it, so that the address sanitizer sees the end. */
static enum status parse(const char *bytes, size_t size, struct zone **zone)
{
    struct error error;
    char *copy = malloc(size > 0 ? size : 1);
    assert_non_null(copy);
    if (size > 0) memcpy(copy, bytes, size);
    enum status status = zone_parse(TEXT("Test/Zone"), copy, size, zone, &error);
    free(copy);
    return status;
}

static enum status parse_file(const struct tzif *tzif, struct zone **zone)
{
    struct buffer out;
    buffer_init(&out, 1 << 16);
    put_file(&out, tzif);
    assert_false(buffer_overflowed(&out));
    enum status status = parse(out.bytes, out.size, zone);
    buffer_release(&out);
    return status;
}

static const int32_t zero_offset[] = {0};

static struct tzif rule_only(const char *footer)
{
    return (struct tzif){.version = '3', .type_count = 1, .offsets = zero_offset, .footer = footer};
}

static const char *const rules[] = {
    "UTC0",
    "JST-9",
    "<+0545>-5:45",
    "<-1234>12:34:56",
    "EST5EDT,M3.2.0,M11.1.0",
    "CET-1CEST,M3.5.0,M10.5.0/3",
    "NZST-12NZDT,M9.5.0,M4.1.0/3",
    "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
    "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
    "IST-1GMT0,M10.5.0,M3.5.0/1",      /* summer that is behind */
    "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", /* negative times */
    "IST-2IDT,M3.4.4/26,M10.5.0",      /* more than a day */
    "EET-2EEST,M3.4.4/50,M10.4.4/50",
    "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1",
    "AAA3BBB,J60,J300",
    "AAA3BBB,J59/0,J60/24",
    "AAA3BBB,59,300",
    "AAA3BBB,58/23:59:59,60/0:00:01",
    "AAA-14BBB-15:30,M1.2.1/0,M12.4.6/23",
    "AAA12BBB,M2.5.4/167,M8.1.2/-167",
    "AAA5BBB4:30,M4.1.0/2:30,M9.3.6/1:15",
};

static void follows_rules_as_libc_does(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("rules");
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct tzif tzif = rule_only(rules[i]);
        struct zone *zone;
        assert_int_equal(parse_file(&tzif, &zone), STATUS_OK);
        libc_use(rules[i]);
        int32_t previous = zone_offset(zone, 0);
        const int64_t step = 15 * 3600;
        for (int64_t second = 0; second < INT64_C(86400) * 365 * 60; second += step) {
            check_offset(zone, second);
            int32_t offset = zone_offset(zone, second * 1000);
            if (offset == previous) continue;
            int64_t transition = find_transition(zone, second - step, second);
            for (int64_t delta = -1; delta <= 1; delta++)
                check_offset(zone, transition + delta);
            previous = offset;
        }
        for (int j = 0; j < 2000; j++) { /* many cycles of 400 years */
            check_offset(zone, (int64_t)(seeded_next(&seeded) % 200000000000));
        }
        zone_release(zone);
    }
}

/* RFC 8536 §3.3.1: summer that ends at the instant at which it begins anew lasts all year. */
static void knows_summers_that_last_all_year(void **state)
{
    (void)state;
    struct tzif tzif = rule_only("XXX3EDT4,0/0,J365/23");
    struct zone *zone;
    assert_int_equal(parse_file(&tzif, &zone), STATUS_OK);
    for (int64_t day = 0; day < 366 * 600; day += 3) {
        for (int64_t hour = 0; hour < 24; hour++) {
            int64_t ms = day * CALENDAR_DAY_MS + hour * 3600000;
            assert_int_equal(zone_offset(zone, ms), -4 * 3600);
        }
    }
    zone_release(zone);
}

static void refuses_rules_that_are_none(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "A0",
        "AB0",
        "ABC",
        "ABC25",
        "ABC1x",
        "<ABC1",
        "ABC1:60",
        "ABC1:00:60",
        "ABC-",
        "ABC1DEF",
        "ABC1DEF,",
        "ABC1DEF,M3.2.0",
        "ABC1DEF,M3.2.0,",
        "ABC1DEF,M13.1.0,M1.1.0",
        "ABC1DEF,M0.1.0,M1.1.0",
        "ABC1DEF,M3.6.0,M1.1.0",
        "ABC1DEF,M3.0.0,M1.1.0",
        "ABC1DEF,M3.1.7,M1.1.0",
        "ABC1DEF,J0,J1",
        "ABC1DEF,J366,J1",
        "ABC1DEF,366,1",
        "ABC1DEF,M3.1,M1.1.0",
        "ABC1DEF,M3.1.0/168,M1.1.0",
        "ABC1DEF,M3.1.0/,M1.1.0",
        "ABC1DEF,M3.1.0,M1.1.0x",
        "ABC1DEF,M3.1.0,M1.1.0,",
        "ABC1DEF2DEF,M3.1.0,M1.1.0",
        " UTC0",
        "ABC1DE,M3.1.0,M1.1.0",
        "ABC99999999999999999999",
        ":Europe/Berlin",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct tzif tzif = rule_only(bad[i]);
        struct zone *zone = NULL;
        if (parse_file(&tzif, &zone) != STATUS_INVALID) fail_msg("accepted: %s", bad[i]);
    }
}

static const int64_t two_times[] = {-1000, 1000000};
static const uint8_t two_types[] = {1, 2};
static const int32_t three_offsets[] = {3600, 7200, -1800};

static struct tzif with_times(char version)
{
    return (struct tzif){.version = version,
                         .time_count = 2,
                         .times = two_times,
                         .types = two_types,
                         .type_count = 3,
                         .offsets = three_offsets,
                         .footer = ""};
}

static void reads_old_and_new_files(void **state)
{
    (void)state;
    static const char versions[] = {0, '2', '3', '4'};
    for (size_t i = 0; i < sizeof versions; i++) {
        struct tzif tzif = with_times(versions[i]);
        struct zone *zone;
        assert_int_equal(parse_file(&tzif, &zone), STATUS_OK);
        assert_int_equal(zone_offset(zone, INT64_MIN), 3600);
        assert_int_equal(zone_offset(zone, -1000001), 3600);
        assert_int_equal(zone_offset(zone, -1000000), 7200);
        assert_int_equal(zone_offset(zone, 999999999), 7200);
        assert_int_equal(zone_offset(zone, 1000000000), -1800);
        assert_int_equal(zone_offset(zone, INT64_MAX), -1800);
        zone_release(zone);
    }
}

/* The year of the last transition may have half its changes from the file, half from the rule. */
static void goes_on_by_the_rule_after_the_last_transition(void **state)
{
    (void)state;
    static const int64_t times[] = {1772953200}; /* 2026-03-08T07:00:00Z */
    static const uint8_t types[] = {1};
    static const int32_t offsets[] = {-5 * 3600, -4 * 3600};
    struct tzif tzif = {.version = '2',
                        .time_count = 1,
                        .times = times,
                        .types = types,
                        .type_count = 2,
                        .offsets = offsets,
                        .footer = "EST5EDT,M3.2.0,M11.1.0"};
    struct zone *zone;
    assert_int_equal(parse_file(&tzif, &zone), STATUS_OK);
    assert_int_equal(zone_offset(zone, INT64_C(1772953199) * 1000), -5 * 3600);
    assert_int_equal(zone_offset(zone, INT64_C(1000000000) * 1000), -5 * 3600);
    libc_use("EST5EDT,M3.2.0,M11.1.0");
    for (int64_t second = times[0]; second < times[0] + INT64_C(86400) * 365 * 900;
         second += 250007) {
        check_offset(zone, second);
    }
    for (int64_t cycle = 1; cycle < 20; cycle++) {
        int64_t shift = cycle * INT64_C(146097) * CALENDAR_DAY_MS;
        int64_t start = INT64_C(1793509200) * 1000 + shift; /* 2026-11-01T05:00:00Z and so on */
        assert_true(zone_unit_start(zone, CALENDAR_HOUR, 1, start + 1800000) == start);
        assert_true(zone_unit_next(zone, CALENDAR_HOUR, 1, start) == start + 3600000);
        assert_int_equal(zone_offset(zone, start), -4 * 3600);
        assert_int_equal(zone_offset(zone, start + 3600000), -5 * 3600);
    }
    zone_release(zone);
}

static void refuses_files_that_contradict_themselves(void **state)
{
    (void)state;
    struct zone *zone = NULL;
    struct tzif tzif = with_times('2');
    static const uint8_t bad_types[] = {1, 3};
    tzif.types = bad_types;
    assert_int_equal(parse_file(&tzif, &zone), STATUS_INVALID);

    tzif = with_times('2');
    static const int64_t equal_times[] = {5, 5};
    tzif.times = equal_times;
    assert_int_equal(parse_file(&tzif, &zone), STATUS_INVALID);

    tzif = with_times(0);
    static const int64_t falling_times[] = {5, 4};
    tzif.times = falling_times;
    assert_int_equal(parse_file(&tzif, &zone), STATUS_INVALID);

    tzif = with_times('2');
    static const int32_t wild_offsets[] = {0, 93600, 0};
    tzif.offsets = wild_offsets;
    assert_int_equal(parse_file(&tzif, &zone), STATUS_INVALID);

    tzif = with_times('2');
    tzif.leap_count = 1;
    assert_int_equal(parse_file(&tzif, &zone), STATUS_INVALID);

    tzif = rule_only("UTC0");
    tzif.type_count = 0;
    assert_int_equal(parse_file(&tzif, &zone), STATUS_INVALID);

    tzif = with_times('2');
    static const int64_t far_times[] = {5, INT64_MAX};
    tzif.times = far_times;
    tzif.footer = "EST5EDT,M3.2.0,M11.1.0";
    assert_int_equal(parse_file(&tzif, &zone), STATUS_INVALID);

    assert_int_equal(parse("", 0, &zone), STATUS_INVALID);
    assert_int_equal(parse("TZif", 4, &zone), STATUS_INVALID);
    assert_null(zone);
}

static void refuses_a_file_cut_off_at_every_byte(void **state)
{
    (void)state;
    struct buffer out;
    struct zone *zone;
    buffer_init(&out, 1 << 16);
    struct tzif tzif = with_times('2');
    tzif.footer = "EST5EDT,M3.2.0,M11.1.0";
    put_file(&out, &tzif);
    for (size_t size = 0; size < out.size; size++) {
        assert_int_equal(parse(out.bytes, size, &zone), STATUS_INVALID);
    }
    assert_int_equal(parse(out.bytes, out.size, &zone), STATUS_OK);
    zone_release(zone);
    tzif = with_times(0);
    put_file(&out, &tzif);
    for (size_t size = 0; size < out.size; size++) {
        assert_int_equal(parse(out.bytes, size, &zone), STATUS_INVALID);
    }
    buffer_release(&out);
}

static void use(const struct zone *zone, struct seeded *seeded)
{
    for (int i = 0; i < 40; i++) {
        int64_t ms = (int64_t)seeded_next(seeded) >> seeded_below(seeded, 50);
        if (ms > INT64_C(8000000000000000000) || ms < -INT64_C(8000000000000000000)) continue;
        enum calendar_unit unit = CALENDAR_HOUR + seeded_below(seeded, 6);
        int64_t start = zone_unit_start(zone, unit, 1, ms);
        int64_t next = zone_unit_next(zone, unit, 1, start);
        assert_true(start <= ms);
        assert_true(next > start);
        (void)zone_day_start(zone, zone_local_day(zone, ms));
    }
}

/* Whatever a damaged file says, a zone that is accepted has units that move on. */
static void survives_mutations(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("zone mutations");
    struct buffer out;
    buffer_init(&out, 1 << 16);
    int accepted = 0;
    for (int i = 0; i < 6000; i++) {
        struct tzif tzif = with_times("\0002"[i % 2]);
        tzif.footer = i % 4 == 1 ? "" : "EST5EDT,M3.2.0,M11.1.0";
        put_file(&out, &tzif);
        for (uint32_t j = seeded_below(&seeded, 3); j < 3; j++) {
            out.bytes[seeded_below(&seeded, (uint32_t)out.size)] = (char)seeded_next(&seeded);
        }
        struct zone *zone;
        if (parse(out.bytes, out.size, &zone) != STATUS_OK) continue;
        accepted++;
        use(zone, &seeded);
        zone_release(zone);
    }
    assert_true(accepted > 500);
    buffer_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_rules_as_libc_does),
        cmocka_unit_test(knows_summers_that_last_all_year),
        cmocka_unit_test(refuses_rules_that_are_none),
        cmocka_unit_test(reads_old_and_new_files),
        cmocka_unit_test(goes_on_by_the_rule_after_the_last_transition),
        cmocka_unit_test(refuses_files_that_contradict_themselves),
        cmocka_unit_test(refuses_a_file_cut_off_at_every_byte),
        cmocka_unit_test(survives_mutations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
