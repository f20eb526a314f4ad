/* Findings on disk: what was flushed is there after a restart, once, with the right sums, whatever
 * call fails and wherever a crash tears the file; and no value is ever among it. */
#include "shield/shield_finding.h"

#include "base/memory.h"
#include "crypt/secret.h"
#include "os/os_clock.h"
#include "os/os_fault.h"
#include "os/os_file.h"
#include "shield/shield_finding_distinct.h"
#include "shield/shield_finding_file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MINUTE_MS = 60000 };
static const int64_t start_minute = INT64_C(1790000000000) / MINUTE_MS;

struct place {
    char folder[64];
};

static void place_begin(struct place *place)
{
    const char *root = getenv("TMPDIR");
    if (!root) root = os_exists("/dev/shm") ? "/dev/shm" : P_tmpdir;
    (void)snprintf(place->folder, sizeof place->folder, "%s/candor-finding-XXXXXX", root);
    assert_non_null(mkdtemp(place->folder));
}

static void place_end(struct place *place)
{
    char **names;
    size_t count;
    char path[OS_PATH_SIZE];
    struct error error = {0};
    assert_int_equal(os_folder_list(place->folder, &names, &count, &error), STATUS_OK);
    for (size_t i = 0; i < count; i++) {
        assert_true(os_path_join(path, place->folder, names[i]));
        assert_int_equal(os_remove(path, &error), STATUS_OK);
    }
    os_folder_list_free(names, count);
    assert_int_equal(remove(place->folder), 0);
}

static struct shield_finding finding_at(int64_t minute, const char *path)
{
    return (struct shield_finding){.minute = minute,
                                   .project = 1,
                                   .event = TEXT("Viewed"),
                                   .path = text_from(path),
                                   .detector = "S08",
                                   .detector_version = 1,
                                   .action = SHIELD_DROP,
                                   .sdk = TEXT("web/2.83.0"),
                                   .country = {'D', 'E'},
                                   .length = SHIELD_LENGTH_32,
                                   .mask = SHIELD_HAS_DIGIT,
                                   .alerts = true,
                                   .count = 1};
}

static struct shield_findings *open_at(const char *folder)
{
    struct shield_findings *findings;
    struct error error = {0};
    crypt_init();
    if (shield_findings_open(folder, &findings, &error) != STATUS_OK) fail_msg("%s", error.message);
    return findings;
}

static void note(struct shield_findings *findings, int64_t minute, const char *path)
{
    struct shield_finding finding = finding_at(minute, path);
    shield_findings_note(findings, &finding);
}

struct seen {
    uint64_t rows;
    uint64_t count;
    uint32_t distinct;
    int64_t first, last;
    const char *path;
};

static bool see(void *context, const struct shield_finding *finding, int64_t last_minute)
{
    struct seen *seen = context;
    if (seen->path && !text_equal(finding->path, text_from(seen->path))) return true;
    seen->rows++;
    seen->count += finding->count;
    seen->distinct = finding->distinct;
    seen->first = finding->minute;
    seen->last = last_minute;
    return true;
}

static struct seen read_all(struct shield_findings *findings, const char *path)
{
    struct seen seen = {.path = path};
    shield_findings_read(findings, 1, INT64_MIN, INT64_MAX, see, &seen);
    return seen;
}

static void flush(struct shield_findings *findings, int64_t minute)
{
    struct error error = {0};
    if (shield_findings_flush(findings, minute * MINUTE_MS, &error) != STATUS_OK) {
        fail_msg("%s", error.message);
    }
}

static void sums_equal_ones_over_minutes_and_restarts(void **state)
{
    struct place place;
    (void)state;
    place_begin(&place);
    struct shield_findings *findings = open_at(place.folder);
    for (int i = 0; i < 100; i++) {
        note(findings, start_minute + i % 10, i % 2 ? "token" : "note");
        if (i % 7 == 0) flush(findings, start_minute + i);
    }
    assert_int_equal(read_all(findings, NULL).rows, 2);
    shield_findings_close(findings);
    findings = open_at(place.folder);
    note(findings, start_minute + 3000, "token");
    struct seen seen = read_all(findings, "token");
    assert_int_equal(seen.rows, 1);
    assert_int_equal(seen.count, 51);
    assert_int_equal(seen.first, start_minute + 1);
    assert_int_equal(seen.last, start_minute + 3000);
    struct seen part = {0};
    shield_findings_read(findings, 1, start_minute, start_minute + 2, see, &part);
    assert_int_equal(part.count, 20);
    struct seen other = {0};
    shield_findings_read(findings, 2, INT64_MIN, INT64_MAX, see, &other);
    assert_int_equal(other.rows, 0);
    shield_findings_close(findings);
    place_end(&place);
}

