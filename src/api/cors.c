#include "api/cors.h"

#include "base/check.h"

#include <string.h>

enum { HEADER_LIST_SIZE = 1024 };

static const char standard_headers[] =
    "Authorization, Content-Type, Content-Encoding, traceparent, X-Requested-With";

/* Printable, without spaces, quotes and commas: an origin is "null" or scheme://host:port. */
bool cors_origin_is_sane(struct text origin)
{
    if (origin.size == 0 || origin.size > CORS_ORIGIN_SIZE_MAX) return false;
    for (size_t i = 0; i < origin.size; i++) {
        char byte = origin.bytes[i];
        if (byte <= ' ' || byte >= 0x7f || byte == ',' || byte == '"' || byte == '\'') return false;
    }
    return true;
}

void cors_headers(const struct http_request *request, struct http_response *response)
{
    http_response_header_literal(response, "Vary", "Origin");
    http_response_header_literal(response, "Cross-Origin-Resource-Policy", "cross-origin");
    char origin[CORS_ORIGIN_SIZE_MAX + 1];
    struct text given = http_request_header(request, "Origin");
    if (!cors_origin_is_sane(given) || !text_to_string(given, origin, sizeof origin)) return;
    http_response_header(response, "Access-Control-Allow-Origin", origin);
    http_response_header_literal(response, "Access-Control-Allow-Credentials", "true");
    http_response_header_literal(response, "Access-Control-Expose-Headers", "Retry-After");
}

void cors_open(struct http_response *response)
{
    http_response_header_literal(response, "Access-Control-Allow-Origin", "*");
    http_response_header_literal(response, "Cross-Origin-Resource-Policy", "cross-origin");
}

/* token of RFC 9110 §5.6.2 */
static bool is_header_name(struct text name)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    if (name.size == 0 || name.size > 64) return false;
    for (size_t i = 0; i < name.size; i++) {
        char byte = name.bytes[i];
        bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        bool is_digit = byte >= '0' && byte <= '9';
        if (!is_letter && !is_digit && (byte == '\0' || !strchr(marks, byte))) return false;
    }
    return true;
}

bool cors_header_list(struct text asked, char *out, size_t out_size)
{
    size_t used = 0;
    assert(out_size > 0);
    out[0] = '\0';
    while (asked.size > 0) {
        struct text name = text_trim(text_split(asked, ',', &asked));
        if (!is_header_name(name)) continue;
        size_t separator_size = used > 0 ? 2 : 0;
        if (used + separator_size + name.size + 1 > out_size) return false;
        memcpy(out + used, ", ", separator_size);
        used += separator_size;
        memcpy(out + used, name.bytes, name.size);
        used += name.size;
        out[used] = '\0';
    }
    return true;
}

/* The usual headers and whatever the page asked for: clients can be told to send headers of their
 * own. */
static void allow_headers(const struct http_request *request, struct http_response *response)
{
    char list[HEADER_LIST_SIZE];
    size_t size = sizeof standard_headers - 1;
    memcpy(list, standard_headers, size + 1);
    struct text asked = http_request_header(request, "Access-Control-Request-Headers");
    char names[HEADER_LIST_SIZE - sizeof standard_headers - 2];
    if (cors_header_list(asked, names, sizeof names) && names[0] != '\0') {
        memcpy(list + size, ", ", 2);
        (void)text_to_string(text_from(names), list + size + 2, sizeof list - size - 2);
    }
    http_response_header(response, "Access-Control-Allow-Headers", list);
}

/* Pages of other origins have no business with the owner's page and the API: they are told the
 * methods, and no more. */
void cors_preflight(const struct http_request *request, const struct api_route *route,
                    struct http_response *response)
{
    http_response_header(response, "Allow",
                         route ? api_route_allow(route) : "GET, HEAD, POST, OPTIONS");
    if (route && route->manner == API_MANNER_SDK) {
        cors_open(response);
        http_response_header_literal(response, "Access-Control-Allow-Methods", "GET, OPTIONS");
        http_response_header_literal(response, "Access-Control-Max-Age", "86400");
        return;
    }
    if (route && route->manner != API_MANNER_CLIENT) return;
    cors_headers(request, response);
    http_response_header_literal(response, "Access-Control-Allow-Methods", "GET, POST, OPTIONS");
    allow_headers(request, response);
    http_response_header_literal(response, "Access-Control-Max-Age", "86400");
}
