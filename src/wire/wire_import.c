/* What /import adds: credentials, and the rules for $insert_id. */
#include "wire/wire_internal.h"

#include "base/check.h"
#include "codec/transfer.h"
#include "codec/utf8.h"

#include <string.h>

enum { CREDENTIALS_SIZE_MAX = 2048, PARAM_SIZE_MAX = 512 };

static const struct project *ask(const struct wire_request *request, struct text user,
                                 struct text password, struct text project_id)
{
    if (!request->authenticate || (user.size == 0 && password.size == 0)) return NULL;
    return request->authenticate(request->authenticate_context, user, password, project_id);
}

/* Base64 of user:password, or the two as they are: the documentation has it both ways. A colon is
 * no letter of base64, so they cannot be confused. */
static const struct project *ask_basic(const struct wire_request *request, struct text credentials,
                                       struct text project_id)
{
    char bytes[CREDENTIALS_SIZE_MAX];
    if (credentials.size > sizeof bytes) return NULL;
    memcpy(bytes, credentials.bytes, credentials.size);
    size_t size = credentials.size;
    if (text_find_byte(credentials, ':') == TEXT_NOT_FOUND &&
        !transfer_base64_decode(bytes, size, &size)) {
        return NULL;
    }
    struct text password;
    struct text user = text_split((struct text){bytes, size}, ':', &password);
    return ask(request, user, password, project_id);
}

const struct project *wire_import_project(const struct wire_request *request,
                                          const struct wire_params *params)
{
    char id_bytes[PARAM_SIZE_MAX];
    char key_bytes[PARAM_SIZE_MAX];
    struct text project_id =
        wire_param_text(params, WIRE_PARAM_PROJECT_ID, id_bytes, sizeof id_bytes);
    struct text header = text_trim(request->authorization);
    if (header.size == 0) {
        struct text key = wire_param_text(params, WIRE_PARAM_API_KEY, key_bytes, sizeof key_bytes);
        return ask(request, key, TEXT(""), project_id);
    }
    struct text rest;
    struct text scheme = text_split(header, ' ', &rest);
    struct text credentials = text_trim(rest);
    if (text_equal_fold(scheme, TEXT("Bearer"))) {
        return ask(request, TEXT(""), credentials, project_id);
    }
    if (!text_equal_fold(scheme, TEXT("Basic")) || credentials.size == 0) return NULL;
    return ask_basic(request, credentials, project_id);
}

static bool is_strict_id(struct text id)
{
    if (id.size > EVENT_INSERT_ID_SIZE_MAX || wire_id_is_forbidden(id)) return false;
    for (size_t i = 0; i < id.size; i++) {
        char byte = id.bytes[i];
        bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        bool is_digit = byte >= '0' && byte <= '9';
        if (!is_letter && !is_digit && byte != '-') return false;
    }
    return true;
}

/* At most 36 bytes, never half a code point. */
static struct text cut_id(struct text id)
{
    if (id.size <= EVENT_INSERT_ID_SIZE_MAX) return id;
    size_t size = EVENT_INSERT_ID_SIZE_MAX;
    while (size > 0 && ((unsigned char)id.bytes[size] & 0xc0) == 0x80)
        size--;
    return text_slice(id, 0, size);
}

static bool is_text(struct json_token token)
{
    return (token.kind == JSON_TEXT || token.kind == JSON_NUMBER) && token.text.size > 0;
}

static enum wire_fate check_strict_id(struct json_token token)
{
    bool is_empty = token.kind == JSON_TEXT && token.text.size == 0;
    if (token.kind == WIRE_NOT_SENT || token.kind == JSON_NULL || is_empty) {
        return WIRE_FAULT_INSERT_ID_MISSING;
    }
    return is_text(token) && is_strict_id(token.text) ? WIRE_ACCEPTED : WIRE_FAULT_INSERT_ID;
}

/* A placeholder would make duplicates of everything that carries it. */
static bool is_usable(struct json_token token)
{
    return is_text(token) && !wire_id_is_forbidden(token.text);
}

/* Without an id the event can never be known as a duplicate; the one in mobile clients' metadata
 * serves as well. The key itself is made of what is stored, behind wire_admit. */
enum wire_fate wire_event_insert_id(struct wire_decoder *decoder, struct event *event)
{
    const struct wire_sent *record = &decoder->record;
    struct json_token token = record->special[WIRE_INSERT_ID];
    if (decoder->is_strict) {
        enum wire_fate fate = check_strict_id(token);
        if (fate != WIRE_ACCEPTED) return fate;
    }
    if (!is_usable(token)) token = record->special[WIRE_MP_EVENT_ID];
    if (!is_usable(token)) return WIRE_ACCEPTED;
    event->insert_id = cut_id(token.text);
    event->flags |= EVENT_HAS_KEY;
    return WIRE_ACCEPTED;
}
