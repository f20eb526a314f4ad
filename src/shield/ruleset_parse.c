/* Rules as text to rules as structures. One statement a line; the words for enums stand in tables
 * below, in the order of their enums. */
#include "shield/ruleset_parser.h"

#include "base/check.h"
#include "base/memory.h"

#include <string.h>

enum { QUOTE_SIZE_MAX = 40 /* bytes of a line in a message */ };

static const struct text class_words[] = {
    TEXT_INIT("credential"), TEXT_INIT("card"),    TEXT_INIT("bank"),      TEXT_INIT("national"),
    TEXT_INIT("contact"),    TEXT_INIT("special"), TEXT_INIT("device"),    TEXT_INIT("place"),
    TEXT_INIT("entropy"),    TEXT_INIT("content"), TEXT_INIT("structure"), TEXT_INIT("custom"),
};
_Static_assert(sizeof class_words / sizeof *class_words == SHIELD_CLASS_COUNT, "one a class");

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

/* No more of a text than fits in a message, and never half a character: it ends up in JSON. */
static struct text cut(struct text what)
{
    if (what.size <= QUOTE_SIZE_MAX) return what;
    what.size = QUOTE_SIZE_MAX;
    while (what.size > 0 && ((unsigned char)what.bytes[what.size] & 0xc0) == 0x80)
        what.size--;
    return what;
}

enum status parser_refuse(const struct parser *parser, const char *why, struct text what)
{
    const char *rule = parser->rule ? parser->rule->id : "";
    const char *quote = what.size > 0 ? "\"" : "";
    what = cut(what);
    return error_set(parser->error, STATUS_INVALID,
                     "could not read the rules: line %u%s%s: %s%s%s%.*s%s", parser->line,
                     *rule ? ", rule " : "", rule, why, *quote ? " " : "", quote, (int)what.size,
                     what.bytes ? what.bytes : "", quote);
}

int parser_find_word(const struct text *words, size_t count, struct text word)
{
    for (size_t i = 0; i < count; i++) {
        if (word.size > 0 && text_equal(words[i], word)) return (int)i;
    }
    return -1;
}

/* The next word of the line; one in double quotes keeps its spaces. Without the second quote the
 * word is the rest of the line, and read_line has refused it. */
bool parser_next_word(struct text *rest, struct text *word)
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
bool parser_read_range(struct text text, struct ruleset_range *range, uint32_t open_end)
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

enum status parser_read_number(struct parser *parser, struct text text, uint32_t max,
                               uint32_t *number)
{
    uint64_t value = 0;
    if (!text_to_u64(text, &value) || value == 0 || value > max) {
        return parser_refuse(parser, "not a number in range:", text);
    }
    *number = (uint32_t)value;
    return STATUS_OK;
}

static enum status read_version(struct parser *parser, struct text rest)
{
    uint32_t version = 0;
    TRY(parser_read_number(parser, rest, UINT16_MAX, &version));
    parser->rule->version = (uint16_t)version;
    return STATUS_OK;
}

static enum status read_tier(struct parser *parser, struct text rest)
{
    int tier = parser_find_word(tier_words, 3, rest);
    if (tier < 0) return parser_refuse(parser, "no such tier:", rest);
    parser->rule->tier = (enum shield_tier)tier;
    return STATUS_OK;
}

static enum status read_class(struct parser *parser, struct text rest)
{
    int class = parser_find_word(class_words, SHIELD_CLASS_COUNT, rest);
    if (class < 0) return parser_refuse(parser, "no such class:", rest);
    parser->rule->class = (enum shield_class) class;
    return STATUS_OK;
}

enum status parser_read_key_classes(struct parser *parser, struct text rest, uint64_t *classes)
{
    struct text word;
    while (parser_next_word(&rest, &word)) {
        int class = shield_key_class_by_name(word);
        if (class < 0) return parser_refuse(parser, "no such key class:", word);
        *classes |= SHIELD_KEY_BIT(class);
    }
    return *classes ? STATUS_OK : parser_refuse(parser, "a key class is missing", TEXT(""));
}

static enum status read_context(struct parser *parser, struct text rest)
{
    return parser_read_key_classes(parser, rest, &parser->rule->context);
}

static enum status read_flag(struct parser *parser, struct text rest, const char *why, bool *flag)
{
    if (rest.size > 0) return parser_refuse(parser, why, rest);
    *flag = true;
    return STATUS_OK;
}

static enum status read_check(struct parser *parser, struct text rest)
{
    parser->rule->check = shield_validator_find(rest);
    return parser->rule->check ? STATUS_OK : parser_refuse(parser, "no such validator:", rest);
}

