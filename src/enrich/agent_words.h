/* uap-core's families in the words that browser SDKs send. Private to this room. */
#ifndef CANDOR_ENRICH_AGENT_WORDS_H
#define CANDOR_ENRICH_AGENT_WORDS_H

#include "enrich/agent_matcher.h"

/* Fill in all facts about the user agent. */
void agent_words_read(const struct agent_families *families, struct text user_agent,
                      struct enrich_facts *facts);

#endif
