/* The dictionary of a project's own texts, as hashes: what people uploaded, what the learner found,
 * what a person took off, and the filter that browsers get of it. */
#include "base/check.h"
#include "base/memory.h"
#include "codec/block.h"
#include "codec/xor_filter.h"
#include "control/control_internal.h"

#include <stdlib.h>
#include <string.h>

enum { SALT_SIZE = 16, HASH_SIZE = 8 };

static void bind_bytes(sqlite3_stmt *statement, int place, struct text bytes)
{
    const char *begin = bytes.bytes ? bytes.bytes : "";
    sqlite3_bind_blob64(statement, place, begin, bytes.size, SQLITE_TRANSIENT);
}

static struct text column_bytes(sqlite3_stmt *statement, int column)
{
    const void *bytes = sqlite3_column_blob(statement, column);
    return (struct text){bytes, (size_t)sqlite3_column_bytes(statement, column)};
}

static enum status run_for(struct control *control, enum control_statement which, uint32_t project,
                           struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, which);
    sqlite3_bind_int64(statement, 1, project);
    return control_run(control, statement, error);
}

static int compare(const void *a, const void *b)
{
    const uint64_t *first = a;
    const uint64_t *second = b;
    return (*first > *second) - (*first < *second);
}

static size_t sort_distinct(uint64_t *hashes, size_t count)
{
    size_t kept = 0;
    if (count > 1) qsort(hashes, count, sizeof *hashes, compare);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || hashes[kept - 1] != hashes[i]) hashes[kept++] = hashes[i];
    }
    return kept;
}

/* --- what is there --- */

/* A project's dictionary, read whole; release it. */
struct contents {
    char salt[CONTROL_SALT_SIZE_MAX];
    size_t salt_size;
    bool observes;
    uint64_t *hashes; /* uploaded; then those learned; room for all */
    size_t uploaded_count, count, listed_count;
    uint64_t *forgotten; /* sorted */
    size_t forgotten_count;
};

static void contents_release(struct contents *contents)
{
    memory_free(contents->hashes);
    memory_free(contents->forgotten);
}

static struct text salt_of(const struct contents *contents)
{
    return (struct text){contents->salt, contents->salt_size};
}

static void read_columns(sqlite3_stmt *statement, struct contents *out)
{
    struct text salt = control_column_text(statement, 0);
    struct text uploaded = column_bytes(statement, 1);
    /* Our own checks keep these bounds; a file edited by other hands may not. */
    if (salt.size > 0 && salt.size <= sizeof out->salt) {
        memcpy(out->salt, salt.bytes, salt.size);
        out->salt_size = salt.size;
    }
    out->observes = sqlite3_column_int(statement, 2) != 0;
    out->listed_count = (size_t)sqlite3_column_int64(statement, 3);
    out->uploaded_count = uploaded.size / HASH_SIZE;
    if (out->uploaded_count > XOR_FILTER_COUNT_MAX) out->uploaded_count = XOR_FILTER_COUNT_MAX;
    out->hashes = MEMORY_ARRAY(uint64_t, out->uploaded_count + CONTROL_OBSERVED_COUNT_MAX);
    for (size_t i = 0; i < out->uploaded_count; i++)
        out->hashes[i] = load_u64(uploaded.bytes + i * HASH_SIZE);
    out->count = out->uploaded_count;
}

static enum status read_observed(struct control *control, uint32_t project, struct contents *out,
                                 struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, CONTROL_OBSERVED_LIST);
    sqlite3_bind_int64(statement, 1, project);
    enum status status = STATUS_OK;
    for (int i = 0; i < CONTROL_OBSERVED_COUNT_MAX; i++) {
        bool row = false;
        status = control_step(control, statement, &row, error);
        if (status != STATUS_OK || !row) break;
        uint64_t hash = (uint64_t)sqlite3_column_int64(statement, 0);
        if (sqlite3_column_int(statement, 1)) {
            out->forgotten[out->forgotten_count++] = hash;
        } else {
            out->hashes[out->count++] = hash;
        }
    }
    control_done(statement);
    out->forgotten_count = sort_distinct(out->forgotten, out->forgotten_count);
    return status;
}

/* Release it, whatever comes of it. */
static enum status contents_read(struct control *control, uint32_t project, struct contents *out,
                                 struct error *error)
{
    *out = (struct contents){.forgotten = MEMORY_ARRAY(uint64_t, CONTROL_OBSERVED_COUNT_MAX)};
    sqlite3_stmt *statement = control_ready(control, CONTROL_DICTIONARY_GET);
    sqlite3_bind_int64(statement, 1, project);
    bool row = false;
    TRY(control_step(control, statement, &row, error));
    if (!row) return STATUS_OK; /* never touched */
    read_columns(statement, out);
    control_done(statement);
    return read_observed(control, project, out, error);
}

static bool is_among(const uint64_t *sorted, size_t count, uint64_t hash)
{
    return bsearch(&hash, sorted, count, sizeof hash, compare) != NULL;
}

