/* Parsed rules to what the matcher looks things up in. */
#include "shield/ruleset.h"

#include "base/check.h"
#include "base/memory.h"
#include "shield/pattern_cost.h"

#include <string.h>

enum {
    PATTERN_ONE_DATABASE_SIZE_MAX = 256 * 1024,
    PATTERN_DATABASE_SIZE_MAX = 4 * 1024 * 1024,
};

static void list_add(struct ruleset_list *list, uint32_t rule)
{
    if (list->count % 16 == 0) {
        list->rules = memory_resize(list->rules, list->count + 16, sizeof *list->rules);
    }
    list->rules[list->count++] = (uint16_t)rule;
}

static void index_token(struct ruleset *set, const struct ruleset_run *run, uint32_t index)
{
    struct ruleset_range *range = &set->token_range[run->charset];
    struct ruleset_sizes **sizes = &set->by_token[run->charset];
    if (!*sizes) *sizes = MEMORY_NEW(struct ruleset_sizes);
    uint32_t longest = RULESET_SIZES - 1;
    for (uint32_t size = run->range.min; size <= run->range.max && size < longest; size++)
        ruleset_mask_add(&(*sizes)->by_size[size], index);
    if (run->range.max >= longest) ruleset_mask_add(&(*sizes)->by_size[RULESET_SIZES - 1], index);
    if (range->max == 0 || run->range.min < range->min) range->min = run->range.min;
    if (run->range.max > range->max) range->max = run->range.max;
    if (run->range.min < set->token_min) set->token_min = run->range.min;
    set->token_charsets |= 1U << run->charset;
}

static void index_shapes(struct ruleset *set, uint32_t index)
{
    const struct ruleset_rule *rule = &set->rules[index];
    for (uint32_t shape = 0; shape < RULESET_SHAPES; shape++) {
        bool has_shape = rule->forms[shape / 64] >> shape % 64 & 1;
        if (!rule->has_form || has_shape) ruleset_mask_add(&set->by_shape[shape], index);
    }
}

static void index_context(struct ruleset *set, uint32_t index)
{
    const struct ruleset_rule *rule = &set->rules[index];
    uint64_t classes = rule->context | rule->keys;
    if (!rule->needs_context && rule->tier != SHIELD_TIER_C) {
        ruleset_mask_add(&set->without_context, index);
    }
    for (uint32_t key_class = 0; key_class < SHIELD_KEY_CLASS_COUNT; key_class++) {
        if (classes >> key_class & 1) ruleset_mask_add(&set->by_class[key_class], index);
    }
}

/* The shortest value that digits or a token of the rule could stand in. */
static uint32_t smallest_run(const struct ruleset_rule *rule)
{
    uint32_t smallest = UINT32_MAX;
    for (uint32_t i = 0; i < rule->digits_count; i++)
        if (rule->digits[i].min < smallest) smallest = rule->digits[i].min;
    for (uint32_t i = 0; i < rule->token_count; i++)
        if (rule->token[i].range.min < smallest) smallest = rule->token[i].range.min;
    return smallest;
}

/* For digits and tokens: literals, keys and whole values are asked about without it. */
static void index_value_sizes(struct ruleset *set, uint32_t index)
{
    const struct ruleset_rule *rule = &set->rules[index];
    uint32_t smallest = smallest_run(rule);
    if (rule->size.min > smallest) smallest = rule->size.min;
    uint32_t longest = RULESET_VALUE_SIZES - 1;
    for (uint32_t size = 0; size <= longest; size++) {
        bool is_short = size < longest && size < smallest;
        bool is_long = rule->size.max > 0 && size > rule->size.max;
        if (!is_short && !is_long) ruleset_mask_add(&set->by_value[size], index);
    }
}

