#include "base/text_index.h"

#include "base/check.h"
#include "base/memory.h"

#include <string.h>

enum {
    SLOTS_FIRST = 16,
    TEXTS_FIRST = 8,
    BLOCK_FIRST = 1024,
    BLOCK_MAX = 1 << 20,
};

/* Spreads the few unknown bits of an address over the whole seed. */
static const uint64_t seed_factor = UINT64_C(0x9e3779b97f4a7c15);

void text_index_init(struct text_index *index)
{
    *index = (struct text_index){0};
}

void text_index_release(struct text_index *index)
{
    for (uint32_t i = 0; i < index->block_count; i++)
        memory_free(index->blocks[i]);
    memory_free(index->blocks);
    memory_free(index->texts);
    memory_free(index->slots);
    *index = (struct text_index){0};
}

/* The slot that holds the text, or the empty one where it would go. */
static uint32_t find_slot(const struct text_index *index, struct text text, uint64_t hash)
{
    uint32_t mask = index->slot_count - 1;
    uint32_t tag = (uint32_t)(hash >> 32);
    uint32_t place = (uint32_t)hash & mask;
    for (;; place = (place + 1) & mask) {
        struct text_index_slot slot = index->slots[place];
        if (slot.number == 0) return place;
        if (slot.tag == tag && text_equal(index->texts[slot.number - 1], text)) return place;
    }
}

static void make_slots(struct text_index *index, uint32_t count)
{
    index->slots = MEMORY_ARRAY(struct text_index_slot, count);
    index->bytes_total += (size_t)(count - index->slot_count) * sizeof(struct text_index_slot);
    index->slot_count = count;
    if (index->seed == 0) index->seed = (uint64_t)(uintptr_t)index->slots * seed_factor;
}

static void grow_slots(struct text_index *index)
{
    uint32_t old_count = index->slot_count;
    struct text_index_slot *old_slots = index->slots;
    make_slots(index, old_count ? old_count * 2 : SLOTS_FIRST);
    uint32_t mask = index->slot_count - 1;
    for (uint32_t i = 0; i < old_count; i++) {
        if (old_slots[i].number == 0) continue;
        uint64_t hash = text_hash_seeded(index->texts[old_slots[i].number - 1], index->seed);
        uint32_t place = (uint32_t)hash & mask;
        while (index->slots[place].number != 0)
            place = (place + 1) & mask;
        index->slots[place] = old_slots[i];
    }
    memory_free(old_slots);
}

static bool is_too_full(uint32_t text_count, uint32_t slot_count)
{
    return (uint64_t)text_count * 10 > (uint64_t)slot_count * 7;
}

static void make_texts(struct text_index *index, uint32_t capacity)
{
    index->texts = memory_resize(index->texts, capacity, sizeof(struct text));
    index->bytes_total += (size_t)(capacity - index->texts_capacity) * sizeof(struct text);
    index->texts_capacity = capacity;
}

void text_index_reserve(struct text_index *index, uint32_t count)
{
    assert(index->count == 0 && !index->slots && !index->texts);
    uint32_t slot_count = SLOTS_FIRST;
    while (is_too_full(count, slot_count))
        slot_count *= 2;
    make_slots(index, slot_count);
    make_texts(index, count > TEXTS_FIRST ? count : TEXTS_FIRST);
}

static char *block_room(struct text_index *index, size_t size)
{
    if (size > index->block_capacity - index->block_used) {
        size_t capacity = index->block_capacity ? index->block_capacity * 2 : BLOCK_FIRST;
        if (capacity > BLOCK_MAX) capacity = BLOCK_MAX;
        if (capacity < size) capacity = size;
        index->blocks = memory_resize(index->blocks, index->block_count + 1, sizeof(char *));
        index->blocks[index->block_count++] = memory_alloc(capacity, 1);
        index->block_used = 0;
        index->block_capacity = capacity;
        index->bytes_total += capacity;
    }
    char *room = index->blocks[index->block_count - 1] + index->block_used;
    index->block_used += size;
    return room;
}

static uint32_t store_text(struct text_index *index, struct text text)
{
    assert(index->count < INT32_MAX);
    if (index->count == index->texts_capacity) {
        make_texts(index, index->texts_capacity ? index->texts_capacity * 2 : TEXTS_FIRST);
    }
    char *bytes = block_room(index, text.size ? text.size : 1);
    if (text.size > 0) memcpy(bytes, text.bytes, text.size);
    index->texts[index->count] = (struct text){bytes, text.size};
    return index->count++;
}

uint32_t text_index_find(const struct text_index *index, struct text text)
{
    if (index->slot_count == 0) return TEXT_INDEX_NONE;
    uint64_t hash = text_hash_seeded(text, index->seed);
    uint32_t number = index->slots[find_slot(index, text, hash)].number;
    return number ? number - 1 : TEXT_INDEX_NONE;
}

uint64_t text_index_begin(struct text_index *index, struct text text)
{
    if (index->slot_count == 0) grow_slots(index); /* the seed comes with them */
    uint64_t hash = text_hash_seeded(text, index->seed);
    __builtin_prefetch(&index->slots[(uint32_t)hash & (index->slot_count - 1)]);
    return hash;
}

/* The number at the place where a search begins, if that is the text's; else 0. */
static uint32_t first_number(const struct text_index *index, uint64_t hash)
{
    struct text_index_slot slot = index->slots[(uint32_t)hash & (index->slot_count - 1)];
    return slot.tag == (uint32_t)(hash >> 32) ? slot.number : 0;
}

void text_index_fetch_text(const struct text_index *index, uint64_t hash)
{
    uint32_t number = first_number(index, hash);
    if (number > 0) __builtin_prefetch(&index->texts[number - 1]);
}

void text_index_fetch_bytes(const struct text_index *index, uint64_t hash)
{
    uint32_t number = first_number(index, hash);
    if (number > 0) __builtin_prefetch(index->texts[number - 1].bytes);
}

uint32_t text_index_add(struct text_index *index, struct text text)
{
    return text_index_add_hashed(index, text, text_index_begin(index, text));
}

uint32_t text_index_add_hashed(struct text_index *index, struct text text, uint64_t hash)
{
    if (is_too_full(index->count + 1, index->slot_count)) grow_slots(index);
    uint32_t place = find_slot(index, text, hash);
    if (index->slots[place].number != 0) return index->slots[place].number - 1;
    uint32_t number = store_text(index, text);
    index->slots[place] = (struct text_index_slot){number + 1, (uint32_t)(hash >> 32)};
    return number;
}

struct text text_index_get(const struct text_index *index, uint32_t number)
{
    assert(number < index->count);
    return index->texts[number];
}
