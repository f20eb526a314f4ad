/* The log as its callers see it. */
#include "os/os_clock.h"
#include "os/os_thread.h"
#include "wal_scene.h"

#include <stdatomic.h>
#include <string.h>

static void replays_what_was_synced_in_order(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 1);
    struct wal *wal = scene_must_open(&scene);
    assert_int_equal(scene_count_files(&scene, ""), 0); /* nothing before the first append */
    for (uint32_t group = 0; group < 40; group++) {
        scene_must_write(&scene, wal, 1 + group % 5, scene_random(&scene, 500));
    }
    wal_close(wal);
    wal = scene_must_open(&scene);
    assert_int_equal(scene.replayed_first, 1);
    assert_int_equal(scene.replayed_last, 120);
    wal_close(wal);
    struct wal_check_result result;
    struct error error;
    MUST(wal_check(scene.folder, &result, &error), &error);
    assert_int_equal(result.record_count, 120);
    assert_int_equal(result.first_sequence, 1);
    assert_int_equal(result.last_sequence, 120);
    scene_end(&scene);
}

static void keeps_records_of_every_small_size(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 2);
    struct wal *wal = scene_must_open(&scene);
    for (uint64_t size = 0; size < 40; size++)
        scene_must_append(&scene, wal, size);
    scene_must_sync(&scene, wal);
    for (uint64_t size = 0; size < 40; size++)
        scene_must_write(&scene, wal, 1, size);
    wal_close(wal);
    scene_must_recover(&scene);
    scene_end(&scene);
}

static void drops_what_was_not_synced(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 3);
    struct wal *wal = scene_must_open(&scene);
    scene_must_write(&scene, wal, 3, 10);
    scene_must_append(&scene, wal, 10);
    wal_close(wal);
    scene.appended = scene.acked;
    scene_must_recover(&scene);
    scene_end(&scene);
}

static void uses_rewound_sequences_again(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 4);
    struct wal *wal = scene_must_open(&scene);
    scene_must_write(&scene, wal, 2, 50);
    scene_must_append(&scene, wal, 60);
    scene_must_append(&scene, wal, 70);
    scene_rewind(&scene, wal);
    struct wal_figures figures;
    wal_figures(wal, &figures);
    assert_int_equal(figures.gathered_bytes, 0);
    assert_int_equal(figures.last_sequence, 2);
    scene_must_sync(&scene, wal); /* nothing to do */
    scene_must_write(&scene, wal, 1, 80);
    assert_int_equal(scene.acked, 3);
    wal_close(wal);
    scene_must_recover(&scene);
    scene_end(&scene);
}

static void refuses_a_record_longer_than_the_limit(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 5);
    struct wal *wal = scene_must_open(&scene);
    struct error error;
    uint64_t sequence;
    char *bytes = malloc(WAL_RECORD_SIZE_MAX);
    assert_non_null(bytes);
    memset(bytes, 'x', WAL_RECORD_SIZE_MAX);
    struct text most = {bytes, WAL_RECORD_SIZE_MAX};
    struct text two[] = {most, {bytes, 1}};
    struct text endless[] = {{bytes, SIZE_MAX}, {bytes, 2}};
    assert_int_equal(wal_append(wal, WAL_EVENTS, two, 2, &sequence, &error), STATUS_TOO_LARGE);
    assert_int_equal(wal_append(wal, WAL_EVENTS, endless, 2, &sequence, &error), STATUS_TOO_LARGE);
    scene_must_append(&scene, wal, 10); /* a refusal changes nothing */
    MUST(wal_append(wal, WAL_EVENTS, &most, 1, &sequence, &error), &error);
    assert_int_equal(sequence, 2);
    assert_int_equal(wal_append(wal, WAL_EVENTS, &most, 1, &sequence, &error), STATUS_BUSY);
    scene_rewind(&scene, wal);
    free(bytes);
    scene_must_write(&scene, wal, 1, 10);
    wal_close(wal);
    scene_must_recover(&scene);
    scene_end(&scene);
}

