/* A shield, a project, and records written as JSON: what tests of this room stand on. */
#ifndef CANDOR_TEST_SHIELD_SCENE_H
#define CANDOR_TEST_SHIELD_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "shield/shield.h"
#include "shield/shield_finding.h"

enum { SCENE_ITEMS_MAX = 512, SCENE_ARENA_SIZE = 16 * 1024 * 1024 };

struct shield_scene {
    struct shield *shield;
    struct shield_scratch *scratch;
    struct project project;
    enum shield_source source;
    struct arena arena; /* of the newest record */
    struct text event;
    struct text id;
    struct shield_item items[SCENE_ITEMS_MAX];
    uint32_t item_count;
    enum shield_verdict verdict;
    struct buffer json; /* the newest record's items, as an object */
    int64_t now_ms;     /* a minute later with each record */
};

void shield_scene_open(struct shield_scene *scene);
void shield_scene_close(struct shield_scene *scene);

/* Admit a record; properties are a JSON object. The items that are left, as JSON. */
const char *shield_scene_admit(struct shield_scene *scene, struct text event, struct text id,
                               struct text properties);
/* The same for one property. */
const char *shield_scene_value(struct shield_scene *scene, const char *key, const char *json);

/* How often this detector was noted for the newest record; NULL: any. */
uint64_t shield_scene_found(struct shield_scene *scene, const char *detector);
/* The detectors of the newest record, joined by spaces. */
const char *shield_scene_detectors(struct shield_scene *scene, char *out, size_t size);

#endif
