/* Every call to the kernel fails once and for ever, and the process ends at every one of them. */
#include "os/os_fault.h"
#include "wal_scene.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void set_fault(enum os_fault_kind kind, int calls, uint64_t at, uint64_t count, int number,
                      uint64_t seed)
{
    struct os_fault_plan plan = {
        .kind = kind,
        .calls = calls,
        .at = at,
        .count = count,
        .errno_value = number,
        .seed = seed,
    };
    os_fault_set(&plan);
}

static void clear_fault(void)
{
    set_fault(OS_FAULT_NONE, OS_FAULT_CALL_ALL, 0, 0, 0, 0);
}

/* Tells the parent what this process was promised. */
struct report {
    uint64_t acked;
    uint64_t watermark;
};

struct play {
    struct scene *scene;
    struct wal *wal;
    int pipe; /* -1: nobody listens */
    bool is_dead;
    struct error error;
};

static void tell(const struct play *play)
{
    if (play->pipe < 0) return;
    struct report report = {play->scene->acked, play->scene->watermark};
    if (write(play->pipe, &report, sizeof report) != sizeof report) _exit(1);
}

/* A failure is always said to be one of the kernel's. */
static void check_failure(struct play *play, enum status status)
{
    if (status != STATUS_IO && status != STATUS_BUSY)
        fail_msg("not an i/o failure: %s", play->error.message);
}

static void play_group(struct play *play, uint32_t count, uint64_t size)
{
    struct scene *scene = play->scene;
    for (uint32_t i = 0; i < count; i++) {
        enum status status = scene_append(scene, play->wal, size, &play->error);
        assert_int_equal(status, play->is_dead ? STATUS_IO : STATUS_OK);
    }
    enum status status = scene_sync(scene, play->wal, &play->error);
    if (play->is_dead) assert_int_equal(status, STATUS_IO); /* a dead log stays dead */
    if (status == STATUS_OK) {
        tell(play);
    } else {
        check_failure(play, status);
        if (status == STATUS_IO) play->is_dead = true;
    }
}

static void play_forget(struct play *play)
{
    struct scene *scene = play->scene;
    if (scene->acked < 2) return;
    scene->watermark = scene->acked - 2;
    tell(play); /* the store has these, whatever happens to the files now */
    enum status status = wal_forget(play->wal, scene->watermark, &play->error);
    if (play->is_dead) assert_int_equal(status, STATUS_IO);
    if (status != STATUS_OK) check_failure(play, status);
}

static void play_trim(struct play *play)
{
    struct scene *scene = play->scene;
    if (play->is_dead) return;
    scene->watermark = scene->acked;
    tell(play);
    enum status status = wal_forget(play->wal, scene->watermark, &play->error);
    if (status == STATUS_OK) status = wal_trim(play->wal, &play->error);
    if (status != STATUS_OK) check_failure(play, status);
}

static bool play_open(struct play *play)
{
    play->is_dead = false;
    enum status status = scene_open(play->scene, &play->wal, &play->error);
    if (status != STATUS_OK) check_failure(play, status);
    return status == STATUS_OK;
}

/* Everything the room does, short enough to be played for every call: changes of file, recycling,
 * a file of its own, preparing, forgetting, closing, opening, trimming. */
static void play_all(struct play *play)
{
    if (!play_open(play)) return;
    for (int group = 0; group < 5; group++)
        play_group(play, 2, 800);
    play_forget(play);
    enum status status = wal_prepare(play->wal, &play->error);
    if (status != STATUS_OK) check_failure(play, status);
    play_group(play, 1, 9000);
    for (int group = 0; group < 3; group++)
        play_group(play, 3, 600);
    play_forget(play);
    play_group(play, 2, 900);
    wal_close(play->wal);

    if (!play_open(play)) return;
    for (int group = 0; group < 3; group++)
        play_group(play, 2, 900);
    play_trim(play);
    play_group(play, 1, 300);
    wal_close(play->wal);
}

