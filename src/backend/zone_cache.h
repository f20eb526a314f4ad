/* Time zones by name, read once from the system's IANA data and kept: they are small and few. */
#ifndef CANDOR_BACKEND_ZONE_CACHE_H
#define CANDOR_BACKEND_ZONE_CACHE_H

#include "base/calendar.h"
#include "base/status.h"

struct zone_cache;
struct zone_cache *zone_cache_make(void);
void zone_cache_release(struct zone_cache *cache);

/* Borrowed from the cache; valid as long as it. STATUS_INVALID for a name that is none. Any
 * thread. */
enum status zone_cache_get(struct zone_cache *cache, struct text name, const struct zone **out,
                           struct error *error) MUST_CHECK;

#endif
