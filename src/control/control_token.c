/* Tokens: given out once, kept as hashes, checked on every read. */
#include "base/check.h"
#include "base/memory.h"
#include "codec/block.h"
#include "control/control_internal.h"
#include "os/os_clock.h"

#include <string.h>

enum {
    TOKEN_COUNT_MAX = 100000, /* over all projects: a script that makes one each time */
    KIND_SHOWN_MAX = 32,
};

static const char *const kinds[] = {"ing", "qry", "row", "adm"};

/* --- giving out --- */

static const char *find_kind(struct text kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (text_equal(kind, text_from(kinds[i]))) return kinds[i];
    }
    return NULL;
}

enum status control_check_project(struct control *control, uint32_t project, struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, CONTROL_PROJECT_BY_ID);
    sqlite3_bind_int64(statement, 1, project);
    bool row = false;
    TRY(control_step(control, statement, &row, error));
    control_done(statement);
    if (!row) return error_set(error, STATUS_ABSENT, "there is no project %u", project);
    return STATUS_OK;
}

static enum status count_tokens(struct control *control, uint32_t project, size_t *count,
                                struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, CONTROL_TOKEN_COUNT);
    sqlite3_bind_int64(statement, 1, project);
    bool row = false;
    TRY(control_step(control, statement, &row, error));
    *count = row ? (size_t)sqlite3_column_int64(statement, 0) : 0;
    control_done(statement);
    return STATUS_OK;
}

static enum status insert_token(struct control *control, uint32_t project, const char *kind,
                                const uint8_t hash[SECRET_HASH_SIZE], int64_t now_ms,
                                int64_t expires_ms, struct error *error)
{
    TRY(control_check_project(control, project, error));
    size_t count = 0;
    TRY(count_tokens(control, 0, &count, error));
    if (count >= TOKEN_COUNT_MAX) {
        return error_set(error, STATUS_TOO_LARGE, "there are %zu tokens, and more are not allowed",
                         count);
    }
    sqlite3_stmt *statement = control_ready(control, CONTROL_TOKEN_INSERT);
    sqlite3_bind_int64(statement, 1, project);
    control_bind_text(statement, 2, text_from(kind));
    control_bind_hash(statement, 3, hash);
    sqlite3_bind_int64(statement, 4, now_ms);
    sqlite3_bind_int64(statement, 5, expires_ms);
    return control_run(control, statement, error);
}

enum status control_token_create(struct control *control, uint32_t project, struct text kind,
                                 int64_t now_ms, char out[SECRET_TOKEN_SIZE], int64_t *expires_ms,
                                 struct error *error)
{
    const char *known = find_kind(kind);
    if (!known) {
        struct text shown = kind.size > KIND_SHOWN_MAX ? text_slice(kind, 0, KIND_SHOWN_MAX) : kind;
        return error_set(error, STATUS_INVALID,
                         "there is no token kind \"%.*s\"; kinds are ing, qry, row and adm",
                         TEXT_PRINT(shown));
    }
    bool lasts = strcmp(known, "ing") == 0; /* it sits in shipped apps and can only write */
    *expires_ms = lasts ? 0 : now_ms + (int64_t)CONTROL_TOKEN_DAYS_MAX * CONTROL_DAY_MS;

    uint8_t hash[SECRET_HASH_SIZE];
    secret_token_make(known, out);
    secret_hash(text_from(out), hash);
    os_mutex_lock(&control->lock);
    enum status status = insert_token(control, project, known, hash, now_ms, *expires_ms, error);
    if (status == STATUS_OK && lasts) status = control_publish(control, error);
    os_mutex_unlock(&control->lock);
    return status;
}

/* --- checking --- */

static struct control_seen_token *seen_place(struct control *control,
                                             const uint8_t hash[SECRET_HASH_SIZE])
{
    return &control->seen[load_u64(hash) % CONTROL_TOKEN_CACHE_COUNT];
}

static bool is_expired(int64_t expires_ms, int64_t now_ms)
{
    return expires_ms != 0 && expires_ms <= now_ms;
}

static bool was_seen(const struct control_seen_token *seen, const uint8_t hash[SECRET_HASH_SIZE],
                     int64_t now_ms)
{
    if (seen->seen_ms == 0 || is_expired(seen->expires_ms, now_ms)) return false;
    if (now_ms < seen->seen_ms) return false; /* the clock was set back */
    if (now_ms - seen->seen_ms >= CONTROL_TOKEN_CACHE_MS) return false;
    return secret_equal(seen->hash, hash, SECRET_HASH_SIZE);
}

static enum status deny(struct error *error)
{
    return error_set(error, STATUS_DENIED, "the token is unknown, expired or revoked");
}

/* The hour of the last use. A disk that is full must not lock readers out, so a failure here is
 * let pass: the next use tries again. */
static void remember_use(struct control *control, int64_t id, int64_t used_ms, int64_t now_ms)
{
    int64_t hour_ms = now_ms - now_ms % CONTROL_HOUR_MS;
    if (used_ms >= hour_ms) return;
    sqlite3_stmt *statement = control_ready(control, CONTROL_TOKEN_USED);
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_int64(statement, 2, hour_ms);
    struct error ignored = {0};
    enum status status = control_run(control, statement, &ignored);
    (void)status;
}

