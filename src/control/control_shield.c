/* The shield's settings: one change each, whole or not at all, published when it is durable. */
#include "control/control_shield.h"

#include "base/check.h"
#include "codec/utf8.h"
#include "control/control_internal.h"
#include "os/os_clock.h"

enum { DETECTOR_SIZE_MAX = 32 };

/* --- words --- */

/* One line for people: names, reasons. They stand in lines of the project table, too. */
static enum status check_line(struct text line, const char *what, size_t size_max,
                              struct error *error)
{
    if (line.size == 0) return error_set(error, STATUS_INVALID, "%s is missing", what);
    if (line.size > size_max) {
        return error_set(error, STATUS_TOO_LARGE, "%s is longer than %zu bytes", what, size_max);
    }
    if (utf8_valid(line) && !control_has_control_characters(line)) return STATUS_OK;
    return error_set(error, STATUS_INVALID, "%s is not one line of UTF-8", what);
}

enum need { MAY_BE_EMPTY, IS_NEEDED };

static enum status check_deed(const struct control_deed *deed, enum need by, enum need reason,
                              struct error *error)
{
    if (by == IS_NEEDED || deed->by.size > 0) {
        TRY(check_line(deed->by, "the member who does it (--by)", CONTROL_NAME_SIZE_MAX, error));
    }
    if (reason == IS_NEEDED || deed->reason.size > 0) {
        TRY(check_line(deed->reason, "the reason (--reason)", CONTROL_REASON_SIZE_MAX, error));
    }
    return STATUS_OK;
}

enum status control_check_by(const struct control_deed *deed, struct error *error)
{
    return check_deed(deed, MAY_BE_EMPTY, MAY_BE_EMPTY, error);
}

static enum status check_property(struct text property, struct error *error)
{
    return check_line(property, "the property's name", CONTROL_PROPERTY_SIZE_MAX, error);
}

static enum status check_detector(struct text detector, struct error *error)
{
    TRY(check_line(detector, "the detector", DETECTOR_SIZE_MAX, error));
    for (size_t i = 0; i < detector.size; i++) {
        char byte = detector.bytes[i];
        bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        bool is_digit = byte >= '0' && byte <= '9';
        if (is_letter || is_digit || byte == '_' || byte == '-' || byte == '.') continue;
        return error_set(error, STATUS_INVALID, "detectors have names such as F01");
    }
    return STATUS_OK;
}

/* --- the frame of every change --- */

/* The project has a row from its first change on, and its revision rises with each. */
static enum status begin_steps(struct control *control, const struct control_deed *deed,
                               control_change_steps *steps, void *context, struct error *error)
{
    TRY(control_check_project(control, deed->project, error));
    sqlite3_stmt *statement = control_ready(control, CONTROL_SHIELD_BEGIN);
    sqlite3_bind_int64(statement, 1, deed->project);
    TRY(control_run(control, statement, error));
    return steps(control, deed, context, error);
}

static enum status change_locked(struct control *control, const struct control_deed *deed,
                                 control_change_steps *steps, void *context, struct error *error)
{
    TRY(control_begin(control, error));
    TRY(control_end(control, begin_steps(control, deed, steps, context, error), error));
    return control_publish(control, error);
}

enum status control_change(struct control *control, const struct control_deed *deed,
                           control_change_steps *steps, void *context, struct error *error)
{
    os_mutex_lock(&control->lock);
    enum status status = change_locked(control, deed, steps, context, error);
    os_mutex_unlock(&control->lock);
    return status;
}

/* --- the mode --- */

static enum status set_mode(struct control *control, const struct control_deed *deed, void *context,
                            struct error *error)
{
    const enum project_shield *mode = context;
    bool is_open = *mode == PROJECT_SHIELD_OPEN;
    sqlite3_stmt *statement = control_ready(control, CONTROL_SHIELD_MODE);
    sqlite3_bind_int64(statement, 1, deed->project);
    sqlite3_bind_int(statement, 2, (int)*mode);
    sqlite3_bind_int64(statement, 3,
                       is_open ? deed->now_ms + (int64_t)CONTROL_OPEN_DAYS * CONTROL_DAY_MS : 0);
    control_bind_text(statement, 4, deed->by);
    control_bind_text(statement, 5, deed->reason);
    sqlite3_bind_int64(statement, 6, deed->now_ms);
    return control_run(control, statement, error);
}

enum status control_shield_mode(struct control *control, const struct control_deed *deed,
                                enum project_shield mode, struct error *error)
{
    enum need need = mode == PROJECT_SHIELD_OPEN ? IS_NEEDED : MAY_BE_EMPTY;
    TRY(check_deed(deed, need, need, error));
    return control_change(control, deed, set_mode, &mode, error);
}

