/* Chance that can be had again: one seed makes one run. The seed is printed when a run begins, and
 * CANDOR_TEST_SEED=… in the environment repeats one that failed. */
#ifndef CANDOR_TEST_SEEDED_H
#define CANDOR_TEST_SEEDED_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct seeded {
    uint64_t state; /* never 0 */
};

static inline struct seeded seeded_from(uint64_t seed)
{
    return (struct seeded){seed * UINT64_C(0x9e3779b97f4a7c15) | 1};
}

/* The seed of a test program: the one wanted, or the same every time. */
static inline uint64_t seeded_seed(const char *what)
{
    const char *wanted = getenv("CANDOR_TEST_SEED");
    uint64_t seed = wanted ? strtoull(wanted, NULL, 10) : 20261122;
    printf("%s: CANDOR_TEST_SEED=%llu\n", what, (unsigned long long)seed);
    return seed;
}

static inline struct seeded seeded_begin(const char *what)
{
    return seeded_from(seeded_seed(what));
}

/* xorshift64* (Vigna 2016). */
static inline uint64_t seeded_next(struct seeded *seeded)
{
    seeded->state ^= seeded->state >> 12;
    seeded->state ^= seeded->state << 25;
    seeded->state ^= seeded->state >> 27;
    return seeded->state * UINT64_C(2685821657736338717);
}

/* 0 to count - 1. */
static inline uint32_t seeded_below(struct seeded *seeded, uint32_t count)
{
    return (uint32_t)((seeded_next(seeded) >> 32) % count);
}

#endif
