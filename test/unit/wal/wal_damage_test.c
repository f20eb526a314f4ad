/* Power cuts and damaged files: what was acknowledged is there or is said to be damaged, and
 * nothing else ever comes out. */
#include "base/memory.h"
#include "codec/block.h"
#include "os/os_fault.h"
#include "wal/wal_format.h"
#include "wal_scene.h"

#include <errno.h>
#include <string.h>

enum { SECTOR_SIZE = 512 };

static void fail_next_sync(uint64_t at)
{
    struct os_fault_plan plan = {
        .kind = OS_FAULT_ERROR,
        .calls = OS_FAULT_CALL_SYNC,
        .at = at,
        .count = 1,
        .errno_value = EIO,
    };
    os_fault_set(&plan);
}

static struct scene_file *find_file(struct scene_snapshot *snapshot, const char *name)
{
    for (size_t i = 0; i < snapshot->count; i++) {
        if (strcmp(snapshot->files[i].name, name) == 0) return &snapshot->files[i];
    }
    return NULL;
}

static bool is_bound(const struct scene_file *file)
{
    return strcmp(file->name, WAL_OLDEST_NAME) == 0 || strcmp(file->name, WAL_NEWEST_NAME) == 0;
}

/* The first group of a log comes after the naming of its file, in the folder and beside it, each of
 * which is two syncs. */
static uint64_t syncs_of_group(struct scene_snapshot *before)
{
    uint64_t named = find_file(before, WAL_OLDEST_NAME) ? 0 : 2;
    uint64_t begun = before->is_begun ? 0 : 2;
    return 1 + named + begun;
}

/* Of every sector that differs, either the synced or the written state is on the disk. */
static void mix_sectors(struct scene *scene, struct scene_snapshot *synced,
                        struct scene_snapshot *written, uint64_t kept_of_four)
{
    for (size_t i = 0; i < written->count; i++) {
        struct scene_file *after = &written->files[i];
        const struct scene_file *before = find_file(synced, after->name);
        if (!before || before->size != after->size) continue;
        for (size_t at = 0; at < after->size; at += SECTOR_SIZE) {
            size_t size = after->size - at < SECTOR_SIZE ? after->size - at : SECTOR_SIZE;
            if (scene_random(scene, 4) < kept_of_four) continue;
            memcpy(after->bytes + at, before->bytes + at, size);
        }
    }
}

/* The write of the last group reached the disk in part, and its sync never returned. The file it
 * goes to was prepared, so that its zeros and its name were durable before. */
static void cut_power(struct scene *scene, struct wal *wal)
{
    struct scene_snapshot synced;
    struct scene_snapshot written;
    struct error error;
    MUST(wal_prepare(wal, &error), &error);
    scene_take(scene, &synced);
    uint64_t count = 1 + scene_random(scene, 5);
    for (uint64_t i = 0; i < count; i++) {
        scene_must_append(scene, wal, scene_random(scene, scene->payload_max));
    }
    fail_next_sync(syncs_of_group(&synced));
    assert_int_equal(scene_sync(scene, wal, &error), STATUS_IO);
    fail_next_sync(0);
    wal_close(wal);
    scene_take(scene, &written);
    mix_sectors(scene, &synced, &written, scene_random(scene, 5));
    scene_put_back(scene, &written);
    scene_drop(&synced);
    scene_drop(&written);
}

/* Several cuts in a row in one folder, with recycled files in between. */
static void live_through_cuts(uint64_t seed)
{
    struct scene scene;
    scene_begin(&scene, seed);
    scene.file_size = 4096 * (1 + scene_random(&scene, 2));
    scene.payload_max = scene_random(&scene, 2) ? 1200 : 90;
    for (int round = 0; round < 4; round++) {
        struct wal *wal = scene_must_open(&scene);
        uint64_t groups = scene_random(&scene, 6);
        for (uint64_t group = 0; group < groups; group++) {
            scene_must_write(&scene, wal, 1 + (uint32_t)scene_random(&scene, 3),
                             scene_random(&scene, scene.payload_max));
        }
        if (scene_random(&scene, 2) && scene.acked > scene.watermark) {
            uint64_t more = scene_random(&scene, scene.acked - scene.watermark + 1);
            scene_must_forget(&scene, wal, scene.watermark + more);
        }
        cut_power(&scene, wal);
    }
    scene_must_recover(&scene);
    scene_end(&scene);
}

