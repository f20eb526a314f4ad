/* candor shield show */
#include "app/exchange.h"

static uint64_t newest_revision(const struct json_node *root, const char *key)
{
    const struct json_node *list = json_find(root, key);
    return list && list->first_child ? local_number(list->first_child, "revision") : 0;
}

static enum status say_mode(struct exchange *exchange)
{
    const struct json_node *root = exchange->root;
    const struct json_node *set = json_find(root, "mode_set");
    struct text until = local_text(set, "until");
    return exchange_say(exchange,
                        "mode      %.*s%s%.*s\nplan      revision %llu\n"
                        "rules     revision %llu\n",
                        TEXT_PRINT(local_text(root, "mode")), until.size > 0 ? ", open until " : "",
                        TEXT_PRINT(until), (unsigned long long)newest_revision(root, "plan"),
                        (unsigned long long)newest_revision(root, "rules"));
}

static enum status say_loosened(struct exchange *exchange)
{
    const struct json_node *list = json_find(exchange->root, "loosened");
    for (const struct json_node *row = list->first_child; row; row = row->next) {
        const struct json_node *is_in_force = json_find(row, "in_force");
        if (!is_in_force || is_in_force->kind != JSON_TRUE) continue;
        TRY(exchange_say(exchange, "loosened  %.*s passes %.*s until %.*s, by %.*s: %.*s\n",
                         TEXT_PRINT(local_text(row, "property")),
                         TEXT_PRINT(local_text(row, "detector")),
                         TEXT_PRINT(local_text(row, "until")), TEXT_PRINT(local_text(row, "by")),
                         TEXT_PRINT(local_text(row, "reason"))));
    }
    return STATUS_OK;
}

static enum status say_held(struct exchange *exchange)
{
    const struct json_node *list = json_find(exchange->root, "held");
    for (const struct json_node *row = list->first_child; row; row = row->next) {
        if (local_text(row, "released").size > 0) continue;
        TRY(exchange_say(exchange, "held      %.*s since %.*s, by %.*s: %.*s\n",
                         TEXT_PRINT(local_text(row, "property")),
                         TEXT_PRINT(local_text(row, "held")), TEXT_PRINT(local_text(row, "by")),
                         TEXT_PRINT(local_text(row, "reason"))));
    }
    return STATUS_OK;
}

static enum status show(struct exchange *exchange)
{
    const struct invocation *invocation = exchange->invocation;
    target_add(&exchange->target, "project", invocation_value(invocation, "project"));
    TRY(exchange_call(exchange, "GET"));
    if (invocation->wants_json) return exchange_print(exchange);
    TRY(exchange_parse(exchange));
    TRY(say_mode(exchange));
    TRY(say_loosened(exchange));
    return say_held(exchange);
}

enum verb_exit verb_shield_show(const struct invocation *invocation)
{
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/shield/show");
    return exchange_end(&exchange, show(&exchange), "show the shield");
}
