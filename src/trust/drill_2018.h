/* The drill 2018-autocapture. That year a vendor's autocapture read attributes; a framework had
 * begun to copy what was typed into them, and password managers did the same. Nobody noticed for
 * nine months. Private to this room. */
#ifndef CANDOR_TRUST_DRILL_2018_H
#define CANDOR_TRUST_DRILL_2018_H

#include "trust/drill_scene.h"

#define DRILL_2018_OLD_EVENT   "$web_event" /* what an autocaptured event was called then */
#define DRILL_2018_PLAIN_EVENT "Pressed"    /* the same under a name that no list knows */

enum {
    DRILL_2018_SETTLE_MS = 1000, /* after the last press: what waits in the SDK leaves */
    DRILL_2018_PRESSES = 24,     /* with a mark each, of which the watch needs 20 */
};

struct drill_2018 {
    struct drill *drill;
    char our_version[DRILL_SDK_VERSION_SIZE];
    char broken_version[DRILL_SDK_VERSION_SIZE];
    bool is_proven;    /* the part before was no idle run */
    uint64_t found_ns; /* when the alarm was among the findings */
    uint64_t held_ns;
    uint32_t presses;    /* with a mark */
    uint32_t old_events; /* stored before the hold */
};

enum status drill_2018_play(struct drill *drill, struct error *error) MUST_CHECK;

/* The third part: a property that no detector knows. */
enum status drill_2018_play_alarm(struct drill_2018 *story, struct error *error) MUST_CHECK;

#endif
