#include "enrich/agent_cache.h"

#include "base/check.h"
#include "base/memory.h"
#include "os/os_clock.h"
#include "os/os_thread.h"

#include <string.h>

enum { WAYS = 4, LOCK_COUNT = 64, SET_COUNT = AGENT_CACHE_COUNT / WAYS };

_Static_assert((SET_COUNT & (SET_COUNT - 1)) == 0, "sets are chosen by bits of the hash");
_Static_assert((LOCK_COUNT & (LOCK_COUNT - 1)) == 0, "so are locks");

struct entry {
    struct block_hash key;
    bool is_taken;
    struct enrich_facts facts;
};

struct agent_cache {
    uint64_t seed;
    struct os_mutex locks[LOCK_COUNT]; /* one for every LOCK_COUNT-th set */
    struct entry entries[AGENT_CACHE_COUNT];
};

struct agent_cache *agent_cache_make(void)
{
    struct agent_cache *cache = MEMORY_NEW(struct agent_cache);
    os_random_bytes(&cache->seed, sizeof cache->seed);
    for (int i = 0; i < LOCK_COUNT; i++)
        os_mutex_init(&cache->locks[i]);
    return cache;
}

void agent_cache_release(struct agent_cache *cache)
{
    if (!cache) return;
    for (int i = 0; i < LOCK_COUNT; i++)
        os_mutex_release(&cache->locks[i]);
    memory_free(cache);
}

struct block_hash agent_cache_key(const struct agent_cache *cache, struct text user_agent)
{
    return block_hash128(user_agent.bytes, user_agent.size, cache->seed);
}

static bool is_of(const struct entry *entry, struct block_hash key)
{
    return entry->is_taken && entry->key.high == key.high && entry->key.low == key.low;
}

bool agent_cache_find(struct agent_cache *cache, struct block_hash key, struct enrich_facts *facts)
{
    size_t set = key.low % SET_COUNT;
    struct os_mutex *lock = &cache->locks[set % LOCK_COUNT];
    bool is_found = false;
    os_mutex_lock(lock);
    for (size_t i = set * WAYS; i < (set + 1) * WAYS && !is_found; i++) {
        is_found = is_of(&cache->entries[i], key);
        if (is_found) *facts = cache->entries[i].facts;
    }
    os_mutex_unlock(lock);
    return is_found;
}

/* The place of this key, or an empty one, or the one that other bits of the hash choose. */
static struct entry *choose(struct agent_cache *cache, size_t set, struct block_hash key)
{
    struct entry *ways = &cache->entries[set * WAYS];
    for (int i = 0; i < WAYS; i++) {
        if (!ways[i].is_taken || is_of(&ways[i], key)) return &ways[i];
    }
    return &ways[key.high % WAYS];
}

void agent_cache_put(struct agent_cache *cache, struct block_hash key,
                     const struct enrich_facts *facts)
{
    assert(facts->country[0] == '\0'); /* nothing about an address is kept */
    size_t set = key.low % SET_COUNT;
    struct os_mutex *lock = &cache->locks[set % LOCK_COUNT];
    os_mutex_lock(lock);
    struct entry *entry = choose(cache, set, key);
    *entry = (struct entry){.key = key, .is_taken = true, .facts = *facts};
    os_mutex_unlock(lock);
}
