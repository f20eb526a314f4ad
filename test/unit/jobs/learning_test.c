/* From a hash that fifty devices showed to the project's dictionary, with every call of the kernel
 * failing in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/control_shield.h"
#include "jobs/learning.h"
#include "os/os_fault.h"
#include "os/os_file.h"
#include "os/os_log.h"

#include <errno.h>

#define DAY_MS   INT64_C(86400000)
#define START_MS (INT64_C(20000) * DAY_MS)

enum { MANY = 200 };

static char folder[64];
static char path[128];
static struct project_slot *slot;
static uint32_t project;
static struct control *control;
static struct observed *observed;
static struct learning *learning;

static void open_learning(void)
{
    struct error error;
    observed = observed_make();
    struct learning_options options = {.folder = folder, .control = control, .observed = observed};
    assert_int_equal(learning_open(&options, &learning, &error), STATUS_OK);
}

static void close_learning(void)
{
    learning_close(learning);
    observed_release(observed);
}

static int begin(void **state)
{
    (void)state;
    struct error error;
    struct control_project_made made;
    struct control_project_options shop = {.name = TEXT("shop"), .zone = TEXT("UTC")};
    struct control_sdk_change observe = {.sample = -1, .observe = CONTROL_ON};
    char database[128];
    snprintf(folder, sizeof folder, "/tmp/candor-learning-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/observed", folder);
    snprintf(database, sizeof database, "%s/control.db", folder);
    slot = project_slot_make();
    assert_int_equal(control_open(database, CONTROL_CREATE, slot, &control, &error), STATUS_OK);
    assert_int_equal(control_project_create(control, &shop, &made, &error), STATUS_OK);
    struct control_deed deed = {
        .project = made.id, .by = TEXT(""), .reason = TEXT(""), .now_ms = START_MS};
    project = made.id;
    assert_int_equal(control_sdk_settings(control, &deed, &observe, &error), STATUS_OK);
    open_learning();
    return 0;
}

static int end(void **state)
{
    (void)state;
    static const char *const names[] = {"observed", "control.db", "control.db-wal",
                                        "control.db-shm"};
    close_learning();
    control_close(control);
    project_slot_release(slot);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[160];
        snprintf(name, sizeof name, "%s/%s", folder, names[i]);
        (void)unlink(name);
    }
    return rmdir(folder);
}

static void see(uint64_t hash, int count, int day)
{
    struct project_table *table = project_slot_take(slot);
    const struct project *found = project_table_by_id(table, project);
    for (int i = 0; i < count; i++) {
        char device[32];
        snprintf(device, sizeof device, "device %d", i);
        struct observed_sight sight = {.project = project,
                                       .salt = found->dictionary_salt,
                                       .hash = hash,
                                       .device = text_from(device),
                                       .now_ms = START_MS + day * DAY_MS};
        observed_see(observed, &sight);
    }
    project_table_drop(table);
}

static size_t listed(void)
{
    struct project_table *table = project_slot_take(slot);
    size_t count = project_table_by_id(table, project)->dictionary_hashes.size / 8;
    project_table_drop(table);
    return count;
}

static uint64_t waiting(void)
{
    struct observed_figures figures;
    observed_figures(observed, 0, &figures);
    return figures.waiting;
}

static void must_turn(void)
{
    struct error error;
    assert_int_equal(learning_turn(learning, &error), STATUS_OK);
}

static void what_is_ready_joins_the_dictionary(void **state)
{
    (void)state;
    must_turn();
    assert_false(os_exists(path)); /* nothing was ever seen */
    for (int day = 0; day < 2; day++) {
        see(1, MANY, day);
        see(2, 5, day);
        must_turn();
        assert_int_equal(listed(), 0);
    }
    close_learning(); /* a restart between the days */
    open_learning();
    assert_int_equal(waiting(), 2);
    see(1, 1, 2);
    see(2, 5, 2);
    must_turn();
    assert_int_equal(listed(), 1);
    assert_int_equal(waiting(), 1);
    close_learning();
    open_learning();
    assert_int_equal(waiting(), 1);
}

