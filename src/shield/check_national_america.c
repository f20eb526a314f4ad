/* Official identifiers of the Americas. Sources are named at each. */
#include "shield/check_national.h"
#include "shield/shield_key.h"
#include "shield/shield_validator.h"

/* Social Security Administration, "SSN randomization": areas 001 to 899 without 666. */
static bool is_ssn(const char *digits)
{
    uint32_t area = digits_number(digits, 3);
    return area > 0 && area != 666 && area < 900 && digits_number(digits + 3, 2) > 0 &&
           digits_number(digits + 5, 4) > 0;
}

/* The number on a wallet maker's sample card and the advertised ones are nobody's. */
static bool is_sample_ssn(const char *digits)
{
    return memcmp(digits, "078051120", 9) == 0 || memcmp(digits, "219099999", 9) == 0 ||
           memcmp(digits, "123456789", 9) == 0;
}

enum shield_proof shield_check_us_ssn(const struct shield_candidate *candidate,
                                      struct shield_span *span)
{
    (void)span;
    if (candidate->digit_count != 9 || !is_ssn(candidate->digits)) return SHIELD_NOT;
    bool is_grouped = candidate->group_count == 3 &&
                      (has_groups(candidate, "3-2-4", '-') || has_groups(candidate, "3-2-4", ' '));
    if (!is_grouped && !candidate->has_context) return SHIELD_NOT;
    if (digits_are_dull(candidate->digits, 9)) return SHIELD_NOT;
    if (is_sample_ssn(candidate->digits)) return SHIELD_TEST;
    return is_grouped ? SHIELD_PROVEN : SHIELD_SHAPE;
}

/* ITIN: IRS, Publication 1915: 9xx with the group in 50-65, 70-88, 90-92, 94-99. EIN: a prefix
 * that the IRS gives out, written 2-7. */
enum shield_proof shield_check_us_tax(const struct shield_candidate *candidate,
                                      struct shield_span *span)
{
    (void)span;
    if (candidate->digit_count != 9 || !candidate->has_context) return SHIELD_NOT;
    const char *digits = candidate->digits;
    uint32_t group = digits_number(digits + 3, 2);
    bool is_group = (group >= 50 && group <= 65) || (group >= 70 && group <= 88) ||
                    (group >= 90 && group <= 92) || group >= 94;
    if (digits[0] == '9' && is_group) return SHIELD_SHAPE;
    uint32_t prefix = digits_number(digits, 2);
    static const uint8_t unused[] = {0,  7,  8,  9,  17, 18, 19, 28, 29,
                                     49, 69, 70, 78, 79, 89, 96, 97};
    if (memchr(unused, (int)prefix, sizeof unused)) return SHIELD_NOT;
    bool is_plain = candidate->group_count == 1 || has_groups(candidate, "2-7", '-');
    return is_plain ? SHIELD_SHAPE : SHIELD_NOT;
}

/* Medicare beneficiary: CMS, "Understanding the MBI": letters without S, L, O, I, B, Z. */
static bool is_mbi(const char *at)
{
    static const char form[] = "9AX9AX9AA99";
    for (int i = 0; i < 11; i++) {
        bool is_letter = is_upper_byte(at[i]) && !strchr("SLOIBZ", at[i]);
        bool is_digit = is_digit_byte(at[i]);
        if (form[i] == 'A' ? !is_letter : form[i] == '9' ? !is_digit : !is_letter && !is_digit) {
            return false;
        }
    }
    return at[0] != '0';
}

/* NPI: CMS, check digit by Luhn behind the prefix 80840. */
static bool is_npi(const char *digits)
{
    char prefixed[15];
    memcpy(prefixed, "80840", 5);
    memcpy(prefixed + 5, digits, 10);
    return (digits[0] == '1' || digits[0] == '2') && digits_pass_luhn(prefixed, 15);
}