static void gives_a_large_record_a_file_of_its_own(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 6);
    struct wal *wal = scene_must_open(&scene);
    struct error error;
    scene_must_write(&scene, wal, 1, 100);
    MUST(wal_prepare(wal, &error), &error); /* which the large one has to pass over */
    scene_must_write(&scene, wal, 1, 100000);
    scene_must_write(&scene, wal, 1, 100);
    scene_must_write(&scene, wal, 1, 8192 - 64 - 40);     /* exactly a file */
    scene_must_write(&scene, wal, 1, 8192 - 64 - 40 + 1); /* one byte more */
    scene_must_write(&scene, wal, 5, 5000);               /* a group is not torn apart */
    wal_close(wal);
    scene_must_recover(&scene);
    wal = scene_must_open(&scene);
    scene_must_forget(&scene, wal, scene.acked);
    scene_must_write(&scene, wal, 2, 100);
    wal_close(wal);
    scene_must_recover(&scene);
    scene_end(&scene);
}

static void keeps_the_largest_record(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 7);
    struct wal *wal = scene_must_open(&scene);
    scene_must_write(&scene, wal, 1, 10);
    scene_must_write(&scene, wal, 1, WAL_RECORD_SIZE_MAX);
    scene_must_write(&scene, wal, 1, 10);
    wal_close(wal);
    wal = scene_must_open(&scene);
    wal_close(wal);
    scene_end(&scene);
}

static void replays_only_behind_the_watermark(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 8);
    struct wal *wal = scene_must_open(&scene);
    for (int group = 0; group < 30; group++)
        scene_must_write(&scene, wal, 3, 400);
    wal_close(wal);
    for (uint64_t watermark = 0; watermark <= 90; watermark++) {
        scene.watermark = watermark;
        wal = scene_must_open(&scene); /* compares first and last with the model */
        assert_int_equal(scene.replayed_last, watermark < 90 ? 90 : 0);
        struct wal_figures figures;
        wal_figures(wal, &figures);
        assert_int_equal(figures.last_sequence, 90);
        assert_true((figures.live_bytes == 0) == (watermark == 90));
        wal_close(wal);
    }
    wal = scene_must_open(&scene);
    scene_must_write(&scene, wal, 1, 5);
    assert_int_equal(scene.acked, 91);
    wal_close(wal);
    scene_must_recover(&scene);
    scene_end(&scene);
}

static void refuses_a_log_that_lacks_records_behind_the_watermark(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 9);
    struct wal *wal = scene_must_open(&scene);
    for (int group = 0; group < 30; group++)
        scene_must_write(&scene, wal, 3, 400);
    scene_must_forget(&scene, wal, 60);
    wal_close(wal);
    scene.watermark = 20;
    struct error error;
    assert_int_equal(scene_open(&scene, &wal, &error), STATUS_CORRUPT);
    assert_null(wal);
    scene.watermark = 60;
    scene_must_recover(&scene);
    scene_end(&scene);
}

static void goes_on_behind_a_watermark_that_it_never_reached(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 10);
    struct wal *wal = scene_must_open(&scene);
    scene_must_write(&scene, wal, 5, 20);
    wal_close(wal);
    scene.watermark = scene.acked = scene.appended = 1000; /* the store is ahead of the log */
    wal = scene_must_open(&scene);
    scene_must_write(&scene, wal, 1, 20);
    assert_int_equal(scene.acked, 1001);
    wal_close(wal);
    scene_must_recover(&scene);
    struct wal_check_result result;
    struct error error;
    MUST(wal_check(scene.folder, &result, &error), &error);
    assert_int_equal(result.first_sequence, 1001);
    scene_end(&scene);
}

