/* What finds places in a value, against naive twins: every place a rule is asked about, with its
 * digits, is what the definition says, on seeded random texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lexicon_aid.h"
#include "shield/matcher.h"
#include "support/seeded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES_MAX = 16384, TEXT_SIZE = 96, LONG_SIZE = 2048, ROUNDS = 3000 };

struct place {
    uint32_t begin;
    uint32_t end;
    uint32_t digit_count;
    uint32_t group_count;
    char digits[SHIELD_DIGITS_MAX + 1];
};

struct places {
    struct place list[PLACES_MAX];
    uint32_t count;
};

static struct places asked; /* by the engine */
static struct places named; /* by the twin */
static uint32_t total;      /* of the test under way: it looked at something */

static void add_place(struct places *places, const struct place *place)
{
    assert_true(places->count < PLACES_MAX);
    places->list[places->count++] = *place;
}

static enum shield_proof note(const struct shield_candidate *candidate, struct shield_span *span)
{
    struct place place;
    memset(&place, 0, sizeof place); /* compared as bytes */
    place.begin = candidate->begin;
    place.end = candidate->end;
    place.digit_count = candidate->digit_count;
    place.group_count = candidate->group_count;
    assert_true(candidate->digit_count <= SHIELD_DIGITS_MAX);
    if (candidate->digit_count > 0) memcpy(place.digits, candidate->digits, candidate->digit_count);
    assert_int_equal(span->begin, candidate->begin);
    assert_int_equal(span->end, candidate->end);
    add_place(&asked, &place);
    return SHIELD_NOT;
}

struct engine {
    struct ruleset *set;
    struct matcher matcher;
};

static void engine_open(struct engine *engine, const char *rules)
{
    struct error error;
    memset(engine, 0, sizeof *engine);
    engine->matcher.lexicon = lexicon;
    if (ruleset_make(text_from(rules), RULESET_BUILTIN, &engine->set, &error) != STATUS_OK) {
        fail_msg("%s", error.message);
    }
    for (uint32_t i = 0; i < engine->set->rule_count; i++)
        engine->set->rules[i].check = note;
    assert_int_equal(matcher_prepare(&engine->matcher, engine->set, &error), STATUS_OK);
}

static void engine_close(struct engine *engine)
{
    matcher_release(&engine->matcher);
    ruleset_drop(engine->set);
}

static void look(struct engine *engine, struct text text, bool is_number)
{
    struct matcher_view view = {.text = text, .is_number = is_number};
    struct matcher_result result = {.count = 0};
    asked.count = 0;
    named.count = 0;
    matcher_look(&engine->matcher, engine->set, &view, &result);
    assert_int_equal(result.count, 0);
    assert_false(result.is_incomplete);
}

static int by_place(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct place));
}

static void are_the_same(struct text text, uint64_t seed)
{
    total += asked.count;
    qsort(asked.list, asked.count, sizeof *asked.list, by_place);
    qsort(named.list, named.count, sizeof *named.list, by_place);
    bool is_same = asked.count == named.count;
    for (uint32_t i = 0; is_same && i < asked.count; i++)
        is_same = by_place(&asked.list[i], &named.list[i]) == 0;
    if (is_same) return;
    for (uint32_t i = 0; i < asked.count; i++)
        print_message("asked %u-%u %s\n", asked.list[i].begin, asked.list[i].end,
                      asked.list[i].digits);
    for (uint32_t i = 0; i < named.count; i++)
        print_message("named %u-%u %s\n", named.list[i].begin, named.list[i].end,
                      named.list[i].digits);
    fail_msg("seed %llu: \"%.*s\"", (unsigned long long)seed, TEXT_PRINT(text));
}

static struct text random_sized(struct seeded *random, const char *alphabet, char *bytes,
                                uint32_t size_max)
{
    uint32_t letters = (uint32_t)strlen(alphabet);
    size_t size = seeded_below(random, size_max);
    for (size_t i = 0; i < size; i++)
        bytes[i] = alphabet[seeded_below(random, letters)];
    return (struct text){bytes, size};
}

static struct text random_text(struct seeded *random, const char *alphabet, char bytes[TEXT_SIZE])
{
    return random_sized(random, alphabet, bytes, TEXT_SIZE);
}

/* --- digits --- */

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_separator(char byte)
{
    return byte && strchr(" -./_\t\n\r()", byte);
}

