/* What user agents were found to say, under a hash of each: the user agents are not kept.
 *
 * A table of fixed size: a place for each of four neighbours, and a new one takes the place of
 * chance when all four are taken. The hash is 128 bits of XXH3 with a seed that is new at every
 * start, so nobody outside can choose user agents that fall together, nor look one up in a dump.
 * Any thread. Private to this room. */
#ifndef CANDOR_ENRICH_AGENT_CACHE_H
#define CANDOR_ENRICH_AGENT_CACHE_H

#include "base/text.h"
#include "codec/block.h"
#include "enrich/enrich.h"

enum { AGENT_CACHE_COUNT = 8192 }; /* some 1.5 MB; a busy site sees a few thousand at a time */

struct agent_cache;

struct agent_cache *agent_cache_make(void);
void agent_cache_release(struct agent_cache *cache);

struct block_hash agent_cache_key(const struct agent_cache *cache, struct text user_agent);

/* All of the facts but the country. */
bool agent_cache_find(struct agent_cache *cache, struct block_hash key, struct enrich_facts *facts);
void agent_cache_put(struct agent_cache *cache, struct block_hash key,
                     const struct enrich_facts *facts);

#endif
