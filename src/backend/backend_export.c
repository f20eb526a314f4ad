/* Rows out: a span in windows of hours, each sorted by time; the newest ones; the keys of a day. */
#include "backend/backend_limits.h"
#include "backend/row_reader.h"
#include "base/check.h"
#include "event/event.h"

#include <stdlib.h>

static const int64_t HOUR_MS = 3600 * 1000;

/* By time, then arrival. */
static int compare_rows(const void *a, const void *b)
{
    const struct picked_row *left = a;
    const struct picked_row *right = b;
    if (left->time_ms != right->time_ms) return left->time_ms < right->time_ms ? -1 : 1;
    return (left->arrival > right->arrival) - (left->arrival < right->arrival);
}

struct export
{
    struct backend *backend;
    const struct backend_export *options;
    struct backend_view view;
    struct arena arena;
    struct buffer piece;
    backend_piece *give;
    void *context;
    uint64_t rows;
    int64_t from_hour; /* hours since 1970 */
    uint32_t hour_count;
    uint32_t *hour_rows; /* by hour: how many rows it has */
};

static int64_t hour_of(int64_t time_ms)
{
    int64_t hour = time_ms / HOUR_MS;
    return time_ms % HOUR_MS < 0 ? hour - 1 : hour;
}

static void clip_to_rows(struct export *export, int64_t *from_ms, int64_t *to_ms)
{
    int64_t first = INT64_MAX;
    int64_t last = INT64_MIN;
    for (uint32_t i = 0; i < snapshot_source_count(export->view.snapshot); i++) {
        int64_t min_ms;
        int64_t max_ms;
        row_source_time_range(snapshot_source(export->view.snapshot, i), &min_ms, &max_ms);
        if (min_ms > max_ms) continue;
        if (min_ms < first) first = min_ms;
        if (max_ms > last) last = max_ms;
    }
    *from_ms = export->options->from_ms > first ? export->options->from_ms : first;
    *to_ms = export->options->to_ms <= last ? export->options->to_ms : last + 1;
    if (first > last || *to_ms <= *from_ms) *to_ms = *from_ms;
}

static enum status count_source(struct export *export, struct row_source *source, int64_t from_ms,
                                int64_t to_ms, int64_t *times, struct error *error)
{
    uint32_t row_count = row_source_row_count(source);
    for (uint32_t first = 0; first < row_count; first += ROW_READER_BLOCK) {
        uint32_t end = row_count - first < ROW_READER_BLOCK ? row_count : first + ROW_READER_BLOCK;
        TRY(row_source_times(source, (struct row_range){first, end}, times, error));
        for (uint32_t i = 0; i < end - first; i++) {
            if (times[i] < from_ms || times[i] >= to_ms) continue;
            export->hour_rows[hour_of(times[i]) - export->from_hour]++;
        }
    }
    return STATUS_OK;
}

static enum status count_hours(struct export *export, int64_t from_ms, int64_t to_ms,
                               struct error *error)
{
    export->from_hour = hour_of(from_ms);
    int64_t hours = to_ms > from_ms ? hour_of(to_ms - 1) - export->from_hour + 1 : 0;
    export->hour_count = (uint32_t)hours;
    export->hour_rows = ARENA_ARRAY(&export->arena, uint32_t, export->hour_count);
    size_t mark = arena_mark(&export->arena);
    int64_t *times = ARENA_ARRAY_DIRTY(&export->arena, int64_t, ROW_READER_BLOCK);
    if (!export->hour_rows || !times) return row_memory_passed(error);
    for (uint32_t i = 0; i < snapshot_source_count(export->view.snapshot); i++) {
        TRY(count_source(export, snapshot_source(export->view.snapshot, i), from_ms, to_ms, times,
                         error));
    }
    arena_rewind(&export->arena, mark);
    return STATUS_OK;
}

static enum status give_piece(struct export *export, size_t size_min, struct error *error)
{
    if (buffer_overflowed(&export->piece)) return row_memory_passed(error);
    if (export->piece.size == 0 || export->piece.size < size_min) return STATUS_OK;
    enum status status = export->give(export->context, buffer_text(&export->piece), error);
    buffer_clear(&export->piece);
    return status;
}