/* One to two separators, and nothing else, between two groups. */
static bool joins(struct text text, uint32_t end, uint32_t begin)
{
    if (begin - end < 1 || begin - end > 2) return false;
    for (uint32_t i = end; i < begin; i++)
        if (!is_separator(text.bytes[i])) return false;
    return true;
}

struct twin_group {
    uint32_t begin;
    uint32_t end;
    bool starts; /* nothing before it is joined to it */
    bool is_out; /* too long, or a fraction's */
};

/* "12.345678" at the beginning of a phrase, and not the beginning of more. */
static bool is_fraction(struct text text, const struct twin_group *whole,
                        const struct twin_group *part, bool is_number)
{
    if (part->begin - whole->end != 1 || text.bytes[whole->end] != '.') return false;
    if (is_number) return true;
    if (whole->end - whole->begin > 3 || part->end - part->begin < 6) return false;
    bool goes_on = part->end + 1 < text.size && is_separator(text.bytes[part->end]) &&
                   is_digit(text.bytes[part->end + 1]);
    return !goes_on;
}

static uint32_t find_groups(struct text text, bool is_number, struct twin_group *groups)
{
    uint32_t count = 0;
    uint32_t in_phrase = 0;
    for (uint32_t i = 0; i < text.size;) {
        if (!is_digit(text.bytes[i])) {
            i++;
            continue;
        }
        struct twin_group *group = &groups[count];
        *group = (struct twin_group){.begin = i};
        while (i < text.size && is_digit(text.bytes[i]))
            i++;
        group->end = i;
        bool is_joined = in_phrase > 0 && joins(text, group[-1].end, group->begin);
        group->starts = !is_joined;
        in_phrase = is_joined ? in_phrase + 1 : 1;
        bool is_part = in_phrase == 2 && is_fraction(text, group - 1, group, is_number);
        group->is_out = is_part || group->end - group->begin > SHIELD_DIGITS_MAX;
        if (group->is_out) in_phrase = 0;
        count++;
    }
    return count;
}

struct twin_rule {
    const char *rules;
    struct ruleset_range range;
    uint32_t groups_max;
    bool is_luhn;
    bool is_dialled;
    bool is_dotted;
    const char *forms[4]; /* one of them, in groups of sizes like "3-2-4" */
};

/* As ISO/IEC 7812-1 tells it. */
static bool has_luhn_sum(const struct place *place)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < place->digit_count; i++) {
        uint32_t digit = (uint32_t)(place->digits[place->digit_count - 1 - i] - '0');
        if (i % 2 == 1) digit *= 2;
        sum += digit / 10 + digit % 10;
    }
    return sum % 10 == 0;
}

static bool has_dial_sign(struct text text, const struct place *place)
{
    for (uint32_t i = 1; i <= 3 && i <= place->begin; i++)
        if (text.bytes[place->begin - i] == '+') return true;
    return place->digit_count > 1 && memcmp(place->digits, "00", 2) == 0;
}

static bool has_single_dots(struct text text, const struct place *place)
{
    for (uint32_t i = place->begin + 1; i < place->end; i++) {
        bool is_joint = !is_digit(text.bytes[i]);
        if (is_joint && (text.bytes[i] != '.' || !is_digit(text.bytes[i + 1]))) return false;
    }
    return true;
}

/* The sizes of its groups, as a form tells them: all of them, or with a star at the end the last
 * one of the form and those behind it in one. */
static bool has_sizes(struct text text, const struct place *place, const char *form)
{
    char sizes[4 * SHIELD_DIGITS_MAX] = "";
    size_t at = 0;
    uint32_t groups = 1;
    uint32_t wanted = 1;
    for (const char *c = form; *c; c++)
        wanted += *c == '-';
    bool is_open = form[strlen(form) - 1] == '*';
    uint32_t size = 0;
    for (uint32_t i = place->begin; i <= place->end; i++) {
        if (i < place->end && is_digit(text.bytes[i])) {
            size++;
            continue;
        }
        bool goes_on = is_open && groups >= wanted && i < place->end;
        if (!is_digit(text.bytes[i - 1]) || goes_on) continue;
        at += (size_t)snprintf(sizes + at, sizeof sizes - at, "%s%u", groups > 1 ? "-" : "", size);
        groups++;
        size = 0;
    }
    if (is_open) snprintf(sizes + at, sizeof sizes - at, "*");
    return strcmp(sizes, form) == 0;
}