static void begin(struct scene *scene, uint64_t seed)
{
    scene_begin(scene, seed);
    scene->file_size = 4096;
    scene->payload_max = 100;
}

/* True when the fault struck. */
static bool play_with_failure(enum os_fault_kind kind, int calls, uint64_t at, uint64_t count,
                              int number)
{
    struct scene scene;
    begin(&scene, at);
    struct play play = {.scene = &scene, .pipe = -1};
    set_fault(kind, calls, at, count, number, at);
    play_all(&play);
    bool has_struck = os_fault_count() >= at;
    clear_fault();
    scene_must_recover(&scene);
    scene_end(&scene);
    return has_struck;
}

static void play_every_failure(enum os_fault_kind kind, int calls, uint64_t count, int number)
{
    uint64_t at = 1;
    while (play_with_failure(kind, calls, at, count, number))
        at++;
    assert_true(at > 3); /* the calls do occur */
}

static void survives_every_call_failing_once(void **state)
{
    (void)state;
    play_every_failure(OS_FAULT_ERROR, OS_FAULT_CALL_ALL, 1, EIO);
}

static void survives_every_call_failing_for_ever(void **state)
{
    (void)state;
    play_every_failure(OS_FAULT_ERROR, OS_FAULT_CALL_ALL, UINT64_MAX, EIO);
}

static void survives_every_kind_of_call_failing(void **state)
{
    (void)state;
    static const int kinds[] = {OS_FAULT_CALL_OPEN, OS_FAULT_CALL_WRITE, OS_FAULT_CALL_SYNC,
                                OS_FAULT_CALL_RENAME, OS_FAULT_CALL_READ};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        play_every_failure(OS_FAULT_ERROR, kinds[i], UINT64_MAX, EIO);
        play_every_failure(OS_FAULT_ERROR, kinds[i], 1, EIO);
    }
}

static void survives_every_write_ending_halfway(void **state)
{
    (void)state;
    play_every_failure(OS_FAULT_SHORT, OS_FAULT_CALL_WRITE, 1, EIO);
    play_every_failure(OS_FAULT_SHORT, OS_FAULT_CALL_WRITE, UINT64_MAX, ENOSPC);
}

static void survives_a_disk_that_fills_up_at_every_write(void **state)
{
    (void)state;
    play_every_failure(OS_FAULT_ERROR, OS_FAULT_CALL_WRITE | OS_FAULT_CALL_OPEN, 1, ENOSPC);
    play_every_failure(OS_FAULT_SHORT, OS_FAULT_CALL_WRITE, 3, EDQUOT);
    play_every_failure(OS_FAULT_ERROR, OS_FAULT_CALL_SYNC, 2, ENOSPC);
}

/* The child plays until the fault ends it. False: it came to its end without meeting it. */
static bool play_until_crash(enum os_fault_kind kind, uint64_t at, uint64_t seed)
{
    struct scene scene;
    begin(&scene, seed);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)close(ends[0]);
        struct play play = {.scene = &scene, .pipe = ends[1]};
        set_fault(kind, OS_FAULT_CALL_ALL, at, 1, EIO, seed);
        play_all(&play);
        _exit(0);
    }
    (void)close(ends[1]);
    struct report report = {0};
    struct report next;
    while (read(ends[0], &next, sizeof next) == sizeof next)
        report = next;
    (void)close(ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) != 0) assert_int_equal(WEXITSTATUS(status), OS_FAULT_EXIT);

    /* The parent plays the same script without a disk, to know the records the child appended. */
    struct scene script;
    begin(&script, seed);
    struct play play = {.scene = &script, .pipe = -1};
    clear_fault();
    play_all(&play);
    memcpy(scene.tokens, script.tokens, sizeof scene.tokens);
    scene.token_last = script.token_last;
    scene.acked = report.acked;
    scene.appended = script.appended;
    scene.watermark = report.watermark;
    scene_end(&script);

    scene_must_recover(&scene);
    scene_end(&scene);
    return WEXITSTATUS(status) == OS_FAULT_EXIT;
}

