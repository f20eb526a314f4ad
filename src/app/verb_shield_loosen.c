/* candor shield loosen */
#include "app/exchange.h"

static enum status loosen(struct exchange *exchange)
{
    static const char *const names[] = {"project", "property", "detector", "by", "until", "reason"};
    const struct invocation *invocation = exchange->invocation;
    exchange_begin_body(exchange);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        exchange_member(exchange, names[i], invocation_value(invocation, names[i]));
    exchange_end_body(exchange);
    TRY(exchange_call(exchange, "POST"));
    if (invocation->wants_json) return exchange_print(exchange);
    return exchange_say(exchange, "detector %s passes the property until %s\n",
                        invocation_value(invocation, "detector"),
                        invocation_value(invocation, "until"));
}

enum verb_exit verb_shield_loosen(const struct invocation *invocation)
{
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/shield/loosen");
    return exchange_end(&exchange, loosen(&exchange), "loosen the shield");
}
