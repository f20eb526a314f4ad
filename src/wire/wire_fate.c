/* Why a record or a request is refused: one table of reasons, and the counting. */
#include "wire/wire_internal.h"

#include "base/check.h"
#include "codec/json_writer.h"

enum { FAILED_RECORDS_SIZE_MAX = 4 * 1024 * 1024, FAILED_RECORD_SIZE_MAX = 16 * 1024 };

struct fault_words {
    enum wire_refusal refusal;
    const char *words;   /* plain and verbose answers */
    const char *field;   /* strict answers; with ".name" when a property is to blame */
    const char *message; /* strict answers; "'field' is invalid: " comes before a rule */
    bool is_rule;
};

static const struct fault_words faults[WIRE_FATE_COUNT] = {
    [WIRE_FAULT_NO_DATA] = {WIRE_REFUSED_DATA, "data, missing or empty", "",
                            "record must not be missing or empty", false},
    [WIRE_FAULT_BROKEN] = {WIRE_REFUSED_DATA, "data, not valid JSON", "",
                           "record must be valid JSON", false},
    [WIRE_FAULT_TOO_LARGE] = {WIRE_REFUSED_LIMIT, "request exceeds max limit of 10485760 bytes", "",
                              "request is too large", false},
    [WIRE_FAULT_TOO_MANY] = {WIRE_REFUSED_LIMIT, "request exceeds max limit of 2000 records", "",
                             "request has too many records", false},
    [WIRE_FAULT_DENIED] = {WIRE_REFUSED_TOKEN, "Invalid credentials", "", "invalid credentials",
                           false},
    [WIRE_FAULT_EMPTY] = {WIRE_REFUSED_DATA, "data, missing or empty", "",
                          "record must not be missing or empty", false},
    [WIRE_FAULT_NOT_OBJECT] = {WIRE_REFUSED_DATA, "data, each record must be an object", "",
                               "record must be an object", false},
    [WIRE_FAULT_EVENT] = {WIRE_REFUSED_EVENT, "event, missing", "event",
                          "'event' must not be missing or blank", false},
    [WIRE_FAULT_EVENT_NAME] = {WIRE_REFUSED_EVENT, "event, longer than 255 characters", "event",
                               "must have at most 255 characters, none of them NUL", true},
    [WIRE_FAULT_PROPERTIES] = {WIRE_REFUSED_DATA, "properties, missing or not an object",
                               "properties", "'properties' must be an object", false},
    [WIRE_FAULT_TOKEN] = {WIRE_REFUSED_TOKEN, "token, missing or empty", "properties.token",
                          "must not be missing or empty", true},
    [WIRE_FAULT_PROFILE_TOKEN] = {WIRE_REFUSED_TOKEN, "$token, missing or empty", "$token",
                                  "must not be missing or empty", true},
    [WIRE_FAULT_PROJECT] = {WIRE_REFUSED_PROJECT, NULL, "token", "must be a project's token", true},
    [WIRE_FAULT_ID_MISSING] = {WIRE_REFUSED_DISTINCT_ID, "distinct_id, missing or empty",
                               "properties.distinct_id", "must not be missing", true},
    [WIRE_FAULT_ID_FORBIDDEN] = {WIRE_REFUSED_DISTINCT_ID, "distinct_id, not an allowed value",
                                 "properties.distinct_id", "must not be a placeholder", true},
    [WIRE_FAULT_ID_TYPE] = {WIRE_REFUSED_DISTINCT_ID, "distinct_id, must be text or a number",
                            "properties.distinct_id", "must be text or a number", true},
    [WIRE_FAULT_ID_TEXT] = {WIRE_REFUSED_DISTINCT_ID, "distinct_id, longer than 255 characters",
                            "properties.distinct_id",
                            "must have at most 255 characters, none of them NUL", true},
    [WIRE_FAULT_PROFILE_ID] = {WIRE_REFUSED_DISTINCT_ID, "$distinct_id, missing or empty",
                               "$distinct_id", "must be text or a number that names someone", true},
    [WIRE_FAULT_GROUP_KEY] = {WIRE_REFUSED_DISTINCT_ID, "$group_key, missing or empty",
                              "$group_key", "must be text that is not empty", true},
    [WIRE_FAULT_GROUP_ID] = {WIRE_REFUSED_DISTINCT_ID, "$group_id, missing or empty", "$group_id",
                             "must be text or a number", true},
    [WIRE_FAULT_TIME_MISSING] = {WIRE_REFUSED_TIME, "time, missing", "properties.time",
                                 "must be specified as seconds since epoch", true},
    [WIRE_FAULT_TIME_TYPE] = {WIRE_REFUSED_TIME, "time, not a number", "properties.time",
                              "must be specified as seconds since epoch", true},
    [WIRE_FAULT_TIME_PAST] = {WIRE_REFUSED_TIME, "time, before 1971", "properties.time",
                              "must not be before 1971-01-01", true},
    [WIRE_FAULT_TIME_OLD] = {WIRE_REFUSED_TIME, "time, more than 5 days ago", "properties.time",
                             "must not be more than 5 days ago", true},
    [WIRE_FAULT_TIME_FUTURE] = {WIRE_REFUSED_TIME, "time, in the future", "properties.time",
                                "must not be more than 1 hour in the future", true},
    [WIRE_FAULT_INSERT_ID_MISSING] = {WIRE_REFUSED_INSERT_ID, "$insert_id, missing",
                                      "properties.$insert_id", "must not be missing or empty",
                                      true},
    [WIRE_FAULT_INSERT_ID] = {WIRE_REFUSED_INSERT_ID, "$insert_id, not an allowed value",
                              "properties.$insert_id",
                              "must be at most 36 letters, digits and hyphens, and no placeholder",
                              true},
    [WIRE_FAULT_RECORD_SIZE] = {WIRE_REFUSED_LIMIT, "record, larger than 1 MiB", "",
                                "record must not be larger than 1048576 bytes", false},
    [WIRE_FAULT_PROPERTY_COUNT] = {WIRE_REFUSED_LIMIT, "properties, too many", "properties",
                                   "must not have more entries than the limit", true},
    [WIRE_FAULT_PROPERTY_NAME] = {WIRE_REFUSED_LIMIT, "properties, a name is too long",
                                  "properties",
                                  "names must have at most 255 characters, none of them NUL", true},
    [WIRE_FAULT_LIST_SIZE] = {WIRE_REFUSED_LIMIT, "properties, a list or object is too large",
                              "properties", "list or object is too large", true},
    [WIRE_FAULT_LIST_COUNT] = {WIRE_REFUSED_LIMIT, "properties, a list or object is too long",
                               "properties", "list or object must have at most 255 members", true},
    [WIRE_FAULT_DEPTH] = {WIRE_REFUSED_LIMIT, "properties, nested too deeply", "properties",
                          "must not be nested so deeply", true},
    [WIRE_FAULT_UTF8] = {WIRE_REFUSED_TEXT, "data, not valid UTF-8", "properties",
                         "string should be valid utf8", true},
    [WIRE_FAULT_CONTROL] = {WIRE_REFUSED_TEXT, "data, a control character in a string",
                            "properties", "string should have no raw control characters", true},
    [WIRE_FAULT_OPERATION] = {WIRE_REFUSED_OPERATION, "no update operation", "",
                              "record must have an update operation", false},
    [WIRE_FAULT_OPERATION_VALUE] = {WIRE_REFUSED_OPERATION, "an update operation has a wrong value",
                                    "", "an update operation has a wrong value", false},
    [WIRE_FAULT_SHIELD] = {WIRE_REFUSED_SHIELD, NULL, "",
                           "the project's rules do not admit this record", false},
};

