/* The shield's settings and their history, to be shown. */
#include "base/check.h"
#include "control/control_internal.h"
#include "control/control_shield.h"
#include "os/os_clock.h"

/* The columns of SHIELD_FIND that the project table does not take. */
enum { COLUMN_COUNT = 15, COLUMN_BY, COLUMN_REASON, COLUMN_SET };

/* Rows of one list, each written by a function of its own into a slot of the arena's array. */
struct list {
    struct arena *arena;
    size_t row_size;
    char *rows;
    size_t count, count_max;
    bool (*read)(sqlite3_stmt *statement, struct arena *arena, void *row);
};

static enum status lack_memory(struct error *error)
{
    return error_set(error, STATUS_TOO_LARGE, "the shield's settings need more memory");
}

static enum status read_list(struct control *control, enum control_statement which,
                             uint32_t project, struct list *list, struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, which);
    sqlite3_bind_int64(statement, 1, project);
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        bool row = false;
        status = control_step(control, statement, &row, error);
        if (status != STATUS_OK || !row) break;
        if (list->count == list->count_max) break; /* the newest come first */
        char *place = list->rows + list->count * list->row_size;
        if (list->read(statement, list->arena, place)) {
            list->count++;
        } else {
            status = lack_memory(error);
        }
    }
    control_done(statement);
    return status;
}

static bool read_text(sqlite3_stmt *statement, struct arena *arena, void *place)
{
    struct control_text_row *row = place;
    *row = (struct control_text_row){
        .which = sqlite3_column_int(statement, 0) == 0 ? CONTROL_TEXT_PLAN : CONTROL_TEXT_RULES,
        .revision = (uint64_t)sqlite3_column_int64(statement, 1),
        .size = (uint64_t)sqlite3_column_int64(statement, 2),
        .by = arena_text(arena, control_column_text(statement, 3)),
        .made_ms = sqlite3_column_int64(statement, 4),
    };
    return row->by.bytes;
}

static bool read_loosened(sqlite3_stmt *statement, struct arena *arena, void *place)
{
    struct control_loosened_row *row = place;
    *row = (struct control_loosened_row){
        .property = arena_text(arena, control_column_text(statement, 0)),
        .detector = arena_text(arena, control_column_text(statement, 1)),
        .by = arena_text(arena, control_column_text(statement, 2)),
        .reason = arena_text(arena, control_column_text(statement, 3)),
        .made_ms = sqlite3_column_int64(statement, 4),
        .until_ms = sqlite3_column_int64(statement, 5),
    };
    return row->property.bytes && row->detector.bytes && row->by.bytes && row->reason.bytes;
}

static bool read_held(sqlite3_stmt *statement, struct arena *arena, void *place)
{
    struct control_held_row *row = place;
    *row = (struct control_held_row){
        .property = arena_text(arena, control_column_text(statement, 0)),
        .by = arena_text(arena, control_column_text(statement, 1)),
        .reason = arena_text(arena, control_column_text(statement, 2)),
        .held_ms = sqlite3_column_int64(statement, 3),
        .released_ms = sqlite3_column_int64(statement, 4),
        .released_by = arena_text(arena, control_column_text(statement, 5)),
        .release_reason = arena_text(arena, control_column_text(statement, 6)),
    };
    return row->property.bytes && row->by.bytes && row->reason.bytes && row->released_by.bytes &&
           row->release_reason.bytes;
}

