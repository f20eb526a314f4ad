#include "plan/plan.h"

#include "support/naive_leaf.h"
#include "support/seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A leaf of a parsed plan, and the memory it lives in. */
struct leaf_plan {
    struct arena arena;
    struct plan plan;
    char json[1024];
};

static const struct plan_leaf *parse_leaf(struct leaf_plan *made, const char *leaf)
{
    arena_init(&made->arena, 64 * 1024);
    int size = snprintf(made->json, sizeof made->json,
                        "{\"kind\":\"trend\",\"time\":{\"last\":{\"count\":1,\"unit\":\"day\"}},"
                        "\"unit\":\"day\",\"measures\":[{\"event\":\"*\",\"count\":\"events\"}],"
                        "\"where\":{\"property\":\"x\",%s}}",
                        leaf);
    struct plan_problem problem;
    struct error error = {0};
    enum status status =
        plan_parse(made->json, (size_t)size, &made->arena, &made->plan, &problem, &error);
    if (status != STATUS_OK) fail_msg("%s: %s", leaf, error.message);
    return &made->plan.where->leaf;
}

static void release_leaf(struct leaf_plan *made)
{
    plan_release(&made->plan);
    arena_release(&made->arena);
}

/* JSON to a value as the store keeps it; "" is missing. */
static struct value value_of(const char *json)
{
    struct text text = text_from(json);
    if (text.size == 0) return (struct value){.kind = VALUE_MISSING};
    switch (json[0]) {
    case 'n': return (struct value){.kind = VALUE_NULL};
    case 't': return value_from_bool(true);
    case 'f': return value_from_bool(false);
    case '"': return value_from_text(text_slice(text, 1, text.size - 2));
    case '[': return (struct value){.kind = VALUE_LIST, .text = text};
    case '{': return (struct value){.kind = VALUE_OBJECT, .text = text};
    default: return value_from_number(text);
    }
}

struct leaf_case {
    const char *leaf;
    const char *holds[12]; /* NULL ends the list */
    const char *fails[12];
};

static const struct leaf_case leaf_cases[] = {
    {"\"is\":[\"a\",5,true]",
     {"\"a\"", "5", "5.0", "50e-1", "true", "[\"a\"]", "[\"b\",5]", NULL},
     {"", "null", "\"5\"", "\"A\"", "\"\"", "1", "false", "\"true\"", "[]", "[\"b\"]", NULL}},
    {"\"is\":[\"5\"]", {"\"5\"", NULL}, {"5", "5.0", "[5]", NULL}},
    {"\"is\":[]", {NULL}, {"", "null", "1", "\"\"", "[]", "[1]", NULL}},
    {"\"is\":[],\"or_missing\":true", {"", "null", "[null]", NULL}, {"1", "[]", NULL}},
    {"\"is\":[12345678901234567890123]",
     {"12345678901234567890123", NULL},
     {"12345678901234567890124", "12345678901234567890123.5", NULL}},
    {"\"is_not\":[\"a\",5]",
     {"\"b\"", "6", "true", "\"5\"", "[\"b\"]", "[6,7]", "{\"a\":1}", NULL},
     {"", "null", "\"a\"", "5", "5.0", "[]", "[\"a\"]", "[\"a\",\"b\"]", "[\"b\",null]", NULL}},
    {"\"is_not\":[\"a\"],\"or_missing\":true",
     {"", "null", "\"b\"", "[\"b\",null]", NULL},
     {"\"a\"", "[]", "[null,\"a\"]", NULL}},
    {"\"is\":[\"Straße\",\"ÄB\"],\"fold\":true",
     {"\"STRAßE\"", "\"äb\"", "\"Äb\"", "[\"äB\"]", NULL},
     {"\"strase\"", "\"äbc\"", NULL}},
    {"\"contains\":\"ell\"",
     {"\"hello\"", "\"ell\"", "[\"x\",\"bell\"]", NULL},
     {"", "null", "\"ELL\"", "\"el\"", "5", "[]", "{\"ell\":1}", "[[\"ell\"]]", NULL}},
    {"\"contains\":\"eLL\",\"fold\":true", {"\"HELLO\"", "\"hello\"", NULL}, {"\"hel\"", NULL}},
    {"\"not_contains\":\"ell\"",
     {"\"hallo\"", "\"\"", "[\"a\",\"b\"]", NULL},
     {"", "null", "\"hello\"", "5", "true", "[]", "[\"a\",\"bell\"]", "[\"a\",5]", "[null]", NULL}},
    {"\"not_contains\":\"ell\",\"or_missing\":true",
     {"", "null", "[null,\"a\"]", NULL},
     {"5", NULL}},
    {"\"starts_with\":\"he\"",
     {"\"he\"", "\"hello\"", "[1,\"hey\"]", NULL},
     {"", "\"h\"", "\"Hello\"", "\"the\"", NULL}},
    {"\"matches\":\"^h.l+o$\"",
     {"\"hello\"", "\"hallo\"", "\"halo\"", "[\"x\",\"hulo\"]", NULL},
     {"", "null", "\"helloo\"", "\"HELLO\"", "5", NULL}},
    {"\"matches\":\"ÄB\",\"fold\":true", {"\"xÄbx\"", "\"ÄB\"", NULL}, {"\"AB\"", NULL}},
    {"\"matches\":\".\"", {"\"ä\"", "\"x\"", NULL}, {"\"\"", NULL}},
    {"\"matches\":\"a*\"", {"\"\"", "\"b\"", NULL}, {"", "5", NULL}},
    {"\"greater\":5",
     {"6", "5.5", "1e400", "12345678901234567890123", "[1,6]", NULL},
     {"", "null", "5", "5.0", "\"6\"", "true", "\"2026-01-01\"", "[]", NULL}},
    {"\"at_least\":5", {"5", "5.0", "6", NULL}, {"4.999", "\"5\"", NULL}},
    {"\"less\":5", {"4", "-1e400", NULL}, {"5", "false", "\"\"", NULL}},
    {"\"at_most\":5", {"5", "4", NULL}, {"5.0000001", NULL}},
    {"\"at_most\":9007199254740993",
     {"9007199254740993", "9007199254740992", NULL},
     {"9007199254740994", NULL}},
    {"\"between\":[1,3]", {"1", "2", "3", "3.0", "[0,3]", NULL}, {"0.9", "3.1", "[0,4]", NULL}},
    {"\"greater\":\"2026-01-01\"",
     {"\"2026-01-02\"", "\"2026-01-01T00:00:01\"", "\"2026-01-01T00:00:00.001Z\"", NULL},
     {"\"2026-01-01\"", "\"2026-01-01T00:00:00\"", "\"zzz\"", "99999999999999", NULL}},
    {"\"between\":[\"2026-01-01\",\"2026-01-31\"]",
     {"\"2026-01-01\"", "\"2026-01-31\"", "\"2026-01-31T00:00:00Z\"", NULL},
     {"\"2026-01-31T00:00:01Z\"", "\"2025-12-31\"", "\"2026-1-5\"", NULL}},
    {"\"is_set\":true", {"\"\"", "0", "false", "[]", "{}", "[null]", NULL}, {"", "null", NULL}},
    {"\"is_set\":false", {"", "null", NULL}, {"\"\"", "0", "false", "[]", NULL}},
    {"\"is_set\":true,\"or_missing\":true", {"", "null", "1", NULL}, {NULL}},
};

