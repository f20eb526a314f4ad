/* The project table: read whole from the database after every change, and handed to the slot. */
#include "base/check.h"
#include "base/memory.h"
#include "control/control_internal.h"
#include "os/os_clock.h"

#include <stdio.h>
#include <string.h>

enum { HASH_HEX_SIZE = 2 * SECRET_HASH_SIZE };

/* What was read, until the table has its own copies. */
struct reading {
    struct project *projects;
    struct project_key *keys;
    size_t count, count_max;
    size_t key_count, key_count_max;
    struct text_index texts;
};

static struct text keep(struct text_index *texts, struct text text)
{
    return text_index_get(texts, text_index_add(texts, text));
}

static struct text hash_as_hex(struct text_index *texts, const uint8_t *hash)
{
    char hex[HASH_HEX_SIZE + 1];
    for (int i = 0; i < SECRET_HASH_SIZE; i++) {
        snprintf(hex + 2 * i, 3, "%02x", hash[i]);
    }
    return keep(texts, (struct text){hex, HASH_HEX_SIZE});
}

static enum status read_project(struct control *control, sqlite3_stmt *statement,
                                struct text_index *kept, struct project *project,
                                struct error *error)
{
    struct text hash = {sqlite3_column_blob(statement, 4),
                        (size_t)sqlite3_column_bytes(statement, 4)};
    struct text texts[3] = {control_column_text(statement, 1), control_column_text(statement, 2),
                            control_column_text(statement, 3)};
    /* Our own checks keep these bounds; a file edited by other hands may not. */
    if (hash.size != SECRET_HASH_SIZE || texts[0].size > CONTROL_NAME_SIZE_MAX ||
        texts[1].size >= SECRET_HEX_SIZE || texts[2].size > CONTROL_ZONE_SIZE_MAX) {
        return error_set(error, STATUS_CORRUPT,
                         "control database \"%s\" is damaged: project %lld is out of bounds",
                         control->path, (long long)sqlite3_column_int64(statement, 0));
    }
    *project = (struct project){
        .id = (uint32_t)sqlite3_column_int64(statement, 0),
        .name = keep(kept, texts[0]),
        .token = keep(kept, texts[1]),
        .zone = keep(kept, texts[2]),
        .secret = hash_as_hex(kept, (const uint8_t *)hash.bytes),
        .week_start = sqlite3_column_int(statement, 5),
        .sample = sqlite3_column_int(statement, 6) != 0,
    };
    return STATUS_OK;
}

static enum status read_projects(struct control *control, struct reading *reading,
                                 struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, CONTROL_PROJECT_LIST);
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        bool row = false;
        status = control_step(control, statement, &row, error);
        if (status != STATUS_OK || !row) break;
        assert(reading->count < reading->count_max); /* counted a moment ago, under one lock */
        struct project *project = &reading->projects[reading->count];
        status = read_project(control, statement, &reading->texts, project, error);
        if (status == STATUS_OK) reading->count++;
    }
    control_done(statement);
    return status;
}

/* Both lists are in the order of ids. */
static enum status read_shields(struct control *control, struct reading *reading,
                                struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, CONTROL_SHIELD_LIST);
    sqlite3_bind_int64(statement, 1, os_clock_now_ms());
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK;) {
        bool row = false;
        status = control_step(control, statement, &row, error);
        if (status != STATUS_OK || !row) break;
        uint32_t id = (uint32_t)sqlite3_column_int64(statement, 0);
        while (i < reading->count && reading->projects[i].id < id)
            i++;
        if (i < reading->count && reading->projects[i].id == id) {
            control_read_shield(statement, &reading->texts, &reading->projects[i]);
        }
    }
    control_done(statement);
    return status;
}

static bool has_project(const struct reading *reading, uint32_t id)
{
    size_t first = 0;
    size_t end = reading->count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (reading->projects[middle].id == id) return true;
        if (reading->projects[middle].id < id) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    return false;
}

/* A key whose project is gone names nothing: only other hands could have left one. */
static enum status read_keys(struct control *control, struct reading *reading, struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, CONTROL_KEY_LIST);
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        bool row = false;
        status = control_step(control, statement, &row, error);
        if (status != STATUS_OK || !row) break;
        const void *hash = sqlite3_column_blob(statement, 0);
        uint32_t project = (uint32_t)sqlite3_column_int64(statement, 1);
        if (sqlite3_column_bytes(statement, 0) != SECRET_HASH_SIZE) continue;
        if (!has_project(reading, project)) continue;
        assert(reading->key_count < reading->key_count_max);
        struct project_key *key = &reading->keys[reading->key_count++];
        key->project = project;
        memcpy(key->hash, hash, SECRET_HASH_SIZE);
    }
    control_done(statement);
    return status;
}

static enum status read_all(struct control *control, struct reading *reading, struct error *error)
{
    TRY(control_count(control, CONTROL_PROJECT_COUNT, &reading->count_max, error));
    TRY(control_count(control, CONTROL_KEY_COUNT, &reading->key_count_max, error));
    reading->projects = MEMORY_ARRAY(struct project, reading->count_max);
    reading->keys = MEMORY_ARRAY(struct project_key, reading->key_count_max);
    TRY(read_projects(control, reading, error));
    TRY(read_shields(control, reading, error));
    return read_keys(control, reading, error);
}

enum status control_publish(struct control *control, struct error *error)
{
    struct reading reading = {0};
    text_index_init(&reading.texts);
    enum status status = read_all(control, &reading, error);
    if (status == STATUS_OK) {
        project_slot_publish(control->slot,
                             project_table_make_keyed(reading.projects, reading.count, reading.keys,
                                                      reading.key_count));
    }
    memory_free(reading.projects);
    memory_free(reading.keys);
    text_index_release(&reading.texts);
    return status;
}