static void survives_a_crash_at_every_call(void **state)
{
    (void)state;
    uint64_t at = 1;
    while (play_until_crash(OS_FAULT_CRASH, at, at))
        at++;
    assert_true(at > 50);
}

static void survives_a_torn_write_at_every_call(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < 4; round++) {
        uint64_t at = 1;
        while (play_until_crash(OS_FAULT_TORN, at, at * 4 + round))
            at++;
        assert_true(at > 50);
    }
}

static void waits_for_room_when_the_disk_is_full(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, 1);
    struct wal *wal = scene_must_open(&scene);
    struct error error;
    scene_must_write(&scene, wal, 1, 3000);

    set_fault(OS_FAULT_ERROR, OS_FAULT_CALL_WRITE, 1, UINT64_MAX, ENOSPC, 0);
    for (int i = 0; i < 3; i++) {
        scene_must_append(&scene, wal, 2000);
        scene_must_append(&scene, wal, 1000);
        assert_int_equal(scene_sync(&scene, wal, &error), STATUS_BUSY);
        assert_string_equal(strrchr(error.message, ':'), ": No space left on device");
        assert_int_equal(wal_prepare(wal, &error), STATUS_BUSY);
        assert_int_equal(scene_count_files(&scene, ".wal"), 1);
        assert_int_equal(scene_count_files(&scene, ""), 2); /* and the one that names it */
    }
    clear_fault();
    scene_must_write(&scene, wal, 1, 500); /* has room in the old file */
    scene_must_write(&scene, wal, 2, 1500);
    assert_int_equal(scene.acked, 4);
    wal_close(wal);
    scene_must_recover(&scene);
    scene_end(&scene);
}

static void stays_dead_after_a_failed_sync(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, 2);
    struct wal *wal = scene_must_open(&scene);
    struct error error;
    uint64_t sequence;
    struct text payload = TEXT("x");
    scene_must_write(&scene, wal, 1, 100);
    scene_must_append(&scene, wal, 100);
    set_fault(OS_FAULT_ERROR, OS_FAULT_CALL_SYNC, 1, 1, EIO, 0);
    assert_int_equal(scene_sync(&scene, wal, &error), STATUS_IO);
    clear_fault();
    assert_int_equal(wal_append(wal, WAL_EVENTS, &payload, 1, &sequence, &error), STATUS_IO);
    assert_non_null(strstr(error.message, "must be reopened"));
    assert_non_null(strstr(error.message, "Input/output error"));
    wal_rewind(wal);
    assert_int_equal(wal_sync(wal, &error), STATUS_IO);
    assert_int_equal(wal_forget(wal, 1, &error), STATUS_IO);
    assert_int_equal(wal_trim(wal, &error), STATUS_IO);
    wal_close(wal);
    scene_must_recover(&scene);
    scene_end(&scene);
}

static void makes_no_new_file_in_the_sync_path_when_one_is_prepared(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, 3);
    struct wal *wal = scene_must_open(&scene);
    struct error error;
    scene_must_write(&scene, wal, 1, 3000);
    MUST(wal_prepare(wal, &error), &error);
    clear_fault();
    scene_must_write(&scene, wal, 1, 3000);
    assert_int_equal(os_fault_count(), 2); /* a write and a sync */
    scene_must_write(&scene, wal, 1, 300);
    assert_int_equal(os_fault_count(), 4);
    wal_close(wal);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survives_every_call_failing_once),
        cmocka_unit_test(survives_every_call_failing_for_ever),
        cmocka_unit_test(survives_every_kind_of_call_failing),
        cmocka_unit_test(survives_every_write_ending_halfway),
        cmocka_unit_test(survives_a_disk_that_fills_up_at_every_write),
        cmocka_unit_test(survives_a_crash_at_every_call),
        cmocka_unit_test(survives_a_torn_write_at_every_call),
        cmocka_unit_test(waits_for_room_when_the_disk_is_full),
        cmocka_unit_test(stays_dead_after_a_failed_sync),
        cmocka_unit_test(makes_no_new_file_in_the_sync_path_when_one_is_prepared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