/* --- the plan and the rules --- */

struct put {
    enum control_text which;
    struct text contents;
    uint64_t revision;
};

static const char *text_name(enum control_text which)
{
    return which == CONTROL_TEXT_PLAN ? "plan" : "rules";
}

static enum status check_total(struct control *control, const struct control_deed *deed,
                               const struct put *put, struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, CONTROL_SHIELD_TEXT_TOTAL);
    sqlite3_bind_int64(statement, 1, deed->project);
    sqlite3_bind_int(statement, 2, (int)put->which);
    bool row = false;
    TRY(control_step(control, statement, &row, error));
    int64_t total = row ? sqlite3_column_int64(statement, 0) : 0;
    control_done(statement);
    if (total + (int64_t)put->contents.size <= CONTROL_SHIELD_TEXTS_MAX) return STATUS_OK;
    return error_set(error, STATUS_TOO_LARGE,
                     "the plans and rules of all projects have more than %d bytes",
                     CONTROL_SHIELD_TEXTS_MAX);
}

static enum status find_revision(struct control *control, const struct control_deed *deed,
                                 struct put *put, struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, CONTROL_SHIELD_TEXT_LAST);
    sqlite3_bind_int64(statement, 1, deed->project);
    sqlite3_bind_int(statement, 2, (int)put->which);
    bool row = false;
    TRY(control_step(control, statement, &row, error));
    put->revision = 1 + (row ? (uint64_t)sqlite3_column_int64(statement, 0) : 0);
    control_done(statement);
    return STATUS_OK;
}

static enum status put_text(struct control *control, const struct control_deed *deed, void *context,
                            struct error *error)
{
    struct put *put = context;
    TRY(check_total(control, deed, put, error));
    TRY(find_revision(control, deed, put, error));
    sqlite3_stmt *statement = control_ready(control, CONTROL_SHIELD_TEXT_INSERT);
    sqlite3_bind_int64(statement, 1, deed->project);
    sqlite3_bind_int(statement, 2, (int)put->which);
    sqlite3_bind_int64(statement, 3, (int64_t)put->revision);
    control_bind_text(statement, 4, put->contents);
    control_bind_text(statement, 5, deed->by);
    sqlite3_bind_int64(statement, 6, deed->now_ms);
    TRY(control_run(control, statement, error));

    statement = control_ready(control, CONTROL_SHIELD_TEXT_EXPIRE);
    sqlite3_bind_int64(statement, 1, deed->project);
    sqlite3_bind_int(statement, 2, (int)put->which);
    sqlite3_bind_int64(statement, 3, (int64_t)put->revision - CONTROL_SHIELD_TEXT_KEPT);
    return control_run(control, statement, error);
}

static bool has_nul(struct text text)
{
    return text_find_byte(text, '\0') != TEXT_NOT_FOUND;
}

enum status control_shield_text_put(struct control *control, const struct control_deed *deed,
                                    enum control_text which, struct text contents,
                                    uint64_t *revision, struct error *error)
{
    TRY(check_deed(deed, MAY_BE_EMPTY, MAY_BE_EMPTY, error));
    if (contents.size > CONTROL_SHIELD_TEXT_SIZE_MAX) {
        return error_set(error, STATUS_TOO_LARGE, "the %s is larger than %d bytes",
                         text_name(which), CONTROL_SHIELD_TEXT_SIZE_MAX);
    }
    if (!utf8_valid(contents) || has_nul(contents)) {
        return error_set(error, STATUS_INVALID, "the %s is not text in UTF-8", text_name(which));
    }
    struct put put = {.which = which, .contents = contents};
    TRY(control_change(control, deed, put_text, &put, error));
    *revision = put.revision;
    return STATUS_OK;
}

/* --- loosening --- */

static enum status check_room(struct control *control, enum control_statement which,
                              const struct control_deed *deed, size_t count_max, const char *what,
                              struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, which);
    sqlite3_bind_int64(statement, 1, deed->project);
    if (sqlite3_bind_parameter_count(statement) > 1) {
        sqlite3_bind_int64(statement, 2, deed->now_ms);
    }
    bool row = false;
    TRY(control_step(control, statement, &row, error));
    size_t count = row ? (size_t)sqlite3_column_int64(statement, 0) : 0;
    control_done(statement);
    if (count < count_max) return STATUS_OK;
    return error_set(error, STATUS_TOO_LARGE, "the project has %zu %s, and more are not allowed",
                     count, what);
}

