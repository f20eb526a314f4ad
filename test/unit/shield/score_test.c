/* The table of points (spec/shield.md §7.4, score.c) against a twin that adds them up: every tier,
 * proof, key and neighbourhood, with the engine's short cuts and without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shield/matcher.h"
#include "shield/shield_builtin.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_SIZE = 256 };

static enum shield_proof proof_given; /* by the validator below */

static enum shield_proof prove(const struct shield_candidate *candidate, struct shield_span *span)
{
    (void)candidate, (void)span;
    return proof_given;
}

/* What the property's name is to the rule, whose context is card and whose own word is zebra. */
enum key {
    KEY_NONE,
    KEY_CLASS,
    KEY_WORD,
    KEY_AROUND,
    KEY_OWN,
    KEY_OTHER,
    KEY_HARMLESS,
    KEY_HARMLESS_WORD,
    KEY_BOTH,
    KEY_COUNT
};

/* What stands around the candidate. */
static const struct near {
    const char *before;
    const char *behind;
    int points;
} nears[] = {
    {"", "", 0},
    {"zz zz ", " zz zz", 0},
    {"creditcard ", "", 1},
    {"my creditcard-", "", 1},
    {"", " creditcard", 1},
    {"zebra ", "", 1},
    {"", " (zebra)", 1},
    {"creditcard zebra ", "", 2},
    {"creditcard ", " zebra", 2},
    {"creditcard ", " creditcard", 1},
    {"zebra zebra ", " zebra", 1},
    {"creditcardigan ", "", 0},
    {"zebras ", "", 0},
    {"creditcard zz zz zz zz zz zz zz zz zz ", "", 1},    /* 28 characters between */
    {"creditcard zz zz zz zz zz zz zz zz zz zz ", "", 0}, /* 31 */
    {"zebra zz zz zz zz zz zz zz zz zz zz ", "", 0},      /* likewise */
    {"", " zz zz zz zz zz zz creditcard", 1},             /* 19 */
    {"", " zz zz zz zz zz zz zz creditcard", 0},          /* 22 */
    {"", " zz zz zz zz zz zz zz zebra", 0},
    {"creditcard zz zz zz zz zz zz zz zz zz zz ", " zebra", 1},
};

/* All of the value, without anything around it. */
static const struct whole {
    const char *text;
    int points;       /* against any proof */
    int points_shape; /* against a shape alone */
} wholes[] = {
    {"QQ1", 0, 0},
    {"3f2504e0-4f89-11d3-9a0c-0305e82c3301", -4, -4},
    {"01ARZ3NDEKTSV4RRFFQ69G5FAV", -4, -4},
    {"9fceb02d0ae598e95dc970b74767f19372d61af8", -4, -4},
    {"2025-01-31", -4, -4},
    {"  2025-01-31 ", -4, -4},
    {"1.24.3-rc.1", 0, -3},
    {"#ff8800", 0, -3},
    {"M10 10H90V90H10Z", 0, -3},
};

struct fixture {
    struct ruleset *set;
    struct matcher matcher;
    struct ruleset_mask own; /* the rule itself */
};

static struct shield_lexicon *lexicon;

static void fixture_open(struct fixture *fixture, const char *trigger, enum shield_tier tier,
                         bool needs_context)
{
    static const char tiers[] = "VSC";
    char rules[256];
    struct error error = {0};
    snprintf(rules, sizeof rules,
             "set a 1\nrule A00 t\ntier %c\nclass bank\n%s\ncheck account\n"
             "context card\nwords zebra\n%s",
             tiers[tier], trigger, needs_context ? "needs context" : "");
    memset(fixture, 0, sizeof *fixture);
    if (ruleset_make(text_from(rules), RULESET_BUILTIN, &fixture->set, &error) != STATUS_OK) {
        fail_msg("%s", error.message);
    }
    fixture->set->rules[0].check = prove;
    fixture->matcher.lexicon = lexicon;
    ruleset_mask_add(&fixture->own, 0);
    assert_int_equal(matcher_prepare(&fixture->matcher, fixture->set, &error), STATUS_OK);
}

static void fixture_close(struct fixture *fixture)
{
    matcher_release(&fixture->matcher);
    ruleset_drop(fixture->set);
}

static struct matcher_view view_under(const struct fixture *fixture, enum key key, const char *text)
{
    struct matcher_view view = {.text = text_from(text)};
    uint64_t card = SHIELD_KEY_BIT(SHIELD_KEY_CARD);
    uint64_t version = SHIELD_KEY_BIT(SHIELD_KEY_VERSION);
    switch (key) {
    case KEY_NONE: break;
    case KEY_CLASS: view.exact = card; break;
    case KEY_WORD: view.stem = card; break;
    case KEY_AROUND: view.path = card; break;
    case KEY_OWN: view.words = &fixture->own; break;
    case KEY_OTHER: view.exact = SHIELD_KEY_BIT(SHIELD_KEY_PHONE); break;
    case KEY_HARMLESS: view.exact = version; break;
    case KEY_HARMLESS_WORD: view.stem = version | SHIELD_KEY_BIT(SHIELD_KEY_IDENTIFIER); break;
    case KEY_BOTH: view.exact = version | card; break;
    case KEY_COUNT: fail();
    }
    return view;
}

