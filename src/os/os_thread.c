#include "os/os_thread.h"

#include "base/check.h"
#include "base/memory.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum {
    THREAD_NAME_SIZE = 16, /* of the kernel, with the NUL */
    NS_PER_SECOND = 1000000000,
};

/* POSIX threads hand back the error instead of setting errno. */
static void must(int failure)
{
    if (failure != 0) UNREACHABLE(strerror(failure));
}

void os_mutex_init(struct os_mutex *mutex)
{
    must(pthread_mutex_init(&mutex->mutex, NULL));
}

void os_mutex_release(struct os_mutex *mutex)
{
    must(pthread_mutex_destroy(&mutex->mutex));
}

void os_mutex_lock(struct os_mutex *mutex)
{
    must(pthread_mutex_lock(&mutex->mutex));
}

void os_mutex_unlock(struct os_mutex *mutex)
{
    must(pthread_mutex_unlock(&mutex->mutex));
}

void os_condition_init(struct os_condition *condition)
{
    pthread_condattr_t attributes;
    must(pthread_condattr_init(&attributes));
    must(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC));
    must(pthread_cond_init(&condition->condition, &attributes));
    must(pthread_condattr_destroy(&attributes));
}

void os_condition_release(struct os_condition *condition)
{
    must(pthread_cond_destroy(&condition->condition));
}

void os_condition_wait(struct os_condition *condition, struct os_mutex *mutex)
{
    must(pthread_cond_wait(&condition->condition, &mutex->mutex));
}

bool os_condition_wait_until(struct os_condition *condition, struct os_mutex *mutex,
                             uint64_t deadline_ns)
{
    struct timespec deadline = {
        .tv_sec = (time_t)(deadline_ns / NS_PER_SECOND),
        .tv_nsec = (long)(deadline_ns % NS_PER_SECOND),
    };
    int failure = pthread_cond_timedwait(&condition->condition, &mutex->mutex, &deadline);
    if (failure == ETIMEDOUT) return false;
    must(failure);
    return true;
}

void os_condition_signal(struct os_condition *condition)
{
    must(pthread_cond_signal(&condition->condition));
}

void os_condition_broadcast(struct os_condition *condition)
{
    must(pthread_cond_broadcast(&condition->condition));
}

void os_rwlock_init(struct os_rwlock *lock)
{
    pthread_rwlockattr_t attributes;
    must(pthread_rwlockattr_init(&attributes));
    must(pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP));
    must(pthread_rwlock_init(&lock->lock, &attributes));
    must(pthread_rwlockattr_destroy(&attributes));
}

void os_rwlock_release(struct os_rwlock *lock)
{
    must(pthread_rwlock_destroy(&lock->lock));
}

void os_rwlock_read(struct os_rwlock *lock)
{
    must(pthread_rwlock_rdlock(&lock->lock));
}

void os_rwlock_write(struct os_rwlock *lock)
{
    must(pthread_rwlock_wrlock(&lock->lock));
}

void os_rwlock_unlock(struct os_rwlock *lock)
{
    must(pthread_rwlock_unlock(&lock->lock));
}

struct thread_start {
    void (*run)(void *);
    void *context;
    char name[THREAD_NAME_SIZE];
};

void os_thread_hide_stack(void)
{
    pthread_attr_t attributes;
    void *begin = NULL;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return;
    must(pthread_attr_getstack(&attributes, &begin, &size));
    must(pthread_attr_destroy(&attributes));
    (void)madvise(begin, size, MADV_DONTDUMP);
}

static void *run_thread(void *argument)
{
    struct thread_start start = *(struct thread_start *)argument;
    memory_free(argument);
    must(pthread_setname_np(pthread_self(), start.name));
    os_thread_hide_stack();
    start.run(start.context);
    return NULL;
}

/* Everything but the signals by which a thread reports its own crash: blocked, the kernel would
 * end the process without a word from a sanitizer. */
static void fill_blocked(sigset_t *blocked)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
    (void)sigfillset(blocked);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        (void)sigdelset(blocked, faults[i]);
    }
}

void os_thread_start(struct os_thread *thread, const char *name, void (*run)(void *), void *context)
{
    assert(run);
    assert(strlen(name) < THREAD_NAME_SIZE);
    struct thread_start *start = MEMORY_NEW(struct thread_start);
    start->run = run;
    start->context = context;
    (void)snprintf(start->name, sizeof start->name, "%s", name);

    /* The new thread inherits the mask, so no signal can reach it before it could block it. */
    sigset_t blocked;
    sigset_t before;
    fill_blocked(&blocked);
    must(pthread_sigmask(SIG_SETMASK, &blocked, &before));
    must(pthread_create(&thread->thread, NULL, run_thread, start));
    must(pthread_sigmask(SIG_SETMASK, &before, NULL));
}

void os_thread_join(struct os_thread *thread)
{
    must(pthread_join(thread->thread, NULL));
}

unsigned os_processor_count(void)
{
    /* Those this process may run on: a container's share, not the machine's total. */
    cpu_set_t processors;
    if (sched_getaffinity(0, sizeof processors, &processors) != 0) return 1;
    int count = CPU_COUNT(&processors);
    return count > 0 ? (unsigned)count : 1;
}
