#include "exec/person_walk.h"

#include "base/check.h"
#include "exec/memory_limit.h"

#include <stdlib.h>

/* What is left of one source's hits. */
struct person_run {
    const struct person_hit *hits;
    uint32_t count;
};

enum status person_walk_init(struct person_walk *walk, const struct question *question,
                             struct arena *scratch, struct error *error)
{
    *walk = (struct person_walk){.question = question, .scratch = scratch};
    walk->runs = ARENA_ARRAY(scratch, struct person_run, question->source_count);
    return walk->runs ? STATUS_OK : memory_limit_passed(scratch, error);
}

static struct person_hit hit_at(const struct row_scan *scan, uint32_t index)
{
    uint32_t row = scan->rows[index];
    return (struct person_hit){.time_ms = scan->row_times[row],
                               .arrival = scan->row_arrivals ? scan->row_arrivals[row] : 0,
                               .person = scan->persons[index],
                               .mask = scan->masks[index],
                               .entry = scan->entries ? scan->entries[index] : 0};
}

enum status person_walk_add(struct person_walk *walk, const struct row_scan *scan, uint32_t bits,
                            struct item_list *aside, struct error *error)
{
    if (scan->count == 0) return STATUS_OK;
    assert(scan->persons);
    assert(walk->run_count < walk->question->source_count);
    struct person_hit *hits = ARENA_ARRAY_DIRTY(walk->scratch, struct person_hit, scan->count);
    if (!hits) return memory_limit_passed(walk->scratch, error);

    uint32_t count = 0;
    for (uint32_t i = 0; i < scan->count; i++) {
        uint32_t person = scan->persons[i];
        if ((scan->masks[i] & bits) == 0 || person == STORE_NO_PERSON) continue;
        struct person_hit hit = hit_at(scan, i);
        hit.mask &= bits;
        if (!question_is_scattered(walk->question, person)) {
            hits[count++] = hit;
            continue;
        }
        struct person_hit *item = item_list_add(aside);
        if (!item) return memory_limit_passed(aside->arena, error);
        *item = hit;
    }
    if (count > 0) walk->runs[walk->run_count++] = (struct person_run){hits, count};
    return STATUS_OK;
}

static uint32_t count_same(const struct person_hit *hits, uint32_t count)
{
    uint32_t same = 1;
    while (same < count && hits[same].person == hits[0].person)
        same++;
    return same;
}

/* The smallest person at the head of any run, and how many runs begin with it. Inside a shard
 * persons rise in the order of the store. */
static uint32_t next_person(const struct person_walk *walk, uint32_t *sharing)
{
    uint32_t person = STORE_NO_PERSON;
    *sharing = 0;
    for (uint32_t i = 0; i < walk->run_count; i++) {
        if (walk->runs[i].count == 0) continue;
        uint32_t head = walk->runs[i].hits[0].person;
        if (head < person) {
            person = head;
            *sharing = 0;
        }
        *sharing += head == person;
    }
    return person;
}

static bool comes_before(const struct person_hit *a, const struct person_hit *b)
{
    if (a->time_ms != b->time_ms) return a->time_ms < b->time_ms;
    return a->arrival < b->arrival;
}

/* Merge b into a's room: both ordered, a has room for both at its end. From the back, in place. */
static void merge_back(struct person_hit *a, uint32_t a_count, const struct person_hit *b,
                       uint32_t b_count)
{
    uint32_t place = a_count + b_count;
    while (b_count > 0) {
        bool take_a = a_count > 0 && comes_before(&b[b_count - 1], &a[a_count - 1]);
        a[--place] = take_a ? a[--a_count] : b[--b_count];
    }
}

/* All hits of the person, merged from the runs that begin with it. */
static enum status merge_person(struct person_walk *walk, uint32_t person,
                                const struct person_hit **hits, uint32_t *count,
                                struct error *error)
{
    uint32_t total = 0;
    for (uint32_t i = 0; i < walk->run_count; i++) {
        struct person_run *run = &walk->runs[i];
        if (run->count > 0 && run->hits[0].person == person) {
            total += count_same(run->hits, run->count);
        }
    }
    struct person_hit *merged = ARENA_ARRAY_DIRTY(walk->scratch, struct person_hit, total);
    if (!merged) return memory_limit_passed(walk->scratch, error);

    *count = 0;
    for (uint32_t i = 0; i < walk->run_count; i++) {
        struct person_run *run = &walk->runs[i];
        if (run->count == 0 || run->hits[0].person != person) continue;
        uint32_t same = count_same(run->hits, run->count);
        merge_back(merged, *count, run->hits, same);
        *count += same;
        *run = (struct person_run){run->hits + same, run->count - same};
    }
    assert(*count == total);
    *hits = merged;
    return STATUS_OK;
}

/* The usual case: the person has rows in one source only, and nothing is copied. */
static void take_person(struct person_walk *walk, uint32_t person, const struct person_hit **hits,
                        uint32_t *count)
{
    struct person_run *run = walk->runs;
    while (run->count == 0 || run->hits[0].person != person)
        run++;
    *hits = run->hits;
    *count = count_same(run->hits, run->count);
    *run = (struct person_run){run->hits + *count, run->count - *count};
}

enum status person_walk_run(struct person_walk *walk, person_visit *visit, void *context,
                            struct error *error)
{
    for (;;) {
        uint32_t sharing;
        uint32_t person = next_person(walk, &sharing);
        if (sharing == 0) return STATUS_OK;
        const struct person_hit *hits = NULL;
        uint32_t count = 0;
        size_t mark = arena_mark(walk->scratch);
        if (sharing == 1) {
            take_person(walk, person, &hits, &count);
        } else {
            TRY(merge_person(walk, person, &hits, &count, error));
        }
        TRY(visit(context, hits, count, error));
        arena_rewind(walk->scratch, mark);
    }
}

