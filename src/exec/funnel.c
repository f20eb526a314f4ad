/* One pass over the rows leaves one outcome a person: how far the best try got, in which group, and
 * how long each step took. Ranking groups, counting and the middle times then need only those. */
#include "exec/funnel.h"

#include "base/check.h"
#include "exec/answer.h"
#include "exec/funnel_try.h"
#include "exec/median.h"
#include "exec/memory_limit.h"
#include "exec/person_walk.h"

/* The gaps of an outcome, reach - 1 of them, come next in the list of gaps. */
struct outcome {
    uint32_t entry;
    uint32_t reach;
};

/* What one member found. */
struct funnel_finds {
    const struct question *question;
    struct item_list outcomes; /* struct outcome */
    struct item_list gaps;     /* int64_t: from the step before, in milliseconds */
    struct item_list aside;    /* hits of scattered people */
};

struct funnel_pass {
    const struct question *question;
    struct funnel_finds finds[CREW_THREAD_COUNT_MAX];
    uint32_t find_count;
};

static enum status record_try(struct funnel_finds *finds, const struct funnel_try *best,
                              const struct person_hit *hits, struct error *error)
{
    const struct plan_breakdown *breakdown = finds->question->plan->breakdown;
    struct outcome *outcome = item_list_add(&finds->outcomes);
    if (!outcome) return memory_limit_passed(finds->outcomes.arena, error);
    outcome->reach = best->reach;
    outcome->entry = GROUP_NULL;
    if (breakdown && breakdown->at <= best->reach) {
        outcome->entry = hits[best->places[breakdown->at - 1]].entry;
    }
    for (uint32_t step = 1; step < best->reach; step++) {
        int64_t *gap = item_list_add(&finds->gaps);
        if (!gap) return memory_limit_passed(finds->gaps.arena, error);
        *gap = hits[best->places[step]].time_ms - hits[best->places[step - 1]].time_ms;
        assert(*gap >= 0);
    }
    return STATUS_OK;
}

static enum status visit_person(void *context, const struct person_hit *hits, uint32_t count,
                                struct error *error)
{
    struct funnel_finds *finds = context;
    const struct plan *plan = finds->question->plan;
    struct funnel_try best;
    funnel_try_find(&best, hits, count, plan->step_count, plan->window_ms,
                    finds->question->span.to_ms);
    if (best.reach == 0) return STATUS_OK;
    return record_try(finds, &best, hits, error);
}

static enum status try_shard(void *context, struct crew_member *member, uint32_t shard,
                             struct error *error)
{
    struct funnel_pass *pass = context;
    const struct question *question = pass->question;
    struct funnel_finds *finds = &pass->finds[member->index];
    int wants = ROW_SCAN_PERSONS;
    if (question->plan->breakdown) wants |= ROW_SCAN_ENTRIES;
    if (question->needs_arrivals) wants |= ROW_SCAN_ARRIVALS;

    struct person_walk walk;
    TRY(person_walk_init(&walk, question, &member->scratch, error));
    for (uint32_t i = 0; i < question->source_count; i++) {
        struct row_scan scan;
        TRY(row_scan_read(&scan, question, &question->sources[i], shard, wants, &member->scratch,
                          error));
        member->rows_scanned += scan.row_count;
        TRY(person_walk_add(&walk, &scan, UINT32_MAX, &finds->aside, error));
    }
    return person_walk_run(&walk, visit_person, finds, error);
}

static enum status run_pass(struct funnel_pass *pass, struct crew *crew, struct error *error)
{
    pass->find_count = crew->count;
    for (uint32_t i = 0; i < crew->count; i++) {
        struct funnel_finds *finds = &pass->finds[i];
        struct arena *keep = &crew->members[i].keep;
        crew->members[i].rows_scanned = 0;
        finds->question = pass->question;
        item_list_init(&finds->outcomes, keep, sizeof(struct outcome));
        item_list_init(&finds->gaps, keep, sizeof(int64_t));
        item_list_init(&finds->aside, keep, sizeof(struct person_hit));
    }
    TRY(crew_run(crew, try_shard, pass, error));
    struct person_asides asides = {.question = pass->question, .visit = visit_person};
    for (uint32_t i = 0; i < crew->count; i++) {
        asides.lists[i] = &pass->finds[i].aside;
        asides.contexts[i] = &pass->finds[i];
    }
    return person_walk_aside(&asides, crew, error);
}

