/* A bounded look into base64, both alphabets. Private to the room's check_*.c. */
#ifndef CANDOR_SHIELD_CHECK_BASE64_H
#define CANDOR_SHIELD_CHECK_BASE64_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* Decode as much as fits into size_max bytes, stopping at the first byte of neither alphabet.
 * Returns how many bytes came out. */
uint32_t base64_look(struct text text, uint8_t *bytes, uint32_t size_max);

#endif
