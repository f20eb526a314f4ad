/* Rules as text to rules as structures. One statement a line; the words for enums stand in tables
 * below, in the order of their enums. */
#include "shield/ruleset.h"

#include "base/check.h"
#include "base/memory.h"

#include <string.h>

enum { SIZE_ANY = 0x7fffffff, QUOTE_SIZE_MAX = 40 /* bytes of a line in a message */ };

static const struct text class_words[] = {
    TEXT_INIT("credential"), TEXT_INIT("card"),    TEXT_INIT("bank"),      TEXT_INIT("national"),
    TEXT_INIT("contact"),    TEXT_INIT("special"), TEXT_INIT("device"),    TEXT_INIT("place"),
    TEXT_INIT("entropy"),    TEXT_INIT("content"), TEXT_INIT("structure"), TEXT_INIT("custom"),
};
_Static_assert(sizeof class_words / sizeof *class_words == SHIELD_CLASS_COUNT, "one a class");

static const struct text charset_words[] = {
    TEXT_INIT("digit"),     TEXT_INIT("hex"),    TEXT_INIT("lower"),  TEXT_INIT("upper"),
    TEXT_INIT("alnum"),     TEXT_INIT("base32"), TEXT_INIT("base58"), TEXT_INIT("base64"),
    TEXT_INIT("base64url"), TEXT_INIT("word"),
};
_Static_assert(sizeof charset_words / sizeof *charset_words == SHIELD_CHARSET_COUNT,
               "one a charset");

static const struct text bucket_words[] = {
    TEXT_INIT(""),        TEXT_INIT("year"),   TEXT_INIT("region"),  TEXT_INIT("degree"),
    TEXT_INIT("network"), TEXT_INIT("family"), TEXT_INIT("outward"), TEXT_INIT("template"),
};
_Static_assert(sizeof bucket_words / sizeof *bucket_words == BUCKET_COUNT, "one a bucket");

static const struct text tier_words[] = {TEXT_INIT("V"), TEXT_INIT("S"), TEXT_INIT("C")};

static const struct {
    struct text word;
    enum shield_action action;
} actions[] = {
    {TEXT_INIT("drop"), SHIELD_DROP},
    {TEXT_INIT("redact"), SHIELD_REDACT},
    {TEXT_INIT("bucket"), SHIELD_BUCKET},
    {TEXT_INIT("tokenise"), SHIELD_TOKENISE},
};

struct parser {
    struct ruleset *set;
    enum ruleset_kind kind;
    struct ruleset_rule *rule; /* the one begun, or NULL */
    uint32_t line;
    uint32_t literal_capacity;
    uint32_t word_capacity;
    struct error *error;
};

/* No more of a text than fits in a message, and never half a character: it ends up in JSON. */
static struct text cut(struct text what)
{
    if (what.size <= QUOTE_SIZE_MAX) return what;
    what.size = QUOTE_SIZE_MAX;
    while (what.size > 0 && ((unsigned char)what.bytes[what.size] & 0xc0) == 0x80)
        what.size--;
    return what;
}

static enum status refuse(const struct parser *parser, const char *why, struct text what)
{
    const char *rule = parser->rule ? parser->rule->id : "";
    const char *quote = what.size > 0 ? "\"" : "";
    what = cut(what);
    return error_set(parser->error, STATUS_INVALID,
                     "could not read the rules: line %u%s%s: %s%s%s%.*s%s", parser->line,
                     *rule ? ", rule " : "", rule, why, *quote ? " " : "", quote, (int)what.size,
                     what.bytes ? what.bytes : "", quote);
}

static int find_word(const struct text *words, size_t count, struct text word)
{
    for (size_t i = 0; i < count; i++) {
        if (word.size > 0 && text_equal(words[i], word)) return (int)i;
    }
    return -1;
}

/* The next word of the line; one in double quotes keeps its spaces. Without the second quote the
 * word is the rest of the line, and read_line has refused it. */
