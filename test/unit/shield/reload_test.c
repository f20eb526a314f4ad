/* Rules swapped while records pass: none is lost, each is judged by one set or the other, and a set
 * that is no set leaves the old one. */
#include "shield_scene.h"

#include "crypt/secret.h"
#include "os/os_thread.h"

#include <stdatomic.h>
#include <string.h>

enum { THREADS = 4, RECORDS = 3000, RELOADS = 40, RELOADS_MAX = 4000 };

#define RULE(words) "set a 1\nrule A00 t\ntier V\nclass credential\nprefix alpha-key-\n" words

static const char *const sets[] = {
    RULE(""),
    RULE("rule A01 t\ntier V\nclass custom\nprefix beta-key-\n"),
};

struct crowd {
    struct shield *shield;
    struct project project;
    atomic_uint wrong;
    atomic_uint admitted;
    atomic_uint both; /* records in which beta went as well */
    atomic_uint sent;
    atomic_bool is_over; /* both sets were met: the threads may end */
};

/* Of the two values alpha goes under either set, beta under the second alone. */
static void admit_one(struct crowd *crowd, struct shield_scratch *scratch, struct arena *arena,
                      int number)
{
    struct text event = TEXT("Viewed");
    struct shield_item items[] = {{.name = TEXT("a")}, {.name = TEXT("b")}, {.name = TEXT("c")}};
    items[0].value = value_from_text(TEXT("alpha-key-1"));
    items[1].value = value_from_text(TEXT("beta-key-1"));
    items[2].value = value_from_text(TEXT("gamma-key-1"));
    struct shield_record record = {
        .project = &crowd->project,
        .now_ms = INT64_C(1790000000000) + number,
        .country = {'?', '?'},
        .event = &event,
        .items = items,
        .item_count = 3,
        .arena = arena,
    };
    enum shield_verdict verdict = shield_admit(crowd->shield, scratch, &record);
    bool is_right = verdict == SHIELD_ADMITTED && items[0].value.kind == VALUE_NULL &&
                    items[2].value.kind == VALUE_TEXT;
    if (!is_right) (void)atomic_fetch_add(&crowd->wrong, 1);
    if (items[1].value.kind == VALUE_NULL) (void)atomic_fetch_add(&crowd->both, 1);
    (void)atomic_fetch_add(&crowd->admitted, 1);
}

static void admit_many(void *context)
{
    struct crowd *crowd = context;
    struct arena arena;
    arena_init(&arena, 1024 * 1024);
    for (int i = 0; i < RECORDS || !atomic_load(&crowd->is_over); i++) {
        (void)atomic_fetch_add(&crowd->sent, 1);
        struct shield_scratch *scratch = shield_scratch_take(crowd->shield);
        admit_one(crowd, scratch, &arena, i);
        shield_scratch_give(crowd->shield, scratch);
        arena_rewind(&arena, 0);
    }
    arena_release(&arena);
}

/* Some records were judged by either set; a busy machine may take a while to show that. */
static bool has_met_both(struct crowd *crowd)
{
    unsigned both = atomic_load(&crowd->both);
    return both > 0 && both < atomic_load(&crowd->admitted);
}

static struct shield *open_shield(void)
{
    struct shield *shield = NULL;
    struct error error = {0};
    static const uint8_t root_key[32] = {1};
    struct shield_options options = {.root_key = root_key};
    if (shield_open(&options, &shield, &error) != STATUS_OK) fail_msg("%s", error.message);
    return shield;
}

static void reloads_while_four_threads_admit(void **state)
{
    (void)state;
    struct error error = {0};
    struct crowd crowd = {.shield = open_shield(), .project = {.id = 1, .zone = TEXT("UTC")}};
    struct os_thread threads[THREADS];
    assert_int_equal(shield_reload(crowd.shield, text_from(sets[0]), &error), STATUS_OK);
    for (int i = 0; i < THREADS; i++)
        os_thread_start(&threads[i], "admit", admit_many, &crowd);
    for (int i = 0; i < RELOADS || atomic_load(&crowd.admitted) < THREADS * RECORDS; i++) {
        if (shield_reload(crowd.shield, text_from(sets[i % 2]), &error) != STATUS_OK) {
            fail_msg("%s", error.message);
        }
        assert_int_equal(shield_reload(crowd.shield, TEXT("set a 1\nrule"), &error),
                         STATUS_INVALID);
    }
    for (int i = RELOADS; i < RELOADS_MAX && !has_met_both(&crowd); i++) {
        assert_int_equal(shield_reload(crowd.shield, text_from(sets[i % 2]), &error), STATUS_OK);
    }
    atomic_store(&crowd.is_over, true);
    for (int i = 0; i < THREADS; i++)
        os_thread_join(&threads[i]);
    assert_int_equal(atomic_load(&crowd.wrong), 0);
    assert_int_equal(atomic_load(&crowd.admitted), atomic_load(&crowd.sent));
    assert_true(atomic_load(&crowd.admitted) >= THREADS * RECORDS);
    assert_true(has_met_both(&crowd));
    shield_close(crowd.shield);
}

static void keeps_the_old_set_when_the_new_one_is_wrong(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "rule A00 t\nwhole",
        "set a 1\nrule A00 t",
        "set a 1\nrule A00 t\nprefix x\ncheck no",
        "set a 1\nrule A00 t\npattern x",
    };
    struct crowd crowd = {.shield = open_shield(), .project = {.id = 1, .zone = TEXT("UTC")}};
    struct arena arena;
    struct error error = {0};
    arena_init(&arena, 1024 * 1024);
    assert_int_equal(shield_reload(crowd.shield, text_from(sets[1]), &error), STATUS_OK);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        error = (struct error){0};
        assert_int_equal(shield_reload(crowd.shield, text_from(broken[i]), &error), STATUS_INVALID);
        assert_non_null(strstr(error.message, "line "));
        struct shield_scratch *scratch = shield_scratch_take(crowd.shield);
        admit_one(&crowd, scratch, &arena, 1);
        shield_scratch_give(crowd.shield, scratch);
        assert_int_equal(atomic_load(&crowd.wrong), 0);
        assert_int_equal(atomic_load(&crowd.both), i + 1);
    }
    arena_release(&arena);
    shield_close(crowd.shield);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reloads_while_four_threads_admit),
        cmocka_unit_test(keeps_the_old_set_when_the_new_one_is_wrong),
    };
    crypt_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
