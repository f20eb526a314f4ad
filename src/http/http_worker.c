/* The library's threads. One daemon of it is one thread here, so that we say which of them gets a
 * connection: its own pool deals them out by the number of the socket, and knows no fill.
 *
 * Why there are three kinds: the library keeps a request's head in memory that belongs to the
 * connection, has one size for all of a daemon's connections, and is zeroed between two requests.
 * At the 152 KiB that a GET with a large event needs, zeroing was 40 to 60 % of the work of a small
 * request (and what each open connection holds); at the 84 KiB of a POST's connection, which still
 * takes any head that spec/wire.md asks for, it was a quarter. Long GETs behind a POST come from
 * servers (Mixpanel's client for Node); pages send POSTs, and GETs of a few hundred bytes. So a
 * page's connection has least. */
#include "base/check.h"
#include "base/memory.h"
#include "http/http_internal.h"

/* Beside a request's head, for the head of its answer and the library's records of headers. */
enum { CONNECTION_MEMORY_REST = 20 * 1024 };

/* No error log: what the library says about a request may quote it. */
static struct MHD_Daemon *start_daemon(struct http_worker *worker)
{
    const unsigned flags =
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET;
    struct http_server *server = worker->server;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, http_on_request, server,                    //
        MHD_OPTION_URI_LOG_CALLBACK, http_on_target, (void *)server,      //
        MHD_OPTION_NOTIFY_COMPLETED, http_on_completed, (void *)server,   //
        MHD_OPTION_NOTIFY_CONNECTION, http_on_connection, (void *)worker, //
        MHD_OPTION_UNESCAPE_CALLBACK, http_on_unescape, (void *)server,   //
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, worker->room_size,            //
        /* Our own limit comes first; what has ended may not be let go of yet. */
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_WORKER_CONNECTIONS_MAX + 20, //
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_TIMEOUT_S,                 //
        MHD_OPTION_STRICT_FOR_CLIENT, 1,                                         //
        MHD_OPTION_END);
}

static size_t head_size_max(enum http_room room)
{
    static const size_t sizes[HTTP_ROOM_COUNT] = {
        [HTTP_ROOM_ANY] = HTTP_HEAD_SIZE_MAX,
        [HTTP_ROOM_POST] = HTTP_POST_HEAD_SIZE_MAX,
        [HTTP_ROOM_PAGE] = HTTP_PAGE_HEAD_SIZE_MAX,
    };
    return sizes[room];
}

struct http_worker *http_worker_start(struct http_server *server, enum http_room room)
{
    if (server->worker_count == HTTP_WORKER_COUNT_MAX) return NULL;
    struct http_worker *worker = MEMORY_NEW(struct http_worker);
    worker->server = server;
    worker->room = room;
    worker->room_size = CONNECTION_MEMORY_REST + head_size_max(room);
    worker->daemon = start_daemon(worker);
    if (!worker->daemon) {
        memory_free(worker);
        return NULL;
    }
    server->workers[server->worker_count++] = worker;
    return worker;
}

void http_workers_stop(struct http_server *server)
{
    for (uint32_t i = 0; i < server->worker_count; i++)
        MHD_stop_daemon(server->workers[i]->daemon);
    for (uint32_t i = 0; i < server->worker_count; i++) {
        http_response_cache_release(&server->workers[i]->responses);
        memory_free(server->workers[i]);
    }
    server->worker_count = 0;
}

static uint64_t connection_count(const struct http_worker *worker)
{
    return worker->given_count - atomic_load(&worker->ended_count);
}

struct http_worker *http_worker_choose(struct http_server *server, enum http_room room)
{
    struct http_worker *chosen = NULL;
    for (uint32_t i = 0; i < server->worker_count; i++) {
        struct http_worker *worker = server->workers[i];
        if (worker->room != room) continue;
        if (!chosen || connection_count(worker) < connection_count(chosen)) chosen = worker;
    }
    assert(chosen);
    if (connection_count(chosen) < HTTP_WORKER_CONNECTIONS_MAX) return chosen;
    return http_worker_start(server, room);
}
