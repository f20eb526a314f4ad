/* Another program over two pipes: an echo made of the shell. */
#include "os/os_child.h"
#include "os/os_clock.h"
#include "os/os_own_folder.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct os_child start(const char *script)
{
    struct os_child child;
    struct error error;
    const char *words[] = {"/bin/sh", "-c", script, NULL};
    assert_int_equal(os_child_start(words, &child, &error), STATUS_OK);
    return child;
}

static void says_back_what_was_said(void **state)
{
    (void)state;
    char back[64] = "";
    size_t size = 0;
    struct error error;
    struct os_child child = start("exec cat <&3 >&4");
    assert_int_equal(os_child_write(&child, "hello", 5, &error), STATUS_OK);
    while (size < 5) {
        size_t got;
        enum status status =
            os_child_read(&child, back + size, sizeof back - size, 5000, &got, &error);
        assert_int_equal(status, STATUS_OK);
        assert_true(got > 0);
        size += got;
    }
    assert_string_equal(back, "hello");
    os_child_end(&child);
    assert_int_equal(child.pid, 0);
    os_child_end(&child);
}

static void tells_silence_from_an_end(void **state)
{
    (void)state;
    char bytes[8];
    size_t got = 1;
    struct error error;
    struct os_child quiet = start("exec sleep 60");
    assert_int_equal(os_child_read(&quiet, bytes, sizeof bytes, 20, &got, &error), STATUS_OK);
    assert_int_equal(got, 0);
    uint64_t before_ns = os_clock_monotonic_ns();
    os_child_end(&quiet);
    assert_true(os_clock_monotonic_ns() - before_ns < UINT64_C(10000000000));
    struct os_child gone = start("exit 0");
    assert_int_equal(os_child_read(&gone, bytes, sizeof bytes, 5000, &got, &error), STATUS_ABSENT);
    os_child_end(&gone);
}

static void says_what_could_not_be_started(void **state)
{
    (void)state;
    struct os_child child;
    struct error error;
    const char *words[] = {"/nowhere/at-all", NULL};
    assert_int_equal(os_child_start(words, &child, &error), STATUS_IO);
    assert_non_null(strstr(error.message, "/nowhere/at-all"));
    os_child_end(&child);
}

static int run(const char *script, const struct os_child_options *options)
{
    struct os_child child;
    struct error error;
    int code = -1;
    const char *words[] = {"/bin/sh", "-c", script, NULL};
    assert_int_equal(os_child_run(words, options, &child, &error), STATUS_OK);
    assert_int_equal(os_child_wait(&child, 10000, &code, &error), STATUS_OK);
    assert_int_equal(child.pid, 0);
    assert_int_equal(os_child_wait(&child, 0, &code, &error), STATUS_ABSENT);
    return code;
}

static void one_left_to_itself_ends_with_a_code(void **state)
{
    (void)state;
    struct os_child_options options = {0};
    assert_int_equal(run("exit 0", &options), 0);
    assert_int_equal(run("exit 7", &options), 7);
    assert_int_equal(run("kill -9 $$", &options), 128 + 9);
}

static void what_it_prints_goes_to_files_made_anew(void **state)
{
    (void)state;
    struct os_own_folder folder;
    char output[OS_PATH_SIZE + 16];
    char errors[OS_PATH_SIZE + 16];
    char bytes[64] = "";
    struct error error;
    assert_int_equal(os_own_folder_make(&folder, &error), STATUS_OK);
    (void)snprintf(output, sizeof output, "%s/out", folder.path);
    (void)snprintf(errors, sizeof errors, "%s/err", folder.path);
    struct os_child_options options = {.output = output, .errors = errors};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(run("echo said; echo complained >&2", &options), 0);
        FILE *file = fopen(output, "r");
        assert_int_equal(fread(bytes, 1, sizeof bytes, file), 5);
        assert_memory_equal(bytes, "said\n", 5);
        (void)fclose(file);
        file = fopen(errors, "r");
        assert_int_equal(fread(bytes, 1, sizeof bytes, file), 11);
        (void)fclose(file);
    }
    os_own_folder_remove(&folder);
}

static void variables_can_be_kept_from_it(void **state)
{
    (void)state;
    struct os_child_options all = {0};
    struct os_child_options some = {.without = "DRILL_"};
    assert_int_equal(setenv("DRILL_ONE", "1", 1), 0);
    assert_int_equal(setenv("ADRILL_TWO", "2", 1), 0);
    assert_int_equal(run("test \"$DRILL_ONE$ADRILL_TWO\" = 12", &all), 0);
    assert_int_equal(run("test \"$DRILL_ONE$ADRILL_TWO\" = 2", &some), 0);
}

