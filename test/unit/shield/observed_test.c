/* Learning from hashes: devices, days, and what a restart and damaged bytes leave. */
#include "shield/observed.h"

#include "base/memory.h"
#include "shield/observed_table.h"
#include "support/seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DAY_MS   INT64_C(86400000)
#define START_MS (INT64_C(20000) * DAY_MS)

enum { PROJECT = 7, MANY = 200 /* devices: so many have 50 bits, but for once in 10^20 */ };

/* What a restart leaves of it. */
static struct observed *reopen(struct observed *observed)
{
    struct buffer bytes;
    uint64_t written = 0;
    bool is_whole;
    buffer_init(&bytes, OBSERVED_FILE_MAX);
    assert_true(observed_write(observed, &written, &bytes));
    assert_false(observed_write(observed, &written, &bytes)); /* nothing has changed */
    observed_release(observed);
    observed = observed_make();
    assert_true(observed_read(observed, buffer_text(&bytes), &is_whole));
    assert_true(is_whole);
    buffer_release(&bytes);
    return observed;
}

static void see(struct observed *observed, uint64_t hash, int first, int count, int64_t now_ms)
{
    for (int i = first; i < first + count; i++) {
        char device[32];
        snprintf(device, sizeof device, "device %d", i);
        struct observed_sight sight = {.project = PROJECT,
                                       .salt = TEXT("s"),
                                       .hash = hash,
                                       .device = text_from(device),
                                       .now_ms = now_ms};
        observed_see(observed, &sight);
    }
}

static size_t ready(struct observed *observed)
{
    struct observed_ready ready;
    uint64_t hashes[16];
    return observed_ready(observed, &ready, hashes, 16);
}

static uint64_t waiting(struct observed *observed)
{
    struct observed_figures figures;
    observed_figures(observed, 0, &figures);
    return figures.waiting;
}

/* --- the table, where a device is a bit --- */

static uint32_t count_bits(int devices, int days)
{
    struct observed_table table;
    observed_table_init(&table, 1, TEXT("s"));
    struct observed_entry *entry = observed_table_add(&table, 5, true);
    for (int day = 0; day < days; day++)
        for (int bit = 0; bit < devices; bit++)
            observed_table_count(&table, entry, (uint8_t)(bit * 5), (uint32_t)(100 + day));
    uint32_t is_ready = table.ready_count;
    observed_table_release(&table);
    return is_ready;
}

static void needs_fifty_devices_and_three_days(void **state)
{
    (void)state;
    assert_int_equal(count_bits(49, 3), 0);
    assert_int_equal(count_bits(50, 2), 0);
    assert_int_equal(count_bits(50, 3), 1);
    assert_int_equal(count_bits(49, 400), 0);
    assert_int_equal(count_bits(256, 2), 0);
}

/* Against a list that is searched from end to end. */
static void keeps_the_newest_like_its_naive_twin(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("observed_table");
    enum { TURNS = 60000, HASHES = 30000 };
    struct observed_table table;
    uint32_t *shown = MEMORY_ARRAY(uint32_t, HASHES); /* the turn of the last time; 0: absent */
    uint32_t count = 0;
    observed_table_init(&table, 1, TEXT("s"));
    for (uint32_t turn = 1; turn <= TURNS; turn++) {
        uint32_t hash = (uint32_t)(seeded_next(&seeded) % HASHES);
        struct observed_entry *entry = observed_table_find(&table, hash);
        assert_int_equal(entry != NULL, shown[hash] > 0);
        if (entry && seeded_next(&seeded) % 8 == 0) {
            observed_table_remove(&table, entry);
            shown[hash] = 0;
            count--;
            continue;
        }
        if (entry) {
            observed_table_touch(&table, entry);
        } else {
            bool is_full = count == OBSERVED_COUNT_MAX;
            uint64_t oldest = is_full ? table.entries[table.oldest].hash : 0;
            for (uint32_t i = 0; is_full && i < HASHES; i++)
                assert_true(shown[i] == 0 || shown[i] >= shown[oldest]);
            if (is_full) shown[oldest] = 0;
            entry = observed_table_add(&table, hash, true);
            count += !is_full;
        }
        shown[hash] = turn;
        assert_true(entry->hash == hash);
        assert_int_equal(table.count, count);
    }
    assert_true(observed_table_bytes(&table) <= (size_t)64 * OBSERVED_COUNT_MAX);
    memory_free(shown);
    observed_table_release(&table);
}

static void gives_the_place_of_the_oldest_when_it_may_not_grow(void **state)
{
    (void)state;
    struct observed_table table;
    observed_table_init(&table, 1, TEXT("s"));
    assert_null(observed_table_add(&table, 1, false)); /* it has none to give */
    (void)observed_table_add(&table, 1, true);
    (void)observed_table_add(&table, 2, true);
    (void)observed_table_add(&table, 3, false);
    assert_null(observed_table_find(&table, 1));
    assert_int_equal(table.count, 2);
    observed_table_release(&table);
}

