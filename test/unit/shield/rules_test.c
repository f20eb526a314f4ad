/* Rules as text: what each statement makes, and what is said of each mistake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "shield/ruleset.h"

#include <stdio.h>
#include <string.h>

enum { SOURCE_MAX = 4 * 1024 * 1024 };

static struct ruleset *make(const char *source, enum ruleset_kind kind)
{
    struct ruleset *set = NULL;
    struct error error = {0};
    if (ruleset_make(text_from(source), kind, &set, &error) != STATUS_OK) {
        fail_msg("%s", error.message);
    }
    return set;
}

static void refuses(struct text source, enum ruleset_kind kind, enum status expected,
                    const char *words)
{
    struct ruleset *set = NULL;
    struct error error = {0};
    enum status status = ruleset_make(source, kind, &set, &error);
    if (status == STATUS_OK) fail_msg("taken: %.*s", TEXT_PRINT(source));
    assert_int_equal(status, expected);
    assert_null(set);
    if (!strstr(error.message, words)) {
        fail_msg("%.*s\nwants: %s\nsays: %s", TEXT_PRINT(source), words, error.message);
    }
}

/* --- what is right --- */

static const char full[] = "# a comment\n"
                           "set mine 2026-11-22\r\n"
                           "\n"
                           "rule S08 GitHub token # not of the title\n"
                           "\tversion 7\n"
                           "  tier V\n"
                           "class credential\n"
                           "prefix ghp_ gho_\n"
                           "fold_prefix Bearer\n"
                           "infix \"two words\" # not a literal\n"
                           "fold_infix ://\n"
                           "literal \"as it # stands\"  \n"
                           "literal\tbehind # a tab\n"
                           "digits 13-19\n"
                           "digits 8\n"
                           "groups 5\n"
                           "token base64url 20-\n"
                           "token hex 32\n"
                           "key credential card\n"
                           "key otp\n"
                           "whole\n"
                           "size 4-100\n"
                           "tail base58 36\n"
                           "check account\n"
                           "context card bank\n"
                           "words pan \"credit card\"\n"
                           "words kort\n"
                           "needs context\n"
                           "action bucket\n"
                           "bucket outward\n"
                           "alert\n"
                           "off";

static void reads_strict(void **state)
{
    (void)state;
    static const char *const classes[] = {"special", "entropy", "content", "structure", "custom"};
    char source[128];
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        snprintf(source, sizeof source, "set a 1\nrule A00\nwhole\nstrict\nclass %s", classes[i]);
        struct ruleset *set = make(source, RULESET_BUILTIN);
        assert_true(set->rules[0].is_strict);
        ruleset_drop(set);
    }
    struct ruleset *set = make("rule X01\nliteral a\nstrict", RULESET_PROJECT);
    assert_true(set->rules[0].is_strict);
    ruleset_drop(set);
}

static void is_literal(const struct ruleset_literal *literal, const char *text, bool is_prefix,
                       bool is_folded)
{
    assert_int_equal(literal->text.size, strlen(text));
    assert_memory_equal(literal->text.bytes, text, literal->text.size);
    assert_int_equal(literal->is_prefix, is_prefix);
    assert_int_equal(literal->is_folded, is_folded);
    assert_int_equal(literal->rule, 0);
}

static void is_word(const struct ruleset_word *word, const char *text)
{
    assert_int_equal(word->text.size, strlen(text));
    assert_memory_equal(word->text.bytes, text, word->text.size);
}

static void reads_every_statement(void **state)
{
    (void)state;
    struct ruleset *set = make(full, RULESET_BUILTIN);
    assert_true(text_equal(set->name, TEXT("mine")));
    assert_true(text_equal(set->version, TEXT("2026-11-22")));
    assert_int_equal(set->rule_count, 1);
    const struct ruleset_rule *rule = &set->rules[0];
    assert_string_equal(rule->id, "S08");
    assert_true(text_equal(rule->title, TEXT("GitHub token")));
    assert_int_equal(rule->version, 7);
    assert_int_equal(rule->tier, SHIELD_TIER_V);
    assert_int_equal(rule->class, SHIELD_CREDENTIAL);
    assert_int_equal(rule->action, SHIELD_BUCKET);
    assert_int_equal(rule->bucket, BUCKET_OUTWARD);
    assert_ptr_equal(rule->check, shield_validator_find(TEXT("account")));
    assert_int_equal(rule->groups_max, 5);
    assert_int_equal(rule->line, 4);
    assert_true(rule->whole && rule->needs_context && rule->alerts && rule->is_off);
    ruleset_drop(set);
}

