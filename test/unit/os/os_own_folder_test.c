/* A temporary folder goes with its process, and those of processes that were killed go with the
 * next one; nothing else does, however alike it looks. */
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

enum { PATH_SIZE = OS_PATH_SIZE + 64 };

static char place[] = "/tmp/own-folder-test-XXXXXX";

static int make_place(void **state)
{
    (void)state;
    return mkdtemp(place) && setenv("TMPDIR", place, 1) == 0 ? 0 : 1;
}

static int remove_place(void **state)
{
    (void)state;
    return rmdir(place); /* every test leaves it empty */
}

static bool exists(const char *path)
{
    struct stat what;
    return lstat(path, &what) == 0;
}

static void put(const char *folder, const char *name, const char *words)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(words, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0600), 0);
}

static void remove_by_hand(const char *folder)
{
    static const char *const names[] = {OS_OWN_FOLDER_MARK, "kept", "deep/kept", "deep"};
    char path[PATH_SIZE];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)remove(path);
    }
    assert_int_equal(rmdir(folder), 0);
}

/* What making one removes of others. */
static void make_another(void)
{
    struct os_own_folder folder;
    struct error error;
    assert_int_equal(os_own_folder_make(&folder, &error), STATUS_OK);
    os_own_folder_remove(&folder);
}

static void goes_with_all_in_it(void **state)
{
    (void)state;
    struct os_own_folder folder;
    char inner[PATH_SIZE];
    char path[OS_PATH_SIZE];
    struct stat what;
    struct error error;
    assert_int_equal(os_own_folder_make(&folder, &error), STATUS_OK);
    (void)snprintf(path, sizeof path, "%s", folder.path);
    assert_int_equal(stat(path, &what), 0);
    assert_int_equal(what.st_mode & 0777, 0700);
    (void)snprintf(inner, sizeof inner, "%s/a", path);
    assert_int_equal(mkdir(inner, 0700), 0);
    (void)snprintf(inner, sizeof inner, "%s/a/link", path);
    assert_int_equal(symlink("/bin", inner), 0);
    os_own_folder_remove(&folder);
    assert_false(exists(path));
    assert_int_equal(stat("/bin/sh", &what), 0); /* links are not followed */
    os_own_folder_remove(&folder);
}

/* A process that makes a folder with something in it, says which, and is killed. */
static pid_t leave_folder(char path[OS_PATH_SIZE])
{
    int ends[2];
    struct os_own_folder folder;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct error error;
        char deep[PATH_SIZE];
        if (os_own_folder_make(&folder, &error) != STATUS_OK) _exit(1);
        (void)snprintf(deep, sizeof deep, "%s/deep", folder.path);
        if (mkdir(deep, 0700) != 0) _exit(1);
        put(deep, "kept", "something");
        if (write(ends[1], folder.path, OS_PATH_SIZE) != OS_PATH_SIZE) _exit(1);
        (void)pause();
        _exit(0);
    }
    assert_int_equal(read(ends[0], path, OS_PATH_SIZE), OS_PATH_SIZE);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return pid;
}

