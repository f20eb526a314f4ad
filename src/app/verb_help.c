/* What `--help` and `candor help` say, from the table of verbs and the list of settings. */
#include "app/verb.h"

#include <stdio.h>
#include <string.h>

static void write_flags(const struct verb_flag *flags, struct buffer *out)
{
    for (; flags->name; flags++) {
        char left[40];
        snprintf(left, sizeof left, "--%s %s", flags->name, flags->value ? flags->value : "");
        buffer_printf(out, "  %-18s %s\n", left, flags->help);
    }
}

/* Each line, two columns in. */
static void write_indented(const char *lines, struct buffer *out)
{
    struct text rest = text_from(lines);
    while (rest.size > 0) {
        struct text line = text_split(rest, '\n', &rest);
        buffer_printf(out, "  %.*s\n", TEXT_PRINT(line));
    }
}

void verb_write_help(const struct verb *verb, struct buffer *out)
{
    const char *space = verb->operands[0] == '\0' ? "" : " ";
    buffer_printf(out, "candor %s%s%s [FLAG...]: %s\n", verb->name, space, verb->operands,
                  verb->summary);
    if (verb->about[0] != '\0') {
        buffer_append_string(out, "\n");
        write_indented(verb->about, out);
    }
    buffer_append_string(out, "\nFlags:\n");
    write_flags(verb->flags, out);
    if (verb->needs_folder) write_flags(verb_folder_flags, out);
    write_flags(verb_common_flags, out);
    buffer_append_string(out, "\nExamples:\n");
    write_indented(verb->examples, out);
}

void verb_write_list(const char *group, struct buffer *out)
{
    int count;
    const struct verb *verbs = verb_table(&count);
    const char *space = group[0] == '\0' ? "" : " ";
    buffer_printf(out, "candor %s%sVERB [FLAG...], where VERB is\n\n", group, space);
    for (int i = 0; i < count; i++) {
        if (verbs[i].is_hidden) continue;
        if (group[0] != '\0' && !verb_is_of_group(&verbs[i], group)) continue;
        char left[40];
        const char *name = group[0] == '\0' ? verbs[i].name : verbs[i].name + strlen(group) + 1;
        snprintf(left, sizeof left, "%s %s", name, verbs[i].operands);
        buffer_printf(out, "  %-22s %s\n", left, verbs[i].summary);
    }
    buffer_printf(out, "\n\"candor %s%sVERB --help\" explains one, with examples.\n", group, space);
    if (group[0] != '\0') return;
    buffer_append_string(out, "A verb works on a running server and on a stopped folder alike.\n"
                              "Exit status: 0 done, 1 refused or failed, 2 bad usage.\n");
}

enum verb_exit verb_show_help(const struct verb *verb, const char *group)
{
    struct buffer out;
    struct error error;
    buffer_init(&out, 64 * 1024);
    if (verb) {
        verb_write_help(verb, &out);
    } else {
        verb_write_list(group, &out);
    }
    enum status status = verb_print(&out, &error);
    buffer_release(&out);
    return status == STATUS_OK ? VERB_DONE : verb_failed("print", &error);
}

static enum verb_exit help_config(void)
{
    struct buffer out;
    struct error error;
    buffer_init(&out, 64 * 1024);
    buffer_append_string(&out, "Settings, with their defaults. A file (--config FILE or "
                               "$CANDOR_CONFIG) holds them as below;\n"
                               "a variable CANDOR_SECTION_KEY, such as CANDOR_SERVER_LISTEN, goes "
                               "before the file,\n"
                               "and a flag before both. Bytes may be written 512K, 64M, 2G.\n");
    config_write_help(&out);
    enum status status = verb_print(&out, &error);
    buffer_release(&out);
    return status == STATUS_OK ? VERB_DONE : verb_failed("print", &error);
}

enum verb_exit verb_help(const struct invocation *invocation)
{
    const char *first = invocation->operands[0];
    const char *second = invocation->operands[1];
    if (!first) return verb_show_help(NULL, "");
    if (!second && verb_is_group(first)) return verb_show_help(NULL, first);
    if (!second && strcmp(first, "config") == 0) return help_config();
    char name[64];
    snprintf(name, sizeof name, "%s%s%s", first, second ? " " : "", second ? second : "");
    const struct verb *verb = verb_find(text_from(name));
    if (verb) return verb_show_help(verb, "");
    char words[128];
    snprintf(words, sizeof words, "there is no verb \"%.60s\"; \"candor help\" lists what there is",
             name);
    return verb_misused(words);
}
