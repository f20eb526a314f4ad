/* A page in a browser of our own: go there, use it as a person would, and be told all that leaves
 * it. One owner, one thread. Private to this room. */
#ifndef CANDOR_TRUST_VISIT_H
#define CANDOR_TRUST_VISIT_H

#include "base/buffer.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

enum { VISIT_HOST_SIZE = 80 };

struct visit;

/* Told of each address, header and body that a page sends, as it is on the wire, and of frames of
 * its sockets. The visits' own addresses are not among them. */
typedef void visit_sent(void *context, const char *host, struct text bytes);

struct visit_options {
    const char *chromium; /* NULL: in PATH */
    visit_sent *sent;
    void *context;
};

/* STATUS_ABSENT: there is no browser. */
enum status visit_open(const struct visit_options *options, struct visit **out,
                       struct error *error) MUST_CHECK;
void visit_close(struct visit *visit);

/* Until it has loaded, and what it does then. */
enum status visit_go(struct visit *visit, struct text url, struct error *error) MUST_CHECK;
enum status visit_wait(struct visit *visit, uint32_t milliseconds, struct error *error) MUST_CHECK;

/* A script's text into the buffer, which is cleared first. */
enum status visit_ask(struct visit *visit, struct text script, struct buffer *answer,
                      struct error *error) MUST_CHECK;

/* Into the field that has the focus: at once, or key by key (ASCII). */
enum status visit_insert(struct visit *visit, struct text text, struct error *error) MUST_CHECK;
enum status visit_type(struct visit *visit, struct text text, struct error *error) MUST_CHECK;

/* A press of the left button at a point that a script told as `"x":1.5,"y":2`. */
enum status visit_click(struct visit *visit, struct text point, struct error *error) MUST_CHECK;

/* Ask for bodies that the browser did not tell along with their requests. */
enum status visit_fetch_bodies(struct visit *visit, struct error *error) MUST_CHECK;

struct visit_figures {
    uint32_t requests;
    uint32_t unseen; /* of them, had a body that nobody could see */
};
struct visit_figures visit_figures(const struct visit *visit);

#endif
