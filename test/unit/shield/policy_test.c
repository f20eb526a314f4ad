/* What follows from a finding (spec/shield.md §8.2, decision 0010): every class, mode, action of a
 * rule against a table written from the text, then the same through the door with real values under
 * names of their own, under others, and inside texts. */
#include "shield_scene.h"

#include "shield/policy.h"

#include <stdio.h>
#include <string.h>

/* --- the table --- */

/* As the whole value, inside a longer text, as a number. R is what the rule asks for. */
struct expected {
    enum shield_class class;
    const char *whole;
    const char *inside;
    const char *number;
    bool is_hard;
    bool holds_in_open;
};
static const struct expected table[] = {
    {SHIELD_CREDENTIAL, "drop", "drop", "drop", true, true},
    {SHIELD_CARD, "drop", "drop", "drop", true, true},
    {SHIELD_BANK, "drop or bucket", "redact", "drop or bucket", false, false},
    {SHIELD_NATIONAL, "drop or bucket", "redact", "drop or bucket", false, false},
    {SHIELD_CONTACT, "drop or bucket", "redact", "drop or bucket", false, false},
    {SHIELD_SPECIAL, "drop", "drop", "drop", false, false},
    {SHIELD_DEVICE, "drop or bucket", "redact", "drop or bucket", false, false},
    {SHIELD_PLACE, "drop or bucket", "redact", "drop or bucket", false, false},
    {SHIELD_ENTROPY, "drop or bucket", "redact", "drop or bucket", false, false},
    {SHIELD_CONTENT, "R", "R", "R", false, false},
    {SHIELD_STRUCTURE, "R", "R", "R", false, true},
    {SHIELD_CUSTOM, "R", "R", "R", false, true},
};
_Static_assert(sizeof table / sizeof *table == SHIELD_CLASS_COUNT, "one a class");

static enum shield_action read_action(const char *words, enum shield_action asked, bool is_number)
{
    if (strcmp(words, "drop") == 0) return SHIELD_DROP;
    if (strcmp(words, "redact") == 0) return SHIELD_REDACT;
    if (strcmp(words, "drop or bucket") == 0) {
        return asked == SHIELD_BUCKET ? SHIELD_BUCKET : SHIELD_DROP;
    }
    assert_string_equal(words, "R");
    return is_number && asked == SHIELD_REDACT ? SHIELD_DROP : asked; /* no marker is a number */
}

struct asked {
    const struct expected *row;
    enum shield_tier tier;
    enum project_shield mode;
    enum shield_action action; /* of the rule */
    bool is_whole;
    bool is_number;
    bool is_loosened;
    bool is_strict; /* a rule of strict mode alone */
    bool is_named;  /* by the plan */
    bool is_identifier;
};

static enum shield_action expect(const struct asked *asked)
{
    const struct expected *row = asked->row;
    const char *words = asked->is_whole ? row->whole : row->inside;
    if (asked->is_number && asked->is_whole) words = row->number;
    if (row->is_hard) return SHIELD_DROP;
    if (asked->is_loosened) return SHIELD_ALLOW;
    if (asked->is_identifier && row->class == SHIELD_ENTROPY) return SHIELD_ALLOW;
    if (asked->is_strict && (asked->mode != PROJECT_SHIELD_STRICT || asked->is_named))
        return SHIELD_ALLOW;
    if (asked->mode == PROJECT_SHIELD_OPEN && !row->holds_in_open) return SHIELD_ALLOW;
    if (asked->is_number && !asked->is_whole && strcmp(words, "redact") == 0) return SHIELD_DROP;
    return read_action(words, asked->action, asked->is_number);
}

static void ask(const struct policy *policy, const struct asked *asked)
{
    struct ruleset_rule rule = {.id = "A00",
                                .tier = asked->tier,
                                .class = asked->row->class,
                                .action = asked->action,
                                .is_strict = asked->is_strict};
    struct matcher_finding finding = {.rule = &rule, .is_whole = asked->is_whole};
    struct policy_place place = {.mode = asked->mode,
                                 .property = asked->is_loosened ? TEXT("loose") : TEXT("note"),
                                 .is_number = asked->is_number,
                                 .is_identifier = asked->is_identifier,
                                 .is_named = asked->is_named,
                                 .now_ms = 1000};
    enum shield_action got = policy_action(policy, &place, &finding);
    if (got == expect(asked)) return;
    fail_msg("class %d, tier %d, mode %d, action %d, whole %d, number %d, loosened %d, strict %d, "
             "named %d, identifier %d: %d, not %d",
             asked->row->class, asked->tier, asked->mode, asked->action, asked->is_whole,
             asked->is_number, asked->is_loosened, asked->is_strict, asked->is_named,
             asked->is_identifier, got, expect(asked));
}

static void ask_all(const struct policy *policy, struct asked asked)
{
    static const enum shield_action actions[] = {SHIELD_DROP, SHIELD_REDACT, SHIELD_BUCKET,
                                                 SHIELD_TOKENISE};
    static const enum project_shield modes[] = {PROJECT_SHIELD_GUARDED, PROJECT_SHIELD_STRICT,
                                                PROJECT_SHIELD_OPEN};
    for (int mode = 0; mode < 3; mode++) {
        for (int action = 0; action < 4; action++) {
            for (unsigned bits = 0; bits < 64; bits++) {
                asked.mode = modes[mode];
                asked.action = actions[action];
                asked.is_whole = bits & 1;
                asked.is_number = bits & 2;
                asked.is_loosened = bits & 4;
                asked.is_strict = bits & 8;
                asked.is_named = bits & 16;
                asked.is_identifier = bits & 32;
                ask(policy, &asked);
            }
        }
    }
}

