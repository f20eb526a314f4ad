/* One record of /engage or /groups: its operations become steps, in the order they stand in. */
#include "wire/wire_internal.h"

#include "base/check.h"
#include "event/value.h"

static const struct {
    struct text key;
    enum wire_special special;
} special_keys[] = {
    {TEXT_INIT("$token"), WIRE_TOKEN},
    {TEXT_INIT("$distinct_id"), WIRE_DISTINCT_ID},
    {TEXT_INIT("$time"), WIRE_TIME},
    {TEXT_INIT("$group_key"), WIRE_GROUP_KEY},
    {TEXT_INIT("$group_id"), WIRE_GROUP_ID},
    {TEXT_INIT("$ignore_time"), WIRE_IGNORE_TIME},
    {TEXT_INIT("$ignore_alias"), WIRE_IGNORE_ALIAS},
    {TEXT_INIT("$ip"), WIRE_IP},
    {TEXT_INIT("ip"), WIRE_IP},
};

enum operation {
    OPERATION_SET,
    OPERATION_SET_ONCE,
    OPERATION_ADD,
    OPERATION_APPEND,
    OPERATION_UNION,
    OPERATION_REMOVE,
    OPERATION_UNSET,
    OPERATION_DELETE,
    OPERATION_MERGE, /* of old Swift clients, about push tokens: passed over */
    OPERATION_NONE,
};

static const struct {
    struct text key;
    enum profile_operation step;
} operations[] = {
    [OPERATION_SET] = {TEXT_INIT("$set"), PROFILE_SET},
    [OPERATION_SET_ONCE] = {TEXT_INIT("$set_once"), PROFILE_SET_ONCE},
    [OPERATION_ADD] = {TEXT_INIT("$add"), PROFILE_ADD},
    [OPERATION_APPEND] = {TEXT_INIT("$append"), PROFILE_APPEND},
    [OPERATION_UNION] = {TEXT_INIT("$union"), PROFILE_UNION},
    [OPERATION_REMOVE] = {TEXT_INIT("$remove"), PROFILE_REMOVE},
    [OPERATION_UNSET] = {TEXT_INIT("$unset"), PROFILE_UNSET},
    [OPERATION_DELETE] = {TEXT_INIT("$delete"), PROFILE_DELETE},
    [OPERATION_MERGE] = {TEXT_INIT("$merge"), PROFILE_TOUCH},
};

static enum wire_special find_special(struct text key)
{
    for (size_t i = 0; i < sizeof special_keys / sizeof *special_keys; i++) {
        if (text_equal(key, special_keys[i].key)) return special_keys[i].special;
    }
    return WIRE_SPECIAL_NONE;
}

static enum operation find_operation(struct text key)
{
    enum operation operation = OPERATION_SET;
    while (operation < OPERATION_NONE && !text_equal(key, operations[operation].key))
        operation++;
    return operation;
}

static struct profile_step *add_step(struct wire_decoder *decoder, enum profile_operation operation)
{
    if (decoder->step_count == WIRE_PROFILE_STEP_COUNT_MAX) {
        wire_fault(decoder, WIRE_FAULT_PROPERTY_COUNT);
        return NULL;
    }
    struct profile_step *step = &decoder->steps[decoder->step_count++];
    *step = (struct profile_step){.operation = operation};
    return step;
}

/* [value]: $union takes a list, and some clients send the only element of one bare. */
static void wrap_in_list(struct wire_decoder *decoder, struct value *value)
{
    struct buffer *compact = &decoder->compact;
    buffer_clear(compact);
    buffer_append_byte(compact, '[');
    value_write_json(value, compact);
    buffer_append_byte(compact, ']');
    if (!decoder->wrapped.memory) {
        arena_init_secret(&decoder->wrapped, 2 * (size_t)EVENT_SIZE_MAX, decoder->request->memory);
    }
    struct text list = arena_text(&decoder->wrapped, buffer_text(compact));
    if (buffer_overflowed(compact) || !list.bytes) {
        wire_fault(decoder, WIRE_FAULT_LIST_SIZE);
        return;
    }
    *value = (struct value){.kind = VALUE_LIST, .text = list};
}

/* False on a JSON error. */
static bool read_step(struct wire_decoder *decoder, struct json_reader *reader,
                      enum operation operation, struct text name)
{
    struct json_token token = json_next(reader);
    enum wire_name kind = WIRE_NAME_BAD;
    struct profile_step *step = NULL;
    if (decoder->names.count <= WIRE_PROFILE_STEP_COUNT_MAX) {
        kind = wire_names_add(&decoder->names, name, false);
        if (kind == WIRE_NAME_BAD) wire_fault(decoder, WIRE_FAULT_PROPERTY_NAME);
    }
    decoder->verdict->duplicate_keys += kind == WIRE_NAME_AGAIN;
    if (kind != WIRE_NAME_AGAIN) step = add_step(decoder, operations[operation].step);
    if (!step) return json_skip(reader);

    step->name = name;
    if (!wire_read_value(decoder, reader, token.kind, token.text, &step->value)) return false;
    if (operation == OPERATION_ADD && !value_is_number(&step->value)) {
        wire_fault(decoder, WIRE_FAULT_OPERATION_VALUE);
    }
    if (operation == OPERATION_UNION && step->value.kind != VALUE_LIST) {
        wrap_in_list(decoder, &step->value);
    }
    return true;
}

/* An operation on nothing still makes the profile, unless it would only take away. */
static void add_touch(struct wire_decoder *decoder, enum operation operation)
{
    if (operation == OPERATION_REMOVE) {
        decoder->record.has_harmless_operation = true;
    } else {
        (void)add_step(decoder, PROFILE_TOUCH);
    }
}