static void ends_when_it_is_asked_and_when_it_is_not(void **state)
{
    (void)state;
    struct os_child child;
    struct error error;
    int code = -1;
    struct os_child_options options = {0};
    const char *words[] = {"/bin/sleep", "60", NULL};
    assert_int_equal(os_child_run(words, &options, &child, &error), STATUS_OK);
    assert_int_equal(os_child_wait(&child, 20, &code, &error), STATUS_BUSY);
    os_child_ask_to_end(&child);
    assert_int_equal(os_child_wait(&child, 10000, &code, &error), STATUS_OK);
    assert_int_equal(code, 128 + 15);
    assert_int_equal(os_child_run(words, &options, &child, &error), STATUS_OK);
    os_child_end(&child);
    assert_int_equal(child.pid, 0);
    os_child_ask_to_end(&child); /* nobody */
}

static void says_which_program_this_is(void **state)
{
    (void)state;
    char path[OS_PATH_SIZE];
    struct error error;
    assert_int_equal(os_child_self(path, &error), STATUS_OK);
    assert_non_null(strstr(path, "/os_child_test"));
}

static void finds_programs_in_the_path(void **state)
{
    (void)state;
    char path[OS_PATH_SIZE];
    assert_int_equal(setenv("PATH", ":/nowhere:/bin", 1), 0);
    assert_true(os_child_find("sh", path));
    assert_string_equal(path, "/bin/sh");
    assert_false(os_child_find("no-such-program", path));
    assert_false(os_child_find("/nowhere/sh", path));
    assert_true(os_child_find("/bin/sh", path));
}

/* State of a process by /proc: 'Z' once it has ended and nobody has asked for its status. */
static bool is_running(long pid)
{
    char path[64];
    char name[32];
    char state = 'Z';
    (void)snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file) return false;
    int read = fscanf(file, "%*d %31s %c", name, &state);
    (void)fclose(file);
    return read == 2 && state != 'Z';
}

/* Between the test and the one that is to end: killed as soon as it has said whom it started. */
static long start_from_one_that_is_killed(const struct os_child_options *options)
{
    int ends[2];
    long pid = 0;
    const char *words[] = {"/bin/sleep", "60", NULL};
    assert_int_equal(pipe(ends), 0);
    pid_t middle = fork();
    assert_true(middle >= 0);
    if (middle == 0) {
        struct os_child child;
        struct error error;
        bool is_started = os_child_run(words, options, &child, &error) == STATUS_OK;
        long started = is_started ? child.pid : 0;
        if (write(ends[1], &started, sizeof started) != sizeof started) _exit(1);
        (void)pause();
        _exit(0);
    }
    assert_int_equal(read(ends[0], &pid, sizeof pid), sizeof pid);
    assert_true(pid > 0);
    assert_true(is_running(pid));
    assert_int_equal(kill(middle, SIGKILL), 0);
    assert_int_equal(waitpid(middle, NULL, 0), middle);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return pid;
}

static void ends_with_the_one_that_started_it(void **state)
{
    (void)state;
    struct os_child_options stays = {0};
    struct os_child_options ends = {.ends_with_us = true};
    long staying = start_from_one_that_is_killed(&stays);
    long ending = start_from_one_that_is_killed(&ends);
    for (int turn = 0; turn < 500 && is_running(ending); turn++)
        os_sleep_ms(10);
    assert_false(is_running(ending));
    assert_true(is_running(staying));
    assert_int_equal(kill((pid_t)staying, SIGKILL), 0);
}

static void one_that_ends_with_us_is_as_any_other(void **state)
{
    (void)state;
    struct os_child child;
    struct error error;
    int code = -1;
    struct os_child_options options = {.without = "DRILL_", .ends_with_us = true};
    const char *words[] = {"/no/such/program", NULL};
    assert_int_equal(setenv("DRILL_ONE", "1", 1), 0);
    assert_int_equal(run("exit 7", &options), 7);
    assert_int_equal(run("test -z \"$DRILL_ONE\"", &options), 0);
    assert_int_equal(run("set -- $(cat /proc/$$/stat); test $5 = $$", &options), 0);
    assert_int_equal(os_child_run(words, &options, &child, &error), STATUS_OK);
    assert_int_equal(os_child_wait(&child, 10000, &code, &error), STATUS_OK);
    assert_int_equal(code, 127);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_back_what_was_said),
        cmocka_unit_test(tells_silence_from_an_end),
        cmocka_unit_test(says_what_could_not_be_started),
        cmocka_unit_test(one_left_to_itself_ends_with_a_code),
        cmocka_unit_test(what_it_prints_goes_to_files_made_anew),
        cmocka_unit_test(variables_can_be_kept_from_it),
        cmocka_unit_test(ends_when_it_is_asked_and_when_it_is_not),
        cmocka_unit_test(says_which_program_this_is),
        cmocka_unit_test(finds_programs_in_the_path),
        cmocka_unit_test(ends_with_the_one_that_started_it),
        cmocka_unit_test(one_that_ends_with_us_is_as_any_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
