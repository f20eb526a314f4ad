/* Answers for paths that clients call and that need nothing from us yet: the shapes that keep each
 * client quiet (spec/wire.md §1.1, §13.2, §14, §15, §16). */
#include "wire/wire.h"

#include "base/check.h"

enum { POLITE_SIZE_MAX = 256 };

static const char *polite_body(enum wire_polite which)
{
    switch (which) {
    case WIRE_POLITE_RECORD:
    case WIRE_POLITE_FIRST_TIME: return "{\"code\":200,\"status\":\"OK\"}";
    case WIRE_POLITE_SETTINGS:
        return "{\"recording\":{\"is_enabled\":false,\"error\":null},"
               "\"sdk_config\":{\"config\":{\"record_sessions_percent\":0},\"error\":null}}";
    case WIRE_POLITE_FLAGS: return "{\"code\":200,\"flags\":{},\"pending_first_time_events\":[]}";
    case WIRE_POLITE_DEFINITIONS: return "{\"code\":200,\"flags\":[]}";
    case WIRE_POLITE_DECIDE: return "{\"notifications\":[],\"automatic_events\":true}";
    case WIRE_POLITE_WELCOME:
        return "{\"error\":\"welcome to Candor: send events to /track\",\"status\":0}";
    }
    UNREACHABLE("an unknown polite answer");
}

void wire_polite(enum wire_polite which, struct wire_answer *answer)
{
    *answer = (struct wire_answer){.status = 200, .content_type = "application/json"};
    buffer_init(&answer->body, POLITE_SIZE_MAX);
    buffer_append_string(&answer->body, polite_body(which));
    assert(!buffer_overflowed(&answer->body));
}