static bool read_steps(struct wire_decoder *decoder, struct json_reader *reader,
                       enum operation operation)
{
    wire_names_clear(&decoder->names);
    for (;;) {
        struct json_token key = json_next(reader);
        if (key.kind == JSON_OBJECT_END) break;
        if (key.kind != JSON_KEY) return false;
        decoder->record.last_name = key.text;
        if (!read_step(decoder, reader, operation, key.text)) return false;
    }
    if (decoder->names.count == 0) add_touch(decoder, operation);
    return true;
}

static void add_unset(struct wire_decoder *decoder, struct text name)
{
    struct profile_step *step = add_step(decoder, PROFILE_UNSET);
    if (step) step->name = name;
}

/* A list of names, or one name bare. */
static bool read_unset(struct wire_decoder *decoder, struct json_reader *reader,
                       struct json_token token)
{
    if (token.kind == JSON_TEXT) {
        add_unset(decoder, token.text);
        return true;
    }
    if (token.kind != JSON_ARRAY_BEGIN) {
        wire_fault(decoder, WIRE_FAULT_OPERATION_VALUE);
        return json_skip(reader);
    }
    decoder->record.has_harmless_operation = true;
    for (;;) {
        token = json_next(reader);
        if (token.kind == JSON_ARRAY_END) return true;
        if (token.kind == JSON_TEXT) {
            add_unset(decoder, token.text);
        } else {
            wire_fault(decoder, WIRE_FAULT_OPERATION_VALUE);
        }
        if (!json_skip(reader)) return false;
    }
}

static bool read_operation(struct wire_decoder *decoder, struct json_reader *reader,
                           enum operation operation)
{
    struct json_token token = json_next(reader);
    uint32_t bit = 1U << operation;
    if (decoder->record.operations_seen & bit) {
        decoder->verdict->duplicate_keys++;
        return json_skip(reader);
    }
    decoder->record.operations_seen |= bit;
    switch (operation) {
    case OPERATION_MERGE: decoder->record.has_harmless_operation = true; break;
    case OPERATION_DELETE: (void)add_step(decoder, PROFILE_DELETE); break;
    case OPERATION_UNSET: return read_unset(decoder, reader, token);
    default:
        if (token.kind == JSON_OBJECT_BEGIN) return read_steps(decoder, reader, operation);
        wire_fault(decoder, WIRE_FAULT_OPERATION_VALUE);
        break;
    }
    return json_skip(reader);
}

void wire_profile_read(struct wire_decoder *decoder, struct json_reader *reader)
{
    if (decoder->wrapped.memory) arena_rewind(&decoder->wrapped, 0);
    for (;;) {
        struct json_token key = json_next(reader);
        if (key.kind != JSON_KEY) return;
        decoder->record.has_keys = true;
        decoder->record.last_name = key.text;
        enum operation operation = find_operation(key.text);
        enum wire_special special = find_special(key.text);
        bool is_read;
        if (operation != OPERATION_NONE) {
            is_read = read_operation(decoder, reader, operation);
        } else if (special != WIRE_SPECIAL_NONE) {
            is_read = wire_keep_special(decoder, reader, special, json_next(reader));
        } else {
            (void)json_next(reader); /* its value, passed over */
            is_read = json_skip(reader);
        }
        if (!is_read) return;
    }
}

/* Group ids are compared as text and may be what would be no person's id ("0", "na"). */
static enum wire_fate find_group(const struct wire_sent *record, struct profile_change *change)
{
    struct json_token key = record->special[WIRE_GROUP_KEY];
    if (key.kind != JSON_TEXT || wire_id_read(key, &change->group_key) == WIRE_ID_ABSENT) {
        return WIRE_FAULT_GROUP_KEY;
    }
    change->group_key = key.text;
    struct json_token id = record->special[WIRE_GROUP_ID];
    switch (wire_id_read(id, &change->id)) {
    case WIRE_ID_GOOD: return WIRE_ACCEPTED;
    case WIRE_ID_FORBIDDEN: change->id = id.text; return WIRE_ACCEPTED;
    default: return WIRE_FAULT_GROUP_ID;
    }
}

static enum wire_fate find_subject(const struct wire_decoder *decoder,
                                   struct profile_change *change)
{
    const struct wire_sent *record = &decoder->record;
    if (decoder->request->endpoint == WIRE_GROUPS) return find_group(record, change);
    enum wire_id kind = wire_id_read(record->special[WIRE_DISTINCT_ID], &change->id);
    return kind == WIRE_ID_GOOD ? WIRE_ACCEPTED : WIRE_FAULT_PROFILE_ID;
}

enum wire_fate wire_profile_settle(struct wire_decoder *decoder)
{
    const struct wire_sent *record = &decoder->record;
    if (!record->has_keys) return WIRE_FAULT_EMPTY;
    const struct project *project;
    enum wire_fate fate = wire_find_project(decoder, WIRE_FAULT_PROFILE_TOKEN, &project);
    if (fate != WIRE_ACCEPTED) return fate;

    struct profile_change change = {.time_ms = wire_profile_time(decoder)};
    fate = find_subject(decoder, &change);
    if (fate != WIRE_ACCEPTED) return fate;
    if (decoder->step_count == 0) {
        return record->has_harmless_operation ? WIRE_IGNORED : WIRE_FAULT_OPERATION;
    }
    if (wire_is_true(record->special[WIRE_IGNORE_TIME])) change.flags |= PROFILE_KEEP_LAST_SEEN;
    if (wire_is_true(record->special[WIRE_IGNORE_ALIAS])) change.flags |= PROFILE_LITERAL_ID;
    return wire_output_profile(decoder, project, &change);
}