static bool takes_digits(const struct ruleset_rule *rule, uint32_t digits)
{
    for (uint32_t i = 0; i < rule->digits_count && rule->groups_min <= 1; i++)
        if (digits >= rule->digits[i].min && digits <= rule->digits[i].max) return true;
    uint32_t shape = ruleset_shape("9999", digits);
    if (rule->has_form && !(rule->forms[shape / 64] >> shape % 64 & 1)) return false;
    for (uint32_t i = 0; i < rule->token_count; i++) {
        const struct ruleset_run *run = &rule->token[i];
        bool is_digit = shield_charset_has(run->charset, '9') ||
                        run->charset == SHIELD_BASE32; /* of some digits */
        if (is_digit && digits >= run->range.min && digits <= run->range.max) return true;
    }
    return false;
}

static void index_number(struct ruleset *set, uint32_t index)
{
    for (uint32_t digits = 0; digits <= RULESET_NUMBER_DIGITS_MAX; digits++) {
        bool fits = ruleset_mask_has(ruleset_by_value(set, digits), index);
        if (fits && takes_digits(&set->rules[index], digits))
            ruleset_mask_add(&set->by_number[digits], index);
    }
}

static void index_rule(struct ruleset *set, uint32_t index)
{
    const struct ruleset_rule *rule = &set->rules[index];
    if (rule->is_off) return;
    index_shapes(set, index);
    index_context(set, index);
    index_value_sizes(set, index);
    index_number(set, index);
    ruleset_index_digits(set, index);
    for (uint32_t i = 0; i < rule->token_count; i++) {
        index_token(set, &rule->token[i], index);
        ruleset_mask_add(&set->with_token[rule->token[i].charset], index);
    }
    if (rule->token_count > 0) ruleset_mask_add(&set->with_any_token, index);
    if (rule->has_capital) ruleset_mask_add(&set->with_capital, index);
    if (rule->whole) {
        list_add(&set->whole, index);
        if (!rule->whole_words && rule->whole_run < set->whole_run_min) {
            set->whole_run_min = rule->whole_run;
        }
    }
    if (rule->keys) {
        list_add(&set->keyed, index);
        set->keyed_classes |= rule->keys;
    }
}

static bool is_alnum(uint8_t byte)
{
    return shield_charset_has(SHIELD_ALNUM, byte);
}

static bool is_word_byte(uint8_t byte)
{
    return byte >= 0x80 || is_alnum(byte);
}

/* Of a byte of a word: digits have the bit already. */
static uint8_t lower_byte(uint8_t byte)
{
    return is_alnum(byte) ? byte | 0x20 : byte;
}

static const uint32_t word_hash_begin = 2166136261U; /* FNV-1a: words are short */

static const uint32_t word_hash_factor = 16777619U;

/* How many bytes of no word the text begins with, 0 or one character's: quotes and brackets outside
 * ASCII part words too (Latin-1's signs, U+2000 to U+203F, U+3000 to U+303F). */
static size_t separator_size(struct text text)
{
    if (text.size == 0) return 0;
    if (!is_word_byte((uint8_t)text.bytes[0])) return 1;
    if (text_starts_with(text, TEXT("\xc2"))) return text.size < 2 ? 1 : 2;
    bool is_sign =
        text_starts_with(text, TEXT("\xe2\x80")) || text_starts_with(text, TEXT("\xe3\x80"));
    return is_sign ? (text.size < 3 ? text.size : 3) : 0;
}

/* The size of the word that the text begins with, 0 when it begins with none; *hash is of it. */
static size_t first_word_size(struct text text, uint32_t *hash)
{
    size_t size = 0;
    uint32_t mixed = word_hash_begin;
    for (; size < text.size; size++) {
        uint8_t byte = (uint8_t)text.bytes[size];
        if (is_alnum(byte)) {
            byte |= 0x20; /* as lower_byte */
        } else if (byte < 0x80) {
            break;
        } else if (separator_size((struct text){text.bytes + size, text.size - size}) > 0) {
            break;
        }
        mixed = (mixed ^ byte) * word_hash_factor;
    }
    *hash = mixed ^ mixed >> 15;
    return size;
}

