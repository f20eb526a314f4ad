/* A rule set, compiled: immutable once made, shared by counting, any thread. Private to the room.
 *
 * The grammar stands in shield_rules.h. All literals of a set are one Hyperscan database; digit
 * rules are listed by how many digits they take, token rules by charset, words by their hash, so
 * that the matcher asks only the validators that could say yes. */
#ifndef CANDOR_SHIELD_RULESET_H
#define CANDOR_SHIELD_RULESET_H

#include "base/status.h"
#include "shield/shield_rules.h"

#include <hs/hs.h>

#include <stdatomic.h>

enum {
    RULESET_RULES_MAX = 512,
    RULESET_LITERALS_MAX = 16 * 1024, /* literals and words of a set */
    RULESET_PATTERNS_MAX = 64,
    RULESET_TRIGGERS_MAX = 4,         /* `digits` of a rule, `token`, and `written` */
    RULESET_SOURCE_MAX = 1024 * 1024, /* bytes of a set's text */
    RULESET_PROJECT_SOURCE_MAX = 64 * 1024,
    RULESET_PATTERN_STATES_MAX = 4096, /* of all patterns together, by pattern_cost.h */
    RULESET_WORD_SIZE_MAX = 64,
    RULESET_MASK_WORDS = RULESET_RULES_MAX / 64,
    RULESET_FORM_PLACES = 4,
    RULESET_NUMBER_DIGITS_MAX = 20,
    RULESET_SHAPES = 81,      /* a letter, a digit or neither at each of these places */
    RULESET_SIZES = 129,      /* of tokens; the last stands for all that are longer */
    RULESET_VALUE_SIZES = 65, /* of values; likewise */
};

/* Kinds of bytes; a value's are a mask of them. */
enum ruleset_byte {
    RULESET_LOWER_HEX = 1, /* a to f */
    RULESET_LOWER = 2,     /* g to z */
    RULESET_UPPER_HEX = 4,
    RULESET_UPPER = 8,
    RULESET_DIGIT = 16,
    RULESET_SPACE = 32,
    RULESET_DASH = 64,   /* - _ */
    RULESET_COLON = 128, /* : / = & ? % */
    RULESET_DOT = 256,
    RULESET_OTHER = 512,
    RULESET_KINDS = 1024,
    RULESET_LETTERS_DIGITS =
        RULESET_LOWER_HEX | RULESET_LOWER | RULESET_UPPER_HEX | RULESET_UPPER | RULESET_DIGIT,
};
extern const uint16_t ruleset_byte_kinds[256];

enum ruleset_kind {
    RULESET_BUILTIN, /* everything is allowed */
    RULESET_PROJECT, /* literal, key and pattern triggers; ids X..; no set statement needed */
};

enum ruleset_bucket {
    BUCKET_NONE,
    BUCKET_YEAR,
    BUCKET_REGION,
    BUCKET_DEGREE,
    BUCKET_NETWORK,
    BUCKET_FAMILY,
    BUCKET_OUTWARD,
    BUCKET_TEMPLATE,
    BUCKET_COUNT,
};

struct ruleset_range { /* 0 to 0: not given */
    uint32_t min;
    uint32_t max;
};

struct ruleset_run {
    enum shield_charset charset;
    struct ruleset_range range;
};

/* Groups of digits as somebody would write them. Bit n of a set of places is the one before the
 * last n digits. */
struct ruleset_written {
    uint32_t digits; /* of all groups */
    uint32_t groups; /* at least, if its last group may be cut further */
    uint64_t begins; /* where groups begin */
    uint64_t told;   /* the places that it says something about */
    bool is_open;    /* the last group may be cut further */
};

