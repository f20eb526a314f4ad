/* Zones from the machine's files, and libc's opinion of them. libc knows one zone at a time, which
 * is why the server does not ask it; a test may. */
#ifndef CANDOR_TEST_ZONE_AID_H
#define CANDOR_TEST_ZONE_AID_H

#include "base_aid.h"

#include "base/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* NULL when the machine has no such file. */
static inline struct zone *load_zone(const char *name)
{
    static char bytes[1 << 16];
    char path[256];
    (void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    size_t size = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    struct zone *zone = NULL;
    struct error error;
    assert_int_equal(zone_parse(text_from(name), bytes, size, &zone, &error), STATUS_OK);
    return zone;
}

/* From now on libc_offset answers for this zone. */
static inline void libc_use(const char *tz)
{
    assert_int_equal(setenv("TZ", tz, 1), 0);
    tzset();
}

static inline int32_t libc_offset(int64_t seconds)
{
    time_t instant = (time_t)seconds;
    struct tm local;
    assert_non_null(localtime_r(&instant, &local));
    return (int32_t)local.tm_gmtoff;
}

static inline void check_offset(const struct zone *zone, int64_t seconds)
{
    int32_t ours = zone_offset(zone, seconds * 1000);
    int32_t theirs = libc_offset(seconds);
    if (ours != theirs) {
        fail_msg("%s at %lld: %d, libc says %d", zone_name(zone).bytes, (long long)seconds, ours,
                 theirs);
    }
}

/* The first second after low at which the offset differs from that at low; at high it does. */
static inline int64_t find_transition(const struct zone *zone, int64_t low, int64_t high)
{
    int32_t before = zone_offset(zone, low * 1000);
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (zone_offset(zone, middle * 1000) == before) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return high;
}

#endif