static void survives_power_cuts_that_keep_any_sectors(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 1500; seed++)
        live_through_cuts(seed);
}

/* The last group reached the file but for its first sectors, and the process was killed. */
static void lose_start_of_group(struct scene *scene, struct wal *wal, uint32_t count, uint64_t size,
                                size_t lost)
{
    struct scene_snapshot synced;
    struct scene_snapshot written;
    struct error error;
    MUST(wal_prepare(wal, &error), &error);
    scene_take(scene, &synced);
    for (uint32_t i = 0; i < count; i++)
        scene_must_append(scene, wal, size);
    fail_next_sync(syncs_of_group(&synced));
    assert_int_equal(scene_sync(scene, wal, &error), STATUS_IO);
    fail_next_sync(0);
    wal_close(wal);
    scene_take(scene, &written);
    for (size_t i = 0; i < written.count; i++) {
        if (is_bound(&written.files[i])) continue;
        const struct scene_file *before = find_file(&synced, written.files[i].name);
        memcpy(written.files[i].bytes, before->bytes, lost);
    }
    scene_put_back(scene, &written);
    scene_drop(&synced);
    scene_drop(&written);
}

/* Record 1 of a first life was lost and record 2 was not. In the file's second life another record
 * 1 of the same size is written, and the old record 2 stands exactly behind it. */
static void never_takes_a_record_of_an_earlier_life(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 30);
    uint64_t size = 4096 - WAL_FILE_HEADER_SIZE - WAL_RECORD_HEADER_SIZE; /* up to a whole page */
    struct wal *wal = scene_must_open(&scene);
    lose_start_of_group(&scene, wal, 2, size - 64, SECTOR_SIZE);
    wal = scene_must_open(&scene);
    assert_int_equal(scene.acked, 0);
    assert_int_equal(scene_count_files(&scene, ".spare"), 1);
    wal_close(wal);
    wal = scene_must_open(&scene);
    lose_start_of_group(&scene, wal, 2, size, SECTOR_SIZE);
    wal = scene_must_open(&scene);
    assert_int_equal(scene.acked, 0);
    scene_must_write(&scene, wal, 1, size);
    struct scene_snapshot killed;
    scene_take(&scene, &killed);
    assert_int_equal(scene_count_files(&scene, ".wal"), 1);
    assert_int_not_equal(killed.files[0].bytes[4096 + 4], 0); /* the kind of the old record 2 */
    wal_close(wal);
    scene_put_back(&scene, &killed);
    scene_drop(&killed);
    scene_must_recover(&scene);
    assert_int_equal(scene.acked, 3);
    scene_end(&scene);
}

static void cuts_a_torn_tail_off(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 31);
    struct wal *wal = scene_must_open(&scene);
    scene_must_write(&scene, wal, 1, 4096 - WAL_FILE_HEADER_SIZE - WAL_RECORD_HEADER_SIZE);
    lose_start_of_group(&scene, wal, 3, 600, 4096 + SECTOR_SIZE);
    wal = scene_must_open(&scene);
    assert_int_equal(scene.acked, 1);
    wal_close(wal);
    struct scene_snapshot left;
    scene_take(&scene, &left);
    assert_int_equal(left.files[0].size, 4096);
    scene_drop(&left);
    scene_must_recover(&scene);
    scene_end(&scene);
}

/* A log over several files, with stale bytes in them, closed cleanly; taken as bytes. */
static void make_log(struct scene *scene, uint64_t seed, struct scene_snapshot *out)
{
    scene_begin(scene, seed);
    scene->file_size = 4096;
    struct wal *wal = scene_must_open(scene);
    for (int group = 0; group < 8; group++)
        scene_must_write(scene, wal, 2, 500);
    scene_must_forget(scene, wal, scene->acked);
    for (int group = 0; group < 12; group++) {
        scene_must_write(scene, wal, 1 + (uint32_t)scene_random(scene, 3),
                         scene_random(scene, 260));
    }
    wal_close(wal);
    scene_take(scene, out);
}

