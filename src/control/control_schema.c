/* The database's tables, as the list of changes that led to them. PRAGMA user_version counts the
 * changes done; each is applied whole or not at all. A change that was released is never edited:
 * a new one is added behind it. */
#include "base/check.h"
#include "control/control_internal.h"

#include <stdio.h>

/* "CNDR" in the file's header, so that another program's database is not taken for ours. */
enum { APPLICATION_ID = 0x434e4452 };

/* Times are milliseconds since 1970 UTC; 0 stands for never. A project's id is never used again,
 * because segments on disk name projects by it: hence AUTOINCREMENT. */
static const char *const migrations[] = {
    "CREATE TABLE project ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " name TEXT NOT NULL UNIQUE,"
    " token TEXT NOT NULL UNIQUE,"
    " secret_hash BLOB NOT NULL CHECK (length(secret_hash) = 32),"
    " zone TEXT NOT NULL,"
    " week_start INTEGER NOT NULL DEFAULT 1 CHECK (week_start BETWEEN 1 AND 7),"
    " sample INTEGER NOT NULL DEFAULT 0 CHECK (sample IN (0, 1)),"
    " created_ms INTEGER NOT NULL"
    ") STRICT;"
    "CREATE TABLE token ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " project INTEGER NOT NULL REFERENCES project (id),"
    " kind TEXT NOT NULL,"
    " hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),"
    " created_ms INTEGER NOT NULL,"
    " expires_ms INTEGER NOT NULL,"
    " used_ms INTEGER NOT NULL DEFAULT 0,"
    " revoked_ms INTEGER NOT NULL DEFAULT 0"
    ") STRICT;"
    "CREATE INDEX token_project ON token (project);"
    "CREATE TABLE link ("
    " hash BLOB PRIMARY KEY CHECK (length(hash) = 32),"
    " created_ms INTEGER NOT NULL,"
    " expires_ms INTEGER NOT NULL,"
    " used_ms INTEGER NOT NULL DEFAULT 0"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE sign_in ("
    " hash BLOB PRIMARY KEY CHECK (length(hash) = 32),"
    " created_ms INTEGER NOT NULL,"
    " expires_ms INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;",

    /* The shield's settings (control_shield.h). A project without a row was never touched. */
    "CREATE TABLE shield ("
    " project INTEGER PRIMARY KEY REFERENCES project (id),"
    " revision INTEGER NOT NULL DEFAULT 0,"
    " mode INTEGER NOT NULL DEFAULT 0 CHECK (mode BETWEEN 0 AND 2),"
    " mode_until_ms INTEGER NOT NULL DEFAULT 0,"
    " mode_by TEXT NOT NULL DEFAULT '',"
    " mode_reason TEXT NOT NULL DEFAULT '',"
    " mode_set_ms INTEGER NOT NULL DEFAULT 0,"
    " autocapture INTEGER NOT NULL DEFAULT 0 CHECK (autocapture IN (0, 1)),"
    " observe INTEGER NOT NULL DEFAULT 0 CHECK (observe IN (0, 1)),"
    " sample REAL NOT NULL DEFAULT 1 CHECK (sample BETWEEN 0 AND 1),"
    " routes TEXT NOT NULL DEFAULT '',"
    " params TEXT NOT NULL DEFAULT '',"
    " salt TEXT NOT NULL DEFAULT '',"
    " dictionary BLOB NOT NULL DEFAULT x'',"
    " dictionary_count INTEGER NOT NULL DEFAULT 0"
    ") STRICT;"
    "CREATE TABLE shield_text ("
    " project INTEGER NOT NULL REFERENCES project (id),"
    " kind INTEGER NOT NULL CHECK (kind IN (0, 1))," /* enum control_text */
    " revision INTEGER NOT NULL,"
    " contents TEXT NOT NULL,"
    " by_whom TEXT NOT NULL,"
    " made_ms INTEGER NOT NULL,"
    " PRIMARY KEY (project, kind, revision)"
    ") STRICT;"
    "CREATE TABLE shield_loosened ("
    " project INTEGER NOT NULL REFERENCES project (id),"
    " property TEXT NOT NULL,"
    " detector TEXT NOT NULL,"
    " by_whom TEXT NOT NULL,"
    " reason TEXT NOT NULL,"
    " made_ms INTEGER NOT NULL,"
    " until_ms INTEGER NOT NULL,"
    " PRIMARY KEY (project, property, detector)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE shield_held ("
    " id INTEGER PRIMARY KEY,"
    " project INTEGER NOT NULL REFERENCES project (id),"
    " property TEXT NOT NULL,"
    " by_whom TEXT NOT NULL,"
    " reason TEXT NOT NULL,"
    " held_ms INTEGER NOT NULL,"
    " released_ms INTEGER NOT NULL DEFAULT 0,"
    " released_by TEXT NOT NULL DEFAULT '',"
    " release_reason TEXT NOT NULL DEFAULT ''"
    ") STRICT;"
    "CREATE UNIQUE INDEX shield_held_now ON shield_held (project, property) WHERE released_ms = 0;"
    "CREATE INDEX token_kind ON token (kind);",

    /* Filters without their hashes can neither grow nor be checked against: they are to be given
     * again. uploaded: what people gave; listed: with what was learned, without what was taken off;
     * both as sorted hashes of 8 bytes, little-endian. */
    "ALTER TABLE shield ADD COLUMN uploaded BLOB NOT NULL DEFAULT x'';"
    "ALTER TABLE shield ADD COLUMN listed BLOB NOT NULL DEFAULT x'';"
    "UPDATE shield SET salt = '', dictionary = x'', dictionary_count = 0;"
    "CREATE TABLE shield_observed ("
    " project INTEGER NOT NULL REFERENCES project (id),"
    " hash INTEGER NOT NULL," /* its 64 bits, as a signed number */
    " is_forgotten INTEGER NOT NULL CHECK (is_forgotten IN (0, 1)),"
    " by_whom TEXT NOT NULL,"
    " made_ms INTEGER NOT NULL,"
    " PRIMARY KEY (project, hash)"
    ") STRICT, WITHOUT ROWID;",
};

enum { MIGRATION_COUNT = sizeof migrations / sizeof migrations[0] };

static enum status read_pragma(struct control *control, const char *sql, int64_t *value,
                               struct error *error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(control->database, sql, -1, &statement, NULL) != SQLITE_OK) {
        return control_failure(control, "read", error);
    }
    bool row = sqlite3_step(statement) == SQLITE_ROW;
    if (row) *value = sqlite3_column_int64(statement, 0);
    enum status status = row ? STATUS_OK : control_failure(control, "read", error);
    sqlite3_finalize(statement);
    return status;
}

