#include "base/memory.h"
#include "base/text.h"
#include "os_folder_scene.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static bool mentions(const struct error *error, const char *words)
{
    return text_find(text_from(error->message), text_from(words)) != TEXT_NOT_FOUND;
}

static void make_file(struct place *place, const char *name, const char *bytes)
{
    struct os_file file;
    struct error error;
    MUST(os_file_create(&file, place_path(place, name), &error), &error);
    MUST(os_file_write(&file, 0, bytes, strlen(bytes), &error), &error);
    MUST(os_file_publish(&file, &error), &error);
    os_file_close(&file);
}

static void joins_paths_that_fit(void **state)
{
    (void)state;
    char out[OS_PATH_SIZE];
    char longest[OS_PATH_SIZE];
    assert_true(os_path_join(out, "a", "b"));
    assert_string_equal(out, "a/b");
    assert_true(os_path_join(out, "a/", "b"));
    assert_string_equal(out, "a/b");
    assert_true(os_path_join(out, "/", "b"));
    assert_string_equal(out, "/b");
    memset(longest, 'n', sizeof longest);
    longest[OS_PATH_SIZE - 3] = '\0'; /* with "a/" and the NUL exactly the size */
    assert_true(os_path_join(out, "a", longest));
    assert_int_equal(strlen(out), OS_PATH_SIZE - 1);
    assert_false(os_path_join(out, "aa", longest));
}

static void shows_a_published_file_whole_and_nothing_before(void **state)
{
    (void)state;
    struct place place;
    struct os_file file;
    struct error error;
    char *bytes;
    size_t size;
    place_begin(&place);
    const char *path = place_path(&place, "x");
    MUST(os_file_create(&file, path, &error), &error);
    MUST(os_file_write(&file, 0, "hello", 5, &error), &error);
    assert_false(os_exists(path));
    MUST(os_file_publish(&file, &error), &error);
    assert_true(os_exists(path));
    MUST(os_file_write(&file, 5, "!", 1, &error), &error); /* the handle goes on */
    os_file_close(&file);
    os_file_close(&file);
    MUST(os_file_read_all(path, 6, &bytes, &size, &error), &error);
    assert_int_equal(size, 6);
    assert_string_equal(bytes, "hello!");
    memory_free(bytes);
    struct stat found;
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    place_end(&place);
}

static void removes_what_was_not_published(void **state)
{
    (void)state;
    struct place place;
    struct os_file file;
    struct error error;
    char **names;
    size_t count;
    place_begin(&place);
    make_file(&place, "x", "old");
    MUST(os_file_create(&file, place_path(&place, "x"), &error), &error);
    MUST(os_file_write(&file, 0, "new and longer", 14, &error), &error);
    os_file_close(&file);
    MUST(os_folder_list(place.folder, &names, &count, &error), &error);
    assert_int_equal(count, 1);
    assert_string_equal(names[0], "x");
    os_folder_list_free(names, count);
    place_end(&place);
}

static void overwrites_what_a_crash_left_behind(void **state)
{
    (void)state;
    struct place place;
    struct error error;
    char *bytes;
    size_t size;
    place_begin(&place);
    make_file(&place, "x.tmp", "a long leftover of a process that was killed");
    make_file(&place, "x", "new");
    MUST(os_file_read_all(place_path(&place, "x"), 100, &bytes, &size, &error), &error);
    assert_string_equal(bytes, "new");
    memory_free(bytes);
    place_end(&place);
}

