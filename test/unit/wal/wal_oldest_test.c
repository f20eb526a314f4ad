/* The files that name the oldest and the newest log files: a log of which any file was taken away
 * is refused, although it may begin with any sequence and end with any. */
#include "base/memory.h"
#include "codec/block.h"
#include "wal/wal_format.h"
#include "wal_scene.h"

#include <string.h>
#include <unistd.h>

static struct wal *write_some(struct scene *scene)
{
    scene->file_size = 4096;
    struct wal *wal = scene_must_open(scene);
    for (int group = 0; group < 8; group++)
        scene_must_write(scene, wal, 2, 700);
    scene_must_forget(scene, wal, scene->acked - 5);
    return wal;
}

static enum status take_any(void *context, const struct wal_record *record, struct error *error)
{
    (void)context;
    (void)record;
    (void)error;
    return STATUS_OK;
}

static enum status open_anywhere(const struct scene *scene, struct error *error)
{
    struct wal_options options = {
        .folder = scene->folder, .file_size = scene->file_size, .may_begin_anywhere = true};
    struct wal *wal;
    TRY(wal_open(&options, 0, take_any, NULL, &wal, error));
    wal_close(wal);
    return STATUS_OK;
}

/* The first one with records; before it there may be one that was prepared and never used. */
static const struct scene_file *first_file(const struct scene_snapshot *log)
{
    for (size_t i = 0; i < log->count; i++) {
        const struct scene_file *file = &log->files[i];
        struct wal_file_id id;
        struct wal_file_header header;
        if (wal_format_parse_log_name(file->name, &id) &&
            wal_format_read_file_header(file->bytes, id, &header) == WAL_HEADER_VALID) {
            return file;
        }
    }
    fail_msg("the log has no file");
    return NULL;
}

/* Its first file, to whatever sequence the log was forgotten before. */
static void check_first_file_is_missed(struct scene *scene)
{
    struct scene_snapshot log;
    struct error error;
    struct wal_check_result result;
    scene_take(scene, &log);
    char path[OS_PATH_SIZE];
    assert_true(os_path_join(path, scene->folder, first_file(&log)->name));
    MUST(os_remove(path, &error), &error);
    assert_int_equal(wal_check(scene->folder, &result, &error), STATUS_CORRUPT);
    assert_int_equal(open_anywhere(scene, &error), STATUS_CORRUPT);
    assert_non_null(strstr(error.message, "is missing"));
    scene_put_back(scene, &log);
    MUST(wal_check(scene->folder, &result, &error), &error);
    scene_drop(&log);
}

static void misses_the_first_file_wherever_the_log_begins(void **state)
{
    (void)state;
    struct scene scene;
    struct error error;
    scene_begin(&scene, 37);
    scene.file_size = 4096;
    for (int round = 0; round < 12; round++) {
        struct wal *wal = scene_must_open(&scene);
        for (int group = 0; group <= round; group++) {
            scene_must_write(&scene, wal, 2, scene_random(&scene, 500));
            uint64_t kept = scene_random(&scene, 12);
            bool forgets = scene_random(&scene, 3) == 0 && scene.acked > kept;
            if (forgets && scene.acked - kept > scene.watermark) {
                scene_must_forget(&scene, wal, scene.acked - kept);
            }
        }
        wal_close(wal);
        check_first_file_is_missed(&scene);
        MUST(open_anywhere(&scene, &error), &error);
        check_first_file_is_missed(&scene);
    }
    struct wal *wal = scene_must_open(&scene);
    scene_must_forget(&scene, wal, scene.acked);
    MUST(wal_trim(wal, &error), &error);
    assert_int_equal(scene_count_files(&scene, ""), 0);
    wal_close(wal);
    MUST(open_anywhere(&scene, &error), &error);
    scene_end(&scene);
}

static bool has_records(const struct scene_file *file)
{
    struct wal_file_id id;
    struct wal_file_header header;
    return wal_format_parse_log_name(file->name, &id) &&
           wal_format_read_file_header(file->bytes, id, &header) == WAL_HEADER_VALID;
}

