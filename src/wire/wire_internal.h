/* What the files of this room share. A request passes them in this order:
 *
 *   wire_params   what it asks for beside its data      wire_body     its bytes to JSON text
 *   wire_records  JSON text to records, one by one      wire_event    a record to an event
 *   wire_profile  a record to a profile change          wire_output   both into batches
 *   wire_fate     what became of a record, in words     wire_answer   what to tell the client
 */
#ifndef CANDOR_WIRE_INTERNAL_H
#define CANDOR_WIRE_INTERNAL_H

#include "base/arena.h"
#include "codec/json_reader.h"
#include "event/profile_change.h"
#include "wire/wire.h"
#include "wire/wire_names.h"

/* --- wire_params.c --- */

enum wire_param {
    WIRE_PARAM_DATA,
    WIRE_PARAM_VERBOSE,
    WIRE_PARAM_IMAGE,
    WIRE_PARAM_CALLBACK,
    WIRE_PARAM_STRICT,
    WIRE_PARAM_PROJECT_ID,
    WIRE_PARAM_API_KEY,
    WIRE_PARAM_IP,
    WIRE_PARAM_COUNT,
};

struct wire_param_value {
    struct text text; /* borrowed from the query or the body */
    bool is_given;
    bool is_encoded; /* percent signs and plus signs have their form meaning */
};

struct wire_params {
    struct wire_param_value values[WIRE_PARAM_COUNT];
};

/* Add the parameters of a query or a form. One that is there already stays. */
void wire_params_add_form(struct wire_params *params, struct text form);
/* The same for a body of multipart/form-data with this content type. */
void wire_params_add_multipart(struct wire_params *params, struct text body,
                               struct text content_type);

/* A copy of the value, decoded, owned by out; "" when it is not given or longer than its room. */
struct text wire_param_text(const struct wire_params *params, enum wire_param param, char *out,
                            size_t out_size);
/* Given, and neither "", "0" nor "false". */
bool wire_param_is_on(const struct wire_params *params, enum wire_param param);

/* --- wire_body.c --- */

enum wire_body_state {
    WIRE_BODY_READY,
    WIRE_BODY_EMPTY, /* no data anywhere */
    WIRE_BODY_BROKEN,
    WIRE_BODY_TOO_LARGE,
};

struct wire_body {
    enum wire_body_state state;
    char *data; /* JSON text, writable; borrowed from the request or from the buffers below */
    size_t size;
    bool is_lines; /* one record on each line */
    struct buffer inflated;
    struct buffer copied;   /* data that came in the query */
    struct buffer unpacked; /* data that was gzip inside base64 */
};

/* Undo the wrappings of the request's body and find the data in it; body parameters are added. */
void wire_body_init(struct wire_body *body, const struct wire_request *request,
                    struct wire_params *params);
void wire_body_release(struct wire_body *body);

/* --- wire_fate.c --- */

/* What became of a record. Everything from WIRE_FAULT_NO_DATA on refuses it. */
enum wire_fate {
    WIRE_ACCEPTED,
    WIRE_IGNORED,
    WIRE_FAULT_NO_DATA,
    WIRE_FAULT_BROKEN,
    WIRE_FAULT_TOO_LARGE, /* the request */
    WIRE_FAULT_TOO_MANY,  /* the request */
    WIRE_FAULT_DENIED,    /* the request */
    WIRE_FAULT_EMPTY,
    WIRE_FAULT_NOT_OBJECT,
    WIRE_FAULT_EVENT,
    WIRE_FAULT_EVENT_NAME,
    WIRE_FAULT_PROPERTIES,
    WIRE_FAULT_TOKEN,
    WIRE_FAULT_PROFILE_TOKEN,
    WIRE_FAULT_PROJECT,
    WIRE_FAULT_ID_MISSING,
    WIRE_FAULT_ID_FORBIDDEN,
    WIRE_FAULT_ID_TYPE,
    WIRE_FAULT_ID_TEXT,
    WIRE_FAULT_PROFILE_ID,
    WIRE_FAULT_GROUP_KEY,
    WIRE_FAULT_GROUP_ID,
    WIRE_FAULT_TIME_MISSING,
    WIRE_FAULT_TIME_TYPE,
    WIRE_FAULT_TIME_PAST,
    WIRE_FAULT_TIME_OLD,
    WIRE_FAULT_TIME_FUTURE,
    WIRE_FAULT_INSERT_ID_MISSING,
    WIRE_FAULT_INSERT_ID,
    WIRE_FAULT_RECORD_SIZE,
    WIRE_FAULT_PROPERTY_COUNT,
    WIRE_FAULT_PROPERTY_NAME,
    WIRE_FAULT_LIST_SIZE,
    WIRE_FAULT_LIST_COUNT,
    WIRE_FAULT_DEPTH,
    WIRE_FAULT_UTF8,
    WIRE_FAULT_CONTROL,
    WIRE_FAULT_OPERATION,
    WIRE_FAULT_OPERATION_VALUE,
    WIRE_FAULT_SHIELD,
};
enum { WIRE_FATE_COUNT = WIRE_FAULT_SHIELD + 1 };

