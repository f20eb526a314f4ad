/* A transport for the native client by libcurl. One handle, used again: connections stay open. */
#ifndef CANDOR_CURL_H
#define CANDOR_CURL_H

#include "candor.h"

struct candor_curl;

/* timeout_ms: of a whole request; 0: 10,000. NULL when libcurl does not start. */
struct candor_curl *candor_curl_open(int timeout_ms);
void candor_curl_close(struct candor_curl *curl);

/* For candor_options: .send = candor_curl_send, .send_context = what candor_curl_open gave. */
int candor_curl_send(void *context, const char *url, const char *content_type, const char *body,
                     size_t body_size, struct candor_response *response);

#endif
