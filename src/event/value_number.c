/* A number's text is read as sign, significant digits (first and last are not 0) and the place of
 * the point, so that one number has one reading however it was written. */
#include "event/value_number.h"

#include "base/check.h"
#include "codec/number.h"

#include <math.h>
#include <stdio.h>

enum {
    DIGITS_ALWAYS_EXACT = 15, /* a decimal of so few digits survives a double and back */
    INTEGER_DIGITS_MAX = 19,  /* of INT64_MAX */
    EXPONENT_DIGITS_MAX = 15, /* of an exponent; longer ones are compared as text */
};
static const int64_t exponent_huge = INT64_C(1000000000000000);

struct decimal {
    struct text digits;   /* from the first significant digit to the last, a point may be inside */
    struct text exponent; /* as written, for exponents beyond all measure */
    int64_t magnitude;    /* the value is 0.DIGITS × 10^magnitude */
    bool negative;
    bool is_zero;
};

static int64_t read_exponent(struct text exponent)
{
    if (exponent.size == 0) return 0;
    bool negative = exponent.bytes[0] == '-';
    int64_t number = 0;
    for (size_t i = 0; i < exponent.size; i++) {
        if (exponent.bytes[i] < '0' || exponent.bytes[i] > '9') continue;
        if (number < exponent_huge) number = number * 10 + (exponent.bytes[i] - '0');
    }
    if (number > exponent_huge) number = exponent_huge;
    return negative ? -number : number;
}

/* Narrow text to its significant digits. */
static void find_digits(struct text mantissa, struct decimal *out)
{
    int64_t whole_count = 0; /* digits before the point */
    bool point_seen = false;
    size_t first = mantissa.size;
    size_t last = 0;
    int64_t first_place = 0; /* digits before the first significant one */
    int64_t digit_index = 0;
    for (size_t i = 0; i < mantissa.size; i++) {
        if (mantissa.bytes[i] == '.') {
            point_seen = true;
            continue;
        }
        if (!point_seen) whole_count++;
        if (mantissa.bytes[i] != '0') {
            if (first == mantissa.size) {
                first = i;
                first_place = digit_index;
            }
            last = i;
        }
        digit_index++;
    }
    out->is_zero = first == mantissa.size;
    if (out->is_zero) return;
    out->digits = text_slice(mantissa, first, last - first + 1);
    out->magnitude = whole_count - first_place;
}

static struct decimal decimal_read(struct text number)
{
    struct decimal out = {0};
    if (number.size > 0 && number.bytes[0] == '-') {
        out.negative = true;
        number = text_slice(number, 1, number.size - 1);
    }
    size_t end = 0;
    while (end < number.size && number.bytes[end] != 'e' && number.bytes[end] != 'E')
        end++;
    if (end < number.size) out.exponent = text_slice(number, end + 1, number.size - end - 1);
    find_digits(text_slice(number, 0, end), &out);
    if (out.is_zero) return (struct decimal){.is_zero = true};
    out.magnitude += read_exponent(out.exponent);
    return out;
}

/* The next digit of a run with at most one point in it, or 0 past its end. */
static char next_digit(struct text digits, size_t *place)
{
    if (*place < digits.size && digits.bytes[*place] == '.') (*place)++;
    return *place < digits.size ? digits.bytes[(*place)++] : '0';
}

static int compare_digits(struct text a, struct text b)
{
    size_t a_place = 0;
    size_t b_place = 0;
    while (a_place < a.size || b_place < b.size) {
        char a_digit = next_digit(a, &a_place);
        char b_digit = next_digit(b, &b_place);
        if (a_digit != b_digit) return a_digit < b_digit ? -1 : 1;
    }
    return 0;
}

static int sign_of(const struct decimal *decimal)
{
    if (decimal->is_zero) return 0;
    return decimal->negative ? -1 : 1;
}

static bool is_beyond_measure(const struct decimal *decimal)
{
    return decimal->exponent.size > EXPONENT_DIGITS_MAX;
}

int value_number_text_compare(struct text a, struct text b)
{
    struct decimal left = decimal_read(a);
    struct decimal right = decimal_read(b);
    int sign = sign_of(&left);
    if (sign != sign_of(&right)) return sign < sign_of(&right) ? -1 : 1;
    if (sign == 0) return 0;
    if (left.magnitude != right.magnitude) return left.magnitude < right.magnitude ? -sign : sign;
    if (is_beyond_measure(&left) && is_beyond_measure(&right)) {
        int order = text_compare(a, b); /* any fixed order that tells different texts apart */
        return order < 0 ? -1 : order > 0;
    }
    return sign * compare_digits(left.digits, right.digits);
}

uint64_t value_number_text_hash(struct text number, uint64_t seed)
{
    enum { DIGITS_EACH = 18 }; /* with a 1 before them they fit a word */
    struct decimal decimal = decimal_read(number);
    uint64_t hash = seed ^ ((uint64_t)decimal.magnitude * 2 + decimal.negative);
    size_t place = 0;
    while (place < decimal.digits.size) {
        uint64_t word = 1;
        for (int i = 0; i < DIGITS_EACH && place < decimal.digits.size; i++) {
            word = word * 10 + (uint64_t)(next_digit(decimal.digits, &place) - '0');
        }
        hash = text_hash_seeded((struct text){(const char *)&word, sizeof word}, seed ^ hash);
    }
    return hash;
}