static bool next_word(struct text *rest, struct text *word)
{
    *rest = text_trim(*rest);
    if (rest->size == 0) return false;
    if (rest->bytes[0] == '"') {
        struct text inner = text_slice(*rest, 1, rest->size - 1);
        *word = text_split(inner, '"', rest);
        return true;
    }
    size_t size = 0;
    while (size < rest->size && rest->bytes[size] != ' ' && rest->bytes[size] != '\t')
        size++;
    *word = text_slice(*rest, 0, size);
    *rest = text_slice(*rest, size, rest->size - size);
    return true;
}

/* "16", "13-19" or "20-" (no end). */
static bool read_range(struct text text, struct ruleset_range *range, uint32_t open_end)
{
    struct text last;
    bool has_end = text_find_byte(text, '-') != TEXT_NOT_FOUND;
    struct text first = text_split(text, '-', &last);
    uint64_t min = 0;
    uint64_t max = 0;
    if (!text_to_u64(first, &min) || min > SIZE_ANY) return false;
    if (!has_end || last.size == 0) {
        max = has_end ? open_end : min;
    } else if (!text_to_u64(last, &max)) {
        return false;
    }
    if (max > SIZE_ANY || max < min) return false;
    *range = (struct ruleset_range){(uint32_t)min, (uint32_t)max};
    return true;
}

static enum status read_number(struct parser *parser, struct text text, uint32_t max,
                               uint32_t *number)
{
    uint64_t value = 0;
    if (!text_to_u64(text, &value) || value == 0 || value > max) {
        return refuse(parser, "not a number in range:", text);
    }
    *number = (uint32_t)value;
    return STATUS_OK;
}

static enum status read_version(struct parser *parser, struct text rest)
{
    uint32_t version = 0;
    TRY(read_number(parser, rest, UINT16_MAX, &version));
    parser->rule->version = (uint16_t)version;
    return STATUS_OK;
}

static enum status read_tier(struct parser *parser, struct text rest)
{
    int tier = find_word(tier_words, 3, rest);
    if (tier < 0) return refuse(parser, "no such tier:", rest);
    parser->rule->tier = (enum shield_tier)tier;
    return STATUS_OK;
}

static enum status read_class(struct parser *parser, struct text rest)
{
    int class = find_word(class_words, SHIELD_CLASS_COUNT, rest);
    if (class < 0) return refuse(parser, "no such class:", rest);
    parser->rule->class = (enum shield_class) class;
    return STATUS_OK;
}

