/* What stands between a decoded record and its batch: one wire_admit that calls the rooms which
 * look at values. One door for each request; its owner's thread. */
#ifndef CANDOR_INGEST_DOOR_H
#define CANDOR_INGEST_DOOR_H

#include "enrich/enrich.h"
#include "ingest/door_shield.h"
#include "shield/observed.h"
#include "wire/wire.h"

struct door {
    struct enrich *enrich; /* NULL: nothing is added */
    struct enrich_facts facts;
    struct door_guard guard;   /* its shield is NULL: what is right is stored as it is */
    struct observed *observed; /* NULL: learns nothing */
    int64_t observed_ms;
};

/* sender NULL: nobody's request, as for the lines of a file. Looks at the sender now and keeps
 * nothing of it. */
void door_init(struct door *door, struct enrich *enrich, const struct enrich_sender *sender);

/* From now on every record passes the shield first, before anything is added to it. Release the
 * door when the request is decoded: its scratch goes back, wiped. */
void door_guard(struct door *door, struct shield *shield, int64_t now_ms);
void door_release(struct door *door);

/* From now on what pages of a project that observes tell of unknown texts is counted. Such records
 * are never stored, learned from or not. */
void door_learn(struct door *door, struct observed *observed, int64_t now_ms);

/* A wire_admit; context is the door. */
bool door_admit(void *door, const struct project *project, struct wire_record *record);

/* A wire_repeat; context is the door. */
void door_repeat(void *door, const struct project *project, struct text *id, struct text *name,
                 struct arena *arena);

#endif
