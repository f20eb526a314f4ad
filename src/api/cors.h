/* What browsers ask of a server that pages of other origins send to (spec/wire.md §3). Clients send
 * credentials, so the origin is echoed: "*" would not do. */
#ifndef CANDOR_API_CORS_H
#define CANDOR_API_CORS_H

#include "api/api_routes.h"
#include "http/http.h"

enum { CORS_ORIGIN_SIZE_MAX = 256 };

/* On every answer to a page of another origin, errors too. */
void cors_headers(const struct http_request *request, struct http_response *response);
/* For what everybody may read and what knows no visitor: files and settings of the SDK. */
void cors_open(struct http_response *response);
void cors_preflight(const struct http_request *request, const struct api_route *route,
                    struct http_response *response);
/* Keeps the names of a list of headers that are names, joined by ", ". False when out is full. */
bool cors_header_list(struct text asked, char *out, size_t out_size);
bool cors_origin_is_sane(struct text origin);

#endif
