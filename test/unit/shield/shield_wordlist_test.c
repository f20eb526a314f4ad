/* Words and lists, read fast where they are ASCII, against twins that read code point by code point
 * and search the whole list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shield/shield_key.h"
#include "shield/shield_unicode.h"
#include "shield/shield_wordlist.h"
#include "support/seeded.h"

#include <stdio.h>
#include <string.h>

enum { ROUNDS = 20000, TEXT_MAX = 256, NAMES_MAX = 80 };

static const char *const pieces[] = {
    "a",
    "Z",
    "mary",
    "O'Brien",
    "-",
    "'",
    "''",
    " ",
    "7",
    "jean-luc",
    "\xc3\xbc",
    "\xc3\x89",
    "e\xcc\x81",
    "\xcc\x81",
    "\xd0\x96",
    "\xe6\xbc\xa2",
    "\xe0\xa4\x95\xe0\xa4\xbf",
    "\xff",
    "\xc3",
    "@",
    "\xe2\x80\x99",
    "\xf0\x9f\x98\x80",
    "_",
    "--a",
    "\xc2\xaa",
    "\xce\x91",
};

static struct text random_text(struct seeded *random, char bytes[TEXT_MAX])
{
    size_t size = 0;
    for (uint32_t i = seeded_below(random, 30); i > 0; i--) {
        const char *piece = pieces[seeded_below(random, sizeof pieces / sizeof *pieces)];
        size_t more = strlen(piece);
        if (size + more > TEXT_MAX) break;
        memcpy(bytes + size, piece, more);
        size += more;
    }
    return (struct text){bytes, size};
}

static size_t letter_at(struct text text, uint32_t at, uint32_t *code)
{
    if (at >= text.size) return 0;
    size_t size = shield_code_read(text.bytes + at, text.size - at, code);
    if (size == 0) return 0;
    return shield_code_is_letter(*code) || shield_code_is_mark(*code) ? size : 0;
}

static bool next_naively(struct text text, uint32_t *place, struct shield_word *word)
{
    uint32_t code = 0;
    uint32_t at = *place;
    while (at < text.size && letter_at(text, at, &code) == 0)
        at++;
    if (at >= text.size) return false;
    word->begin = at;
    word->has_case = shield_code_lower(code) != code || shield_code_is_upper(code) || code < 0x0590;
    word->is_capital = shield_code_is_upper(code) || !word->has_case;
    size_t size;
    while ((size = letter_at(text, at, &code)) > 0) {
        at += (uint32_t)size;
        bool joins = at < text.size && (text.bytes[at] == '\'' || text.bytes[at] == '-');
        if (joins && letter_at(text, at + 1, &code) > 0) at++;
    }
    word->end = at;
    *place = at;
    return true;
}

static void reads_words_as_the_twin_does(void **state)
{
    (void)state;
    uint32_t total = 0;
    struct seeded random = seeded_begin("shield_wordlist_test");
    for (uint32_t round = 0; round < ROUNDS; round++) {
        char bytes[TEXT_MAX];
        struct text text = random_text(&random, bytes);
        uint32_t at = seeded_below(&random, 3) == 0 ? seeded_below(&random, 9) : 0;
        uint32_t place = at;
        struct shield_word word;
        struct shield_word expected;
        while (next_naively(text, &at, &expected)) {
            bool is_same = shield_word_next(text, &place, &word) && place == at &&
                           word.begin == expected.begin && word.end == expected.end &&
                           word.has_case == expected.has_case &&
                           word.is_capital == expected.is_capital;
            if (!is_same) fail_msg("round %u, word at %u", round, expected.begin);
            total++;
        }
        assert_false(shield_word_next(text, &place, &word));
    }
    assert_true(total > ROUNDS);
}

static uint32_t listed_count(void)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < shield_listed_slot_count; i++)
        if (shield_listed_slots[i] > count) count = shield_listed_slots[i];
    return count;
}

static uint32_t lists_naively(struct text word, uint32_t count)
{
    char lower[TEXT_MAX];
    for (size_t i = 0; i < word.size; i++)
        lower[i] = word.bytes[i] >= 'A' && word.bytes[i] <= 'Z' ? (char)(word.bytes[i] | 0x20)
                                                                : word.bytes[i];
    for (uint32_t i = 0; i < count; i++) {
        const struct shield_listed *listed = &shield_listed[i];
        if (listed->size == word.size && memcmp(listed->bytes, lower, word.size) == 0)
            return listed->lists;
    }
    return 0;
}

/* A second word is looked at behind those alone that begin a phrase. */
static void knows_what_begins_a_phrase(void **state)
{
    (void)state;
    uint32_t count = listed_count();
    uint32_t phrases = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct text rest;
        struct text first = text_split(text_from(shield_listed[i].bytes), ' ', &rest);
        if (rest.size == 0) continue;
        assert_true(shield_lists_and_begins_of(first) & SHIELD_LIST_BEGINS);
        assert_int_equal(shield_lists_of(first) & SHIELD_LIST_BEGINS, 0);
        phrases++;
    }
    assert_true(phrases > 10);
}

