/* Every call to the kernel fails once and for ever, and the process ends at every one of them:
 * after a reopening and a replay from the watermark each row is there once and each change counts
 * once. */
#include "os/os_fault.h"
#include "os/os_log.h"
#include "store_scene.h"

#include "base/memory.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RECORDS = 40, CALLS_MAX = 4000 };

static uint64_t seed;

/* The log's part: every second record is a batch of events, the others add 1 to a profile. */
struct play {
    struct scene scene;
    struct text batches[RECORDS + 1];
    uint32_t applied; /* records this process applied, or was told of at the opening */
};

static void set_fault(enum os_fault_kind kind, uint64_t at, uint64_t count, int number)
{
    struct os_fault_plan plan = {
        .kind = kind,
        .calls = OS_FAULT_CALL_ALL,
        .at = at,
        .count = count,
        .errno_value = number,
        .seed = seed + at,
    };
    os_fault_set(&plan);
}

static void clear_fault(void)
{
    set_fault(OS_FAULT_NONE, 0, 0, 0);
}

static void add_one(struct play *play, uint64_t sequence)
{
    struct store_profile_scope scope;
    if (!store_profiles_begin(play->scene.store, 1, sequence, &scope)) return;
    struct error error;
    struct profile_step step = {
        .operation = PROFILE_ADD,
        .name = TEXT("count"),
        .value = value_from_integer(1),
    };
    struct profile_change change = {.id = TEXT("ann"), .step_count = 1, .steps = &step};
    MUST(store_profiles_change(&scope, &change, &error), &error);
    char id[16];
    (void)snprintf(id, sizeof id, "p%llu", (unsigned long long)sequence);
    change.id = text_from(id);
    MUST(store_profiles_change(&scope, &change, &error), &error);
    store_profiles_end(&scope);
}

static void apply(struct play *play, uint64_t sequence)
{
    if (sequence % 2) {
        add_one(play, sequence);
    } else {
        scene_apply(&play->scene, 1, sequence, play->batches[sequence], SCENE_WITHOUT_TWIN);
    }
}

static void play_begin(struct play *play)
{
    memset(play, 0, sizeof *play);
    scene_begin(&play->scene, seed);
    play->scene.shape = (struct scene_shape){.persons = 9, .names = 5, .properties_max = 4};
    scene_must_open(&play->scene);
    for (uint64_t sequence = 2; sequence <= RECORDS; sequence += 2) {
        play->scene.sequence = sequence;
        play->batches[sequence] = scene_make_batch(&play->scene, 1, 3);
        scene_apply(&play->scene, 1, sequence, play->batches[sequence], SCENE_WITH_TWIN);
    }
    scene_close(&play->scene);
    scene_remove_files(&play->scene);
}

static void play_end(struct play *play)
{
    for (uint32_t i = 0; i <= RECORDS; i++)
        memory_free((char *)(uintptr_t)play->batches[i].bytes);
    scene_end(&play->scene);
}

static uint32_t visible_rows(const struct play *play, uint64_t sequence)
{
    const struct twin *twin = &play->scene.twins[1];
    uint32_t count = 0;
    while (count < twin->count && twin->rows[count].arrival >> 16 <= sequence)
        count++;
    return count;
}

static int64_t count_of(struct play *play, struct text id)
{
    struct error error;
    struct snapshot *snapshot;
    struct arena arena;
    const struct profile_cell *cells;
    size_t count;
    int64_t number = 0;
    arena_init(&arena, 1 << 16);
    MUST(store_snapshot(play->scene.store, 1, &snapshot, &error), &error);
    MUST(snapshot_profile_column(snapshot, TEXT(""), TEXT("count"), &arena, &cells, &count, &error),
         &error);
    for (size_t i = 0; i < count; i++) {
        if (text_equal(cells[i].id, id)) number = cells[i].value.integer;
    }
    snapshot_release(snapshot);
    arena_release(&arena);
    return number;
}

/* Without faults: all records up to this one, once. */
static void check(struct play *play, uint64_t sequence)
{
    scene_publish(&play->scene, 1);
    scene_check(&play->scene, 1, visible_rows(play, sequence));
    assert_int_equal(count_of(play, TEXT("ann")), (sequence + 1) / 2);
    for (uint64_t odd = 1; odd <= sequence; odd += 2) {
        char id[16];
        (void)snprintf(id, sizeof id, "p%llu", (unsigned long long)odd);
        assert_int_equal(count_of(play, text_from(id)), 1);
    }
}

