/* Words that stand on a list: names of persons, illnesses, beliefs (rules/people.txt and
 * rules/health.txt, turned into a table by tools/embed_lists.py). Private to the room. Pure, linear
 * in the word, any thread. */
#ifndef CANDOR_SHIELD_WORDLIST_H
#define CANDOR_SHIELD_WORDLIST_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum shield_list {
    SHIELD_LIST_GIVEN = 1,
    SHIELD_LIST_FAMILY = 2,
    SHIELD_LIST_WEAK = 4, /* a name that is a common word as well */
    SHIELD_LIST_TITLE = 8,
    SHIELD_LIST_BRAND = 16,
    SHIELD_LIST_MEDICINE = 32,
    SHIELD_LIST_ILLNESS = 64,
    SHIELD_LIST_BELIEF = 128,
    SHIELD_LIST_BEGINS = 256, /* no list: the first word of a phrase that is on one */
};

struct shield_listed {
    const char *bytes;
    uint16_t size;
    uint16_t lists; /* mask of enum shield_list */
};

extern const struct shield_listed shield_listed[];
extern const uint16_t shield_listed_slots[]; /* of places in it, from 1; 0: none */
extern const uint32_t shield_listed_slot_count;

/* A bit for the first four letters of each word of the list that begins with so many of ASCII, or
 * is fewer: a letter is 0 to 25, the end of the word 26; the number that they make in base 27 is
 * multiplied by 0x9e3779b1, and of that these are the highest bits. */
enum { SHIELD_LISTED_BITS = 15 };
extern const uint8_t shield_listed_begins[(1 << SHIELD_LISTED_BITS) / 8];

/* The lists that the word stands on, whatever its case and marks; 0: none. One space parts the
 * words of a phrase. */
uint32_t shield_lists_of(struct text word);
/* The same, and whether it begins a phrase. */
uint32_t shield_lists_and_begins_of(struct text word);

/* The next word of a value from *place on: letters of any script, marks, apostrophes and hyphens
 * between them. False at the end. *place is behind the word. */
struct shield_word {
    uint32_t begin;
    uint32_t end;
    bool is_capital; /* begins with an upper-case letter, or its script has no case */
    bool has_case;
};
bool shield_word_next(struct text value, uint32_t *place, struct shield_word *word);

/* How many of its words are listed, at most. Of letters and digits of ASCII alone, as most ids are,
 * the first letters of each word tell; of all else it is UINT32_MAX. */
uint32_t shield_words_listed_max(struct text value);

#endif
