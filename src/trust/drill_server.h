/* A server of a drill's own: this same program, on a folder that goes with it. Questions go to its
 * local socket, as the verbs' do. Private to this room; one owner, one thread. */
#ifndef CANDOR_TRUST_DRILL_SERVER_H
#define CANDOR_TRUST_DRILL_SERVER_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/status.h"
#include "codec/json_tree.h"
#include "os/os_file.h"

struct drill_server;

struct drill_server_options {
    const char *folder;  /* a temporary one, of the caller */
    const char *webhook; /* where alarms go */
};

enum status drill_server_start(const struct drill_server_options *options,
                               struct drill_server **out, struct error *error) MUST_CHECK;

/* As a supervisor does it, and then whatever it takes. */
enum status drill_server_stop(struct drill_server *server, struct error *error) MUST_CHECK;
void drill_server_close(struct drill_server *server);

const char *drill_server_origin(const struct drill_server *server); /* "http://127.0.0.1:4711" */
const char *drill_server_data(const struct drill_server *server);   /* its data folder */
const char *drill_server_log(const struct drill_server *server);    /* what it printed as log */

/* One exchange; the answer replaces what is in the buffer. A refusal is a failure. */
enum status drill_server_get(struct drill_server *server, const char *target, struct buffer *answer,
                             struct error *error) MUST_CHECK;
enum status drill_server_post(struct drill_server *server, const char *target, struct text body,
                              struct buffer *answer, struct error *error) MUST_CHECK;

#endif
