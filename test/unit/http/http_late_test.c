/* Answers that come later, from other threads, in every order, and in pieces. */
#include "http/http_client.h"
#include "http_peer.h"
#include "os/os_clock.h"
#include "os/os_thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { KEPT_MAX = 4096 };

/* Requests that wait for an answer. */
struct shelf {
    struct os_mutex mutex;
    struct os_condition arrived;
    struct http_request *kept[KEPT_MAX];
    int count;
    bool closing;
};

static void keep(void *context, struct http_request *request)
{
    struct shelf *shelf = context;
    os_mutex_lock(&shelf->mutex);
    shelf->kept[shelf->count++] = request;
    os_condition_signal(&shelf->arrived);
    os_mutex_unlock(&shelf->mutex);
}

/* Answers the newest first, as fast as it can: before, while and after the handler returns. */
static void answer_all(void *context)
{
    struct shelf *shelf = context;
    for (;;) {
        os_mutex_lock(&shelf->mutex);
        while (shelf->count == 0 && !shelf->closing) {
            os_condition_wait(&shelf->arrived, &shelf->mutex);
        }
        struct http_request *request = shelf->count > 0 ? shelf->kept[--shelf->count] : NULL;
        os_mutex_unlock(&shelf->mutex);
        if (!request) return;
        char words[64];
        (void)snprintf(words, sizeof words, "late %.*s", TEXT_PRINT(http_request_query(request)));
        peer_answer(request, 200, words);
    }
}

static void shelf_open(struct shelf *shelf)
{
    memset(shelf, 0, sizeof *shelf);
    os_mutex_init(&shelf->mutex);
    os_condition_init(&shelf->arrived);
}

static void shelf_close(struct shelf *shelf)
{
    os_condition_release(&shelf->arrived);
    os_mutex_release(&shelf->mutex);
}

static void end_threads(struct shelf *shelf, struct os_thread *threads, int count)
{
    os_mutex_lock(&shelf->mutex);
    shelf->closing = true;
    os_condition_broadcast(&shelf->arrived);
    os_mutex_unlock(&shelf->mutex);
    for (int i = 0; i < count; i++)
        os_thread_join(&threads[i]);
}

static void answers_from_other_threads_reach_their_requests(void **state)
{
    (void)state;
    static struct shelf shelf;
    shelf_open(&shelf);
    struct http_server *server = peer_serve(keep, &shelf, 0);
    struct os_thread threads[3];
    for (int i = 0; i < 3; i++)
        os_thread_start(&threads[i], "answer", answer_all, &shelf);

    enum { PEERS = 32, ROUNDS = 60 };
    int peers[PEERS];
    for (int i = 0; i < PEERS; i++)
        peers[i] = peer_connect(server);
    for (int round = 0; round < ROUNDS; round++) {
        char words[128];
        for (int i = 0; i < PEERS; i++) {
            (void)snprintf(words, sizeof words, "GET /?%d-%d HTTP/1.1\r\nHost: x\r\n\r\n", round,
                           i);
            assert_true(peer_say(peers[i], words));
        }
        for (int i = 0; i < PEERS; i++) {
            struct peer_answer answer;
            peer_read(peers[i], &answer);
            (void)snprintf(words, sizeof words, "late %d-%d", round, i);
            assert_int_equal(answer.status, 200);
            assert_string_equal(answer.body, words);
        }
    }
    for (int i = 0; i < PEERS; i++)
        peer_close(peers[i]);
    end_threads(&shelf, threads, 3);
    http_server_stop(server);
    shelf_close(&shelf);
}

static void wait_for(struct shelf *shelf, int count)
{
    for (int waited = 0;; waited++) {
        os_mutex_lock(&shelf->mutex);
        int arrived = shelf->count;
        os_mutex_unlock(&shelf->mutex);
        if (arrived >= count) return;
        assert_true(waited < 5000);
        os_sleep_ms(1);
    }
}

static void keeps_many_requests_without_a_thread_each(void **state)
{
    (void)state;
    static struct shelf shelf;
    shelf_open(&shelf);
    struct http_server *server = peer_serve(keep, &shelf, 0);
    enum { PEERS = 400 };
    static int peers[PEERS];
    for (int i = 0; i < PEERS; i++) {
        peers[i] = peer_connect(server);
        char words[128];
        (void)snprintf(words, sizeof words, "GET /?%d HTTP/1.1\r\nHost: x\r\n\r\n", i);
        assert_true(peer_say(peers[i], words));
    }
    wait_for(&shelf, PEERS);
    assert_int_equal(http_server_pending(server), PEERS);
    for (int i = 0; i < PEERS; i += 3)
        peer_close(peers[i]); /* a third goes away meanwhile */
    struct os_thread thread;
    os_thread_start(&thread, "answer", answer_all, &shelf);
    for (int i = 0; i < PEERS; i++) {
        if (i % 3 == 0) continue;
        struct peer_answer answer;
        peer_read(peers[i], &answer);
        char words[32];
        (void)snprintf(words, sizeof words, "late %d", i);
        assert_string_equal(answer.body, words);
        peer_close(peers[i]);
    }
    end_threads(&shelf, &thread, 1);
    assert_int_equal(http_server_pending(server), 0);
    http_server_stop(server);
    shelf_close(&shelf);
}

/* --- streams --- */

enum { LINES = 5000, LINE_SIZE = 100 };