static void holds_as_the_table_says(void **state)
{
    (void)state;
    struct arena scratch;
    arena_init(&scratch, 64 * 1024);
    for (size_t i = 0; i < sizeof leaf_cases / sizeof leaf_cases[0]; i++) {
        struct leaf_plan made;
        const struct plan_leaf *leaf = parse_leaf(&made, leaf_cases[i].leaf);
        for (const char *const *json = leaf_cases[i].holds; *json; json++) {
            struct value value = value_of(*json);
            if (!plan_leaf_holds(leaf, &value, &scratch)) {
                fail_msg("%s does not hold for %s", leaf_cases[i].leaf, *json);
            }
        }
        for (const char *const *json = leaf_cases[i].fails; *json; json++) {
            struct value value = value_of(*json);
            if (plan_leaf_holds(leaf, &value, &scratch)) {
                fail_msg("%s holds for %s", leaf_cases[i].leaf, *json);
            }
        }
        assert_int_equal(scratch.used, 0);
        release_leaf(&made);
    }
    arena_release(&scratch);
}

static const char *const words[] = {"\"\"",
                                    "\"a\"",
                                    "\"A\"",
                                    "\"ab\"",
                                    "\"ba\"",
                                    "\"Ä\"",
                                    "\"äb\"",
                                    "\"5\"",
                                    "\"abc\"",
                                    "\"aab\"",
                                    "\"Ж\"",
                                    "\"2026-01-01\"",
                                    "\"2026-01-02T00:00:00Z\"",
                                    "\"2025-12-31T23:59:59.5\""};
static const char *const scalars[] = {"5",    "5.0",   "-1",  "0",    "1.5",
                                      "true", "false", "1e3", "1000", "12345678901234567890123"};
static const char *const patterns[] = {"a",   "^a",  "b$", "a*b", "^$", "a.",
                                       "^.$", ".*b", "Ж",  "äb",  "5"};

#define PICK(seeded, list) (list)[seeded_below((seeded), sizeof(list) / sizeof((list)[0]))]

