/* What the watch keeps: how many of an event come in an hour, what people are shown, what survives
 * a restart, and that its memory has an end. */
#include "base/memory.h"
#include "codec/block.h"
#include "os/os_file.h"
#include "shield/shield_watch_volume.h"
#include "shield_watch_rig.h"
#include "support/seeded.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define HOUR_MS WATCH_RIG_HOUR_MS
enum { HOURS_A_DAY = 24, HOURS_A_WEEK = 7 * 24, MINUTE = 60000, HEAD = 16 };

static struct seeded luck;

static uint32_t chance(uint32_t below)
{
    return seeded_below(&luck, below);
}

/* One record, which stands for so many. */
static void give(struct watch_rig *rig, const char *sdk, const char *name, struct value value,
                 uint32_t count)
{
    watch_rig_give(rig,
                   &(struct watch_given){.sdk = sdk, .name = name, .value = value, .count = count});
}

static void pass_hour(struct watch_rig *rig)
{
    rig->now_ms += HOUR_MS;
    shield_watch_tend(rig->watch, rig->now_ms);
}

/* --- volume --- */

static void an_hour_is_kept_right_to_five_in_a_hundred(void **state)
{
    (void)state;
    assert_int_equal(volume_code(0), 1);
    assert_true(volume_count(volume_code(0)) < 1e-9);
    assert_int_equal(volume_code(UINT64_MAX), UINT8_MAX);
    uint8_t last = 0;
    for (uint64_t count = 1; count < UINT64_C(1) << 31; count += 1 + count / 7) {
        uint8_t code = volume_code(count);
        double back = volume_count(code);
        assert_true(code >= last && code != VOLUME_UNKNOWN);
        assert_true(fabs(back - (double)count) <= 0.05 * (double)(count + 1));
        last = code;
    }
}

/* As a shop has it: nights, weekends, and a sixth up and down by chance. */
static uint32_t usual(int64_t hour)
{
    uint32_t day = hour / HOURS_A_DAY % 7 >= 5 ? 300 : 1000;
    uint32_t now = hour % HOURS_A_DAY < 7 ? day / 10 : day;
    return now * (84 + chance(33)) / 100;
}

static void live(struct watch_rig *rig, int hours)
{
    for (int i = 0; i < hours; i++) {
        give(rig, "web/1", "", (struct value){0}, usual(rig->now_ms / HOUR_MS));
        pass_hour(rig);
    }
}

/* Until it is noon on a weekday. */
static void live_to_noon(struct watch_rig *rig)
{
    while (rig->now_ms / HOUR_MS % HOURS_A_DAY != 12 ||
           rig->now_ms / HOUR_MS / HOURS_A_DAY % 7 >= 5)
        live(rig, 1);
}

static void an_event_that_stops_is_told_when_its_hour_is_over(void **state)
{
    (void)state;
    struct watch_rig rig;
    watch_rig_begin(&rig, NULL);
    live(&rig, 4 * HOURS_A_WEEK);
    live_to_noon(&rig);
    assert_string_equal(watch_rig_told(&rig).all, "");
    rig.now_ms += HOUR_MS - 1;
    shield_watch_tend(rig.watch, rig.now_ms);
    assert_string_equal(watch_rig_told(&rig).all, "");
    rig.now_ms += 1;
    shield_watch_tend(rig.watch, rig.now_ms);
    assert_string_equal(watch_rig_told(&rig).all, "W10 Viewed/ ");
    for (int i = 0; i < 3 * HOURS_A_DAY; i++)
        pass_hour(&rig);
    assert_int_equal(watch_rig_told(&rig).count, 1); /* once a week */
    watch_rig_end(&rig);
}

static void an_event_that_comes_far_more_often_is_told_at_once(void **state)
{
    (void)state;
    struct watch_rig rig;
    watch_rig_begin(&rig, NULL);
    live(&rig, 4 * HOURS_A_WEEK);
    live_to_noon(&rig);
    give(&rig, "web/1", "", (struct value){0}, 1300);
    assert_string_equal(watch_rig_told(&rig).all, "");
    give(&rig, "web/1", "", (struct value){0}, 1200);
    assert_string_equal(watch_rig_told(&rig).all, "W10 Viewed/ ");
    give(&rig, "web/1", "", (struct value){0}, 1200);
    assert_int_equal(watch_rig_told(&rig).count, 1);
    watch_rig_end(&rig);
}