static bool is_wanted(const struct twin_rule *rule, struct text text, const struct place *place)
{
    bool is_written = !rule->forms[0];
    for (size_t i = 0; i < 4 && rule->forms[i]; i++)
        is_written = is_written || has_sizes(text, place, rule->forms[i]);
    if (!is_written || (rule->is_dotted && !has_single_dots(text, place))) return false;
    if (place->digit_count < rule->range.min || place->digit_count > rule->range.max) return false;
    if (place->group_count > rule->groups_max) return false;
    if (rule->is_luhn && !has_luhn_sum(place)) return false;
    return !rule->is_dialled || has_dial_sign(text, place);
}

static void name_digits(struct text text, bool is_number, const struct twin_rule *rule)
{
    static struct twin_group groups[LONG_SIZE];
    memset(groups, 0, sizeof groups);
    uint32_t count = find_groups(text, is_number, groups);
    for (uint32_t first = 0; first < count; first++) {
        struct place place;
        memset(&place, 0, sizeof place);
        place.begin = groups[first].begin;
        if (place.begin > 0 && is_letter(text.bytes[place.begin - 1])) continue;
        for (uint32_t last = first; last < count; last++) {
            uint32_t size = groups[last].end - groups[last].begin;
            if (groups[last].is_out || (last > first && groups[last].starts)) break;
            if (place.digit_count + size > SHIELD_DIGITS_MAX) break;
            memcpy(place.digits + place.digit_count, text.bytes + groups[last].begin, size);
            place.digit_count += size;
            place.group_count++;
            place.end = groups[last].end;
            if (place.end < text.size && is_letter(text.bytes[place.end])) continue;
            if (is_wanted(rule, text, &place)) add_place(&named, &place);
        }
    }
}

static const char *const digit_alphabets[] = {"0123456789 ", "1 -", "12345678901234567890. -_a(",
                                              "1234567890.", "9a ", "31\t\n/x",
                                              "0012+ (",     "4 1 "};

static void compare_digits(struct engine *engine, const struct twin_rule *rule, uint64_t seed,
                           uint32_t size_max)
{
    struct seeded random = seeded_from(seed);
    char bytes[LONG_SIZE];
    struct text text = random_sized(&random, digit_alphabets[seed % 8], bytes, size_max);
    bool is_number = seed % 7 == 0;
    bool has_letters = false;
    for (size_t i = 0; i < text.size; i++)
        has_letters = has_letters || is_letter(text.bytes[i]);
    if (has_letters && rule->forms[0])
        return; /* words could speak for it, as long as none is read */
    look(engine, text, is_number);
    name_digits(text, is_number, rule);
    are_the_same(text, seed);
}

static void asks_about_every_phrase_of_digits(void **state)
{
    (void)state;
    total = 0;
    static const struct twin_rule sets[] = {
        {.rules = "set a 1\nrule A00 t\ndigits 1-40\ngroups 40", {1, 40}, 40},
        {.rules = "set a 1\nrule A00 t\ndigits 6-9\ngroups 3", {6, 9}, 3},
        {.rules = "set a 1\nrule A00 t\ndigits 16", {16, 16}, 8},
        {.rules = "set a 1\nrule A00 t\ndigits 1-9\ngroups 1", {1, 9}, 1},
        {"set a 1\nrule A00 t\ndigits 3-19\ngroups 19\nluhn", {3, 19}, 19, .is_luhn = true},
        {"set a 1\nrule A00 t\ndigits 2-5\ngroups 9\ndialled", {2, 5}, 9, .is_dialled = true},
        {"set a 1\nrule A00 t\ndigits 2-5\nluhn\ndialled",
         {2, 5},
         8,
         .is_luhn = true,
         .is_dialled = true},
        {"set a 1\nrule A00 t\ndigits 2-9\ngroups 5\ndotted", {2, 9}, 5, .is_dotted = true},
        {"set a 1\nrule A00 t\ndigits 1-40\nwritten 1-2 3 2-1-1\nwritten 1-1-3*",
         {1, 40},
         8,
         .forms = {"1-2", "3", "2-1-1", "1-1-3*"}},
        {"set a 1\nrule A00 t\ndigits 1-40\nluhn\ndotted\nwritten 2-2 1-3*",
         {1, 40},
         8,
         .is_luhn = true,
         .is_dotted = true,
         .forms = {"2-2", "1-3*"}},
    };
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct engine engine;
        engine_open(&engine, sets[i].rules);
        for (uint64_t seed = 1; seed <= ROUNDS; seed++)
            compare_digits(&engine, &sets[i], seed, TEXT_SIZE);
        /* Long ones, in which groups are forgotten; the first set's calls would run out. */
        for (uint64_t seed = 1; seed <= ROUNDS / 20 && i > 0; seed++)
            compare_digits(&engine, &sets[i], seed, LONG_SIZE);
        engine_close(&engine);
    }
    assert_true(total > 10000);
}

