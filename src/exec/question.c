/* Compiling: matchers, filters and breakdown to numbers. Binding to sources is in bind.c. */
#include "exec/question.h"

#include "base/check.h"
#include "exec/bind.h"
#include "exec/memory_limit.h"
#include "exec/person_table.h"
#include "os/os_clock.h"

/* What compiling fills while the question itself stays read-only. */
struct compile {
    struct question *question;
    struct text *properties;
    struct question_leaf *leaves;
    uint64_t **person_sets;
    uint32_t room; /* leaves in the plan, at most */
};

static uint32_t property_number(struct compile *compile, struct text name)
{
    struct question *question = compile->question;
    for (uint32_t i = 0; i < question->property_count; i++) {
        if (text_equal(compile->properties[i], name)) return i;
    }
    assert(question->property_count < compile->room + 1);
    compile->properties[question->property_count] = name;
    return question->property_count++;
}

static enum status name_leaf(void *context, const struct plan_filter *filter,
                             struct row_operation *operation, struct error *error)
{
    struct compile *compile = context;
    struct question *question = compile->question;
    bool is_person = filter->kind == PLAN_PERSON;
    if (!is_person && filter->leaf.of == PLAN_OF_EVENT) {
        uint32_t property = property_number(compile, filter->leaf.property);
        assert(question->leaf_count < compile->room);
        compile->leaves[question->leaf_count] = (struct question_leaf){&filter->leaf, property};
        *operation = (struct row_operation){ROW_OPERATION_EVENT, question->leaf_count++};
        return STATUS_OK;
    }

    uint64_t *set;
    if (is_person) {
        TRY(person_set_of_ids(question, filter->distinct_ids, filter->distinct_id_count, &set,
                              error));
    } else {
        TRY(person_set_of_leaf(question, &filter->leaf, &set, error));
    }
    assert(question->person_set_count < compile->room);
    compile->person_sets[question->person_set_count] = set;
    *operation = (struct row_operation){ROW_OPERATION_PERSON, question->person_set_count++};
    question->needs_persons = true;
    return STATUS_OK;
}

/* At least one, so that a plan without filters needs no special case. */
static uint32_t count_leaves_max(const struct question *question)
{
    uint32_t nodes = 1 + row_filter_node_count(question->plan->where);
    for (uint32_t i = 0; i < question->matcher_count; i++) {
        nodes += row_filter_node_count(question->matchers[i]->where);
    }
    return nodes;
}

static enum status compile_filters(struct compile *compile, struct error *error)
{
    struct question *question = compile->question;
    struct row_filter_naming naming = {.context = compile, .leaf = name_leaf};
    TRY(row_filter_init(&question->where, question->plan->where, &naming, question->arena, error));
    struct row_filter *wheres =
        ARENA_ARRAY(question->arena, struct row_filter, question->matcher_count);
    if (!wheres) return memory_limit_passed(question->arena, error);
    question->matcher_wheres = wheres;
    for (uint32_t i = 0; i < question->matcher_count; i++) {
        TRY(row_filter_init(&wheres[i], question->matchers[i]->where, &naming, question->arena,
                            error));
    }
    return STATUS_OK;
}

static enum status compile_breakdown(struct compile *compile, struct error *error)
{
    struct question *question = compile->question;
    const struct plan_breakdown *breakdown = question->plan->breakdown;
    question->group_property = QUESTION_NO_PROPERTY;
    TRY(group_table_init(&question->groups, breakdown, question->input->hash_seed, question->arena,
                         error));
    if (!breakdown) return STATUS_OK;
    if (breakdown->of == PLAN_OF_EVENT) {
        question->group_property = property_number(compile, breakdown->property);
        return STATUS_OK;
    }
    question->needs_persons = true;
    return person_table_entries(question, breakdown->property, &question->person_entries, error);
}

static enum status list_matchers(struct question *question, struct error *error)
{
    const struct plan *plan = question->plan;
    bool is_trend = plan->kind == PLAN_TREND;
    question->matcher_count = is_trend ? plan->measure_count : plan->step_count;
    assert(question->matcher_count > 0);
    assert(question->matcher_count <= 32);
    const struct plan_matcher **matchers =
        ARENA_ARRAY(question->arena, const struct plan_matcher *, question->matcher_count);
    if (!matchers) return memory_limit_passed(question->arena, error);
    for (uint32_t i = 0; i < question->matcher_count; i++) {
        matchers[i] = is_trend ? &plan->measures[i].matcher : &plan->steps[i];
    }
    question->matchers = matchers;
    return STATUS_OK;
}

static enum status compile_plan(struct question *question, struct error *error)
{
    TRY(list_matchers(question, error));
    struct compile compile = {.question = question, .room = count_leaves_max(question)};
    compile.properties = ARENA_ARRAY(question->arena, struct text, compile.room + 1);
    compile.leaves = ARENA_ARRAY(question->arena, struct question_leaf, compile.room);
    compile.person_sets = ARENA_ARRAY(question->arena, uint64_t *, compile.room);
    if (!compile.properties || !compile.leaves || !compile.person_sets) {
        return memory_limit_passed(question->arena, error);
    }
    question->properties = compile.properties;
    question->leaves = compile.leaves;
    question->person_sets = compile.person_sets;
    TRY(compile_filters(&compile, error));
    return compile_breakdown(&compile, error);
}

/* A funnel's last step may come this long after the end of the range. */
static struct plan_span scanned_span(const struct question *question)
{
    struct plan_span scanned = question->span;
    if (question->plan->kind == PLAN_FUNNEL) scanned.to_ms += question->plan->window_ms;
    return scanned;
}

enum status question_init(struct question *question, const struct exec_input *input,
                          struct arena *arena, struct error *error)
{
    *question = (struct question){.input = input, .plan = input->plan, .arena = arena};
    question->started_ns = os_clock_monotonic_ns();
    question->span = plan_resolve(input->plan, input->zone, input->week_start, input->now_ms);
    question->scanned = scanned_span(question);
    question->person_count = identity_view_count(input->persons);
    question->canonical = identity_view_canonical(input->persons);
    TRY(compile_plan(question, error));
    return bind_sources(question, error);
}

enum status question_check_deadline(const struct question *question, struct error *error)
{
    uint64_t deadline_ns = question->input->deadline_ns;
    if (deadline_ns == 0 || os_clock_monotonic_ns() < deadline_ns) return STATUS_OK;
    uint64_t allowed_ns =
        deadline_ns > question->started_ns ? deadline_ns - question->started_ns : 0;
    return error_set(error, STATUS_BUSY, "the question takes longer than the %llu ms it was given",
                     (unsigned long long)(allowed_ns / 1000000));
}
