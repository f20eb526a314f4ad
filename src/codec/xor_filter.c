#include "codec/xor_filter.h"

#include "base/check.h"
#include "base/memory.h"
#include "codec/block.h"

#include <stdlib.h>
#include <string.h>

enum { SEED_COUNT_MAX = 100 }; /* a seed fails less than once in a thousand */

enum { VERSION = 1, WIDTH_AT = 1, SEED_AT = 2, LENGTH_AT = 6 };

/* --- where a hash goes --- */

struct places {
    uint32_t at[3];
    uint16_t fingerprint; /* of two bytes; one byte is its lower one */
};

static uint32_t mix(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x85ebca6bU;
    x ^= x >> 13;
    x *= 0xc2b2ae35U;
    return x ^ x >> 16;
}

static uint32_t place(uint32_t x, uint32_t length)
{
    return (uint32_t)((uint64_t)x * length >> 32);
}

static struct places places_of(uint64_t hash, uint32_t seed, uint32_t length)
{
    uint32_t a = mix((uint32_t)(hash >> 32) ^ seed);
    uint32_t b = mix((uint32_t)hash ^ a);
    uint32_t c = mix(a + b);
    return (struct places){
        .at = {place(a, length), length + place(b, length), 2 * length + place(c, length)},
        .fingerprint = (uint16_t)mix(b ^ c),
    };
}

/* --- building --- */

/* The hashes that go to one place: how many, and all of them xored, which is the last one when one
 * is left. */
struct slot {
    uint64_t hashes;
    uint32_t count;
};

struct peeled {
    uint64_t hash;
    uint32_t at;
};

static void toggle(struct slot *slots, uint64_t hash, uint32_t seed, uint32_t length, int32_t step)
{
    struct places places = places_of(hash, seed, length);
    for (int i = 0; i < 3; i++) {
        slots[places.at[i]].hashes ^= hash;
        slots[places.at[i]].count += (uint32_t)step;
    }
}

/* Take hash after hash that is alone at one of its places; true when none is left. */
static bool peel(struct slot *slots, uint32_t seed, uint32_t length, uint32_t *queue,
                 struct peeled *peeled, size_t count)
{
    size_t taken = 0;
    size_t queued = 0;
    for (uint32_t i = 0; i < 3 * length; i++) {
        if (slots[i].count == 1) queue[queued++] = i;
    }
    while (queued > 0) {
        uint32_t at = queue[--queued];
        if (slots[at].count != 1) continue; /* its hash was taken at another place */
        uint64_t hash = slots[at].hashes;
        struct places places = places_of(hash, seed, length);
        peeled[taken++] = (struct peeled){hash, at};
        toggle(slots, hash, seed, length, -1);
        for (int i = 0; i < 3; i++) {
            if (slots[places.at[i]].count == 1) queue[queued++] = places.at[i];
        }
    }
    return taken == count;
}

/* In the opposite order, each hash finds its own place still free. */
static void assign(const struct peeled *peeled, size_t count, uint32_t seed, uint32_t length,
                   uint16_t *fingerprints)
{
    for (size_t i = count; i > 0; i--) {
        struct places places = places_of(peeled[i - 1].hash, seed, length);
        uint16_t value = places.fingerprint;
        for (int k = 0; k < 3; k++) {
            if (places.at[k] != peeled[i - 1].at) value ^= fingerprints[places.at[k]];
        }
        fingerprints[peeled[i - 1].at] = value;
    }
}

struct build {
    const uint64_t *hashes;
    size_t count;
    uint32_t length;
    size_t width;
    uint16_t *fingerprints;
    struct slot *slots;
    uint32_t *queue;
    struct peeled *peeled;
};

static bool try_seed(const struct build *build, uint32_t seed)
{
    memset(build->slots, 0, (size_t)3 * build->length * sizeof *build->slots);
    for (size_t i = 0; i < build->count; i++)
        toggle(build->slots, build->hashes[i], seed, build->length, 1);
    return peel(build->slots, seed, build->length, build->queue, build->peeled, build->count);
}

static void write_filter(const struct build *build, uint32_t seed, uint8_t *out)
{
    out[0] = VERSION;
    out[WIDTH_AT] = (uint8_t)build->width;
    store_u32(out + SEED_AT, seed);
    store_u32(out + LENGTH_AT, build->length);
    for (size_t i = 0; i < (size_t)3 * build->length; i++) {
        uint8_t *place = out + XOR_FILTER_HEAD_SIZE + i * build->width;
        place[0] = (uint8_t)build->fingerprints[i];
        if (build->width == 2) place[1] = (uint8_t)(build->fingerprints[i] >> 8);
    }
}

