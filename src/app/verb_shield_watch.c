/* candor shield watch */
#include "app/exchange.h"

static enum status show(struct exchange *exchange)
{
    static const char *const keys[] = {"event", "property", "sdk",    "state",
                                       "count", "near",     "sure",   "presence",
                                       "first", "last",     "signal", "signalled"};
    const struct invocation *invocation = exchange->invocation;
    target_add(&exchange->target, "project", invocation_value(invocation, "project"));
    TRY(exchange_call(exchange, "GET"));
    if (invocation->wants_json) return exchange_print(exchange);
    TRY(exchange_parse(exchange));
    const struct json_node *root = exchange->root;
    exchange->root = json_find(root, "series");
    if (exchange->root->child_count > 0) {
        TRY(exchange_print_table(exchange, keys, sizeof keys / sizeof *keys));
    }
    uint32_t alarmed = 0, held = 0;
    for (const struct json_node *row = exchange->root->first_child; row; row = row->next) {
        alarmed += text_equal(local_text(row, "state"), TEXT("alarmed"));
        held += text_equal(local_text(row, "state"), TEXT("held"));
    }
    return exchange_say(exchange, "%llu series, %u alarmed, %u held\n",
                        exchange->root->child_count +
                            (unsigned long long)local_number(root, "left_out"),
                        alarmed, held);
}

enum verb_exit verb_shield_watch(const struct invocation *invocation)
{
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/shield/watch");
    return exchange_end(&exchange, show(&exchange), "show what is watched");
}
