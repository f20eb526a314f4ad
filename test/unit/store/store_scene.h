/* What the tests of the store share: a folder of their own, events by chance, and a twin that keeps
 * every event as a row of texts and compares it with what a snapshot reads back. */
#ifndef CANDOR_TEST_STORE_SCENE_H
#define CANDOR_TEST_STORE_SCENE_H

#include "event/batch.h"
#include "os/os_file.h"
#include "store/row_source.h"
#include "store/store.h"
#include "support/seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SCENE_PROJECTS = 3, SCENE_PERSONS_MAX = 1 << 20 };

struct twin_row {
    uint64_t arrival;
    int64_t time_ms;
    int64_t received_ms;
    uint32_t person;
    uint32_t flags;
    char *text;    /* event name, insert_id and properties, one line each, sorted by name */
    uint32_t seen; /* in the snapshot under comparison */
};

struct twin {
    struct twin_row *rows; /* by rising arrival */
    uint32_t count;
    uint32_t capacity;
};

/* How the events of a scene look. */
struct scene_shape {
    uint32_t persons;
    uint32_t names;          /* property names in use */
    uint32_t properties_max; /* of one event */
    bool with_dropped;
};

struct scene {
    char folder[OS_PATH_SIZE];
    struct seeded random;
    struct scene_shape shape;
    unsigned flush_threads; /* by the seed */
    struct store *store;
    uint64_t sequence; /* the last one appended */
    struct twin twins[SCENE_PROJECTS + 1];
    uint32_t *canonical;
};

void scene_begin(struct scene *scene, uint64_t seed);
void scene_end(struct scene *scene); /* closes the store, removes the folder */
void scene_remove_files(const struct scene *scene);
/* Forget what was appended to the project, as if it had never been. */
void scene_forget_twin(struct scene *scene, uint32_t project);

enum status scene_open(struct scene *scene, struct error *error);
void scene_must_open(struct scene *scene);
void scene_close(struct scene *scene);

/* The bytes of a batch of events by chance; free with memory_free. */
struct text scene_make_batch(struct scene *scene, uint32_t project, uint32_t count);
/* Append a batch as the next record, to the store and, if there is one, to the twin. */
enum scene_twin { SCENE_WITH_TWIN, SCENE_WITHOUT_TWIN };
void scene_apply(struct scene *scene, uint32_t project, uint64_t sequence, struct text batch,
                 enum scene_twin twin);
void scene_append(struct scene *scene, uint32_t project, uint32_t count);

struct store_clusters scene_clusters(const struct scene *scene);
void scene_publish(struct scene *scene, uint32_t project);
void scene_must_flush(struct scene *scene, uint32_t project);

/* Every row of the twin is in the snapshot once, with all it has, and sources are in order.
 * visible: rows of the twin that must be there; more are a failure. */
void scene_check(struct scene *scene, uint32_t project, uint32_t visible);
void scene_check_all(struct scene *scene, uint32_t project);
/* The same, but a read that is refused as damaged ends it: returns that status. */
enum status scene_read(struct scene *scene, uint32_t project, uint32_t visible,
                       struct error *error);

#define MUST(call, error)                                                     \
    do {                                                                      \
        if ((call) != STATUS_OK) fail_msg("%s: %s", #call, (error)->message); \
    } while (0)

#endif
