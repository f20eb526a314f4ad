/* HTTP/1.1 by libmicrohttpd behind a handler: limits, deadlines, answers that may come later. No
 * analytics.
 *
 * Worker threads, each with its own epoll: some for each processor, and more when they have their
 * fill of connections (http_internal.h). A request reaches the handler whole. The handler answers
 * at once, or keeps the request and answers later from any thread; the connection sleeps meanwhile
 * and costs no thread. Bodies are never written to disk or log. */
#ifndef CANDOR_HTTP_H
#define CANDOR_HTTP_H

#include "base/buffer.h"
#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct http_server;
struct http_request;

enum {
    HTTP_BODY_ENCODED_MAX = 15 * 1024 * 1024, /* base64 of 10 MiB and percent signs: then 413 */
    HTTP_BODY_DISCARD_MAX = 64 * 1024 * 1024, /* of a body over the limit: read on and thrown away,
                                                  so that the client gets to read the 413 */
    HTTP_BODY_RATE_MIN = 1024,                /* bytes a second after the first HTTP_TIMEOUT_S:
                                                  slower bodies are broken off */
    HTTP_HEAD_SIZE_MAX = 128 * 1024,          /* request line and headers: GET carries data */
    HTTP_POST_HEAD_SIZE_MAX = 64 * 1024,      /* on connections that begin with a POST */
    HTTP_PAGE_HEAD_SIZE_MAX = 16 * 1024,      /* on those that begin with a small POST of a page */
    HTTP_TIMEOUT_S = 30,                      /* a client that sends nothing for so long */
    HTTP_CONNECTION_COUNT_MAX = 10000,
    HTTP_BODIES_TOTAL_MAX = 512 * 1024 * 1024, /* of all requests under way: then 503 */
};

/* Called once for each request, on a worker thread. */
typedef void http_handler(void *context, struct http_request *request);

struct http_options {
    const char *listen;     /* "127.0.0.1:8080", "[::1]:0"; NULL with unix_path */
    const char *unix_path;  /* a local socket instead, mode 0600; replaced when it is stale */
    unsigned thread_count;  /* 0: one for each processor */
    uint64_t body_size_max; /* 0: HTTP_BODY_ENCODED_MAX */
    http_handler *handler;
    void *context;
    const struct memory_source *memory; /* for requests; NULL: the heap */
};

enum status http_server_start(const struct http_options *options, struct http_server **out,
                              struct error *error) MUST_CHECK;
uint16_t http_server_port(const struct http_server *server);

/* Stop in two steps, for a clean shutdown. quiesce: every new request is HTTP_STOPPING, and its
 * connection closes. pending: how many requests have no answer yet. stop waits until there are none
 * (so whoever keeps requests must still be able to answer them), gives answers under way two
 * seconds to leave, breaks streams off, and ends. */
void http_server_quiesce(struct http_server *server);
uint32_t http_server_pending(const struct http_server *server);
void http_server_stop(struct http_server *server);

/* --- the request: borrowed until it is answered --- */

enum http_problem {
    HTTP_FINE,
    HTTP_BODY_TOO_LARGE, /* answer 413; the body is not here */
    HTTP_OVERLOADED,     /* answer 503; the body is not here */
    HTTP_STOPPING,       /* answer 503, at once: the request cannot be kept */
};

enum http_problem http_request_problem(const struct http_request *request);
struct text http_request_method(const struct http_request *request); /* as sent */
struct text http_request_path(const struct http_request *request);   /* percent-decoded */
struct text http_request_query(const struct http_request *request);  /* raw, without '?' */
struct text http_request_header(const struct http_request *request, const char *name); /* or "" */
/* All headers of this name, in their order, joined by commas and copied to out, from its start or,
 * when they are longer than that, their last size bytes. */
struct text http_request_headers(const struct http_request *request, const char *name, char *out,
                                 size_t size);
/* The address of the connection's other end: 4 or 16 bytes, "" for a local socket. For looking
 * things up, never for a log or an answer. */
struct text http_request_peer(const struct http_request *request);
char *http_request_body(struct http_request *request, size_t *size); /* may be written into */
bool http_request_is_local(const struct http_request *request);      /* came by the local socket */
/* A cookie's value, or "". */
struct text http_request_cookie(const struct http_request *request, const char *name);

/* --- the answer: exactly one of these for each request, from any thread --- */

enum { HTTP_HEADER_COUNT_MAX = 24 };

struct http_header {
    const char *name; /* a literal */
    const char *value;
    bool is_copy; /* owned by the response */
};

struct http_response {
    int status;
    const char *content_type; /* a literal, or NULL without a body */
    struct http_header headers[HTTP_HEADER_COUNT_MAX];
    int header_count;
    struct buffer body; /* taken over */
    /* Many get this very answer, and it says nothing of a request: once made it may be given again,
     * when it is a 200 and short. */
    bool is_common;
};

void http_response_init(struct http_response *response, int status, const char *content_type);
/* The name is a literal; the value is copied. */
void http_response_header(struct http_response *response, const char *name, const char *value);
/* The value is a literal, too, and is not copied. */
void http_response_header_literal(struct http_response *response, const char *name,
                                  const char *value);

/* Takes the response's body. HEAD requests get the headers alone. */
void http_respond(struct http_request *request, struct http_response *response);

/* A long answer made piece by piece on a worker thread: fill writes at most size bytes and returns
 * how many, 0 at the end, HTTP_STREAM_LATER when there is nothing yet, or HTTP_STREAM_BROKEN to
 * break the connection off. It must not wait: the thread has other connections. done is called once
 * at the end, also when the client went away; the request is gone after it. */
enum { HTTP_STREAM_LATER = -1, HTTP_STREAM_BROKEN = -2 };
struct http_stream {
    int64_t (*fill)(void *context, char *bytes, size_t size);
    void (*done)(void *context);
    void *context;
};
void http_respond_stream(struct http_request *request, struct http_response *head,
                         const struct http_stream *stream);

/* After HTTP_STREAM_LATER: call fill again. Any thread, before done was called. */
void http_stream_more(struct http_request *request);

#endif