/* Words that begin alike follow one another through the slots. */
static void index_words(struct ruleset *set)
{
    set->word_slot_count = 64;
    while (set->word_slot_count < 3 * set->word_count)
        set->word_slot_count *= 2;
    set->word_slots = MEMORY_ARRAY(uint16_t, set->word_slot_count);
    for (uint32_t i = 0; i < set->word_count; i++) {
        struct text text = set->words[i].text;
        uint32_t hash;
        (void)first_word_size(text, &hash);
        uint32_t slot = hash % set->word_slot_count;
        while (set->word_slots[slot])
            slot = (slot + 1) % set->word_slot_count;
        set->word_slots[slot] = (uint16_t)(i + 1);
    }
}

/* The word's bytes stand at the beginning of the text, and none follows that would lengthen it.
 * Separators are all one: "social security" is in "social_security". */
static bool stands_there(struct text text, struct text word)
{
    if (text.size < word.size) return false;
    for (size_t i = 0; i < word.size; i++) {
        uint8_t have = lower_byte((uint8_t)text.bytes[i]);
        uint8_t want = lower_byte((uint8_t)word.bytes[i]);
        bool are_separators = !is_word_byte(have) && !is_word_byte(want);
        if (have != want && !are_separators) return false;
    }
    struct text rest = text_slice(text, word.size, text.size - word.size);
    return rest.size == 0 || separator_size(rest) > 0;
}

static void find_at(const struct ruleset *set, struct text text, uint32_t hash,
                    struct ruleset_mask *found)
{
    uint32_t slot = hash % set->word_slot_count;
    for (; set->word_slots[slot]; slot = (slot + 1) % set->word_slot_count) {
        const struct ruleset_word *word = &set->words[set->word_slots[slot] - 1];
        if (!ruleset_mask_has(found, word->rule) && stands_there(text, word->text)) {
            ruleset_mask_add(found, word->rule);
        }
    }
}

void ruleset_find_words(const struct ruleset *set, struct text text, struct ruleset_mask *found)
{
    if (set->word_count == 0) return;
    size_t place = 0;
    while (place < text.size) {
        struct text rest = {text.bytes + place, text.size - place};
        uint32_t hash;
        size_t size = first_word_size(rest, &hash);
        if (size > 0 && size <= RULESET_WORD_SIZE_MAX) find_at(set, rest, hash, found);
        place += size > 0 ? size : separator_size(rest);
    }
}

/* The smallest value that the literal's rule could find anything in. */
static uint32_t smallest_value(const struct ruleset *set, const struct ruleset_literal *literal)
{
    const struct ruleset_rule *rule = &set->rules[literal->rule];
    uint32_t size = (uint32_t)literal->text.size + rule->tail.min;
    return rule->size.min > size ? rule->size.min : size;
}

static uint32_t either_case(uint32_t kind)
{
    const uint32_t hex = RULESET_LOWER_HEX | RULESET_UPPER_HEX;
    const uint32_t beyond = RULESET_LOWER | RULESET_UPPER;
    if (kind & hex) return hex;
    return kind & beyond ? beyond : kind;
}

/* In a value of other kinds of bytes than the literal's, or a shorter one, it need not be looked
 * for. */
static void note_literal(struct ruleset *set, const struct ruleset_literal *literal)
{
    uint32_t size = smallest_value(set, literal);
    for (uint32_t kinds = 0; kinds < RULESET_KINDS; kinds++) {
        bool could_be_in = true;
        for (size_t i = 0; i < literal->text.size; i++) {
            uint32_t kind = ruleset_byte_kinds[(uint8_t)literal->text.bytes[i]];
            if (literal->is_folded) kind = either_case(kind);
            if (!(kinds & kind)) could_be_in = false;
        }
        if (could_be_in && size < set->scan_min[kinds]) set->scan_min[kinds] = size;
    }
}

/* A byte by itself is looked for without Hyperscan: it is found too often. */
static bool is_byte(const struct ruleset_literal *literal)
{
    if (literal->text.size != 1) return false;
    return !literal->is_folded || !is_alnum((uint8_t)literal->text.bytes[0]);
}