/* --- tokens --- */

static bool has_capital(struct text text, uint32_t begin, uint32_t end)
{
    bool is_found = begin > 0 && (text.bytes[begin - 1] & 0x80);
    for (uint32_t i = begin; i < end; i++)
        is_found = is_found || (text.bytes[i] >= 'A' && text.bytes[i] <= 'Z');
    return is_found;
}

struct twin_token {
    enum shield_charset charset;
    bool wants_capital;
};

static void name_tokens(struct text text, const struct twin_token *token, uint32_t min,
                        uint32_t max)
{
    for (uint32_t begin = 0; begin < text.size; begin++) {
        bool is_start =
            begin == 0 || !shield_charset_has(token->charset, (uint8_t)text.bytes[begin - 1]);
        uint32_t end = begin;
        while (end < text.size && shield_charset_has(token->charset, (uint8_t)text.bytes[end]))
            end++;
        struct place place;
        memset(&place, 0, sizeof place);
        place.begin = begin;
        place.end = end;
        if (!is_start || end - begin < min || end - begin > max) continue;
        if (!token->wants_capital || has_capital(text, begin, end)) add_place(&named, &place);
    }
}

static void compare_tokens(const struct twin_token *token)
{
    static const char *const words[] = {"digit",  "hex",    "lower",  "upper",     "alnum",
                                        "base32", "base58", "base64", "base64url", "word"};
    static const char *const alphabets[] = {"abc ", "aA0- ", "aZ09+/=_-.", "0fFgG2l1O \n",
                                            "abA \xc5\x81"};
    char rules[160];
    struct engine engine;
    snprintf(rules, sizeof rules, "set a 1\nrule A00 t\ntoken %s 3-7\ntoken %s 12\n%s",
             words[token->charset], words[token->charset], token->wants_capital ? "capital" : "");
    engine_open(&engine, rules);
    for (uint64_t seed = 1; seed <= ROUNDS / 4; seed++) {
        struct seeded random = seeded_from(seed);
        char bytes[TEXT_SIZE];
        struct text text = random_text(&random, alphabets[seed % 5], bytes);
        look(&engine, text, false);
        name_tokens(text, token, 3, 7);
        name_tokens(text, token, 12, 12);
        are_the_same(text, seed);
    }
    engine_close(&engine);
}

static void asks_about_every_run_of_a_charset(void **state)
{
    (void)state;
    total = 0;
    for (int charset = 0; charset < SHIELD_CHARSET_COUNT; charset++) {
        compare_tokens(&(struct twin_token){(enum shield_charset)charset, false});
        compare_tokens(&(struct twin_token){(enum shield_charset)charset, true});
    }
    assert_true(total > 10000);
}

/* --- literals --- */

struct twin_literal {
    const char *text;
    bool is_prefix;
    bool is_folded;
};

static bool stands_at(struct text text, size_t at, const struct twin_literal *literal)
{
    size_t size = strlen(literal->text);
    if (at + size > text.size) return false;
    struct text here = text_slice(text, at, size);
    struct text want = text_from(literal->text);
    if (literal->is_folded ? !text_equal_fold(here, want) : !text_equal(here, want)) return false;
    if (!literal->is_prefix || at == 0) return true;
    return !(shield_charset_has(SHIELD_ALNUM, (uint8_t)literal->text[0]) &&
             shield_charset_has(SHIELD_ALNUM, (uint8_t)text.bytes[at - 1]));
}

/* With a tail of hex digits of this length, if max is not 0. */
static void name_literals(struct text text, const struct twin_literal *literal,
                          struct ruleset_range tail)
{
    for (size_t at = 0; at < text.size; at++) {
        if (!stands_at(text, at, literal)) continue;
        struct place place;
        memset(&place, 0, sizeof place);
        place.begin = (uint32_t)at;
        place.end = (uint32_t)(at + strlen(literal->text));
        uint32_t size = 0;
        while (tail.max > 0 && place.end + size < text.size &&
               shield_charset_has(SHIELD_HEX, (uint8_t)text.bytes[place.end + size]))
            size++;
        place.end += size;
        if (size >= tail.min && size <= tail.max) add_place(&named, &place);
    }
}

