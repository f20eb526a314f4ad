/* One request of a verb and its answer, with everything that must be given back afterwards.
 *
 *   exchange_init; fill target and body; exchange_call; use answer or root; exchange_release */
#ifndef CANDOR_APP_EXCHANGE_H
#define CANDOR_APP_EXCHANGE_H

#include "app/local.h"
#include "app/verb.h"
#include "codec/json_writer.h"
#include "plan/result.h"

struct exchange {
    const struct invocation *invocation;
    struct local *local; /* NULL until the call */
    struct buffer target;
    struct buffer body;
    struct json_writer writer; /* of the body */
    struct buffer answer;
    struct arena arena; /* of the tree and the table */
    const struct json_node *root;
    struct error error;
};

void exchange_init(struct exchange *exchange, const struct invocation *invocation,
                   const char *path);
void exchange_release(struct exchange *exchange);

/* Opens the folder unless that was done, and calls. */
enum status exchange_open(struct exchange *exchange) MUST_CHECK;
enum status exchange_call(struct exchange *exchange, const char *method) MUST_CHECK;

/* The body as one JSON object: begin, members (a NULL value is left out), end. */
void exchange_begin_body(struct exchange *exchange);
void exchange_member(struct exchange *exchange, const char *name, const char *value);
void exchange_end_body(struct exchange *exchange);

/* A file, or standard input for "-", as the body, or as the member whose key was just written.
 * STATUS_TOO_LARGE above size_max. */
enum status exchange_read_file(struct exchange *exchange, const char *path,
                               size_t size_max) MUST_CHECK;
enum status exchange_member_file(struct exchange *exchange, const char *path,
                                 size_t size_max) MUST_CHECK;

/* The answer as a tree in root; the answer's bytes are used up by it. */
enum status exchange_parse(struct exchange *exchange) MUST_CHECK;

/* The answer as it came, as whole lines, on standard output. */
enum status exchange_print(struct exchange *exchange) MUST_CHECK;

/* A list of objects as a table on standard output: the keys are the columns' names. */
enum status exchange_print_table(struct exchange *exchange, const char *const *keys,
                                 uint32_t key_count) MUST_CHECK;

/* Lines by printf into a buffer of the exchange, then to standard output: for answers to people. */
enum status exchange_say(struct exchange *exchange, const char *format, ...)
    __attribute__((format(printf, 2, 3))) MUST_CHECK;

/* The end of a verb: prints the error if there is one, releases, and gives the exit status. */
enum verb_exit exchange_end(struct exchange *exchange, enum status status, const char *attempt);

#endif
