/* Numbers as text. Locale-free, correctly rounded. */
#ifndef CANDOR_CODEC_NUMBER_H
#define CANDOR_CODEC_NUMBER_H

#include "base/text.h"

#include <stdbool.h>

enum { NUMBER_TEXT_SIZE = 32 };

/* A number by JSON's grammar as a double: correctly rounded; ±inf when it is too large. False when
 * the text is not one. Fast path for at most 19 digits and small exponents (Clinger 1990), else
 * strtod. */
bool number_parse(struct text text, double *out);

/* The shortest decimal text that reads back as this finite double, JSON style: integers below 1e21
 * without a point or exponent. Returns its size. */
size_t number_format(double number, char out[NUMBER_TEXT_SIZE]);

/* True if the two JSON number texts are the same decimal number (1.50 and 15e-1). */
bool number_text_same(struct text a, struct text b);

#endif