/* Each of its files alone, as a kill would leave them; the log goes on with the files it has. */
static uint32_t check_every_file_is_missed(struct scene *scene)
{
    struct scene_snapshot log;
    struct error error;
    struct wal_check_result result;
    uint32_t count = 0;
    scene_take(scene, &log);
    for (size_t i = 0; i < log.count; i++) {
        if (!has_records(&log.files[i])) continue;
        char path[OS_PATH_SIZE];
        char aside[OS_PATH_SIZE];
        assert_true(os_path_join(path, scene->folder, log.files[i].name));
        assert_true(os_path_join(aside, scene->place, "aside"));
        MUST(os_rename(path, aside, &error), &error);
        if (wal_check(scene->folder, &result, &error) != STATUS_CORRUPT)
            fail_msg("%s, file %zu of %zu is not missed", log.files[i].name, i + 1, log.count);
        assert_int_equal(open_anywhere(scene, &error), STATUS_CORRUPT);
        MUST(os_rename(aside, path, &error), &error);
        MUST(wal_check(scene->folder, &result, &error), &error);
        count++;
    }
    scene_drop(&log);
    return count;
}

static void play_a_group(struct scene *scene, struct wal *wal)
{
    struct error error;
    uint64_t size = scene_random(scene, 8) == 0 ? 6000 : scene_random(scene, 700);
    scene_must_write(scene, wal, 1 + (uint32_t)scene_random(scene, 3), size);
    if (scene_random(scene, 3) > 0) MUST(wal_prepare(wal, &error), &error);
    uint64_t kept = scene_random(scene, 12);
    bool forgets = scene_random(scene, 5) == 0 && scene->acked > scene->watermark + kept;
    if (forgets) scene_must_forget(scene, wal, scene->acked - kept);
}

/* With a file prepared and without, with one of its own for a large group, killed or closed. */
static void misses_any_file_that_holds_records(void **state)
{
    (void)state;
    uint32_t checked = 0;
    for (uint64_t seed = 1; seed <= 25; seed++) {
        struct scene scene;
        scene_begin(&scene, seed);
        scene.file_size = 4096;
        for (int round = 0; round < 3; round++) {
            struct wal *wal = scene_must_open(&scene);
            for (int group = 0; group < 8; group++) {
                play_a_group(&scene, wal);
                if (scene.acked > scene.watermark) checked += check_every_file_is_missed(&scene);
            }
            wal_close(wal);
        }
        scene_must_recover(&scene);
        scene_end(&scene);
    }
    assert_true(checked > 500);
}

/* A clean stop leaves nothing that could be missed. */
static void a_trimmed_log_names_no_newest_file(void **state)
{
    (void)state;
    struct scene scene;
    struct error error;
    scene_begin(&scene, 64);
    struct wal *wal = write_some(&scene);
    MUST(wal_prepare(wal, &error), &error);
    assert_int_equal(scene_count_files(&scene, WAL_NEWEST_NAME), 1);
    scene_must_forget(&scene, wal, scene.acked);
    MUST(wal_trim(wal, &error), &error);
    assert_int_equal(scene_count_files(&scene, ""), 0);
    MUST(wal_prepare(wal, &error), &error); /* a tick that came late */
    wal_close(wal);
    MUST(open_anywhere(&scene, &error), &error);
    scene_end(&scene);
}

static void names_the_oldest_file_where_nothing_did(void **state)
{
    (void)state;
    struct scene scene;
    struct error error;
    char path[OS_PATH_SIZE];
    scene_begin(&scene, 38);
    wal_close(write_some(&scene));
    assert_true(os_path_join(path, scene.folder, WAL_OLDEST_NAME));
    MUST(os_remove(path, &error), &error);
    MUST(open_anywhere(&scene, &error), &error);
    check_first_file_is_missed(&scene);
    scene_end(&scene);
}

