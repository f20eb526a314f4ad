/* Projects, tokens, sign-in links and sign-ins, in SQLite (WAL mode). Publishes the project table
 * after every change: the data plane sees that and nothing else of this room.
 *
 * Secrets are shown once and stored as SHA-256. Any thread: one connection behind one lock. */
#ifndef CANDOR_CONTROL_H
#define CANDOR_CONTROL_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"
#include "crypt/secret.h"
#include "event/project_table.h"

#include <stdbool.h>
#include <stdint.h>

struct control;

enum {
    CONTROL_NAME_SIZE_MAX = 100, /* of a project, bytes */
    CONTROL_PROJECT_COUNT_MAX = 10000,
    CONTROL_LINK_HOURS = 72,     /* a sign-in link's life (spec/security.md §9) */
    CONTROL_SIGN_IN_HOURS = 12,  /* absolute */
    CONTROL_TOKEN_DAYS_MAX = 90, /* every token but ing expires */
};

/* Makes the database when create is set; STATUS_ABSENT when it is not there and create is not.
 * Publishes the table into the slot, which is borrowed and must outlive the control. */
enum control_create { CONTROL_OPEN_ONLY, CONTROL_CREATE };
enum status control_open(const char *path, enum control_create create, struct project_slot *slot,
                         struct control **out, struct error *error) MUST_CHECK;
void control_close(struct control *control);

struct control_project_made {
    uint32_t id;
    char token[SECRET_HEX_SIZE];  /* for clients; public by nature, shown again when asked */
    char secret[SECRET_HEX_SIZE]; /* API secret for /import: shown once */
};
/* STATUS_INVALID: bad name (1 to 100 bytes of UTF-8 without control characters, not only digits)
 * or a zone this machine does not know; or the name is taken. */
struct control_project_options {
    struct text name;
    struct text zone; /* "" is UTC */
    bool sample;
};
enum status control_project_create(struct control *control,
                                   const struct control_project_options *options,
                                   struct control_project_made *out,
                                   struct error *error) MUST_CHECK;

/* Kinds of spec/security.md §9: ing qry row pd adm scim vfy. Here are given: ing, qry, row, adm. */
enum status control_token_create(struct control *control, uint32_t project, struct text kind,
                                 int64_t now_ms, char out[SECRET_TOKEN_SIZE], int64_t *expires_ms,
                                 struct error *error) MUST_CHECK;

struct control_token {
    uint32_t project;
    char kind[8];
};
/* STATUS_DENIED: unknown, expired or revoked (one message for all). Remembers the last use to the
 * hour. Answers from memory for a token seen within the last 5 s. */
enum status control_token_check(struct control *control, struct text token, int64_t now_ms,
                                struct control_token *out, struct error *error) MUST_CHECK;

struct control_token_row {
    uint32_t id;
    struct text project_name;
    struct text kind;
    int64_t created_ms;
    int64_t expires_ms; /* 0: never */
    int64_t used_ms;    /* 0: never */
    bool revoked;
};
/* project 0: those of all projects. In the order of their making. */
enum status control_token_list(struct control *control, uint32_t project, struct arena *arena,
                               struct control_token_row **rows, size_t *count,
                               struct error *error) MUST_CHECK;
enum status control_token_revoke(struct control *control, uint32_t id,
                                 struct error *error) MUST_CHECK;

/* A one-time link for the first owner: the path with the secret, "/sign-in?link=cdr_lnk_…". */
enum { CONTROL_LINK_SIZE = 128 };
enum status control_owner_link(struct control *control, int64_t now_ms, char out[CONTROL_LINK_SIZE],
                               struct error *error) MUST_CHECK;
/* Uses the link up and opens a sign-in; session is the cookie's value. STATUS_DENIED otherwise. */
enum status control_sign_in(struct control *control, struct text link, int64_t now_ms,
                            char session[SECRET_TOKEN_SIZE], struct error *error) MUST_CHECK;
bool control_signed_in(struct control *control, struct text session, int64_t now_ms);
enum status control_sign_out(struct control *control, struct text session,
                             struct error *error) MUST_CHECK;

/* Can the database be read and written right now? */
enum status control_check(struct control *control, struct error *error) MUST_CHECK;
/* PRAGMA integrity_check. */
enum status control_verify(struct control *control, struct error *error) MUST_CHECK;

#endif
