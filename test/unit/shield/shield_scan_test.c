#include "shield/shield_scan.h"
#include "support/seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW_MS (INT64_C(20500) * 24 * 3600 * 1000 + 12345)

static struct shield_scan *open_scan(void)
{
    struct shield_scan *scan;
    struct error error = {0};
    if (shield_scan_open(NULL, NOW_MS, &scan, &error) != STATUS_OK) fail_msg("%s", error.message);
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

/* Lines of profiles, what is told of them, and how many were hit. */
static void expect_scan(const char *lines, const char *told, uint64_t profiles, uint64_t hits)
{
    struct shield_scan *scan = open_scan();
    struct shield_scan_figures figures;
    struct seen seen = {""};
    struct text rest = text_from(lines);
    char line[4096];
    while (rest.size > 0) {
        struct text one = text_split(rest, '\n', &rest);
        (void)snprintf(line, sizeof line, "%.*s", TEXT_PRINT(one));
        scan_text(scan, line);
    }
    shield_scan_figures(scan, &figures);
    shield_scan_read(scan, note, &seen);
    assert_string_equal(seen.text, told);
    assert_int_equal(figures.profiles, profiles);
    assert_int_equal(figures.with_findings, hits);
    shield_scan_close(scan);
}

static void judges_profiles_as_at_the_door(void **state)
{
    (void)state;
    expect_scan("{\"$distinct_id\":\"p1\",\"$properties\":{\"plan\":\"pro\",\"seats\":5}}", "", 1,
                0);
    expect_scan("{\"$distinct_id\":\"p1\",\"$properties\":{\"n\":\"4000056655665556\"}}\n"
                "{\"$group_key\":\"company\",\"$distinct_id\":\"acme\",\"$properties\":"
                "{\"n\":{\"a\":[\"5555555555554444\"]}}}",
                "/n:F01=1@20500..20500 /n.a:F01=1@20500..20500 ", 2, 2);
    expect_scan("{\"$distinct_id\":\"p1\",\"$properties\":{\"$email\":\"a\",\"$os\":\"Mac OS X\"}}",
                "/$email:K02=1@20500..20500 ", 1, 1); /* a field that names a person */
    expect_scan("{\"$properties\":{\"$name\":\"x\"}}\n{\"properties\":{\"$name\":\"x\"}}",
                "/$name:K02=1@20500..20500 ", 1, 1); /* and only in a profile */
}

static void judges_whose_profile_it_is(void **state)
{
    (void)state;
    expect_scan("{\"$distinct_id\":\"ann@web.de\",\"$properties\":{\"plan\":\"pro\"}}",
                "/distinct_id:K10=1@20500..20500 ", 1, 1);
    expect_scan("{\"$group_key\":\"mail\",\"$group_id\":\"ann@web.de\",\"$properties\":{}}",
                "/distinct_id:K10=1@20500..20500 ", 1, 1);
}

/* Of an event some names are columns; in a profile they are properties like any other. */
static void keeps_profiles_apart_from_events(void **state)
{
    (void)state;
    expect_scan("{\"$properties\":{\"time\":1764547200,\"note\":\"5555555555554444\"}}",
                "/note:F01=1@20500..20500 ", 1, 1);
    expect_scan("{\"$distinct_id\":\"p1\",\"note\":\"5555555555554444\"}",
                "scan/note:F01=1@20500..20500 ", 0, 1);
    expect_scan("{\"$properties\":{}}\n{\"$properties\":7}\n{\"$properties\":{\"a\":}", "", 1, 0);
    expect_scan("{\"$properties\":{}}\n{\"event\":\"Pay\",\"properties\":{\"time\":1764547200,"
                "\"n\":\"4000056655665556\"}}",
                "Pay/n:F01=1@20423..20423 ", 1, 1);
}

static void survives_any_bytes(void **state)
{
    struct shield_scan *scan = open_scan();
    struct seeded seeded = seeded_begin("scan");
    (void)state;
    static const char profile[] = "{\"$distinct_id\":\"a\",\"$properties\":{\"b\":";
    for (int turn = 0; turn < 3000; turn++) {
        char line[200];
        size_t size = seeded_next(&seeded) % sizeof line;
        for (size_t i = 0; i < size; i++)
            line[i] = "{}[]\":,\\u0041a1 \xC3\xA9\xFFtrue"[seeded_next(&seeded) % 24];
        if (turn % 3 == 0 && size >= sizeof profile) memcpy(line, profile, sizeof profile - 1);
        shield_scan_line(scan, line, size);
    }
    shield_scan_close(scan);
}

static void refuses_rules_that_do_not_read(void **state)
{
    struct shield_scan *scan;
    struct error error = {0};
    (void)state;
    assert_int_not_equal(shield_scan_open("no-such-rules", 0, &scan, &error), STATUS_OK);
    assert_true(error.message[0] != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_what_a_rule_would_take_by_day),
        cmocka_unit_test(reads_objects_and_plain_lines),
        cmocka_unit_test(finds_nothing_twice),
        cmocka_unit_test(judges_profiles_as_at_the_door),
        cmocka_unit_test(judges_whose_profile_it_is),
        cmocka_unit_test(keeps_profiles_apart_from_events),
        cmocka_unit_test(survives_any_bytes),
        cmocka_unit_test(refuses_rules_that_do_not_read),
    };
    return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
