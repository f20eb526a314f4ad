/* Sorting: rows come in order of arrival, so a stable sort by (person order, time) is the whole
 * order. Least-significant-digit radix sort, passing over bytes that are the same everywhere: a
 * tail of a second needs four or five passes of the twelve. */
#include "store/memtable_view.h"

#include "base/check.h"
#include "base/memory.h"

#include <string.h>

struct sort_key {
    uint64_t time;  /* order-keeping: sign bit flipped */
    uint32_t order; /* store_person_order */
    uint32_t row;
};

enum { RADIX = 256, TIME_BYTES = 8, ORDER_BYTES = 4 };

static uint32_t cluster_of(struct store_clusters clusters, uint32_t person)
{
    return person < clusters.count ? clusters.canonical[person] : person;
}

static uint32_t person_of_order(uint32_t order)
{
    if (order == UINT32_MAX) return STORE_NO_PERSON;
    return (order & ((1u << 26) - 1)) << 6 | order >> 26;
}

static inline uint8_t key_byte(const struct sort_key *key, int byte)
{
    if (byte < TIME_BYTES) return (uint8_t)(key->time >> (8 * byte));
    return (uint8_t)(key->order >> (8 * (byte - TIME_BYTES)));
}

static void count_bytes(const struct sort_key *keys, uint32_t count, uint32_t (*counts)[RADIX])
{
    for (uint32_t i = 0; i < count; i++) {
        for (int byte = 0; byte < TIME_BYTES + ORDER_BYTES; byte++) {
            counts[byte][key_byte(&keys[i], byte)]++;
        }
    }
}

/* About 2 ns a row and pass. Returns where the sorted keys are: keys or spare. */
static struct sort_key *radix_sort(struct sort_key *keys, struct sort_key *spare, uint32_t count)
{
    uint32_t counts[TIME_BYTES + ORDER_BYTES][RADIX] = {0};
    count_bytes(keys, count, counts);
    for (int byte = 0; byte < TIME_BYTES + ORDER_BYTES; byte++) {
        uint32_t *starts = counts[byte];
        if (count == 0 || starts[key_byte(&keys[0], byte)] == count) continue;
        uint32_t start = 0;
        for (int digit = 0; digit < RADIX; digit++) {
            uint32_t digit_count = starts[digit];
            starts[digit] = start;
            start += digit_count;
        }
        for (uint32_t i = 0; i < count; i++) {
            spare[starts[key_byte(&keys[i], byte)]++] = keys[i];
        }
        struct sort_key *sorted = spare;
        spare = keys;
        keys = sorted;
    }
    return keys;
}

/* Chunks never move and rows never change, so only the list of chunks needs the lock. */
static struct row_chunk **copy_chunk_list(struct memtable *table, uint32_t *row_count,
                                          uint32_t *column_count)
{
    os_rwlock_read(&table->lock);
    *row_count = table->row_count;
    *column_count = table->column_count;
    struct row_chunk **chunks = MEMORY_ARRAY(struct row_chunk *, table->chunk_count);
    if (table->chunk_count > 0) {
        memcpy(chunks, table->chunks, table->chunk_count * sizeof(struct row_chunk *));
    }
    os_rwlock_unlock(&table->lock);
    return chunks;
}

static struct memtable_part *part_make(struct memtable *table, uint32_t row_count)
{
    struct memtable_part *part = MEMORY_NEW(struct memtable_part);
    atomic_init(&part->reference_count, 1);
    part->table = memtable_hold(table);
    part->row_count = row_count;
    part->rows = memory_resize(NULL, row_count, sizeof(uint32_t));
    part->times = memory_resize(NULL, row_count, sizeof(int64_t));
    return part;
}

static void part_hold(struct memtable_part *part)
{
    unsigned before = atomic_fetch_add(&part->reference_count, 1);
    assert(before > 0);
}

void memtable_part_drop(struct memtable_part *part)
{
    unsigned before = atomic_fetch_sub(&part->reference_count, 1);
    assert(before > 0);
    if (before > 1) return;
    memtable_drop(part->table);
    memory_free(part->rows);
    memory_free(part->times);
    memory_free(part->runs);
    memory_free(part);
}