/* Where the last record or mark of a file ends; 0 for a file that was never used. */
static size_t used_size(const struct scene_file *file, size_t *mark_at)
{
    *mark_at = SIZE_MAX;
    struct wal_file_id id;
    struct wal_file_header header;
    if (!wal_format_parse_log_name(file->name, &id)) return 0;
    if (wal_format_read_file_header(file->bytes, id, &header) != WAL_HEADER_VALID) return 0;
    size_t at = WAL_FILE_HEADER_SIZE;
    struct wal_record_header record;
    while (at + WAL_RECORD_HEADER_SIZE <= file->size &&
           wal_format_read_record_header(file->bytes + at, id, at, &record)) {
        if (record.kind == WAL_KIND_MARK) *mark_at = at;
        at += (size_t)wal_format_record_size(record.size);
    }
    return at;
}

/* The same, and all of the file that names the oldest. */
static size_t checked_size(const struct scene_file *file, size_t *mark_at)
{
    size_t used = used_size(file, mark_at);
    return is_bound(file) ? file->size : used;
}

static void write_file(const struct scene *scene, const struct scene_file *file, size_t size)
{
    char path[OS_PATH_SIZE];
    assert_true(os_path_join(path, scene->folder, file->name));
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(file->bytes, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
}

/* Reading only: wal_check. What it accepts must be all there was. */
static enum status check_log(const struct scene *scene, const struct wal_check_result *whole)
{
    struct wal_check_result result;
    struct error error;
    enum status status = wal_check(scene->folder, &result, &error);
    if (status != STATUS_OK) return status;
    assert_int_equal(result.record_count, whole->record_count);
    assert_int_equal(result.first_sequence, whole->first_sequence);
    assert_int_equal(result.last_sequence, whole->last_sequence);
    return STATUS_OK;
}

static void check_whole(const struct scene *scene, struct wal_check_result *whole)
{
    struct error error;
    MUST(wal_check(scene->folder, whole, &error), &error);
    assert_int_equal(whole->last_sequence, scene->acked);
}

static void flip_in_file(struct scene *scene, struct scene_file *file,
                         const struct wal_check_result *whole)
{
    size_t mark_at;
    size_t used = checked_size(file, &mark_at);
    size_t end = used + 64 < file->size ? used + 64 : file->size;
    for (size_t at = 0; at < end; at++) {
        char bit = (char)(1 << scene_random(scene, 8));
        file->bytes[at] = (char)(file->bytes[at] ^ bit);
        write_file(scene, file, file->size);
        bool is_record = at < used && at < mark_at;
        enum status status = check_log(scene, whole);
        if (status != (is_record ? STATUS_CORRUPT : STATUS_OK)) {
            fail_msg("seed %llu: %s at %zu of %zu: %s", (unsigned long long)scene->seed, file->name,
                     at, used, status_name(status));
        }
        file->bytes[at] = (char)(file->bytes[at] ^ bit);
    }
    write_file(scene, file, file->size);
}

static void finds_a_flipped_bit_in_every_durable_byte(void **state)
{
    (void)state;
    struct scene scene;
    struct scene_snapshot log;
    struct wal_check_result whole;
    make_log(&scene, 31, &log);
    check_whole(&scene, &whole);
    for (size_t i = 0; i < log.count; i++)
        flip_in_file(&scene, &log.files[i], &whole);
    scene_drop(&log);
    scene_end(&scene);
}

static void damage(struct scene *scene, struct scene_snapshot *log)
{
    struct scene_file *file = &log->files[scene_random(scene, log->count)];
    size_t at = (size_t)scene_random(scene, file->size);
    size_t size = 1 + (size_t)scene_random(scene, SECTOR_SIZE);
    if (size > file->size - at) size = file->size - at;
    switch (scene_random(scene, 4)) {
    case 0: memset(file->bytes + at, 0, size); break;
    case 1: memset(file->bytes + at, 0xff, size); break;
    case 2: memmove(file->bytes + at, file->bytes + scene_random(scene, at + 1), size); break;
    default: file->bytes[at] = (char)scene_random(scene, 256); break;
    }
}

/* The replay of a damaged log compares every record with the model. */
static void never_hands_out_a_wrong_record(void **state)
{
    (void)state;
    uint64_t refused = 0;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        struct scene scene;
        struct scene_snapshot log;
        make_log(&scene, seed, &log);
        uint64_t count = 1 + scene_random(&scene, 3);
        for (uint64_t i = 0; i < count; i++)
            damage(&scene, &log);
        scene_put_back(&scene, &log);
        struct wal *wal = NULL;
        struct error error;
        uint64_t acked = scene.acked;
        scene.watermark = 16;
        scene.acked = 0; /* the last group and its mark may go together: see Known limits */
        enum status status = scene_open(&scene, &wal, &error);
        if (status == STATUS_OK) {
            assert_true(scene.acked + 3 >= acked);
            wal_close(wal);
        } else {
            assert_int_equal(status, STATUS_CORRUPT);
            refused++;
        }
        scene_drop(&log);
        scene_end(&scene);
    }
    assert_true(refused > 50);
}

