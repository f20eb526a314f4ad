/* The distinct values of one memtable column and their codes, 1, 2, 3, … in order of arrival; 0 is
 * the missing value.
 *
 * Values are copied into blocks that never move. The map holds 32 bits of hash beside each code,
 * so growing it touches no value, and a column whose values are nearly all distinct costs one
 * cache miss a value. Hashes are seeded: keys that collide in one store do not in the next.
 * Belongs to its memtable and lives under its lock. */
#ifndef CANDOR_STORE_MEMTABLE_DICTIONARY_H
#define CANDOR_STORE_MEMTABLE_DICTIONARY_H

#include "event/value.h"

#include <stddef.h>
#include <stdint.h>

struct dictionary_slot {
    uint32_t hash;
    uint32_t code; /* 0: empty */
};

struct memtable_dictionary {
    /* Of the row before: neighbours are often alike. First, so that they stand together. */
    struct value last;  /* missing: no row yet */
    uint32_t last_code; /* 0: no row yet */
    uint32_t slot_count;
    struct value *values; /* by code */
    uint32_t count;       /* with the missing value */
    uint32_t capacity;
    struct dictionary_slot *slots;
    char **blocks;
    uint32_t block_count;
    size_t block_used;
    size_t block_capacity;
    size_t bytes_held;
};

void memtable_dictionary_init(struct memtable_dictionary *dictionary);
void memtable_dictionary_release(struct memtable_dictionary *dictionary);

static inline uint32_t memtable_dictionary_hash(const struct value *value, uint64_t seed)
{
    return (uint32_t)(value_hash(value, seed) >> 32);
}

/* The code of the value if the row before had it, else 0: half of all values end here, unhashed. */
static inline uint32_t memtable_dictionary_again(const struct memtable_dictionary *dictionary,
                                                 const struct value *value)
{
    return value_equal(&dictionary->last, value) ? dictionary->last_code : 0;
}

enum { DICTIONARY_SMALL_SLOTS = 1024 }; /* so many stay in the processor's caches */

static inline bool memtable_dictionary_is_small(const struct memtable_dictionary *dictionary)
{
    return dictionary->slot_count <= DICTIONARY_SMALL_SLOTS;
}

/* Looking a value up in a large dictionary waits for memory three times: for the slot, for the
 * value it names, for that value's text. A caller with several values to look up asks for each of
 * them ahead of time. */
static inline void memtable_dictionary_fetch_slot(const struct memtable_dictionary *dictionary,
                                                  uint32_t hash)
{
    __builtin_prefetch(&dictionary->slots[hash & (dictionary->slot_count - 1)]);
}

static inline void memtable_dictionary_fetch_value(const struct memtable_dictionary *dictionary,
                                                   uint32_t hash)
{
    struct dictionary_slot slot = dictionary->slots[hash & (dictionary->slot_count - 1)];
    if (slot.hash == hash) __builtin_prefetch(&dictionary->values[slot.code]);
}

static inline void memtable_dictionary_fetch_text(const struct memtable_dictionary *dictionary,
                                                  uint32_t hash)
{
    struct dictionary_slot slot = dictionary->slots[hash & (dictionary->slot_count - 1)];
    if (slot.hash != hash) return;
    const struct value *value = &dictionary->values[slot.code];
    if (value->kind >= VALUE_BIG_NUMBER) __builtin_prefetch(value->text.bytes);
}

/* The code of the value, new or old. */
uint32_t memtable_dictionary_add(struct memtable_dictionary *dictionary, const struct value *value,
                                 uint32_t hash);

#endif
