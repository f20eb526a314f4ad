#include "codec/number.h"

#include "base/check.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A number's text taken apart, nothing decoded yet. */
struct number_parts {
    bool negative;
    bool exponent_negative;
    struct text integer;
    struct text fraction;
    struct text exponent; /* its digits */
};

static size_t digit_run(struct text text, size_t first)
{
    size_t place = first;
    while (place < text.size && text.bytes[place] >= '0' && text.bytes[place] <= '9')
        place++;
    return place - first;
}

static bool byte_is(struct text text, size_t place, char byte)
{
    return place < text.size && text.bytes[place] == byte;
}

static bool take_digits(struct text text, size_t *place, struct text *digits)
{
    size_t size = digit_run(text, *place);
    if (size == 0) return false;
    *digits = text_slice(text, *place, size);
    *place += size;
    return true;
}

static bool split(struct text text, struct number_parts *parts)
{
    *parts = (struct number_parts){0};
    size_t place = 0;
    parts->negative = byte_is(text, 0, '-');
    if (parts->negative) place++;
    if (!take_digits(text, &place, &parts->integer)) return false;
    if (parts->integer.size > 1 && parts->integer.bytes[0] == '0') return false;
    if (byte_is(text, place, '.')) {
        place++;
        if (!take_digits(text, &place, &parts->fraction)) return false;
    }
    if (byte_is(text, place, 'e') || byte_is(text, place, 'E')) {
        place++;
        parts->exponent_negative = byte_is(text, place, '-');
        if (parts->exponent_negative || byte_is(text, place, '+')) place++;
        if (!take_digits(text, &place, &parts->exponent)) return false;
    }
    return place == text.size;
}

/* The number as 0.d1d2d3… times a power of ten: d1 and the last digit are not 0. */
struct decimal {
    struct text integer;  /* what is left of the digits before the point */
    struct text fraction; /* and behind it */
    int64_t shift;        /* the power of ten, but for the exponent that is written */
};

static struct text strip_front(struct text digits)
{
    size_t zeros = 0;
    while (byte_is(digits, zeros, '0'))
        zeros++;
    return text_slice(digits, zeros, digits.size - zeros);
}

static struct text strip_back(struct text digits)
{
    while (digits.size > 0 && digits.bytes[digits.size - 1] == '0')
        digits.size--;
    return digits;
}

static struct decimal normalise(const struct number_parts *parts)
{
    struct decimal decimal = {strip_front(parts->integer), strip_back(parts->fraction), 0};
    decimal.shift = (int64_t)decimal.integer.size;
    if (decimal.fraction.size == 0) {
        decimal.integer = strip_back(decimal.integer);
    } else if (decimal.integer.size == 0) {
        struct text rest = strip_front(decimal.fraction);
        decimal.shift = -(int64_t)(decimal.fraction.size - rest.size);
        decimal.fraction = rest;
    }
    return decimal;
}

static size_t digit_count(const struct decimal *decimal)
{
    return decimal->integer.size + decimal->fraction.size;
}

static char digit_at(const struct decimal *decimal, size_t index)
{
    if (index < decimal->integer.size) return decimal->integer.bytes[index];
    return decimal->fraction.bytes[index - decimal->integer.size];
}

/* An exponent that no double can have, and that no text of this machine can make up for. */
enum { EXPONENT_HUGE = 1 << 30 };

static int64_t exponent_value(const struct number_parts *parts)
{
    const int64_t limit = INT64_C(1) << 50;
    int64_t number = 0;
    for (size_t i = 0; i < parts->exponent.size && number < limit; i++) {
        number = number * 10 + (parts->exponent.bytes[i] - '0');
    }
    return parts->exponent_negative ? -number : number;
}

static const double exact_tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Clinger, "How to Read Floating Point Numbers Accurately" (1990): when the digits and the power
 * of ten are both exact doubles, one multiplication or division rounds once, so correctly. */
static bool scale_exactly(uint64_t digits, int64_t exponent, double *out)
{
    if (digits > UINT64_C(1) << 53 || exponent < -22 || exponent > 22) return false;
    double number = (double)digits;
    *out = exponent < 0 ? number / exact_tens[-exponent] : number * exact_tens[exponent];
    return true;
}

static bool parse_fast(const struct decimal *decimal, int64_t power, double *out)
{
    size_t count = digit_count(decimal);
    if (count > 19) return false;
    uint64_t digits = 0;
    for (size_t i = 0; i < count; i++)
        digits = digits * 10 + (uint64_t)(digit_at(decimal, i) - '0');
    return scale_exactly(digits, power - (int64_t)count, out);
}

