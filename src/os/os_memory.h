/* Memory for bytes that may leave no trace: unfiltered requests (spec/shield.md §7.1).
 *
 * Pages of their own, left out of core files, not inherited by a child, locked against swapping as
 * far as the system's limits allow, and wiped before they are given back. */
#ifndef CANDOR_OS_MEMORY_H
#define CANDOR_OS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed. Never NULL: a machine without memory stops the process. *is_locked (may be NULL) tells
 * whether the pages can be swapped out: a small limit of locked memory (ulimit -l) is no reason to
 * refuse to serve. */
void *os_memory_take(size_t size, bool *is_locked);

void *os_memory_take_unlocked(size_t size);

/* Whether so much could be locked now. */
bool os_memory_may_lock(size_t size);

/* The same size as taken. NULL is allowed and does nothing. used: nothing behind so many bytes was
 * written. */
void os_memory_give(void *memory, size_t size);
void os_memory_give_used(void *memory, size_t size, size_t used);

/* Leave memory of somebody else's out of core files: size bytes from the begin of the page that
 * `inside` stands in. Best effort: it stays as it was where the kernel does not do it. */
void os_memory_hide(const void *inside, size_t size);

#endif