struct wire_decoder;

/* Count the record just settled, and write down a refusal for strict answers. */
void wire_count(struct wire_decoder *decoder, enum wire_fate fate);
/* Forget all records: the request as a whole is refused, and counts as one. */
void wire_refuse_request(struct wire_decoder *decoder, enum wire_fate fate);

/* --- wire_records.c --- */

enum {
    WIRE_PROFILE_STEP_COUNT_MAX = 2000,     /* of one record: more is refused as too large */
    WIRE_BATCH_SIZE_MAX = 16 * 1024 * 1024, /* the next event begins another batch */
    WIRE_ID_SIZE_MAX = 4 * EVENT_TEXT_POINTS_MAX,
    WIRE_TRUSTED_SIZE_MAX = 64 * 1024 * 1024,
};

_Static_assert((int)WIRE_NAMES_MAX > EVENT_PROPERTY_COUNT_MAX, "room to see the one too many");
_Static_assert((int)WIRE_NAMES_MAX > (int)WIRE_PROFILE_STEP_COUNT_MAX,
               "room to see the one too many");

/* Keys with a meaning of their own, in an event's properties or a profile's record. */
enum wire_special {
    WIRE_TOKEN,
    WIRE_DISTINCT_ID,
    WIRE_TIME,
    WIRE_INSERT_ID,
    WIRE_IP,
    WIRE_USER_ID,
    WIRE_DEVICE_ID,
    WIRE_IGNORE,
    WIRE_MP_EVENT_ID,
    WIRE_GROUP_KEY,
    WIRE_GROUP_ID,
    WIRE_IGNORE_TIME,
    WIRE_IGNORE_ALIAS,
    WIRE_SPECIAL_NONE,
};
enum { WIRE_SPECIAL_COUNT = WIRE_SPECIAL_NONE };

/* The kind of a special key that was not sent. No record with a real JSON error is settled. */
#define WIRE_NOT_SENT JSON_ERROR

/* The record being read. Texts borrow the data, which stays until the record is settled. */
struct wire_sent {
    enum wire_fate fault;   /* the first one found while reading, or WIRE_ACCEPTED */
    struct text fault_name; /* the property it was found at, or "" */
    struct text last_name;  /* the property being read */
    bool has_keys;
    bool has_properties;
    bool has_harmless_operation; /* $merge, or taking away nothing */
    uint32_t operations_seen;    /* one bit for each; the first of two equal ones wins */
    struct json_token event;
    struct json_token special[WIRE_SPECIAL_COUNT];
};

struct wire_output;

/* One request being decoded. One owner, one thread. */
struct wire_decoder {
    const struct wire_request *request;
    struct wire_verdict *verdict;
    const struct project *project; /* of every record, or NULL: each names its own by token */
    bool is_import;
    bool is_strict;
    enum wire_ip ip_asked;
    struct wire_sent record;
    struct wire_names names;
    struct buffer compact;       /* one nested value, on its way back into the data */
    struct arena wrapped;        /* profiles: lists made around single values */
    struct arena added;          /* texts that wire_admit put into the record */
    struct property *properties; /* room for EVENT_PROPERTY_COUNT_MAX and WIRE_SPARE_COUNT */
    uint32_t property_count;
    struct profile_step *steps; /* room for WIRE_PROFILE_STEP_COUNT_MAX and WIRE_SPARE_COUNT */
    uint32_t step_count;
    struct wire_output *outputs;
    uint32_t output_count;
    uint32_t output_capacity;
    char device[sizeof "$device:" + WIRE_ID_SIZE_MAX];
    char refused_by[4]; /* of the record under way, by wire_admit */
    struct text refused_path;
};

