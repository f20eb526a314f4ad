#include "exec/item_list.h"

#include "base/check.h"

#include <stdalign.h>

enum { CHUNK_ITEMS_FIRST = 64, CHUNK_ITEMS_MAX = 8192 };

struct item_chunk {
    struct item_chunk *next;
    uint8_t *items;
    uint32_t count;
    uint32_t capacity;
};

void item_list_init(struct item_list *list, struct arena *arena, size_t item_size)
{
    assert(item_size > 0);
    *list = (struct item_list){.arena = arena, .item_size = item_size};
}

/* Each chunk is twice as large as the one before, up to a limit: short lists stay small. */
static struct item_chunk *add_chunk(struct item_list *list)
{
    uint32_t capacity = list->last ? list->last->capacity * 2 : CHUNK_ITEMS_FIRST;
    if (capacity > CHUNK_ITEMS_MAX) capacity = CHUNK_ITEMS_MAX;
    struct item_chunk *chunk = ARENA_ARRAY(list->arena, struct item_chunk, 1);
    if (!chunk) return NULL;
    chunk->items = arena_alloc_dirty(list->arena, capacity, list->item_size, alignof(max_align_t));
    if (!chunk->items) return NULL;
    chunk->capacity = capacity;
    if (list->last) {
        list->last->next = chunk;
    } else {
        list->first = chunk;
    }
    list->last = chunk;
    return chunk;
}

void *item_list_add(struct item_list *list)
{
    struct item_chunk *chunk = list->last;
    if (!chunk || chunk->count == chunk->capacity) chunk = add_chunk(list);
    if (!chunk) return NULL;
    list->count++;
    return chunk->items + list->item_size * chunk->count++;
}

struct item_cursor item_list_begin(const struct item_list *list)
{
    return (struct item_cursor){.chunk = list->first, .item_size = list->item_size};
}

const void *item_list_next(struct item_cursor *cursor)
{
    while (cursor->chunk && cursor->index == cursor->chunk->count) {
        cursor->chunk = cursor->chunk->next;
        cursor->index = 0;
    }
    if (!cursor->chunk) return NULL;
    return cursor->chunk->items + cursor->item_size * cursor->index++;
}