static void finds_words_of_the_lists_whatever_their_case(void **state)
{
    (void)state;
    uint32_t count = listed_count();
    uint32_t found = 0;
    struct seeded random = seeded_begin("shield_wordlist_test");
    assert_true(count > 1000);
    for (uint32_t round = 0; round < ROUNDS / 4; round++) {
        const struct shield_listed *listed = &shield_listed[seeded_below(&random, count)];
        char bytes[TEXT_MAX];
        struct text word = {bytes, listed->size};
        memcpy(bytes, listed->bytes, listed->size);
        bool is_ascii = true;
        for (size_t i = 0; i < word.size; i++)
            is_ascii = is_ascii && !(bytes[i] & 0x80);
        for (size_t i = 0; i < word.size && is_ascii; i++) {
            bool is_letter = bytes[i] >= 'a' && bytes[i] <= 'z';
            if (is_letter && seeded_below(&random, 3) == 0) bytes[i] &= (char)~0x20;
        }
        if (seeded_below(&random, 4) == 0) bytes[0] = (char)('a' + seeded_below(&random, 26));
        uint32_t lists = shield_lists_and_begins_of(word);
        if (is_ascii && lists != lists_naively(word, count)) fail_msg("round %u", round);
        assert_int_equal(shield_lists_of(word), lists & ~(uint32_t)SHIELD_LIST_BEGINS);
        found += lists != 0;
    }
    assert_true(found > ROUNDS / 8);
    char too_long[TEXT_MAX];
    memset(too_long, 'a', sizeof too_long);
    for (size_t size = 0; size <= sizeof too_long; size++)
        assert_int_equal(shield_lists_of((struct text){too_long, size}), 0);
}

/* What looks drawn by lot, and now and then a listed word in it. */
static struct text draw_id(struct seeded *random, uint32_t count, char bytes[TEXT_MAX])
{
    static const char drawn[] =
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ- '\xc3";
    size_t kinds = seeded_below(random, 3) == 0 ? sizeof drawn - 1 : 36;
    size_t size = 0;
    while (size < 24) {
        const struct shield_listed *listed = &shield_listed[seeded_below(random, count)];
        if (seeded_below(random, 40) == 0 && listed->size + 1U < TEXT_MAX - size) {
            if (size > 0) bytes[size - 1] = '7';
            memcpy(bytes + size, listed->bytes, listed->size);
            size += listed->size;
            bytes[size++] = '7';
        } else {
            bytes[size++] = drawn[seeded_below(random, (uint32_t)kinds)];
        }
    }
    return (struct text){bytes, size};
}