/* What the key adds; what it takes away stands below. */
static int points_for(enum key key)
{
    static const int points[KEY_COUNT] = {
        [KEY_CLASS] = 3, [KEY_WORD] = 2, [KEY_AROUND] = 2, [KEY_OWN] = 2, [KEY_BOTH] = 3};
    return points[key];
}

struct row {
    enum shield_tier tier;
    bool needs_context;
    enum shield_proof proof;
    enum key key;
    int near;  /* points of the neighbourhood */
    int whole; /* points of the value's own shape, at most 0 */
};

static bool twin_acts(const struct row *row)
{
    static const int bases[] = {6, 5, 4};
    int context = points_for(row->key) + row->near;
    if (context == 0 && (row->needs_context || row->tier == SHIELD_TIER_C)) return false;
    int sum = bases[row->tier] + context + (row->proof == SHIELD_SHAPE ? 0 : 2);
    bool is_harmless = row->key == KEY_HARMLESS || row->key == KEY_HARMLESS_WORD;
    int against = is_harmless && row->whole > -3 ? -3 : row->whole;
    if (context < 2) sum += against;
    return sum >= 5;
}

static void compare(struct fixture *fixture, const struct row *row, const char *text)
{
    struct matcher_view view = view_under(fixture, row->key, text);
    proof_given = row->proof;
    for (int thorough = 0; thorough < 2; thorough++) {
        struct matcher_result result = {.count = 0};
        fixture->matcher.is_thorough = thorough;
        matcher_look(&fixture->matcher, fixture->set, &view, &result);
        assert_false(result.is_incomplete);
        if ((result.count > 0) == twin_acts(row)) continue;
        fail_msg("tier %d, needs %d, proof %d, key %d, %s: \"%s\" %s", row->tier,
                 row->needs_context, row->proof, row->key, thorough ? "thorough" : "quick", text,
                 result.count > 0 ? "acts" : "does not act");
    }
}

static void compare_nears(struct fixture *fixture, struct row *row)
{
    char text[TEXT_SIZE];
    for (size_t i = 0; i < sizeof nears / sizeof *nears; i++) {
        snprintf(text, sizeof text, "%sQQ1%s", nears[i].before, nears[i].behind);
        row->near = nears[i].points;
        compare(fixture, row, text);
    }
}

static void compare_wholes(struct fixture *fixture, struct row *row)
{
    for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++) {
        row->whole = row->proof == SHIELD_SHAPE ? wholes[i].points_shape : wholes[i].points;
        compare(fixture, row, wholes[i].text);
    }
}

static void each_row(const char *trigger,
                     void (*compare_texts)(struct fixture *fixture, struct row *row))
{
    for (int tier = SHIELD_TIER_V; tier <= SHIELD_TIER_C; tier++) {
        for (int needs = 0; needs < 2; needs++) {
            struct fixture fixture;
            fixture_open(&fixture, trigger, (enum shield_tier)tier, needs);
            for (int proof = SHIELD_SHAPE; proof <= SHIELD_TEST; proof++) {
                for (int key = 0; key < KEY_COUNT; key++) {
                    struct row row = {.tier = (enum shield_tier)tier,
                                      .needs_context = needs,
                                      .proof = (enum shield_proof)proof,
                                      .key = (enum key)key};
                    compare_texts(&fixture, &row);
                }
            }
            fixture_close(&fixture);
        }
    }
}

static void adds_up_key_proof_and_neighbourhood(void **state)
{
    (void)state;
    each_row("prefix QQ1", compare_nears);
}

static void takes_away_for_harmless_names_and_shapes(void **state)
{
    (void)state;
    each_row("whole", compare_wholes);
}

/* What is no finding is none, whatever speaks for it. */
static void never_acts_without_a_proof(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, "prefix QQ1", SHIELD_TIER_V, false);
    struct matcher_view view = view_under(&fixture, KEY_CLASS, "card zebra QQ1");
    struct matcher_result result = {.count = 0};
    proof_given = SHIELD_NOT;
    matcher_look(&fixture.matcher, fixture.set, &view, &result);
    assert_int_equal(result.count, 0);
    fixture_close(&fixture);
}

static int open_lexicon(void **state)
{
    (void)state;
    struct error error = {0};
    assert_int_equal(shield_lexicon_make(shield_builtin_keys, &lexicon, &error), STATUS_OK);
    return 0;
}

static int close_lexicon(void **state)
{
    (void)state;
    shield_lexicon_release(lexicon);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adds_up_key_proof_and_neighbourhood),
        cmocka_unit_test(takes_away_for_harmless_names_and_shapes),
        cmocka_unit_test(never_acts_without_a_proof),
    };
    return cmocka_run_group_tests(tests, open_lexicon, close_lexicon);
}