enum wire_refusal wire_fault_refusal(enum wire_fate fault)
{
    assert(fault >= WIRE_FAULT_NO_DATA);
    return faults[fault].refusal;
}

const char *wire_fault_words(enum wire_fate fault)
{
    assert(fault >= WIRE_FAULT_NO_DATA);
    return faults[fault].words;
}

void wire_fault(struct wire_decoder *decoder, enum wire_fate fault)
{
    struct wire_sent *record = &decoder->record;
    if (record->fault != WIRE_ACCEPTED) return;
    record->fault = fault;
    record->fault_name = record->last_name;
}

/* The property to blame, when the fault is about one. */
static struct text blamed_name(const struct wire_sent *record, enum wire_fate fault)
{
    bool is_about_one = fault == WIRE_FAULT_LIST_SIZE || fault == WIRE_FAULT_LIST_COUNT ||
                        fault == WIRE_FAULT_UTF8 || fault == WIRE_FAULT_CONTROL ||
                        fault == WIRE_FAULT_DEPTH;
    return is_about_one && record->fault == fault ? record->fault_name : (struct text){0};
}

/* What an answer says of a refused record. */
struct complaint {
    struct text id;
    struct text name; /* of the property to blame, or "" */
    const char *rule; /* "Z04" when the project's rules refused it, else "" */
    struct buffer field;
    struct buffer message;
};

/* An id or a name may be what the record was refused for, or worse. Without a project nobody can
 * say what may be repeated. */
static void keep_repeatable(struct wire_decoder *decoder, struct complaint *complaint)
{
    const struct wire_request *request = decoder->request;
    const struct project *project = NULL;
    if (!request->repeat || (complaint->id.size == 0 && complaint->name.size == 0)) return;
    if (wire_find_project(decoder, WIRE_FAULT_TOKEN, &project) != WIRE_ACCEPTED) {
        complaint->id = complaint->name = TEXT("");
        return;
    }
    if (!decoder->added.memory) {
        arena_init_secret(&decoder->added, WIRE_ARENA_SIZE, request->memory);
    }
    if (!*complaint->rule) arena_rewind(&decoder->added, 0);
    request->repeat(request->admit_context, project, &complaint->id, &complaint->name,
                    &decoder->added);
}

