/* Threads behind a queue with an end. */
#include "api/api_pool.h"
#include "os/os_clock.h"
#include "os/os_thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void count(void *context)
{
    (void)atomic_fetch_add((atomic_int *)context, 1);
}

/* A job that holds its thread until the gate opens. */
struct gate {
    struct os_mutex mutex;
    struct os_condition changed;
    int waiting;
    bool is_open;
};

static void pass_gate(void *context)
{
    struct gate *gate = context;
    os_mutex_lock(&gate->mutex);
    gate->waiting++;
    os_condition_broadcast(&gate->changed);
    while (!gate->is_open)
        os_condition_wait(&gate->changed, &gate->mutex);
    os_mutex_unlock(&gate->mutex);
}

static void gate_init(struct gate *gate)
{
    *gate = (struct gate){.is_open = false};
    os_mutex_init(&gate->mutex);
    os_condition_init(&gate->changed);
}

static void gate_wait_for(struct gate *gate, int waiting)
{
    os_mutex_lock(&gate->mutex);
    while (gate->waiting < waiting)
        os_condition_wait(&gate->changed, &gate->mutex);
    os_mutex_unlock(&gate->mutex);
}

static void gate_open(struct gate *gate)
{
    os_mutex_lock(&gate->mutex);
    gate->is_open = true;
    os_condition_broadcast(&gate->changed);
    os_mutex_unlock(&gate->mutex);
}

static void gate_release(struct gate *gate)
{
    os_condition_release(&gate->changed);
    os_mutex_release(&gate->mutex);
}

static void does_all_that_was_queued_before_it_closes(void **state)
{
    (void)state;
    atomic_int done = 0;
    struct api_pool *pool = api_pool_open("test", 3, 1000);
    for (int i = 0; i < 1000; i++) {
        while (!api_pool_put(pool, count, &done))
            os_sleep_ms(1);
    }
    api_pool_close(pool);
    assert_int_equal(atomic_load(&done), 1000);
}

static void refuses_what_does_not_fit_and_goes_on(void **state)
{
    (void)state;
    atomic_int done = 0;
    struct gate gates[2];
    struct api_pool *pool = api_pool_open("test", 2, 3);
    for (int turn = 0; turn < 2; turn++) {
        struct gate *gate = &gates[turn];
        gate_init(gate);
        atomic_store(&done, 0);
        assert_true(api_pool_put(pool, pass_gate, gate));
        assert_true(api_pool_put(pool, pass_gate, gate));
        gate_wait_for(gate, 2);
        for (int i = 0; i < 3; i++)
            assert_true(api_pool_put(pool, count, &done));
        assert_false(api_pool_put(pool, count, &done));
        assert_int_equal(api_pool_waiting(pool), 3);
        gate_open(gate);
        for (int i = 0; i < 5000 && atomic_load(&done) < 3; i++)
            os_sleep_ms(1);
        assert_int_equal(atomic_load(&done), 3);
    }
    api_pool_close(pool);
    assert_int_equal(atomic_load(&done), 3);
    gate_release(&gates[0]);
    gate_release(&gates[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(does_all_that_was_queued_before_it_closes),
        cmocka_unit_test(refuses_what_does_not_fit_and_goes_on),
    };
    return cmocka_run_group_tests_name("api_pool", tests, NULL, NULL);
}
