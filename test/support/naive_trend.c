#include "support/naive_trend.h"

#include "base/check.h"

/* One question being answered. */
struct trend {
    const struct naive_data *data;
    const struct plan *plan;
    const struct naive_moment *moment;
    struct plan_span span;
    struct naive_ranking ranking;
    struct value (*groups)[NAIVE_GROUPS_MAX]; /* by event */
    uint32_t *group_counts;
    bool (*matches)[PLAN_MEASURE_COUNT_MAX]; /* by event: inside the range and taken */
};

static void look_at_events(struct trend *trend)
{
    const struct naive_data *data = trend->data;
    trend->groups = arena_alloc(data->arena, data->event_count + 1, sizeof *trend->groups, 8);
    trend->group_counts = ARENA_ARRAY(data->arena, uint32_t, data->event_count + 1);
    trend->matches = arena_alloc(data->arena, data->event_count + 1, sizeof *trend->matches, 1);
    assert(trend->groups);
    assert(trend->matches);
    for (uint32_t i = 0; i < data->event_count; i++) {
        const struct naive_event *event = &data->events[i];
        trend->group_counts[i] = naive_groups(data, trend->plan, event, trend->groups[i]);
        bool inside = event->time_ms >= trend->span.from_ms && event->time_ms < trend->span.to_ms;
        for (uint32_t m = 0; m < trend->plan->measure_count; m++) {
            trend->matches[i][m] =
                inside &&
                naive_matches(data, trend->plan, &trend->plan->measures[m].matcher, event);
        }
    }
}

/* Is event i the first one of its person among those chosen? */
static bool is_first_of_person(const struct trend *trend, const bool *chosen, uint32_t i)
{
    const struct naive_data *data = trend->data;
    struct text person = naive_person(data, data->events[i].distinct_id);
    if (person.size == 0) return false;
    for (uint32_t j = 0; j < i; j++) {
        if (!chosen[j]) continue;
        if (text_equal(naive_person(data, data->events[j].distinct_id), person)) return false;
    }
    return true;
}

static uint64_t count(const struct trend *trend, const bool *chosen, enum plan_count way)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < trend->data->event_count; i++) {
        if (!chosen[i]) continue;
        sum += way == PLAN_COUNT_EVENTS || is_first_of_person(trend, chosen, i);
    }
    return sum;
}

static bool has_group(const struct trend *trend, uint32_t event, const struct value *group)
{
    for (uint32_t i = 0; i < trend->group_counts[event]; i++) {
        if (naive_same_value(&trend->groups[event][i], group)) return true;
    }
    return false;
}

/* All groups with a matching event of any measure, ranked by the first one. */
static void rank(struct trend *trend)
{
    const struct plan *plan = trend->plan;
    bool chosen[NAIVE_EVENTS_MAX];
    for (uint32_t i = 0; i < trend->data->event_count; i++) {
        for (uint32_t m = 0; m < plan->measure_count; m++) {
            if (!trend->matches[i][m]) continue;
            for (uint32_t g = 0; g < trend->group_counts[i]; g++) {
                naive_ranking_find(&trend->ranking, &trend->groups[i][g]);
            }
        }
    }
    for (uint32_t g = 0; g < trend->ranking.count; g++) {
        for (uint32_t i = 0; i < trend->data->event_count; i++) {
            chosen[i] = trend->matches[i][0] && has_group(trend, i, &trend->ranking.groups[g]);
        }
        trend->ranking.counts[g] = count(trend, chosen, plan->measures[0].count);
    }
    naive_ranking_finish(&trend->ranking, plan->breakdown->top);
}

static enum calendar_unit unit_of(enum plan_unit unit)
{
    switch (unit) {
    case PLAN_UNIT_HOUR: return CALENDAR_HOUR;
    case PLAN_UNIT_DAY: return CALENDAR_DAY;
    case PLAN_UNIT_WEEK: return CALENDAR_WEEK;
    case PLAN_UNIT_MONTH: return CALENDAR_MONTH;
    default: return CALENDAR_QUARTER;
    }
}

/* The unit that an instant lies in, by its start; for a total there is one, called 0. */
static int64_t unit_start(const struct trend *trend, int64_t ms)
{
    if (trend->plan->unit == PLAN_UNIT_TOTAL) return 0;
    return zone_unit_start(trend->moment->zone, unit_of(trend->plan->unit),
                           trend->moment->week_start, ms);
}

static struct value label(const struct trend *trend, int64_t start)
{
    char text[32];
    if (trend->plan->unit == PLAN_UNIT_HOUR) {
        zone_instant_format(trend->moment->zone, start, text);
    } else {
        calendar_date_format(zone_local_day(trend->moment->zone, start), text);
    }
    return value_from_text(arena_text(trend->data->arena, text_from(text)));
}

static void write_unit(const struct trend *trend, uint32_t measure, uint32_t shown, int64_t start,
                       struct naive_table *out)
{
    const struct plan *plan = trend->plan;
    bool chosen[NAIVE_EVENTS_MAX];
    for (uint32_t i = 0; i < trend->data->event_count; i++) {
        chosen[i] = trend->matches[i][measure] &&
                    unit_start(trend, trend->data->events[i].time_ms) == start;
        if (chosen[i] && plan->breakdown) {
            chosen[i] = naive_ranking_holds(&trend->ranking, shown, trend->groups[i],
                                            trend->group_counts[i]);
        }
    }
    char letter[2] = {(char)('A' + (int)measure), 0};
    struct arena *arena = trend->data->arena;
    naive_table_cell(out, arena, value_from_text(arena_text(arena, text_from(letter))));
    if (plan->breakdown) naive_table_cell(out, arena, trend->ranking.shown[shown]);
    if (plan->unit != PLAN_UNIT_TOTAL) naive_table_cell(out, arena, label(trend, start));
    uint64_t number = count(trend, chosen, plan->measures[measure].count);
    naive_table_cell(out, arena, value_from_integer((int64_t)number));
}

static void write_group(const struct trend *trend, uint32_t measure, uint32_t shown,
                        struct naive_table *out)
{
    int64_t start = unit_start(trend, trend->span.from_ms);
    do {
        write_unit(trend, measure, shown, start, out);
        if (trend->plan->unit == PLAN_UNIT_TOTAL) return;
        start = zone_unit_next(trend->moment->zone, unit_of(trend->plan->unit),
                               trend->moment->week_start, start);
    } while (start < trend->span.to_ms);
}

void naive_trend(const struct naive_data *data, const struct plan *plan,
                 const struct naive_moment *moment, struct naive_table *out)
{
    struct trend *trend = arena_alloc(data->arena, 1, sizeof *trend, 8);
    assert(trend);
    *trend = (struct trend){.data = data, .plan = plan, .moment = moment};
    trend->span = plan_resolve(plan, moment->zone, moment->week_start, moment->now_ms);
    look_at_events(trend);
    if (plan->breakdown) rank(trend);
    *out = (struct naive_table){.column_count = 2};
    if (plan->breakdown) out->column_count++;
    if (plan->unit != PLAN_UNIT_TOTAL) out->column_count++;
    uint32_t shown = plan->breakdown ? trend->ranking.shown_count : 1;
    for (uint32_t measure = 0; measure < plan->measure_count; measure++) {
        for (uint32_t i = 0; i < shown; i++)
            write_group(trend, measure, i, out);
    }
}
