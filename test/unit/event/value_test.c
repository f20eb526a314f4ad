/* One number, one value; encoding there and back; reaching into lists and objects. */
#include "base/arena.h"
#include "codec/block.h"
#include "event/value.h"
#include "support/seeded.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void picks_the_kind_that_keeps_the_number(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum value_kind kind;
        int64_t integer;
        double decimal;
    } numbers[] = {
        {"0", VALUE_INTEGER, 0, 0},
        {"-0", VALUE_INTEGER, 0, 0},
        {"-0.0e5", VALUE_INTEGER, 0, 0},
        {"5", VALUE_INTEGER, 5, 0},
        {"5.0", VALUE_INTEGER, 5, 0},
        {"5e0", VALUE_INTEGER, 5, 0},
        {"0.5e1", VALUE_INTEGER, 5, 0},
        {"500E-2", VALUE_INTEGER, 5, 0},
        {"-12e3", VALUE_INTEGER, -12000, 0},
        {"1e17", VALUE_INTEGER, INT64_C(100000000000000000), 0},
        {"9007199254740993", VALUE_INTEGER, INT64_C(9007199254740993), 0},
        {"9007199254740993.0", VALUE_INTEGER, INT64_C(9007199254740993), 0},
        {"9223372036854775807", VALUE_INTEGER, INT64_MAX, 0},
        {"-9223372036854775808", VALUE_INTEGER, INT64_MIN, 0},
        {"0.1", VALUE_DECIMAL, 0, 0.1},
        {"1.50", VALUE_DECIMAL, 0, 1.5},
        {"-2.5e-3", VALUE_DECIMAL, 0, -0.0025},
        {"1e20", VALUE_DECIMAL, 0, 1e20},
        {"1e308", VALUE_DECIMAL, 0, 1e308},
        {"5e-324", VALUE_DECIMAL, 0, 5e-324},
        {"3.141592653589793", VALUE_DECIMAL, 0, 3.141592653589793},
        {"9223372036854775808", VALUE_BIG_NUMBER, 0, 0},
        {"12345678901234567890123", VALUE_BIG_NUMBER, 0, 0},
        {"0.1000000000000000000001", VALUE_BIG_NUMBER, 0, 0},
        {"12345678901234567.5", VALUE_BIG_NUMBER, 0, 0},
        {"1e400", VALUE_BIG_NUMBER, 0, 0},
        {"1e-400", VALUE_BIG_NUMBER, 0, 0},
        {"1e99999999999999999999", VALUE_BIG_NUMBER, 0, 0},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct value value = value_from_number(text_from(numbers[i].text));
        if (value.kind != numbers[i].kind) fail_msg("%s is kind %d", numbers[i].text, value.kind);
        if (value.kind == VALUE_INTEGER) assert_true(value.integer == numbers[i].integer);
        if (value.kind == VALUE_DECIMAL) assert_true(value.decimal == numbers[i].decimal);
        if (value.kind == VALUE_BIG_NUMBER) {
            assert_true(text_equal(value.text, text_from(numbers[i].text)));
        }
    }
}

/* An exponent of nothing takes the general way, which is its own twin here. */
static void reads_short_decimals_as_it_reads_all(void **state)
{
    (void)state;
    struct seeded random = seeded_begin("short decimals");
    for (int i = 0; i < 100000; i++) {
        char text[32];
        static const uint64_t tens[] = {1, 10, 100, 1000, 100000, 10000000, 1000000000};
        uint64_t whole = seeded_next(&random) % tens[seeded_below(&random, 7)];
        uint64_t fraction = seeded_next(&random) % tens[seeded_below(&random, 7)];
        const char *sign = seeded_below(&random, 3) == 0 ? "-" : "";
        int digits = 1 + (int)seeded_below(&random, 9);
        int size = snprintf(text, sizeof text, "%s%llu.%0*llu", sign, (unsigned long long)whole,
                            digits, (unsigned long long)fraction);
        struct value ours = value_from_number((struct text){text, (size_t)size});
        memcpy(text + size, "e0", 2);
        struct value theirs = value_from_number((struct text){text, (size_t)size + 2});
        bool is_same = ours.kind == theirs.kind;
        if (is_same && ours.kind == VALUE_INTEGER) is_same = ours.integer == theirs.integer;
        if (is_same && ours.kind == VALUE_DECIMAL) is_same = ours.decimal == theirs.decimal;
        if (!is_same) fail_msg("%.*s", size, text);
    }
}

