/* Command lines: what is understood, what is refused, and that help and table agree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Words apart at single spaces, as a shell would. */
struct line {
    char bytes[512];
    char *words[64];
    struct invocation invocation;
    struct error error;
};

static enum status parse(struct line *line, const char *text)
{
    int count = 0;
    memset(line, 0, sizeof *line);
    assert_true(text_to_string(text_from(text), line->bytes, sizeof line->bytes));
    for (char *place = line->bytes; *place != '\0';) {
        line->words[count++] = place;
        place += strcspn(place, " ");
        if (*place == ' ') *place++ = '\0';
    }
    return verb_parse(line->words, &line->invocation, &line->error);
}

static void expect_refusal(const char *text, const char *words)
{
    struct line line;
    assert_int_equal(parse(&line, text), STATUS_INVALID);
    if (!strstr(line.error.message, words)) {
        fail_msg("\"%s\" should say \"%s\"", line.error.message, words);
    }
}

static void understands_a_verb_with_flags_in_both_forms(void **state)
{
    (void)state;
    struct line line;
    assert_int_equal(parse(&line, "import --project shop --strict --data=/a/b=c x.gz --json"),
                     STATUS_OK);
    assert_string_equal(line.invocation.verb->name, "import");
    assert_string_equal(invocation_value(&line.invocation, "project"), "shop");
    assert_string_equal(invocation_value(&line.invocation, "data"), "/a/b=c");
    assert_true(invocation_has(&line.invocation, "strict"));
    assert_true(line.invocation.wants_json);
    assert_null(invocation_value(&line.invocation, "config"));
    assert_int_equal(line.invocation.operand_count, 1);
    assert_string_equal(line.invocation.operands[0], "x.gz");
}

static void understands_verbs_of_two_words(void **state)
{
    (void)state;
    struct line line;
    assert_int_equal(parse(&line, "project create shop --zone Europe/Berlin"), STATUS_OK);
    assert_string_equal(line.invocation.verb->name, "project create");
    assert_string_equal(line.invocation.operands[0], "shop");
    assert_int_equal(parse(&line, "token list"), STATUS_OK);
    assert_string_equal(line.invocation.verb->name, "token list");
}

static void takes_a_dash_for_standard_input_and_two_for_the_end_of_flags(void **state)
{
    (void)state;
    struct line line;
    assert_int_equal(parse(&line, "query -"), STATUS_OK);
    assert_string_equal(line.invocation.operands[0], "-");
    assert_int_equal(parse(&line, "project create -- --name"), STATUS_OK);
    assert_string_equal(line.invocation.operands[0], "--name");
    assert_int_equal(parse(&line, "project show --json -- -"), STATUS_OK);
    assert_string_equal(line.invocation.operands[0], "-");
}

static void a_value_may_look_like_a_flag(void **state)
{
    (void)state;
    struct line line;
    assert_int_equal(parse(&line, "demo --name --events --events 5"), STATUS_OK);
    assert_string_equal(invocation_value(&line.invocation, "name"), "--events");
    assert_string_equal(invocation_value(&line.invocation, "events"), "5");
}

static void refuses_what_it_does_not_know(void **state)
{
    (void)state;
    expect_refusal("serv", "there is no verb \"serv\"");
    expect_refusal("project make x", "there is no verb \"project make\"");
    expect_refusal("--jsn", "there is no verb \"--jsn\"");
    expect_refusal("init --date x", "there is no flag \"--date\"");
    expect_refusal("init -d x", "there is no flag \"-d\"");
    expect_refusal("version --data x", "there is no flag \"--data\"");
    expect_refusal("init --dat=x", "there is no flag \"--dat=x\"");
}

static void refuses_flags_that_make_no_sense(void **state)
{
    (void)state;
    expect_refusal("init --data", "there is no value behind \"--data\"");
    expect_refusal("init --data=", "empty is \"--data=\"");
    expect_refusal("init --data a --data b", "given twice is \"--data\"");
    expect_refusal("init --json --json", "given twice is \"--json\"");
    expect_refusal("init --json=yes", "there is no value to give to \"--json=yes\"");
}

static void refuses_too_much_and_too_little(void **state)
{
    (void)state;
    expect_refusal("init x", "too much is \"x\"");
    expect_refusal("project create a b", "too much is \"b\"");
    expect_refusal("project create", "NAME is missing");
    expect_refusal("import --project p", "FILE|- is missing");
    expect_refusal("import x", "--project P is missing");
    expect_refusal("export --project p --from 2026-01-01", "--to DATE is missing");
    expect_refusal("token create --project p", "--kind KIND is missing");
}

static void help_asks_for_nothing_else(void **state)
{
    (void)state;
    struct line line;
    assert_int_equal(parse(&line, "import --help"), STATUS_OK);
    assert_true(line.invocation.wants_help);
    assert_int_equal(parse(&line, "project create -h"), STATUS_OK);
    assert_true(line.invocation.wants_help);
    assert_int_equal(parse(&line, "--help"), STATUS_OK);
    assert_true(line.invocation.wants_help);
    assert_null(line.invocation.verb);
    assert_int_equal(parse(&line, "token --help"), STATUS_OK);
    assert_true(line.invocation.wants_help);
    assert_null(line.invocation.verb);
}

