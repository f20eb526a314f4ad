/* Official identifiers of Asia, Australia and Nigeria. */
#include "shield/check_national.h"
#include "shield/shield_validator.h"

/* UIDAI: Verhoeff's check (J. Verhoeff, "Error Detecting Decimal Codes", 1969). */
static bool passes_verhoeff(const char *digits, uint32_t count)
{
    static const uint8_t turn[8][10] = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4},
        {5, 8, 0, 3, 7, 9, 6, 1, 4, 2}, {8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
        {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
        {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}};
    static const uint8_t product[10][10] = {
        /* Multiplication in the dihedral group of order ten. */
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
        {2, 3, 4, 0, 1, 7, 8, 9, 5, 6}, {3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
        {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
        {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
        {8, 7, 6, 5, 9, 3, 2, 1, 0, 4}, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};
    uint32_t check = 0;
    for (uint32_t i = 0; i < count; i++)
        check = product[check][turn[i % 8][digit_at(digits, count - 1 - i)]];
    return check == 0;
}

enum shield_proof shield_check_in_aadhaar(const struct shield_candidate *candidate,
                                          struct shield_span *span)
{
    const char *digits = candidate->digits;
    (void)span;
    if (candidate->digit_count != 12 || digits[0] < '2') return SHIELD_NOT;
    bool is_written = candidate->group_count == 3 &&
                      (has_groups(candidate, "4-4-4", ' ') || has_groups(candidate, "4-4-4", '-'));
    if (!is_written && !candidate->has_context) return SHIELD_NOT;
    return proven_if(passes_verhoeff(digits, 12));
}

/* Income Tax Department: five letters, the fourth says of whom, four digits, a letter. */
static bool is_pan(const char *at)
{
    return strchr("PCHABGJLFTK", at[3]) != NULL;
}

/* GSTN: state, PAN, entity, Z, check modulo 36. */
static bool is_gstin(const char *at)
{
    int sum = 0;
    uint32_t state = digits_number(at, 2);
    for (int i = 0; i < 14; i++) {
        int product = alnum_number(at[i]) * (i % 2 == 0 ? 1 : 2);
        sum += product / 36 + product % 36;
    }
    return state >= 1 && state <= 38 && is_pan(at + 2) && at[13] == 'Z' &&
           alnum_number(at[14]) == (36 - sum % 36) % 36;
}

enum shield_proof shield_check_in_pan(const struct shield_candidate *candidate,
                                      struct shield_span *span)
{
    char plain[20];
    if (has_form(candidate, "99AAAAA9999AXZX", plain, span)) return proven_if(is_gstin(plain));
    bool has_shape = has_form(candidate, "AAAAA9999A", plain, span);
    if (has_shape && is_pan(plain)) {
        /* An order's code may look like it; that of a person has P, or is spoken of. */
        return candidate->has_context ? SHIELD_PROVEN : plain[3] == 'P' ? SHIELD_SHAPE : SHIELD_NOT;
    }
    bool is_voter = candidate->has_context && has_form(candidate, "AAA9999999", plain, span);
    return is_voter ? SHIELD_SHAPE : SHIELD_NOT;
}

/* GB 11643-1999: area, YYYYMMDD, serial, ISO 7064 MOD 11-2 with X for ten. */
enum shield_proof shield_check_cn_id(const struct shield_candidate *candidate,
                                     struct shield_span *span)
{
    static const uint8_t weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    char plain[20];
    bool has_shape = has_form(candidate, "999999999999999999", plain, span) ||
                     has_form(candidate, "99999999999999999X", plain, span);
    if (!has_shape || is_bare_number(candidate) || !is_long_ymd(plain + 6)) return SHIELD_NOT;
    uint32_t area = digits_number(plain, 2);
    int check = digits_sum(plain, weights, 17) % 11;
    return proven_if(area >= 11 && area <= 91 && "10X98765432"[check] == plain[17]);
}

/* Ordinance No. 85 of 2014: weights by place, modulo 11. */
enum shield_proof shield_check_jp_my_number(const struct shield_candidate *candidate,
                                            struct shield_span *span)
{
    static const uint8_t weights[] = {6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
    (void)span;
    if (candidate->digit_count != 12 || !candidate->has_context) return SHIELD_NOT;
    int rest = digits_sum(candidate->digits, weights, 11) % 11;
    if (digits_are_dull(candidate->digits, 12)) return SHIELD_NOT;
    return proven_if(digit_at(candidate->digits, 11) == (rest < 2 ? 0 : 11 - rest));
}

/* Weights 2 to 9 and 2 to 5, modulo 11. Numbers given out since October 2020 have no check. */
static bool passes_korean_check(const char *digits)
{
    static const uint8_t weights[] = {2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5};
    return (11 - digits_sum(digits, weights, 12) % 11) % 10 == digit_at(digits, 12);
}

enum shield_proof shield_check_kr_rrn(const struct shield_candidate *candidate,
                                      struct shield_span *span)
{
    const char *digits = candidate->digits;
    (void)span;
    if (candidate->digit_count != 13 || !is_ymd(digits)) return SHIELD_NOT;
    bool is_written = has_groups(candidate, "6-7", '-');
    if (!is_written && !candidate->has_context) return SHIELD_NOT;
    if (digits[6] == '9' || digits_are_dull(digits, 13)) return SHIELD_NOT;
    return passes_korean_check(digits) ? SHIELD_PROVEN : SHIELD_SHAPE;
}

/* ICA: weights 2 7 6 5 4 3 2; 4 more for T and G, 3 more for M; a letter by the kind. */
static bool is_nric(const char *at)
{
    static const uint8_t weights[] = {2, 7, 6, 5, 4, 3, 2};
    int sum = digits_sum(at + 1, weights, 7);
    if (at[0] == 'T' || at[0] == 'G') sum += 4;
    if (at[0] == 'M') sum += 3;
    const char *letters = at[0] == 'S' || at[0] == 'T'   ? "JZIHGFEDCBA"
                          : at[0] == 'F' || at[0] == 'G' ? "XWUTRQPNMLK"
                                                         : "KLJNPQRTUWX";
    int place = at[0] == 'M' ? 10 - sum % 11 : sum % 11;
    return letters[place] == at[8];
}

enum shield_proof shield_check_sg_nric(const struct shield_candidate *candidate,
                                       struct shield_span *span)
{
    char plain[12];
    bool has_shape = has_form(candidate, "A9999999A", plain, span);
    return proven_if(has_shape && strchr("STFGM", plain[0]) && is_nric(plain));
}

/* Immigration Department: one or two letters, six digits, check in brackets: weights 9 to 2. */
static bool is_hkid(const char *at, uint32_t letters)
{
    int sum = letters == 2 ? (at[0] - 'A' + 10) * 9 : 36 * 9;
    sum += (at[letters - 1] - 'A' + 10) * 8;
    for (uint32_t i = 0; i < 6; i++)
        sum += digit_at(at, letters + i) * (int)(7 - i);
    int check = (11 - sum % 11) % 11;
    return at[letters + 6] == (check == 10 ? 'A' : (char)('0' + check));
}

/* Ministry of the Interior: the letter's number as two digits, weights 1 9 8 … 1 1, modulo 10. */
static bool is_taiwanese(const char *at)
{
    static const uint8_t areas[26] = {10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21,
                                      22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33};
    static const uint8_t weights[] = {8, 7, 6, 5, 4, 3, 2, 1, 1};
    int area = areas[at[0] - 'A'];
    int sum = area / 10 + area % 10 * 9 + digits_sum(at + 1, weights, 9);
    return strchr("1289", at[1]) && sum % 10 == 0;
}

enum shield_proof shield_check_hk_tw_id(const struct shield_candidate *candidate,
                                        struct shield_span *span)
{
    char plain[16];
    if (has_form(candidate, "A999999(X)", plain, span)) return proven_if(is_hkid(plain, 1));
    if (has_form(candidate, "AA999999(X)", plain, span)) return proven_if(is_hkid(plain, 2));
    if (has_form(candidate, "A999999999", plain, span)) return proven_if(is_taiwanese(plain));
    if (!candidate->has_context) return SHIELD_NOT;
    if (has_form(candidate, "A999999X", plain, span)) return proven_if(is_hkid(plain, 1));
    return proven_if(has_form(candidate, "AA999999X", plain, span) && is_hkid(plain, 2));
}

/* ATO: weights 1 4 3 7 5 8 6 9 10, modulo 11. */
static bool is_tfn(const char *digits)
{
    static const uint8_t weights[] = {1, 4, 3, 7, 5, 8, 6, 9, 10};
    return digits_sum(digits, weights, 9) % 11 == 0;
}

/* Services Australia: the ninth digit checks eight; the tenth is the card's issue. */
static bool is_medicare(const char *digits)
{
    static const uint8_t weights[] = {1, 3, 7, 9, 1, 3, 7, 9};
    return digits[0] >= '2' && digits[0] <= '6' && digits[9] != '0' &&
           digits_sum(digits, weights, 8) % 10 == digit_at(digits, 8);
}

/* Australian Business Register: one less in the first digit, modulo 89. */
static bool is_abn(const char *digits)
{
    static const uint8_t weights[] = {10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19};
    return digits[0] != '0' && (digits_sum(digits, weights, 11) - 10) % 89 == 0;
}

enum shield_proof shield_check_au_id(const struct shield_candidate *candidate,
                                     struct shield_span *span)
{
    const char *digits = candidate->digits;
    (void)span;
    if (!candidate->has_context || digits_are_dull(digits, candidate->digit_count)) {
        return SHIELD_NOT;
    }
    if (candidate->digit_count == 9) return proven_if(is_tfn(digits));
    if (candidate->digit_count == 10) return proven_if(is_medicare(digits));
    return proven_if(candidate->digit_count == 11 && is_abn(digits));
}

/* Thailand: weights 13 to 2, modulo 11. */
static bool is_thai(const char *digits)
{
    static const uint8_t weights[] = {13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2};
    return digits[0] != '0' && digits[0] != '9' &&
           (11 - digits_sum(digits, weights, 12) % 11) % 10 == digit_at(digits, 12);
}

/* Indonesia: area, DDMMYY (40 more for women), serial. No check. */
static bool is_nik(const char *digits)
{
    uint32_t day = digits_number(digits + 6, 2) % 40;
    return digits[0] >= '1' && digits[0] <= '9' &&
           is_month_and_day(digits_number(digits + 8, 2), day) && digits_number(digits + 12, 4) > 0;
}

/* Nigeria (11 digits) and the Philippines (9 or 12) publish no check: the key must speak. */
enum shield_proof shield_check_other_id(const struct shield_candidate *candidate,
                                        struct shield_span *span)
{
    const char *digits = candidate->digits;
    (void)span;
    if (!candidate->has_context || digits_are_dull(digits, candidate->digit_count)) {
        return SHIELD_NOT;
    }
    switch (candidate->digit_count) {
    case 9:
    case 11:
    case 12: return SHIELD_SHAPE;
    case 13: return proven_if(is_thai(digits));
    case 16: return is_nik(digits) ? SHIELD_SHAPE : SHIELD_NOT;
    default: return SHIELD_NOT;
    }
}
