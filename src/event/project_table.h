/* The projects, as the data plane sees them: immutable, swapped whole.
 *
 * This is the only hand-over from control to the data plane. Control builds a table and publishes
 * it into a slot; readers take a reference and give it back. A slow or locked control database is
 * never noticed by ingestion. */
#ifndef CANDOR_EVENT_PROJECT_TABLE_H
#define CANDOR_EVENT_PROJECT_TABLE_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct project {
    uint32_t id; /* from 1; never used again */
    struct text name;
    struct text token;  /* write only, public by nature: 32 hex digits */
    struct text zone;   /* IANA name, default "UTC" */
    struct text secret; /* lower-case hex of its SHA-256; the API secret itself is not kept */
    int week_start;     /* 1 Monday to 7 Sunday */
    bool sample;        /* made by candor demo: nobody's real data */
};

struct project_table;

/* A table of copies, with one reference that the caller owns. Tokens are unique. */
struct project_table *project_table_make(const struct project *projects, size_t count);
struct project_table *project_table_hold(struct project_table *table);
void project_table_drop(struct project_table *table); /* NULL does nothing */

/* Borrowed from the table; NULL when there is none. */
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