struct ruleset_rule {
    char id[4];
    struct text title;
    uint16_t version;
    enum shield_tier tier;
    enum shield_class class;
    enum shield_action action;
    enum ruleset_bucket bucket;
    shield_validator *check; /* NULL: the trigger is the proof */
    struct ruleset_range digits[RULESET_TRIGGERS_MAX];
    uint32_t digits_count;
    uint32_t groups_min;
    uint32_t groups_max;
    struct ruleset_written written[RULESET_TRIGGERS_MAX];
    uint32_t written_count; /* 0: in any groups it may act with nothing that speaks for it */
    struct ruleset_range size;
    struct ruleset_run token[RULESET_TRIGGERS_MAX];
    uint32_t token_count;
    bool has_form;
    uint64_t forms[RULESET_SHAPES / 64 + 1]; /* shapes that a token may begin with, one bit each */
    struct ruleset_range tail;
    enum shield_charset tail_charset;
    uint64_t keys;    /* trigger: classes of the key */
    uint64_t context; /* classes that speak for it */
    uint32_t words_begin;
    uint32_t words_end; /* in ruleset.words */
    uint32_t line;      /* where it begins, for messages */
    uint64_t given;     /* statements seen, one bit each */
    bool whole;
    bool whole_words;   /* only values in which a word stands */
    uint32_t whole_run; /* only values with so many bytes in a row that are no space */
    bool has_after;     /* its literals of one byte stand behind a byte of this charset */
    enum shield_charset after;
    uint32_t again;   /* and the same byte again so many bytes on; 0: it need not */
    bool has_luhn;    /* its digits pass Luhn's check */
    bool has_capital; /* its tokens have a capital, or a byte outside ASCII before them */
    bool is_dialled;  /* its digits begin with 00, or a plus stands before them */
    bool is_dotted;   /* its groups of digits are joined by single dots */
    bool needs_context;
    bool alerts;
    bool is_strict; /* in force in strict mode only */
    bool is_off;
    bool has_trigger;
};

struct ruleset_literal {
    struct text text;
    uint16_t rule;
    uint16_t next;  /* of one byte: the next of the same byte, as in by_byte */
    bool is_prefix; /* not inside a longer word */
    bool is_folded;
};

struct ruleset_word {
    struct text text; /* lower case, words joined by single spaces */
    uint16_t rule;
};

struct ruleset_pattern {
    struct text text;
    uint16_t rule;
};

/* Which rules: one bit each. */
struct ruleset_mask {
    uint64_t bits[RULESET_MASK_WORDS];
};

struct ruleset_list {
    uint16_t *rules;
    uint32_t count;
};

/* What rules want of a range of digits that a glance tells. */
enum ruleset_wish {
    RULESET_LUHN,
    RULESET_DIALLED,
    RULESET_DOTTED,
    RULESET_WISHES,
    RULESET_ONE_GROUP = RULESET_WISHES, /* it is not in the masks by wishes: by_groups knows it */
    RULESET_NO_WISH,
    RULESET_WISH_KINDS,
};

/* What some rules take. */
struct ruleset_groups {
    /* By how many digits: in how many groups, a bit for each number; those that wish nothing
     * apart. */
    uint64_t any[SHIELD_DIGITS_MAX + 1];
    uint64_t plain[SHIELD_DIGITS_MAX + 1];
    uint64_t counts[RULESET_WISH_KINDS]; /* by what they wish (the first thing): how many digits, a
                                            bit for each number */
    uint32_t plain_max;                  /* groups of those that wish nothing */
};

/* Which rules take a run of one charset, by its size. */
struct ruleset_sizes {
    struct ruleset_mask by_size[RULESET_SIZES];
};

struct ruleset {
    atomic_uint references;
    char *source; /* every text borrows it */
    struct text name;
    struct text version;
    struct ruleset_rule *rules;
    uint32_t rule_count;
    struct ruleset_literal *literals;
    uint32_t literal_count;
    struct ruleset_word *words;
    uint32_t word_count;
    struct ruleset_pattern *patterns;
    uint32_t pattern_count;

