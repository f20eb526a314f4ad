/* Numbers against strtod, against a search for the shortest text, and against a twin that writes
 * every digit out. */
#include "json_aid.h"

#include "codec/number.h"

#include <float.h>
#include <math.h>

static double parse(const char *text)
{
    double number = -77;
    if (!number_parse(text_from(text), &number)) fail_msg("refused: %s", text);
    return number;
}

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static void parses_exact_and_halfway_cases(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "0",
        "-0",
        "0.0e999999999999999999999",
        "1",
        "-1",
        "0.1",
        "1e22",
        "1e23",
        "9007199254740993",
        "9007199254740992",
        "9007199254740993.00000000000000000000000000000000000000000001",
        "123456789012345678901234567890",
        "2.2250738585072011e-308",
        "2.2250738585072014e-308",
        "4.9e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1e309",
        "-1e309",
        "1e-400",
        "0.000000000000000000000000000000000000000000000000000000000000000000000000000001e70",
        "100000000000000000000000000000000000000000000000000e-50",
        "6.02214076e23",
        "1E+2",
        "1e-0",
        "17.5e-1",
        "8.5",
        "0.3e1",
        "9223372036854775807",
        "18446744073709551615",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (!same_bits(parse(texts[i]), strtod(texts[i], NULL))) fail_msg("%s", texts[i]);
    }
    assert_true(isinf(parse("1e999")));
    assert_true(parse("-1e99999999999999999999") < -DBL_MAX);
    assert_true(same_bits(parse("-1e-99999999999999999999"), -0.0));
}

static void refuses_what_is_no_json_number(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",      "-",   "+1",  "01", "-01",  ".5",   "1.",  "1.e1",
        "1e",    "1e+", "1 ",  " 1", "1x",   "0x1",  "inf", "nan",
        "1e1.5", "--1", "1,5", "00", "1..2", "1ee2", "-.5", "12345678901234567890x"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double number = 5;
        if (number_parse(text_from(texts[i]), &number)) fail_msg("accepted: %s", texts[i]);
        assert_false(number_text_same(text_from(texts[i]), TEXT("1")));
        assert_false(number_text_same(TEXT("1"), text_from(texts[i])));
    }
}

static void make_number(struct seeded *seeded, struct buffer *out)
{
    buffer_clear(out);
    uint32_t whole = seeded_below(seeded, 4) ? 1 + seeded_below(seeded, 20) : 1;
    uint32_t fraction = seeded_below(seeded, 2) ? seeded_below(seeded, 25) : 0;
    if (seeded_below(seeded, 3) == 0) buffer_append_byte(out, '-');
    for (uint32_t i = 0; i < whole; i++) {
        uint32_t digit = seeded_below(seeded, 3) ? seeded_below(seeded, 10) : 0;
        if (i == 0 && whole > 1 && digit == 0) digit = 1;
        buffer_append_byte(out, (char)('0' + digit));
    }
    if (fraction > 0) buffer_append_byte(out, '.');
    for (uint32_t i = 0; i < fraction; i++) {
        uint32_t digit = seeded_below(seeded, 3) ? seeded_below(seeded, 10) : 0;
        buffer_append_byte(out, (char)('0' + digit));
    }
    if (seeded_below(seeded, 2)) {
        int32_t range = seeded_below(seeded, 2) ? 30 : 340;
        buffer_printf(out, "e%+d", (int)seeded_below(seeded, (uint32_t)range * 2) - range);
    }
}

static void parses_like_strtod(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("strtod");
    struct buffer out;
    buffer_init(&out, 4096);
    for (int i = 0; i < 50000; i++) {
        make_number(&seeded, &out);
        buffer_append_byte(&out, '\0');
        if (!same_bits(parse(out.bytes), strtod(out.bytes, NULL))) fail_msg("%s", out.bytes);
    }
    buffer_release(&out);
}

/* Halfway between two doubles to the last of 800 digits and beyond. */
static void rounds_very_long_texts_correctly(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 1 << 20);
    static const uint32_t zeros[] = {1, 20, 700, 780, 790, 800, 900, 100000};
    for (size_t i = 0; i < sizeof zeros / sizeof zeros[0]; i++) {
        for (int last = 0; last < 2; last++) {
            buffer_clear(&out);
            buffer_append_string(&out, "9007199254740993.");
            for (uint32_t j = 0; j < zeros[i]; j++)
                buffer_append_byte(&out, '0');
            buffer_append_byte(&out, (char)('0' + last));
            buffer_append_byte(&out, '\0');
            assert_true(parse(out.bytes) == (last ? 9007199254740994.0 : 9007199254740992.0));
        }
    }
    buffer_release(&out);
}