static void find_words(struct wire_decoder *decoder, enum wire_fate fault,
                       struct complaint *complaint)
{
    const struct fault_words *words = &faults[fault];
    bool by_rule = fault == WIRE_FAULT_SHIELD && decoder->refused_by[0];
    struct json_token insert_id = decoder->record.special[WIRE_INSERT_ID];
    bool has_id = insert_id.kind == JSON_TEXT || insert_id.kind == JSON_NUMBER;
    complaint->rule = by_rule ? decoder->refused_by : "";
    complaint->id = has_id ? insert_id.text : TEXT("");
    complaint->name = by_rule ? decoder->refused_path : blamed_name(&decoder->record, fault);
    keep_repeatable(decoder, complaint);

    struct text name = complaint->name;
    bool is_property = by_rule && name.size > 0;
    buffer_append_string(&complaint->field, is_property ? "properties" : words->field);
    if (name.size > 0) buffer_append_byte(&complaint->field, '.');
    buffer_append_text(&complaint->field, name);
    if (words->is_rule || is_property) {
        const char *quote = name.size > 0 && !is_property ? "" : "'";
        buffer_append_string(&complaint->message, quote);
        buffer_append_text(&complaint->message, buffer_text(&complaint->field));
        buffer_append_string(&complaint->message, quote);
        buffer_append_string(&complaint->message, " is invalid: ");
    }
    buffer_append_string(&complaint->message, words->message);
    if (by_rule) buffer_printf(&complaint->message, " (rule %s)", complaint->rule);
}

/* {"index","insert_id","$insert_id","field","message"} as spec/wire.md §6.3 has it: the two
 * sources differ about the name of the id, so it comes under both. The known message about a
 * property's text has no quotes around its field. "rule" is our own, and only of our own rules. */
static void write_failed_record(struct buffer *out, const struct complaint *complaint,
                                uint32_t index)
{
    struct json_writer writer;
    json_writer_init(&writer, out);
    json_object_begin(&writer);
    json_key(&writer, "index");
    json_unsigned(&writer, index);
    json_key(&writer, "insert_id");
    json_text(&writer, complaint->id);
    json_key(&writer, "$insert_id");
    json_text(&writer, complaint->id);
    json_key(&writer, "field");
    json_text(&writer, buffer_text(&complaint->field));
    json_key(&writer, "message");
    json_text(&writer, buffer_text(&complaint->message));
    if (*complaint->rule) {
        json_key(&writer, "rule");
        json_text(&writer, text_from(complaint->rule));
    }
    json_object_end(&writer);
}

/* Whole or not at all: beyond the limit the client has enough to look at. */
static void note_failed_record(struct wire_decoder *decoder, enum wire_fate fault)
{
    struct buffer *all = &decoder->verdict->failed_records;
    const struct memory_source *memory = decoder->request->memory;
    if (all->size_max == 0) buffer_init_secret(all, FAILED_RECORDS_SIZE_MAX, memory);
    struct buffer one;
    struct complaint complaint = {0};
    buffer_init_secret(&one, FAILED_RECORD_SIZE_MAX, memory);
    buffer_init_secret(&complaint.field, FAILED_RECORD_SIZE_MAX, memory);
    buffer_init_secret(&complaint.message, FAILED_RECORD_SIZE_MAX, memory);
    find_words(decoder, fault, &complaint);
    write_failed_record(&one, &complaint, decoder->verdict->received);
    buffer_release(&complaint.field);
    buffer_release(&complaint.message);
    if (!buffer_overflowed(&one) && one.size < all->size_max - all->size) {
        if (all->size > 0) buffer_append_byte(all, ',');
        buffer_append_text(all, buffer_text(&one));
    }
    buffer_release(&one);
}

void wire_count(struct wire_decoder *decoder, enum wire_fate fate)
{
    struct wire_verdict *verdict = decoder->verdict;
    if (fate == WIRE_ACCEPTED) {
        verdict->accepted++;
    } else if (fate == WIRE_IGNORED) {
        verdict->ignored++;
    } else {
        bool is_told = decoder->is_strict || decoder->request->trusted_project;
        /* Whether a token is real is not told to strangers, strict or not. */
        if (is_told && fate != WIRE_FAULT_PROJECT) note_failed_record(decoder, fate);
        verdict->refused++;
        verdict->refused_by[faults[fate].refusal]++;
        if (!verdict->error) verdict->error = faults[fate].words;
    }
    verdict->received++;
    assert(verdict->received == verdict->accepted + verdict->refused + verdict->ignored);
}

void wire_refuse_request(struct wire_decoder *decoder, enum wire_fate fate)
{
    struct wire_verdict *verdict = decoder->verdict;
    wire_output_drop(decoder);
    verdict->accepted = 0;
    verdict->ignored = 0;
    verdict->refused = 1;
    verdict->received = 1;
    for (int i = 0; i < WIRE_REFUSAL_COUNT; i++)
        verdict->refused_by[i] = 0;
    verdict->refused_by[faults[fate].refusal] = 1;
    verdict->duplicate_keys = 0;
    verdict->truncated_texts = 0;
    verdict->error = faults[fate].words;
    buffer_release(&verdict->failed_records);
}
