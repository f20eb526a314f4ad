/* Any bytes as a time zone's file: refused, or a zone whose units follow each other for ever. The
 * first eight bytes choose the instant from which units are counted. */
#include "base/calendar.h"
#include "base/check.h"
#include "base/memory.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define INSTANT_LIMIT INT64_C(8000000000000000000) /* 250 million years */

static void count_units(const struct zone *zone, enum calendar_unit unit, int64_t ms)
{
    int64_t start = zone_unit_start(zone, unit, 1, ms);
    assert(start <= ms);
    for (int i = 0; i < 20; i++) {
        int64_t next = zone_unit_next(zone, unit, 1, start);
        assert(next > start);
        assert(zone_unit_start(zone, unit, 1, next) == next);
        assert(zone_unit_start(zone, unit, 1, next - 1) == start);
        start = next;
    }
}

static void parse_texts(struct text text)
{
    int64_t ms;
    struct calendar_date date;
    if (calendar_date_parse(text, &date)) assert(calendar_date_valid(date));
    bool is_instant = calendar_instant_parse(text, &ms);
    if (!is_instant) return;
    char out[32];
    int64_t back = ms + 1;
    calendar_instant_format(ms, out);
    is_instant = calendar_instant_parse(text_from(out), &back);
    if (is_instant) assert(back == ms); /* an offset may lead out of the years 1 to 9999 */
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    parse_texts((struct text){(const char *)bytes, size});
    if (size < 8) return 0;
    int64_t ms;
    memcpy(&ms, bytes, sizeof ms);
    char *copy = memory_alloc(size - 8, 1);
    if (size > 8) memcpy(copy, bytes + 8, size - 8);
    struct zone *zone;
    struct error error;
    enum status status = zone_parse(TEXT("Fuzz/Zone"), copy, size - 8, &zone, &error);
    memory_free(copy);
    if (status != STATUS_OK) {
        assert(status == STATUS_INVALID);
        return 0;
    }
    if (ms < INSTANT_LIMIT && ms > -INSTANT_LIMIT) {
        for (int unit = CALENDAR_HOUR; unit <= CALENDAR_YEAR; unit++) {
            count_units(zone, (enum calendar_unit)unit, ms);
            count_units(zone, (enum calendar_unit)unit, ms % INT64_C(5000000000000));
        }
    }
    zone_release(zone);
    return 0;
}
