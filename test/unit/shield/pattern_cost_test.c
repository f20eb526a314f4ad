/* How much a pattern would cost, told before anything is compiled: what is hostile is refused, what
 * is not can be compiled, and the automaton never matches less than the pattern does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shield/pattern_parse.h"
#include "support/seeded.h"

#include <hs/hs.h>
#include <stdio.h>
#include <string.h>

enum { ROUNDS = 1500, PATTERN_SIZE = 2048, SUBJECTS = 12, SUBJECT_SIZE = 40 };

static void counts_positions_and_states(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        uint32_t positions;
        uint32_t states; /* with the one that nothing has come to */
    } cases[] = {
        {"", 0, 1},
        {"a", 1, 2},
        {"abc", 3, 4},
        {"a{3}", 3, 4},
        {"a|b", 2, 3},
        {"[a-z]", 1, 2},
        {"\\d\\d", 2, 3},
        {"\\bdesk\\b", 4, 5},
        {"(ab){2}", 4, 5},
        {"a{2,4}b", 5, 6},
        {"x{0}y", 2, 2},
        {"(?i)ab", 2, 3},
        {"\\Qa{9}\\E", 4, 5},
        {"a{,3}", 5, 6},
        {"[]a]", 1, 2},
        {"[^\\d]", 10, 0},
        {"(?i)\xc3\xa9", 10, 0},
        {"(?#x{9})a", 1, 2},
        {"(?:a|b)*c", 3, 0},
        {"[a\\]b]", 1, 2},
        {"\xc3\xa9{3}", 6, 0},
        {".", 10, 0},
        {"a{60}", 60, 61},
        {"a+?", 1, 2},
        {"((((a))))", 1, 2},
        {"(\\ba\\b){32}", 32, 0},
        {"[[:alpha:][:^digit:]-]", 10, 0},
        {"[\\n\\t]\\x{1f600}", 11, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pattern_cost cost = {0};
        const char *refusal = pattern_refusal(text_from(cases[i].pattern), PATTERN_ANYWHERE, &cost);
        bool is_right = !refusal && cost.positions == cases[i].positions &&
                        (cases[i].states == 0 || cost.states == cases[i].states);
        if (!is_right) {
            fail_msg("%s: %s, %u positions, %u states", cases[i].pattern,
                     refusal ? refusal : "good", cost.positions, cost.states);
        }
    }
}

static void refuses(const char *pattern, const char *words)
{
    struct pattern_cost cost;
    const char *refusal = pattern_refusal(text_from(pattern), PATTERN_ANYWHERE, &cost);
    if (!refusal || !strstr(refusal, words)) {
        fail_msg("%.60s: %s", pattern, refusal ? refusal : "taken");
    }
}

static void refuses_what_would_take_seconds(void **state)
{
    (void)state;
    static const char *const many[] = {
        "(a{1,1000}){1,1000}",
        "(a{1,1000}){1,10}",
        "a{65}",
        "a{0,65}",
        "(a{1,100}){1,10}",
        ".{0,5000}x",
        ".{0,400}x",
        "[a-z]{0,4000}x",
        "(ab|cd|ef){1,500}",
        "(a|b)*c(a|b){1000}",
        "\\W{100}",
        "[^a]{300}",
        "(.*foo){50}",
        "(a?){200}a{200}",
        "\xc3\xa9{300}",
        "[\xc3\xa9-\xd1\x8f]{300}",
        "((a{9}){9}){9}",
        "(a{32767}){32767}",
        "a{99999999999999999999}",
        "x{65,}",
        "(?:(?:(?:a{2}){2}){2}){9}",
        "(x+x+){33}",
        "(ab|cd|ef)(?#){1,300}x",
        "(ab|cd|ef)(?# a)(?#(){1,300}x",
        "(ab|cd|ef)\\Q\\E{1,300}x",
    };
    static const char *const states[] = {
        "foo+\\w{14,16}(x*)?",
        "foo[a-z]{11,21}foo+",
        "(\\w[a-z]{1}b{1}\\d?){10,}(\\s?|a)+",
        "a[ab]{20}c",
    };
    for (size_t i = 0; i < sizeof many / sizeof *many; i++)
        refuses(many[i], "64 positions");
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        refuses(states[i], "1,024 states");
    refuses("(?:(?:\\b|\\B){3000}a){20}", "64 places between bytes");
    refuses("(?:\\b|\\B){33}a", "64 places between bytes");
    refuses("(?:(?:\\b){9}){9}a", "64 places between bytes");
    refuses("(?:(?:x{0}){9}(?:(?:)){9}\\ba){4}", "64 places between bytes");
    refuses("(\\b|\\B|\\b|\\B|\\b|\\B|\\b|\\B|\\b|\\B|a){63}b", "64 places between bytes");
    refuses("\\p{L}", "class of Unicode");
    refuses("a\\pLb", "class of Unicode");
    refuses("[^\\P{Greek}]{1,4}", "class of Unicode");
    refuses("(?x) a {9}", "free spacing");
    refuses("(?i-s:a)(?sx:b)", "free spacing");
    refuses("(*UCP)\\w", "(*");
    refuses("[\\Q]\\E[](?:ab|cd|ef){1,300}x", "quotes inside a class");
    refuses("[a\\E](?:ab|cd|ef){1,300}x", "quotes inside a class");
    refuses("\\c[(?:ab|cd|ef){1,300}x", "an escape that is not known");
    refuses("[\\c](?:ab|cd|ef){1,300}x]", "an escape that is not known");
    refuses("(a)\\g{1}", "an escape that is not known");
    refuses("a)|(b", "closes a group that is not open");
    refuses("a\\", "an escape that is not known");
    refuses("[[:a](?:ab|cd|ef){1,300}x", "is no class of bytes by name");
    refuses("[a[:lower:", "is no class of bytes by name");
    refuses("\\x{[(?:ab|cd|ef){1,300}x", "an escape that is not known");
    char deep[PATTERN_SIZE] = "";
    memset(deep, '(', 400);
    refuses(deep, "24 groups");
}

