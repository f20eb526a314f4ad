/* Where the watch keeps what: tables of a fixed size. */
#include "shield/shield_watch_internal.h"

#include <string.h>

struct watched *watch_project(struct shield_watch *watch, uint32_t project)
{
    for (uint32_t i = 0; i < WATCH_PROJECTS; i++) {
        struct watched *watched = &watch->projects[(project + i) % WATCH_PROJECTS];
        if (watched->project == 0) watched->project = project;
        if (watched->project == project) return watched;
    }
    return NULL;
}

/* A quarter stays free, so every walk ends. */
uint32_t watch_known(struct shield_watch *watch, uint64_t key, bool *is_new)
{
    uint32_t slot = (uint32_t)(key % WATCH_KNOWN);
    while (watch->known[slot] != 0 && watch->known[slot] != key)
        slot = (slot + 1) % WATCH_KNOWN;
    *is_new = watch->known[slot] == 0;
    if (!*is_new) return slot;
    if (watch->known_count >= WATCH_KNOWN / 4 * 3) {
        *is_new = false;
        return WATCH_KNOWN;
    }
    watch->known[slot] = key;
    watch->known_count++;
    return slot;
}

struct series *watch_series(struct shield_watch *watch, uint64_t key, bool *is_new)
{
    struct series *row = &watch->series[key % (WATCH_SERIES / WATCH_WAYS) * WATCH_WAYS];
    struct series *oldest = row;
    *is_new = false;
    for (int i = 0; i < WATCH_WAYS; i++) {
        if (row[i].key == key) return &row[i];
        if (row[i].last_minute < oldest->last_minute) oldest = &row[i];
    }
    *is_new = true;
    *oldest = (struct series){.key = key, .distinct_past = -1};
    return oldest;
}

struct series *watch_find(const struct shield_watch *watch, uint64_t key)
{
    struct series *row = &watch->series[key % (WATCH_SERIES / WATCH_WAYS) * WATCH_WAYS];
    for (int i = 0; i < WATCH_WAYS; i++)
        if (row[i].key == key) return &row[i];
    return NULL;
}

/* --- names --- */

static uint64_t name_key(const struct series *series)
{
    const uint64_t apart = UINT64_C(0x6e616d65); /* from the keys of properties */
    struct text name = {series->name, series->name_size};
    return text_hash_seeded(name, series->project ^ apart << 32) | 1;
}

static bool are_namesakes(const struct series *a, const struct series *b)
{
    return a->project == b->project && a->name_size == b->name_size &&
           memcmp(a->name, b->name, a->name_size) == 0;
}

void watch_know_name(struct shield_watch *watch, const struct series *series)
{
    bool is_new;
    uint32_t known = watch_known(watch, name_key(series), &is_new);
    if (known == WATCH_KNOWN) return;
    uint32_t first = watch->settled[known];
    if (first > 0 && are_namesakes(&watch->series[first - 1], series)) return;
    watch->settled[known] = (uint32_t)(series - watch->series) + 1;
}

struct series *watch_namesake(const struct shield_watch *watch, const struct series *series)
{
    uint64_t key = name_key(series);
    uint32_t slot = (uint32_t)(key % WATCH_KNOWN);
    while (watch->known[slot] != 0 && watch->known[slot] != key)
        slot = (slot + 1) % WATCH_KNOWN;
    uint32_t first = watch->known[slot] == key ? watch->settled[slot] : 0;
    if (first == 0) return NULL;
    struct series *other = &watch->series[first - 1];
    return are_namesakes(other, series) ? other : NULL;
}

/* --- volumes --- */

struct volume *watch_volume(struct shield_watch *watch, uint64_t key, bool *is_new)
{
    struct volume *row = &watch->volumes[key % (WATCH_VOLUMES / WATCH_WAYS) * WATCH_WAYS];
    struct volume *oldest = row;
    *is_new = false;
    for (int i = 0; i < WATCH_WAYS; i++) {
        if (row[i].key == key) return &row[i];
        if (row[i].last_hour < oldest->last_hour) oldest = &row[i];
    }
    *is_new = true;
    *oldest = (struct volume){.key = key};
    return oldest;
}

uint8_t watch_copy(char *place, size_t room, struct text text)
{
    size_t size = text.size < room ? text.size : room;
    while (size < text.size && size > 0 && ((uint8_t)text.bytes[size] & 0xc0) == 0x80)
        size--;
    if (size > 0) memcpy(place, text.bytes, size);
    return (uint8_t)size;
}

void watch_detector(int number, char out[4])
{
    out[0] = 'W';
    out[1] = (char)('0' + number / 10 % 10);
    out[2] = (char)('0' + number % 10);
    out[3] = 0;
}
