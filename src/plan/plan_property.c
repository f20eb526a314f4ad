/* Which properties a plan names, wherever it does. */
#include "plan/plan.h"

struct visiting {
    plan_visit_property *visit;
    void *context;
};

/* As deep as plan_parse lets filters be. */
static bool each_in_filter(const struct visiting *visiting, const struct plan_filter *filter)
{
    if (!filter) return true;
    if (filter->kind == PLAN_LEAF) {
        return visiting->visit(visiting->context, filter->leaf.property);
    }
    for (uint32_t i = 0; i < filter->child_count; i++)
        if (!each_in_filter(visiting, &filter->children[i])) return false;
    return true;
}

bool plan_each_property(const struct plan *plan, plan_visit_property *visit, void *context)
{
    struct visiting visiting = {visit, context};
    if (plan->breakdown && !visit(context, plan->breakdown->property)) return false;
    if (!each_in_filter(&visiting, plan->where)) return false;
    for (uint32_t i = 0; i < plan->measure_count; i++)
        if (!each_in_filter(&visiting, plan->measures[i].matcher.where)) return false;
    for (uint32_t i = 0; i < plan->step_count; i++)
        if (!each_in_filter(&visiting, plan->steps[i].where)) return false;
    return true;
}
