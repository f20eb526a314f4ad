/* How many of an event come in an hour, against the same hour of the last four weeks: the median of
 * what is known of them, and how far they lie from it (MAD). Private to the watch, which guards it.
 *
 * Hours are kept in a byte each, in eighths of a doubling: right to 4.5 %. An hour in which nobody
 * counted, or that was not seen from its beginning, is not known. */
#ifndef CANDOR_SHIELD_WATCH_VOLUME_H
#define CANDOR_SHIELD_WATCH_VOLUME_H

#include <stdint.h>

enum {
    VOLUME_WEEKS = 4,
    VOLUME_WEEKS_MIN = 3, /* that must be known */
    VOLUME_HOURS = 7 * 24,
    VOLUME_EVENT = 128,
    VOLUME_QUIET_HOURS = 7 * 24, /* after an alarm that way */
    VOLUME_UNKNOWN = 0,          /* else 1 + 8 * log2(1 + count), rounded */
};

struct volume {
    uint64_t key;        /* of project and event; 0: free */
    uint64_t hour;       /* under way, of the Unix epoch */
    uint64_t count;      /* in it */
    uint64_t quiet_more; /* until this hour nothing is told */
    uint64_t quiet_fewer;
    uint64_t last_hour; /* in which one came */
    uint32_t project;
    uint8_t is_whole; /* the hour under way was seen from its beginning */
    uint8_t event_size;
    char event[VOLUME_EVENT];
    uint8_t past[VOLUME_HOURS][VOLUME_WEEKS];
};

uint8_t volume_code(uint64_t count);
double volume_count(uint8_t code);

enum volume_verdict { VOLUME_USUAL, VOLUME_MORE, VOLUME_FEWER };

/* It is this hour now. Whether the one that ended had fewer than usual. To be called every hour:
 * where one was left out nobody counted, and what is between is not known. */
enum volume_verdict volume_turn(struct volume *volume, uint64_t hour);
/* More events in the hour under way. */
enum volume_verdict volume_add(struct volume *volume, uint64_t count);

#endif
