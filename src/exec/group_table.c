#include "exec/group_table.h"

#include "base/check.h"
#include "codec/number.h"
#include "exec/memory_limit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY_FIRST = 256, LABEL_SIZE = 2 * NUMBER_TEXT_SIZE + 4 };

/* Twice the room, or the first; the old copy stays in the arena, which costs as much once more. */
static void *grow(struct arena *arena, const void *items, uint32_t count, uint32_t *capacity,
                  size_t item_size)
{
    uint32_t larger = *capacity > 0 ? *capacity * 2 : CAPACITY_FIRST;
    void *copy = arena_alloc(arena, larger, item_size, sizeof(void *));
    if (!copy) return NULL;
    if (count > 0) memcpy(copy, items, count * item_size);
    *capacity = larger;
    return copy;
}

static uint32_t first_place(const struct group_table *table, const struct value *value)
{
    return (uint32_t)value_hash(value, table->hash_seed) & (table->place_count - 1);
}

static void place_group(struct group_table *table, uint32_t group)
{
    uint32_t place = first_place(table, &table->values[group]);
    while (table->places[place] != 0)
        place = (place + 1) & (table->place_count - 1);
    table->places[place] = group + 1;
}

static enum status grow_groups(struct group_table *table, struct error *error)
{
    struct value *values =
        grow(table->arena, table->values, table->count, &table->capacity, sizeof *values);
    if (!values) return memory_limit_passed(table->arena, error);
    table->values = values;

    uint32_t place_count = table->capacity * 2;
    uint32_t *places = ARENA_ARRAY(table->arena, uint32_t, place_count);
    if (!places) return memory_limit_passed(table->arena, error);
    table->places = places;
    table->place_count = place_count;
    for (uint32_t group = 0; group < table->count; group++)
        place_group(table, group);
    return STATUS_OK;
}

/* The group of a scalar, new or old. At most half of the places are taken. */
static enum status intern(struct group_table *table, const struct value *value, uint32_t *group,
                          struct error *error)
{
    uint32_t place = first_place(table, value);
    while (table->places[place] != 0) {
        *group = table->places[place] - 1;
        if (value_equal(&table->values[*group], value)) return STATUS_OK;
        place = (place + 1) & (table->place_count - 1);
    }
    if (table->count == table->capacity) TRY(grow_groups(table, error));
    *group = table->count++;
    table->values[*group] = *value;
    place_group(table, *group);
    return STATUS_OK;
}

enum status group_table_init(struct group_table *table, const struct plan_breakdown *breakdown,
                             uint64_t hash_seed, struct arena *arena, struct error *error)
{
    *table = (struct group_table){.arena = arena, .breakdown = breakdown, .hash_seed = hash_seed};
    TRY(grow_groups(table, error));
    struct value null = {.kind = VALUE_NULL};
    uint32_t group;
    TRY(intern(table, &null, &group, error));
    assert(group == GROUP_NULL);
    if (!breakdown || !breakdown->edges) return STATUS_OK;
    table->bucket_groups = ARENA_ARRAY(arena, uint32_t, breakdown->edge_count + 1);
    return table->bucket_groups ? STATUS_OK : memory_limit_passed(arena, error);
}

/* "<e1", "e1..e2" (the lower edge in, the upper out), ">=en". */
static struct text bucket_label(const struct plan_breakdown *breakdown, uint32_t bucket,
                                struct arena *arena)
{
    char low[NUMBER_TEXT_SIZE + 1] = "";
    char high[NUMBER_TEXT_SIZE + 1] = "";
    char label[LABEL_SIZE];
    uint32_t last = breakdown->edge_count;
    if (bucket > 0) low[number_format(breakdown->edges[bucket - 1], low)] = '\0';
    if (bucket < last) high[number_format(breakdown->edges[bucket], high)] = '\0';
    if (bucket == 0) {
        snprintf(label, sizeof label, "<%s", high);
    } else if (bucket == last) {
        snprintf(label, sizeof label, ">=%s", low);
    } else {
        snprintf(label, sizeof label, "%s..%s", low, high);
    }
    return arena_text(arena, text_from(label));
}