static void recover(struct play *play, uint64_t sequence)
{
    scene_close(&play->scene);
    scene_must_open(&play->scene);
    for (uint64_t i = 1; i <= sequence; i++)
        apply(play, i);
    check(play, sequence);
    scene_must_flush(&play->scene, 1);
    check(play, sequence);
    scene_close(&play->scene);
    scene_must_open(&play->scene);
    check(play, sequence);
    scene_close(&play->scene);
}

/* The walk under faults: open, append, flush often enough that profile files are rewritten.
 * Returns the last sequence applied. */
static uint64_t walk(struct play *play)
{
    struct error error;
    for (int i = 0; i < 3 && !play->scene.store; i++) {
        if (scene_open(&play->scene, &error) != STATUS_OK) play->scene.store = NULL;
    }
    if (!play->scene.store) return 0;
    for (uint64_t sequence = 1; sequence <= RECORDS; sequence++) {
        apply(play, sequence);
        enum status status =
            store_flush(play->scene.store, 1, scene_clusters(&play->scene), &error);
        if (status != STATUS_OK && status != STATUS_IO) fail_msg("%s", error.message);
    }
    return RECORDS;
}

static uint64_t count_calls(struct play *play)
{
    set_fault(OS_FAULT_ERROR, 0, 0, EIO);
    walk(play);
    uint64_t calls = os_fault_count();
    clear_fault();
    recover(play, RECORDS);
    scene_remove_files(&play->scene);
    assert_true(calls > 100);
    assert_true(calls < CALLS_MAX);
    return calls;
}

static void fail_calls(enum os_fault_kind kind, uint64_t count, int number, uint64_t step)
{
    struct play play;
    play_begin(&play);
    uint64_t calls = count_calls(&play);
    for (uint64_t at = 1 + seed % step; at <= calls; at += step) {
        set_fault(kind, at, count, number);
        uint64_t applied = walk(&play);
        clear_fault();
        if (play.scene.store) check(&play, applied);
        recover(&play, applied);
        scene_remove_files(&play.scene);
    }
    play_end(&play);
}

static void loses_and_doubles_nothing_when_a_call_fails_once(void **state)
{
    (void)state;
    fail_calls(OS_FAULT_ERROR, 1, EIO, 5);
}

static void loses_and_doubles_nothing_when_a_write_is_short(void **state)
{
    (void)state;
    fail_calls(OS_FAULT_SHORT, 1, ENOSPC, 11);
}

static void loses_and_doubles_nothing_when_calls_fail_for_ever(void **state)
{
    (void)state;
    fail_calls(OS_FAULT_ERROR, UINT64_MAX, EIO, 19);
}

static void end_at(struct play *play, enum os_fault_kind kind, uint64_t at)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        set_fault(kind, at, 1, 0);
        walk(play);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    recover(play, RECORDS);
    scene_remove_files(&play->scene);
}

static void end_at_calls(enum os_fault_kind kind, uint64_t step)
{
    struct play play;
    play_begin(&play);
    uint64_t calls = count_calls(&play);
    for (uint64_t at = 1 + seed % step; at <= calls; at += step)
        end_at(&play, kind, at);
    play_end(&play);
}

static void loses_and_doubles_nothing_when_the_process_ends(void **state)
{
    (void)state;
    end_at_calls(OS_FAULT_CRASH, 7);
}

static void loses_and_doubles_nothing_when_a_write_is_torn(void **state)
{
    (void)state;
    end_at_calls(OS_FAULT_TORN, 7);
}

int main(void)
{
    os_log_set_level(OS_LOG_ERROR); /* warnings of failures that were ordered */
    seed = seeded_seed("store_fault_test");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loses_and_doubles_nothing_when_a_call_fails_once),
        cmocka_unit_test(loses_and_doubles_nothing_when_a_write_is_short),
        cmocka_unit_test(loses_and_doubles_nothing_when_calls_fail_for_ever),
        cmocka_unit_test(loses_and_doubles_nothing_when_the_process_ends),
        cmocka_unit_test(loses_and_doubles_nothing_when_a_write_is_torn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