static enum status add_word(struct parser *parser, struct text word)
{
    struct ruleset *set = parser->set;
    if (word.size == 0 || word.size > RULESET_WORD_SIZE_MAX) {
        return parser_refuse(parser, "a word has 1 to 64 bytes, not:", word);
    }
    if (set->word_count == RULESET_LITERALS_MAX) {
        return parser_refuse(parser, "too many words", TEXT(""));
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
    if (rest.size == 0) return parser_refuse(parser, "a word is missing", rest);
    if (parser->rule->words_end == 0) parser->rule->words_begin = parser->set->word_count;
    while (parser_next_word(&rest, &word))
        TRY(add_word(parser, word));
    parser->rule->words_end = parser->set->word_count;
    return STATUS_OK;
}

static enum status read_needs(struct parser *parser, struct text rest)
{
    if (!text_equal(rest, TEXT("context")))
        return parser_refuse(parser, "needs \"context\", not:", rest);
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
    return parser_refuse(parser, "no such action:", rest);
}

static enum status read_bucket(struct parser *parser, struct text rest)
{
    int bucket = parser_find_word(bucket_words, BUCKET_COUNT, rest);
    if (bucket < 0) return parser_refuse(parser, "no such bucket:", rest);
    parser->rule->bucket = (enum ruleset_bucket)bucket;
    return STATUS_OK;
}

static enum status read_luhn(struct parser *parser, struct text rest)
{
    return read_flag(parser, rest, "nothing follows \"luhn\", but:", &parser->rule->has_luhn);
}

static enum status read_dialled(struct parser *parser, struct text rest)
{
    return read_flag(parser, rest, "nothing follows \"dialled\", but:", &parser->rule->is_dialled);
}

static enum status read_dotted(struct parser *parser, struct text rest)
{
    return read_flag(parser, rest, "nothing follows \"dotted\", but:", &parser->rule->is_dotted);
}

static enum status read_capital(struct parser *parser, struct text rest)
{
    return read_flag(parser, rest, "nothing follows \"capital\", but:", &parser->rule->has_capital);
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
    {TEXT_INIT("prefix"), parser_read_prefix, false, true},
    {TEXT_INIT("fold_prefix"), parser_read_fold_prefix, false, true},
    {TEXT_INIT("infix"), parser_read_infix, false, true},
    {TEXT_INIT("fold_infix"), parser_read_fold_infix, false, true},
    {TEXT_INIT("digits"), parser_read_digits, false, true},
    {TEXT_INIT("groups"), parser_read_groups, false, false},
    {TEXT_INIT("token"), parser_read_token, false, true},
    {TEXT_INIT("form"), parser_read_form, false, true},
    {TEXT_INIT("key"), parser_read_key, true, true},
    {TEXT_INIT("whole"), parser_read_whole, false, false},
    {TEXT_INIT("size"), parser_read_size, true, false},
    {TEXT_INIT("luhn"), read_luhn, false, false},
    {TEXT_INIT("dialled"), read_dialled, false, false},
    {TEXT_INIT("dotted"), read_dotted, false, false},
    {TEXT_INIT("written"), parser_read_written, false, true},
    {TEXT_INIT("capital"), read_capital, false, false},
    {TEXT_INIT("after"), parser_read_after, false, false},
    {TEXT_INIT("again"), parser_read_again, false, false},
    {TEXT_INIT("literal"), parser_read_literal, true, true},
    {TEXT_INIT("pattern"), parser_read_pattern, true, true},
    {TEXT_INIT("tail"), parser_read_tail, false, false},
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
_Static_assert(sizeof statements / sizeof *statements <= 64, "a bit for each in `given`");

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
    if (!rule->has_trigger) return parser_refuse(parser, "it has no trigger", TEXT(""));
    if (rule->action == SHIELD_BUCKET && rule->bucket == BUCKET_NONE) {
        return parser_refuse(parser, "it buckets, and nothing says how", TEXT(""));
    }
    if (rule->is_strict && !may_be_strict(rule->class)) {
        return parser_refuse(parser, "its class holds in every mode, so not in strict alone",
                             TEXT(""));
    }
    return STATUS_OK;
}

static enum status begin_rule(struct parser *parser, struct text rest)
{
    struct ruleset *set = parser->set;
    TRY(end_rule(parser));
    parser->rule = NULL;
    struct text id = {0};
    if (!parser_next_word(&rest, &id) || !is_id(id, parser->kind)) {
        return parser_refuse(parser, "not a rule's id:", id);
    }
    for (uint32_t i = 0; i < set->rule_count; i++) {
        if (memcmp(set->rules[i].id, id.bytes, 3) == 0) {
            return parser_refuse(parser, "there is a rule before with the id", id);
        }
    }
    if (set->rule_count == RULESET_RULES_MAX)
        return parser_refuse(parser, "more than 512 rules", id);
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
        return parser_refuse(parser, "a set is named once, and first", TEXT(""));
    }
    if (!parser_next_word(&rest, &set->name) || !parser_next_word(&rest, &set->version)) {
        return parser_refuse(parser, "a set has a name and a version", TEXT(""));
    }
    rest = text_trim(rest);
    return rest.size == 0 ? STATUS_OK
                          : parser_refuse(parser, "nothing follows a set's version, but:", rest);
}

static enum status read_statement(struct parser *parser, struct text word, struct text rest)
{
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        if (!text_equal(statements[i].word, word)) continue;
        if (!parser->rule) return parser_refuse(parser, "outside of any rule:", word);
        if (parser->kind == RULESET_PROJECT && !statements[i].for_projects) {
            return parser_refuse(parser, "not for a project's own rules:", word);
        }
        if (!statements[i].repeats && (parser->rule->given >> i & 1))
            return parser_refuse(parser, "given twice:", word);
        parser->rule->given |= UINT64_C(1) << i;
        return statements[i].read(parser, rest);
    }
    return parser_refuse(parser, "no such statement:", word);
}

/* A literal and a pattern are all of the line, whatever is in it. */
static bool takes_all(struct text line)
{
    struct text word;
    return parser_next_word(&line, &word) &&
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
    if (!is_closed) return parser_refuse(parser, "a quote is not closed:", rest);
    if (!parser_next_word(&rest, &word)) return STATUS_OK;
    rest = text_trim(rest);
    if (text_equal(word, TEXT("set"))) return read_set(parser, rest);
    if (parser->kind == RULESET_BUILTIN && parser->set->name.size == 0) {
        return parser_refuse(parser, "a set begins with its name: \"set NAME VERSION\"", TEXT(""));
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
        if (memchr(line.bytes, 0, line.size))
            return parser_refuse(&parser, "a zero byte", TEXT(""));
        TRY(read_line(&parser, line));
    }
    return end_rule(&parser);
}
