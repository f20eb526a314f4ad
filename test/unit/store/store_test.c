/* The store against its twin: what was appended is read back, from memory and from files. */
#include "store_scene.h"

#include "base/memory.h"

#include <string.h>

static uint64_t seed;

static void reads_back_what_was_published(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, seed);
    scene.shape.with_dropped = true;
    scene_must_open(&scene);
    scene_check(&scene, 1, 0);
    scene_append(&scene, 1, 300);
    scene_check(&scene, 1, 0);
    scene_publish(&scene, 1);
    scene_check_all(&scene, 1);
    uint32_t visible = scene.twins[1].count;
    scene_append(&scene, 1, 50);
    scene_check(&scene, 1, visible);
    for (int i = 0; i < 20; i++) {
        scene_append(&scene, 1, 1 + seeded_below(&scene.random, 60));
        scene_publish(&scene, 1);
    }
    scene_check_all(&scene, 1);
    assert_false(store_publish(scene.store, 1, scene_clusters(&scene)));
    scene_end(&scene);
}

static void reads_back_what_was_flushed_and_opened_again(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, seed + 1);
    scene_must_open(&scene);
    for (int round = 0; round < 4; round++) {
        for (uint32_t project = 1; project <= SCENE_PROJECTS; project++) {
            scene_append(&scene, project, 200);
            scene_publish(&scene, project);
            scene_append(&scene, project, 100);
            if (round % 2 == 0) scene_must_flush(&scene, project);
            scene_publish(&scene, project);
            scene_check_all(&scene, project);
        }
    }
    for (uint32_t project = 1; project <= SCENE_PROJECTS; project++)
        scene_must_flush(&scene, project);
    scene_close(&scene);
    scene_must_open(&scene);
    assert_int_equal(store_project_count(scene.store), SCENE_PROJECTS);
    struct error error;
    for (uint32_t project = 1; project <= SCENE_PROJECTS; project++) {
        assert_int_equal(store_project_at(scene.store, project - 1), project);
        scene_check_all(&scene, project);
        MUST(store_verify(scene.store, project, &error), &error);
    }
    scene_end(&scene);
}

static void keeps_more_rows_than_a_block_holds(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, seed + 2);
    scene.shape = (struct scene_shape){.persons = 90, .names = 6, .properties_max = 3};
    scene_must_open(&scene);
    for (int i = 0; i < 20; i++)
        scene_append(&scene, 1, 2000);
    /* One person with more rows than a block. */
    scene.shape.persons = 1;
    for (int i = 0; i < 36; i++)
        scene_append(&scene, 1, 2000);
    scene_publish(&scene, 1);
    scene_check_all(&scene, 1);
    scene_must_flush(&scene, 1);
    scene_close(&scene);
    scene_must_open(&scene);
    scene_check_all(&scene, 1);
    scene_end(&scene);
}

static void files_rows_under_the_person_of_the_flush(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, seed + 3);
    scene_must_open(&scene);
    scene_append(&scene, 1, 500);
    scene_publish(&scene, 1);
    for (uint32_t i = 0; i < 100; i++)
        scene.canonical[i] = 100 + i / 3;
    scene_append(&scene, 1, 500);
    scene_publish(&scene, 1);
    scene_check_all(&scene, 1);
    scene_must_flush(&scene, 1);
    scene_check_all(&scene, 1);

    struct error error;
    struct snapshot *snapshot;
    MUST(store_snapshot(scene.store, 1, &snapshot, &error), &error);
    assert_int_equal(snapshot_source_count(snapshot), 1);
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (uint32_t shard = 0; shard < STORE_SHARD_COUNT; shard++) {
        const struct row_run *runs;
        uint32_t count;
        MUST(row_source_runs(snapshot_source(snapshot, 0), shard, &arena, &runs, &count, &error),
             &error);
        for (uint32_t i = 0; i < count; i++)
            assert_true(runs[i].cluster >= 100);
    }
    arena_release(&arena);
    snapshot_release(snapshot);
    scene_end(&scene);
}

static void keeps_properties_past_the_column_limit_in_one_object(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, seed + 4);
    scene.shape = (struct scene_shape){.persons = 20, .names = 2600, .properties_max = 200};
    scene_must_open(&scene);
    for (int i = 0; i < 5; i++)
        scene_append(&scene, 1, 80);
    scene_publish(&scene, 1);
    struct store_figures figures;
    store_figures(scene.store, 1, &figures);
    assert_int_equal(figures.columns, 2000);
    assert_true(figures.overflow_properties > 0);
    scene_check_all(&scene, 1);
    scene_must_flush(&scene, 1);
    scene_close(&scene);
    scene_must_open(&scene);
    struct store_figures again;
    store_figures(scene.store, 1, &again);
    assert_int_equal(again.columns, 2000);
    assert_int_equal(again.overflow_properties, figures.overflow_properties);
    scene_append(&scene, 1, 50);
    scene_publish(&scene, 1);
    scene_check_all(&scene, 1);
    scene_end(&scene);
}

