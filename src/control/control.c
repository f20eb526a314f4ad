#include "control/control.h"

#include "base/check.h"
#include "base/memory.h"
#include "control/control_internal.h"

#include <string.h>

enum { BUSY_TIMEOUT_MS = 2000 };

static const char *const statement_texts[] = {
#define CONTROL_STATEMENT(name, sql) sql,
#include "control/control_statement_list.h"
#undef CONTROL_STATEMENT
};

/* Every status SQLite can end with, as one of ours. */
static enum status status_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return STATUS_CORRUPT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return STATUS_BUSY;
    case SQLITE_CONSTRAINT: return STATUS_INVALID;
    default: return STATUS_IO;
    }
}

enum status control_failure(const struct control *control, const char *attempt, struct error *error)
{
    int code = sqlite3_extended_errcode(control->database);
    return error_set(error, status_of(code), "could not %s control database \"%s\": %s", attempt,
                     control->path, sqlite3_errmsg(control->database));
}

sqlite3_stmt *control_ready(struct control *control, enum control_statement which)
{
    sqlite3_stmt *statement = control->statements[which];
    assert(statement);
    assert(!sqlite3_stmt_busy(statement)); /* whoever used it last left it in mid-air */
    sqlite3_clear_bindings(statement);
    return statement;
}

void control_done(sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
}

enum status control_step(struct control *control, sqlite3_stmt *statement, bool *row,
                         struct error *error)
{
    int code = sqlite3_step(statement);
    *row = code == SQLITE_ROW;
    if (code == SQLITE_ROW) return STATUS_OK;
    enum status status = STATUS_OK;
    if (code != SQLITE_DONE) {
        const char *attempt = sqlite3_stmt_readonly(statement) ? "read" : "write";
        status = control_failure(control, attempt, error);
    }
    sqlite3_reset(statement);
    return status;
}

enum status control_run(struct control *control, sqlite3_stmt *statement, struct error *error)
{
    bool row = false;
    TRY(control_step(control, statement, &row, error));
    assert(!row);
    return STATUS_OK;
}

enum status control_execute(struct control *control, const char *sql, struct error *error)
{
    if (sqlite3_exec(control->database, sql, NULL, NULL, NULL) == SQLITE_OK) return STATUS_OK;
    return control_failure(control, "write", error);
}

enum status control_begin(struct control *control, struct error *error)
{
    return control_execute(control, "BEGIN IMMEDIATE", error);
}

enum status control_end(struct control *control, enum status status, struct error *error)
{
    if (status == STATUS_OK) status = control_execute(control, "COMMIT", error);
    /* A full disk may have rolled back by itself; then there is nothing left to do. */
    if (status != STATUS_OK && !sqlite3_get_autocommit(control->database)) {
        sqlite3_exec(control->database, "ROLLBACK", NULL, NULL, NULL);
    }
    return status;
}

/* SQLite copies nothing: the text outlives the step. */
void control_bind_text(sqlite3_stmt *statement, int place, struct text text)
{
    sqlite3_bind_text64(statement, place, text.bytes ? text.bytes : "", text.size, SQLITE_STATIC,
                        SQLITE_UTF8);
}

void control_bind_hash(sqlite3_stmt *statement, int place, const uint8_t hash[SECRET_HASH_SIZE])
{
    sqlite3_bind_blob(statement, place, hash, SECRET_HASH_SIZE, SQLITE_STATIC);
}

struct text control_column_text(sqlite3_stmt *statement, int column)
{
    const void *bytes = sqlite3_column_text(statement, column);
    return (struct text){bytes, (size_t)sqlite3_column_bytes(statement, column)};
}

enum status control_count(struct control *control, enum control_statement which, size_t *count,
                          struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, which);
    bool row = false;
    TRY(control_step(control, statement, &row, error));
    *count = row ? (size_t)sqlite3_column_int64(statement, 0) : 0;
    control_done(statement);
    return STATUS_OK;
}

/* --- opening --- */

/* Ours are the only hands on this file, but its bytes come from a disk: a schema that was tampered
 * with must not run code, and a page that lies about its cells must be noticed. */
