/* Official identifiers of central and eastern Europe, Turkey, Israel and South Africa. */
#include "shield/check_national.h"
#include "shield/shield_validator.h"

/* MSWiA: the month carries the century (80, 0, 20, 40, 60 more); weights 1 3 7 9, modulo 10. */
enum shield_proof shield_check_pl_pesel(const struct shield_candidate *candidate,
                                        struct shield_span *span)
{
    static const uint8_t weights[] = {1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1};
    const char *digits = candidate->digits;
    (void)span;
    if (candidate->digit_count != 11 || !candidate->has_context) return SHIELD_NOT;
    uint32_t month = digits_number(digits + 2, 2) % 20;
    if (!is_month_and_day(month, digits_number(digits + 4, 2))) return SHIELD_NOT;
    return proven_if(digits_sum(digits, weights, 11) % 10 == 0);
}

/* Czech and Slovak: divisible by 11; women have 50 more in the month, 20 more when numbers ran out.
 * Before 1954 nine digits without a check. */
static bool is_rodne_cislo(const char *digits, uint32_t count)
{
    uint32_t month = digits_number(digits + 2, 2) % 50 % 20;
    if (!is_month_and_day(month, digits_number(digits + 4, 2))) return false;
    return count == 9 || digits_modulo(digits, 10, 11) == 0;
}

/* Romania: sex and century, date, county, serial, check with weights 279146358279, 10 becomes 1. */
static bool is_cnp(const char *digits)
{
    static const uint8_t weights[] = {2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9};
    int check = digits_sum(digits, weights, 12) % 11;
    return digits[0] != '0' && is_ymd(digits + 1) &&
           digit_at(digits, 12) == (check == 10 ? 1 : check);
}

/* Bulgaria: 20 or 40 more in the month for other centuries. */
static bool is_egn(const char *digits)
{
    static const uint8_t weights[] = {2, 4, 8, 5, 10, 9, 7, 3, 6};
    uint32_t month = digits_number(digits + 2, 2) % 20;
    return is_month_and_day(month, digits_number(digits + 4, 2)) &&
           digits_sum(digits, weights, 9) % 11 % 10 == digit_at(digits, 9);
}

/* Hungary: TAJ, weights 3 7, modulo 10. */
static bool is_taj(const char *digits)
{
    static const uint8_t weights[] = {3, 7, 3, 7, 3, 7, 3, 7};
    return digits_sum(digits, weights, 8) % 10 == digit_at(digits, 8);
}

/* Hungary: the tax number of a person begins with 8; the sum of digits by their places, mod 11. */
static bool is_hungarian_tax(const char *digits)
{
    static const uint8_t weights[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    return digits[0] == '8' && digits_sum(digits, weights, 9) % 11 == digit_at(digits, 9);
}

/* One key stands for five countries: the count of digits says which sums may hold. */
enum shield_proof shield_check_eastern_id(const struct shield_candidate *candidate,
                                          struct shield_span *span)
{
    const char *digits = candidate->digits;
    (void)span;
    if (!candidate->has_context || digits_are_dull(digits, candidate->digit_count)) {
        return SHIELD_NOT;
    }
    switch (candidate->digit_count) {
    case 9: return proven_if(is_taj(digits) || is_rodne_cislo(digits, 9));
    case 10:
        return proven_if(is_rodne_cislo(digits, 10) || is_egn(digits) || is_hungarian_tax(digits));
    case 11: return proven_if(is_dmy(digits) && digits_pass_luhn(digits, 11)); /* Greece: AMKA */
    case 13: return proven_if(is_cnp(digits));
    default: return SHIELD_NOT;
    }
}

/* Nüfus ve Vatandaşlık İşleri: two checks. */
enum shield_proof shield_check_tr_tckn(const struct shield_candidate *candidate,
                                       struct shield_span *span)
{
    const char *digits = candidate->digits;
    int odd = 0;
    int even = 0;
    (void)span;
    if (candidate->digit_count != 11 || !candidate->has_context) return SHIELD_NOT;
    for (uint32_t i = 0; i < 9; i++)
        *(i % 2 == 0 ? &odd : &even) += digit_at(digits, i);
    int tenth = ((odd * 7 - even) % 10 + 10) % 10;
    int eleventh = (odd + even + tenth) % 10;
    return proven_if(digits[0] != '0' && digit_at(digits, 9) == tenth &&
                     digit_at(digits, 10) == eleventh);
}

/* Population and Immigration Authority: weights 1 2, digits of products, modulo 10: Luhn. */
enum shield_proof shield_check_il_id(const struct shield_candidate *candidate,
                                     struct shield_span *span)
{
    (void)span;
    if (candidate->digit_count != 9 || !candidate->has_context) return SHIELD_NOT;
    return proven_if(digits_pass_luhn(candidate->digits, 9) &&
                     !digits_are_dull(candidate->digits, 9));
}

/* Department of Home Affairs: YYMMDD, four of the sex, citizenship 0 or 1 (2 for refugees), 8 or 9,
 * Luhn. */
enum shield_proof shield_check_za_id(const struct shield_candidate *candidate,
                                     struct shield_span *span)
{
    const char *digits = candidate->digits;
    (void)span;
    if (candidate->digit_count != 13 || candidate->group_count > 4 || !is_ymd(digits)) {
        return SHIELD_NOT;
    }
    bool is_citizen = digits[10] >= '0' && digits[10] <= '2';
    bool is_old = digits[11] == '8' || digits[11] == '9';
    /* A time in milliseconds has a date in it too; it passes once in two thousand. */
    if (!candidate->has_context && (candidate->is_number || !is_old)) return SHIELD_NOT;
    return proven_if(is_citizen && digits_pass_luhn(digits, 13));
}