static void reads_every_kind_of_trigger(void **state)
{
    (void)state;
    struct ruleset *set = make(full, RULESET_BUILTIN);
    const struct ruleset_rule *rule = &set->rules[0];
    assert_int_equal(set->literal_count, 7);
    is_literal(&set->literals[0], "ghp_", true, false);
    is_literal(&set->literals[1], "gho_", true, false);
    is_literal(&set->literals[2], "Bearer", true, true);
    is_literal(&set->literals[3], "two words", false, false);
    is_literal(&set->literals[4], "://", false, true);
    is_literal(&set->literals[5], "\"as it # stands\"", false, true);
    is_literal(&set->literals[6], "behind # a tab", false, true);
    assert_int_equal(rule->digits_count, 2);
    assert_int_equal(rule->digits[0].min, 13);
    assert_int_equal(rule->digits[0].max, 19);
    assert_int_equal(rule->digits[1].min, 8);
    assert_int_equal(rule->digits[1].max, 8);
    assert_int_equal(rule->token_count, 2);
    assert_int_equal(rule->token[0].charset, SHIELD_BASE64URL);
    assert_int_equal(rule->token[0].range.min, 20);
    assert_int_equal(rule->token[0].range.max, SHIELD_VALUE_MAX);
    assert_int_equal(rule->token[1].charset, SHIELD_HEX);
    assert_int_equal(rule->keys, SHIELD_KEY_BIT(SHIELD_KEY_CREDENTIAL) |
                                     SHIELD_KEY_BIT(SHIELD_KEY_CARD) |
                                     SHIELD_KEY_BIT(SHIELD_KEY_OTP));
    assert_int_equal(rule->size.min, 4);
    assert_int_equal(rule->size.max, 100);
    assert_int_equal(rule->tail.min, 36);
    assert_int_equal(rule->tail.max, 36);
    assert_int_equal(rule->tail_charset, SHIELD_BASE58);
    ruleset_drop(set);
}

static void reads_context_and_words(void **state)
{
    (void)state;
    struct ruleset *set = make(full, RULESET_BUILTIN);
    const struct ruleset_rule *rule = &set->rules[0];
    assert_int_equal(rule->context,
                     SHIELD_KEY_BIT(SHIELD_KEY_CARD) | SHIELD_KEY_BIT(SHIELD_KEY_BANK));
    assert_int_equal(set->word_count, 3);
    assert_int_equal(rule->words_begin, 0);
    assert_int_equal(rule->words_end, 3);
    is_word(&set->words[0], "pan");
    is_word(&set->words[1], "credit card");
    is_word(&set->words[2], "kort");
    ruleset_drop(set);
}

static void gives_what_is_not_said_its_default(void **state)
{
    (void)state;
    struct ruleset *set = make("set a 1\nrule A00\nwhole", RULESET_BUILTIN);
    const struct ruleset_rule *rule = &set->rules[0];
    assert_int_equal(rule->title.size, 0);
    assert_int_equal(rule->version, 1);
    assert_int_equal(rule->tier, SHIELD_TIER_S);
    assert_int_equal(rule->class, SHIELD_CUSTOM);
    assert_int_equal(rule->action, SHIELD_DROP);
    assert_int_equal(rule->groups_max, 8);
    assert_null(rule->check);
    assert_false(rule->needs_context || rule->alerts || rule->is_strict || rule->is_off);
    ruleset_drop(set);
}

