/* One event's record. One pass over its tokens, no tree and no allocation: properties go into an
 * array that is used again for every record. */
#include "wire/wire_internal.h"

#include "base/check.h"
#include "codec/utf8.h"

#include <string.h>

static inline bool is_name(struct text name, const char *literal)
{
    return memcmp(name.bytes, literal, name.size) == 0;
}

/* Sizes first: nearly every name is told apart by that alone. */
static inline enum wire_special classify(struct text name)
{
    switch (name.size) {
    case 2: return is_name(name, "ip") ? WIRE_IP : WIRE_SPECIAL_NONE;
    case 4: return is_name(name, "time") ? WIRE_TIME : WIRE_SPECIAL_NONE;
    case 5: return is_name(name, "token") ? WIRE_TOKEN : WIRE_SPECIAL_NONE;
    case 7: return is_name(name, "$ignore") ? WIRE_IGNORE : WIRE_SPECIAL_NONE;
    case 8: return is_name(name, "$user_id") ? WIRE_USER_ID : WIRE_SPECIAL_NONE;
    case 10:
        if (is_name(name, "$device_id")) return WIRE_DEVICE_ID;
        return is_name(name, "$insert_id") ? WIRE_INSERT_ID : WIRE_SPECIAL_NONE;
    case 11: return is_name(name, "distinct_id") ? WIRE_DISTINCT_ID : WIRE_SPECIAL_NONE;
    default: return WIRE_SPECIAL_NONE;
    }
}

/* Special, and an ordinary property as well. */
static bool stays_property(enum wire_special special)
{
    return special == WIRE_USER_ID || special == WIRE_DEVICE_ID || special == WIRE_IGNORE;
}

/* Room for one more property of this name, or NULL when it is to be passed over. */
static struct property *add_property(struct wire_decoder *decoder, struct json_reader *reader,
                                     struct text name, bool is_likely)
{
    struct wire_names *names = &decoder->names;
    if (names->count > EVENT_PROPERTY_COUNT_MAX) return NULL;
    enum wire_name kind = is_likely ? wire_names_add_likely(names, name)
                                    : wire_names_add(names, name, json_key_is_plain(reader, name));
    if (kind != WIRE_NAME_NEW) {
        decoder->verdict->duplicate_keys += kind == WIRE_NAME_AGAIN;
        if (kind == WIRE_NAME_BAD) wire_fault(decoder, WIRE_FAULT_PROPERTY_NAME);
        return NULL;
    }
    if (names->count > EVENT_PROPERTY_COUNT_MAX) {
        wire_fault(decoder, WIRE_FAULT_PROPERTY_COUNT);
        return NULL;
    }
    struct property *property = &decoder->properties[decoder->property_count++];
    property->name = name;
    return property;
}

/* The property of this name, its value not read yet. */
static inline bool read_property(struct wire_decoder *decoder, struct json_reader *reader,
                                 struct text name, bool is_likely)
{
    decoder->record.last_name = name;
    enum wire_special special = classify(name);
    if (special != WIRE_SPECIAL_NONE && !stays_property(special)) {
        return wire_keep_special(decoder, reader, special, json_next(reader));
    }
    struct property *property = add_property(decoder, reader, name, is_likely);
    struct json_token token = json_next(reader);
    if (!property) return json_skip(reader);
    if (special != WIRE_SPECIAL_NONE) decoder->record.special[special] = token;
    return wire_read_value(decoder, reader, token.kind, token.text, &property->value);
}

/* The next name, if it is the one that stood here in the event before: it is not scanned then. */
static inline bool take_likely_name(const struct wire_decoder *decoder, struct json_reader *reader,
                                    struct text *name)
{
    const struct text *likely = wire_names_likely(&decoder->names);
    if (!likely || !json_take_key(reader, *likely)) return false;
    *name = (struct text){reader->bytes + reader->offset - 2 - likely->size, likely->size};
    return true;
}