static enum status add_literal(struct parser *parser, struct text text, bool is_prefix,
                               bool is_folded)
{
    struct ruleset *set = parser->set;
    if (text.size == 0 || text.size > RULESET_WORD_SIZE_MAX) {
        return refuse(parser, "a literal has 1 to 64 bytes, not:", text);
    }
    if (set->literal_count == RULESET_LITERALS_MAX) {
        return refuse(parser, "too many literals", TEXT(""));
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
    if (rest.size == 0) return refuse(parser, "a literal is missing", rest);
    while (next_word(&rest, &word))
        TRY(add_literal(parser, word, is_prefix, is_folded));
    return STATUS_OK;
}

static enum status read_prefix(struct parser *parser, struct text rest)
{
    return read_literals(parser, rest, true, false);
}

static enum status read_fold_prefix(struct parser *parser, struct text rest)
{
    return read_literals(parser, rest, true, true);
}

static enum status read_infix(struct parser *parser, struct text rest)
{
    return read_literals(parser, rest, false, false);
}

static enum status read_fold_infix(struct parser *parser, struct text rest)
{
    return read_literals(parser, rest, false, true);
}

static enum status read_literal(struct parser *parser, struct text rest)
{
    return add_literal(parser, rest, false, true);
}

static enum status read_digits(struct parser *parser, struct text rest)
{
    struct ruleset_rule *rule = parser->rule;
    if (rule->digits_count == RULESET_TRIGGERS_MAX)
        return refuse(parser, "more than 4 times", rest);
    struct ruleset_range *range = &rule->digits[rule->digits_count++];
    if (!read_range(rest, range, SHIELD_DIGITS_MAX) || range->min == 0 ||
        range->max > SHIELD_DIGITS_MAX) {
        return refuse(parser, "not a range of 1 to 40 digits:", rest);
    }
    parser->rule->has_trigger = true;
    return STATUS_OK;
}

static enum status read_groups(struct parser *parser, struct text rest)
{
    struct ruleset_rule *rule = parser->rule;
    struct ruleset_range range;
    bool is_one = text_find_byte(rest, '-') < 0;
    if (is_one) return read_number(parser, rest, SHIELD_DIGITS_MAX, &rule->groups_max);
    if (!read_range(rest, &range, SHIELD_DIGITS_MAX) || range.max > SHIELD_DIGITS_MAX) {
        return refuse(parser, "not a range of groups:", rest);
    }
    rule->groups_min = range.min;
    rule->groups_max = range.max;
    return STATUS_OK;
}

static enum status read_run(struct parser *parser, struct text rest, enum shield_charset *charset,
                            struct ruleset_range *range)
{
    struct text word = {0};
    if (!next_word(&rest, &word)) return refuse(parser, "a charset is missing", TEXT(""));
    int found = find_word(charset_words, SHIELD_CHARSET_COUNT, word);
    if (found < 0) return refuse(parser, "no such charset:", word);
    *charset = (enum shield_charset)found;
    if (!read_range(text_trim(rest), range, SHIELD_VALUE_MAX) || range->max == 0) {
        return refuse(parser, "not a range of lengths:", rest);
    }
    return STATUS_OK;
}

static enum status read_token(struct parser *parser, struct text rest)
{
    struct ruleset_rule *rule = parser->rule;
    if (rule->token_count == RULESET_TRIGGERS_MAX) return refuse(parser, "more than 4 times", rest);
    struct ruleset_run *run = &rule->token[rule->token_count++];
    rule->has_trigger = true;
    return read_run(parser, rest, &run->charset, &run->range);
}

/* Does a shape (ruleset_shape) agree with a form, as far as it goes? */
static bool agrees(uint32_t shape, struct text form)
{
    for (size_t i = 0; i < form.size; i++, shape /= 3) {
        uint32_t kind = shape % 3;
        if (kind == 0) return true; /* the token ends here */
        if (form.bytes[i] != 'X' && form.bytes[i] != (kind == 1 ? 'A' : '9')) return false;
    }
    return true;
}

static enum status read_form(struct parser *parser, struct text rest)
{
    struct text form;
    parser->rule->has_form = true;
    if (rest.size == 0) return refuse(parser, "the form is missing", TEXT(""));
    while (next_word(&rest, &form)) {
        bool is_good = form.size <= RULESET_FORM_PLACES;
        for (size_t i = 0; i < form.size; i++)
            is_good = is_good && memchr("A9X", form.bytes[i], 3);
        if (!is_good) return refuse(parser, "not a form of at most four places:", form);
        for (uint32_t shape = 0; shape < RULESET_SHAPES; shape++) {
            if (agrees(shape, form)) parser->rule->forms[shape / 64] |= UINT64_C(1) << shape % 64;
        }
    }
    return STATUS_OK;
}

static enum status read_tail(struct parser *parser, struct text rest)
{
    return read_run(parser, rest, &parser->rule->tail_charset, &parser->rule->tail);
}

static enum status read_key_classes(struct parser *parser, struct text rest, uint64_t *classes)
{
    struct text word;
    while (next_word(&rest, &word)) {
        int class = shield_key_class_by_name(word);
        if (class < 0) return refuse(parser, "no such key class:", word);
        *classes |= SHIELD_KEY_BIT(class);
    }
    return *classes ? STATUS_OK : refuse(parser, "a key class is missing", TEXT(""));
}

static enum status read_key(struct parser *parser, struct text rest)
{
    parser->rule->has_trigger = true;
    return read_key_classes(parser, rest, &parser->rule->keys);
}

static enum status read_context(struct parser *parser, struct text rest)
{
    return read_key_classes(parser, rest, &parser->rule->context);
}

static enum status read_flag(struct parser *parser, struct text rest, const char *why, bool *flag)
{
    if (rest.size > 0) return refuse(parser, why, rest);
    *flag = true;
    return STATUS_OK;
}

static enum status read_whole(struct parser *parser, struct text rest)
{
    struct ruleset_rule *rule = parser->rule;
    struct text word = {0};
    rule->whole = true;
    rule->has_trigger = true;
    if (rest.size == 0) return STATUS_OK;
    (void)next_word(&rest, &word);
    rule->whole_words = text_equal(word, TEXT("words")) && rest.size == 0;
    if (rule->whole_words) return STATUS_OK;
    if (!text_equal(word, TEXT("run"))) return refuse(parser, "neither words nor run:", word);
    return read_number(parser, text_trim(rest), SHIELD_VALUE_MAX, &rule->whole_run);
}

static enum status read_after(struct parser *parser, struct text rest)
{
    int found = find_word(charset_words, SHIELD_CHARSET_COUNT, rest);
    if (found < 0) return refuse(parser, "no such charset:", rest);
    parser->rule->has_after = true;
    parser->rule->after = (enum shield_charset)found;
    return STATUS_OK;
}

static enum status read_size(struct parser *parser, struct text rest)
{
    if (!read_range(rest, &parser->rule->size, SIZE_ANY)) {
        return refuse(parser, "not a range of sizes:", rest);
    }
    return STATUS_OK;
}

static enum status read_pattern(struct parser *parser, struct text rest)
{
    struct ruleset *set = parser->set;
    if (parser->kind != RULESET_PROJECT) {
        return refuse(parser, "patterns are for a project's own rules", TEXT(""));
    }
    if (rest.size == 0) return refuse(parser, "the pattern is missing", TEXT(""));
    if (set->pattern_count == RULESET_PATTERNS_MAX) {
        return refuse(parser, "more than 64 patterns", TEXT(""));
    }
    if (!set->patterns) set->patterns = MEMORY_ARRAY(struct ruleset_pattern, RULESET_PATTERNS_MAX);
    set->patterns[set->pattern_count++] =
        (struct ruleset_pattern){rest, (uint16_t)(parser->rule - set->rules)};
    parser->rule->has_trigger = true;
    return STATUS_OK;
}

static enum status read_check(struct parser *parser, struct text rest)
{
    parser->rule->check = shield_validator_find(rest);
    return parser->rule->check ? STATUS_OK : refuse(parser, "no such validator:", rest);
}

static enum status add_word(struct parser *parser, struct text word)
{
    struct ruleset *set = parser->set;
    if (word.size == 0 || word.size > RULESET_WORD_SIZE_MAX) {
        return refuse(parser, "a word has 1 to 64 bytes, not:", word);
    }
    if (set->word_count == RULESET_LITERALS_MAX) {
        return refuse(parser, "too many words", TEXT(""));
    }
    if (set->word_count == parser->word_capacity) {
        parser->word_capacity = parser->word_capacity ? parser->word_capacity * 2 : 256;
        set->words = memory_resize(set->words, parser->word_capacity, sizeof *set->words);
    }
    uint16_t rule = (uint16_t)(parser->rule - set->rules);
    set->words[set->word_count++] = (struct ruleset_word){word, rule};
    return STATUS_OK;
}

static enum status read_words(struct parser *parser, struct text rest)
{
    struct text word;
    if (rest.size == 0) return refuse(parser, "a word is missing", rest);
    if (parser->rule->words_end == 0) parser->rule->words_begin = parser->set->word_count;
    while (next_word(&rest, &word))
        TRY(add_word(parser, word));
    parser->rule->words_end = parser->set->word_count;
    return STATUS_OK;
}

static enum status read_needs(struct parser *parser, struct text rest)
{
    if (!text_equal(rest, TEXT("context"))) return refuse(parser, "needs \"context\", not:", rest);
    parser->rule->needs_context = true;
    return STATUS_OK;
}

static enum status read_action(struct parser *parser, struct text rest)
{
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (!text_equal(actions[i].word, rest)) continue;
        parser->rule->action = actions[i].action;
        return STATUS_OK;
    }
    return refuse(parser, "no such action:", rest);
}