static void skips_sequences_that_are_stored(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, seed + 5);
    scene_must_open(&scene);
    struct text batch = scene_make_batch(&scene, 1, 20);
    scene_apply(&scene, 1, 7, batch, SCENE_WITH_TWIN);
    assert_int_equal(store_watermark(scene.store, 1), 0);
    scene_must_flush(&scene, 1);
    assert_int_equal(store_watermark(scene.store, 1), 7);
    scene_apply(&scene, 1, 7, batch, SCENE_WITHOUT_TWIN);
    scene_apply(&scene, 1, 3, batch, SCENE_WITHOUT_TWIN);
    scene_publish(&scene, 1);
    scene_check_all(&scene, 1);
    scene_close(&scene);
    scene_must_open(&scene);
    assert_int_equal(store_watermark(scene.store, 1), 7);
    scene_apply(&scene, 1, 7, batch, SCENE_WITHOUT_TWIN);
    scene_publish(&scene, 1);
    scene_check_all(&scene, 1);
    memory_free((char *)(uintptr_t)batch.bytes);
    scene_end(&scene);
}

static void raises_the_watermark_without_rows(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, seed + 6);
    scene_must_open(&scene);
    struct store_appender appender;
    assert_true(store_append_begin(scene.store, 2, 9, 0, &appender));
    store_append_end(&appender);
    struct store_memtable_figures figures;
    store_memtable_figures(scene.store, 2, &figures);
    assert_int_equal(figures.first_sequence, 0);
    assert_int_equal(figures.last_sequence, 9);
    scene_must_flush(&scene, 2);
    scene_close(&scene);
    scene_must_open(&scene);
    assert_int_equal(store_watermark(scene.store, 2), 9);
    struct store_figures stored;
    store_figures(scene.store, 2, &stored);
    assert_int_equal(stored.segments, 0);
    scene_end(&scene);
}

static void tells_what_only_the_memtable_holds(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, seed + 7);
    scene_must_open(&scene);
    scene.sequence = 10;
    scene_append(&scene, 1, 5);
    scene_append(&scene, 1, 5);
    struct store_memtable_figures figures;
    store_memtable_figures(scene.store, 1, &figures);
    assert_int_equal(figures.rows, 10);
    assert_int_equal(figures.unpublished_rows, 10);
    assert_int_equal(figures.first_sequence, 11);
    assert_int_equal(figures.last_sequence, 12);
    assert_true(figures.bytes > 0);
    store_freeze(scene.store, 1);
    scene_append(&scene, 1, 5);
    store_memtable_figures(scene.store, 1, &figures);
    assert_int_equal(figures.rows, 15);
    assert_int_equal(figures.first_sequence, 11);
    scene_publish(&scene, 1);
    scene_check_all(&scene, 1);
    scene_must_flush(&scene, 1);
    assert_int_equal(store_watermark(scene.store, 1), 12);
    store_memtable_figures(scene.store, 1, &figures);
    assert_int_equal(figures.rows, 5);
    assert_int_equal(figures.first_sequence, 13);
    assert_int_equal(figures.unpublished_rows, 0);
    scene_check_all(&scene, 1);
    scene_end(&scene);
}

static void keeps_a_snapshot_as_it_was(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene, seed + 8);
    scene_must_open(&scene);
    scene_append(&scene, 1, 100);
    scene_publish(&scene, 1);
    struct error error;
    struct snapshot *snapshot;
    MUST(store_snapshot(scene.store, 1, &snapshot, &error), &error);
    scene_append(&scene, 1, 3000);
    scene_publish(&scene, 1);
    scene_must_flush(&scene, 1);
    scene_append(&scene, 1, 100);
    scene_close(&scene); /* references keep what the snapshot reads */
    assert_int_equal(snapshot_source_count(snapshot), 1);
    struct row_source *source = snapshot_source(snapshot, 0);
    assert_int_equal(row_source_row_count(source), 100);
    uint32_t codes[100];
    MUST(row_source_codes(source, 0, (struct row_range){0, 100}, codes, &error), &error);
    for (int i = 0; i < 100; i++)
        assert_true(codes[i] > 0);
    snapshot_release(snapshot);
    scene_end(&scene);
}

/* The bytes of a segment of the same events. */
static char *flush_with_threads(unsigned threads, size_t *size)
{
    struct scene scene;
    struct error error;
    char path[OS_PATH_SIZE];
    char *bytes;
    scene_begin(&scene, seed + 9);
    scene.flush_threads = threads;
    scene_must_open(&scene);
    for (int i = 0; i < 10; i++)
        scene_append(&scene, 1, 2000);
    scene_must_flush(&scene, 1);
    assert_true(os_path_join(path, scene.folder, "p1-1.seg"));
    MUST(os_file_read_all(path, 1 << 30, &bytes, size, &error), &error);
    scene_end(&scene);
    return bytes;
}

static void writes_the_same_segment_with_any_number_of_threads(void **state)
{
    (void)state;
    size_t alone_size;
    char *alone = flush_with_threads(0, &alone_size);
    for (unsigned threads = 1; threads <= 17; threads += 8) {
        size_t size;
        char *bytes = flush_with_threads(threads, &size);
        assert_int_equal(size, alone_size);
        assert_memory_equal(bytes, alone, size);
        memory_free(bytes);
    }
    memory_free(alone);
}

int main(void)
{
    seed = seeded_seed("store_test");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back_what_was_published),
        cmocka_unit_test(reads_back_what_was_flushed_and_opened_again),
        cmocka_unit_test(keeps_more_rows_than_a_block_holds),
        cmocka_unit_test(files_rows_under_the_person_of_the_flush),
        cmocka_unit_test(keeps_properties_past_the_column_limit_in_one_object),
        cmocka_unit_test(skips_sequences_that_are_stored),
        cmocka_unit_test(raises_the_watermark_without_rows),
        cmocka_unit_test(tells_what_only_the_memtable_holds),
        cmocka_unit_test(keeps_a_snapshot_as_it_was),
        cmocka_unit_test(writes_the_same_segment_with_any_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
