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

/* The same size as taken. NULL is allowed and does nothing. */
void os_memory_give(void *memory, size_t size);

#endif
