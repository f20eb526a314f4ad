/* Every hash of a set is found, and few others are. */
#include "codec/xor_filter.h"

#include "codec/block.h"
#include "support/seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

enum { FILTER_SIZE_MAX = 1024 * 1024 };

static struct text build(uint64_t *hashes, size_t count, struct buffer *out)
{
    struct error error;
    buffer_init(out, FILTER_SIZE_MAX);
    assert_int_equal(xor_filter_build(hashes, count, out, &error), STATUS_OK);
    assert_true(xor_filter_check(buffer_text(out)));
    return buffer_text(out);
}

static void finds_every_hash_of_sets_of_any_size(void **state)
{
    (void)state;
    struct seeded seeded = seeded_from(seeded_seed("xor_filter"));
    static const size_t counts[] = {1, 2, 3, 4, 7, 10, 64, 100, 1000, 20000, XOR_FILTER_COUNT_MAX};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        uint64_t *hashes = calloc(counts[i], sizeof *hashes);
        for (size_t k = 0; k < counts[i]; k++)
            hashes[k] = seeded_next(&seeded);
        struct buffer out;
        struct text filter = build(hashes, counts[i], &out);
        for (size_t k = 0; k < counts[i]; k++)
            assert_true(xor_filter_has(filter, hashes[k]));
        buffer_release(&out);
        free(hashes);
    }
}

static void needs_ten_bits_a_text_and_is_wrong_once_in_256(void **state)
{
    (void)state;
    enum { COUNT = 20000, ASKED = 200000 };
    struct seeded seeded = seeded_from(seeded_seed("xor_filter"));
    uint64_t *hashes = calloc(COUNT, sizeof *hashes);
    for (size_t i = 0; i < COUNT; i++)
        hashes[i] = seeded_next(&seeded);
    struct buffer out;
    struct text filter = build(hashes, COUNT, &out);
    assert_true(filter.size < 30 * 1024); /* the specification's bound */
    assert_true(filter.size * 8 < COUNT * 10);
    assert_int_equal(filter.bytes[1], 1);
    int wrong = 0;
    for (int i = 0; i < ASKED; i++)
        wrong += xor_filter_has(filter, seeded_next(&seeded));
    assert_in_range(wrong, ASKED / 256 * 8 / 10, ASKED / 256 * 12 / 10);
    buffer_release(&out);
    free(hashes);
}

/* Neighbours, equal halves, zero: hashes that somebody made up. */
static void takes_hashes_that_are_none(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    uint64_t *hashes = calloc(COUNT, sizeof *hashes);
    for (uint64_t i = 0; i < COUNT; i++)
        hashes[i] = i < 1000 ? i : i < 2000 ? i << 32 : (i << 32 | i);
    struct buffer out;
    struct text filter = build(hashes, COUNT, &out);
    for (size_t i = 0; i < COUNT; i++)
        assert_true(xor_filter_has(filter, hashes[i]));
    buffer_release(&out);
    free(hashes);
}

static void gives_one_set_one_filter(void **state)
{
    (void)state;
    uint64_t first[] = {5, 9, 1, 9};
    uint64_t second[] = {9, 1, 5};
    struct buffer a, b;
    struct text one = build(first, 4, &a);
    struct text two = build(second, 3, &b);
    assert_true(text_equal(one, two));
    /* The browser's reader is held against these bytes, too. */
    static const uint64_t known[] = {1, 5, 9};
    for (size_t i = 0; i < 3; i++)
        assert_true(xor_filter_has(one, known[i]));
    buffer_release(&a);
    buffer_release(&b);
}

static void is_wide_while_that_fits_thirty_kilobytes(void **state)
{
    (void)state;
    enum { ASKED = 1000000 };
    struct seeded seeded = seeded_from(seeded_seed("xor_filter"));
    uint64_t *hashes = calloc(XOR_FILTER_WIDE_COUNT_MAX, sizeof *hashes);
    for (size_t i = 0; i < XOR_FILTER_WIDE_COUNT_MAX; i++)
        hashes[i] = seeded_next(&seeded);
    struct buffer out;
    struct text filter = build(hashes, XOR_FILTER_WIDE_COUNT_MAX, &out);
    assert_int_equal(filter.bytes[1], 2);
    assert_true(filter.size < 30 * 1024);
    int wrong = 0;
    for (int i = 0; i < ASKED; i++)
        wrong += xor_filter_has(filter, seeded_next(&seeded));
    assert_in_range(wrong, 1, 60); /* 15 are expected */
    buffer_release(&out);
    free(hashes);
}

static void refuses_more_than_the_limits(void **state)
{
    (void)state;
    struct error error;
    struct buffer out;
    uint64_t *hashes = calloc(XOR_FILTER_COUNT_MAX + 1, sizeof *hashes);
    buffer_init(&out, 20);
    assert_int_equal(xor_filter_build(hashes, XOR_FILTER_COUNT_MAX + 1, &out, &error),
                     STATUS_TOO_LARGE);
    assert_int_equal(xor_filter_build(hashes, 1, &out, &error), STATUS_TOO_LARGE);
    buffer_release(&out);
    free(hashes);
}

/* Lengths that lie must not lead outside the bytes. */
static void reads_nothing_outside_of_hostile_bytes(void **state)
{
    (void)state;
    struct seeded seeded = seeded_from(seeded_seed("xor_filter"));
    for (int i = 0; i < 20000; i++) {
        size_t size = (size_t)(seeded_next(&seeded) % 40);
        uint8_t *bytes = malloc(size + 1); /* the sanitizer watches its end */
        for (size_t k = 0; k < size; k++)
            bytes[k] = (uint8_t)seeded_next(&seeded);
        if (size >= XOR_FILTER_HEAD_SIZE) {
            bytes[0] = 1;
            bytes[1] = (uint8_t)(1 + i % 3);
            if (i % 2 == 0) store_u32(bytes + 6, (uint32_t)(size - XOR_FILTER_HEAD_SIZE) / 3);
        }
        (void)xor_filter_has((struct text){(char *)bytes, size}, seeded_next(&seeded));
        free(bytes);
    }
    char lying[12] = {1, 1};
    store_u32(lying + 6, 0x55555556); /* three times it is 2 in 32 bits */
    assert_false(xor_filter_check((struct text){lying, 12}));
    store_u32(lying + 6, 0);
    assert_false(xor_filter_check((struct text){lying, XOR_FILTER_HEAD_SIZE}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_every_hash_of_sets_of_any_size),
        cmocka_unit_test(needs_ten_bits_a_text_and_is_wrong_once_in_256),
        cmocka_unit_test(takes_hashes_that_are_none),
        cmocka_unit_test(gives_one_set_one_filter),
        cmocka_unit_test(is_wide_while_that_fits_thirty_kilobytes),
        cmocka_unit_test(refuses_more_than_the_limits),
        cmocka_unit_test(reads_nothing_outside_of_hostile_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
