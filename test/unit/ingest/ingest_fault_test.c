/* The promise of ingestion under every failure: each file call of a scenario fails, or ends the
 * process, once for every n. Whatever was acknowledged is stored once; whatever was not is stored
 * at most once, and once when it is sent again. */
#include "base/memory.h"
#include "base/text.h"
#include "event/batch.h"
#include "ingest/ingest.h"
#include "os/os_fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    PROJECT = 1,
    BATCH_COUNT = 8,
    EVENTS_EACH = 3,
    EVENT_COUNT = BATCH_COUNT * EVENTS_EACH,
    FLUSH_AFTER = 4,  /* batches */
    LOGGED_COUNT = 2, /* batches before the log is left */
};

/* What the child tells: one byte for each batch, in order: 1 acknowledged. */
struct report {
    unsigned char acknowledged[BATCH_COUNT];
    unsigned char opened;
};

static const int64_t NOW_MS = 1790000000000;

static struct wire_batch make_batch(int number)
{
    struct batch_writer writer;
    batch_writer_init(&writer, PROJECT, NOW_MS, 1 << 20);
    for (int i = 0; i < EVENTS_EACH; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "e%d", number * EVENTS_EACH + i);
        struct property property = {.name = TEXT("place"), .value = value_from_integer(i)};
        struct event event = {
            .name = TEXT("Seen"),
            .time_ms = NOW_MS,
            .distinct_id = TEXT("someone"),
            .device_id = TEXT(""),
            .insert_id = text_from(id),
            .key = event_key_make(TEXT("Seen"), TEXT("someone"), text_from(id), NOW_MS),
            .flags = EVENT_HAS_KEY,
            .property_count = 1,
            .properties = &property,
        };
        assert_true(batch_writer_add(&writer, &event));
    }
    struct text bytes = batch_writer_finish(&writer);
    struct wire_batch batch = {.project = PROJECT, .count = EVENTS_EACH};
    buffer_init(&batch.bytes, 1 << 20);
    buffer_append_text(&batch.bytes, bytes);
    batch_writer_release(&writer);
    return batch;
}

static enum ingest_outcome submit(struct ingest *ingest, int number)
{
    struct wire_batch batch = make_batch(number);
    struct ingest_work work = {.batches = &batch, .batch_count = 1};
    enum ingest_outcome outcome = ingest_submit_wait(ingest, &work);
    buffer_release(&batch.bytes);
    return outcome;
}

struct engine {
    struct project_slot *projects;
    struct backend *backend;
    struct ingest *ingest;
};

static bool engine_open(struct engine *engine, const char *folder)
{
    struct error error;
    engine->projects = project_slot_make();
    struct backend_options backend = {
        .folder = folder, .projects = engine->projects, .query_threads = 1};
    if (backend_open(&backend, &engine->backend, &error) != STATUS_OK) {
        project_slot_release(engine->projects);
        return false;
    }
    struct ingest_options ingest = {.folder = folder, .backend = engine->backend};
    if (ingest_open(&ingest, &engine->ingest, &error) == STATUS_OK) return true;
    backend_close(engine->backend);
    project_slot_release(engine->projects);
    return false;
}

static void engine_close(struct engine *engine)
{
    ingest_close(engine->ingest);
    backend_close(engine->backend);
    project_slot_release(engine->projects);
}

static void tell(int channel, const void *bytes, size_t size)
{
    assert_int_equal(write(channel, bytes, size), size);
}

/* Every acknowledgement leaves the process as it happens: the next call may be its last. */
static void run_scenario(const char *folder, int channel)
{
    struct engine engine;
    if (!engine_open(&engine, folder)) return;
    tell(channel, "o", 1);
    for (int i = 0; i < BATCH_COUNT; i++) {
        tell(channel, submit(engine.ingest, i) == INGEST_DURABLE ? "y" : "n", 1);
        if (i != FLUSH_AFTER) continue;
        struct error error;
        bool flushed;
        ingest_settle(engine.ingest);
        /* It may fail: the rows stay in memory and in the log. */
        enum status status =
            backend_flush(engine.backend, BACKEND_FLUSH_ALL, false, &flushed, &error);
        (void)status;
        ingest_tend(engine.ingest);
    }
    engine_close(&engine);
}

/* What a batch's place in the scenario without a log tells: taken is not yet acknowledged. */
static void flush_and_tell(struct engine *engine, int channel, const bool *taken, int count)
{
    struct error error;
    bool flushed;
    ingest_settle(engine->ingest);
    enum status status = backend_flush(engine->backend, BACKEND_FLUSH_ALL, false, &flushed, &error);
    for (int i = 0; i < count; i++)
        tell(channel, taken[i] && status == STATUS_OK ? "y" : "n", 1);
    ingest_tend(engine->ingest);
}