static void volume_is_not_judged_by_less_than_three_weeks(void **state)
{
    (void)state;
    struct watch_rig rig;
    watch_rig_begin(&rig, NULL);
    live(&rig, 2 * HOURS_A_WEEK);
    give(&rig, "web/1", "", (struct value){0}, 1000000);
    for (int i = 0; i < HOURS_A_DAY; i++)
        pass_hour(&rig);
    assert_string_equal(watch_rig_told(&rig).all, "");
    watch_rig_end(&rig);
}

/* The server was off, or the clock leapt. */
static void hours_in_which_nobody_counted_are_not_judged(void **state)
{
    (void)state;
    struct watch_rig rig;
    watch_rig_begin(&rig, NULL);
    live(&rig, 4 * HOURS_A_WEEK);
    live_to_noon(&rig);
    rig.now_ms += 5 * HOUR_MS;
    shield_watch_tend(rig.watch, rig.now_ms);
    rig.now_ms -= 9 * HOUR_MS;
    shield_watch_tend(rig.watch, rig.now_ms);
    rig.now_ms += 9 * HOUR_MS;
    pass_hour(&rig); /* it was not seen from its beginning */
    assert_string_equal(watch_rig_told(&rig).all, "");
    watch_rig_end(&rig);
}

static void what_is_imported_is_of_another_time(void **state)
{
    (void)state;
    struct watch_rig rig;
    watch_rig_begin(&rig, NULL);
    live(&rig, 4 * HOURS_A_WEEK);
    live_to_noon(&rig);
    struct shield_record record = {
        .project = &rig.project, .now_ms = rig.now_ms, .source = SHIELD_FROM_IMPORT};
    struct shield_sight sight = {
        .record = &record, .event = TEXT("Viewed"), .events = 1000000, .count = 1000000};
    shield_watch_record(rig.watch, &sight);
    assert_string_equal(watch_rig_told(&rig).all, "");
    watch_rig_end(&rig);
}

/* 90 days, hour by hour: an outage of six hours and a campaign of a week are told, nothing else. */
static void ninety_days_have_as_many_alarms_as_reasons(void **state)
{
    (void)state;
    struct watch_rig rig;
    watch_rig_begin(&rig, NULL);
    for (int hour = 0; hour < 90 * HOURS_A_DAY; hour++) {
        uint32_t count = usual(rig.now_ms / HOUR_MS);
        bool is_campaign = hour >= 40 * HOURS_A_DAY && hour < 47 * HOURS_A_DAY;
        bool is_out = hour >= 60 * HOURS_A_DAY + 9 && hour < 60 * HOURS_A_DAY + 15;
        if (is_campaign) count *= 3;
        for (int i = 0; i < 4 && !is_out; i++)
            give(&rig, "web/1", "", (struct value){0}, count / 4);
        pass_hour(&rig);
    }
    struct watch_told result = watch_rig_told(&rig);
    print_message("%llu alarms in 90 days\n", (unsigned long long)result.count);
    assert_in_range(result.count, 2, 12);
    watch_rig_end(&rig);
}

/* --- what people are shown --- */

struct rows {
    char all[4096];
    size_t size;
};

static void show_row(void *context, const struct shield_watch_row *row)
{
    static const char *const states[] = {"learning", "settled", "alarmed"};
    struct rows *rows = context;
    rows->size +=
        (size_t)snprintf(rows->all + rows->size, sizeof rows->all - rows->size,
                         "%.*s|%.*s|%.*s|%llu|%.2f|%lld|%lld|%s|%s|%d\n", (int)row->event.size,
                         row->event.bytes, (int)row->property.size, row->property.bytes,
                         (int)row->sdk.size, row->sdk.bytes, (unsigned long long)row->count,
                         row->presence, (long long)(row->first_minute - INT64_C(497500) * 60),
                         (long long)(row->last_minute - INT64_C(497500) * 60), states[row->state],
                         row->signal, row->is_cut);
}