static enum status write_row(struct export *export, const struct row_columns *columns, size_t place,
                             int64_t time_ms, struct error *error)
{
    size_t mark = arena_mark(&export->arena);
    struct row_names names = {
        .backend = export->backend,
        .project = export->options->project,
        .persons = export->view.persons,
        .arena = &export->arena,
        .held = export->options->shows_held ? TEXT("") : export->view.held,
    };
    enum status status = STATUS_OK;
    if (export->options->csv) {
        status = row_write_csv(columns, place, time_ms, &names, &export->piece, error);
    } else {
        status = row_write_json(columns, place, time_ms, &names, &export->piece, error);
        buffer_append_byte(&export->piece, '\n');
    }
    arena_rewind(&export->arena, mark);
    if (status != STATUS_OK) return status;
    export->rows++;
    return give_piece(export, BACKEND_EXPORT_PIECE_SIZE, error);
}

/* Where the columns of a picked row are: its source, and its place among that source's rows. */
static enum status write_window(struct export *export, struct picked_row *rows,
                                const size_t *source_first, size_t row_count, struct error *error)
{
    uint32_t source_count = snapshot_source_count(export->view.snapshot);
    struct row_columns *columns = ARENA_ARRAY(&export->arena, struct row_columns, source_count);
    if (!columns) return row_memory_passed(error);
    for (uint32_t i = 0; i < source_count; i++) {
        size_t count = source_first[i + 1] - source_first[i];
        if (count == 0) continue;
        TRY(row_columns_read(snapshot_source(export->view.snapshot, i), rows + source_first[i],
                             count, ROW_COLUMNS_ALL, &export->arena, &columns[i], error));
    }
    /* From here on a row is known by its place, not by its number in the source. */
    for (uint32_t i = 0; i < source_count; i++) {
        for (size_t j = source_first[i]; j < source_first[i + 1]; j++) {
            rows[j].row = (uint32_t)(j - source_first[i]);
        }
    }
    qsort(rows, row_count, sizeof *rows, compare_rows);
    for (size_t i = 0; i < row_count; i++) {
        TRY(write_row(export, &columns[rows[i].source], rows[i].row, rows[i].time_ms, error));
    }
    return STATUS_OK;
}

static enum status export_window(struct export *export, int64_t from_ms, int64_t to_ms,
                                 size_t row_count, struct error *error)
{
    uint32_t source_count = snapshot_source_count(export->view.snapshot);
    struct row_pick pick = {
        .rows = ARENA_ARRAY_DIRTY(&export->arena, struct picked_row, row_count),
        .capacity = row_count,
    };
    size_t *source_first = ARENA_ARRAY(&export->arena, size_t, source_count + 1);
    if (!pick.rows || !source_first) return row_memory_passed(error);
    for (uint32_t i = 0; i < source_count; i++) {
        source_first[i] = pick.count;
        TRY(row_pick_span(snapshot_source(export->view.snapshot, i), i, from_ms, to_ms,
                          &export->arena, &pick, error));
    }
    source_first[source_count] = pick.count;
    return write_window(export, pick.rows, source_first, pick.count, error);
}

static enum status export_windows(struct export *export, int64_t from_ms, int64_t to_ms,
                                  struct error *error)
{
    TRY(count_hours(export, from_ms, to_ms, error));
    for (uint32_t first = 0; first < export->hour_count;) {
        size_t row_count = export->hour_rows[first];
        uint32_t end = first + 1;
        while (end < export->hour_count &&
               row_count + export->hour_rows[end] <= BACKEND_EXPORT_ROWS) {
            row_count += export->hour_rows[end++];
        }
        int64_t window_from = (export->from_hour + first) * HOUR_MS;
        int64_t window_to = (export->from_hour + end) * HOUR_MS;
        if (window_from < from_ms) window_from = from_ms;
        if (window_to > to_ms) window_to = to_ms;
        size_t mark = arena_mark(&export->arena);
        if (row_count > 0) TRY(export_window(export, window_from, window_to, row_count, error));
        arena_rewind(&export->arena, mark);
        first = end;
    }
    return give_piece(export, 0, error);
}

enum status backend_export(struct backend *backend, const struct backend_export *options,
                           backend_piece *piece, void *context, uint64_t *rows, struct error *error)
{
    struct export export = {
        .backend = backend, .options = options, .give = piece, .context = context};
    TRY(backend_view_open(backend, options->project, &export.view, error));
    arena_init(&export.arena, BACKEND_EXPORT_ARENA_SIZE);
    buffer_init(&export.piece, BACKEND_EXPORT_ARENA_SIZE);
    if (options->csv) {
        buffer_append_string(&export.piece, "event,time,distinct_id,$insert_id,properties\n");
    }
    int64_t from_ms;
    int64_t to_ms;
    clip_to_rows(&export, &from_ms, &to_ms);
    enum status status = export_windows(&export, from_ms, to_ms, error);
    *rows = export.rows;
    buffer_release(&export.piece);
    arena_release(&export.arena);
    backend_view_close(&export.view);
    return status;
}
