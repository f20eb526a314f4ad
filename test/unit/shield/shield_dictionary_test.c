/* Hashes of texts as the browser SDK makes them, and the list they are looked up in. */
#include "shield/shield_dictionary.h"

#include "codec/block.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

static const char *cases_file; /* set once, by main */
static struct arena arena;

static struct text text_member(struct json_object *object, const char *name)
{
    struct json_object *member = json_object_object_get(object, name);
    return (struct text){json_object_get_string(member),
                         (size_t)json_object_get_string_len(member)};
}

static bool hash_of(const char *salt, struct text text, uint64_t *out)
{
    arena_rewind(&arena, 0);
    return shield_dictionary_hash(text_from(salt), text, &arena, out);
}

static void agrees_with_the_browser(void **state)
{
    (void)state;
    struct json_object *cases = json_object_from_file(cases_file);
    assert_non_null(cases);
    struct json_object *hashes = json_object_object_get(cases, "hashes");
    size_t count = json_object_array_length(hashes);
    assert_true(count >= 30);
    for (size_t i = 0; i < count; i++) {
        struct json_object *one = json_object_array_get_idx(hashes, i);
        uint64_t expected;
        uint64_t got;
        arena_rewind(&arena, 0);
        assert_true(shield_dictionary_parse(text_member(one, "hash"), &expected));
        assert_true(shield_dictionary_hash(text_member(one, "salt"), text_member(one, "text"),
                                           &arena, &got));
        if (got != expected) fail_msg("case %zu: %016llx", i, (unsigned long long)got);
    }
    json_object_put(cases);
}

static void every_spelling_of_a_text_has_one_hash(void **state)
{
    (void)state;
    static const char *const same[][2] = {
        {"na\xc3\xafve caf\xc3\xa9", "nai\xcc\x88ve  cafe\xcc\x81"}, /* NFC, NFD */
        {"Add to cart", "\n\t Add\xc2\xa0to\xe2\x80\x83 \xe3\x80\x80 cart\xef\xbb\xbf"},
        {"\xea\xb0\x81", "\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8"}, /* Hangul */
        {"", " \r\n\v\f "},
        {"\xe2\x84\xab", "\xc3\x85"},               /* the Angstrom sign is the letter */
        {"x\xcc\xa3\xcc\x87", "x\xcc\x87\xcc\xa3"}, /* marks in any order */
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        uint64_t a;
        uint64_t b;
        assert_true(hash_of("s", text_from(same[i][0]), &a));
        assert_true(hash_of("s", text_from(same[i][1]), &b));
        if (a != b) fail_msg("pair %zu", i);
    }
    uint64_t plain;
    uint64_t other;
    assert_true(hash_of("s", TEXT("ab"), &plain));
    assert_true(hash_of("s",
                        TEXT("a\xe2\x80\x8b"
                             "b"),
                        &other)); /* no space for JavaScript */
    assert_true(plain != other);
    assert_true(hash_of("s", TEXT("\xef\xac\x81"), &other)); /* NFC keeps a ligature */
    assert_true(hash_of("s", TEXT("fi"), &plain));
    assert_true(plain != other);
}

static void refuses_what_no_browser_hashes(void **state)
{
    (void)state;
    uint64_t hash;
    char long_text[SHIELD_DICTIONARY_TEXT_MAX + 1];
    memset(long_text, 'x', sizeof long_text);
    assert_true(hash_of("s", (struct text){long_text, SHIELD_DICTIONARY_TEXT_MAX}, &hash));
    assert_false(hash_of("s", (struct text){long_text, sizeof long_text}, &hash));
    assert_false(hash_of("s", TEXT("\xff"), &hash));
    assert_false(hash_of("s", TEXT("\xed\xa0\x80"), &hash)); /* a surrogate */
    struct arena small;
    arena_init(&small, 64);
    assert_false(shield_dictionary_hash(TEXT("s"), (struct text){long_text, 100}, &small, &hash));
    arena_release(&small);
    assert_false(shield_dictionary_parse(TEXT("0123456789abcde"), &hash));
    assert_false(shield_dictionary_parse(TEXT("0123456789abcdef0"), &hash));
    assert_false(shield_dictionary_parse(TEXT("0123456789ABCDEF"), &hash));
    assert_true(shield_dictionary_parse(TEXT("ffffffffffffffff"), &hash));
    assert_true(hash == UINT64_MAX);
}

static void finds_each_of_a_list_and_nothing_else(void **state)
{
    (void)state;
    static const char *const texts[] = {"one", "two", "three", "four", "five"};
    for (size_t count = 0; count <= 5; count++) {
        uint64_t hashes[5];
        for (size_t i = 0; i < count; i++)
            assert_true(hash_of("s", text_from(texts[i]), &hashes[i]));
        for (size_t i = 1; i < count; i++) { /* sorted by insertion */
            for (size_t j = i; j > 0 && hashes[j - 1] > hashes[j]; j--) {
                uint64_t swapped = hashes[j];
                hashes[j] = hashes[j - 1];
                hashes[j - 1] = swapped;
            }
        }
        struct project project = {.dictionary_salt = TEXT("s"),
                                  .dictionary_hashes = {(const char *)hashes, count * 8}};
        for (size_t i = 0; i < 5; i++) {
            arena_rewind(&arena, 0);
            assert_int_equal(shield_dictionary_lists(&project, text_from(texts[i]), &arena),
                             i < count);
        }
        project.dictionary_salt = TEXT("t");
        assert_false(shield_dictionary_lists(&project, TEXT("one"), &arena));
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_browser),
        cmocka_unit_test(every_spelling_of_a_text_has_one_hash),
        cmocka_unit_test(refuses_what_no_browser_hashes),
        cmocka_unit_test(finds_each_of_a_list_and_nothing_else),
    };
    cases_file = argc > 1 ? argv[1] : "sdk/js/test/dictionary-cases.json";
    arena_init(&arena, 64 * 1024);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    return failed;
}
