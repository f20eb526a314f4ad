/* The one place that asks the machine for memory.
 *
 * A machine out of memory is a crash: the write-ahead log makes it safe, and code that tries to
 * go on is never tested. A budget that is used up is another thing: arenas and buffers say so. */
#ifndef CANDOR_BASE_MEMORY_H
#define CANDOR_BASE_MEMORY_H

#include <stddef.h>

/* Zeroed memory for count items, owned by the caller. Never NULL, also for a count of 0. */
void *memory_alloc(size_t count, size_t item_size);

/* The same without zeroing: for large memory that is written before it is read. */
void *memory_alloc_dirty(size_t count, size_t item_size);

/* Memory of another size that keeps its bytes; what is added is not zeroed. NULL begins one. */
void *memory_resize(void *memory, size_t count, size_t item_size);

/* NULL is allowed and does nothing. */
void memory_free(void *memory);

/* Overwrite with zeros in a way that the compiler cannot leave out. */
void memory_wipe(void *memory, size_t size);

/* Where the memory of unfiltered bytes comes from (`os_shelter` is one): pages that are kept out of
 * core files and of the swap, say. Any thread. Borrowed by all who were given memory of it. */
struct memory_source {
    void *(*take)(void *context, size_t size); /* zeroed, never NULL */
    /* used: so many of its first bytes may have been written, and are to be overwritten. */
    void (*give)(void *context, void *memory, size_t size, size_t used);
    void *context;
};

/* From a source, or with NULL for it from the heap: overwritten all the same when given back. */
void *memory_take(const struct memory_source *source, size_t size);
void memory_give(const struct memory_source *source, void *memory, size_t size, size_t used);

#define MEMORY_ARRAY(type, count)       ((type *)memory_alloc((count), sizeof(type)))
#define MEMORY_ARRAY_DIRTY(type, count) ((type *)memory_alloc_dirty((count), sizeof(type)))
#define MEMORY_NEW(type)                MEMORY_ARRAY(type, 1)

#endif
