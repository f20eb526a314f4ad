/* candor shield findings */
#include "app/exchange.h"

static enum status show(struct exchange *exchange)
{
    static const char *const keys[] = {"count", "event",  "path",    "detector", "action",
                                       "sdk",   "source", "country", "first",    "last"};
    static const char *const flags[] = {"project", "days", "from", "to"};
    const struct invocation *invocation = exchange->invocation;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        target_add(&exchange->target, flags[i], invocation_value(invocation, flags[i]));
    TRY(exchange_call(exchange, "GET"));
    if (invocation->wants_json) return exchange_print(exchange);
    TRY(exchange_parse(exchange));
    const struct json_node *root = exchange->root;
    exchange->root = json_find(root, "findings");
    if (exchange->root->child_count > 0) {
        TRY(exchange_print_table(exchange, keys, sizeof keys / sizeof *keys));
    }
    return exchange_say(exchange, "%llu values in %u findings, %.*s to %.*s\n",
                        (unsigned long long)local_number(root, "total"),
                        exchange->root->child_count + (unsigned)local_number(root, "left_out"),
                        TEXT_PRINT(local_text(root, "from")), TEXT_PRINT(local_text(root, "to")));
}

enum verb_exit verb_shield_findings(const struct invocation *invocation)
{
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/shield/findings");
    return exchange_end(&exchange, show(&exchange), "show the findings");
}
