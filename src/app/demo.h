/* An invented shop: 90 days of people who look, buy, sign up, come back or do not. A pure function
 * of its options; no clock, no disk, no engine.
 *
 * People arrive day by day (more on weekends, many more during one campaign), stay in one city and
 * on one or two devices, and act in sessions by the local hour. Whoever signs up is known from then
 * on: the device is tied to the user. All words are invented; the properties are those that the
 * clients of each platform send by themselves (spec/wire.md §10). */
#ifndef CANDOR_APP_DEMO_H
#define CANDOR_APP_DEMO_H

#include "event/event.h"
#include "event/profile_change.h"

#include <stdint.h>

enum {
    DEMO_DAYS = 90,
    DEMO_EVENT_COUNT_DEFAULT = 200000,
    DEMO_EVENT_COUNT_MAX = 10000000, /* 16 bytes of plan for each are held while it is written */
    DEMO_PROPERTY_COUNT_MAX = 64,
    DEMO_SCRATCH_SIZE = 8192,
};

struct demo_options {
    uint64_t event_count;
    uint64_t seed;
    int64_t end_day;  /* the last day, since 1970, UTC */
    int64_t until_ms; /* what would come later has not happened yet: left out */
};

struct demo;

struct demo *demo_make(const struct demo_options *options);
void demo_release(struct demo *demo);

uint64_t demo_event_count(const struct demo *demo);
uint32_t demo_person_count(const struct demo *demo);  /* with at least one event */
uint32_t demo_profile_count(const struct demo *demo); /* those who signed up */

/* Where the texts of one event or profile lie. */
struct demo_scratch {
    struct property properties[DEMO_PROPERTY_COUNT_MAX];
    struct profile_step steps[DEMO_PROPERTY_COUNT_MAX];
    uint32_t count; /* of properties or steps in use */
    size_t used;
    char bytes[DEMO_SCRATCH_SIZE];
};

/* The events in the order of their times. The event borrows the scratch until its next use. */
void demo_event(const struct demo *demo, uint64_t index, struct demo_scratch *scratch,
                struct event *out);

/* The profiles in the order of signing up. */
void demo_profile(const struct demo *demo, uint32_t index, struct demo_scratch *scratch,
                  struct profile_change *out);

#endif
