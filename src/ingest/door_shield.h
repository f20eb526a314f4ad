/* One record through the shield, on its way from wire to its batch. Private to the room. */
#ifndef CANDOR_INGEST_DOOR_SHIELD_H
#define CANDOR_INGEST_DOOR_SHIELD_H

#include "shield/shield.h"
#include "wire/wire.h"

struct door_guard {
    struct shield *shield;
    struct shield_scratch *scratch; /* of this door alone */
    int64_t now_ms;
    char country[2]; /* upper case, or two question marks */
};

/* False: the record is not to be stored. A change of a profile of which no step is left still makes
 * the profile. */
bool door_shield_admit(const struct door_guard *guard, const struct project *project,
                       struct wire_record *record);

/* What an answer may repeat of a refused record: each becomes what the shield leaves of it. */
void door_shield_repeat(const struct door_guard *guard, const struct project *project,
                        struct text *id, struct text *name, struct arena *arena);

#endif