static void asks_about_every_literal(void **state)
{
    (void)state;
    total = 0;
    static const struct twin_literal literals[] = {
        {"ab", true, false}, {"aba", false, false}, {"Bc_", true, true},
        {"-a", true, false}, {"c:", false, true},   {"a b", false, true},
    };
    static const char words[] = "prefix ab\ninfix aba\nfold_prefix Bc_\nprefix -a\n"
                                "fold_infix c:\nliteral a b\n";
    static const char *const alphabets[] = {"ab", "abcABC_", "ab-: c", "a bBC:_-01f"};
    static const struct ruleset_range tails[] = {{0, 0}, {2, 5}};
    for (size_t i = 0; i < 2; i++) {
        struct engine engine;
        char rules[256];
        snprintf(rules, sizeof rules, "set a 1\nrule A00 t\n%s%s", words,
                 i ? "tail hex 2-5\n" : "");
        engine_open(&engine, rules);
        for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
            struct seeded random = seeded_from(seed);
            char bytes[TEXT_SIZE];
            struct text text = random_text(&random, alphabets[seed % 4], bytes);
            look(&engine, text, false);
            for (size_t k = 0; k < sizeof literals / sizeof *literals; k++)
                name_literals(text, &literals[k], tails[i]);
            are_the_same(text, seed);
        }
        engine_close(&engine);
    }
    assert_true(total > 2000);
}

/* --- the census --- */

static uint32_t kind_at(struct text text, size_t place)
{
    return place < text.size ? ruleset_byte_kinds[(uint8_t)text.bytes[place]] : 0;
}

/* As its comments say it, letter by letter. */
static struct matcher_census count_naively(struct text text)
{
    const uint32_t letters = RULESET_LOWER_HEX | RULESET_LOWER | RULESET_UPPER_HEX | RULESET_UPPER;
    struct matcher_census census = {0};
    for (size_t i = 0; i < text.size; i++) {
        uint32_t kind = kind_at(text, i);
        census.kinds |= kind;
        census.digits += kind == RULESET_DIGIT;
        census.has_words |= (uint8_t)text.bytes[i] >= 0x80;
        size_t begin = i + 1;
        while (kind != RULESET_SPACE && begin > 0 && kind_at(text, begin - 1) != RULESET_SPACE)
            begin--;
        if (i + 1 - begin > census.run_max) census.run_max = (uint32_t)(i + 1 - begin);
        if (!(kind & letters) || kind_at(text, i + 1) & letters) continue;
        uint32_t all = 0;
        for (begin = i + 1; begin > 0 && kind_at(text, begin - 1) & letters; begin--)
            all |= kind_at(text, begin - 1);
        uint32_t around = kind_at(text, i + 1) | (begin > 0 ? kind_at(text, begin - 1) : 0);
        bool is_beyond_hex = all & (RULESET_LOWER | RULESET_UPPER);
        if (i + 1 - begin >= 2 && (is_beyond_hex || !(around & RULESET_DIGIT)))
            census.has_words = true;
    }
    return census;
}

static void counts_bytes_as_told(void **state)
{
    (void)state;
    static const char bytes[] = "aafgAGz019-_  :/.@\xc3\xa9\t";
    const uint32_t kinds[] = {sizeof bytes - 1, 12, 7, 6}; /* all; ids; nearly ids; few letters */
    struct seeded seeded = seeded_begin("census");
    for (uint32_t round = 0; round < 400000; round++) {
        char room[80];
        size_t size = seeded_below(&seeded, round % 3 ? 24 : sizeof room + 1);
        char *value = room + sizeof room - size; /* nothing may be read behind it */
        uint32_t count = kinds[round % 4];
        for (size_t i = 0; i < size; i++)
            value[i] = bytes[(round % 4 == 2 ? 5 : 0) + seeded_below(&seeded, count)];
        bool has_other = size > 0 && seeded_below(&seeded, 8) == 0;
        if (has_other)
            value[seeded_below(&seeded, (uint32_t)size)] = (char)seeded_below(&seeded, 256);
        struct text text = {value, size};
        struct matcher_census wanted = count_naively(text);
        struct matcher_census census = matcher_count_bytes(text);
        if (census.kinds != wanted.kinds || census.digits != wanted.digits ||
            census.run_max != wanted.run_max || census.has_words != wanted.has_words)
            fail_msg("round %u", (unsigned)round);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_bytes_as_told),
        cmocka_unit_test(asks_about_every_phrase_of_digits),
        cmocka_unit_test(asks_about_every_run_of_a_charset),
        cmocka_unit_test(asks_about_every_literal),
    };
    return cmocka_run_group_tests(tests, make_lexicon, release_lexicon);
}