static void finds_a_file_that_lost_or_gained_bytes(void **state)
{
    (void)state;
    struct scene scene;
    struct scene_snapshot log;
    struct wal_check_result whole;
    make_log(&scene, 32, &log);
    check_whole(&scene, &whole);
    for (size_t i = 0; i < log.count; i++) {
        const struct scene_file *file = &log.files[i];
        size_t mark_at;
        size_t used = checked_size(file, &mark_at);
        for (size_t size = 0; size < file->size; size += 8) {
            bool is_cut_behind_records = size == used || size == mark_at;
            write_file(&scene, file, size);
            enum status wanted = used && !is_cut_behind_records ? STATUS_CORRUPT : STATUS_OK;
            if (!used && text_ends_with(text_from(file->name), TEXT(".wal"))) continue;
            enum status status = STATUS_OK;
            if (used && size >= WAL_FILE_HEADER_SIZE && size < mark_at && size != used) {
                /* An end exactly behind a record looks like a cut. Then records are missing. */
                struct wal_check_result result;
                struct error error;
                status = wal_check(scene.folder, &result, &error);
                if (status == STATUS_OK) assert_true(result.last_sequence < whole.last_sequence);
                continue;
            }
            status = check_log(&scene, &whole);
            assert_int_equal(status, wanted);
        }
        struct scene_file longer = *file;
        longer.bytes = memory_alloc(file->size + 8, 1);
        memcpy(longer.bytes, file->bytes, file->size);
        write_file(&scene, &longer, file->size + 8);
        assert_int_equal(check_log(&scene, &whole), used ? STATUS_CORRUPT : STATUS_OK);
        memory_free(longer.bytes);
        write_file(&scene, file, file->size);
    }
    scene_drop(&log);
    scene_end(&scene);
}

static void finds_a_missing_file(void **state)
{
    (void)state;
    struct scene scene;
    struct scene_snapshot log;
    make_log(&scene, 33, &log);
    size_t mark_at;
    size_t last_used = 0;
    for (size_t i = 0; i < log.count; i++) {
        if (used_size(&log.files[i], &mark_at)) last_used = i;
    }
    scene.watermark = 16;
    for (size_t i = 0; i < last_used; i++) {
        if (!used_size(&log.files[i], &mark_at)) continue;
        scene_put_back(&scene, &log);
        char path[OS_PATH_SIZE];
        struct error error;
        assert_true(os_path_join(path, scene.folder, log.files[i].name));
        MUST(os_remove(path, &error), &error);
        struct wal *wal;
        bool is_needed = i > 0 || scene.watermark == 0;
        enum status status = scene_open(&scene, &wal, &error);
        assert_int_equal(status, is_needed ? STATUS_CORRUPT : STATUS_OK);
        if (status == STATUS_OK) wal_close(wal);
    }
    scene_drop(&log);
    scene_end(&scene);
}

