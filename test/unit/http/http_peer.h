/* The other end of a connection, as rude as a test needs it: raw bytes over TCP, and a server whose
 * handler says back what it was given. */
#ifndef CANDOR_TEST_HTTP_PEER_H
#define CANDOR_TEST_HTTP_PEER_H

#include "base/buffer.h"
#include "http/http.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A server on a free port of the loopback address. */
struct http_server *peer_serve(http_handler *handler, void *context, uint64_t body_size_max);

/* Answers with one line for each thing it was told:
 *   method, path, query, problem, X-Say header, cookie "c", body size, body checksum */
void peer_echo(void *context, struct http_request *request);
void peer_answer(struct http_request *request, int status, const char *words);

uint32_t peer_sum(const char *bytes, size_t size);

int peer_connect(const struct http_server *server);
void peer_close(int peer);
void peer_half_close(int peer);
/* False when the other end is gone. */
bool peer_send(int peer, const char *bytes, size_t size);
bool peer_say(int peer, const char *words);

struct peer_answer {
    int status; /* 0: the connection ended without an answer */
    char head[2048];
    char body[8192];
    size_t body_size;
};
/* One whole answer with a Content-Length or in chunks. */
void peer_read(int peer, struct peer_answer *answer);
/* The same, of which the client knows that it has no body. */
void peer_read_head(int peer, struct peer_answer *answer);
/* True if the peer's end is closed and nothing came before. */
bool peer_is_closed(int peer);

bool peer_header_is(const struct peer_answer *answer, const char *name, const char *value);

#endif