/* Rising; those that share a rank are equal. */
static const struct {
    int rank;
    const char *text;
} rising[] = {
    {0, "-1e99999999999999999999"},
    {1, "-1e400"},
    {2, "-1e308"},
    {3, "-9223372036854775809"},
    {4, "-9223372036854775808"},
    {5, "-1.5"},
    {6, "-1"},
    {7, "-0.1000000000000000000001"},
    {8, "-0.1"},
    {9, "-1e-400"},
    {10, "0"},
    {10, "-0.0"},
    {11, "1e-400"},
    {11, "10e-401"},
    {12, "5e-324"},
    {13, "0.1"},
    {14, "0.1000000000000000000001"},
    {14, "1000000000000000000001e-22"},
    {15, "1"},
    {16, "1.5"},
    {17, "9007199254740992"},
    {18, "9007199254740993"},
    {19, "9223372036854775807"},
    {20, "9223372036854775808"},
    {21, "12345678901234567890123"},
    {21, "12345678901234567890123.000"},
    {22, "12345678901234567890124"},
    {23, "1e308"},
    {24, "1e400"},
    {24, "1.0e400"},
    {24, "100e398"},
    {25, "1e401"},
};

static void orders_numbers_by_size_whatever_their_kinds(void **state)
{
    (void)state;
    size_t count = sizeof rising / sizeof *rising;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++) {
            struct value a = value_from_number(text_from(rising[i].text));
            struct value b = value_from_number(text_from(rising[k].text));
            int expected = (rising[i].rank > rising[k].rank) - (rising[i].rank < rising[k].rank);
            int order = value_compare_numbers(&a, &b);
            if (order != expected) {
                fail_msg("%s and %s: %d", rising[i].text, rising[k].text, order);
            }
            assert_int_equal(value_compare(&a, &b), expected);
            assert_int_equal(value_equal(&a, &b), expected == 0);
            if (expected == 0) assert_true(value_hash(&a, i) == value_hash(&b, i));
        }
    }
}

enum { FALLING_COUNT = 200, PLACE_BITS = 8 };

/* Some value of a kind for a number, all of them different. */
static struct value value_of(enum value_kind kind, uint32_t number, char text[64])
{
    switch (kind) {
    case VALUE_DECIMAL: return value_from_decimal(number + 0.5);
    case VALUE_BIG_NUMBER:
        (void)snprintf(text, 64, "%u0000000000000000000000000000000000001", number + 1);
        return value_from_number(text_from(text));
    case VALUE_TEXT:
        (void)snprintf(text, 64, "value %u", number);
        return value_from_text(text_from(text));
    default: return value_from_integer((int64_t)number);
    }
}

/* What a client can do that knows one seed is of no use against another: values that share their
 * low bits under the first are spread by the second, and by the high bits, too. */
static void spreads_values_chosen_against_another_seed(void **state)
{
    (void)state;
    static const enum value_kind kinds[] = {VALUE_INTEGER, VALUE_DECIMAL, VALUE_BIG_NUMBER,
                                            VALUE_TEXT};
    const uint64_t known = 0;
    const uint64_t secret = UINT64_C(0x5bd1e995f00dface);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        bool low[1 << PLACE_BITS] = {0};
        bool high[1 << PLACE_BITS] = {0};
        uint32_t found = 0;
        for (uint32_t number = 0; found < FALLING_COUNT; number++) {
            char text[64];
            struct value value = value_of(kinds[k], number, text);
            assert_int_equal(value.kind, kinds[k]);
            if (value_hash(&value, known) % (1 << PLACE_BITS) != 0) continue;
            uint64_t hash = value_hash(&value, secret);
            low[hash % (1 << PLACE_BITS)] = true;
            high[hash >> (64 - PLACE_BITS)] = true;
            found++;
        }
        uint32_t low_count = 0;
        uint32_t high_count = 0;
        for (uint32_t i = 0; i < 1 << PLACE_BITS; i++) {
            low_count += low[i];
            high_count += high[i];
        }
        /* 200 balls in 256 boxes fill 139 of them, give or take 7 for one standard deviation. */
        assert_true(low_count > 110);
        assert_true(high_count > 110);
    }
}

