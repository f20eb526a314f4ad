/* candor shield versions */
#include "app/exchange.h"

static enum status show(struct exchange *exchange)
{
    static const char *const keys[] = {
        "library",    "version",   "events",     "share",
        "first_seen", "last_seen", "events_24h", "share_24h_this_or_newer"};
    const struct invocation *invocation = exchange->invocation;
    target_add(&exchange->target, "project", invocation_value(invocation, "project"));
    target_add(&exchange->target, "days", invocation_value(invocation, "days"));
    TRY(exchange_open(exchange));
    struct engine *engine = local_engine(exchange->local);
    if (engine) engine_settle(engine); /* what the log brought back is to be seen */
    TRY(exchange_call(exchange, "GET"));
    if (invocation->wants_json) return exchange_print(exchange);
    TRY(exchange_parse(exchange));
    const struct json_node *root = exchange->root;
    exchange->root = json_find(root, "versions");
    TRY(exchange_print_table(exchange, keys, sizeof keys / sizeof *keys));
    for (const struct json_node *line = json_find(root, "sentences")->first_child; line;
         line = line->next) {
        TRY(exchange_say(exchange, "%.*s\n", TEXT_PRINT(line->text)));
    }
    return STATUS_OK;
}

enum verb_exit verb_shield_versions(const struct invocation *invocation)
{
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/shield/versions");
    return exchange_end(&exchange, show(&exchange), "show the versions");
}
