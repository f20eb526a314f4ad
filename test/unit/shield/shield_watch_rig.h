/* The drift watch by itself, with findings in memory: what its tests stand on. */
#ifndef CANDOR_TEST_SHIELD_WATCH_RIG_H
#define CANDOR_TEST_SHIELD_WATCH_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shield/shield_watch.h"

#define WATCH_RIG_HOUR_MS  INT64_C(3600000)
#define WATCH_RIG_START_MS (INT64_C(497500) * WATCH_RIG_HOUR_MS)

struct watch_rig {
    struct shield_findings *findings;
    struct shield_watch *watch;
    struct project project;
    int64_t now_ms; /* WATCH_RIG_START_MS when it begins */
};

/* folder NULL: memory only. */
void watch_rig_begin(struct watch_rig *rig, const char *folder);
void watch_rig_end(struct watch_rig *rig);

/* A record with one property, or with none. */
struct watch_given {
    const char *event; /* NULL: "Viewed" */
    const char *sdk;   /* NULL: "web/1" */
    const char *name;  /* "": no property */
    struct value value;
    uint32_t count; /* of records that it stands for; 0: itself alone */
    bool is_near;
    bool is_sure;
};
void watch_rig_give(struct watch_rig *rig, const struct watch_given *given);
void watch_rig_give_text(struct watch_rig *rig, const char *name, const char *text);

/* What was told until now. */
struct watch_told {
    uint64_t count;
    uint64_t alerts;
    char detectors[64]; /* "W01 W04 " */
    char all[256];      /* "W01 Viewed/page " */
};
struct watch_told watch_rig_told(struct watch_rig *rig);

/* A folder for the watch's file, in the folder under way; gone at the end. */
struct watch_home {
    char folder[32];
    char path[64];
};
void watch_home_begin(struct watch_home *home);
void watch_home_end(struct watch_home *home);

#endif
