#include "support/naive_funnel.h"

#include "base/check.h"

#include <stdlib.h>

/* One person's try: the events that took the steps. */
struct attempt {
    uint32_t reach;
    const struct naive_event *taken[PLAN_STEP_COUNT_MAX];
};

struct funnel {
    const struct naive_data *data;
    const struct plan *plan;
    struct plan_span span;
    struct attempt *best; /* of each person with one */
    uint32_t person_count;
    struct naive_ranking ranking;
    struct value (*groups)[NAIVE_GROUPS_MAX]; /* by person */
    uint32_t *group_counts;
};

/* By time in milliseconds, then by arrival, which is the place in the data. */
static int by_order(const void *first, const void *second)
{
    const struct naive_event *a = *(const struct naive_event *const *)first;
    const struct naive_event *b = *(const struct naive_event *const *)second;
    if (a->time_ms != b->time_ms) return a->time_ms < b->time_ms ? -1 : 1;
    return a < b ? -1 : a > b;
}

static uint32_t events_of(const struct naive_data *data, struct text person,
                          const struct naive_event **events)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < data->event_count; i++) {
        if (text_equal(naive_person(data, data->events[i].distinct_id), person)) {
            events[count++] = &data->events[i];
        }
    }
    qsort(events, count, sizeof *events, by_order);
    return count;
}

/* The try that begins at this event: each next step takes the earliest later event that fits. */
static struct attempt attempt_from(const struct funnel *funnel,
                                   const struct naive_event *const *events, uint32_t count,
                                   uint32_t begin)
{
    struct attempt attempt = {.reach = 1, .taken = {events[begin]}};
    uint32_t last = begin;
    while (attempt.reach < funnel->plan->step_count) {
        const struct plan_matcher *step = &funnel->plan->steps[attempt.reach];
        uint32_t next = last + 1;
        while (next < count && !naive_matches(funnel->data, funnel->plan, step, events[next])) {
            next++;
        }
        if (next == count) break;
        if (events[next]->time_ms > events[begin]->time_ms + funnel->plan->window_ms) break;
        attempt.taken[attempt.reach++] = events[next];
        last = next;
    }
    return attempt;
}

static void try_person(struct funnel *funnel, struct text person)
{
    const struct naive_event *events[NAIVE_EVENTS_MAX];
    uint32_t count = events_of(funnel->data, person, events);
    struct attempt best = {0};
    for (uint32_t i = 0; i < count; i++) {
        bool inside =
            events[i]->time_ms >= funnel->span.from_ms && events[i]->time_ms < funnel->span.to_ms;
        if (!inside) continue;
        if (!naive_matches(funnel->data, funnel->plan, &funnel->plan->steps[0], events[i])) {
            continue;
        }
        struct attempt attempt = attempt_from(funnel, events, count, i);
        if (attempt.reach > best.reach) best = attempt;
    }
    if (best.reach > 0) funnel->best[funnel->person_count++] = best;
}

static void try_everyone(struct funnel *funnel)
{
    const struct naive_data *data = funnel->data;
    for (uint32_t i = 0; i < data->event_count; i++) {
        struct text person = naive_person(data, data->events[i].distinct_id);
        bool is_new = person.size > 0;
        for (uint32_t j = 0; j < i && is_new; j++) {
            is_new = !text_equal(naive_person(data, data->events[j].distinct_id), person);
        }
        if (is_new) try_person(funnel, person);
    }
}

static void group_everyone(struct funnel *funnel)
{
    const struct plan_breakdown *breakdown = funnel->plan->breakdown;
    for (uint32_t i = 0; i < funnel->person_count; i++) {
        funnel->groups[i][0] = (struct value){.kind = VALUE_NULL};
        funnel->group_counts[i] = 1;
        if (breakdown && breakdown->at <= funnel->best[i].reach) {
            funnel->group_counts[i] =
                naive_groups(funnel->data, funnel->plan, funnel->best[i].taken[breakdown->at - 1],
                             funnel->groups[i]);
        }
        for (uint32_t g = 0; g < funnel->group_counts[i]; g++) {
            uint32_t place = naive_ranking_find(&funnel->ranking, &funnel->groups[i][g]);
            funnel->ranking.counts[place]++;
        }
    }
    if (breakdown) naive_ranking_finish(&funnel->ranking, breakdown->top);
}

