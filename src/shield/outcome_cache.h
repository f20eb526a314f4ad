/* What values became, kept for when they come again: an address its template, a user agent its
 * family, a token nothing. Many values share one outcome (all products of a shop are one template),
 * so that a value costs 16 bytes, and an outcome is kept once. It holds hashes under a seed of the
 * process, and admitted bytes. Bounded: of what falls on one row the last few are kept. One thread.
 */
#ifndef CANDOR_SHIELD_OUTCOME_CACHE_H
#define CANDOR_SHIELD_OUTCOME_CACHE_H

#include "shield/shield_finding.h"

enum {
    OUTCOME_PLACE_ROWS = 8192, /* powers of two */
    OUTCOME_PLACE_WAYS = 4,
    OUTCOME_ROWS = 512,
    OUTCOME_WAYS = 4,
    OUTCOME_BYTES_MAX = 128,
    OUTCOME_NOTES_MAX = 3,
};

/* What a finding says of its rule. */
struct outcome_note {
    char detector[4];
    uint16_t version;
    enum shield_tier tier;
    enum shield_action action;
    bool is_test;
    bool alerts;
};

struct outcome {
    struct outcome_note notes[OUTCOME_NOTES_MAX]; /* to be noted again */
    uint32_t note_count;
    bool is_removed; /* it became nothing */
    uint32_t size;
    char bytes[OUTCOME_BYTES_MAX];
};

/* What findings say of a value. */
struct outcome_look {
    uint8_t length; /* enum shield_length */
    uint8_t mask;   /* SHIELD_HAS_… */
};

struct outcome_place {
    uint64_t hash;  /* of the name and the value; 0: empty */
    uint32_t stamp; /* of the outcome, when it was meant */
    uint16_t outcome;
    struct outcome_look look;
};

struct outcome_kept {
    struct outcome outcome;
    uint32_t stamp; /* changes when another outcome takes the place; 0: empty */
};

struct outcome_cache {
    struct outcome_place places[OUTCOME_PLACE_ROWS][OUTCOME_PLACE_WAYS];
    struct outcome_kept outcomes[OUTCOME_ROWS * OUTCOME_WAYS];
    uint8_t oldest_place[OUTCOME_PLACE_ROWS];
    uint8_t oldest_outcome[OUTCOME_ROWS];
    uint32_t stamp; /* the last one given */
};

/* Bring the place near where the hash would be found. */
static inline void outcome_cache_reach(const struct outcome_cache *cache, uint64_t hash)
{
    __builtin_prefetch(cache->places[hash / 2 % OUTCOME_PLACE_ROWS]);
}

/* Borrowed until the next one is kept; NULL: not known. Nothing is kept under the hash 0. */
const struct outcome *outcome_cache_find(const struct outcome_cache *cache, uint64_t hash,
                                         struct outcome_look *look);
void outcome_cache_keep(struct outcome_cache *cache, uint64_t hash, const struct outcome *outcome,
                        struct outcome_look look);

#endif
