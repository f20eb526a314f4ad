#include "wire/wire_internal.h"

#include "base/check.h"
#include "base/memory.h"
#include "codec/block.h"
#include "codec/utf8.h"

#include <string.h>

enum {
    CAPACITY_FIRST = 64,
    NUMBER_BITS = 12,
    STAMP_MAX = (1 << (32 - NUMBER_BITS)) - 1,
    PROBE_COUNT_MAX = 128, /* half full, honest names need some 20; chosen ones are refused */
};

_Static_assert(WIRE_NAMES_MAX <= 1 << NUMBER_BITS, "a number fits beside its stamp");

static void make_room(struct wire_names *names, uint32_t capacity)
{
    names->capacity = capacity;
    names->stamp = 1;
    names->names = memory_resize(names->names, capacity, sizeof(struct text));
    names->slots = MEMORY_ARRAY(uint32_t, (size_t)capacity * 2);
}

void wire_names_init(struct wire_names *names)
{
    *names = (struct wire_names){0};
    make_room(names, CAPACITY_FIRST);
}

void wire_names_release(struct wire_names *names)
{
    memory_free(names->names);
    memory_free(names->slots);
    *names = (struct wire_names){0};
}

void wire_names_clear(struct wire_names *names)
{
    names->before_count = names->count;
    names->likely_count = names->plain_count;
    names->plain_count = 0;
    names->count = 0;
    names->in_step = true;
    if (names->stamp++ < STAMP_MAX) return;
    memset(names->slots, 0, sizeof *names->slots * names->capacity * 2);
    names->stamp = 1;
}

static uint64_t zero_bytes(uint64_t word)
{
    return (word - 0x0101010101010101ULL) & ~word & 0x8080808080808080ULL;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9fb21c651e98df25ULL;
    return hash ^ hash >> 32;
}

/* A hash of the name, and whether a NUL is in it: each byte is loaded once for both. The loads of
 * the tail overlap, so that no byte behind the name is touched. */
static inline uint64_t scan_name(struct text name, uint64_t *zeros)
{
    const char *bytes = name.bytes;
    size_t size = name.size;
    uint64_t tail = 0;
    uint64_t hash = size;
    if (size >= 8) {
        for (size_t i = 0; i + 8 < size; i += 8) {
            uint64_t word = load_u64(bytes + i);
            *zeros |= zero_bytes(word);
            hash = mix(hash, word);
        }
        tail = load_u64(bytes + size - 8);
    } else if (size >= 4) {
        tail = (uint64_t)load_u32(bytes) << 32 | load_u32(bytes + size - 4);
    } else if (size > 0) {
        uint64_t middle = (unsigned char)bytes[size / 2];
        uint64_t last = (unsigned char)bytes[size - 1];
        tail = 0x0101010101000000ULL | (uint64_t)(unsigned char)bytes[0] << 16 | middle << 8 | last;
    } else {
        return 0;
    }
    *zeros |= zero_bytes(tail);
    return mix(hash, tail);
}

static bool is_too_long(struct text name)
{
    if (name.size <= EVENT_NAME_POINTS_MAX) return false;
    return utf8_truncate(name, EVENT_NAME_POINTS_MAX).size < name.size;
}

static enum wire_name add_hashed(struct wire_names *names, struct text name, uint32_t number,
                                 uint64_t hash)
{
    uint32_t mask = names->capacity * 2 - 1;
    uint32_t slot = (uint32_t)hash & mask;
    uint32_t probes = 0;
    while (names->slots[slot] >> NUMBER_BITS == names->stamp) {
        uint32_t other = names->slots[slot] & ((1U << NUMBER_BITS) - 1);
        if (text_equal(names->names[other], name)) return WIRE_NAME_AGAIN;
        if (++probes > PROBE_COUNT_MAX) return WIRE_NAME_BAD;
        slot = (slot + 1) & mask;
    }
    names->slots[slot] = names->stamp << NUMBER_BITS | number;
    return WIRE_NAME_NEW;
}

static void add_all(struct wire_names *names)
{
    for (uint32_t i = 0; i < names->count; i++) {
        uint64_t zeros = 0;
        uint64_t hash = scan_name(names->names[i], &zeros);
        (void)add_hashed(names, names->names[i], i, hash);
    }
}

void wire_names_grow(struct wire_names *names)
{
    memory_free(names->slots);
    make_room(names, names->capacity * 2);
    if (!names->in_step) add_all(names);
}

/* The first name that differs from the object before: those that did not come into the table. */
static void leave_step(struct wire_names *names)
{
    names->in_step = false;
    names->likely_count = 0;
    add_all(names);
}

enum wire_name wire_names_add_other(struct wire_names *names, struct text name, bool is_plain)
{
    assert(names->count < WIRE_NAMES_MAX);
    if (names->count == names->capacity) wire_names_grow(names);
    if (names->in_step) leave_step(names);
    uint64_t zeros = 0;
    uint64_t hash = scan_name(name, &zeros);
    if (zeros != 0 || is_too_long(name)) return WIRE_NAME_BAD;
    enum wire_name kind = add_hashed(names, name, names->count, hash);
    if (kind == WIRE_NAME_NEW) wire_names_put(names, name, is_plain);
    return kind;
}
