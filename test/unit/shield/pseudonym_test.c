/* What stands for ids that name persons: the same everywhere in a project, and nowhere else. */
#include "shield_scene.h"

#include "base/memory.h"
#include "crypt/secret.h"
#include "shield/pseudonym.h"

#include <stdio.h>
#include <string.h>

#define MAIL "id.ingrid310@example.org"

static struct shield_scene scene;

static int open_scene(void **state)
{
    (void)state;
    shield_scene_open(&scene);
    return 0;
}

static int close_scene(void **state)
{
    (void)state;
    shield_scene_close(&scene);
    return 0;
}

static void read_id(enum shield_source source, uint32_t project, const char *id, char out[128])
{
    scene.source = source;
    scene.project.id = project;
    (void)shield_scene_admit(&scene, TEXT("Viewed"), text_from(id), TEXT("{}"));
    assert_int_equal(scene.verdict, SHIELD_ADMITTED);
    assert_true(text_to_string(scene.id, out, 128));
    scene.source = SHIELD_FROM_MANUAL;
    scene.project.id = 1;
}

static void is_the_same_from_every_source(void **state)
{
    (void)state;
    char first[128];
    char other[128];
    read_id(SHIELD_FROM_MANUAL, 1, MAIL, first);
    assert_true(pseudonym_is_one(text_from(first)));
    for (int source = 0; source < SHIELD_SOURCE_COUNT; source++) {
        read_id((enum shield_source)source, 1, MAIL, other);
        assert_string_equal(first, other);
    }
}

static void is_the_same_after_a_restart(void **state)
{
    char first[128];
    char again[128];
    read_id(SHIELD_FROM_MANUAL, 1, MAIL, first);
    (void)close_scene(state);
    (void)open_scene(state);
    read_id(SHIELD_FROM_MANUAL, 1, MAIL, again);
    assert_string_equal(first, again);
}

static void differs_by_project_and_by_id(void **state)
{
    (void)state;
    char first[128];
    char other[128];
    read_id(SHIELD_FROM_MANUAL, 1, MAIL, first);
    read_id(SHIELD_FROM_MANUAL, 2, MAIL, other);
    assert_string_not_equal(first, other);
    read_id(SHIELD_FROM_MANUAL, 1, "jd.ingrid310@example.org", other);
    assert_string_not_equal(first, other);
}

static void keeps_the_mark_of_a_device(void **state)
{
    (void)state;
    char plain[128];
    char device[128];
    read_id(SHIELD_FROM_MANUAL, 1, MAIL, plain);
    read_id(SHIELD_FROM_MANUAL, 1, "$device:" MAIL, device);
    assert_memory_equal(device, "$device:", 8);
    assert_string_equal(device + 8, plain);
    read_id(SHIELD_FROM_MANUAL, 1, device, plain);
    assert_string_equal(device, plain);
}

/* Under another root key nothing is the same, and of the root key every bit counts. */
static void hangs_on_the_root_key(void **state)
{
    (void)state;
    uint8_t key[SECRET_KEY_SIZE] = {0};
    struct arena arena;
    arena_init(&arena, 4096);
    struct text first = pseudonym_make(key, 1, TEXT(MAIL), &arena);
    for (size_t bit = 0; bit < 8 * sizeof key; bit += 17) {
        key[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(text_equal(first, pseudonym_make(key, 1, TEXT(MAIL), &arena)));
        key[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_true(text_equal(first, pseudonym_make(key, 1, TEXT(MAIL), &arena)));
    arena_release(&arena);
}

static void stands_in_the_lists_of_a_merge(void **state)
{
    (void)state;
    char id[128];
    char expected[256];
    read_id(SHIELD_FROM_MANUAL, 1, MAIL, id);
    snprintf(expected, sizeof expected, "{\"$distinct_ids\":[\"%s\",\"$device:a-17\",81]}", id);
    struct text sent = TEXT("{\"$distinct_ids\":[\"" MAIL "\",\"$device:a-17\",81]}");
    assert_string_equal(shield_scene_admit(&scene, TEXT("$merge"), TEXT(""), sent), expected);
    char again[256];
    snprintf(again, sizeof again, "%s", expected);
    assert_string_equal(shield_scene_admit(&scene, TEXT("$merge"), TEXT(""), text_from(again)),
                        expected);
}

static void lets_no_merge_carry_a_secret_or_a_nest(void **state)
{
    (void)state;
    static const char *const lists[] = {"[\"a\",\"AKIAQ7ZLR5TX2ND4MPEW\"]", "[[\"" MAIL "\"]]",
                                        "{\"a\":\"" MAIL "\"}", "[{\"a\":\"" MAIL "\"}]"};
    char sent[256];
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        snprintf(sent, sizeof sent, "{\"$distinct_ids\":%s}", lists[i]);
        const char *left = shield_scene_admit(&scene, TEXT("$merge"), TEXT(""), text_from(sent));
        assert_string_equal(left, "{\"$distinct_ids\":null}");
    }
}

static void knows_only_its_own(void **state)
{
    (void)state;
    assert_true(pseudonym_is_one(TEXT("$pseudonym:abcdefghijklmnopqrstuvwxyz")));
    assert_false(pseudonym_is_one(TEXT("$pseudonym:abcdefghijklmnopqrstuvwxy")));
    assert_false(pseudonym_is_one(TEXT("$pseudonym:abcdefghijklmnopqrstuvwxyz2")));
    assert_false(pseudonym_is_one(TEXT("$pseudonym:Abcdefghijklmnopqrstuvwxyz")));
    assert_false(pseudonym_is_one(TEXT("$pseudonym:abcdefghijklmnopqrstuvwxy1")));
    assert_false(pseudonym_is_one(TEXT("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_same_from_every_source),
        cmocka_unit_test(is_the_same_after_a_restart),
        cmocka_unit_test(differs_by_project_and_by_id),
        cmocka_unit_test(keeps_the_mark_of_a_device),
        cmocka_unit_test(hangs_on_the_root_key),
        cmocka_unit_test(stands_in_the_lists_of_a_merge),
        cmocka_unit_test(lets_no_merge_carry_a_secret_or_a_nest),
        cmocka_unit_test(knows_only_its_own),
    };
    return cmocka_run_group_tests(tests, open_scene, close_scene);
}
