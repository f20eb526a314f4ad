/* Official identifiers of western and southern Europe. */
#include "shield/check_national.h"
#include "shield/shield_validator.h"

/* Bundeszentralamt für Steuern: of the first ten digits one comes twice or three times, the others
 * once at most; ISO 7064 MOD 11,10. */
static bool is_steuer_id(const char *digits)
{
    int counts[10] = {0};
    int repeated = 0;
    for (uint32_t i = 0; i < 10; i++)
        counts[digit_at(digits, i)]++;
    for (int i = 0; i < 10; i++) {
        if (counts[i] > 3) return false;
        repeated += counts[i] > 1;
    }
    return digits[0] != '0' && repeated == 1 && digits_pass_mod_11_10(digits, 11);
}

enum shield_proof shield_check_de_tax(const struct shield_candidate *candidate,
                                      struct shield_span *span)
{
    (void)span;
    if (candidate->digit_count != 11 || !candidate->has_context) return SHIELD_NOT;
    return proven_if(is_steuer_id(candidate->digits));
}

/* ICAO Doc 9303: weights 7 3 1, modulo 10. */
static bool passes_731(const char *at, uint32_t count)
{
    static const int weights[] = {7, 3, 1};
    int sum = 0;
    for (uint32_t i = 0; i + 1 < count; i++)
        sum += alnum_number(at[i]) * weights[i % 3];
    return is_digit_byte(at[count - 1]) && sum % 10 == digit_at(at, count - 1);
}

/* Deutsche Rentenversicherung: area, date of birth, initial as two digits, serial, check; the sums
 * of the digits of weighted digits, modulo 10. */
static bool is_rvnr(const char *at)
{
    static const uint8_t weights[] = {2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1};
    char digits[13];
    int sum = 0;
    int letter = at[8] - 'A' + 1;
    memcpy(digits, at, 8);
    digits[8] = (char)('0' + letter / 10);
    digits[9] = (char)('0' + letter % 10);
    memcpy(digits + 10, at + 9, 3);
    for (uint32_t i = 0; i < 12; i++) {
        int product = digit_at(digits, i) * weights[i];
        sum += product / 10 + product % 10;
    }
    uint32_t day = digits_number(digits + 2, 2) % 50; /* 50 more for some series */
    return is_month_and_day(digits_number(digits + 4, 2), day) && sum % 10 == digit_at(digits, 12);
}

/* GKV-Spitzenverband: a letter as two digits and eight more, weights 1 2, digits of products. */
static bool is_kvnr(const char *at)
{
    char digits[11];
    int sum = 0;
    int letter = at[0] - 'A' + 1;
    digits[0] = (char)('0' + letter / 10);
    digits[1] = (char)('0' + letter % 10);
    memcpy(digits + 2, at + 1, 9);
    for (uint32_t i = 0; i < 10; i++) {
        int product = digit_at(digits, i) * (i % 2 == 0 ? 1 : 2);
        sum += product / 10 + product % 10;
    }
    return sum % 10 == digit_at(digits, 10);
}

enum shield_proof shield_check_de_card(const struct shield_candidate *candidate,
                                       struct shield_span *span)
{
    char plain[16];
    if (!candidate->has_context) return SHIELD_NOT;
    if (has_form(candidate, "A999999999", plain, span) && is_kvnr(plain)) return SHIELD_PROVEN;
    if (has_form(candidate, "99999999A999", plain, span)) return proven_if(is_rvnr(plain));
    if (has_form(candidate, "99 999999 A 999", plain, span)) return proven_if(is_rvnr(plain));
    bool is_id = has_form(candidate, "XXXXXXXXX9", plain, span);
    return proven_if(is_id && strchr("CFGHJKLMNPRTVWXYZ", plain[0]) && passes_731(plain, 10));
}

/* INSEE: 13 places and 97 minus their remainder; Corsica's 2A and 2B count as 19 and 18. All but
 * the seventh place are digits. */
