#include "shield/key_cache.h"

#include "base/memory.h"

#include <string.h>

static void read_name(const struct ruleset *set, const struct shield_lexicon *lexicon,
                      struct text name, struct key_reading *reading)
{
    struct shield_key key;
    shield_key_read(lexicon, name, &key);
    *reading = (struct key_reading){.exact = key.exact, .stem = key.stem};
    if (key.is_stopped) return;
    ruleset_find_words(set, name, &reading->words);
    ruleset_find_words(set, (struct text){key.folded, key.folded_size}, &reading->words);
}

static struct key_cache_entry *find_or_read(struct key_cache *cache, const struct ruleset *set,
                                            const struct shield_lexicon *lexicon, struct text name)
{
    uint64_t hash = text_hash_seeded(name, cache->seed);
    size_t row = hash % KEY_CACHE_ROWS;
    for (size_t way = 0; way < KEY_CACHE_WAYS; way++) {
        struct key_cache_entry *entry = &cache->entries[row][way];
        if (entry->reading.hash == hash && key_cache_is_of(entry, set, name)) return entry;
    }
    struct key_cache_entry *entry = &cache->entries[row][cache->oldest[row]++ % KEY_CACHE_WAYS];
    cache->replaced++;
    read_name(set, lexicon, name, &entry->reading);
    entry->reading.hash = hash;
    entry->set = set;
    entry->reading.name_size = (uint32_t)name.size;
    if (name.size > 0) memcpy(entry->reading.name, name.bytes, name.size);
    return entry;
}

struct key_reading *key_cache_read(struct key_cache *cache, const struct ruleset *set,
                                   const struct shield_lexicon *lexicon, struct text name)
{
    if (name.size > KEY_CACHE_NAME_MAX) {
        read_name(set, lexicon, name, &cache->spare);
        cache->spare.hash = text_hash_seeded(name, cache->seed);
        cache->last = NULL;
        return &cache->spare;
    }
    struct key_reading *next = key_cache_next(cache, set, name);
    if (next) return next;
    struct key_cache_entry *entry = find_or_read(cache, set, lexicon, name);
    if (cache->last) cache->last->next = entry;
    cache->last = entry;
    return &entry->reading;
}

void key_cache_forget(struct key_cache *cache)
{
    struct key_cache_entry *entry = cache->last;
    cache->last = NULL;
    if (!entry) return;
    memory_wipe(entry->reading.name, sizeof entry->reading.name);
    entry->reading.name_size = 0;
    entry->set = NULL;
}

void key_cache_clear(struct key_cache *cache)
{
    cache->last = NULL;
    for (size_t row = 0; row < KEY_CACHE_ROWS; row++) {
        for (size_t way = 0; way < KEY_CACHE_WAYS; way++)
            cache->entries[row][way].set = NULL;
    }
}
