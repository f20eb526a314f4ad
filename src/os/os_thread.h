/* Threads and what keeps them apart. Thin names over POSIX; failures of these calls are our own
 * mistakes or a machine without resources, and stop the process. */
#ifndef CANDOR_OS_THREAD_H
#define CANDOR_OS_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct os_mutex {
    pthread_mutex_t mutex;
};

struct os_condition {
    pthread_cond_t condition; /* waits on the monotonic clock */
};

struct os_rwlock {
    pthread_rwlock_t lock; /* writers first: readers cannot starve the writer */
};

struct os_thread {
    pthread_t thread;
};

void os_mutex_init(struct os_mutex *mutex);
void os_mutex_release(struct os_mutex *mutex);
void os_mutex_lock(struct os_mutex *mutex);
void os_mutex_unlock(struct os_mutex *mutex);

void os_condition_init(struct os_condition *condition);
void os_condition_release(struct os_condition *condition);
void os_condition_wait(struct os_condition *condition, struct os_mutex *mutex);
/* False when the time is over (monotonic nanoseconds, os_clock.h). */
bool os_condition_wait_until(struct os_condition *condition, struct os_mutex *mutex,
                             uint64_t deadline_ns);
void os_condition_signal(struct os_condition *condition);
void os_condition_broadcast(struct os_condition *condition);

void os_rwlock_init(struct os_rwlock *lock);
void os_rwlock_release(struct os_rwlock *lock);
void os_rwlock_read(struct os_rwlock *lock);
void os_rwlock_write(struct os_rwlock *lock);
void os_rwlock_unlock(struct os_rwlock *lock);

/* The name (at most 15 bytes) shows in ps and gdb. All signals are blocked in the new thread. */
void os_thread_start(struct os_thread *thread, const char *name, void (*run)(void *),
                     void *context);
/* Leave the stack of the calling thread out of core files: what it works on passes there. Done for
 * threads that os_thread_start makes. Best effort. */
void os_thread_hide_stack(void);
void os_thread_join(struct os_thread *thread);

unsigned os_processor_count(void);

#endif