/* Some batches are logged; then the log is left, and the rest counts when it is flushed. */
static void run_unlogged_scenario(const char *folder, int channel)
{
    struct engine engine;
    if (!engine_open(&engine, folder)) return;
    tell(channel, "o", 1);
    for (int i = 0; i < LOGGED_COUNT; i++)
        tell(channel, submit(engine.ingest, i) == INGEST_DURABLE ? "y" : "n", 1);
    struct error error;
    bool flushed;
    ingest_settle(engine.ingest);
    bool leaves =
        backend_flush(engine.backend, BACKEND_FLUSH_ALL, false, &flushed, &error) == STATUS_OK;
    leaves = leaves && ingest_leave_log(engine.ingest);
    bool taken[BATCH_COUNT];
    int first = LOGGED_COUNT;
    for (int i = LOGGED_COUNT; i < BATCH_COUNT; i++) {
        taken[i] = submit(engine.ingest, i) == INGEST_DURABLE;
        if (!leaves) tell(channel, taken[i] ? "y" : "n", 1); /* logged as ever */
        if (!leaves || (i != FLUSH_AFTER && i + 1 != BATCH_COUNT)) continue;
        flush_and_tell(&engine, channel, taken + first, i + 1 - first);
        first = i + 1;
    }
    engine_close(&engine);
}

/* All that comes through a pipe until its end. */
static size_t hear(int channel, unsigned char *bytes, size_t size_max)
{
    size_t size = 0;
    for (;;) {
        ssize_t got = read(channel, bytes + size, size_max - size);
        if (got <= 0) return size;
        size += (size_t)got;
    }
}

typedef void scenario(const char *folder, int channel);

/* In a child, because a fault may end the process. */
static void run_in_child(scenario *run, const char *folder, const struct os_fault_plan *plan,
                         struct report *report, uint64_t *calls)
{
    int channel[2];
    assert_int_equal(pipe(channel), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        os_fault_set(plan);
        run(folder, channel[1]);
        uint64_t count = os_fault_count();
        tell(channel[1], &count, sizeof count);
        _exit(0);
    }
    close(channel[1]);
    unsigned char bytes[1 + BATCH_COUNT + sizeof(uint64_t) + 1];
    size_t size = hear(channel[0], bytes, sizeof bytes);
    close(channel[0]);
    int state;
    assert_int_equal(waitpid(child, &state, 0), child);
    assert_true(WIFEXITED(state)); /* never an assertion, never a signal */
    *report = (struct report){.opened = size > 0 && bytes[0] == 'o'};
    for (size_t i = 0; report->opened && i < BATCH_COUNT && i + 1 < size; i++) {
        report->acknowledged[i] = bytes[1 + i] == 'y';
    }
    if (calls && size >= sizeof *calls) memcpy(calls, bytes + size - sizeof *calls, sizeof *calls);
}

static enum status count_lines(void *context, struct text lines, struct error *error)
{
    int *counts = context;
    (void)error;
    struct text needle = TEXT("\"$insert_id\":\"e");
    ptrdiff_t place;
    while ((place = text_find(lines, needle)) != TEXT_NOT_FOUND) {
        size_t start = (size_t)place + needle.size;
        lines = text_slice(lines, start, lines.size - start);
        struct text rest;
        uint64_t number = UINT64_MAX;
        assert_true(text_to_u64(text_split(lines, '"', &rest), &number));
        assert_true(number < EVENT_COUNT);
        counts[number]++;
    }
    return STATUS_OK;
}

static void count_stored(struct engine *engine, int counts[EVENT_COUNT])
{
    memset(counts, 0, EVENT_COUNT * sizeof(int));
    struct error error;
    uint64_t rows;
    struct backend_export export = {
        .project = PROJECT, .from_ms = NOW_MS - 1000, .to_ms = NOW_MS + 1000};
    ingest_settle(engine->ingest);
    (void)backend_publish(engine->backend);
    assert_int_equal(backend_export(engine->backend, &export, count_lines, counts, &rows, &error),
                     STATUS_OK);
}

/* Also after one more start, which finds the numbers that records were given. */
static void check_all_there(const char *folder)
{
    struct engine engine;
    int counts[EVENT_COUNT];
    assert_true(engine_open(&engine, folder));
    count_stored(&engine, counts);
    for (int i = 0; i < EVENT_COUNT; i++)
        assert_int_equal(counts[i], 1);
    engine_close(&engine);
}

/* After the failure the folder opens again; nothing acknowledged is lost, nothing is doubled; and
 * what is sent again is there once. */
static void check_folder(const char *folder, const struct report *report)
{
    struct engine engine;
    int counts[EVENT_COUNT];
    assert_true(engine_open(&engine, folder));
    count_stored(&engine, counts);
    for (int i = 0; i < EVENT_COUNT; i++) {
        if (counts[i] > 1 || (report->acknowledged[i / EVENTS_EACH] && counts[i] != 1)) {
            print_message("event %d is there %d times; acknowledged batches:", i, counts[i]);
            for (int j = 0; j < BATCH_COUNT; j++)
                print_message(" %d", report->acknowledged[j]);
            print_message("\n");
        }
        assert_true(counts[i] <= 1);
        if (report->acknowledged[i / EVENTS_EACH]) assert_int_equal(counts[i], 1);
    }
    for (int i = 0; i < BATCH_COUNT; i++)
        assert_int_equal(submit(engine.ingest, i), INGEST_DURABLE);
    count_stored(&engine, counts);
    for (int i = 0; i < EVENT_COUNT; i++)
        assert_int_equal(counts[i], 1);
    engine_close(&engine);
    check_all_there(folder);
}

