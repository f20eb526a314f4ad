/* Every room behind two HTTP servers, on a folder of its own, and a client that keeps what it was
 * answered. One of it in each test program. */
#ifndef CANDOR_TEST_API_FIXTURE_H
#define CANDOR_TEST_API_FIXTURE_H

#include "api/api.h"
#include "os/os_file.h"

#include <stdbool.h>

enum { ANSWER_SIZE_MAX = 8 * 1024 * 1024 };

struct fixture {
    char folder[64];
    char socket_path[OS_PATH_SIZE];
    struct project_slot *projects;
    struct control *control;
    struct backend *backend;
    struct ingest *ingest;
    struct api *api;
    struct http_server *public_server;
    struct http_server *local_server;
    struct control_project_made shop;    /* "private <shop>" */
    struct control_project_made sample;  /* "open sample" */
    char query_token[SECRET_TOKEN_SIZE]; /* of the shop */
    char ingest_token[SECRET_TOKEN_SIZE];
};

extern struct fixture fixture;

/* For cmocka. */
int fixture_start(void **state);
int fixture_stop(void **state);

struct answer {
    long code;
    char *head; /* C strings */
    char *body;
    struct buffer head_bytes;
    struct buffer body_bytes;
};

/* headers ends with NULL or is NULL; a body of NULL sends none. */
struct answer ask(const char *method, const char *target, const char *const *headers,
                  const char *body);
void answer_release(struct answer *answer);

/* value NULL: the header is not there. */
bool header_is(const struct answer *answer, const char *name, const char *value);

/* Asks, and fails unless the answer has this code and these words. */
void expect(const char *method, const char *target, const char *const *headers, const char *body,
            long code, const char *words);

/* One event of a project. */
void track(const char *token, const char *name);
/* Everything acknowledged so far is visible. */
void settle(void);

#endif
