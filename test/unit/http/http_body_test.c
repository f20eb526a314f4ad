/* Bodies: whole, in pieces, too large, too many, and through a real client. */
#include "base/memory.h"
#include "http_peer.h"

#include <curl/curl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LIMIT = 1024 * 1024 };

static struct http_server *server;

static int start(void **state)
{
    (void)state;
    server = peer_serve(peer_echo, NULL, LIMIT);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    http_server_stop(server);
    return 0;
}

static size_t collect(char *bytes, size_t size, size_t count, void *context)
{
    buffer_append(context, bytes, size * count);
    return size * count;
}

struct exchange {
    long status;
    double seconds;
    struct buffer answer;
};

/* POST by libcurl; an expect of NULL leaves the library's own habit (it asks above 1 MiB). */
static struct exchange post(size_t size, const char *expect, bool chunked)
{
    struct exchange exchange = {0};
    buffer_init(&exchange.answer, 4096);
    char *body = memory_alloc(size + 1, 1);
    for (size_t i = 0; i < size; i++)
        body[i] = (char)('a' + i % 26);

    char url[64];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/track", http_server_port(server));
    struct curl_slist *headers = expect ? curl_slist_append(NULL, expect) : NULL;
    if (chunked) headers = curl_slist_append(headers, "Transfer-Encoding: chunked");
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)size);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange.answer);
    CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) print_message("curl: %s\n", curl_easy_strerror(code));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &exchange.status);
    curl_easy_getinfo(curl, CURLINFO_TOTAL_TIME, &exchange.seconds);
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);

    if (exchange.status == 200) {
        char expected[100];
        (void)snprintf(expected, sizeof expected, "POST\n/track\n\n0\n\n\n%zu\n%u\n", size,
                       peer_sum(body, size));
        assert_int_equal(exchange.answer.size, strlen(expected));
        assert_memory_equal(exchange.answer.bytes, expected, strlen(expected));
    }
    memory_free(body);
    buffer_release(&exchange.answer);
    return exchange;
}

static void takes_bodies_of_every_size_up_to_the_limit(void **state)
{
    (void)state;
    static const size_t sizes[] = {0,         1,      255,    256,       257,
                                   16383,     65535,  65536,  65537,     76 * 1024,
                                   77 * 1024, 131073, 500000, LIMIT - 1, LIMIT};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(post(sizes[i], "Expect:", false).status, 200);
        assert_int_equal(post(sizes[i], "Expect:", true).status, 200);
    }
}

static void tells_a_client_that_asks_to_go_on(void **state)
{
    (void)state;
    struct exchange exchange = post(LIMIT, "Expect: 100-continue", false);
    assert_int_equal(exchange.status, 200);
    assert_true(exchange.seconds < 0.9); /* the client gives up waiting after 1 s */
}

static void answers_413_to_a_client_that_is_still_sending(void **state)
{
    (void)state;
    static const size_t sizes[] = {LIMIT + 1, 2 * LIMIT, 10 * LIMIT + 1};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(post(sizes[i], "Expect:", false).status, 413);
        assert_int_equal(post(sizes[i], "Expect:", true).status, 413);
    }
}

static void answers_413_before_the_body_when_asked_first(void **state)
{
    (void)state;
    int peer = peer_connect(server);
    char words[200];
    (void)snprintf(words, sizeof words,
                   "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                   "Content-Length: %d\r\n\r\n",
                   LIMIT + 1);
    assert_true(peer_say(peer, words));
    struct peer_answer answer;
    peer_read(peer, &answer);
    assert_int_equal(answer.status, 413);
    assert_true(peer_header_is(&answer, "Connection", "close"));
    peer_close(peer);
}

static void answers_at_once_when_the_rest_would_take_for_ever(void **state)
{
    (void)state;
    int peer = peer_connect(server);
    assert_true(
        peer_say(peer, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"));
    struct peer_answer answer;
    peer_read(peer, &answer);
    assert_int_equal(answer.status, 413);
    peer_close(peer);
}

static void breaks_off_chunks_without_end(void **state)
{
    (void)state;
    int peer = peer_connect(server);
    assert_true(peer_say(peer, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
    static char chunk[65536 + 16];
    int head = snprintf(chunk, sizeof chunk, "10000\r\n");
    memset(chunk + head, 'x', 65536);
    memcpy(chunk + head + 65536, "\r\n", 2);
    uint64_t sent = 0;
    while (sent < 2 * (uint64_t)HTTP_BODY_DISCARD_MAX) {
        if (!peer_send(peer, chunk, (size_t)head + 65536 + 2)) break;
        sent += 65536;
    }
    assert_true(sent < 2 * (uint64_t)HTTP_BODY_DISCARD_MAX);
    peer_close(peer);
}

static void puts_a_body_together_from_single_bytes(void **state)
{
    (void)state;
    static const char request[] = "POST /slow HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                                  "\r\n3;ext=1\r\nabc\r\n04\r\ndefg\r\n0\r\nTrailer: t\r\n\r\n";
    int peer = peer_connect(server);
    for (size_t i = 0; i < sizeof request - 1; i++)
        assert_true(peer_send(peer, request + i, 1));
    struct peer_answer answer;
    peer_read(peer, &answer);
    assert_int_equal(answer.status, 200);
    char expected[100];
    (void)snprintf(expected, sizeof expected, "POST\n/slow\n\n0\n\n\n7\n%u\n",
                   peer_sum("abcdefg", 7));
    assert_string_equal(answer.body, expected);
    peer_close(peer);
}

static void keeps_the_connection_after_a_large_body(void **state)
{
    (void)state;
    int peer = peer_connect(server);
    static char body[300000];
    for (int i = 0; i < 3; i++) {
        memset(body, 'a' + i, sizeof body);
        char head[100];
        (void)snprintf(head, sizeof head,
                       "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n", sizeof body);
        assert_true(peer_say(peer, head));
        assert_true(peer_send(peer, body, sizeof body));
        struct peer_answer answer;
        peer_read(peer, &answer);
        assert_int_equal(answer.status, 200);
        char sum[32];
        (void)snprintf(sum, sizeof sum, "%zu\n%u\n", sizeof body, peer_sum(body, sizeof body));
        assert_non_null(strstr(answer.body, sum));
    }
    peer_close(peer);
}

/* The books are closed by http_server_stop, which asserts that all bodies were given back. */
static void gives_back_bodies_that_never_end(void **state)
{
    (void)state;
    static char body[200000];
    for (int i = 0; i < 20; i++) {
        int peer = peer_connect(server);
        assert_true(peer_say(peer, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n"));
        assert_true(peer_send(peer, body, sizeof body));
        peer_close(peer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_bodies_of_every_size_up_to_the_limit),
        cmocka_unit_test(tells_a_client_that_asks_to_go_on),
        cmocka_unit_test(answers_413_to_a_client_that_is_still_sending),
        cmocka_unit_test(answers_413_before_the_body_when_asked_first),
        cmocka_unit_test(answers_at_once_when_the_rest_would_take_for_ever),
        cmocka_unit_test(breaks_off_chunks_without_end),
        cmocka_unit_test(puts_a_body_together_from_single_bytes),
        cmocka_unit_test(keeps_the_connection_after_a_large_body),
        cmocka_unit_test(gives_back_bodies_that_never_end),
    };
    return cmocka_run_group_tests_name("http_body", tests, start, stop);
}