static void takes_the_words_for_every_enum(void **state)
{
    (void)state;
    static const char *const classes[] = {"credential", "card",    "bank",      "national",
                                          "contact",    "special", "device",    "place",
                                          "entropy",    "content", "structure", "custom"};
    static const char *const charsets[] = {"digit",  "hex",    "lower",  "upper",     "alnum",
                                           "base32", "base58", "base64", "base64url", "word"};
    char source[256];
    for (int i = 0; i < SHIELD_CLASS_COUNT; i++) {
        snprintf(source, sizeof source, "set a 1\nrule A00 t\nwhole\nclass %s", classes[i]);
        struct ruleset *set = make(source, RULESET_BUILTIN);
        assert_int_equal(set->rules[0].class, i);
        ruleset_drop(set);
    }
    for (int i = 0; i < SHIELD_CHARSET_COUNT; i++) {
        snprintf(source, sizeof source, "set a 1\nrule A00 t\ntoken %s 1-2", charsets[i]);
        struct ruleset *set = make(source, RULESET_BUILTIN);
        assert_int_equal(set->rules[0].token[0].charset, i);
        ruleset_drop(set);
    }
}

/* --- what is wrong --- */

static const struct {
    const char *source; /* line 3 on, of rule A00 */
    const char *words;
} mistakes[] = {
    {"", "line 2, rule A00: it has no trigger"},
    {"prefix", "line 3, rule A00: a literal is missing"},
    {"literal", "line 3, rule A00: a literal has 1 to 64 bytes"},
    {"prefix \"\"", "line 3, rule A00: a literal has 1 to 64 bytes"},
    {"prefix \"open", "line 3, rule A00: a quote is not closed"},
    {"words \"open", "line 3, rule A00: a quote is not closed"},
    {"words", "line 3, rule A00: a word is missing"},
    {"whole\nwords \"\"", "line 4, rule A00: a word has 1 to 64 bytes"},
    {"whole\nversion 0", "line 4, rule A00: not a number in range: \"0\""},
    {"whole\nversion 65536", "line 4, rule A00: not a number in range"},
    {"whole\nversion one", "line 4, rule A00: not a number in range: \"one\""},
    {"whole\nversion", "line 4, rule A00: not a number in range"},
    {"whole\ntier v", "line 4, rule A00: no such tier: \"v\""},
    {"whole\ntier", "line 4, rule A00: no such tier"},
    {"whole\nclass money", "line 4, rule A00: no such class: \"money\""},
    {"whole\nclass", "line 4, rule A00: no such class"},
    {"digits 0-4", "line 3, rule A00: not a range of 1 to 40 digits: \"0-4\""},
    {"digits 41", "line 3, rule A00: not a range of 1 to 40 digits"},
    {"digits 5-4", "line 3, rule A00: not a range of 1 to 40 digits"},
    {"digits -4", "line 3, rule A00: not a range of 1 to 40 digits"},
    {"digits 4-x", "line 3, rule A00: not a range of 1 to 40 digits"},
    {"digits 4--", "line 3, rule A00: not a range of 1 to 40 digits"},
    {"digits", "line 3, rule A00: not a range of 1 to 40 digits"},
    {"digits 18446744073709551617", "line 3, rule A00: not a range of 1 to 40 digits"},
    {"digits 1\ndigits 2\ndigits 3\ndigits 4\ndigits 5", "line 7, rule A00: more than 4 times"},
    {"token hex 1\ntoken hex 2\ntoken hex 3\ntoken hex 4\ntoken hex 5",
     "line 7, rule A00: more than 4 times"},
    {"digits 1\ngroups 0", "line 4, rule A00: not a number in range"},
    {"digits 1\ngroups 41", "line 4, rule A00: not a number in range"},
    {"token", "line 3, rule A00: a charset is missing"},
    {"token latin 1", "line 3, rule A00: no such charset: \"latin\""},
    {"token hex", "line 3, rule A00: not a range of lengths"},
    {"token hex 0", "line 3, rule A00: not a range of lengths"},
    {"token hex 3-2", "line 3, rule A00: not a range of lengths"},
    {"token hex 3 4", "line 3, rule A00: not a range of lengths"},
    {"prefix a\ntail hex", "line 4, rule A00: not a range of lengths"},
    {"key", "line 3, rule A00: a key class is missing"},
    {"key passwords", "line 3, rule A00: no such key class: \"passwords\""},
    {"whole\ncontext", "line 4, rule A00: a key class is missing"},
    {"whole\ncontext money cash", "line 4, rule A00: no such key class: \"cash\""},
    {"whole 1", "line 3, rule A00: neither words nor run: \"1\""},
    {"whole words 2", "line 3, rule A00: neither words nor run: \"words\""},
    {"whole run", "line 3, rule A00: not a number in range"},
    {"whole run 70000", "line 3, rule A00: not a number in range: \"70000\""},
    {"whole\nluhn 1", "line 4, rule A00: nothing follows \"luhn\", but: \"1\""},
    {"whole\ndotted 1", "line 4, rule A00: nothing follows \"dotted\", but: \"1\""},
    {"digits 9\nwritten", "line 4, rule A00: the form is missing"},
    {"digits 9\nwritten 3-0", "line 4, rule A00: no groups of 1 to 40 digits in all: \"3-0\""},
    {"digits 9\nwritten 3-", "line 4, rule A00: no groups of 1 to 40 digits in all: \"3-\""},
    {"digits 9\nwritten *", "line 4, rule A00: no groups of 1 to 40 digits in all: \"*\""},
    {"digits 9\nwritten \"\"", "line 4, rule A00: no groups of 1 to 40 digits in all:"},
    {"digits 9\nwritten 20-21", "line 4, rule A00: no groups of 1 to 40 digits in all: \"20-21\""},
    {"digits 9\nwritten 18446744073709551615-3",
     "line 4, rule A00: no groups of 1 to 40 digits in all"},
    {"digits 9\nwritten 1 2 3 4 5", "line 4, rule A00: more than 4 forms \"5\""},
    {"token alnum 1\nform +", "line 4, rule A00: not a form of at most four places:"},
    {"token alnum 1\nform 99999+",
     "line 4, rule A00: not a form of at most four places: \"99999\""},
    {"whole\ncapital 1", "line 4, rule A00: nothing follows \"capital\", but: \"1\""},
    {"whole\ndialled 1", "line 4, rule A00: nothing follows \"dialled\", but: \"1\""},
    {"whole\nagain 0", "line 4, rule A00: not a number in range: \"0\""},
    {"whole\nafter", "line 4, rule A00: no such charset"},
    {"whole\nafter vowels", "line 4, rule A00: no such charset: \"vowels\""},
    {"whole\nsize", "line 4, rule A00: not a range of sizes"},
    {"whole\nsize 9-8", "line 4, rule A00: not a range of sizes"},
    {"whole\nsize 2147483648", "line 4, rule A00: not a range of sizes"},
    {"pattern a+", "line 3, rule A00: patterns are for a project's own rules"},
    {"check", "line 3, rule A00: no such validator"},
    {"check luhn_cart", "line 3, rule A00: no such validator: \"luhn_cart\""},
    {"whole\nneeds proof", "line 4, rule A00: needs \"context\", not: \"proof\""},
    {"whole\nneeds", "line 4, rule A00: needs \"context\""},
    {"whole\naction allow", "line 4, rule A00: no such action: \"allow\""},
    {"whole\naction", "line 4, rule A00: no such action"},
    {"whole\naction bucket", "line 4, rule A00: it buckets, and nothing says how"},
    {"whole\nbucket", "line 4, rule A00: no such bucket"},
    {"whole\nbucket month", "line 4, rule A00: no such bucket: \"month\""},
    {"whole\nalert loudly", "line 4, rule A00: nothing follows \"alert\""},
    {"whole\nstrict plan", "line 4, rule A00: nothing follows \"strict\", but: \"plan\""},
    {"whole\nstrict\nclass credential", "line 5, rule A00: its class holds in every mode"},
    {"whole\nclass card\nstrict", "line 5, rule A00: its class holds in every mode"},
    {"whole\nclass contact\nstrict", "line 5, rule A00: its class holds in every mode"},
    {"whole\nclass place\nstrict", "line 5, rule A00: its class holds in every mode"},
    {"whole\noff 1", "line 4, rule A00: nothing follows \"off\""},
    {"whole\nwhole", "line 4, rule A00: given twice: \"whole\""},
    {"whole\ntier V\ntier S", "line 5, rule A00: given twice: \"tier\""},
    {"whole\ncheck account\ncheck account", "line 5, rule A00: given twice"},
    {"whole\nsize 1\nsize 1", "line 5, rule A00: given twice"},
    {"whole\nregex a", "line 4, rule A00: no such statement: \"regex\""},
    {"whole\nset b 2", "line 4, rule A00: a set is named once, and first"},
    {"whole\nrule A00 again", "line 4: there is a rule before with the id \"A00\""},
    {"whole\nrule a01 t", "line 4: not a rule's id: \"a01\""},
    {"whole\nrule A1 t", "line 4: not a rule's id: \"A1\""},
    {"whole\nrule A001 t", "line 4: not a rule's id: \"A001\""},
    {"whole\nrule", "line 4: not a rule's id"},
    {"tier V\nrule A01 t\nwhole", "line 4, rule A00: it has no trigger"},
};

