/* The data folder: made once and whole, held by one process, refused in words that help. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/data_folder.h"
#include "crypt/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
    char place[64];
    char path[128];
    struct error error;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    crypt_init();
    snprintf(fixture->place, sizeof fixture->place, "/tmp/candor-folder-XXXXXX");
    if (!mkdtemp(fixture->place)) return -1;
    snprintf(fixture->path, sizeof fixture->path, "%s/data", fixture->place);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", fixture->place);
    int ignored = system(command);
    (void)ignored;
    free(fixture);
    return 0;
}

static void make(struct fixture *fixture)
{
    struct data_folder folder;
    assert_int_equal(data_folder_make(fixture->path, &folder, &fixture->error), STATUS_OK);
    assert_int_equal(data_folder_seal(&folder, &fixture->error), STATUS_OK);
    data_folder_close(&folder);
}

static unsigned mode_of(const struct fixture *fixture, const char *name)
{
    char path[256];
    struct stat facts;
    snprintf(path, sizeof path, "%s/%s", fixture->path, name);
    assert_int_equal(stat(path, &facts), 0);
    return facts.st_mode & 0777;
}

static void put(const struct fixture *fixture, const char *name, const char *contents)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", fixture->path, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(contents, file);
    fclose(file);
}

static void makes_a_folder_for_its_owner_alone(void **state)
{
    struct fixture *fixture = *state;
    make(fixture);
    assert_int_equal(mode_of(fixture, "."), 0700);
    assert_int_equal(mode_of(fixture, "root.key"), 0600);
    char path[256];
    char key[80] = "";
    snprintf(path, sizeof path, "%s/root.key", fixture->path);
    FILE *file = fopen(path, "r");
    assert_int_equal(fread(key, 1, sizeof key, file), 65);
    fclose(file);
    assert_int_equal(strspn(key, "0123456789abcdef"), 64);
    assert_int_equal(key[64], '\n');
}

static void refuses_to_make_it_twice(void **state)
{
    struct fixture *fixture = *state;
    struct data_folder folder;
    make(fixture);
    assert_int_equal(data_folder_make(fixture->path, &folder, &fixture->error), STATUS_INVALID);
    assert_non_null(strstr(fixture->error.message, "it is a data folder already"));
}

static void refuses_a_folder_with_other_things_in_it(void **state)
{
    struct fixture *fixture = *state;
    struct data_folder folder;
    assert_int_equal(mkdir(fixture->path, 0755), 0);
    put(fixture, "holiday.jpg", "x");
    assert_int_equal(data_folder_make(fixture->path, &folder, &fixture->error), STATUS_INVALID);
    assert_non_null(strstr(fixture->error.message, "is not empty"));
}

static void takes_over_what_an_interrupted_init_left(void **state)
{
    struct fixture *fixture = *state;
    struct data_folder folder;
    assert_int_equal(data_folder_make(fixture->path, &folder, &fixture->error), STATUS_OK);
    data_folder_close(&folder);
    assert_int_equal(data_folder_open(fixture->path, &folder, &fixture->error), STATUS_ABSENT);
    make(fixture);
    assert_int_equal(data_folder_open(fixture->path, &folder, &fixture->error), STATUS_OK);
    data_folder_close(&folder);
}

static void says_how_to_make_a_folder_that_is_none(void **state)
{
    struct fixture *fixture = *state;
    struct data_folder folder;
    assert_int_equal(data_folder_open(fixture->path, &folder, &fixture->error), STATUS_ABSENT);
    assert_non_null(strstr(fixture->error.message, "candor init --data "));
    assert_non_null(strstr(fixture->error.message, fixture->path));
}

static void refuses_another_format(void **state)
{
    struct fixture *fixture = *state;
    struct data_folder folder;
    make(fixture);
    const char *const versions[] = {"2\n", "", "1", "1\n1\n", "one"};
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        put(fixture, "VERSION", versions[i]);
        assert_int_equal(data_folder_open(fixture->path, &folder, &fixture->error), STATUS_INVALID);
        assert_non_null(strstr(fixture->error.message, "format 1"));
    }
}

static void makes_the_folders_above_it(void **state)
{
    struct fixture *fixture = *state;
    struct data_folder folder;
    char path[256];
    snprintf(path, sizeof path, "%s/a/b/c/", fixture->place);
    assert_int_equal(data_folder_make(path, &folder, &fixture->error), STATUS_OK);
    data_folder_close(&folder);
}

static void refuses_paths_that_cannot_be(void **state)
{
    struct fixture *fixture = *state;
    struct data_folder folder;
    assert_int_not_equal(data_folder_make("/dev/null", &folder, &fixture->error), STATUS_OK);
    assert_non_null(strstr(fixture->error.message, "/dev/null"));
    assert_int_not_equal(data_folder_make("/dev/null/x", &folder, &fixture->error), STATUS_OK);
    assert_int_not_equal(data_folder_open("/dev/null", &folder, &fixture->error), STATUS_OK);
    char longer[OS_PATH_SIZE + 8];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(data_folder_open(longer, &folder, &fixture->error), STATUS_INVALID);
    longer[OS_PATH_SIZE - 2] = '\0';
    assert_int_equal(data_folder_open(longer, &folder, &fixture->error), STATUS_INVALID);
}

static void is_held_by_one_process(void **state)
{
    struct fixture *fixture = *state;
    struct data_folder folder;
    make(fixture);
    assert_int_equal(data_folder_open(fixture->path, &folder, &fixture->error), STATUS_OK);
    assert_int_equal(data_folder_lock(&folder, &fixture->error), STATUS_OK);
    pid_t child = fork();
    if (child == 0) {
        struct data_folder other;
        enum status status = data_folder_open(fixture->path, &other, &fixture->error);
        if (status == STATUS_OK) status = data_folder_lock(&other, &fixture->error);
        bool is_told = strstr(fixture->error.message, "another candor process is using it") != NULL;
        _exit(status == STATUS_BUSY && is_told ? 0 : 1);
    }
    int ended = 1;
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_int_equal(ended, 0);
    data_folder_close(&folder);
    assert_int_equal(data_folder_open(fixture->path, &folder, &fixture->error), STATUS_OK);
    assert_int_equal(data_folder_lock(&folder, &fixture->error), STATUS_OK);
    data_folder_close(&folder);
}

static void the_socket_of_a_long_path_fits_an_address(void **state)
{
    struct fixture *fixture = *state;
    struct data_folder folder;
    size_t used = strlen(fixture->path);
    memset(fixture->path + used, 'x', sizeof fixture->path - 1 - used);
    make(fixture);
    assert_int_equal(data_folder_open(fixture->path, &folder, &fixture->error), STATUS_OK);
    assert_true(strlen(folder.socket_path) <= 107);
    FILE *file = fopen(folder.socket_path, "w"); /* leads into the folder */
    assert_non_null(file);
    fclose(file);
    assert_int_equal(mode_of(fixture, "candor.sock") & 0600, 0600);
    data_folder_close(&folder);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(makes_a_folder_for_its_owner_alone),
        TEST(refuses_to_make_it_twice),
        TEST(refuses_a_folder_with_other_things_in_it),
        TEST(takes_over_what_an_interrupted_init_left),
        TEST(says_how_to_make_a_folder_that_is_none),
        TEST(refuses_another_format),
        TEST(makes_the_folders_above_it),
        TEST(refuses_paths_that_cannot_be),
        TEST(is_held_by_one_process),
        TEST(the_socket_of_a_long_path_fits_an_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
