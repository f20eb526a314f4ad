/* The static-text dictionary: is a text one of a site's own? sdk/js/src/dictionary.ts describes
 * normal form and hash, and sdk/js/test/dictionary-cases.json holds cases for both. Any thread. */
#ifndef CANDOR_SHIELD_SHIELD_DICTIONARY_H
#define CANDOR_SHIELD_SHIELD_DICTIONARY_H

#include "base/arena.h"
#include "event/project_table.h"

enum { SHIELD_DICTIONARY_TEXT_MAX = 1024 }; /* bytes: no 80 units in normal form are longer */

/* False when the text is too long or no UTF-8, or the arena has no room. */
bool shield_dictionary_hash(struct text salt, struct text text, struct arena *arena, uint64_t *out);

/* The hash as it is written: 16 lower-case hex digits. */
bool shield_dictionary_parse(struct text hex, uint64_t *out);

/* Is the text's hash on the project's list? False on any doubt. */
bool shield_dictionary_lists(const struct project *project, struct text text, struct arena *arena);

#endif
