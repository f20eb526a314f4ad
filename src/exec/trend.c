/* Two passes over the rows: the first counts every value of the breakdown over the whole range as
 * one bucket and ranks them; the second counts the slots that are left, unit by unit. The first is
 * passed over when every value has a slot anyway. */
#include "exec/trend.h"

#include "base/check.h"
#include "exec/answer.h"
#include "exec/memory_limit.h"
#include "exec/person_walk.h"
#include "exec/trend_counts.h"

struct trend_pass {
    const struct question *question;
    struct trend_shape shape;
    struct trend_counts counts[CREW_THREAD_COUNT_MAX];
    struct item_list asides[CREW_THREAD_COUNT_MAX];
};

/* Bits of the measures that count in this way. */
static uint32_t measure_bits(const struct plan *plan, enum plan_count count)
{
    uint32_t bits = 0;
    for (uint32_t i = 0; i < plan->measure_count; i++) {
        if (plan->measures[i].count == count) bits |= UINT32_C(1) << i;
    }
    return bits;
}

static enum status visit_person(void *context, const struct person_hit *hits, uint32_t count,
                                struct error *error)
{
    (void)error;
    trend_counts_add_person(context, hits, count);
    return STATUS_OK;
}

static enum status count_shard(void *context, struct crew_member *member, uint32_t shard,
                               struct error *error)
{
    struct trend_pass *pass = context;
    const struct question *question = pass->question;
    struct trend_counts *counts = &pass->counts[member->index];
    uint32_t profile_bits = pass->shape.profile_bits;
    int wants = ROW_SCAN_ENTRIES;
    if (profile_bits != 0) wants |= ROW_SCAN_PERSONS;

    struct person_walk walk;
    TRY(person_walk_init(&walk, question, &member->scratch, error));
    for (uint32_t i = 0; i < question->source_count; i++) {
        size_t mark = arena_mark(&member->scratch);
        struct row_scan scan;
        TRY(row_scan_read(&scan, question, &question->sources[i], shard, wants, &member->scratch,
                          error));
        member->rows_scanned += scan.row_count;
        trend_counts_add_rows(counts, &scan);
        if (profile_bits == 0) {
            arena_rewind(&member->scratch, mark);
            continue;
        }
        TRY(person_walk_add(&walk, &scan, profile_bits, &pass->asides[member->index], error));
    }
    return person_walk_run(&walk, visit_person, counts, error);
}

/* One pass over all rows; the sum is in counts[0], in the arena of the crew's first member. */
static enum status run_pass(struct trend_pass *pass, struct crew *crew, struct error *error)
{
    for (uint32_t i = 0; i < crew->count; i++) {
        struct arena *keep = &crew->members[i].keep;
        crew->members[i].rows_scanned = 0;
        item_list_init(&pass->asides[i], keep, sizeof(struct person_hit));
        TRY(trend_counts_init(&pass->counts[i], &pass->shape, keep, error));
    }
    TRY(crew_run(crew, count_shard, pass, error));
    struct person_asides asides = {.question = pass->question, .visit = visit_person};
    for (uint32_t i = 0; i < crew->count; i++) {
        asides.lists[i] = &pass->asides[i];
        asides.contexts[i] = &pass->counts[i];
    }
    TRY(person_walk_aside(&asides, crew, error));
    for (uint32_t i = 1; i < crew->count; i++) {
        trend_counts_merge(&pass->counts[0], &pass->counts[i]);
    }
    return STATUS_OK;
}

static void rewind_crew(struct crew *crew)
{
    for (uint32_t i = 0; i < crew->count; i++)
        arena_rewind(&crew->members[i].keep, 0);
}

/* Every group, counted by the first measure over the whole range. Other measures only say which
 * groups are there: their bits are in neither set, so they count nothing. */
static enum status rank_groups(struct question *question, struct crew *crew,
                               struct group_slots *slots, struct error *error)
{
    struct time_axis whole;
    struct group_slots all;
    TRY(time_axis_init(&whole, PLAN_UNIT_TOTAL, question->span, question->input->zone,
                       question->input->week_start, question->arena, error));
    TRY(group_slots_all(&all, &question->groups, question->arena, error));
    struct trend_pass pass = {.question = question,
                              .shape = {.slots = &all, .axis = &whole, .measure_count = 1}};
    bool counts_people = question->plan->measures[0].count == PLAN_COUNT_PROFILES;
    pass.shape.event_bits = counts_people ? 0 : 1;
    pass.shape.profile_bits = counts_people ? 1 : 0;
    TRY(run_pass(&pass, crew, error));
    TRY(group_slots_rank(slots, &question->groups, pass.counts[0].counts, pass.counts[0].is_present,
                         question->arena, error));
    rewind_crew(crew);
    return STATUS_OK;
}

/* Every value has a slot, also those that turn out not to be there: their rows are left out. */
static enum status keep_all_groups(struct question *question, struct group_slots *slots,
                                   struct error *error)
{
    uint32_t count = question->groups.count;
    uint64_t *none = ARENA_ARRAY(question->arena, uint64_t, count);
    uint8_t *all = ARENA_ARRAY(question->arena, uint8_t, count);
    if (!none || !all) return memory_limit_passed(question->arena, error);
    for (uint32_t i = 0; i < count; i++)
        all[i] = 1;
    return group_slots_rank(slots, &question->groups, none, all, question->arena, error);
}