/* False on a JSON error. */
static bool read_properties(struct wire_decoder *decoder, struct json_reader *reader)
{
    wire_names_clear(&decoder->names);
    decoder->record.has_properties = true;
    for (;;) {
        struct text name;
        bool is_likely = take_likely_name(decoder, reader, &name);
        if (!is_likely) {
            struct json_token key = json_next(reader);
            if (key.kind != JSON_KEY) return key.kind == JSON_OBJECT_END;
            name = key.text;
        }
        if (!read_property(decoder, reader, name, is_likely)) return false;
    }
}

/* Of the metadata that mobile clients add beside the properties only the event's id is of use. */
static bool read_metadata(struct wire_decoder *decoder, struct json_reader *reader)
{
    for (;;) {
        struct json_token key = json_next(reader);
        if (key.kind != JSON_KEY) return key.kind == JSON_OBJECT_END;
        struct json_token value = json_next(reader);
        bool is_read = text_equal(key.text, TEXT("$mp_event_id"))
                           ? wire_keep_special(decoder, reader, WIRE_MP_EVENT_ID, value)
                           : json_skip(reader);
        if (!is_read) return false;
    }
}

static bool read_member(struct wire_decoder *decoder, struct json_reader *reader, struct text key)
{
    struct wire_sent *record = &decoder->record;
    struct json_token value = json_next(reader);
    if (text_equal(key, TEXT("event"))) {
        decoder->verdict->duplicate_keys += record->event.kind != WIRE_NOT_SENT;
        if (record->event.kind == WIRE_NOT_SENT) record->event = value;
    } else if (text_equal(key, TEXT("properties"))) {
        decoder->verdict->duplicate_keys += record->has_properties;
        if (value.kind == JSON_OBJECT_BEGIN && !record->has_properties) {
            return read_properties(decoder, reader);
        }
    } else if (text_equal(key, TEXT("$mp_metadata")) && value.kind == JSON_OBJECT_BEGIN) {
        return read_metadata(decoder, reader);
    }
    return json_skip(reader);
}

void wire_event_read(struct wire_decoder *decoder, struct json_reader *reader)
{
    struct json_token key = json_next(reader);
    while (key.kind == JSON_KEY) {
        decoder->record.has_keys = true;
        if (!read_member(decoder, reader, key.text)) return;
        key = json_next(reader);
    }
}

static enum wire_fate check_name(const struct wire_sent *record)
{
    if (record->event.kind != JSON_TEXT) return WIRE_FAULT_EVENT;
    struct text name = record->event.text;
    if (text_trim(name).size == 0) return WIRE_FAULT_EVENT;
    bool is_long = name.size > EVENT_NAME_POINTS_MAX &&
                   utf8_truncate(name, EVENT_NAME_POINTS_MAX).size < name.size;
    bool has_nul = text_find_byte(name, '\0') != TEXT_NOT_FOUND;
    return is_long || has_nul ? WIRE_FAULT_EVENT_NAME : WIRE_ACCEPTED;
}

enum wire_fate wire_event_settle(struct wire_decoder *decoder)
{
    const struct wire_sent *record = &decoder->record;
    if (!record->has_keys) return WIRE_FAULT_EMPTY;
    enum wire_fate fate = check_name(record);
    if (fate != WIRE_ACCEPTED) return fate;
    if (decoder->is_import && !record->has_properties) return WIRE_FAULT_PROPERTIES;
    const struct project *project;
    fate = wire_find_project(decoder, WIRE_FAULT_TOKEN, &project);
    if (fate != WIRE_ACCEPTED) return fate;
    if (wire_is_true(record->special[WIRE_IGNORE])) return WIRE_IGNORED;

    struct event event = {.name = record->event.text,
                          .flags = decoder->is_import ? EVENT_IMPORTED : 0};
    fate = wire_event_time(decoder, &event.time_ms);
    if (fate == WIRE_ACCEPTED) fate = wire_identify(decoder, &event);
    if (fate == WIRE_ACCEPTED) fate = wire_event_insert_id(decoder, &event);
    if (fate != WIRE_ACCEPTED) return fate;
    return wire_output_event(decoder, project, &event);
}
