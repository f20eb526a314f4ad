/* candor shield plan, candor shield rules */
#include "app/exchange.h"
#include "control/control_shield.h"
#include "os/os_process.h"

#include <string.h>

static enum status show(struct exchange *exchange)
{
    const struct invocation *invocation = exchange->invocation;
    target_add(&exchange->target, "project", invocation_value(invocation, "project"));
    target_add(&exchange->target, "revision", invocation_value(invocation, "revision"));
    TRY(exchange_call(exchange, "GET"));
    if (invocation->wants_json) return exchange_print(exchange);
    TRY(exchange_parse(exchange));
    struct text text = local_text(exchange->root, "text");
    return text.size == 0 ? STATUS_OK : os_print(text.bytes, text.size, &exchange->error);
}

static enum status put(struct exchange *exchange)
{
    const struct invocation *invocation = exchange->invocation;
    TRY(exchange_read_file(exchange, invocation->operands[0], CONTROL_SHIELD_TEXT_SIZE_MAX));
    target_add(&exchange->target, "project", invocation_value(invocation, "project"));
    target_add(&exchange->target, "by", invocation_value(invocation, "by"));
    TRY(exchange_call(exchange, "POST"));
    if (invocation->wants_json) return exchange_print(exchange);
    TRY(exchange_parse(exchange));
    return exchange_say(exchange, "revision %llu is in force\n",
                        (unsigned long long)local_number(exchange->root, "revision"));
}

static enum verb_exit run(const struct invocation *invocation, const char *path, const char *what)
{
    struct exchange exchange;
    exchange_init(&exchange, invocation, path);
    bool is_show = strcmp(invocation->operands[0], "show") == 0;
    return exchange_end(&exchange, is_show ? show(&exchange) : put(&exchange), what);
}

enum verb_exit verb_shield_plan(const struct invocation *invocation)
{
    return run(invocation, "/local/shield/plan", "use the tracking plan");
}

enum verb_exit verb_shield_rules(const struct invocation *invocation)
{
    return run(invocation, "/local/shield/rules", "use the rules");
}