static enum status choose_slots(struct question *question, struct crew *crew,
                                struct group_slots *slots, struct error *error)
{
    const struct plan_breakdown *breakdown = question->plan->breakdown;
    if (!breakdown) return group_slots_all(slots, &question->groups, question->arena, error);
    if (question->groups.count <= breakdown->top) return keep_all_groups(question, slots, error);
    return rank_groups(question, crew, slots, error);
}

static void name_columns(const struct question *question, struct answer *answer)
{
    const struct plan *plan = question->plan;
    answer_column(answer, TEXT("measure"), RESULT_TEXT);
    if (plan->breakdown) answer_column(answer, plan->breakdown->property, RESULT_TEXT);
    if (plan->unit != PLAN_UNIT_TOTAL) {
        bool is_hour = plan->unit == PLAN_UNIT_HOUR;
        answer_column(answer, TEXT("time"), is_hour ? RESULT_TIME : RESULT_DATE);
    }
    answer_column(answer, TEXT("value"), RESULT_NUMBER);
}

/* A label is kept once and shared by all cells that show it. */
static enum status keep_labels(const struct question *question, const struct trend_shape *shape,
                               struct answer *answer, struct value *slot_labels,
                               struct value *time_labels, struct error *error)
{
    for (uint32_t slot = 0; slot < shape->slots->count; slot++) {
        TRY(answer_keep(answer, &shape->slots->labels[slot], &slot_labels[slot], error));
    }
    for (uint32_t bucket = 0; bucket < shape->axis->count; bucket++) {
        char label[32];
        time_axis_label(shape->axis, question->plan->unit, question->input->zone, bucket, label);
        struct value text = value_from_text(text_from(label));
        TRY(answer_keep(answer, &text, &time_labels[bucket], error));
    }
    return STATUS_OK;
}

static void write_rows(const struct plan *plan, const struct trend_counts *counts, uint32_t measure,
                       uint32_t slot, const struct value *slot_labels,
                       const struct value *time_labels, struct answer *answer)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (uint32_t bucket = 0; bucket < counts->shape->axis->count; bucket++) {
        uint64_t count = trend_counts_get(counts, measure, slot, bucket);
        answer_cell(answer, value_from_text((struct text){&letters[measure], 1}));
        if (plan->breakdown) answer_cell(answer, slot_labels[slot]);
        if (plan->unit != PLAN_UNIT_TOTAL) answer_cell(answer, time_labels[bucket]);
        answer_cell(answer, value_from_integer((int64_t)count));
    }
}

static enum status write_answer(const struct question *question, const struct trend_counts *counts,
                                struct result *result, struct error *error)
{
    const struct plan *plan = question->plan;
    const struct trend_shape *shape = counts->shape;
    uint32_t slot_count = shape->slots->count;
    struct value *slot_labels = ARENA_ARRAY(&result->arena, struct value, slot_count);
    struct value *time_labels = ARENA_ARRAY(&result->arena, struct value, shape->axis->count);
    if (!slot_labels || !time_labels) return memory_limit_passed(&result->arena, error);

    struct answer answer;
    answer_begin(&answer, result);
    name_columns(question, &answer);
    TRY(keep_labels(question, shape, &answer, slot_labels, time_labels, error));
    uint64_t shown = 0;
    for (uint32_t slot = 0; slot < slot_count; slot++) {
        shown += !plan->breakdown || counts->is_present[slot];
    }
    TRY(answer_rows(&answer, shown * plan->measure_count * shape->axis->count, error));
    for (uint32_t measure = 0; measure < plan->measure_count; measure++) {
        for (uint32_t slot = 0; slot < slot_count; slot++) {
            if (plan->breakdown && !counts->is_present[slot]) continue;
            write_rows(plan, counts, measure, slot, slot_labels, time_labels, &answer);
        }
    }
    answer_end(&answer);
    return STATUS_OK;
}

enum status trend_run(struct question *question, struct crew *crew, struct result *result,
                      struct error *error)
{
    const struct plan *plan = question->plan;
    if (measure_bits(plan, PLAN_COUNT_PROFILES) != 0) {
        TRY(person_walk_find_scattered(question, crew, error));
    }
    struct time_axis axis;
    struct group_slots slots;
    TRY(time_axis_init(&axis, plan->unit, question->span, question->input->zone,
                       question->input->week_start, question->arena, error));
    TRY(choose_slots(question, crew, &slots, error));

    struct trend_pass pass = {.question = question,
                              .shape = {.slots = &slots,
                                        .axis = &axis,
                                        .event_bits = measure_bits(plan, PLAN_COUNT_EVENTS),
                                        .profile_bits = measure_bits(plan, PLAN_COUNT_PROFILES),
                                        .measure_count = plan->measure_count}};
    TRY(run_pass(&pass, crew, error));
    for (uint32_t i = 0; i < crew->count; i++) {
        result->events_scanned += crew->members[i].rows_scanned;
    }
    return write_answer(question, &pass.counts[0], result, error);
}
