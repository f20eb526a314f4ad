/* Names that were read: what is kept of them, and what is forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lexicon_aid.h"
#include "shield/key_cache.h"

#include <string.h>

static void a_forgotten_name_leaves_no_byte(void **state)
{
    (void)state;
    static struct key_cache keys;
    static const char name[] = "ann@site.com";
    struct ruleset *set = NULL;
    struct error error = {0};
    assert_int_equal(ruleset_make(shield_builtin_rules, RULESET_BUILTIN, &set, &error), STATUS_OK);
    (void)key_cache_read(&keys, set, lexicon, text_from("plan"));
    (void)key_cache_read(&keys, set, lexicon, text_from(name));
    assert_non_null(memmem(&keys, sizeof keys, name, sizeof name - 1));
    key_cache_forget(&keys);
    assert_null(memmem(&keys, sizeof keys, name, sizeof name - 1));
    assert_non_null(memmem(&keys, sizeof keys, "plan", 4)); /* it alone */
    (void)key_cache_read(&keys, set, lexicon, text_from("plan"));
    assert_true(key_cache_read(&keys, set, lexicon, text_from(name))->hash ==
                text_hash_seeded(text_from(name), keys.seed));
    ruleset_drop(set);
}

static __attribute__((noinline)) void leave_on_the_stack(const char *words)
{
    volatile char room[4096];
    size_t size = strlen(words);
    for (size_t i = 0; i < sizeof room; i++)
        room[i] = words[i % size];
}

/* The words of a name end where it ends, whatever stood in that memory before. */
static void reads_a_name_and_no_byte_behind_it(void **state)
{
    (void)state;
    static struct key_cache keys;
    static const char *const names[] = {"plan", "q", "", "card", "Straße", "order number"};
    struct ruleset *set = NULL;
    struct error error = {0};
    assert_int_equal(ruleset_make(shield_builtin_rules, RULESET_BUILTIN, &set, &error), STATUS_OK);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct key_reading readings[2];
        for (int turn = 0; turn < 2; turn++) {
            leave_on_the_stack(turn ? " iban passport imei steuer " : "~~");
            readings[turn] = *key_cache_read(&keys, set, lexicon, text_from(names[i]));
            key_cache_clear(&keys);
        }
        if (memcmp(&readings[0].words, &readings[1].words, sizeof readings[0].words) != 0)
            fail_msg("%s", names[i]);
    }
    ruleset_drop(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_forgotten_name_leaves_no_byte),
        cmocka_unit_test(reads_a_name_and_no_byte_behind_it),
    };
    return cmocka_run_group_tests(tests, make_lexicon, release_lexicon);
}