static void write_named(const struct scene *scene, const char *name, const char *bytes, size_t size)
{
    char path[OS_PATH_SIZE];
    assert_true(os_path_join(path, scene->folder, name));
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
}

/* Where its numbers lie: from 16 up to the checksum. */
static void check_numbers_are_refused(const struct scene *scene, const char *name,
                                      const char *bytes, size_t size)
{
    static const uint64_t numbers[] = {0, 1000, UINT64_MAX / 2, UINT64_MAX};
    struct error error;
    for (size_t at = 16; at + 8 < size; at += 8) {
        for (size_t i = 0; i < 4; i++) { /* no log file has such a number */
            char other[WAL_NEWEST_SIZE];
            memcpy(other, bytes, size);
            store_u64(other + at, numbers[i]);
            store_u64(other + size - 8, block_checksum(other, size - 8, 0));
            write_named(scene, name, other, size);
            assert_int_equal(open_anywhere(scene, &error), STATUS_CORRUPT);
        }
    }
}

static void check_bytes_are_refused(const char *name, size_t size_expected)
{
    struct scene scene;
    struct error error;
    char *bytes;
    size_t size;
    char path[OS_PATH_SIZE];
    scene_begin(&scene, 39);
    wal_close(write_some(&scene));
    assert_true(os_path_join(path, scene.folder, name));
    MUST(os_file_read_all(path, 4096, &bytes, &size, &error), &error);
    assert_int_equal(size, size_expected);
    for (size_t i = 0; i < size * 8; i++) {
        bytes[i / 8] = (char)(bytes[i / 8] ^ 1 << i % 8);
        write_named(&scene, name, bytes, size);
        assert_int_equal(open_anywhere(&scene, &error), STATUS_CORRUPT);
        assert_non_null(strstr(error.message, name));
        bytes[i / 8] = (char)(bytes[i / 8] ^ 1 << i % 8);
    }
    for (size_t cut = 0; cut < size; cut++) {
        write_named(&scene, name, bytes, cut);
        assert_int_equal(open_anywhere(&scene, &error), STATUS_CORRUPT);
    }
    check_numbers_are_refused(&scene, name, bytes, size);
    bytes[8] = 2;
    store_u64(bytes + size - 8, block_checksum(bytes, size - 8, 0));
    write_named(&scene, name, bytes, size);
    assert_int_equal(open_anywhere(&scene, &error), STATUS_INVALID);
    assert_non_null(strstr(error.message, "newer version"));
    memory_free(bytes);
    scene_end(&scene);
}

static void refuses_bytes_that_name_no_file(void **state)
{
    (void)state;
    check_bytes_are_refused(WAL_OLDEST_NAME, WAL_OLDEST_SIZE);
    check_bytes_are_refused(WAL_NEWEST_NAME, WAL_NEWEST_SIZE);
}

/* Its removal did not reach the disk: it is passed over, although it stands before a gap. */
static void passes_over_a_forgotten_file_that_came_back(void **state)
{
    (void)state;
    struct scene scene;
    struct scene_snapshot before;
    struct error error;
    scene_begin(&scene, 40);
    struct wal *wal = write_some(&scene);
    scene_take(&scene, &before);
    const struct scene_file *first = first_file(&before);
    scene_must_write(&scene, wal, 2, 700);
    scene_must_write(&scene, wal, 2, 700);
    scene_must_forget(&scene, wal, scene.acked - 1);
    wal_close(wal);
    char path[OS_PATH_SIZE];
    assert_true(os_path_join(path, scene.folder, first->name));
    assert_false(os_exists(path));
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(first->bytes, 1, first->size, stream), first->size);
    assert_int_equal(fclose(stream), 0);
    scene_drop(&before);
    struct wal_check_result result;
    MUST(wal_check(scene.folder, &result, &error), &error);
    assert_int_equal(result.last_sequence, scene.acked);
    MUST(open_anywhere(&scene, &error), &error);
    assert_false(os_exists(path));
    scene_end(&scene);
}