static void begin_run(struct memtable_part *part, uint32_t *capacity, uint32_t cluster,
                      uint32_t first)
{
    if (part->run_count == *capacity) {
        *capacity = *capacity ? *capacity * 2 : 64;
        part->runs = memory_resize(part->runs, *capacity, sizeof(struct row_run));
    }
    part->runs[part->run_count++] = (struct row_run){.cluster = cluster, .first = first};
}

/* Runs are known; set their shards' ranges and the range of times. */
static void finish_part(struct memtable_part *part)
{
    uint32_t run = 0;
    for (uint32_t shard = 0; shard < STORE_SHARD_COUNT; shard++) {
        part->run_first[shard] = run;
        part->shard_first[shard] = run < part->run_count ? part->runs[run].first : part->row_count;
        while (run < part->run_count && store_shard(part->runs[run].cluster) == shard)
            run++;
    }
    assert(run == part->run_count);
    part->run_first[STORE_SHARD_COUNT] = run;
    part->shard_first[STORE_SHARD_COUNT] = part->row_count;

    part->min_ms = INT64_MAX;
    part->max_ms = INT64_MIN;
    for (uint32_t i = 0; i < part->row_count; i++) {
        if (part->times[i] < part->min_ms) part->min_ms = part->times[i];
        if (part->times[i] > part->max_ms) part->max_ms = part->times[i];
    }
}

static void fill_part(struct memtable_part *part, const struct sort_key *keys)
{
    uint32_t capacity = 0;
    for (uint32_t i = 0; i < part->row_count; i++) {
        part->rows[i] = keys[i].row;
        part->times[i] = (int64_t)(keys[i].time ^ (UINT64_C(1) << 63));
        if (i == 0 || keys[i].order != keys[i - 1].order) {
            begin_run(part, &capacity, person_of_order(keys[i].order), i);
        }
        part->runs[part->run_count - 1].count++;
    }
    finish_part(part);
}

struct memtable_part *memtable_part_sort(struct memtable *table, uint32_t row_first,
                                         uint32_t row_end, struct store_clusters clusters)
{
    assert(row_first < row_end);
    uint32_t row_count;
    uint32_t column_count;
    struct row_chunk **chunks = copy_chunk_list(table, &row_count, &column_count);
    assert(row_end <= row_count);
    uint32_t count = row_end - row_first;
    struct sort_key *keys = memory_resize(NULL, count, sizeof(struct sort_key));
    struct sort_key *spare = memory_resize(NULL, count, sizeof(struct sort_key));
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = row_first + i;
        const struct row_chunk *chunk = chunks[row / CHUNK_ROWS];
        uint32_t cluster = cluster_of(clusters, chunk->persons[row % CHUNK_ROWS]);
        keys[i] = (struct sort_key){
            .time = (uint64_t)chunk->times[row % CHUNK_ROWS] ^ (UINT64_C(1) << 63),
            .order = store_person_order(cluster),
            .row = row,
        };
    }
    struct memtable_part *part = part_make(table, count);
    part->column_count = column_count;
    fill_part(part, radix_sort(keys, spare, count));
    memory_free(keys);
    memory_free(spare);
    memory_free(chunks);
    return part;
}

/* Copy rows from one of two parts into a merged one. */
static void copy_rows(struct memtable_part *out, uint32_t at, const struct memtable_part *from,
                      uint32_t first, uint32_t count)
{
    memcpy(out->rows + at, from->rows + first, count * sizeof(uint32_t));
    memcpy(out->times + at, from->times + first, count * sizeof(int64_t));
}

/* One person's rows from both. The older part's rows arrived earlier, so it wins ties. */
static void merge_run(struct memtable_part *out, uint32_t at, const struct memtable_part *older,
                      const struct row_run *old_run, const struct memtable_part *newer,
                      const struct row_run *new_run)
{
    uint32_t i = old_run->first;
    uint32_t i_end = i + old_run->count;
    uint32_t j = new_run->first;
    uint32_t j_end = j + new_run->count;
    while (i < i_end && j < j_end) {
        bool old_first = older->times[i] <= newer->times[j];
        out->rows[at] = old_first ? older->rows[i] : newer->rows[j];
        out->times[at++] = old_first ? older->times[i++] : newer->times[j++];
    }
    copy_rows(out, at, older, i, i_end - i);
    copy_rows(out, at + (i_end - i), newer, j, j_end - j);
}

