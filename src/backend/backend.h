/* One socket, two plugs: where batches go and questions are answered. The native plug is store +
 * identity + exec; the ClickHouse plug will be the second.
 *
 * Threads: apply on the applier; publish and flush on any thread (a lock of its own
 * for each); everything else on any thread. */
#ifndef CANDOR_BACKEND_H
#define CANDOR_BACKEND_H

#include "base/buffer.h"
#include "base/status.h"
#include "event/event.h"
#include "event/project_table.h"
#include "plan/plan.h"
#include "plan/result.h"

#include <stdbool.h>
#include <stdint.h>

struct backend;

struct backend_options {
    const char *folder;            /* the data folder: store/ and identity/ live in it */
    struct project_slot *projects; /* borrowed */
    unsigned query_threads;        /* 0: one for each processor */
    unsigned flush_threads;        /* that encode a segment; 0 and 1: the flushing one alone */
    uint64_t query_memory_max;     /* bytes for one question; 0: the default of backend_limits.h */
    uint64_t memtable_rows_max;    /* flush at so many rows; 0: default */
    uint64_t memtable_bytes_max;   /* or so much memory; 0: default */
};

enum status backend_open(const struct backend_options *options, struct backend **out,
                         struct error *error) MUST_CHECK;
void backend_close(struct backend *backend);

/* The lowest watermark of all projects that have rows in memory, or last_sequence when none does:
 * the WAL below it is not needed any more. */
uint64_t backend_watermark(struct backend *backend, uint64_t last_sequence);
/* One more than every sequence that is stored: where a new log starts. */
uint64_t backend_sequence_end(struct backend *backend);

/* Take a durable record. Events go to the memtable, ids and ties to identity, profile changes to
 * the profiles; a change that cannot apply is counted in *rejected. */
enum status backend_apply_events(struct backend *backend, uint64_t sequence, struct text batch,
                                 struct error *error) MUST_CHECK;
enum status backend_apply_profiles(struct backend *backend, uint64_t sequence, struct text batch,
                                   uint32_t *rejected, struct error *error) MUST_CHECK;

/* Make what was applied visible to questions; true if there was anything. */
bool backend_publish(struct backend *backend);
/* Questions see every record up to this sequence. Any thread. */
uint64_t backend_visible_sequence(struct backend *backend);

/* Flush the projects whose memtable is over its limits, and, when the WAL behind the oldest
 * sequence holds more than wal_bytes_max, the one that keeps it. force: all that have anything. */
enum backend_flush { BACKEND_FLUSH_DUE, BACKEND_FLUSH_ALL };
enum status backend_flush(struct backend *backend, enum backend_flush which, bool wal_is_long,
                          bool *flushed, struct error *error) MUST_CHECK;
/* True while memtables hold so much that ingestion must wait for a flush. */
bool backend_is_behind(struct backend *backend);

/* Answer a plan that plan_parse made. result was made by result_init. STATUS_DENIED when it names a
 * property that is held. */
enum status backend_run(struct backend *backend, uint32_t project, const struct plan *plan,
                        int64_t now_ms, struct result *result, struct error *error) MUST_CHECK;

/* STATUS_INVALID unless the system knows a time zone of this name. */
enum status backend_check_zone(struct backend *backend, struct text name,
                               struct error *error) MUST_CHECK;

/* The rows of a span as Mixpanel export lines (JSON and newline), ordered by time, then arrival,
 * handed on in pieces. */
typedef enum status backend_piece(void *context, struct text lines, struct error *error);
struct backend_export {
    uint32_t project;
    int64_t from_ms;
    int64_t to_ms;   /* excluded */
    bool shows_held; /* properties that are held, too: for a scan */
    bool csv;        /* event,time,distinct_id,$insert_id,properties (JSON) instead of JSON lines */
};
enum status backend_export(struct backend *backend, const struct backend_export *options,
                           backend_piece *piece, void *context, uint64_t *rows,
                           struct error *error) MUST_CHECK;

/* All profiles, users' and groups', as lines (snapshot_profile_next), with what is held: for a
 * scan. */
enum status backend_export_profiles(struct backend *backend, uint32_t project, backend_piece *piece,
                                    void *context, struct error *error) MUST_CHECK;

/* The newest events by arrival, as a JSON array of export objects, without what is held. */
enum status backend_newest(struct backend *backend, uint32_t project, uint32_t count_max,
                           struct buffer *out, struct error *error) MUST_CHECK;

/* A user's or group's profile as JSON; STATUS_ABSENT. */
enum status backend_profile(struct backend *backend, uint32_t project, struct text group_key,
                            struct text id, struct buffer *out, struct error *error) MUST_CHECK;

/* The keys of all published events of one UTC day, flushed or not, for the duplicate window. */
typedef void backend_key(void *context, struct event_key key);
enum status backend_day_keys(struct backend *backend, uint32_t project, int64_t day,
                             backend_key *each, void *context, struct error *error) MUST_CHECK;

struct backend_figures {
    uint64_t events; /* rows stored, in segments and memory */
    uint64_t memtable_rows;
    uint64_t memtable_bytes;
    uint64_t segments;
    uint64_t segment_bytes;
    uint64_t people; /* distinct_ids */
    uint64_t profiles;
    uint64_t overflow_properties;
};
void backend_figures(struct backend *backend, uint32_t project, struct backend_figures *out);
void backend_figures_total(struct backend *backend, struct backend_figures *out);

enum status backend_verify(struct backend *backend, struct error *error) MUST_CHECK;

#endif
