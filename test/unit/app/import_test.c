/* An import through every room, against a naive count of the same lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/engine.h"
#include "app/import_run.h"
#include "base/memory.h"
#include "crypt/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const long long time_ms = 1780000000123;

struct fixture {
    char place[64];
    char lines_path[96];
    struct config config;
    struct data_folder folder;
    struct engine engine;
    struct project_table *projects;
    const struct project *project;
    struct import_result result;
    struct error error;
};

static void open_engine(struct fixture *fixture)
{
    assert_int_equal(engine_open(&fixture->folder, &fixture->config, ENGINE_FOR_VERB,
                                 &fixture->engine, &fixture->error),
                     STATUS_OK);
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    char path[128];
    crypt_init();
    os_log_set_level(OS_LOG_ERROR);
    snprintf(fixture->place, sizeof fixture->place, "/tmp/candor-import-XXXXXX");
    if (!mkdtemp(fixture->place)) return -1;
    snprintf(fixture->lines_path, sizeof fixture->lines_path, "%s/lines", fixture->place);
    snprintf(path, sizeof path, "%s/data", fixture->place);
    config_init(&fixture->config);
    assert_int_equal(data_folder_make(path, &fixture->folder, &fixture->error), STATUS_OK);

    struct control *control;
    struct project_slot *slot = project_slot_make();
    struct control_project_made made;
    struct control_project_options options = {.name = TEXT("shop")};
    snprintf(path, sizeof path, "%s/data/control.db", fixture->place);
    assert_int_equal(control_open(path, CONTROL_CREATE, slot, &control, &fixture->error),
                     STATUS_OK);
    assert_int_equal(control_project_create(control, &options, &made, &fixture->error), STATUS_OK);
    control_close(control);
    project_slot_release(slot);
    assert_int_equal(data_folder_seal(&fixture->folder, &fixture->error), STATUS_OK);
    open_engine(fixture);
    fixture->projects = project_slot_take(fixture->engine.projects);
    fixture->project = project_table_by_name(fixture->projects, TEXT("shop"));
    *state = fixture;
    return fixture->project ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    char command[128];
    project_table_drop(fixture->projects);
    engine_close(&fixture->engine);
    data_folder_close(&fixture->folder);
    snprintf(command, sizeof command, "rm -rf %s", fixture->place);
    int ignored = system(command);
    (void)ignored;
    free(fixture);
    return 0;
}

static enum status import_lines(struct fixture *fixture, const struct buffer *lines,
                                unsigned thread_count, bool strict)
{
    FILE *file = fopen(fixture->lines_path, "wb");
    assert_non_null(file);
    if (lines->size > 0) assert_int_equal(fwrite(lines->bytes, 1, lines->size, file), lines->size);
    fclose(file);
    struct line_reader *reader;
    assert_int_equal(line_reader_open(fixture->lines_path, &reader, &fixture->error), STATUS_OK);
    struct import_options options = {
        .reader = reader,
        .ingest = fixture->engine.ingest,
        .projects = fixture->projects,
        .project = fixture->project,
        .strict = strict,
        .thread_count = thread_count,
    };
    enum status status = import_run(&options, &fixture->result, &fixture->error);
    line_reader_close(reader);
    return status;
}

static void add_event(struct buffer *lines, long long ms, int n, const char *more)
{
    buffer_printf(lines,
                  "{\"event\":\"E\",\"properties\":{\"time\":%lld,\"distinct_id\":\"u%d\","
                  "\"$insert_id\":\"i%d\",\"n\":%d%s}}\n",
                  ms, n % 7, n, n, more);
}

static enum status gather(void *context, struct text bytes, struct error *error)
{
    (void)error;
    buffer_append_text(context, bytes);
    return STATUS_OK;
}

static void export_all(struct fixture *fixture, struct buffer *out)
{
    struct backend_export options = {
        .project = fixture->project->id, .from_ms = 0, .to_ms = time_ms * 2};
    uint64_t rows = 0;
    buffer_clear(out);
    engine_settle(&fixture->engine);
    assert_int_equal(
        backend_export(fixture->engine.backend, &options, gather, out, &rows, &fixture->error),
        STATUS_OK);
}

/* The numbers n of the exported events must be 0, 1, 2, …, in this order. */
static void expect_order(const struct buffer *lines, int count)
{
    struct text rest = buffer_text(lines);
    for (int i = 0; i < count; i++) {
        char wanted[32];
        struct text line = text_split(rest, '\n', &rest);
        snprintf(wanted, sizeof wanted, "\"n\":%d}", i);
        if (text_find(line, text_from(wanted)) == TEXT_NOT_FOUND) {
            fail_msg("event %d is %.*s", i, TEXT_PRINT(line));
        }
    }
    assert_int_equal(rest.size, 0);
}

