/* What the handler gets to see of a request, and what never reaches it. */
#include "http_peer.h"
#include "os/os_clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct http_server *server;

static int start(void **state)
{
    (void)state;
    server = peer_serve(peer_echo, NULL, 0);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    http_server_stop(server);
    return 0;
}

/* The answer to raw words on a new connection. */
static void ask(const char *words, struct peer_answer *answer)
{
    int peer = peer_connect(server);
    assert_true(peer_say(peer, words));
    peer_read(peer, answer);
    peer_close(peer);
}

static void hands_over_every_part_of_a_request(void **state)
{
    (void)state;
    struct peer_answer answer;
    ask("POST /track/?a=%41&b=1+2 HTTP/1.1\r\nHost: x\r\nx-say: hello\r\n"
        "Cookie: a=1; c=two; cc=3\r\nContent-Length: 3\r\n\r\nabc",
        &answer);
    assert_int_equal(answer.status, 200);
    assert_true(peer_header_is(&answer, "X-Kind", "test"));
    char expected[200];
    (void)snprintf(expected, sizeof expected, "POST\n/track/\na=%%41&b=1+2\n0\nhello\ntwo\n3\n%u\n",
                   peer_sum("abc", 3));
    assert_string_equal(answer.body, expected);
}

static void decodes_the_path_and_leaves_the_query(void **state)
{
    (void)state;
    struct peer_answer answer;
    ask("GET /a%2Fb+c%zz%?q=%20&&=? HTTP/1.1\r\nHost: x\r\n\r\n", &answer);
    assert_non_null(strstr(answer.body, "GET\n/a/b+c%zz%\nq=%20&&=?\n0\n"));
}

static void takes_a_whole_address_for_a_target(void **state)
{
    (void)state;
    struct peer_answer answer;
    ask("GET http://other/track?x=1 HTTP/1.1\r\nHost: x\r\n\r\n", &answer);
    assert_non_null(strstr(answer.body, "GET\n/track\nx=1\n"));
    ask("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", &answer);
    assert_non_null(strstr(answer.body, "OPTIONS\n*\n\n"));
    ask("GET http://other?x=1 HTTP/1.1\r\nHost: x\r\n\r\n", &answer);
    assert_non_null(strstr(answer.body, "GET\n\nx=1\n"));
}

static void reads_the_body_of_a_method_in_lower_case(void **state)
{
    (void)state;
    struct peer_answer answer;
    ask("post /track HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nabcd", &answer);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.body, "post\n/track\n\n0\n\n\n4\n"));
}

static void answers_head_without_a_body(void **state)
{
    (void)state;
    static const char *const heads[] = {"HEAD", "head", "Head"};
    for (size_t i = 0; i < 3; i++) {
        char words[200];
        (void)snprintf(words, sizeof words, "%s /x HTTP/1.1\r\nHost: x\r\n\r\n", heads[i]);
        int peer = peer_connect(server);
        assert_true(peer_say(peer, words));
        struct peer_answer answer;
        peer_read_head(peer, &answer);
        assert_int_equal(answer.status, 200);
        /* What comes next is the next answer, not a body. */
        assert_true(peer_say(peer, "GET /y HTTP/1.1\r\nHost: x\r\n\r\n"));
        peer_read(peer, &answer);
        assert_int_equal(answer.status, 200);
        assert_non_null(strstr(answer.body, "GET\n/y\n"));
        peer_close(peer);
    }
}