static void orders_kinds_as_results_do(void **state)
{
    (void)state;
    const struct value rising_values[] = {
        value_from_bool(false),
        value_from_bool(true),
        value_from_integer(-1),
        value_from_text(TEXT("")),
        {.kind = VALUE_TEXT, .text = TEXT("[1]")},
        {.kind = VALUE_LIST, .text = TEXT("[1]")},
        value_from_text(TEXT("a")),
        {.kind = VALUE_OBJECT, .text = TEXT("{}")},
        {.kind = VALUE_NULL},
        {.kind = VALUE_MISSING},
    };
    int count = sizeof rising_values / sizeof *rising_values;
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < count; k++) {
            int order = value_compare(&rising_values[i], &rising_values[k]);
            assert_int_equal(order, (i > k) - (i < k));
            assert_int_equal(value_equal(&rising_values[i], &rising_values[k]), i == k);
        }
    }
}

static struct value random_value(struct seeded *random, char *scratch)
{
    switch (seeded_below(random, 8)) {
    case 0: return (struct value){.kind = (enum value_kind)seeded_below(random, 4)};
    case 1: return value_from_integer((int64_t)(seeded_next(random) >> seeded_below(random, 64)));
    case 2: return value_from_decimal((double)(int64_t)seeded_next(random) / 1024);
    case 3: return value_from_number(TEXT("1.5e999"));
    case 4: return (struct value){.kind = VALUE_LIST, .text = TEXT("[1,\"a\"]")};
    case 5: return (struct value){.kind = VALUE_OBJECT, .text = TEXT("{\"a\":null}")};
    default:
        memset(scratch, 'a' + (int)seeded_below(random, 26), 64);
        return value_from_text((struct text){scratch, seeded_below(random, 64)});
    }
}

static void encodes_and_decodes_every_kind(void **state)
{
    (void)state;
    struct seeded random = seeded_begin("value_test");
    for (int i = 0; i < 2000; i++) {
        char scratch[64];
        struct value value = random_value(&random, scratch);
        struct buffer bytes;
        buffer_init(&bytes, 1 << 10);
        value_encode(&value, &bytes);
        const uint8_t *place = (const uint8_t *)bytes.bytes;
        struct block_cursor cursor = {place, place + bytes.size};
        struct value again;
        assert_true(value_decode(&cursor, &again));
        assert_true(cursor.place == cursor.end);
        assert_true(value_equal(&value, &again));
        for (size_t size = 0; size < bytes.size; size++) {
            struct block_cursor cut = {place, place + size};
            assert_false(value_decode(&cut, &again));
        }
        buffer_release(&bytes);
    }
}