static enum status tighten(struct control *control, const struct control_deed *deed,
                           const struct control_loosening *loosening, struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, CONTROL_SHIELD_TIGHTEN);
    sqlite3_bind_int64(statement, 1, deed->project);
    control_bind_text(statement, 2, loosening->property);
    control_bind_text(statement, 3, loosening->detector);
    sqlite3_bind_int64(statement, 4, deed->now_ms);
    TRY(control_run(control, statement, error));
    if (sqlite3_changes(control->database) > 0) return STATUS_OK;
    return error_set(error, STATUS_ABSENT, "no such loosening is in force");
}

static enum status loosen(struct control *control, const struct control_deed *deed, void *context,
                          struct error *error)
{
    const struct control_loosening *loosening = context;
    if (loosening->until_ms == deed->now_ms) return tighten(control, deed, loosening, error);
    TRY(check_room(control, CONTROL_SHIELD_LOOSENED_COUNT, deed, CONTROL_LOOSENED_COUNT_MAX,
                   "loosenings", error));
    sqlite3_stmt *statement = control_ready(control, CONTROL_SHIELD_LOOSEN);
    sqlite3_bind_int64(statement, 1, deed->project);
    control_bind_text(statement, 2, loosening->property);
    control_bind_text(statement, 3, loosening->detector);
    control_bind_text(statement, 4, deed->by);
    control_bind_text(statement, 5, deed->reason);
    sqlite3_bind_int64(statement, 6, deed->now_ms);
    sqlite3_bind_int64(statement, 7, loosening->until_ms);
    return control_run(control, statement, error);
}

enum status control_shield_loosen(struct control *control, const struct control_deed *deed,
                                  const struct control_loosening *loosening, struct error *error)
{
    int64_t last_ms = deed->now_ms + (int64_t)CONTROL_LOOSEN_DAYS_MAX * CONTROL_DAY_MS;
    TRY(check_property(loosening->property, error));
    TRY(check_detector(loosening->detector, error));
    TRY(check_deed(deed, IS_NEEDED, IS_NEEDED, error));
    if (loosening->until_ms < deed->now_ms || loosening->until_ms > last_ms) {
        return error_set(error, STATUS_INVALID,
                         "a loosening ends (--until) in the future, at most %d days from now",
                         CONTROL_LOOSEN_DAYS_MAX);
    }
    struct control_loosening copy = *loosening;
    return control_change(control, deed, loosen, &copy, error);
}

/* --- holding --- */

static enum status hold(struct control *control, const struct control_deed *deed, void *context,
                        struct error *error)
{
    const struct text *property = context;
    TRY(check_room(control, CONTROL_SHIELD_HELD_COUNT, deed, CONTROL_HELD_COUNT_MAX,
                   "held properties", error));
    sqlite3_stmt *statement = control_ready(control, CONTROL_SHIELD_HOLD);
    sqlite3_bind_int64(statement, 1, deed->project);
    control_bind_text(statement, 2, *property);
    control_bind_text(statement, 3, deed->by);
    control_bind_text(statement, 4, deed->reason);
    sqlite3_bind_int64(statement, 5, deed->now_ms);
    TRY(control_run(control, statement, error));
    if (sqlite3_changes(control->database) > 0) return STATUS_OK;
    return error_set(error, STATUS_INVALID, "the property is held already");
}

enum status control_shield_hold(struct control *control, const struct control_deed *deed,
                                struct text property, struct error *error)
{
    TRY(check_property(property, error));
    TRY(check_deed(deed, IS_NEEDED, IS_NEEDED, error));
    return control_change(control, deed, hold, &property, error);
}

static enum status release(struct control *control, const struct control_deed *deed, void *context,
                           struct error *error)
{
    const struct text *property = context;
    sqlite3_stmt *statement = control_ready(control, CONTROL_SHIELD_RELEASE);
    sqlite3_bind_int64(statement, 1, deed->project);
    control_bind_text(statement, 2, *property);
    control_bind_text(statement, 3, deed->by);
    control_bind_text(statement, 4, deed->reason);
    sqlite3_bind_int64(statement, 5, deed->now_ms);
    TRY(control_run(control, statement, error));
    if (sqlite3_changes(control->database) == 0) {
        return error_set(error, STATUS_ABSENT, "the property is not held");
    }
    statement = control_ready(control, CONTROL_SHIELD_HELD_EXPIRE);
    sqlite3_bind_int64(statement, 1, deed->project);
    sqlite3_bind_int64(statement, 2, CONTROL_RELEASED_KEPT);
    return control_run(control, statement, error);
}

enum status control_shield_release(struct control *control, const struct control_deed *deed,
                                   struct text property, struct error *error)
{
    TRY(check_property(property, error));
    TRY(check_deed(deed, IS_NEEDED, MAY_BE_EMPTY, error));
    return control_change(control, deed, release, &property, error);
}
