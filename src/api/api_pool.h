/* Threads for work that may wait, behind a queue with an end. Any thread. */
#ifndef CANDOR_API_POOL_H
#define CANDOR_API_POOL_H

#include <stdbool.h>
#include <stdint.h>

struct api_pool;

struct api_pool *api_pool_open(const char *name, uint32_t thread_count, uint32_t queue_max);
/* Does what is queued, then ends. */
void api_pool_close(struct api_pool *pool);

/* False when the queue is full: run is not called then. */
bool api_pool_put(struct api_pool *pool, void (*run)(void *context), void *context);

uint32_t api_pool_waiting(struct api_pool *pool);

#endif
