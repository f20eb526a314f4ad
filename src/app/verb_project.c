/* candor project create | list | show */
#include "app/exchange.h"

static enum status create(struct exchange *exchange)
{
    const struct invocation *invocation = exchange->invocation;
    const char *zone = invocation_value(invocation, "zone");
    json_object_begin(&exchange->writer);
    json_key(&exchange->writer, "name");
    json_string(&exchange->writer, invocation->operands[0]);
    if (zone) {
        json_key(&exchange->writer, "zone");
        json_string(&exchange->writer, zone);
    }
    json_object_end(&exchange->writer);
    TRY(exchange_call(exchange, "POST"));
    if (invocation->wants_json) return exchange_print(exchange);

    TRY(exchange_parse(exchange));
    return exchange_say(exchange,
                        "project %.*s, id %llu\n"
                        "token   %.*s\n"
                        "secret  %.*s  (for /import; not shown again)\n",
                        TEXT_PRINT(local_text(exchange->root, "name")),
                        (unsigned long long)local_number(exchange->root, "id"),
                        TEXT_PRINT(local_text(exchange->root, "token")),
                        TEXT_PRINT(local_text(exchange->root, "secret")));
}

enum verb_exit verb_project_create(const struct invocation *invocation)
{
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/project/create");
    return exchange_end(&exchange, create(&exchange), "create the project");
}

static enum status list(struct exchange *exchange)
{
    static const char *const keys[] = {"id", "name", "token", "zone", "events"};
    TRY(exchange_call(exchange, "GET"));
    if (exchange->invocation->wants_json) return exchange_print(exchange);
    TRY(exchange_parse(exchange));
    return exchange_print_table(exchange, keys, sizeof keys / sizeof keys[0]);
}

enum verb_exit verb_project_list(const struct invocation *invocation)
{
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/project/list");
    return exchange_end(&exchange, list(&exchange), "list the projects");
}

static enum status show(struct exchange *exchange)
{
    target_add(&exchange->target, "name", exchange->invocation->operands[0]);
    TRY(exchange_call(exchange, "GET"));
    if (exchange->invocation->wants_json) return exchange_print(exchange);
    TRY(exchange_parse(exchange));
    const struct json_node *project = exchange->root;
    return exchange_say(
        exchange,
        "project %.*s, id %llu\ntoken   %.*s\nzone    %.*s\nevents  %llu\n"
        "trust   %.*s\n",
        TEXT_PRINT(local_text(project, "name")), (unsigned long long)local_number(project, "id"),
        TEXT_PRINT(local_text(project, "token")), TEXT_PRINT(local_text(project, "zone")),
        (unsigned long long)local_number(project, "events"),
        TEXT_PRINT(local_text(project, "trust")));
}

enum verb_exit verb_project_show(const struct invocation *invocation)
{
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/project/show");
    return exchange_end(&exchange, show(&exchange), "show the project");
}
