/* Memory that is lent again and again: zeroed each time, hidden from core files, within budgets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "os/os_fault.h"
#include "os/os_memory.h"
#include "os/os_shelter.h"
#include "os/os_thread.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { MIB = 1024 * 1024, THREADS = 3, TURNS = 4000, HELD = 16 };

/* Whether the mapping that the address is in has this flag in the kernel's books. */
static bool has_flag(const void *address, const char *flag)
{
    char line[512];
    bool is_here = false;
    bool has = false;
    FILE *maps = fopen("/proc/self/smaps", "r");
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps)) {
        uintptr_t begin;
        uintptr_t end;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &begin, &end) == 2) {
            is_here = (uintptr_t)address >= begin && (uintptr_t)address < end;
        }
        if (is_here && strncmp(line, "VmFlags:", 8) == 0) has = strstr(line, flag) != NULL;
    }
    assert_int_equal(fclose(maps), 0);
    return has;
}

static bool is_zeroed(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) return false;
    }
    return true;
}

static void what_is_lent_again_is_zeroed_and_hidden(void **state)
{
    (void)state;
    struct os_shelter *shelter = os_shelter_open();
    const struct memory_source *source = os_shelter_source(shelter);
    struct os_shelter_figures figures;
    for (size_t size = 1; size <= 5 * MIB; size = size * 3 + 1) {
        char *first = memory_take(source, size);
        assert_int_equal((uintptr_t)first % 64, 0);
        assert_true(is_zeroed(first, size));
        memset(first, 'x', size);
        assert_true(has_flag(first, " dd"));
        assert_true(has_flag(first, " dc"));
        memory_give(source, first, size, size);
        char *again = memory_take(source, size);
        assert_true(is_zeroed(again, size));
        if (size <= 4 * MIB) assert_ptr_equal(again, first);
        memory_give(source, again, size, 0);
    }
    memory_give(source, NULL, 1, 0);
    os_shelter_figures(shelter, &figures);
    assert_int_equal(figures.lent_bytes, 0);
    os_shelter_close(shelter);
    os_shelter_close(NULL);
}

static void keeps_and_locks_within_its_budgets(void **state)
{
    (void)state;
    struct os_shelter *shelter = os_shelter_open();
    const struct memory_source *source = os_shelter_source(shelter);
    struct os_shelter_figures figures;
    char *blocks[24];
    for (size_t i = 0; i < 24; i++)
        blocks[i] = memory_take(source, 4 * MIB);
    os_shelter_figures(shelter, &figures);
    assert_true(figures.lent_bytes >= 24 * 4 * (uint64_t)MIB);
    assert_true(figures.locked_bytes <= OS_SHELTER_LOCKED_MAX);
    assert_int_equal(figures.locked_bytes + figures.unlocked_bytes, figures.lent_bytes);
    assert_true(figures.unlocked_bytes > 0);
    for (size_t i = 0; i < 24; i++) {
        memset(blocks[i], 'y', 100);
        memory_give(source, blocks[i], 4 * MIB, 100);
    }
    os_shelter_figures(shelter, &figures);
    assert_int_equal(figures.lent_bytes, 0);
    assert_true(figures.kept_bytes <= OS_SHELTER_KEPT_MAX);
    assert_true(figures.kept_bytes > OS_SHELTER_KEPT_MAX / 2);
    assert_int_equal(figures.locked_bytes + figures.unlocked_bytes, figures.kept_bytes);
    os_shelter_close(shelter);
}

