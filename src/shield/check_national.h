/* What the checks of official identifiers share: digits, check sums, dates. Private to them. */
#ifndef CANDOR_SHIELD_CHECK_NATIONAL_H
#define CANDOR_SHIELD_CHECK_NATIONAL_H

#include "shield/shield_detect.h"

#include <string.h>

static inline int digit_at(const char *digits, uint32_t place)
{
    return digits[place] - '0';
}

/* The number that count digits make, at most nine of them. */
static inline uint32_t digits_number(const char *digits, uint32_t count)
{
    uint32_t number = 0;
    for (uint32_t i = 0; i < count; i++)
        number = number * 10 + (uint32_t)digit_at(digits, i);
    return number;
}

static inline int digits_sum(const char *digits, const uint8_t *weights, uint32_t count)
{
    int sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += digit_at(digits, i) * weights[i];
    return sum;
}

/* Luhn, ISO/IEC 7812-1, annex B. */
static inline bool digits_pass_luhn(const char *digits, uint32_t count)
{
    static const uint8_t doubled[10] = {0, 2, 4, 6, 8, 1, 3, 5, 7, 9};
    uint32_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        int digit = digit_at(digits, count - 1 - i);
        sum += i % 2 == 1 ? doubled[digit] : (uint32_t)digit;
    }
    return sum % 10 == 0;
}

static inline uint32_t digits_modulo(const char *digits, uint32_t count, uint32_t modulus)
{
    uint64_t rest = 0;
    for (uint32_t i = 0; i < count; i++) {
        rest = rest * 10 + (uint64_t)digit_at(digits, i);
        if (i % 8 == 7) rest %= modulus; /* eight more digits have room behind what is left */
    }
    return (uint32_t)(rest % modulus);
}

/* ISO 7064, MOD 11,10 over all digits, the check digit last. */
static inline bool digits_pass_mod_11_10(const char *digits, uint32_t count)
{
    int product = 10;
    for (uint32_t i = 0; i + 1 < count; i++) {
        int sum = (digit_at(digits, i) + product) % 10;
        product = (sum == 0 ? 10 : sum) * 2 % 11;
    }
    return (11 - product) % 10 == digit_at(digits, count - 1);
}

/* All the same, or none of it: placeholders that many sums let through. */
static inline bool digits_are_dull(const char *digits, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (digits[i] != digits[0]) return false;
    return true;
}

static inline bool is_month_and_day(uint32_t month, uint32_t day)
{
    return month >= 1 && month <= 12 && day >= 1 && day <= (month == 2 ? 29u : 31u) &&
           !((month == 4 || month == 6 || month == 9 || month == 11) && day == 31);
}

/* YYMMDD and DDMMYY. */
static inline bool is_ymd(const char *digits)
{
    return is_month_and_day(digits_number(digits + 2, 2), digits_number(digits + 4, 2));
}

static inline bool is_dmy(const char *digits)
{
    return is_month_and_day(digits_number(digits + 2, 2), digits_number(digits, 2));
}

/* YYYYMMDD of the last 130 years or so. */
static inline bool is_long_ymd(const char *digits)
{
    uint32_t year = digits_number(digits, 4);
    return year >= 1900 && year <= 2050 && is_ymd(digits + 2);
}

static inline char upper_of(char byte)
{
    return byte >= 'a' && byte <= 'z' ? (char)(byte - 'a' + 'A') : byte;
}

static inline bool is_digit_byte(char byte)
{
    return byte >= '0' && byte <= '9';
}

static inline bool is_upper_byte(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

/* 0 to 9, then A is 10. */
static inline int alnum_number(char byte)
{
    return is_digit_byte(byte) ? byte - '0' : byte - 'A' + 10;
}

/* The byte at a place of the value, upper case; NUL outside. */
static inline char byte_at(const struct shield_candidate *candidate, uint32_t place)
{
    return place < candidate->value.size ? upper_of(candidate->value.bytes[place]) : '\0';
}

/* Does the candidate's text have this form? 'A' is a letter, '9' a digit, 'X' either, anything else
 * itself; letters in either case. On success the span is the form, from the candidate's begin, and
 * no word goes on behind it. `out` gets the letters and digits of the form in upper case. */
static inline bool has_form(const struct shield_candidate *candidate, const char *form, char *out,
                            struct shield_span *span)
{
    uint32_t place = candidate->begin;
    for (; *form; form++, place++) {
        char byte = byte_at(candidate, place);
        bool is_letter = is_upper_byte(byte);
        bool is_digit = is_digit_byte(byte);
        bool fits = *form == 'A'   ? is_letter
                    : *form == '9' ? is_digit
                    : *form == 'X' ? is_letter || is_digit
                                   : byte == *form;
        if (!fits) return false;
        if (out && (is_letter || is_digit)) *out++ = byte;
    }
    char next = byte_at(candidate, place);
    if (is_upper_byte(next) || is_digit_byte(next) || next == '_') return false;
    span->begin = candidate->begin;
    span->end = place;
    return true;
}

/* The candidate's digits stand in groups like "3-2-4" with this separator. */
static inline bool has_groups(const struct shield_candidate *candidate, const char *groups,
                              char separator)
{
    uint32_t place = candidate->begin;
    for (; *groups; groups++) {
        if (*groups == '-') {
            if (byte_at(candidate, place++) != separator) return false;
            continue;
        }
        for (int i = 0; i < *groups - '0'; i++)
            if (!is_digit_byte(byte_at(candidate, place++))) return false;
    }
    return place == candidate->end;
}

/* A JSON number whose name says nothing: counts, sizes and moments are such, papers are not. */
static inline bool is_bare_number(const struct shield_candidate *candidate)
{
    return candidate->is_number && !candidate->has_context;
}

static inline enum shield_proof proven_if(bool is_proven)
{
    return is_proven ? SHIELD_PROVEN : SHIELD_NOT;
}

#endif