/* Hits of all scattered people, and where each person's begin. */
struct aside_table {
    const struct person_asides *asides;
    struct person_hit *hits;
    uint64_t *ends; /* by person: behind its last hit, once all are placed */
    uint32_t person_count;
};

static int by_order(const void *first, const void *second)
{
    if (comes_before(first, second)) return -1;
    return comes_before(second, first) ? 1 : 0;
}

/* A counting sort: how many hits each person has, then each to its place. It keeps the order in
 * which hits were found, so what is left to sort is mostly in order already. */
static void place_hits(struct aside_table *table, const struct crew *crew)
{
    uint64_t *ends = table->ends;
    const struct person_hit *hit;
    for (uint32_t i = 0; i < crew->count; i++) {
        struct item_cursor cursor = item_list_begin(table->asides->lists[i]);
        while ((hit = item_list_next(&cursor)))
            ends[hit->person + 1]++;
    }
    for (uint32_t person = 0; person < table->person_count; person++) {
        ends[person + 1] += ends[person];
    }
    for (uint32_t i = 0; i < crew->count; i++) {
        struct item_cursor cursor = item_list_begin(table->asides->lists[i]);
        while ((hit = item_list_next(&cursor)))
            table->hits[ends[hit->person]++] = *hit;
    }
}

enum { INSERTION_COUNT_MAX = 32 };

/* Few hits, in a few runs that are each in order: insertion moves little. */
static void sort_person(struct person_hit *hits, uint32_t count)
{
    if (count > INSERTION_COUNT_MAX) {
        qsort(hits, count, sizeof *hits, by_order);
        return;
    }
    for (uint32_t i = 1; i < count; i++) {
        struct person_hit moved = hits[i];
        uint32_t place = i;
        for (; place > 0 && comes_before(&moved, &hits[place - 1]); place--) {
            hits[place] = hits[place - 1];
        }
        hits[place] = moved;
    }
}

/* An even share of the numbers of people; each person is one member's. */
static enum status walk_share(void *context, struct crew_member *member, uint32_t shard,
                              struct error *error)
{
    const struct aside_table *table = context;
    const struct person_asides *asides = table->asides;
    uint64_t people = table->person_count;
    uint32_t first = (uint32_t)(people * shard / STORE_SHARD_COUNT);
    uint32_t end = (uint32_t)(people * (shard + 1) / STORE_SHARD_COUNT);
    TRY(question_check_deadline(asides->question, error));
    uint64_t place = first > 0 ? table->ends[first - 1] : 0;
    for (uint32_t person = first; person < end; person++) {
        uint32_t count = (uint32_t)(table->ends[person] - place);
        if (count == 0) continue;
        sort_person(table->hits + place, count);
        TRY(asides->visit(asides->contexts[member->index], table->hits + place, count, error));
        place += count;
    }
    return STATUS_OK;
}

enum status person_walk_aside(const struct person_asides *asides, struct crew *crew,
                              struct error *error)
{
    struct arena *arena = asides->question->arena;
    struct aside_table table = {.asides = asides, .person_count = asides->question->person_count};
    uint64_t total = 0;
    for (uint32_t i = 0; i < crew->count; i++)
        total += asides->lists[i]->count;
    if (total == 0) return STATUS_OK;
    size_t mark = arena_mark(arena);
    table.hits = ARENA_ARRAY_DIRTY(arena, struct person_hit, total);
    table.ends = ARENA_ARRAY(arena, uint64_t, (size_t)table.person_count + 1);
    if (!table.hits || !table.ends) return memory_limit_passed(arena, error);
    place_hits(&table, crew);
    TRY(crew_run(crew, walk_share, &table, error));
    arena_rewind(arena, mark);
    return STATUS_OK;
}

/* Rows under a cluster that belongs to someone else by now: that person is scattered. */
static enum status mark_shard(void *context, struct crew_member *member, uint32_t shard,
                              struct error *error)
{
    const struct question *question = context;
    for (uint32_t source = 0; source < question->source_count; source++) {
        const struct row_run *runs;
        uint32_t count;
        TRY(question_check_deadline(question, error));
        TRY(row_source_runs(question->sources[source].source, shard, &member->scratch, &runs,
                            &count, error));
        for (uint32_t i = 0; i < count; i++) {
            uint32_t person = question_person(question, runs[i].cluster);
            if (person == runs[i].cluster) continue;
            assert(person < question->person_count);
            atomic_fetch_or_explicit(&question->scattered[person / 64],
                                     UINT64_C(1) << (person % 64), memory_order_relaxed);
        }
        arena_rewind(&member->scratch, 0);
    }
    return STATUS_OK;
}

static bool has_merges(const struct question *question)
{
    for (uint32_t i = 0; i < question->person_count; i++) {
        if (question->canonical[i] != i) return true;
    }
    return false;
}

enum status person_walk_find_scattered(struct question *question, struct crew *crew,
                                       struct error *error)
{
    if (!has_merges(question)) return STATUS_OK;
    uint32_t word_count = question->person_count / 64 + 1;
    question->scattered = ARENA_ARRAY(question->arena, _Atomic(uint64_t), word_count);
    if (!question->scattered) return memory_limit_passed(question->arena, error);
    TRY(crew_run(crew, mark_shard, question, error));
    for (uint32_t i = 0; i < word_count; i++) {
        if (atomic_load(&question->scattered[i]) != 0) question->has_scattered = true;
    }
    question->needs_arrivals = question->needs_arrivals || question->has_scattered;
    return STATUS_OK;
}
