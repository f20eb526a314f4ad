/* Every file call of some flushes fails once: a flush that said OK is there after a restart, and a
 * flush that failed can be repeated. */
#include "identity/identity.h"
#include "os/os_fault.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PROJECT = 7, FLUSHES = 4 };

static const char *const IDS[FLUSHES] = {"ada", "bob", "cyd", "eve"};

/* How many of the ids a flush said OK to. */
static int run(const char *folder)
{
    struct identity *identity;
    struct error error;
    int safe = 0;
    if (identity_open(folder, &identity, &error) != STATUS_OK) return 0;
    for (int i = 0; i < FLUSHES; i++) {
        struct identity_sighting sighting = {.distinct_id = text_from(IDS[0]),
                                             .device_id = text_from(i > 0 ? IDS[i] : "")};
        assert_int_equal(identity_sight(identity, PROJECT, &sighting, 1, &error), STATUS_OK);
        if (identity_flush(identity, PROJECT, &error) == STATUS_OK) safe = i + 1;
    }
    identity_close(identity);
    return safe;
}

static void check(const char *folder, int safe)
{
    struct identity *identity;
    struct error error;
    assert_int_equal(identity_open(folder, &identity, &error), STATUS_OK);
    for (int i = 0; i < safe; i++) {
        assert_int_equal(identity_find(identity, PROJECT, text_from(IDS[i])), i);
        assert_int_equal(identity_canonical(identity, PROJECT, (uint32_t)i), 0);
    }
    identity_close(identity);
    assert_int_equal(run(folder), FLUSHES); /* and everything goes on */
}

static void try_every_call(enum os_fault_kind kind)
{
    const int calls = OS_FAULT_CALL_ALL & ~OS_FAULT_CALL_READ;
    uint64_t count = 1;
    for (uint64_t n = 0; n <= count; n++) {
        char folder[] = "identity-fault-XXXXXX";
        assert_non_null(mkdtemp(folder));
        struct os_fault_plan plan = {.kind = n ? kind : OS_FAULT_NONE,
                                     .calls = calls,
                                     .at = n,
                                     .count = 1,
                                     .errno_value = EIO,
                                     .seed = n};
        os_fault_set(&plan);
        int safe = run(folder);
        if (n == 0) count = os_fault_count();
        struct os_fault_plan none = {.kind = OS_FAULT_NONE};
        os_fault_set(&none);
        check(folder, safe);
        char command[64];
        (void)snprintf(command, sizeof command, "rm -rf %s", folder);
        assert_int_equal(system(command), 0);
    }
    assert_true(count > FLUSHES);
}

static void loses_no_flushed_id_when_a_call_fails(void **state)
{
    (void)state;
    try_every_call(OS_FAULT_ERROR);
}

static void loses_no_flushed_id_when_a_write_is_short(void **state)
{
    (void)state;
    try_every_call(OS_FAULT_SHORT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loses_no_flushed_id_when_a_call_fails),
        cmocka_unit_test(loses_no_flushed_id_when_a_write_is_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
