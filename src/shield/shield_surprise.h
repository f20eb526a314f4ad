/* How unlike words a text is, in sixteenths of a bit for each byte. Private to the room.
 *
 * Counting letters is not enough: "the quick brown fox jumps" has 4.16 bits a letter and random
 * base62 of 16 letters 3.75 (spec/shield.md §11). So every letter is priced by the one before it,
 * as words of eleven languages use them, and every change between letters, digits and cases costs
 * more than staying. Names in code, in any of the usual spellings, cost 3 to 4.5 bits a byte,
 * random hex 5.5 and more, random base62 7 and more. */
#ifndef CANDOR_SHIELD_SURPRISE_H
#define CANDOR_SHIELD_SURPRISE_H

#include "base/text.h"

enum { SHIELD_SURPRISE_BIT = 16 };

/* The sum over the bytes. Bytes outside ASCII letters and digits count as separators. */
uint32_t shield_surprise(struct text text);

/* The sum divided by the bytes; 0 for the empty text. */
uint32_t shield_surprise_mean(struct text text);

#endif
