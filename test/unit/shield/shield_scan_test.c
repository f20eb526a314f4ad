#include "shield/shield_scan.h"
#include "support/seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct shield_scan *open_scan(void)
{
    struct shield_scan *scan;
    struct error error = {0};
    if (shield_scan_open(NULL, &scan, &error) != STATUS_OK) fail_msg("%s", error.message);
    return scan;
}

static void scan_text(struct shield_scan *scan, const char *text)
{
    char line[4096];
    size_t size = strlen(text);
    assert_true(size < sizeof line);
    memcpy(line, text, size);
    shield_scan_line(scan, line, size);
}

struct seen {
    char text[512];
};

static bool note(void *context, const struct shield_finding *finding, int64_t last_minute)
{
    struct seen *seen = context;
    size_t size = strlen(seen->text);
    (void)snprintf(seen->text + size, sizeof seen->text - size, "%.*s/%.*s:%s=%d@%d..%d ",
                   TEXT_PRINT(finding->event), TEXT_PRINT(finding->path), finding->detector,
                   (int)finding->count, (int)(finding->minute / 1440), (int)(last_minute / 1440));
    return true;
}

static void counts_what_a_rule_would_take_by_day(void **state)
{
    struct shield_scan *scan = open_scan();
    struct shield_scan_figures figures;
    struct seen seen = {""};
    (void)state;
    scan_text(scan, "{\"event\":\"Pay\",\"properties\":{\"time\":1764547200,"
                    "\"n\":\"4000056655665556\",\"plan\":\"pro\"}}\n");
    scan_text(scan, "{\"event\":\"Pay\",\"properties\":{\"time\":1764720000,"
                    "\"n\":\"5555555555554444\"}}");
    scan_text(scan, "{\"event\":\"Seen\",\"properties\":{\"plan\":\"pro\"}}");
    shield_scan_figures(scan, &figures);
    assert_int_equal(figures.lines, 3);
    assert_int_equal(figures.with_findings, 2);
    shield_scan_read(scan, note, &seen);
    assert_string_equal(seen.text, "Pay/n:F01=2@20423..20425 ");
    shield_scan_close(scan);
}

static void reads_objects_and_plain_lines(void **state)
{
    struct shield_scan *scan = open_scan();
    struct shield_scan_figures figures;
    (void)state;
    scan_text(scan, "{\"password\":\"hunter22\"}");
    scan_text(scan, "key ghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8 here");
    scan_text(scan, "{\"broken\": \"4000056655665556\"");
    scan_text(scan, "");
    scan_text(scan, "Add to cart");
    shield_scan_figures(scan, &figures);
    assert_int_equal(figures.lines, 4);
    assert_int_equal(figures.with_findings, 3);
    shield_scan_close(scan);
}

static void finds_nothing_twice(void **state)
{
    struct shield_scan *scan = open_scan();
    struct shield_scan_figures figures;
    (void)state;
    scan_text(scan, "{\"event\":\"Pay\",\"properties\":{\"distinct_id\":\"$pseudonym:"
                    "abcdefghijklmnopqrstuvwxyz\",\"n\":null,\"note\":\"to [email]\"}}");
    shield_scan_figures(scan, &figures);
    assert_int_equal(figures.with_findings, 0);
    shield_scan_close(scan);
}

static void survives_any_bytes(void **state)
{
    struct shield_scan *scan = open_scan();
    struct seeded seeded = seeded_begin("scan");
    (void)state;
    for (int turn = 0; turn < 3000; turn++) {
        char line[200];
        size_t size = seeded_next(&seeded) % sizeof line;
        for (size_t i = 0; i < size; i++)
            line[i] = "{}[]\":,\\u0041a1 \xC3\xA9\xFFtrue"[seeded_next(&seeded) % 24];
        shield_scan_line(scan, line, size);
    }
    shield_scan_close(scan);
}

static void refuses_rules_that_do_not_read(void **state)
{
    struct shield_scan *scan;
    struct error error = {0};
    (void)state;
    assert_int_not_equal(shield_scan_open("no-such-rules", &scan, &error), STATUS_OK);
    assert_true(error.message[0] != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_what_a_rule_would_take_by_day),
        cmocka_unit_test(reads_objects_and_plain_lines),
        cmocka_unit_test(finds_nothing_twice),
        cmocka_unit_test(survives_any_bytes),
        cmocka_unit_test(refuses_rules_that_do_not_read),
    };
    return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
