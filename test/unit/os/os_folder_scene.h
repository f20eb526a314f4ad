/* A folder of its own for each test, removed with all that is in it. */
#ifndef CANDOR_TEST_OS_FOLDER_SCENE_H
#define CANDOR_TEST_OS_FOLDER_SCENE_H

#include "os/os_file.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct place {
    char folder[OS_PATH_SIZE];
    char path[OS_PATH_SIZE]; /* of the last name asked for */
};

static inline void place_begin(struct place *place)
{
    const char *root = getenv("TMPDIR");
    if (!root) root = os_exists("/dev/shm") ? "/dev/shm" : P_tmpdir;
    (void)snprintf(place->folder, sizeof place->folder, "%s/candor-os-XXXXXX", root);
    assert_non_null(mkdtemp(place->folder));
}

static inline int place_remove_one(const char *path, const struct stat *found, int kind,
                                   struct FTW *where)
{
    (void)found;
    (void)kind;
    (void)where;
    return remove(path);
}

static inline void place_end(struct place *place)
{
    assert_int_equal(nftw(place->folder, place_remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static inline const char *place_path(struct place *place, const char *name)
{
    assert_true(os_path_join(place->path, place->folder, name));
    return place->path;
}

#define MUST(call, error)                                                     \
    do {                                                                      \
        if ((call) != STATUS_OK) fail_msg("%s: %s", #call, (error)->message); \
    } while (0)

#endif
