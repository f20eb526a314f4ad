#include "base/check.h"
#include "base/memory.h"
#include "codec/transfer.h"
#include "http/http.h"
#include "http/http_internal.h"
#include "os/os_clock.h"
#include "os/os_memory.h"

#include <netinet/in.h>
#include <string.h>

enum { BODY_SIZE_BELIEVED = 64 * 1024 };

/* --- the head --- */

/* "http://host/path" is a path, too (RFC 9112 §3.2.2): what is before it is for proxies. */
static struct text without_authority(struct text target)
{
    if (target.size > 0 && target.bytes[0] == '/') return target;
    ptrdiff_t place = text_find(target, TEXT("://"));
    if (place == TEXT_NOT_FOUND) return target;
    size_t first = (size_t)place + 3;
    while (first < target.size && target.bytes[first] != '/' && target.bytes[first] != '?')
        first++;
    return text_slice(target, first, target.size - first);
}

/* What the library reads of a connection, heads and bodies, stands in one mapping of its own, which
 * begins with the first request line; it zeroes it after each request. While one is under way, a
 * core file must hold neither that nor what is worked on, on the stack. */
static struct http_worker *hide(struct MHD_Connection *connection, const char *target)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct http_connection *own = info ? info->socket_context : NULL;
    assert(own);
    if (!own->is_hidden) os_memory_hide(target, own->worker->room_size);
    own->is_hidden = true;
    if (!own->worker->is_hidden) os_thread_hide_stack();
    own->worker->is_hidden = true;
    return own->worker;
}

void *http_on_target(void *context, const char *target, struct MHD_Connection *connection)
{
    struct http_server *server = context;
    struct http_worker *worker = hide(connection, target);
    size_t size = strlen(target);
    size_t size_with_target = sizeof(struct http_request) + size + 1;
    struct http_request *request = memory_take(server->memory, size_with_target);
    request->server = server;
    request->worker = worker;
    request->size = size_with_target;
    request->connection = connection;
    (void)text_to_string((struct text){target, size}, request->target, size + 1);

    struct text whole = without_authority((struct text){request->target, size});
    request->path = text_split(whole, '?', &request->query);
    char *path = request->target + (request->path.bytes - request->target);
    request->path.size = transfer_percent_decode(path, request->path.size, TRANSFER_PLUS_KEPT);
    buffer_init_secret(&request->body, server->body_size_max, server->memory);
    return request;
}

size_t http_on_unescape(void *server, struct MHD_Connection *connection, char *text)
{
    (void)server;
    (void)connection;
    return strlen(text);
}

/* Headers by which a proxy and we could come to see different requests in the same bytes. */
struct framing {
    uint32_t length_count;
    uint32_t encoding_count;
    uint32_t host_count;
    bool is_odd; /* a name like "Host ", an encoding other than chunked */
};

static enum MHD_Result count_framing(void *context, enum MHD_ValueKind kind, const char *name,
                                     size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    struct framing *framing = context;
    struct text header = {name, name_size};
    if (text_trim(header).size != header.size) framing->is_odd = true;
    if (text_equal_fold(header, TEXT("content-length"))) framing->length_count++;
    if (text_equal_fold(header, TEXT("transfer-encoding"))) {
        framing->encoding_count++;
        struct text encoding = text_trim((struct text){value, value_size});
        if (!text_equal_fold(encoding, TEXT("chunked"))) framing->is_odd = true;
    }
    if (text_equal_fold(header, TEXT("host"))) framing->host_count++;
    return MHD_YES;
}

static bool is_ambiguous(struct http_request *request)
{
    struct framing framing = {0};
    (void)MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, count_framing,
                                      &framing);
    if (framing.length_count + framing.encoding_count > 1) return true;
    if (framing.encoding_count > 0 && request->is_http_1_0) return true;
    return framing.host_count > 1 || framing.is_odd;
}

static uint64_t announced_size(const struct http_request *request)
{
    uint64_t size;
    return text_to_u64(http_request_header(request, "Content-Length"), &size) ? size : 0;
}