/* Where it begins is known, so matches under way need not be told apart. */
static void a_pattern_of_a_whole_text_needs_fewer_states(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        uint32_t states;
    } cases[] = {
        {"^(?:[A-Z][A-Za-z ]{0,40})\\z", 42},
        {"^(?:a[ab]{20}c)\\z", 23},
        {"^(?:a|b)\\z", 3},
        {"^(?:.*b[ab]{5})\\z", 0}, /* as many as of subsets: where b was is not forgotten */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pattern_cost cost = {0};
        const char *refusal = pattern_refusal(text_from(cases[i].pattern), PATTERN_WHOLE, &cost);
        if (refusal || (cases[i].states > 0 && cost.states != cases[i].states))
            fail_msg("%s: %s, %u states", cases[i].pattern, refusal ? refusal : "good",
                     cost.states);
    }
    struct pattern_cost cost;
    assert_non_null(pattern_refusal(TEXT("^(?:.*b[ab]{20})\\z"), PATTERN_WHOLE, &cost));
}

static void refuses_a_huge_alternation(void **state)
{
    (void)state;
    char pattern[PATTERN_SIZE] = "(";
    size_t size = 1;
    for (int i = 0; size < 1000; i++)
        size += (size_t)snprintf(pattern + size, sizeof pattern - size, "word%d|", i);
    snprintf(pattern + size, sizeof pattern - size, "x)");
    refuses(pattern, "64 positions");
}

/* --- against Hyperscan --- */

static void append(char *pattern, const char *piece)
{
    size_t size = strlen(pattern);
    if (size + strlen(piece) + 1 < PATTERN_SIZE) memcpy(pattern + size, piece, strlen(piece) + 1);
}

static void append_quantifier(struct seeded *random, char *pattern)
{
    char bytes[48];
    uint32_t min = seeded_below(random, 4);
    switch (seeded_below(random, 9)) {
    case 0: append(pattern, "*"); return;
    case 1: append(pattern, "+"); return;
    case 2: append(pattern, "?"); return;
    case 3: snprintf(bytes, sizeof bytes, "{%u}", min + 1); break;
    case 4: snprintf(bytes, sizeof bytes, "{%u,%u}", min, min + 1 + seeded_below(random, 4)); break;
    case 5: snprintf(bytes, sizeof bytes, "{%u,}?", min); break;
    default: return;
    }
    append(pattern, bytes);
}

static void append_pattern(struct seeded *random, char *pattern, int depth)
{
    static const char *const atoms[] = {
        "a",        "b",      "c1",    "[ab]",  "[^a]",         "\\d",      "\\w",
        ".",        "\\s",    "[a-c]", "\\x61", "[\\w-]",       "\\Qa+\\E", "[]b]",
        "\xc3\xa9", "[^\\d]", "\\-",   "(?:)",  "[[:alpha:]b]", "\\x{61}",  "[\\n-]"};
    for (uint32_t count = 1 + seeded_below(random, 3); count > 0; count--) {
        if (depth > 0 && seeded_below(random, 3) == 0) {
            append(pattern, seeded_below(random, 2) ? "(" : "(?:");
            append_pattern(random, pattern, depth - 1);
            if (seeded_below(random, 2)) {
                append(pattern, "|");
                append_pattern(random, pattern, depth - 1);
            }
            append(pattern, ")");
        } else {
            append(pattern, atoms[seeded_below(random, sizeof atoms / sizeof *atoms)]);
        }
        append_quantifier(random, pattern);
    }
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *context)
{
    (void)id, (void)from, (void)to, (void)flags;
    *(bool *)context = true;
    return 1;
}

