/* What questions see of a memtable: its first rows, sorted, as a few parts.
 *
 * Each publishing sorts the new tail into a part. Parts whose sizes come near each other are
 * merged, as in a log-structured merge tree, so a row is moved a logarithmic number of times and a
 * question meets few parts. A part files its rows under the persons of the moment; when devices are
 * tied later, questions gather those rows in their side pass, and the flush sorts everything anew.
 * Parts and views are immutable; references may be held and dropped on any thread. */
#ifndef CANDOR_STORE_MEMTABLE_VIEW_H
#define CANDOR_STORE_MEMTABLE_VIEW_H

#include "store/memtable.h"
#include "store/row_source.h"

struct memtable_part {
    atomic_uint reference_count;
    struct memtable *table;
    uint32_t row_count;
    uint32_t *rows; /* of the memtable, in this part's order */
    int64_t *times; /* in the same order: merging and most questions read them */
    struct row_run *runs;
    uint32_t run_count;
    uint32_t run_first[STORE_SHARD_COUNT + 1];
    uint32_t shard_first[STORE_SHARD_COUNT + 1];
    uint32_t column_count; /* of the memtable when the part was made */
    int64_t min_ms;
    int64_t max_ms;
};

enum { VIEW_PARTS_MAX = 40 }; /* each is at least twice as large as the next */

struct memtable_view {
    atomic_uint reference_count;
    struct memtable_part *parts[VIEW_PARTS_MAX];
    uint32_t part_count;
    uint32_t row_count; /* the memtable's first so many rows are in the parts */
};

void memtable_part_drop(struct memtable_part *part);

/* The whole of the memtable's first row_count rows as one part. The caller owns the reference. */
struct memtable_part *memtable_part_sort(struct memtable *table, uint32_t row_first,
                                         uint32_t row_end, struct store_clusters clusters);

struct memtable_view *memtable_view_make(void); /* empty */
struct memtable_view *memtable_view_hold(struct memtable_view *view);
void memtable_view_drop(struct memtable_view *view); /* NULL does nothing */

/* A view of all rows the memtable has now, made from an earlier one; NULL when there are no new
 * rows. Takes the memtable's read lock for a moment. */
struct memtable_view *memtable_view_extend(const struct memtable_view *before,
                                           struct memtable *table, struct store_clusters clusters);
/* A view of this one part, whose reference it takes over. */
struct memtable_view *memtable_view_of(struct memtable_part *part);

#endif
