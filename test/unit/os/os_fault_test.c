#include "base/memory.h"
#include "os/os_fault.h"
#include "os/os_thread.h"
#include "os_folder_scene.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECTOR_SIZE = 512, TORN_SIZE = 5000, TORN_AT = 300 };

static void set_fault(enum os_fault_kind kind, int calls, uint64_t at, uint64_t count, int number,
                      uint64_t seed)
{
    struct os_fault_plan plan = {
        .kind = kind,
        .calls = calls,
        .at = at,
        .count = count,
        .errno_value = number,
        .seed = seed,
    };
    os_fault_set(&plan);
}

static void no_fault(void)
{
    set_fault(OS_FAULT_NONE, OS_FAULT_CALL_ALL, 0, 0, 0, 0);
}

/* Every call that can fail, once; returns after the first failure. */
static enum status use_everything(struct place *place, struct error *error)
{
    struct os_file file = {.descriptor = -1};
    struct os_disk_space space;
    char path[OS_PATH_SIZE];
    char other[OS_PATH_SIZE];
    char bytes[4];
    char *all;
    size_t size;
    char **names;
    uint64_t file_size;
    assert_true(os_path_join(path, place->folder, "x"));
    assert_true(os_path_join(other, place->folder, "y"));
    enum status status = os_folder_make(place->folder, error);
    if (status == STATUS_OK) status = os_file_create(&file, path, error);
    if (status == STATUS_OK) status = os_file_write(&file, 0, "1234", 4, error);
    if (status == STATUS_OK) status = os_file_read(&file, 0, bytes, 4, error);
    if (status == STATUS_OK) status = os_file_size(&file, &file_size, error);
    if (status == STATUS_OK) status = os_file_truncate(&file, 2, error);
    if (status == STATUS_OK) status = os_file_sync_data(&file, error);
    if (status == STATUS_OK) status = os_file_lock(&file, error);
    if (status == STATUS_OK) status = os_file_publish(&file, error);
    os_file_close(&file);
    if (status == STATUS_OK) status = os_rename(path, other, error);
    if (status == STATUS_OK) status = os_disk_space(place->folder, &space, error);
    if (status == STATUS_OK) {
        status = os_folder_list(place->folder, &names, &size, error);
        if (status == STATUS_OK) os_folder_list_free(names, size);
    }
    if (status == STATUS_OK) {
        status = os_file_read_all(other, 2, &all, &size, error);
        if (status == STATUS_OK) memory_free(all);
    }
    if (status == STATUS_OK) status = os_file_open(&file, path, OS_FILE_WRITE_NEW, error);
    os_file_close(&file);
    if (status == STATUS_OK) status = os_remove(path, error);
    return status;
}

static void fails_each_call_in_turn(void **state)
{
    (void)state;
    struct place place;
    struct error error;
    place_begin(&place);
    no_fault();
    MUST(use_everything(&place, &error), &error);
    uint64_t count = os_fault_count();
    assert_int_equal(count, 20);
    for (uint64_t at = 1; at <= count; at++) {
        set_fault(OS_FAULT_ERROR, OS_FAULT_CALL_ALL, at, 1, ENXIO, 0);
        assert_int_equal(use_everything(&place, &error), STATUS_IO);
        assert_non_null(strstr(error.message, ": No such device or address"));
    }
    set_fault(OS_FAULT_ERROR, OS_FAULT_CALL_ALL, count + 1, 1, ENXIO, 0);
    MUST(use_everything(&place, &error), &error);
    no_fault();
    place_end(&place);
}

static void counts_only_the_calls_of_its_plan(void **state)
{
    (void)state;
    static const struct {
        int calls;
        uint64_t count;
    } cases[] = {
        {OS_FAULT_CALL_OPEN, 6},     {OS_FAULT_CALL_READ, 5},   {OS_FAULT_CALL_WRITE, 1},
        {OS_FAULT_CALL_SYNC, 4},     {OS_FAULT_CALL_RENAME, 2}, {OS_FAULT_CALL_REMOVE, 1},
        {OS_FAULT_CALL_TRUNCATE, 1},
    };
    struct place place;
    struct error error;
    place_begin(&place);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        set_fault(OS_FAULT_NONE, cases[i].calls, 0, 0, 0, 0);
        MUST(use_everything(&place, &error), &error);
        assert_int_equal(os_fault_count(), cases[i].count);
    }
    no_fault();
    place_end(&place);
}

