/* What the store's own files share. */
#ifndef CANDOR_STORE_INTERNAL_H
#define CANDOR_STORE_INTERNAL_H

#include "store/manifest.h"
#include "store/memtable_view.h"
#include "store/profile_table.h"
#include "store/segment.h"

#include <stdatomic.h>

/* What waits for a flush. */
struct store_frozen {
    struct memtable *table; /* NULL: nothing is frozen */
    struct memtable_view *view;
    struct profile_dump profiles;
    uint64_t watermark;      /* when this is in files */
    uint64_t first_sequence; /* of its oldest row or change; 0: it has none */
};

struct store_project {
    uint32_t id;
    struct column_names names;
    /* Publishing, freezing and flushing exclude each other where they touch what is below; writing
     * files holds neither lock. Taken before the lock. */
    struct os_mutex turn;
    struct os_rwlock lock; /* guards the pointers and figures below */
    struct memtable *active;
    struct memtable_view *view; /* of it */
    struct store_frozen frozen;
    struct segment **segments;
    uint32_t segment_count;
    struct profile_table *profiles;
    uint64_t profile_bytes;
    uint64_t watermark;
    atomic_bool is_half; /* a record failed halfway: what is in memory stays there */
};

struct store {
    char folder[OS_PATH_SIZE];
    uint64_t hash_seed;
    unsigned flush_threads;
    struct os_mutex mutex;           /* guards the list of projects */
    struct store_project **projects; /* by rising id */
    uint32_t project_count;
    struct os_mutex manifest_mutex;
    struct manifest *manifest;
    uint64_t next_id; /* of a file; under manifest_mutex */
};

/* The project, made when it is new. */
struct store_project *store_reach_project(struct store *store, uint32_t id);

enum store_file_kind { STORE_FILE_SEGMENT, STORE_FILE_PROFILES };
/* STATUS_INVALID when the folder's name is too long. */
enum status store_file_path(const struct store *store, enum store_file_kind kind, uint32_t project,
                            uint64_t id, char out[OS_PATH_SIZE], struct error *error) MUST_CHECK;

/* References for a snapshot, all of one moment. */
struct store_pieces {
    struct memtable_view *views[2]; /* frozen and active; NULL where there is none */
    struct segment **segments;      /* owned by the caller */
    uint32_t segment_count;
    struct profile_table *profiles;
};
void store_take_pieces(struct store_project *project, struct store_pieces *out);

#endif
