/* Drift: a property that is new and looks random, or that stopped looking as it did; an event that
 * comes more or less often than it did. Private to the room but for jobs, which ask for holds and
 * save, and api, which shows it.
 *
 * A series is (project, event, property, library and version): counts of the values' types,
 * length classes, kinds of characters, surprise, beginnings, and a sketch of how many are
 * different; no value, 512 bytes at most. Each series has a window under way and the windows before
 * it, which fade. Where there are too many, those that were longest not seen make room. Alarms are
 * findings of detectors of their own:
 *
 *   W01  a new property that looks random: asks for a hold   W06  many more different values
 *   W02  a new property; nobody is alerted                   W07  a new version of the library
 *   W03  types changed                                            sends something else
 *   W04  kinds of characters changed                         W08  looks more random
 *   W05  lengths changed                                     W09  many values that begin alike
 *   W10  an event comes far more or less often than in the same hour of the four weeks before
 *   W11  five times the near misses: values that a detector nearly found something in
 *   W12  more than one value in a thousand is a finding of tier V: asks for a hold
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
    WATCH_SERIES = 12288 * 8,   /* 48 MB at most, taken as it fills */
    WATCH_VOLUMES = 512 * 8,    /* events of which the hours are counted */
    WATCH_KNOWN = 262144,       /* properties, three quarters of it; further ones are not told */
    WATCH_PROJECTS = 1024,      /* that are watched */
    WATCH_SURE = 3,             /* findings of tier V, at least, until their share is judged */
    WATCH_SURE_ONE_IN = 1000,   /* of the values: more than one of so many, surely */
    WATCH_SURE_DAYS = 30,       /* then the share is judged again, whatever people released */
    WATCH_HOLDS = 64,           /* requests that wait */
    WATCH_RANDOM = 5 * 16,      /* surprise of a byte from which a text looks random */
    WATCH_RANDOM_MIXED = 9 * 8, /* the same, if it mixes digits, small and capital letters, signs */
};

/* Alarms that code asks for by name: the number in W01. */
enum {
    WATCH_NEW_RANDOM = 1,
    WATCH_NEW_PROPERTY = 2,
    WATCH_SPLIT = 7,
    WATCH_VOLUME = 10,
    WATCH_NEAR = 11,
    WATCH_SURELY = 12,
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
    const bool *is_near; /* likewise, whether something in it came near to being a finding */
    uint32_t events;     /* of the project since the one shown before, this one with them */
    uint32_t count;      /* likewise, of records with the same names */
};
void shield_watch_record(struct shield_watch *watch, const struct shield_sight *sight);
/* And then, of the same record: in which items a detector of tier V found something. */
void shield_watch_sure(struct shield_watch *watch, const struct shield_sight *sight,
                       const bool *is_sure);

/* Looks at the clock: an hour that is over may have had too few events. Cheap; at least every
 * hour. */
void shield_watch_tend(struct shield_watch *watch, int64_t now_ms);

/* A property of a project that should be held; handed out once. */
struct shield_hold {
    uint32_t project;
    int number; /* of the alarm: WATCH_NEW_RANDOM or WATCH_SURELY */
    size_t size;
    char property[256];
};
bool shield_watch_next_hold(struct shield_watch *watch, struct shield_hold *hold);

/* What is known of a series. Names alone, cut off where they are long; never a value. */
enum shield_watch_state {
    WATCH_STATE_LEARNING, /* the project, or too few values yet */
    WATCH_STATE_SETTLED,
    WATCH_STATE_ALARMED, /* within the last day */
};
struct shield_watch_row {
    struct text event;
    struct text property; /* "": the event itself */
    struct text sdk;
    bool is_cut;     /* one of the names is */
    uint64_t count;  /* since it was first seen */
    uint64_t near;   /* of them near misses, by what was looked at: a sample of what is known */
    uint64_t sure;   /* likewise, findings of tier V */
    double presence; /* in how many of the event's records since then, 0 to 1 */
    int64_t first_minute; /* of the Unix epoch */
    int64_t last_minute;
    enum shield_watch_state state;
    char signal[4]; /* "W04": the newest; "": none */
    int64_t signal_minute;
};
/* By event, property and library, the first WATCH_ROWS_MAX of them. Returns how many there are. */
enum { WATCH_ROWS_MAX = 10000 };
typedef void shield_watch_visit(void *context, const struct shield_watch_row *row);
uint64_t shield_watch_read(struct shield_watch *watch, uint32_t project, int64_t now_ms,
                           shield_watch_visit *visit, void *context);

/* All but the windows under way survives a restart. */
enum status shield_watch_save(struct shield_watch *watch, struct error *error) MUST_CHECK;

#endif
