#include "store/memtable_dictionary.h"

#include "base/check.h"
#include "base/memory.h"

enum {
    SLOTS_FIRST = 16,
    VALUES_FIRST = 8,
    BLOCK_FIRST = 256, /* most columns have few values */
    BLOCK_MAX = 1 << 20,
};

void memtable_dictionary_init(struct memtable_dictionary *dictionary)
{
    *dictionary = (struct memtable_dictionary){
        .values = MEMORY_ARRAY(struct value, VALUES_FIRST),
        .count = 1,
        .capacity = VALUES_FIRST,
        .slots = MEMORY_ARRAY(struct dictionary_slot, SLOTS_FIRST),
        .slot_count = SLOTS_FIRST,
    };
    dictionary->bytes_held =
        VALUES_FIRST * sizeof(struct value) + SLOTS_FIRST * sizeof(struct dictionary_slot);
}

void memtable_dictionary_release(struct memtable_dictionary *dictionary)
{
    for (uint32_t i = 0; i < dictionary->block_count; i++)
        memory_free(dictionary->blocks[i]);
    memory_free(dictionary->blocks);
    memory_free(dictionary->slots);
    memory_free(dictionary->values);
    *dictionary = (struct memtable_dictionary){0};
}

static void grow_slots(struct memtable_dictionary *dictionary)
{
    uint32_t old_count = dictionary->slot_count;
    struct dictionary_slot *old = dictionary->slots;
    dictionary->slot_count = old_count * 2;
    dictionary->slots = MEMORY_ARRAY(struct dictionary_slot, dictionary->slot_count);
    dictionary->bytes_held += old_count * sizeof(struct dictionary_slot);
    uint32_t mask = dictionary->slot_count - 1;
    for (uint32_t i = 0; i < old_count; i++) {
        if (old[i].code == 0) continue;
        uint32_t place = old[i].hash & mask;
        while (dictionary->slots[place].code != 0)
            place = (place + 1) & mask;
        dictionary->slots[place] = old[i];
    }
    memory_free(old);
}

static char *block_room(struct memtable_dictionary *dictionary, size_t size)
{
    if (size > dictionary->block_capacity - dictionary->block_used) {
        size_t capacity = dictionary->block_capacity ? dictionary->block_capacity * 2 : BLOCK_FIRST;
        if (capacity > BLOCK_MAX) capacity = BLOCK_MAX;
        if (capacity < size) capacity = size;
        dictionary->blocks =
            memory_resize(dictionary->blocks, dictionary->block_count + 1, sizeof(char *));
        dictionary->blocks[dictionary->block_count++] = memory_alloc(capacity, 1);
        dictionary->block_used = 0;
        dictionary->block_capacity = capacity;
        dictionary->bytes_held += capacity;
    }
    char *room = dictionary->blocks[dictionary->block_count - 1] + dictionary->block_used;
    dictionary->block_used += size;
    return room;
}

static uint32_t keep_value(struct memtable_dictionary *dictionary, const struct value *value)
{
    assert(dictionary->count < INT32_MAX);
    if (dictionary->count == dictionary->capacity) {
        uint32_t capacity = dictionary->capacity * 2;
        dictionary->values = memory_resize(dictionary->values, capacity, sizeof(struct value));
        dictionary->bytes_held += dictionary->capacity * sizeof(struct value);
        dictionary->capacity = capacity;
    }
    struct value copy = *value;
    if (copy.kind >= VALUE_BIG_NUMBER && copy.text.size > 0) {
        char *bytes = block_room(dictionary, copy.text.size);
        memcpy(bytes, value->text.bytes, copy.text.size);
        copy.text.bytes = bytes;
    }
    dictionary->values[dictionary->count] = copy;
    return dictionary->count++;
}

static uint32_t add_value(struct memtable_dictionary *dictionary, const struct value *value,
                          uint32_t hash, uint32_t place)
{
    uint32_t code = keep_value(dictionary, value);
    dictionary->slots[place] = (struct dictionary_slot){hash, code};
    if ((uint64_t)dictionary->count * 10 > (uint64_t)dictionary->slot_count * 6) {
        grow_slots(dictionary);
    }
    return code;
}

uint32_t memtable_dictionary_add(struct memtable_dictionary *dictionary, const struct value *value,
                                 uint32_t hash)
{
    assert_slow(value->kind != VALUE_MISSING);
    uint32_t mask = dictionary->slot_count - 1;
    uint32_t place = hash & mask;
    struct dictionary_slot slot = dictionary->slots[place];
    while (slot.code != 0) {
        if (slot.hash == hash && value_equal(&dictionary->values[slot.code], value)) break;
        place = (place + 1) & mask;
        slot = dictionary->slots[place];
    }
    if (slot.code == 0) slot.code = add_value(dictionary, value, hash, place);
    dictionary->last = dictionary->values[slot.code];
    dictionary->last_code = slot.code;
    return slot.code;
}
