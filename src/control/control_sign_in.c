/* One-time links and the sign-ins they open. */
#include "base/check.h"
#include "control/control_internal.h"

#include <stdio.h>

static enum status expire(struct control *control, enum control_statement which, int64_t now_ms,
                          struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, which);
    sqlite3_bind_int64(statement, 1, now_ms);
    return control_run(control, statement, error);
}

static enum status insert_secret(struct control *control, enum control_statement which,
                                 const char *secret, int64_t now_ms, int64_t expires_ms,
                                 struct error *error)
{
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash(text_from(secret), hash);
    sqlite3_stmt *statement = control_ready(control, which);
    control_bind_hash(statement, 1, hash);
    sqlite3_bind_int64(statement, 2, now_ms);
    sqlite3_bind_int64(statement, 3, expires_ms);
    return control_run(control, statement, error);
}

static enum status link_steps(struct control *control, const char *secret, int64_t now_ms,
                              struct error *error)
{
    TRY(expire(control, CONTROL_LINK_EXPIRE, now_ms, error));
    return insert_secret(control, CONTROL_LINK_INSERT, secret, now_ms,
                         now_ms + (int64_t)CONTROL_LINK_HOURS * CONTROL_HOUR_MS, error);
}

enum status control_owner_link(struct control *control, int64_t now_ms, char out[CONTROL_LINK_SIZE],
                               struct error *error)
{
    char secret[SECRET_TOKEN_SIZE];
    secret_token_make("lnk", secret);
    os_mutex_lock(&control->lock);
    enum status status = link_steps(control, secret, now_ms, error);
    os_mutex_unlock(&control->lock);
    int size = snprintf(out, CONTROL_LINK_SIZE, "/sign-in?link=%s", secret);
    assert(size > 0 && size < CONTROL_LINK_SIZE);
    return status;
}

/* The link is used up and the sign-in opened in one step, so that two clicks open one sign-in. */
static enum status sign_in_steps(struct control *control, const uint8_t hash[SECRET_HASH_SIZE],
                                 const char *session, int64_t now_ms, struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, CONTROL_LINK_USE);
    control_bind_hash(statement, 1, hash);
    sqlite3_bind_int64(statement, 2, now_ms);
    TRY(control_run(control, statement, error));
    if (sqlite3_changes(control->database) != 1) {
        return error_set(error, STATUS_DENIED, "the sign-in link is unknown, used or expired");
    }
    TRY(expire(control, CONTROL_SIGN_IN_EXPIRE, now_ms, error));
    return insert_secret(control, CONTROL_SIGN_IN_INSERT, session, now_ms,
                         now_ms + (int64_t)CONTROL_SIGN_IN_HOURS * CONTROL_HOUR_MS, error);
}

enum status control_sign_in(struct control *control, struct text link, int64_t now_ms,
                            char session[SECRET_TOKEN_SIZE], struct error *error)
{
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash(link, hash);
    secret_token_make("ses", session);
    os_mutex_lock(&control->lock);
    enum status status = control_begin(control, error);
    if (status == STATUS_OK) {
        status = control_end(control, sign_in_steps(control, hash, session, now_ms, error), error);
    }
    os_mutex_unlock(&control->lock);
    if (status != STATUS_OK) session[0] = '\0';
    return status;
}

bool control_signed_in(struct control *control, struct text session, int64_t now_ms)
{
    struct text kind;
    if (!secret_token_well_formed(session, &kind)) return false; /* no look-up for noise */
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash(session, hash);

    os_mutex_lock(&control->lock);
    sqlite3_stmt *statement = control_ready(control, CONTROL_SIGN_IN_FIND);
    control_bind_hash(statement, 1, hash);
    sqlite3_bind_int64(statement, 2, now_ms);
    struct error error = {0};
    bool row = false;
    enum status status = control_step(control, statement, &row, &error);
    control_done(statement);
    os_mutex_unlock(&control->lock);
    return status == STATUS_OK && row;
}

enum status control_sign_out(struct control *control, struct text session, struct error *error)
{
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash(session, hash);
    os_mutex_lock(&control->lock);
    sqlite3_stmt *statement = control_ready(control, CONTROL_SIGN_IN_DELETE);
    control_bind_hash(statement, 1, hash);
    enum status status = control_run(control, statement, error);
    os_mutex_unlock(&control->lock);
    return status;
}