static int by_size(const void *first, const void *second)
{
    int64_t a = *(const int64_t *)first;
    int64_t b = *(const int64_t *)second;
    return a < b ? -1 : a > b;
}

/* The p-th of n sorted values stands at (n - 1) · p / 100; here p is 50. */
static double median(int64_t *numbers, uint32_t count)
{
    qsort(numbers, count, sizeof *numbers, by_size);
    double place = (double)(count - 1) * 50 / 100;
    uint32_t low = (uint32_t)place;
    if ((double)low == place) return (double)numbers[low];
    return (double)numbers[low] + ((double)numbers[low + 1] - (double)numbers[low]) * 0.5;
}

static struct value ratio(uint64_t count, uint64_t of)
{
    if (of == 0) return (struct value){.kind = VALUE_NULL};
    return value_from_decimal((double)count / (double)of);
}

static uint64_t count_reached(const struct funnel *funnel, uint32_t shown, uint32_t step,
                              int64_t *gaps)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < funnel->person_count; i++) {
        const struct attempt *best = &funnel->best[i];
        if (best->reach <= step) continue;
        if (funnel->plan->breakdown &&
            !naive_ranking_holds(&funnel->ranking, shown, funnel->groups[i],
                                 funnel->group_counts[i])) {
            continue;
        }
        if (step > 0) gaps[count] = best->taken[step]->time_ms - best->taken[step - 1]->time_ms;
        count++;
    }
    return count;
}

static void write_group(const struct funnel *funnel, uint32_t shown, struct naive_table *out)
{
    struct arena *arena = funnel->data->arena;
    int64_t gaps[NAIVE_EVENTS_MAX];
    uint64_t first = count_reached(funnel, shown, 0, gaps);
    uint64_t previous = first;
    for (uint32_t step = 0; step < funnel->plan->step_count; step++) {
        uint64_t count = count_reached(funnel, shown, step, gaps);
        struct value null = {.kind = VALUE_NULL};
        if (funnel->plan->breakdown) {
            naive_table_cell(out, arena, funnel->ranking.shown[shown]);
        }
        naive_table_cell(out, arena, value_from_integer(step + 1));
        naive_table_cell(out, arena, value_from_text(funnel->plan->steps[step].label));
        naive_table_cell(out, arena, value_from_integer((int64_t)count));
        naive_table_cell(out, arena, ratio(count, first));
        naive_table_cell(out, arena, ratio(count, previous));
        bool timed = step > 0 && count > 0;
        int64_t sum = 0;
        for (uint64_t i = 0; timed && i < count; i++)
            sum += gaps[i];
        naive_table_cell(out, arena,
                         timed ? value_from_decimal(median(gaps, (uint32_t)count)) : null);
        naive_table_cell(out, arena,
                         timed ? value_from_decimal((double)sum / (double)count) : null);
        previous = count;
    }
}

void naive_funnel(const struct naive_data *data, const struct plan *plan,
                  const struct naive_moment *moment, struct naive_table *out)
{
    struct funnel *funnel = arena_alloc(data->arena, 1, sizeof *funnel, 8);
    assert(funnel);
    *funnel = (struct funnel){.data = data, .plan = plan};
    funnel->span = plan_resolve(plan, moment->zone, moment->week_start, moment->now_ms);
    funnel->best = ARENA_ARRAY(data->arena, struct attempt, data->event_count + 1);
    funnel->groups = arena_alloc(data->arena, data->event_count + 1, sizeof *funnel->groups, 8);
    funnel->group_counts = ARENA_ARRAY(data->arena, uint32_t, data->event_count + 1);
    assert(funnel->best);
    assert(funnel->groups);
    try_everyone(funnel);
    group_everyone(funnel);
    *out = (struct naive_table){.column_count = plan->breakdown ? 8 : 7};
    uint32_t shown = plan->breakdown ? funnel->ranking.shown_count : 1;
    for (uint32_t i = 0; i < shown; i++)
        write_group(funnel, i, out);
}
