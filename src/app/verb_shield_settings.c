/* candor shield settings */
#include "app/exchange.h"

#include <string.h>

enum { DICTIONARY_FILE_SIZE_MAX = 2 * 1024 * 1024, BODY_SIZE_MAX = 13 * 1024 * 1024 };

static const char *const switches[] = {"autocapture", "observe"};

/* "on" or "off", or not given. */
static bool switch_fits(const struct invocation *invocation, const char *name)
{
    const char *value = invocation_value(invocation, name);
    return !value || strcmp(value, "on") == 0 || strcmp(value, "off") == 0;
}

static void write_switch(struct exchange *exchange, const char *name)
{
    const char *value = invocation_value(exchange->invocation, name);
    if (!value) return;
    json_key(&exchange->writer, name);
    json_bool(&exchange->writer, strcmp(value, "on") == 0);
}

/* "a,b", or "none". */
static void write_list(struct exchange *exchange, const char *flag, const char *name)
{
    const char *value = invocation_value(exchange->invocation, flag);
    if (!value) return;
    struct text rest = strcmp(value, "none") == 0 ? TEXT("") : text_from(value);
    json_key(&exchange->writer, name);
    json_array_begin(&exchange->writer);
    while (rest.size > 0)
        json_text(&exchange->writer, text_split(rest, ',', &rest));
    json_array_end(&exchange->writer);
}

static enum status write_dictionary(struct exchange *exchange)
{
    const char *path = invocation_value(exchange->invocation, "dictionary");
    if (!path) return STATUS_OK;
    json_key(&exchange->writer, "dictionary");
    if (strcmp(path, "none") == 0) {
        json_null(&exchange->writer);
        return STATUS_OK;
    }
    return exchange_member_file(exchange, path, DICTIONARY_FILE_SIZE_MAX);
}

static enum status set(struct exchange *exchange)
{
    const struct invocation *invocation = exchange->invocation;
    exchange->body.size_max = BODY_SIZE_MAX;
    exchange_begin_body(exchange);
    exchange_member(exchange, "project", invocation_value(invocation, "project"));
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        write_switch(exchange, switches[i]);
    exchange_member(exchange, "sample", invocation_value(invocation, "sample"));
    write_list(exchange, "route", "routes");
    write_list(exchange, "param", "params");
    TRY(write_dictionary(exchange));
    exchange_end_body(exchange);
    TRY(exchange_call(exchange, "POST"));
    if (invocation->wants_json) return exchange_print(exchange);
    return exchange_say(exchange, "the settings are in force; SDKs follow within five minutes\n");
}

enum verb_exit verb_shield_settings(const struct invocation *invocation)
{
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        if (switch_fits(invocation, switches[i])) continue;
        return verb_misused("cannot shield settings: --autocapture and --observe are on or off");
    }
    struct exchange exchange;
    exchange_init(&exchange, invocation, "/local/shield/settings");
    return exchange_end(&exchange, set(&exchange), "change the settings");
}
