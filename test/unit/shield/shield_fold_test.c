#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shield/shield_fold.h"

#include "base/memory.h"
#include "shield/shield_detect.h"
#include "shield/shield_unicode.h"
#include "support/seeded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum { ARENA_SIZE = 4 << 20 };

static struct arena arena;

static int open_arena(void **state)
{
    (void)state;
    arena_init(&arena, ARENA_SIZE);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct shield_folded fold(struct text raw)
{
    struct shield_folded folded;
    assert_true(shield_fold(raw, &arena, &folded));
    return folded;
}

static void check(const char *raw, const char *expected)
{
    arena_rewind(&arena, 0);
    struct shield_folded folded = fold(text_from(raw));
    if (!text_equal(folded.text, text_from(expected))) {
        fail_msg("\"%s\" became \"%.*s\"", raw, TEXT_PRINT(folded.text));
    }
}

static void passes_ascii_untouched_and_uncopied(void **state)
{
    (void)state;
    static const char ascii[] = "4111-1111 \x01\t~\x7f and a longer rest of text, of many words";
    struct text raw = TEXT_INIT("4111-1111 \x01\t~\x7f and a longer rest of text, of many words");
    for (size_t size = 0; size < sizeof ascii; size++) {
        struct shield_folded folded = fold((struct text){raw.bytes, size});
        assert_ptr_equal(folded.text.bytes, raw.bytes);
        assert_int_equal(folded.text.size, size);
        assert_null(folded.origin);
        assert_false(folded.cut);
    }
}

static void writes_every_script_the_plain_way(void **state)
{
    (void)state;
    check("４１１１", "4111");
    check("٤١١١ ۴۱۱۱ ४१११ ๔๑๑๑ ৪১১১", "4111 4111 4111 4111 4111");
    check("𝟒𝟏𝟏𝟏 𝟺𝟷𝟷𝟷 🯴🯱", "4111 4111 41");
    check("4111\u20111111\u20131111\u22121111", "4111-1111-1111-1111");
    check("4111\u00A01111\u20091111\u30001111\u20281111", "4111 1111 1111 1111 1111");
    check("4\u200B1\u00AD1\u20601\uFEFF", "4111");
    check("a\u200Db\uFE0Fc\U000E0041", "abc");
    check("ｊｏｅ＠ｅｘａｍｐｌｅ．ｏｒｇ", "joe@example.org");
    check("ﬁle Ⅷ ½ ™", "file VIII 1\u20442 TM");
    check("e\u0301", "é");
    check("\u1112\u1161\u11AB", "한");
    check("か\u3099", "が");
    check("①②", "12");
    check("Ⓐ", "A");
    check("a\u0323\u0307 a\u0307\u0323", "\u1EA1\u0307 \u1EA1\u0307");
    check("a\u034F\u0301", "á");
    check("ー", "ー"); /* the long vowel of kana is a letter */
}

static void leaves_bytes_that_are_no_utf8_as_they_are(void **state)
{
    (void)state;
    check("a\xff\xfe z\xc3", "a\xff\xfe z\xc3");
    check("\xed\xa0\x80", "\xed\xa0\x80"); /* half a surrogate pair */
    check("\xc0\x80 \xf4\x90\x80\x80", "\xc0\x80 \xf4\x90\x80\x80");
    check("\xc3\u200B\xa9", "\xc3\u200B\xa9"); /* without the space between they would be é */
    check("\xff４", "\xff"
                    "4");
}

static void maps_back_to_the_raw_value(void **state)
{
    (void)state;
    /*                 0123 456 789 */
    struct text raw = TEXT_INIT("ab\u00ADc\uFF14\uFF11e\u0301z");
    struct shield_folded folded = fold(raw);
    assert_true(text_equal(folded.text, TEXT("abc41éz")));
    uint32_t begin;
    uint32_t end;
    shield_fold_origin(&folded, 3, 5, &begin, &end);
    assert_int_equal(begin, 5);
    assert_int_equal(end, 11);
    shield_fold_origin(&folded, 1, 2, &begin, &end); /* with what is ignored behind it */
    assert_int_equal(begin, 1);
    assert_int_equal(end, 4);
    shield_fold_origin(&folded, 5, 6, &begin, &end); /* half of é takes all of it */
    assert_int_equal(begin, 11);
    assert_int_equal(end, 14);
    shield_fold_origin(&folded, 0, (uint32_t)folded.text.size, &begin, &end);
    assert_int_equal(begin, 0);
    assert_int_equal(end, raw.size);
    shield_fold_origin(&folded, 2, 2, &begin, &end);
    assert_int_equal(begin, end);
}

static void stops_at_the_limit_and_says_so(void **state)
{
    (void)state;
    size_t size = SHIELD_VALUE_MAX + 10;
    char *bytes = memory_alloc(size, 1);
    memset(bytes, 'a', size);
    struct shield_folded folded = fold((struct text){bytes, size});
    assert_true(folded.cut);
    assert_int_equal(folded.text.size, SHIELD_VALUE_MAX);
    memcpy(bytes + SHIELD_VALUE_MAX - 1, "é", 2); /* across the limit: left out */
    arena_rewind(&arena, 0);
    folded = fold((struct text){bytes, size});
    assert_true(folded.cut);
    assert_int_equal(folded.text.size, SHIELD_VALUE_MAX - 1);
    for (size_t i = 0; i + 3 <= size; i += 3)
        memcpy(bytes + i, "\uFDFA", 3); /* 33 bytes each */
    arena_rewind(&arena, 0);
    folded = fold((struct text){bytes, size - size % 3});
    assert_true(folded.cut);
    assert_true(folded.text.size <= SHIELD_VALUE_MAX);
    memory_free(bytes);
}

static void refuses_when_the_arena_is_used_up(void **state)
{
    (void)state;
    struct arena small;
    arena_init(&small, 8);
    struct shield_folded folded;
    assert_false(shield_fold(TEXT("éééé"), &small, &folded));
    assert_true(shield_fold(TEXT("plain text needs no memory"), &small, &folded));
    arena_release(&small);
}

static void gives_back_the_memory_it_does_not_need(void **state)
{
    (void)state;
    arena_rewind(&arena, 0);
    struct shield_folded folded = fold(TEXT("é and some more text"));
    assert_true(arena.used < folded.text.size * 8 + 16);
}

static const char *const pieces[] = {
    "a",      "Z",      "4",      " ",          "-",        "é",       "e\u0301",
    "\u0301", "\u0323", "\u200B", "\u00AD",     "４",       "ﬁ",       "\uFDFA",
    "\u1112", "\u1161", "\u11AB", "한",         "か",       "\u3099",  "\u2013",
    "\u3000", "😀",      "\xff",   "\xc3",       "\xe2\x80", "\u09C7",  "\u09BE",
    "\u0F71", "\u0344", "ₐ",      "\U0001D7D2", "\u034F",   "\u1D15F", "\xed\xa0\x80",
    "\u037A", "K",      "\u00B4", "\uFF9E",     "\u0BC6",   "\u0BBE",  "\x80",
    "ü",      "Ж",      "漢",     "й",          "word",     "Å",       "ß",
};

static size_t random_text(char *out, size_t capacity)
{
    size_t size = 0;
    int count = rand() % 40;
    for (int i = 0; i < count; i++) {
        const char *piece = pieces[(size_t)rand() % (sizeof pieces / sizeof pieces[0])];
        size_t piece_size = strlen(piece);
        int times = rand() % 20 == 0 ? 40 : 1;
        for (int t = 0; t < times && size + piece_size < capacity; t++) {
            memcpy(out + size, piece, piece_size);
            size += piece_size;
        }
    }
    return size;
}

static void folds_what_is_folded_to_itself(void **state)
{
    (void)state;
    for (unsigned seed = 0; seed < 20000; seed++) {
        srand(seed);
        char raw[2048];
        struct text text = {raw, random_text(raw, sizeof raw)};
        arena_rewind(&arena, 0);
        struct shield_folded once = fold(text);
        struct shield_folded twice = fold(once.text);
        if (!text_equal(once.text, twice.text)) fail_msg("seed %u", seed);
        uint32_t last = 0;
        for (size_t i = 0; once.origin && i <= once.text.size; i++) {
            assert_true(once.origin[i] >= last);
            assert_true(once.origin[i] <= text.size);
            last = once.origin[i];
        }
    }
}

/* The naive twin: the library's own whole-text NFKC, for valid text without anything that the
 * folding treats by itself (digits, dashes, spaces, long runs of marks). */
static void agrees_with_the_librarys_normalisation(void **state)
{
    (void)state;
    static const char *const letters[] = {
        "a",      "é",      "e\u0301",       "\u0323", "\u0301", "ﬁ", "か",
        "\u3099", "\u1112", "\u1161",        "\u11AB", "한",     "ﬆ", "ö",
        "\u0308", "Å",      "q\u0307\u0323", "ｱ",      "\uFF9E"};
    for (unsigned seed = 0; seed < 20000; seed++) {
        srand(seed);
        char raw[256] = "x";
        size_t size = 1;
        for (int i = rand() % 25; i > 0; i--) {
            const char *letter = letters[(size_t)rand() % (sizeof letters / sizeof letters[0])];
            size += (size_t)snprintf(raw + size, sizeof raw - size, "%s", letter);
        }
        arena_rewind(&arena, 0);
        struct shield_folded folded = fold(text_from(raw));
        utf8proc_uint8_t *expected = utf8proc_NFKC((const utf8proc_uint8_t *)raw);
        bool same = text_equal(folded.text, text_from((const char *)expected));
        free(expected);
        if (!same) fail_msg("seed %u: \"%s\"", seed, raw);
    }
}

/* Our list of digits against the library's categories: every Nd, and nothing else. */
static void knows_every_decimal_digit(void **state)
{
    (void)state;
    for (uint32_t code = 0x80; code <= 0x10FFFF; code++) {
        bool is_digit = utf8proc_category((utf8proc_int32_t)code) == UTF8PROC_CATEGORY_ND;
        if (shield_code_is_digit(code) != is_digit) fail_msg("U+%04X", code);
    }
    assert_int_equal(shield_code_plain(0x0669), '9');
    assert_int_equal(shield_code_plain(0x1D7D7), '9');
    assert_int_equal(shield_code_plain(0x1D7D8), '0');
}

/* What is settled folds to itself, joins nothing and is nothing special. */
static void knows_settled_code_points(void **state)
{
    (void)state;
    uint32_t count = 0;
    for (uint32_t code = 0x80; code <= 0x10FFFF; code++) {
        uint32_t parts[SHIELD_COMPOSE_MAX];
        if (!shield_code_is_settled(code)) continue;
        count++;
        assert_false(shield_code_joins(code));
        size_t parts_count = shield_code_decompose(code, parts);
        assert_true(parts_count > 0);
        assert_false(shield_code_joins(parts[0]));
        if (shield_codes_compose(parts, parts_count) != 1 || parts[0] != code)
            fail_msg("U+%04X", code);
    }
    assert_true(count > 30000);
    assert_true(shield_code_is_settled(0xFC));
    assert_false(shield_code_is_settled(0xAD));
    assert_false(shield_code_is_settled(0x301));
}

static void knows_what_words_are_made_of(void **state)
{
    (void)state;
    for (uint32_t code = 0; code <= 0x10FFFF; code++) {
        bool is_part = shield_code_is_letter(code) || shield_code_is_mark(code);
        if (shield_code_is_of_word(code) != is_part) fail_msg("U+%04X", code);
    }
}

static void takes_full_width_apart_as_the_library_does(void **state)
{
    (void)state;
    for (uint32_t code = 0xFF00; code <= 0xFF60; code++) {
        uint32_t parts[SHIELD_DECOMPOSED_MAX];
        utf8proc_int32_t expected[SHIELD_DECOMPOSED_MAX];
        int boundary = 0;
        assert_int_equal(shield_code_decompose(code, parts), 1);
        assert_int_equal(utf8proc_decompose_char((utf8proc_int32_t)code, expected,
                                                 SHIELD_DECOMPOSED_MAX,
                                                 UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, &boundary),
                         1);
        assert_int_equal(parts[0], shield_code_plain((uint32_t)expected[0]));
    }
}

/* Every lead byte with random ones behind it, cut off at every size. */
static void reads_code_points_as_the_library_does(void **state)
{
    (void)state;
    static const uint8_t edges[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
    struct seeded seeded = seeded_begin("shield_fold_test");
    for (uint32_t turn = 0; turn < 256 * 2000; turn++) {
        char bytes[4] = {(char)(turn % 256)};
        size_t size = seeded_below(&seeded, 5);
        for (int i = 1; i < 4; i++) {
            bytes[i] = (char)(0x80 + seeded_below(&seeded, 64));
            if (seeded_below(&seeded, 3) == 0)
                bytes[i] = (char)edges[seeded_below(&seeded, sizeof edges)];
        }
        utf8proc_int32_t expected = -1;
        utf8proc_ssize_t used =
            utf8proc_iterate((const utf8proc_uint8_t *)bytes, (utf8proc_ssize_t)size, &expected);
        if (size == 0 || used < 0 || expected < 0) used = 0;
        uint32_t code = 0;
        size_t read = shield_code_read(bytes, size, &code);
        if (read != (size_t)used || (read > 0 && code != (uint32_t)expected))
            fail_msg("turn %u: %zu bytes of %zu", turn, read, size);
    }
}

/* --- the naive twin of folding: each code point taken apart, each cluster put together --- */

enum { NAIVE_MAX = 8192, MARKS_KEPT = 30 };

struct naive {
    char text[NAIVE_MAX];
    uint32_t origin[NAIVE_MAX + 1];
    size_t size;
    uint32_t cluster[SHIELD_COMPOSE_MAX];
    size_t count;
    size_t marks;
    size_t begin;
    bool after_invalid;
};

static void naive_put(struct naive *naive, const char *bytes, size_t size, size_t origin)
{
    for (size_t i = 0; i < size; i++) {
        naive->origin[naive->size] = (uint32_t)origin;
        naive->text[naive->size++] = bytes[i];
    }
    naive->after_invalid = false;
}

static void naive_flush(struct naive *naive)
{
    size_t count = shield_codes_compose(naive->cluster, naive->count);
    for (size_t i = 0; i < count; i++) {
        char bytes[4];
        naive_put(naive, bytes, shield_code_write(naive->cluster[i], bytes), naive->begin);
    }
    naive->count = 0;
    naive->marks = 0;
}

static void naive_take(struct naive *naive, struct text raw, size_t offset, size_t size,
                       uint32_t code)
{
    uint32_t parts[SHIELD_DECOMPOSED_MAX];
    size_t count = shield_code_decompose(code, parts);
    if (count == 0) {
        if (naive->count == 0 && naive->after_invalid)
            naive_put(naive, raw.bytes + offset, size, offset);
        return;
    }
    if (!shield_code_joins(parts[0])) naive_flush(naive);
    if (naive->count == 0) naive->begin = offset;
    for (size_t i = 0; i < count; i++) {
        bool joins = (i > 0 || naive->count > 0) && shield_code_joins(parts[i]);
        if (joins && naive->marks == MARKS_KEPT) continue;
        if (naive->count == SHIELD_COMPOSE_MAX) continue;
        naive->marks += joins;
        naive->cluster[naive->count++] = parts[i];
    }
}

static void naive_fold(struct naive *naive, struct text raw)
{
    memset(naive, 0, sizeof *naive);
    for (size_t offset = 0; offset < raw.size;) {
        uint32_t code = 0;
        size_t size = shield_code_read(raw.bytes + offset, raw.size - offset, &code);
        if (size > 0) {
            naive_take(naive, raw, offset, size, code);
        } else {
            size = 1;
            naive_flush(naive);
            naive_put(naive, raw.bytes + offset, 1, offset);
            naive->after_invalid = true;
        }
        offset += size;
    }
    naive_flush(naive);
    naive->origin[naive->size] = (uint32_t)raw.size;
}

static void folds_as_the_naive_twin_does(void **state)
{
    (void)state;
    struct naive *naive = MEMORY_NEW(struct naive);
    for (unsigned seed = 0; seed < 20000; seed++) {
        srand(seed);
        char raw[512];
        char cut[512];
        struct text text = {raw, random_text(raw, sizeof raw)};
        arena_rewind(&arena, 0);
        struct shield_folded folded = fold(text);
        naive_fold(naive, text);
        struct text expected = {naive->text, naive->size};
        if (!text_equal(folded.text, expected)) fail_msg("seed %u: another text", seed);
        for (size_t i = 0; folded.origin && i <= folded.text.size; i++)
            if (folded.origin[i] != naive->origin[i]) fail_msg("seed %u: byte %zu", seed, i);
        size_t room = (size_t)rand() % sizeof cut;
        size_t size = shield_fold_into(text, cut, room);
        bool begins = size <= expected.size && memcmp(cut, expected.bytes, size) == 0;
        bool is_full = size == expected.size || expected.size > room;
        if (!begins || !is_full || size > room) fail_msg("seed %u: cut at %zu", seed, room);
    }
    memory_free(naive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_ascii_untouched_and_uncopied),
        cmocka_unit_test(writes_every_script_the_plain_way),
        cmocka_unit_test(leaves_bytes_that_are_no_utf8_as_they_are),
        cmocka_unit_test(maps_back_to_the_raw_value),
        cmocka_unit_test(stops_at_the_limit_and_says_so),
        cmocka_unit_test(refuses_when_the_arena_is_used_up),
        cmocka_unit_test(gives_back_the_memory_it_does_not_need),
        cmocka_unit_test(folds_what_is_folded_to_itself),
        cmocka_unit_test(knows_every_decimal_digit),
        cmocka_unit_test(agrees_with_the_librarys_normalisation),
        cmocka_unit_test(knows_settled_code_points),
        cmocka_unit_test(knows_what_words_are_made_of),
        cmocka_unit_test(takes_full_width_apart_as_the_library_does),
        cmocka_unit_test(reads_code_points_as_the_library_does),
        cmocka_unit_test(folds_as_the_naive_twin_does),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
