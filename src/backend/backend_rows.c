/* Single rows out: the newest events, the keys of a day, a profile, all profiles. */
#include "backend/backend_limits.h"
#include "backend/row_reader.h"
#include "base/check.h"
#include "event/event.h"

#include <stdlib.h>

enum {
    NEWEST_ARENA_SIZE = 256 * 1024 * 1024,
    /* For the keys of a day: what a row takes at most (its pick, codes, and an insert_id with its
     * dictionary's entry), and what is needed however few rows there are. */
    DAY_KEYS_ROW_SIZE = 256,
    DAY_KEYS_REST_SIZE = 16 * 1024 * 1024,
};

/* --- the newest --- */

/* Keep the rows with the largest arrivals: a small array, smallest first. */
struct newest {
    struct picked_row *rows;
    uint32_t count;
    uint32_t count_max;
};

static void keep_newest(struct newest *newest, struct picked_row row)
{
    if (newest->count == newest->count_max) {
        if (row.arrival <= newest->rows[0].arrival) return;
        for (uint32_t i = 1; i < newest->count; i++)
            newest->rows[i - 1] = newest->rows[i];
        newest->count--;
    }
    uint32_t place = newest->count++;
    for (; place > 0 && newest->rows[place - 1].arrival > row.arrival; place--) {
        newest->rows[place] = newest->rows[place - 1];
    }
    newest->rows[place] = row;
}

static enum status scan_newest(struct row_source *source, uint32_t index, uint64_t *arrivals,
                               struct newest *newest, struct error *error)
{
    uint32_t row_count = row_source_row_count(source);
    for (uint32_t first = 0; first < row_count; first += ROW_READER_BLOCK) {
        uint32_t end = row_count - first < ROW_READER_BLOCK ? row_count : first + ROW_READER_BLOCK;
        TRY(row_source_arrivals(source, (struct row_range){first, end}, arrivals, error));
        for (uint32_t i = 0; i < end - first; i++) {
            keep_newest(newest, (struct picked_row){
                                    .arrival = arrivals[i], .row = first + i, .source = index});
        }
    }
    return STATUS_OK;
}

/* Arrival only rises from source to source (segments in the order they were flushed, the memtable
 * last), so the last sources that fill the array are enough. */
static enum status find_newest(const struct backend_view *view, struct newest *newest,
                               uint64_t *arrivals, struct error *error)
{
    for (uint32_t i = snapshot_source_count(view->snapshot); i-- > 0;) {
        if (newest->count == newest->count_max) return STATUS_OK;
        TRY(scan_newest(snapshot_source(view->snapshot, i), i, arrivals, newest, error));
    }
    return STATUS_OK;
}

static enum status write_newest_row(struct backend *backend, uint32_t project,
                                    const struct backend_view *view, struct picked_row row,
                                    struct arena *arena, struct buffer *out, struct error *error)
{
    struct row_source *source = snapshot_source(view->snapshot, row.source);
    TRY(row_source_times(source, (struct row_range){row.row, row.row + 1}, &row.time_ms, error));
    struct row_columns columns;
    TRY(row_columns_read(source, &row, 1, ROW_COLUMNS_ALL, arena, &columns, error));
    struct row_names names = {
        .backend = backend,
        .project = project,
        .persons = view->persons,
        .arena = arena,
        .held = view->held,
    };
    return row_write_json(&columns, 0, row.time_ms, &names, out, error);
}

static enum status write_newest(struct backend *backend, uint32_t project,
                                const struct backend_view *view, struct arena *arena,
                                struct newest *newest, struct buffer *out, struct error *error)
{
    uint64_t *arrivals = ARENA_ARRAY_DIRTY(arena, uint64_t, ROW_READER_BLOCK);
    newest->rows = ARENA_ARRAY(arena, struct picked_row, newest->count_max);
    if (!arrivals || !newest->rows) return row_memory_passed(error);
    TRY(find_newest(view, newest, arrivals, error));
    buffer_append_byte(out, '[');
    for (uint32_t i = newest->count; i-- > 0;) {
        size_t mark = arena_mark(arena);
        TRY(write_newest_row(backend, project, view, newest->rows[i], arena, out, error));
        arena_rewind(arena, mark);
        if (i > 0) buffer_append_byte(out, ',');
    }
    buffer_append_byte(out, ']');
    return STATUS_OK;
}

enum status backend_newest(struct backend *backend, uint32_t project, uint32_t count_max,
                           struct buffer *out, struct error *error)
{
    assert(count_max > 0);
    struct backend_view view;
    TRY(backend_view_open(backend, project, &view, error));
    struct arena arena;
    arena_init(&arena, NEWEST_ARENA_SIZE);
    struct newest newest = {.count_max = count_max};
    enum status status = write_newest(backend, project, &view, &arena, &newest, out, error);
    arena_release(&arena);
    backend_view_close(&view);
    return status;
}

/* --- the keys of a day --- */

struct day_scan {
    struct backend *backend;
    uint32_t project;
    int64_t from_ms;
    struct arena arena;
    backend_key *each;
    void *context;
};

