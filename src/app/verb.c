#include "app/verb.h"

#include "base/check.h"
#include "base/memory.h"
#include "os/os_process.h"

#include <stdio.h>
#include <string.h>

/* --- settings --- */

/* Of the environment, or NULL; set to nothing is not set. */
static const char *variable(const char *const *environment, const char *name)
{
    size_t size = strlen(name);
    for (; *environment; environment++) {
        const char *line = *environment;
        if (strncmp(line, name, size) != 0 || line[size] != '=') continue;
        return line[size + 1] == '\0' ? NULL : line + size + 1;
    }
    return NULL;
}

static enum status take_flag(struct invocation *invocation, const char *flag,
                             enum config_setting setting, struct error *error)
{
    const char *value =
        invocation_knows(invocation, flag) ? invocation_value(invocation, flag) : NULL;
    if (!value) return STATUS_OK;
    char place[40];
    snprintf(place, sizeof place, "--%s", flag);
    return config_set(invocation->config, setting, CONFIG_FROM_FLAG, text_from(value), place,
                      error);
}

enum status verb_read_config(struct invocation *invocation, const char *const *environment,
                             struct error *error)
{
    assert(invocation->config);
    config_init(invocation->config);
    const char *path = invocation_value(invocation, "config");
    if (!path) path = variable(environment, "CANDOR_CONFIG");
    if (path) TRY(config_read_file(invocation->config, path, error));
    TRY(config_read_environment(invocation->config, environment, error));
    TRY(take_flag(invocation, "data", CONFIG_data_folder, error));
    return take_flag(invocation, "listen", CONFIG_server_listen, error);
}

/* --- running --- */

static void say(const char *before, const char *attempt, const char *words)
{
    char line[ERROR_MESSAGE_SIZE + 160];
    snprintf(line, sizeof line, "candor: %s%s%s%s", before, attempt, attempt[0] ? ": " : "", words);
    os_print_error_line(line);
}

enum verb_exit verb_failed(const char *attempt, const struct error *error)
{
    struct text words = text_from(error->message);
    bool is_told =
        text_starts_with(words, TEXT("could not ")) || text_starts_with(words, TEXT("cannot "));
    say(is_told ? "" : "could not ", is_told ? "" : attempt, error->message);
    return VERB_FAILED;
}

enum verb_exit verb_misused(const char *words)
{
    say("", "", words);
    return VERB_MISUSED;
}

enum status verb_print(const struct buffer *out, struct error *error)
{
    assert(!buffer_overflowed(out));
    return os_print(out->bytes, out->size, error);
}

static enum verb_exit run_with_config(struct invocation *invocation, const char *const *environment)
{
    struct error error;
    if (verb_read_config(invocation, environment, &error) != STATUS_OK) {
        return verb_misused(error.message);
    }
    os_log_set_level((enum os_log_level)config_number(invocation->config, CONFIG_log_level));
    return invocation->verb->run(invocation);
}

static enum verb_exit miss_verb(const char *group)
{
    char words[128];
    if (group[0] == '\0') return verb_misused("a verb is missing; \"candor help\" lists them");
    snprintf(words, sizeof words,
             "a verb is missing behind \"%.20s\"; \"candor %.20s --help\" lists them", group,
             group);
    return verb_misused(words);
}

enum verb_exit verb_run(char *const *words, const char *const *environment)
{
    struct invocation invocation;
    struct error error;
    if (verb_parse(words, &invocation, &error) != STATUS_OK) return verb_misused(error.message);
    if (!invocation.verb) {
        const char *group = words[0] && verb_is_group(words[0]) ? words[0] : "";
        return invocation.wants_help ? verb_show_help(NULL, group) : miss_verb(group);
    }
    if (invocation.wants_help) return verb_show_help(invocation.verb, "");
    if (!invocation.verb->needs_folder) return invocation.verb->run(&invocation);

    invocation.config = MEMORY_NEW(struct config);
    enum verb_exit result = run_with_config(&invocation, environment);
    memory_free(invocation.config);
    return result;
}
