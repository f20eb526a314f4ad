/* A control database in a folder of its own, for the tests of this room. */
#ifndef CANDOR_CONTROL_FIXTURE_H
#define CANDOR_CONTROL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/control.h"
#include "os/os_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NOW_MS = 1000000000, HOUR_MS = 3600000 };

struct fixture {
    char folder[64];
    char path[128];
    struct project_slot *slot;
    struct control *control;
    struct error error;
};

static inline enum status fixture_reopen(struct fixture *fixture, enum control_create create)
{
    fixture->control = NULL;
    return control_open(fixture->path, create, fixture->slot, &fixture->control, &fixture->error);
}

static inline int fixture_setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    crypt_init();
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/candor-control-XXXXXX");
    if (!mkdtemp(fixture->folder)) return -1;
    snprintf(fixture->path, sizeof fixture->path, "%s/control.db", fixture->folder);
    fixture->slot = project_slot_make();
    *state = fixture;
    return fixture_reopen(fixture, CONTROL_CREATE) == STATUS_OK ? 0 : -1;
}

static inline void fixture_close(struct fixture *fixture)
{
    if (fixture->control) control_close(fixture->control);
    fixture->control = NULL;
}

static inline int fixture_teardown(void **state)
{
    struct fixture *fixture = *state;
    const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    fixture_close(fixture);
    project_slot_release(fixture->slot);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char path[160];
        snprintf(path, sizeof path, "%s%s", fixture->path, ends[i]);
        unlink(path);
    }
    rmdir(fixture->folder);
    free(fixture);
    return 0;
}

static inline enum status fixture_project(struct fixture *fixture, const char *name,
                                          struct control_project_made *made)
{
    struct control_project_options options = {.name = text_from(name)};
    return control_project_create(fixture->control, &options, made, &fixture->error);
}

#define FIXTURE_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

#endif
