#include "base/arena.h"

#include "base/check.h"
#include "base/memory.h"

#include <string.h>

void arena_init(struct arena *arena, size_t capacity)
{
    assert(capacity > 0);
    /* Zeroed as it is handed out: the allocator would write to all of it, used or not. */
    *arena = (struct arena){.memory = memory_alloc_dirty(capacity, 1), .capacity = capacity};
}

void arena_lend(struct arena *arena, void *memory, size_t capacity)
{
    assert(memory && capacity > 0);
    *arena = (struct arena){.memory = memory, .capacity = capacity};
}

void arena_init_secret(struct arena *arena, size_t capacity, const struct memory_source *source)
{
    assert(capacity > 0);
    *arena = (struct arena){.memory = memory_take(source, capacity),
                            .capacity = capacity,
                            .is_secret = true,
                            .source = source};
}

void arena_release(struct arena *arena)
{
    if (arena->is_secret) {
        memory_give(arena->source, arena->memory, arena->capacity, arena->used_max);
    } else {
        memory_free(arena->memory);
    }
    *arena = (struct arena){0};
}

void *arena_alloc_dirty(struct arena *arena, size_t count, size_t item_size, size_t alignment)
{
    assert(arena->memory);
    assert(item_size > 0);
    assert(alignment > 0);
    assert((alignment & (alignment - 1)) == 0);

    size_t padding = (alignment - arena->used % alignment) % alignment;
    size_t free_size = arena->capacity - arena->used;
    if (padding > free_size) return NULL;
    if (count > (free_size - padding) / item_size) return NULL; /* also rules out overflow */

    uint8_t *items = arena->memory + arena->used + padding;
    arena->used += padding + count * item_size;
    if (arena->used_max < arena->used) arena->used_max = arena->used;
    return items;
}

void *arena_alloc(struct arena *arena, size_t count, size_t item_size, size_t alignment)
{
    void *items = arena_alloc_dirty(arena, count, item_size, alignment);
    /* A rewound arena holds an earlier request's bytes: another project's, perhaps. */
    if (items) memset(items, 0, count * item_size);
    return items;
}

struct text arena_text(struct arena *arena, struct text text)
{
    char *bytes = arena_alloc_dirty(arena, text.size + 1, 1, 1);
    if (!bytes) return (struct text){0};
    if (text.size > 0) memcpy(bytes, text.bytes, text.size);
    bytes[text.size] = '\0';
    return (struct text){bytes, text.size};
}

size_t arena_mark(const struct arena *arena)
{
    return arena->used;
}

void arena_rewind(struct arena *arena, size_t mark)
{
    assert(mark <= arena->used);
    arena->used = mark;
}