static void keeps_each_field_apart(void **state)
{
    (void)state;
    struct shield_findings *findings = open_at(NULL);
    struct shield_finding one = finding_at(start_minute, "a");
    struct shield_finding others[12];
    for (int i = 0; i < 12; i++)
        others[i] = one;
    others[0].event = TEXT("Other");
    others[1].path = TEXT("b");
    memcpy(others[2].detector, "S09", 4);
    others[3].detector_version = 2;
    others[4].tier = SHIELD_TIER_C;
    others[5].action = SHIELD_REDACT;
    others[6].sdk = TEXT("");
    others[7].source = SHIELD_FROM_IMPORT;
    others[8].country[0] = 'F';
    others[9].length = SHIELD_LENGTH_64;
    others[10].mask = SHIELD_HAS_LOWER;
    others[11].was_planned = true;
    for (int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < 12; i++)
            shield_findings_note(findings, &others[i]);
        shield_findings_note(findings, &one);
    }
    struct seen seen = read_all(findings, NULL);
    assert_int_equal(seen.rows, 13);
    assert_int_equal(seen.count, 26);
    shield_findings_close(findings);
}

static void counts_stay_right_beyond_the_limit(void **state)
{
    (void)state;
    char path[32];
    struct place place;
    place_begin(&place);
    struct shield_findings *findings = open_at(place.folder);
    for (int i = 0; i < SHIELD_FINDINGS_MAX + 1000; i++) {
        (void)snprintf(path, sizeof path, "p%d", i);
        note(findings, start_minute, path);
    }
    assert_int_equal(read_all(findings, "?").count, 1000);
    flush(findings, start_minute + 1);
    struct seen seen = read_all(findings, NULL);
    assert_int_equal(seen.count, SHIELD_FINDINGS_MAX + 1000);
    shield_findings_close(findings);
    place_end(&place);
}

static void alerts_once_for_a_kind_also_after_a_restart(void **state)
{
    (void)state;
    struct place place;
    struct shield_alert *alert = MEMORY_NEW(struct shield_alert);
    place_begin(&place);
    struct shield_findings *findings = open_at(place.folder);
    struct shield_finding test = finding_at(start_minute, "card");
    test.is_test = true;
    shield_findings_note(findings, &test);
    assert_false(shield_findings_next_alert(findings, alert));
    for (int i = 0; i < 3; i++)
        note(findings, start_minute + i, "token");
    assert_true(shield_findings_next_alert(findings, alert));
    assert_true(text_equal(alert->finding.path, TEXT("token")));
    assert_true(text_equal(alert->finding.event, TEXT("Viewed")));
    assert_false(shield_findings_next_alert(findings, alert));
    shield_findings_close(findings);
    findings = open_at(place.folder);
    note(findings, start_minute + 9, "token");
    assert_false(shield_findings_next_alert(findings, alert));
    note(findings, start_minute + 9, "other");
    assert_true(shield_findings_next_alert(findings, alert));
    shield_findings_close(findings);
    place_end(&place);
    memory_free(alert);
}

/* --- damage --- */

static char *only_file(const struct place *place, char path[OS_PATH_SIZE])
{
    char **names;
    size_t count;
    struct error error = {0};
    assert_int_equal(os_folder_list(place->folder, &names, &count, &error), STATUS_OK);
    assert_int_equal(count, 1);
    assert_true(os_path_join(path, place->folder, names[0]));
    os_folder_list_free(names, count);
    return path;
}