enum shield_proof shield_check_us_medicare(const struct shield_candidate *candidate,
                                           struct shield_span *span)
{
    char plain[16];
    if (!candidate->has_context) return SHIELD_NOT;
    if (candidate->digits) {
        return proven_if(candidate->digit_count == 10 && is_npi(candidate->digits));
    }
    bool has_shape = has_form(candidate, "9XX9-XX9-XX99", plain, span) ||
                     has_form(candidate, "9XX9XX9XX99", plain, span);
    return proven_if(has_shape && is_mbi(plain));
}

/* Numbers of passports and of driving licences have one form a country or a state; under a key that
 * says what they are, anything of 6 to 14 letters and digits with two digits will do. */
enum shield_proof shield_check_document(const struct shield_candidate *candidate,
                                        struct shield_span *span)
{
    uint64_t wanted = SHIELD_KEY_BIT(SHIELD_KEY_PASSPORT) | SHIELD_KEY_BIT(SHIELD_KEY_LICENCE);
    uint32_t digits = 0;
    uint32_t count = 0;
    (void)span;
    if (!(candidate->key_classes & wanted) && !candidate->has_context) return SHIELD_NOT;
    for (uint32_t i = candidate->begin; i < candidate->end; i++) {
        char byte = byte_at(candidate, i);
        if (byte != '\0' && strchr(" -/.()\"'", byte)) continue;
        if (!is_upper_byte(byte) && !is_digit_byte(byte)) return SHIELD_NOT;
        digits += is_digit_byte(byte);
        count++;
    }
    return count >= 6 && count <= 18 && digits >= 2 ? SHIELD_SHAPE : SHIELD_NOT;
}

/* SIN: Luhn; no number begins with 8, and 0 is for fictitious ones. */
enum shield_proof shield_check_ca_sin(const struct shield_candidate *candidate,
                                      struct shield_span *span)
{
    (void)span;
    if (candidate->digit_count != 9 || !candidate->has_context) return SHIELD_NOT;
    if (candidate->digits[0] == '8' || candidate->digits[0] == '0') return SHIELD_NOT;
    return proven_if(digits_pass_luhn(candidate->digits, 9));
}

/* Receita Federal: two check digits modulo 11 over all digits before them. */
static bool is_cpf_or_cnpj(const char *digits, uint32_t count)
{
    for (uint32_t last = count - 2; last < count; last++) {
        int sum = 0;
        for (uint32_t i = 0; i < last; i++) {
            uint32_t weight = count == 11 ? last + 1 - i : 2 + (last - 1 - i) % 8;
            sum += digit_at(digits, i) * (int)weight;
        }
        int rest = sum % 11;
        if (digit_at(digits, last) != (rest < 2 ? 0 : 11 - rest)) return false;
    }
    return !digits_are_dull(digits, count);
}

static bool is_brazilian_form(const struct shield_candidate *candidate)
{
    if (candidate->digit_count == 11)
        return has_form(candidate, "999.999.999-99", NULL, &(struct shield_span){0, 0});
    return has_form(candidate, "99.999.999/9999-99", NULL, &(struct shield_span){0, 0});
}

enum shield_proof shield_check_br_tax(const struct shield_candidate *candidate,
                                      struct shield_span *span)
{
    (void)span;
    if (candidate->digit_count != 11 && candidate->digit_count != 14) return SHIELD_NOT;
    if (!is_cpf_or_cnpj(candidate->digits, candidate->digit_count)) return SHIELD_NOT;
    return proven_if(candidate->has_context || is_brazilian_form(candidate));
}

/* RENAPO: the alphabet with Ñ after N, weights 18 down to 2. */
static bool is_curp(const char *at)
{
    int sum = 0;
    for (int i = 0; i < 17; i++) {
        int number = alnum_number(at[i]);
        if (is_upper_byte(at[i]) && at[i] > 'N') number++; /* Ñ is 24 */
        sum += number * (18 - i);
    }
    int check = (10 - sum % 10) % 10;
    return strchr("HMX", at[10]) && is_ymd(at + 4) && is_digit_byte(at[17]) &&
           check == digit_at(at, 17);
}

