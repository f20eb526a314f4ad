#include "plan/result.h"

#include "base/calendar.h"
#include "base/check.h"
#include "codec/json_writer.h"
#include "plan/result_table.h"

#include <math.h>
#include <string.h>

void result_init(struct result *result, size_t arena_size)
{
    *result = (struct result){.exact = true};
    arena_init(&result->arena, arena_size);
}

void result_release(struct result *result)
{
    arena_release(&result->arena);
    *result = (struct result){0};
}

static const char *type_name(enum result_type type)
{
    switch (type) {
    case RESULT_TEXT: return "text";
    case RESULT_NUMBER: return "number";
    case RESULT_DATE: return "date";
    case RESULT_TIME: return "time";
    }
    UNREACHABLE("no other type of column");
}

static const struct value *cell_at(const struct result *result, uint64_t row, uint32_t column)
{
    assert(row < result->row_count);
    return &result->cells[row * result->column_count + column];
}

static void write_json_columns(const struct result *result, struct json_writer *writer)
{
    json_key(writer, "columns");
    json_array_begin(writer);
    for (uint32_t i = 0; i < result->column_count; i++) {
        json_object_begin(writer);
        json_key(writer, "name");
        json_text(writer, result->columns[i].name);
        json_key(writer, "type");
        json_string(writer, type_name(result->columns[i].type));
        json_object_end(writer);
    }
    json_array_end(writer);
}

/* Cells are written past the writer, commas included: it would only copy them. */
static void write_json_rows(const struct result *result, struct json_writer *writer)
{
    json_key(writer, "rows");
    json_array_begin(writer);
    for (uint64_t row = 0; row < result->row_count; row++) {
        json_raw(writer, TEXT("["));
        for (uint32_t column = 0; column < result->column_count; column++) {
            if (column > 0) buffer_append_byte(writer->out, ',');
            value_write_json(cell_at(result, row, column), writer->out);
        }
        buffer_append_byte(writer->out, ']');
    }
    json_array_end(writer);
}

static void write_json_meta(const struct result *result, struct json_writer *writer)
{
    char as_of[32];
    calendar_instant_format(result->as_of_ms, as_of);
    json_key(writer, "meta");
    json_object_begin(writer);
    json_key(writer, "exact");
    json_bool(writer, result->exact);
    json_key(writer, "as_of");
    json_string(writer, as_of);
    json_key(writer, "events_scanned");
    json_unsigned(writer, result->events_scanned);
    json_key(writer, "bytes_scanned");
    json_unsigned(writer, result->bytes_scanned);
    json_key(writer, "elapsed_ms");
    json_decimal(writer, round(result->elapsed_ms * 1000) / 1000);
    json_key(writer, "held");
    json_array_begin(writer);
    json_array_end(writer);
    json_key(writer, "complete_until");
    json_string(writer, result->complete_until);
    if (result->explain.size > 0) {
        json_key(writer, "explain");
        json_text(writer, result->explain);
    }
    json_object_end(writer);
}

static void write_json(const struct result *result, struct buffer *out)
{
    struct json_writer writer;
    json_writer_init(&writer, out);
    json_object_begin(&writer);
    write_json_columns(result, &writer);
    write_json_rows(result, &writer);
    write_json_meta(result, &writer);
    json_object_end(&writer);
    buffer_append_byte(out, '\n');
}

/* Spreadsheets run texts that begin so as formulas; a leading ' tells them not to. */
static bool looks_like_formula(struct text text)
{
    return text.size > 0 && memchr("=+-@\t", text.bytes[0], 5) != NULL;
}

/* RFC 4180: quotes where a reader could go wrong without, also around the empty text, because an
 * empty cell is null. */
void result_write_csv_text(struct text text, struct buffer *out)
{
    bool quoted = text.size == 0 || looks_like_formula(text);
    for (size_t i = 0; i < text.size && !quoted; i++) {
        quoted = memchr(",\"\r\n", text.bytes[i], 4) != NULL;
    }
    if (!quoted) {
        buffer_append_text(out, text);
        return;
    }
    buffer_append_byte(out, '"');
    if (looks_like_formula(text)) buffer_append_byte(out, '\'');
    for (size_t i = 0; i < text.size; i++) {
        if (text.bytes[i] == '"') buffer_append_byte(out, '"');
        buffer_append_byte(out, text.bytes[i]);
    }
    buffer_append_byte(out, '"');
}

static void write_csv_cell(const struct value *value, struct buffer *out)
{
    switch (value->kind) {
    case VALUE_MISSING:
    case VALUE_NULL: return;
    case VALUE_TEXT:
    case VALUE_LIST:
    case VALUE_OBJECT: result_write_csv_text(value->text, out); return;
    case VALUE_FALSE:
    case VALUE_TRUE:
    case VALUE_INTEGER:
    case VALUE_DECIMAL:
    case VALUE_BIG_NUMBER: value_write_json(value, out); return;
    }
    UNREACHABLE("no other kind of value");
}

static void write_csv(const struct result *result, struct buffer *out)
{
    for (uint32_t column = 0; column < result->column_count; column++) {
        if (column > 0) buffer_append_byte(out, ',');
        result_write_csv_text(result->columns[column].name, out);
    }
    buffer_append_string(out, "\r\n");
    for (uint64_t row = 0; row < result->row_count; row++) {
        for (uint32_t column = 0; column < result->column_count; column++) {
            if (column > 0) buffer_append_byte(out, ',');
            write_csv_cell(cell_at(result, row, column), out);
        }
        buffer_append_string(out, "\r\n");
    }
}

void result_write(const struct result *result, enum result_format format, struct buffer *out)
{
    switch (format) {
    case RESULT_JSON: write_json(result, out); return;
    case RESULT_CSV: write_csv(result, out); return;
    case RESULT_TABLE: result_table_write(result, out); return;
    }
    UNREACHABLE("no other format");
}
