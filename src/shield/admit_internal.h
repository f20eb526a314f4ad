/* One record on its way through the shield. Private to the room.
 *
 *   admit.c         the record: mode, items, what is left of them
 *   admit_name.c    event names, ids, names of properties
 *   admit_plan.c    what the tracking plan says of it
 *   admit_value.c   one text or number: fold, look, act, unwrap
 *   admit_nested.c  lists and objects: their members one by one, then together
 *   admit_note.c    findings
 *   admit_watch.c   what the drift watch sees of it
 *   admit_near.c    and what detectors found or nearly found in what it saw
 *   admit_list.c    closed lists of names
 *   admit_captured.c  what autocapture may say of an element, by its form
 *
 * All of it lives in the scratch's arena, which is wiped when the record is done. */
#ifndef CANDOR_SHIELD_ADMIT_INTERNAL_H
#define CANDOR_SHIELD_ADMIT_INTERNAL_H

#include "base/buffer.h"
#include "shield/admit_watch.h"
#include "shield/matcher.h"
#include "shield/outcome_cache.h"
#include "shield/policy.h"
#include "shield/shield.h"
#include "shield/shield_finding.h"
#include "shield/shield_fold.h"

#include <string.h>

enum {
    ADMIT_UNWRAP_MAX = 3, /* levels (spec §7.2) */
    ADMIT_NAME_MAX = 128, /* bytes of a property's or an event's name; a longer one is data: K09 */
    ADMIT_PATH_MAX = 256,
    ADMIT_NEST_MAX = 32,
    ADMIT_SDK_MAX = 80,
    SCRATCH_SIZE = 2 * 1024 * 1024, /* touched only as far as a record needs */
    SCRATCH_KEPT = 64 * 1024,
    SCRATCH_OUTPUT_MAX = 1024 * 1024,
    SCRATCH_CLEAN_ROWS = 32768, /* a power of two; ids of persons fill it */
    SCRATCH_CLEAN_WAYS = 4,
    ADMIT_CLEAN_MAX = 256, /* bytes of a value that is remembered as clean */
};

/* Findings that no rule of the set stands for. */
enum admit_reason {
    REASON_NOT_LOOKED_AT,   /* Z01: too long, or too much in it, to be looked at */
    REASON_TOO_DEEP,        /* Z02: wrapped more than three times, nested more than 32 */
    REASON_CLOSED_LIST,     /* Z03: an autocaptured property that is on no list */
    REASON_UNPLANNED,       /* Z04: strict, and no plan lists it */
    REASON_MISFIT,          /* Z06: strict, and not what the plan says of it */
    REASON_UNPLANNED_EVENT, /* Z07 */
    REASON_REQUIRED,        /* Z08: strict, and missing */
    REASON_HELD,            /* Z05: held until a person lets it go */
    REASON_ADDRESS,         /* U01: an address of the web, reduced to its template */
    REASON_NAMING,       /* K02: a profile field that names a person; or by the plan's category */
    REASON_SPECIAL,      /* K04: by the plan's category */
    REASON_SECRET,       /* K01: likewise */
    REASON_KEY_IS_DATA,  /* K09 */
    REASON_NAME_IS_DATA, /* K10 */
    REASON_COUNT,
};

struct shield_scratch {
    struct shield *shield;
    void *memory; /* of os_memory */
    struct arena arena;
    struct matcher matcher;
    struct matcher own_matcher;
    hs_scratch_t *plan_room; /* for the plan's patterns; NULL: it has none */
    struct ruleset *rules;   /* held */
    struct policy *policy;   /* held, or NULL */
    unsigned generation;     /* of the rules */
    struct key_cache keys;
    /* Hashes of values in which nothing was found. What is new comes second in its row, pushing
     * others down, and each moves up when it is met again: what never is does not drive out what
     * often is, and several that come at once all stay. */
    uint64_t (*clean)[SCRATCH_CLEAN_WAYS]; /* SCRATCH_CLEAN_ROWS of them */
    struct outcome_cache *outcomes;        /* admitted bytes, too: these two need no shelter */
    struct admit_watched watched;
    struct shield_finding_lane *findings; /* borrowed */
    bool is_thorough;     /* remembers nothing, takes no short cuts: for the test that compares */
    struct buffer output; /* rewritten JSON: admitted bytes only */
    char path[ADMIT_PATH_MAX];
    size_t path_size;
    struct shield_scratch *next; /* in the pool */
};

/* A name as context for what stands under it. */
struct admit_key {
    uint64_t hash; /* of the name and of those around it */
    uint64_t exact;
    uint64_t stem;
    uint64_t path; /* of the names around it */
    struct ruleset_mask words;
    struct ruleset_mask own_words;
};