static enum status read_bucket(struct parser *parser, struct text rest)
{
    int bucket = find_word(bucket_words, BUCKET_COUNT, rest);
    if (bucket < 0) return refuse(parser, "no such bucket:", rest);
    parser->rule->bucket = (enum ruleset_bucket)bucket;
    return STATUS_OK;
}

static enum status read_alert(struct parser *parser, struct text rest)
{
    return read_flag(parser, rest, "nothing follows \"alert\", but:", &parser->rule->alerts);
}

static enum status read_strict(struct parser *parser, struct text rest)
{
    return read_flag(parser, rest, "nothing follows \"strict\", but:", &parser->rule->is_strict);
}

static enum status read_off(struct parser *parser, struct text rest)
{
    return read_flag(parser, rest, "nothing follows \"off\", but:", &parser->rule->is_off);
}

static const struct {
    struct text word;
    enum status (*read)(struct parser *parser, struct text rest);
    bool for_projects;
    bool repeats;
} statements[] = {
    {TEXT_INIT("version"), read_version, true, false},
    {TEXT_INIT("tier"), read_tier, true, false},
    {TEXT_INIT("class"), read_class, false, false},
    {TEXT_INIT("prefix"), read_prefix, false, true},
    {TEXT_INIT("fold_prefix"), read_fold_prefix, false, true},
    {TEXT_INIT("infix"), read_infix, false, true},
    {TEXT_INIT("fold_infix"), read_fold_infix, false, true},
    {TEXT_INIT("digits"), read_digits, false, true},
    {TEXT_INIT("groups"), read_groups, false, false},
    {TEXT_INIT("token"), read_token, false, true},
    {TEXT_INIT("form"), read_form, false, true},
    {TEXT_INIT("key"), read_key, true, true},
    {TEXT_INIT("whole"), read_whole, false, false},
    {TEXT_INIT("size"), read_size, true, false},
    {TEXT_INIT("after"), read_after, false, false},
    {TEXT_INIT("literal"), read_literal, true, true},
    {TEXT_INIT("pattern"), read_pattern, true, true},
    {TEXT_INIT("tail"), read_tail, false, false},
    {TEXT_INIT("check"), read_check, false, false},
    {TEXT_INIT("context"), read_context, true, true},
    {TEXT_INIT("words"), read_words, true, true},
    {TEXT_INIT("needs"), read_needs, true, false},
    {TEXT_INIT("action"), read_action, true, false},
    {TEXT_INIT("bucket"), read_bucket, false, false},
    {TEXT_INIT("alert"), read_alert, true, false},
    {TEXT_INIT("strict"), read_strict, true, false},
    {TEXT_INIT("off"), read_off, true, false},
};
_Static_assert(sizeof statements / sizeof *statements <= 32, "a bit for each in `given`");