static void index_byte(struct ruleset *set, uint32_t index)
{
    struct ruleset_literal *literal = &set->literals[index];
    uint8_t byte = (uint8_t)literal->text.bytes[0];
    literal->next = set->by_byte[byte];
    set->by_byte[byte] = (uint16_t)(index + 1);
    set->byte_kinds |= ruleset_byte_kinds[byte];
}

static enum status compile_literals(struct ruleset *set, struct error *error)
{
    uint32_t count = 0;
    const char **texts = MEMORY_ARRAY(const char *, set->literal_count + 1);
    size_t *sizes = MEMORY_ARRAY(size_t, set->literal_count + 1);
    unsigned *flags = MEMORY_ARRAY(unsigned, set->literal_count + 1);
    unsigned *ids = MEMORY_ARRAY(unsigned, set->literal_count + 1);
    for (uint32_t i = 0; i < set->literal_count; i++) {
        const struct ruleset_literal *literal = &set->literals[i];
        if (set->rules[literal->rule].is_off) continue;
        if (is_byte(literal)) {
            index_byte(set, i);
            continue;
        }
        texts[count] = literal->text.bytes;
        sizes[count] = literal->text.size;
        flags[count] = literal->is_folded ? HS_FLAG_CASELESS : 0;
        ids[count++] = i;
        note_literal(set, literal);
    }
    hs_compile_error_t *failure = NULL;
    hs_error_t result = HS_SUCCESS;
    if (count > 0) {
        result = hs_compile_lit_multi(texts, flags, ids, sizes, count, HS_MODE_BLOCK, NULL,
                                      &set->literal_database, &failure);
    }
    memory_free(texts);
    memory_free(sizes);
    memory_free(flags);
    memory_free(ids);
    if (result == HS_SUCCESS) return STATUS_OK;
    enum status status = error_set(error, STATUS_INVALID, "could not compile the literals: %s",
                                   failure ? failure->message : "unknown");
    (void)hs_free_compile_error(failure);
    return status;
}

static enum status refuse_pattern(const struct ruleset *set, unsigned index, const char *why,
                                  struct error *error)
{
    const struct ruleset_rule *rule = &set->rules[set->patterns[index].rule];
    return error_set(error, STATUS_INVALID,
                     "could not read the rules: line %u, rule %s: its pattern %s", rule->line,
                     rule->id, why);
}

/* Its size is known before it is compiled; that of its database only behind. */
static enum status check_pattern(const struct ruleset *set, unsigned index, uint32_t *states,
                                 struct error *error)
{
    char bytes[1024];
    hs_database_t *database = NULL;
    hs_compile_error_t *failure = NULL;
    struct pattern_cost cost;
    size_t size = 0;
    if (!text_to_string(set->patterns[index].text, bytes, sizeof bytes)) {
        return refuse_pattern(set, index, "is longer than 1,023 bytes", error);
    }
    const char *refusal = pattern_refusal(set->patterns[index].text, PATTERN_ANYWHERE, &cost);
    if (refusal) return refuse_pattern(set, index, refusal, error);
    *states += cost.states;
    if (*states > RULESET_PATTERN_STATES_MAX) {
        return refuse_pattern(set, index, "and those before it need more than 4,096 states", error);
    }
    if (hs_compile(bytes, HS_FLAG_UTF8 | HS_FLAG_SOM_LEFTMOST, HS_MODE_BLOCK, NULL, &database,
                   &failure) != HS_SUCCESS) {
        enum status status = refuse_pattern(set, index, failure->message, error);
        (void)hs_free_compile_error(failure);
        return status;
    }
    bool is_small =
        hs_database_size(database, &size) == HS_SUCCESS && size <= PATTERN_ONE_DATABASE_SIZE_MAX;
    (void)hs_free_database(database);
    return is_small ? STATUS_OK : refuse_pattern(set, index, "needs more than 256 KiB", error);
}