static void a_system_that_locks_nothing_is_served_all_the_same(void **state)
{
    (void)state;
    struct os_fault_plan plan = {.kind = OS_FAULT_ERROR,
                                 .calls = OS_FAULT_CALL_LOCK,
                                 .at = 1,
                                 .count = UINT32_MAX,
                                 .errno_value = ENOMEM};
    os_fault_set(&plan);
    struct os_shelter *shelter = os_shelter_open();
    const struct memory_source *source = os_shelter_source(shelter);
    struct os_shelter_figures figures;
    char *bytes = memory_take(source, 10000);
    bytes[9999] = 1;
    assert_true(has_flag(bytes, " dd"));
    os_shelter_figures(shelter, &figures);
    assert_int_equal(figures.locked_bytes, 0);
    assert_true(figures.unlocked_bytes > 10000);
    memory_give(source, bytes, 10000, 10000);
    os_shelter_close(shelter);
    os_fault_set(&(struct os_fault_plan){.kind = OS_FAULT_NONE});
}

struct crowd {
    const struct memory_source *source;
    uint64_t seed;
    bool is_wrong;
};

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* What one holds nobody else writes into. */
static void take_and_give(void *context)
{
    struct crowd *crowd = context;
    struct {
        char *bytes;
        size_t size;
    } held[HELD] = {{0}};
    for (int turn = 0; turn < TURNS; turn++) {
        size_t i = next_random(&crowd->seed) % HELD;
        if (held[i].bytes) {
            char mark = (char)(i + 1);
            if (held[i].bytes[0] != mark || held[i].bytes[held[i].size - 1] != mark) {
                crowd->is_wrong = true;
            }
            memory_give(crowd->source, held[i].bytes, held[i].size, held[i].size);
        }
        held[i].size = 1 + next_random(&crowd->seed) % (next_random(&crowd->seed) % 20000 + 1);
        held[i].bytes = memory_take(crowd->source, held[i].size);
        if (!is_zeroed(held[i].bytes, held[i].size)) crowd->is_wrong = true;
        memset(held[i].bytes, (int)i + 1, held[i].size);
    }
    for (size_t i = 0; i < HELD; i++)
        memory_give(crowd->source, held[i].bytes, held[i].size, held[i].size);
}

static void many_threads_do_not_get_the_same_memory(void **state)
{
    (void)state;
    struct os_shelter *shelter = os_shelter_open();
    struct os_thread threads[THREADS];
    struct crowd crowds[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        crowds[i] = (struct crowd){.source = os_shelter_source(shelter), .seed = 20261122 + i};
        os_thread_start(&threads[i], "crowd", take_and_give, &crowds[i]);
    }
    for (size_t i = 0; i < THREADS; i++) {
        os_thread_join(&threads[i]);
        if (crowds[i].is_wrong) fail_msg("seed %zu", 20261122 + i);
    }
    os_shelter_close(shelter);
}

static void look_at_own_stack(void *context)
{
    bool *is_hidden = context;
    /* Not a variable's address: sanitizers move those off the stack. */
    *is_hidden = has_flag(__builtin_frame_address(0), " dd");
}

static void stacks_of_threads_are_hidden(void **state)
{
    (void)state;
    bool is_hidden = false;
    struct os_thread thread;
    os_thread_start(&thread, "stack", look_at_own_stack, &is_hidden);
    os_thread_join(&thread);
    assert_true(is_hidden);
}

static void memory_of_somebody_else_is_hidden(void **state)
{
    (void)state;
    size_t size = 5 * 4096;
    char *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(bytes != MAP_FAILED);
    assert_false(has_flag(bytes, " dd"));
    os_memory_hide(bytes + 100, size);
    assert_true(has_flag(bytes, " dd"));
    assert_true(has_flag(bytes + size - 1, " dd"));
    assert_int_equal(munmap(bytes, size), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_lent_again_is_zeroed_and_hidden),
        cmocka_unit_test(keeps_and_locks_within_its_budgets),
        cmocka_unit_test(a_system_that_locks_nothing_is_served_all_the_same),
        cmocka_unit_test(many_threads_do_not_get_the_same_memory),
        cmocka_unit_test(stacks_of_threads_are_hidden),
        cmocka_unit_test(memory_of_somebody_else_is_hidden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
