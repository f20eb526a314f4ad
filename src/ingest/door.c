#include "ingest/door.h"

#include "base/check.h"

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

bool door_admit(void *context, const struct project *project, struct wire_record *record)
{
    const struct door *door = context;
    if (door->guard.shield && !door_shield_admit(&door->guard, project, record)) return false;
    if (door->enrich) add_facts(door, record);
    return true;
}
