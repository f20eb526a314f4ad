/* One thing that happened, as it travels from wire to store. Values that borrow every text. */
#ifndef CANDOR_EVENT_EVENT_H
#define CANDOR_EVENT_EVENT_H

#include "event/value.h"

#include <stdint.h>

struct property {
    struct text name;
    struct value value;
    uint32_t name_index; /* in the batch's name table; set by batch_reader_next */
};

enum event_flag {
    EVENT_IMPORTED = 1, /* came through /import: export shows $import: true */
    EVENT_DROPPED = 2,  /* found to be a duplicate after it was encoded: skip it */
    EVENT_HAS_KEY = 4,  /* key is set: the client gave an insert_id */
};

/* What makes two events the same one: 104 bits of hash over (event, distinct_id, insert_id), and
 * in the lowest 24 bits of low the UTC day in clear, so that a day's keys can be kept together. */
struct event_key {
    uint64_t high;
    uint64_t low;
};
enum { EVENT_KEY_DAY_BITS = 24 };

/* The UTC day of a key: days since 1970, modulo 2^24. */
static inline uint32_t event_key_day(struct event_key key)
{
    return (uint32_t)key.low & ((1u << EVENT_KEY_DAY_BITS) - 1);
}

struct event {
    struct text name;
    int64_t time_ms;         /* its own time, UTC */
    struct text distinct_id; /* resolved as spec/wire.md §7.2: user, "$device:…" or "" */
    struct text device_id;   /* "$device:…" that this event ties to distinct_id, or "" */
    struct text insert_id;   /* as the client sent it, or "" */
    struct event_key key;
    uint32_t flags;      /* EVENT_* */
    uint32_t name_index; /* of the event's name; set by batch_reader_next */
    uint32_t property_count;
    const struct property *properties; /* without the promoted ones (token, ip, time, …) */
};

/* The key of an event from its parts. */
struct event_key event_key_make(struct text name, struct text distinct_id, struct text insert_id,
                                int64_t time_ms);

#endif