static void begins_an_empty_log_where_it_is_told_to(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 11);
    struct wal_options options = {.folder = scene.folder, .first_sequence = 500};
    struct wal *wal;
    struct error error;
    uint64_t sequence;
    struct text payload = TEXT("x");
    MUST(wal_open(&options, 499, NULL, NULL, &wal, &error), &error);
    MUST(wal_append(wal, WAL_EVENTS, &payload, 1, &sequence, &error), &error);
    assert_int_equal(sequence, 500);
    MUST(wal_sync(wal, &error), &error);
    wal_close(wal);
    options.first_sequence = 700; /* no longer empty */
    MUST(wal_open(&options, 499, NULL, NULL, &wal, &error), &error);
    MUST(wal_append(wal, WAL_EVENTS, NULL, 0, &sequence, &error), &error);
    assert_int_equal(sequence, 501);
    wal_close(wal);
    scene_end(&scene);
}

struct replayed {
    uint64_t first;
    uint64_t last;
};

static enum status note_replayed(void *context, const struct wal_record *record,
                                 struct error *error)
{
    (void)error;
    struct replayed *replayed = context;
    if (replayed->first == 0) replayed->first = record->sequence;
    if (replayed->last > 0) assert_int_equal(record->sequence, replayed->last + 1);
    replayed->last = record->sequence;
    return STATUS_OK;
}

static void replays_a_forgotten_log_from_where_it_begins_when_told(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 21);
    struct wal *wal = scene_must_open(&scene);
    for (int group = 0; group < 30; group++)
        scene_must_write(&scene, wal, 2, 700);
    scene_must_forget(&scene, wal, scene.acked - 3);
    wal_close(wal);
    struct wal_options options = {.folder = scene.folder, .file_size = scene.file_size};
    struct replayed replayed = {0};
    struct error error;
    assert_int_equal(wal_open(&options, 0, note_replayed, &replayed, &wal, &error),
                     STATUS_CORRUPT); /* with one watermark the missing files are missed */
    options.may_begin_anywhere = true;
    replayed = (struct replayed){0};
    MUST(wal_open(&options, 0, note_replayed, &replayed, &wal, &error), &error);
    assert_true(replayed.first > 1);
    assert_true(replayed.first <= scene.acked - 2);
    assert_int_equal(replayed.last, scene.acked);
    uint64_t sequence;
    MUST(wal_append(wal, WAL_EVENTS, NULL, 0, &sequence, &error), &error);
    assert_int_equal(sequence, scene.acked + 1);
    wal_close(wal);
    scene_end(&scene);
}

static void recycles_at_most_two_forgotten_files(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 12);
    struct wal *wal = scene_must_open(&scene);
    for (int round = 0; round < 20; round++) {
        for (int group = 0; group < 12; group++) {
            scene_must_write(&scene, wal, 1 + (uint32_t)scene_random(&scene, 4),
                             scene_random(&scene, 900));
        }
        scene_must_forget(&scene, wal, scene.acked - scene_random(&scene, 5));
        assert_true(scene_count_files(&scene, ".spare") <= 2);
        assert_true(scene_count_files(&scene, ".wal") <= 4);
        if (round % 3 == 0) { /* stale bytes of earlier lives are all over the files now */
            wal_close(wal);
            wal = scene_must_open(&scene);
        }
    }
    struct wal_figures figures;
    wal_figures(wal, &figures);
    size_t files = scene_count_files(&scene, "");
    assert_true(figures.file_bytes <= files * scene.file_size);
    assert_true(figures.file_bytes > (files - 1) * scene.file_size / 2);
    wal_close(wal);
    scene_must_recover(&scene);
    scene_end(&scene);
}

static void removes_every_file_when_all_is_forgotten(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 13);
    struct wal *wal = scene_must_open(&scene);
    struct error error;
    for (int group = 0; group < 30; group++)
        scene_must_write(&scene, wal, 2, 700);
    MUST(wal_prepare(wal, &error), &error);
    MUST(wal_trim(wal, &error), &error); /* not yet: the records are needed */
    assert_true(scene_count_files(&scene, ".wal") > 3);
    scene_must_forget(&scene, wal, scene.acked);
    scene_must_append(&scene, wal, 10);
    MUST(wal_trim(wal, &error), &error); /* something is gathered */
    assert_true(scene_count_files(&scene, ".wal") > 0);
    scene_must_sync(&scene, wal);
    scene_must_forget(&scene, wal, scene.acked);
    MUST(wal_trim(wal, &error), &error);
    assert_int_equal(scene_count_files(&scene, ""), 0);
    struct wal_figures figures;
    wal_figures(wal, &figures);
    assert_int_equal(figures.file_bytes, 0);
    assert_int_equal(figures.live_bytes, 0);
    scene_must_write(&scene, wal, 2, 700); /* a trimmed log goes on */
    wal_close(wal);
    scene_must_recover(&scene);
    scene_end(&scene);
}

