#include "os/os_memory.h"

#include "base/check.h"
#include "base/memory.h"
#include "os/os_internal.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t whole_pages(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    assert(size > 0 && size <= SIZE_MAX - page);
    return (size + page - 1) / page * page;
}

/* Locked when touched: a large budget that stays unused takes nothing of the limit's memory. */
static bool lock(void *memory, size_t size)
{
    if (os_fault_strikes(OS_FAULT_CALL_LOCK)) return false;
    return mlock2(memory, size, MLOCK_ONFAULT) == 0;
}

static void *map(size_t size)
{
    size_t mapped = whole_pages(size);
    void *memory = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) UNREACHABLE("the machine is out of memory");
    /* Old kernels lack some of it: the process forbids cores as a whole, too. */
    (void)madvise(memory, mapped, MADV_DONTDUMP);
    (void)madvise(memory, mapped, MADV_DONTFORK);
    return memory;
}

void *os_memory_take(size_t size, bool *is_locked)
{
    void *memory = map(size);
    bool locked = lock(memory, whole_pages(size));
    if (is_locked) *is_locked = locked;
    return memory;
}

bool os_memory_may_lock(size_t size)
{
    bool is_locked = false;
    os_memory_give_used(os_memory_take(size, &is_locked), size, 0);
    return is_locked;
}

void *os_memory_take_unlocked(size_t size)
{
    return map(size);
}

void os_memory_give(void *memory, size_t size)
{
    os_memory_give_used(memory, size, size);
}

void os_memory_give_used(void *memory, size_t size, size_t used)
{
    assert(used <= size);
    if (!memory) return;
    memory_wipe(memory, used);
    if (munmap(memory, whole_pages(size)) != 0) UNREACHABLE("pages that were mapped here");
}

void os_memory_hide(const void *inside, size_t size)
{
    size_t page = whole_pages(1);
    uintptr_t first = (uintptr_t)inside / page * page;
    union {
        uintptr_t number;
        void *memory;
    } begin = {.number = first};
    (void)madvise(begin.memory, whole_pages(size), MADV_DONTDUMP);
}
