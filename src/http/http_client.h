/* A small HTTP client by libcurl, for the verbs that talk to a running server over its local
 * socket. One owner, one thread. */
#ifndef CANDOR_HTTP_CLIENT_H
#define CANDOR_HTTP_CLIENT_H

#include "base/buffer.h"
#include "base/status.h"

struct http_client;

/* STATUS_ABSENT when nothing listens there. */
enum status http_client_open(const char *unix_path, struct http_client **out,
                             struct error *error) MUST_CHECK;
void http_client_close(struct http_client *client);

/* One exchange. target: path and query. *code is the answer's status; body is filled up to its
 * maximum (STATUS_TOO_LARGE past it). */
enum status http_client_call(struct http_client *client, const char *method, const char *target,
                             const char *content_type, struct text body, int *code,
                             struct buffer *answer, struct error *error) MUST_CHECK;

/* The same, with the answer handed on piece by piece; a callback that fails ends the call. */
typedef enum status http_client_piece(void *context, const char *bytes, size_t size,
                                      struct error *error);
enum status http_client_stream(struct http_client *client, const char *method, const char *target,
                               int *code, http_client_piece *piece, void *context,
                               struct error *error) MUST_CHECK;

#endif
