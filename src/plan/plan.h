/* A question as data (spec/plan.md): what is asked, never how it is answered.
 *
 * plan_parse turns JSON into this tree and checks it whole; afterwards the tree is read-only and
 * may be shared. Everything is owned by the arena given to plan_parse, but for compiled patterns,
 * which plan_release gives back. Kinds and options that no engine answers yet are refused as
 * unsupported: here are trend and funnel. */
#ifndef CANDOR_PLAN_H
#define CANDOR_PLAN_H

#include "base/arena.h"
#include "base/calendar.h"
#include "base/status.h"
#include "base/text.h"
#include "event/value.h"
#include "plan/pattern.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    PLAN_SIZE_MAX = 256 * 1024,
    PLAN_STEP_COUNT_MAX = 30,
    PLAN_MEASURE_COUNT_MAX = 26,
    PLAN_TOP_DEFAULT = 10,
    PLAN_TOP_MAX = 1000,
    PLAN_BUCKET_COUNT_MAX = 1000, /* edges of a numeric breakdown */
    PLAN_UNIT_COUNT_MAX = 20000,  /* buckets on the time axis: two years of hours */
    PLAN_PATTERN_SIZE_MAX = 1000,
    PLAN_PATTERN_COUNT_MAX = 10,  /* a hostile one takes up to a second to compile */
    PLAN_VALUE_COUNT_MAX = 10000, /* items of one list in a filter */
    PLAN_NAME_COUNT_MAX = 100,    /* event names of one matcher */
    PLAN_WINDOW_DAYS_MAX = 3660,  /* ten years */
};

enum plan_kind { PLAN_TREND, PLAN_FUNNEL };
enum plan_subject { PLAN_OF_EVENT, PLAN_OF_PROFILE };

enum plan_operator {
    PLAN_IS,
    PLAN_IS_NOT,
    PLAN_CONTAINS,
    PLAN_NOT_CONTAINS,
    PLAN_STARTS_WITH,
    PLAN_MATCHES,
    PLAN_GREATER,
    PLAN_AT_LEAST,
    PLAN_LESS,
    PLAN_AT_MOST,
    PLAN_BETWEEN,
    PLAN_IS_SET,
};

enum plan_filter_kind { PLAN_ALL, PLAN_ANY, PLAN_NOT, PLAN_LEAF, PLAN_PERSON };

/* {"property": …, OP: …}. Text is plain (already folded when fold is set). */
struct plan_leaf {
    struct text property; /* as given: a whole name first, else a path "a.b" into an object */
    enum plan_subject of;
    enum plan_operator operator;
    bool fold;
    bool or_missing;
    bool is_set;                /* the value of PLAN_IS_SET */
    const struct value *values; /* IS, IS_NOT: the list; BETWEEN: two; others: one */
    uint32_t value_count;
    const struct pattern *pattern; /* MATCHES */
};

struct plan_filter {
    enum plan_filter_kind kind;
    const struct plan_filter *children; /* ALL, ANY: any number (empty ALL holds, empty ANY does
                                           not); NOT: one */
    uint32_t child_count;
    struct plan_leaf leaf;           /* LEAF */
    const struct text *distinct_ids; /* PERSON: anyone these ids belong to */
    uint32_t distinct_id_count;
};

/* Which events: names, or any. */
struct plan_matcher {
    bool any;
    const struct text *names;
    uint32_t name_count;
    struct text label;               /* the name, or the names joined by " or ", or "*" */
    const struct plan_filter *where; /* NULL: no filter */
};

struct plan_breakdown {
    struct text property;
    enum plan_subject of;
    uint32_t top;        /* values kept */
    const double *edges; /* rising; NULL unless "buckets" was given */
    uint32_t edge_count;
    uint32_t at; /* funnel: the step whose event gives the value, from 1 */
};

enum plan_count { PLAN_COUNT_EVENTS, PLAN_COUNT_PROFILES };

struct plan_measure {
    struct plan_matcher matcher;
    enum plan_count count;
};

enum plan_unit {
    PLAN_UNIT_HOUR,
    PLAN_UNIT_DAY,
    PLAN_UNIT_WEEK,
    PLAN_UNIT_MONTH,
    PLAN_UNIT_QUARTER,
    PLAN_UNIT_TOTAL,
};

/* The range as written; plan_resolve turns it into instants. */
struct plan_time {
    enum { PLAN_TIME_DATES, PLAN_TIME_INSTANTS, PLAN_TIME_LAST } kind;
    int64_t from; /* days, or milliseconds */
    int64_t to;   /* DATES: included; INSTANTS: excluded */
    uint32_t last_count;
    enum calendar_unit last_unit;
    struct text zone; /* "" means the project's */
};

struct plan {
    enum plan_kind kind;
    struct text project; /* "" when the token or the command names it */
    struct plan_time time;
    const struct plan_filter *where;        /* NULL: none */
    const struct plan_breakdown *breakdown; /* NULL: none */
    bool fresh;
    bool explain;
    /* trend */
    enum plan_unit unit;
    const struct plan_measure *measures;
    uint32_t measure_count;
    /* funnel */
    const struct plan_matcher *steps;
    uint32_t step_count;
    int64_t window_ms;
    uint64_t hash;             /* of the normalised form: equal questions have equal hashes */
    struct pattern **patterns; /* every compiled one, for plan_release */
    uint32_t pattern_count;
};

/* Why a plan was refused, for RFC 9457 answers: the JSON pointer of the place beside the words in
 * struct error. */
struct plan_problem {
    char pointer[192]; /* "" is the document itself */
    bool unsupported;  /* meant for a later version, not wrong */
};

/* Parse and check. json is written into and must outlive the plan, as must the arena. The error's
 * message is one line that names the place and what was expected. */
enum status plan_parse(char *json, size_t size, struct arena *arena, struct plan *out,
                       struct plan_problem *problem, struct error *error) MUST_CHECK;
void plan_release(struct plan *plan); /* compiled patterns */

/* The span of instants, [from, to), in a zone at a moment. week_start: 1 Monday to 7 Sunday. */
struct plan_span {
    int64_t from_ms;
    int64_t to_ms;
};
struct plan_span plan_resolve(const struct plan *plan, const struct zone *zone, int week_start,
                              int64_t now_ms);

/* Each property that the plan names, in filters and in its breakdown, some more than once; until
 * visit returns false, which is handed back. */
typedef bool plan_visit_property(void *context, struct text property);
bool plan_each_property(const struct plan *plan, plan_visit_property *visit, void *context);

/* Does this value satisfy the leaf? The one definition of every operator (spec/plan.md §1), on
 * lists by element. scratch is used for lists and rewound; a list that does not fit there gets
 * memory of its own for the moment. */
bool plan_leaf_holds(const struct plan_leaf *leaf, const struct value *value,
                     struct arena *scratch);

#endif