/* SAT: alphabet 0-9 A-N & O-Z blank Ñ, weights 13 down to 2; a legal person is padded. */
static bool is_rfc(const char *at, int count)
{
    int sum = count == 12 ? 37 * 13 : 0; /* the blank in front */
    for (int i = 0; i < count - 1; i++) {
        int number = alnum_number(at[i]);
        if (is_upper_byte(at[i]) && at[i] > 'N') number++; /* '&' is 24 */
        sum += number * (count - i);
    }
    int rest = sum % 11;
    char check = rest == 0 ? '0' : rest == 1 ? 'A' : (char)('0' + 11 - rest);
    return is_ymd(at + count - 9) && at[count - 1] == check;
}

enum shield_proof shield_check_mx_id(const struct shield_candidate *candidate,
                                     struct shield_span *span)
{
    char plain[24];
    if (has_form(candidate, "AAAA999999AAAAAAX9", plain, span)) return proven_if(is_curp(plain));
    if (has_form(candidate, "AAAA999999XXX", plain, span)) return proven_if(is_rfc(plain, 13));
    if (has_form(candidate, "AAA999999XXX", plain, span)) return proven_if(is_rfc(plain, 12));
    return SHIELD_NOT;
}

/* AFIP: weights 5 4 3 2 7 6 5 4 3 2, modulo 11; the first two say of whom. */
static bool is_cuit(const char *digits)
{
    static const uint8_t weights[] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
    uint32_t kind = digits_number(digits, 2);
    int check = (11 - digits_sum(digits, weights, 10) % 11) % 11;
    bool is_kind = kind == 20 || kind == 23 || kind == 24 || kind == 27 || kind == 30 ||
                   kind == 33 || kind == 34;
    return is_kind && check < 10 && check == digit_at(digits, 10);
}

/* DIAN: weights 3 7 13 17 19 23 29 37 41 from the right, modulo 11. */
static bool is_nit(const char *digits, uint32_t count)
{
    static const uint8_t weights[] = {3, 7, 13, 17, 19, 23, 29, 37, 41};
    int sum = 0;
    for (uint32_t i = 0; i + 1 < count; i++)
        sum += digit_at(digits, count - 2 - i) * weights[i];
    int rest = sum % 11;
    return digit_at(digits, count - 1) == (rest < 2 ? rest : 11 - rest);
}

/* Registro Civil: weights 2 to 7 from the right, modulo 11; ten is K. */
static bool is_rut(const char *digits, uint32_t count, char check)
{
    int sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += digit_at(digits, count - 1 - i) * (int)(2 + i % 6);
    int expected = (11 - sum % 11) % 11;
    return check == (expected == 10 ? 'K' : (char)('0' + expected));
}

/* A RUT whose check is K, or any with its dots: 12.345.678-5. */
static bool is_written_rut(const struct shield_candidate *candidate, struct shield_span *span)
{
    uint32_t count = candidate->digit_count;
    const char *digits = candidate->digits;
    if (byte_at(candidate, candidate->end) == '-' &&
        byte_at(candidate, candidate->end + 1) == 'K' && (count == 7 || count == 8)) {
        span->end = candidate->end + 2;
        return is_rut(digits, count, 'K');
    }
    bool has_dots =
        has_groups(candidate, "2-3-3-1", '.') || byte_at(candidate, candidate->end - 2) == '-';
    return has_dots && (count == 8 || count == 9) && is_rut(digits, count - 1, digits[count - 1]);
}

enum shield_proof shield_check_latin_id(const struct shield_candidate *candidate,
                                        struct shield_span *span)
{
    uint32_t count = candidate->digit_count;
    if (!candidate->has_context) return SHIELD_NOT;
    if (count == 11) return proven_if(is_cuit(candidate->digits));
    if (is_written_rut(candidate, span)) return SHIELD_PROVEN;
    if ((count == 9 || count == 10) && is_nit(candidate->digits, count)) return SHIELD_PROVEN;
    return count == 7 || count == 8 ? SHIELD_SHAPE : SHIELD_NOT; /* a DNI has no check */
}
