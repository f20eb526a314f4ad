/* The texts that a drill plants: drawn by lot for each run, in no file of this program. Private to
 * this room. */
#ifndef CANDOR_TRUST_DRILL_CANARY_H
#define CANDOR_TRUST_DRILL_CANARY_H

#include "base/text.h"

#include <stdint.h>

enum drill_canary { DRILL_PASSWORD, DRILL_EMAIL, DRILL_CARD, DRILL_TOKEN, DRILL_CANARY_COUNT };

enum { DRILL_CANARY_SIZE = 48, DRILL_MARK_COUNT = 40 };

struct drill_canaries {
    char texts[DRILL_CANARY_COUNT][DRILL_CANARY_SIZE];
    /* What a property of a new version holds: unlike words, and no detector knows them. */
    char marks[DRILL_MARK_COUNT][DRILL_CANARY_SIZE];
    /* Like a word, and meant to be stored: a search that does not find it has not looked. */
    char control[DRILL_CANARY_SIZE];
};

void drill_canaries_make(struct drill_canaries *out);
const char *drill_canary_name(enum drill_canary canary);

/* Whether it stands in the bytes as it is or in another case, backwards, in base64 at any offset,
 * in hex, or behind percent signs: which of them, or NULL. */
const char *drill_canary_form(struct text bytes, const char *canary);

/* The plain form alone. */
bool drill_canary_stands_in(struct text bytes, const char *canary);

#endif
