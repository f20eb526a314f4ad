#include "base_aid.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct text nothing = {0};

static void compares_by_bytes(void **state)
{
    (void)state;
    assert_true(text_equal(nothing, TEXT("")));
    assert_true(text_equal(TEXT("a\0b"), TEXT("a\0b")));
    assert_false(text_equal(TEXT("a\0b"), TEXT("a\0c")));
    assert_false(text_equal(TEXT("a"), TEXT("ab")));
    assert_true(text_compare(TEXT("a"), TEXT("ab")) < 0);
    assert_true(text_compare(TEXT("b"), TEXT("ab")) > 0);
    assert_true(text_compare(TEXT("\xff"), TEXT("a")) > 0); /* bytes, not signed chars */
    assert_int_equal(text_compare(nothing, TEXT("")), 0);
    assert_true(text_compare(nothing, TEXT("a")) < 0);
    assert_true(text_equal(text_from(NULL), nothing));
    assert_int_equal(text_from("abc").size, 3);
}

static void folds_ascii_letters_only(void **state)
{
    (void)state;
    for (int a = 0; a < 256; a++) {
        for (int b = 0; b < 256; b++) {
            char x = (char)a;
            char y = (char)b;
            bool is_letter = (a >= 'A' && a <= 'Z') || (a >= 'a' && a <= 'z');
            bool expected = a == b || (is_letter && (a ^ b) == 0x20);
            assert_int_equal(text_equal_fold((struct text){&x, 1}, (struct text){&y, 1}), expected);
        }
    }
    assert_true(text_equal_fold(nothing, nothing));
    assert_false(text_equal_fold(TEXT("a"), TEXT("aa")));
}

static void knows_starts_and_ends(void **state)
{
    (void)state;
    assert_true(text_starts_with(TEXT("abc"), TEXT("ab")));
    assert_true(text_starts_with(TEXT("abc"), nothing));
    assert_true(text_starts_with(nothing, nothing));
    assert_false(text_starts_with(TEXT("ab"), TEXT("abc")));
    assert_false(text_starts_with(TEXT("abc"), TEXT("AB")));
    assert_true(text_starts_with_fold(TEXT("abc"), TEXT("AB")));
    assert_false(text_starts_with_fold(TEXT("a"), TEXT("AB")));
    assert_true(text_ends_with(TEXT("abc"), TEXT("bc")));
    assert_true(text_ends_with(nothing, nothing));
    assert_false(text_ends_with(TEXT("c"), TEXT("bc")));
    assert_false(text_ends_with(TEXT("bcd"), TEXT("bc")));
}

static ptrdiff_t naive_find(struct text text, struct text needle)
{
    for (size_t i = 0; i + needle.size <= text.size; i++) {
        if (text_equal(text_slice(text, i, needle.size), needle)) return (ptrdiff_t)i;
    }
    return TEXT_NOT_FOUND;
}

static void finds_as_the_naive_search_does(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("find");
    for (int i = 0; i < 20000; i++) {
        char text[30];
        char needle[5];
        for (size_t j = 0; j < sizeof text; j++)
            text[j] = (char)('a' + seeded_below(&seeded, 2));
        for (size_t j = 0; j < sizeof needle; j++)
            needle[j] = (char)('a' + seeded_below(&seeded, 2));
        struct text a = {text, seeded_below(&seeded, sizeof text + 1)};
        struct text b = {needle, seeded_below(&seeded, sizeof needle + 1)};
        assert_int_equal(text_find(a, b), naive_find(a, b));
        assert_int_equal(text_find_byte(a, 'b'), naive_find(a, TEXT("b")));
    }
    assert_int_equal(text_find(nothing, nothing), 0);
    assert_int_equal(text_find(nothing, TEXT("a")), TEXT_NOT_FOUND);
    assert_int_equal(text_find_byte(nothing, 'a'), TEXT_NOT_FOUND);
    assert_int_equal(text_find_byte(TEXT("a\0b"), '\0'), 1);
}

static void trims_and_splits(void **state)
{
    (void)state;
    assert_true(text_equal(text_trim(TEXT(" \t\r\na b\n \t")), TEXT("a b")));
    assert_int_equal(text_trim(TEXT(" \n")).size, 0);
    assert_int_equal(text_trim(nothing).size, 0);
    assert_true(text_equal(text_trim(TEXT("\va")), TEXT("\va")));

    struct text rest = TEXT("a,b,,c");
    assert_true(text_equal(text_split(rest, ',', &rest), TEXT("a")));
    assert_true(text_equal(text_split(rest, ',', &rest), TEXT("b")));
    assert_true(text_equal(text_split(rest, ',', &rest), TEXT("")));
    assert_true(text_equal(text_split(rest, ',', &rest), TEXT("c")));
    assert_int_equal(rest.size, 0);
    assert_int_equal(text_split(rest, ',', &rest).size, 0);
    assert_int_equal(text_split(nothing, ',', &rest).size, 0);
    assert_true(text_equal(text_split(TEXT("a,"), ',', &rest), TEXT("a")));
    assert_int_equal(rest.size, 0);
}

static void check_i64(const char *text, bool expected_good, int64_t expected)
{
    int64_t number = 77;
    assert_int_equal(text_to_i64(text_from(text), &number), expected_good);
    assert_true(number == (expected_good ? expected : 77)); /* left alone otherwise */
}

