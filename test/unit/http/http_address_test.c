/* Who sent a request: the connection's other end, and what proxies say of it. */
#include "http_peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ROOM = 24 };

/* Answers with the address in hex, and X-Forwarded-For as far as it has room. */
static void tell(void *context, struct http_request *request)
{
    (void)context;
    char words[200] = "";
    char room[ROOM];
    size_t size = 0;
    struct text peer = http_request_peer(request);
    for (size_t i = 0; i < peer.size; i++)
        size += (size_t)snprintf(words + size, sizeof words - size, "%02x",
                                 (unsigned char)peer.bytes[i]);
    struct text forwarded = http_request_headers(request, "x-forwarded-for", room, sizeof room);
    (void)snprintf(words + size, sizeof words - size, "|%.*s|", TEXT_PRINT(forwarded));
    peer_answer(request, 200, words);
}

static void assert_told(const char *headers, const char *expected)
{
    struct http_server *server = peer_serve(tell, NULL, 0);
    struct peer_answer answer;
    char words[400];
    int peer = peer_connect(server);
    (void)snprintf(words, sizeof words, "GET / HTTP/1.1\r\nHost: x\r\n%s\r\n", headers);
    assert_true(peer_say(peer, words));
    peer_read(peer, &answer);
    peer_close(peer);
    http_server_stop(server);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, expected);
}

static void tells_the_other_end_of_the_connection(void **state)
{
    (void)state;
    assert_told("", "7f000001||");
}

static void joins_headers_of_one_name_in_their_order(void **state)
{
    (void)state;
    assert_told("X-Forwarded-For: 1.1.1.1\r\nX-Other: y\r\nx-forwarded-for: 2.2.2.2, 3\r\n",
                "7f000001|1.1.1.1,2.2.2.2, 3|");
}

/* A client may write anything before what its proxy adds: the end is what counts. */
static void keeps_the_end_of_what_is_too_long(void **state)
{
    (void)state;
    assert_told("X-Forwarded-For: 1.1.1.1, 2.2.2.2\r\nX-Forwarded-For: 192.168.100.200\r\n",
                "7f000001| 2.2.2.2,192.168.100.200|");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_the_other_end_of_the_connection),
        cmocka_unit_test(joins_headers_of_one_name_in_their_order),
        cmocka_unit_test(keeps_the_end_of_what_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
