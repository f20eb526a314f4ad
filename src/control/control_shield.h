/* What a project's shield is told by people: its mode, its tracking plan and rules with their
 * history, loosenings, held properties, and what browser SDKs may do (spec/shield.md §6, §8, §9).
 *
 * Nothing here understands a plan or a rule: whoever calls lets the shield check them first. Each
 * change is in the database before it is published, and raises the project's shield_revision. Who
 * did it is kept as given. Any thread. */
#ifndef CANDOR_CONTROL_SHIELD_H
#define CANDOR_CONTROL_SHIELD_H

#include "control/control.h"

enum {
    CONTROL_SHIELD_TEXT_SIZE_MAX = 1024 * 1024,   /* a plan or the rules: STATUS_TOO_LARGE */
    CONTROL_SHIELD_TEXTS_MAX = 256 * 1024 * 1024, /* of all projects: STATUS_TOO_LARGE */
    CONTROL_SHIELD_TEXT_KEPT = 100,               /* revisions; older ones go */
    CONTROL_OPEN_DAYS = 30,                       /* open mode ends by itself */
    CONTROL_LOOSEN_DAYS_MAX = 366,
    CONTROL_LOOSENED_COUNT_MAX = 500, /* in force, of a project: STATUS_TOO_LARGE */
    CONTROL_HELD_COUNT_MAX = 500,     /* of a project: STATUS_TOO_LARGE */
    CONTROL_RELEASED_KEPT = 1000,     /* holds that ended; older ones go */
    CONTROL_PROPERTY_SIZE_MAX = 1020, /* bytes of 255 code points */
    CONTROL_REASON_SIZE_MAX = 500,
    CONTROL_ROUTE_COUNT_MAX = 500,
    CONTROL_ROUTE_SIZE_MAX = 200,
    CONTROL_PARAM_COUNT_MAX = 100,
    CONTROL_PARAM_SIZE_MAX = 64,
    CONTROL_SALT_SIZE_MAX = 64,
    CONTROL_DICTIONARY_SIZE_MAX = 128 * 1024, /* of the filter: 100,000 texts */
    CONTROL_OBSERVED_COUNT_MAX = 20000,       /* learned or taken off, of a project */
};

/* Whose doing, and why. by may be "" only where it says so. */
struct control_deed {
    uint32_t project;
    struct text by;
    struct text reason;
    int64_t now_ms;
};

/* Open needs who and why, and ends after CONTROL_OPEN_DAYS; the others take "" for both. */
enum status control_shield_mode(struct control *control, const struct control_deed *deed,
                                enum project_shield mode, struct error *error) MUST_CHECK;

enum control_text { CONTROL_TEXT_PLAN, CONTROL_TEXT_RULES };

/* The next revision; "" takes the text away. by may be "". */
enum status control_shield_text_put(struct control *control, const struct control_deed *deed,
                                    enum control_text which, struct text contents,
                                    uint64_t *revision, struct error *error) MUST_CHECK;
/* revision 0: the newest. STATUS_ABSENT when there is none such. */
enum status control_shield_text_get(struct control *control, uint32_t project,
                                    enum control_text which, uint64_t revision, struct arena *arena,
                                    struct text *contents, struct error *error) MUST_CHECK;

/* A detector that is not applied to a property until then, at most CONTROL_LOOSEN_DAYS_MAX ahead.
 * until_ms equal to deed->now_ms ends one that is in force. Needs who and why. */
struct control_loosening {
    struct text property;
    struct text detector;
    int64_t until_ms;
};
enum status control_shield_loosen(struct control *control, const struct control_deed *deed,
                                  const struct control_loosening *loosening,
                                  struct error *error) MUST_CHECK;

/* New values of a held property are dropped. Both need who; holding needs why. */
enum status control_shield_hold(struct control *control, const struct control_deed *deed,
                                struct text property, struct error *error) MUST_CHECK;
enum status control_shield_release(struct control *control, const struct control_deed *deed,
                                   struct text property, struct error *error) MUST_CHECK;

/* Only what is set is changed. Lists are lines. */
enum control_switch { CONTROL_SAME, CONTROL_OFF, CONTROL_ON };
struct control_sdk_change {
    enum control_switch autocapture;
    enum control_switch observe;
    double sample;       /* 0 to 1; below 0: the same */
    struct text routes;  /* "/orders/:id"; bytes NULL: the same, "": none */
    struct text params;  /* "utm_source"; likewise */
    bool has_dictionary; /* the next three are set */
    struct text salt;
    const uint64_t *hashes; /* of the project's texts under this salt; none: no dictionary */
    size_t hash_count;
};
enum status control_sdk_settings(struct control *control, const struct control_deed *deed,
                                 const struct control_sdk_change *change,
                                 struct error *error) MUST_CHECK;

/* --- the dictionary ---
 *
 * On the list is what was uploaded and what was learned, but for what a person took off. The filter
 * that browsers get and the hashes that the shield asks are made of the list with each change.
 * Another salt makes what was learned meaningless, so it goes. While the project observes it has a
 * salt, drawn by lot if nobody gave one. */

/* Learned under this salt; *added of them are new on the list: none if the salt has changed, fewer
 * if there is no room. STATUS_ABSENT when there is no such project. */
enum status control_observed_add(struct control *control, const struct control_deed *deed,
                                 struct text salt, const uint64_t *hashes, size_t count,
                                 size_t *added, struct error *error) MUST_CHECK;
/* Off the list for good, wherever it came from. STATUS_ABSENT when it is not on it. */
enum status control_observed_forget(struct control *control, const struct control_deed *deed,
                                    uint64_t hash, struct error *error) MUST_CHECK;
/* Neither learned nor taken off: what was uploaded stays. */
enum status control_observed_clear(struct control *control, const struct control_deed *deed,
                                   struct error *error) MUST_CHECK;

struct control_observed_row {
    uint64_t hash;
    bool is_forgotten;
    struct text by; /* who took it off */
    int64_t made_ms;
};
struct control_dictionary {
    bool observes;
    size_t uploaded_count, listed_count;
    struct control_observed_row *rows; /* newest first */
    size_t row_count;
};
/* Owned by the arena. STATUS_TOO_LARGE when that is too small. */
enum status control_dictionary_read(struct control *control, uint32_t project, struct arena *arena,
                                    struct control_dictionary *out, struct error *error) MUST_CHECK;

/* --- to show it all --- */

struct control_text_row {
    enum control_text which;
    uint64_t revision;
    uint64_t size;
    struct text by;
    int64_t made_ms;
};
struct control_loosened_row {
    struct text property, detector, by, reason;
    int64_t made_ms, until_ms;
};
struct control_held_row {
    struct text property, reason, by, released_by, release_reason;
    int64_t held_ms, released_ms; /* 0: held still */
};
struct control_shield {
    uint64_t revision;
    enum project_shield mode; /* as set */
    int64_t mode_until_ms, mode_set_ms;
    struct text mode_by, mode_reason;
    struct control_text_row *texts;        /* newest first */
    struct control_loosened_row *loosened; /* also those that have ended */
    struct control_held_row *held;         /* newest first */
    size_t text_count, loosened_count, held_count;
    struct text sdk; /* as struct project has it */
    uint32_t dictionary_count;
};
/* Owned by the arena. STATUS_TOO_LARGE when that is too small. */
enum status control_shield_read(struct control *control, uint32_t project, struct arena *arena,
                                struct control_shield *out, struct error *error) MUST_CHECK;

#endif
