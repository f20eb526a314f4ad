/* Random numbers that come again: one seed makes one run. The seed is printed, and
 * CANDOR_SEED=… repeats a run that failed. */
#ifndef CANDOR_TEST_SEEDED_H
#define CANDOR_TEST_SEEDED_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct seeded {
    uint64_t state;
};

static inline struct seeded seeded_begin(const char *what)
{
    const char *wanted = getenv("CANDOR_SEED");
    uint64_t seed = wanted ? strtoull(wanted, NULL, 10) : 20261122;
    printf("%s: CANDOR_SEED=%llu\n", what, (unsigned long long)seed);
    return (struct seeded){seed};
}

/* splitmix64 (Steele, Lea, Flood 2014). */
static inline uint64_t seeded_next(struct seeded *seeded)
{
    uint64_t z = (seeded->state += 0x9e3779b97f4a7c15ULL);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    return z ^ z >> 31;
}

/* 0 to count - 1. */
static inline uint32_t seeded_below(struct seeded *seeded, uint32_t count)
{
    return (uint32_t)((seeded_next(seeded) >> 32) * count >> 32);
}

#endif
