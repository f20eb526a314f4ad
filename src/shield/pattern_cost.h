/* Whether a pattern may be compiled. Hyperscan writes bounded repeats out and tries to make a DFA
 * that knows where each match began, which takes it seconds over patterns of a few bytes. So both
 * are done here before, up to limits (spec/shield.md §7.3). Private to the room.
 *
 * A position is a place of the pattern where a byte is taken, with repeats written out: Glushkov's
 * automaton. A state is what positions matches under way have come to, in the order in which they
 * began. What is not understood is refused, or taken for more than it is.
 *
 * Of 43,000 random and mutated patterns of whole texts within the limits none took Hyperscan longer
 * than 47 ms, of 60,000 to be found anywhere all but a few less than 100 ms. The few begin with a
 * bounded repeat of a class and go on with more of it ("[ab]{11,27}(a*)c": 1.7 s): it writes out
 * where each match began, and what comes of it is refused by its size, 256 KiB, so it is compiled
 * once. */
#ifndef CANDOR_SHIELD_PATTERN_COST_H
#define CANDOR_SHIELD_PATTERN_COST_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    PATTERN_WORDS = 1, /* of a set of positions */
    PATTERN_POSITIONS_MAX = PATTERN_WORDS * 64,
    PATTERN_STATES_MAX = 1024,
    PATTERN_DEPTH_MAX = 24, /* groups inside groups */
};

struct pattern_cost {
    uint32_t positions;
    uint32_t states;
};

enum pattern_place {
    PATTERN_ANYWHERE, /* in a text, and where it begins is asked: HS_FLAG_SOM_LEFTMOST */
    PATTERN_WHOLE,    /* from the first byte to the last */
};

/* NULL when it may be compiled, else why not, behind "its pattern": a literal. */
const char *pattern_refusal(struct text pattern, enum pattern_place place,
                            struct pattern_cost *cost);

#endif