static enum status refuse(void *context, const struct wal_record *record, struct error *error)
{
    (void)context;
    if (record->sequence < 3) return STATUS_OK;
    return error_set(error, STATUS_TOO_LARGE, "no more room");
}

static void hands_up_what_the_replay_refuses(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 14);
    struct wal *wal = scene_must_open(&scene);
    scene_must_write(&scene, wal, 5, 20);
    wal_close(wal);
    struct wal_options options = {.folder = scene.folder, .file_size = scene.file_size};
    struct error error;
    assert_int_equal(wal_open(&options, 0, refuse, NULL, &wal, &error), STATUS_TOO_LARGE);
    assert_null(wal);
    scene_must_recover(&scene);
    scene_end(&scene);
}

static void refuses_file_sizes_it_cannot_use(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 15);
    struct wal *wal;
    struct error error;
    struct wal_options options = {.folder = scene.folder, .file_size = 5000};
    assert_int_equal(wal_open(&options, 0, NULL, NULL, &wal, &error), STATUS_INVALID);
    options.file_size = (uint64_t)WAL_FILE_SIZE_MAX + 4096;
    assert_int_equal(wal_open(&options, 0, NULL, NULL, &wal, &error), STATUS_INVALID);
    char long_name[OS_PATH_SIZE];
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    options = (struct wal_options){.folder = long_name};
    assert_int_equal(wal_open(&options, 0, NULL, NULL, &wal, &error), STATUS_INVALID);
    struct wal_check_result result;
    assert_int_equal(wal_check("absent-folder", &result, &error), STATUS_ABSENT);
    scene_end(&scene);
}

static void survives_a_change_of_the_file_size(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 16);
    for (int round = 0; round < 12; round++) {
        scene.file_size = 4096 * (1 + scene_random(&scene, 4));
        struct wal *wal = scene_must_open(&scene);
        for (int group = 0; group < 8; group++)
            scene_must_write(&scene, wal, 2, 600);
        scene_must_forget(&scene, wal, scene.acked - 3);
        struct error error;
        MUST(wal_prepare(wal, &error), &error);
        wal_close(wal);
    }
    scene_must_recover(&scene);
    scene_end(&scene);
}

struct preparing {
    struct wal *wal;
    _Atomic bool is_over;
};

static void prepare_for_ever(void *context)
{
    struct preparing *preparing = context;
    while (!atomic_load(&preparing->is_over)) {
        struct error error;
        if (wal_prepare(preparing->wal, &error) != STATUS_OK) abort();
        os_sleep_ms(0);
    }
}

static void prepares_files_on_another_thread(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 17);
    scene.file_size = 4096;
    struct preparing preparing = {.wal = scene_must_open(&scene)};
    struct os_thread thread;
    os_thread_start(&thread, "prepare", prepare_for_ever, &preparing);
    for (int group = 0; group < 600; group++) {
        uint64_t size = scene_random(&scene, 50) == 0 ? 9000 : scene_random(&scene, 1500);
        scene_must_write(&scene, preparing.wal, 1, size);
        if (group % 7 == 0) scene_must_forget(&scene, preparing.wal, scene.acked - 1);
        struct wal_figures figures;
        wal_figures(preparing.wal, &figures);
    }
    atomic_store(&preparing.is_over, true);
    os_thread_join(&thread);
    wal_close(preparing.wal);
    scene_must_recover(&scene);
    scene_end(&scene);
}

