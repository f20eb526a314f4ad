/* A command line, understood by the table of verbs. */
#include "app/verb.h"
#include "base/check.h"

#include <stdio.h>
#include <string.h>

const struct verb_flag verb_folder_flags[] = {
    {"data", "DIR", "the data folder (default $CANDOR_DATA, else /var/lib/candor)",
     VERB_FLAG_OPTIONAL},
    {"config", "FILE", "settings (default $CANDOR_CONFIG; `candor help config` lists them)",
     VERB_FLAG_OPTIONAL},
    {0},
};

const struct verb_flag verb_common_flags[] = {
    {"json", NULL, "answer in JSON", VERB_FLAG_OPTIONAL},
    {"help", NULL, "explain this verb", VERB_FLAG_OPTIONAL},
    {0},
};

const struct verb *verb_find(struct text name)
{
    int count;
    const struct verb *verbs = verb_table(&count);
    for (int i = 0; i < count; i++) {
        if (text_equal(text_from(verbs[i].name), name)) return &verbs[i];
    }
    return NULL;
}

bool verb_is_of_group(const struct verb *verb, const char *group)
{
    size_t size = strlen(group);
    return strncmp(verb->name, group, size) == 0 && verb->name[size] == ' ';
}

bool verb_is_group(const char *word)
{
    int count;
    const struct verb *verbs = verb_table(&count);
    for (int i = 0; i < count; i++) {
        if (word[0] != '\0' && verb_is_of_group(&verbs[i], word)) return true;
    }
    return false;
}

static void add_flags(struct invocation *out, const struct verb_flag *flags)
{
    for (; flags->name; flags++) {
        assert(out->flag_count < VERB_FLAG_COUNT_MAX);
        out->flags[out->flag_count++] = flags;
    }
}

static void use_verb(struct invocation *out, const struct verb *verb)
{
    out->verb = verb;
    add_flags(out, verb->flags);
    if (verb->needs_folder) add_flags(out, verb_folder_flags);
    add_flags(out, verb_common_flags);
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* The verb at the front of the words; *used tells how many were it. */
static enum status find_first(char *const *words, struct invocation *out, int *used,
                              struct error *error)
{
    const char *first = words[0];
    *used = 0;
    if (!first) return STATUS_OK;
    *used = 1;
    if (is_help(first)) {
        out->wants_help = true;
        return STATUS_OK;
    }
    if (strcmp(first, "--version") == 0) first = "version";
    if (verb_is_group(first)) {
        const char *second = words[1];
        if (!second) return STATUS_OK;
        *used = 2;
        if (is_help(second)) {
            out->wants_help = true;
            return STATUS_OK;
        }
        char name[64];
        snprintf(name, sizeof name, "%s %s", first, second);
        const struct verb *verb = verb_find(text_from(name));
        if (verb) {
            use_verb(out, verb);
            return STATUS_OK;
        }
        return error_set(error, STATUS_INVALID,
                         "there is no verb \"%s %.40s\"; \"candor %s --help\" lists what there is",
                         first, second, first);
    }
    const struct verb *verb = verb_find(text_from(first));
    if (verb) {
        use_verb(out, verb);
        return STATUS_OK;
    }
    return error_set(error, STATUS_INVALID,
                     "there is no verb \"%.40s\"; \"candor help\" lists what there is", first);
}

static int find_flag(const struct invocation *invocation, struct text name)
{
    for (int i = 0; i < invocation->flag_count; i++) {
        if (text_equal(text_from(invocation->flags[i]->name), name)) return i;
    }
    return -1;
}

static enum status refuse_flag(const struct invocation *out, const char *why, const char *word,
                               struct error *error)
{
    return error_set(error, STATUS_INVALID,
                     "cannot %s: %s \"%.60s\"; \"candor %s --help\" explains", out->verb->name, why,
                     word, out->verb->name);
}

/* --name, --name=value, or --name and the next word; *used counts words. */
static enum status parse_flag(char *const *words, struct invocation *out, int *used,
                              struct error *error)
{
    struct text value = {0};
    const char *word = words[0];
    const char *equals = strchr(word, '=');
    struct text name = text_split(text_from(word + 2), '=', &value);
    int index = find_flag(out, name);
    *used = 1;
    if (index < 0) return refuse_flag(out, "there is no flag", word, error);
    if (out->values[index]) return refuse_flag(out, "given twice is", word, error);
    if (!out->flags[index]->value) {
        if (equals) return refuse_flag(out, "there is no value to give to", word, error);
        out->values[index] = "";
        return STATUS_OK;
    }
    if (equals) {
        out->values[index] = equals + 1;
    } else {
        if (!words[1]) return refuse_flag(out, "there is no value behind", word, error);
        out->values[index] = words[1];
        *used = 2;
    }
    if (out->values[index][0] == '\0') return refuse_flag(out, "empty is", word, error);
    return STATUS_OK;
}

static enum status add_operand(struct invocation *out, const char *word, struct error *error)
{
    if (out->operand_count >= out->verb->operand_max) {
        return refuse_flag(out, "too much is", word, error);
    }
    out->operands[out->operand_count++] = word;
    return STATUS_OK;
}

static enum status parse_rest(char *const *words, struct invocation *out, struct error *error)
{
    bool flags_ended = false;
    while (*words) {
        int used = 1;
        if (flags_ended || words[0][0] != '-' || strcmp(words[0], "-") == 0) {
            TRY(add_operand(out, words[0], error));
        } else if (strcmp(words[0], "--") == 0) {
            flags_ended = true;
        } else if (strcmp(words[0], "-h") == 0) {
            out->wants_help = true;
        } else if (words[0][1] != '-') {
            return refuse_flag(out, "there is no flag", words[0], error);
        } else {
            TRY(parse_flag(words, out, &used, error));
        }
        words += used;
    }
    return STATUS_OK;
}

static enum status check_required(const struct invocation *out, struct error *error)
{
    for (int i = 0; i < out->flag_count; i++) {
        if (out->flags[i]->need == VERB_FLAG_OPTIONAL || out->values[i]) continue;
        return error_set(
            error, STATUS_INVALID, "cannot %s: --%s %s is missing; \"candor %s --help\" explains",
            out->verb->name, out->flags[i]->name, out->flags[i]->value, out->verb->name);
    }
    if (out->operand_count >= out->verb->operand_min) return STATUS_OK;
    return error_set(error, STATUS_INVALID,
                     "cannot %s: %s is missing; \"candor %s --help\" explains", out->verb->name,
                     out->verb->operands, out->verb->name);
}

enum status verb_parse(char *const *words, struct invocation *out, struct error *error)
{
    int used = 0;
    *out = (struct invocation){0};
    TRY(find_first(words, out, &used, error));
    if (!out->verb) return STATUS_OK;
    TRY(parse_rest(words + used, out, error));
    out->wants_help = out->wants_help || invocation_has(out, "help");
    out->wants_json = invocation_has(out, "json");
    return out->wants_help ? STATUS_OK : check_required(out, error);
}

const char *invocation_value(const struct invocation *invocation, const char *flag)
{
    int index = find_flag(invocation, text_from(flag));
    assert(index >= 0); /* a verb asks for flags of its own */
    return invocation->values[index];
}

bool invocation_knows(const struct invocation *invocation, const char *flag)
{
    return find_flag(invocation, text_from(flag)) >= 0;
}

bool invocation_has(const struct invocation *invocation, const char *flag)
{
    return invocation_value(invocation, flag) != NULL;
}
