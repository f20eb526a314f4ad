/* Memory with one lifetime: many allocations, one release.
 *
 * An arena takes its whole budget at birth and never grows, so the memory a request or a query
 * can use is known before it starts. The kernel hands out pages only when they are touched, so a
 * large budget that stays unused costs address space, not memory. One owner, one thread. */
#ifndef CANDOR_BASE_ARENA_H
#define CANDOR_BASE_ARENA_H

#include "base/memory.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena {
    uint8_t *memory;
    size_t capacity;
    size_t used;
    size_t used_max; /* the high-water mark, for the metrics page */
    bool is_secret;
    const struct memory_source *source; /* of a secret one */
};

void arena_init(struct arena *arena, size_t capacity);
void arena_release(struct arena *arena); /* one that was never made is fine */

/* For bytes that may leave no trace: what was ever used is overwritten at the release. Its memory
 * comes from the source (NULL: the heap). */
void arena_init_secret(struct arena *arena, size_t capacity, const struct memory_source *source);

/* Over memory of the caller's, which is not released with it. */
void arena_lend(struct arena *arena, void *memory, size_t capacity);

/* Zeroed memory for count items, or NULL when the budget cannot hold them. Owned by the arena. */
void *arena_alloc(struct arena *arena, size_t count, size_t item_size, size_t alignment);

/* The same without zeroing: for large columns that are written in full before they are read. */
void *arena_alloc_dirty(struct arena *arena, size_t count, size_t item_size, size_t alignment);

#define ARENA_ARRAY(arena, type, count) \
    ((type *)arena_alloc((arena), (count), sizeof(type), _Alignof(type)))
#define ARENA_ARRAY_DIRTY(arena, type, count) \
    ((type *)arena_alloc_dirty((arena), (count), sizeof(type), _Alignof(type)))

/* A copy of the text with a NUL behind it, owned by the arena; bytes is NULL when the budget
 * cannot hold it. */
struct text arena_text(struct arena *arena, struct text text);

/* Give back everything allocated since the mark: one turn of a loop, one segment of a scan. */
size_t arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, size_t mark);

#endif