static void names_line_and_rule_of_every_mistake(void **state)
{
    (void)state;
    char source[512];
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        snprintf(source, sizeof source, "set a 1\nrule A00 t\n%s", mistakes[i].source);
        if (!*mistakes[i].source) snprintf(source, sizeof source, "set a 1\nrule A00 t");
        refuses(text_from(source), RULESET_BUILTIN, STATUS_INVALID, mistakes[i].words);
    }
}

static void refuses_what_stands_outside_of_rules(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        const char *words;
    } cases[] = {
        {"rule A00 t\nwhole", "line 1: a set begins with its name"},
        {"whole", "line 1: a set begins with its name"},
        {"set", "line 1: a set has a name and a version"},
        {"set a", "line 1: a set has a name and a version"},
        {"set a 1 2", "line 1: nothing follows a set's version, but: \"2\""},
        {"set a 1\nset a 2", "line 2: a set is named once, and first"},
        {"set a 1\n\ntier V", "line 3: outside of any rule: \"tier\""},
        {"set a 1\nwhat", "line 2: no such statement: \"what\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refuses(text_from(cases[i].source), RULESET_BUILTIN, STATUS_INVALID, cases[i].words);
    refuses((struct text){"set a 1\nrule A00 t\nprefix \0x", 28}, RULESET_BUILTIN, STATUS_INVALID,
            "line 3, rule A00: a zero byte");
}

/* A message ends up in JSON: half a character would spoil it. */
static void quotes_whole_characters(void **state)
{
    (void)state;
    struct ruleset *set = NULL;
    struct error error = {0};
    char source[128] = "set a 1\nrule A00 t\ntier ";
    size_t size = strlen(source);
    memset(source + size, 'x', 39);
    memcpy(source + size + 39, "\xc3\xa9\xc3\xa9", 5);
    assert_int_equal(ruleset_make(text_from(source), RULESET_BUILTIN, &set, &error),
                     STATUS_INVALID);
    for (const char *byte = error.message; *byte; byte++)
        assert_true((unsigned char)*byte < 0x80);
}

/* --- limits --- */

static struct buffer begin_source(const char *text)
{
    struct buffer source;
    buffer_init(&source, SOURCE_MAX);
    buffer_append_string(&source, text);
    return source;
}

static void try_source(struct buffer *source, enum ruleset_kind kind, const char *words)
{
    struct ruleset *set = NULL;
    struct error error = {0};
    assert_false(buffer_overflowed(source));
    enum status status = ruleset_make(buffer_text(source), kind, &set, &error);
    if (!words) {
        if (status != STATUS_OK) fail_msg("%s", error.message);
        ruleset_drop(set);
    } else {
        refuses(buffer_text(source), kind, status, words);
    }
    buffer_release(source);
}

static void takes_rules(int count, const char *words)
{
    struct buffer source = begin_source("set a 1\n");
    for (int i = 0; i < count; i++)
        buffer_printf(&source, "rule %c%02d t\nwhole\n", 'A' + i / 100, i % 100);
    try_source(&source, RULESET_BUILTIN, words);
}

static void takes_512_rules(void **state)
{
    (void)state;
    takes_rules(512, NULL);
    takes_rules(513, "line 1026: more than 512 rules \"F12\"");
}

static void takes_words(const char *statement, int count, const char *words)
{
    struct buffer source = begin_source("set a 1\nrule A00 t\nwhole\noff\n");
    for (int i = 0; i < count; i++)
        buffer_printf(&source, "%s w%05d\n", statement, i);
    try_source(&source, RULESET_BUILTIN, words);
}

static void takes_16_384_literals_and_as_many_words(void **state)
{
    (void)state;
    takes_words("prefix", 16384, NULL);
    takes_words("prefix", 16385, "line 16389, rule A00: too many literals");
    takes_words("words", 16384, NULL);
    takes_words("words", 16385, "line 16389, rule A00: too many words");
}

static void takes_literals_of_64_bytes(void **state)
{
    (void)state;
    static const char *const statements[] = {"prefix", "infix", "fold_prefix", "fold_infix",
                                             "literal"};
    for (size_t i = 0; i < 5; i++) {
        struct buffer source = begin_source("set a 1\nrule A00 t\n");
        buffer_printf(&source, "%s %.*s", statements[i], 64,
                      "0123456789012345678901234567890123456789012345678901234567890123456789");
        try_source(&source, RULESET_BUILTIN, NULL);
        source = begin_source("set a 1\nrule A00 t\n");
        buffer_printf(&source, "%s %.*s", statements[i], 65,
                      "0123456789012345678901234567890123456789012345678901234567890123456789");
        try_source(&source, RULESET_BUILTIN, "line 3, rule A00: a literal has 1 to 64 bytes");
    }
}

static void takes_a_mebibyte_and_64_kibibytes_of_a_project(void **state)
{
    (void)state;
    static const struct {
        enum ruleset_kind kind;
        size_t size_max;
        const char *words;
    } cases[] = {{RULESET_BUILTIN, 1024 * 1024, "1048577 bytes, at most 1048576"},
                 {RULESET_PROJECT, 64 * 1024, "65537 bytes, at most 65536"}};
    for (size_t i = 0; i < 2; i++) {
        struct buffer source = begin_source("set a 1\n#");
        while (source.size < cases[i].size_max)
            buffer_append_byte(&source, 'x');
        struct buffer longer = begin_source("set a 1\n#");
        while (longer.size < cases[i].size_max + 1)
            buffer_append_byte(&longer, 'x');
        try_source(&source, cases[i].kind, NULL);
        try_source(&longer, cases[i].kind, cases[i].words);
    }
}

/* --- a project's own --- */

static void a_project_has_literals_keys_and_patterns(void **state)
{
    (void)state;
    struct ruleset *set = make("rule X01 badge\nliteral badge-\nrule X02 t\nkey employee\n"
                               "rule X03 t\npattern \\bdesk[0-9]{3}\\b\nversion 2\ntier C\n"
                               "words desk\ncontext employee\nneeds context\nsize 1-99\n"
                               "action redact\nalert\nrule X04 t\npattern x\\d\noff\n",
                               RULESET_PROJECT);
    assert_int_equal(set->rule_count, 4);
    assert_int_equal(set->pattern_count, 2);
    assert_non_null(set->pattern_database);
    ruleset_drop(set);
    set = make("", RULESET_PROJECT);
    assert_int_equal(set->rule_count, 0);
    ruleset_drop(set);
}

static void a_project_has_nothing_else(void **state)
{
    (void)state;
    static const char *const statements[] = {
        "class custom", "prefix a",   "fold_prefix a", "infix a",
        "fold_infix a", "digits 1",   "groups 1",      "token hex 1",
        "whole",        "tail hex 1", "check account", "bucket year",
    };
    char source[128];
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        snprintf(source, sizeof source, "rule X01 t\nliteral a\n%s", statements[i]);
        refuses(text_from(source), RULESET_PROJECT, STATUS_INVALID,
                "line 3, rule X01: not for a project's own rules:");
    }
    refuses(TEXT("rule S08 t\nliteral a"), RULESET_PROJECT, STATUS_INVALID,
            "line 1: not a rule's id: \"S08\"");
}