/* --- devices and days --- */

static void never_counts_more_devices_than_there_are(void **state)
{
    (void)state;
    struct observed *observed = observed_make();
    for (uint64_t hash = 0; hash < 100; hash++)
        for (int day = 0; day < 6; day++)
            see(observed, hash, 0, 49, START_MS + day * DAY_MS);
    assert_int_equal(ready(observed), 0);
    for (int day = 0; day < 2; day++)
        see(observed, 1, 0, MANY, START_MS + (5 + day) * DAY_MS); /* it has its days */
    assert_int_equal(ready(observed), 1);
    observed_release(observed);
}

/* One person's own name on a button: their device shows it every day. */
static void one_device_on_many_days_is_one_device(void **state)
{
    (void)state;
    struct observed *observed = observed_make();
    for (int day = 0; day < 80; day++) {
        see(observed, 1, 0, 1, START_MS + day * DAY_MS);
        if (day % 9 == 0) observed = reopen(observed);
    }
    see(observed, 2, 0, 40, START_MS); /* forty devices, and the same forty under another key */
    see(observed, 2, 0, 40, START_MS + 20 * DAY_MS);
    see(observed, 2, 0, 40, START_MS + 40 * DAY_MS);
    assert_int_equal(ready(observed), 0);
    observed_release(observed);
}

static void devices_of_several_days_count_together(void **state)
{
    (void)state;
    struct observed *observed = observed_make();
    for (int day = 0; day < 3; day++) {
        assert_int_equal(ready(observed), 0);
        see(observed, 1, day * 40, 40, START_MS + day * DAY_MS);
    }
    assert_int_equal(ready(observed), 1);
    observed_release(observed);
}

static void a_clock_that_jumps_makes_no_days(void **state)
{
    (void)state;
    struct observed *observed = observed_make();
    see(observed, 1, 0, MANY, START_MS);
    see(observed, 1, 0, MANY, START_MS - 5 * DAY_MS);
    see(observed, 1, 0, MANY, START_MS + 500 * DAY_MS);
    see(observed, 1, 0, MANY, START_MS);
    see(observed, 1, 0, MANY, START_MS + 1 * DAY_MS);
    assert_int_equal(ready(observed), 0);
    for (int i = 0; i < 10; i++) { /* to and fro over midnight is one step */
        see(observed, 2, 0, MANY, START_MS + DAY_MS - 1);
        see(observed, 2, 0, MANY, START_MS + DAY_MS);
    }
    assert_int_equal(ready(observed), 0);
    see(observed, 1, 0, MANY, START_MS + 2 * DAY_MS);
    see(observed, 2, 0, MANY, START_MS + 2 * DAY_MS);
    assert_int_equal(ready(observed), 2);
    see(observed, 3, 0, MANY, 0); /* no clock at all */
    see(observed, 3, 0, MANY, -DAY_MS);
    assert_int_equal(waiting(observed), 0);
    observed_release(observed);
}

static void forgets_what_was_not_shown_for_a_season(void **state)
{
    (void)state;
    struct observed *observed = observed_make();
    see(observed, 1, 0, MANY, START_MS);
    see(observed, 1, 0, MANY, START_MS + DAY_MS);
    observed = reopen(observed);
    see(observed, 1, 0, 1, START_MS + (OBSERVED_IDLE_DAYS + 2) * DAY_MS);
    see(observed, 1, 0, 1, START_MS + (OBSERVED_IDLE_DAYS + 3) * DAY_MS);
    see(observed, 1, 0, 1, START_MS + (OBSERVED_IDLE_DAYS + 4) * DAY_MS);
    assert_int_equal(ready(observed), 0);
    observed_release(observed);
}

static void another_salt_begins_anew(void **state)
{
    (void)state;
    struct observed *observed = observed_make();
    for (int day = 0; day < 3; day++)
        see(observed, 1, 0, MANY, START_MS + day * DAY_MS);
    assert_int_equal(ready(observed), 1);
    struct observed_sight sight = {
        .project = PROJECT, .salt = TEXT("t"), .hash = 9, .device = TEXT("d"), .now_ms = START_MS};
    observed_see(observed, &sight);
    assert_int_equal(ready(observed), 0);
    assert_int_equal(waiting(observed), 1);
    sight.device = TEXT("");
    sight.hash = 10;
    observed_see(observed, &sight); /* nobody's */
    assert_int_equal(waiting(observed), 1);
    observed_clear(observed, PROJECT);
    assert_int_equal(waiting(observed), 0);
    observed_release(observed);
}