struct source {
    struct os_thread thread;
    struct os_mutex mutex;
    struct http_request *request;
    int made; /* lines that may be taken */
    int taken;
    int lines; /* how many there are; -1: breaks off after 10 */
    bool waiting;
    atomic_int done;
};

static int64_t fill(void *context, char *bytes, size_t size)
{
    struct source *source = context;
    os_mutex_lock(&source->mutex);
    int64_t got = HTTP_STREAM_LATER;
    if (source->lines == -1 && source->taken == 10) {
        got = HTTP_STREAM_BROKEN;
    } else if (source->taken == source->lines) {
        got = 0;
    } else if (source->taken < source->made) {
        assert_true(size > LINE_SIZE);
        got = snprintf(bytes, size, "%0*d\n", LINE_SIZE - 1, source->taken++);
    } else {
        source->waiting = true;
    }
    os_mutex_unlock(&source->mutex);
    return got;
}

static void done(void *context)
{
    struct source *source = context;
    os_mutex_lock(&source->mutex);
    source->request = NULL;
    os_mutex_unlock(&source->mutex);
    (void)atomic_fetch_add(&source->done, 1);
}

static void make_lines(void *context)
{
    struct source *source = context;
    for (int i = 1; i <= LINES; i++) {
        os_mutex_lock(&source->mutex);
        source->made = i;
        if (source->waiting && source->request) {
            source->waiting = false;
            http_stream_more(source->request);
        }
        os_mutex_unlock(&source->mutex);
    }
}

static void stream_lines(void *context, struct http_request *request)
{
    struct source *source = context;
    source->request = request;
    struct http_response head;
    http_response_init(&head, 200, "application/x-ndjson");
    struct http_stream stream = {.fill = fill, .done = done, .context = source};
    http_respond_stream(request, &head, &stream);
}

static void source_open(struct source *source, int lines)
{
    memset(source, 0, sizeof *source);
    os_mutex_init(&source->mutex);
    source->lines = lines;
}

static enum status count_lines(void *context, const char *bytes, size_t size, struct error *error)
{
    (void)error;
    buffer_append(context, bytes, size);
    return STATUS_OK;
}

static struct http_server *serve_locally(const char *path, http_handler *handler, void *context)
{
    struct http_options options = {
        .unix_path = path, .thread_count = 1, .handler = handler, .context = context};
    struct http_server *server = NULL;
    struct error error = {0};
    assert_int_equal(http_server_start(&options, &server, &error), STATUS_OK);
    return server;
}

static void streams_what_another_thread_makes(void **state)
{
    (void)state;
    static struct source source;
    source_open(&source, LINES);
    const char *path = "late_test.sock";
    struct http_server *server = serve_locally(path, stream_lines, &source);
    os_thread_start(&source.thread, "make", make_lines, &source);

    struct http_client *client = NULL;
    struct error error = {0};
    struct buffer all;
    buffer_init(&all, 1 << 20);
    assert_int_equal(http_client_open(path, &client, &error), STATUS_OK);
    int code = 0;
    assert_int_equal(
        http_client_stream(client, "GET", "/lines?x=1", &code, count_lines, &all, &error),
        STATUS_OK);
    assert_int_equal(code, 200);
    assert_int_equal(all.size, LINES * LINE_SIZE);
    for (int i = 0; i < LINES; i++) {
        assert_int_equal(strtol(all.bytes + i * LINE_SIZE, NULL, 10), i);
    }
    http_client_close(client);
    os_thread_join(&source.thread);
    http_server_stop(server);
    assert_int_equal(atomic_load(&source.done), 1);
    buffer_release(&all);
    os_mutex_release(&source.mutex);
}

static void a_broken_stream_does_not_look_whole(void **state)
{
    (void)state;
    static struct source source;
    source_open(&source, -1);
    source.made = LINES;
    struct http_server *server = peer_serve(stream_lines, &source, 0);
    int peer = peer_connect(server);
    assert_true(peer_say(peer, "GET /lines HTTP/1.1\r\nHost: x\r\n\r\n"));
    static struct peer_answer answer;
    peer_read(peer, &answer);
    assert_int_equal(answer.status, -1);
    peer_close(peer);
    http_server_stop(server);
    assert_int_equal(atomic_load(&source.done), 1);
    os_mutex_release(&source.mutex);
}

static void a_stream_ends_when_its_reader_goes_or_the_server_stops(void **state)
{
    (void)state;
    for (int reader_goes = 0; reader_goes < 2; reader_goes++) {
        static struct source source;
        source_open(&source, LINES);
        source.made = 50;
        struct http_server *server = peer_serve(stream_lines, &source, 0);
        int peer = peer_connect(server);
        assert_true(peer_say(peer, "GET /lines HTTP/1.1\r\nHost: x\r\n\r\n"));
        static struct peer_answer answer;
        peer_read_head(peer, &answer);
        assert_int_equal(answer.status, 200);
        if (reader_goes) peer_close(peer);
        http_server_stop(server); /* the stream sleeps for want of lines */
        assert_int_equal(atomic_load(&source.done), 1);
        if (!reader_goes) peer_close(peer);
        os_mutex_release(&source.mutex);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_from_other_threads_reach_their_requests),
        cmocka_unit_test(keeps_many_requests_without_a_thread_each),
        cmocka_unit_test(streams_what_another_thread_makes),
        cmocka_unit_test(a_broken_stream_does_not_look_whole),
        cmocka_unit_test(a_stream_ends_when_its_reader_goes_or_the_server_stops),
    };
    return cmocka_run_group_tests_name("http_late", tests, NULL, NULL);
}
