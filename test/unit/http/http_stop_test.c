/* Stopping while requests are kept; the local socket; the client. */
#include "http/http_client.h"
#include "http_peer.h"
#include "os/os_clock.h"
#include "os/os_file.h"
#include "os/os_thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static const char socket_path[] = "stop_test.sock";

/* Keeps the first request, answers the others at once. */
struct holder {
    struct http_request *_Atomic held;
};

static void hold_first(void *context, struct http_request *request)
{
    struct holder *holder = context;
    if (http_request_problem(request) == HTTP_STOPPING) {
        peer_answer(request, 503, "stopping");
    } else if (!atomic_load(&holder->held)) {
        atomic_store(&holder->held, request);
    } else {
        peer_answer(request, 200, "now");
    }
}

static void answer_after_a_while(void *context)
{
    struct holder *holder = context;
    os_sleep_ms(50);
    peer_answer(atomic_load(&holder->held), 200, "kept");
}

static void stops_after_the_last_answer_has_left(void **state)
{
    (void)state;
    struct holder holder = {.held = NULL};
    struct http_server *server = peer_serve(hold_first, &holder, 0);
    int kept = peer_connect(server);
    int live = peer_connect(server);
    struct peer_answer answer;
    assert_true(peer_say(kept, "GET /kept HTTP/1.1\r\nHost: x\r\n\r\n"));
    while (!atomic_load(&holder.held))
        os_sleep_ms(1);
    assert_true(peer_say(live, "GET /live HTTP/1.1\r\nHost: x\r\n\r\n"));
    peer_read(live, &answer);
    assert_string_equal(answer.body, "now");

    http_server_quiesce(server);
    http_server_quiesce(server);
    assert_int_equal(http_server_pending(server), 1);
    assert_true(peer_say(live, "GET /live HTTP/1.1\r\nHost: x\r\n\r\n"));
    peer_read(live, &answer);
    assert_int_equal(answer.status, 503);
    assert_true(peer_header_is(&answer, "Connection", "close"));
    assert_true(peer_is_closed(live));
    int late = peer_connect(server);
    assert_true(peer_say(late, "GET /late HTTP/1.1\r\nHost: x\r\n\r\n"));
    peer_read(late, &answer);
    assert_int_equal(answer.status, 503);
    peer_close(late);

    struct os_thread thread;
    os_thread_start(&thread, "answer", answer_after_a_while, &holder);
    http_server_stop(server);
    peer_read(kept, &answer);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, "kept");
    os_thread_join(&thread);
    peer_close(kept);
    peer_close(live);
}

static void stops_while_clients_are_in_the_middle(void **state)
{
    (void)state;
    static const char *const beginnings[] = {
        "",
        "GET /",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\nabcd",
        "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /",
    };
    enum { COUNT = sizeof beginnings / sizeof beginnings[0] };
    struct http_server *server = peer_serve(peer_echo, NULL, 0);
    int peers[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        peers[i] = peer_connect(server);
        assert_true(peer_say(peers[i], beginnings[i]));
    }
    os_sleep_ms(20);
    http_server_stop(server);
    for (size_t i = 0; i < COUNT; i++)
        peer_close(peers[i]);
}

static struct http_server *serve_locally(http_handler *handler, void *context, enum status expected)
{
    struct http_options options = {.unix_path = socket_path,
                                   .thread_count = 1,
                                   .body_size_max = 4096,
                                   .handler = handler,
                                   .context = context};
    struct http_server *server = NULL;
    struct error error = {0};
    assert_int_equal(http_server_start(&options, &server, &error), expected);
    return server;
}

static void say_local(void *context, struct http_request *request)
{
    (void)context;
    peer_answer(request, 200, http_request_is_local(request) ? "local" : "not local");
}

