/* A browser, driven by the DevTools protocol over a pipe: JSON messages, each ended by a zero byte.
 *
 * What comes back is hostile: a page may name its requests anything. One owner, one thread. */
#ifndef CANDOR_TRUST_CDP_H
#define CANDOR_TRUST_CDP_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/status.h"
#include "codec/json_tree.h"

#include <stdint.h>

enum { CDP_MESSAGE_SIZE_MAX = 32 * 1024 * 1024 };

/* Bytes as they come become whole messages. */
struct cdp_reader {
    struct buffer bytes;
    size_t used; /* of bytes: messages that were given out */
};

void cdp_reader_init(struct cdp_reader *reader);
void cdp_reader_release(struct cdp_reader *reader);

/* STATUS_TOO_LARGE when a message would pass the limit. */
enum status cdp_reader_add(struct cdp_reader *reader, const void *bytes, size_t size,
                           struct error *error) MUST_CHECK;

/* The next whole message as a tree in the arena, which the caller rewinds; *message NULL when there
 * is none yet. STATUS_CORRUPT for one that is no JSON object; it is passed over. The tree borrows
 * the reader's bytes until the next call. */
enum status cdp_reader_next(struct cdp_reader *reader, struct arena *arena,
                            const struct json_node **message, struct error *error) MUST_CHECK;

struct cdp;

/* Told of everything that is no answer: "Network.requestWillBeSent" and its like. Anything may be
 * missing from params. */
typedef void cdp_event(void *context, struct text method, const struct json_node *params);

struct cdp_options {
    const char *program; /* a path or a name; NULL: chromium in PATH */
    cdp_event *event;
    void *context;
};

/* Starts the browser with one empty page. STATUS_ABSENT when there is none to start. */
enum status cdp_open(const struct cdp_options *options, struct cdp **out,
                     struct error *error) MUST_CHECK;
void cdp_close(struct cdp *cdp);

/* One call to the page, params as JSON; events that come meanwhile are told. result may be NULL; it
 * borrows memory of cdp until the next call. STATUS_INVALID: the browser refused. */
enum status cdp_call(struct cdp *cdp, const char *method, struct text params,
                     const struct json_node **result, struct error *error) MUST_CHECK;

/* Take events for so long. */
enum status cdp_wait(struct cdp *cdp, uint32_t milliseconds, struct error *error) MUST_CHECK;

/* Run a script in the page; its value, a text, into the buffer. STATUS_INVALID: it threw, or its
 * value is no text. */
enum status cdp_evaluate(struct cdp *cdp, struct text script, struct buffer *value,
                         struct error *error) MUST_CHECK;

#endif