static void refuses_patterns_that_are_wrong_or_large(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        const char *words;
    } cases[] = {
        {"", "line 2, rule X01: the pattern is missing"},
        {"a(b", "line 1, rule X01: its pattern"},
        {"a*", "line 1, rule X01: its pattern"},
        {"(a)\\1", "line 1, rule X01: its pattern"},
        {"(?<=a)b", "line 1, rule X01: its pattern"},
        {"\xff", "line 1, rule X01: its pattern"},
        {"([a-c]x|[b-d]y){700}z", "line 1, rule X01: its pattern"},
    };
    char source[256];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(source, sizeof source, "rule X01 t\npattern %s\n", cases[i].pattern);
        refuses(text_from(source), RULESET_PROJECT, STATUS_INVALID, cases[i].words);
    }
    struct buffer longest = begin_source("rule X01 t\npattern ");
    for (int i = 0; i < 1024; i++)
        buffer_append_byte(&longest, 'a');
    try_source(&longest, RULESET_PROJECT, "line 1, rule X01: its pattern is longer than 1,023");
}

static void takes_64_patterns(void **state)
{
    (void)state;
    for (int count = 64; count <= 65; count++) {
        struct buffer source = begin_source("rule X01 t\n");
        for (int i = 0; i < count; i++)
            buffer_printf(&source, "pattern p%02d[0-9]\n", i);
        const char *words = count > 64 ? "line 66, rule X01: more than 64 patterns" : NULL;
        try_source(&source, RULESET_PROJECT, words);
    }
}

