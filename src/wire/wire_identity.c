/* Who an event is about (spec/wire.md §7.2). An id that stands for nobody ("null", "undefined",
 * a cleared UUID) would make one person of everybody who shares it: strict imports refuse it,
 * elsewhere it counts as not sent. */
#include "wire/wire_internal.h"

#include "base/check.h"
#include "codec/utf8.h"

#include <string.h>

static const struct text device_prefix = TEXT_INIT("$device:");

static const struct text forbidden_ids[] = {
    TEXT_INIT("00000000-0000-0000-0000-000000000000"),
    TEXT_INIT("anon"),
    TEXT_INIT("anonymous"),
    TEXT_INIT("nil"),
    TEXT_INIT("none"),
    TEXT_INIT("null"),
    TEXT_INIT("n/a"),
    TEXT_INIT("na"),
    TEXT_INIT("undefined"),
    TEXT_INIT("unknown"),
    TEXT_INIT("<nil>"),
    TEXT_INIT("0"),
    TEXT_INIT("-1"),
    TEXT_INIT("true"),
    TEXT_INIT("false"),
    TEXT_INIT("[]"),
    TEXT_INIT("{}"),
};

enum { FORBIDDEN_SHORT_MAX = 9, FORBIDDEN_LONG = 36 };

bool wire_id_is_forbidden(struct text id)
{
    if (id.size > FORBIDDEN_SHORT_MAX && id.size != FORBIDDEN_LONG) return false;
    for (size_t i = 0; i < sizeof forbidden_ids / sizeof *forbidden_ids; i++) {
        if (id.size != forbidden_ids[i].size) continue; /* nearly always: no call for those */
        if (text_equal_fold(id, forbidden_ids[i])) return true;
    }
    return false;
}

static bool is_usable(struct text id)
{
    if (id.size > EVENT_TEXT_POINTS_MAX &&
        utf8_truncate(id, EVENT_TEXT_POINTS_MAX).size < id.size) {
        return false; /* cutting it would make one person of two */
    }
    return text_find_byte(id, '\0') == TEXT_NOT_FOUND;
}

enum wire_id wire_id_read(struct json_token token, struct text *id)
{
    *id = (struct text){0};
    if (token.kind == WIRE_NOT_SENT || token.kind == JSON_NULL) return WIRE_ID_ABSENT;
    if (token.kind != JSON_TEXT && token.kind != JSON_NUMBER) return WIRE_ID_TYPE;
    if (token.text.size == 0) return WIRE_ID_ABSENT;
    if (!is_usable(token.text)) return WIRE_ID_TEXT;
    if (wire_id_is_forbidden(token.text)) return WIRE_ID_FORBIDDEN;
    *id = token.text;
    return WIRE_ID_GOOD;
}

/* One of the three ids; "" unless it is good. */
static enum wire_fate take_id(const struct wire_decoder *decoder, enum wire_special special,
                              struct text *id)
{
    switch (wire_id_read(decoder->record.special[special], id)) {
    case WIRE_ID_ABSENT:
    case WIRE_ID_GOOD: return WIRE_ACCEPTED;
    case WIRE_ID_FORBIDDEN: return decoder->is_strict ? WIRE_FAULT_ID_FORBIDDEN : WIRE_ACCEPTED;
    case WIRE_ID_TYPE: return decoder->is_strict ? WIRE_FAULT_ID_TYPE : WIRE_ACCEPTED;
    case WIRE_ID_TEXT: return WIRE_FAULT_ID_TEXT;
    }
    UNREACHABLE("an unknown kind of id");
}

static struct text device_text(struct wire_decoder *decoder, struct text device)
{
    assert(device_prefix.size + device.size <= sizeof decoder->device);
    memcpy(decoder->device, device_prefix.bytes, device_prefix.size);
    memcpy(decoder->device + device_prefix.size, device.bytes, device.size);
    return (struct text){decoder->device, device_prefix.size + device.size};
}

enum wire_fate wire_identify(struct wire_decoder *decoder, struct event *event)
{
    enum json_kind sent = decoder->record.special[WIRE_DISTINCT_ID].kind;
    if (decoder->is_strict && (sent == WIRE_NOT_SENT || sent == JSON_NULL)) {
        return WIRE_FAULT_ID_MISSING;
    }
    struct text distinct_id;
    struct text user;
    struct text device;
    enum wire_fate fate = take_id(decoder, WIRE_DISTINCT_ID, &distinct_id);
    if (fate == WIRE_ACCEPTED) fate = take_id(decoder, WIRE_USER_ID, &user);
    if (fate == WIRE_ACCEPTED) fate = take_id(decoder, WIRE_DEVICE_ID, &device);
    if (fate != WIRE_ACCEPTED) return fate;

    if (device.size > 0) device = device_text(decoder, device);
    if (user.size > 0) {
        /* A "user" that is a device by its name must not pull another device into its cluster. */
        bool ties = device.size > 0 && !text_starts_with(user, device_prefix);
        event->distinct_id = user;
        event->device_id = ties ? device : (struct text){0};
    } else {
        event->distinct_id = device.size > 0 ? device : distinct_id;
    }
    return WIRE_ACCEPTED;
}
