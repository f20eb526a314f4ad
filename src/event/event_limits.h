/* Every limit on what may be sent, with its reason and what happens beyond it (spec/wire.md §8). */
#ifndef CANDOR_EVENT_LIMITS_H
#define CANDOR_EVENT_LIMITS_H

enum {
    EVENT_BODY_SIZE_MAX = 10 * 1024 * 1024, /* a request, inflated: 413 */
    EVENT_BATCH_COUNT_MAX = 2000,           /* records in a request: 413 */
    EVENT_SIZE_MAX = 1024 * 1024,           /* one record's JSON: the record is refused */
    EVENT_PROPERTY_COUNT_MAX = 255,         /* of an event: the record is refused */
    EVENT_NESTED_COUNT_MAX = 255,           /* keys of an object, elements of a list: refused */
    EVENT_TEXT_POINTS_MAX = 255,            /* code points of a text: it is truncated */
    EVENT_NAME_POINTS_MAX = 255,            /* of an event's or a property's name: refused */
    EVENT_LIST_SIZE_MAX = 8 * 1024,         /* a list or an object on an event: refused */
    PROFILE_LIST_SIZE_MAX = 256 * 1024,     /* a list or an object on a profile: refused */
    EVENT_INSERT_ID_SIZE_MAX = 36,          /* strict import refuses longer ones; else cut */
    EVENT_INFLATE_RATIO_MAX = 100,          /* gzip bombs: 413 (spec/shield.md §7.1) */
    PROJECT_COLUMN_COUNT_MAX = 2000,        /* distinct property names of a project */
};

#endif
