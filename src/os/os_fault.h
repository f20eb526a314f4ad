/* Failures on order, in the twin library os_faulty only.
 *
 * A test counts the calls of a scenario once, then runs it again for every n with the n-th call
 * failing. Not linked into the product: there these functions do not exist. */
#ifndef CANDOR_OS_FAULT_H
#define CANDOR_OS_FAULT_H

#include <stdint.h>

enum os_fault_kind {
    OS_FAULT_NONE,
    OS_FAULT_ERROR, /* the call fails with this errno and does nothing */
    OS_FAULT_SHORT, /* a write puts down half of its bytes, then fails with this errno */
    OS_FAULT_CRASH, /* the process ends at once, before the call does anything */
    OS_FAULT_TORN,  /* a write puts down part of its bytes (by seed), then the process ends */
};

enum { OS_FAULT_EXIT = 99 }; /* the exit status of a process that a fault ended */

/* Bits: which calls count. */
enum os_fault_calls {
    OS_FAULT_CALL_OPEN = 1,
    OS_FAULT_CALL_READ = 2,
    OS_FAULT_CALL_WRITE = 4,
    OS_FAULT_CALL_SYNC = 8,
    OS_FAULT_CALL_RENAME = 16,
    OS_FAULT_CALL_REMOVE = 32,
    OS_FAULT_CALL_TRUNCATE = 64,
    OS_FAULT_CALL_LOCK = 128, /* of memory */
    OS_FAULT_CALL_ALL = 255,
};

struct os_fault_plan {
    enum os_fault_kind kind;
    int calls;      /* OS_FAULT_CALL_* */
    uint64_t at;    /* the first call that fails, counted from 1; 0 never */
    uint64_t count; /* how many fail from there on; UINT64_MAX: for ever */
    int errno_value;
    uint64_t seed;
};

/* Start counting anew under this plan. Any thread. The environment variable CANDOR_FAULT
 * ("kind:calls:at:count:errno:seed", numbers) sets a plan at the first call instead, for whole
 * processes under test. */
void os_fault_set(const struct os_fault_plan *plan);
uint64_t os_fault_count(void); /* calls that counted since os_fault_set */

#endif
