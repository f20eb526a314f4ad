/* Items of one size, added one by one and read in the same order; they live in an arena and never
 * move. For what a pass finds without knowing how much it will be. One owner, one thread. */
#ifndef CANDOR_EXEC_ITEM_LIST_H
#define CANDOR_EXEC_ITEM_LIST_H

#include "base/arena.h"

#include <stddef.h>
#include <stdint.h>

struct item_chunk;

struct item_list {
    struct arena *arena;
    size_t item_size;
    struct item_chunk *first;
    struct item_chunk *last;
    uint64_t count;
};

void item_list_init(struct item_list *list, struct arena *arena, size_t item_size);

/* Room for one more item, aligned for any type, not zeroed; NULL when the arena is used up. */
void *item_list_add(struct item_list *list);

/* From the first item on; NULL at the end. */
struct item_cursor {
    const struct item_chunk *chunk;
    uint32_t index;
    size_t item_size;
};
struct item_cursor item_list_begin(const struct item_list *list);
const void *item_list_next(struct item_cursor *cursor);

#endif