static void opens_by_mode(void **state)
{
    (void)state;
    struct place place;
    struct os_file file;
    struct error error;
    place_begin(&place);
    const char *path = place_path(&place, "x");
    assert_int_equal(os_file_open(&file, path, OS_FILE_READ, &error), STATUS_ABSENT);
    assert_int_equal(error.status, STATUS_ABSENT);
    assert_true(mentions(&error, "could not open"));
    assert_true(mentions(&error, "No such file"));
    assert_int_equal(os_file_open(&file, path, OS_FILE_WRITE, &error), STATUS_ABSENT);
    os_file_close(&file);
    MUST(os_file_open(&file, path, OS_FILE_WRITE_NEW, &error), &error);
    MUST(os_file_write(&file, 3, "d", 1, &error), &error);
    os_file_close(&file);
    MUST(os_file_open(&file, path, OS_FILE_WRITE_NEW, &error), &error); /* keeps what is there */
    uint64_t size;
    MUST(os_file_size(&file, &size, &error), &error);
    assert_int_equal(size, 4);
    os_file_close(&file);
    MUST(os_file_open(&file, path, OS_FILE_READ, &error), &error);
    assert_int_equal(os_file_write(&file, 0, "x", 1, &error), STATUS_IO);
    assert_true(mentions(&error, "could not write"));
    assert_false(file.disk_full);
    assert_int_equal(os_file_truncate(&file, 0, &error), STATUS_IO);
    os_file_close(&file);
    assert_int_equal(os_file_open(&file, place.folder, OS_FILE_WRITE, &error), STATUS_IO);
    assert_int_equal(os_file_open(&file, place_path(&place, "no/x"), OS_FILE_WRITE_NEW, &error),
                     STATUS_IO);
    assert_int_equal(os_file_create(&file, place_path(&place, "no/x"), &error), STATUS_IO);
    place_end(&place);
}

static void refuses_paths_that_are_too_long(void **state)
{
    (void)state;
    char path[OS_PATH_SIZE + 10];
    struct os_file file;
    struct error error;
    memset(path, 'p', sizeof path);
    path[OS_PATH_SIZE] = '\0';
    assert_int_equal(os_file_open(&file, path, OS_FILE_READ, &error), STATUS_IO);
    assert_true(mentions(&error, "File name too long")); /* the reason is not cut off */
    assert_int_equal(os_file_create(&file, path, &error), STATUS_IO);
    assert_int_equal(os_folder_make(path, &error), STATUS_IO);
    assert_true(mentions(&error, "File name too long"));
    path[OS_PATH_SIZE - 2] = '\0'; /* fits, but not with the temporary suffix */
    assert_int_equal(os_file_create(&file, path, &error), STATUS_IO);
    assert_int_equal(os_folder_make("", &error), STATUS_IO);
}

static void reads_whole_sizes_or_says_that_it_ends(void **state)
{
    (void)state;
    struct place place;
    struct os_file file;
    struct error error;
    char bytes[16];
    size_t got;
    place_begin(&place);
    make_file(&place, "x", "0123456789");
    MUST(os_file_open(&file, place_path(&place, "x"), OS_FILE_READ, &error), &error);
    MUST(os_file_read(&file, 2, bytes, 8, &error), &error);
    assert_memory_equal(bytes, "23456789", 8);
    assert_int_equal(os_file_read(&file, 2, bytes, 9, &error), STATUS_CORRUPT);
    assert_true(mentions(&error, "ends 1 bytes short"));
    MUST(os_file_read(&file, 10, bytes, 0, &error), &error);
    MUST(os_file_read_some(&file, 7, bytes, 16, &got, &error), &error);
    assert_int_equal(got, 3);
    MUST(os_file_read_some(&file, 10, bytes, 16, &got, &error), &error);
    assert_int_equal(got, 0);
    MUST(os_file_read_some(&file, 1000, bytes, 16, &got, &error), &error);
    assert_int_equal(got, 0);
    os_file_close(&file);
    place_end(&place);
}

static void writes_truncates_and_syncs(void **state)
{
    (void)state;
    struct place place;
    struct os_file file;
    struct error error;
    uint64_t size;
    place_begin(&place);
    MUST(os_file_open(&file, place_path(&place, "x"), OS_FILE_WRITE_NEW, &error), &error);
    MUST(os_file_write(&file, 1 << 20, "end", 3, &error), &error);
    MUST(os_file_sync(&file, &error), &error);
    MUST(os_file_truncate(&file, 7, &error), &error);
    MUST(os_file_sync_data(&file, &error), &error);
    MUST(os_file_size(&file, &size, &error), &error);
    assert_int_equal(size, 7);
    os_file_close(&file);
    place_end(&place);
}

