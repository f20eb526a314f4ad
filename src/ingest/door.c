#include "ingest/door.h"

#include "base/check.h"
#include "shield/shield_dictionary.h"

void door_init(struct door *door, struct enrich *enrich, const struct enrich_sender *sender)
{
    *door = (struct door){.enrich = enrich};
    static const struct enrich_sender nobody;
    if (enrich) enrich_look(enrich, sender ? sender : &nobody, &door->facts);
}

void door_guard(struct door *door, struct shield *shield, int64_t now_ms)
{
    assert(!door->guard.shield);
    if (!shield) return;
    door->guard = (struct door_guard){.shield = shield,
                                      .scratch = shield_scratch_take(shield),
                                      .now_ms = now_ms,
                                      .country = {'?', '?'}};
    if (door->facts.country[0]) {
        door->guard.country[0] = door->facts.country[0];
        door->guard.country[1] = door->facts.country[1];
    }
}

void door_release(struct door *door)
{
    if (door->guard.shield) shield_scratch_give(door->guard.shield, door->guard.scratch);
    door->guard = (struct door_guard){0};
}

static enum enrich_ip asked(enum wire_ip ip)
{
    switch (ip) {
    case WIRE_IP_UNSAID: return ENRICH_IP_UNSAID;
    case WIRE_IP_NO: return ENRICH_IP_NO;
    case WIRE_IP_YES: return ENRICH_IP_YES;
    }
    UNREACHABLE("an unknown wish about addresses");
}

static void add_facts(const struct door *door, struct wire_record *record)
{
    struct enrich_wish wish = {
        .ip_asked = asked(record->ip_asked),
        .is_import = record->endpoint == WIRE_IMPORT,
        .ip = &record->ip,
        .arena = record->arena,
    };
    if (!record->is_profile) {
        enrich_event(door->enrich, &door->facts, &wish, record->properties, &record->property_count,
                     record->property_capacity);
    } else if (record->endpoint == WIRE_ENGAGE) { /* a group has no country */
        enrich_profile(door->enrich, &door->facts, &wish, record->steps, &record->step_count,
                       record->step_capacity);
    }
}

void door_learn(struct door *door, struct observed *observed, int64_t now_ms)
{
    door->observed = observed;
    door->observed_ms = now_ms;
}

static bool is_sight(const struct wire_record *record)
{
    return !record->is_profile && text_equal(record->event.name, TEXT("$candor_seen"));
}

static bool find_seen_hash(const struct wire_record *record, uint64_t *out)
{
    for (uint32_t i = 0; i < record->property_count; i++) {
        const struct property *property = &record->properties[i];
        if (!text_equal(property->name, TEXT("cd_seen"))) continue;
        return property->value.kind == VALUE_TEXT &&
               shield_dictionary_parse(property->value.text, out);
    }
    return false;
}

/* An import tells of no device that is there now. */
static void learn(const struct door *door, const struct project *project,
                  const struct wire_record *record)
{
    struct observed_sight sight = {.project = project->id,
                                   .salt = project->dictionary_salt,
                                   .device = record->event.device_id,
                                   .now_ms = door->observed_ms};
    if (sight.device.size == 0) sight.device = record->event.distinct_id;
    bool counts = door->observed && record->endpoint == WIRE_TRACK && project->observes;
    if (!counts || sight.salt.size == 0 || sight.salt.size > OBSERVED_SALT_MAX) return;
    if (find_seen_hash(record, &sight.hash)) observed_see(door->observed, &sight);
}

bool door_admit(void *context, const struct project *project, struct wire_record *record)
{
    const struct door *door = context;
    if (is_sight(record)) {
        learn(door, project, record);
        record->is_taken = true;
        return false;
    }
    if (door->guard.shield && !door_shield_admit(&door->guard, project, record)) return false;
    if (door->enrich) add_facts(door, record);
    return true;
}

void door_repeat(void *context, const struct project *project, struct text *id, struct text *name,
                 struct arena *arena)
{
    const struct door *door = context;
    if (door->guard.shield) door_shield_repeat(&door->guard, project, id, name, arena);
}
