/* A document to a checked plan: what belongs to all questions, then what belongs to each kind. */
#include "plan/plan_internal.h"

#include "base/check.h"
#include "base/memory.h"

#include <string.h>

static const struct plan_key trend_keys[] = {
    {"kind", PLAN_KEY_READ},      {"project", PLAN_KEY_READ},   {"time", PLAN_KEY_READ},
    {"where", PLAN_KEY_READ},     {"breakdown", PLAN_KEY_READ}, {"fresh", PLAN_KEY_READ},
    {"explain", PLAN_KEY_READ},   {"unit", PLAN_KEY_READ},      {"measures", PLAN_KEY_READ},
    {"formulas", PLAN_KEY_LATER}, {"compare", PLAN_KEY_LATER},  {"sample", PLAN_KEY_LATER},
};

static const struct plan_key funnel_keys[] = {
    {"kind", PLAN_KEY_READ},    {"project", PLAN_KEY_READ},   {"time", PLAN_KEY_READ},
    {"where", PLAN_KEY_READ},   {"breakdown", PLAN_KEY_READ}, {"fresh", PLAN_KEY_READ},
    {"explain", PLAN_KEY_READ}, {"window", PLAN_KEY_READ},    {"order", PLAN_KEY_READ},
    {"steps", PLAN_KEY_READ},   {"count", PLAN_KEY_READ},     {"exclude", PLAN_KEY_LATER},
    {"hold", PLAN_KEY_LATER},   {"detail", PLAN_KEY_LATER},   {"unit", PLAN_KEY_LATER},
    {"sample", PLAN_KEY_LATER},
};

static const struct plan_key measure_keys[] = {
    {"event", PLAN_KEY_READ},         {"where", PLAN_KEY_READ},
    {"count", PLAN_KEY_READ},         {"first_time", PLAN_KEY_LATER_IF_TRUE},
    {"aggregate", PLAN_KEY_LATER},    {"property", PLAN_KEY_LATER},
    {"at", PLAN_KEY_LATER},           {"per_profile", PLAN_KEY_LATER},
    {"rolling", PLAN_KEY_LATER},      {"cumulative", PLAN_KEY_LATER_IF_TRUE},
    {"hide", PLAN_KEY_LATER_IF_TRUE},
};

static const struct plan_key step_keys[] = {
    {"event", PLAN_KEY_READ},
    {"where", PLAN_KEY_READ},
    {"first_time", PLAN_KEY_LATER_IF_TRUE},
    {"optional", PLAN_KEY_LATER_IF_TRUE},
};

/* "A or B": what a step is called in an answer. */
static enum status join_names(struct plan_reader *reader, struct plan_matcher *matcher)
{
    static const struct text joint = TEXT_INIT(" or ");
    size_t size = 0;
    for (uint32_t i = 0; i < matcher->name_count; i++)
        size += matcher->names[i].size + joint.size;
    char *bytes = ARENA_ARRAY_DIRTY(reader->arena, char, size);
    if (!bytes) return plan_refuse_size(reader);

    size_t used = 0;
    for (uint32_t i = 0; i < matcher->name_count; i++) {
        if (i > 0) {
            memcpy(bytes + used, joint.bytes, joint.size);
            used += joint.size;
        }
        memcpy(bytes + used, matcher->names[i].bytes, matcher->names[i].size);
        used += matcher->names[i].size;
    }
    assert(used <= size);
    matcher->label = (struct text){bytes, used};
    return STATUS_OK;
}

static enum status read_names(struct plan_reader *reader, const struct plan_node *node,
                              struct plan_matcher *matcher)
{
    bool is_list = node->json->kind == JSON_ARRAY_BEGIN;
    if (is_list) TRY(plan_check_list(reader, node, 1, PLAN_NAME_COUNT_MAX));
    uint32_t count = is_list ? node->json->child_count : 1;
    struct text *names = ARENA_ARRAY(reader->arena, struct text, count);
    if (!names) return plan_refuse_size(reader);

    if (!is_list) {
        TRY(plan_read_text(reader, node, &names[0]));
        matcher->any = text_equal(names[0], TEXT("*"));
    } else {
        uint32_t index = 0;
        for (const struct json_node *json = node->json->first_child; json; json = json->next) {
            struct plan_node child = plan_element(node, json, index);
            TRY(plan_read_text(reader, &child, &names[index]));
            if (text_equal(names[index], TEXT("*"))) {
                return plan_refuse(reader, &child, "expected a name: \"*\" stands alone");
            }
            index++;
        }
    }
    matcher->names = names;
    matcher->name_count = count;
    return join_names(reader, matcher);
}

enum status plan_read_matcher(struct plan_reader *reader, const struct plan_node *node,
                              struct plan_matcher *out)
{
    struct plan_node child;
    TRY(plan_need(reader, node, "event", &child));
    TRY(read_names(reader, &child, out));
    if (plan_find(node, "where", &child)) TRY(plan_read_filter(reader, &child, &out->where));
    return STATUS_OK;
}