static void answers_pipelined_requests_in_their_order(void **state)
{
    (void)state;
    int peer = peer_connect(server);
    assert_true(peer_say(peer, "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
                               "GET /2 HTTP/1.1\r\nHost: x\r\n\r\n"
                               "POST /3 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                               "3\r\nabc\r\n0\r\n\r\n"
                               "GET /4 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    for (int i = 1; i <= 4; i++) {
        struct peer_answer answer;
        peer_read(peer, &answer);
        char path[16];
        (void)snprintf(path, sizeof path, "\n/%d\n", i);
        assert_int_equal(answer.status, 200);
        assert_non_null(strstr(answer.body, path));
    }
    assert_true(peer_is_closed(peer));
    peer_close(peer);
}

static void takes_a_head_of_nearly_128_kilobytes(void **state)
{
    (void)state;
    /* One long value, and many short ones. */
    static const char *const pieces[] = {"aaaaaaaaaaaaaaaa", "a=1234567&bcd=23"};
    for (size_t i = 0; i < 2; i++) {
        struct buffer words;
        buffer_init(&words, 1 << 20);
        buffer_append_string(&words, "GET /track?data=");
        size_t query_max = i == 0 ? 125 * 1024 : 24 * 1024;
        while (words.size < query_max)
            buffer_append_string(&words, pieces[i]);
        size_t query_size = words.size - strlen("GET /track?");
        buffer_append_string(&words, " HTTP/1.1\r\nHost: x\r\n\r\n");
        int peer = peer_connect(server);
        assert_true(peer_send(peer, words.bytes, words.size));
        static struct peer_answer answer;
        peer_read_head(peer, &answer);
        assert_int_equal(answer.status, 200);
        assert_true(query_size > query_max - 64);
        buffer_release(&words);
        peer_close(peer);
    }
}

/* The status of a GET with a target of so many bytes, behind a POST on one connection. */
static int long_get_after_post(const char *post_headers, size_t post_padding, size_t target_size)
{
    struct buffer words;
    buffer_init(&words, 1 << 20);
    buffer_append_string(&words, "POST /track HTTP/1.1\r\nHost: x\r\nX-Pad: ");
    for (size_t i = 0; i < post_padding; i++)
        buffer_append_string(&words, "p");
    buffer_append_string(&words, "\r\n");
    buffer_append_string(&words, post_headers);
    buffer_append_string(&words, "Content-Length: 1\r\n\r\nx");
    size_t first = words.size;
    buffer_append_string(&words, "GET /track?data=");
    while (words.size - first < target_size)
        buffer_append_string(&words, "aaaaaaaaaaaaaaaa");
    buffer_append_string(&words, " HTTP/1.1\r\nHost: x\r\n\r\n");
    int peer = peer_connect(server);
    static struct peer_answer answer;
    assert_true(peer_send(peer, words.bytes, first));
    peer_read(peer, &answer);
    assert_int_equal(answer.status, 200);
    (void)peer_send(peer, words.bytes + first, words.size - first);
    peer_read_head(peer, &answer);
    buffer_release(&words);
    peer_close(peer);
    return answer.status;
}

static void takes_64_kilobytes_of_head_after_a_post(void **state)
{
    (void)state;
    assert_int_equal(long_get_after_post("", 0, 64 * 1024), 200);
    assert_int_equal(long_get_after_post("Origins: https://a.example\r\n", 0, 64 * 1024), 200);
}

static void takes_16_kilobytes_of_head_after_a_post_of_a_page(void **state)
{
    (void)state;
    assert_int_equal(long_get_after_post("Origin: https://a.example\r\n", 0, 16 * 1024), 200);
    assert_int_equal(long_get_after_post("oRIGIN:null\r\n", 0, 16 * 1024), 200);
    int status = long_get_after_post("Origin: https://a.example\r\n", 0, 64 * 1024);
    assert_true(status == 414 || status == 431);
}

/* Whoever begins with a head that large may go on with larger ones. */
static void takes_more_after_a_long_post_of_a_page(void **state)
{
    (void)state;
    assert_int_equal(long_get_after_post("Origin: https://a.example\r\n", 2048, 64 * 1024), 200);
}

/* The kernel holds a connection back until its first bytes come, and gives it up to us after a
 * second or so without any. */
static void waits_for_one_who_connects_and_thinks_first(void **state)
{
    (void)state;
    static const uint32_t pauses_ms[] = {0, 50, 1500};
    for (size_t i = 0; i < 3; i++) {
        int peer = peer_connect(server);
        os_sleep_ms(pauses_ms[i]);
        assert_true(peer_say(peer, "P"));
        os_sleep_ms(pauses_ms[i] / 10);
        assert_true(peer_say(peer, "OST /late HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"));
        struct peer_answer answer;
        peer_read(peer, &answer);
        assert_int_equal(answer.status, 200);
        peer_close(peer);
    }
}

static void refuses_a_head_that_is_too_large(void **state)
{
    (void)state;
    struct buffer words;
    buffer_init(&words, 1 << 20);
    buffer_append_string(&words, "GET /track?data=");
    while (words.size < 300 * 1024)
        buffer_append_string(&words, "aaaaaaaaaaaaaaaa");
    buffer_append_string(&words, " HTTP/1.1\r\nHost: x\r\n\r\n");
    int peer = peer_connect(server);
    (void)peer_send(peer, words.bytes, words.size);
    struct peer_answer answer;
    peer_read_head(peer, &answer);
    /* 0: the answer was lost because we were still sending. */
    assert_true(answer.status == 414 || answer.status == 431 || answer.status == 0);
    buffer_release(&words);
    peer_close(peer);
}

static void refuses_bytes_that_a_proxy_could_read_otherwise(void **state)
{
    (void)state;
    static const char *const requests[] = {
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
        "0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost : x\r\nHost: y\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        "\x16\x03\x01\x02\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        struct peer_answer answer;
        ask(requests[i], &answer);
        bool refused = answer.status == 0 || (answer.status >= 400 && answer.status < 500) ||
                       answer.status == 501;
        if (!refused) print_message("request %zu was answered %d\n", i, answer.status);
        assert_true(refused);
    }
}

static void error_pages_do_not_quote_the_request(void **state)
{
    (void)state;
    struct peer_answer answer;
    ask("GET /secret-canary HTTP/1.1\r\nX: secret-canary\r\n\r\n", &answer);
    assert_int_equal(answer.status, 400);
    assert_null(strstr(answer.body, "canary"));
    assert_null(strstr(answer.head, "canary"));
}

static void forgets_a_request_that_is_cut_off(void **state)
{
    (void)state;
    static const char whole[] = "POST /track?data=1 HTTP/1.1\r\nHost: x\r\nX-Say: hello\r\n"
                                "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n";
    for (size_t size = 0; size + 1 < sizeof whole - 1; size++) {
        int peer = peer_connect(server);
        assert_true(peer_send(peer, whole, size));
        if (size % 2 == 0) peer_half_close(peer);
        peer_close(peer);
    }
    assert_int_equal(http_server_pending(server), 0);
}

static void survives_random_bytes(void **state)
{
    (void)state;
    static const char *const words[] = {
        "GET ",  "POST ", "/",    "?",        "HTTP/1.1",
        "\r\n",  "\n",    ":",    "Host: x",  "Content-Length: 5",
        "chunk", "%",     "\xff", "\r\n\r\n", "Expect: 100-continue"};
    unsigned seed = 20261121;
    srandom(seed);
    for (int round = 0; round < 200; round++) {
        int peer = peer_connect(server);
        for (int i = 0; i < 30; i++) {
            const char *word = words[(size_t)random() % (sizeof words / sizeof words[0])];
            if (!peer_say(peer, word)) break;
        }
        peer_close(peer);
    }
    struct peer_answer answer;
    ask("GET /alive HTTP/1.1\r\nHost: x\r\n\r\n", &answer);
    assert_int_equal(answer.status, 200);
}

static void refuses_addresses_it_cannot_listen_on(void **state)
{
    (void)state;
    static const char *const addresses[] = {
        "",      "8080",           "127.0.0.1", "127.0.0.1:", ":8080",      "::1:80",
        "[::1]", "[127.0.0.1]:80", "a.b:80",    "1.2.3.4:x",  "1.2.3.4:-1", "1.2.3.4:65536"};
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        struct http_options options = {.listen = addresses[i], .handler = peer_echo};
        struct http_server *none = NULL;
        struct error error = {0};
        assert_int_equal(http_server_start(&options, &none, &error), STATUS_INVALID);
        assert_non_null(strstr(error.message, "expected an address and a port"));
    }
    char taken[32];
    (void)snprintf(taken, sizeof taken, "localhost:%u", http_server_port(server));
    struct http_options options = {.listen = taken, .handler = peer_echo};
    struct http_server *none = NULL;
    struct error error = {0};
    assert_int_equal(http_server_start(&options, &none, &error), STATUS_IO);
    assert_non_null(strstr(error.message, "in use"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_over_every_part_of_a_request),
        cmocka_unit_test(decodes_the_path_and_leaves_the_query),
        cmocka_unit_test(takes_a_whole_address_for_a_target),
        cmocka_unit_test(reads_the_body_of_a_method_in_lower_case),
        cmocka_unit_test(answers_head_without_a_body),
        cmocka_unit_test(answers_pipelined_requests_in_their_order),
        cmocka_unit_test(takes_a_head_of_nearly_128_kilobytes),
        cmocka_unit_test(takes_64_kilobytes_of_head_after_a_post),
        cmocka_unit_test(takes_16_kilobytes_of_head_after_a_post_of_a_page),
        cmocka_unit_test(takes_more_after_a_long_post_of_a_page),
        cmocka_unit_test(waits_for_one_who_connects_and_thinks_first),
        cmocka_unit_test(refuses_a_head_that_is_too_large),
        cmocka_unit_test(refuses_bytes_that_a_proxy_could_read_otherwise),
        cmocka_unit_test(error_pages_do_not_quote_the_request),
        cmocka_unit_test(forgets_a_request_that_is_cut_off),
        cmocka_unit_test(survives_random_bytes),
        cmocka_unit_test(refuses_addresses_it_cannot_listen_on),
    };
    return cmocka_run_group_tests_name("http_request", tests, start, stop);
}