static void write_operand(struct seeded *seeded, char *out, size_t size)
{
    static const char *const texts[] = {"contains", "not_contains", "starts_with"};
    static const char *const orders[] = {"greater", "at_least", "less", "at_most"};
    static const char *const ordered[] = {"5", "0", "1.5", "\"2026-01-01\"",
                                          "\"2025-12-31T23:59:59.5\""};
    uint32_t kind = seeded_below(seeded, 6);
    if (kind == 0) {
        snprintf(out, size, "\"%s\":[%s,%s]", seeded_below(seeded, 2) ? "is" : "is_not",
                 PICK(seeded, words), PICK(seeded, scalars));
    } else if (kind == 1) {
        const char *word = PICK(seeded, words);
        snprintf(out, size, "\"%s\":%s", PICK(seeded, texts), word[1] == '"' ? "\"a\"" : word);
    } else if (kind == 2) {
        snprintf(out, size, "\"matches\":\"%s\"", PICK(seeded, patterns));
    } else if (kind == 3) {
        snprintf(out, size, "\"%s\":%s", PICK(seeded, orders), PICK(seeded, ordered));
    } else if (kind == 4) {
        bool dates = seeded_below(seeded, 2);
        snprintf(out, size, "\"between\":%s",
                 dates ? "[\"2026-01-01\",\"2026-01-02\"]" : "[0,5.0]");
    } else {
        snprintf(out, size, "\"is_set\":%s", seeded_below(seeded, 2) ? "true" : "false");
    }
    size_t used = strlen(out);
    if (kind <= 2 && seeded_below(seeded, 2)) {
        used += (size_t)snprintf(out + used, size - used, ",\"fold\":true");
    }
    if (seeded_below(seeded, 3) == 0) snprintf(out + used, size - used, ",\"or_missing\":true");
}

static void write_value(struct seeded *seeded, char *out, size_t size)
{
    uint32_t kind = seeded_below(seeded, 10);
    if (kind == 0) {
        out[0] = '\0';
    } else if (kind == 1) {
        snprintf(out, size, "null");
    } else if (kind <= 4) {
        snprintf(out, size, "%s", PICK(seeded, words));
    } else if (kind <= 6) {
        snprintf(out, size, "%s", PICK(seeded, scalars));
    } else if (kind == 7) {
        snprintf(out, size, "{\"a\":%s}", PICK(seeded, words));
    } else {
        uint32_t count = seeded_below(seeded, 4);
        size_t used = (size_t)snprintf(out, size, "[");
        for (uint32_t i = 0; i < count; i++) {
            static const char *const others[] = {"null", "[\"a\"]", "{\"a\":5}", "[]"};
            uint32_t which = seeded_below(seeded, 3);
            const char *element = which == 0   ? PICK(seeded, words)
                                  : which == 1 ? PICK(seeded, scalars)
                                               : PICK(seeded, others);
            used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? "," : "", element);
        }
        snprintf(out + used, size - used, "]");
    }
}

static void agrees_with_the_naive_twin_on_random_leaves(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("random leaves");
    struct arena scratch;
    arena_init(&scratch, 512); /* so small that lists often need memory of their own */
    for (int round = 0; round < 400; round++) {
        char operand[256];
        struct leaf_plan made;
        write_operand(&seeded, operand, sizeof operand);
        const struct plan_leaf *leaf = parse_leaf(&made, operand);
        for (int i = 0; i < 40; i++) {
            char json[512];
            write_value(&seeded, json, sizeof json);
            struct value value = value_of(json);
            bool holds = plan_leaf_holds(leaf, &value, &scratch);
            if (holds != naive_leaf_holds(leaf, &value)) {
                fail_msg("%s on %s is %d", operand, json, holds);
            }
        }
        release_leaf(&made);
    }
    arena_release(&scratch);
}

static void gives_a_large_list_memory_of_its_own(void **state)
{
    (void)state;
    struct leaf_plan made;
    const struct plan_leaf *leaf = parse_leaf(&made, "\"is\":[7]");
    char *json = malloc(256 * 1024);
    size_t used = 0;
    json[used++] = '[';
    while (used < 255 * 1024) {
        json[used++] = '1';
        json[used++] = ',';
    }
    json[used++] = '7';
    json[used++] = ']';
    struct arena scratch;
    arena_init(&scratch, 64);
    struct value value = {.kind = VALUE_LIST, .text = {json, used}};
    assert_true(plan_leaf_holds(leaf, &value, &scratch));
    arena_release(&scratch);
    free(json);
    release_leaf(&made);
}

static void folds_a_text_of_any_size(void **state)
{
    (void)state;
    struct leaf_plan made;
    const struct plan_leaf *leaf = parse_leaf(&made, "\"contains\":\"Z\",\"fold\":true");
    struct arena scratch;
    arena_init(&scratch, 64);
    for (size_t size = 2047; size <= 2049; size++) {
        char bytes[2049];
        memset(bytes, 'a', sizeof bytes);
        struct value value = value_from_text((struct text){bytes, size});
        assert_false(plan_leaf_holds(leaf, &value, &scratch));
        bytes[size - 1] = 'z';
        assert_true(plan_leaf_holds(leaf, &value, &scratch));
    }
    arena_release(&scratch);
    release_leaf(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_as_the_table_says),
        cmocka_unit_test(agrees_with_the_naive_twin_on_random_leaves),
        cmocka_unit_test(gives_a_large_list_memory_of_its_own),
        cmocka_unit_test(folds_a_text_of_any_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
