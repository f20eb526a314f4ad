#include "json_aid.h"

#include "codec/utf8.h"

#include <locale.h>
#include <wctype.h>

/* By the definition: decode, then ask whether the code point needed that many bytes. */
static size_t naive_code_point(const unsigned char *bytes, size_t left, unsigned *code_point)
{
    unsigned lead = bytes[0];
    if (lead < 0x80) {
        *code_point = lead;
        return 1;
    }
    size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc0 || lead > 0xf7 || left < size) return 0;
    unsigned value = lead & (0x7fU >> size);
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xc0) != 0x80) return 0;
        value = value << 6 | (bytes[i] & 0x3fU);
    }
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < least[size] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return 0;
    *code_point = value;
    return size;
}

static bool naive_valid(struct text text)
{
    const unsigned char *bytes = (const unsigned char *)text.bytes;
    for (size_t i = 0; i < text.size;) {
        unsigned code_point;
        size_t size = naive_code_point(bytes + i, text.size - i, &code_point);
        if (size == 0) return false;
        i += size;
    }
    return true;
}

static void check_valid(const char *bytes, size_t size)
{
    struct text text = {bytes, size};
    if (utf8_valid(text) != naive_valid(text)) {
        fail_msg("%zu bytes: %02x %02x %02x %02x", size, bytes[0] & 0xff, bytes[1] & 0xff,
                 bytes[2] & 0xff, bytes[3] & 0xff);
    }
}

static void judges_all_short_sequences(void **state)
{
    (void)state;
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            char pair[4] = {(char)first, (char)second, 0, 0};
            check_valid(pair, 1);
            check_valid(pair, 2);
            if (first < 0xe0) continue;
            for (unsigned third = 0; third < 256; third += second % 2 ? 1 : 5) {
                char four[4] = {(char)first, (char)second, (char)third, (char)0x80};
                check_valid(four, 3);
                check_valid(four, 4);
            }
        }
    }
}

static void judges_random_mixtures(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("utf-8 mixtures");
    static const char *const pieces[] = {"a",
                                         "0123456789abcdefg",
                                         "\xc3\xa9",
                                         "\xed\x9f\xbf",
                                         "\xf0\x90\x80\x80",
                                         "\xf4\x8f\xbf\xbf",
                                         "\xe0\xa0\x80",
                                         "\x7f"};
    static const char *const bad[] = {"\x80",         "\xc1\x81",         "\xe0\x80\x80",
                                      "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xc3",
                                      "\xf0\x90\x80"};
    for (int i = 0; i < 20000; i++) {
        struct buffer out;
        buffer_init(&out, 4096);
        uint32_t count = 1 + seeded_below(&seeded, 12);
        for (uint32_t j = 0; j < count; j++) {
            bool is_bad = seeded_below(&seeded, 20) == 0;
            buffer_append_string(&out, is_bad ? bad[seeded_below(&seeded, 7)]
                                              : pieces[seeded_below(&seeded, 8)]);
        }
        char *copy = exact_copy(buffer_text(&out));
        struct text text = {copy, out.size};
        assert_int_equal(utf8_valid(text), naive_valid(text));
        free(copy);
        buffer_release(&out);
    }
    assert_true(utf8_valid((struct text){0}));
}

static void truncates_between_code_points(void **state)
{
    (void)state;
    struct text text = TEXT("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z");
    static const size_t sizes[] = {0, 1, 3, 6, 10, 11, 11};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(utf8_truncate(text, i).size, sizes[i]);
    }
    assert_int_equal(utf8_truncate((struct text){0}, 5).size, 0);
    assert_int_equal(utf8_truncate(TEXT("\xc3\xa9"), 1).size, 2);
    assert_int_equal(utf8_truncate(TEXT("\x80\x80\x80"), 1).size, 3); /* invalid: no place to cut */
}

static size_t put_pair(unsigned code_point, char out[2])
{
    out[0] = (char)(code_point < 0x80 ? code_point : 0xc0 | code_point >> 6);
    out[1] = (char)(0x80 | (code_point & 0x3f));
    return code_point < 0x80 ? 1 : 2;
}

/* Where folding is more than lower case (Unicode, CaseFolding.txt), or lower case is no folding. */
static unsigned expected_fold(unsigned code_point)
{
    switch (code_point) {
    case 0xb5: return 0x3bc;
    case 0x130: return 0x130;
    case 0x17f: return 's';
    case 0x3c2: return 0x3c3;
    case 0x3d0: return 0x3b2;
    case 0x3d1: return 0x3b8;
    case 0x3d5: return 0x3c6;
    case 0x3d6: return 0x3c0;
    case 0x3f0: return 0x3ba;
    case 0x3f1: return 0x3c1;
    case 0x3f5: return 0x3b5;
    default: return (unsigned)towlower((wint_t)code_point);
    }
}

static void folds_the_scripts_it_promises_and_no_other(void **state)
{
    (void)state;
    if (!setlocale(LC_CTYPE, "C.UTF-8")) skip();
    for (unsigned code_point = 0; code_point < 0x800; code_point++) {
        bool is_ours = code_point < 0x180 || (code_point >= 0x370 && code_point < 0x530);
        unsigned expected = is_ours ? expected_fold(code_point) : code_point;
        char in[2];
        char out[2] = {0};
        char wanted[2];
        size_t size = utf8_fold((struct text){in, put_pair(code_point, in)}, out);
        size_t wanted_size = put_pair(expected, wanted);
        if (size != wanted_size || memcmp(out, wanted, size) != 0) fail_msg("U+%04X", code_point);
    }
}

static void folds_within_texts_and_copies_what_is_invalid(void **state)
{
    (void)state;
    struct text text = TEXT("STRASSE \xc3\x84"
                            "Z\xe2\x82\xac\xd0\x96\xf0\x9f\x98\x80Q\xc3(\xff\xce\xa9\xc5");
    struct text wanted = TEXT("strasse \xc3\xa4"
                              "z\xe2\x82\xac\xd0\xb6\xf0\x9f\x98\x80q\xc3(\xff\xcf\x89\xc5");
    char *copy = exact_copy(text);
    char *out = malloc(text.size);
    assert_non_null(out);
    size_t size = utf8_fold((struct text){copy, text.size}, out);
    assert_int_equal(size, wanted.size);
    assert_memory_equal(out, wanted.bytes, wanted.size);
    free(copy);
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges_all_short_sequences),
        cmocka_unit_test(judges_random_mixtures),
        cmocka_unit_test(truncates_between_code_points),
        cmocka_unit_test(folds_the_scripts_it_promises_and_no_other),
        cmocka_unit_test(folds_within_texts_and_copies_what_is_invalid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
