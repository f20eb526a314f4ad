#include "exec/funnel_try.h"

#include "support/seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Hits from a drawing: one letter for each hit, a minute apart; A fits step 1, B step 2 and so on,
 * a digit d fits the steps of its bits, '=' puts the next hit at the same millisecond. */
static uint32_t draw(const char *drawing, struct person_hit *hits)
{
    uint32_t count = 0;
    int64_t time_ms = 0;
    for (const char *place = drawing; *place; place++) {
        if (*place == '=') {
            time_ms -= 60000;
            continue;
        }
        bool is_digit = *place >= '0' && *place <= '9';
        uint32_t mask = is_digit ? (uint32_t)(*place - '0') : UINT32_C(1) << (*place - 'A');
        hits[count] = (struct person_hit){.time_ms = time_ms, .arrival = count, .mask = mask};
        count++;
        time_ms += 60000;
    }
    return count;
}

static void expect(const char *drawing, uint32_t step_count, int64_t window_minutes,
                   const char *places)
{
    struct person_hit hits[64];
    uint32_t count = draw(drawing, hits);
    struct funnel_try best;
    funnel_try_find(&best, hits, count, step_count, window_minutes * 60000, INT64_MAX);
    char found[32] = "";
    for (uint32_t i = 0; i < best.reach; i++)
        found[i] = (char)('0' + best.places[i]);
    if (strcmp(found, places) != 0) fail_msg("%s: %s, not %s", drawing, found, places);
}

static void takes_steps_in_order_whatever_lies_between(void **state)
{
    (void)state;
    expect("ABC", 3, 60, "012");
    expect("ADBDDC", 3, 60, "025");
    expect("BCA", 3, 60, "2");
    expect("ABDCDE", 5, 60, "01345");
    expect("CB", 3, 60, "");
    expect("", 2, 60, "");
}

static void takes_the_earliest_event_that_fits(void **state)
{
    (void)state;
    expect("ABBBC", 3, 60, "014");
    expect("ACBC", 3, 60, "023");
}

static void lets_the_window_include_its_end(void **state)
{
    (void)state;
    expect("ADB", 2, 2, "02");
    expect("ADDB", 2, 2, "0");
    expect("ABDC", 3, 3, "013");
    expect("ABDDC", 3, 3, "01");
}

static void chooses_the_furthest_try_and_of_those_the_earliest(void **state)
{
    (void)state;
    expect("ADDAB", 2, 2, "34");
    expect("AABC", 3, 3, "023");  /* both beginnings get there */
    expect("AADBC", 3, 3, "134"); /* only the second does */
    expect("ADDADD", 2, 1, "0");
    expect("ABDDADDAB", 3, 2, "01"); /* the later try gets no further */
    expect("AABDDABC", 3, 2, "567");
}

static void gives_an_event_one_step_only(void **state)
{
    (void)state;
    expect("3", 2, 60, "0");
    expect("33", 2, 60, "01");
    expect("7", 3, 60, "0");
    expect("737", 3, 60, "012");
    expect("A=3", 2, 60, "01"); /* the same millisecond, a later arrival */
    expect("3=A", 2, 60, "0");
}

static void begins_only_before_the_end_of_the_range(void **state)
{
    (void)state;
    struct person_hit hits[8];
    uint32_t count = draw("AABB", hits);
    struct funnel_try best;
    funnel_try_find(&best, hits, count, 2, 60000, 60001);
    assert_int_equal(best.reach, 2);
    assert_int_equal(best.places[0], 1);
    funnel_try_find(&best, hits, count, 2, 60000, 60000);
    assert_int_equal(best.reach, 1);
    funnel_try_find(&best, hits, count, 2, 60000, 0);
    assert_int_equal(best.reach, 0);
}

/* The furthest that any choice of events gets from here: every choice is tried. */
static uint32_t furthest(const struct person_hit *hits, uint32_t count, uint32_t step_count,
                         int64_t limit_ms, uint32_t last, uint32_t reached)
{
    uint32_t best = reached;
    for (uint32_t i = last + 1; i < count && reached < step_count; i++) {
        if (hits[i].time_ms > limit_ms) break;
        if (((hits[i].mask >> reached) & 1) == 0) continue;
        uint32_t reach = furthest(hits, count, step_count, limit_ms, i, reached + 1);
        if (reach > best) best = reach;
    }
    return best;
}

static void agrees_with_trying_every_choice(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("every choice of events");
    for (int round = 0; round < 20000; round++) {
        struct person_hit hits[12];
        uint32_t count = seeded_below(&seeded, 13);
        uint32_t step_count = 2 + seeded_below(&seeded, 4);
        int64_t window_ms = seeded_below(&seeded, 14);
        int64_t end_ms = seeded_below(&seeded, 30);
        int64_t time_ms = 0;
        for (uint32_t i = 0; i < count; i++) {
            time_ms += seeded_below(&seeded, 4);
            hits[i] = (struct person_hit){.time_ms = time_ms,
                                          .mask = seeded_below(&seeded, 1U << step_count) &
                                                  seeded_below(&seeded, 1U << step_count)};
        }
        uint32_t reach = 0;
        uint32_t begin = 0;
        for (uint32_t i = 0; i < count; i++) {
            if ((hits[i].mask & 1) == 0 || hits[i].time_ms >= end_ms) continue;
            uint32_t here = furthest(hits, count, step_count, hits[i].time_ms + window_ms, i, 1);
            if (here > reach) begin = i;
            if (here > reach) reach = here;
        }
        struct funnel_try best;
        funnel_try_find(&best, hits, count, step_count, window_ms, end_ms);
        assert_int_equal(best.reach, reach);
        if (reach > 0) assert_int_equal(best.places[0], begin);
        for (uint32_t step = 1; step < reach; step++) {
            for (uint32_t i = best.places[step - 1] + 1; i < best.places[step]; i++) {
                assert_false((hits[i].mask >> step) & 1); /* nothing earlier fitted */
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_steps_in_order_whatever_lies_between),
        cmocka_unit_test(takes_the_earliest_event_that_fits),
        cmocka_unit_test(lets_the_window_include_its_end),
        cmocka_unit_test(chooses_the_furthest_try_and_of_those_the_earliest),
        cmocka_unit_test(gives_an_event_one_step_only),
        cmocka_unit_test(begins_only_before_the_end_of_the_range),
        cmocka_unit_test(agrees_with_trying_every_choice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
