/* A pattern as Glushkov's automaton. Between pattern_parse.c and pattern_cost.c. */
#ifndef CANDOR_SHIELD_PATTERN_PARSE_H
#define CANDOR_SHIELD_PATTERN_PARSE_H

#include "shield/pattern_cost.h"

struct pattern_set { /* of positions */
    uint64_t words[PATTERN_WORDS];
};

struct pattern_bytes { /* of values of a byte */
    uint64_t words[4];
};

struct pattern_automaton {
    uint32_t count;
    struct pattern_set first; /* that a match may begin with, and end with */
    struct pattern_set last;
    bool is_nullable;
    struct pattern_bytes bytes[PATTERN_POSITIONS_MAX]; /* that a position takes */
    struct pattern_set follow[PATTERN_POSITIONS_MAX];
};

/* NULL, or why not: a literal. */
const char *pattern_parse(struct text pattern, struct pattern_automaton *out);

static inline void pattern_set_add(struct pattern_set *set, uint32_t position)
{
    set->words[position / 64] |= UINT64_C(1) << position % 64;
}

static inline void pattern_set_join(struct pattern_set *set, const struct pattern_set *other)
{
    for (int i = 0; i < PATTERN_WORDS; i++)
        set->words[i] |= other->words[i];
}

static inline struct pattern_set pattern_set_moved(struct pattern_set set, uint32_t by)
{
    struct pattern_set out = {0};
    for (int word = 0; word < PATTERN_WORDS; word++) {
        for (uint64_t bits = set.words[word]; bits; bits &= bits - 1)
            pattern_set_add(&out, (uint32_t)(word * 64 + __builtin_ctzll(bits)) + by);
    }
    return out;
}

static inline bool pattern_bytes_have(const struct pattern_bytes *bytes, uint32_t byte)
{
    return bytes->words[byte / 64] >> byte % 64 & 1;
}

static inline void pattern_bytes_add(struct pattern_bytes *bytes, uint32_t from, uint32_t to)
{
    for (uint32_t byte = from; byte <= to; byte++)
        bytes->words[byte / 64] |= UINT64_C(1) << byte % 64;
}

/* A letter in both cases. */
static inline void pattern_bytes_fold(struct pattern_bytes *bytes)
{
    for (uint32_t upper = 'A'; upper <= 'Z'; upper++) {
        bool has_one = pattern_bytes_have(bytes, upper) || pattern_bytes_have(bytes, upper | 0x20);
        if (!has_one) continue;
        pattern_bytes_add(bytes, upper, upper);
        pattern_bytes_add(bytes, upper | 0x20, upper | 0x20);
    }
}

#endif