static void a_flood_of_hashes_takes_no_more_memory(void **state)
{
    (void)state;
    struct observed *observed = observed_make();
    struct observed_figures figures;
    for (uint64_t hash = 0; hash < OBSERVED_COUNT_MAX + 3000; hash++)
        see(observed, hash, 0, 1, START_MS);
    observed_figures(observed, PROJECT, &figures);
    assert_int_equal(figures.waiting, OBSERVED_COUNT_MAX);
    assert_true(figures.bytes <= (size_t)64 * OBSERVED_COUNT_MAX);
    observed = reopen(observed);
    assert_int_equal(waiting(observed), OBSERVED_COUNT_MAX);
    see(observed, 1 << 20, 0, 1, START_MS); /* the oldest goes, also after a restart */
    for (uint64_t hash = 3001; hash < 3100; hash++)
        see(observed, hash, 0, 1, START_MS);
    assert_int_equal(waiting(observed), OBSERVED_COUNT_MAX);
    observed_release(observed);
}

/* --- the file --- */

static void a_restart_keeps_counts_and_days(void **state)
{
    (void)state;
    struct observed *observed = observed_make();
    see(observed, 1, 0, MANY, START_MS);
    see(observed, 2, 0, 10, START_MS);
    observed = reopen(observed);
    for (int day = 1; day < 3; day++) {
        see(observed, 1, 0, 1, START_MS + day * DAY_MS);
        see(observed, 2, day * 20, 20, START_MS + day * DAY_MS); /* never fifty under one key */
    }
    observed = reopen(observed);
    struct observed_ready ready_ones;
    uint64_t hashes[4];
    assert_int_equal(observed_ready(observed, &ready_ones, hashes, 4), 1);
    assert_true(hashes[0] == 1);
    assert_int_equal(ready_ones.project, PROJECT);
    assert_memory_equal(ready_ones.salt, "s", ready_ones.salt_size);
    observed_drop(observed, PROJECT, hashes, 1);
    observed = reopen(observed);
    assert_int_equal(ready(observed), 0);
    assert_int_equal(waiting(observed), 1);
    observed_release(observed);
}

static void what_is_written_holds_no_device(void **state)
{
    (void)state;
    struct observed *observed = observed_make();
    struct buffer bytes;
    uint64_t written = 0;
    buffer_init(&bytes, OBSERVED_FILE_MAX);
    see(observed, 1, 0, MANY, START_MS);
    assert_true(observed_write(observed, &written, &bytes));
    assert_int_equal(bytes.size, 16 + 24 + 1 + 14); /* of 200 devices: one number */
    buffer_release(&bytes);
    observed_release(observed);
}

/* -1: of another kind. */
static int waiting_after(const char *bytes, size_t size)
{
    struct observed *observed = observed_make();
    bool is_whole;
    bool is_kind = observed_read(observed, (struct text){bytes, size}, &is_whole);
    int count = is_kind ? (int)waiting(observed) : -1;
    observed_release(observed);
    return count;
}

/* Two projects of three hashes: every prefix of the file, and every byte of it changed. */
static void takes_of_a_damaged_file_what_is_whole(void **state)
{
    (void)state;
    struct observed *observed = observed_make();
    for (uint64_t hash = 0; hash < 6; hash++) {
        struct observed_sight sight = {.project = 1 + (uint32_t)(hash % 2),
                                       .salt = TEXT("s"),
                                       .hash = hash,
                                       .device = TEXT("d"),
                                       .now_ms = START_MS};
        observed_see(observed, &sight);
    }
    struct buffer bytes;
    uint64_t written = 0;
    buffer_init(&bytes, OBSERVED_FILE_MAX);
    assert_true(observed_write(observed, &written, &bytes));
    observed_release(observed);
    size_t block = 24 + 1 + 3 * 14;
    assert_int_equal(bytes.size, 16 + 2 * block);
    for (size_t cut = 0; cut <= bytes.size; cut++) {
        int expected = cut == bytes.size ? 6 : cut >= 16 + block ? 3 : 0;
        assert_int_equal(waiting_after(bytes.bytes, cut), expected);
    }
    for (size_t place = 0; place < bytes.size; place++) {
        int expected = place < 12 ? -1 : place < 16 ? 6 : place < 16 + block ? 0 : 3;
        bytes.bytes[place] ^= 0x10;
        assert_int_equal(waiting_after(bytes.bytes, bytes.size), expected);
        bytes.bytes[place] ^= 0x10;
    }
    buffer_release(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(needs_fifty_devices_and_three_days),
        cmocka_unit_test(keeps_the_newest_like_its_naive_twin),
        cmocka_unit_test(gives_the_place_of_the_oldest_when_it_may_not_grow),
        cmocka_unit_test(never_counts_more_devices_than_there_are),
        cmocka_unit_test(one_device_on_many_days_is_one_device),
        cmocka_unit_test(devices_of_several_days_count_together),
        cmocka_unit_test(a_clock_that_jumps_makes_no_days),
        cmocka_unit_test(forgets_what_was_not_shown_for_a_season),
        cmocka_unit_test(another_salt_begins_anew),
        cmocka_unit_test(a_flood_of_hashes_takes_no_more_memory),
        cmocka_unit_test(a_restart_keeps_counts_and_days),
        cmocka_unit_test(what_is_written_holds_no_device),
        cmocka_unit_test(takes_of_a_damaged_file_what_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
