#include "exec/bind.h"

#include "base/check.h"
#include "exec/memory_limit.h"

static bool matches_name(const struct plan_matcher *matcher, const struct value *name)
{
    if (matcher->any) return true;
    if (name->kind != VALUE_TEXT) return false;
    for (uint32_t i = 0; i < matcher->name_count; i++) {
        if (text_equal(matcher->names[i], name->text)) return true;
    }
    return false;
}

/* Bit i of an event's mask: matcher i takes this name. *any tells if there is a bit at all. */
static enum status bind_events(const struct question *question, struct bound_source *bound,
                               bool *any, struct error *error)
{
    struct row_dictionary names;
    TRY(row_source_dictionary(bound->source, ROW_COLUMN_EVENT, question->arena, &names, error));
    uint32_t *masks = ARENA_ARRAY(question->arena, uint32_t, names.count);
    if (!masks) return memory_limit_passed(question->arena, error);
    *any = false;
    for (uint32_t code = 0; code < names.count; code++) {
        for (uint32_t i = 0; i < question->matcher_count; i++) {
            if (matches_name(question->matchers[i], &names.values[code])) {
                masks[code] |= UINT32_C(1) << i;
            }
        }
        if (masks[code] != 0) *any = true;
    }
    bound->event_masks = masks;
    return STATUS_OK;
}

static enum status bind_leaf(const struct question *question, const struct bound_source *bound,
                             uint32_t leaf, const uint8_t **keeps, struct error *error)
{
    const struct row_property *property = &bound->properties[question->leaves[leaf].property];
    uint8_t *made = ARENA_ARRAY_DIRTY(question->arena, uint8_t, property->count);
    if (!made) return memory_limit_passed(question->arena, error);
    for (uint32_t code = 0; code < property->count; code++) {
        made[code] =
            plan_leaf_holds(question->leaves[leaf].leaf, &property->values[code], question->arena);
    }
    *keeps = made;
    return STATUS_OK;
}

static enum status bind_leaves(const struct question *question, struct bound_source *bound,
                               struct error *error)
{
    struct row_property *properties =
        ARENA_ARRAY(question->arena, struct row_property, question->property_count);
    const uint8_t **keeps = ARENA_ARRAY(question->arena, const uint8_t *, question->leaf_count);
    if (!properties || !keeps) return memory_limit_passed(question->arena, error);

    bound->properties = properties;
    for (uint32_t i = 0; i < question->property_count; i++) {
        TRY(row_property_init(&properties[i], bound->source, question->properties[i],
                              question->arena, error));
    }
    for (uint32_t i = 0; i < question->leaf_count; i++) {
        TRY(bind_leaf(question, bound, i, &keeps[i], error));
    }
    bound->leaf_keeps = keeps;
    return STATUS_OK;
}

static enum status bind_groups(struct question *question, struct bound_source *bound,
                               struct error *error)
{
    if (question->group_property == QUESTION_NO_PROPERTY) return STATUS_OK;
    const struct row_property *property = &bound->properties[question->group_property];
    uint32_t *entries = ARENA_ARRAY_DIRTY(question->arena, uint32_t, property->count);
    if (!entries) return memory_limit_passed(question->arena, error);
    for (uint32_t code = 0; code < property->count; code++) {
        TRY(group_table_entry(&question->groups, &property->values[code], &entries[code], error));
    }
    bound->group_entries = entries;
    return STATUS_OK;
}

enum status bind_sources(struct question *question, struct error *error)
{
    struct snapshot *snapshot = question->input->snapshot;
    uint32_t count = snapshot_source_count(snapshot);
    struct bound_source *sources = ARENA_ARRAY(question->arena, struct bound_source, count);
    if (!sources) return memory_limit_passed(question->arena, error);

    for (uint32_t i = 0; i < count; i++) {
        TRY(question_check_deadline(question, error));
        struct bound_source *bound = &sources[question->source_count];
        *bound = (struct bound_source){.source = snapshot_source(snapshot, i)};
        int64_t min_ms;
        int64_t max_ms;
        row_source_time_range(bound->source, &min_ms, &max_ms);
        bool is_empty = row_source_row_count(bound->source) == 0;
        bool is_outside = max_ms < question->scanned.from_ms || min_ms >= question->scanned.to_ms;
        if (is_empty || is_outside) continue;
        bound->is_inside = min_ms >= question->scanned.from_ms && max_ms < question->scanned.to_ms;
        bool any = false;
        TRY(bind_events(question, bound, &any, error));
        if (!any) continue;
        TRY(bind_leaves(question, bound, error));
        TRY(bind_groups(question, bound, error));
        question->source_count++;
    }
    question->sources = sources;
    question->needs_arrivals = question->source_count > 1;
    return STATUS_OK;
}
