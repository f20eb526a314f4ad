#include "shield/observed_table.h"

#include "base/check.h"
#include "base/memory.h"
#include "crypt/secret.h"

#include <string.h>

enum { CAPACITY_FIRST = 64 };

/* --- chains: from a hash to its place --- */

static uint32_t chain_count(uint32_t capacity)
{
    uint32_t count = CAPACITY_FIRST;
    while (count < capacity)
        count *= 2;
    return count;
}

/* By a factor drawn by lot (multiply-shift, Dietzfelbinger et al. 1997), so that nobody can choose
 * hashes that share a chain. */
static uint16_t *chain_of(const struct observed_table *table, uint64_t hash)
{
    return &table->chains[hash * table->factor >> table->shift];
}

static uint16_t place_of(const struct observed_table *table, const struct observed_entry *entry)
{
    assert(entry >= table->entries && entry < table->entries + table->count);
    return (uint16_t)(entry - table->entries);
}

static void link_chain(struct observed_table *table, uint16_t place)
{
    uint16_t *chain = chain_of(table, table->entries[place].hash);
    table->entries[place].next = *chain;
    *chain = place;
}

/* The link that leads to this place. */
static uint16_t *link_to(struct observed_table *table, uint16_t place)
{
    uint16_t *link = chain_of(table, table->entries[place].hash);
    while (*link != place) {
        assert(*link != OBSERVED_NONE);
        link = &table->entries[*link].next;
    }
    return link;
}

static void grow(struct observed_table *table)
{
    uint32_t capacity = table->capacity > 0 ? 2 * table->capacity : CAPACITY_FIRST;
    if (capacity > OBSERVED_COUNT_MAX) capacity = OBSERVED_COUNT_MAX;
    uint32_t chains = chain_count(capacity);
    table->entries = memory_resize(table->entries, capacity, sizeof *table->entries);
    table->chains = memory_resize(table->chains, chains, sizeof *table->chains);
    table->capacity = capacity;
    table->shift = (uint8_t)(__builtin_clzll(chains) + 1);
    memset(table->chains, 0xff, chains * sizeof *table->chains); /* OBSERVED_NONE */
    for (uint32_t place = 0; place < table->count; place++)
        link_chain(table, (uint16_t)place);
}

/* --- ages: from the oldest to the newest --- */

static void set_newer(struct observed_table *table, uint16_t place, uint16_t newer)
{
    if (place == OBSERVED_NONE) {
        table->oldest = newer;
    } else {
        table->entries[place].newer = newer;
    }
}

static void set_older(struct observed_table *table, uint16_t place, uint16_t older)
{
    if (place == OBSERVED_NONE) {
        table->newest = older;
    } else {
        table->entries[place].older = older;
    }
}

static void unlink_age(struct observed_table *table, uint16_t place)
{
    const struct observed_entry *entry = &table->entries[place];
    set_newer(table, entry->older, entry->newer);
    set_older(table, entry->newer, entry->older);
}

static void link_newest(struct observed_table *table, uint16_t place)
{
    struct observed_entry *entry = &table->entries[place];
    entry->older = table->newest;
    entry->newer = OBSERVED_NONE;
    set_newer(table, table->newest, place);
    table->newest = place;
}

/* --- the table --- */

void observed_table_init(struct observed_table *table, uint32_t project, struct text salt)
{
    assert(salt.size <= OBSERVED_SALT_MAX);
    *table = (struct observed_table){.project = project,
                                     .salt_size = salt.size,
                                     .oldest = OBSERVED_NONE,
                                     .newest = OBSERVED_NONE};
    if (salt.size > 0) memcpy(table->salt, salt.bytes, salt.size);
    secret_random(&table->factor, sizeof table->factor);
    table->factor |= 1;
}

void observed_table_release(struct observed_table *table)
{
    if (table->entries) memory_wipe(table->entries, table->capacity * sizeof *table->entries);
    memory_free(table->entries);
    memory_free(table->chains);
    table->entries = NULL;
    table->chains = NULL;
    table->count = table->capacity = table->ready_count = 0;
    table->oldest = table->newest = OBSERVED_NONE;
}

size_t observed_table_bytes(const struct observed_table *table)
{
    if (table->capacity == 0) return 0;
    return table->capacity * sizeof *table->entries +
           chain_count(table->capacity) * sizeof *table->chains;
}

