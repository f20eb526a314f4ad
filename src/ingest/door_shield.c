#include "ingest/door_shield.h"

#include "base/check.h"

#include <string.h>

static enum shield_source source_of(const struct wire_record *record)
{
    switch (record->endpoint) {
    case WIRE_TRACK: return SHIELD_FROM_MANUAL;
    case WIRE_IMPORT: return SHIELD_FROM_IMPORT;
    case WIRE_ENGAGE: return SHIELD_FROM_PROFILE;
    case WIRE_GROUPS: return SHIELD_FROM_GROUP;
    }
    UNREACHABLE("an unknown endpoint");
}

static void add_id(struct shield_record *record, struct text *id)
{
    if (id->size > 0) record->ids[record->id_count++] = id;
}

/* What is not stored is refused, whether the plan holds it or turns it away: a strict import asked
 * to be told, by which rule. Nobody else is. */
static bool is_admitted(const struct door_guard *guard, struct shield_record *shielded,
                        struct wire_record *record)
{
    if (shield_admit(guard->shield, guard->scratch, shielded) == SHIELD_ADMITTED) return true;
    memcpy(record->refused_by, shielded->refused_by, sizeof record->refused_by);
    record->refused_path = shielded->refused_path;
    return false;
}

static bool admit_event(const struct door_guard *guard, struct shield_record *shielded,
                        struct wire_record *record)
{
    shielded->event = &record->event.name;
    add_id(shielded, &record->event.distinct_id);
    add_id(shielded, &record->event.device_id);
    add_id(shielded, &record->event.insert_id);
    shielded->drawn_id = &record->event.insert_id;
    for (uint32_t i = 0; i < record->property_count; i++)
        shielded->items[i] =
            (struct shield_item){record->properties[i].name, record->properties[i].value, false};
    shielded->item_count = record->property_count;
    if (!is_admitted(guard, shielded, record)) return false;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < record->property_count; i++) {
        if (shielded->items[i].is_removed) continue;
        if (kept < i) record->properties[kept] = record->properties[i];
        record->properties[kept++].value = shielded->items[i].value;
    }
    record->property_count = kept;
    return true;
}

/* Steps without a name ($delete, or to touch the profile) hold nothing: they stay as they are. */
static bool admit_profile(const struct door_guard *guard, struct shield_record *shielded,
                          struct wire_record *record)
{
    add_id(shielded, &record->change.id);
    for (uint32_t i = 0; i < record->step_count; i++)
        shielded->items[i] =
            (struct shield_item){record->steps[i].name, record->steps[i].value, false};
    shielded->item_count = record->step_count;
    if (!is_admitted(guard, shielded, record)) return false;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < record->step_count; i++) {
        if (shielded->items[i].is_removed) continue;
        if (kept < i) record->steps[kept] = record->steps[i];
        record->steps[kept++].value = shielded->items[i].value;
    }
    if (kept == 0 && record->step_count > 0) {
        record->steps[kept++] = (struct profile_step){.operation = PROFILE_TOUCH};
    }
    record->step_count = kept;
    return true;
}

bool door_shield_admit(const struct door_guard *guard, const struct project *project,
                       struct wire_record *record)
{
    uint32_t count = record->is_profile ? record->step_count : record->property_count;
    struct shield_record shielded = {
        .project = project,
        .source = source_of(record),
        .now_ms = guard->now_ms,
        .items = ARENA_ARRAY_DIRTY(record->arena, struct shield_item, count > 0 ? count : 1),
        .arena = record->arena,
    };
    if (!shielded.items) return false;
    memcpy(shielded.country, guard->country, sizeof shielded.country);
    return record->is_profile ? admit_profile(guard, &shielded, record)
                              : admit_event(guard, &shielded, record);
}

/* An id and a name as a record that holds nothing else: what is left of them may be told. */
void door_shield_repeat(const struct door_guard *guard, const struct project *project,
                        struct text *id, struct text *name, struct arena *arena)
{
    struct shield_item item = {.name = *name, .value = {.kind = VALUE_MISSING}};
    struct shield_record shielded = {
        .project = project,
        .source = SHIELD_FROM_IMPORT,
        .now_ms = guard->now_ms,
        .items = &item,
        .item_count = name->size > 0 ? 1 : 0,
        .arena = arena,
    };
    memcpy(shielded.country, guard->country, sizeof shielded.country);
    add_id(&shielded, id);
    bool is_admitted = shield_admit(guard->shield, guard->scratch, &shielded) == SHIELD_ADMITTED;
    if (!is_admitted) *id = TEXT("");
    if (!is_admitted || item.is_removed) *name = TEXT("");
}
