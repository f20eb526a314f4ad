/* candor shield inspect-link */
#include "app/exchange.h"

static enum status make_link(struct exchange *exchange)
{
    const struct invocation *invocation = exchange->invocation;
    exchange_begin_body(exchange);
    exchange_member(exchange, "project", invocation_value(invocation, "project"));
    exchange_member(exchange, "url", invocation_value(invocation, "url"));
    exchange_end_body(exchange);
    TRY(exchange_call(exchange, "POST"));
    if (invocation->wants_json) return exchange_print(exchange);
    TRY(exchange_parse(exchange));
    return exchange_say(exchange, "%.*s\n", TEXT_PRINT(local_text(exchange->root, "link")));
}

enum verb_exit verb_shield_inspect_link(const struct invocation *invocation)
{
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/shield/inspect-link");
    return exchange_end(&exchange, make_link(&exchange), "make a link");
}