/* Sorted, each once, without those taken off. */
static void make_list(struct contents *contents)
{
    size_t count = sort_distinct(contents->hashes, contents->count);
    contents->count = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t hash = contents->hashes[i];
        if (is_among(contents->forgotten, contents->forgotten_count, hash)) continue;
        contents->hashes[contents->count++] = hash;
    }
}

/* --- what follows from a change --- */

static void draw_salt(struct contents *contents)
{
    char hex[SECRET_HEX_SIZE];
    secret_hex_make(hex);
    memcpy(contents->salt, hex, SALT_SIZE);
    contents->salt_size = SALT_SIZE;
}

static enum status write_made(struct control *control, uint32_t project,
                              const struct contents *contents, struct text filter,
                              struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, CONTROL_DICTIONARY_SET);
    sqlite3_bind_int64(statement, 1, project);
    control_bind_text(statement, 2, salt_of(contents));
    bind_bytes(statement, 3,
               (struct text){(const char *)contents->hashes, contents->count * HASH_SIZE});
    bind_bytes(statement, 4, filter);
    sqlite3_bind_int64(statement, 5, (int64_t)contents->count);
    return control_run(control, statement, error);
}

static enum status make_steps(struct control *control, uint32_t project, struct contents *contents,
                              struct buffer *filter, struct error *error)
{
    TRY(contents_read(control, project, contents, error));
    make_list(contents);
    bool is_wanted = contents->observes || contents->count > 0 || contents->forgotten_count > 0;
    if (!is_wanted) contents->salt_size = 0;
    if (is_wanted && contents->salt_size == 0) draw_salt(contents);
    if (contents->salt_size > 0) {
        TRY(xor_filter_build(contents->hashes, contents->count, filter, error));
    }
    return write_made(control, project, contents, buffer_text(filter), error);
}

enum status control_dictionary_make(struct control *control, const struct control_deed *deed,
                                    struct error *error)
{
    struct contents contents;
    struct buffer filter;
    buffer_init(&filter, CONTROL_DICTIONARY_SIZE_MAX);
    enum status status = make_steps(control, deed->project, &contents, &filter, error);
    contents_release(&contents);
    buffer_release(&filter);
    return status;
}

static enum status write_upload(struct control *control, const struct control_deed *deed,
                                struct text salt, struct text hashes, struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, CONTROL_DICTIONARY_UPLOAD);
    sqlite3_bind_int64(statement, 1, deed->project);
    control_bind_text(statement, 2, salt);
    bind_bytes(statement, 3, hashes);
    return control_run(control, statement, error);
}

/* Without a dictionary the salt stays: what was learned is under it. */
enum status control_dictionary_upload(struct control *control, const struct control_deed *deed,
                                      const struct control_sdk_change *change, struct error *error)
{
    struct contents contents;
    enum status status = contents_read(control, deed->project, &contents, error);
    struct text old = salt_of(&contents);
    struct text salt = change->hash_count > 0 ? change->salt : old;
    if (status == STATUS_OK && !text_equal(salt, old)) {
        status = run_for(control, CONTROL_OBSERVED_CLEAR, deed->project, error);
    }
    if (status == STATUS_OK) {
        struct text hashes = {(const char *)change->hashes, change->hash_count * HASH_SIZE};
        status = write_upload(control, deed, salt, hashes, error);
    }
    contents_release(&contents);
    return status;
}

/* --- learning and taking off --- */

struct lesson {
    struct text salt;
    const uint64_t *hashes;
    size_t count;
    size_t room;
    size_t added;
};

static enum status read_room(struct control *control, uint32_t project, struct lesson *lesson,
                             struct error *error)
{
    struct contents contents;
    enum status status = contents_read(control, project, &contents, error);
    size_t rows = contents.count - contents.uploaded_count + contents.forgotten_count;
    size_t room = CONTROL_OBSERVED_COUNT_MAX - rows;
    size_t room_listed =
        contents.count < XOR_FILTER_COUNT_MAX ? XOR_FILTER_COUNT_MAX - contents.count : 0;
    bool is_its_salt = lesson->salt.size > 0 && text_equal(salt_of(&contents), lesson->salt);
    lesson->room = room < room_listed ? room : room_listed;
    if (!is_its_salt || !contents.observes) lesson->room = 0;
    contents_release(&contents);
    return status;
}

static enum status learn(struct control *control, const struct control_deed *deed, void *context,
                         struct error *error)
{
    struct lesson *lesson = context;
    lesson->added = 0;
    TRY(read_room(control, deed->project, lesson, error));
    for (size_t i = 0; i < lesson->count && lesson->added < lesson->room; i++) {
        sqlite3_stmt *statement = control_ready(control, CONTROL_OBSERVED_ADD);
        sqlite3_bind_int64(statement, 1, deed->project);
        sqlite3_bind_int64(statement, 2, (int64_t)lesson->hashes[i]);
        sqlite3_bind_int64(statement, 3, deed->now_ms);
        TRY(control_run(control, statement, error));
        lesson->added += (size_t)sqlite3_changes(control->database);
    }
    return lesson->added > 0 ? control_dictionary_make(control, deed, error) : STATUS_OK;
}

