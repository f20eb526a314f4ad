#include "base/check.h"
#include "base/memory.h"
#include "http/http.h"
#include "http/http_internal.h"

#include <string.h>

enum { STREAM_PIECE_SIZE = 64 * 1024, COMMON_BODY_SIZE_MAX = 64 };

void http_response_init(struct http_response *response, int status, const char *content_type)
{
    *response = (struct http_response){.status = status, .content_type = content_type};
    buffer_init(&response->body, SIZE_MAX);
}

static void add_header(struct http_response *response, struct http_header header)
{
    assert(response->header_count < HTTP_HEADER_COUNT_MAX);
    response->headers[response->header_count++] = header;
}

void http_response_header(struct http_response *response, const char *name, const char *value)
{
    size_t size = strlen(value) + 1;
    char *copy = memory_alloc(size, 1);
    (void)text_to_string(text_from(value), copy, size);
    add_header(response, (struct http_header){.name = name, .value = copy, .is_copy = true});
}

void http_response_header_literal(struct http_response *response, const char *name,
                                  const char *value)
{
    add_header(response, (struct http_header){.name = name, .value = value});
}

/* The copies are ours, whatever the header's type says about the ones who read it. */
static void free_copy(const char *value)
{
    union {
        const char *read;
        char *owned;
    } copy = {.read = value};
    memory_free(copy.owned);
}

void http_response_release(struct http_response *response)
{
    for (int i = 0; i < response->header_count; i++) {
        if (response->headers[i].is_copy) free_copy(response->headers[i].value);
    }
    buffer_release(&response->body);
    response->header_count = 0;
}

/* --- the answer changes hands --- */

/* After the exchange the request is the worker's: it may be gone at any moment, unless it sleeps
 * and only we can wake it. */
static void hand_over(struct http_request *request)
{
    struct http_server *server = request->server;
    struct MHD_Connection *connection = request->connection;
    int turn = atomic_exchange(&request->turn, HTTP_TURN_ANSWERED);
    assert(turn != HTTP_TURN_ANSWERED); /* one answer for each request */
    if (turn == HTTP_TURN_KEPT) MHD_resume_connection(connection);
    (void)atomic_fetch_sub(&server->pending, 1);
}

void http_respond(struct http_request *request, struct http_response *response)
{
    assert(response->status >= 200);
    request->response = *response;
    request->has_response = true;
    *response = (struct http_response){0};
    hand_over(request);
}

void http_respond_stream(struct http_request *request, struct http_response *head,
                         const struct http_stream *stream)
{
    assert(stream->fill);
    assert(stream->done);
    struct http_server *server = request->server;
    request->stream = *stream;
    request->is_stream = true;
    os_mutex_lock(&server->streams_mutex);
    request->stream_next = server->streams;
    if (server->streams) server->streams->stream_previous = request;
    server->streams = request;
    os_mutex_unlock(&server->streams_mutex);
    http_respond(request, head);
}

/* --- on the worker thread --- */

static ssize_t fill_stream(void *context, uint64_t offset, char *bytes, size_t size)
{
    (void)offset;
    struct http_request *request = context;
    atomic_store(&request->stream_turn, HTTP_STREAM_AWAKE);
    if (atomic_load(&request->stream_broken)) return MHD_CONTENT_READER_END_WITH_ERROR;

    int64_t got = request->stream.fill(request->stream.context, bytes, size);
    if (got > 0) return (ssize_t)got;
    if (got == 0) return MHD_CONTENT_READER_END_OF_STREAM;
    if (got != HTTP_STREAM_LATER) return MHD_CONTENT_READER_END_WITH_ERROR;

    MHD_suspend_connection(request->connection);
    int expected = HTTP_STREAM_AWAKE;
    if (!atomic_compare_exchange_strong(&request->stream_turn, &expected, HTTP_STREAM_ASLEEP)) {
        MHD_resume_connection(request->connection); /* called while it fell asleep */
    }
    return 0;
}

void http_stream_more(struct http_request *request)
{
    int turn = atomic_exchange(&request->stream_turn, HTTP_STREAM_CALLED);
    if (turn == HTTP_STREAM_ASLEEP) MHD_resume_connection(request->connection);
}

void http_stream_end(struct http_request *request)
{
    struct http_server *server = request->server;
    os_mutex_lock(&server->streams_mutex);
    if (request->stream_previous) request->stream_previous->stream_next = request->stream_next;
    if (request->stream_next) request->stream_next->stream_previous = request->stream_previous;
    if (server->streams == request) server->streams = request->stream_next;
    os_mutex_unlock(&server->streams_mutex);
    request->stream.done(request->stream.context);
}

void http_streams_break(struct http_server *server)
{
    os_mutex_lock(&server->streams_mutex);
    for (struct http_request *each = server->streams; each; each = each->stream_next) {
        atomic_store(&each->stream_broken, true);
        http_stream_more(each);
    }
    os_mutex_unlock(&server->streams_mutex);
}

static void free_body(void *bytes)
{
    memory_free(bytes);
}

static bool is_head(const struct http_request *request)
{
    return text_equal_fold(request->method, TEXT("HEAD"));
}

/* The library frees the body when the last of it has left. */
static struct MHD_Response *make_response(struct http_request *request)
{
    if (request->is_stream) {
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_PIECE_SIZE, fill_stream,
                                                 request, NULL);
    }
    struct buffer body = request->response.body;
    request->response.body = (struct buffer){.size_max = 1};
    /* The library knows HEAD in capitals alone. */
    bool is_odd_head = is_head(request) && !text_equal(request->method, TEXT("HEAD"));
    size_t size = is_odd_head ? 0 : body.size;
    return MHD_create_response_from_buffer_with_free_callback(size, body.bytes, free_body);
}

void http_response_add_headers(struct MHD_Response *made, const struct http_response *response)
{
    if (response->content_type) {
        (void)MHD_add_response_header(made, MHD_HTTP_HEADER_CONTENT_TYPE, response->content_type);
    }
    for (int i = 0; i < response->header_count; i++) {
        /* One with a control character in it is refused by the library and left out. */
        (void)MHD_add_response_header(made, response->headers[i].name, response->headers[i].value);
    }
}

static bool is_common(const struct http_request *request)
{
    const struct http_response *response = &request->response;
    return response->is_common && response->status == 200 &&
           response->body.size <= COMMON_BODY_SIZE_MAX && !request->is_stream &&
           !is_head(request) && request->problem != HTTP_STOPPING;
}

enum MHD_Result http_response_queue(struct http_request *request)
{
    assert(request->has_response);
    struct MHD_Connection *connection = request->connection;
    unsigned status = (unsigned)request->response.status;
    if (is_common(request)) {
        struct http_response_cache *cache = &request->worker->responses;
        struct MHD_Response *common = http_response_cache_get(cache, &request->response);
        return common ? MHD_queue_response(connection, status, common) : MHD_NO;
    }
    struct MHD_Response *made = make_response(request);
    if (!made) return MHD_NO; /* out of memory: the connection ends */
    http_response_add_headers(made, &request->response);
    if (request->problem == HTTP_STOPPING) {
        (void)MHD_add_response_header(made, MHD_HTTP_HEADER_CONNECTION, "close");
    }
    enum MHD_Result result = MHD_queue_response(connection, status, made);
    MHD_destroy_response(made);
    return result;
}
