/* A backend and an ingest on one folder, and batches for them; include after cmocka. */
#ifndef CANDOR_TEST_INGEST_SCENE_H
#define CANDOR_TEST_INGEST_SCENE_H

#include "ingest/ingest.h"

enum { SCENE_FOLDER_SIZE = 64 };

/* A folder of its own, in memory where there is such a place: syncs are not waited for. */
void scene_make_folder(char folder[SCENE_FOLDER_SIZE]);
void scene_remove_folder(const char *folder);

struct ingest_scene {
    struct project_slot *projects;
    struct backend *backend;
    struct ingest *ingest;
    struct error error;
};

/* Null options are the defaults; folder and projects are filled in. */
void ingest_scene_open(struct ingest_scene *scene, const char *folder,
                       const struct backend_options *backend, const struct ingest_options *ingest);
void ingest_scene_close(struct ingest_scene *scene);

struct scene_events {
    uint32_t project;
    uint32_t first; /* numbers of the events: their insert_id, a property n and a person of seven */
    uint32_t count;
    int64_t time_ms; /* of the first; each next is a millisecond later */
};
/* The caller releases batch.bytes. */
struct wire_batch scene_batch(const struct scene_events *events);

enum ingest_outcome scene_submit(struct ingest_scene *scene, const struct scene_events *events);

/* How many rows an export of everything finds: what is published. */
uint64_t scene_count_rows(struct ingest_scene *scene, uint32_t project);

#endif