static void leaves_no_file_whose_name_may_not_last(void **state)
{
    (void)state;
    struct place place;
    struct os_file file;
    struct error error;
    place_begin(&place);
    const char *path = place_path(&place, "x");
    set_fault(OS_FAULT_ERROR, OS_FAULT_CALL_SYNC, 1, 1, EIO, 0);
    assert_int_equal(os_file_open(&file, path, OS_FILE_WRITE_NEW, &error), STATUS_IO);
    assert_false(os_exists(path));
    for (uint64_t at = 1; at <= 2; at++) { /* the sync or the rename of a publishing */
        int calls = OS_FAULT_CALL_SYNC | OS_FAULT_CALL_RENAME;
        MUST(os_file_create(&file, path, &error), &error);
        set_fault(OS_FAULT_ERROR, calls, at, 1, EIO, 0);
        assert_int_equal(os_file_publish(&file, &error), STATUS_IO);
        os_file_close(&file);
        assert_false(os_exists(path));
        assert_false(os_exists(place_path(&place, "x.tmp")));
        path = place_path(&place, "x");
    }
    no_fault();
    place_end(&place);
}

static void puts_down_half_of_a_short_write(void **state)
{
    (void)state;
    struct place place;
    struct os_file file;
    struct error error;
    uint64_t size;
    place_begin(&place);
    MUST(os_file_open(&file, place_path(&place, "x"), OS_FILE_WRITE_NEW, &error), &error);
    set_fault(OS_FAULT_SHORT, OS_FAULT_CALL_WRITE, 2, 2, ENOSPC, 0);
    MUST(os_file_write(&file, 0, "0123456789", 10, &error), &error);
    assert_false(file.disk_full);
    assert_int_equal(os_file_write(&file, 10, "0123456789", 10, &error), STATUS_IO);
    assert_true(file.disk_full);
    MUST(os_file_size(&file, &size, &error), &error);
    assert_int_equal(size, 15);
    assert_int_equal(os_file_write(&file, 15, "x", 1, &error), STATUS_IO);
    MUST(os_file_write(&file, 15, "x", 1, &error), &error);
    os_file_close(&file);
    no_fault();
    place_end(&place);
}

