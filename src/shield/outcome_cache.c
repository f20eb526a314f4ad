#include "shield/outcome_cache.h"

#include "base/check.h"

#include <string.h>

_Static_assert(OUTCOME_ROWS *OUTCOME_WAYS <= UINT16_MAX, "an outcome is named by 16 bits");
_Static_assert(sizeof(struct outcome_place) == 16, "as small as it says");

static struct text bytes_of(const struct outcome *outcome)
{
    return (struct text){outcome->bytes, outcome->size};
}

static bool is_same_note(const struct outcome_note *a, const struct outcome_note *b)
{
    return memcmp(a->detector, b->detector, sizeof a->detector) == 0 && a->version == b->version &&
           a->tier == b->tier && a->action == b->action && a->is_test == b->is_test &&
           a->alerts == b->alerts;
}

static bool is_same(const struct outcome *a, const struct outcome *b)
{
    if (a->is_removed != b->is_removed || a->note_count != b->note_count) return false;
    for (uint32_t i = 0; i < a->note_count; i++)
        if (!is_same_note(&a->notes[i], &b->notes[i])) return false;
    return text_equal(bytes_of(a), bytes_of(b));
}

const struct outcome *outcome_cache_find(const struct outcome_cache *cache, uint64_t hash,
                                         struct outcome_look *look)
{
    const struct outcome_place *row = cache->places[hash / 2 % OUTCOME_PLACE_ROWS];
    for (uint32_t way = 0; hash != 0 && way < OUTCOME_PLACE_WAYS; way++) {
        if (row[way].hash != hash) continue;
        const struct outcome_kept *kept = &cache->outcomes[row[way].outcome];
        if (kept->stamp != row[way].stamp) continue; /* another one stands there by now */
        *look = row[way].look;
        return &kept->outcome;
    }
    return NULL;
}

/* Where the outcome stands; a new one takes the oldest of its row. */
static uint16_t place_of(struct outcome_cache *cache, const struct outcome *outcome)
{
    uint64_t row = text_hash_seeded(bytes_of(outcome), outcome->note_count) % OUTCOME_ROWS;
    uint16_t first = (uint16_t)(row * OUTCOME_WAYS);
    for (uint16_t place = first; place < first + OUTCOME_WAYS; place++) {
        const struct outcome_kept *kept = &cache->outcomes[place];
        if (kept->stamp != 0 && is_same(&kept->outcome, outcome)) return place;
    }
    uint16_t place = (uint16_t)(first + cache->oldest_outcome[row]++ % OUTCOME_WAYS);
    if (++cache->stamp == 0) cache->stamp = 1;
    cache->outcomes[place] = (struct outcome_kept){*outcome, cache->stamp};
    return place;
}

void outcome_cache_keep(struct outcome_cache *cache, uint64_t hash, const struct outcome *outcome,
                        struct outcome_look look)
{
    assert(outcome->size <= OUTCOME_BYTES_MAX && outcome->note_count <= OUTCOME_NOTES_MAX);
    if (hash == 0) return;
    uint64_t row = hash / 2 % OUTCOME_PLACE_ROWS;
    uint16_t place = place_of(cache, outcome);
    uint32_t way = cache->oldest_place[row]++ % OUTCOME_PLACE_WAYS;
    cache->places[row][way] = (struct outcome_place){
        .hash = hash, .stamp = cache->outcomes[place].stamp, .outcome = place, .look = look};
}
