/* What snapshot.c and row_source.c share. */
#ifndef CANDOR_STORE_SNAPSHOT_INTERNAL_H
#define CANDOR_STORE_SNAPSHOT_INTERNAL_H

#include "store/row_source.h"
#include "store/store_internal.h"

struct row_source {
    struct snapshot *snapshot;
    const struct memtable_part *part; /* one of the two */
    const struct segment *segment;
};

struct scratch_node {
    struct segment_scratch scratch;
    struct scratch_node *next;
};

struct snapshot {
    struct store_pieces pieces;
    struct row_source *sources; /* oldest rows first */
    uint32_t source_count;
    _Atomic uint64_t bytes_read;
    struct os_mutex mutex; /* guards the list below */
    struct scratch_node *free_scratch;
};

/* Room for reading blocks; given back after the call that took it. */
struct scratch_node *snapshot_take_scratch(struct snapshot *snapshot);
void snapshot_give_scratch(struct snapshot *snapshot, struct scratch_node *node);

#endif
