/* Findings that are equal but for their count, added up. One owner, one thread. Private to the
 * room. */
#ifndef CANDOR_SHIELD_FINDING_TABLE_H
#define CANDOR_SHIELD_FINDING_TABLE_H

#include "base/text_index.h"
#include "shield/shield_finding.h"

/* What tells findings apart, its texts as numbers. Also its form in a file (shield_finding_file.h),
 * so there is no hole in it. */
struct finding_key {
    int64_t minute;
    uint32_t project;
    uint32_t event;
    uint32_t path;
    uint32_t sdk;
    char detector[4];
    char country[2];
    uint16_t version;
    uint8_t tier;
    uint8_t action;
    uint8_t source;
    uint8_t length;
    uint8_t mask;
    uint8_t flags;
    uint8_t unused[2];
};
_Static_assert(sizeof(struct finding_key) == 40, "no holes");

/* But for its texts. */
struct finding_key finding_bare_key(const struct shield_finding *finding);

struct finding_item {
    struct finding_key key;
    uint64_t count;
    int64_t first_minute;
    int64_t last_minute;
    uint32_t distinct;
};

struct finding_table {
    struct text_index texts;
    struct finding_item *items; /* in the order of arrival */
    uint32_t count;
    uint32_t capacity;
    uint32_t *slots; /* index + 1, open addressing */
    uint32_t slot_count;
    bool is_sum;   /* minutes are not told apart: the first and the last are kept */
    uint64_t lost; /* counts for which there was no place at all */
};

void finding_table_init(struct finding_table *table);
void finding_table_release(struct finding_table *table);
void finding_table_clear(struct finding_table *table); /* memory goes, is_sum stays */

/* Above SHIELD_FINDINGS_MAX what is new has "?" for event and path; twice that is the end. */
void finding_table_add(struct finding_table *table, const struct shield_finding *finding,
                       int64_t last_minute);
/* The finding at an index; texts are borrowed from the table. */
struct shield_finding finding_table_get(const struct finding_table *table, uint32_t index);

/* The numbers of a key as the fields of a finding, all but the texts. */
struct shield_finding finding_of_key(const struct finding_key *key);

#endif
