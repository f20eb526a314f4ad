/* Numbers as decimal texts, for comparing what no binary kind can hold. Private to the room. */
#ifndef CANDOR_EVENT_VALUE_NUMBER_H
#define CANDOR_EVENT_VALUE_NUMBER_H

#include "event/value.h"

enum { VALUE_NUMBER_TEXT_SIZE = 40 }; /* of an integer or a decimal */

/* The number's text: a big number's own, else written to the scratch space. */
struct text value_number_text(const struct value *number, char scratch[VALUE_NUMBER_TEXT_SIZE]);

/* -1, 0 or 1. Both are numbers by JSON's grammar. */
int value_number_text_compare(struct text a, struct text b);

/* The same for texts of one number: 1.50e400 and 15e399. */
uint64_t value_number_text_hash(struct text number, uint64_t seed);

#endif
