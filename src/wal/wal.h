/* The write-ahead log: acknowledged means durable, in order.
 *
 * Records go into preallocated, recycled files of one size. wal_append gathers; wal_sync writes
 * what was gathered with one write and one fdatasync: after it returned OK every record before it
 * survives a power cut. The layout and the reader's algorithm stand in wal_format.h.
 * After a failed write or sync the log is dead (spec/reliability.md §5.6): every later call says
 * so, nothing more is acknowledged, and the process must reopen the folder. A full disk that
 * shows while a new file is made is not such a failure: nothing was written, wal_sync returns
 * STATUS_BUSY, drops what was gathered as wal_rewind does, and may succeed later.
 *
 * Threads: all calls on one thread (the committer) or under its lock, but for wal_prepare. */
#ifndef CANDOR_WAL_H
#define CANDOR_WAL_H

#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct wal;

enum {
    WAL_FILE_SIZE_DEFAULT = 16 * 1024 * 1024,
    WAL_FILE_SIZE_MAX = 256 * 1024 * 1024,  /* a file is read whole at opening */
    WAL_RECORD_SIZE_MAX = 32 * 1024 * 1024, /* an inflated request and room to spare */
    WAL_GATHER_SIZE_MAX = 64 * 1024 * 1024, /* of one group, with its record headers */
};

struct wal_options {
    const char *folder; /* made when it is not there */
    uint64_t file_size; /* 0: the default; a multiple of 4096 up to the maximum. A group larger than
                            a file gets a file of its own */
    uint64_t first_sequence; /* what a new, empty log starts with; 0 means 1 */
    /* The caller keeps several watermarks and cannot say up to where the log was forgotten: it may
     * begin with any sequence, and replay is from its beginning. That its first file is there is
     * known all the same: the folder says which one it is. */
    bool may_begin_anywhere;
};

enum wal_kind {
    WAL_EVENTS = 1,   /* payload: event/batch.h */
    WAL_PROFILES = 2, /* payload: event/profile_change.h */
};

struct wal_record {
    uint64_t sequence; /* 1, 2, 3, … without gaps */
    enum wal_kind kind;
    struct text payload; /* borrowed until the callback returns */
};

/* Called by wal_open for each record that was durable, oldest first. */
typedef enum status wal_replay(void *context, const struct wal_record *record, struct error *error);

/* Open the log and replay what is behind the watermark (sequence > watermark). A torn tail that
 * was never acknowledged is cut off; damage before the last durable sequence is STATUS_CORRUPT
 * with the file and offset. No file is made before the first append. */
enum status wal_open(const struct wal_options *options, uint64_t watermark, wal_replay *replay,
                     void *context, struct wal **out, struct error *error) MUST_CHECK;
void wal_close(struct wal *wal); /* what was not synced was never acknowledged */

/* Gather a record made of several parts; *sequence is its number. TOO_LARGE above the maximum, BUSY
 * when the group is full and has to be synced first; neither changes anything. */
enum status wal_append(struct wal *wal, enum wal_kind kind, const struct text *parts,
                       uint32_t part_count, uint64_t *sequence, struct error *error) MUST_CHECK;
enum status wal_sync(struct wal *wal, struct error *error) MUST_CHECK;

/* Drop what was appended since the last sync, as if it had never been. Its sequences are used
 * again. */
void wal_rewind(struct wal *wal);

/* Make the next file ahead of time, so that wal_sync need not: from any one other thread, any time
 * between open and close. Does nothing when one is ready. A failure leaves the log as it was;
 * STATUS_BUSY when the disk is full. */
enum status wal_prepare(struct wal *wal, struct error *error) MUST_CHECK;

/* Everything up to this sequence is in the store: files that hold nothing newer are kept for
 * reuse (at most two) or removed. */
enum status wal_forget(struct wal *wal, uint64_t watermark, struct error *error) MUST_CHECK;

/* Clean stop: when all is forgotten, remove the files, so that an idle folder is small. */
enum status wal_trim(struct wal *wal, struct error *error) MUST_CHECK;

/* True while the log has no file and gathers nothing: nothing could be replayed from it. */
bool wal_is_empty(const struct wal *wal);

/* Number a record that is not logged, because nobody is told of it before it is in the store. Only
 * while the log is empty: between two records it holds, a gap is damage. */
uint64_t wal_pass(struct wal *wal);

struct wal_figures {
    uint64_t last_sequence;  /* 0 before the first */
    uint64_t gathered_bytes; /* appended, not synced */
    uint64_t live_bytes;     /* of records behind the watermark; inside a file an estimate */
    uint64_t file_bytes;     /* on disk, with preallocation */
    uint64_t sync_count;
    uint64_t sync_ns_total;
    uint64_t sync_ns_max;
};
void wal_figures(const struct wal *wal, struct wal_figures *out);

/* Read everything and check it, without a writer. Counts what is there. STATUS_ABSENT: there is no
 * such folder, and nothing says that there should be. */
struct wal_check_result {
    uint64_t record_count;
    uint64_t first_sequence;
    uint64_t last_sequence;
};
enum status wal_check(const char *folder, struct wal_check_result *out,
                      struct error *error) MUST_CHECK;

#endif
