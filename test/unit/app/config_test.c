/* Settings: every source, their order, and every way to be wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fixture {
    struct config config;
    struct error error;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    config_init(&fixture->config);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

static enum status read_text(struct fixture *fixture, const char *text)
{
    fixture->error.message[0] = '\0';
    return config_read_text(&fixture->config, "c.ini", text_from(text), &fixture->error);
}

static void expect_refusal(struct fixture *fixture, const char *text, const char *words)
{
    config_init(&fixture->config);
    assert_int_equal(read_text(fixture, text), STATUS_INVALID);
    if (!strstr(fixture->error.message, words)) {
        fail_msg("\"%s\" should say \"%s\"", fixture->error.message, words);
    }
}

static void begins_with_the_defaults(void **state)
{
    const struct config *config = &((struct fixture *)*state)->config;
    assert_string_equal(config_text(config, CONFIG_server_listen), "127.0.0.1:8080");
    assert_string_equal(config_text(config, CONFIG_data_folder), "/var/lib/candor");
    assert_int_equal(config_number(config, CONFIG_log_level), OS_LOG_INFO);
    assert_true(config_number(config, CONFIG_disk_reserve) == CONFIG_AUTO);
    assert_int_equal(config_number_or(config, CONFIG_server_threads, 7), 7);
}

static void reads_a_file(void **state)
{
    struct fixture *fixture = *state;
    const struct config *config = &fixture->config;
    assert_int_equal(read_text(fixture, "\xef\xbb\xbf; a comment\n"
                                        "[server]\r\n"
                                        "listen = [::1]:0 ; an inline comment\r\n"
                                        "    threads=3\n"
                                        "\n"
                                        "  [disk]\n"
                                        "  reserve: 2G\n"
                                        "# another\n"
                                        "[log]\nlevel = debug"),
                     STATUS_OK);
    assert_string_equal(config_text(config, CONFIG_server_listen), "[::1]:0");
    assert_int_equal(config_number(config, CONFIG_server_threads), 3);
    assert_int_equal(config_number(config, CONFIG_disk_reserve), INT64_C(2) << 30);
    assert_int_equal(config_number(config, CONFIG_log_level), OS_LOG_DEBUG);
}

static void reads_its_own_help(void **state)
{
    struct fixture *fixture = *state;
    struct buffer help;
    buffer_init(&help, 65536);
    config_write_help(&help);
    buffer_append_byte(&help, '\0');
    assert_int_equal(read_text(fixture, help.bytes), STATUS_OK);
    buffer_release(&help);
}

static void takes_an_empty_file(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(read_text(fixture, ""), STATUS_OK);
    assert_int_equal(read_text(fixture, "\n\n"), STATUS_OK);
    assert_int_equal(read_text(fixture, "[server]"), STATUS_OK);
}

static void refuses_what_it_does_not_know_with_the_line(void **state)
{
    struct fixture *fixture = *state;
    expect_refusal(fixture, "[server]\nlistn = x\n", "c.ini:2: there is no setting [server] listn");
    expect_refusal(fixture, "\n\n[sever]\nlisten = x\n", "c.ini:3: there is no section [sever]");
    expect_refusal(fixture, "[sever]\n", "c.ini:1: there is no section [sever]");
    expect_refusal(fixture, "listen = x\n", "c.ini:1: there is no setting [] listen");
    expect_refusal(fixture, "[server]\nLISTEN = x\n", "there is no setting [server] LISTEN");
    expect_refusal(fixture, "[server]\nlisten = a:1\nthreads = 2\nlisten = b:1\n",
                   "c.ini:4: [server] listen is set twice");
    expect_refusal(fixture, "[server]\nlisten\n", "c.ini:2: expected [section] or key = value");
    expect_refusal(fixture, "[server\nlisten = x\n", "c.ini:1: expected [section] or key = value");
    expect_refusal(fixture, "[server]\nlisten\nthreads = 0\n", "c.ini:2: expected");
    expect_refusal(fixture, "[server]\nthreads = 0\nlisten\n", "c.ini:2: [server] threads");
}

static void refuses_bad_values_and_says_what_is_right(void **state)
{
    struct fixture *fixture = *state;
    expect_refusal(fixture, "[server]\nthreads = 0\n", "a number from 1 to 256");
    expect_refusal(fixture, "[server]\nthreads = 257\n", "cannot be \"257\"");
    expect_refusal(fixture, "[server]\nthreads = -1\n", "cannot be \"-1\"");
    expect_refusal(fixture, "[server]\nthreads = 2x\n", "cannot be \"2x\"");
    expect_refusal(fixture, "[server]\nthreads = 1K\n", "cannot be \"1K\"");
    expect_refusal(fixture, "[server]\nthreads =\n", "cannot be \"\"");
    expect_refusal(fixture, "[server]\nlisten =\n", "cannot be \"\"");
    expect_refusal(fixture, "[log]\nlevel = loud\n", "debug, info, warning or error");
    expect_refusal(fixture, "[log]\nlevel = auto\n", "cannot be \"auto\"");
    expect_refusal(fixture, "[query]\nmemory = 1\n", "such as 512K");
    expect_refusal(fixture, "[query]\nmemory = 99999999999999999999\n", "cannot be");
    expect_refusal(fixture, "[query]\nmemory = 18014398509481984K\n", "cannot be");
    expect_refusal(fixture, "[query]\nmemory = 4MB\n", "cannot be");
    expect_refusal(fixture, "[query]\nmemory = K\n", "cannot be");
    expect_refusal(fixture, "[query]\nmemory = 1.5G\n", "cannot be");
}

static void understands_sizes(void **state)
{
    struct fixture *fixture = *state;
    const struct {
        const char *text;
        int64_t size;
    } sizes[] = {{"0", 0},
                 {"65536", 65536},
                 {"64K", 65536},
                 {"64k", 65536},
                 {"64KiB", 65536},
                 {"3M", 3 << 20},
                 {"1T", INT64_C(1) << 40},
                 {"1125899906842624", INT64_C(1) << 50}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(config_set(&fixture->config, CONFIG_disk_reserve, CONFIG_FROM_FLAG,
                                    text_from(sizes[i].text), "--x", &fixture->error),
                         STATUS_OK);
        assert_int_equal(config_number(&fixture->config, CONFIG_disk_reserve), sizes[i].size);
    }
}

static void refuses_lines_that_would_be_cut(void **state)
{
    struct fixture *fixture = *state;
    char text[1024] = "[server]\nlisten = ";
    memset(text + strlen(text), 'a', 300);
    expect_refusal(fixture, text, "c.ini:2: the line is too long");
    config_init(&fixture->config);
    struct text nul = {"[log]\nlevel = info\0debug\n", 24};
    assert_int_equal(config_read_text(&fixture->config, "c.ini", nul, &fixture->error),
                     STATUS_INVALID);
}

static void survives_any_bytes(void **state)
{
    struct fixture *fixture = *state;
    uint64_t seed = 7;
    const char alphabet[] = "[]=;# \n\r\tserver listen log level threads 0123\"\\\xff\x01";
    for (int round = 0; round < 20000; round++) {
        char text[160];
        size_t size = 0;
        while (size < sizeof text - 1) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
            text[size++] = alphabet[(seed >> 40) % (sizeof alphabet - 1)];
            if ((seed >> 33) % 40 == 0) break;
        }
        text[size] = '\0';
        config_init(&fixture->config);
        (void)!read_text(fixture, text);
    }
}

static void a_variable_goes_before_the_file_and_a_flag_before_both(void **state)
{
    struct fixture *fixture = *state;
    const char *const environment[] = {"HOME=/", "CANDOR_SERVER_THREADS=4",
                                       "CANDOR_LOG_LEVEL=error", NULL};
    assert_int_equal(read_text(fixture, "[server]\nthreads = 3\nlisten = a:1\n[log]\nlevel=debug"),
                     STATUS_OK);
    assert_int_equal(config_read_environment(&fixture->config, environment, &fixture->error),
                     STATUS_OK);
    assert_int_equal(config_set(&fixture->config, CONFIG_log_level, CONFIG_FROM_FLAG,
                                TEXT("warning"), "--level", &fixture->error),
                     STATUS_OK);
    assert_int_equal(config_number(&fixture->config, CONFIG_server_threads), 4);
    assert_int_equal(config_number(&fixture->config, CONFIG_log_level), OS_LOG_WARNING);
    assert_string_equal(config_text(&fixture->config, CONFIG_server_listen), "a:1");
}

static void a_lower_source_read_later_changes_nothing(void **state)
{
    struct fixture *fixture = *state;
    const char *const environment[] = {"CANDOR_SERVER_THREADS=4", NULL};
    assert_int_equal(config_read_environment(&fixture->config, environment, &fixture->error),
                     STATUS_OK);
    assert_int_equal(read_text(fixture, "[server]\nthreads = 3\n"), STATUS_OK);
    assert_int_equal(config_number(&fixture->config, CONFIG_server_threads), 4);
}

static enum status read_variable(struct fixture *fixture, const char *line)
{
    const char *const environment[] = {line, NULL};
    return config_read_environment(&fixture->config, environment, &fixture->error);
}

static void refuses_variables_of_its_sections_that_it_does_not_know(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(read_variable(fixture, "CANDOR_SERVER_LISTN=x"), STATUS_INVALID);
    assert_non_null(strstr(fixture->error.message, "CANDOR_SERVER_LISTN"));
    assert_int_equal(read_variable(fixture, "CANDOR_LOG_=x"), STATUS_INVALID);
    assert_int_equal(read_variable(fixture, "CANDOR_LOG_LEVEL=x"), STATUS_INVALID);
    assert_non_null(strstr(fixture->error.message, "CANDOR_LOG_LEVEL: [log] level"));
}

static void leaves_other_variables_alone(void **state)
{
    struct fixture *fixture = *state;
    const char *const lines[] = {"CANDOR_FAULT=1",     "CANDOR_BUILD=x",      "CANDOR=x",
                                 "CANDOR_SERVERS=x",   "XCANDOR_LOG_LEVEL=x", "CANDOR_CONFIG=x",
                                 "candor_log_level=x", "CANDOR_DATA=",        "NOTHING"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_int_equal(read_variable(fixture, lines[i]), STATUS_OK);
    }
    assert_string_equal(config_text(&fixture->config, CONFIG_data_folder), "/var/lib/candor");
}

static void the_short_name_of_the_folder_counts_more(void **state)
{
    struct fixture *fixture = *state;
    const char *const environment[] = {"CANDOR_DATA=/a", "CANDOR_DATA_FOLDER=/b", NULL};
    assert_int_equal(config_read_environment(&fixture->config, environment, &fixture->error),
                     STATUS_OK);
    assert_string_equal(config_text(&fixture->config, CONFIG_data_folder), "/a");
}

static void says_why_a_file_cannot_be_read(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(config_read_file(&fixture->config, "/no/such/file", &fixture->error),
                     STATUS_ABSENT);
    assert_non_null(strstr(fixture->error.message, "/no/such/file"));
    assert_int_not_equal(config_read_file(&fixture->config, "/tmp", &fixture->error), STATUS_OK);
    assert_non_null(strstr(fixture->error.message, "/tmp"));
}

static void reads_a_file_from_disk(void **state)
{
    struct fixture *fixture = *state;
    char path[] = "/tmp/candor-config-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");
    fputs("[query]\nthreads = 2\n", file);
    fclose(file);
    assert_int_equal(config_read_file(&fixture->config, path, &fixture->error), STATUS_OK);
    assert_int_equal(config_number(&fixture->config, CONFIG_query_threads), 2);
    unlink(path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(begins_with_the_defaults),
        TEST(reads_a_file),
        TEST(reads_its_own_help),
        TEST(takes_an_empty_file),
        TEST(refuses_what_it_does_not_know_with_the_line),
        TEST(refuses_bad_values_and_says_what_is_right),
        TEST(understands_sizes),
        TEST(refuses_lines_that_would_be_cut),
        TEST(survives_any_bytes),
        TEST(a_variable_goes_before_the_file_and_a_flag_before_both),
        TEST(a_lower_source_read_later_changes_nothing),
        TEST(refuses_variables_of_its_sections_that_it_does_not_know),
        TEST(leaves_other_variables_alone),
        TEST(the_short_name_of_the_folder_counts_more),
        TEST(says_why_a_file_cannot_be_read),
        TEST(reads_a_file_from_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
