/* The threads of one question. Shards are handed out one by one, so a slow one holds up nobody;
 * each member has two arenas of its own: keep, for what outlives a shard, and scratch, rewound
 * after each. The first failure stops all of them and is the answer. */
#ifndef CANDOR_EXEC_CREW_H
#define CANDOR_EXEC_CREW_H

#include "exec/question.h"

#include <stdatomic.h>

enum { CREW_THREAD_COUNT_MAX = 64 };

struct crew_member {
    struct crew *crew;
    uint32_t index;
    struct arena keep;
    struct arena scratch;
    uint64_t rows_scanned;
    enum status status;
    struct error error;
};

typedef enum status crew_task(void *context, struct crew_member *member, uint32_t shard,
                              struct error *error);

struct crew {
    struct crew_member members[CREW_THREAD_COUNT_MAX];
    uint32_t count;
    atomic_uint next_shard;
    atomic_bool has_failed;
    crew_task *task;
    void *context;
};

/* memory_max is shared out evenly. */
struct crew *crew_open(unsigned thread_count, size_t memory_max);
void crew_close(struct crew *crew);

/* Every shard once, on all members; the calling thread is member 0. */
enum status crew_run(struct crew *crew, crew_task *task, void *context,
                     struct error *error) MUST_CHECK;

#endif