/* Run by run: whole persons are copied, those in both parts are merged. */
static struct memtable_part *merge_parts(const struct memtable_part *older,
                                         const struct memtable_part *newer)
{
    struct memtable_part *out = part_make(older->table, older->row_count + newer->row_count);
    out->column_count = newer->column_count;
    uint32_t capacity = 0;
    uint32_t at = 0;
    uint32_t i = 0;
    uint32_t j = 0;
    while (i < older->run_count || j < newer->run_count) {
        const struct row_run *old_run = i < older->run_count ? &older->runs[i] : NULL;
        const struct row_run *new_run = j < newer->run_count ? &newer->runs[j] : NULL;
        uint64_t old_order = old_run ? store_person_order(old_run->cluster) : UINT64_MAX;
        uint64_t new_order = new_run ? store_person_order(new_run->cluster) : UINT64_MAX;
        begin_run(out, &capacity, old_order <= new_order ? old_run->cluster : new_run->cluster, at);
        uint32_t count = 0;
        if (old_order == new_order) {
            merge_run(out, at, older, old_run, newer, new_run);
            count = old_run->count + new_run->count;
        } else if (old_order < new_order) {
            copy_rows(out, at, older, old_run->first, count = old_run->count);
        } else {
            copy_rows(out, at, newer, new_run->first, count = new_run->count);
        }
        i += old_order <= new_order;
        j += new_order <= old_order;
        out->runs[out->run_count - 1].count = count;
        at += count;
    }
    assert(at == out->row_count);
    finish_part(out);
    return out;
}

struct memtable_view *memtable_view_make(void)
{
    struct memtable_view *view = MEMORY_NEW(struct memtable_view);
    atomic_init(&view->reference_count, 1);
    return view;
}

struct memtable_view *memtable_view_of(struct memtable_part *part)
{
    struct memtable_view *view = memtable_view_make();
    view->parts[0] = part;
    view->part_count = 1;
    view->row_count = part->row_count;
    return view;
}

struct memtable_view *memtable_view_hold(struct memtable_view *view)
{
    unsigned before = atomic_fetch_add(&view->reference_count, 1);
    assert(before > 0);
    return view;
}

void memtable_view_drop(struct memtable_view *view)
{
    if (!view) return;
    unsigned before = atomic_fetch_sub(&view->reference_count, 1);
    assert(before > 0);
    if (before > 1) return;
    for (uint32_t i = 0; i < view->part_count; i++)
        memtable_part_drop(view->parts[i]);
    memory_free(view);
}

/* Merge the last two parts while the last is more than half of the one before. */
static void settle_parts(struct memtable_view *view)
{
    while (view->part_count > 1) {
        struct memtable_part *older = view->parts[view->part_count - 2];
        struct memtable_part *newer = view->parts[view->part_count - 1];
        if ((uint64_t)newer->row_count * 2 <= older->row_count) return;
        struct memtable_part *merged = merge_parts(older, newer);
        memtable_part_drop(older);
        memtable_part_drop(newer);
        view->parts[view->part_count - 2] = merged;
        view->part_count--;
    }
}

struct memtable_view *memtable_view_extend(const struct memtable_view *before,
                                           struct memtable *table, struct store_clusters clusters)
{
    os_rwlock_read(&table->lock);
    uint32_t row_count = table->row_count;
    os_rwlock_unlock(&table->lock);
    assert(before->row_count <= row_count);
    if (before->row_count == row_count) return NULL;

    struct memtable_view *view = memtable_view_make();
    view->row_count = row_count;
    view->part_count = before->part_count;
    for (uint32_t i = 0; i < before->part_count; i++) {
        view->parts[i] = before->parts[i];
        part_hold(view->parts[i]);
    }
    assert(view->part_count < VIEW_PARTS_MAX);
    view->parts[view->part_count++] =
        memtable_part_sort(table, before->row_count, row_count, clusters);
    settle_parts(view);
    return view;
}
