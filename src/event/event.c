#include "event/event.h"

#include "base/memory.h"
#include "codec/block.h"

static const int64_t day_ms = INT64_C(86400000);

enum {
    KEY_SIZE_USUAL = 1024, /* names and ids are shorter than this together, nearly always */
    KEY_FIXED_SIZE = 4 * 8,
};

static int64_t utc_day(int64_t time_ms)
{
    return time_ms / day_ms - (time_ms % day_ms < 0);
}

static uint8_t *put_part(uint8_t *place, struct text part)
{
    store_u64(place, part.size);
    if (part.size > 0) memcpy(place + 8, part.bytes, part.size);
    return place + 8 + part.size;
}

/* Sizes stand before the parts so that ("ab", "c") and ("a", "bc") differ. */
struct event_key event_key_make(struct text name, struct text distinct_id, struct text insert_id,
                                int64_t time_ms)
{
    uint8_t usual[KEY_SIZE_USUAL];
    size_t size = KEY_FIXED_SIZE + name.size + distinct_id.size + insert_id.size;
    uint8_t *bytes = size <= sizeof usual ? usual : memory_alloc(size, 1);
    uint8_t *place = put_part(bytes, name);
    place = put_part(place, distinct_id);
    place = put_part(place, insert_id);
    store_u64(place, (uint64_t)utc_day(time_ms));
    struct block_hash hash = block_hash128(bytes, size, 0);
    if (bytes != usual) memory_free(bytes);
    const uint64_t day_mask = (UINT64_C(1) << EVENT_KEY_DAY_BITS) - 1;
    return (struct event_key){
        .high = hash.high,
        .low = (hash.low & ~day_mask) | ((uint64_t)utc_day(time_ms) & day_mask),
    };
}