static void keeps_the_order_of_the_file_within_a_millisecond(void **state)
{
    enum { COUNT = 30000 }; /* several pieces */
    struct fixture *fixture = *state;
    struct buffer lines;
    struct buffer exported;
    char filler[200] = ",\"filler\":\"";
    buffer_init(&lines, 1 << 24);
    buffer_init(&exported, 1 << 24);
    memset(filler + strlen(filler), 'x', 100);
    filler[111] = '"';
    filler[112] = '\0';
    for (int n = 0; n < COUNT; n++) {
        buffer_printf(&lines,
                      "{\"event\":\"E\",\"properties\":{\"time\":%lld,\"distinct_id\":\"u%d\","
                      "\"$insert_id\":\"i%d\"%s,\"n\":%d}}\n",
                      time_ms, n % 7, n, filler, n);
    }
    assert_int_equal(import_lines(fixture, &lines, 4, true), STATUS_OK);
    assert_int_equal(fixture->result.stored, COUNT);
    export_all(fixture, &exported);
    expect_order(&exported, COUNT);
    assert_int_equal(engine_flush(&fixture->engine, &fixture->error), STATUS_OK);
    export_all(fixture, &exported);
    expect_order(&exported, COUNT);
    buffer_release(&exported);
    buffer_release(&lines);
}

struct expected {
    uint64_t line;
    uint64_t stored;
    uint64_t duplicate;
    uint64_t refused;
    uint64_t refused_lines[IMPORT_REFUSED_SHOWN_MAX];
};

static void note_refused(struct expected *expected)
{
    if (expected->refused < IMPORT_REFUSED_SHOWN_MAX) {
        expected->refused_lines[expected->refused] = expected->line;
    }
    expected->refused++;
}

/* One random line, and what should become of it. */
static void add_random(struct buffer *lines, uint64_t chance, bool is_known[500],
                       struct expected *expected)
{
    static const char *const junk[] = {"junk\n",
                                       "[1,2]\n",
                                       "{\"event\":\"\"}\n",
                                       "{\"event\":\"E\"\n",
                                       "\"text\"\n",
                                       "\x1f\x8b\n",
                                       "{\"event\":\"E\",\"properties\":[]}\n",
                                       "[{\"event\":\"E\",\"properties\":{}}]\n"};
    static const char *const blanks[] = {"\n", "  \n", "\t\r\n"};
    int n = (int)((chance >> 8) % 500);
    expected->line++;
    if (chance % 100 < 6) {
        if (lines->size == 0) n = 0; /* at the front of a file, 1f 8b is gzip */
        buffer_append_string(lines, junk[n % (int)(sizeof junk / sizeof junk[0])]);
        note_refused(expected);
    } else if (chance % 100 < 10) {
        buffer_append_string(lines, blanks[n % 3]);
    } else {
        add_event(lines, time_ms, n, ",\"more\":[1,{\"a\":null}]");
        expected->stored += !is_known[n];
        expected->duplicate += is_known[n];
        is_known[n] = true;
    }
}

static void expect_result(const struct fixture *fixture, const struct expected *expected,
                          uint64_t seed)
{
    const struct import_result *result = &fixture->result;
    bool is_right = result->stored == expected->stored &&
                    result->duplicate == expected->duplicate &&
                    result->refused == expected->refused &&
                    result->read == result->stored + result->duplicate + result->refused;
    for (int i = 0; is_right && i < result->refused_shown; i++) {
        is_right = result->first_refused[i].line == expected->refused_lines[i] &&
                   result->first_refused[i].words[0] != '\0';
    }
    if (is_right) return;
    fail_msg("seed %llu: stored %llu of %llu, duplicate %llu of %llu, refused %llu of %llu, first "
             "in line %llu of %llu",
             (unsigned long long)seed, (unsigned long long)result->stored,
             (unsigned long long)expected->stored, (unsigned long long)result->duplicate,
             (unsigned long long)expected->duplicate, (unsigned long long)result->refused,
             (unsigned long long)expected->refused,
             (unsigned long long)result->first_refused[0].line,
             (unsigned long long)expected->refused_lines[0]);
}

static void counts_every_line_of_random_files(void **state)
{
    struct fixture *fixture = *state;
    bool is_known[500] = {false};
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct buffer lines;
        struct expected expected = {0};
        uint64_t chance = seed;
        buffer_init(&lines, 1 << 24);
        uint64_t count = seed * 37 % 200;
        for (uint64_t i = 0; i < count; i++) {
            chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            add_random(&lines, chance >> 24, is_known, &expected);
        }
        if (seed % 2 && lines.size > 0) lines.size--; /* without its last newline */
        assert_int_equal(import_lines(fixture, &lines, 1 + seed % 4, false), STATUS_OK);
        expect_result(fixture, &expected, seed);
        buffer_release(&lines);
    }
}

