/* The machine-readable zone of travel documents (ICAO Doc 9303, parts 4 to 6). */
#include "shield/check_national.h"
#include "shield/shield_validator.h"

enum { MRZ_GAP_MAX = 4 }; /* line breaks and spaces between its lines, or an escaped "\n" */

static bool is_mrz_byte(char byte)
{
    return is_upper_byte(byte) || is_digit_byte(byte) || byte == '<';
}

/* So many bytes of the zone from here on. */
static bool is_line(const struct shield_candidate *candidate, uint32_t begin, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        if (!is_mrz_byte(byte_at(candidate, begin + i))) return false;
    return true;
}

static int mrz_number(char byte)
{
    return byte == '<' ? 0 : alnum_number(byte);
}

/* A field and its check digit, weights 7 3 1. */
static bool is_checked(const struct shield_candidate *candidate, uint32_t begin, uint32_t size)
{
    static const int weights[] = {7, 3, 1};
    int sum = 0;
    for (uint32_t i = 0; i < size; i++)
        sum += mrz_number(byte_at(candidate, begin + i)) * weights[i % 3];
    return mrz_number(byte_at(candidate, begin + size)) == sum % 10;
}

/* A date of birth or expiry with its check. */
static bool is_checked_date(const struct shield_candidate *candidate, uint32_t begin)
{
    /* The year is always known; a month or a day of birth may be filled. */
    if (!is_digit_byte(byte_at(candidate, begin))) return false;
    if (!is_digit_byte(byte_at(candidate, begin + 1))) return false;
    return is_checked(candidate, begin, 6);
}

static uint32_t skip_gap(const struct shield_candidate *candidate, uint32_t place)
{
    for (uint32_t i = 0; i < MRZ_GAP_MAX && !is_mrz_byte(byte_at(candidate, place)); i++)
        place++;
    if (byte_at(candidate, place) == 'N' && byte_at(candidate, place - 1) == '\\') place++;
    return place;
}

/* Number, birth and expiry, at 0, 13 and 21 of the second line of two. */
static bool is_second_line(const struct shield_candidate *candidate, uint32_t begin, uint32_t size)
{
    return is_line(candidate, begin, size) && is_checked(candidate, begin, 9) &&
           is_checked_date(candidate, begin + 13) && is_checked_date(candidate, begin + 21);
}

/* The trigger is the start of a first line: P<, I<, A<, C<, V< or P and a letter. */
enum shield_proof shield_check_mrz(const struct shield_candidate *candidate,
                                   struct shield_span *span)
{
    static const uint32_t sizes[] = {44, 36};
    for (size_t i = 0; i < 2; i++) {
        if (!is_line(candidate, candidate->begin, sizes[i])) continue;
        uint32_t second = skip_gap(candidate, candidate->begin + sizes[i]);
        if (!is_second_line(candidate, second, sizes[i])) continue;
        *span = (struct shield_span){candidate->begin, second + sizes[i]};
        return SHIELD_PROVEN;
    }
    /* Cards of three lines of 30: the number on the first, the dates on the second. */
    if (!is_line(candidate, candidate->begin, 30)) return SHIELD_NOT;
    if (!is_checked(candidate, candidate->begin + 5, 9)) return SHIELD_NOT;
    uint32_t second = skip_gap(candidate, candidate->begin + 30);
    if (!is_line(candidate, second, 30) || !is_checked_date(candidate, second)) return SHIELD_NOT;
    if (!is_checked_date(candidate, second + 8)) return SHIELD_NOT;
    uint32_t third = skip_gap(candidate, second + 30);
    *span = (struct shield_span){candidate->begin, second + 30};
    if (is_line(candidate, third, 30)) span->end = third + 30;
    return SHIELD_PROVEN;
}
