#include "exec/crew.h"

#include "base/check.h"
#include "base/memory.h"
#include "os/os_thread.h"

enum { ARENA_SIZE_MIN = 4096 };

struct crew *crew_open(unsigned thread_count, size_t memory_max)
{
    assert(thread_count > 0);
    struct crew *crew = MEMORY_NEW(struct crew);
    crew->count = thread_count < CREW_THREAD_COUNT_MAX ? thread_count : CREW_THREAD_COUNT_MAX;
    size_t share = memory_max / crew->count / 2;
    if (share < ARENA_SIZE_MIN) share = ARENA_SIZE_MIN;
    for (uint32_t i = 0; i < crew->count; i++) {
        crew->members[i].crew = crew;
        crew->members[i].index = i;
        arena_init(&crew->members[i].keep, share);
        arena_init(&crew->members[i].scratch, share);
    }
    return crew;
}

void crew_close(struct crew *crew)
{
    for (uint32_t i = 0; i < crew->count; i++) {
        arena_release(&crew->members[i].keep);
        arena_release(&crew->members[i].scratch);
    }
    memory_free(crew);
}

static void work(void *context)
{
    struct crew_member *member = context;
    struct crew *crew = member->crew;
    while (!atomic_load(&crew->has_failed)) {
        uint32_t shard = atomic_fetch_add(&crew->next_shard, 1);
        if (shard >= STORE_SHARD_COUNT) return;
        member->status = crew->task(crew->context, member, shard, &member->error);
        arena_rewind(&member->scratch, 0);
        if (member->status != STATUS_OK) atomic_store(&crew->has_failed, true);
    }
}

enum status crew_run(struct crew *crew, crew_task *task, void *context, struct error *error)
{
    crew->task = task;
    crew->context = context;
    atomic_store(&crew->next_shard, 0);
    struct os_thread threads[CREW_THREAD_COUNT_MAX];
    for (uint32_t i = 1; i < crew->count; i++) {
        os_thread_start(&threads[i], "query", work, &crew->members[i]);
    }
    work(&crew->members[0]);
    for (uint32_t i = 1; i < crew->count; i++)
        os_thread_join(&threads[i]);

    for (uint32_t i = 0; i < crew->count; i++) {
        if (crew->members[i].status == STATUS_OK) continue;
        *error = crew->members[i].error;
        return crew->members[i].status;
    }
    return STATUS_OK;
}