static enum status compile_patterns(struct ruleset *set, struct error *error)
{
    const char *texts[RULESET_PATTERNS_MAX];
    unsigned flags[RULESET_PATTERNS_MAX];
    unsigned ids[RULESET_PATTERNS_MAX];
    uint32_t states = 0;
    for (uint32_t i = 0; i < set->pattern_count; i++)
        TRY(check_pattern(set, i, &states, error));
    uint32_t count = 0;
    for (uint32_t i = 0; i < set->pattern_count; i++) {
        if (set->rules[set->patterns[i].rule].is_off) continue;
        /* The texts lie in the set's own copy, each at the end of a line: end them there. */
        size_t end =
            (size_t)(set->patterns[i].text.bytes - set->source) + set->patterns[i].text.size;
        set->source[end] = 0;
        texts[count] = set->patterns[i].text.bytes;
        flags[count] = HS_FLAG_UTF8 | HS_FLAG_SOM_LEFTMOST;
        ids[count++] = i;
    }
    if (count == 0) return STATUS_OK;
    hs_compile_error_t *failure = NULL;
    hs_error_t result = hs_compile_multi(texts, flags, ids, count, HS_MODE_BLOCK, NULL,
                                         &set->pattern_database, &failure);
    size_t size = 0;
    if (result != HS_SUCCESS) {
        enum status status = error_set(error, STATUS_INVALID, "could not compile the patterns: %s",
                                       failure->message);
        (void)hs_free_compile_error(failure);
        return status;
    }
    if (hs_database_size(set->pattern_database, &size) != HS_SUCCESS ||
        size > PATTERN_DATABASE_SIZE_MAX) {
        return error_set(error, STATUS_INVALID,
                         "could not take the patterns: all of them together "
                         "need more than 4 MiB");
    }
    return STATUS_OK;
}

enum status ruleset_build(struct ruleset *set, struct error *error)
{
    set->mask_words = (set->rule_count + 63) / 64;
    set->digits_min = UINT32_MAX;
    set->token_min = UINT32_MAX;
    set->whole_run_min = UINT32_MAX;
    for (uint32_t i = 0; i < RULESET_KINDS; i++)
        set->scan_min[i] = UINT32_MAX;
    for (uint32_t i = 0; i < set->rule_count; i++)
        index_rule(set, i);
    index_words(set);
    TRY(compile_literals(set, error));
    return compile_patterns(set, error);
}

enum status ruleset_make(struct text source, enum ruleset_kind kind, struct ruleset **out,
                         struct error *error)
{
    size_t size_max = kind == RULESET_PROJECT ? RULESET_PROJECT_SOURCE_MAX : RULESET_SOURCE_MAX;
    if (source.size > size_max) {
        return error_set(error, STATUS_TOO_LARGE,
                         "could not read the rules: %zu bytes, at most %zu", source.size, size_max);
    }
    struct ruleset *set = MEMORY_NEW(struct ruleset);
    atomic_init(&set->references, 1);
    set->source = memory_alloc(source.size + 1, 1);
    if (source.size > 0) memcpy(set->source, source.bytes, source.size);
    struct text copy = {set->source, source.size};
    enum status status = ruleset_parse(set, copy, kind, error);
    if (status == STATUS_OK) status = ruleset_build(set, error);
    if (status != STATUS_OK) {
        ruleset_drop(set);
        return status;
    }
    *out = set;
    return STATUS_OK;
}

struct ruleset *ruleset_hold(struct ruleset *set)
{
    (void)atomic_fetch_add_explicit(&set->references, 1, memory_order_relaxed);
    return set;
}

void ruleset_drop(struct ruleset *set)
{
    if (!set) return;
    if (atomic_fetch_sub_explicit(&set->references, 1, memory_order_acq_rel) != 1) return;
    (void)hs_free_database(set->literal_database);
    (void)hs_free_database(set->pattern_database);
    for (size_t i = 0; i < SHIELD_CHARSET_COUNT; i++)
        memory_free(set->by_token[i]);
    memory_free(set->whole.rules);
    memory_free(set->keyed.rules);
    memory_free(set->word_slots);
    memory_free(set->patterns);
    memory_free(set->words);
    memory_free(set->literals);
    memory_free(set->rules);
    memory_free(set->source);
    memory_free(set);
}
