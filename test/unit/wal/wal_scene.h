/* What the tests of the log share: a folder of their own, records whose bytes follow from a number,
 * and a model that says what a replay has to bring. */
#ifndef CANDOR_TEST_WAL_SCENE_H
#define CANDOR_TEST_WAL_SCENE_H

#include "os/os_file.h"
#include "wal/wal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SCENE_RECORDS_MAX = 512 };

/* What was appended, sequence by sequence, and how much of it was acknowledged. */
struct scene {
    char place[OS_PATH_SIZE - 64]; /* holds the folder and what stands beside it */
    char folder[OS_PATH_SIZE];
    uint64_t file_size;
    uint64_t seed;
    uint64_t random;
    uint32_t payload_max;

    uint64_t tokens[SCENE_RECORDS_MAX]; /* of the record that last had this sequence */
    uint64_t token_last;
    uint64_t acked;    /* wal_sync returned OK for all up to here */
    uint64_t appended; /* wal_append returned OK, not rewound since */
    uint64_t watermark;

    uint64_t replayed_first; /* 0: nothing came */
    uint64_t replayed_last;
};

void scene_begin(struct scene *scene, uint64_t seed);
void scene_end(struct scene *scene); /* removes the folder */

uint64_t scene_random(struct scene *scene, uint64_t below);

/* Every call compares with the model and fails the test when they differ. */
enum status scene_open(struct scene *scene, struct wal **wal, struct error *error);
enum status scene_append(struct scene *scene, struct wal *wal, uint64_t size, struct error *error);
enum status scene_sync(struct scene *scene, struct wal *wal, struct error *error);
void scene_rewind(struct scene *scene, struct wal *wal);

/* Those that must work. */
struct wal *scene_must_open(struct scene *scene);
void scene_must_append(struct scene *scene, struct wal *wal, uint64_t size);
void scene_must_sync(struct scene *scene, struct wal *wal);
void scene_must_forget(struct scene *scene, struct wal *wal, uint64_t watermark);
/* Append and sync one group of records. */
void scene_must_write(struct scene *scene, struct wal *wal, uint32_t count, uint64_t size);

/* Open, and expect everything behind the watermark that was acknowledged, then append and open
 * again: a log that was recovered has to be a log. */
void scene_must_recover(struct scene *scene);

/* All files of the folder with their bytes. */
struct scene_file {
    char *name;
    char *bytes;
    size_t size;
};
struct scene_snapshot {
    struct scene_file *files;
    size_t count;
    bool is_begun; /* as the file beside the folder says */
};
void scene_take(const struct scene *scene, struct scene_snapshot *out);
void scene_put_back(const struct scene *scene, const struct scene_snapshot *snapshot);
void scene_drop(struct scene_snapshot *snapshot);
bool scene_is_begun(const struct scene *scene);
size_t scene_count_files(const struct scene *scene, const char *suffix);

#define MUST(call, error)                                                     \
    do {                                                                      \
        if ((call) != STATUS_OK) fail_msg("%s: %s", #call, (error)->message); \
    } while (0)

#endif