static void a_file_torn_anywhere_keeps_what_is_whole_and_goes_on(void **state)
{
    (void)state;
    struct place place;
    char path[OS_PATH_SIZE];
    struct error error = {0};
    place_begin(&place);
    struct shield_findings *findings = open_at(place.folder);
    for (int i = 0; i < 20; i++)
        note(findings, start_minute + i, "token");
    shield_findings_close(findings);
    char *bytes;
    size_t size;
    only_file(&place, path);
    assert_int_equal(os_file_read_all(path, 1 << 20, &bytes, &size, &error), STATUS_OK);
    uint64_t before = 0;
    for (size_t cut = 0; cut <= size; cut++) {
        struct os_file file;
        assert_int_equal(os_remove(path, &error), STATUS_OK);
        assert_int_equal(os_file_open(&file, path, OS_FILE_WRITE_NEW, &error), STATUS_OK);
        assert_int_equal(os_file_write(&file, 0, bytes, cut, &error), STATUS_OK);
        os_file_close(&file);
        findings = open_at(place.folder);
        uint64_t kept = read_all(findings, NULL).count;
        assert_true(kept >= before);
        before = kept;
        note(findings, start_minute + 30, "token");
        shield_findings_close(findings);
        findings = open_at(place.folder);
        assert_int_equal(read_all(findings, NULL).count, kept + 1);
        shield_findings_close(findings);
    }
    assert_int_equal(before, 20);
    memory_free(bytes);
    place_end(&place);
}

static void a_flipped_bit_is_never_a_finding(void **state)
{
    (void)state;
    struct place place;
    char path[OS_PATH_SIZE];
    struct error error = {0};
    char *bytes;
    size_t size;
    place_begin(&place);
    struct shield_findings *findings = open_at(place.folder);
    for (int i = 0; i < 5; i++)
        note(findings, start_minute + i, "token");
    shield_findings_close(findings);
    only_file(&place, path);
    assert_int_equal(os_file_read_all(path, 1 << 20, &bytes, &size, &error), STATUS_OK);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        struct text_index texts;
        bytes[bit / 8] ^= (char)(1 << bit % 8);
        text_index_init(&texts);
        size_t good = finding_file_parse((struct text){bytes, size}, &texts, NULL, NULL);
        assert_true(good <= bit / 8);
        text_index_release(&texts);
        bytes[bit / 8] ^= (char)(1 << bit % 8);
    }
    memory_free(bytes);
    place_end(&place);
}

static void try_failures(enum os_fault_kind kind)
{
    const int calls = OS_FAULT_CALL_ALL & ~OS_FAULT_CALL_READ;
    uint64_t count = 1;
    int failed = 0;
    for (uint64_t n = 0; n <= count; n++) {
        struct place place;
        struct error error = {0};
        place_begin(&place);
        struct shield_findings *findings = open_at(place.folder);
        struct os_fault_plan plan = {.kind = n ? kind : OS_FAULT_NONE,
                                     .calls = calls,
                                     .at = n,
                                     .count = 1,
                                     .errno_value = EIO};
        os_fault_set(&plan);
        for (int i = 0; i < 6; i++) {
            note(findings, start_minute + i, "token");
            int64_t now = (start_minute + 700 * i) * MINUTE_MS; /* some over midnight */
            failed += shield_findings_flush(findings, now, &error) != STATUS_OK;
        }
        if (n == 0) count = os_fault_count();
        os_fault_set(&(struct os_fault_plan){0});
        shield_findings_close(findings);
        findings = open_at(place.folder);
        uint64_t found = read_all(findings, NULL).count;
        if (found != 6)
            fail_msg("call %u of %u: %u", (unsigned)n, (unsigned)count, (unsigned)found);
        shield_findings_close(findings);
        place_end(&place);
    }
    assert_true(failed > 0);
}

static void nothing_is_lost_or_doubled_when_one_call_fails(void **state)
{
    (void)state;
    try_failures(OS_FAULT_ERROR);
    try_failures(OS_FAULT_SHORT);
}

