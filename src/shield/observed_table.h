/* One project's hashes that wait to be learned: a bounded table, in the order in which they were
 * shown last. Private to observed. One thread at a time. */
#ifndef CANDOR_SHIELD_OBSERVED_TABLE_H
#define CANDOR_SHIELD_OBSERVED_TABLE_H

#include "shield/observed.h"

enum { OBSERVED_BITS = 256, OBSERVED_NONE = 0xffff };

struct observed_entry {
    uint64_t hash;
    uint64_t devices[OBSERVED_BITS / 64]; /* a bit for each device, under the key in force */
    uint32_t day;                         /* of the last sight, since 1970 */
    uint16_t older, newer;                /* places, or OBSERVED_NONE */
    uint16_t next;                        /* in its chain of equal first bits */
    uint8_t best;                         /* devices of an earlier key, at most */
    uint8_t days;                         /* different days, at most OBSERVED_DAYS */
};
_Static_assert(sizeof(struct observed_entry) <= 56, "with its share of chains: 64 bytes a hash");

struct observed_table {
    uint32_t project;
    char salt[OBSERVED_SALT_MAX];
    size_t salt_size;
    struct observed_entry *entries;
    uint16_t *chains; /* one a place, rounded up to a power of two */
    uint64_t factor;  /* from a hash to its chain */
    uint8_t shift;
    uint32_t count, capacity;
    uint16_t oldest, newest;
    uint32_t ready_count;
};

void observed_table_init(struct observed_table *table, uint32_t project, struct text salt);
void observed_table_release(struct observed_table *table);
size_t observed_table_bytes(const struct observed_table *table);

struct observed_entry *observed_table_find(struct observed_table *table, uint64_t hash);
/* A new one, as the newest. may_grow false: the oldest gives its place. NULL: there is none. */
struct observed_entry *observed_table_add(struct observed_table *table, uint64_t hash,
                                          bool may_grow);
/* It becomes the newest. */
void observed_table_touch(struct observed_table *table, struct observed_entry *entry);
/* Moves another entry into its place. */
void observed_table_remove(struct observed_table *table, struct observed_entry *entry);

bool observed_entry_is_ready(const struct observed_entry *entry);
/* Devices so far, at most OBSERVED_DEVICES. */
uint8_t observed_entry_devices(const struct observed_entry *entry);

/* Count this device and this day; ready_count follows. */
void observed_table_count(struct observed_table *table, struct observed_entry *entry, uint8_t bit,
                          uint32_t day);
/* The key is destroyed: of each entry the count reached stays. */
void observed_table_fold(struct observed_table *table);

#endif
