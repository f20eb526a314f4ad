/* Findings that pass through lanes: the same rows and counts as without, at any moment. */
#include "shield/shield_finding.h"

#include "base/memory.h"
#include "crypt/secret.h"
#include "os/os_thread.h"
#include "shield/shield_finding_lane.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS_MAX = 20000, DAY_MINUTES = 24 * 60 };
static const int64_t start_minute = INT64_C(29833333);

static struct shield_findings *open_findings(void)
{
    struct shield_findings *findings;
    struct error error = {0};
    crypt_init();
    if (shield_findings_open(NULL, &findings, &error) != STATUS_OK) fail_msg("%s", error.message);
    return findings;
}

static uint32_t below(uint64_t *random, uint32_t n)
{
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*random >> 33) % n);
}

/* Mostly of a few kinds, sometimes of many; some with texts that fit into no lane. */
static struct shield_finding draw(uint64_t *random, char *bytes)
{
    static const char *const detectors[] = {"S08", "D08", "U01"};
    bool is_rare = below(random, 20) == 0;
    bool is_long = below(random, 50) == 0;
    int size = snprintf(bytes, 16, "event %u", below(random, is_rare ? 400 : 5));
    if (is_long) {
        memset(bytes + size, 'x', 255);
        size += 255;
    }
    struct shield_finding finding = {
        .minute = start_minute + below(random, 3) + (below(random, 30) == 0 ? DAY_MINUTES : 0),
        .project = 1,
        .event = {bytes, (size_t)size},
        .path = below(random, 2) ? TEXT("a") : TEXT("b.c"),
        .detector_version = (uint16_t)below(random, 2),
        .tier = (enum shield_tier)below(random, 2),
        .action = below(random, 2) ? SHIELD_DROP : SHIELD_REDACT,
        .sdk = below(random, 2) ? TEXT("web/2.83.0") : TEXT(""),
        .source = (enum shield_source)below(random, 2),
        .country = {'D', below(random, 2) ? 'E' : 'K'},
        .length = (enum shield_length)below(random, 2),
        .mask = (uint8_t)below(random, 2),
        .was_planned = below(random, 9) == 0,
        .is_test = below(random, 9) == 0,
        .alerts = below(random, 9) == 0,
        .count = 1 + below(random, 3),
    };
    memcpy(finding.detector, detectors[below(random, 3)], sizeof finding.detector);
    return finding;
}

struct rows {
    char (*lines)[512];
    uint32_t count;
};

static bool write_row(void *context, const struct shield_finding *finding, int64_t last_minute)
{
    struct rows *rows = context;
    assert_true(rows->count < ROWS_MAX);
    (void)snprintf(
        rows->lines[rows->count++], sizeof *rows->lines,
        "%.*s|%.*s|%.*s|%s %d %d %d %d %.2s %d %d %d%d%d|%lld %lld|%llu", (int)finding->event.size,
        finding->event.bytes, (int)finding->path.size, finding->path.bytes, (int)finding->sdk.size,
        finding->sdk.bytes, finding->detector, finding->detector_version, (int)finding->tier,
        (int)finding->action, (int)finding->source, finding->country, (int)finding->length,
        finding->mask, finding->was_planned, finding->is_test, finding->alerts,
        (long long)finding->minute, (long long)last_minute, (unsigned long long)finding->count);
    return true;
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(a, b);
}

static struct rows rows_of(struct shield_findings *findings)
{
    struct rows rows = {.lines = memory_alloc(ROWS_MAX, sizeof *rows.lines)};
    shield_findings_read(findings, 1, INT64_MIN, INT64_MAX, write_row, &rows);
    qsort(rows.lines, rows.count, sizeof *rows.lines, compare_lines);
    return rows;
}