static void the_local_socket_is_for_one_user_and_one_server(void **state)
{
    (void)state;
    struct http_server *server = serve_locally(say_local, NULL, STATUS_OK);
    struct stat found;
    assert_int_equal(stat(socket_path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    (void)serve_locally(say_local, NULL, STATUS_BUSY);
    http_server_stop(server);
    assert_int_equal(stat(socket_path, &found), -1);
}

static void replaces_a_stale_socket_and_nothing_else(void **state)
{
    (void)state;
    int stale = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path);
    assert_int_equal(bind(stale, (struct sockaddr *)&address, sizeof address), 0);
    (void)close(stale); /* the file stays, as after a kill */
    http_server_stop(serve_locally(say_local, NULL, STATUS_OK));

    struct os_file file;
    struct error error;
    assert_int_equal(os_file_open(&file, socket_path, OS_FILE_WRITE_NEW, &error), STATUS_OK);
    os_file_close(&file);
    (void)serve_locally(say_local, NULL, STATUS_INVALID);
    assert_true(os_exists(socket_path));
    assert_int_equal(os_remove(socket_path, &error), STATUS_OK);

    char long_path[300];
    memset(long_path, 'a', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    struct http_options options = {.unix_path = long_path, .handler = say_local};
    struct http_server *none;
    assert_int_equal(http_server_start(&options, &none, &error), STATUS_TOO_LARGE);
}

static void the_client_says_when_nobody_listens(void **state)
{
    (void)state;
    struct http_client *client;
    struct error error = {0};
    assert_int_equal(http_client_open("nobody.sock", &client, &error), STATUS_ABSENT);
    assert_true(error.message[0] != '\0');
    http_client_close(NULL);
}

static void the_client_exchanges_calls_on_one_connection(void **state)
{
    (void)state;
    struct http_server *server = serve_locally(peer_echo, NULL, STATUS_OK);
    struct http_client *client;
    struct error error = {0};
    assert_int_equal(http_client_open(socket_path, &client, &error), STATUS_OK);
    struct buffer answer;
    buffer_init(&answer, 256);
    int code = 0;
    uint64_t began = os_clock_monotonic_ns();
    for (int i = 0; i < 20; i++) {
        buffer_clear(&answer);
        bool is_post = i % 2 == 0;
        enum status status =
            http_client_call(client, is_post ? "POST" : "GET", "/local/x?a=b%20c", NULL,
                             is_post ? TEXT("{\"a\":1}") : TEXT(""), &code, &answer, &error);
        assert_int_equal(status, STATUS_OK);
        assert_int_equal(code, 200);
        buffer_append_byte(&answer, '\0');
        assert_non_null(strstr(answer.bytes, is_post ? "POST\n/local/x\na=b%20c\n0\n\n\n7\n"
                                                     : "GET\n/local/x\na=b%20c\n0\n\n\n0\n"));
    }
    assert_true(os_clock_monotonic_ns() - began < 2000000000U);
    http_server_stop(server);
    assert_int_equal(http_client_call(client, "GET", "/", NULL, TEXT(""), &code, &answer, &error),
                     STATUS_ABSENT);
    http_client_close(client);
    buffer_release(&answer);
}

static void the_client_has_limits(void **state)
{
    (void)state;
    struct http_server *server = serve_locally(peer_echo, NULL, STATUS_OK);
    struct http_client *client;
    struct error error = {0};
    assert_int_equal(http_client_open(socket_path, &client, &error), STATUS_OK);
    struct buffer answer;
    buffer_init(&answer, 10);
    int code = 0;
    assert_int_equal(http_client_call(client, "GET", "/", NULL, TEXT(""), &code, &answer, &error),
                     STATUS_TOO_LARGE);
    buffer_release(&answer);

    static char large[300000];
    memset(large, 'x', sizeof large);
    buffer_init(&answer, 1000);
    assert_int_equal(http_client_call(client, "POST", "/", "text/plain",
                                      (struct text){large, sizeof large}, &code, &answer, &error),
                     STATUS_OK);
    assert_int_equal(code, 413);
    buffer_release(&answer);
    http_client_close(client);
    http_server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stops_after_the_last_answer_has_left),
        cmocka_unit_test(stops_while_clients_are_in_the_middle),
        cmocka_unit_test(the_local_socket_is_for_one_user_and_one_server),
        cmocka_unit_test(replaces_a_stale_socket_and_nothing_else),
        cmocka_unit_test(the_client_says_when_nobody_listens),
        cmocka_unit_test(the_client_exchanges_calls_on_one_connection),
        cmocka_unit_test(the_client_has_limits),
    };
    return cmocka_run_group_tests_name("http_stop", tests, NULL, NULL);
}
