/* The texts of rules/, embedded by tools/embed_texts.py. Private to the room. */
#ifndef CANDOR_SHIELD_BUILTIN_H
#define CANDOR_SHIELD_BUILTIN_H

#include "base/text.h"

extern const struct text shield_builtin_rules; /* all rules/NAME.rules, in order of their names */
extern const struct text shield_builtin_keys;  /* rules/keys.txt */

#endif
