/* Drift: a property that is new and looks random, or that stopped looking as it did. Private to the
 * room but for jobs, which ask for holds and save.
 *
 * A series is (project, event, property, library and version): counts of the values' types,
 * length classes, kinds of characters, surprise, and a sketch of how many are different; no value
 * and no name, 512 bytes at most. Each series has a window under way and the windows before it,
 * which fade. Alarms are findings of detectors of their own:
 *
 *   W01  a new property that looks random: asks for a hold   W04  kinds of characters changed
 *   W02  a new property; nobody is alerted                   W05  lengths changed
 *   W03  types changed                                       W06  many more different values
 *   W07  a new version of the library sends something else   W08  looks more random
 *
 * A project learns for its first WATCH_LEARN events: what comes then is known. */
#ifndef CANDOR_SHIELD_WATCH_H
#define CANDOR_SHIELD_WATCH_H

#include "shield/shield_finding.h"

struct shield_watch; /* any thread */

enum {
    WATCH_LEARN = 1000,         /* events of a project */
    WATCH_NEW = 20,             /* values until a new property is judged */
    WATCH_WINDOW = 200,         /* values that are compared */
    WATCH_SERIES = 16384,       /* further ones are not watched */
    WATCH_KNOWN = 65536,        /* properties; further ones are not told as new */
    WATCH_PROJECTS = 1024,      /* that are watched */
    WATCH_HOLDS = 64,           /* requests that wait */
    WATCH_RANDOM = 5 * 16,      /* surprise of a byte from which a text looks random */
    WATCH_RANDOM_MIXED = 9 * 8, /* the same, if it mixes digits, small and capital letters, signs */
};

/* folder NULL: memory only. What cannot be read is learnt anew. */
struct shield_watch *shield_watch_open(const char *folder, struct shield_findings *findings);
void shield_watch_close(struct shield_watch *watch); /* saves */

/* Borrowed from the shield. */
struct shield_watch *shield_watch_of(struct shield *shield);

/* One record before anything is taken out of it. */
struct shield_sight {
    const struct shield_record *record;
    struct text event;   /* as findings have it */
    struct text sdk;     /* likewise */
    const bool *is_data; /* of each item, whether its name is data itself: such are passed over;
                            NULL: none is */
    uint32_t events;     /* of the project since the one shown before, this one with them */
};
void shield_watch_record(struct shield_watch *watch, const struct shield_sight *sight);

/* A property of a project that should be held; handed out once. */
struct shield_hold {
    uint32_t project;
    size_t size;
    char property[256];
};
bool shield_watch_next_hold(struct shield_watch *watch, struct shield_hold *hold);

/* Which properties are known: survives a restart. Statistics begin anew. */
enum status shield_watch_save(struct shield_watch *watch, struct error *error) MUST_CHECK;

#endif
