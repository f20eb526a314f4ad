#include "exec/median.h"

#include "support/seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void stands_in_the_middle_or_between_the_two_middle_ones(void **state)
{
    (void)state;
    assert_true(median_find((int64_t[]){7}, 1) == 7);
    assert_true(median_find((int64_t[]){9, 1}, 2) == 5);
    assert_true(median_find((int64_t[]){2, 1}, 2) == 1.5);
    assert_true(median_find((int64_t[]){3, 1, 2}, 3) == 2);
    assert_true(median_find((int64_t[]){4, 1, 3, 2}, 4) == 2.5);
    assert_true(median_find((int64_t[]){5, 5, 5, 5}, 4) == 5);
}

static int by_size(const void *first, const void *second)
{
    int64_t a = *(const int64_t *)first;
    int64_t b = *(const int64_t *)second;
    return a < b ? -1 : a > b;
}

static void agrees_with_sorting(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("medians");
    int64_t numbers[300];
    int64_t sorted[300];
    for (int round = 0; round < 2000; round++) {
        uint32_t count = 1 + seeded_below(&seeded, 300);
        uint32_t range = 1 + seeded_below(&seeded, round % 2 ? 5 : 100000);
        for (uint32_t i = 0; i < count; i++)
            numbers[i] = seeded_below(&seeded, range);
        if (round % 5 == 0) qsort(numbers, count, sizeof *numbers, by_size);
        memcpy(sorted, numbers, count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, by_size);
        double expected = ((double)sorted[(count - 1) / 2] + (double)sorted[count / 2]) / 2;
        assert_true(median_find(numbers, count) == expected);
    }
}

static void stays_fast_where_all_are_alike_or_in_order(void **state)
{
    (void)state;
    uint32_t count = 300000;
    int64_t *numbers = calloc(count, sizeof *numbers);
    assert_true(median_find(numbers, count) == 0);
    for (uint32_t i = 0; i < count; i++)
        numbers[i] = i;
    assert_true(median_find(numbers, count) == 149999.5);
    free(numbers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stands_in_the_middle_or_between_the_two_middle_ones),
        cmocka_unit_test(agrees_with_sorting),
        cmocka_unit_test(stays_fast_where_all_are_alike_or_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