/* What is read may be anything; a file of it never breaks the reader. */
static void survives_any_lines(void **state)
{
    (void)state;
    uint64_t seed = 20261122;
    for (int round = 0; round < 300; round++) {
        char source[400] = "set a 1\nrule A00 t\n";
        size_t size = strlen(source);
        for (int i = 0; i < 4; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
            const char *from = mistakes[(seed >> 33) % (sizeof mistakes / sizeof *mistakes)].source;
            size_t length = strlen(from);
            size_t cut = length > 0 ? (seed >> 20) % (length + 1) : 0;
            if (size + cut + 2 >= sizeof source) break;
            memcpy(source + size, from, cut);
            size += cut;
            source[size++] = '\n';
        }
        struct ruleset *set = NULL;
        struct error error = {0};
        enum ruleset_kind kind = round % 2 ? RULESET_BUILTIN : RULESET_PROJECT;
        if (ruleset_make((struct text){source, size}, kind, &set, &error) == STATUS_OK) {
            ruleset_drop(set);
        } else {
            assert_non_null(strstr(error.message, "line "));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_statement),
        cmocka_unit_test(reads_strict),
        cmocka_unit_test(reads_every_kind_of_trigger),
        cmocka_unit_test(reads_context_and_words),
        cmocka_unit_test(gives_what_is_not_said_its_default),
        cmocka_unit_test(takes_the_words_for_every_enum),
        cmocka_unit_test(names_line_and_rule_of_every_mistake),
        cmocka_unit_test(refuses_what_stands_outside_of_rules),
        cmocka_unit_test(quotes_whole_characters),
        cmocka_unit_test(takes_512_rules),
        cmocka_unit_test(takes_16_384_literals_and_as_many_words),
        cmocka_unit_test(takes_literals_of_64_bytes),
        cmocka_unit_test(takes_a_mebibyte_and_64_kibibytes_of_a_project),
        cmocka_unit_test(a_project_has_literals_keys_and_patterns),
        cmocka_unit_test(a_project_has_nothing_else),
        cmocka_unit_test(refuses_patterns_that_are_wrong_or_large),
        cmocka_unit_test(takes_64_patterns),
        cmocka_unit_test(survives_any_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
