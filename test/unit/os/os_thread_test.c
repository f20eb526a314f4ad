#include "os/os_clock.h"
#include "os/os_thread.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { THREADS = 4, ROUNDS = 20000 };

struct counter {
    struct os_mutex mutex;
    uint64_t value;
};

static void add_up(void *context)
{
    struct counter *counter = context;
    for (int i = 0; i < ROUNDS; i++) {
        os_mutex_lock(&counter->mutex);
        counter->value++;
        os_mutex_unlock(&counter->mutex);
    }
}

static void keeps_threads_apart_with_a_mutex(void **state)
{
    (void)state;
    struct counter counter = {.value = 0};
    struct os_thread threads[THREADS];
    os_mutex_init(&counter.mutex);
    for (int i = 0; i < THREADS; i++)
        os_thread_start(&threads[i], "adder", add_up, &counter);
    for (int i = 0; i < THREADS; i++)
        os_thread_join(&threads[i]);
    assert_int_equal(counter.value, THREADS * ROUNDS);
    os_mutex_release(&counter.mutex);
}

struct identity {
    char name[32];
    sigset_t blocked;
};

static void look_at_oneself(void *context)
{
    struct identity *identity = context;
    (void)pthread_getname_np(pthread_self(), identity->name, sizeof identity->name);
    (void)pthread_sigmask(SIG_SETMASK, NULL, &identity->blocked);
}

static void names_threads_and_blocks_their_signals(void **state)
{
    (void)state;
    struct identity identity;
    struct os_thread thread;
    sigset_t own;
    os_thread_start(&thread, "fifteen-letters", look_at_oneself, &identity);
    os_thread_join(&thread);
    assert_string_equal(identity.name, "fifteen-letters");
    assert_int_equal(sigismember(&identity.blocked, SIGTERM), 1);
    assert_int_equal(sigismember(&identity.blocked, SIGUSR1), 1);
    assert_int_equal(sigismember(&identity.blocked, SIGSEGV), 0);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &own), 0);
    assert_int_equal(sigismember(&own, SIGUSR1), 0);
}

struct table {
    struct os_mutex mutex;
    struct os_condition changed;
    int turn;
};

static void take_turns(void *context)
{
    struct table *table = context;
    os_mutex_lock(&table->mutex);
    for (int turn = 1; turn < 200; turn += 2) {
        while (table->turn != turn)
            os_condition_wait(&table->changed, &table->mutex);
        table->turn++;
        os_condition_signal(&table->changed);
    }
    os_mutex_unlock(&table->mutex);
}

static void waits_for_conditions(void **state)
{
    (void)state;
    struct table table = {.turn = 0};
    struct os_thread thread;
    os_mutex_init(&table.mutex);
    os_condition_init(&table.changed);
    os_thread_start(&thread, "turns", take_turns, &table);
    os_mutex_lock(&table.mutex);
    for (int turn = 0; turn < 200; turn += 2) {
        while (table.turn != turn)
            os_condition_wait(&table.changed, &table.mutex);
        table.turn++;
        os_condition_broadcast(&table.changed);
    }
    os_mutex_unlock(&table.mutex);
    os_thread_join(&thread);
    assert_int_equal(table.turn, 200);
    os_condition_release(&table.changed);
    os_mutex_release(&table.mutex);
}

static void stops_waiting_when_the_time_is_over(void **state)
{
    (void)state;
    struct table table = {.turn = 0};
    os_mutex_init(&table.mutex);
    os_condition_init(&table.changed);
    os_mutex_lock(&table.mutex);
    uint64_t begin_ns = os_clock_monotonic_ns();
    bool in_time = true;
    while (in_time) {
        in_time = os_condition_wait_until(&table.changed, &table.mutex, begin_ns + 5000000);
    }
    assert_true(os_clock_monotonic_ns() >= begin_ns + 5000000);
    assert_false(os_condition_wait_until(&table.changed, &table.mutex, 0)); /* long over */
    os_mutex_unlock(&table.mutex);
    os_condition_release(&table.changed);
    os_mutex_release(&table.mutex);
}

struct shared {
    struct os_rwlock lock;
    uint64_t left;
    uint64_t right; /* equal to left, but for the moment of writing */
};

static void compare_sides(void *context)
{
    struct shared *shared = context;
    for (int i = 0; i < ROUNDS; i++) {
        os_rwlock_read(&shared->lock);
        if (shared->left != shared->right) shared->right = UINT64_MAX / 2;
        os_rwlock_unlock(&shared->lock);
    }
}

static void lets_a_writer_through_many_readers(void **state)
{
    (void)state;
    struct shared shared = {.left = 0};
    struct os_thread threads[THREADS];
    os_rwlock_init(&shared.lock);
    for (int i = 0; i < THREADS; i++)
        os_thread_start(&threads[i], "reader", compare_sides, &shared);
    for (int i = 0; i < 200; i++) {
        os_rwlock_write(&shared.lock);
        shared.left++;
        shared.right++;
        os_rwlock_unlock(&shared.lock);
    }
    for (int i = 0; i < THREADS; i++)
        os_thread_join(&threads[i]);
    assert_int_equal(shared.left, 200);
    assert_int_equal(shared.right, 200);
    os_rwlock_release(&shared.lock);
}

static void knows_time_and_chance(void **state)
{
    (void)state;
    assert_true(os_clock_now_ms() > INT64_C(1600000000000));
    uint64_t before_ns = os_clock_monotonic_ns();
    os_sleep_ms(3);
    assert_true(os_clock_monotonic_ns() - before_ns >= 3000000);
    os_sleep_ms(0);
    uint8_t bytes[64] = {0};
    uint8_t more[64] = {0};
    static const uint8_t zeros[64] = {0};
    os_random_bytes(bytes, sizeof bytes);
    os_random_bytes(more, sizeof more);
    assert_memory_not_equal(bytes, more, sizeof bytes);
    assert_memory_not_equal(bytes, zeros, sizeof bytes);
    os_random_bytes(NULL, 0);
    assert_true(os_processor_count() >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_threads_apart_with_a_mutex),
        cmocka_unit_test(names_threads_and_blocks_their_signals),
        cmocka_unit_test(waits_for_conditions),
        cmocka_unit_test(stops_waiting_when_the_time_is_over),
        cmocka_unit_test(lets_a_writer_through_many_readers),
        cmocka_unit_test(knows_time_and_chance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
