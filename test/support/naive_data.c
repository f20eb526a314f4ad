#include "support/naive_data.h"

#include "base/check.h"
#include "codec/number.h"
#include "support/naive_leaf.h"

#include <stdio.h>
#include <string.h>

struct text naive_person(const struct naive_data *data, struct text distinct_id)
{
    for (uint32_t i = 0; i < data->tie_count; i++) {
        if (text_equal(data->ties[i].device, distinct_id)) return data->ties[i].user;
    }
    return distinct_id;
}

static struct value missing(void)
{
    return (struct value){.kind = VALUE_MISSING};
}

static struct value profile_property(const struct naive_data *data, struct text person,
                                     struct text name)
{
    struct value found = missing();
    for (uint32_t i = 0; i < data->profile_count && person.size > 0; i++) {
        const struct naive_profile *line = &data->profiles[i];
        if (text_equal(line->id, person) && text_equal(line->name, name)) found = line->value;
    }
    return found;
}

static struct value event_property(const struct naive_event *event, struct text name)
{
    for (uint32_t i = 0; i < event->property_count; i++) {
        if (text_equal(event->properties[i].name, name)) return event->properties[i].value;
    }
    return missing();
}

struct value naive_property(const struct naive_data *data, const struct naive_event *event,
                            struct text name, enum plan_subject of)
{
    if (of == PLAN_OF_PROFILE) {
        return profile_property(data, naive_person(data, event->distinct_id), name);
    }
    struct value found = event_property(event, name);
    for (size_t i = name.size; i > 0 && found.kind == VALUE_MISSING; i--) {
        if (name.bytes[i - 1] != '.') continue;
        struct value object = event_property(event, text_slice(name, 0, i - 1));
        if (object.kind != VALUE_OBJECT) continue;
        bool fits =
            value_object_find(&object, text_slice(name, i, name.size - i), data->arena, &found);
        assert(fits);
    }
    return found;
}

static bool is_among_people(const struct naive_data *data, const struct plan_filter *filter,
                            const struct naive_event *event)
{
    if (event->distinct_id.size == 0) return false;
    struct text person = naive_person(data, event->distinct_id);
    for (uint32_t i = 0; i < filter->distinct_id_count; i++) {
        if (text_equal(naive_person(data, filter->distinct_ids[i]), person)) return true;
    }
    return false;
}

bool naive_filter_holds(const struct naive_data *data, const struct plan_filter *filter,
                        const struct naive_event *event)
{
    uint32_t held = 0;
    if (!filter) return true;
    if (filter->kind == PLAN_PERSON) return is_among_people(data, filter, event);
    if (filter->kind == PLAN_LEAF) {
        struct value value = naive_property(data, event, filter->leaf.property, filter->leaf.of);
        return naive_leaf_holds(&filter->leaf, &value);
    }
    for (uint32_t i = 0; i < filter->child_count; i++) {
        held += naive_filter_holds(data, &filter->children[i], event);
    }
    if (filter->kind == PLAN_NOT) return held == 0;
    return filter->kind == PLAN_ALL ? held == filter->child_count : held > 0;
}

bool naive_matches(const struct naive_data *data, const struct plan *plan,
                   const struct plan_matcher *matcher, const struct naive_event *event)
{
    bool named = matcher->any;
    for (uint32_t i = 0; i < matcher->name_count; i++) {
        if (text_equal(matcher->names[i], event->name)) named = true;
    }
    return named && naive_filter_holds(data, plan->where, event) &&
           naive_filter_holds(data, matcher->where, event);
}

bool naive_same_value(const struct value *a, const struct value *b)
{
    return value_compare(a, b) == 0 && (a->kind == VALUE_TEXT) == (b->kind == VALUE_TEXT);
}

/* "<10", "10..20", ">=20", or null for what is no number. */
static struct value bucket(const struct plan_breakdown *breakdown, const struct value *value,
                           struct arena *arena)
{
    if (!value_is_number(value)) return (struct value){.kind = VALUE_NULL};
    double number = value_number(value);
    char label[2 * NUMBER_TEXT_SIZE + 4];
    char low[NUMBER_TEXT_SIZE + 1] = "";
    char high[NUMBER_TEXT_SIZE + 1] = "";
    uint32_t below = 0;
    while (below < breakdown->edge_count && breakdown->edges[below] <= number)
        below++;
    if (below > 0) low[number_format(breakdown->edges[below - 1], low)] = '\0';
    if (below < breakdown->edge_count) high[number_format(breakdown->edges[below], high)] = '\0';
    if (below == 0) {
        snprintf(label, sizeof label, "<%s", high);
    } else if (below == breakdown->edge_count) {
        snprintf(label, sizeof label, ">=%s", low);
    } else {
        snprintf(label, sizeof label, "%s..%s", low, high);
    }
    return value_from_text(arena_text(arena, text_from(label)));
}