/* PRAGMA takes no bound values, so the number is written into the text. */
static enum status write_pragma(struct control *control, const char *name, int64_t value,
                                struct error *error)
{
    char sql[64];
    int size = snprintf(sql, sizeof sql, "PRAGMA %s = %lld", name, (long long)value);
    assert(size > 0 && size < (int)sizeof sql);
    return control_execute(control, sql, error);
}

static enum status apply(struct control *control, int64_t version, struct error *error)
{
    TRY(control_execute(control, migrations[version], error));
    TRY(write_pragma(control, "application_id", APPLICATION_ID, error));
    return write_pragma(control, "user_version", version + 1, error);
}

static enum status check_origin(struct control *control, enum control_create create,
                                int64_t version, struct error *error)
{
    if (version == 0 && create == CONTROL_OPEN_ONLY) {
        return error_set(error, STATUS_CORRUPT, "control database \"%s\" is empty", control->path);
    }
    if (version < 0 || version > MIGRATION_COUNT) {
        return error_set(error, STATUS_INVALID,
                         "control database \"%s\" has version %lld and this program knows up to %d:"
                         " it was written by a newer candor",
                         control->path, (long long)version, (int)MIGRATION_COUNT);
    }
    int64_t application = 0;
    TRY(read_pragma(control, "PRAGMA application_id", &application, error));
    if (application != (version == 0 ? 0 : APPLICATION_ID)) {
        return error_set(error, STATUS_CORRUPT, "\"%s\" is not a control database of candor",
                         control->path);
    }
    return STATUS_OK;
}

enum status control_migrate(struct control *control, enum control_create create,
                            struct error *error)
{
    int64_t version = 0;
    TRY(read_pragma(control, "PRAGMA user_version", &version, error));
    TRY(check_origin(control, create, version, error));
    for (; version < MIGRATION_COUNT; version++) {
        TRY(control_begin(control, error));
        TRY(control_end(control, apply(control, version, error), error));
    }
    return STATUS_OK;
}