/* Groups rank by who took step 1, and that is everyone with an outcome. */
static enum status rank_groups(const struct funnel_pass *pass, struct group_slots *slots,
                               struct arena *arena, struct error *error)
{
    const struct group_table *groups = &pass->question->groups;
    struct group_slots all;
    TRY(group_slots_all(&all, groups, arena, error));
    if (!groups->breakdown) {
        *slots = all;
        return STATUS_OK;
    }
    uint64_t *counts = ARENA_ARRAY(arena, uint64_t, groups->count);
    uint8_t *is_present = ARENA_ARRAY(arena, uint8_t, groups->count);
    if (!counts || !is_present) return memory_limit_passed(arena, error);
    for (uint32_t i = 0; i < pass->find_count; i++) {
        struct item_cursor cursor = item_list_begin(&pass->finds[i].outcomes);
        const struct outcome *outcome;
        while ((outcome = item_list_next(&cursor))) {
            const uint32_t *members;
            uint32_t member_count = group_slots_of(&all, outcome->entry, &members);
            for (uint32_t j = 0; j < member_count; j++) {
                counts[members[j]]++;
                is_present[members[j]] = 1;
            }
        }
    }
    return group_slots_rank(slots, groups, counts, is_present, arena, error);
}

/* The answer's numbers: [slot][step]. */
struct funnel_table {
    const struct funnel_pass *pass;
    const struct group_slots *slots;
    uint32_t step_count;
    uint64_t *counts; /* people who took the step */
    int64_t **gaps;   /* of each, from the step before; NULL at step 1 */
};

static uint64_t *count_at(const struct funnel_table *table, uint32_t slot, uint32_t step)
{
    return &table->counts[(size_t)slot * table->step_count + step];
}

static void count_outcomes(struct funnel_table *table)
{
    for (uint32_t i = 0; i < table->pass->find_count; i++) {
        struct item_cursor cursor = item_list_begin(&table->pass->finds[i].outcomes);
        const struct outcome *outcome;
        while ((outcome = item_list_next(&cursor))) {
            const uint32_t *slots;
            uint32_t slot_count = group_slots_of(table->slots, outcome->entry, &slots);
            for (uint32_t j = 0; j < slot_count; j++) {
                for (uint32_t step = 0; step < outcome->reach; step++) {
                    (*count_at(table, slots[j], step))++;
                }
            }
        }
    }
}

/* The same walk again; filled counts how many gaps each place has by now. */
static void sort_gaps(struct funnel_table *table, uint64_t *filled)
{
    for (uint32_t i = 0; i < table->pass->find_count; i++) {
        struct item_cursor cursor = item_list_begin(&table->pass->finds[i].outcomes);
        struct item_cursor gaps = item_list_begin(&table->pass->finds[i].gaps);
        const struct outcome *outcome;
        while ((outcome = item_list_next(&cursor))) {
            const uint32_t *slots;
            uint32_t slot_count = group_slots_of(table->slots, outcome->entry, &slots);
            for (uint32_t step = 1; step < outcome->reach; step++) {
                const int64_t *gap = item_list_next(&gaps);
                assert(gap);
                for (uint32_t j = 0; j < slot_count; j++) {
                    size_t place = (size_t)slots[j] * table->step_count + step;
                    table->gaps[place][filled[place]++] = *gap;
                }
            }
        }
    }
}

static enum status fill_table(struct funnel_table *table, struct arena *arena, struct error *error)
{
    size_t places = (size_t)table->slots->count * table->step_count;
    table->counts = ARENA_ARRAY(arena, uint64_t, places);
    table->gaps = ARENA_ARRAY(arena, int64_t *, places);
    uint64_t *filled = ARENA_ARRAY(arena, uint64_t, places);
    if (!table->counts || !table->gaps || !filled) return memory_limit_passed(arena, error);

    count_outcomes(table);
    for (size_t place = 0; place < places; place++) {
        if (place % table->step_count == 0) continue;
        table->gaps[place] = ARENA_ARRAY_DIRTY(arena, int64_t, table->counts[place]);
        if (!table->gaps[place]) return memory_limit_passed(arena, error);
    }
    sort_gaps(table, filled);
    return STATUS_OK;
}