struct text value_number_text(const struct value *number, char scratch[VALUE_NUMBER_TEXT_SIZE])
{
    assert(value_is_number(number));
    if (number->kind == VALUE_BIG_NUMBER) return number->text;
    if (number->kind == VALUE_DECIMAL) {
        return (struct text){scratch, number_format(number->decimal, scratch)};
    }
    int size = snprintf(scratch, VALUE_NUMBER_TEXT_SIZE, "%lld", (long long)number->integer);
    return (struct text){scratch, (size_t)size};
}

/* True if the decimal is a whole number that fits 64 bits. */
static bool decimal_to_integer(const struct decimal *decimal, int64_t *out)
{
    if (decimal->is_zero) {
        *out = 0;
        return true;
    }
    int64_t digit_count = 0;
    uint64_t number = 0;
    if (decimal->magnitude < 1 || decimal->magnitude > INTEGER_DIGITS_MAX) return false;
    for (size_t place = 0; place < decimal->digits.size || digit_count < decimal->magnitude;) {
        if (digit_count == decimal->magnitude) return false; /* a fraction */
        number = number * 10 + (uint64_t)(next_digit(decimal->digits, &place) - '0');
        digit_count++;
    }
    uint64_t limit = (uint64_t)INT64_MAX + decimal->negative;
    if (number > limit) return false;
    *out = decimal->negative ? (int64_t)(0 - number) : (int64_t)number;
    return true;
}

/* Short whole numbers are nearly all there are: no general reading for them. */
static bool read_short_integer(struct text number, int64_t *out)
{
    size_t first = number.size > 0 && number.bytes[0] == '-';
    if (number.size == first || number.size - first >= INTEGER_DIGITS_MAX) return false;
    int64_t total = 0;
    for (size_t i = first; i < number.size; i++) {
        if (number.bytes[i] < '0' || number.bytes[i] > '9') return false;
        total = total * 10 + (number.bytes[i] - '0');
    }
    *out = first ? -total : total;
    return true;
}

/* Digits, a point and digits of which the last is not 0: no integer, and not the general reading
 * either. Nothing of so few digits is beyond a double's exponents. */
static bool is_short_decimal(struct text number)
{
    if (number.size == 0 || number.size > DIGITS_ALWAYS_EXACT) return false;
    size_t points = 0;
    for (size_t i = number.bytes[0] == '-'; i < number.size; i++) {
        unsigned digit = (unsigned char)number.bytes[i] - (unsigned)'0';
        if (digit > 9 && number.bytes[i] != '.') return false;
        points += digit > 9;
    }
    return points == 1 && number.bytes[number.size - 1] != '0';
}

struct value value_from_number(struct text number)
{
    int64_t integer;
    if (read_short_integer(number, &integer)) return value_from_integer(integer);
    double short_decimal;
    if (is_short_decimal(number) && number_parse(number, &short_decimal)) {
        return (struct value){.kind = VALUE_DECIMAL, .decimal = short_decimal};
    }
    struct decimal decimal = decimal_read(number);
    if (decimal_to_integer(&decimal, &integer)) return value_from_integer(integer);

    struct value big = {.kind = VALUE_BIG_NUMBER, .text = number};
    double nearest;
    if (!number_parse(number, &nearest) || !isfinite(nearest)) return big;
    struct value value = {.kind = VALUE_DECIMAL, .decimal = nearest};
    if (decimal.digits.size <= DIGITS_ALWAYS_EXACT && isnormal(nearest)) return value;
    char scratch[VALUE_NUMBER_TEXT_SIZE];
    bool is_same = value_number_text_compare(number, value_number_text(&value, scratch)) == 0;
    return is_same ? value : big;
}

static int compare_integer_decimal(int64_t integer, double decimal)
{
    if (decimal >= 9223372036854775808.0) return -1;
    if (decimal < -9223372036854775808.0) return 1;
    int64_t whole = (int64_t)decimal; /* towards zero */
    if (integer != whole) return integer < whole ? -1 : 1;
    double fraction = decimal - (double)whole;
    return fraction > 0 ? -1 : fraction < 0;
}

int value_compare_numbers(const struct value *a, const struct value *b)
{
    assert(value_is_number(a));
    assert(value_is_number(b));
    if (a->kind == VALUE_INTEGER && b->kind == VALUE_INTEGER) {
        return a->integer < b->integer ? -1 : a->integer > b->integer;
    }
    if (a->kind == VALUE_DECIMAL && b->kind == VALUE_DECIMAL) {
        return a->decimal < b->decimal ? -1 : a->decimal > b->decimal;
    }
    if (a->kind == VALUE_INTEGER && b->kind == VALUE_DECIMAL) {
        return compare_integer_decimal(a->integer, b->decimal);
    }
    if (a->kind == VALUE_DECIMAL && b->kind == VALUE_INTEGER) {
        return -compare_integer_decimal(b->integer, a->decimal);
    }
    char a_scratch[VALUE_NUMBER_TEXT_SIZE];
    char b_scratch[VALUE_NUMBER_TEXT_SIZE];
    return value_number_text_compare(value_number_text(a, a_scratch),
                                     value_number_text(b, b_scratch));
}