void wire_read_records(struct wire_decoder *decoder, const struct wire_body *body);

/* The value whose first token is no text. */
bool wire_read_other_value(struct wire_decoder *decoder, struct json_reader *reader,
                           enum json_kind kind, struct text text, struct value *value);
/* The value whose first token has this kind and text, with a list or an object made compact. False
 * on a JSON error; a fault of the value is left in the record. Here, because most are texts. */
static inline bool wire_read_value(struct wire_decoder *decoder, struct json_reader *reader,
                                   enum json_kind kind, struct text text, struct value *value)
{
    if (kind != JSON_TEXT) return wire_read_other_value(decoder, reader, kind, text, value);
    value->kind = VALUE_TEXT;
    value->text = text;
    return true;
}
/* Leave the first fault in the record. */
void wire_fault(struct wire_decoder *decoder, enum wire_fate fault);
/* Keep the token of a special key. A container is passed over; only its kind is kept. False on a
 * JSON error. */
bool wire_keep_special(struct wire_decoder *decoder, struct json_reader *reader,
                       enum wire_special special, struct json_token token);
bool wire_is_true(struct json_token token); /* true or a text that is not empty */

/* --- wire_nested.c --- */

/* The position just behind the value that begins at first, by its brackets and quotes alone, or
 * TEXT_NOT_FOUND: for passing over a record that the reader refused. */
ptrdiff_t wire_value_end(struct text json, size_t first);
/* True if no list or object in this compact JSON has more than EVENT_NESTED_COUNT_MAX members. */
bool wire_nested_fits(struct text compact);

/* --- wire_event.c, wire_profile.c --- */

/* The rest of a record after its opening brace, up to its closing one or a JSON error. */
void wire_event_read(struct wire_decoder *decoder, struct json_reader *reader);
void wire_profile_read(struct wire_decoder *decoder, struct json_reader *reader);
/* Check what was read and put it into its batch. */
enum wire_fate wire_event_settle(struct wire_decoder *decoder);
enum wire_fate wire_profile_settle(struct wire_decoder *decoder);

/* The project of the record, by its token unless the request has one. */
enum wire_fate wire_find_project(const struct wire_decoder *decoder, enum wire_fate missing,
                                 const struct project **project);

/* --- wire_identity.c --- */

enum wire_id { WIRE_ID_ABSENT, WIRE_ID_GOOD, WIRE_ID_FORBIDDEN, WIRE_ID_TYPE, WIRE_ID_TEXT };

/* An identifier as it was sent, a number as its text. Absent: not sent, null or "". */
enum wire_id wire_id_read(struct json_token token, struct text *id);
bool wire_id_is_forbidden(struct text id);

/* Fill in the ids of an event from the record's special keys (spec/wire.md §7.2). */
enum wire_fate wire_identify(struct wire_decoder *decoder, struct event *event);

/* --- wire_time.c --- */

/* Seconds or milliseconds by size, a number or the text of one; false for anything else. Far
 * beyond the calendar it stays there: INT64_MIN / 2 or INT64_MAX / 2. */
bool wire_time_parse(struct json_token token, int64_t *time_ms);
enum wire_fate wire_event_time(const struct wire_decoder *decoder, int64_t *time_ms);
int64_t wire_profile_time(const struct wire_decoder *decoder);

/* --- wire_import.c --- */

/* The project that the Authorization header (or api_key) opens, or NULL. */
const struct project *wire_import_project(const struct wire_request *request,
                                          const struct wire_params *params);
enum wire_fate wire_event_insert_id(struct wire_decoder *decoder, struct event *event);

/* --- wire_output.c --- */

/* Past wire_admit into its batch. WIRE_FAULT_RECORD_SIZE when it is too large for any. The event's
 * properties, or the change's steps, are those of the decoder. */
enum wire_fate wire_output_event(struct wire_decoder *decoder, const struct project *project,
                                 const struct event *event);
enum wire_fate wire_output_profile(struct wire_decoder *decoder, const struct project *project,
                                   const struct profile_change *change);
/* Hand the batches to the verdict, or drop them. */
void wire_output_finish(struct wire_decoder *decoder);
void wire_output_drop(struct wire_decoder *decoder);

/* --- wire_fate.c --- */

/* The refusal that a fault counts as, and its words for a plain answer (NULL: none are given). */
enum wire_refusal wire_fault_refusal(enum wire_fate fault);
const char *wire_fault_words(enum wire_fate fault);

#endif