/* Seeds in their order, so that one set gives one filter. */
static enum status build_filter(const struct build *build, uint8_t *out, struct error *error)
{
    uint32_t seed = 1;
    while (seed <= SEED_COUNT_MAX && !try_seed(build, seed))
        seed++;
    if (seed > SEED_COUNT_MAX) {
        return error_set(error, STATUS_INVALID, "the hashes are no hashes: too many fall together");
    }
    assign(build->peeled, build->count, seed, build->length, build->fingerprints);
    write_filter(build, seed, out);
    return STATUS_OK;
}

/* A place enters the queue at most once for each time its count becomes one: at first, and when
 * one of its hashes is taken. */
static enum status build_with_memory(const uint64_t *hashes, size_t count, uint32_t length,
                                     size_t width, uint8_t *out, struct error *error)
{
    struct build build = {
        .hashes = hashes,
        .count = count,
        .length = length,
        .width = width,
        .fingerprints = MEMORY_ARRAY(uint16_t, (size_t)3 * length),
        .slots = MEMORY_ARRAY(struct slot, (size_t)3 * length),
        .queue = MEMORY_ARRAY(uint32_t, (size_t)3 * length + 3 * count),
        .peeled = MEMORY_ARRAY(struct peeled, count),
    };
    enum status status = build_filter(&build, out, error);
    memory_free(build.fingerprints);
    memory_free(build.slots);
    memory_free(build.queue);
    memory_free(build.peeled);
    return status;
}

static int compare(const void *a, const void *b)
{
    const uint64_t *first = a;
    const uint64_t *second = b;
    return (*first > *second) - (*first < *second);
}

static size_t keep_distinct(uint64_t *hashes, size_t count)
{
    size_t kept = 0;
    if (count > 1) qsort(hashes, count, sizeof *hashes, compare);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || hashes[kept - 1] != hashes[i]) hashes[kept++] = hashes[i];
    }
    return kept;
}

enum status xor_filter_build(uint64_t *hashes, size_t count, struct buffer *out,
                             struct error *error)
{
    if (count > XOR_FILTER_COUNT_MAX) {
        return error_set(error, STATUS_TOO_LARGE, "a dictionary has at most %d texts, not %zu",
                         XOR_FILTER_COUNT_MAX, count);
    }
    size_t kept = keep_distinct(hashes, count);
    size_t width = kept <= XOR_FILTER_WIDE_COUNT_MAX ? 2 : 1;
    /* 1.23 places an entry, and some more, without which small sets would not peel. */
    uint32_t length = (uint32_t)(kept * 123 / 300) + 11;
    size_t size = XOR_FILTER_HEAD_SIZE + (size_t)3 * length * width;
    uint8_t *bytes = (uint8_t *)buffer_reserve(out, size);
    if (!bytes) {
        return error_set(error, STATUS_TOO_LARGE, "the filter is larger than %zu bytes",
                         out->size_max);
    }
    TRY(build_with_memory(hashes, kept, length, width, bytes, error));
    buffer_advance(out, size);
    assert_slow(xor_filter_check((struct text){(char *)bytes, size}));
    return STATUS_OK;
}

/* --- asking --- */

bool xor_filter_check(struct text filter)
{
    if (filter.size < XOR_FILTER_HEAD_SIZE || filter.bytes[0] != VERSION) return false;
    unsigned width = (unsigned char)filter.bytes[WIDTH_AT];
    uint64_t length = load_u32(filter.bytes + LENGTH_AT);
    if (length == 0 || (width != 1 && width != 2)) return false;
    return filter.size == XOR_FILTER_HEAD_SIZE + 3 * length * width;
}

bool xor_filter_has(struct text filter, uint64_t hash)
{
    if (!xor_filter_check(filter)) return false;
    const uint8_t *bytes = (const uint8_t *)filter.bytes;
    size_t width = bytes[WIDTH_AT];
    struct places places = places_of(hash, load_u32(bytes + SEED_AT), load_u32(bytes + LENGTH_AT));
    unsigned rest = places.fingerprint;
    for (int i = 0; i < 3; i++) {
        const uint8_t *place = bytes + XOR_FILTER_HEAD_SIZE + places.at[i] * width;
        rest ^= place[0];
        if (width == 2) rest ^= (unsigned)place[1] << 8;
    }
    return width == 2 ? rest == 0 : (rest & 0xff) == 0;
}