static const char *shown(struct watch_rig *rig, struct rows *rows)
{
    *rows = (struct rows){0};
    (void)shield_watch_read(rig->watch, 1, rig->now_ms, show_row, rows);
    return rows->all;
}

static void a_series_shows_counts_times_state_and_no_value(void **state)
{
    (void)state;
    struct watch_rig rig;
    struct rows rows;
    watch_rig_begin(&rig, NULL);
    assert_string_equal(shown(&rig, &rows), "");
    for (int i = 0; i < 500; i++)
        watch_rig_give_text(&rig, "page", "home");
    for (int i = 0; i < 500; i++)
        watch_rig_give_text(&rig, "", "");
    assert_string_equal(shown(&rig, &rows), "Viewed||web/1|1000|1.00|0|0|settled||0\n"
                                            "Viewed|page|web/1|500|0.50|0|0|settled||0\n");
    rig.now_ms += MINUTE;
    for (int i = 0; i < 100; i++)
        watch_rig_give_text(&rig, "code", "x7#Kq!pZ2&mW9)Tg4$");
    assert_string_equal(shown(&rig, &rows), "Viewed||web/1|1100|1.00|0|1|settled||0\n"
                                            "Viewed|code|web/1|100|1.00|1|1|alarmed|W01|0\n"
                                            "Viewed|page|web/1|500|0.45|0|0|settled||0\n");
    rig.now_ms += 25 * HOUR_MS;
    assert_non_null(strstr(shown(&rig, &rows), "|learning|W01|0\n"));
    assert_null(strstr(shown(&rig, &rows), "home"));
    assert_int_equal(shield_watch_read(rig.watch, 2, rig.now_ms, show_row, &rows), 0);
    watch_rig_end(&rig);
}

static void long_names_are_cut_between_characters(void **state)
{
    (void)state;
    struct watch_rig rig;
    struct rows rows;
    char name[256] = "x";
    watch_rig_begin(&rig, NULL);
    for (size_t i = 1; i + 2 < 200; i += 2)
        memcpy(name + i, "\xc3\xbc", 3);
    watch_rig_give_text(&rig, name, "home");
    const char *line = strstr(shown(&rig, &rows), "Viewed|x");
    assert_non_null(line);
    const char *end = strchr(line + 7, '|');
    assert_int_equal((end - line - 8) % 2, 0);
    assert_non_null(strstr(line, "|1\n"));
    watch_rig_end(&rig);
}

/* --- names --- */

static void give_event(struct watch_rig *rig, const char *event, const char *name,
                       struct value value)
{
    watch_rig_give(rig, &(struct watch_given){.event = event, .name = name, .value = value});
}

static struct value random_value(char out[24])
{
    for (int i = 0; i < 18; i++)
        out[i] = (char)(33 + chance(94));
    return value_from_text((struct text){out, 18});
}

/* A hold is of the name, in all events: an id that looks so everywhere would be lost with the first
 * event that is new. What was words and comes random with a new event is held all the same. */
static void an_id_that_a_new_event_brings_is_not_held(void **state)
{
    (void)state;
    struct watch_home home;
    struct shield_hold hold;
    char bytes[24];
    for (int restarts = 0; restarts < 2; restarts++) {
        struct watch_rig rig;
        watch_home_begin(&home);
        watch_rig_begin(&rig, home.folder);
        for (int i = 0; i < WATCH_LEARN; i++) {
            give_event(&rig, "Viewed", "$device_id", random_value(bytes));
            give_event(&rig, "Viewed", "label", value_from_text(TEXT("add to cart")));
        }
        if (restarts) {
            watch_rig_end(&rig);
            watch_rig_begin(&rig, home.folder);
        }
        for (int i = 0; i < WATCH_NEW; i++) {
            give_event(&rig, "Pressed", "$device_id", random_value(bytes));
        }
        assert_string_equal(watch_rig_told(&rig).all, "W02 Pressed/$device_id ");
        assert_false(shield_watch_next_hold(rig.watch, &hold));
        for (int i = 0; i < WATCH_NEW; i++)
            give_event(&rig, "Pressed", "label", random_value(bytes));
        assert_true(shield_watch_next_hold(rig.watch, &hold));
        assert_string_equal(hold.property, "label");
        watch_rig_end(&rig);
        watch_home_end(&home);
    }
}