static void reads_whole_numbers_and_nothing_else(void **state)
{
    (void)state;
    check_i64("0", true, 0);
    check_i64("-0", true, 0);
    check_i64("007", true, 7);
    check_i64("9223372036854775807", true, INT64_MAX);
    check_i64("-9223372036854775808", true, INT64_MIN);
    check_i64("9223372036854775808", false, 0);
    check_i64("-9223372036854775809", false, 0);
    check_i64("18446744073709551616", false, 0);
    static const char *const bad[] = {"", "-", "+1", " 1", "1 ", "1.0", "0x1", "--1", "1-", "a"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check_i64(bad[i], false, 0);

    uint64_t number = 77;
    assert_true(text_to_u64(TEXT("18446744073709551615"), &number));
    assert_true(number == UINT64_MAX);
    number = 77;
    assert_false(text_to_u64(TEXT("18446744073709551616"), &number));
    assert_false(text_to_u64(TEXT("99999999999999999999"), &number));
    assert_false(text_to_u64(TEXT("-1"), &number));
    assert_false(text_to_u64(nothing, &number));
    assert_true(number == 77);
}

static void reads_back_random_numbers(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("numbers");
    for (int i = 0; i < 10000; i++) {
        int64_t wanted = (int64_t)(seeded_next(&seeded) >> seeded_below(&seeded, 64));
        if (i % 2) wanted = (int64_t)(0 - (uint64_t)wanted);
        char text[32];
        (void)snprintf(text, sizeof text, "%" PRId64, wanted);
        check_i64(text, true, wanted);
    }
}

static void copies_into_a_string_only_what_fits(void **state)
{
    (void)state;
    char string[4] = "xyz";
    assert_true(text_to_string(TEXT("abc"), string, sizeof string));
    assert_string_equal(string, "abc");
    assert_false(text_to_string(TEXT("abcd"), string, sizeof string));
    assert_string_equal(string, "");
    assert_true(text_to_string(nothing, string, 1));
    assert_string_equal(string, "");
}

/* Sizes count, every bit counts, and low bits are as good as high ones for a table. */
static void hashes_all_of_a_text(void **state)
{
    (void)state;
    char zeros[40] = {0};
    for (size_t a = 0; a <= sizeof zeros; a++) {
        for (size_t b = 0; b < a; b++) {
            assert_true(text_hash((struct text){zeros, a}) != text_hash((struct text){zeros, b}));
        }
    }
    for (size_t bit = 0; bit < sizeof zeros * 8; bit++) {
        char one[40] = {0};
        one[bit / 8] = (char)(1 << bit % 8);
        assert_true(text_hash((struct text){one, 40}) != text_hash((struct text){zeros, 40}));
    }
    uint32_t counts[256] = {0};
    for (int i = 0; i < 25600; i++) {
        char text[16];
        int size = snprintf(text, sizeof text, "user-%d", i);
        counts[text_hash((struct text){text, (size_t)size}) & 255]++;
    }
    for (int i = 0; i < 256; i++) {
        assert_true(counts[i] > 50);
        assert_true(counts[i] < 170);
    }
}

/* Short texts are compared by words that overlap: every byte counts, at every size. */
static void every_byte_of_a_text_counts(void **state)
{
    (void)state;
    char a[40];
    char b[40];
    for (size_t size = 0; size <= sizeof a; size++) {
        memset(a, 'x', sizeof a);
        memset(b, 'x', sizeof b);
        if (size < sizeof b) b[size] = 'y'; /* is no part of it */
        assert_true(text_equal((struct text){a, size}, (struct text){b, size}));
        for (size_t i = 0; i < size; i++) {
            b[i] = (char)(b[i] ^ 1 << i % 8);
            assert_false(text_equal((struct text){a, size}, (struct text){b, size}));
            b[i] = 'x';
        }
    }
}

/* A sketch counts by the low bits under a secret seed: whatever the seed is, texts that are counted
 * up must fall as if thrown (100 into 128 places leave 58 empty, 3.5 more or less). */
static void texts_in_a_row_fall_as_if_thrown_under_every_seed(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < 2000; round++) {
        uint64_t seed = text_hash_seeded(TEXT("seed"), round * UINT64_C(0x9e3779b97f4a7c15));
        bool taken[128] = {false};
        int empty = 128;
        for (int i = 0; i < 100; i++) {
            char value[16];
            int size = snprintf(value, sizeof value, "value %d", i);
            size_t place = text_hash_seeded((struct text){value, (size_t)size}, seed) % 128;
            empty -= !taken[place];
            taken[place] = true;
        }
        if (empty < 40 || empty > 77) fail_msg("round %u: %d empty", (unsigned)round, empty);
    }
}

/* Of every size, and with a difference at every place. */
static void equal_texts_are_equal_in_every_byte(void **state)
{
    (void)state;
    char first[72];
    char second[72];
    for (size_t size = 0; size <= sizeof first; size++) {
        for (size_t i = 0; i < size; i++)
            first[i] = second[i] = (char)('a' + i % 26);
        assert_true(text_equal((struct text){first, size}, (struct text){second, size}));
        for (size_t i = 0; i < size; i++) {
            second[i] ^= 1;
            assert_false(text_equal((struct text){first, size}, (struct text){second, size}));
            second[i] ^= 1;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_texts_are_equal_in_every_byte),
        cmocka_unit_test(compares_by_bytes),
        cmocka_unit_test(folds_ascii_letters_only),
        cmocka_unit_test(knows_starts_and_ends),
        cmocka_unit_test(finds_as_the_naive_search_does),
        cmocka_unit_test(trims_and_splits),
        cmocka_unit_test(reads_whole_numbers_and_nothing_else),
        cmocka_unit_test(reads_back_random_numbers),
        cmocka_unit_test(copies_into_a_string_only_what_fits),
        cmocka_unit_test(hashes_all_of_a_text),
        cmocka_unit_test(every_byte_of_a_text_counts),
        cmocka_unit_test(texts_in_a_row_fall_as_if_thrown_under_every_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