static double random_double(struct seeded *seeded)
{
    for (;;) {
        uint64_t bits = seeded_next(seeded);
        double number;
        memcpy(&number, &bits, sizeof number);
        switch (seeded_below(seeded, 6)) {
        case 0: number = (double)(int64_t)bits; break;
        case 1: number = (double)(bits % 1000000) / 100; break;
        case 2: number = (double)(bits % 100000) / 1000 * 1e-4; break;
        case 3: number = ldexp((double)(bits >> 40), (int)(bits % 2000) - 1000); break;
        default: break;
        }
        if (isfinite(number)) return number;
    }
}

static size_t significant_digits(const char *text)
{
    size_t first = strcspn(text, "123456789");
    size_t end = strcspn(text, "eE");
    size_t last = end;
    while (last > first && (text[last - 1] == '0' || text[last - 1] == '.'))
        last--;
    size_t count = 0;
    for (size_t i = first; i < last; i++)
        count += text[i] != '.';
    return count;
}

static size_t naive_shortest(double number)
{
    for (int precision = 1; precision < 17; precision++) {
        char text[64];
        (void)snprintf(text, sizeof text, "%.*e", precision - 1, number);
        if (strtod(text, NULL) == number) return significant_digits(text);
    }
    return 17;
}

static void formats_the_shortest_text_that_reads_back(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("shortest");
    for (int i = 0; i < 20000; i++) {
        double number = random_double(&seeded);
        char text[NUMBER_TEXT_SIZE];
        size_t size = number_format(number, text);
        assert_int_equal(size, strlen(text));
        assert_true(size < NUMBER_TEXT_SIZE);
        if (!same_bits(strtod(text, NULL), number)) fail_msg("%.17g became %s", number, text);
        if (!same_bits(parse(text), number)) fail_msg("%s is not read back", text);
        if (number != 0 && significant_digits(text) > naive_shortest(number)) {
            fail_msg("%.17g became %s", number, text);
        }
    }
}

struct form {
    double number;
    const char *text;
};

