#include "backend/zone_cache.h"

#include "backend/backend_limits.h"
#include "base/memory.h"
#include "os/os_file.h"
#include "os/os_thread.h"

#include <stdio.h>

#define ZONE_FOLDER "/usr/share/zoneinfo"

struct zone_cache {
    struct os_mutex mutex; /* guards everything below */
    struct zone **zones;
    size_t count;
};

struct zone_cache *zone_cache_make(void)
{
    struct zone_cache *cache = MEMORY_NEW(struct zone_cache);
    os_mutex_init(&cache->mutex);
    return cache;
}

void zone_cache_release(struct zone_cache *cache)
{
    for (size_t i = 0; i < cache->count; i++)
        zone_release(cache->zones[i]);
    memory_free(cache->zones);
    os_mutex_release(&cache->mutex);
    memory_free(cache);
}

/* A name becomes a path: only what IANA names are made of, and never a step upwards. */
static bool is_zone_name(struct text name)
{
    if (name.size == 0 || name.size > 64 || name.bytes[0] == '/') return false;
    for (size_t i = 0; i < name.size; i++) {
        char byte = name.bytes[i];
        bool is_letter = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
        bool is_digit = byte >= '0' && byte <= '9';
        if (!is_letter && !is_digit && byte != '/' && byte != '_' && byte != '-' && byte != '+') {
            return false;
        }
    }
    return true;
}

static enum status load_zone(struct text name, struct zone **out, struct error *error)
{
    if (text_equal(name, TEXT("UTC"))) {
        *out = zone_utc();
        return STATUS_OK;
    }
    char path[OS_PATH_SIZE];
    char *bytes;
    size_t size;
    struct error ignored;
    (void)snprintf(path, sizeof path, "%s/%.*s", ZONE_FOLDER, TEXT_PRINT(name));
    if (!is_zone_name(name) ||
        os_file_read_all(path, BACKEND_ZONE_FILE_SIZE_MAX, &bytes, &size, &ignored) != STATUS_OK) {
        return error_set(error, STATUS_INVALID,
                         "unknown time zone; expected an IANA name such as "
                         "\"Europe/Berlin\"");
    }
    enum status status = zone_parse(name, bytes, size, out, error);
    memory_free(bytes);
    return status;
}

static enum status find_or_load(struct zone_cache *cache, struct text name, const struct zone **out,
                                struct error *error)
{
    for (size_t i = 0; i < cache->count; i++) {
        if (!text_equal(zone_name(cache->zones[i]), name)) continue;
        *out = cache->zones[i];
        return STATUS_OK;
    }
    if (cache->count == BACKEND_ZONE_COUNT_MAX) {
        return error_set(error, STATUS_TOO_LARGE, "could not load another time zone: %d are in use",
                         BACKEND_ZONE_COUNT_MAX);
    }
    struct zone *zone;
    TRY(load_zone(name, &zone, error));
    cache->zones = memory_resize(cache->zones, cache->count + 1, sizeof(struct zone *));
    cache->zones[cache->count++] = zone;
    *out = zone;
    return STATUS_OK;
}

enum status zone_cache_get(struct zone_cache *cache, struct text name, const struct zone **out,
                           struct error *error)
{
    os_mutex_lock(&cache->mutex);
    enum status status = find_or_load(cache, name, out, error);
    os_mutex_unlock(&cache->mutex);
    return status;
}