/* The exit status of a child that writes under the plan. */
static int write_in_child(const char *path, enum os_fault_kind kind, uint64_t seed)
{
    pid_t child = fork();
    if (child == 0) {
        char bytes[TORN_SIZE];
        struct os_file file;
        struct error error;
        memset(bytes, 'x', sizeof bytes);
        if (os_file_open(&file, path, OS_FILE_WRITE_NEW, &error) != STATUS_OK) _exit(1);
        set_fault(kind, OS_FAULT_CALL_WRITE, 1, 1, EIO, seed);
        if (os_file_write(&file, TORN_AT, bytes, sizeof bytes, &error) != STATUS_OK) _exit(2);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* How many bytes are there, and at how many places written and unwritten bytes meet. */
static size_t count_written(const char *path, size_t *borders)
{
    char *bytes;
    size_t size;
    struct error error;
    MUST(os_file_read_all(path, 1 << 20, &bytes, &size, &error), &error);
    size_t written = 0;
    *borders = 0;
    for (size_t i = TORN_AT; i < size; i++) {
        if (bytes[i] == 'x') written++;
        if (i == TORN_AT || bytes[i] == bytes[i - 1]) continue;
        assert_int_equal(i % SECTOR_SIZE, 0);
        (*borders)++;
    }
    memory_free(bytes);
    return written;
}

static void tears_a_write_in_many_ways(void **state)
{
    (void)state;
    struct place place;
    struct error error;
    size_t in_pieces = 0;
    size_t whole = 0;
    place_begin(&place);
    const char *path = place_path(&place, "x");
    for (uint64_t seed = 0; seed < 60; seed++) {
        size_t borders;
        assert_int_equal(write_in_child(path, OS_FAULT_TORN, seed), OS_FAULT_EXIT);
        size_t written = count_written(path, &borders);
        assert_true(written <= TORN_SIZE);
        if (borders > 0) in_pieces++;
        if (written == TORN_SIZE) whole++;
        MUST(os_remove(path, &error), &error);
    }
    assert_true(in_pieces > 10);
    assert_true(whole < 10);
    place_end(&place);
}

static void ends_the_process_before_the_call(void **state)
{
    (void)state;
    struct place place;
    size_t borders;
    place_begin(&place);
    const char *path = place_path(&place, "x");
    assert_int_equal(write_in_child(path, OS_FAULT_CRASH, 0), OS_FAULT_EXIT);
    assert_int_equal(count_written(path, &borders), 0);
    assert_int_equal(write_in_child(path, OS_FAULT_NONE, 0), 0);
    assert_int_equal(count_written(path, &borders), TORN_SIZE);
    place_end(&place);
}

static void count_calls(void *context)
{
    _Atomic int *failures = context;
    struct os_disk_space space;
    struct error error;
    for (int i = 0; i < 500; i++)
        if (os_disk_space("/", &space, &error) != STATUS_OK) atomic_fetch_add(failures, 1);
}

static void counts_on_any_thread(void **state)
{
    (void)state;
    struct os_thread threads[4];
    _Atomic int failures = 0;
    set_fault(OS_FAULT_ERROR, OS_FAULT_CALL_READ, 1000, 10, EIO, 0);
    for (int i = 0; i < 4; i++)
        os_thread_start(&threads[i], "count", count_calls, &failures);
    for (int i = 0; i < 4; i++)
        os_thread_join(&threads[i]);
    assert_int_equal(os_fault_count(), 2000);
    assert_int_equal(atomic_load(&failures), 10);
    no_fault();
}

/* This program again, with a plan in its environment: "env" makes it touch one file. */
static int run_with_environment(const char *program, const char *folder, const char *plan)
{
    pid_t child = fork();
    if (child == 0) {
        (void)setenv("CANDOR_FAULT", plan, 1);
        (void)close(STDERR_FILENO); /* where a plan that cannot be read is complained about */
        (void)execl(program, program, "env", folder, (char *)NULL);
        _exit(3);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int touch_in_environment(const char *folder)
{
    struct os_disk_space space;
    struct error error;
    if (os_disk_space(folder, &space, &error) != STATUS_OK) return 10;
    if (os_folder_sync(folder, &error) != STATUS_OK) return 11;
    return 0;
}

static void takes_a_plan_from_the_environment(void **state)
{
    const char *program = *state;
    struct place place;
    place_begin(&place);
    assert_int_equal(run_with_environment(program, place.folder, "0:127:1:1:5:0"), 0);
    assert_int_equal(run_with_environment(program, place.folder, "1:127:1:1:5:0"), 10);
    assert_int_equal(run_with_environment(program, place.folder, "1:127:2:1:5:0"), 11);
    assert_int_equal(run_with_environment(program, place.folder, "1:8:1:1:5:0"), 11);
    assert_int_equal(run_with_environment(program, place.folder, "3:127:2:1:5:0"), OS_FAULT_EXIT);
    assert_int_equal(run_with_environment(program, place.folder, "1:127:1"), -1);
    assert_int_equal(run_with_environment(program, place.folder, "error"), -1);
    place_end(&place);
}

int main(int argument_count, char **arguments)
{
    if (argument_count == 3) return touch_in_environment(arguments[2]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fails_each_call_in_turn),
        cmocka_unit_test(counts_only_the_calls_of_its_plan),
        cmocka_unit_test(leaves_no_file_whose_name_may_not_last),
        cmocka_unit_test(puts_down_half_of_a_short_write),
        cmocka_unit_test(tears_a_write_in_many_ways),
        cmocka_unit_test(ends_the_process_before_the_call),
        cmocka_unit_test(counts_on_any_thread),
        cmocka_unit_test_prestate(takes_a_plan_from_the_environment, arguments[0]),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