struct admit {
    struct shield *shield;
    struct shield_scratch *scratch;
    struct shield_record *record;
    const struct ruleset *rules;
    const struct policy *policy;
    enum project_shield mode;
    size_t bytes_left;     /* of SHIELD_RECORD_MAX */
    struct text event;     /* as findings show it */
    uint64_t seed;         /* of hashes in `clean`: of this process, rule set and policy */
    uint32_t event_number; /* in the plan */
    enum shield_verdict verdict;
    struct text library; /* as the record tells them: mp_lib and $lib_version, if they are texts */
    struct text version;
    struct text sdk; /* as findings show them, once has_sdk is set */
    char sdk_bytes[ADMIT_SDK_MAX];
    bool has_sdk;
    struct outcome_note notes[OUTCOME_NOTES_MAX]; /* of the text under way */
    uint32_t note_count;                          /* over the maximum: not to be told again */
    struct text noted_value;                      /* that the notes are of; bytes NULL: none kept */
    size_t noted_path;
    struct text reduced_address; /* the one under way, more than its template; "": none */
    bool is_planned;             /* the property under way */
    size_t planned_path;         /* the size of its path */
    bool is_identifier;          /* likewise, by the plan */
    bool is_harmless;            /* likewise, whatever its name sounds like */
    bool is_silent;              /* asks, and does not note */
    bool has_loosened;   /* what is allowed now may not be so later: nothing is remembered */
    bool is_captured;    /* by a client's autocapture */
    bool is_template;    /* the address under way, by the project's own lists */
    bool is_plain;       /* nothing but rules speaks of a property: no plan, no list, no hold */
    uint64_t names_hash; /* of all its properties' names, in any order */
    struct key_reading **readings; /* of each item's name; see admit_known_reading */
    uint32_t keys_replaced;        /* when they were taken */
    uint8_t *marks; /* of each item, for admit_near.c; NULL: the drift watch is not shown it */
    uint32_t item;  /* under way; none: their number */
    uint32_t shown; /* so many records like it the one that is shown stands for */
};

/* A profile has no event, whether it comes in or is scanned. */
static inline bool admit_is_profile(const struct admit *admit)
{
    return !admit->record->event;
}

enum admit_verdict { ADMIT_KEEP, ADMIT_REPLACE, ADMIT_REMOVE };

/* --- shield.c --- */

const struct shield_lexicon *shield_lexicon_of(struct shield *shield);
const uint8_t *shield_root_key_of(struct shield *shield);
/* Bring the scratch up to date with the rules in force and the project's policy. */
void shield_scratch_refresh(struct shield_scratch *scratch, const struct project *project);

/* --- admit_name.c --- */

/* The name of a property or of a member inside one. False: the name itself is data. */
bool admit_read_key(struct admit *admit, struct text name, const struct admit_key *around,
                    struct admit_key *key);
/* The name as it was read before, borrowed until the next one is; NULL: the name itself is data.
 */
struct key_reading *admit_reading(struct admit *admit, struct text name);
/* All names of the record, before anything else is asked of it. */
void admit_read_names(struct admit *admit);
/* What was read of an item's name then; NULL: it has to be read again, which tells why. */
static inline struct key_reading *admit_known_reading(const struct admit *admit, uint32_t item)
{
    bool is_valid = admit->readings && admit->keys_replaced == admit->scratch->keys.replaced;
    return is_valid ? admit->readings[item] : NULL;
}
void admit_key_of(struct admit *admit, struct text name, const struct key_reading *reading,
                  const struct admit_key *around, struct admit_key *key);
void admit_event_name(struct admit *admit);
/* The hash by which the id is known if admit_id leaves it as it is, brought near; 0: none. */
uint64_t admit_hash_id(const struct admit *admit, struct text id);
/* Bring what is known of the ids near, for admit_ids. */
void admit_reach_ids(const struct admit *admit);
/* False: the record is refused. */
bool admit_ids(struct admit *admit);
/* The id, or its pseudonym; false when it holds a secret. */
bool admit_id(struct admit *admit, struct text *id);
/* $distinct_ids of a $merge: each as the id that it is. *replaced is set for ADMIT_REPLACE. */
enum admit_verdict admit_id_list(struct admit *admit, struct text json, struct text *replaced);

/* --- admit_plan.c --- */

/* False: the event is not planned, and goes no further (admit->verdict). */
bool admit_plan_event(struct admit *admit);
/* True: decided; it is left out, or its type proves that it hides nothing. */
bool admit_by_plan(struct admit *admit, struct shield_item *item);
/* Count what an event should have had. */
void admit_plan_required(struct admit *admit);

/* --- admit_value.c --- */

/* *replaced is set for ADMIT_REPLACE. */
enum admit_verdict admit_text(struct admit *admit, const struct admit_key *key, struct text raw,
                              bool is_number, struct text *replaced);
/* Was nothing found in this very value under this very name a while ago? Values repeat: browsers,
 * systems, versions, plans. *hash is for admit_remember_clean. */