static bool is_nir(const char *at)
{
    char digits[15];
    bool is_sex = at[0] == '1' || at[0] == '2' || at[0] == '3' || at[0] == '4' || at[0] == '7' ||
                  at[0] == '8';
    uint32_t month = digits_number(at + 3, 2);
    bool is_month = (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50;
    if (!is_sex || !is_month) return false;
    memcpy(digits, at, 15);
    if (at[5] == '2' && (at[6] == 'A' || at[6] == 'B')) {
        digits[5] = '1';
        digits[6] = at[6] == 'A' ? '9' : '8';
    }
    if (!is_digit_byte(digits[6])) return false;
    return 97 - digits_modulo(digits, 13, 97) == digits_number(digits + 13, 2);
}

/* Corsica's with spaces is known by its "2A" or "2B": single digits are too many to be asked about
 * each. No word goes on into it. */
static bool is_spaced_corsican(const struct shield_candidate *candidate, char plain[20],
                               struct shield_span *span)
{
    enum { BEFORE = 8 };
    if (candidate->end - candidate->begin != 2 || candidate->begin < BEFORE) return false;
    struct shield_candidate all = *candidate;
    all.begin -= BEFORE;
    char before = all.begin > 0 ? byte_at(candidate, all.begin - 1) : ' ';
    if (is_upper_byte(before) || is_digit_byte(before)) return false;
    return has_form(&all, "9 99 99 2A 999 999 99", plain, span);
}

enum shield_proof shield_check_fr_nir(const struct shield_candidate *candidate,
                                      struct shield_span *span)
{
    char plain[20];
    if (is_bare_number(candidate)) return SHIELD_NOT;
    if (candidate->digits) {
        return proven_if(candidate->digit_count == 15 && is_nir(candidate->digits));
    }
    bool has_shape = has_form(candidate, "999992A99999999", plain, span) ||
                     is_spaced_corsican(candidate, plain, span);
    return proven_if(has_shape && is_nir(plain));
}

/* Agenzia delle Entrate, D.M. 23.12.1976: odd places have values of their own. L M N P Q R S T U V
 * stand for digits where two people would have the same code. */
static int italian_digit(char byte)
{
    static const char letters[] = "LMNPQRSTUV";
    if (is_digit_byte(byte)) return byte - '0';
    const char *found = byte ? strchr(letters, byte) : NULL;
    return found ? (int)(found - letters) : -1;
}

static bool is_codice_fiscale(const char *at)
{
    static const uint8_t odd[26] = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                    20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
    static const char form[] = "AAAAAA99A99A999A";
    int sum = 0;
    for (int i = 0; i < 16; i++) {
        if (form[i] == 'A' ? !is_upper_byte(at[i]) : italian_digit(at[i]) < 0) return false;
        int number = is_digit_byte(at[i]) ? at[i] - '0' : at[i] - 'A';
        if (i < 15) sum += i % 2 == 0 ? odd[number] : number;
    }
    int day = italian_digit(at[9]) * 10 + italian_digit(at[10]);
    return strchr("ABCDEHLMPRST", at[8]) && day % 40 >= 1 && day % 40 <= 31 &&
           at[15] == 'A' + sum % 26;
}

enum shield_proof shield_check_it_codice_fiscale(const struct shield_candidate *candidate,
                                                 struct shield_span *span)
{
    char plain[20];
    return proven_if(has_form(candidate, "AAAAAAXXAXXAXXXA", plain, span) &&
                     is_codice_fiscale(plain));
}

/* Ministerio del Interior: the letter of the remainder modulo 23. */
static bool is_dni(const char *at)
{
    return "TRWAGMYFPDXBNJZSQVHLCKE"[digits_number(at, 8) % 23] == at[8];
}

/* Agencia Tributaria: a letter, seven digits, a check that is a digit, a letter, or either. */
static bool is_cif(const char *at)
{
    int sum = 0;
    for (uint32_t i = 1; i < 8; i++) {
        int digit = digit_at(at, i);
        sum += i % 2 == 0 ? digit : digit * 2 / 10 + digit * 2 % 10;
    }
    int check = (10 - sum % 10) % 10;
    return strchr("ABCDEFGHJNPQRSUVW", at[0]) &&
           (at[8] == '0' + check || at[8] == "JABCDEFGHI"[check]);
}

enum shield_proof shield_check_es_id(const struct shield_candidate *candidate,
                                     struct shield_span *span)
{
    char plain[12];
    if (!candidate->has_context) return SHIELD_NOT;
    if (has_form(candidate, "99999999A", plain, span)) return proven_if(is_dni(plain));
    if (has_form(candidate, "99999999-A", plain, span)) return proven_if(is_dni(plain));
    bool is_nie = has_form(candidate, "A9999999A", plain, span) ||
                  has_form(candidate, "A-9999999-A", plain, span);
    if (is_nie && plain[0] >= 'X' && plain[0] <= 'Z') {
        plain[0] = (char)('0' + plain[0] - 'X');
        return proven_if(is_dni(plain));
    }
    return proven_if(has_form(candidate, "A9999999X", plain, span) && is_cif(plain));
}

/* Autoridade Tributária: weights 9 to 2, modulo 11. */
static bool is_nif(const char *digits)
{
    static const uint8_t weights[] = {9, 8, 7, 6, 5, 4, 3, 2};
    int rest = digits_sum(digits, weights, 8) % 11;
    return strchr("1235689", digits[0]) && digit_at(digits, 8) == (rest < 2 ? 0 : 11 - rest);
}

/* Cartão de Cidadão: Luhn over letters and digits, 12 places. */
static bool is_citizen_card(const char *at)
{
    int sum = 0;
    for (int i = 0; i < 12; i++) {
        int number = alnum_number(at[i]);
        if (i % 2 == 0) number = number * 2 > 9 ? number * 2 - 9 : number * 2;
        sum += number;
    }
    return sum % 10 == 0;
}

enum shield_proof shield_check_pt_id(const struct shield_candidate *candidate,
                                     struct shield_span *span)
{
    char plain[16];
    if (!candidate->has_context) return SHIELD_NOT;
    if (candidate->digits) {
        if (candidate->digit_count == 9) return proven_if(is_nif(candidate->digits));
        return proven_if(candidate->digit_count == 12 && is_citizen_card(candidate->digits));
    }
    bool has_shape = has_form(candidate, "999999999XX9", plain, span) ||
                     has_form(candidate, "99999999 9 XX9", plain, span);
    return proven_if(has_shape && is_citizen_card(plain));
}

/* Rijksdienst voor Identiteitsgegevens: the eleven test, the last digit counted negative. */
enum shield_proof shield_check_nl_bsn(const struct shield_candidate *candidate,
                                      struct shield_span *span)
{
    char digits[9] = "0";
    int sum = 0;
    (void)span;
    uint32_t count = candidate->digit_count;
    if ((count != 8 && count != 9) || !candidate->has_context) return SHIELD_NOT;
    memcpy(digits + 9 - count, candidate->digits, count);
    for (uint32_t i = 0; i < 8; i++)
        sum += digit_at(digits, i) * (int)(9 - i);
    sum -= digit_at(digits, 8);
    return proven_if(sum % 11 == 0 && !digits_are_dull(digits, 9));
}

/* Rijksregister: 97 minus the remainder of nine digits, with a 2 before them from 2000 on. */
enum shield_proof shield_check_be_rrn(const struct shield_candidate *candidate,
                                      struct shield_span *span)
{
    char since_2000[10] = "2";
    const char *digits = candidate->digits;
    if (candidate->digit_count != 11 || is_bare_number(candidate)) return SHIELD_NOT;
    bool is_written = candidate->group_count == 1 || has_groups(candidate, "6-3-2", '-') ||
                      has_form(candidate, "99.99.99-999.99", NULL, span);
    if (!is_written && !candidate->has_context) return SHIELD_NOT;
    uint32_t month = digits_number(digits + 2, 2) % 20; /* BIS numbers add 20 or 40 */
    uint32_t day = digits_number(digits + 4, 2);
    bool is_date = day == 0 || month == 0 || is_month_and_day(month, day);
    if (!is_date || digits_are_dull(digits, 11)) return SHIELD_NOT;
    memcpy(since_2000 + 1, digits, 9);
    uint32_t check = digits_number(digits + 9, 2);
    return proven_if(check == 97 - digits_modulo(digits, 9, 97) ||
                     check == 97 - digits_modulo(since_2000, 10, 97));
}

/* Zentrale Ausgleichsstelle: an EAN-13 that begins with the country, 756. */
enum shield_proof shield_check_ch_ahv(const struct shield_candidate *candidate,
                                      struct shield_span *span)
{
    const char *digits = candidate->digits;
    int sum = 0;
    (void)span;
    if (candidate->digit_count != 13 || is_bare_number(candidate)) return SHIELD_NOT;
    if (memcmp(digits, "756", 3) != 0) return SHIELD_NOT;
    for (uint32_t i = 0; i < 12; i++)
        sum += digit_at(digits, i) * (i % 2 == 0 ? 1 : 3);
    return proven_if((10 - sum % 10) % 10 == digit_at(digits, 12));
}

/* Dachverband der Sozialversicherungsträger: three digits, check, DDMMYY. */
enum shield_proof shield_check_at_svnr(const struct shield_candidate *candidate,
                                       struct shield_span *span)
{
    static const uint8_t weights[] = {3, 7, 9, 0, 5, 8, 4, 2, 1, 6};
    const char *digits = candidate->digits;
    (void)span;
    if (candidate->digit_count != 10 || !candidate->has_context) return SHIELD_NOT;
    uint32_t month = digits_number(digits + 6, 2); /* 13 to 15 when a day's numbers ran out */
    bool is_date = is_dmy(digits + 4) || (month >= 13 && month <= 15);
    int check = digits_sum(digits, weights, 10) % 11;
    return proven_if(digits[0] != '0' && is_date && check == digit_at(digits, 3));
}