static void make_folder(char folder[64])
{
    /* In memory where there is such a place: the syncs are counted here, not waited for. */
    const char *place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : ".";
    (void)snprintf(folder, 64, "%s/ingest-fault-XXXXXX", place);
    assert_non_null(mkdtemp(folder));
}

static void remove_folder(const char *folder)
{
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
}

static void try_every_call_of(scenario *run, enum os_fault_kind kind, int calls,
                              uint64_t fail_count)
{
    char folder[64];
    struct report report;
    uint64_t call_count = 0;
    make_folder(folder);
    struct os_fault_plan none = {.kind = OS_FAULT_NONE, .calls = calls};
    run_in_child(run, folder, &none, &report, &call_count);
    remove_folder(folder);
    assert_true(call_count > 10);

    for (uint64_t n = 1; n <= call_count; n++) {
        struct os_fault_plan plan = {.kind = kind,
                                     .calls = calls,
                                     .at = n,
                                     .count = fail_count,
                                     .errno_value = 5,
                                     .seed = n};
        make_folder(folder);
        run_in_child(run, folder, &plan, &report, NULL);
        struct os_fault_plan off = {.kind = OS_FAULT_NONE};
        os_fault_set(&off);
        check_folder(folder, &report);
        remove_folder(folder);
    }
}

static void try_every_call(enum os_fault_kind kind, int calls, uint64_t fail_count)
{
    try_every_call_of(run_scenario, kind, calls, fail_count);
}

static void try_every_call_unlogged(enum os_fault_kind kind, int calls, uint64_t fail_count)
{
    try_every_call_of(run_unlogged_scenario, kind, calls, fail_count);
}

static void loses_nothing_when_any_write_or_sync_fails_once(void **state)
{
    (void)state;
    try_every_call(OS_FAULT_ERROR, OS_FAULT_CALL_WRITE | OS_FAULT_CALL_SYNC, 1);
}

static void loses_nothing_when_writes_fail_for_ever(void **state)
{
    (void)state;
    try_every_call(OS_FAULT_ERROR, OS_FAULT_CALL_WRITE | OS_FAULT_CALL_SYNC, UINT64_MAX);
}

static void loses_nothing_when_opens_renames_or_removals_fail(void **state)
{
    (void)state;
    try_every_call(OS_FAULT_ERROR,
                   OS_FAULT_CALL_OPEN | OS_FAULT_CALL_RENAME | OS_FAULT_CALL_REMOVE |
                       OS_FAULT_CALL_TRUNCATE,
                   1);
}

static void loses_nothing_when_the_process_ends_at_any_call(void **state)
{
    (void)state;
    try_every_call(OS_FAULT_CRASH, OS_FAULT_CALL_ALL & ~OS_FAULT_CALL_READ, 1);
}

static void loses_nothing_when_any_write_is_torn(void **state)
{
    (void)state;
    try_every_call(OS_FAULT_TORN, OS_FAULT_CALL_WRITE, 1);
}

static void loses_nothing_without_a_log_when_any_call_fails_once(void **state)
{
    (void)state;
    try_every_call_unlogged(OS_FAULT_ERROR, OS_FAULT_CALL_ALL & ~OS_FAULT_CALL_READ, 1);
}

static void loses_nothing_without_a_log_when_writes_fail_for_ever(void **state)
{
    (void)state;
    try_every_call_unlogged(OS_FAULT_ERROR, OS_FAULT_CALL_WRITE | OS_FAULT_CALL_SYNC, UINT64_MAX);
}

static void loses_nothing_without_a_log_when_the_process_ends_at_any_call(void **state)
{
    (void)state;
    try_every_call_unlogged(OS_FAULT_CRASH, OS_FAULT_CALL_ALL & ~OS_FAULT_CALL_READ, 1);
}

static void loses_nothing_without_a_log_when_any_write_is_torn(void **state)
{
    (void)state;
    try_every_call_unlogged(OS_FAULT_TORN, OS_FAULT_CALL_WRITE, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loses_nothing_when_any_write_or_sync_fails_once),
        cmocka_unit_test(loses_nothing_when_writes_fail_for_ever),
        cmocka_unit_test(loses_nothing_when_opens_renames_or_removals_fail),
        cmocka_unit_test(loses_nothing_when_the_process_ends_at_any_call),
        cmocka_unit_test(loses_nothing_when_any_write_is_torn),
        cmocka_unit_test(loses_nothing_without_a_log_when_any_call_fails_once),
        cmocka_unit_test(loses_nothing_without_a_log_when_writes_fail_for_ever),
        cmocka_unit_test(loses_nothing_without_a_log_when_the_process_ends_at_any_call),
        cmocka_unit_test(loses_nothing_without_a_log_when_any_write_is_torn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