static void empty_the_folder(const struct scene *scene)
{
    struct scene_snapshot log;
    scene_take(scene, &log);
    for (size_t i = 0; i < log.count; i++) {
        char path[OS_PATH_SIZE];
        assert_true(os_path_join(path, scene->folder, log.files[i].name));
        struct error error;
        assert_int_equal(os_remove(path, &error), STATUS_OK);
    }
    scene_drop(&log);
}

static void misses_all_files_of_a_log_that_had_begun(void **state)
{
    (void)state;
    struct scene scene;
    struct error error;
    struct wal_check_result result;
    scene_begin(&scene, 61);
    assert_false(scene_is_begun(&scene));
    struct wal *wal = write_some(&scene);
    assert_true(scene_is_begun(&scene));
    wal_close(wal);
    empty_the_folder(&scene);
    assert_int_equal(open_anywhere(&scene, &error), STATUS_CORRUPT);
    assert_non_null(strstr(error.message, ".begun"));
    assert_int_equal(wal_check(scene.folder, &result, &error), STATUS_CORRUPT);
    assert_int_equal(scene_open(&scene, &wal, &error), STATUS_CORRUPT);
    scene_end(&scene);
}

static void misses_the_whole_folder_of_a_log_that_had_begun(void **state)
{
    (void)state;
    struct scene scene;
    struct error error;
    struct wal_check_result result;
    struct wal *wal;
    scene_begin(&scene, 65);
    assert_int_equal(rmdir(scene.folder), 0);
    assert_int_equal(wal_check(scene.folder, &result, &error), STATUS_ABSENT);
    wal_close(write_some(&scene));
    empty_the_folder(&scene);
    assert_int_equal(rmdir(scene.folder), 0);
    assert_int_equal(wal_check(scene.folder, &result, &error), STATUS_CORRUPT);
    assert_non_null(strstr(error.message, ".begun"));
    assert_int_equal(scene_open(&scene, &wal, &error), STATUS_CORRUPT);
    scene_end(&scene);
}

static void an_empty_log_may_be_removed(void **state)
{
    (void)state;
    struct scene scene;
    struct error error;
    scene_begin(&scene, 62);
    struct wal *wal = write_some(&scene);
    scene_must_forget(&scene, wal, scene.acked);
    assert_true(scene_is_begun(&scene)); /* the file in use stays */
    assert_int_equal(wal_trim(wal, &error), STATUS_OK);
    assert_false(scene_is_begun(&scene));
    wal_close(wal);
    empty_the_folder(&scene);
    assert_int_equal(open_anywhere(&scene, &error), STATUS_OK);
    scene_end(&scene);
}

static void a_log_that_says_nothing_yet_says_it_from_then_on(void **state)
{
    (void)state;
    struct scene scene;
    struct scene_snapshot log;
    scene_begin(&scene, 63);
    wal_close(write_some(&scene));
    scene_take(&scene, &log);
    log.is_begun = false; /* as an older version left it */
    scene_put_back(&scene, &log);
    scene_drop(&log);
    assert_false(scene_is_begun(&scene));
    scene_must_recover(&scene);
    assert_true(scene_is_begun(&scene));
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(misses_the_first_file_wherever_the_log_begins),
        cmocka_unit_test(misses_any_file_that_holds_records),
        cmocka_unit_test(a_trimmed_log_names_no_newest_file),
        cmocka_unit_test(names_the_oldest_file_where_nothing_did),
        cmocka_unit_test(refuses_bytes_that_name_no_file),
        cmocka_unit_test(passes_over_a_forgotten_file_that_came_back),
        cmocka_unit_test(misses_all_files_of_a_log_that_had_begun),
        cmocka_unit_test(misses_the_whole_folder_of_a_log_that_had_begun),
        cmocka_unit_test(an_empty_log_may_be_removed),
        cmocka_unit_test(a_log_that_says_nothing_yet_says_it_from_then_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
