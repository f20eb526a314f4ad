#include "shield/policy.h"

#include "base/check.h"
#include "base/memory.h"

#include <string.h>

static void read_loosened_line(struct policy *policy, struct text line)
{
    struct text rest;
    struct policy_loosened loosened = {.property = text_split(line, '\t', &rest)};
    loosened.detector = text_split(rest, '\t', &rest);
    if (loosened.detector.size != 3 || !text_to_i64(text_trim(rest), &loosened.until_ms) ||
        policy->loosened_count == POLICY_LOOSENED_MAX) {
        policy->is_broken = true;
        return;
    }
    policy->loosened[policy->loosened_count++] = loosened;
}

static void read_loosened(struct policy *policy, struct text lines)
{
    if (lines.size == 0) return;
    policy->loosened = MEMORY_ARRAY(struct policy_loosened, POLICY_LOOSENED_MAX);
    while (lines.size > 0) {
        struct text line = text_split(lines, '\n', &lines);
        if (line.size > 0) read_loosened_line(policy, line);
    }
}

static void read_held(struct policy *policy, struct text lines)
{
    while (lines.size > 0) {
        struct text line = text_split(lines, '\n', &lines);
        if (line.size == 0) continue;
        if (policy->held.count == POLICY_HELD_MAX) policy->is_broken = true;
        if (policy->held.count < POLICY_HELD_MAX) (void)text_index_add(&policy->held, line);
    }
}

struct policy *policy_make(const struct project *project)
{
    struct policy *policy = MEMORY_NEW(struct policy);
    atomic_init(&policy->references, 1);
    policy->project = project->id;
    policy->revision = project->shield_revision;
    text_index_init(&policy->held);
    struct error error;
    if (project->shield_rules.size > 0 &&
        ruleset_make(project->shield_rules, RULESET_PROJECT, &policy->own, &error) != STATUS_OK) {
        policy->is_broken = true;
    }
    if (project->shield_plan.size > 0 &&
        shield_plan_make(project->shield_plan, &policy->plan, &error) != STATUS_OK) {
        policy->is_broken = true;
    }
    struct text loosened = project->shield_loosened;
    policy->texts = memory_alloc(loosened.size + 1, 1);
    if (loosened.size > 0) memcpy(policy->texts, loosened.bytes, loosened.size);
    read_loosened(policy, (struct text){policy->texts, loosened.size});
    read_held(policy, project->shield_held);
    policy_read_sdk(policy, project->sdk_settings);
    return policy;
}

struct policy *policy_hold(struct policy *policy)
{
    (void)atomic_fetch_add_explicit(&policy->references, 1, memory_order_relaxed);
    return policy;
}

void policy_drop(struct policy *policy)
{
    if (!policy) return;
    if (atomic_fetch_sub_explicit(&policy->references, 1, memory_order_acq_rel) != 1) return;
    ruleset_drop(policy->own);
    shield_plan_release(policy->plan);
    text_index_release(&policy->held);
    arena_release(&policy->sdk_memory);
    memory_free(policy->loosened);
    memory_free(policy->texts);
    memory_free(policy);
}

enum status policy_check_rules(struct text rules, struct error *error)
{
    if (rules.size == 0) return STATUS_OK;
    struct ruleset *set = NULL;
    TRY(ruleset_make(rules, RULESET_PROJECT, &set, error));
    ruleset_drop(set);
    return STATUS_OK;
}

enum status policy_check_plan(struct text plan, struct error *error)
{
    if (plan.size == 0) return STATUS_OK;
    struct shield_plan *made = NULL;
    TRY(shield_plan_make(plan, &made, error));
    shield_plan_release(made);
    return STATUS_OK;
}

enum project_shield policy_mode(const struct policy *policy, const struct project *project,
                                int64_t now_ms)
{
    return policy->is_broken ? PROJECT_SHIELD_STRICT : project_shield_at(project, now_ms);
}

bool policy_is_hard(enum shield_class class)
{
    return class == SHIELD_CREDENTIAL || class == SHIELD_CARD;
}

bool policy_is_loosened(const struct policy *policy, const struct policy_place *place,
                        const char *detector)
{
    if (policy->is_broken) return false;
    for (uint32_t i = 0; i < policy->loosened_count; i++) {
        const struct policy_loosened *loosened = &policy->loosened[i];
        if (place->now_ms < loosened->until_ms &&
            memcmp(loosened->detector.bytes, detector, 3) == 0 &&
            text_equal(loosened->property, place->property)) {
            return true;
        }
    }
    return false;
}

