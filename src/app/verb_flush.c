/* candor flush: memtables to segments now, for tests that look at files */
#include "app/exchange.h"

static enum status flush(struct exchange *exchange)
{
    buffer_append_string(&exchange->body, "{}");
    TRY(exchange_call(exchange, "POST"));
    return exchange->invocation->wants_json ? exchange_print(exchange) : STATUS_OK;
}

enum verb_exit verb_flush(const struct invocation *invocation)
{
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/flush");
    return exchange_end(&exchange, flush(&exchange), "flush");
}