static bool is_id(struct text id, enum ruleset_kind kind)
{
    if (id.size != 3) return false;
    bool is_letter = id.bytes[0] >= 'A' && id.bytes[0] <= 'Z';
    if (kind == RULESET_PROJECT) is_letter = id.bytes[0] == 'X';
    bool has_digits =
        id.bytes[1] >= '0' && id.bytes[1] <= '9' && id.bytes[2] >= '0' && id.bytes[2] <= '9';
    return is_letter && has_digits;
}

/* What is hard holds whatever the mode is, and names and ids are judged without one. */
static bool may_be_strict(enum shield_class class)
{
    return class == SHIELD_SPECIAL || (class >= SHIELD_ENTROPY && class <= SHIELD_CUSTOM);
}

static enum status end_rule(struct parser *parser)
{
    struct ruleset_rule *rule = parser->rule;
    if (!rule) return STATUS_OK;
    if (!rule->has_trigger) return refuse(parser, "it has no trigger", TEXT(""));
    if (rule->action == SHIELD_BUCKET && rule->bucket == BUCKET_NONE) {
        return refuse(parser, "it buckets, and nothing says how", TEXT(""));
    }
    if (rule->is_strict && !may_be_strict(rule->class)) {
        return refuse(parser, "its class holds in every mode, so not in strict alone", TEXT(""));
    }
    return STATUS_OK;
}

