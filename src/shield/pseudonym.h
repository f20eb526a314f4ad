/* What stands for an id that names a person: "$pseudonym:" and 26 letters of base32.
 *
 * Keyed BLAKE2b under a key of the project's own, so that the same id has the same pseudonym in
 * events and profiles of a project, another one in every other project, and nobody without the root
 * key can find out by trying addresses. */
#ifndef CANDOR_SHIELD_PSEUDONYM_H
#define CANDOR_SHIELD_PSEUDONYM_H

#include "base/arena.h"
#include "base/text.h"

#include <stdint.h>

enum { PSEUDONYM_SIZE = 11 + 26 };

/* In the arena; "" when it is used up. */
struct text pseudonym_make(const uint8_t *root_key, uint32_t project, struct text id,
                           struct arena *arena);
bool pseudonym_is_one(struct text id);

#endif