static enum status read_measure(struct plan_reader *reader, const struct plan_node *node,
                                struct plan_measure *out)
{
    static const struct plan_word counts[] = {
        {"events", false}, {"profiles", false}, {"sessions", true}};
    TRY(plan_check_keys(reader, node, measure_keys, PLAN_COUNT_OF(measure_keys)));
    TRY(plan_read_matcher(reader, node, &out->matcher));
    struct plan_node child;
    TRY(plan_need(reader, node, "count", &child));
    uint32_t count = 0;
    TRY(plan_read_word(reader, &child, counts, PLAN_COUNT_OF(counts), &count));
    out->count = count == 0 ? PLAN_COUNT_EVENTS : PLAN_COUNT_PROFILES;
    return STATUS_OK;
}

/* More units than an answer can hold, whatever the zone does to some of them. */
static bool has_too_many_units(const struct plan *plan)
{
    static const int64_t unit_hours_max[] = {1, 25, 7 * 24 + 1, 31 * 24 + 1, 92 * 24 + 1};
    if (plan->unit == PLAN_UNIT_TOTAL || plan->time.kind == PLAN_TIME_LAST) return false;
    int64_t span = plan->time.to - plan->time.from;
    int64_t hours = plan->time.kind == PLAN_TIME_DATES ? span * 24 : span / (3600 * 1000);
    return hours / unit_hours_max[plan->unit] > PLAN_UNIT_COUNT_MAX;
}

static enum status read_trend(struct plan_reader *reader, const struct plan_node *node,
                              struct plan *plan)
{
    static const struct plan_word units[] = {{"hour", false},    {"day", false},
                                             {"week", false},    {"month", false},
                                             {"quarter", false}, {"total", false}};
    struct plan_node child;
    TRY(plan_need(reader, node, "unit", &child));
    uint32_t unit = 0;
    TRY(plan_read_word(reader, &child, units, PLAN_COUNT_OF(units), &unit));
    plan->unit = (enum plan_unit)unit;
    if (has_too_many_units(plan)) {
        return plan_refuse(reader, &child, "expected a longer unit: more than %d in this range",
                           PLAN_UNIT_COUNT_MAX);
    }

    struct plan_node list;
    TRY(plan_need(reader, node, "measures", &list));
    TRY(plan_check_list(reader, &list, 1, PLAN_MEASURE_COUNT_MAX));
    plan->measure_count = list.json->child_count;
    struct plan_measure *measures =
        ARENA_ARRAY(reader->arena, struct plan_measure, plan->measure_count);
    if (!measures) return plan_refuse_size(reader);
    plan->measures = measures;

    uint32_t index = 0;
    for (const struct json_node *json = list.json->first_child; json; json = json->next) {
        child = plan_element(&list, json, index);
        TRY(read_measure(reader, &child, &measures[index]));
        index++;
    }
    return STATUS_OK;
}

static enum status read_window(struct plan_reader *reader, const struct plan_node *node,
                               int64_t *window_ms)
{
    static const struct plan_key keys[] = {{"count", PLAN_KEY_READ}, {"unit", PLAN_KEY_READ}};
    static const struct plan_word units[] = {
        {"second", false}, {"minute", false}, {"hour", false}, {"day", false}, {"week", false}};
    static const int64_t unit_ms[] = {1000, 60 * 1000, 3600 * 1000, CALENDAR_DAY_MS,
                                      7 * CALENDAR_DAY_MS};
    TRY(plan_check_keys(reader, node, keys, PLAN_COUNT_OF(keys)));
    struct plan_node child;
    TRY(plan_need(reader, node, "unit", &child));
    uint32_t unit = 0;
    TRY(plan_read_word(reader, &child, units, PLAN_COUNT_OF(units), &unit));
    TRY(plan_need(reader, node, "count", &child));
    int64_t count;
    TRY(plan_read_integer(reader, &child, 1, PLAN_WINDOW_DAYS_MAX * CALENDAR_DAY_MS / unit_ms[unit],
                          &count));
    *window_ms = count * unit_ms[unit];
    return STATUS_OK;
}

static enum status read_steps(struct plan_reader *reader, const struct plan_node *node,
                              struct plan *plan)
{
    struct plan_node list;
    TRY(plan_need(reader, node, "steps", &list));
    TRY(plan_check_list(reader, &list, 2, PLAN_STEP_COUNT_MAX));
    plan->step_count = list.json->child_count;
    struct plan_matcher *steps = ARENA_ARRAY(reader->arena, struct plan_matcher, plan->step_count);
    if (!steps) return plan_refuse_size(reader);
    plan->steps = steps;