static enum status begin_rule(struct parser *parser, struct text rest)
{
    struct ruleset *set = parser->set;
    TRY(end_rule(parser));
    parser->rule = NULL;
    struct text id = {0};
    if (!next_word(&rest, &id) || !is_id(id, parser->kind)) {
        return refuse(parser, "not a rule's id:", id);
    }
    for (uint32_t i = 0; i < set->rule_count; i++) {
        if (memcmp(set->rules[i].id, id.bytes, 3) == 0) {
            return refuse(parser, "there is a rule before with the id", id);
        }
    }
    if (set->rule_count == RULESET_RULES_MAX) return refuse(parser, "more than 512 rules", id);
    parser->rule = &set->rules[set->rule_count++];
    *parser->rule = (struct ruleset_rule){.title = text_trim(rest),
                                          .version = 1,
                                          .tier = SHIELD_TIER_S,
                                          .class = SHIELD_CUSTOM,
                                          .action = SHIELD_DROP,
                                          .groups_max = 8,
                                          .line = parser->line};
    memcpy(parser->rule->id, id.bytes, 3);
    return STATUS_OK;
}

static enum status read_set(struct parser *parser, struct text rest)
{
    struct ruleset *set = parser->set;
    if (set->name.size > 0 || set->rule_count > 0) {
        return refuse(parser, "a set is named once, and first", TEXT(""));
    }
    if (!next_word(&rest, &set->name) || !next_word(&rest, &set->version)) {
        return refuse(parser, "a set has a name and a version", TEXT(""));
    }
    rest = text_trim(rest);
    return rest.size == 0 ? STATUS_OK
                          : refuse(parser, "nothing follows a set's version, but:", rest);
}

static enum status read_statement(struct parser *parser, struct text word, struct text rest)
{
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        if (!text_equal(statements[i].word, word)) continue;
        if (!parser->rule) return refuse(parser, "outside of any rule:", word);
        if (parser->kind == RULESET_PROJECT && !statements[i].for_projects) {
            return refuse(parser, "not for a project's own rules:", word);
        }
        if (!statements[i].repeats && (parser->rule->given >> i & 1))
            return refuse(parser, "given twice:", word);
        parser->rule->given |= 1U << i;
        return statements[i].read(parser, rest);
    }
    return refuse(parser, "no such statement:", word);
}

/* A literal and a pattern are all of the line, whatever is in it. */
static bool takes_all(struct text line)
{
    struct text word;
    return next_word(&line, &word) &&
           (text_equal(word, TEXT("literal")) || text_equal(word, TEXT("pattern")));
}

/* From '#' on it is a comment where a word could begin. False: a quote is not closed. */
static bool cut_comment(struct text *line)
{
    bool is_quoted = false;
    for (size_t i = 0; i < line->size; i++) {
        if (line->bytes[i] == '"') is_quoted = !is_quoted;
        bool begins = i == 0 || line->bytes[i - 1] == ' ' || line->bytes[i - 1] == '\t';
        if (line->bytes[i] == '#' && begins && !is_quoted) {
            *line = text_slice(*line, 0, i);
            return true;
        }
    }
    return !is_quoted;
}

static enum status read_line(struct parser *parser, struct text line)
{
    struct text rest = text_trim(line);
    struct text word;
    bool is_closed = takes_all(rest) || cut_comment(&rest);
    if (!is_closed) return refuse(parser, "a quote is not closed:", rest);
    if (!next_word(&rest, &word)) return STATUS_OK;
    rest = text_trim(rest);
    if (text_equal(word, TEXT("set"))) return read_set(parser, rest);
    if (parser->kind == RULESET_BUILTIN && parser->set->name.size == 0) {
        return refuse(parser, "a set begins with its name: \"set NAME VERSION\"", TEXT(""));
    }
    if (text_equal(word, TEXT("rule"))) return begin_rule(parser, rest);
    return read_statement(parser, word, rest);
}

enum status ruleset_parse(struct ruleset *set, struct text source, enum ruleset_kind kind,
                          struct error *error)
{
    struct parser parser = {.set = set, .kind = kind, .error = error};
    set->rules = MEMORY_ARRAY(struct ruleset_rule, RULESET_RULES_MAX);
    struct text rest = source;
    while (rest.size > 0) {
        parser.line++;
        struct text line = text_split(rest, '\n', &rest);
        if (memchr(line.bytes, 0, line.size)) return refuse(&parser, "a zero byte", TEXT(""));
        TRY(read_line(&parser, line));
    }
    return end_rule(&parser);
}
