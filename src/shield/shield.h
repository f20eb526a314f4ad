/* What may be admitted: every key and value on its way to the log passes shield_admit.
 *
 * Spec: spec/shield.md. What comes in may hold anything; what goes out holds nothing that a hard
 * rule or a detector removed, and of what was removed only counts remain (shield_finding.h). */
#ifndef CANDOR_SHIELD_SHIELD_H
#define CANDOR_SHIELD_SHIELD_H

#include "base/arena.h"
#include "base/status.h"
#include "event/event.h"
#include "event/profile_change.h"
#include "event/project_table.h"

struct shield;         /* one a process: rule set, policies, findings, watch; any thread */
struct shield_scratch; /* one a thread at a time: locked memory, left out of cores, wiped after
                          every record */

struct shield_options {
    const char *folder;      /* of findings and watch; NULL keeps them in memory only */
    const char *rules_file;  /* replaces the built-in rules; NULL: built-in */
    const uint8_t *root_key; /* SECRET_KEY_SIZE bytes, copied: pseudonyms are made under it. NULL:
                                a random one, so pseudonyms last as long as the process */
};

/* Compiles the rules (<= 100 ms). STATUS_INVALID names the file's line and rule. */
enum status shield_open(const struct shield_options *options, struct shield **out,
                        struct error *error) MUST_CHECK;
void shield_close(struct shield *shield);

/* Another rule set, swapped in whole; on any error the old one stays. Records under way finish with
 * the set they began with. */
enum status shield_reload(struct shield *shield, struct text rules, struct error *error) MUST_CHECK;

/* Are a plan and a project's own rules sound? Either may be "". The error names line and rule. They
 * stand by themselves, so the shield may be NULL: verbs check without opening one. */
enum status shield_policy_check(const struct shield *shield, struct text plan, struct text rules,
                                struct error *error) MUST_CHECK;

struct shield_scratch *shield_scratch_take(struct shield *shield); /* never NULL: pooled */
void shield_scratch_give(struct shield *shield, struct shield_scratch *scratch);
/* From now on it remembers nothing and takes no short cut: for the test that compares. */
void shield_scratch_be_thorough(struct shield_scratch *scratch);

enum shield_source {
    SHIELD_FROM_MANUAL,      /* code named it */
    SHIELD_FROM_AUTOCAPTURE, /* a client's autocapture event */
    SHIELD_FROM_PROFILE,
    SHIELD_FROM_GROUP,
    SHIELD_FROM_IMPORT,
    SHIELD_FROM_REPLAY,
    SHIELD_FROM_SERVER, /* a server library */
    SHIELD_FROM_SCAN,   /* stored data, read again */
    SHIELD_SOURCE_COUNT,
};

struct shield_item {
    struct text name;
    struct value value;
    bool is_removed; /* out: leave it out */
};

/* One record, as its fields. Texts may be replaced by others of the record's arena. */
struct shield_record {
    const struct project *project;
    enum shield_source source;
    int64_t now_ms;
    char country[2];     /* upper case, or "??": two question marks */
    struct text *event;  /* its name; NULL for profiles */
    struct text *ids[4]; /* distinct_id, device_id, insert_id, group id; NULL where there is none */
    uint32_t id_count;
    const struct text *drawn_id; /* one of them that is drawn anew for each record; or NULL: to
                                    remember what was found in it would help nobody */
    struct shield_item *items;
    uint32_t item_count;
    struct arena *arena; /* what replaces a text lives here */

    char refused_by[4];       /* out, when it is not admitted: the detector, "Z04"; else "" */
    struct text refused_path; /* out, likewise: the property to blame, or "" for the whole record */
};

enum shield_verdict {
    SHIELD_ADMITTED, /* possibly with less in it */
    SHIELD_HELD,     /* the whole record is not to be stored: the plan does not list its event */
    SHIELD_REFUSED,  /* likewise: it breaks the plan, or an id of it is a secret */
};

/* The one door. Never fails: on any doubt a value is removed and counted. Any thread. */
enum shield_verdict shield_admit(struct shield *shield, struct shield_scratch *scratch,
                                 struct shield_record *record);

#endif