static void a_text_that_was_taken_off_stays_off(void **state)
{
    (void)state;
    struct error error;
    struct control_deed deed = {
        .project = project, .by = TEXT("ann"), .reason = TEXT(""), .now_ms = START_MS};
    for (int round = 0; round < 2; round++) {
        for (int day = 0; day < 3; day++)
            see(1, MANY, 10 * round + day);
        must_turn();
        assert_int_equal(listed(), round == 0);
        assert_int_equal(waiting(), 0);
        enum status expected = round == 0 ? STATUS_OK : STATUS_ABSENT;
        assert_int_equal(control_observed_forget(control, &deed, 1, &error), expected);
        assert_int_equal(listed(), 0);
    }
}

static void more_than_one_turn_can_hold_is_learned_at_once(void **state)
{
    (void)state;
    for (uint64_t hash = 0; hash < 1001; hash++)
        for (int day = 0; day < 3; day++)
            see(hash * UINT64_C(0x9e3779b97f4a7c15), day == 2 ? MANY : 1, day);
    must_turn();
    assert_int_equal(listed(), 1001);
    assert_int_equal(waiting(), 0);
}

/* A thousand that fall together: whoever makes hashes up must not end the learning. */
static void hashes_that_are_none_are_dropped(void **state)
{
    (void)state;
    for (uint64_t hash = 0; hash < 1000; hash++)
        for (int day = 0; day < 3; day++)
            see(hash, day == 2 ? MANY : 1, day);
    must_turn();
    assert_int_equal(listed(), 0);
    for (int day = 3; day < 6; day++)
        see(UINT64_C(0x9e3779b97f4a7c15), MANY, day);
    must_turn();
    assert_int_equal(listed(), 1);
}

/* Each call fails in turn: what was there is there, and the next turn gets it done. */
static void keeps_the_old_file_when_saving_fails(void **state)
{
    (void)state;
    struct error error;
    see(1, 1, 0);
    must_turn();
    see(2, 1, 0);
    enum status status = STATUS_IO;
    for (uint64_t at = 1; status != STATUS_OK; at++) {
        struct os_fault_plan plan = {.kind = at % 2 ? OS_FAULT_ERROR : OS_FAULT_SHORT,
                                     .calls = OS_FAULT_CALL_ALL & ~OS_FAULT_CALL_REMOVE,
                                     .at = at,
                                     .count = 1,
                                     .errno_value = EIO};
        struct os_fault_plan none = {.kind = OS_FAULT_NONE};
        os_fault_set(&plan);
        status = learning_turn(learning, &error);
        os_fault_set(&none);
        struct observed *seen = observed;
        struct learning *first = learning;
        open_learning(); /* what a restart would find */
        uint64_t found = waiting();
        assert_true(status == STATUS_OK ? found == 2 : found == 1 || found == 2);
        close_learning();
        observed = seen;
        learning = first;
        assert_true(at < 20);
    }
}

static void refuses_a_file_of_another_kind(void **state)
{
    (void)state;
    struct error error;
    struct learning *other;
    struct observed *empty = observed_make();
    struct learning_options options = {.folder = folder, .control = control, .observed = empty};
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs("somebody's own file, not ours", file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(learning_open(&options, &other, &error), STATUS_CORRUPT);
    assert_non_null(strstr(error.message, "no file of observed texts"));
    observed_release(empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_ready_joins_the_dictionary, begin, end),
        cmocka_unit_test_setup_teardown(a_text_that_was_taken_off_stays_off, begin, end),
        cmocka_unit_test_setup_teardown(more_than_one_turn_can_hold_is_learned_at_once, begin, end),
        cmocka_unit_test_setup_teardown(hashes_that_are_none_are_dropped, begin, end),
        cmocka_unit_test_setup_teardown(keeps_the_old_file_when_saving_fails, begin, end),
        cmocka_unit_test_setup_teardown(refuses_a_file_of_another_kind, begin, end),
    };
    os_log_set_level(OS_LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
