/* JSON text to records: an object, an array of objects, or an object on each line.
 *
 * One bad record does not cost its neighbours as long as the JSON around it is well formed: a text
 * that is not UTF-8, a raw control character and too deep nesting refuse that record alone. The
 * reader writes into its input, so behind such a record the way on is found in a copy, by brackets
 * and quotes alone. Where the syntax of an array is broken nothing says what the client meant, and
 * it would send the whole request again: everything in it is refused, what came before the break
 * too. A line is its own text: a broken one refuses itself. */
#include "wire/wire_internal.h"

#include "base/check.h"

#include <string.h>

bool wire_is_true(struct json_token token)
{
    return token.kind == JSON_TRUE || (token.kind == JSON_TEXT && token.text.size > 0);
}

bool wire_keep_special(struct wire_decoder *decoder, struct json_reader *reader,
                       enum wire_special special, struct json_token token)
{
    struct json_token *kept = &decoder->record.special[special];
    if (kept->kind == WIRE_NOT_SENT) {
        *kept = token;
    } else {
        decoder->verdict->duplicate_keys++;
    }
    return json_skip(reader);
}

/* The compact form is never longer than what was sent, so it goes back to the same place and needs
 * no memory of its own. */
static bool read_nested(struct wire_decoder *decoder, struct json_reader *reader,
                        struct value *value)
{
    size_t first = reader->offset - 1;
    uint32_t duplicates = 0;
    struct buffer *compact = &decoder->compact;
    buffer_clear(compact);
    bool is_list = reader->bytes[first] == '[';
    if (!json_copy_compact(reader, compact, &duplicates)) return false;
    decoder->verdict->duplicate_keys += duplicates;
    size_t sent_size = reader->offset - first;
    if (buffer_overflowed(compact) || compact->size > sent_size) {
        wire_fault(decoder, WIRE_FAULT_LIST_SIZE);
        return true;
    }
    if (!wire_nested_fits(buffer_text(compact))) wire_fault(decoder, WIRE_FAULT_LIST_COUNT);
    memcpy(reader->bytes + first, compact->bytes, compact->size);
    *value = (struct value){.kind = is_list ? VALUE_LIST : VALUE_OBJECT,
                            .text = {reader->bytes + first, compact->size}};
    return true;
}

bool wire_read_other_value(struct wire_decoder *decoder, struct json_reader *reader,
                           enum json_kind kind, struct text text, struct value *value)
{
    switch (kind) {
    case JSON_NUMBER: *value = value_from_number(text); return true;
    case JSON_TRUE: value->kind = VALUE_TRUE; return true;
    case JSON_FALSE: value->kind = VALUE_FALSE; return true;
    case JSON_NULL: value->kind = VALUE_NULL; return true;
    case JSON_OBJECT_BEGIN:
    case JSON_ARRAY_BEGIN: return read_nested(decoder, reader, value);
    case JSON_ERROR: return false;
    default: UNREACHABLE("the reader gives a value after a key");
    }
}

enum wire_fate wire_find_project(const struct wire_decoder *decoder, enum wire_fate missing,
                                 const struct project **project)
{
    *project = decoder->project;
    if (*project) return WIRE_ACCEPTED;
    struct json_token token = decoder->record.special[WIRE_TOKEN];
    bool is_text = token.kind == JSON_TEXT || token.kind == JSON_NUMBER;
    if (!is_text || token.text.size == 0) return missing;
    *project = project_table_by_token(decoder->request->projects, token.text);
    return *project ? WIRE_ACCEPTED : WIRE_FAULT_PROJECT;
}

static void clear_record(struct wire_decoder *decoder)
{
    decoder->record = (struct wire_sent){0};
    decoder->property_count = 0;
    decoder->step_count = 0;
}

static bool is_for_profiles(const struct wire_decoder *decoder)
{
    enum wire_endpoint endpoint = decoder->request->endpoint;
    return endpoint == WIRE_ENGAGE || endpoint == WIRE_GROUPS;
}

/* The fault that the reader stopped for, or WIRE_FAULT_BROKEN when the syntax itself is wrong. */
static enum wire_fate reader_fault(const struct json_reader *reader)
{
    switch (reader->error) {
    case JSON_ERROR_NONE: return WIRE_ACCEPTED;
    case JSON_ERROR_DEPTH: return WIRE_FAULT_DEPTH;
    case JSON_ERROR_UTF8: return WIRE_FAULT_UTF8;
    case JSON_ERROR_CONTROL: return WIRE_FAULT_CONTROL;
    case JSON_ERROR_SYNTAX:
    case JSON_ERROR_TRUNCATED: return WIRE_FAULT_BROKEN;
    }
    UNREACHABLE("an unknown JSON error");
}

/* Read one value into the record; what the reader stopped for, or WIRE_ACCEPTED. */
static enum wire_fate read_record(struct wire_decoder *decoder, struct json_reader *reader)
{
    clear_record(decoder);
    struct json_token token = json_next(reader);
    size_t first = reader->offset;
    if (token.kind == JSON_OBJECT_BEGIN) {
        if (is_for_profiles(decoder)) {
            wire_profile_read(decoder, reader);
        } else {
            wire_event_read(decoder, reader);
        }
    } else if (token.kind != JSON_ERROR) {
        wire_fault(decoder, WIRE_FAULT_NOT_OBJECT);
        (void)json_skip(reader);
    }
    enum wire_fate broken = reader_fault(reader);
    if (broken != WIRE_ACCEPTED) wire_fault(decoder, broken);
    if (reader->offset - first >= EVENT_SIZE_MAX) {
        decoder->record.fault = WIRE_FAULT_RECORD_SIZE;
    }
    return broken;
}