enum status control_observed_add(struct control *control, const struct control_deed *deed,
                                 struct text salt, const uint64_t *hashes, size_t count,
                                 size_t *added, struct error *error)
{
    struct lesson lesson = {.salt = salt, .hashes = hashes, .count = count};
    *added = 0;
    TRY(control_change(control, deed, learn, &lesson, error));
    *added = lesson.added;
    return STATUS_OK;
}

static enum status check_listed(struct control *control, uint32_t project, uint64_t hash,
                                struct error *error)
{
    struct contents contents;
    enum status status = contents_read(control, project, &contents, error);
    size_t learned = contents.count - contents.uploaded_count;
    bool is_full = learned + contents.forgotten_count == CONTROL_OBSERVED_COUNT_MAX;
    for (size_t i = 0; i < learned; i++) /* that one has its row already */
        is_full = is_full && contents.hashes[contents.uploaded_count + i] != hash;
    make_list(&contents);
    bool is_listed = is_among(contents.hashes, contents.count, hash);
    contents_release(&contents);
    if (status != STATUS_OK) return status;
    if (!is_listed) return error_set(error, STATUS_ABSENT, "the dictionary has no such hash");
    if (!is_full) return STATUS_OK;
    return error_set(error, STATUS_TOO_LARGE,
                     "%d hashes were learned or taken off: clear them first",
                     CONTROL_OBSERVED_COUNT_MAX);
}

static enum status forget(struct control *control, const struct control_deed *deed, void *context,
                          struct error *error)
{
    const uint64_t *hash = context;
    TRY(check_listed(control, deed->project, *hash, error));
    sqlite3_stmt *statement = control_ready(control, CONTROL_OBSERVED_FORGET);
    sqlite3_bind_int64(statement, 1, deed->project);
    sqlite3_bind_int64(statement, 2, (int64_t)*hash);
    control_bind_text(statement, 3, deed->by);
    sqlite3_bind_int64(statement, 4, deed->now_ms);
    TRY(control_run(control, statement, error));
    return control_dictionary_make(control, deed, error);
}

enum status control_observed_forget(struct control *control, const struct control_deed *deed,
                                    uint64_t hash, struct error *error)
{
    TRY(control_check_by(deed, error));
    return control_change(control, deed, forget, &hash, error);
}

static enum status clear(struct control *control, const struct control_deed *deed, void *context,
                         struct error *error)
{
    (void)context;
    TRY(run_for(control, CONTROL_OBSERVED_CLEAR, deed->project, error));
    return control_dictionary_make(control, deed, error);
}

enum status control_observed_clear(struct control *control, const struct control_deed *deed,
                                   struct error *error)
{
    TRY(control_check_by(deed, error));
    return control_change(control, deed, clear, NULL, error);
}

/* --- showing --- */

static enum status read_rows(struct control *control, uint32_t project, struct arena *arena,
                             struct control_dictionary *out, struct error *error)
{
    sqlite3_stmt *statement = control_ready(control, CONTROL_OBSERVED_LIST);
    sqlite3_bind_int64(statement, 1, project);
    enum status status = STATUS_OK;
    while (status == STATUS_OK && out->row_count < CONTROL_OBSERVED_COUNT_MAX) {
        bool row = false;
        status = control_step(control, statement, &row, error);
        if (status != STATUS_OK || !row) break;
        struct text by = arena_text(arena, control_column_text(statement, 2));
        if (!by.bytes) status = error_set(error, STATUS_TOO_LARGE, "the dictionary is too large");
        out->rows[out->row_count++] = (struct control_observed_row){
            .hash = (uint64_t)sqlite3_column_int64(statement, 0),
            .is_forgotten = sqlite3_column_int(statement, 1) != 0,
            .by = by,
            .made_ms = sqlite3_column_int64(statement, 3),
        };
    }
    control_done(statement);
    return status;
}

static enum status read_locked(struct control *control, uint32_t project, struct arena *arena,
                               struct control_dictionary *out, struct error *error)
{
    struct contents contents;
    TRY(control_check_project(control, project, error));
    enum status status = contents_read(control, project, &contents, error);
    out->observes = contents.observes;
    out->uploaded_count = contents.uploaded_count;
    out->listed_count = contents.listed_count;
    contents_release(&contents);
    if (status != STATUS_OK) return status;
    return read_rows(control, project, arena, out, error);
}

enum status control_dictionary_read(struct control *control, uint32_t project, struct arena *arena,
                                    struct control_dictionary *out, struct error *error)
{
    *out = (struct control_dictionary){
        .rows = ARENA_ARRAY(arena, struct control_observed_row, CONTROL_OBSERVED_COUNT_MAX)};
    if (!out->rows) return error_set(error, STATUS_TOO_LARGE, "the dictionary is too large");
    os_mutex_lock(&control->lock);
    enum status status = read_locked(control, project, arena, out, error);
    os_mutex_unlock(&control->lock);
    return status;
}
