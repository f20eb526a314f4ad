/* Official identifiers of Great Britain and the Nordic countries. */
#include "shield/check_national.h"
#include "shield/shield_validator.h"

/* HMRC, NIM39110: no D F I Q U V in the first two, no O in the second, some pairs not given out. */
static bool is_nino(const char *at)
{
    static const char refused[][3] = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"};
    if (strchr("DFIQUV", at[0]) || strchr("DFIOQUV", at[1])) return false;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (memcmp(refused[i], at, 2) == 0) return false;
    return at[8] >= 'A' && at[8] <= 'D';
}

enum shield_proof shield_check_uk_nino(const struct shield_candidate *candidate,
                                       struct shield_span *span)
{
    char plain[12];
    bool has_shape = has_form(candidate, "AA999999A", plain, span) ||
                     has_form(candidate, "AA 99 99 99 A", plain, span) ||
                     has_form(candidate, "AA-99-99-99-A", plain, span) ||
                     has_form(candidate, "AA 999999 A", plain, span);
    return proven_if(has_shape && is_nino(plain));
}

/* NHS Data Dictionary: weights 10 to 2, modulo 11. A Unix time in seconds passes once in eleven. */
enum shield_proof shield_check_uk_nhs(const struct shield_candidate *candidate,
                                      struct shield_span *span)
{
    static const uint8_t weights[] = {10, 9, 8, 7, 6, 5, 4, 3, 2};
    (void)span;
    if (candidate->digit_count != 10 || !candidate->has_context) return SHIELD_NOT;
    int check = 11 - digits_sum(candidate->digits, weights, 9) % 11;
    if (digits_are_dull(candidate->digits, 10)) return SHIELD_NOT;
    return proven_if(check % 11 == digit_at(candidate->digits, 9) && check != 10);
}

/* HMRC: the first digit is found from the nine behind it. */
static bool is_utr(const char *digits)
{
    static const uint8_t weights[] = {6, 7, 8, 9, 10, 5, 4, 3, 2};
    static const char checks[] = "21987654321";
    return checks[digits_sum(digits + 1, weights, 9) % 11] == digits[0];
}

/* DVLA: five of the surname (9 fills), decade, month (50 more for women), day, year, two initials
 * (9 fills), three more. */
static bool is_dvla(const char *at)
{
    bool has_filled = false;
    for (int i = 0; i < 5; i++) {
        if (at[i] == '9') has_filled = true;
        if (!is_upper_byte(at[i]) && at[i] != '9') return false;
        if (has_filled && at[i] != '9') return false;
    }
    for (int i = 5; i < 11; i++)
        if (!is_digit_byte(at[i])) return false;
    uint32_t month = digits_number(at + 6, 2) % 50;
    return at[0] != '9' && is_month_and_day(month, digits_number(at + 8, 2)) &&
           (is_upper_byte(at[11]) || at[11] == '9') && (is_upper_byte(at[12]) || at[12] == '9');
}

enum shield_proof shield_check_uk_tax_licence(const struct shield_candidate *candidate,
                                              struct shield_span *span)
{
    char plain[20];
    if (!candidate->has_context) return SHIELD_NOT;
    if (candidate->digits) {
        return proven_if(candidate->digit_count == 10 && is_utr(candidate->digits));
    }
    return has_form(candidate, "XXXXXXXXXXXXXXXX", plain, span) && is_dvla(plain) ? SHIELD_SHAPE
                                                                                  : SHIELD_NOT;
}

/* Skatteverket, SKV 704: Luhn over YYMMDDNNNC; coordination numbers add 60 to the day. */
static bool is_personnummer(const char *digits)
{
    uint32_t day = digits_number(digits + 4, 2);
    if (day > 60) day -= 60;
    return is_month_and_day(digits_number(digits + 2, 2), day) && digits_pass_luhn(digits, 10);
}

enum shield_proof shield_check_se_personnummer(const struct shield_candidate *candidate,
                                               struct shield_span *span)
{
    (void)span;
    uint32_t count = candidate->digit_count;
    if (count != 10 && count != 12) return SHIELD_NOT;
    if (count == 12 && candidate->digits[0] != '1' && candidate->digits[0] != '2')
        return SHIELD_NOT;
    bool is_written = has_groups(candidate, count == 10 ? "6-4" : "8-4", '-');
    if (!candidate->has_context && !is_written) return SHIELD_NOT;
    return proven_if(is_personnummer(candidate->digits + count - 10));
}

/* Skatteetaten: two checks modulo 11. D-numbers add 40 to the day, H-numbers 40 to the month. */
enum shield_proof shield_check_no_fodselsnummer(const struct shield_candidate *candidate,
                                                struct shield_span *span)
{
    static const uint8_t first[] = {3, 7, 6, 1, 8, 9, 4, 5, 2, 1};
    static const uint8_t second[] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1};
    const char *digits = candidate->digits;
    (void)span;
    if (candidate->digit_count != 11 || candidate->group_count > 2) return SHIELD_NOT;
    if (is_bare_number(candidate)) return SHIELD_NOT;
    uint32_t day = digits_number(digits, 2);
    uint32_t month = digits_number(digits + 2, 2);
    if (day > 71 || month > 52 || digits_are_dull(digits, 11)) return SHIELD_NOT;
    if (!is_month_and_day(month % 40, day % 40)) return SHIELD_NOT;
    return proven_if(digits_sum(digits, first, 10) % 11 == 0 &&
                     digits_sum(digits, second, 11) % 11 == 0);
}

/* CPR-kontoret: DDMMYY-SSSS. The check modulo 11 was given up in 2007, so only the date is left. */
enum shield_proof shield_check_dk_cpr(const struct shield_candidate *candidate,
                                      struct shield_span *span)
{
    (void)span;
    if (candidate->digit_count != 10 || !is_dmy(candidate->digits)) return SHIELD_NOT;
    bool is_written = has_groups(candidate, "6-4", '-');
    if (!is_written && !candidate->has_context) return SHIELD_NOT;
    if (digits_are_dull(candidate->digits, 10)) return SHIELD_NOT;
    return SHIELD_SHAPE;
}

/* Digital and Population Data Services Agency: DDMMYY, a sign of the century, three digits, and the
 * remainder modulo 31 in an alphabet. */
enum shield_proof shield_check_fi_hetu(const struct shield_candidate *candidate,
                                       struct shield_span *span)
{
    static const char checks[] = "0123456789ABCDEFHJKLMNPRSTUVWXY";
    char digits[9];
    uint32_t begin = candidate->begin;
    for (uint32_t i = 0; i < 6; i++)
        digits[i] = byte_at(candidate, begin + i);
    for (uint32_t i = 0; i < 3; i++)
        digits[6 + i] = byte_at(candidate, begin + 7 + i);
    for (int i = 0; i < 9; i++)
        if (!is_digit_byte(digits[i])) return SHIELD_NOT;
    char century = byte_at(candidate, begin + 6);
    char check = byte_at(candidate, begin + 10);
    char next = byte_at(candidate, begin + 11);
    if (century == '\0' || !strchr("-+ABCDEFYXWVU", century)) return SHIELD_NOT;
    if (is_digit_byte(next) || is_upper_byte(next) || !is_dmy(digits)) return SHIELD_NOT;
    span->end = begin + 11;
    return proven_if(check != '\0' && checks[digits_number(digits, 9) % 31] == check);
}
