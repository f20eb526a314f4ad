/* What the tracking plan says of a record: which events there are, which properties, of which type.
 * Without strict mode the plan only proves that a typed value hides nothing. */
#include "shield/admit_internal.h"

static bool is_strict(const struct admit *admit)
{
    return admit->mode == PROJECT_SHIELD_STRICT;
}

/* Clients send these by themselves, about who is who. */
static bool is_structural(struct text event)
{
    static const struct text names[] = {TEXT_INIT("$identify"), TEXT_INIT("$create_alias"),
                                        TEXT_INIT("$merge")};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (text_equal(names[i], event)) return true;
    }
    return admit_is_autocapture(event);
}

static enum shield_action action_of(struct admit *admit)
{
    switch (admit->policy->plan->stage) {
    case SHIELD_PLAN_WATCH: return SHIELD_ALLOW;
    case SHIELD_PLAN_QUARANTINE: return SHIELD_QUARANTINE;
    case SHIELD_PLAN_REFUSE: break;
    }
    admit->verdict = SHIELD_REFUSED;
    return SHIELD_REJECT;
}

bool admit_plan_event(struct admit *admit)
{
    const struct shield_plan *plan = admit->policy->plan;
    if (!plan) return true;
    admit->event_number = admit_is_profile(admit) ? SHIELD_PLAN_PROFILES
                                                  : shield_plan_event(plan, *admit->record->event);
    if (!is_strict(admit) || admit->event_number != TEXT_INDEX_NONE) return true;
    if (is_structural(*admit->record->event)) return true;
    enum shield_action action = action_of(admit);
    admit_note_reason(admit, REASON_UNPLANNED_EVENT, action, TEXT(""));
    if (action == SHIELD_QUARANTINE) admit->verdict = SHIELD_HELD;
    return admit->verdict == SHIELD_ADMITTED;
}

static struct text text_of(const struct value *value)
{
    return value->kind >= VALUE_BIG_NUMBER ? value->text : TEXT("");
}

/* False: watched only, so the value goes on as if there were no plan. */
static bool object_to(struct admit *admit, struct shield_item *item, enum admit_reason reason)
{
    enum shield_action action = admit->policy->plan ? action_of(admit) : SHIELD_DROP;
    admit_note_reason(admit, reason, action, text_of(&item->value));
    item->is_removed = action != SHIELD_ALLOW;
    return item->is_removed;
}

/* What the vault would hold is not kept before there is one, and what is never kept not at all. */
static bool admit_category(struct admit *admit, const struct shield_plan_property *property,
                           struct shield_item *item)
{
    enum admit_reason reason = REASON_NAMING;
    bool is_open = admit->mode == PROJECT_SHIELD_OPEN;
    struct text text = text_of(&item->value);
    if (item->value.kind <= VALUE_NULL || policy_is_marker(text)) return false;
    switch (property->category) {
    case SHIELD_PLAN_UNSAID:
    case SHIELD_PLAN_HARMLESS: return false;
    case SHIELD_PLAN_NAMING: break;
    case SHIELD_PLAN_SPECIAL: reason = REASON_SPECIAL; break;
    case SHIELD_PLAN_SECRET: reason = REASON_SECRET; break;
    }
    if (is_open && reason != REASON_SECRET) return false;
    admit_note_reason(admit, reason, reason == REASON_SECRET ? SHIELD_DROP : SHIELD_TOKENISE, text);
    if (admit_is_profile(admit)) {
        item->is_removed = true;
    } else {
        item->value = (struct value){.kind = VALUE_NULL};
    }
    return true;
}

/* Of the property under way, and of nothing else. */
static void note_property(struct admit *admit, const struct shield_plan_property *property)
{
    admit->is_planned = property != NULL;
    admit->planned_path = admit->scratch->path_size;
    admit->is_identifier = property && property->is_identifier;
    admit->is_harmless = property && property->category == SHIELD_PLAN_HARMLESS;
    if (admit->is_identifier || admit->is_harmless) admit->has_loosened = true;
}

bool admit_by_plan(struct admit *admit, struct shield_item *item)
{
    const struct shield_plan *plan = admit->policy->plan;
    const struct shield_plan_property *property =
        plan ? shield_plan_find(plan, admit->event_number, item->name) : NULL;
    note_property(admit, property);
    if (!property) {
        if (!is_strict(admit) || admit->is_captured) return false; /* has a closed list */
        if (admit_is_captured_name(item->name)) return false;
        return object_to(admit, item, REASON_UNPLANNED);
    }
    struct value value = item->value;
    enum shield_plan_fit fit =
        shield_plan_check(property, &value, admit->scratch->plan_room, admit->record->arena);
    bool fits = fit != SHIELD_PLAN_MISFIT;
    if (!fits && is_strict(admit) && object_to(admit, item, REASON_MISFIT)) return true;
    if (fits && is_strict(admit)) item->value = value;
    return admit_category(admit, property, item) || fit == SHIELD_PLAN_PROVEN;
}

static bool has_value(const struct shield_record *record, struct text name)
{
    for (uint32_t i = 0; i < record->item_count; i++) {
        const struct shield_item *item = &record->items[i];
        if (text_equal(item->name, name)) return item->value.kind > VALUE_NULL;
    }
    return false;
}

void admit_plan_required(struct admit *admit)
{
    const struct shield_plan *plan = admit->policy->plan;
    if (!plan || !is_strict(admit) || admit->event_number >= plan->events.count) return;
    for (uint32_t i = plan->begins[admit->event_number]; i < plan->property_count; i++) {
        const struct shield_plan_property *property = &plan->properties[i];
        if (property->event != admit->event_number) return;
        if (!property->is_required || has_value(admit->record, property->name)) continue;
        size_t mark = admit_path_push(admit, property->name);
        enum shield_action action = action_of(admit);
        bool is_refused = action == SHIELD_REJECT;
        admit_note_reason(admit, REASON_REQUIRED, is_refused ? action : SHIELD_ALLOW, TEXT(""));
        admit_path_pop(admit, mark);
    }
}