/* The head is here, the body is not. True if the request shall be answered without it. */
static bool begin(struct http_request *request, const char *method, const char *version)
{
    request->begun = true;
    request->method = text_from(method);
    request->is_http_1_0 = strcmp(version, MHD_HTTP_VERSION_1_0) == 0;
    request->malformed = is_ambiguous(request);
    if (request->malformed) return true;

    uint64_t size = announced_size(request);
    if (size > request->server->body_size_max) request->problem = HTTP_BODY_TOO_LARGE;
    if (request->problem == HTTP_FINE) return false;
    /* One who asks before sending reads the answer; one who would send for hours may not. */
    return size > HTTP_BODY_DISCARD_MAX || http_request_header(request, "Expect").size > 0;
}

/* --- the body --- */

static void drop_body(struct http_request *request, enum http_problem problem)
{
    (void)atomic_fetch_sub(&request->server->bodies_size, request->body.capacity);
    buffer_release(&request->body);
    request->problem = problem;
}

/* The body's room is in the server's books, in which all bodies together have a limit. */
static bool make_room(struct http_request *request, size_t size)
{
    size_t capacity = request->body.capacity;
    if (!buffer_reserve(&request->body, size)) {
        drop_body(request, HTTP_BODY_TOO_LARGE);
        return false;
    }
    size_t grown = request->body.capacity - capacity;
    if (grown == 0) return true;
    uint64_t held = atomic_fetch_add(&request->server->bodies_size, grown) + grown;
    if (held > HTTP_BODIES_TOTAL_MAX) drop_body(request, HTTP_OVERLOADED);
    return request->problem == HTTP_FINE;
}

static bool is_too_slow(const struct http_request *request)
{
    uint64_t received = request->body.size + request->discarded_size;
    uint64_t allowed_ns = HTTP_TIMEOUT_S * UINT64_C(1000000000) +
                          received * (UINT64_C(1000000000) / HTTP_BODY_RATE_MIN);
    return os_clock_monotonic_ns() - request->began_ns > allowed_ns;
}

/* Small bodies get all their room at once. A large one is not believed before it comes. */
static void first_piece(struct http_request *request)
{
    request->began_ns = os_clock_monotonic_ns();
    uint64_t announced = announced_size(request);
    bool is_believed = announced > 0 && announced <= BODY_SIZE_BELIEVED;
    if (request->problem == HTTP_FINE && is_believed) {
        (void)make_room(request, (size_t)announced);
    }
}

/* False breaks the connection off. */
static bool take_piece(struct http_request *request, const char *bytes, size_t size)
{
    if (request->began_ns == 0) first_piece(request);
    if (is_too_slow(request)) return false;
    if (request->problem == HTTP_FINE && make_room(request, size)) {
        buffer_append(&request->body, bytes, size);
        return true;
    }
    request->discarded_size += size;
    return request->discarded_size <= HTTP_BODY_DISCARD_MAX;
}

/* --- the handler and its answer --- */

static enum MHD_Result refuse_malformed(struct http_request *request)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    enum MHD_Result result =
        MHD_queue_response(request->connection, MHD_HTTP_BAD_REQUEST, response);
    MHD_destroy_response(response);
    return result;
}

/* Counted as pending before the flag is read: http_server_stop does it the other way round. */
static void call_handler(struct http_request *request)
{
    struct http_server *server = request->server;
    request->delivered = true;
    (void)atomic_fetch_add(&server->unsent, 1);
    (void)atomic_fetch_add(&server->pending, 1);
    if (atomic_load(&server->quiescing)) request->problem = HTTP_STOPPING;
    server->handler(server->context, request);
}

/* The request is whole, or was answered while its connection slept. */
static enum MHD_Result deliver(struct http_request *request)
{
    if (request->malformed) return refuse_malformed(request);
    if (!request->delivered) call_handler(request);
    if (atomic_load(&request->turn) == HTTP_TURN_ANSWERED) return http_response_queue(request);

    struct MHD_Connection *connection = request->connection;
    MHD_suspend_connection(connection);
    int expected = HTTP_TURN_RUNNING;
    if (!atomic_compare_exchange_strong(&request->turn, &expected, HTTP_TURN_KEPT)) {
        assert(expected == HTTP_TURN_ANSWERED);
        MHD_resume_connection(connection); /* answered meanwhile: nobody else will wake it */
    }
    return MHD_YES;
}

