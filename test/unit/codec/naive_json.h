/* The twin of the JSON reader: the grammar of RFC 8259 as it is written there, byte by byte. */
#ifndef CANDOR_TEST_NAIVE_JSON_H
#define CANDOR_TEST_NAIVE_JSON_H

#include "base/text.h"

/* True if the text is one value within the reader's depth. */
bool naive_accepts(struct text text);

#endif
