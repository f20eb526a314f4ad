/* Another program over two pipes: an echo made of the shell. */
#include "os/os_child.h"
#include "os/os_clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

static void a_folder_goes_with_all_in_it(void **state)
{
    (void)state;
    char folder[OS_PATH_SIZE];
    char inner[OS_PATH_SIZE + 16];
    struct stat what;
    struct error error;
    assert_int_equal(os_child_folder_make(folder, &error), STATUS_OK);
    assert_int_equal(stat(folder, &what), 0);
    assert_int_equal(what.st_mode & 0777, 0700);
    (void)snprintf(inner, sizeof inner, "%s/a", folder);
    assert_int_equal(mkdir(inner, 0700), 0);
    (void)snprintf(inner, sizeof inner, "%s/a/link", folder);
    assert_int_equal(symlink("/bin", inner), 0);
    os_child_folder_remove(folder);
    assert_int_not_equal(stat(folder, &what), 0);
    assert_int_equal(stat("/bin/sh", &what), 0); /* links are not followed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_back_what_was_said),
        cmocka_unit_test(tells_silence_from_an_end),
        cmocka_unit_test(says_what_could_not_be_started),
        cmocka_unit_test(finds_programs_in_the_path),
        cmocka_unit_test(a_folder_goes_with_all_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
