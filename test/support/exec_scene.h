/* Naive rows put into a real store and a real identity, to be asked questions. A failure of the
 * scene itself stops the test program: asserts, not statuses. */
#ifndef CANDOR_TEST_EXEC_SCENE_H
#define CANDOR_TEST_EXEC_SCENE_H

#include "exec/exec.h"
#include "os/os_file.h"
#include "support/naive_data.h"

enum { EXEC_SCENE_PROJECT = 7 };

struct exec_scene {
    char folder[OS_PATH_SIZE];
    char identity_folder[OS_PATH_SIZE];
    struct store *store;
    struct identity *identity;
    uint64_t sequence;
};

void exec_scene_begin(struct exec_scene *scene);
void exec_scene_end(struct exec_scene *scene); /* removes the folders */

/* One batch, in this order of arrival. */
void exec_scene_add(struct exec_scene *scene, const struct naive_event *events, uint32_t count);
void exec_scene_tie(struct exec_scene *scene, const struct naive_tie *tie);
void exec_scene_profile(struct exec_scene *scene, const struct naive_profile *profile);
void exec_scene_publish(struct exec_scene *scene); /* into view */
void exec_scene_flush(struct exec_scene *scene);   /* into a segment */

struct zone *exec_scene_zone(const char *name); /* zone_release it */

/* How a question is asked. */
struct exec_scene_ask {
    const struct plan *plan;
    const struct naive_moment *moment;
    unsigned thread_count;
    size_t memory_max;
    uint64_t deadline_ns;
    uint64_t hash_seed;
};
/* Into a result that the caller made. */
enum status exec_scene_ask(struct exec_scene *scene, const struct exec_scene_ask *ask,
                           struct result *result, struct error *error);

#endif
