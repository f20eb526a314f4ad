/* The log, the streams and the process. */
#include "base/memory.h"
#include "base/text.h"
#include "os/os_clock.h"
#include "os/os_log.h"
#include "os/os_process.h"
#include "os_folder_scene.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* What goes to a descriptor between begin and end. */
struct capture {
    int descriptor;
    int saved;
    FILE *stream;
    char bytes[9000];
};

static void capture_begin(struct capture *capture, int descriptor)
{
    capture->descriptor = descriptor;
    capture->stream = tmpfile();
    assert_non_null(capture->stream);
    capture->saved = dup(descriptor);
    assert_int_equal(dup2(fileno(capture->stream), descriptor), descriptor);
}

static struct text capture_end(struct capture *capture)
{
    assert_int_equal(dup2(capture->saved, capture->descriptor), capture->descriptor);
    assert_int_equal(close(capture->saved), 0);
    rewind(capture->stream);
    size_t size = fread(capture->bytes, 1, sizeof capture->bytes, capture->stream);
    assert_int_equal(fclose(capture->stream), 0);
    return (struct text){capture->bytes, size};
}

static bool has(struct text text, const char *part)
{
    return text_find(text, text_from(part)) != TEXT_NOT_FOUND;
}

static void logs_one_json_object_a_line(void **state)
{
    (void)state;
    struct capture capture;
    const struct os_log_field fields[] = {{"count", 3}, {"least", INT64_MIN}};
    struct error error;
    (void)error_set(&error, STATUS_CORRUPT, "file \"%s\" is damaged\n", "x\\y");
    capture_begin(&capture, STDERR_FILENO);
    os_log(OS_LOG_INFO, "wal", "opened");
    os_log_fields(OS_LOG_WARNING, "wal", "slow", fields, 2);
    os_log_error(OS_LOG_ERROR, "wal", "could not open", &error);
    struct text lines = capture_end(&capture);
    struct text line = text_split(lines, '\n', &lines);
    assert_int_equal(line.size, strlen("{'ts':'2026-08-01T10:00:00.123Z','level':'info',"
                                       "'room':'wal','msg':'opened'}"));
    assert_true(text_starts_with(line, TEXT("{\"ts\":\"20")));
    assert_true(text_ends_with(line, TEXT("Z\",\"level\":\"info\",\"room\":\"wal\","
                                          "\"msg\":\"opened\"}")));
    line = text_split(lines, '\n', &lines);
    assert_true(text_ends_with(line, TEXT("\"level\":\"warning\",\"room\":\"wal\",\"msg\":\"slow\","
                                          "\"count\":3,\"least\":-9223372036854775808}")));
    line = text_split(lines, '\n', &lines);
    assert_true(text_ends_with(line, TEXT("\"status\":\"corrupt\",\"error\":"
                                          "\"file \\\"x\\\\y\\\" is damaged\\u000a\"}")));
    assert_int_equal(lines.size, 0);
}

static void keeps_broken_characters_out_of_the_log(void **state)
{
    (void)state;
    struct capture capture;
    capture_begin(&capture, STDERR_FILENO);
    os_log(OS_LOG_ERROR, "os", "a\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80 \xff \x80 \xc3");
    os_log(OS_LOG_ERROR, "os", "cut \xf0\x9f");
    struct text lines = capture_end(&capture);
    assert_true(has(lines, "a\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80 \\ufffd \\ufffd \\ufffd\"}"));
    assert_true(has(lines, "cut \\ufffd\\ufffd\"}"));
}

static void stays_json_when_a_line_is_cut(void **state)
{
    (void)state;
    struct capture capture;
    struct error error = {.status = STATUS_IO};
    char message[1500];
    struct os_log_field fields[200];
    memset(message, 'm', sizeof message - 1);
    message[sizeof message - 1] = '\0';
    memset(error.message, '\x01', sizeof error.message - 1);
    for (int i = 0; i < 200; i++)
        fields[i] = (struct os_log_field){"a_field_with_a_name", i};
    capture_begin(&capture, STDERR_FILENO);
    os_log_fields(OS_LOG_ERROR, "os", message, fields, 200);
    os_log_error(OS_LOG_ERROR, "os", "x", &error);
    struct text lines = capture_end(&capture);
    struct text line = text_split(lines, '\n', &lines);
    assert_true(line.size < 4096);
    assert_true(has(line, "mmm\",\"a_field_with_a_name\":0,"));
    assert_true(text_ends_with(line, TEXT("}")));
    line = text_split(lines, '\n', &lines);
    assert_true(has(line, "\"status\":\"i/o\",\"error\":\"\\u0001\\u0001"));
    assert_true(text_ends_with(line, TEXT("\\u0001\"}")));
}

static void logs_from_its_level_upwards(void **state)
{
    (void)state;
    struct capture capture;
    struct error error = {.status = STATUS_IO};
    capture_begin(&capture, STDERR_FILENO);
    os_log(OS_LOG_DEBUG, "os", "silent");
    os_log_set_level(OS_LOG_ERROR);
    os_log(OS_LOG_WARNING, "os", "silent");
    os_log_error(OS_LOG_WARNING, "os", "silent", &error);
    os_log_set_level(OS_LOG_DEBUG);
    os_log(OS_LOG_DEBUG, "os", "loud");
    os_log_set_level(OS_LOG_INFO);
    struct text lines = capture_end(&capture);
    assert_false(has(lines, "silent"));
    assert_true(has(lines, "\"level\":\"debug\",\"room\":\"os\",\"msg\":\"loud\""));
}

