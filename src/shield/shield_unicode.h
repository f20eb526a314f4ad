/* What Unicode says about one code point, as the shield wants it. Private to the room. Any
 * thread. */
#ifndef CANDOR_SHIELD_UNICODE_H
#define CANDOR_SHIELD_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The code point at the first byte and its size; 0 when no well-formed one stands there (RFC 3629).
 */
size_t shield_code_read(const char *bytes, size_t size, uint32_t *code);
size_t shield_code_write(uint32_t code, char *out); /* at most 4 bytes */

/* Every decimal digit (general category Nd) as ASCII's, every dash as '-', every space and
 * separator as ' ', anything else as it is. */
uint32_t shield_code_plain(uint32_t code);

/* Default-ignorable: zero-width, variation selectors, soft hyphen, bidi marks, fillers. */
bool shield_code_is_ignorable(uint32_t code);

/* May it join with what stands before it (a mark, a vowel or final of Hangul)? */
bool shield_code_joins(uint32_t code);

enum { SHIELD_DECOMPOSED_MAX = 18 }; /* U+FDFA, the longest */

/* Its compatibility decomposition, plain and without what is ignorable; returns the count. */
size_t shield_code_decompose(uint32_t code, uint32_t out[SHIELD_DECOMPOSED_MAX]);

/* Sure to be its own fold where nothing joins it: it is no mark, digit, dash or space, and what it
 * decomposes to composes to it again. Not all such are known. */
bool shield_code_is_settled(uint32_t code);

/* Order the marks of decomposed code points and compose them (NFC); returns the new count. At most
 * SHIELD_COMPOSE_MAX: the ordering is by insertion. */
enum { SHIELD_COMPOSE_MAX = 64 };
size_t shield_codes_compose(uint32_t *codes, size_t count);

bool shield_code_is_mark(uint32_t code);   /* canonical combining class above 0 */
bool shield_code_is_letter(uint32_t code); /* letters, and the marks that Indic words are made of */
bool shield_code_is_of_word(uint32_t code); /* a letter or a mark */
bool shield_code_is_digit(uint32_t code);
bool shield_code_is_upper(uint32_t code);
uint32_t shield_code_lower(uint32_t code);

#endif