static enum status read_lists(struct control *control, uint32_t project, struct arena *arena,
                              struct control_shield *out, struct error *error)
{
    enum {
        TEXTS_MAX = 2 * CONTROL_SHIELD_TEXT_KEPT,
        LOOSENED_MAX = 4 * CONTROL_LOOSENED_COUNT_MAX,
        HELD_MAX = CONTROL_HELD_COUNT_MAX + CONTROL_RELEASED_KEPT,
    };
    out->texts = ARENA_ARRAY(arena, struct control_text_row, TEXTS_MAX);
    out->loosened = ARENA_ARRAY(arena, struct control_loosened_row, LOOSENED_MAX);
    out->held = ARENA_ARRAY(arena, struct control_held_row, HELD_MAX);
    if (!out->texts || !out->loosened || !out->held) return lack_memory(error);
    struct list texts = {arena, sizeof *out->texts, (char *)out->texts, 0, TEXTS_MAX, read_text};
    struct list loosened = {arena, sizeof *out->loosened, (char *)out->loosened,
                            0,     LOOSENED_MAX,          read_loosened};
    struct list held = {arena, sizeof *out->held, (char *)out->held, 0, HELD_MAX, read_held};
    TRY(read_list(control, CONTROL_SHIELD_TEXT_LIST, project, &texts, error));
    TRY(read_list(control, CONTROL_SHIELD_LOOSENED_LIST, project, &loosened, error));
    TRY(read_list(control, CONTROL_SHIELD_HELD_LIST, project, &held, error));
    out->text_count = texts.count;
    out->loosened_count = loosened.count;
    out->held_count = held.count;
    return STATUS_OK;
}

static enum status read_row(sqlite3_stmt *statement, struct arena *arena,
                            struct control_shield *out, struct error *error)
{
    struct project project = {0};
    struct text_index texts;
    text_index_init(&texts);
    control_read_shield(statement, &texts, &project);
    out->revision = project.shield_revision;
    out->mode = project.shield_mode;
    out->mode_until_ms = project.shield_mode_until_ms;
    out->sdk = arena_text(arena, project.sdk_settings);
    text_index_release(&texts);
    out->mode_by = arena_text(arena, control_column_text(statement, COLUMN_BY));
    out->mode_reason = arena_text(arena, control_column_text(statement, COLUMN_REASON));
    out->mode_set_ms = sqlite3_column_int64(statement, COLUMN_SET);
    out->dictionary_count = (uint32_t)sqlite3_column_int64(statement, COLUMN_COUNT);
    bool fits = out->sdk.bytes && out->mode_by.bytes && out->mode_reason.bytes;
    return fits ? STATUS_OK : lack_memory(error);
}

static enum status read_steps(struct control *control, uint32_t project, struct arena *arena,
                              struct control_shield *out, struct error *error)
{
    TRY(control_check_project(control, project, error));
    sqlite3_stmt *statement = control_ready(control, CONTROL_SHIELD_FIND);
    sqlite3_bind_int64(statement, 1, os_clock_now_ms());
    sqlite3_bind_int64(statement, 2, project);
    bool row = false;
    TRY(control_step(control, statement, &row, error));
    if (!row) return STATUS_OK; /* never touched */
    enum status status = read_row(statement, arena, out, error);
    control_done(statement);
    if (status != STATUS_OK) return status;
    return read_lists(control, project, arena, out, error);
}

enum status control_shield_read(struct control *control, uint32_t project, struct arena *arena,
                                struct control_shield *out, struct error *error)
{
    *out = (struct control_shield){
        .sdk = project_sdk_default, .mode_by = TEXT(""), .mode_reason = TEXT("")};
    os_mutex_lock(&control->lock);
    enum status status = read_steps(control, project, arena, out, error);
    os_mutex_unlock(&control->lock);
    return status;
}

static enum status get_steps(struct control *control, sqlite3_stmt *statement, struct arena *arena,
                             struct text *contents, struct error *error)
{
    bool row = false;
    TRY(control_step(control, statement, &row, error));
    if (!row) return error_set(error, STATUS_ABSENT, "there is no such revision");
    *contents = arena_text(arena, control_column_text(statement, 0));
    control_done(statement);
    return contents->bytes ? STATUS_OK : lack_memory(error);
}

enum status control_shield_text_get(struct control *control, uint32_t project,
                                    enum control_text which, uint64_t revision, struct arena *arena,
                                    struct text *contents, struct error *error)
{
    os_mutex_lock(&control->lock);
    sqlite3_stmt *statement = control_ready(control, CONTROL_SHIELD_TEXT_GET);
    sqlite3_bind_int64(statement, 1, project);
    sqlite3_bind_int(statement, 2, (int)which);
    sqlite3_bind_int64(statement, 3, (int64_t)revision);
    enum status status = get_steps(control, statement, arena, contents, error);
    os_mutex_unlock(&control->lock);
    return status;
}
