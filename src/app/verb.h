/* The verbs of the command: one table (verb_table.c) from which come parsing, refusals and help.
 *
 * A verb is one word or two ("project create"). Flags are --name, or --name VALUE, or --name=VALUE;
 * a flag given twice, one that the verb does not know and a value that is missing are bad usage. */
#ifndef CANDOR_APP_VERB_H
#define CANDOR_APP_VERB_H

#include "app/config.h"
#include "base/buffer.h"
#include "base/status.h"

#include <stdbool.h>

enum verb_exit {
    VERB_DONE = 0,
    VERB_FAILED = 1,  /* refused or failed: one line on standard error says why and what to do */
    VERB_MISUSED = 2, /* bad usage */
};

enum { VERB_FLAG_COUNT_MAX = 16, VERB_OPERAND_COUNT_MAX = 2 };

enum verb_flag_need { VERB_FLAG_OPTIONAL, VERB_FLAG_REQUIRED };

struct verb_flag {
    const char *name;  /* without the dashes; NULL ends a list */
    const char *value; /* what stands for its value in help; NULL for a switch */
    const char *help;
    enum verb_flag_need need;
};

struct invocation;

/* What every verb with a folder takes, and what every verb takes. */
extern const struct verb_flag verb_folder_flags[];
extern const struct verb_flag verb_common_flags[];

struct verb {
    const char *name;
    const char *operands; /* for the usage line: "NAME", or "" */
    int operand_min;
    int operand_max;
    const char *summary;           /* one line, for the list of verbs */
    const char *about;             /* a paragraph or two, or "" */
    const char *examples;          /* lines */
    const struct verb_flag *flags; /* its own; those of every verb come on top */
    bool is_hidden;
    bool needs_folder; /* takes --data and --config, and reads the settings */
    enum verb_exit (*run)(const struct invocation *invocation);
};

/* One command line, understood. */
struct invocation {
    const struct verb *verb;
    const struct verb_flag *flags[VERB_FLAG_COUNT_MAX]; /* those the verb knows */
    const char *values[VERB_FLAG_COUNT_MAX];            /* NULL: not given; "" for a switch */
    int flag_count;
    const char *operands[VERB_OPERAND_COUNT_MAX]; /* NULL behind the last */
    int operand_count;
    bool wants_help;
    bool wants_json;
    struct config *config; /* NULL unless the verb needs the folder; owned by the caller */
};

/* The table; *count verbs in the order of help. */
const struct verb *verb_table(int *count);

const struct verb *verb_find(struct text name); /* NULL when there is none */
bool verb_is_group(const char *word);           /* "project" */
bool verb_is_of_group(const struct verb *verb, const char *group);

/* The value of a flag that the verb has (asserted), or NULL. */
const char *invocation_value(const struct invocation *invocation, const char *flag);
bool invocation_has(const struct invocation *invocation, const char *flag);
bool invocation_knows(const struct invocation *invocation, const char *flag);

/* Understand a command line (without the program's name, ended by NULL). STATUS_INVALID for bad
 * usage: the message is the whole line to print behind "candor: ". When the words name a group
 * ("project") or nothing, verb stays NULL and wants_help says whether help was asked for. */
enum status verb_parse(char *const *words, struct invocation *out, struct error *error) MUST_CHECK;

/* Help on one verb, on the verbs of a group ("project"), or on everything (""). */
void verb_write_help(const struct verb *verb, struct buffer *out);
void verb_write_list(const char *group, struct buffer *out);
/* One of the two, on standard output. verb NULL: the list of the group. */
enum verb_exit verb_show_help(const struct verb *verb, const char *group);

/* Settings by flags over the environment, over the file, over the defaults. */
enum status verb_read_config(struct invocation *invocation, const char *const *environment,
                             struct error *error) MUST_CHECK;

/* The whole command: parse, read settings, run. words as for verb_parse. */
enum verb_exit verb_run(char *const *words, const char *const *environment);

/* --- for the verbs --- */

/* "candor: could not import events: why", unless the words say "could not" already. */
enum verb_exit verb_failed(const char *attempt, const struct error *error);
enum verb_exit verb_misused(const char *words);

/* To standard output, whole. */
enum status verb_print(const struct buffer *out, struct error *error) MUST_CHECK;

enum verb_exit verb_init(const struct invocation *invocation);
enum verb_exit verb_serve(const struct invocation *invocation);
enum verb_exit verb_demo(const struct invocation *invocation);
enum verb_exit verb_project_create(const struct invocation *invocation);
enum verb_exit verb_project_list(const struct invocation *invocation);
enum verb_exit verb_project_show(const struct invocation *invocation);
enum verb_exit verb_token_create(const struct invocation *invocation);
enum verb_exit verb_token_list(const struct invocation *invocation);
enum verb_exit verb_token_revoke(const struct invocation *invocation);
enum verb_exit verb_user_link(const struct invocation *invocation);
enum verb_exit verb_shield_mode(const struct invocation *invocation);
enum verb_exit verb_shield_plan(const struct invocation *invocation);
enum verb_exit verb_shield_rules(const struct invocation *invocation);
enum verb_exit verb_shield_loosen(const struct invocation *invocation);
enum verb_exit verb_shield_findings(const struct invocation *invocation);
enum verb_exit verb_shield_hold(const struct invocation *invocation);
enum verb_exit verb_shield_release(const struct invocation *invocation);
enum verb_exit verb_shield_dictionary(const struct invocation *invocation);
enum verb_exit verb_shield_scan(const struct invocation *invocation);
enum verb_exit verb_shield_watch(const struct invocation *invocation);
enum verb_exit verb_shield_settings(const struct invocation *invocation);
enum verb_exit verb_shield_show(const struct invocation *invocation);
enum verb_exit verb_shield_inspect_link(const struct invocation *invocation);
enum verb_exit verb_shield_versions(const struct invocation *invocation);
enum verb_exit verb_sdk_audit(const struct invocation *invocation);
enum verb_exit verb_drill(const struct invocation *invocation);
enum verb_exit verb_import(const struct invocation *invocation);
enum verb_exit verb_export(const struct invocation *invocation);
enum verb_exit verb_query(const struct invocation *invocation);
enum verb_exit verb_verify(const struct invocation *invocation);
enum verb_exit verb_version(const struct invocation *invocation);
enum verb_exit verb_flush(const struct invocation *invocation);
enum verb_exit verb_help(const struct invocation *invocation);

#endif