static void count_the_same_as_without(void **state)
{
    (void)state;
    const uint64_t seed = 0x5eed0011;
    uint64_t random = seed;
    print_message("seed %llu\n", (unsigned long long)seed);
    struct shield_findings *through = open_findings();
    struct shield_findings *direct = open_findings();
    struct shield_finding_lane *lanes[3];
    for (int i = 0; i < 3; i++)
        lanes[i] = shield_findings_lane(through);
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 3000; i++) {
            char bytes[512];
            char value[16];
            struct shield_finding finding = draw(&random, bytes);
            int size = snprintf(value, sizeof value, "%u", below(&random, 1000));
            shield_findings_note_value(lanes[below(&random, 3)], &finding,
                                       (struct text){value, (size_t)size});
            shield_findings_note(direct, &finding);
        }
        struct rows ours = rows_of(through);
        struct rows theirs = rows_of(direct);
        assert_int_equal(ours.count, theirs.count);
        for (uint32_t i = 0; i < ours.count; i++)
            assert_string_equal(ours.lines[i], theirs.lines[i]);
        memory_free(ours.lines);
        memory_free(theirs.lines);
    }
    shield_findings_close(through);
    shield_findings_close(direct);
}

enum { NOTES = 200000, WRITERS = 3 };

struct writer {
    struct shield_findings *findings;
    uint64_t random;
};

static void write_many(void *context)
{
    struct writer *writer = context;
    struct shield_finding_lane *lane = shield_findings_lane(writer->findings);
    for (int i = 0; i < NOTES; i++) {
        char bytes[512];
        struct shield_finding finding = draw(&writer->random, bytes);
        finding.count = 1;
        shield_findings_note_value(lane, &finding, finding.event);
    }
}

static bool add_count(void *context, const struct shield_finding *finding, int64_t last_minute)
{
    (void)last_minute;
    *(uint64_t *)context += finding->count;
    return true;
}

static void are_all_there_while_others_write(void **state)
{
    (void)state;
    struct shield_findings *findings = open_findings();
    struct os_thread threads[WRITERS];
    struct writer writers[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){findings, (uint64_t)i + 1};
        os_thread_start(&threads[i], "writer", write_many, &writers[i]);
    }
    uint64_t before = 0;
    for (int i = 0; i < 50; i++) {
        uint64_t count = 0;
        shield_findings_read(findings, 1, INT64_MIN, INT64_MAX, add_count, &count);
        assert_true(count >= before);
        before = count;
    }
    for (int i = 0; i < WRITERS; i++)
        os_thread_join(&threads[i]);
    uint64_t count = 0;
    shield_findings_read(findings, 1, INT64_MIN, INT64_MAX, add_count, &count);
    assert_int_equal(count, WRITERS * NOTES);
    shield_findings_close(findings);
}

static void alert_at_once(void **state)
{
    (void)state;
    struct shield_findings *findings = open_findings();
    struct shield_finding_lane *lane = shield_findings_lane(findings);
    struct shield_alert alert;
    struct shield_finding finding = {.minute = start_minute,
                                     .project = 1,
                                     .event = TEXT("e"),
                                     .path = TEXT("p"),
                                     .detector = "S08",
                                     .country = {'?', '?'},
                                     .count = 1};
    shield_findings_note_value(lane, &finding, TEXT("v"));
    assert_false(shield_findings_next_alert(findings, &alert));
    finding.alerts = true;
    shield_findings_note_value(lane, &finding, TEXT("v"));
    assert_true(shield_findings_next_alert(findings, &alert));
    shield_findings_close(findings);
}

static bool is_zero(const void *bytes, size_t size)
{
    const uint8_t *each = bytes;
    for (size_t i = 0; i < size; i++)
        if (each[i] != 0) return false;
    return true;
}

/* With the key and the registers somebody could ask later whether a value had been there. */
static void keep_nothing_of_values_once_they_are_added_up(void **state)
{
    (void)state;
    struct shield_findings *findings = open_findings();
    struct shield_finding_lane *lane = shield_findings_lane(findings);
    uint64_t random = 7;
    for (int i = 0; i < 300; i++) {
        char bytes[512];
        struct shield_finding finding = draw(&random, bytes);
        if (i == 0) memset(bytes, 'x', finding.event.size = 300); /* fits into no row */
        shield_findings_note_value(lane, &finding, finding.event);
        if (i > 0 && i < 299) continue;
        struct rows rows = rows_of(findings);
        memory_free(rows.lines);
        assert_int_equal(lane->key, 0);
        assert_true(is_zero(lane->rows, sizeof lane->rows));
    }
    shield_findings_close(findings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(count_the_same_as_without),
        cmocka_unit_test(are_all_there_while_others_write),
        cmocka_unit_test(alert_at_once),
        cmocka_unit_test(keep_nothing_of_values_once_they_are_added_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