static enum status configure(struct control *control, struct error *error)
{
    sqlite3_busy_timeout(control->database, BUSY_TIMEOUT_MS);
    sqlite3_extended_result_codes(control->database, 1);
    sqlite3_db_config(control->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(control->database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    int code = sqlite3_exec(control->database,
                            "PRAGMA journal_mode = WAL;"
                            "PRAGMA synchronous = FULL;"
                            "PRAGMA foreign_keys = ON;"
                            "PRAGMA cell_size_check = ON;",
                            NULL, NULL, NULL);
    return code == SQLITE_OK ? STATUS_OK : control_failure(control, "open", error);
}

static enum status prepare(struct control *control, struct error *error)
{
    for (int i = 0; i < CONTROL_STATEMENT_COUNT; i++) {
        int code = sqlite3_prepare_v3(control->database, statement_texts[i], -1,
                                      SQLITE_PREPARE_PERSISTENT, &control->statements[i], NULL);
        if (code == SQLITE_OK) continue;
        error->status = control_failure(control, "read", error);
        /* A table that is missing or has other columns was not made by our migrations. */
        if (code == SQLITE_ERROR) error->status = STATUS_CORRUPT;
        return error->status;
    }
    return STATUS_OK;
}

static enum status open_steps(struct control *control, enum control_create create,
                              struct error *error)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    int code = sqlite3_open_v2(control->path, &control->database, flags, NULL);
    assert(control->database); /* NULL only without memory, and then we do not go on */
    if (code != SQLITE_OK) return control_failure(control, "open", error);
    TRY(configure(control, error));
    TRY(control_migrate(control, create, error));
    TRY(prepare(control, error));
    return control_publish(control, error);
}

/* SQLite would make the file readable for everyone; its WAL takes over the mode of the file. */
static enum status make_file(const char *path, struct error *error)
{
    struct os_file file;
    TRY(os_file_open(&file, path, OS_FILE_WRITE_NEW, error));
    os_file_close(&file);
    return STATUS_OK;
}

enum status control_open(const char *path, enum control_create create, struct project_slot *slot,
                         struct control **out, struct error *error)
{
    assert(slot);
    if (create == CONTROL_CREATE) TRY(make_file(path, error));
    if (!os_exists(path)) {
        return error_set(error, STATUS_ABSENT, "there is no control database \"%s\"", path);
    }
    struct control *control = MEMORY_NEW(struct control);
    if (!text_to_string(text_from(path), control->path, sizeof control->path)) {
        memory_free(control);
        return error_set(error, STATUS_INVALID, "path of the control database is too long");
    }
    os_mutex_init(&control->lock);
    control->slot = slot;
    enum status status = open_steps(control, create, error);
    if (status == STATUS_OK) {
        *out = control;
    } else {
        control_close(control);
    }
    return status;
}

void control_close(struct control *control)
{
    for (int i = 0; i < CONTROL_STATEMENT_COUNT; i++) {
        sqlite3_finalize(control->statements[i]);
    }
    int code = sqlite3_close(control->database); /* folds the WAL into the file */
    assert(code == SQLITE_OK);                   /* a statement was left open otherwise */
    os_mutex_release(&control->lock);
    memory_wipe(control->seen, sizeof control->seen);
    memory_free(control);
}

/* --- checks --- */

static enum status check_steps(struct control *control, struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, CONTROL_PROJECT_COUNT);
    bool row = false;
    TRY(control_step(control, statement, &row, error));
    control_done(statement);
    TRY(control_begin(control, error)); /* takes the write lock */
    return control_execute(control, "ROLLBACK", error);
}

enum status control_check(struct control *control, struct error *error)
{
    os_mutex_lock(&control->lock);
    enum status status = check_steps(control, error);
    os_mutex_unlock(&control->lock);
    return status;
}

/* The pragma gives one row "ok", or a row for each thing it found. */
static enum status verify_integrity(struct control *control, sqlite3_stmt *statement,
                                    struct error *error)
{
    if (sqlite3_step(statement) != SQLITE_ROW) return control_failure(control, "read", error);
    struct text found = control_column_text(statement, 0);
    if (text_equal(found, TEXT("ok"))) return STATUS_OK;
    return error_set(error, STATUS_CORRUPT, "control database \"%s\" is damaged: %.*s",
                     control->path, TEXT_PRINT(found));
}

static enum status verify_references(struct control *control, sqlite3_stmt *statement,
                                     struct error *error)
{
    int code = sqlite3_step(statement);
    if (code == SQLITE_DONE) return STATUS_OK;
    if (code != SQLITE_ROW) return control_failure(control, "read", error);
    struct text table = control_column_text(statement, 0);
    return error_set(
        error, STATUS_CORRUPT,
        "control database \"%s\" is damaged: a row of table \"%.*s\" refers to nothing",
        control->path, TEXT_PRINT(table));
}

static enum status verify_by(struct control *control, const char *sql,
                             enum status (*judge)(struct control *, sqlite3_stmt *, struct error *),
                             struct error *error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(control->database, sql, -1, &statement, NULL) != SQLITE_OK) {
        return control_failure(control, "read", error);
    }
    enum status status = judge(control, statement, error);
    sqlite3_finalize(statement);
    return status;
}

enum status control_verify(struct control *control, struct error *error)
{
    os_mutex_lock(&control->lock);
    enum status status = verify_by(control, "PRAGMA integrity_check(1)", verify_integrity, error);
    if (status == STATUS_OK) {
        status = verify_by(control, "PRAGMA foreign_key_check", verify_references, error);
    }
    os_mutex_unlock(&control->lock);
    return status;
}
