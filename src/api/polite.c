/* Paths that clients call and that need nothing from us yet (spec/wire.md §13 to §16). */
#include "api/api_internal.h"

static enum status answer(struct api_exchange *exchange, enum wire_polite which)
{
    struct wire_answer polite;
    wire_polite(which, &polite);
    exchange->response.status = polite.status;
    exchange->response.content_type = polite.content_type;
    exchange->response.body = polite.body;
    return STATUS_OK;
}

enum status polite_record(struct api_exchange *exchange, struct error *error)
{
    (void)error;
    return answer(exchange, WIRE_POLITE_RECORD);
}

enum status polite_settings(struct api_exchange *exchange, struct error *error)
{
    (void)error;
    return answer(exchange, WIRE_POLITE_SETTINGS);
}

enum status polite_flags(struct api_exchange *exchange, struct error *error)
{
    (void)error;
    return answer(exchange, WIRE_POLITE_FLAGS);
}

enum status polite_definitions(struct api_exchange *exchange, struct error *error)
{
    (void)error;
    return answer(exchange, WIRE_POLITE_DEFINITIONS);
}

enum status polite_first_time(struct api_exchange *exchange, struct error *error)
{
    (void)error;
    return answer(exchange, WIRE_POLITE_FIRST_TIME);
}

enum status polite_decide(struct api_exchange *exchange, struct error *error)
{
    (void)error;
    return answer(exchange, WIRE_POLITE_DECIDE);
}
