#include "ingest/disk_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const uint64_t GIB = 1024 * 1024 * 1024;

static void keeps_two_per_cent_of_a_large_disk(void **state)
{
    (void)state;
    assert_int_equal(disk_reserve(1000 * GIB), 20 * GIB);
}

static void keeps_a_gibibyte_where_two_per_cent_is_less(void **state)
{
    (void)state;
    assert_int_equal(disk_reserve(20 * GIB), GIB);
    assert_int_equal(disk_reserve(50 * GIB), GIB);
}

static void keeps_a_tenth_of_a_small_disk(void **state)
{
    (void)state;
    assert_int_equal(disk_reserve(10 * GIB - 1), (10 * GIB - 1) / 10);
    assert_int_equal(disk_reserve(0), 0);
}

static void is_full_when_the_wanted_reserve_is_not_free(void **state)
{
    (void)state;
    struct disk_watch watch;
    disk_watch_init(&watch, ".", (uint64_t)1 << 62);
    disk_watch_look(&watch);
    assert_true(disk_watch_is_full(&watch));
    disk_watch_init(&watch, ".", 0);
    disk_watch_look(&watch);
    assert_false(disk_watch_is_full(&watch));
    assert_true(atomic_load(&watch.free_bytes) > 0);
}

static void believes_a_failed_write_until_it_looks_again(void **state)
{
    (void)state;
    struct disk_watch watch;
    disk_watch_init(&watch, ".", 0);
    disk_watch_look(&watch);
    disk_watch_note_full(&watch);
    assert_true(disk_watch_is_full(&watch));
    disk_watch_look(&watch);
    assert_false(disk_watch_is_full(&watch));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_two_per_cent_of_a_large_disk),
        cmocka_unit_test(keeps_a_gibibyte_where_two_per_cent_is_less),
        cmocka_unit_test(keeps_a_tenth_of_a_small_disk),
        cmocka_unit_test(is_full_when_the_wanted_reserve_is_not_free),
        cmocka_unit_test(believes_a_failed_write_until_it_looks_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
