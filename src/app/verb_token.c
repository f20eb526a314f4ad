/* candor token create | list | revoke, and candor user link */
#include "app/exchange.h"

static void write_token(struct exchange *exchange)
{
    json_object_begin(&exchange->writer);
    json_key(&exchange->writer, "project");
    json_string(&exchange->writer, invocation_value(exchange->invocation, "project"));
    json_key(&exchange->writer, "kind");
    json_string(&exchange->writer, invocation_value(exchange->invocation, "kind"));
    json_object_end(&exchange->writer);
}

static enum status create(struct exchange *exchange)
{
    write_token(exchange);
    TRY(exchange_call(exchange, "POST"));
    if (exchange->invocation->wants_json) return exchange_print(exchange);
    TRY(exchange_parse(exchange));
    return exchange_say(exchange, "%.*s\n", TEXT_PRINT(local_text(exchange->root, "token")));
}

enum verb_exit verb_token_create(const struct invocation *invocation)
{
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/token/create");
    return exchange_end(&exchange, create(&exchange), "create the token");
}

static enum status list(struct exchange *exchange)
{
    static const char *const keys[] = {"id",      "project", "kind",   "created",
                                       "expires", "used",    "revoked"};
    target_add(&exchange->target, "project", invocation_value(exchange->invocation, "project"));
    TRY(exchange_call(exchange, "GET"));
    if (exchange->invocation->wants_json) return exchange_print(exchange);
    TRY(exchange_parse(exchange));
    return exchange_print_table(exchange, keys, sizeof keys / sizeof keys[0]);
}

enum verb_exit verb_token_list(const struct invocation *invocation)
{
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/token/list");
    return exchange_end(&exchange, list(&exchange), "list the tokens");
}

static enum status revoke(struct exchange *exchange, uint64_t id)
{
    json_object_begin(&exchange->writer);
    json_key(&exchange->writer, "id");
    json_unsigned(&exchange->writer, id);
    json_object_end(&exchange->writer);
    TRY(exchange_call(exchange, "POST"));
    if (exchange->invocation->wants_json) return exchange_print(exchange);
    return exchange_say(exchange, "token %llu is revoked\n", (unsigned long long)id);
}

enum verb_exit verb_token_revoke(const struct invocation *invocation)
{
    uint64_t id;
    if (!text_to_u64(text_from(invocation->operands[0]), &id) || id > UINT32_MAX) {
        return verb_misused("cannot token revoke: ID is a number, as \"candor token list\" shows");
    }
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/token/revoke");
    return exchange_end(&exchange, revoke(&exchange, id), "revoke the token");
}

static enum status make_link(struct exchange *exchange)
{
    buffer_append_string(&exchange->body, "{}");
    TRY(exchange_call(exchange, "POST"));
    if (exchange->invocation->wants_json) return exchange_print(exchange);
    TRY(exchange_parse(exchange));
    return exchange_say(exchange, "%.*s\n", TEXT_PRINT(local_text(exchange->root, "owner_link")));
}

enum verb_exit verb_user_link(const struct invocation *invocation)
{
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/user/link");
    return exchange_end(&exchange, make_link(&exchange), "make a sign-in link");
}