static void nothing_at_all_is_no_verb(void **state)
{
    (void)state;
    struct line line;
    assert_int_equal(parse(&line, ""), STATUS_OK);
    assert_null(line.invocation.verb);
    assert_false(line.invocation.wants_help);
    assert_int_equal(parse(&line, "project"), STATUS_OK);
    assert_null(line.invocation.verb);
}

static void the_usual_way_to_ask_for_the_version_works(void **state)
{
    (void)state;
    struct line line;
    assert_int_equal(parse(&line, "--version"), STATUS_OK);
    assert_string_equal(line.invocation.verb->name, "version");
}

static void every_verb_explains_itself(void **state)
{
    (void)state;
    int count;
    const struct verb *verbs = verb_table(&count);
    for (int i = 0; i < count; i++) {
        struct buffer help;
        buffer_init(&help, 65536);
        verb_write_help(&verbs[i], &help);
        assert_false(buffer_overflowed(&help));
        assert_int_not_equal(text_find(buffer_text(&help), text_from(verbs[i].name)), -1);
        assert_int_not_equal(text_find(buffer_text(&help), TEXT("Examples:\n  ")), -1);
        for (const struct verb_flag *flag = verbs[i].flags; flag->name; flag++) {
            assert_int_not_equal(text_find(buffer_text(&help), text_from(flag->help)), -1);
        }
        buffer_release(&help);
        assert_non_null(verbs[i].run);
        assert_true(verbs[i].operand_max <= VERB_OPERAND_COUNT_MAX);
    }
}

static void the_list_names_every_verb_but_hidden_ones(void **state)
{
    (void)state;
    int count;
    const struct verb *verbs = verb_table(&count);
    struct buffer list;
    buffer_init(&list, 65536);
    verb_write_list("", &list);
    for (int i = 0; i < count; i++) {
        char line[64];
        snprintf(line, sizeof line, "\n  %s ", verbs[i].name);
        bool is_named = text_find(buffer_text(&list), text_from(line)) != -1;
        assert_int_equal(is_named, !verbs[i].is_hidden);
    }
    buffer_clear(&list);
    verb_write_list("token", &list);
    assert_int_not_equal(text_find(buffer_text(&list), TEXT("\n  revoke ID")), -1);
    assert_int_equal(text_find(buffer_text(&list), TEXT("import")), -1);
    buffer_release(&list);
}

static enum status read_config(struct line *line, const char *const *environment)
{
    struct config *config = calloc(1, sizeof *config);
    line->invocation.config = config;
    return verb_read_config(&line->invocation, environment, &line->error);
}

static void flags_set_what_they_stand_for(void **state)
{
    (void)state;
    struct line line;
    const char *const environment[] = {"CANDOR_DATA=/env", "CANDOR_SERVER_LISTEN=1.2.3.4:5", NULL};
    assert_int_equal(parse(&line, "serve --data /flag"), STATUS_OK);
    assert_int_equal(read_config(&line, environment), STATUS_OK);
    assert_string_equal(config_text(line.invocation.config, CONFIG_data_folder), "/flag");
    assert_string_equal(config_text(line.invocation.config, CONFIG_server_listen), "1.2.3.4:5");
    free(line.invocation.config);
    assert_int_equal(parse(&line, "serve --listen [::1]:0"), STATUS_OK);
    assert_int_equal(read_config(&line, environment), STATUS_OK);
    assert_string_equal(config_text(line.invocation.config, CONFIG_data_folder), "/env");
    assert_string_equal(config_text(line.invocation.config, CONFIG_server_listen), "[::1]:0");
    free(line.invocation.config);
}

static void a_settings_file_that_is_named_must_be_there(void **state)
{
    (void)state;
    struct line line;
    const char *const environment[] = {"CANDOR_CONFIG=/no/such.ini", NULL};
    assert_int_equal(parse(&line, "verify"), STATUS_OK);
    assert_int_equal(read_config(&line, environment), STATUS_ABSENT);
    free(line.invocation.config);
    const char *const empty[] = {"CANDOR_CONFIG=", NULL};
    assert_int_equal(parse(&line, "verify"), STATUS_OK);
    assert_int_equal(read_config(&line, empty), STATUS_OK);
    free(line.invocation.config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(understands_a_verb_with_flags_in_both_forms),
        cmocka_unit_test(understands_verbs_of_two_words),
        cmocka_unit_test(takes_a_dash_for_standard_input_and_two_for_the_end_of_flags),
        cmocka_unit_test(a_value_may_look_like_a_flag),
        cmocka_unit_test(refuses_what_it_does_not_know),
        cmocka_unit_test(refuses_flags_that_make_no_sense),
        cmocka_unit_test(refuses_too_much_and_too_little),
        cmocka_unit_test(help_asks_for_nothing_else),
        cmocka_unit_test(nothing_at_all_is_no_verb),
        cmocka_unit_test(the_usual_way_to_ask_for_the_version_works),
        cmocka_unit_test(every_verb_explains_itself),
        cmocka_unit_test(the_list_names_every_verb_but_hidden_ones),
        cmocka_unit_test(flags_set_what_they_stand_for),
        cmocka_unit_test(a_settings_file_that_is_named_must_be_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
