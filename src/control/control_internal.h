/* What the files of this room share: the connection, its prepared statements, and the words for
 * SQLite's troubles. Every function here is called with the lock held. */
#ifndef CANDOR_CONTROL_INTERNAL_H
#define CANDOR_CONTROL_INTERNAL_H

#include "base/text_index.h"
#include "control/control.h"
#include "control/control_shield.h"
#include "os/os_file.h"
#include "os/os_thread.h"

#include <sqlite3.h>

enum control_statement {
#define CONTROL_STATEMENT(name, sql) CONTROL_##name,
#include "control/control_statement_list.h"
#undef CONTROL_STATEMENT
    CONTROL_STATEMENT_COUNT
};

enum {
    CONTROL_TOKEN_CACHE_COUNT = 256, /* direct-mapped by hash: few programs read at a time */
    CONTROL_TOKEN_CACHE_MS = 5000,   /* control.h promises no more than this */
    CONTROL_HOUR_MS = 3600 * 1000,
    CONTROL_DAY_MS = 24 * CONTROL_HOUR_MS,
    CONTROL_ZONE_SIZE_MAX = 64, /* the longest name of the IANA data has 32 */
};

/* A token that was found good a moment ago. */
struct control_seen_token {
    uint8_t hash[SECRET_HASH_SIZE];
    int64_t seen_ms; /* 0: empty */
    int64_t expires_ms;
    struct control_token token;
};

struct control {
    struct os_mutex lock;
    sqlite3 *database;
    sqlite3_stmt *statements[CONTROL_STATEMENT_COUNT];
    struct project_slot *slot;
    struct control_seen_token seen[CONTROL_TOKEN_CACHE_COUNT];
    char path[OS_PATH_SIZE];
};

/* Bring the database to the newest version, or make it when it is empty and create is set. */
enum status control_migrate(struct control *control, enum control_create create,
                            struct error *error) MUST_CHECK;

/* The statement, ready for new values. Reset it with control_done when it gave a row. */
sqlite3_stmt *control_ready(struct control *control, enum control_statement which);
void control_done(sqlite3_stmt *statement);

/* One step: *row tells whether there is one. Resets the statement when there is none. */
enum status control_step(struct control *control, sqlite3_stmt *statement, bool *row,
                         struct error *error) MUST_CHECK;

/* Run a statement that gives no rows. */
enum status control_run(struct control *control, sqlite3_stmt *statement,
                        struct error *error) MUST_CHECK;

/* Run a text of ours, such as BEGIN IMMEDIATE. */
enum status control_execute(struct control *control, const char *sql,
                            struct error *error) MUST_CHECK;

/* Several statements that happen together or not at all: end takes the status of what was done
 * since begin, and commits or rolls back by it. */
enum status control_begin(struct control *control, struct error *error) MUST_CHECK;
enum status control_end(struct control *control, enum status status,
                        struct error *error) MUST_CHECK;

/* What SQLite says about its last failure. */
enum status control_failure(const struct control *control, const char *attempt,
                            struct error *error);

void control_bind_text(sqlite3_stmt *statement, int place, struct text text);
void control_bind_hash(sqlite3_stmt *statement, int place, const uint8_t hash[SECRET_HASH_SIZE]);
struct text control_column_text(sqlite3_stmt *statement, int column); /* until the next step */

/* The number in the first column of the only row. */
enum status control_count(struct control *control, enum control_statement which, size_t *count,
                          struct error *error) MUST_CHECK;

bool control_has_control_characters(struct text name);
enum status control_check_project(struct control *control, uint32_t project,
                                  struct error *error) MUST_CHECK;

/* Who did it is "" or one line. */
enum status control_check_by(const struct control_deed *deed, struct error *error) MUST_CHECK;

/* A change of a project's shield: a transaction around the steps, then the table is published.
 * Takes the lock itself. */
typedef enum status control_change_steps(struct control *control, const struct control_deed *deed,
                                         void *context, struct error *error);
enum status control_change(struct control *control, const struct control_deed *deed,
                           control_change_steps *steps, void *context,
                           struct error *error) MUST_CHECK;

/* One row of SHIELD_LIST or SHIELD_FIND as a project's shield: *project keeps what else it has.
 * Texts are kept by the index. */
void control_read_shield(sqlite3_stmt *statement, struct text_index *texts,
                         struct project *project);

/* Steps of a change: what was uploaded, and then, after any change, what follows from it. */
enum status control_dictionary_upload(struct control *control, const struct control_deed *deed,
                                      const struct control_sdk_change *change,
                                      struct error *error) MUST_CHECK;
enum status control_dictionary_make(struct control *control, const struct control_deed *deed,
                                    struct error *error) MUST_CHECK;

/* Read every project and hand the table to the slot. */
enum status control_publish(struct control *control, struct error *error) MUST_CHECK;

#endif