static void settle_record(struct wire_decoder *decoder)
{
    enum wire_fate fate = decoder->record.fault;
    if (fate == WIRE_ACCEPTED) {
        fate = is_for_profiles(decoder) ? wire_profile_settle(decoder) : wire_event_settle(decoder);
    }
    wire_count(decoder, fate);
}

static bool is_full(const struct wire_decoder *decoder)
{
    return !decoder->request->trusted_project &&
           decoder->verdict->received == EVENT_BATCH_COUNT_MAX;
}

static void refuse_too_many(struct wire_decoder *decoder)
{
    wire_refuse_request(decoder, WIRE_FAULT_TOO_MANY);
    decoder->verdict->status = 413;
}

/* Browsers cut texts in the middle of a surrogate pair, and base64 of theirs encodes each half by
 * itself: that is no reason to lose an event. A strict import asked to be told. */
static void open_reader(struct json_reader *reader, const struct wire_decoder *decoder, char *data,
                        size_t size)
{
    json_reader_init(reader, data, size);
    reader->replaces_surrogates = !decoder->is_strict;
}

static void read_lines(struct wire_decoder *decoder, char *data, size_t size)
{
    struct text rest = {data, size};
    while (rest.size > 0) {
        struct text line = text_trim(text_split(rest, '\n', &rest));
        if (line.size == 0) continue;
        if (is_full(decoder)) {
            refuse_too_many(decoder);
            return;
        }
        struct json_reader reader;
        open_reader(&reader, decoder, data + (line.bytes - data), line.size);
        if (read_record(decoder, &reader) == WIRE_ACCEPTED && json_next(&reader).kind != JSON_END) {
            decoder->record.fault = WIRE_FAULT_BROKEN;
        }
        settle_record(decoder);
    }
}

static void read_single(struct wire_decoder *decoder, char *data, size_t size)
{
    struct json_reader reader;
    open_reader(&reader, decoder, data, size);
    enum wire_fate broken = read_record(decoder, &reader);
    if (broken == WIRE_ACCEPTED && json_next(&reader).kind != JSON_END) broken = WIRE_FAULT_BROKEN;
    if (broken == WIRE_FAULT_BROKEN) {
        wire_refuse_request(decoder, WIRE_FAULT_BROKEN);
    } else {
        settle_record(decoder);
    }
}

static size_t skip_space(const char *data, size_t size, size_t place)
{
    while (place < size && (data[place] == ' ' || data[place] == '\n' || data[place] == '\r' ||
                            data[place] == '\t'))
        place++;
    return place;
}

/* Read the element at *place and move behind it. False when the array is broken there. */
static bool read_element(struct wire_decoder *decoder, char *data, struct text copy, size_t *place)
{
    struct json_reader reader;
    open_reader(&reader, decoder, data + *place, copy.size - *place);
    if (!json_reader_next_value(&reader)) return false;
    enum wire_fate broken = read_record(decoder, &reader);
    if (broken == WIRE_FAULT_BROKEN) return false;
    if (broken == WIRE_ACCEPTED) {
        *place += reader.offset;
        return true;
    }
    ptrdiff_t end = wire_value_end(copy, *place);
    if (end == TEXT_NOT_FOUND) return false;
    *place = (size_t)end;
    return true;
}

enum array_end { ARRAY_WHOLE, ARRAY_BROKEN, ARRAY_TOO_LONG };

/* copy: the data as it was sent. */
static enum array_end read_elements(struct wire_decoder *decoder, char *data, struct text copy)
{
    size_t place = skip_space(data, copy.size, 1);
    if (place < copy.size && data[place] == ']') {
        place++;
    } else {
        for (char after = ','; after == ',';) {
            place = skip_space(data, copy.size, place);
            if (is_full(decoder)) return ARRAY_TOO_LONG;
            if (!read_element(decoder, data, copy, &place)) return ARRAY_BROKEN;
            place = skip_space(data, copy.size, place);
            if (place == copy.size) return ARRAY_BROKEN;
            after = data[place++];
            if (after != ',' && after != ']') return ARRAY_BROKEN;
            settle_record(decoder);
        }
    }
    return skip_space(data, copy.size, place) == copy.size ? ARRAY_WHOLE : ARRAY_BROKEN;
}

static void read_array(struct wire_decoder *decoder, char *data, size_t size)
{
    struct buffer copy;
    buffer_init_secret(&copy, size, decoder->request->memory);
    buffer_append(&copy, data, size);
    enum array_end end = read_elements(decoder, data, buffer_text(&copy));
    buffer_release(&copy);
    if (end == ARRAY_TOO_LONG) refuse_too_many(decoder);
    if (end == ARRAY_BROKEN) wire_refuse_request(decoder, WIRE_FAULT_BROKEN);
}

void wire_read_records(struct wire_decoder *decoder, const struct wire_body *body)
{
    assert(body->state == WIRE_BODY_READY);
    assert(body->size > 0);
    if (body->is_lines) {
        read_lines(decoder, body->data, body->size);
    } else if (body->data[0] == '[') {
        read_array(decoder, body->data, body->size);
    } else {
        read_single(decoder, body->data, body->size);
    }
    if (decoder->verdict->received == 0) wire_refuse_request(decoder, WIRE_FAULT_NO_DATA);
}
