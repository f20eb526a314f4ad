/* Takes connections, looks at their first bytes and gives each to a worker. */
#include "base/memory.h"
#include "http/http_internal.h"
#include "os/os_clock.h"
#include "os/os_socket.h"

enum { WAIT_MS = 5, END_WAIT_MS = 500, FIRST_SIZE = 2048 };

/* --- which room --- */

/* A head that is whole, and says on behalf of which page it comes (RFC 6454 §7). */
static bool has_origin(struct text first)
{
    ptrdiff_t end = text_find(first, TEXT("\r\n\r\n"));
    if (end == TEXT_NOT_FOUND) return false;
    struct text lines = text_slice(first, 0, (size_t)end);
    while (lines.size > 0) {
        struct text value;
        struct text line = text_split(lines, '\n', &lines);
        if (text_equal_fold(text_split(line, ':', &value), TEXT("origin"))) return true;
    }
    return false;
}

static enum http_room room_of(struct text first)
{
    if (!text_starts_with_fold(first, TEXT("POST"))) return HTTP_ROOM_ANY;
    return has_origin(first) ? HTTP_ROOM_PAGE : HTTP_ROOM_POST;
}

/* A page whose first head does not fit (it has many cookies, perhaps) gets more room than it needs
 * for that one: others like it follow. */
static enum http_room choose_room(const struct http_server *server, int descriptor)
{
    if (server->is_local) return HTTP_ROOM_ANY;
    char bytes[FIRST_SIZE];
    struct text first = {bytes, os_socket_peek(descriptor, bytes, sizeof bytes)};
    enum http_room room = room_of(first);
    memory_wipe(bytes, sizeof bytes);
    return room;
}

/* --- connections begin and end --- */

static void begin(struct http_server *server, struct http_connection *connection)
{
    os_mutex_lock(&server->connections_mutex);
    connection->next = server->connections;
    if (server->connections) server->connections->previous = connection;
    server->connections = connection;
    os_mutex_unlock(&server->connections_mutex);
    (void)atomic_fetch_add(&server->begun_count, 1);
}

/* The library closes the socket after this: whoever finds it in the list may use it. */
static void end(struct http_server *server, struct http_connection *connection)
{
    os_mutex_lock(&server->connections_mutex);
    if (connection->previous) connection->previous->next = connection->next;
    if (connection->next) connection->next->previous = connection->previous;
    if (server->connections == connection) server->connections = connection->next;
    os_mutex_unlock(&server->connections_mutex);
    (void)atomic_fetch_add(&connection->worker->ended_count, 1);
    (void)atomic_fetch_add(&server->ended_count, 1);
    memory_free(connection);
}

void http_on_connection(void *context, struct MHD_Connection *connection, void **place,
                        enum MHD_ConnectionNotificationCode what)
{
    struct http_worker *worker = context;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        end(worker->server, *place);
        return;
    }
    struct http_connection *made = MEMORY_NEW(struct http_connection);
    made->descriptor =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    made->worker = worker;
    *place = made;
    begin(worker->server, made);
}

/* Past the limit connections wait in the kernel's queue: one that is refused loses what it has. */
static void wait_for_place(const struct http_server *server)
{
    while (server->given_count - atomic_load(&server->ended_count) >= HTTP_CONNECTION_COUNT_MAX) {
        if (atomic_load(&server->is_stopping)) return;
        os_sleep_ms(WAIT_MS);
    }
}

/* Waits while no worker can be had: the machine is out of threads, and some will be free again. */
static struct http_worker *wait_for_worker(struct http_server *server, enum http_room room)
{
    for (;;) {
        struct http_worker *worker = http_worker_choose(server, room);
        if (worker || atomic_load(&server->is_stopping)) return worker;
        os_sleep_ms(WAIT_MS);
    }
}

/* On failure the library has closed the connection, and no worker hears of it. */
static void give(struct http_server *server, const struct os_peer *peer)
{
    struct http_worker *worker = wait_for_worker(server, choose_room(server, peer->descriptor));
    if (!worker) {
        os_socket_close(peer->descriptor);
        return;
    }
    worker->given_count++;
    if (MHD_add_connection(worker->daemon, peer->descriptor, &peer->address.any,
                           peer->address_size) == MHD_YES) {
        server->given_count++;
    } else {
        worker->given_count--;
    }
}

void http_acceptor_run(void *context)
{
    struct http_server *server = context;
    struct os_peer peer;
    for (;;) {
        wait_for_place(server);
        switch (os_socket_accept(server->listening, &peer)) {
        case OS_ACCEPT_STOPPED: return;
        case OS_ACCEPT_LATER: os_sleep_ms(WAIT_MS); break;
        case OS_ACCEPT_GOT: give(server, &peer); break;
        }
    }
}

/* Until a count has come up to another. */
static void wait_until_reached(const atomic_uint_least64_t *count, uint64_t goal)
{
    for (int waited_ms = 0; waited_ms < END_WAIT_MS && atomic_load(count) < goal; waited_ms++) {
        os_sleep_ms(1);
    }
}

/* Workers take up what they were given before they are stopped: the library lets go of a connection
 * that lies between two threads without its lock. */
void http_acceptor_stop(struct http_server *server)
{
    atomic_store(&server->is_stopping, true);
    os_socket_stop(server->listening);
    os_thread_join(&server->acceptor);
    wait_until_reached(&server->begun_count, server->given_count);
}

/* The library must not meet a malformed request while it stops: its answer to that begins with a
 * response that a stopping daemon does not take, and then reads it (0.9.75). */
void http_connections_end(struct http_server *server)
{
    os_mutex_lock(&server->connections_mutex);
    for (struct http_connection *each = server->connections; each; each = each->next) {
        os_socket_stop(each->descriptor);
    }
    os_mutex_unlock(&server->connections_mutex);
    wait_until_reached(&server->ended_count, atomic_load(&server->begun_count));
}
