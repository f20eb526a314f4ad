/* The tracking plan: which events there are, and what each property of theirs may hold. Private to
 * the room. Immutable once made; any thread.
 *
 * JSON (what begins with a brace) or YAML without anchors, aliases and tags:
 *
 *   mode: watch|quarantine|refuse   what strict does with what is not planned: count it; leave it
 *                                   out (the default); refuse the record
 *   shared:                         properties that every event may have
 *     plan: {type: enum, enum: [free, pro]}
 *   profiles: {properties: {…}}     of people and groups
 *   events:
 *     Paid:
 *       owner: ann                  as are description, for people
 *       properties:
 *         amount: {type: number, min: 0, max: 100000, required: true}
 *
 * A property: type text|number|integer|bool|timestamp|enum|list|object|any (default text); enum,
 * min, max, pattern (Hyperscan's syntax, the whole value; bounded by pattern_cost.h), required,
 * identifier, category (Fideslang's: user.contact.email); and for people purpose, legal_basis,
 * retention, owner, description, example. An unknown word is an error, so is a name with '*'. */
#ifndef CANDOR_SHIELD_PLAN_H
#define CANDOR_SHIELD_PLAN_H

#include "base/text_index.h"
#include "codec/json_tree.h"
#include "event/value.h"

#include <hs/hs.h>

enum {
    SHIELD_PLAN_SIZE_MAX = 1024 * 1024,
    SHIELD_PLAN_PROPERTIES_MAX = 2000,
    SHIELD_PLAN_EVENTS_MAX = 2000,
    SHIELD_PLAN_NAME_MAX = 255,
    SHIELD_PLAN_ENUM_MAX = 1000,
    SHIELD_PLAN_PATTERN_MAX = 256,
    SHIELD_PLAN_PATTERNS_MAX = 128,           /* different ones: compiled once each */
    SHIELD_PLAN_PATTERN_POSITIONS_MAX = 2048, /* of all, by pattern_cost.h: a second at most */
    SHIELD_PLAN_PATTERN_STATES_MAX = 4096,
    SHIELD_PLAN_DEPTH_MAX = 12,
};

enum shield_plan_stage { SHIELD_PLAN_QUARANTINE, SHIELD_PLAN_WATCH, SHIELD_PLAN_REFUSE };

enum shield_plan_type {
    SHIELD_PLAN_TEXT,
    SHIELD_PLAN_NUMBER,
    SHIELD_PLAN_INTEGER,
    SHIELD_PLAN_BOOL,
    SHIELD_PLAN_TIMESTAMP,
    SHIELD_PLAN_ENUM,
    SHIELD_PLAN_LIST,
    SHIELD_PLAN_OBJECT,
    SHIELD_PLAN_ANY,
    SHIELD_PLAN_TYPE_COUNT,
};

/* What a category says of the values (spec/shield.md §8.2). */
enum shield_plan_category {
    SHIELD_PLAN_UNSAID,   /* nothing, or in words that are none of Fideslang's */
    SHIELD_PLAN_HARMLESS, /* nothing of the below, whatever the name sounds like */
    SHIELD_PLAN_NAMING,   /* contact, name, account, official identifier: for the vault */
    SHIELD_PLAN_SPECIAL,  /* health, belief, biometrics, minors: likewise, with approval */
    SHIELD_PLAN_SECRET,   /* credentials and cards: never kept */
};

struct shield_plan_property {
    struct text name;
    uint32_t event; /* its number, or one of the two below */
    enum shield_plan_type type;
    struct text_index words; /* of an enum */
    double min;
    double max;
    bool has_min;
    bool has_max;
    bool is_required;
    bool is_identifier;
    enum shield_plan_category category;
    const hs_database_t *pattern; /* NULL: none; the plan's */
};
#define SHIELD_PLAN_SHARED   (UINT32_MAX - 1)
#define SHIELD_PLAN_PROFILES (UINT32_MAX - 2)

struct shield_plan {
    enum shield_plan_stage stage;
    struct text_index events;
    struct text_index keys; /* event's number and name: the index of the property */
    struct shield_plan_property *properties; /* those of an event lie together */
    uint32_t *begins;                        /* by event: the index of its first property */
    uint32_t property_count;
    struct text_index patterns;
    hs_database_t *databases[SHIELD_PLAN_PATTERNS_MAX]; /* by number of the pattern */
    uint32_t pattern_positions;                         /* of all patterns */
    uint32_t pattern_states;
};

/* STATUS_INVALID names line and place; TOO_LARGE a limit. */
enum status shield_plan_make(struct text source, struct shield_plan **out,
                             struct error *error) MUST_CHECK;
void shield_plan_release(struct shield_plan *plan); /* NULL does nothing */

/* The number of an event, or TEXT_INDEX_NONE. */
uint32_t shield_plan_event(const struct shield_plan *plan, struct text name);
/* Of this event, else a shared one; NULL: not planned. */
const struct shield_plan_property *shield_plan_find(const struct shield_plan *plan, uint32_t event,
                                                    struct text name);

enum shield_plan_fit {
    SHIELD_PLAN_MISFIT,
    SHIELD_PLAN_FITS,   /* possibly as a value of another type that says the same */
    SHIELD_PLAN_PROVEN, /* and its type is the proof that it hides nothing */
};
/* The value may be replaced; texts of it lie in the arena. */
enum shield_plan_fit shield_plan_check(const struct shield_plan_property *property,
                                       struct value *value, hs_scratch_t *room,
                                       struct arena *arena);

/* --- shield_plan_pattern.c --- */

/* The pattern, compiled. NULL, or why it is refused, behind its name: a literal. */
const char *shield_plan_compile(struct shield_plan *plan, struct text pattern,
                                const hs_database_t **out);
void shield_plan_release_patterns(struct shield_plan *plan);

/* Room for the patterns of a plan; *room is grown, and freed with hs_free_scratch. */
enum status shield_plan_room(const struct shield_plan *plan, hs_scratch_t **room,
                             struct error *error) MUST_CHECK;
/* Does it match the whole text? */
bool shield_plan_matches(const hs_database_t *pattern, struct text text, hs_scratch_t *room);

/* --- shield_plan_category.c --- */

enum shield_plan_category shield_plan_category_of(struct text words);

/* --- shield_plan_read.c --- */

/* The source as a tree in the arena. Lines of nodes with a key: shield_plan_line. */
struct shield_plan_source {
    bool is_yaml;
    char *copy; /* of JSON: texts point into it */
};
enum status shield_plan_read(struct text source, struct arena *arena,
                             struct shield_plan_source *out, const struct json_node **root,
                             struct error *error) MUST_CHECK;
unsigned shield_plan_line(const struct shield_plan_source *source, const struct json_node *node);

#endif