static void reads_small_files_up_to_a_limit(void **state)
{
    (void)state;
    struct place place;
    struct error error;
    char *bytes;
    size_t size;
    place_begin(&place);
    make_file(&place, "x", "12345");
    make_file(&place, "empty", "");
    assert_int_equal(os_file_read_all(place_path(&place, "x"), 4, &bytes, &size, &error),
                     STATUS_TOO_LARGE);
    assert_null(bytes);
    assert_true(mentions(&error, "5 bytes, the limit is 4"));
    MUST(os_file_read_all(place_path(&place, "empty"), 0, &bytes, &size, &error), &error);
    assert_int_equal(size, 0);
    assert_string_equal(bytes, "");
    memory_free(bytes);
    assert_int_equal(os_file_read_all(place_path(&place, "no"), 4, &bytes, &size, &error),
                     STATUS_ABSENT);
    place_end(&place);
}

static void lets_one_holder_lock_a_file(void **state)
{
    (void)state;
    struct place place;
    struct os_file first;
    struct os_file second;
    struct error error;
    place_begin(&place);
    const char *path = place_path(&place, "lock");
    MUST(os_file_open(&first, path, OS_FILE_WRITE_NEW, &error), &error);
    MUST(os_file_lock(&first, &error), &error);
    pid_t child = fork();
    if (child == 0) {
        if (os_file_open(&second, path, OS_FILE_WRITE_NEW, &error) != STATUS_OK) _exit(1);
        _exit(os_file_lock(&second, &error) == STATUS_BUSY ? 0 : 2);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    MUST(os_file_open(&second, path, OS_FILE_WRITE_NEW, &error), &error);
    assert_int_equal(os_file_lock(&second, &error), STATUS_BUSY);
    assert_true(mentions(&error, "another process holds it"));
    os_file_close(&first);
    MUST(os_file_lock(&second, &error), &error);
    os_file_close(&second);
    place_end(&place);
}

static void makes_folders_with_their_parents(void **state)
{
    (void)state;
    struct place place;
    struct error error;
    place_begin(&place);
    const char *path = place_path(&place, "a//b/c/");
    MUST(os_folder_make(path, &error), &error);
    MUST(os_folder_make(path, &error), &error); /* there already */
    struct stat found;
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0700);
    make_file(&place, "a/file", "x");
    assert_int_equal(os_folder_make(place_path(&place, "a/file"), &error), STATUS_IO);
    assert_true(mentions(&error, "Not a directory"));
    assert_int_equal(os_folder_make(place_path(&place, "a/file/b"), &error), STATUS_IO);
    MUST(os_folder_sync(place.folder, &error), &error);
    assert_int_equal(os_folder_sync(place_path(&place, "no"), &error), STATUS_IO);
    place_end(&place);
}

static void makes_a_folder_below_the_current_one(void **state)
{
    (void)state;
    struct place place;
    struct error error;
    char before[OS_PATH_SIZE];
    place_begin(&place);
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(place.folder), 0);
    MUST(os_folder_make("bare", &error), &error);
    MUST(os_folder_make(".", &error), &error);
    struct os_file file;
    MUST(os_file_create(&file, "name", &error), &error);
    MUST(os_file_publish(&file, &error), &error);
    os_file_close(&file);
    assert_int_equal(chdir(before), 0);
    assert_true(os_exists(place_path(&place, "bare")));
    assert_true(os_exists(place_path(&place, "name")));
    MUST(os_folder_make("/", &error), &error);
    place_end(&place);
}

static void lists_names_in_byte_order(void **state)
{
    (void)state;
    struct place place;
    struct error error;
    char **names;
    size_t count;
    place_begin(&place);
    MUST(os_folder_list(place.folder, &names, &count, &error), &error);
    assert_int_equal(count, 0);
    os_folder_list_free(names, count);
    for (int i = 99; i >= 0; i--) {
        char name[16];
        (void)snprintf(name, sizeof name, "%d", i * 37 % 100);
        make_file(&place, name, "");
    }
    make_file(&place, ".hidden", "");
    MUST(os_folder_list(place.folder, &names, &count, &error), &error);
    assert_int_equal(count, 101);
    assert_string_equal(names[0], ".hidden");
    for (size_t i = 1; i < count; i++)
        assert_true(strcmp(names[i - 1], names[i]) < 0);
    os_folder_list_free(names, count);
    assert_int_equal(os_folder_list(place_path(&place, "no"), &names, &count, &error),
                     STATUS_ABSENT);
    assert_int_equal(os_folder_list(place_path(&place, "1"), &names, &count, &error), STATUS_IO);
    place_end(&place);
}