enum MHD_Result http_on_request(void *server, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *bytes,
                                size_t *size, void **context)
{
    (void)server;
    (void)url;
    (void)connection;
    struct http_request *request = *context;
    assert(request);
    if (!request->begun) {
        return begin(request, method, version) ? deliver(request) : MHD_YES;
    }
    if (*size == 0) return deliver(request);
    bool goes_on = take_piece(request, bytes, *size);
    *size = 0;
    return goes_on ? MHD_YES : MHD_NO;
}

void http_on_completed(void *context, struct MHD_Connection *connection, void **place,
                       enum MHD_RequestTerminationCode why)
{
    (void)connection;
    (void)why;
    struct http_server *server = context;
    struct http_request *request = *place;
    if (!request) return;
    *place = NULL;
    assert(!request->delivered || atomic_load(&request->turn) == HTTP_TURN_ANSWERED);
    if (request->is_stream) http_stream_end(request);
    if (request->has_response) http_response_release(&request->response);
    drop_body(request, HTTP_FINE);
    if (request->delivered) (void)atomic_fetch_sub(&server->unsent, 1);
    memory_give(server->memory, request, request->size, request->size);
}

/* --- what the handler reads --- */

enum http_problem http_request_problem(const struct http_request *request)
{
    return request->problem;
}

struct text http_request_method(const struct http_request *request)
{
    return request->method;
}

struct text http_request_path(const struct http_request *request)
{
    return request->path;
}

struct text http_request_query(const struct http_request *request)
{
    return request->query;
}

struct text http_request_header(const struct http_request *request, const char *name)
{
    const char *value = NULL;
    size_t size = 0;
    if (MHD_lookup_connection_value_n(request->connection, MHD_HEADER_KIND, name, strlen(name),
                                      &value, &size) != MHD_YES ||
        !value) {
        return TEXT("");
    }
    return (struct text){value, size};
}

struct joining {
    struct text name;
    char *out;
    size_t skipped; /* bytes at the start that have no room */
    size_t size;    /* so far, with those */
};

static void join_bytes(struct joining *joining, struct text bytes)
{
    for (size_t i = 0; i < bytes.size; i++, joining->size++) {
        if (joining->out && joining->size >= joining->skipped) {
            joining->out[joining->size - joining->skipped] = bytes.bytes[i];
        }
    }
}

static enum MHD_Result join_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    struct joining *joining = context;
    if (!text_equal_fold((struct text){name, name_size}, joining->name)) return MHD_YES;
    if (joining->size > 0) join_bytes(joining, TEXT(","));
    join_bytes(joining, (struct text){value, value_size});
    return MHD_YES;
}

struct text http_request_headers(const struct http_request *request, const char *name, char *out,
                                 size_t size)
{
    struct joining measured = {.name = text_from(name)};
    (void)MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, join_header, &measured);
    struct joining joined = {.name = measured.name, .out = out};
    if (measured.size > size) joined.skipped = measured.size - size;
    if (measured.size == 0) return TEXT("");
    (void)MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, join_header, &joined);
    return (struct text){out, joined.size - joined.skipped};
}

struct text http_request_peer(const struct http_request *request)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (!info || !info->client_addr) return TEXT("");
    if (info->client_addr->sa_family == AF_INET) {
        const struct sockaddr_in *peer =
            (const struct sockaddr_in *)(const void *)info->client_addr;
        return (struct text){(const char *)&peer->sin_addr, sizeof peer->sin_addr};
    }
    if (info->client_addr->sa_family != AF_INET6) return TEXT("");
    const struct sockaddr_in6 *peer = (const struct sockaddr_in6 *)(const void *)info->client_addr;
    return (struct text){(const char *)&peer->sin6_addr, sizeof peer->sin6_addr};
}

char *http_request_body(struct http_request *request, size_t *size)
{
    *size = request->problem == HTTP_FINE ? request->body.size : 0;
    return request->body.bytes;
}

bool http_request_is_local(const struct http_request *request)
{
    return request->server->is_local;
}

struct text http_request_cookie(const struct http_request *request, const char *name)
{
    struct text rest = http_request_header(request, "Cookie");
    while (rest.size > 0) {
        struct text value;
        struct text pair = text_trim(text_split(rest, ';', &rest));
        if (text_equal(text_split(pair, '=', &value), text_from(name))) return value;
    }
    return TEXT("");
}