static void waits_for_held_signals(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        os_signals_hold();
        bool fine = os_signal_wait(5) == OS_SIGNAL_NONE;
        (void)kill(getpid(), SIGHUP);
        fine = fine && os_signal_wait(1000) == OS_SIGNAL_RELOAD;
        (void)kill(getpid(), SIGTERM);
        fine = fine && os_signal_wait(1000) == OS_SIGNAL_STOP;
        (void)kill(getpid(), SIGINT);
        fine = fine && os_signal_wait(0) == OS_SIGNAL_STOP;
        fine = fine && os_signal_wait(0) == OS_SIGNAL_NONE;
        int ends[2];
        if (pipe(ends) != 0) _exit(2);
        (void)close(ends[0]);
        fine = fine && write(ends[1], "x", 1) == -1; /* and no SIGPIPE */
        _exit(fine ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* Which memory a core would hold (core(5)); only ELF headers when it is 0x10. */
static unsigned core_filter(void)
{
    unsigned filter = 0;
    FILE *file = fopen("/proc/self/coredump_filter", "r");
    if (!file) return 0x10; /* not ours to read any more: opaque, and that is as good */
    if (fscanf(file, "%x", &filter) != 1) filter = UINT32_MAX;
    (void)fclose(file);
    return filter;
}

static void sets_the_limits_of_the_process(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct rlimit files;
        struct rlimit core;
        os_raise_file_limit();
        os_forbid_core();
        bool fine = getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur == files.rlim_max;
        fine = fine && getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0;
        fine = fine && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
        fine = fine && core_filter() == 0x10;
        _exit(fine ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void knows_what_the_process_uses(void **state)
{
    (void)state;
    struct os_process_usage before;
    struct os_process_usage after;
    os_process_usage(&before);
    assert_true(before.resident_bytes > 100000);
    assert_true(before.open_files >= 3);
    int64_t age_ms = os_clock_now_ms() - before.started_ms;
    assert_true(age_ms > -1000);
    assert_true(age_ms < 600000);
    int descriptor = dup(STDERR_FILENO);
    uint64_t begin_ns = os_clock_monotonic_ns();
    while (os_clock_monotonic_ns() - begin_ns < 5000000) {
        /* Burn some time of the processor. */
    }
    os_process_usage(&after);
    assert_int_equal(after.open_files, before.open_files + 1);
    assert_true(after.cpu_ns > before.cpu_ns);
    assert_true(after.started_ms - before.started_ms < 1000);
    assert_int_equal(close(descriptor), 0);
}

static void prints_all_of_the_bytes(void **state)
{
    (void)state;
    static struct capture capture;
    struct error error;
    capture_begin(&capture, STDOUT_FILENO);
    enum status status = os_print("one\0two\n", 8, &error);
    struct text printed = capture_end(&capture);
    assert_int_equal(status, STATUS_OK);
    assert_int_equal(printed.size, 8);
    capture_begin(&capture, STDERR_FILENO);
    os_print_error_line("could not");
    printed = capture_end(&capture);
    assert_true(text_equal(printed, TEXT("could not\n")));
}

static void says_when_a_stream_is_gone(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct error error;
        char bytes[4];
        size_t got = 9;
        (void)close(STDOUT_FILENO);
        (void)close(STDIN_FILENO);
        bool fine = os_print("x", 1, &error) == STATUS_IO;
        fine = fine && os_read_input(bytes, 4, &got, &error) == STATUS_IO && got == 0;
        _exit(fine ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void reads_input_to_its_end(void **state)
{
    (void)state;
    struct error error;
    char bytes[8];
    size_t got;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    int saved = dup(STDIN_FILENO);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(write(ends[1], "12345", 5), 5);
    assert_int_equal(close(ends[1]), 0);
    MUST(os_read_input(bytes, 3, &got, &error), &error);
    assert_int_equal(got, 3);
    MUST(os_read_input(bytes, 8, &got, &error), &error);
    assert_int_equal(got, 2);
    MUST(os_read_input(bytes, 8, &got, &error), &error);
    assert_int_equal(got, 0);
    assert_false(os_is_terminal(STDIN_FILENO));
    if (saved >= 0) assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
    if (saved >= 0) assert_int_equal(close(saved), 0);
    assert_int_equal(close(ends[0]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logs_one_json_object_a_line),
        cmocka_unit_test(keeps_broken_characters_out_of_the_log),
        cmocka_unit_test(stays_json_when_a_line_is_cut),
        cmocka_unit_test(logs_from_its_level_upwards),
        cmocka_unit_test(waits_for_held_signals),
        cmocka_unit_test(sets_the_limits_of_the_process),
        cmocka_unit_test(knows_what_the_process_uses),
        cmocka_unit_test(prints_all_of_the_bytes),
        cmocka_unit_test(says_when_a_stream_is_gone),
        cmocka_unit_test(reads_input_to_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
