/* Projects: how they are made. */
#include "base/check.h"
#include "codec/utf8.h"
#include "control/control_internal.h"
#include "os/os_clock.h"

#include <string.h>

static const char zone_folder[] = "/usr/share/zoneinfo";

/* --- names --- */

/* C0, DEL and C1: they move cursors and hide text where names are shown. */
bool control_has_control_characters(struct text name)
{
    for (size_t i = 0; i < name.size; i++) {
        unsigned char byte = (unsigned char)name.bytes[i];
        if (byte < 0x20 || byte == 0x7f) return true;
        if (byte == 0xc2 && i + 1 < name.size && (unsigned char)name.bytes[i + 1] < 0xa0) {
            return true;
        }
    }
    return false;
}

static bool is_digits(struct text name)
{
    for (size_t i = 0; i < name.size; i++) {
        if (name.bytes[i] < '0' || name.bytes[i] > '9') return false;
    }
    return true;
}

static enum status check_name(struct text name, struct error *error)
{
    if (name.size == 0) return error_set(error, STATUS_INVALID, "a project needs a name");
    if (name.size > CONTROL_NAME_SIZE_MAX) {
        return error_set(error, STATUS_INVALID, "a project's name has at most %d bytes, not %zu",
                         CONTROL_NAME_SIZE_MAX, name.size);
    }
    if (!utf8_valid(name)) {
        return error_set(error, STATUS_INVALID, "the project's name is not valid UTF-8");
    }
    if (control_has_control_characters(name)) {
        return error_set(error, STATUS_INVALID, "the project's name has control characters in it");
    }
    if (text_trim(name).size != name.size) {
        return error_set(error, STATUS_INVALID, "the project's name begins or ends with a space");
    }
    if (is_digits(name)) {
        return error_set(
            error, STATUS_INVALID,
            "the project's name \"%.*s\" is only digits, which would be taken for an id",
            TEXT_PRINT(name));
    }
    return STATUS_OK;
}

/* A path inside the system's zone folder and never out of it. */
static bool zone_is_well_formed(struct text zone)
{
    if (zone.size > CONTROL_ZONE_SIZE_MAX || text_starts_with(zone, TEXT("/"))) return false;
    for (size_t i = 0; i < zone.size; i++) {
        char byte = zone.bytes[i];
        bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        bool digit = byte >= '0' && byte <= '9';
        if (!letter && !digit && !strchr("/_+-", byte)) return false;
    }
    return zone.size > 0 && !text_ends_with(zone, TEXT("/"));
}

static bool zone_exists(struct text zone)
{
    char name[CONTROL_ZONE_SIZE_MAX + 1];
    char path[OS_PATH_SIZE];
    if (!text_to_string(zone, name, sizeof name)) return false;
    return os_path_join(path, zone_folder, name) && os_exists(path);
}

static enum status check_zone(struct text zone, struct error *error)
{
    if (text_equal(zone, TEXT("UTC"))) return STATUS_OK;
    if (zone_is_well_formed(zone) && zone_exists(zone)) return STATUS_OK;
    struct text shown =
        zone.size > CONTROL_ZONE_SIZE_MAX ? text_slice(zone, 0, CONTROL_ZONE_SIZE_MAX) : zone;
    return error_set(error, STATUS_INVALID,
                     "there is no time zone \"%.*s\"; names look like \"Europe/Berlin\" or \"UTC\"",
                     TEXT_PRINT(shown));
}

/* --- making --- */

static enum status check_is_new(struct control *control, struct text name, struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, CONTROL_PROJECT_BY_NAME);
    control_bind_text(statement, 1, name);
    bool row = false;
    TRY(control_step(control, statement, &row, error));
    control_done(statement);
    if (row) {
        return error_set(error, STATUS_INVALID, "there is a project \"%.*s\" already",
                         TEXT_PRINT(name));
    }
    size_t count = 0;
    TRY(control_count(control, CONTROL_PROJECT_COUNT, &count, error));
    if (count >= CONTROL_PROJECT_COUNT_MAX) {
        return error_set(error, STATUS_TOO_LARGE,
                         "there are %zu projects, and more are not allowed", count);
    }
    return STATUS_OK;
}

static enum status insert_project(struct control *control,
                                  const struct control_project_options *options,
                                  struct control_project_made *out, struct error *error)
{
    TRY(check_is_new(control, options->name, error));
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hex_make(out->token);
    secret_hex_make(out->secret);
    secret_hash(text_from(out->secret), hash);

    sqlite3_stmt *statement = control_ready(control, CONTROL_PROJECT_INSERT);
    control_bind_text(statement, 1, options->name);
    control_bind_text(statement, 2, text_from(out->token));
    control_bind_hash(statement, 3, hash);
    control_bind_text(statement, 4, options->zone);
    sqlite3_bind_int(statement, 5, options->sample);
    sqlite3_bind_int64(statement, 6, os_clock_now_ms());
    TRY(control_run(control, statement, error));
    out->id = (uint32_t)sqlite3_last_insert_rowid(control->database);
    return STATUS_OK;
}

static enum status create_steps(struct control *control,
                                const struct control_project_options *options,
                                struct control_project_made *out, struct error *error)
{
    TRY(control_begin(control, error));
    TRY(control_end(control, insert_project(control, options, out, error), error));
    return control_publish(control, error);
}

enum status control_project_create(struct control *control,
                                   const struct control_project_options *options,
                                   struct control_project_made *out, struct error *error)
{
    struct control_project_options checked = *options;
    if (checked.zone.size == 0) checked.zone = TEXT("UTC");
    TRY(check_name(checked.name, error));
    TRY(check_zone(checked.zone, error));

    *out = (struct control_project_made){0};
    os_mutex_lock(&control->lock);
    enum status status = create_steps(control, &checked, out, error);
    os_mutex_unlock(&control->lock);
    return status;
}
