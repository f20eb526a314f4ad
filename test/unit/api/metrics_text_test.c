/* The two text formats, to the byte. */
#include "api/metrics_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void write_all(struct metrics_text *text)
{
    static const double bounds[] = {0.00025, 0.5};
    static const uint64_t counts[] = {2, 3, 1};
    metrics_family(text, "candor_things", METRIC_COUNTER, "Things seen.");
    metrics_number(text, "_total", "kind=\"a\"", 1);
    metrics_number(text, "_total", "kind=\"b\"", UINT64_MAX);
    metrics_family(text, "candor_depth", METRIC_GAUGE, "How deep.");
    metrics_decimal(text, "", "", 0.125);
    metrics_family(text, "candor_wait_seconds", METRIC_HISTOGRAM, "Waits.");
    metrics_buckets(text, bounds, counts, 3, 1.5);
    metrics_family(text, "candor_sync_seconds", METRIC_SUMMARY, "Syncs.");
    metrics_decimal(text, "_sum", "", 2);
    metrics_number(text, "_count", "", 4);
    metrics_end(text);
}

static void compare(bool is_open_metrics, const char *expected)
{
    struct buffer out;
    buffer_init(&out, 4096);
    struct metrics_text text = {.out = &out, .is_open_metrics = is_open_metrics};
    write_all(&text);
    buffer_append_byte(&out, '\0');
    assert_string_equal(out.bytes, expected);
    buffer_release(&out);
}

#define REST                                                 \
    "candor_things_total{kind=\"a\"} 1\n"                    \
    "candor_things_total{kind=\"b\"} 18446744073709551615\n" \
    "# HELP candor_depth How deep.\n"                        \
    "# TYPE candor_depth gauge\n"                            \
    "candor_depth 0.125\n"                                   \
    "# HELP candor_wait_seconds Waits.\n"                    \
    "# TYPE candor_wait_seconds histogram\n"                 \
    "candor_wait_seconds_bucket{le=\"0.00025\"} 2\n"         \
    "candor_wait_seconds_bucket{le=\"0.5\"} 5\n"             \
    "candor_wait_seconds_bucket{le=\"+Inf\"} 6\n"            \
    "candor_wait_seconds_sum 1.5\n"                          \
    "candor_wait_seconds_count 6\n"                          \
    "# HELP candor_sync_seconds Syncs.\n"                    \
    "# TYPE candor_sync_seconds summary\n"                   \
    "candor_sync_seconds_sum 2\n"                            \
    "candor_sync_seconds_count 4\n"

static void prometheus_names_a_counter_with_its_end(void **state)
{
    (void)state;
    compare(false, "# HELP candor_things_total Things seen.\n"
                   "# TYPE candor_things_total counter\n" REST);
}

static void open_metrics_names_it_without_and_says_where_it_ends(void **state)
{
    (void)state;
    compare(true, "# HELP candor_things Things seen.\n"
                  "# TYPE candor_things counter\n" REST "# EOF\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prometheus_names_a_counter_with_its_end),
        cmocka_unit_test(open_metrics_names_it_without_and_says_where_it_ends),
    };
    return cmocka_run_group_tests_name("metrics_text", tests, NULL, NULL);
}