    uint32_t index = 0;
    for (const struct json_node *json = list.json->first_child; json; json = json->next) {
        struct plan_node child = plan_element(&list, json, index);
        TRY(plan_check_keys(reader, &child, step_keys, PLAN_COUNT_OF(step_keys)));
        TRY(plan_read_matcher(reader, &child, &steps[index]));
        index++;
    }
    return STATUS_OK;
}

static enum status read_funnel(struct plan_reader *reader, const struct plan_node *node,
                               struct plan *plan)
{
    static const struct plan_word orders[] = {{"ordered", false}, {"strict", true}, {"any", true}};
    static const struct plan_word counts[] = {
        {"profiles", false}, {"totals", true}, {"sessions", true}};
    struct plan_node child;
    uint32_t chosen = 0;
    if (plan_find(node, "order", &child)) {
        TRY(plan_read_word(reader, &child, orders, PLAN_COUNT_OF(orders), &chosen));
    }
    if (plan_find(node, "count", &child)) {
        TRY(plan_read_word(reader, &child, counts, PLAN_COUNT_OF(counts), &chosen));
    }
    assert(chosen == 0);
    plan->window_ms = 30 * CALENDAR_DAY_MS;
    if (plan_find(node, "window", &child)) TRY(read_window(reader, &child, &plan->window_ms));
    return read_steps(reader, node, plan);
}

static enum status read_shared(struct plan_reader *reader, const struct plan_node *node,
                               struct plan *plan)
{
    struct plan_node child;
    if (plan_find(node, "project", &child)) TRY(plan_read_text(reader, &child, &plan->project));
    TRY(plan_need(reader, node, "time", &child));
    TRY(plan_read_time(reader, &child, &plan->time));
    if (plan_find(node, "where", &child)) TRY(plan_read_filter(reader, &child, &plan->where));
    plan->fresh = true;
    if (plan_find(node, "fresh", &child)) TRY(plan_read_bool(reader, &child, &plan->fresh));
    if (plan_find(node, "explain", &child)) TRY(plan_read_bool(reader, &child, &plan->explain));
    return STATUS_OK;
}

static enum status read_kind(struct plan_reader *reader, const struct plan_node *node,
                             enum plan_kind *kind)
{
    static const struct plan_word kinds[] = {
        {"trend", false}, {"funnel", false}, {"retention", true}, {"flow", true},
        {"cohort", true}, {"events", true},  {"profiles", true}};
    if (node->json->kind != JSON_OBJECT_BEGIN) {
        return plan_refuse(reader, node, "expected an object");
    }
    struct plan_node child;
    TRY(plan_need(reader, node, "kind", &child));
    uint32_t chosen = 0;
    TRY(plan_read_word(reader, &child, kinds, PLAN_COUNT_OF(kinds), &chosen));
    *kind = chosen == 0 ? PLAN_TREND : PLAN_FUNNEL;
    return STATUS_OK;
}

static enum status read_plan(struct plan_reader *reader, const struct plan_node *node,
                             struct plan *plan)
{
    TRY(read_kind(reader, node, &plan->kind));
    bool is_trend = plan->kind == PLAN_TREND;
    const struct plan_key *keys = is_trend ? trend_keys : funnel_keys;
    TRY(plan_check_keys(reader, node, keys,
                        is_trend ? PLAN_COUNT_OF(trend_keys) : PLAN_COUNT_OF(funnel_keys)));
    TRY(read_shared(reader, node, plan));
    TRY(is_trend ? read_trend(reader, node, plan) : read_funnel(reader, node, plan));

    struct plan_node child;
    if (!plan_find(node, "breakdown", &child)) return STATUS_OK;
    return plan_read_breakdown(reader, &child, plan->step_count, &plan->breakdown);
}

enum status plan_parse(char *json, size_t size, struct arena *arena, struct plan *out,
                       struct plan_problem *problem, struct error *error)
{
    *out = (struct plan){0};
    *problem = (struct plan_problem){0};
    if (size > PLAN_SIZE_MAX) {
        return error_set(error, STATUS_TOO_LARGE, "plan is larger than %d bytes", PLAN_SIZE_MAX);
    }
    struct json_node *root;
    TRY(json_tree_parse(json, size, arena, &root, error));

    struct plan_reader reader = {.arena = arena, .problem = problem, .error = error};
    reader.patterns = ARENA_ARRAY(arena, struct pattern *, PLAN_PATTERN_COUNT_MAX);
    if (!reader.patterns) return plan_refuse_size(&reader);

    struct plan_node node = {.json = root};
    enum status status = read_plan(&reader, &node, out);
    out->patterns = reader.patterns;
    out->pattern_count = reader.pattern_count;
    if (status == STATUS_OK) {
        out->hash = plan_hash(out);
    } else {
        plan_release(out);
    }
    return status;
}

void plan_release(struct plan *plan)
{
    for (uint32_t i = 0; i < plan->pattern_count; i++)
        pattern_release(plan->patterns[i]);
    *plan = (struct plan){0};
}
