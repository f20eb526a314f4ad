/* Which distinct_ids are one person, durably: simplified merge (spec/wire.md §11.1).
 *
 * Every distinct_id of a project gets a number, 0, 1, 2, … in order of arrival, for ever. An event
 * that carries a device and a user ties the device's id to the user: the first tie stays; users
 * never merge with users. A person's canonical number is its user's, or the device's own while it
 * is not tied. All earlier events of the device count for the user from then on, because questions
 * look the canonical number up when they are asked.
 *
 * On disk: one append-only file for each project, checksummed chunk by chunk (identity_format.h).
 * It may be ahead of the store (replay finds the same numbers again), never behind: flush it
 * before a segment is published.
 *
 * Threads: sight and flush under an inner lock, so any thread; in practice sight on the applier.
 * Views are immutable. */
#ifndef CANDOR_IDENTITY_H
#define CANDOR_IDENTITY_H

#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct identity;

#define IDENTITY_NONE UINT32_MAX /* the number of the empty distinct_id */

enum status identity_open(const char *folder, struct identity **out,
                          struct error *error) MUST_CHECK;
void identity_close(struct identity *identity);

/* Whom an event is of, as it says. */
struct identity_sighting {
    struct text distinct_id;
    struct text device_id; /* tied to the distinct_id; "": none */
    uint32_t person;       /* set: the number of the distinct_id, IDENTITY_NONE for "" */
};
enum { IDENTITY_SIGHTINGS_MAX = 32 };

/* Numbers, new or old, and ties, in the order of the sightings, as if one at a time; together,
 * because each alone would wait for memory. A device of nobody is left out. TOO_LARGE past 2^31
 * ids: some of them may be taken. */
enum status identity_sight(struct identity *identity, uint32_t project,
                           struct identity_sighting *sightings, uint32_t count,
                           struct error *error) MUST_CHECK;

/* Append what is new to the file and sync it. */
enum status identity_flush(struct identity *identity, uint32_t project,
                           struct error *error) MUST_CHECK;

/* A fixed view of the ties at this moment. Shared and cheap while nothing changes. */
struct identity_view;
struct identity_view *identity_view(struct identity *identity, uint32_t project);
void identity_view_release(struct identity_view *view);

uint32_t identity_view_count(const struct identity_view *view);            /* numbers in use */
const uint32_t *identity_view_canonical(const struct identity_view *view); /* by number */
/* True if the person is made of more than its own number, or is tied to another. By number. */
bool identity_view_is_merged(const struct identity_view *view, uint32_t number);

/* The person a number belongs to now. Takes the lock; questions use a view. */
uint32_t identity_canonical(struct identity *identity, uint32_t project, uint32_t number);

/* Find without adding; IDENTITY_NONE when it was never seen. Takes the lock. */
uint32_t identity_find(struct identity *identity, uint32_t project, struct text distinct_id);
/* Copies the text of a number to out (arena-owned by the caller's arena); bytes NULL when the
 * arena is used up. */
struct arena;
struct text identity_text(struct identity *identity, uint32_t project, uint32_t number,
                          struct arena *arena);

struct identity_figures {
    uint64_t ids;
    uint64_t ties;
    uint64_t memory_bytes;
    uint64_t file_bytes;
};
void identity_figures(struct identity *identity, uint32_t project, struct identity_figures *out);

/* Read and check a project's whole file. */
enum status identity_verify(struct identity *identity, uint32_t project,
                            struct error *error) MUST_CHECK;

#endif