/* No double and no middle between two of them has more than 768 digits: of what comes behind it
 * matters only that it is not zero. */
enum { DIGITS_MAX = 800 };

static double parse_slow(const struct decimal *decimal, int64_t power)
{
    char text[DIGITS_MAX + 32] = "0.";
    size_t count = digit_count(decimal);
    size_t kept = count < DIGITS_MAX ? count : DIGITS_MAX;
    size_t size = 2;
    for (size_t i = 0; i < kept; i++)
        text[size++] = digit_at(decimal, i);
    if (kept < count) text[size++] = '1';
    (void)snprintf(text + size, sizeof text - size, "e%d", (int)power);

    /* For the locale "C" glibc hands out a constant: nothing is allocated. */
    locale_t locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    assert(locale != (locale_t)0);
    double number = strtod_l(text, NULL, locale);
    freelocale(locale);
    return number;
}

/* Nearly every number of an event: at most 19 digits, perhaps a point, no exponent. False says
 * nothing about the text but that the general way must look at it. */
static bool parse_usual(struct text text, double *out)
{
    const char *place = text.bytes;
    const char *end = place + text.size;
    bool is_negative = *place == '-';
    if (is_negative) place++;
    const char *first = place;
    uint64_t digits = 0;
    for (; place < end && (unsigned char)(*place - '0') < 10; place++) {
        digits = digits * 10 + (uint64_t)(*place - '0');
    }
    int64_t fraction_size = 0;
    if (place == first || (*first == '0' && place - first > 1)) return false;
    if (place < end && *place == '.') {
        const char *fraction = ++place;
        for (; place < end && (unsigned char)(*place - '0') < 10; place++) {
            digits = digits * 10 + (uint64_t)(*place - '0');
        }
        fraction_size = place - fraction;
        if (fraction_size == 0) return false;
    }
    if (place != end || place - first > 19) return false;
    if (!scale_exactly(digits, -fraction_size, out)) return false;
    if (is_negative) *out = -*out;
    return true;
}

bool number_parse(struct text text, double *out)
{
    if (text.size > 0 && parse_usual(text, out)) return true;
    struct number_parts parts;
    if (!split(text, &parts)) return false;
    struct decimal decimal = normalise(&parts);
    double number = 0;
    if (digit_count(&decimal) > 0) {
        int64_t power = exponent_value(&parts) + decimal.shift;
        if (power > EXPONENT_HUGE) power = EXPONENT_HUGE;
        if (power < -EXPONENT_HUGE) power = -EXPONENT_HUGE;
        if (!parse_fast(&decimal, power, &number)) number = parse_slow(&decimal, power);
    }
    *out = parts.negative ? -number : number;
    return true;
}

static int exponent_digit(const struct number_parts *parts, size_t width, size_t index)
{
    size_t missing = width - parts->exponent.size;
    if (index < missing) return 0;
    int digit = parts->exponent.bytes[index - missing] - '0';
    return parts->exponent_negative ? -digit : digit;
}

/* True if a's written exponent is b's plus the distance. Exponents may be longer than any integer
 * type: the difference is taken digit by digit, and once it is large it can only grow. */
static bool exponents_differ_by(const struct number_parts *a, const struct number_parts *b,
                                int64_t distance)
{
    const int64_t limit = INT64_C(1) << 55;
    size_t width = a->exponent.size > b->exponent.size ? a->exponent.size : b->exponent.size;
    int64_t difference = 0;
    for (size_t i = 0; i < width; i++) {
        difference = difference * 10 + exponent_digit(a, width, i) - exponent_digit(b, width, i);
        if (difference > limit || difference < -limit) return false;
    }
    return difference == distance;
}

bool number_text_same(struct text a, struct text b)
{
    struct number_parts a_parts;
    struct number_parts b_parts;
    if (!split(a, &a_parts) || !split(b, &b_parts)) return false;
    struct decimal a_decimal = normalise(&a_parts);
    struct decimal b_decimal = normalise(&b_parts);
    size_t count = digit_count(&a_decimal);
    if (count != digit_count(&b_decimal)) return false;
    if (count == 0) return true; /* zero has no sign and no size */
    if (a_parts.negative != b_parts.negative) return false;
    for (size_t i = 0; i < count; i++) {
        if (digit_at(&a_decimal, i) != digit_at(&b_decimal, i)) return false;
    }
    return exponents_differ_by(&a_parts, &b_parts, b_decimal.shift - a_decimal.shift);
}