static void end(pid_t pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void goes_with_the_next_one_when_its_process_was_killed(void **state)
{
    (void)state;
    char first[OS_PATH_SIZE];
    char second[OS_PATH_SIZE];
    pid_t gone = leave_folder(first);
    pid_t alive = leave_folder(second);
    end(gone);
    make_another();
    assert_false(exists(first));
    assert_true(exists(second)); /* its process works on */
    end(alive);
    make_another();
    assert_false(exists(second));
}

static void is_nobodys_once_it_is_kept(void **state)
{
    (void)state;
    struct os_own_folder folder;
    struct error error;
    char path[OS_PATH_SIZE];
    assert_int_equal(os_own_folder_make(&folder, &error), STATUS_OK);
    (void)snprintf(path, sizeof path, "%s", folder.path);
    os_own_folder_keep(&folder);
    os_own_folder_remove(&folder);
    make_another();
    assert_true(exists(path));
    remove_by_hand(path);
}

/* Folders that lack one thing each. */
struct alike {
    const char *name;
    const char *mark; /* "" of no file */
    mode_t mode;
    mode_t mark_mode;
};

static void leaves_what_only_looks_alike(void **state)
{
    (void)state;
    static const struct alike cases[] = {
        {"candor-abcdef", "", 0700, 0600},
        {"candor-abcdef", "A folder of somebody.\n", 0700, 0600},
        {"candor-abcdef", OS_OWN_FOLDER_WORDS "and more", 0700, 0600},
        {"candor-abcdef", OS_OWN_FOLDER_WORDS, 0755, 0600},
        {"candor-abcdef", OS_OWN_FOLDER_WORDS, 0700, 0644},
        {"candor-e2e-abcdef", OS_OWN_FOLDER_WORDS, 0700, 0600},
        {"candor-abcde", OS_OWN_FOLDER_WORDS, 0700, 0600},
        {"cantor-abcdef", OS_OWN_FOLDER_WORDS, 0700, 0600},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[PATH_SIZE];
        char mark[PATH_SIZE + 32];
        (void)snprintf(path, sizeof path, "%s/%s", place, cases[i].name);
        (void)snprintf(mark, sizeof mark, "%s/" OS_OWN_FOLDER_MARK, path);
        assert_int_equal(mkdir(path, 0700), 0);
        put(path, "kept", "something");
        if (cases[i].mark[0] != '\0') {
            put(path, OS_OWN_FOLDER_MARK, cases[i].mark);
            assert_int_equal(chmod(mark, cases[i].mark_mode), 0);
        }
        assert_int_equal(chmod(path, cases[i].mode), 0);
        make_another();
        if (!exists(path)) fail_msg("case %zu was removed", i);
        remove_by_hand(path);
    }
}

/* A name of ours that leads elsewhere, and a mark that does. */
static void follows_no_link(void **state)
{
    (void)state;
    char there[PATH_SIZE];
    char path[PATH_SIZE];
    char mark[PATH_SIZE + 32];
    (void)snprintf(there, sizeof there, "%s/there", place);
    (void)snprintf(path, sizeof path, "%s/candor-abcdef", place);
    (void)snprintf(mark, sizeof mark, "%s/" OS_OWN_FOLDER_MARK, path);
    assert_int_equal(mkdir(there, 0700), 0);
    put(there, OS_OWN_FOLDER_MARK, OS_OWN_FOLDER_WORDS);
    assert_int_equal(symlink(there, path), 0);
    make_another();
    assert_true(exists(path));
    assert_true(exists(there));
    assert_int_equal(unlink(path), 0);

    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(there, sizeof there, "%s/there/" OS_OWN_FOLDER_MARK, place);
    assert_int_equal(symlink(there, mark), 0);
    make_another();
    assert_true(exists(path));
    remove_by_hand(path);
    (void)snprintf(there, sizeof there, "%s/there", place);
    remove_by_hand(there);
}

static void says_what_could_not_be_made(void **state)
{
    (void)state;
    struct os_own_folder folder;
    struct error error;
    assert_int_equal(setenv("TMPDIR", "/nowhere/at/all", 1), 0);
    assert_int_equal(os_own_folder_make(&folder, &error), STATUS_IO);
    os_own_folder_remove(&folder);
    char deep[OS_PATH_SIZE + 8];
    memset(deep, 'x', sizeof deep - 1);
    deep[0] = '/';
    deep[sizeof deep - 1] = '\0';
    assert_int_equal(setenv("TMPDIR", deep, 1), 0);
    assert_int_equal(os_own_folder_make(&folder, &error), STATUS_INVALID);
    os_own_folder_remove(&folder);
    assert_int_equal(setenv("TMPDIR", place, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_with_all_in_it),
        cmocka_unit_test(goes_with_the_next_one_when_its_process_was_killed),
        cmocka_unit_test(is_nobodys_once_it_is_kept),
        cmocka_unit_test(leaves_what_only_looks_alike),
        cmocka_unit_test(follows_no_link),
        cmocka_unit_test(says_what_could_not_be_made),
    };
    return cmocka_run_group_tests(tests, make_place, remove_place);
}