struct observed_entry *observed_table_find(struct observed_table *table, uint64_t hash)
{
    if (table->capacity == 0) return NULL;
    for (uint16_t place = *chain_of(table, hash); place != OBSERVED_NONE;
         place = table->entries[place].next) {
        if (table->entries[place].hash == hash) return &table->entries[place];
    }
    return NULL;
}

/* The last entry moves into the gap. */
void observed_table_remove(struct observed_table *table, struct observed_entry *entry)
{
    uint16_t place = place_of(table, entry);
    uint16_t last = (uint16_t)(table->count - 1);
    if (observed_entry_is_ready(entry)) table->ready_count--;
    *link_to(table, place) = entry->next;
    unlink_age(table, place);
    if (place != last) {
        *link_to(table, last) = place;
        table->entries[place] = table->entries[last];
        set_newer(table, table->entries[place].older, place);
        set_older(table, table->entries[place].newer, place);
    }
    memory_wipe(&table->entries[last], sizeof *table->entries);
    table->count--;
}

struct observed_entry *observed_table_add(struct observed_table *table, uint64_t hash,
                                          bool may_grow)
{
    assert_slow(!observed_table_find(table, hash));
    bool is_full = table->count == OBSERVED_COUNT_MAX || !may_grow;
    if (is_full) {
        if (table->oldest == OBSERVED_NONE) return NULL;
        observed_table_remove(table, &table->entries[table->oldest]);
    }
    if (table->count == table->capacity) grow(table);
    uint16_t place = (uint16_t)table->count++;
    table->entries[place] = (struct observed_entry){.hash = hash};
    link_chain(table, place);
    link_newest(table, place);
    return &table->entries[place];
}

void observed_table_touch(struct observed_table *table, struct observed_entry *entry)
{
    uint16_t place = place_of(table, entry);
    if (place == table->newest) return;
    unlink_age(table, place);
    link_newest(table, place);
}

/* --- counting --- */

static uint8_t bits_set(const struct observed_entry *entry)
{
    int count = 0;
    for (size_t i = 0; i < OBSERVED_BITS / 64; i++)
        count += __builtin_popcountll(entry->devices[i]);
    return count < OBSERVED_DEVICES ? (uint8_t)count : OBSERVED_DEVICES;
}

uint8_t observed_entry_devices(const struct observed_entry *entry)
{
    uint8_t now = bits_set(entry);
    return now > entry->best ? now : entry->best;
}

bool observed_entry_is_ready(const struct observed_entry *entry)
{
    return entry->days >= OBSERVED_DAYS && observed_entry_devices(entry) >= OBSERVED_DEVICES;
}

static void forget_past(struct observed_entry *entry, uint32_t day)
{
    memory_wipe(entry->devices, sizeof entry->devices);
    entry->best = 0;
    entry->days = 1;
    entry->day = day;
}

/* Days count while the clock goes forward. One that was set back made days that never were, so the
 * count of them begins anew; a moment's step over midnight is nothing. */
static void count_day(struct observed_entry *entry, uint32_t day)
{
    if (entry->days == 0 || (day > entry->day && day - entry->day > OBSERVED_IDLE_DAYS)) {
        forget_past(entry, day);
    } else if (day > entry->day) {
        if (entry->days < OBSERVED_DAYS) entry->days++;
        entry->day = day;
    } else if (entry->day - day > 1) {
        entry->days = 1;
        entry->day = day;
    }
}

void observed_table_count(struct observed_table *table, struct observed_entry *entry, uint8_t bit,
                          uint32_t day)
{
    bool was_ready = observed_entry_is_ready(entry);
    count_day(entry, day);
    entry->devices[bit / 64] |= UINT64_C(1) << (bit % 64);
    bool is_ready = observed_entry_is_ready(entry);
    table->ready_count += (uint32_t)is_ready;
    table->ready_count -= (uint32_t)was_ready;
}

void observed_table_fold(struct observed_table *table)
{
    for (uint32_t i = 0; i < table->count; i++) {
        table->entries[i].best = observed_entry_devices(&table->entries[i]);
        memory_wipe(table->entries[i].devices, sizeof table->entries[i].devices);
    }
}