static struct value group_of(const struct plan_breakdown *breakdown, const struct value *value,
                             struct arena *arena)
{
    if (breakdown->edges) return bucket(breakdown, value, arena);
    if (value->kind == VALUE_MISSING) return (struct value){.kind = VALUE_NULL};
    bool is_json = value->kind == VALUE_OBJECT || value->kind == VALUE_LIST;
    return is_json ? value_from_text(value->text) : *value;
}

static uint32_t add_group(struct value *groups, uint32_t count, struct value group)
{
    for (uint32_t i = 0; i < count; i++) {
        if (naive_same_value(&groups[i], &group)) return count;
    }
    assert(count < NAIVE_GROUPS_MAX);
    groups[count] = group;
    return count + 1;
}

uint32_t naive_groups(const struct naive_data *data, const struct plan *plan,
                      const struct naive_event *event, struct value *groups)
{
    groups[0] = (struct value){.kind = VALUE_NULL};
    if (!plan->breakdown) return 1;
    struct value value =
        naive_property(data, event, plan->breakdown->property, plan->breakdown->of);
    if (value.kind != VALUE_LIST) {
        groups[0] = group_of(plan->breakdown, &value, data->arena);
        return 1;
    }
    struct value *elements;
    uint32_t element_count;
    bool fits = value_list_elements(&value, data->arena, &elements, &element_count);
    assert(fits);
    uint32_t count = 0;
    for (uint32_t i = 0; i < element_count; i++) {
        count = add_group(groups, count, group_of(plan->breakdown, &elements[i], data->arena));
    }
    return count > 0 ? count : 1;
}

uint32_t naive_ranking_find(struct naive_ranking *ranking, const struct value *group)
{
    for (uint32_t i = 0; i < ranking->count; i++) {
        if (naive_same_value(&ranking->groups[i], group)) return i;
    }
    assert(ranking->count < NAIVE_GROUPS_MAX);
    ranking->groups[ranking->count] = *group;
    return ranking->count++;
}

/* How many groups come before this one by rank. */
static uint32_t rank_of(const struct naive_ranking *ranking, uint32_t group)
{
    uint32_t before = 0;
    for (uint32_t i = 0; i < ranking->count; i++) {
        bool more = ranking->counts[i] > ranking->counts[group];
        bool same = ranking->counts[i] == ranking->counts[group];
        bool smaller = value_compare(&ranking->groups[i], &ranking->groups[group]) < 0;
        before += more || (same && smaller);
    }
    return before;
}

void naive_ranking_finish(struct naive_ranking *ranking, uint32_t top)
{
    bool has_null = false;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < ranking->count; i++) {
        if (rank_of(ranking, i) >= top) continue;
        kept++;
        if (ranking->groups[i].kind == VALUE_NULL) {
            has_null = true;
            continue;
        }
        uint32_t place = ranking->shown_count++;
        for (; place > 0; place--) {
            if (value_compare(&ranking->shown[place - 1], &ranking->groups[i]) < 0) break;
            ranking->shown[place] = ranking->shown[place - 1];
        }
        ranking->shown[place] = ranking->groups[i];
    }
    if (kept < ranking->count) {
        ranking->is_other[ranking->shown_count] = true;
        ranking->shown[ranking->shown_count++] = value_from_text(TEXT("$other"));
    }
    if (has_null) {
        ranking->shown[ranking->shown_count++] = (struct value){.kind = VALUE_NULL};
    }
}

bool naive_ranking_holds(const struct naive_ranking *ranking, uint32_t shown,
                         const struct value *groups, uint32_t group_count)
{
    for (uint32_t i = 0; i < group_count; i++) {
        bool is_kept = false;
        for (uint32_t j = 0; j < ranking->shown_count; j++) {
            bool same = !ranking->is_other[j] && naive_same_value(&ranking->shown[j], &groups[i]);
            if (same) is_kept = true;
            if (same && j == shown) return true;
        }
        if (!is_kept && ranking->is_other[shown]) return true;
    }
    return false;
}

void naive_table_cell(struct naive_table *table, struct arena *arena, struct value value)
{
    if (table->cell_count == table->capacity) {
        uint64_t larger = table->capacity > 0 ? table->capacity * 2 : 1024;
        struct value *cells = ARENA_ARRAY(arena, struct value, larger);
        assert(cells);
        if (table->cell_count > 0) {
            memcpy(cells, table->cells, table->cell_count * sizeof *cells);
        }
        table->cells = cells;
        table->capacity = larger;
    }
    table->cells[table->cell_count++] = value;
    assert(table->column_count > 0);
    table->row_count = table->cell_count / table->column_count;
}
