/* The local socket's front of api_local: a verb elsewhere asks the server that has the folder. */
#include "api/api_internal.h"
#include "base/memory.h"

enum { LOCAL_ANSWER_SIZE_MAX = 1024 * 1024 * 1024 };

/* Path and query as one C string, as verbs write it. */
static void join_target(const struct http_request *request, struct buffer *out)
{
    buffer_init(out, SIZE_MAX);
    buffer_append_text(out, http_request_path(request));
    if (http_request_query(request).size > 0) {
        buffer_append_byte(out, '?');
        buffer_append_text(out, http_request_query(request));
    }
    buffer_append_byte(out, '\0');
}

enum status local_route_call(struct api_exchange *exchange, struct error *error)
{
    struct buffer target;
    join_target(exchange->request, &target);
    size_t size;
    char *bytes = http_request_body(exchange->request, &size);
    bool is_post = api_method_of(http_request_method(exchange->request)) == API_POST;
    api_begin_json(exchange, 200);
    exchange->response.body.size_max = LOCAL_ANSWER_SIZE_MAX;
    enum status status = api_local(exchange->api, is_post ? "POST" : "GET", target.bytes,
                                   (struct text){bytes, size}, &exchange->response.body, error);
    buffer_release(&target);
    return status;
}
