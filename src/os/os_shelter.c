#include "os/os_shelter.h"

#include "base/check.h"
#include "os/os_memory.h"
#include "os/os_thread.h"

/* Blocks are kept by classes, each with twice the room of the one before. What is larger is rare,
 * and would be most of all that is kept. */
enum {
    ROOM_MIN = 4096,
    ROOM_MAX = 4 * 1024 * 1024,
    CLASS_COUNT = 11,
    HEAD_SIZE = 64, /* so that what stands behind it begins a cache line */
};

_Static_assert(ROOM_MIN << (CLASS_COUNT - 1) == ROOM_MAX, "each class has twice the room");

/* At the front of each block. */
struct block {
    struct block *next; /* while it is free */
    size_t size;        /* with this head */
    uint32_t class;     /* CLASS_COUNT: too large for one */
    bool is_locked;
};

_Static_assert(sizeof(struct block) <= HEAD_SIZE, "the head has room for it");

struct os_shelter {
    struct memory_source source;
    struct os_mutex mutex;
    struct block *free[CLASS_COUNT];
    struct os_shelter_figures figures;
};

static uint32_t class_of(size_t size)
{
    uint32_t class = 0;
    while (class < CLASS_COUNT && (size_t)ROOM_MIN << class < size)
        class ++;
    return class;
}

static struct block *take_free(struct os_shelter *shelter, uint32_t class)
{
    os_mutex_lock(&shelter->mutex);
    struct block *block = class < CLASS_COUNT ? shelter->free[class] : NULL;
    if (block) {
        shelter->free[class] = block->next;
        shelter->figures.kept_bytes -= block->size;
        shelter->figures.lent_bytes += block->size;
    }
    os_mutex_unlock(&shelter->mutex);
    return block;
}

/* The budget is asked and charged in two steps: threads that come at once may pass it by a block
 * each. */
static struct block *make_block(struct os_shelter *shelter, uint32_t class, size_t size)
{
    os_mutex_lock(&shelter->mutex);
    bool shall_lock = size <= OS_SHELTER_LOCKED_MAX &&
                      shelter->figures.locked_bytes <= OS_SHELTER_LOCKED_MAX - size;
    os_mutex_unlock(&shelter->mutex);

    bool is_locked = false;
    struct block *block =
        shall_lock ? os_memory_take(size, &is_locked) : os_memory_take_unlocked(size);
    *block = (struct block){.size = size, .class = class, .is_locked = is_locked};
    os_mutex_lock(&shelter->mutex);
    shelter->figures.lent_bytes += size;
    if (is_locked) {
        shelter->figures.locked_bytes += size;
    } else {
        shelter->figures.unlocked_bytes += size;
    }
    os_mutex_unlock(&shelter->mutex);
    return block;
}

static void *take(void *context, size_t size)
{
    struct os_shelter *shelter = context;
    assert(size <= SIZE_MAX - HEAD_SIZE);
    uint32_t class = class_of(size);
    size_t room = class < CLASS_COUNT ? (size_t)ROOM_MIN << class : size;
    struct block *block = take_free(shelter, class);
    if (!block) block = make_block(shelter, class, room + HEAD_SIZE);
    return (char *)block + HEAD_SIZE;
}

static void unmap(struct block *block)
{
    os_memory_give_used(block, block->size, 0); /* overwritten already */
}

/* What was written is overwritten before anybody else may be given it. */
static void give(void *context, void *memory, size_t size, size_t used)
{
    struct os_shelter *shelter = context;
    struct block *block = (struct block *)(void *)((char *)memory - HEAD_SIZE);
    assert(size + HEAD_SIZE <= block->size);
    memory_wipe(memory, used);

    os_mutex_lock(&shelter->mutex);
    struct os_shelter_figures *figures = &shelter->figures;
    figures->lent_bytes -= block->size;
    bool is_kept =
        block->class < CLASS_COUNT && figures->kept_bytes <= OS_SHELTER_KEPT_MAX - block->size;
    if (is_kept) {
        block->next = shelter->free[block->class];
        shelter->free[block->class] = block;
        figures->kept_bytes += block->size;
    } else if (block->is_locked) {
        figures->locked_bytes -= block->size;
    } else {
        figures->unlocked_bytes -= block->size;
    }
    os_mutex_unlock(&shelter->mutex);
    if (!is_kept) unmap(block);
}

struct os_shelter *os_shelter_open(void)
{
    struct os_shelter *shelter = MEMORY_NEW(struct os_shelter);
    shelter->source = (struct memory_source){take, give, shelter};
    os_mutex_init(&shelter->mutex);
    return shelter;
}

void os_shelter_close(struct os_shelter *shelter)
{
    if (!shelter) return;
    assert(shelter->figures.lent_bytes == 0);
    for (uint32_t class = 0; class < CLASS_COUNT; class ++) {
        while (shelter->free[class]) {
            struct block *block = shelter->free[class];
            shelter->free[class] = block->next;
            unmap(block);
        }
    }
    os_mutex_release(&shelter->mutex);
    memory_free(shelter);
}

const struct memory_source *os_shelter_source(const struct os_shelter *shelter)
{
    return &shelter->source;
}

void os_shelter_figures(struct os_shelter *shelter, struct os_shelter_figures *out)
{
    os_mutex_lock(&shelter->mutex);
    *out = shelter->figures;
    os_mutex_unlock(&shelter->mutex);
}
