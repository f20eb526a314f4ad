/* candor shield hold, candor shield release */
#include "app/exchange.h"

static enum status tell(struct exchange *exchange, const char *words)
{
    static const char *const names[] = {"project", "property", "by", "reason"};
    const struct invocation *invocation = exchange->invocation;
    exchange_begin_body(exchange);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        exchange_member(exchange, names[i], invocation_value(invocation, names[i]));
    exchange_end_body(exchange);
    TRY(exchange_call(exchange, "POST"));
    if (invocation->wants_json) return exchange_print(exchange);
    return exchange_say(exchange, "%s\n", words);
}

enum verb_exit verb_shield_hold(const struct invocation *invocation)
{
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/shield/hold");
    return exchange_end(&exchange, tell(&exchange, "the property is held"), "hold the property");
}

enum verb_exit verb_shield_release(const struct invocation *invocation)
{
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/shield/release");
    return exchange_end(&exchange, tell(&exchange, "the property is released"),
                        "release the property");
}