static void takes_an_empty_file_for_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct buffer lines;
    buffer_init(&lines, 100);
    assert_int_equal(import_lines(fixture, &lines, 2, false), STATUS_OK);
    assert_int_equal(fixture->result.read, 0);
    buffer_append_string(&lines, "\n\n  \n");
    assert_int_equal(import_lines(fixture, &lines, 2, false), STATUS_OK);
    assert_int_equal(fixture->result.read, 0);
    buffer_release(&lines);
}

static void refuses_a_line_that_never_ends_once(void **state)
{
    struct fixture *fixture = *state;
    struct buffer lines;
    buffer_init(&lines, 16 << 20);
    add_event(&lines, time_ms, 1, "");
    for (int i = 0; i < 5 << 20; i++)
        buffer_append_byte(&lines, 'x');
    buffer_append_byte(&lines, '\n');
    add_event(&lines, time_ms, 2, "");
    assert_int_equal(import_lines(fixture, &lines, 2, false), STATUS_OK);
    assert_int_equal(fixture->result.stored, 2);
    assert_int_equal(fixture->result.refused, 1);
    assert_int_equal(fixture->result.first_refused[0].line, 2);
    buffer_release(&lines);
}

static void strict_refuses_what_is_otherwise_mended(void **state)
{
    struct fixture *fixture = *state;
    struct buffer lines;
    buffer_init(&lines, 1000);
    buffer_printf(&lines,
                  "{\"event\":\"E\",\"properties\":{\"time\":%lld,\"distinct_id\":\"u\"}}\n",
                  time_ms);
    assert_int_equal(import_lines(fixture, &lines, 2, true), STATUS_OK);
    assert_int_equal(fixture->result.refused, 1);
    assert_int_equal(import_lines(fixture, &lines, 2, false), STATUS_OK);
    assert_int_equal(fixture->result.stored, 1);
    buffer_release(&lines);
}

static void what_was_flushed_leaves_no_log_and_comes_back(void **state)
{
    struct fixture *fixture = *state;
    struct buffer lines;
    struct ingest_figures figures;
    buffer_init(&lines, 1 << 20);
    for (int n = 0; n < 100; n++)
        add_event(&lines, time_ms + n, n, "");
    assert_int_equal(import_lines(fixture, &lines, 2, false), STATUS_OK);
    assert_int_equal(engine_flush(&fixture->engine, &fixture->error), STATUS_OK);
    project_table_drop(fixture->projects);
    engine_close(&fixture->engine);
    open_engine(fixture);
    fixture->projects = project_slot_take(fixture->engine.projects);
    fixture->project = project_table_by_name(fixture->projects, TEXT("shop"));
    ingest_figures(fixture->engine.ingest, &figures);
    assert_int_equal(figures.replayed_records, 0);
    assert_int_equal(import_lines(fixture, &lines, 2, false), STATUS_OK);
    assert_int_equal(fixture->result.duplicate, 100);
    buffer_release(&lines);
}

static void says_what_is_wrong_with_a_full_disk(void **state)
{
    struct fixture *fixture = *state;
    struct buffer lines;
    project_table_drop(fixture->projects);
    engine_close(&fixture->engine);
    /* A reserve larger than any disk: not a byte may be taken. */
    assert_int_equal(config_set(&fixture->config, CONFIG_disk_reserve, CONFIG_FROM_FLAG,
                                TEXT("1125899906842624"), "--x", &fixture->error),
                     STATUS_OK);
    open_engine(fixture);
    fixture->projects = project_slot_take(fixture->engine.projects);
    fixture->project = project_table_by_name(fixture->projects, TEXT("shop"));
    buffer_init(&lines, 1 << 20);
    for (int n = 0; n < 1000; n++)
        add_event(&lines, time_ms + n, n, "");
    assert_int_equal(import_lines(fixture, &lines, 2, false), STATUS_IO);
    assert_non_null(strstr(fixture->error.message, "disk is full"));
    assert_int_equal(fixture->result.stored, 0);
    buffer_release(&lines);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keeps_the_order_of_the_file_within_a_millisecond),
        TEST(counts_every_line_of_random_files),
        TEST(takes_an_empty_file_for_nothing),
        TEST(refuses_a_line_that_never_ends_once),
        TEST(strict_refuses_what_is_otherwise_mended),
        TEST(what_was_flushed_leaves_no_log_and_comes_back),
        TEST(says_what_is_wrong_with_a_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
