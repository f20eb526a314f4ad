/* What the files of this room share: the place where faults strike, and how a path is shown.
 *
 * With OS_FAULTS (the twin library os_faulty) every file call asks here first whether it is the
 * one that has to fail. Without it the questions are empty inline functions, so the product has
 * no trace of them. */
#ifndef CANDOR_OS_INTERNAL_H
#define CANDOR_OS_INTERNAL_H

#include "os/os_fault.h"
#include "os/os_file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef OS_FAULTS

/* Count the call. True: it has to fail without doing anything, and errno is set. A crash does not
 * return. */
bool os_fault_strikes(enum os_fault_calls call);

/* The same for a write, which may have put down a part of its bytes before it fails. */
bool os_fault_strikes_write(int descriptor, uint64_t offset, const void *bytes, size_t size);

#else

static inline bool os_fault_strikes(enum os_fault_calls call)
{
    (void)call;
    return false;
}

static inline bool os_fault_strikes_write(int descriptor, uint64_t offset, const void *bytes,
                                          size_t size)
{
    (void)descriptor;
    (void)offset;
    (void)bytes;
    (void)size;
    return false;
}

#endif

/* The end of a path, short enough that the reason behind it still fits in the message. */
const char *os_path_shown(const char *path);

#endif