static enum status give_key(struct day_scan *scan, const struct row_columns *columns, size_t place,
                            int64_t time_ms, struct error *error)
{
    const struct value *insert_id = row_columns_value(columns, ROW_COLUMN_INSERT_ID, place);
    if (insert_id->kind != VALUE_TEXT) return STATUS_OK;
    size_t mark = arena_mark(&scan->arena);
    uint32_t person = columns->sent_persons[place];
    struct text distinct_id = TEXT("");
    if (person != IDENTITY_NONE) {
        distinct_id = identity_text(scan->backend->identity, scan->project, person, &scan->arena);
        if (!distinct_id.bytes) return row_memory_passed(error);
    }
    struct text name = row_columns_value(columns, ROW_COLUMN_EVENT, place)->text;
    scan->each(scan->context, event_key_make(name, distinct_id, insert_id->text, time_ms));
    arena_rewind(&scan->arena, mark);
    return STATUS_OK;
}

static enum status scan_day(struct day_scan *scan, struct row_source *source, struct error *error)
{
    uint32_t row_count = row_source_row_count(source);
    struct row_pick pick = {.capacity = row_count};
    int64_t to_ms = scan->from_ms + 24 * 3600 * (int64_t)1000;
    pick.rows = ARENA_ARRAY_DIRTY(&scan->arena, struct picked_row, row_count);
    if (!pick.rows) return row_memory_passed(error);
    TRY(row_pick_span(source, 0, scan->from_ms, to_ms, &scan->arena, &pick, error));
    if (pick.count == 0) return STATUS_OK;
    struct row_columns columns;
    TRY(row_columns_read(source, pick.rows, pick.count, ROW_COLUMNS_KEY, &scan->arena, &columns,
                         error));
    for (size_t i = 0; i < pick.count; i++) {
        TRY(give_key(scan, &columns, i, pick.rows[i].time_ms, error));
    }
    return STATUS_OK;
}

static size_t largest_source(const struct backend_view *view)
{
    size_t row_count = 0;
    for (uint32_t i = 0; i < snapshot_source_count(view->snapshot); i++) {
        size_t count = row_source_row_count(snapshot_source(view->snapshot, i));
        if (row_count < count) row_count = count;
    }
    return row_count;
}

static enum status scan_sources(struct day_scan *scan, const struct backend_view *view,
                                struct error *error)
{
    for (uint32_t i = 0; i < snapshot_source_count(view->snapshot); i++) {
        size_t mark = arena_mark(&scan->arena);
        TRY(scan_day(scan, snapshot_source(view->snapshot, i), error));
        arena_rewind(&scan->arena, mark);
    }
    return STATUS_OK;
}

enum status backend_day_keys(struct backend *backend, uint32_t project, int64_t day,
                             backend_key *each, void *context, struct error *error)
{
    struct backend_view view;
    TRY(backend_view_open(backend, project, &view, error));
    struct day_scan scan = {
        .backend = backend,
        .project = project,
        .from_ms = day * 24 * 3600 * 1000,
        .each = each,
        .context = context,
    };
    arena_init(&scan.arena, DAY_KEYS_REST_SIZE + largest_source(&view) * DAY_KEYS_ROW_SIZE);
    enum status status = scan_sources(&scan, &view, error);
    arena_release(&scan.arena);
    backend_view_close(&view);
    return status;
}

/* --- one profile --- */

enum status backend_profile(struct backend *backend, uint32_t project, struct text group_key,
                            struct text id, struct buffer *out, struct error *error)
{
    struct snapshot *snapshot;
    TRY(store_snapshot(backend->store, project, &snapshot, error));
    bool found = snapshot_profile_json(snapshot, group_key, id, out);
    snapshot_release(snapshot);
    if (found) return STATUS_OK;
    return error_set(error, STATUS_ABSENT, "could not find the profile: none has this id");
}

/* --- all profiles --- */

static enum status give_profiles(const struct snapshot *snapshot, struct buffer *piece,
                                 backend_piece *give, void *context, struct error *error)
{
    struct profile_walk walk = {0};
    bool has_more = true;
    while (has_more) {
        buffer_clear(piece);
        while (has_more && piece->size < BACKEND_EXPORT_PIECE_SIZE)
            has_more = snapshot_profile_next(snapshot, &walk, piece);
        if (buffer_overflowed(piece)) {
            return error_set(error, STATUS_TOO_LARGE, "a profile is above %zu bytes",
                             piece->size_max);
        }
        if (piece->size > 0) TRY(give(context, buffer_text(piece), error));
    }
    return STATUS_OK;
}

enum status backend_export_profiles(struct backend *backend, uint32_t project, backend_piece *piece,
                                    void *context, struct error *error)
{
    struct snapshot *snapshot;
    struct buffer bytes;
    TRY(store_snapshot(backend->store, project, &snapshot, error));
    buffer_init(&bytes, BACKEND_EXPORT_ARENA_SIZE);
    enum status status = give_profiles(snapshot, &bytes, piece, context, error);
    buffer_release(&bytes);
    snapshot_release(snapshot);
    return status;
}