static void numbers_records_that_it_does_not_hold(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 19);
    struct wal *wal = scene_must_open(&scene);
    assert_true(wal_is_empty(wal));
    scene_must_append(&scene, wal, 10);
    assert_false(wal_is_empty(wal)); /* something is gathered */
    scene_must_sync(&scene, wal);
    assert_false(wal_is_empty(wal));
    scene_must_forget(&scene, wal, scene.acked);
    assert_false(wal_is_empty(wal)); /* its file is there still */
    struct error error;
    MUST(wal_trim(wal, &error), &error);
    assert_true(wal_is_empty(wal));
    uint64_t last = scene.acked;
    assert_int_equal(wal_pass(wal), last + 1);
    assert_int_equal(wal_pass(wal), last + 2);
    struct wal_figures figures;
    wal_figures(wal, &figures);
    assert_int_equal(figures.last_sequence, last + 2);
    assert_int_equal(figures.file_bytes, 0);
    assert_true(wal_is_empty(wal));

    uint64_t sequence = 0;
    struct text payload = TEXT("logged again");
    MUST(wal_append(wal, WAL_EVENTS, &payload, 1, &sequence, &error), &error);
    assert_int_equal(sequence, last + 3);
    MUST(wal_sync(wal, &error), &error);
    wal_close(wal);
    struct wal_check_result found;
    MUST(wal_check(scene.folder, &found, &error), &error);
    assert_int_equal(found.record_count, 1);
    assert_int_equal(found.first_sequence, last + 3);
    scene_end(&scene);
}

static void counts_what_it_holds(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, 18);
    struct wal *wal = scene_must_open(&scene);
    struct wal_figures figures;
    wal_figures(wal, &figures);
    assert_int_equal(figures.last_sequence, 0);
    assert_int_equal(figures.file_bytes, 0);
    scene_must_append(&scene, wal, 100);
    wal_figures(wal, &figures);
    assert_int_equal(figures.gathered_bytes, 40 + 104);
    scene_must_sync(&scene, wal);
    scene_must_write(&scene, wal, 3, 100);
    wal_figures(wal, &figures);
    assert_int_equal(figures.gathered_bytes, 0);
    assert_int_equal(figures.last_sequence, 4);
    assert_int_equal(figures.live_bytes, 4 * 144);
    assert_int_equal(figures.file_bytes, 8192);
    assert_int_equal(figures.sync_count, 2);
    assert_true(figures.sync_ns_max > 0);
    assert_true(figures.sync_ns_total >= figures.sync_ns_max);
    scene_must_forget(&scene, wal, 3);
    wal_figures(wal, &figures);
    assert_int_equal(figures.live_bytes, 144);
    wal_close(wal);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replays_what_was_synced_in_order),
        cmocka_unit_test(keeps_records_of_every_small_size),
        cmocka_unit_test(drops_what_was_not_synced),
        cmocka_unit_test(uses_rewound_sequences_again),
        cmocka_unit_test(refuses_a_record_longer_than_the_limit),
        cmocka_unit_test(gives_a_large_record_a_file_of_its_own),
        cmocka_unit_test(keeps_the_largest_record),
        cmocka_unit_test(replays_only_behind_the_watermark),
        cmocka_unit_test(refuses_a_log_that_lacks_records_behind_the_watermark),
        cmocka_unit_test(goes_on_behind_a_watermark_that_it_never_reached),
        cmocka_unit_test(begins_an_empty_log_where_it_is_told_to),
        cmocka_unit_test(replays_a_forgotten_log_from_where_it_begins_when_told),
        cmocka_unit_test(recycles_at_most_two_forgotten_files),
        cmocka_unit_test(removes_every_file_when_all_is_forgotten),
        cmocka_unit_test(hands_up_what_the_replay_refuses),
        cmocka_unit_test(refuses_file_sizes_it_cannot_use),
        cmocka_unit_test(survives_a_change_of_the_file_size),
        cmocka_unit_test(prepares_files_on_another_thread),
        cmocka_unit_test(numbers_records_that_it_does_not_hold),
        cmocka_unit_test(counts_what_it_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
