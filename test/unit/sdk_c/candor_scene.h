/* The native client in a scene: a transport that keeps what it was given, a clock that stands still
 * until it is moved, seeded randomness, and a file. test/e2e sends to a real server. */
#ifndef CANDOR_SDK_C_SCENE_H
#define CANDOR_SDK_C_SCENE_H

#include "candor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <json-c/json.h>

enum { MEMORY = 64 * 1024, BODIES = 64 };

/* What the other end sees and says. */
struct server {
    char *bodies[BODIES];
    char urls[BODIES][128];
    int count;
    int status; /* of every answer; 0: not there */
    int retry_after_s;
    size_t body_max; /* 413 above it; 0: none */
    int64_t now_ms;
    unsigned seed;
};

struct scene {
    struct server server;
    struct candor *candor;
    char memory[MEMORY] __attribute__((aligned(16)));
    char file[64];
};

/* Fixtures: without a file, with one; both open the client. */
int scene_begin(void **state);
int scene_begin_with_file(void **state);
int scene_end(void **state);

struct candor_options scene_options_of(struct scene *scene);
/* As after a restart: nothing is left but the files. */
enum candor_status scene_reopen(struct scene *scene);
struct candor_figures scene_figures_of(struct scene *scene);

/* The records of this body; the caller puts them. */
struct json_object *scene_body_of(struct scene *scene, int body);
/* NULL also for a JSON null. */
struct json_object *scene_member(struct json_object *object, const char *name);
/* Track one event with the property, send it, and give its properties; puts are for *records. */
struct json_object *scene_sent_with(struct scene *scene, struct candor_property property,
                                    struct json_object **records);

#endif
