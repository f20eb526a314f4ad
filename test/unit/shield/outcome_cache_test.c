/* The cache of outcomes against a naive twin: it may forget, and never tells what was not. */
#include "shield/outcome_cache.h"

#include "base/memory.h"
#include "support/seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { HASHES = 20000, STEPS = 200000 };

static struct outcome outcome_of(uint32_t number)
{
    struct outcome outcome = {.is_removed = number % 7 == 0, .note_count = number % 4};
    for (uint32_t i = 0; i < outcome.note_count; i++) {
        outcome.notes[i] = (struct outcome_note){.detector = "U01",
                                                 .version = (uint16_t)(number % 3 + i),
                                                 .tier = SHIELD_TIER_S,
                                                 .action = SHIELD_REDACT,
                                                 .is_test = number % 2 == 0,
                                                 .alerts = number % 5 == 0};
    }
    if (outcome.is_removed) return outcome;
    outcome.size =
        (uint32_t)snprintf(outcome.bytes, sizeof outcome.bytes, "/product/:int/%u", number / 4);
    return outcome;
}

static bool is_of(const struct outcome *outcome, uint32_t number)
{
    struct outcome wanted = outcome_of(number);
    if (outcome->size != wanted.size || outcome->note_count != wanted.note_count) return false;
    if (outcome->is_removed != wanted.is_removed) return false;
    return memcmp(outcome->bytes, wanted.bytes, wanted.size) == 0 &&
           memcmp(outcome->notes, wanted.notes, sizeof wanted.notes) == 0;
}

static struct outcome_look look_of(uint64_t hash, uint32_t number)
{
    return (struct outcome_look){(uint8_t)(hash >> 8), (uint8_t)number};
}

/* Steps of a few outcomes that many values share, or of far more than there is room for. */
static void try_against_twin(uint32_t outcomes, uint32_t *found)
{
    struct outcome_cache *cache = MEMORY_NEW(struct outcome_cache);
    uint32_t *twin = MEMORY_ARRAY(uint32_t, HASHES); /* its outcome's number and one; 0: none */
    struct seeded seeded = seeded_begin("outcome_cache_test");
    for (uint32_t step = 0; step < STEPS; step++) {
        uint32_t place = seeded_below(&seeded, HASHES);
        uint64_t hash = (place + 1) * UINT64_C(0x9e3779b97f4a7c15);
        struct outcome_look look;
        const struct outcome *outcome = outcome_cache_find(cache, hash, &look);
        if (outcome) {
            (*found)++;
            assert_true(twin[place] > 0);
            assert_true(is_of(outcome, twin[place] - 1));
            assert_int_equal(look.length, look_of(hash, twin[place] - 1).length);
            assert_int_equal(look.mask, look_of(hash, twin[place] - 1).mask);
        } else {
            uint32_t number = seeded_below(&seeded, outcomes);
            struct outcome made = outcome_of(number);
            outcome_cache_keep(cache, hash, &made, look_of(hash, number));
            twin[place] = number + 1;
            outcome = outcome_cache_find(cache, hash, &look);
            assert_non_null(outcome); /* what came last is there */
            assert_true(is_of(outcome, number));
        }
    }
    memory_free(twin);
    memory_free(cache);
}

static void many_values_share_an_outcome(void **state)
{
    (void)state;
    uint32_t found = 0;
    try_against_twin(300, &found);
    assert_true(found > STEPS * 8 / 10); /* all of the 20,000 fit */
}

static void an_outcome_that_had_to_go_is_not_told(void **state)
{
    (void)state;
    uint32_t found = 0;
    try_against_twin(1000000, &found);
    assert_true(found > 0 && found < STEPS / 2);
}

static void nothing_is_kept_under_no_hash(void **state)
{
    (void)state;
    struct outcome_cache *cache = MEMORY_NEW(struct outcome_cache);
    struct outcome outcome = outcome_of(1);
    struct outcome_look look;
    outcome_cache_keep(cache, 0, &outcome, (struct outcome_look){0, 0});
    assert_null(outcome_cache_find(cache, 0, &look));
    assert_null(outcome_cache_find(cache, 2, &look));
    memory_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_values_share_an_outcome),
        cmocka_unit_test(an_outcome_that_had_to_go_is_not_told),
        cmocka_unit_test(nothing_is_kept_under_no_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