static enum status look_up(struct control *control, const uint8_t hash[SECRET_HASH_SIZE],
                           int64_t now_ms, struct control_seen_token *found, struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, CONTROL_TOKEN_FIND);
    control_bind_hash(statement, 1, hash);
    bool row = false;
    TRY(control_step(control, statement, &row, error));
    if (!row) return deny(error);

    int64_t id = sqlite3_column_int64(statement, 0);
    int64_t used_ms = sqlite3_column_int64(statement, 4);
    *found = (struct control_seen_token){
        .seen_ms = now_ms,
        .expires_ms = sqlite3_column_int64(statement, 3),
        .token.project = (uint32_t)sqlite3_column_int64(statement, 1),
    };
    memcpy(found->hash, hash, SECRET_HASH_SIZE);
    bool fits = text_to_string(control_column_text(statement, 2), found->token.kind,
                               sizeof found->token.kind);
    control_done(statement);
    if (!fits || is_expired(found->expires_ms, now_ms)) return deny(error);
    remember_use(control, id, used_ms, now_ms);
    return STATUS_OK;
}

static enum status check_steps(struct control *control, const uint8_t hash[SECRET_HASH_SIZE],
                               int64_t now_ms, struct control_token *out, struct error *error)
{
    struct control_seen_token *seen = seen_place(control, hash);
    if (!was_seen(seen, hash, now_ms)) {
        struct control_seen_token found;
        TRY(look_up(control, hash, now_ms, &found, error));
        *seen = found;
    }
    *out = seen->token;
    return STATUS_OK;
}

enum status control_token_check(struct control *control, struct text token, int64_t now_ms,
                                struct control_token *out, struct error *error)
{
    struct text kind;
    if (!secret_token_well_formed(token, &kind)) return deny(error); /* no look-up for noise */
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash(token, hash);
    os_mutex_lock(&control->lock);
    enum status status = check_steps(control, hash, now_ms, out, error);
    os_mutex_unlock(&control->lock);
    return status;
}

/* --- listing and revoking --- */

static bool read_row(sqlite3_stmt *statement, struct arena *arena, struct control_token_row *row)
{
    *row = (struct control_token_row){
        .id = (uint32_t)sqlite3_column_int64(statement, 0),
        .project_name = arena_text(arena, control_column_text(statement, 1)),
        .kind = arena_text(arena, control_column_text(statement, 2)),
        .created_ms = sqlite3_column_int64(statement, 3),
        .expires_ms = sqlite3_column_int64(statement, 4),
        .used_ms = sqlite3_column_int64(statement, 5),
        .revoked = sqlite3_column_int64(statement, 6) != 0,
    };
    return row->project_name.bytes && row->kind.bytes;
}

static enum status read_rows(struct control *control, uint32_t project, struct arena *arena,
                             struct control_token_row *rows, size_t count, struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, CONTROL_TOKEN_LIST);
    sqlite3_bind_int64(statement, 1, project);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        bool row = false;
        status = control_step(control, statement, &row, error);
        if (status != STATUS_OK) break;
        assert(row); /* counted a moment ago, under the same lock */
        if (!read_row(statement, arena, &rows[i])) {
            status = error_set(error, STATUS_TOO_LARGE, "the list of tokens needs more memory");
        }
    }
    control_done(statement);
    return status;
}

static enum status list_steps(struct control *control, uint32_t project, struct arena *arena,
                              struct control_token_row **rows, size_t *count, struct error *error)
{
    TRY(count_tokens(control, project, count, error));
    *rows = ARENA_ARRAY(arena, struct control_token_row, *count);
    if (!*rows) {
        return error_set(error, STATUS_TOO_LARGE, "the list of %zu tokens needs more memory",
                         *count);
    }
    return read_rows(control, project, arena, *rows, *count, error);
}

enum status control_token_list(struct control *control, uint32_t project, struct arena *arena,
                               struct control_token_row **rows, size_t *count, struct error *error)
{
    os_mutex_lock(&control->lock);
    enum status status = list_steps(control, project, arena, rows, count, error);
    os_mutex_unlock(&control->lock);
    return status;
}

static enum status revoke_steps(struct control *control, uint32_t id, struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, CONTROL_TOKEN_REVOKE);
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_int64(statement, 2, os_clock_now_ms());
    TRY(control_run(control, statement, error));
    if (sqlite3_changes(control->database) == 0) {
        return error_set(error, STATUS_ABSENT, "there is no token %u", id);
    }
    memory_wipe(control->seen, sizeof control->seen); /* it ends now, not in five seconds */
    return control_publish(control, error);           /* a write key leaves the table */
}

enum status control_token_revoke(struct control *control, uint32_t id, struct error *error)
{
    os_mutex_lock(&control->lock);
    enum status status = revoke_steps(control, id, error);
    os_mutex_unlock(&control->lock);
    return status;
}
