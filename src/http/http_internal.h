/* What the files of this room share: the server, a request under way, and who may touch it when.
 *
 * A request belongs to its worker thread until the handler has it, and again once it is answered.
 * In between it may be answered from any thread, and two things can cross: the handler returning,
 * and the answer coming. `turn` settles it:
 *
 *     RUNNING --(worker: handler returned, connection is asleep)--> KEPT
 *     RUNNING --(answer)--> ANSWERED     the worker sees it when the handler returns
 *     KEPT    --(answer)--> ANSWERED     whoever answered wakes the connection
 *
 * The worker puts the connection to sleep before it tries RUNNING -> KEPT, so nobody can wake a
 * connection that does not sleep yet. A stream that has nothing to say sleeps in the same way, with
 * `stream_turn`. */
#ifndef CANDOR_HTTP_INTERNAL_H
#define CANDOR_HTTP_INTERNAL_H

#include "http/http.h"
#include "os/os_thread.h"

#include <microhttpd.h>
#include <stdatomic.h>

enum http_turn { HTTP_TURN_RUNNING, HTTP_TURN_KEPT, HTTP_TURN_ANSWERED };
enum http_stream_turn { HTTP_STREAM_AWAKE, HTTP_STREAM_ASLEEP, HTTP_STREAM_CALLED };

/* How large a head a connection may have: chosen by how it begins (http_acceptor.c). */
enum http_room { HTTP_ROOM_ANY, HTTP_ROOM_POST, HTTP_ROOM_PAGE, HTTP_ROOM_COUNT };

enum {
    /* The library's loop (0.9.75) asks epoll for 128 events and, having got just so many, waits for
     * more before it looks at any: with 128 connections ready at once a worker would sleep on them
     * all. So a worker is never given so many connections, and more workers are started instead. */
    HTTP_WORKER_CONNECTIONS_MAX = 100,
    HTTP_WORKER_COUNT_MAX =
        HTTP_ROOM_COUNT * (HTTP_CONNECTION_COUNT_MAX / HTTP_WORKER_CONNECTIONS_MAX + 64),
};

/* Common answers as the library made them, the ones made last: the answers to the pages of a few
 * sites. What a site's name is stands in their headers, and nothing of a request beside it. */
enum { HTTP_RESPONSES_KEPT = 4 };
struct http_response_cache {
    struct {
        struct http_response response;
        struct MHD_Response *made;
    } kept[HTTP_RESPONSES_KEPT];
    uint32_t next; /* the place of the next one */
};

/* One thread of the library with its own epoll. */
struct http_worker {
    struct http_server *server;
    struct MHD_Daemon *daemon;
    struct http_response_cache responses; /* the worker's */
    bool is_hidden;                       /* its stack is left out of core files; the worker's */
    enum http_room room;
    size_t room_size;                  /* memory of each connection, bytes */
    uint64_t given_count;              /* connections; the acceptor's */
    atomic_uint_least64_t ended_count; /* of those */
};

/* One that a worker has. */
struct http_connection {
    struct http_worker *worker;
    int descriptor;
    bool is_hidden; /* the library's memory of it is left out of core files */
    struct http_connection *previous;
    struct http_connection *next;
};

struct http_server {
    struct http_worker *workers[HTTP_WORKER_COUNT_MAX]; /* added by the acceptor, never removed */
    uint32_t worker_count;
    int listening;
    struct os_thread acceptor;
    uint64_t given_count;              /* connections given to a daemon; the acceptor's */
    atomic_uint_least64_t begun_count; /* of those, taken up by a worker */
    atomic_uint_least64_t ended_count;
    http_handler *handler;
    void *context;
    const struct memory_source *memory;
    uint64_t body_size_max;
    uint16_t port;
    bool is_local;
    char *unix_path; /* removed at the end; NULL without one */
    atomic_bool quiescing;
    atomic_uint_least32_t pending;     /* the handler has them, and no answer was given */
    atomic_uint_least32_t unsent;      /* the handler has had them, and they are not over */
    atomic_uint_least64_t bodies_size; /* memory held by all bodies */
    atomic_bool is_stopping;           /* the acceptor's: no more connections */
    struct os_mutex connections_mutex;
    struct http_connection *connections;
    struct os_mutex streams_mutex;
    struct http_request *streams; /* all streams under way */
};

struct http_request {
    struct http_server *server;
    struct http_worker *worker;
    struct MHD_Connection *connection;
    struct text method;
    struct text path;
    struct text query;
    enum http_problem problem;
    bool begun;     /* the head was looked at */
    bool delivered; /* the handler was called */
    bool malformed; /* answered by this room alone */
    bool is_http_1_0;
    uint64_t began_ns;
    uint64_t discarded_size;
    struct buffer body;
    atomic_int turn;
    struct http_response response; /* the answer, once there is one */
    bool has_response;
    bool is_stream;
    atomic_int stream_turn;
    atomic_bool stream_broken;
    struct http_stream stream;
    struct http_request *stream_previous;
    struct http_request *stream_next;
    size_t size;   /* of this, with the target */
    char target[]; /* what path and query point into */
};

/* --- http_worker.c --- */

/* NULL when the machine has no thread to give. */
struct http_worker *http_worker_start(struct http_server *server, enum http_room room);
void http_workers_stop(struct http_server *server);

/* The one with the fewest connections, or a new one when all have their fill; NULL when there is
 * none to be had now. */
struct http_worker *http_worker_choose(struct http_server *server, enum http_room room);

/* --- http_acceptor.c --- */

/* Takes connections and hands each to the daemon with the right room for it. */
void http_acceptor_run(void *server);
void http_acceptor_stop(struct http_server *server);
/* Ends every connection and gives the workers a moment to let go of them. */
void http_connections_end(struct http_server *server);
/* Called by the library when a connection begins and ends. */
void http_on_connection(void *worker, struct MHD_Connection *connection, void **context,
                        enum MHD_ConnectionNotificationCode what);

/* --- http_request.c: called by the library --- */

/* The request line was read. Makes the request. */
void *http_on_target(void *server, const char *target, struct MHD_Connection *connection);

/* The head was read; then for each piece of the body; then for its end; then after each wake. */
enum MHD_Result http_on_request(void *server, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *bytes,
                                size_t *size, void **request);

/* The exchange is over, well or not. */
void http_on_completed(void *server, struct MHD_Connection *connection, void **request,
                       enum MHD_RequestTerminationCode why);

/* Leave percent signs alone: paths are decoded by us, and queries by whoever reads them. */
size_t http_on_unescape(void *server, struct MHD_Connection *connection, char *text);

/* --- http_response.c --- */

/* Give the request's answer to the library, on the worker thread. */
enum MHD_Result http_response_queue(struct http_request *request);
void http_response_release(struct http_response *response);

void http_response_add_headers(struct MHD_Response *made, const struct http_response *response);

/* --- http_response_cache.c: on the worker thread --- */

/* The library's response for a common answer, made before or now, and the cache's; NULL without
 * memory. The answer is left empty when it was taken over. */
struct MHD_Response *http_response_cache_get(struct http_response_cache *cache,
                                             struct http_response *response);
void http_response_cache_release(struct http_response_cache *cache);

/* The stream's connection is over: leave the list and say so. */
void http_stream_end(struct http_request *request);

/* Make every stream stop at its next piece. */
void http_streams_break(struct http_server *server);

#endif
