/* Pages that leave no trace: what the kernel says of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "os/os_fault.h"
#include "os/os_memory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The VmFlags of the mapping that the address is in. */
static void read_flags(const void *address, char out[256])
{
    char line[512];
    bool is_here = false;
    FILE *maps = fopen("/proc/self/smaps", "r");
    assert_non_null(maps);
    out[0] = 0;
    while (fgets(line, sizeof line, maps)) {
        uintptr_t begin;
        uintptr_t end;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &begin, &end) == 2) {
            is_here = (uintptr_t)address >= begin && (uintptr_t)address < end;
        }
        if (is_here && strncmp(line, "VmFlags:", 8) == 0) snprintf(out, 256, "%.255s", line);
    }
    assert_int_equal(fclose(maps), 0);
}

static void pages_are_left_out_of_cores_and_of_children(void **state)
{
    (void)state;
    char flags[256];
    bool is_locked = false;
    char *memory = os_memory_take(100000, &is_locked);
    for (size_t i = 0; i < 100000; i++)
        assert_int_equal(memory[i], 0);
    memset(memory, 'x', 100000);
    read_flags(memory, flags);
    assert_non_null(strstr(flags, " dd"));
    assert_non_null(strstr(flags, " dc"));
    assert_true(is_locked == (strstr(flags, " lo") != NULL));
    os_memory_give(memory, 100000);
    os_memory_give(NULL, 1);
}

static void pages_that_cannot_be_locked_are_given_all_the_same(void **state)
{
    (void)state;
    struct os_fault_plan plan = {.kind = OS_FAULT_ERROR,
                                 .calls = OS_FAULT_CALL_LOCK,
                                 .at = 1,
                                 .count = 1,
                                 .errno_value = ENOMEM};
    os_fault_set(&plan);
    bool is_locked = true;
    char *memory = os_memory_take(1, &is_locked);
    assert_false(is_locked);
    memory[0] = 1;
    os_memory_give(memory, 1);
    memory = os_memory_take(1, NULL);
    os_memory_give(memory, 1);
    os_fault_set(&plan);
    assert_false(os_memory_may_lock(1));
    os_fault_set(&(struct os_fault_plan){.kind = OS_FAULT_NONE});
    (void)os_memory_may_lock(1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_left_out_of_cores_and_of_children),
        cmocka_unit_test(pages_that_cannot_be_locked_are_given_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
