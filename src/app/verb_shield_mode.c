/* candor shield mode */
#include "app/exchange.h"

static enum status set_mode(struct exchange *exchange)
{
    const struct invocation *invocation = exchange->invocation;
    exchange_begin_body(exchange);
    exchange_member(exchange, "project", invocation_value(invocation, "project"));
    exchange_member(exchange, "mode", invocation->operands[0]);
    exchange_member(exchange, "by", invocation_value(invocation, "by"));
    exchange_member(exchange, "reason", invocation_value(invocation, "reason"));
    exchange_end_body(exchange);
    TRY(exchange_call(exchange, "POST"));
    if (invocation->wants_json) return exchange_print(exchange);
    TRY(exchange_parse(exchange));
    struct text until = local_text(exchange->root, "until");
    return exchange_say(exchange, "the project is %.*s%s%.*s\n",
                        TEXT_PRINT(local_text(exchange->root, "mode")),
                        until.size > 0 ? " until " : "", TEXT_PRINT(until));
}

enum verb_exit verb_shield_mode(const struct invocation *invocation)
{
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/shield/mode");
    return exchange_end(&exchange, set_mode(&exchange), "set the mode");
}
