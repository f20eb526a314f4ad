/* The people of one project in memory: texts, numbers and ties. Needs its owner's lock. */
#ifndef CANDOR_IDENTITY_PEOPLE_H
#define CANDOR_IDENTITY_PEOPLE_H

#include "base/text_index.h"
#include "identity/identity.h"

struct people {
    struct text_index ids;
    uint32_t *canonical; /* by number: the user of a tied device, else itself */
    uint64_t *merged;    /* a bit by number: tied, or tied to */
    uint32_t capacity;
    uint32_t *tied; /* devices in the order of their ties */
    uint32_t tie_count;
    uint32_t tie_capacity;
};

void people_init(struct people *people);
void people_release(struct people *people);

/* The id must not be empty. */
uint32_t people_number(struct people *people, struct text distinct_id);
/* True if the device belongs to the user from now on, and did not. */
bool people_tie(struct people *people, uint32_t device, uint32_t user);
/* As identity_sight; there is room for two ids a sighting. */
void people_sight(struct people *people, struct identity_sighting *sightings, uint32_t count);
bool people_is_merged(const struct people *people, uint32_t number);

#endif
