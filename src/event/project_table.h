/* The projects, as the data plane sees them: immutable, swapped whole.
 *
 * This is the only hand-over from control to the data plane. Control builds a table and publishes
 * it into a slot; readers take a reference and give it back. A slow or locked control database is
 * never noticed by ingestion. */
#ifndef CANDOR_EVENT_PROJECT_TABLE_H
#define CANDOR_EVENT_PROJECT_TABLE_H

#include "base/text.h"
#include "crypt/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the shield treats what no plan lists (spec/shield.md §9, DESIGN §8). */
enum project_shield {
    PROJECT_SHIELD_GUARDED, /* named properties stay, unless a detector or a rule objects */
    PROJECT_SHIELD_STRICT,  /* only what the plan lists */
    PROJECT_SHIELD_OPEN,    /* detectors and hard rules alone; ends by itself */
};

struct project {
    uint32_t id; /* from 1; never used again */
    struct text name;
    struct text token;  /* write only, public by nature: 32 hex digits */
    struct text zone;   /* IANA name, default "UTC" */
    struct text secret; /* lower-case hex of its SHA-256; the API secret itself is not kept */
    int week_start;     /* 1 Monday to 7 Sunday */
    bool sample;        /* made by candor demo: nobody's real data */

    /* What the shield compiles, as people gave it. It rises with each change of any of it (of the
     * mode, too), also over restarts; 0: nothing was ever set. */
    uint64_t shield_revision;
    enum project_shield shield_mode; /* as set: project_shield_at knows when it has ended */
    int64_t shield_mode_until_ms;    /* 0: no end; from then on the project is guarded */
    struct text shield_plan;         /* the tracking plan, JSON or YAML; "": none */
    struct text shield_rules;        /* the project's own rules; "": none */
    struct text shield_loosened;     /* lines "property TAB detector TAB until_ms LF"; in force
                                        before until_ms, so look at the clock */
    struct text shield_held;         /* lines "property LF": dropped until a person lets them go */

    /* For browser SDKs: the members of a JSON object, without its braces. "": never set, and what
     * project_sdk_default says is in force. */
    struct text sdk_settings;

    /* The project's own texts, as what is left of them: the salt and the sorted hashes of 8 bytes,
     * little-endian (shield/shield_dictionary.h). */
    struct text dictionary_salt;   /* "": there is no dictionary */
    struct text dictionary_hashes; /* without those that a person took off */
    bool observes;                 /* learns texts that many devices show */
};

/* The members that stand for a project without settings: nothing is captured by itself. */
extern const struct text project_sdk_default;

/* The mode in force at an instant. */
enum project_shield project_shield_at(const struct project *project, int64_t now_ms);

/* A write key (cdr_ing_…) of a project, as its SHA-256. */
struct project_key {
    uint8_t hash[SECRET_HASH_SIZE];
    uint32_t project; /* its id */
};

struct project_table;

/* A table of copies, with one reference that the caller owns. Tokens are unique. */
struct project_table *project_table_make(const struct project *projects, size_t count);
/* The same with write keys, each of one of the projects. */
struct project_table *project_table_make_keyed(const struct project *projects, size_t count,
                                               const struct project_key *keys, size_t key_count);
struct project_table *project_table_hold(struct project_table *table);
void project_table_drop(struct project_table *table); /* NULL does nothing */

/* Borrowed from the table; NULL when there is none. The token is the project's own, or one of its
 * write keys. */
const struct project *project_table_by_token(const struct project_table *table, struct text token);
const struct project *project_table_by_id(const struct project_table *table, uint32_t id);
/* By name, or by id written as digits. */
const struct project *project_table_by_name(const struct project_table *table, struct text name);
size_t project_table_count(const struct project_table *table);
const struct project *project_table_at(const struct project_table *table, size_t index);

/* Where the current table is found. Any thread. */
struct project_slot;
struct project_slot *project_slot_make(void); /* holds an empty table */
void project_slot_release(struct project_slot *slot);
struct project_table *project_slot_take(struct project_slot *slot); /* drop it when done */
void project_slot_publish(struct project_slot *slot, struct project_table *table); /* takes over */

#endif