static void refuses_bytes_that_no_value_has(void **state)
{
    (void)state;
    static const struct text bad[] = {
        TEXT_INIT(""),
        TEXT_INIT("\x0a"),
        TEXT_INIT("\xff"),
        TEXT_INIT("\x05\x00\x00\x00\x00\x00\x00\x14\x40"), /* 5.0 is an integer */
        TEXT_INIT("\x05\x00\x00\x00\x00\x00\x00\xf0\x7f"), /* infinity */
        TEXT_INIT("\x05\x01\x00\x00\x00\x00\x00\xf0\x7f"), /* no number */
        TEXT_INIT("\x06\x01x"),
        TEXT_INIT("\x08\x01{"),
        TEXT_INIT("\x08\x00"),
        TEXT_INIT("\x09\x01["),
        TEXT_INIT("\x07\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01z"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const uint8_t *place = (const uint8_t *)bad[i].bytes;
        struct block_cursor cursor = {place, place + bad[i].size};
        struct value value;
        if (value_decode(&cursor, &value)) fail_msg("took number %zu", i);
    }
}

static void writes_json(void **state)
{
    (void)state;
    static const struct {
        struct value value;
        const char *json;
    } cases[] = {
        {{.kind = VALUE_MISSING}, "null"},
        {{.kind = VALUE_NULL}, "null"},
        {{.kind = VALUE_TRUE}, "true"},
        {{.kind = VALUE_INTEGER, .integer = INT64_MIN}, "-9223372036854775808"},
        {{.kind = VALUE_DECIMAL, .decimal = 0.1}, "0.1"},
        {{.kind = VALUE_BIG_NUMBER, .text = TEXT_INIT("1.50e400")}, "1.50e400"},
        {{.kind = VALUE_TEXT, .text = TEXT_INIT("a\"\n")}, "\"a\\\"\\n\""},
        {{.kind = VALUE_LIST, .text = TEXT_INIT("[1]")}, "[1]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer out;
        buffer_init(&out, 100);
        value_write_json(&cases[i].value, &out);
        assert_true(text_equal(buffer_text(&out), text_from(cases[i].json)));
        buffer_release(&out);
    }
}

static void gives_the_elements_of_a_list(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 4096);
    struct value list = {
        .kind = VALUE_LIST,
        .text = TEXT("[1,\"a\\n,\",[2,[3]],{\"k\":\"\\u00e9\"},null,true,0.5]"),
    };
    static const char *const expected[] = {
        "1", "\"a\\n,\"", "[2,[3]]", "{\"k\":\"\\u00e9\"}", "null", "true", "0.5",
    };
    struct value *elements;
    uint32_t count;
    assert_true(value_list_elements(&list, &arena, &elements, &count));
    assert_int_equal(count, 7);
    for (uint32_t i = 0; i < count; i++) {
        struct buffer out;
        buffer_init(&out, 100);
        value_write_json(&elements[i], &out);
        assert_true(text_equal(buffer_text(&out), text_from(expected[i])));
        buffer_release(&out);
    }
    list.text = TEXT("[]");
    assert_true(value_list_elements(&list, &arena, &elements, &count));
    assert_int_equal(count, 0);
    list.text = TEXT("[1,,"); /* damaged: as far as it can be read */
    assert_true(value_list_elements(&list, &arena, &elements, &count));
    assert_int_equal(count, 1);
    arena_release(&arena);
    arena_init(&arena, 8);
    assert_false(value_list_elements(&list, &arena, &elements, &count));
    arena_release(&arena);
}

static void finds_values_by_path(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 16);
    struct value object = {
        .kind = VALUE_OBJECT,
        .text =
            TEXT("{\"x\":[{\"a\":9}],\"a\":{\"b\":{\"c\":5},\"d\":null},\"e.f\":\"dot\",\"g\":1}"),
    };
    static const struct {
        const char *path;
        const char *json; /* NULL: missing */
    } cases[] = {
        {"a", "{\"b\":{\"c\":5},\"d\":null}"},
        {"a.b", "{\"c\":5}"},
        {"a.b.c", "5"},
        {"a.d", "null"},
        {"e.f", "\"dot\""},
        {"g", "1"},
        {"x", "[{\"a\":9}]"},
        {"x.a", NULL},
        {"g.h", NULL},
        {"a.b.c.d", NULL},
        {"", NULL},
        {"a.", NULL},
        {"nope", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct value found = object; /* the answer may go where the question was */
        assert_true(value_object_find(&found, text_from(cases[i].path), &arena, &found));
        assert_int_equal(found.kind == VALUE_MISSING, cases[i].json == NULL);
        if (!cases[i].json) continue;
        struct buffer out;
        buffer_init(&out, 100);
        value_write_json(&found, &out);
        assert_true(text_equal(buffer_text(&out), text_from(cases[i].json)));
        buffer_release(&out);
    }
    arena_release(&arena);
    struct value found;
    arena_init(&arena, 8);
    assert_false(value_object_find(&object, TEXT("g"), &arena, &found));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(picks_the_kind_that_keeps_the_number),
        cmocka_unit_test(reads_short_decimals_as_it_reads_all),
        cmocka_unit_test(orders_numbers_by_size_whatever_their_kinds),
        cmocka_unit_test(spreads_values_chosen_against_another_seed),
        cmocka_unit_test(orders_kinds_as_results_do),
        cmocka_unit_test(encodes_and_decodes_every_kind),
        cmocka_unit_test(refuses_bytes_that_no_value_has),
        cmocka_unit_test(writes_json),
        cmocka_unit_test(gives_the_elements_of_a_list),
        cmocka_unit_test(finds_values_by_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
