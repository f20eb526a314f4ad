/* Snapshots: references to parts, segments and profiles of one moment. */
#include "store/snapshot_internal.h"

#include "base/check.h"
#include "base/memory.h"

static void add_view(struct snapshot *snapshot, const struct memtable_view *view)
{
    if (!view) return;
    for (uint32_t i = 0; i < view->part_count; i++) {
        snapshot->sources[snapshot->source_count++] =
            (struct row_source){.snapshot = snapshot, .part = view->parts[i]};
    }
}

enum status store_snapshot(struct store *store, uint32_t project, struct snapshot **out,
                           struct error *error)
{
    (void)error; /* references only: nothing can fail yet */
    struct snapshot *snapshot = MEMORY_NEW(struct snapshot);
    os_mutex_init(&snapshot->mutex);
    struct store_pieces *pieces = &snapshot->pieces;
    store_take_pieces(store_reach_project(store, project), pieces);
    uint32_t room = pieces->segment_count + 2 * VIEW_PARTS_MAX;
    snapshot->sources = MEMORY_ARRAY(struct row_source, room);
    for (uint32_t i = 0; i < pieces->segment_count; i++) {
        snapshot->sources[snapshot->source_count++] =
            (struct row_source){.snapshot = snapshot, .segment = pieces->segments[i]};
    }
    add_view(snapshot, pieces->views[0]);
    add_view(snapshot, pieces->views[1]);
    assert(snapshot->source_count <= room);
    *out = snapshot;
    return STATUS_OK;
}

void snapshot_release(struct snapshot *snapshot)
{
    if (!snapshot) return;
    struct store_pieces *pieces = &snapshot->pieces;
    for (uint32_t i = 0; i < pieces->segment_count; i++)
        segment_drop(pieces->segments[i]);
    memory_free(pieces->segments);
    memtable_view_drop(pieces->views[0]);
    memtable_view_drop(pieces->views[1]);
    profile_table_drop(pieces->profiles);
    while (snapshot->free_scratch) {
        struct scratch_node *node = snapshot->free_scratch;
        snapshot->free_scratch = node->next;
        segment_scratch_release(&node->scratch);
        memory_free(node);
    }
    memory_free(snapshot->sources);
    os_mutex_release(&snapshot->mutex);
    memory_free(snapshot);
}

uint32_t snapshot_source_count(const struct snapshot *snapshot)
{
    return snapshot->source_count;
}

struct row_source *snapshot_source(const struct snapshot *snapshot, uint32_t index)
{
    assert(index < snapshot->source_count);
    return &snapshot->sources[index];
}

uint64_t snapshot_bytes_read(const struct snapshot *snapshot)
{
    return atomic_load(&snapshot->bytes_read);
}

struct scratch_node *snapshot_take_scratch(struct snapshot *snapshot)
{
    os_mutex_lock(&snapshot->mutex);
    struct scratch_node *node = snapshot->free_scratch;
    if (node) snapshot->free_scratch = node->next;
    os_mutex_unlock(&snapshot->mutex);
    if (node) return node;
    node = MEMORY_NEW(struct scratch_node);
    segment_scratch_init(&node->scratch);
    return node;
}

void snapshot_give_scratch(struct snapshot *snapshot, struct scratch_node *node)
{
    atomic_fetch_add(&snapshot->bytes_read, node->scratch.bytes_read);
    node->scratch.bytes_read = 0;
    os_mutex_lock(&snapshot->mutex);
    node->next = snapshot->free_scratch;
    snapshot->free_scratch = node;
    os_mutex_unlock(&snapshot->mutex);
}

enum status snapshot_profile_column(const struct snapshot *snapshot, struct text group_key,
                                    struct text property, struct arena *arena,
                                    const struct profile_cell **cells, size_t *count,
                                    struct error *error)
{
    return profile_table_column(snapshot->pieces.profiles, group_key, property, arena, cells, count,
                                error);
}

bool snapshot_profile_json(const struct snapshot *snapshot, struct text group_key, struct text id,
                           struct buffer *out)
{
    return profile_table_json(snapshot->pieces.profiles, group_key, id, out);
}

bool snapshot_profile_next(const struct snapshot *snapshot, struct profile_walk *walk,
                           struct buffer *out)
{
    return profile_table_next(snapshot->pieces.profiles, walk, out);
}
