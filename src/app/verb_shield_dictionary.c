/* candor shield dictionary */
#include "app/exchange.h"

#include <string.h>

static enum status say_rows(struct exchange *exchange, const char *key, const char *word)
{
    const struct json_node *list = json_find(exchange->root, key);
    for (const struct json_node *row = list->first_child; row; row = row->next) {
        struct text by = local_text(row, "by");
        TRY(exchange_say(exchange, "%s %.*s since %.*s%s%.*s\n", word,
                         TEXT_PRINT(local_text(row, "hash")), TEXT_PRINT(local_text(row, "since")),
                         by.size > 0 ? ", by " : "", TEXT_PRINT(by)));
    }
    return STATUS_OK;
}

static enum status list(struct exchange *exchange)
{
    const struct invocation *invocation = exchange->invocation;
    target_add(&exchange->target, "project", invocation_value(invocation, "project"));
    TRY(exchange_call(exchange, "GET"));
    if (invocation->wants_json) return exchange_print(exchange);
    TRY(exchange_parse(exchange));
    const struct json_node *observes = json_find(exchange->root, "observe");
    bool is_on = observes && observes->kind == JSON_TRUE;
    TRY(exchange_say(exchange,
                     "%llu texts may be told, %llu of them uploaded; %llu wait to be learned%s\n",
                     (unsigned long long)local_number(exchange->root, "listed"),
                     (unsigned long long)local_number(exchange->root, "uploaded"),
                     (unsigned long long)local_number(exchange->root, "waiting"),
                     is_on ? "" : "; the project does not observe"));
    TRY(say_rows(exchange, "learned", "learned  "));
    return say_rows(exchange, "forgotten", "forgotten");
}

static enum status change(struct exchange *exchange, const char *hash, const char *words)
{
    const struct invocation *invocation = exchange->invocation;
    exchange_begin_body(exchange);
    exchange_member(exchange, "project", invocation_value(invocation, "project"));
    exchange_member(exchange, "hash", hash);
    exchange_member(exchange, "by", invocation_value(invocation, "by"));
    exchange_end_body(exchange);
    TRY(exchange_call(exchange, "POST"));
    if (invocation->wants_json) return exchange_print(exchange);
    return exchange_say(exchange, "%s; SDKs follow within five minutes\n", words);
}

enum verb_exit verb_shield_dictionary(const struct invocation *invocation)
{
    struct exchange exchange;
    const char *word = invocation->operands[0];
    bool has_hash = invocation->operand_count > 1;
    if (strcmp(word, "list") == 0 && !has_hash) {
        exchange_init(&exchange, invocation, "/local/shield/dictionary");
        return exchange_end(&exchange, list(&exchange), "show the dictionary");
    }
    if (strcmp(word, "clear") == 0 && !has_hash) {
        exchange_init(&exchange, invocation, "/local/shield/dictionary-clear");
        return exchange_end(&exchange, change(&exchange, NULL, "what was learned is forgotten"),
                            "clear the dictionary");
    }
    if (strcmp(word, "forget") == 0 && has_hash) {
        exchange_init(&exchange, invocation, "/local/shield/dictionary-forget");
        return exchange_end(&exchange,
                            change(&exchange, invocation->operands[1], "the text is forgotten"),
                            "forget a text");
    }
    return verb_misused("cannot shield dictionary: say list, forget HASH or clear");
}
