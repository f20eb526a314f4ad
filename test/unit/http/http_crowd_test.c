/* Many connections that are ready in the same moment, again and again: the library's loop must not
 * fall asleep on a full list of events (http_internal.h, HTTP_WORKER_CONNECTIONS_MAX). */
#include "base/memory.h"
#include "http_peer.h"
#include "os/os_clock.h"
#include "os/os_thread.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { CROWD = 256, ROUNDS = 40, PATIENCE_MS = 5000 };

/* Requests are kept until all of the crowd is there, then answered at once. */
struct gate {
    struct os_mutex mutex;
    struct http_request *kept[CROWD];
    int count;
};

static void keep(void *context, struct http_request *request)
{
    struct gate *gate = context;
    os_mutex_lock(&gate->mutex);
    gate->kept[gate->count++] = request;
    os_mutex_unlock(&gate->mutex);
}

static void wait_for_all(struct gate *gate)
{
    uint64_t deadline = os_clock_monotonic_ns() + (uint64_t)PATIENCE_MS * 1000000;
    for (;;) {
        os_mutex_lock(&gate->mutex);
        int count = gate->count;
        os_mutex_unlock(&gate->mutex);
        if (count == CROWD) return;
        if (os_clock_monotonic_ns() > deadline) fail_msg("%d of %d requests came", count, CROWD);
        os_sleep_ms(1);
    }
}

static void answer_all(struct gate *gate)
{
    os_mutex_lock(&gate->mutex);
    int count = gate->count;
    gate->count = 0;
    os_mutex_unlock(&gate->mutex);
    for (int i = 0; i < count; i++)
        peer_answer(gate->kept[i], 200, "here");
}

static void read_all(const int *peers)
{
    static struct peer_answer answer;
    for (int i = 0; i < CROWD; i++) {
        struct pollfd wait = {.fd = peers[i], .events = POLLIN};
        if (poll(&wait, 1, PATIENCE_MS) != 1) fail_msg("peer %d waits for its answer", i);
        peer_read(peers[i], &answer);
        assert_int_equal(answer.status, 200);
    }
}

static void answers_everyone_of_a_crowd_that_comes_at_once(void **state)
{
    (void)state;
    static struct gate gate;
    static int peers[CROWD];
    os_mutex_init(&gate.mutex);
    struct http_server *server = peer_serve(keep, &gate, 0);
    for (int i = 0; i < CROWD; i++)
        peers[i] = peer_connect(server);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < CROWD; i++) {
            assert_true(
                peer_say(peers[i], "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n1"));
        }
        wait_for_all(&gate);
        answer_all(&gate);
        read_all(peers);
    }
    for (int i = 0; i < CROWD; i++)
        peer_close(peers[i]);
    http_server_stop(server);
    os_mutex_release(&gate.mutex);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_everyone_of_a_crowd_that_comes_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
