/* One event as an export line. */
#include "backend/held.h"
#include "backend/row_reader.h"
#include "base/check.h"
#include "codec/json_writer.h"
#include "event/event.h"
#include "plan/result.h"

#include <stdio.h>

/* Who an event is of, in texts: now, and as it was sent. */
struct row_person {
    struct text now;
    struct text sent;
};

static enum status find_person(const struct row_names *names, uint32_t number,
                               struct row_person *out, struct error *error)
{
    *out = (struct row_person){TEXT(""), TEXT("")};
    if (number == IDENTITY_NONE) return STATUS_OK;
    struct backend *backend = names->backend;
    uint32_t canonical = identity_view_canonical(names->persons)[number];
    out->sent = identity_text(backend->identity, names->project, number, names->arena);
    out->now = canonical == number
                   ? out->sent
                   : identity_text(backend->identity, names->project, canonical, names->arena);
    if (out->sent.bytes && out->now.bytes) return STATUS_OK;
    return error_set(error, STATUS_TOO_LARGE, "could not write rows: out of memory for ids");
}

/* Seconds with up to three decimals: 1722470400 or 1722470400.25. */
static void write_seconds(struct buffer *out, int64_t time_ms)
{
    int64_t seconds = time_ms / 1000;
    int64_t rest = time_ms % 1000;
    if (rest == 0) {
        buffer_printf(out, "%lld", (long long)seconds);
        return;
    }
    bool negative = time_ms < 0;
    if (negative) {
        seconds = -seconds;
        rest = -rest;
    }
    buffer_printf(out, "%s%lld.%03lld", negative ? "-" : "", (long long)seconds, (long long)rest);
}

/* The overflow column holds an object of whole members: taken apart by leaving its braces out. */
static void write_overflow(struct json_writer *writer, const struct value *overflow,
                           struct text held)
{
    if (overflow->kind != VALUE_OBJECT || overflow->text.size <= 2) return;
    if (held.size == 0) {
        buffer_append_text(json_direct(writer),
                           text_slice(overflow->text, 1, overflow->text.size - 2));
        return;
    }
    struct buffer rest;
    buffer_init(&rest, 2 * overflow->text.size + 64);
    bool is_read = held_write_rest(held, overflow->text, &rest);
    if (is_read && rest.size > 0) buffer_append_text(json_direct(writer), buffer_text(&rest));
    buffer_release(&rest);
}

static void write_property(struct json_writer *writer, const struct row_columns *columns,
                           uint32_t column, size_t place, struct text held)
{
    const struct value *value = row_columns_value(columns, column, place);
    if (value->kind == VALUE_MISSING) return;
    if (text_equal(columns->names[column], TEXT(ROW_OVERFLOW_COLUMN))) {
        write_overflow(writer, value, held);
        return;
    }
    if (held_has(held, columns->names[column])) return;
    json_key_text(writer, columns->names[column]);
    value_write_json(value, json_direct(writer));
}

/* Export shows what came through /import, unless the event says something of that name itself. */
static void write_import(struct json_writer *writer, const struct row_columns *columns,
                         size_t place)
{
    if ((columns->flags[place] & EVENT_IMPORTED) == 0) return;
    bool is_said =
        columns->import_column != ROW_COLUMN_NONE &&
        row_columns_value(columns, (uint32_t)columns->import_column, place)->kind != VALUE_MISSING;
    if (is_said) return;
    json_key(writer, "$import");
    json_bool(writer, true);
}

static void write_properties(struct json_writer *writer, const struct row_columns *columns,
                             size_t place, struct text held)
{
    write_import(writer, columns, place);
    for (uint32_t column = ROW_COLUMN_INSERT_ID + 1; column < columns->column_count; column++) {
        write_property(writer, columns, column, place, held);
    }
}

enum status row_write_json(const struct row_columns *columns, size_t place, int64_t time_ms,
                           const struct row_names *names, struct buffer *out, struct error *error)
{
    struct row_person person;
    TRY(find_person(names, columns->sent_persons[place], &person, error));
    struct json_writer writer;
    json_writer_init(&writer, out);
    json_object_begin(&writer);
    json_key(&writer, "event");
    json_text(&writer, row_columns_value(columns, ROW_COLUMN_EVENT, place)->text);
    json_key(&writer, "properties");
    json_object_begin(&writer);
    json_key(&writer, "time");
    write_seconds(json_direct(&writer), time_ms);
    json_key(&writer, "distinct_id");
    json_text(&writer, person.now);
    const struct value *insert_id = row_columns_value(columns, ROW_COLUMN_INSERT_ID, place);
    if (insert_id->kind == VALUE_TEXT) {
        json_key(&writer, "$insert_id");
        json_text(&writer, insert_id->text);
    }
    if (!text_equal(person.now, person.sent)) {
        json_key(&writer, "$distinct_id_before_identity");
        json_text(&writer, person.sent);
    }
    write_properties(&writer, columns, place, names->held);
    json_object_end(&writer);
    json_object_end(&writer);
    return STATUS_OK;
}

enum status row_write_csv(const struct row_columns *columns, size_t place, int64_t time_ms,
                          const struct row_names *names, struct buffer *out, struct error *error)
{
    struct row_person person;
    TRY(find_person(names, columns->sent_persons[place], &person, error));
    const struct value *insert_id = row_columns_value(columns, ROW_COLUMN_INSERT_ID, place);
    result_write_csv_text(row_columns_value(columns, ROW_COLUMN_EVENT, place)->text, out);
    buffer_append_byte(out, ',');
    write_seconds(out, time_ms);
    buffer_append_byte(out, ',');
    result_write_csv_text(person.now, out);
    buffer_append_byte(out, ',');
    result_write_csv_text(insert_id->kind == VALUE_TEXT ? insert_id->text : TEXT(""), out);
    buffer_append_byte(out, ',');

    struct buffer properties;
    buffer_init(&properties, out->size_max);
    struct json_writer writer;
    json_writer_init(&writer, &properties);
    json_object_begin(&writer);
    write_properties(&writer, columns, place, names->held);
    json_object_end(&writer);
    result_write_csv_text(buffer_text(&properties), out);
    buffer_release(&properties);
    buffer_append_byte(out, '\n');
    return STATUS_OK;
}