/* Seconds and the rest are summed apart: a sum of milliseconds of all people could pass 64 bits. */
static double average(const int64_t *gaps, uint64_t count)
{
    int64_t seconds = 0;
    int64_t rest_ms = 0;
    for (uint64_t i = 0; i < count; i++) {
        seconds += gaps[i] / 1000;
        rest_ms += gaps[i] % 1000;
    }
    return ((double)seconds * 1000 + (double)rest_ms) / (double)count;
}

static struct value ratio(uint64_t count, uint64_t of)
{
    if (of == 0) return (struct value){.kind = VALUE_NULL};
    return value_from_decimal((double)count / (double)of);
}

static void write_step(const struct funnel_table *table, uint32_t slot, uint32_t step,
                       struct value name, struct answer *answer)
{
    uint64_t count = *count_at(table, slot, step);
    uint64_t before = *count_at(table, slot, step > 0 ? step - 1 : 0);
    answer_cell(answer, value_from_integer((int64_t)step + 1));
    answer_cell(answer, name);
    answer_cell(answer, value_from_integer((int64_t)count));
    answer_cell(answer, ratio(count, *count_at(table, slot, 0)));
    answer_cell(answer, ratio(count, before));
    int64_t *gaps = table->gaps[(size_t)slot * table->step_count + step];
    struct value null = {.kind = VALUE_NULL};
    bool has_times = step > 0 && count > 0;
    answer_cell(answer, has_times ? value_from_decimal(median_find(gaps, count)) : null);
    answer_cell(answer, has_times ? value_from_decimal(average(gaps, count)) : null);
}

static void name_columns(const struct plan *plan, struct answer *answer)
{
    if (plan->breakdown) answer_column(answer, plan->breakdown->property, RESULT_TEXT);
    answer_column(answer, TEXT("step"), RESULT_NUMBER);
    answer_column(answer, TEXT("name"), RESULT_TEXT);
    answer_column(answer, TEXT("count"), RESULT_NUMBER);
    answer_column(answer, TEXT("rate_first"), RESULT_NUMBER);
    answer_column(answer, TEXT("rate_previous"), RESULT_NUMBER);
    answer_column(answer, TEXT("median_ms"), RESULT_NUMBER);
    answer_column(answer, TEXT("average_ms"), RESULT_NUMBER);
}

static enum status write_answer(const struct funnel_table *table, struct result *result,
                                struct error *error)
{
    const struct plan *plan = table->pass->question->plan;
    struct answer answer;
    answer_begin(&answer, result);
    name_columns(plan, &answer);
    struct value names[PLAN_STEP_COUNT_MAX];
    for (uint32_t step = 0; step < plan->step_count; step++) {
        struct value name = value_from_text(plan->steps[step].label);
        TRY(answer_keep(&answer, &name, &names[step], error));
    }
    TRY(answer_rows(&answer, (uint64_t)table->slots->count * plan->step_count, error));
    for (uint32_t slot = 0; slot < table->slots->count; slot++) {
        struct value label;
        TRY(answer_keep(&answer, &table->slots->labels[slot], &label, error));
        for (uint32_t step = 0; step < plan->step_count; step++) {
            if (plan->breakdown) answer_cell(&answer, label);
            write_step(table, slot, step, names[step], &answer);
        }
    }
    answer_end(&answer);
    return STATUS_OK;
}

enum status funnel_run(struct question *question, struct crew *crew, struct result *result,
                       struct error *error)
{
    TRY(person_walk_find_scattered(question, crew, error));
    struct funnel_pass pass = {.question = question};
    TRY(run_pass(&pass, crew, error));
    for (uint32_t i = 0; i < crew->count; i++) {
        result->events_scanned += crew->members[i].rows_scanned;
    }
    struct group_slots slots;
    TRY(rank_groups(&pass, &slots, question->arena, error));
    struct funnel_table table = {
        .pass = &pass, .slots = &slots, .step_count = question->plan->step_count};
    TRY(fill_table(&table, question->arena, error));
    return write_answer(&table, result, error);
}