static void formats_as_javascript_does(void **state)
{
    (void)state;
    static const struct form forms[] = {
        {0, "0"},
        {-0.0, "-0"},
        {1, "1"},
        {-1, "-1"},
        {10, "10"},
        {100, "100"},
        {0.5, "0.5"},
        {19.99, "19.99"},
        {-129.95, "-129.95"},
        {1e15, "1000000000000000"},
        {123456789012345680, "123456789012345680"},
        {9007199254740993.0, "9007199254740992"},
        {1e20, "100000000000000000000"},
        {999999999999999900000.0, "999999999999999900000"},
        {1e21, "1e+21"},
        {1.5e21, "1.5e+21"},
        {1e-6, "0.000001"},
        {1.5e-6, "0.0000015"},
        {1e-7, "1e-7"},
        {1.25e-7, "1.25e-7"},
        {5e-324, "5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {1.0 / 3, "0.3333333333333333"},
        {0.1 + 0.2, "0.30000000000000004"},
        {123.456, "123.456"},
        {1e5 + 0.1, "100000.1"},
        {1790845261.583, "1790845261.583"},
        {4503599627370495.5, "4503599627370495.5"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        char text[NUMBER_TEXT_SIZE];
        (void)number_format(forms[i].number, text);
        assert_string_equal(text, forms[i].text);
    }
}

static void tells_equal_texts_from_near_ones(void **state)
{
    (void)state;
    static const char *const equal[][2] = {
        {"1.50", "15e-1"},
        {"0", "-0.000e55"},
        {"100", "1e2"},
        {"1e2", "1E+02"},
        {"0.001", "1e-3"},
        {"123.4500", "12345e-2"},
        {"1000000", "0.001e9"},
        {"10e-1", "1"},
        {"-7", "-70.0e-1"},
        {"12345678901234567890123", "1.2345678901234567890123e22"},
        {"1e100000000000000000000000", "10e99999999999999999999999"},
        {"1e-100000000000000000000000", "0.1e-99999999999999999999999"},
        {"1e00000000000000000000000000000000000001", "10"},
    };
    static const char *const different[][2] = {
        {"1.5", "1.50000000000000000000000000001"},
        {"1", "-1"},
        {"1", "10"},
        {"1e2", "1e3"},
        {"1e100000000000000000000000", "1e99999999999999999999999"},
        {"0", "1e-999"},
        {"1e5", "1e-5"},
        {"1e4294967296", "1"},
        {"1e18446744073709551616", "1"},
        {"9007199254740993", "9007199254740992"},
        {"101", "11"},
        {"1.01", "1.1"},
        {"12", "1.2"},
    };
    for (size_t i = 0; i < sizeof equal / sizeof equal[0]; i++) {
        struct text a = text_from(equal[i][0]);
        struct text b = text_from(equal[i][1]);
        if (!number_text_same(a, b) || !number_text_same(b, a)) fail_msg("%s", a.bytes);
    }
    for (size_t i = 0; i < sizeof different / sizeof different[0]; i++) {
        struct text a = text_from(different[i][0]);
        struct text b = text_from(different[i][1]);
        if (number_text_same(a, b) || number_text_same(b, a)) fail_msg("%s", a.bytes);
    }
}

/* Every digit in its place, 400 before the point and 400 behind it, and the sign. */
enum { PLACES = 400 };
struct written_out {
    char digits[2 * PLACES];
    bool is_negative;
};

static void write_out(const char *text, struct written_out *out)
{
    memset(out->digits, '0', sizeof out->digits);
    const char *mark = strpbrk(text, "e");
    long exponent = mark ? strtol(mark + 1, NULL, 10) : 0;
    const char *point = strchr(text, '.');
    const char *end = mark ? mark : text + strlen(text);
    const char *units = point ? point : end;
    bool is_zero = true;
    for (const char *place = text; place < end; place++) {
        if (*place < '0' || *place > '9') continue;
        long position = units - place - (place < units ? 1 : 0) + exponent;
        if (*place != '0') is_zero = false;
        if (*place != '0') out->digits[PLACES - 1 - position] = *place;
    }
    out->is_negative = text[0] == '-' && !is_zero;
}

/* The same number written in another way: the point moved, zeros added. */
static void rewrite(struct seeded *seeded, const char *text, struct buffer *out)
{
    const char *mark = strpbrk(text, "e");
    long exponent = mark ? strtol(mark + 1, NULL, 10) : 0;
    size_t size = mark ? (size_t)(mark - text) : strlen(text);
    buffer_clear(out);
    buffer_append(out, text, size);
    bool has_point = memchr(text, '.', size) != NULL;
    uint32_t zeros = seeded_below(seeded, 4);
    if (!has_point && seeded_below(seeded, 2)) {
        for (uint32_t i = 0; i < zeros; i++)
            buffer_append_byte(out, '0');
        if (text[size - 1] != '0' || size > 1) exponent -= zeros;
        if (size == 1 && text[0] == '0') buffer_clear(out), buffer_append_byte(out, '0');
        if (size == 2 && text[0] == '-' && text[1] == '0') {
            buffer_clear(out);
            buffer_append_string(out, "-0");
        }
    } else {
        if (!has_point) buffer_append_string(out, ".0");
        for (uint32_t i = 0; i < zeros; i++)
            buffer_append_byte(out, '0');
    }
    buffer_printf(out, "E%+ld", exponent);
}

static void agrees_with_the_digits_written_out(void **state)
{
    (void)state;
    struct seeded seeded = seeded_begin("written out");
    struct buffer a;
    struct buffer b;
    buffer_init(&a, 4096);
    buffer_init(&b, 4096);
    int equal_count = 0;
    for (int i = 0; i < 20000; i++) {
        make_number(&seeded, &a);
        buffer_append_byte(&a, '\0');
        a.size--;
        if (i % 2) {
            rewrite(&seeded, a.bytes, &b);
            assert_true(number_text_same(buffer_text(&a), buffer_text(&b)));
            /* One digit elsewhere, and it must show. */
            size_t place = seeded_below(&seeded, (uint32_t)(strcspn(a.bytes, "e")));
            if (b.bytes[place] >= '1' && b.bytes[place] <= '8') b.bytes[place]++;
            for (size_t j = 0; j < b.size; j++)
                b.bytes[j] = b.bytes[j] == 'E' ? 'e' : b.bytes[j];
        } else {
            make_number(&seeded, &b);
        }
        buffer_append_byte(&b, '\0');
        b.size--;
        struct written_out a_out;
        struct written_out b_out;
        write_out(a.bytes, &a_out);
        write_out(b.bytes, &b_out);
        bool is_same = memcmp(a_out.digits, b_out.digits, sizeof a_out.digits) == 0 &&
                       a_out.is_negative == b_out.is_negative;
        equal_count += is_same;
        if (number_text_same(buffer_text(&a), buffer_text(&b)) != is_same) {
            fail_msg("%s and %s", a.bytes, b.bytes);
        }
    }
    assert_true(equal_count > 1000);
    buffer_release(&a);
    buffer_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_exact_and_halfway_cases),
        cmocka_unit_test(refuses_what_is_no_json_number),
        cmocka_unit_test(parses_like_strtod),
        cmocka_unit_test(rounds_very_long_texts_correctly),
        cmocka_unit_test(formats_the_shortest_text_that_reads_back),
        cmocka_unit_test(formats_as_javascript_does),
        cmocka_unit_test(tells_equal_texts_from_near_ones),
        cmocka_unit_test(agrees_with_the_digits_written_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