/* Digits d1…dn of 0.d1…dn times 10^power. */
struct shortest {
    char digits[24];
    int count;
    int power;
};

static void take_shortest(struct shortest *shortest, uint64_t digits, int power)
{
    assert(digits > 0);
    while (digits % 10 == 0)
        digits /= 10;
    char reversed[24];
    int count = 0;
    for (; digits > 0; digits /= 10)
        reversed[count++] = (char)('0' + digits % 10);
    for (int i = 0; i < count; i++)
        shortest->digits[i] = reversed[count - 1 - i];
    shortest->count = count;
    shortest->power = power;
}

static int decimal_width(uint64_t number)
{
    int width = 1;
    while (number >= 10) {
        number /= 10;
        width++;
    }
    return width;
}

/* Prices and the like: an integer of at most 15 digits over a small power of ten. The division
 * below rounds once, so the first power that gives the number back is the shortest text. */
static bool find_short_decimal(double magnitude, struct shortest *shortest)
{
    static const double tens[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
    for (int places = 0; places <= 6; places++) {
        double scaled = magnitude * tens[places];
        if (scaled >= 1e15) return false;
        double whole = nearbyint(scaled);
        if (whole < 1 || whole / tens[places] != magnitude) continue;
        uint64_t digits = (uint64_t)whole;
        take_shortest(shortest, digits, decimal_width(digits) - places);
        return true;
    }
    return false;
}

/* "d.ddde±xx": its digits and power, whatever the locale puts between the digits. */
static void read_scientific(const char *text, struct shortest *shortest)
{
    uint64_t digits = 0;
    const char *place = text;
    for (; *place != 'e'; place++) {
        if (*place >= '0' && *place <= '9') digits = digits * 10 + (uint64_t)(*place - '0');
    }
    take_shortest(shortest, digits, (int)strtol(place + 1, NULL, 10) + 1);
}

static double read_back(const struct shortest *shortest)
{
    char text[48];
    int size = snprintf(text, sizeof text, "0.%.*se%d", shortest->count, shortest->digits,
                        shortest->power);
    double number = 0;
    bool is_number = number_parse((struct text){text, (size_t)size}, &number);
    assert(is_number);
    return number;
}

static void find_shortest(double magnitude, struct shortest *shortest)
{
    if (find_short_decimal(magnitude, shortest)) return;
    /* Every text of at most 15 digits survives a double, but for the subnormal ones. */
    int precision = magnitude < DBL_MIN ? 1 : 15;
    for (; precision <= 17; precision++) {
        char text[48];
        (void)snprintf(text, sizeof text, "%.*e", precision - 1, magnitude);
        read_scientific(text, shortest);
        if (read_back(shortest) == magnitude) return;
    }
    UNREACHABLE("17 digits tell all doubles apart");
}

static size_t put(char *out, size_t size, const char *bytes, int count)
{
    memcpy(out + size, bytes, (size_t)count);
    return size + (size_t)count;
}

static size_t put_zeros(char *out, size_t size, int count)
{
    memset(out + size, '0', (size_t)count);
    return size + (size_t)count;
}

/* The form that JavaScript writes (ECMA-262, Number::toString). */
static size_t put_number(char *out, size_t size, const struct shortest *shortest)
{
    int count = shortest->count;
    int power = shortest->power;
    if (power > 21 || power < -5) {
        size = put(out, size, shortest->digits, 1);
        if (count > 1) {
            size = put(out, size, ".", 1);
            size = put(out, size, shortest->digits + 1, count - 1);
        }
        return size + (size_t)snprintf(out + size, NUMBER_TEXT_SIZE - size, "e%+d", power - 1);
    }
    if (power <= 0) {
        size = put(out, size, "0.", 2);
        size = put_zeros(out, size, -power);
        return put(out, size, shortest->digits, count);
    }
    if (count <= power) {
        size = put(out, size, shortest->digits, count);
        return put_zeros(out, size, power - count);
    }
    size = put(out, size, shortest->digits, power);
    size = put(out, size, ".", 1);
    return put(out, size, shortest->digits + power, count - power);
}

size_t number_format(double number, char out[NUMBER_TEXT_SIZE])
{
    assert(isfinite(number));
    size_t size = 0;
    if (signbit(number)) out[size++] = '-';
    double magnitude = fabs(number);
    if (magnitude == 0) {
        out[size++] = '0';
    } else {
        struct shortest shortest;
        find_shortest(magnitude, &shortest);
        size = put_number(out, size, &shortest);
    }
    assert(size < NUMBER_TEXT_SIZE);
    out[size] = '\0';
    return size;
}
