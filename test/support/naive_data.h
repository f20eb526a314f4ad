/* A project as plain rows, and the parts that every question has, written from spec/plan.md §1:
 * people, properties, filters, matchers, groups. No codes, no tables, no order of storage.
 *
 * Everything lives in the caller's arena. */
#ifndef CANDOR_TEST_NAIVE_DATA_H
#define CANDOR_TEST_NAIVE_DATA_H

#include "base/arena.h"
#include "event/event.h"
#include "plan/plan.h"

#include <stdbool.h>

struct naive_event {
    struct text name;
    int64_t time_ms;
    struct text distinct_id;
    uint32_t property_count;
    struct property *properties;
};

struct naive_tie {
    struct text device;
    struct text user;
};

struct naive_profile {
    struct text id;
    struct text name;
    struct value value;
};

enum {
    NAIVE_EVENTS_MAX = 1024,
    NAIVE_TIES_MAX = 256,
    NAIVE_PROFILES_MAX = 256,
    NAIVE_GROUPS_MAX = 64,
};

struct naive_data {
    struct arena *arena;
    struct naive_event events[NAIVE_EVENTS_MAX]; /* in order of arrival */
    uint32_t event_count;
    struct naive_tie ties[NAIVE_TIES_MAX]; /* the first of a device stays */
    uint32_t tie_count;
    struct naive_profile profiles[NAIVE_PROFILES_MAX]; /* one property a line; the last one stays */
    uint32_t profile_count;
    uint32_t id_count; /* for whoever makes the rows up: how many other ids there are */
};

/* What surrounds a question. */
struct naive_moment {
    const struct zone *zone;
    int week_start;
    int64_t now_ms;
};

/* The distinct_id of the person that this one belongs to; "" for none. */
struct text naive_person(const struct naive_data *data, struct text distinct_id);

/* A property of the event or of its person's profile: the whole name, or a path "a.b". */
struct value naive_property(const struct naive_data *data, const struct naive_event *event,
                            struct text name, enum plan_subject of);

bool naive_filter_holds(const struct naive_data *data, const struct plan_filter *filter,
                        const struct naive_event *event);
bool naive_matches(const struct naive_data *data, const struct plan *plan,
                   const struct plan_matcher *matcher, const struct naive_event *event);

bool naive_same_value(const struct value *a, const struct value *b);

/* The distinct groups of an event by the plan's breakdown, one null group without any. */
uint32_t naive_groups(const struct naive_data *data, const struct plan *plan,
                      const struct naive_event *event, struct value *groups);

/* Groups and how they rank. */
struct naive_ranking {
    struct value groups[NAIVE_GROUPS_MAX]; /* as they were met */
    uint64_t counts[NAIVE_GROUPS_MAX];
    uint32_t count;
    struct value shown[NAIVE_GROUPS_MAX + 1]; /* kept ones in the order of answers, with $other */
    bool is_other[NAIVE_GROUPS_MAX + 1];
    uint32_t shown_count;
};
uint32_t naive_ranking_find(struct naive_ranking *ranking, const struct value *group); /* or add */
void naive_ranking_finish(struct naive_ranking *ranking, uint32_t top);
/* Does something with these groups belong to the shown group of this index? */
bool naive_ranking_holds(const struct naive_ranking *ranking, uint32_t shown,
                         const struct value *groups, uint32_t group_count);

/* An answer as rows of cells. */
struct naive_table {
    struct value *cells;
    uint32_t column_count;
    uint64_t row_count;
    uint64_t cell_count;
    uint64_t capacity;
};
void naive_table_cell(struct naive_table *table, struct arena *arena, struct value value);

#endif
