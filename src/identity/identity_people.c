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

uint32_t people_number(struct people *people, struct text distinct_id)
{
    assert(distinct_id.size > 0);
    uint32_t known_count = people->ids.count;
    uint32_t number = text_index_add(&people->ids, distinct_id);
    if (number < known_count) return number;
    if (number >= people->capacity) grow(people);
    people->canonical[number] = number;
    return number;
}

static void mark_merged(struct people *people, uint32_t number)
{
    people->merged[number / 64] |= UINT64_C(1) << (number % 64);
}

bool people_is_merged(const struct people *people, uint32_t number)
{
    return people->merged[number / 64] >> (number % 64) & 1;
}

enum identity_tie people_tie(struct people *people, uint32_t device, uint32_t user)
{
    assert(device < people->ids.count);
    assert(user < people->ids.count);
    if (device == user) return IDENTITY_TIE_KNOWN;
    if (people->canonical[device] == user) return IDENTITY_TIE_KNOWN;
    if (people->canonical[device] != device) return IDENTITY_TIE_REFUSED;
    /* A user is never tied, and what others are tied to is a user: chains cannot grow. */
    if (people->canonical[user] != user || people_is_merged(people, device)) {
        return IDENTITY_TIE_REFUSED;
    }
    people->canonical[device] = user;
    mark_merged(people, device);
    mark_merged(people, user);
    if (people->tie_count == people->tie_capacity) {
        people->tie_capacity = people->tie_capacity ? people->tie_capacity * 2 : CAPACITY_FIRST;
        people->tied = memory_resize(people->tied, people->tie_capacity, sizeof(uint32_t));
    }
    people->tied[people->tie_count++] = device;
    return IDENTITY_TIE_NEW;
}
