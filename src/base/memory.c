#include "base/memory.h"

#include "base/check.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* glibc's calloc (2.36) does not take from the thread's own list of freed small blocks; its malloc
 * does. */
enum { SMALL_SIZE_MAX = 1024 };

static void *alloc_small(size_t size)
{
    void *memory = malloc(size);
    return memory ? memset(memory, 0, size) : NULL;
}

void *memory_alloc(size_t count, size_t item_size)
{
    assert(item_size > 0);
    if (count == 0) count = 1;
    bool is_small = item_size <= SMALL_SIZE_MAX / count;
    void *memory = is_small ? alloc_small(count * item_size) : calloc(count, item_size);
    if (!memory) UNREACHABLE("the machine is out of memory");
    return memory;
}

void *memory_alloc_dirty(size_t count, size_t item_size)
{
    return memory_resize(NULL, count ? count : 1, item_size);
}

void *memory_resize(void *memory, size_t count, size_t item_size)
{
    assert(item_size > 0);
    assert(count > 0);
    assert(count <= SIZE_MAX / item_size);
    void *resized = realloc(memory, count * item_size);
    if (!resized) UNREACHABLE("the machine is out of memory");
    return resized;
}

void memory_free(void *memory)
{
    free(memory);
}

void memory_wipe(void *memory, size_t size)
{
    if (size > 0) explicit_bzero(memory, size);
}

void *memory_take(const struct memory_source *source, size_t size)
{
    assert(size > 0);
    return source ? source->take(source->context, size) : memory_alloc(size, 1);
}

void memory_give(const struct memory_source *source, void *memory, size_t size, size_t used)
{
    assert(used <= size);
    if (!memory) return;
    if (source) {
        source->give(source->context, memory, size, used);
    } else {
        memory_wipe(memory, used);
        memory_free(memory);
    }
}
