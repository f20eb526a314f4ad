/* One thread appends, one publishes and flushes, others read: every snapshot is a whole beginning
 * of what was appended. Built for the thread sanitizer too. */
#include "store_scene.h"

#include "base/memory.h"
#include "os/os_clock.h"
#include "os/os_thread.h"

#include <stdatomic.h>
#include <string.h>

enum { BATCHES = 300, READERS = 2 };

struct work {
    struct scene scene;
    struct text batches[BATCHES + 1];
    atomic_bool appended_all;
    atomic_bool done;
    atomic_uint rows_seen;
};

static void append_all(void *context)
{
    struct work *work = context;
    for (uint64_t sequence = 1; sequence <= BATCHES; sequence++) {
        scene_apply(&work->scene, 1, sequence, work->batches[sequence], SCENE_WITHOUT_TWIN);
        if (sequence % 4 == 0) os_sleep_ms(1);
        struct store_profile_scope scope;
        if (!store_profiles_begin(work->scene.store, 2, sequence, &scope)) continue;
        struct error error;
        struct profile_step step = {
            .operation = PROFILE_ADD,
            .name = TEXT("n"),
            .value = value_from_integer(1),
        };
        struct profile_change change = {.id = TEXT("ann"), .step_count = 1, .steps = &step};
        MUST(store_profiles_change(&scope, &change, &error), &error);
        store_profiles_end(&scope);
    }
    atomic_store(&work->appended_all, true);
}

static void publish_and_flush(void *context)
{
    struct work *work = context;
    struct error error;
    for (int turn = 0; !atomic_load(&work->appended_all); turn++) {
        os_sleep_ms(1);
        scene_publish(&work->scene, 1);
        if (turn % 16 == 15) scene_must_flush(&work->scene, 1);
        if (turn % 16 == 7) {
            MUST(store_flush(work->scene.store, 2, scene_clusters(&work->scene), &error), &error);
        }
    }
    scene_publish(&work->scene, 1);
    atomic_store(&work->done, true);
}

/* Rows up to some sequence, each once: their number is that of whole batches. */
static uint32_t read_rows(struct snapshot *snapshot, struct arena *arena, uint64_t *last)
{
    struct error error;
    uint32_t total = 0;
    *last = 0;
    for (uint32_t i = 0; i < snapshot_source_count(snapshot); i++) {
        struct row_source *source = snapshot_source(snapshot, i);
        struct row_range all = {0, row_source_row_count(source)};
        uint64_t *arrivals = MEMORY_ARRAY(uint64_t, all.end);
        uint32_t *codes = MEMORY_ARRAY(uint32_t, all.end);
        MUST(row_source_arrivals(source, all, arrivals, &error), &error);
        size_t mark = arena_mark(arena);
        for (uint32_t column = 0; column < row_source_column_count(source); column++) {
            struct row_dictionary dictionary;
            MUST(row_source_codes(source, column, all, codes, &error), &error);
            MUST(row_source_dictionary(source, column, arena, &dictionary, &error), &error);
            for (uint32_t row = 0; row < all.end; row++)
                assert_true(codes[row] < dictionary.count);
        }
        for (uint32_t row = 0; row < all.end; row++) {
            if (arrivals[row] >> 16 > *last) *last = arrivals[row] >> 16;
        }
        total += all.end;
        arena_rewind(arena, mark);
        memory_free(arrivals);
        memory_free(codes);
    }
    return total;
}

static void read_on(void *context)
{
    struct work *work = context;
    uint32_t seen = 0;
    bool last_turn = false;
    struct arena arena;
    arena_init(&arena, 8 << 20);
    while (!last_turn) {
        last_turn = atomic_load(&work->done);
        struct error error;
        struct snapshot *snapshot;
        MUST(store_snapshot(work->scene.store, 1, &snapshot, &error), &error);
        uint64_t last;
        uint32_t rows = read_rows(snapshot, &arena, &last);
        snapshot_release(snapshot);
        assert_true(rows >= seen); /* nothing that was seen goes away */
        assert_int_equal(rows, last * 20);
        seen = rows;
        struct store_memtable_figures figures;
        store_memtable_figures(work->scene.store, 1, &figures);
        struct store_figures stored;
        store_figures(work->scene.store, 2, &stored);
    }
    arena_release(&arena);
    assert_int_equal(seen, BATCHES * 20);
    atomic_fetch_add(&work->rows_seen, seen);
}

static void gives_whole_snapshots_while_rows_come_and_files_are_written(void **state)
{
    (void)state;
    struct work *work = MEMORY_NEW(struct work);
    scene_begin(&work->scene, seeded_seed("store_thread_test"));
    scene_must_open(&work->scene);
    for (uint64_t sequence = 1; sequence <= BATCHES; sequence++)
        work->batches[sequence] = scene_make_batch(&work->scene, 1, 20);

    struct os_thread appender;
    struct os_thread jobs;
    struct os_thread readers[READERS];
    os_thread_start(&appender, "appender", append_all, work);
    os_thread_start(&jobs, "jobs", publish_and_flush, work);
    for (int i = 0; i < READERS; i++)
        os_thread_start(&readers[i], "reader", read_on, work);
    os_thread_join(&appender);
    os_thread_join(&jobs);
    for (int i = 0; i < READERS; i++)
        os_thread_join(&readers[i]);
    assert_int_equal(atomic_load(&work->rows_seen), READERS * BATCHES * 20);
    for (uint64_t sequence = 1; sequence <= BATCHES; sequence++)
        memory_free((char *)(uintptr_t)work->batches[sequence].bytes);
    scene_end(&work->scene);
    memory_free(work);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_whole_snapshots_while_rows_come_and_files_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