static void renames_and_removes(void **state)
{
    (void)state;
    struct place place;
    struct error error;
    char other[OS_PATH_SIZE];
    place_begin(&place);
    make_file(&place, "x", "1");
    make_file(&place, "y", "2");
    assert_true(os_path_join(other, place.folder, "y"));
    MUST(os_rename(place_path(&place, "x"), other, &error), &error);
    assert_false(os_exists(place.path));
    assert_int_equal(os_rename(place.path, other, &error), STATUS_IO);
    MUST(os_remove(other, &error), &error);
    MUST(os_remove(other, &error), &error); /* absent is fine */
    assert_int_equal(os_remove(place.folder, &error), STATUS_IO);
    place_end(&place);
}

static void knows_the_space_of_a_disk(void **state)
{
    (void)state;
    struct os_disk_space space;
    struct error error;
    MUST(os_disk_space("/", &space, &error), &error);
    assert_true(space.total_bytes > 0);
    assert_true(space.free_bytes <= space.total_bytes);
    assert_int_equal(os_disk_space("/absent-folder", &space, &error), STATUS_IO);
}

static void marks_a_file_when_the_disk_is_full(void **state)
{
    (void)state;
    struct os_file file;
    struct error error;
    if (!os_exists("/dev/full")) skip();
    MUST(os_file_open(&file, "/dev/full", OS_FILE_WRITE, &error), &error);
    assert_false(file.disk_full);
    assert_int_equal(os_file_write(&file, 0, "x", 1, &error), STATUS_IO);
    assert_true(file.disk_full);
    assert_true(mentions(&error, "No space left on device"));
    os_file_close(&file);
}

static void gives_bytes_a_name_for_as_long_as_they_are_open(void **state)
{
    (void)state;
    struct os_file file;
    struct error error;
    char *bytes;
    size_t size;
    MUST(os_file_of_bytes(&file, "words", 5, &error), &error);
    MUST(os_file_read_all(file.path, 100, &bytes, &size, &error), &error);
    assert_int_equal(size, 5);
    assert_string_equal(bytes, "words");
    memory_free(bytes);
    char path[OS_PATH_SIZE];
    memcpy(path, file.path, sizeof path);
    os_file_close(&file);
    assert_int_equal(os_file_read_all(path, 100, &bytes, &size, &error), STATUS_ABSENT);
    MUST(os_file_of_bytes(&file, NULL, 0, &error), &error);
    os_file_close(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_paths_that_fit),
        cmocka_unit_test(shows_a_published_file_whole_and_nothing_before),
        cmocka_unit_test(removes_what_was_not_published),
        cmocka_unit_test(overwrites_what_a_crash_left_behind),
        cmocka_unit_test(opens_by_mode),
        cmocka_unit_test(refuses_paths_that_are_too_long),
        cmocka_unit_test(reads_whole_sizes_or_says_that_it_ends),
        cmocka_unit_test(writes_truncates_and_syncs),
        cmocka_unit_test(reads_small_files_up_to_a_limit),
        cmocka_unit_test(lets_one_holder_lock_a_file),
        cmocka_unit_test(makes_folders_with_their_parents),
        cmocka_unit_test(makes_a_folder_below_the_current_one),
        cmocka_unit_test(lists_names_in_byte_order),
        cmocka_unit_test(renames_and_removes),
        cmocka_unit_test(knows_the_space_of_a_disk),
        cmocka_unit_test(marks_a_file_when_the_disk_is_full),
        cmocka_unit_test(gives_bytes_a_name_for_as_long_as_they_are_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
