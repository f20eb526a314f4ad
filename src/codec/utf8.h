/* UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF). */
#ifndef CANDOR_CODEC_UTF8_H
#define CANDOR_CODEC_UTF8_H

#include "base/text.h"

#include <stdbool.h>

bool utf8_valid(struct text text);

/* Mend in place what encodes surrogates one by one (CESU-8): two halves of a pair become their code
 * point in four bytes, a half alone becomes U+FFFD. Everything else stays as it is, valid or not.
 * Returns the new size, never larger. */
size_t utf8_mend_surrogates(char *bytes, size_t size);

/* The longest start of a valid text with at most this many code points. */
struct text utf8_truncate(struct text text, size_t code_points_max);

/* Simple case folding of ASCII, Latin-1, Latin Extended-A, Greek and Cyrillic letters into out (at
 * least as large as the text); returns the size. For plans with "fold": true. */
size_t utf8_fold(struct text text, char *out);

#endif