/* How many edges are at or below the number. Edges are doubles; the comparison is exact. */
static uint32_t bucket_of(const struct plan_breakdown *breakdown, const struct value *number)
{
    uint32_t low = 0;
    uint32_t high = breakdown->edge_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct value edge = value_from_decimal(breakdown->edges[middle]);
        if (value_compare_numbers(&edge, number) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static enum status bucket_group(struct group_table *table, const struct value *value,
                                uint32_t *group, struct error *error)
{
    *group = GROUP_NULL;
    if (!value_is_number(value)) return STATUS_OK;
    uint32_t bucket = bucket_of(table->breakdown, value);
    if (table->bucket_groups[bucket] == 0) {
        struct text label = bucket_label(table->breakdown, bucket, table->arena);
        if (!label.bytes) return memory_limit_passed(table->arena, error);
        struct value text = value_from_text(label);
        TRY(intern(table, &text, group, error));
        table->bucket_groups[bucket] = *group + 1;
    }
    *group = table->bucket_groups[bucket] - 1;
    return STATUS_OK;
}

/* Anything but a list on the outside. An object, and a list inside a list, is its JSON text. */
static enum status scalar_group(struct group_table *table, const struct value *value,
                                uint32_t *group, struct error *error)
{
    if (table->breakdown->edges) return bucket_group(table, value, group, error);
    if (value->kind == VALUE_MISSING || value->kind == VALUE_NULL) {
        *group = GROUP_NULL;
        return STATUS_OK;
    }
    struct value text = value_from_text(value->text);
    bool is_nested = value->kind == VALUE_OBJECT || value->kind == VALUE_LIST;
    return intern(table, is_nested ? &text : value, group, error);
}

static bool has_member(const struct group_table *table, uint32_t first, uint32_t group)
{
    for (uint32_t i = first; i < table->member_count; i++) {
        if (table->members[i] == group) return true;
    }
    return false;
}

static enum status add_member(struct group_table *table, uint32_t group, struct error *error)
{
    if (table->member_count == table->member_capacity) {
        uint32_t *members = grow(table->arena, table->members, table->member_count,
                                 &table->member_capacity, sizeof *members);
        if (!members) return memory_limit_passed(table->arena, error);
        table->members = members;
    }
    table->members[table->member_count++] = group;
    return STATUS_OK;
}

/* A set of one is its member. */
static enum status finish_set(struct group_table *table, uint32_t first, uint32_t *entry,
                              struct error *error)
{
    if (table->member_count - first == 1) {
        *entry = table->members[first];
        table->member_count = first;
        return STATUS_OK;
    }
    if (table->set_count + 1 >= table->set_capacity) {
        uint32_t *starts = grow(table->arena, table->set_starts,
                                table->set_capacity > 0 ? table->set_count + 1 : 0,
                                &table->set_capacity, sizeof *starts);
        if (!starts) return memory_limit_passed(table->arena, error);
        table->set_starts = starts;
    }
    table->set_starts[table->set_count] = first;
    *entry = table->set_count++ | GROUP_SET_BIT;
    table->set_starts[table->set_count] = table->member_count;
    return STATUS_OK;
}

static enum status list_entry(struct group_table *table, const struct value *list, uint32_t *entry,
                              struct error *error)
{
    struct value *elements;
    uint32_t count;
    if (!value_list_elements(list, table->arena, &elements, &count)) {
        return memory_limit_passed(table->arena, error);
    }
    *entry = GROUP_NULL;
    if (count == 0) return STATUS_OK;
    uint32_t first = table->member_count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t group;
        TRY(scalar_group(table, &elements[i], &group, error));
        if (!has_member(table, first, group)) TRY(add_member(table, group, error));
    }
    return finish_set(table, first, entry, error);
}

enum status group_table_entry(struct group_table *table, const struct value *value, uint32_t *entry,
                              struct error *error)
{
    assert(table->breakdown);
    if (value->kind == VALUE_LIST) return list_entry(table, value, entry, error);
    return scalar_group(table, value, entry, error);
}

enum status group_slots_all(struct group_slots *slots, const struct group_table *table,
                            struct arena *arena, struct error *error)
{
    uint32_t *slot_of_group = ARENA_ARRAY_DIRTY(arena, uint32_t, table->count);
    uint32_t *set_sizes = ARENA_ARRAY_DIRTY(arena, uint32_t, table->set_count);
    if (!slot_of_group || !set_sizes) return memory_limit_passed(arena, error);
    for (uint32_t group = 0; group < table->count; group++)
        slot_of_group[group] = group;
    for (uint32_t set = 0; set < table->set_count; set++) {
        set_sizes[set] = table->set_starts[set + 1] - table->set_starts[set];
    }
    *slots = (struct group_slots){.slot_of_group = slot_of_group,
                                  .set_starts = table->set_starts,
                                  .set_sizes = set_sizes,
                                  .set_slots = table->members,
                                  .labels = table->values,
                                  .count = table->count};
    return STATUS_OK;
}

struct ranked {
    const struct value *value;
    uint64_t count;
    uint32_t group;
};

static int by_rank(const void *first, const void *second)
{
    const struct ranked *a = first;
    const struct ranked *b = second;
    if (a->count != b->count) return a->count > b->count ? -1 : 1;
    return value_compare(a->value, b->value);
}

static int by_value(const void *first, const void *second)
{
    const struct ranked *a = first;
    const struct ranked *b = second;
    return value_compare(a->value, b->value);
}

/* Slots in the order of answers: values, "$other", null. Returns the slot of "$other". */
static uint32_t number_slots(struct ranked *kept, uint32_t kept_count, bool has_other,
                             uint32_t *slot_of_group, struct value *labels, uint32_t *count)
{
    qsort(kept, kept_count, sizeof *kept, by_value);
    bool has_null = kept_count > 0 && kept[kept_count - 1].group == GROUP_NULL;
    uint32_t other = kept_count - (has_null ? 1 : 0);
    uint32_t slot = 0;
    for (uint32_t i = 0; i < kept_count; i++) {
        if (has_other && i == other) labels[slot++] = value_from_text(TEXT("$other"));
        labels[slot] = *kept[i].value;
        slot_of_group[kept[i].group] = slot++;
    }
    if (has_other && other == kept_count) labels[slot++] = value_from_text(TEXT("$other"));
    *count = slot;
    return other;
}

/* The sets again, by slot: groups that share a slot count there once. */
static void map_sets(const struct group_table *table, const uint32_t *slot_of_group,
                     uint32_t *set_sizes, uint32_t *set_slots)
{
    for (uint32_t set = 0; set < table->set_count; set++) {
        uint32_t first = table->set_starts[set];
        uint32_t size = 0;
        for (uint32_t i = first; i < table->set_starts[set + 1]; i++) {
            uint32_t slot = slot_of_group[table->members[i]];
            bool is_new = true;
            for (uint32_t j = 0; j < size; j++)
                is_new = is_new && set_slots[first + j] != slot;
            if (is_new) set_slots[first + size++] = slot;
        }
        set_sizes[set] = size;
    }
}

enum status group_slots_rank(struct group_slots *slots, const struct group_table *table,
                             const uint64_t *counts, const uint8_t *is_present, struct arena *arena,
                             struct error *error)
{
    assert(table->breakdown);
    struct ranked *ranked = ARENA_ARRAY_DIRTY(arena, struct ranked, table->count);
    uint32_t *slot_of_group = ARENA_ARRAY(arena, uint32_t, table->count);
    uint32_t *set_sizes = ARENA_ARRAY_DIRTY(arena, uint32_t, table->set_count);
    uint32_t *set_slots = ARENA_ARRAY_DIRTY(arena, uint32_t, table->member_count);
    struct value *labels = ARENA_ARRAY(arena, struct value, table->breakdown->top + 1);
    if (!ranked || !slot_of_group || !set_sizes || !set_slots || !labels) {
        return memory_limit_passed(arena, error);
    }

    uint32_t present = 0;
    for (uint32_t group = 0; group < table->count; group++) {
        if (!is_present[group]) continue;
        ranked[present++] =
            (struct ranked){.value = &table->values[group], .count = counts[group], .group = group};
    }
    uint32_t kept = present;
    if (present > table->breakdown->top) {
        kept = table->breakdown->top;
        qsort(ranked, present, sizeof *ranked, by_rank);
    }
    uint32_t count;
    uint32_t other = number_slots(ranked, kept, present > kept, slot_of_group, labels, &count);
    for (uint32_t i = kept; i < present; i++)
        slot_of_group[ranked[i].group] = other;
    map_sets(table, slot_of_group, set_sizes, set_slots);
    *slots = (struct group_slots){.slot_of_group = slot_of_group,
                                  .set_starts = table->set_starts,
                                  .set_sizes = set_sizes,
                                  .set_slots = set_slots,
                                  .labels = labels,
                                  .count = count};
    return STATUS_OK;
}
