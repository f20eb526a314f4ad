/* Adding without rounding: 0.1 and 0.2 are 0.3. Numbers of up to 36 digits between them are added
 * as one 128-bit integer of a common scale; longer ones as doubles. */
#include "store/profile_edit.h"

#include "base/buffer.h"

#include <math.h>
#include <stdio.h>

/* 128 bits, in the spelling that pedantic compilers take. */
typedef int wide_integer __attribute__((mode(TI)));

enum { DIGITS_MAX = 36, EXPONENT_MAX = 60 };

struct scaled {
    wide_integer digits; /* the number is digits × 10^exponent */
    int exponent;
};

static bool read_exponent(struct text text, int *exponent)
{
    int64_t number;
    bool has_plus = text.size > 0 && text.bytes[0] == '+';
    if (!text_to_i64(text_slice(text, has_plus, text.size - has_plus), &number)) return false;
    if (number < -EXPONENT_MAX || number > EXPONENT_MAX) return false;
    *exponent = (int)number;
    return true;
}

static bool read_scaled(struct text text, struct scaled *out)
{
    *out = (struct scaled){0};
    int digit_count = 0;
    int fraction_count = 0;
    bool in_fraction = false;
    size_t i = text.size > 0 && text.bytes[0] == '-';
    for (; i < text.size && text.bytes[i] != 'e' && text.bytes[i] != 'E'; i++) {
        if (text.bytes[i] == '.') {
            in_fraction = true;
            continue;
        }
        if (digit_count == DIGITS_MAX) return false;
        out->digits = out->digits * 10 + (text.bytes[i] - '0');
        digit_count += out->digits != 0;
        fraction_count += in_fraction;
    }
    if (text.bytes[0] == '-') out->digits = -out->digits;
    if (i < text.size &&
        !read_exponent(text_slice(text, i + 1, text.size - i - 1), &out->exponent)) {
        return false;
    }
    out->exponent -= fraction_count;
    return true;
}

static bool lower_exponent(struct scaled *number, int exponent)
{
    const wide_integer limit = (wide_integer)1e36;
    while (number->exponent > exponent) {
        if (number->digits > limit / 10 || number->digits < -limit / 10) return false;
        number->digits *= 10;
        number->exponent--;
    }
    return true;
}

static struct text write_scaled(struct scaled number, char scratch[PROFILE_SUM_SIZE])
{
    char digits[DIGITS_MAX + 8];
    size_t first = sizeof digits;
    bool negative = number.digits < 0;
    wide_integer rest = negative ? -number.digits : number.digits;
    do {
        digits[--first] = (char)('0' + (int)(rest % 10));
        rest /= 10;
    } while (rest > 0);
    int count = (int)(sizeof digits - first);
    int size;
    if (number.exponent == 0) {
        size = snprintf(scratch, PROFILE_SUM_SIZE, "%s%.*s", negative ? "-" : "", count,
                        digits + first);
    } else if (number.exponent > 0 || -number.exponent >= count + 20) {
        size = snprintf(scratch, PROFILE_SUM_SIZE, "%s%.*se%d", negative ? "-" : "", count,
                        digits + first, number.exponent);
    } else if (-number.exponent >= count) {
        size = snprintf(scratch, PROFILE_SUM_SIZE, "%s0.%0*d%.*s", negative ? "-" : "",
                        -number.exponent - count, 0, count, digits + first);
        if (-number.exponent == count) {
            size = snprintf(scratch, PROFILE_SUM_SIZE, "%s0.%.*s", negative ? "-" : "", count,
                            digits + first);
        }
    } else {
        int whole = count + number.exponent;
        size = snprintf(scratch, PROFILE_SUM_SIZE, "%s%.*s.%.*s", negative ? "-" : "", whole,
                        digits + first, -number.exponent, digits + first + whole);
    }
    return (struct text){scratch, (size_t)size};
}

static bool read_value(const struct value *value, struct scaled *out)
{
    struct buffer text;
    buffer_init(&text, 4096);
    value_write_json(value, &text);
    bool read = !buffer_overflowed(&text) && read_scaled(buffer_text(&text), out);
    buffer_release(&text);
    return read;
}

static bool sum_exactly(const struct value *a, const struct value *b,
                        char scratch[PROFILE_SUM_SIZE], struct value *sum)
{
    struct scaled left;
    struct scaled right;
    if (!read_value(a, &left) || !read_value(b, &right)) return false;
    int exponent = left.exponent < right.exponent ? left.exponent : right.exponent;
    if (!lower_exponent(&left, exponent) || !lower_exponent(&right, exponent)) return false;
    struct scaled total = {left.digits + right.digits, exponent};
    while (total.digits != 0 && total.exponent < 0 && total.digits % 10 == 0) {
        total.digits /= 10;
        total.exponent++;
    }
    *sum = value_from_number(write_scaled(total, scratch));
    return true;
}

bool profile_number_sum(const struct value *a, const struct value *b,
                        char scratch[PROFILE_SUM_SIZE], struct value *sum)
{
    int64_t integer;
    if (a->kind == VALUE_INTEGER && b->kind == VALUE_INTEGER &&
        !__builtin_add_overflow(a->integer, b->integer, &integer)) {
        *sum = value_from_integer(integer);
        return true;
    }
    if (sum_exactly(a, b, scratch, sum)) return true;
    double rounded = value_number(a) + value_number(b);
    if (!isfinite(rounded)) return false;
    *sum = value_from_decimal(rounded);
    return true;
}