static void says_how_many_words_are_listed_at_most(void **state)
{
    (void)state;
    uint32_t count = listed_count();
    uint32_t none = 0;
    uint32_t listed = 0;
    struct seeded random = seeded_begin("shield_wordlist_test");
    for (uint32_t round = 0; round < ROUNDS; round++) {
        char bytes[TEXT_MAX];
        struct text text = draw_id(&random, count, bytes);
        uint32_t at = 0;
        uint32_t found = 0;
        struct shield_word word;
        while (next_naively(text, &at, &word))
            found += shield_lists_of(text_slice(text, word.begin, word.end - word.begin)) != 0;
        uint32_t most = shield_words_listed_max(text);
        if (found > most) fail_msg("round %u", round);
        none += most == 0;
        listed += found > 0;
    }
    assert_true(none > ROUNDS / 20);
    assert_true(listed > ROUNDS / 10);
    assert_int_equal(shield_words_listed_max(TEXT("7diabetes8asthma9")), 2);
    assert_int_equal(shield_words_listed_max(TEXT("7 diabetes")), UINT32_MAX);
    assert_int_equal(shield_words_listed_max(TEXT("0123456789")), 0);
}

/* The table is made by another program, which has to fold as this one does: Greek has a sigma for
 * the ends of words. */
static void finds_every_word_of_the_lists_as_it_stands_there(void **state)
{
    (void)state;
    uint32_t count = listed_count();
    for (uint32_t i = 0; i < count; i++) {
        struct text word = {shield_listed[i].bytes, shield_listed[i].size};
        if (shield_lists_and_begins_of(word) != shield_listed[i].lists)
            fail_msg("%.*s", TEXT_PRINT(word));
    }
    assert_int_equal(shield_lists_of(TEXT("\xce\x99\xce\xa9\xce\x91\xce\x9d\xce\x9d\xce\x97"
                                          "\xce\xa3")), /* Ioannis in capitals */
                     shield_lists_of(TEXT("\xce\xb9\xcf\x89\xce\xb1\xce\xbd\xce\xbd\xce\xb7"
                                          "\xcf\x82"))); /* and with the sigma of an end */
}

/* The words of a name that is ASCII come of runs; those of one that is not, byte by byte. */
static void takes_names_apart_as_byte_by_byte(void **state)
{
    (void)state;
    static const char alphabet[] = "aabcxyzABZ059 _-'.";
    struct shield_lexicon *lexicon;
    struct error error;
    struct seeded random = seeded_begin("shield_wordlist_test");
    assert_int_equal(shield_lexicon_make(TEXT("class credential\nen password\n"), &lexicon, &error),
                     STATUS_OK);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        char bytes[NAMES_MAX + 4];
        size_t size = seeded_below(&random, NAMES_MAX);
        for (size_t i = 0; i < size; i++)
            bytes[i] = alphabet[seeded_below(&random, sizeof alphabet - 1)];
        struct shield_key fast;
        struct shield_key slow;
        shield_key_read(lexicon, (struct text){bytes, size}, &fast);
        memcpy(bytes + size, " \xc3\xa9", 3);
        shield_key_read(lexicon, (struct text){bytes, size + 3}, &slow);
        bool is_same =
            fast.word_count == SHIELD_KEY_WORDS_MAX || slow.word_count == fast.word_count + 1;
        for (uint32_t i = 0; is_same && i < fast.word_count; i++)
            is_same = text_equal(fast.words[i], slow.words[i]);
        if (!is_same) fail_msg("round %u: \"%.*s\"", round, (int)size, bytes);
    }
    char long_name[2 * SHIELD_KEY_FOLDED_MAX];
    memset(long_name, 'a', sizeof long_name);
    for (size_t size = SHIELD_KEY_FOLDED_MAX - 2; size < sizeof long_name; size++) {
        struct shield_key key;
        long_name[seeded_below(&random, sizeof long_name)] = 'B';
        shield_key_read(lexicon, (struct text){long_name, size}, &key);
        assert_true(key.word_count > 0);
    }
    shield_lexicon_release(lexicon);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_how_many_words_are_listed_at_most),
        cmocka_unit_test(finds_every_word_of_the_lists_as_it_stands_there),
        cmocka_unit_test(reads_words_as_the_twin_does),
        cmocka_unit_test(knows_what_begins_a_phrase),
        cmocka_unit_test(finds_words_of_the_lists_whatever_their_case),
        cmocka_unit_test(takes_names_apart_as_byte_by_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
