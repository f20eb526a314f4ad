/* Memory for unfiltered bytes that many requests use in turn (docs/shield.md; spec/shield.md §7.1).
 *
 * Blocks of pages of their own (os_memory.h): left out of core files, not inherited by a child,
 * locked against swapping up to a budget, overwritten when they are given back. What is given back
 * is kept for the next one, so that a request costs no system call. Any thread. */
#ifndef CANDOR_OS_SHELTER_H
#define CANDOR_OS_SHELTER_H

#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>

struct os_shelter;

enum {
    OS_SHELTER_KEPT_MAX = 64 * 1024 * 1024,   /* of free blocks; more goes back to the kernel */
    OS_SHELTER_LOCKED_MAX = 64 * 1024 * 1024, /* of all blocks; the rest is not locked */
};

struct os_shelter *os_shelter_open(void);
/* Everything was given back. NULL is allowed. */
void os_shelter_close(struct os_shelter *shelter);

/* For base/memory.h, base/buffer.h and base/arena.h. Borrowed from the shelter. */
const struct memory_source *os_shelter_source(const struct os_shelter *shelter);

/* Where a small limit of locked memory (ulimit -l) or the budget ends, blocks are not locked: no
 * reason to refuse a request, but one to say so. */
struct os_shelter_figures {
    uint64_t lent_bytes; /* whole blocks, as all of these */
    uint64_t kept_bytes;
    uint64_t locked_bytes;   /* of both */
    uint64_t unlocked_bytes; /* of both */
};
void os_shelter_figures(struct os_shelter *shelter, struct os_shelter_figures *out);

#endif