/* Does the automaton come to an end anywhere in the text? */
static bool automaton_matches(const struct pattern_automaton *automaton, struct text text)
{
    struct pattern_set now = {0};
    if (automaton->is_nullable) return true;
    for (size_t i = 0; i < text.size; i++) {
        struct pattern_set next = automaton->first;
        struct pattern_set to = {0};
        for (uint32_t p = 0; p < automaton->count; p++) {
            if (now.words[p / 64] >> p % 64 & 1) pattern_set_join(&next, &automaton->follow[p]);
        }
        for (uint32_t p = 0; p < automaton->count; p++) {
            bool is_next = next.words[p / 64] >> p % 64 & 1;
            if (is_next && pattern_bytes_have(&automaton->bytes[p], (uint8_t)text.bytes[i]))
                pattern_set_add(&to, p);
        }
        now = to;
        for (int word = 0; word < PATTERN_WORDS; word++) {
            if (now.words[word] & automaton->last.words[word]) return true;
        }
    }
    return false;
}

static struct text make_subject(struct seeded *random, char bytes[SUBJECT_SIZE])
{
    static const char *const letters[] = {"a", "b", "c", "1", "a", "-", " ", "+", "\xc3\xa9", "]"};
    size_t size = 0;
    for (uint32_t count = seeded_below(random, 16); count > 0; count--) {
        const char *letter = letters[seeded_below(random, 10)];
        memcpy(bytes + size, letter, strlen(letter));
        size += strlen(letter);
    }
    return (struct text){bytes, size};
}

/* *matched counts the subjects that Hyperscan found the pattern in. */
static void compare(struct seeded *random, const char *pattern, const hs_database_t *database,
                    hs_scratch_t *scratch, uint32_t *matched)
{
    static struct pattern_automaton automaton;
    char bytes[SUBJECT_SIZE];
    assert_null(pattern_parse(text_from(pattern), &automaton));
    for (int i = 0; i < SUBJECTS; i++) {
        struct text subject = make_subject(random, bytes);
        bool is_match = false;
        (void)hs_scan(database, subject.bytes, (unsigned)subject.size, 0, scratch, on_match,
                      &is_match);
        if (is_match) (*matched)++;
        if (is_match && !automaton_matches(&automaton, subject)) {
            fail_msg("\"%s\" matches \"%.*s\"", pattern, TEXT_PRINT(subject));
        }
    }
}

static void matches_whatever_hyperscan_matches(void **state)
{
    (void)state;
    struct seeded random = seeded_begin("patterns against Hyperscan");
    hs_scratch_t *scratch = NULL;
    uint32_t compiled = 0;
    uint32_t matched = 0;
    for (int round = 0; round < ROUNDS; round++) {
        char pattern[PATTERN_SIZE] = "";
        struct pattern_cost cost;
        hs_database_t *database = NULL;
        hs_compile_error_t *failure = NULL;
        append_pattern(&random, pattern, 3);
        if (pattern_refusal(text_from(pattern), PATTERN_ANYWHERE, &cost)) continue;
        if (hs_compile(pattern, HS_FLAG_UTF8 | HS_FLAG_ALLOWEMPTY, HS_MODE_BLOCK, NULL, &database,
                       &failure) != HS_SUCCESS) {
            (void)hs_free_compile_error(failure);
            continue;
        }
        assert_int_equal(hs_alloc_scratch(database, &scratch), HS_SUCCESS);
        compare(&random, pattern, database, scratch, &matched);
        (void)hs_free_database(database);
        compiled++;
    }
    (void)hs_free_scratch(scratch);
    assert_true(compiled > ROUNDS / 4);
    assert_true(matched > compiled);
}

static void reads_any_bytes(void **state)
{
    (void)state;
    static const char letters[] = "a{}[](),?*+|\\^$.-0129:xQEpid#'<=!\xc3\xa9\xff\n";
    struct seeded random = seeded_begin("any bytes as patterns");
    for (int round = 0; round < 20000; round++) {
        char pattern[64];
        size_t size = seeded_below(&random, sizeof pattern);
        struct pattern_cost cost;
        for (size_t i = 0; i < size; i++)
            pattern[i] = letters[seeded_below(&random, sizeof letters - 1)];
        (void)pattern_refusal((struct text){pattern, size}, PATTERN_ANYWHERE, &cost);
        assert_true(cost.positions <= PATTERN_POSITIONS_MAX);
        assert_true(cost.states <= PATTERN_STATES_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_positions_and_states),
        cmocka_unit_test(refuses_what_would_take_seconds),
        cmocka_unit_test(a_pattern_of_a_whole_text_needs_fewer_states),
        cmocka_unit_test(refuses_a_huge_alternation),
        cmocka_unit_test(matches_whatever_hyperscan_matches),
        cmocka_unit_test(reads_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