/* --- memory --- */

static void what_is_seen_stays_when_more_series_come_than_there_is_room_for(void **state)
{
    (void)state;
    struct watch_rig rig;
    char name[32];
    watch_rig_begin(&rig, NULL);
    for (int i = 0; i < 300; i++)
        watch_rig_give_text(&rig, "page", "home");
    for (int i = 0; i < WATCH_SERIES + WATCH_SERIES / 2; i++) {
        if (i % 1000 == 0) rig.now_ms += MINUTE;
        (void)snprintf(name, sizeof name, "p%d", i);
        watch_rig_give_text(&rig, name, "home");
        if (i % 200 == 0) watch_rig_give_text(&rig, "page", "home");
    }
    struct rows *rows = MEMORY_NEW(struct rows);
    uint64_t before = watch_rig_told(&rig).count;
    for (int i = 0; i < 500; i++)
        give(&rig, "web/1", "page", value_from_integer(7), 1);
    assert_true(watch_rig_told(&rig).count > before); /* W03: it is known what page looked like */
    memory_free(rows);
    watch_rig_end(&rig);
}

/* --- restarts --- */

static void fill(struct watch_rig *rig)
{
    for (int i = 0; i < WATCH_LEARN; i++) {
        watch_rig_give_text(rig, "trace", i % 2 ? "x7#Kq!pZ2&mW9)Tg4$" : "aB3$kLm9!pQr5%tUv");
        watch_rig_give_text(rig, "page", i % 3 ? "home" : "pricing");
    }
}

static void what_it_learnt_survives_a_restart(void **state)
{
    (void)state;
    struct watch_rig rig;
    struct rows before, after;
    struct watch_home home;
    watch_home_begin(&home);
    watch_rig_begin(&rig, home.folder);
    fill(&rig);
    assert_true(strlen(shown(&rig, &before)) > 0);
    watch_rig_end(&rig);
    watch_rig_begin(&rig, home.folder);
    assert_string_equal(shown(&rig, &after), before.all);
    for (int i = 0; i < 100; i++)
        watch_rig_give_text(&rig, "trace", "x7#Kq!pZ2&mW9)Tg4$");
    assert_string_equal(watch_rig_told(&rig).all, ""); /* it is known */
    for (int i = 0; i < WATCH_WINDOW; i++)
        give(&rig, "web/1", "page", value_from_integer(i), 1);
    assert_string_equal(watch_rig_told(&rig).all,
                        "W03 Viewed/page "); /* and so is what it looked like */
    for (int i = 0; i < WATCH_WINDOW; i++)
        give(&rig, "web/2", "trace", value_from_bool(true), 1);
    assert_non_null(
        strstr(watch_rig_told(&rig).all, "W07 Viewed/trace ")); /* by the next version, too */
    for (int i = 0; i < WATCH_NEW; i++)
        watch_rig_give_text(&rig, "other", "x7#Kq!pZ2&mW9)Tg4$");
    assert_non_null(strstr(watch_rig_told(&rig).all, "W01 Viewed/other "));
    watch_rig_end(&rig);
    watch_home_end(&home);
}

static void so_do_the_hours(void **state)
{
    (void)state;
    struct watch_rig rig;
    struct watch_home home;
    int64_t now_ms = 0;
    watch_home_begin(&home);
    watch_rig_begin(&rig, home.folder);
    live(&rig, 4 * HOURS_A_WEEK);
    live_to_noon(&rig);
    now_ms = rig.now_ms;
    watch_rig_end(&rig);
    watch_rig_begin(&rig, home.folder);
    rig.now_ms = now_ms;
    give(&rig, "web/1", "", (struct value){0}, 2500);
    assert_string_equal(watch_rig_told(&rig).all, "W10 Viewed/ ");
    watch_rig_end(&rig);
    watch_home_end(&home);
}

