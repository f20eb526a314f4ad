/* A backend on a folder of its own, and a twin that keeps every event as one row. */
#ifndef CANDOR_TEST_BACKEND_SCENE_H
#define CANDOR_TEST_BACKEND_SCENE_H

#include "backend/backend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SCENE_PROJECT = 3, SCENE_PERSONS = 11 };

/* The number of an event is its place in the twin: arrival rises with it. */
struct scene_row {
    int64_t time_ms;
    uint32_t project;
};

struct scene {
    char folder[64];
    struct backend_options options;
    struct backend *backend;
    uint64_t sequence;
    struct scene_row *rows;
    uint32_t row_count;
    struct error error;
};

void scene_begin(struct scene *scene, const struct backend_options *options);
void scene_end(struct scene *scene); /* removes the folder */
void scene_reopen(struct scene *scene);

/* Apply events of these times as one record, to the backend and to the twin. */
void scene_add(struct scene *scene, uint32_t project, const int64_t *times, uint32_t count);
/* The same record once more, as a replay would: the twin does not change. */
void scene_repeat(struct scene *scene, uint64_t sequence, uint32_t first, uint32_t count);
/* A new record of which the last event cannot be read: it fails, the twin has it whole. */
void scene_add_half(struct scene *scene, uint32_t project, const int64_t *times, uint32_t count);
void scene_flush(struct scene *scene); /* everything */

struct backend_figures scene_figures(struct scene *scene, uint32_t project);

/* An export of the span is what the twin gives, row by row. Returns how many. */
uint32_t scene_check_export(struct scene *scene, int64_t from_ms, int64_t to_ms);

/* The number in an exported event's insert_id; UINT32_MAX when there is none. Moves behind it. */
uint32_t scene_next_number(struct text *lines);

#endif
