/* Chance that can be repeated: SplitMix64 (Steele, Lea, Flood 2014). Integers only, because the
 * mathematical functions of two machines may differ in the last bit and a demo must not. */
#ifndef CANDOR_APP_DEMO_RANDOM_H
#define CANDOR_APP_DEMO_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct demo_random {
    uint64_t state;
};

static inline uint64_t demo_mix(uint64_t number)
{
    number = (number ^ (number >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    number = (number ^ (number >> 27)) * UINT64_C(0x94d049bb133111eb);
    return number ^ (number >> 31);
}

/* A number that belongs to two others. */
static inline uint64_t demo_hash(uint64_t seed, uint64_t number)
{
    return demo_mix(demo_mix(seed + UINT64_C(0x9e3779b97f4a7c15)) ^
                    (number * UINT64_C(0xd6e8feb86659fd93) + 1));
}

static inline uint64_t demo_next(struct demo_random *random)
{
    random->state += UINT64_C(0x9e3779b97f4a7c15);
    return demo_mix(random->state);
}

/* 0 to limit - 1; limit below 2^32. */
static inline uint32_t demo_below(struct demo_random *random, uint32_t limit)
{
    return (uint32_t)((demo_next(random) >> 32) * limit >> 32);
}

static inline bool demo_chance(struct demo_random *random, uint32_t per_mille)
{
    return demo_below(random, 1000) < per_mille;
}

#endif