    hs_database_t *literal_database; /* of literals of two bytes and more; NULL: there are none */
    uint16_t by_byte[256];           /* literals of this one byte: the first's index + 1 */
    uint32_t byte_kinds;             /* of those bytes */
    hs_database_t *pattern_database;
    uint32_t mask_words;                               /* of every mask: those behind are 0 */
    struct ruleset_mask by_value[RULESET_VALUE_SIZES]; /* rules that a value of this size could be
                                                          of, by their size and triggers */
    struct ruleset_mask with_digits;                   /* rules that take digits */
    struct ruleset_mask with_written; /* rules that say how their digits are written */
    /* Rules that wish nothing else of digits than these bits (1 << enum ruleset_wish) grant. */
    struct ruleset_mask by_granted[1 << RULESET_WISHES];
    struct ruleset_mask with_token[SHIELD_CHARSET_COUNT];
    struct ruleset_mask with_any_token;
    struct ruleset_mask with_capital; /* rules that want one in a token */
    struct ruleset_mask by_digits[SHIELD_DIGITS_MAX + 1];
    /* Rules that the digits of a whole number lead to, by how many they are. */
    struct ruleset_mask by_number[RULESET_NUMBER_DIGITS_MAX + 1];
    struct ruleset_mask by_groups[SHIELD_DIGITS_MAX + 1]; /* rules that take so many groups */
    struct ruleset_groups groups;                         /* of all rules */
    struct ruleset_groups groups_unspoken; /* of those that may act with nothing that speaks for
                                              them, so far as they then may */
    uint32_t digits_min;                   /* UINT32_MAX: no rule takes digits */
    struct ruleset_sizes *by_token[SHIELD_CHARSET_COUNT]; /* NULL: no rule takes it */
    struct ruleset_mask by_shape[RULESET_SHAPES];         /* rules whose form allows it */
    struct ruleset_mask without_context;                  /* rules that may act without any */
    struct ruleset_mask by_class[SHIELD_KEY_CLASS_COUNT]; /* rules that a key class speaks for */
    struct ruleset_range token_range[SHIELD_CHARSET_COUNT];
    uint32_t token_charsets; /* that a rule takes runs of */
    uint32_t token_min;      /* of all charsets; UINT32_MAX: none */
    struct ruleset_list whole;
    uint32_t whole_run_min; /* of those that want no words; UINT32_MAX: there are none */
    struct ruleset_list keyed;
    uint64_t keyed_classes; /* of all keyed rules */
    uint16_t *word_slots;   /* hash of a word's first word to its index + 1, open addressing */
    uint32_t word_slot_count;
    uint32_t scan_min[RULESET_KINDS]; /* by the kinds of bytes that a value has: the shortest one in
                                         which a literal, with its tail, could stand */
};

/* STATUS_INVALID names line and rule; TOO_LARGE a limit. */
enum status ruleset_make(struct text source, enum ruleset_kind kind, struct ruleset **out,
                         struct error *error) MUST_CHECK;
struct ruleset *ruleset_hold(struct ruleset *set);
void ruleset_drop(struct ruleset *set); /* NULL does nothing */

static inline bool ruleset_mask_has(const struct ruleset_mask *mask, uint32_t rule)
{
    return mask->bits[rule / 64] >> (rule % 64) & 1;
}

static inline void ruleset_mask_add(struct ruleset_mask *mask, uint32_t rule)
{
    mask->bits[rule / 64] |= UINT64_C(1) << (rule % 64);
}

static inline const struct ruleset_mask *ruleset_by_value(const struct ruleset *set, size_t size)
{
    size_t longest = RULESET_VALUE_SIZES - 1;
    return &set->by_value[size < longest ? size : longest];
}

/* Is there a rule that is in both? */
static inline bool ruleset_masks_meet(const struct ruleset *set, const struct ruleset_mask *a,
                                      const struct ruleset_mask *b)
{
    uint64_t both = 0;
    for (uint32_t i = 0; i < set->mask_words; i++)
        both |= a->bits[i] & b->bits[i];
    return both != 0;
}

/* The shape of a run's first bytes, for by_shape. */
static inline uint32_t ruleset_shape(const char *bytes, size_t size)
{
    uint32_t shape = 0;
    uint32_t step = 1;
    for (size_t i = 0; i < size && i < RULESET_FORM_PLACES; i++, step *= 3) {
        uint32_t mask = shield_charset_masks[(uint8_t)bytes[i]];
        if (!(mask >> SHIELD_ALNUM & 1)) break;
        shape += mask >> SHIELD_DIGIT & 1 ? 2 * step : step;
    }
    return shape;
}

/* Add what one rule takes; is_spoken: when something speaks for it. */
void ruleset_add_groups(const struct ruleset_rule *rule, bool is_spoken,
                        struct ruleset_groups *groups);

/* Are so many digits with groups that begin there written as the rule says? */
bool ruleset_is_written(const struct ruleset_rule *rule, uint32_t digits, uint64_t begins);

/* Add the rules of which a word of their own stands in the text, as whole words. The text is lower
 * case where it matters: ASCII letters are folded on the way. */
void ruleset_find_words(const struct ruleset *set, struct text text, struct ruleset_mask *found);

/* --- between ruleset_parse.c, ruleset_digits.c and ruleset_build.c --- */

void ruleset_index_digits(struct ruleset *set, uint32_t rule);

enum status ruleset_parse(struct ruleset *set, struct text source, enum ruleset_kind kind,
                          struct error *error) MUST_CHECK;
enum status ruleset_build(struct ruleset *set, struct error *error) MUST_CHECK;

#endif
