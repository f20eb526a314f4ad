#include "http/http.h"

#include "base/check.h"
#include "base/memory.h"
#include "http/http_internal.h"
#include "os/os_clock.h"
#include "os/os_file.h"
#include "os/os_log.h"
#include "os/os_socket.h"

#include <string.h>

enum {
    UNSENT_WAIT_MS = 2000,
    THREAD_COUNT_MAX = 64,
};

static enum status listen_socket(struct http_server *server, const struct http_options *options,
                                 struct error *error)
{
    assert(!options->listen != !options->unix_path);
    if (options->listen) {
        return os_socket_listen_tcp(options->listen, &server->listening, &server->port, error);
    }
    TRY(os_socket_listen_local(options->unix_path, &server->listening, error));
    size_t size = strlen(options->unix_path) + 1;
    server->unix_path = memory_alloc(size, 1);
    (void)text_to_string(text_from(options->unix_path), server->unix_path, size);
    server->is_local = true;
    return STATUS_OK;
}

static unsigned thread_count(const struct http_options *options)
{
    unsigned count = options->thread_count > 0 ? options->thread_count : os_processor_count();
    return count < THREAD_COUNT_MAX ? count : THREAD_COUNT_MAX;
}

/* A local socket has few connections, and no need of kinds for small heads. */
static enum status start_workers(struct http_server *server, unsigned count, struct error *error)
{
    int rooms = server->is_local ? 1 : HTTP_ROOM_COUNT;
    for (unsigned i = 0; i < count * (unsigned)rooms; i++) {
        if (!http_worker_start(server, (enum http_room)(i % (unsigned)rooms))) {
            return error_set(error, STATUS_IO, "could not start the HTTP server's threads");
        }
    }
    return STATUS_OK;
}

static void server_free(struct http_server *server)
{
    if (server->listening >= 0) os_socket_close(server->listening);
    if (server->unix_path) {
        struct error error = {0};
        if (os_remove(server->unix_path, &error) != STATUS_OK) {
            os_log_error(OS_LOG_WARNING, "http", "could not remove the local socket", &error);
        }
    }
    os_mutex_release(&server->streams_mutex);
    os_mutex_release(&server->connections_mutex);
    memory_free(server->unix_path);
    memory_free(server);
}

enum status http_server_start(const struct http_options *options, struct http_server **out,
                              struct error *error)
{
    assert(options->handler);
    struct http_server *server = MEMORY_NEW(struct http_server);
    os_mutex_init(&server->streams_mutex);
    os_mutex_init(&server->connections_mutex);
    server->handler = options->handler;
    server->context = options->context;
    server->memory = options->memory;
    server->body_size_max = options->body_size_max ? options->body_size_max : HTTP_BODY_ENCODED_MAX;

    server->listening = -1;
    enum status status = listen_socket(server, options, error);
    if (status == STATUS_OK) status = start_workers(server, thread_count(options), error);
    if (status != STATUS_OK) {
        http_workers_stop(server);
        server_free(server);
        return status;
    }
    os_thread_start(&server->acceptor, "accept", http_acceptor_run, server);
    *out = server;
    return STATUS_OK;
}

uint16_t http_server_port(const struct http_server *server)
{
    return server->port;
}

uint32_t http_server_pending(const struct http_server *server)
{
    return atomic_load(&server->pending);
}

/* Connections are still taken: a client that is refused drops what it has, where one that is
 * answered 503 keeps it (spec/wire.md §0.8). */
void http_server_quiesce(struct http_server *server)
{
    atomic_store(&server->quiescing, true);
}

/* Worker threads count a request as pending before they look at `quiescing`, so after a quiesce
 * nothing new is kept once this has seen zero. */
void http_server_stop(struct http_server *server)
{
    http_server_quiesce(server);
    while (http_server_pending(server) > 0)
        os_sleep_ms(1);
    http_streams_break(server);
    for (int waited_ms = 0; atomic_load(&server->unsent) > 0; waited_ms++) {
        if (waited_ms == UNSENT_WAIT_MS) break;
        os_sleep_ms(1);
    }
    http_acceptor_stop(server);
    http_connections_end(server);
    http_workers_stop(server);
    assert(atomic_load(&server->unsent) == 0);
    assert(atomic_load(&server->bodies_size) == 0);
    server_free(server);
}