static void does_what_the_table_says(void **state)
{
    (void)state;
    struct project project = {.id = 1, .shield_loosened = TEXT("loose\tA00\t2000\n")};
    struct policy *policy = policy_make(&project);
    for (size_t i = 0; i < SHIELD_CLASS_COUNT; i++) {
        assert_int_equal(table[i].class, i);
        for (int tier = SHIELD_TIER_V; tier <= SHIELD_TIER_C; tier++)
            ask_all(policy, (struct asked){.row = &table[i], .tier = (enum shield_tier)tier});
    }
    policy_drop(policy);
}

/* A loosening ends, and what cannot be read loosens nothing. */
static void loosens_until_its_end(void **state)
{
    (void)state;
    struct project project = {.id = 1, .shield_loosened = TEXT("note\tA00\t2000\n")};
    struct policy *policy = policy_make(&project);
    struct policy_place place = {.property = TEXT("note"), .now_ms = 1999};
    assert_true(policy_is_loosened(policy, &place, "A00"));
    assert_false(policy_is_loosened(policy, &place, "A01"));
    place.now_ms = 2000;
    assert_false(policy_is_loosened(policy, &place, "A00"));
    place = (struct policy_place){.property = TEXT("notes"), .now_ms = 1};
    assert_false(policy_is_loosened(policy, &place, "A00"));
    policy_drop(policy);
    project.shield_loosened = TEXT("note\tA00\t2000\nnote\tA0\t2000\n");
    policy = policy_make(&project);
    place = (struct policy_place){.property = TEXT("note"), .now_ms = 1};
    assert_false(policy_is_loosened(policy, &place, "A00"));
    assert_int_equal(policy_mode(policy, &project, 1), PROJECT_SHIELD_STRICT);
    policy_drop(policy);
}

/* --- through the door --- */

/* A value under its own name, as the whole of another property, and inside a text; what is left of
 * each. "=" is what was sent. */
struct sample {
    const char *key;
    const char *value;
    const char *own;    /* under its key, guarded */
    const char *other;  /* under "field_7", guarded */
    const char *inside; /* of "see … there", guarded */
    const char *open;   /* inside, in open mode */
};
static const struct sample samples[] = {
    {"password", "hunter2!Canary", "null", "=", "=", "="}, /* its name alone tells */
    {"api_key", "AKIAQ7ZLR5TX2ND4MPEW", "null", "null", "null", "null"},
    {"card", "4532 0151 1283 0366", "null", "null", "null", "null"},
    {"iban", "GB29NWBK60161331926819", "null", "null", "\"see [iban] there\"", "="},
    {"email", "ann@shop-vane.com", "null", "null", "\"see [email] there\"", "="},
    {"phone", "+47 912 34 313", "null", "null", "\"see [phone] there\"", "="},
    {"mac", "3c:22:fb:9a:10:7e", "null", "null", "\"see [device] there\"", "="},
    {"diagnosis", "type 2 diabetes", "null", "=", "=", "="},
    {"colour", "red", "=", "=", "=", "="},
};

static void is_left(struct shield_scene *scene, const char *key, const char *sent, const char *want)
{
    char json[256];
    char expected[320];
    snprintf(json, sizeof json, "\"%s\"", sent);
    snprintf(expected, sizeof expected, "{\"%s\":%s}", key, strcmp(want, "=") == 0 ? json : want);
    const char *got = shield_scene_value(scene, key, json);
    if (strcmp(got, expected) != 0) fail_msg("%s: %s, not %s", sent, got, expected);
}

static void removes_by_name_place_and_mode(void **state)
{
    (void)state;
    static struct shield_scene scene;
    char inside[256];
    shield_scene_open(&scene);
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        const struct sample *sample = &samples[i];
        snprintf(inside, sizeof inside, "see %s there", sample->value);
        scene.project.shield_mode = PROJECT_SHIELD_GUARDED;
        scene.project.shield_revision++;
        is_left(&scene, sample->key, sample->value, sample->own);
        is_left(&scene, "field_7", sample->value, sample->other);
        is_left(&scene, "field_7", inside, sample->inside);
        scene.project.shield_mode = PROJECT_SHIELD_OPEN;
        scene.project.shield_revision++;
        is_left(&scene, "field_7", inside, sample->open);
    }
    shield_scene_close(&scene);
}

/* Strict without a plan keeps what clients send by themselves, whatever the value is. */
static void strict_keeps_nothing_that_nobody_planned(void **state)
{
    (void)state;
    static struct shield_scene scene;
    shield_scene_open(&scene);
    scene.project.shield_mode = PROJECT_SHIELD_STRICT;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        char json[256];
        snprintf(json, sizeof json, "\"%s\"", samples[i].value);
        assert_string_equal(shield_scene_value(&scene, samples[i].key, json), "{}");
    }
    assert_string_equal(shield_scene_value(&scene, "$browser", "\"Firefox\""),
                        "{\"$browser\":\"Firefox\"}");
    shield_scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(does_what_the_table_says),
        cmocka_unit_test(loosens_until_its_end),
        cmocka_unit_test(removes_by_name_place_and_mode),
        cmocka_unit_test(strict_keeps_nothing_that_nobody_planned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
