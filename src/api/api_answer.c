#include "api/api_internal.h"
#include "base/check.h"
#include "codec/json_writer.h"
#include "os/os_clock.h"
#include "os/os_log.h"
#include "wire/wire.h"

#include <stdio.h>
#include <string.h>

enum { RETRY_AFTER_S = 1 };

void api_respond(struct api *api, struct http_request *request, enum api_endpoint endpoint,
                 struct http_response *response)
{
    api_count_answer(api, endpoint, response->status);
    http_respond(request, response);
}

/* --- ids of requests --- */

static bool is_sane_id(struct text id)
{
    if (id.size == 0 || id.size >= API_REQUEST_ID_SIZE) return false;
    for (size_t i = 0; i < id.size; i++) {
        char byte = id.bytes[i];
        bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        bool is_digit = byte >= '0' && byte <= '9';
        if (!is_letter && !is_digit && byte != '-') return false;
    }
    return true;
}

bool api_has_request_id(const struct http_request *request)
{
    return is_sane_id(http_request_header(request, "X-Request-Id"));
}

void api_request_id(struct api *api, const struct http_request *request,
                    char out[API_REQUEST_ID_SIZE])
{
    struct text given = http_request_header(request, "X-Request-Id");
    if (is_sane_id(given) && text_to_string(given, out, API_REQUEST_ID_SIZE)) return;
    uint64_t number = atomic_fetch_add(&api->request_number, 1);
    (void)snprintf(out, API_REQUEST_ID_SIZE, "%08x-%llx", (unsigned)api->request_seed,
                   (unsigned long long)number);
}

/* --- the three manners --- */

static const char *reason_phrase(int code)
{
    switch (code) {
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Content Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return "Error";
    }
}

static void set_body(struct api_exchange *exchange, int code, const char *content_type)
{
    buffer_release(&exchange->response.body);
    buffer_init(&exchange->response.body, SIZE_MAX);
    exchange->response.status = code;
    exchange->response.content_type = content_type;
}

void api_begin_json(struct api_exchange *exchange, int code)
{
    set_body(exchange, code, "application/json");
}

static void refuse_client(struct api_exchange *exchange, int code, const char *words)
{
    struct wire_answer answer;
    bool is_import = exchange->route && exchange->route->endpoint == API_IMPORT;
    wire_refuse(is_import ? WIRE_IMPORT : WIRE_TRACK, code, words, &answer);
    set_body(exchange, answer.status, answer.content_type);
    exchange->response.body = answer.body;
}

static void refuse_problem(struct api_exchange *exchange, int code, const char *words)
{
    set_body(exchange, code, "application/problem+json");
    const char *type = exchange->problem_type;
    struct json_writer writer;
    json_writer_init(&writer, &exchange->response.body);
    json_object_begin(&writer);
    json_key(&writer, "type");
    json_string(&writer, type ? type : "about:blank");
    json_key(&writer, "title");
    json_string(&writer, reason_phrase(code));
    json_key(&writer, "status");
    json_integer(&writer, code);
    json_key(&writer, "detail");
    json_string(&writer, words);
    if (type) {
        json_key(&writer, "pointer");
        json_string(&writer, exchange->problem_pointer);
    }
    json_object_end(&writer);
}

static void refuse_page(struct api_exchange *exchange, int code, const char *words)
{
    set_body(exchange, code, "text/plain; charset=utf-8");
    buffer_append_string(&exchange->response.body, words);
    buffer_append_byte(&exchange->response.body, '\n');
}

void api_refuse(struct api_exchange *exchange, int code, const char *words)
{
    assert(code >= 400);
    if (!words) words = reason_phrase(code);
    enum api_manner manner = exchange->route ? exchange->route->manner : API_MANNER_CLIENT;
    switch (manner) {
    case API_MANNER_CLIENT: refuse_client(exchange, code, words); break;
    case API_MANNER_PROBLEM: refuse_problem(exchange, code, words); break;
    case API_MANNER_SDK:
    case API_MANNER_PAGE: refuse_page(exchange, code, words); break;
    }
    if (code == 401) {
        http_response_header_literal(&exchange->response, "WWW-Authenticate",
                                     "Bearer realm=\"candor\"");
    }
    if (code == 503) {
        char seconds[16];
        (void)snprintf(seconds, sizeof seconds, "%d", RETRY_AFTER_S);
        http_response_header(&exchange->response, "Retry-After", seconds);
    }
    if (code == 405 && exchange->route) {
        http_response_header(&exchange->response, "Allow", api_route_allow(exchange->route));
    }
}

static int code_of(enum status status)
{
    switch (status) {
    case STATUS_OK: break;
    case STATUS_INVALID: return 400;
    case STATUS_DENIED: return 403;
    case STATUS_ABSENT: return 404;
    case STATUS_TOO_LARGE: return 413;
    case STATUS_BUSY: return 503;
    case STATUS_CORRUPT:
    case STATUS_IO: return 500;
    }
    UNREACHABLE("no failure");
}

/* The words of a 500 are about our files: for the log, and for the owner of the local socket. */
void api_fail(struct api_exchange *exchange, const struct error *error)
{
    int code = code_of(error->status);
    if (code == 500) {
        os_log_error(OS_LOG_ERROR, "api", "could not answer a request", error);
        bool is_owner = http_request_is_local(exchange->request);
        api_refuse(exchange, code, is_owner ? error->message : "internal error");
        return;
    }
    api_refuse(exchange, code, error->message);
}
