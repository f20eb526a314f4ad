/* Statements that say where a rule looks: triggers, and what narrows them. */
#include "shield/ruleset_parser.h"

#include "base/check.h"
#include "base/memory.h"

#include <string.h>

static const struct text charset_words[] = {
    TEXT_INIT("digit"),     TEXT_INIT("hex"),    TEXT_INIT("lower"),  TEXT_INIT("upper"),
    TEXT_INIT("alnum"),     TEXT_INIT("base32"), TEXT_INIT("base58"), TEXT_INIT("base64"),
    TEXT_INIT("base64url"), TEXT_INIT("word"),
};
_Static_assert(sizeof charset_words / sizeof *charset_words == SHIELD_CHARSET_COUNT,
               "one a charset");

static enum status add_literal(struct parser *parser, struct text text, bool is_prefix,
                               bool is_folded)
{
    struct ruleset *set = parser->set;
    if (text.size == 0 || text.size > RULESET_WORD_SIZE_MAX) {
        return parser_refuse(parser, "a literal has 1 to 64 bytes, not:", text);
    }
    if (set->literal_count == RULESET_LITERALS_MAX) {
        return parser_refuse(parser, "too many literals", TEXT(""));
    }
    if (set->literal_count == parser->literal_capacity) {
        parser->literal_capacity = parser->literal_capacity ? parser->literal_capacity * 2 : 256;
        set->literals =
            memory_resize(set->literals, parser->literal_capacity, sizeof *set->literals);
    }
    set->literals[set->literal_count++] =
        (struct ruleset_literal){.text = text,
                                 .rule = (uint16_t)(parser->rule - set->rules),
                                 .is_prefix = is_prefix,
                                 .is_folded = is_folded};
    parser->rule->has_trigger = true;
    return STATUS_OK;
}

static enum status read_literals(struct parser *parser, struct text rest, bool is_prefix,
                                 bool is_folded)
{
    struct text word;
    if (rest.size == 0) return parser_refuse(parser, "a literal is missing", rest);
    while (parser_next_word(&rest, &word))
        TRY(add_literal(parser, word, is_prefix, is_folded));
    return STATUS_OK;
}

enum status parser_read_prefix(struct parser *parser, struct text rest)
{
    return read_literals(parser, rest, true, false);
}

enum status parser_read_fold_prefix(struct parser *parser, struct text rest)
{
    return read_literals(parser, rest, true, true);
}

enum status parser_read_infix(struct parser *parser, struct text rest)
{
    return read_literals(parser, rest, false, false);
}

enum status parser_read_fold_infix(struct parser *parser, struct text rest)
{
    return read_literals(parser, rest, false, true);
}

enum status parser_read_literal(struct parser *parser, struct text rest)
{
    return add_literal(parser, rest, false, true);
}

enum status parser_read_digits(struct parser *parser, struct text rest)
{
    struct ruleset_rule *rule = parser->rule;
    if (rule->digits_count == RULESET_TRIGGERS_MAX)
        return parser_refuse(parser, "more than 4 times", rest);
    struct ruleset_range *range = &rule->digits[rule->digits_count++];
    if (!parser_read_range(rest, range, SHIELD_DIGITS_MAX) || range->min == 0 ||
        range->max > SHIELD_DIGITS_MAX) {
        return parser_refuse(parser, "not a range of 1 to 40 digits:", rest);
    }
    parser->rule->has_trigger = true;
    return STATUS_OK;
}

enum status parser_read_groups(struct parser *parser, struct text rest)
{
    struct ruleset_rule *rule = parser->rule;
    struct ruleset_range range;
    bool is_one = text_find_byte(rest, '-') < 0;
    if (is_one) return parser_read_number(parser, rest, SHIELD_DIGITS_MAX, &rule->groups_max);
    if (!parser_read_range(rest, &range, SHIELD_DIGITS_MAX) || range.max > SHIELD_DIGITS_MAX) {
        return parser_refuse(parser, "not a range of groups:", rest);
    }
    rule->groups_min = range.min;
    rule->groups_max = range.max;
    return STATUS_OK;
}

/* "3-2-4", "2-2-10*": the groups from the first on. */
static bool read_written(struct text form, struct ruleset_written *written)
{
    struct text rest = form;
    uint64_t size = 0;
    *written = (struct ruleset_written){0};
    written->is_open = rest.size > 0 && rest.bytes[rest.size - 1] == '*';
    if (written->is_open) rest.size--;
    if (rest.size == 0 || rest.bytes[rest.size - 1] == '-') return false;
    do {
        struct text group = text_split(rest, '-', &rest);
        if (!text_to_u64(group, &size) || size == 0) return false;
        if (size > SHIELD_DIGITS_MAX - written->digits) return false;
        written->begins = (written->begins | 1) << size;
        written->digits += (uint32_t)size;
        written->groups++;
    } while (rest.size > 0);
    written->told = (UINT64_C(2) << written->digits) - (written->is_open ? UINT64_C(1) << size : 2);
    return true;
}

enum status parser_read_written(struct parser *parser, struct text rest)
{
    struct ruleset_rule *rule = parser->rule;
    struct text form;
    if (rest.size == 0) return parser_refuse(parser, "the form is missing", TEXT(""));
    while (parser_next_word(&rest, &form)) {
        if (rule->written_count == RULESET_TRIGGERS_MAX)
            return parser_refuse(parser, "more than 4 forms", form);
        if (!read_written(form, &rule->written[rule->written_count++]))
            return parser_refuse(parser, "no groups of 1 to 40 digits in all:", form);
    }
    return STATUS_OK;
}

