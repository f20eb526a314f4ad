/* One POST to somebody else's server, by libcurl: for webhooks. Any thread; it waits for the
 * answer, so not on a thread that others wait for. */
#ifndef CANDOR_HTTP_POST_H
#define CANDOR_HTTP_POST_H

#include "base/status.h"
#include "base/text.h"

/* JSON to an address of http or https. Redirects are not followed, the answer's body is left
 * unread. STATUS_INVALID: the address cannot be one; STATUS_IO: no answer. Messages do not hold the
 * address, which may have a secret in it. */
enum status http_post(const char *address, struct text json, unsigned timeout_ms, int *code,
                      struct error *error) MUST_CHECK;

#endif
