/* Answers that many get are made once: each request gets its own all the same. */
#include "http_peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { VARIANTS = 9, REQUESTS = 3000 };

/* The digit of the path says which answer: of another kind, with another body, or both. */
static void answer(void *context, struct http_request *request)
{
    (void)context;
    struct text path = http_request_path(request);
    int variant = path.bytes[1] - '0';
    bool is_longer = path.size > 2;
    struct http_response response;
    http_response_init(&response, variant == 8 ? 404 : 200, "text/plain");
    response.is_common = true;
    char kind[8];
    (void)snprintf(kind, sizeof kind, "kind%d", variant / 2);
    http_response_header(&response, "X-Kind", kind);
    if (variant == 7) http_response_header_literal(&response, "X-More", "yes");
    buffer_printf(&response.body, "%d", variant % 2);
    for (int i = 0; is_longer && i < 100; i++)
        buffer_append_byte(&response.body, 'x');
    http_respond(request, &response);
}

static void check(const struct peer_answer *got, int variant, bool is_longer)
{
    char kind[8];
    (void)snprintf(kind, sizeof kind, "kind%d", variant / 2);
    assert_int_equal(got->status, variant == 8 ? 404 : 200);
    assert_true(peer_header_is(got, "X-Kind", kind));
    assert_int_equal(strstr(got->head, "X-More") != NULL, variant == 7);
    assert_int_equal(got->body[0] - '0', variant % 2);
    assert_int_equal(got->body_size, is_longer ? 101 : 1);
}

static void each_request_gets_its_own_answer(void **state)
{
    (void)state;
    struct http_server *server = peer_serve(answer, NULL, 0);
    unsigned seed = 7;
    int peer = peer_connect(server);
    for (int i = 0; i < REQUESTS; i++) {
        int variant = rand_r(&seed) % VARIANTS;
        bool is_longer = rand_r(&seed) % 8 == 0;
        char words[100];
        (void)snprintf(words, sizeof words,
                       "POST /%d%s HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab", variant,
                       is_longer ? "y" : "");
        assert_true(peer_say(peer, words));
        struct peer_answer got;
        peer_read(peer, &got);
        check(&got, variant, is_longer);
    }
    peer_close(peer);
    http_server_stop(server);
}

static void head_gets_no_body_of_an_answer_that_had_one(void **state)
{
    (void)state;
    struct http_server *server = peer_serve(answer, NULL, 0);
    static const char *const methods[] = {"GET", "HEAD", "head", "GET"};
    int peer = peer_connect(server);
    for (size_t i = 0; i < 4; i++) {
        char words[100];
        (void)snprintf(words, sizeof words, "%s /1 HTTP/1.1\r\nHost: x\r\n\r\n", methods[i]);
        assert_true(peer_say(peer, words));
        struct peer_answer got;
        if (i == 1 || i == 2) {
            peer_read_head(peer, &got);
            assert_int_equal(got.status, 200);
        } else {
            peer_read(peer, &got);
            check(&got, 1, false);
        }
    }
    peer_close(peer);
    http_server_stop(server);
}

/* Answers that nobody has read yet leave the cache before they are sent. */
static void an_answer_outlives_its_place(void **state)
{
    (void)state;
    struct http_server *server = peer_serve(answer, NULL, 0);
    enum { PEERS = 24 };
    int peers[PEERS];
    for (int i = 0; i < PEERS; i++) {
        peers[i] = peer_connect(server);
        for (int n = 0; n < 4; n++) {
            char words[100];
            (void)snprintf(words, sizeof words, "GET /%d HTTP/1.1\r\nHost: x\r\n\r\n",
                           (i + n) % VARIANTS);
            assert_true(peer_say(peers[i], words));
        }
    }
    for (int i = 0; i < PEERS; i++) {
        for (int n = 0; n < 4; n++) {
            struct peer_answer got;
            peer_read(peers[i], &got);
            check(&got, (i + n) % VARIANTS, false);
        }
        peer_close(peers[i]);
    }
    http_server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_request_gets_its_own_answer),
        cmocka_unit_test(head_gets_no_body_of_an_answer_that_had_one),
        cmocka_unit_test(an_answer_outlives_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