static void refuses_files_that_changed_names(void **state)
{
    (void)state;
    struct scene scene;
    struct scene_snapshot log;
    make_log(&scene, 34, &log);
    size_t mark_at;
    size_t first = log.count;
    size_t second = log.count;
    for (size_t i = 0; i < log.count; i++) {
        if (!used_size(&log.files[i], &mark_at)) continue;
        if (first == log.count) first = i;
        if (first != i && second == log.count) second = i;
    }
    assert_true(second < log.count);
    char *bytes = log.files[first].bytes;
    log.files[first].bytes = log.files[second].bytes;
    log.files[second].bytes = bytes;
    scene_put_back(&scene, &log);
    struct wal *wal;
    struct error error;
    scene.watermark = 16;
    assert_int_equal(scene_open(&scene, &wal, &error), STATUS_CORRUPT);
    scene_drop(&log);
    scene_end(&scene);
}

static void refuses_a_version_it_does_not_know(void **state)
{
    (void)state;
    struct scene scene;
    struct scene_snapshot log;
    scene_begin(&scene, 35);
    struct wal *wal = scene_must_open(&scene);
    scene_must_write(&scene, wal, 1, 10);
    wal_close(wal);
    scene_take(&scene, &log);
    /* A header of version 2 with a good checksum: the writer's own, with the sum made again. */
    struct wal_file_id id;
    assert_true(wal_format_parse_log_name(log.files[0].name, &id));
    char *bytes = log.files[0].bytes;
    bytes[8] = 2;
    uint64_t sum = block_checksum(bytes, 56, id.salt);
    memcpy(bytes + 56, &sum, sizeof sum);
    scene_put_back(&scene, &log);
    struct error error;
    assert_int_equal(scene_open(&scene, &wal, &error), STATUS_INVALID);
    assert_non_null(strstr(error.message, "newer version"));
    scene_drop(&log);
    scene_end(&scene);
}

static void passes_over_names_that_are_not_its_own(void **state)
{
    (void)state;
    static const char *const names[] = {"notes.txt",
                                        "1.wal",
                                        "0000000000000000-0000000000000001.wal",
                                        "ffffffffffffffff-0000000000000001.wal",
                                        "000000000000000G-0000000000000001.wal",
                                        "0000000000000009-0000000000000001.wall",
                                        "0000000000000009.spar",
                                        "0000000000000009.spare",
                                        "0000000000000009-0000000000000001.wal.tmp"};
    struct scene scene;
    scene_begin(&scene, 36);
    struct wal *wal = scene_must_open(&scene);
    scene_must_write(&scene, wal, 3, 10);
    wal_close(wal);
    char bytes[] = "x";
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "%s", names[i]);
        write_file(&scene, &(struct scene_file){.name = name, .bytes = bytes}, 1);
        scene_must_recover(&scene);
    }
    assert_int_equal(scene_count_files(&scene, ".tmp"), 0);
    assert_int_equal(scene_count_files(&scene, ".spare"), 0); /* of another size: of no use */
    assert_int_equal(scene_count_files(&scene, ".txt"), 1);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survives_power_cuts_that_keep_any_sectors),
        cmocka_unit_test(never_takes_a_record_of_an_earlier_life),
        cmocka_unit_test(cuts_a_torn_tail_off),
        cmocka_unit_test(finds_a_flipped_bit_in_every_durable_byte),
        cmocka_unit_test(never_hands_out_a_wrong_record),
        cmocka_unit_test(finds_a_file_that_lost_or_gained_bytes),
        cmocka_unit_test(finds_a_missing_file),
        cmocka_unit_test(refuses_files_that_changed_names),
        cmocka_unit_test(refuses_a_version_it_does_not_know),
        cmocka_unit_test(passes_over_names_that_are_not_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