/* Neither a value nor what stands for one: two runs that differ in a value alone write the same. */
static void no_value_is_written(void **state)
{
    (void)state;
    struct watch_home home[2];
    char *bytes[2];
    size_t sizes[2];
    struct error error = {0};
    static const char *const values[] = {"canary-one-77", "canary-two-88"};
    for (int i = 0; i < 2; i++) {
        struct watch_rig rig;
        watch_home_begin(&home[i]);
        watch_rig_begin(&rig, home[i].folder);
        for (int k = 0; k < 3 * WATCH_WINDOW + 50; k++)
            watch_rig_give_text(&rig, "page", values[i]);
        watch_rig_end(&rig);
        assert_int_equal(os_file_read_all(home[i].path, 1 << 20, &bytes[i], &sizes[i], &error),
                         STATUS_OK);
    }
    assert_int_equal(sizes[0], sizes[1]);
    assert_null(memmem(bytes[0], sizes[0], "canary", 6));
    for (size_t i = 0, odd = 0; i < sizes[0]; i++) {
        if (i >= HEAD && bytes[0][i] != bytes[1][i]) odd++;
        if (odd > 2) fail_msg("more than a mean of surprise differs"); /* its two low bytes */
    }
    for (int i = 0; i < 2; i++) {
        memory_free(bytes[i]);
        watch_home_end(&home[i]);
    }
}

static void write_file(const char *path, const char *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Flipped, cut off and made up, also under a checksum that is right. */
static void a_damaged_file_is_learnt_anew(void **state)
{
    (void)state;
    struct watch_rig rig;
    struct watch_home home;
    struct error error = {0};
    char *bytes = NULL;
    size_t size = 0;
    watch_home_begin(&home);
    watch_rig_begin(&rig, home.folder);
    fill(&rig);
    watch_rig_end(&rig);
    assert_int_equal(os_file_read_all(home.path, 1 << 20, &bytes, &size, &error), STATUS_OK);
    char *copy = memory_alloc(size + 8, 1);
    for (int i = 0; i < 200; i++) {
        size_t kept = i % 4 == 0 ? chance((uint32_t)size) : size + (i % 4 == 1 ? 8 : 0);
        memcpy(copy, bytes, size);
        for (int k = 0; k < 1 + i % 5; k++)
            copy[chance((uint32_t)size)] = (char)chance(256);
        if (i % 2 && kept > HEAD) {
            memcpy(copy, bytes, 8);
            store_u64(copy + 8, block_checksum(copy + HEAD, kept - HEAD, 0));
        }
        write_file(home.path, copy, kept);
        watch_rig_begin(&rig, home.folder);
        for (int k = 0; k < 300; k++)
            watch_rig_give_text(&rig, "page", "home");
        struct rows rows;
        (void)shown(&rig, &rows);
        watch_rig_end(&rig);
    }
    copy[0] = 'x';
    write_file(home.path, copy, size);
    watch_rig_begin(&rig, home.folder);
    struct rows rows;
    assert_string_equal(shown(&rig, &rows), "");
    watch_rig_end(&rig);
    memory_free(copy);
    memory_free(bytes);
    watch_home_end(&home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_hour_is_kept_right_to_five_in_a_hundred),
        cmocka_unit_test(an_event_that_stops_is_told_when_its_hour_is_over),
        cmocka_unit_test(an_event_that_comes_far_more_often_is_told_at_once),
        cmocka_unit_test(volume_is_not_judged_by_less_than_three_weeks),
        cmocka_unit_test(hours_in_which_nobody_counted_are_not_judged),
        cmocka_unit_test(what_is_imported_is_of_another_time),
        cmocka_unit_test(ninety_days_have_as_many_alarms_as_reasons),
        cmocka_unit_test(a_series_shows_counts_times_state_and_no_value),
        cmocka_unit_test(long_names_are_cut_between_characters),
        cmocka_unit_test(an_id_that_a_new_event_brings_is_not_held),
        cmocka_unit_test(what_is_seen_stays_when_more_series_come_than_there_is_room_for),
        cmocka_unit_test(what_it_learnt_survives_a_restart),
        cmocka_unit_test(so_do_the_hours),
        cmocka_unit_test(no_value_is_written),
        cmocka_unit_test(a_damaged_file_is_learnt_anew),
    };
    luck = seeded_begin("shield_watch_keep");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
