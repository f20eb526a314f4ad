#include "api/api_pool.h"

#include "base/check.h"
#include "base/memory.h"
#include "os/os_thread.h"

struct job {
    void (*run)(void *context);
    void *context;
};

struct api_pool {
    struct os_mutex mutex;
    struct os_condition changed;
    struct job *jobs; /* a ring */
    uint32_t job_max;
    uint32_t first;
    uint32_t count;
    bool closing;
    struct os_thread *threads;
    uint32_t thread_count;
};

static bool next_job(struct api_pool *pool, struct job *job)
{
    os_mutex_lock(&pool->mutex);
    while (pool->count == 0 && !pool->closing) {
        os_condition_wait(&pool->changed, &pool->mutex);
    }
    bool found = pool->count > 0;
    if (found) {
        *job = pool->jobs[pool->first];
        pool->first = (pool->first + 1) % pool->job_max;
        pool->count--;
    }
    os_mutex_unlock(&pool->mutex);
    return found;
}

static void run_jobs(void *context)
{
    struct job job;
    while (next_job(context, &job)) {
        job.run(job.context);
    }
}

struct api_pool *api_pool_open(const char *name, uint32_t thread_count, uint32_t queue_max)
{
    assert(thread_count > 0);
    assert(queue_max > 0);
    struct api_pool *pool = MEMORY_NEW(struct api_pool);
    os_mutex_init(&pool->mutex);
    os_condition_init(&pool->changed);
    pool->jobs = MEMORY_ARRAY(struct job, queue_max);
    pool->job_max = queue_max;
    pool->threads = MEMORY_ARRAY(struct os_thread, thread_count);
    pool->thread_count = thread_count;
    for (uint32_t i = 0; i < thread_count; i++) {
        os_thread_start(&pool->threads[i], name, run_jobs, pool);
    }
    return pool;
}

void api_pool_close(struct api_pool *pool)
{
    os_mutex_lock(&pool->mutex);
    pool->closing = true;
    os_condition_broadcast(&pool->changed);
    os_mutex_unlock(&pool->mutex);
    for (uint32_t i = 0; i < pool->thread_count; i++)
        os_thread_join(&pool->threads[i]);
    assert(pool->count == 0);
    os_condition_release(&pool->changed);
    os_mutex_release(&pool->mutex);
    memory_free(pool->threads);
    memory_free(pool->jobs);
    memory_free(pool);
}

bool api_pool_put(struct api_pool *pool, void (*run)(void *context), void *context)
{
    os_mutex_lock(&pool->mutex);
    bool fits = pool->count < pool->job_max && !pool->closing;
    if (fits) {
        uint32_t last = (pool->first + pool->count) % pool->job_max;
        pool->jobs[last] = (struct job){run, context};
        pool->count++;
        os_condition_signal(&pool->changed);
    }
    os_mutex_unlock(&pool->mutex);
    return fits;
}

uint32_t api_pool_waiting(struct api_pool *pool)
{
    os_mutex_lock(&pool->mutex);
    uint32_t count = pool->count;
    os_mutex_unlock(&pool->mutex);
    return count;
}
