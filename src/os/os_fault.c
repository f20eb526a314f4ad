/* Built into the twin library os_faulty only. */
#include "os/os_fault.h"

#include "base/check.h"
#include "base/text.h"
#include "os/os_internal.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { SECTOR_SIZE = 512 };

enum readiness { UNSET, BEING_SET, SET };

/* The one mutable variable of this room beside the log's level: a fault has to reach calls deep
 * inside rooms that know nothing of it. Every field is atomic, so any thread may count. */
static struct {
    _Atomic int readiness;
    _Atomic int kind;
    _Atomic int calls;
    _Atomic int errno_value;
    _Atomic uint64_t at;
    _Atomic uint64_t count;
    _Atomic uint64_t seed;
    _Atomic uint64_t counted;
} state;

static void store_plan(const struct os_fault_plan *plan)
{
    atomic_store(&state.kind, OS_FAULT_NONE); /* nothing strikes by half a plan */
    atomic_store(&state.calls, plan->calls);
    atomic_store(&state.at, plan->at);
    atomic_store(&state.count, plan->count);
    atomic_store(&state.errno_value, plan->errno_value);
    atomic_store(&state.seed, plan->seed);
    atomic_store(&state.counted, 0);
    atomic_store(&state.kind, (int)plan->kind);
    atomic_store(&state.readiness, SET);
}

void os_fault_set(const struct os_fault_plan *plan)
{
    assert(plan->calls >= 0);
    assert(plan->calls <= OS_FAULT_CALL_ALL);
    store_plan(plan);
}

uint64_t os_fault_count(void)
{
    return atomic_load(&state.counted);
}

/* A plan that cannot be read is a mistake in the test that set it. */
static struct os_fault_plan parse_plan(struct text words)
{
    uint64_t numbers[6];
    for (int i = 0; i < 6; i++) {
        bool read = text_to_u64(text_split(words, ':', &words), &numbers[i]);
        if (!read) UNREACHABLE("CANDOR_FAULT is kind:calls:at:count:errno:seed");
    }
    assert(numbers[0] <= OS_FAULT_TORN);
    assert(numbers[1] <= OS_FAULT_CALL_ALL);
    assert(numbers[4] <= INT32_MAX);
    return (struct os_fault_plan){
        .kind = (enum os_fault_kind)numbers[0],
        .calls = (int)numbers[1],
        .at = numbers[2],
        .count = numbers[3],
        .errno_value = (int)numbers[4],
        .seed = numbers[5],
    };
}

static void read_environment_once(void)
{
    int unset = UNSET;
    if (atomic_compare_exchange_strong(&state.readiness, &unset, BEING_SET)) {
        const char *words = getenv("CANDOR_FAULT");
        struct os_fault_plan plan = {.kind = OS_FAULT_NONE, .calls = OS_FAULT_CALL_ALL};
        if (words) plan = parse_plan(text_from(words));
        store_plan(&plan);
    }
    while (atomic_load(&state.readiness) != SET) {
        /* Another thread is at it; this takes microseconds. */
    }
}

/* What this call has to suffer. */
static enum os_fault_kind next_fault(enum os_fault_calls call)
{
    read_environment_once();
    if ((atomic_load(&state.calls) & (int)call) == 0) return OS_FAULT_NONE;
    uint64_t number = atomic_fetch_add(&state.counted, 1) + 1;
    uint64_t at = atomic_load(&state.at);
    if (at == 0 || number < at) return OS_FAULT_NONE;
    if (number - at >= atomic_load(&state.count)) return OS_FAULT_NONE;
    return (enum os_fault_kind)atomic_load(&state.kind);
}

bool os_fault_strikes(enum os_fault_calls call)
{
    enum os_fault_kind kind = next_fault(call);
    if (kind == OS_FAULT_NONE) return false;
    if (kind == OS_FAULT_CRASH || kind == OS_FAULT_TORN) _exit(OS_FAULT_EXIT);
    errno = atomic_load(&state.errno_value);
    return true;
}

/* splitmix64: each step gives 64 well mixed bits. */
static uint64_t next_random(uint64_t *seed)
{
    uint64_t bits = (*seed += 0x9e3779b97f4a7c15ULL);
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9ULL;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebULL;
    return bits ^ (bits >> 31);
}

/* A fault that itself fails would prove nothing, so a refused write ends the process too. */
static void put_down(int descriptor, uint64_t offset, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = pwrite(descriptor, bytes, size, (off_t)offset);
        if (written <= 0) _exit(OS_FAULT_EXIT);
        bytes += written;
        offset += (uint64_t)written;
        size -= (size_t)written;
    }
}

/* Disks write whole sectors, in any order: half of the seeds keep a prefix, the others any subset
 * of the sectors. */
static void tear(int descriptor, uint64_t offset, const char *bytes, size_t size)
{
    uint64_t seed = atomic_load(&state.seed) ^ offset;
    bool is_prefix = (next_random(&seed) & 1) != 0;
    if (is_prefix) {
        put_down(descriptor, offset, bytes, (size_t)(next_random(&seed) % (size + 1)));
        return;
    }
    for (size_t done = 0; done < size;) {
        size_t piece = SECTOR_SIZE - (size_t)((offset + done) % SECTOR_SIZE);
        if (piece > size - done) piece = size - done;
        bool kept = (next_random(&seed) & 1) != 0;
        if (kept) put_down(descriptor, offset + done, bytes + done, piece);
        done += piece;
    }
}

bool os_fault_strikes_write(int descriptor, uint64_t offset, const void *bytes, size_t size)
{
    enum os_fault_kind kind = next_fault(OS_FAULT_CALL_WRITE);
    switch (kind) {
    case OS_FAULT_NONE: return false;
    case OS_FAULT_ERROR: break;
    case OS_FAULT_SHORT: put_down(descriptor, offset, bytes, size / 2); break;
    case OS_FAULT_CRASH: _exit(OS_FAULT_EXIT);
    case OS_FAULT_TORN: tear(descriptor, offset, bytes, size); _exit(OS_FAULT_EXIT);
    }
    errno = atomic_load(&state.errno_value);
    return true;
}