/* In a value that is nothing else a finding takes all of it; in a longer text its own place. */
static enum shield_action soft_action(const struct ruleset_rule *rule,
                                      const struct policy_place *place, bool is_whole)
{
    switch (rule->class) {
    case SHIELD_CREDENTIAL:
    case SHIELD_CARD:
    case SHIELD_SPECIAL: return SHIELD_DROP;
    case SHIELD_STRUCTURE:
    case SHIELD_CONTENT:
    case SHIELD_CUSTOM:
        if (rule->action == SHIELD_REDACT && place->is_number) return SHIELD_DROP;
        return rule->action;
    case SHIELD_BANK:
    case SHIELD_NATIONAL:
    case SHIELD_CONTACT:
    case SHIELD_DEVICE:
    case SHIELD_PLACE:
    case SHIELD_ENTROPY:
        if (!is_whole) return place->is_number ? SHIELD_DROP : SHIELD_REDACT;
        return rule->action == SHIELD_BUCKET ? SHIELD_BUCKET : SHIELD_DROP;
    case SHIELD_CLASS_COUNT: break;
    }
    UNREACHABLE("no such class");
}

/* Personal by what the property is called, and by nothing in the value. */
static bool is_by_name_alone(const struct matcher_finding *finding)
{
    const struct ruleset_rule *rule = finding->rule;
    return rule->class == SHIELD_CONTACT && rule->keys != 0 && finding->proof == SHIELD_SHAPE;
}

/* Where a rule of strict mode is in force: not while the plan only watches, and never for what the
 * plan names itself. */
static bool is_strict_place(const struct policy *policy, const struct policy_place *place)
{
    bool only_watches = policy->plan && policy->plan->stage == SHIELD_PLAN_WATCH;
    return place->mode == PROJECT_SHIELD_STRICT && !only_watches && !place->is_named;
}

enum shield_action policy_action(const struct policy *policy, const struct policy_place *place,
                                 const struct matcher_finding *finding)
{
    const struct ruleset_rule *rule = finding->rule;
    if (policy_is_hard(rule->class)) return SHIELD_DROP;
    if (place->is_template && memcmp(rule->id, "U01", 3) == 0) return SHIELD_ALLOW;
    if (policy_is_loosened(policy, place, rule->id)) return SHIELD_ALLOW;
    if (rule->class == SHIELD_ENTROPY && place->is_identifier) return SHIELD_ALLOW;
    if (place->is_harmless && place->is_named && is_by_name_alone(finding)) return SHIELD_ALLOW;
    if (rule->is_strict && !is_strict_place(policy, place)) return SHIELD_ALLOW;
    bool is_personal = rule->class != SHIELD_STRUCTURE && rule->class != SHIELD_CUSTOM;
    if (place->mode == PROJECT_SHIELD_OPEN && is_personal) return SHIELD_ALLOW;
    return soft_action(rule, place, finding->is_whole);
}

/* --- markers --- */

static const struct {
    struct text detector;
    struct text marker;
} own_markers[] = {
    {TEXT_INIT("P01"), TEXT_INIT("[email]")}, {TEXT_INIT("P03"), TEXT_INIT("[phone]")},
    {TEXT_INIT("P04"), TEXT_INIT("[phone]")}, {TEXT_INIT("F06"), TEXT_INIT("[iban]")},
    {TEXT_INIT("D01"), TEXT_INIT("[ip]")},    {TEXT_INIT("D02"), TEXT_INIT("[ip]")},
};

static const struct text class_markers[SHIELD_CLASS_COUNT + 2] = {
    TEXT_INIT("[secret]"),  TEXT_INIT("[card]"),    TEXT_INIT("[bank]"),   TEXT_INIT("[id]"),
    TEXT_INIT("[contact]"), TEXT_INIT("[special]"), TEXT_INIT("[device]"), TEXT_INIT("[place]"),
    TEXT_INIT("[token]"),   TEXT_INIT("[content]"), TEXT_INIT("[data]"),   TEXT_INIT("[custom]"),
    TEXT_INIT("[number]"),  TEXT_INIT("[long]"), /* of event names */
};

struct text policy_marker(const struct ruleset_rule *rule)
{
    for (size_t i = 0; i < sizeof own_markers / sizeof *own_markers; i++) {
        if (memcmp(own_markers[i].detector.bytes, rule->id, 3) == 0) return own_markers[i].marker;
    }
    return class_markers[rule->class];
}

bool policy_is_marker(struct text text)
{
    if (text.size < 4 || text.bytes[0] != '[') return false;
    for (size_t i = 0; i < sizeof own_markers / sizeof *own_markers; i++) {
        if (text_equal(own_markers[i].marker, text)) return true;
    }
    for (size_t i = 0; i < sizeof class_markers / sizeof *class_markers; i++) {
        if (text_equal(class_markers[i], text)) return true;
    }
    return false;
}