enum admit_form {
    ADMIT_TEXT,
    ADMIT_NUMBER,
    ADMIT_BITS, /* of a double */
    ADMIT_TEMPLATE,
    ADMIT_NESTED, /* a list or an object, as JSON */
    ADMIT_EVENT,  /* the event's own name */
};
bool admit_is_known_clean(const struct admit *admit, uint64_t key_hash, struct text raw,
                          enum admit_form form, uint64_t *hash);
/* Is the hash in its row? Each time it moves one up. */
bool admit_has_hash_behind(uint64_t row[SCRATCH_CLEAN_WAYS], uint64_t hash);
static inline uint64_t *admit_clean_row(const struct admit *admit, uint64_t hash)
{
    return admit->scratch->clean[hash / 2 % SCRATCH_CLEAN_ROWS];
}
static inline bool admit_has_hash(const struct admit *admit, uint64_t hash)
{
    uint64_t *row = admit_clean_row(admit, hash);
    return row[0] == hash || admit_has_hash_behind(row, hash);
}
/* kind: eight times its form, and what an event's plan says of the property. */
static inline uint64_t admit_clean_hash(const struct admit *admit, uint64_t key_hash,
                                        struct text raw, uint64_t kind)
{
    return text_hash_seeded(raw, (admit->seed ^ key_hash) + kind) | 1;
}
/* Unless what is allowed now may not be so later. */
void admit_remember_clean(struct admit *admit, uint64_t hash);
/* What this very value became a while ago; what there was to note of it is noted again. ADMIT_KEEP:
 * not known. */
enum admit_verdict admit_find_outcome(struct admit *admit, uint64_t hash, struct text raw,
                                      struct text *replaced);
/* What is left to do for a text in which no rule found anything: look at what it wraps. */
bool admit_is_clean_inside(struct admit *admit, const struct admit_key *key, struct text folded);
/* Look, and nothing else. False when it could not be looked at as a whole. */
bool admit_look(struct admit *admit, const struct matcher_view *view,
                struct matcher_result *result);
/* The same by the project's own rules, too. */
bool admit_look_all(struct admit *admit, const struct admit_key *key, struct text text,
                    bool is_number, struct matcher_result *result);
/* The same for an id, which may look random. */
bool admit_look_id(struct admit *admit, const struct admit_key *key, struct text text,
                   struct matcher_result *result);

/* --- admit_nested.c --- */

enum admit_verdict admit_nested(struct admit *admit, const struct admit_key *key, struct text json,
                                struct text *replaced);

/* --- admit_note.c --- */

void admit_note(struct admit *admit, const struct matcher_finding *finding,
                enum shield_action action, struct text value);
void admit_note_reason(struct admit *admit, enum admit_reason reason, enum shield_action action,
                       struct text value);
/* Keep what is noted of this value, under the path as it is, until admit_notes_end; true when all
 * of it was kept. */
void admit_notes_begin(struct admit *admit, struct text value);
bool admit_notes_end(struct admit *admit);
void admit_note_again(struct admit *admit, const struct outcome_note *noted,
                      struct outcome_look look, struct text value);
/* How findings describe the value. */
struct outcome_look admit_look_of(struct text value);
/* The path grows and shrinks with the walk; a name that is data shows as "?". */
size_t admit_path_push(struct admit *admit, struct text name);
void admit_path_pop(struct admit *admit, size_t mark);

/* Is it mp_lib or $lib_version? Asked of every name of every record. */
static inline bool admit_tells_library(struct text name)
{
    return (name.size == 6 && memcmp(name.bytes, "mp_lib", 6) == 0) ||
           (name.size == 12 && memcmp(name.bytes, "$lib_version", 12) == 0);
}

/* "web/2.83.0" for findings; a client's own words, so only short ones without surprises. */
struct text admit_sdk(struct admit *admit);

/* --- admit_watch.c --- */

/* Let the drift watch see the record as it came, or a share of those it knows well. */
void admit_watch(struct admit *admit);

/* --- admit_near.c --- */

/* Did something in the value come near to being a finding? Of short texts and whole numbers. */
bool admit_is_near(struct admit *admit, const struct admit_key *key, const struct value *value);
/* The item under way has this finding. */
void admit_mark(struct admit *admit, const struct shield_finding *finding, struct text value);
/* All items are judged: let the drift watch know in which a detector was sure. */
void admit_watch_end(struct admit *admit);

/* --- admit_captured.c --- */

/* Whether autocapture may send this value under this name: names of the closed list, and what our
 * SDK says of an element, if it has the one form that it gives it. */
bool admit_is_captured(struct admit *admit, struct text name, const struct value *value);

/* --- admit_list.c --- */

bool admit_is_autocapture(struct text event);
bool admit_is_captured_name(struct text name); /* on the closed list for autocapture */
bool admit_is_naming_field(struct text name);  /* a profile field that names a person */
bool admit_is_id_name(struct text name);       /* a property that holds an id */
bool admit_is_id_list_name(struct text name);  /* a list of them */

#endif