static void old_days_go(void **state)
{
    (void)state;
    struct place place;
    char **names;
    size_t count;
    struct error error = {0};
    place_begin(&place);
    struct shield_findings *findings = open_at(place.folder);
    for (int day = 0; day < 410; day += 10) {
        note(findings, start_minute + day * 24 * 60, "token");
        flush(findings, start_minute + day * 24 * 60 + 1);
    }
    assert_int_equal(os_folder_list(place.folder, &names, &count, &error), STATUS_OK);
    assert_int_equal(count, 41); /* day 400 is as old as it may be */
    os_folder_list_free(names, count);
    note(findings, start_minute + 405 * 24 * 60, "token");
    flush(findings, start_minute + 405 * 24 * 60 + 1);
    assert_int_equal(os_folder_list(place.folder, &names, &count, &error), STATUS_OK);
    assert_int_equal(count, 41);
    os_folder_list_free(names, count);
    shield_findings_close(findings);
    place_end(&place);
}

/* --- values --- */

/* One that alerts is told at once, others gather in lanes: here in two. */
static void check_estimates(bool alerts)
{
    struct shield_findings *findings = open_at(NULL);
    struct shield_finding_lane *lanes[] = {shield_findings_lane(findings),
                                           shield_findings_lane(findings)};
    struct shield_finding finding = finding_at(start_minute, "token");
    finding.alerts = alerts;
    static const uint32_t steps[] = {1, 10, 100, 1000, 20000};
    char value[32];
    uint32_t made = 0;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        for (; made < steps[i]; made++) {
            (void)snprintf(value, sizeof value, "value %u", (unsigned)made);
            for (int twice = 0; twice < 2; twice++)
                shield_findings_note_value(lanes[twice], &finding, text_from(value));
        }
        double ratio = (double)read_all(findings, NULL).distinct / made;
        if (ratio < 0.65 || ratio > 1.35) fail_msg("%u: %g", (unsigned)made, ratio);
    }
    shield_findings_close(findings);
}

static void estimates_how_many_values_are_different(void **state)
{
    (void)state;
    check_estimates(true);
    check_estimates(false);
}

static void a_million_canaries_leave_no_trace(void **state)
{
    (void)state;
    struct place place;
    char path[OS_PATH_SIZE], value[64];
    struct error error = {0};
    place_begin(&place);
    struct shield_findings *findings = open_at(place.folder);
    struct shield_finding_lane *lane = shield_findings_lane(findings);
    for (int i = 0; i < 1000000; i++) {
        struct shield_finding finding = finding_at(start_minute + i / 100000, "token");
        finding.alerts = i % 100000 < 50000;
        int size = snprintf(value, sizeof value, "CANARY-%07d-yranac", i);
        shield_findings_note_value(lane, &finding, (struct text){value, (size_t)size});
        if (i % 100000 == 0) flush(findings, start_minute + i / 100000);
    }
    assert_int_equal(read_all(findings, NULL).count, 1000000);
    shield_findings_close(findings);
    char *bytes;
    size_t size;
    assert_int_equal(os_file_read_all(only_file(&place, path), 1 << 26, &bytes, &size, &error),
                     STATUS_OK);
    struct text written = {bytes, size};
    assert_int_equal(text_find(written, TEXT("CANARY")), TEXT_NOT_FOUND);
    assert_int_equal(text_find(written, TEXT("yranac")), TEXT_NOT_FOUND);
    for (int i = 0; i < 1000000; i += 9973) { /* nor a plain hash of one */
        int length = snprintf(value, sizeof value, "CANARY-%07d-yranac", i);
        uint64_t hash = text_hash((struct text){value, (size_t)length});
        assert_int_equal(text_find(written, (struct text){(char *)&hash, sizeof hash}),
                         TEXT_NOT_FOUND);
    }
    assert_true(size < 2 * 16 * 80 + 200);
    memory_free(bytes);
    place_end(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_equal_ones_over_minutes_and_restarts),
        cmocka_unit_test(keeps_each_field_apart),
        cmocka_unit_test(counts_stay_right_beyond_the_limit),
        cmocka_unit_test(alerts_once_for_a_kind_also_after_a_restart),
        cmocka_unit_test(a_file_torn_anywhere_keeps_what_is_whole_and_goes_on),
        cmocka_unit_test(a_flipped_bit_is_never_a_finding),
        cmocka_unit_test(nothing_is_lost_or_doubled_when_one_call_fails),
        cmocka_unit_test(old_days_go),
        cmocka_unit_test(estimates_how_many_values_are_different),
        cmocka_unit_test(a_million_canaries_leave_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
