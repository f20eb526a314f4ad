#include "identity/identity_people.h"

#include "base/check.h"
#include "base/memory.h"

#include <string.h>

enum { CAPACITY_FIRST = 64 };

void people_init(struct people *people)
{
    *people = (struct people){0};
    text_index_init(&people->ids);
}

void people_release(struct people *people)
{
    text_index_release(&people->ids);
    memory_free(people->canonical);
    memory_free(people->merged);
    memory_free(people->tied);
    *people = (struct people){0};
}

static void grow(struct people *people)
{
    uint32_t old = people->capacity;
    people->capacity = old ? old * 2 : CAPACITY_FIRST;
    people->canonical = memory_resize(people->canonical, people->capacity, sizeof(uint32_t));
    people->merged = memory_resize(people->merged, people->capacity / 64, sizeof(uint64_t));
    memset(people->merged + old / 64, 0, (people->capacity - old) / 64 * sizeof(uint64_t));
}

static uint32_t number_hashed(struct people *people, struct text distinct_id, uint64_t hash)
{
    assert(distinct_id.size > 0);
    uint32_t known_count = people->ids.count;
    uint32_t number = text_index_add_hashed(&people->ids, distinct_id, hash);
    if (number < known_count) return number;
    if (number >= people->capacity) grow(people);
    people->canonical[number] = number;
    return number;
}

uint32_t people_number(struct people *people, struct text distinct_id)
{
    return number_hashed(people, distinct_id, text_index_begin(&people->ids, distinct_id));
}

static void mark_merged(struct people *people, uint32_t number)
{
    people->merged[number / 64] |= UINT64_C(1) << (number % 64);
}

bool people_is_merged(const struct people *people, uint32_t number)
{
    return people->merged[number / 64] >> (number % 64) & 1;
}

bool people_tie(struct people *people, uint32_t device, uint32_t user)
{
    assert(device < people->ids.count);
    assert(user < people->ids.count);
    if (device == user) return false;
    if (people->canonical[device] != device) return false; /* the first tie stays */
    /* A user is never tied, and what others are tied to is a user: chains cannot grow. */
    if (people->canonical[user] != user || people_is_merged(people, device)) return false;
    people->canonical[device] = user;
    mark_merged(people, device);
    mark_merged(people, user);
    if (people->tie_count == people->tie_capacity) {
        people->tie_capacity = people->tie_capacity ? people->tie_capacity * 2 : CAPACITY_FIRST;
        people->tied = memory_resize(people->tied, people->tie_capacity, sizeof(uint32_t));
    }
    people->tied[people->tie_count++] = device;
    return true;
}

/* The ids of some sightings, each distinct_id followed by its device_id. One that is the same as
 * that of the sighting before, as neighbours often are, is not looked up again. */
struct roll {
    struct text ids[2 * IDENTITY_SIGHTINGS_MAX];
    uint64_t hashes[2 * IDENTITY_SIGHTINGS_MAX];
    uint32_t numbers[2 * IDENTITY_SIGHTINGS_MAX];
    uint32_t count;
};

enum { ROLL_SAME = 2 }; /* so far before stands the same id of the sighting before */

static bool is_again(const struct roll *roll, uint32_t i)
{
    return i >= ROLL_SAME && text_equal(roll->ids[i], roll->ids[i - ROLL_SAME]);
}

static void list_ids(struct roll *roll, const struct identity_sighting *sightings, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct identity_sighting *sighting = &sightings[i];
        bool is_nobody = sighting->distinct_id.size == 0;
        roll->ids[2 * i] = sighting->distinct_id;
        roll->ids[2 * i + 1] = is_nobody ? TEXT("") : sighting->device_id;
    }
    roll->count = 2 * count;
}

/* All are asked for before the first is waited for. */
static void fetch_ids(const struct people *people, const struct roll *roll)
{
    for (uint32_t i = 0; i < roll->count; i++) {
        if (roll->hashes[i] != 0) text_index_fetch_text(&people->ids, roll->hashes[i]);
    }
    for (uint32_t i = 0; i < roll->count; i++) {
        if (roll->hashes[i] != 0) text_index_fetch_bytes(&people->ids, roll->hashes[i]);
    }
}

static void number_ids(struct people *people, struct roll *roll)
{
    for (uint32_t i = 0; i < roll->count; i++) {
        bool is_asked = roll->ids[i].size > 0 && !is_again(roll, i);
        roll->hashes[i] = is_asked ? text_index_begin(&people->ids, roll->ids[i]) : 0;
    }
    fetch_ids(people, roll);
    for (uint32_t i = 0; i < roll->count; i++) {
        if (roll->ids[i].size == 0) {
            roll->numbers[i] = IDENTITY_NONE;
        } else if (is_again(roll, i)) {
            roll->numbers[i] = roll->numbers[i - ROLL_SAME];
        } else {
            roll->numbers[i] = number_hashed(people, roll->ids[i], roll->hashes[i]);
        }
    }
}

static void tie_devices(struct people *people, const struct roll *roll)
{
    for (uint32_t i = 0; i < roll->count; i += 2) {
        uint32_t device = roll->numbers[i + 1];
        if (device != IDENTITY_NONE) __builtin_prefetch(&people->canonical[device]);
    }
    for (uint32_t i = 0; i < roll->count; i += 2) {
        uint32_t device = roll->numbers[i + 1];
        if (device != IDENTITY_NONE) (void)people_tie(people, device, roll->numbers[i]);
    }
}

void people_sight(struct people *people, struct identity_sighting *sightings, uint32_t count)
{
    assert(count <= IDENTITY_SIGHTINGS_MAX);
    struct roll roll;
    list_ids(&roll, sightings, count);
    number_ids(people, &roll);
    tie_devices(people, &roll);
    for (uint32_t i = 0; i < count; i++)
        sightings[i].person = roll.numbers[2 * i];
}