static enum status read_run(struct parser *parser, struct text rest, enum shield_charset *charset,
                            struct ruleset_range *range)
{
    struct text word = {0};
    if (!parser_next_word(&rest, &word))
        return parser_refuse(parser, "a charset is missing", TEXT(""));
    int found = parser_find_word(charset_words, SHIELD_CHARSET_COUNT, word);
    if (found < 0) return parser_refuse(parser, "no such charset:", word);
    *charset = (enum shield_charset)found;
    if (!parser_read_range(text_trim(rest), range, SHIELD_VALUE_MAX) || range->max == 0) {
        return parser_refuse(parser, "not a range of lengths:", rest);
    }
    return STATUS_OK;
}

enum status parser_read_token(struct parser *parser, struct text rest)
{
    struct ruleset_rule *rule = parser->rule;
    if (rule->token_count == RULESET_TRIGGERS_MAX)
        return parser_refuse(parser, "more than 4 times", rest);
    struct ruleset_run *run = &rule->token[rule->token_count++];
    rule->has_trigger = true;
    return read_run(parser, rest, &run->charset, &run->range);
}

/* Does a shape (ruleset_shape) agree with a form, as far as it goes? */
static bool agrees(uint32_t shape, struct text form, bool may_end)
{
    for (size_t i = 0; i < form.size; i++, shape /= 3) {
        uint32_t kind = shape % 3;
        if (kind == 0) return may_end; /* the token ends here */
        if (form.bytes[i] != 'X' && form.bytes[i] != (kind == 1 ? 'A' : '9')) return false;
    }
    return true;
}

enum status parser_read_form(struct parser *parser, struct text rest)
{
    struct text form;
    parser->rule->has_form = true;
    if (rest.size == 0) return parser_refuse(parser, "the form is missing", TEXT(""));
    while (parser_next_word(&rest, &form)) {
        bool may_end = form.size == 0 || form.bytes[form.size - 1] != '+';
        if (!may_end) form.size--;
        bool is_good = form.size > 0 && form.size <= RULESET_FORM_PLACES;
        for (size_t i = 0; i < form.size; i++)
            is_good = is_good && memchr("A9X", form.bytes[i], 3);
        if (!is_good) return parser_refuse(parser, "not a form of at most four places:", form);
        for (uint32_t shape = 0; shape < RULESET_SHAPES; shape++) {
            if (agrees(shape, form, may_end))
                parser->rule->forms[shape / 64] |= UINT64_C(1) << shape % 64;
        }
    }
    return STATUS_OK;
}

enum status parser_read_tail(struct parser *parser, struct text rest)
{
    return read_run(parser, rest, &parser->rule->tail_charset, &parser->rule->tail);
}

enum status parser_read_key(struct parser *parser, struct text rest)
{
    parser->rule->has_trigger = true;
    return parser_read_key_classes(parser, rest, &parser->rule->keys);
}

enum status parser_read_whole(struct parser *parser, struct text rest)
{
    struct ruleset_rule *rule = parser->rule;
    struct text word = {0};
    rule->whole = true;
    rule->has_trigger = true;
    if (rest.size == 0) return STATUS_OK;
    (void)parser_next_word(&rest, &word);
    rule->whole_words = text_equal(word, TEXT("words")) && rest.size == 0;
    if (rule->whole_words) return STATUS_OK;
    if (!text_equal(word, TEXT("run")))
        return parser_refuse(parser, "neither words nor run:", word);
    return parser_read_number(parser, text_trim(rest), SHIELD_VALUE_MAX, &rule->whole_run);
}

enum status parser_read_after(struct parser *parser, struct text rest)
{
    int found = parser_find_word(charset_words, SHIELD_CHARSET_COUNT, rest);
    if (found < 0) return parser_refuse(parser, "no such charset:", rest);
    parser->rule->has_after = true;
    parser->rule->after = (enum shield_charset)found;
    return STATUS_OK;
}

enum status parser_read_again(struct parser *parser, struct text rest)
{
    return parser_read_number(parser, rest, SHIELD_LOOK_MAX, &parser->rule->again);
}

enum status parser_read_size(struct parser *parser, struct text rest)
{
    if (!parser_read_range(rest, &parser->rule->size, SIZE_ANY)) {
        return parser_refuse(parser, "not a range of sizes:", rest);
    }
    return STATUS_OK;
}

enum status parser_read_pattern(struct parser *parser, struct text rest)
{
    struct ruleset *set = parser->set;
    if (parser->kind != RULESET_PROJECT) {
        return parser_refuse(parser, "patterns are for a project's own rules", TEXT(""));
    }
    if (rest.size == 0) return parser_refuse(parser, "the pattern is missing", TEXT(""));
    if (set->pattern_count == RULESET_PATTERNS_MAX) {
        return parser_refuse(parser, "more than 64 patterns", TEXT(""));
    }
    if (!set->patterns) set->patterns = MEMORY_ARRAY(struct ruleset_pattern, RULESET_PATTERNS_MAX);
    set->patterns[set->pattern_count++] =
        (struct ruleset_pattern){rest, (uint16_t)(parser->rule - set->rules)};
    parser->rule->has_trigger = true;
    return STATUS_OK;
}
