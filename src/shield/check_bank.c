/* Accounts (spec/shield.md §14.3, F06 to F10 and F14). */
#include "shield/check_national.h"
#include "shield/shield_validator.h"

/* ISO 13616, SWIFT's registry: the length, and whether the national part is digits only (9) or
 * letters as well (X). */
static const struct {
    char country[3];
    uint8_t size;
    char kind;
} ibans[] = {
    {"AD", 24, 'X'}, {"AE", 23, '9'}, {"AL", 28, 'X'}, {"AT", 20, '9'}, {"AZ", 28, 'X'},
    {"BA", 20, '9'}, {"BE", 16, '9'}, {"BG", 22, 'X'}, {"BH", 22, 'X'}, {"BI", 27, '9'},
    {"BR", 29, 'X'}, {"BY", 28, 'X'}, {"CH", 21, 'X'}, {"CR", 22, '9'}, {"CY", 28, 'X'},
    {"CZ", 24, '9'}, {"DE", 22, '9'}, {"DJ", 27, '9'}, {"DK", 18, '9'}, {"DO", 28, 'X'},
    {"EE", 20, '9'}, {"EG", 29, '9'}, {"ES", 24, '9'}, {"FI", 18, '9'}, {"FK", 18, 'X'},
    {"FO", 18, '9'}, {"FR", 27, 'X'}, {"GB", 22, 'X'}, {"GE", 22, 'X'}, {"GI", 23, 'X'},
    {"GL", 18, '9'}, {"GR", 27, 'X'}, {"GT", 28, 'X'}, {"HN", 28, 'X'}, {"HR", 21, '9'},
    {"HU", 28, '9'}, {"IE", 22, 'X'}, {"IL", 23, '9'}, {"IQ", 23, 'X'}, {"IS", 26, '9'},
    {"IT", 27, 'X'}, {"JO", 30, 'X'}, {"KW", 30, 'X'}, {"KZ", 20, 'X'}, {"LB", 28, 'X'},
    {"LC", 32, 'X'}, {"LI", 21, 'X'}, {"LT", 20, '9'}, {"LU", 20, 'X'}, {"LV", 21, 'X'},
    {"LY", 25, '9'}, {"MC", 27, 'X'}, {"MD", 24, 'X'}, {"ME", 22, '9'}, {"MK", 19, 'X'},
    {"MN", 20, '9'}, {"MR", 27, '9'}, {"MT", 31, 'X'}, {"MU", 30, 'X'}, {"NI", 28, 'X'},
    {"NL", 18, 'X'}, {"NO", 15, '9'}, {"OM", 23, 'X'}, {"PK", 24, 'X'}, {"PL", 28, '9'},
    {"PS", 29, 'X'}, {"PT", 25, '9'}, {"QA", 29, 'X'}, {"RO", 24, 'X'}, {"RS", 22, '9'},
    {"RU", 33, 'X'}, {"SA", 24, 'X'}, {"SC", 31, 'X'}, {"SD", 18, '9'}, {"SE", 24, '9'},
    {"SI", 19, '9'}, {"SK", 24, '9'}, {"SM", 27, 'X'}, {"SO", 23, '9'}, {"ST", 25, '9'},
    {"SV", 28, 'X'}, {"TL", 23, '9'}, {"TN", 24, '9'}, {"TR", 26, 'X'}, {"UA", 29, 'X'},
    {"VA", 22, '9'}, {"VG", 24, 'X'}, {"XK", 20, '9'}, {"YE", 30, 'X'},
};

/* Letters and digits from the candidate's begin, over single spaces, dashes and dots. Returns how
 * many; *end is behind the last. */
static uint32_t read_compact(const struct shield_candidate *candidate, char *out, uint32_t room,
                             uint32_t *end)
{
    uint32_t count = 0;
    uint32_t place = candidate->begin;
    while (count < room) {
        char byte = byte_at(candidate, place);
        bool is_word = is_upper_byte(byte) || is_digit_byte(byte);
        if (!is_word) {
            char next = byte_at(candidate, place + 1);
            bool is_gap = byte == ' ' || byte == '-' || byte == '.';
            if (!is_gap || !(is_upper_byte(next) || is_digit_byte(next))) break;
            place++;
            continue;
        }
        out[count++] = byte;
        *end = ++place;
    }
    return count;
}

/* ISO 7064 MOD 97-10, the first four turned to the end. */
static bool passes_97(const char *at, uint32_t count)
{
    uint32_t rest = 0;
    for (uint32_t i = 0; i < count; i++) {
        char byte = at[(i + 4) % count];
        rest = is_digit_byte(byte) ? (rest * 10 + (uint32_t)(byte - '0')) % 97
                                   : (rest * 100 + (uint32_t)(byte - 'A') + 10) % 97;
    }
    return rest == 1;
}

/* Behind the IBAN's last place when more was read. */
static uint32_t end_after(const struct shield_candidate *candidate, uint32_t count)
{
    uint32_t place = candidate->begin;
    for (; count > 0; place++) {
        char byte = byte_at(candidate, place);
        count -= is_upper_byte(byte) || is_digit_byte(byte);
    }
    return place;
}

enum shield_proof shield_check_iban(const struct shield_candidate *candidate,
                                    struct shield_span *span)
{
    char compact[36];
    uint32_t end = candidate->begin;
    char first = byte_at(candidate, candidate->begin);
    char second = byte_at(candidate, candidate->begin + 1);
    if (!is_upper_byte(first) || !is_upper_byte(second)) return SHIELD_NOT;
    if (!is_digit_byte(byte_at(candidate, candidate->begin + 2))) return SHIELD_NOT;
    uint32_t count = read_compact(candidate, compact, sizeof compact, &end);
    for (size_t i = 0; i < sizeof ibans / sizeof *ibans; i++) {
        if (ibans[i].country[0] != first || ibans[i].country[1] != second) continue;
        if (count < ibans[i].size || !passes_97(compact, ibans[i].size)) return SHIELD_NOT;
        for (uint32_t k = 4; ibans[i].kind == '9' && k < ibans[i].size; k++)
            if (!is_digit_byte(compact[k])) return SHIELD_NOT;
        uint32_t last = end_after(candidate, ibans[i].size);
        char next = byte_at(candidate, last);
        if (is_upper_byte(next) || is_digit_byte(next)) return SHIELD_NOT; /* a longer word */
        *span = (struct shield_span){candidate->begin, last};
        return SHIELD_PROVEN;
    }
    return SHIELD_NOT;
}

/* ISO 9362: party, country, place, branch. */
enum shield_proof shield_check_bic(const struct shield_candidate *candidate,
                                   struct shield_span *span)
{
    static const char countries[] =
        " AD AE AL AR AT AU BA BE BG BH BR BY CA CH CL CN CO CR CY CZ DE DK DO EE EG ES FI FO FR GB"
        " GE GI GR GT HK HR HU ID IE IL IN IS IT JO JP KE KR KW KZ LB LI LT LU LV MA MC MD ME MK MT"
        " MX MY NG NL NO NZ OM PA PE PH PK PL PT QA RO RS RU SA SE SG SI SK SM TH TN TR TW UA US UY"
        " VN ZA ";
    char plain[12];
    char country[5] = "    ";
    if (!candidate->has_context) return SHIELD_NOT;
    bool has_shape = has_form(candidate, "AAAAAAXX", plain, span) ||
                     has_form(candidate, "AAAAAAXXXXX", plain, span);
    if (!has_shape) return SHIELD_NOT;
    memcpy(country + 1, plain + 4, 2);
    return strstr(countries, country) ? SHIELD_SHAPE : SHIELD_NOT;
}

/* American Bankers Association: Federal Reserve ranges, weights 3 7 1. */
enum shield_proof shield_check_us_routing(const struct shield_candidate *candidate,
                                          struct shield_span *span)
{
    static const uint8_t weights[] = {3, 7, 1, 3, 7, 1, 3, 7, 1};
    (void)span;
    if (candidate->digit_count != 9 || !candidate->has_context) return SHIELD_NOT;
    uint32_t head = digits_number(candidate->digits, 2);
    bool is_range =
        head <= 12 || (head >= 21 && head <= 32) || (head >= 61 && head <= 72) || head == 80;
    if (digits_are_dull(candidate->digits, 9)) return SHIELD_NOT;
    return proven_if(is_range && digits_sum(candidate->digits, weights, 9) % 10 == 0);
}

enum shield_proof shield_check_account(const struct shield_candidate *candidate,
                                       struct shield_span *span)
{
    (void)span;
    uint32_t count = candidate->digit_count;
    if (!candidate->has_context || count < 8 || count > 17) return SHIELD_NOT;
    return digits_are_dull(candidate->digits, count) ? SHIELD_NOT : SHIELD_SHAPE;
}

/* 12-34-56 12345678: both parts, the first in its groups. */
enum shield_proof shield_check_sort_code(const struct shield_candidate *candidate,
                                         struct shield_span *span)
{
    (void)span;
    if (candidate->digit_count == 14) {
        bool is_written = has_groups(candidate, "2-2-2", '-');
        struct shield_candidate first = *candidate;
        first.end = candidate->begin + 8;
        is_written = is_written || has_groups(&first, "2-2-2", '-');
        return is_written || candidate->has_context ? SHIELD_SHAPE : SHIELD_NOT;
    }
    return candidate->digit_count == 6 && candidate->has_context ? SHIELD_SHAPE : SHIELD_NOT;
}

/* Handles of payment systems: name@bank without a dot; a page of paypal.me. */
enum shield_proof shield_check_payment_handle(const struct shield_candidate *candidate,
                                              struct shield_span *span)
{
    uint32_t begin = candidate->begin;
    uint32_t end = candidate->end;
    bool is_handle = byte_at(candidate, candidate->begin) == '@';
    for (; is_handle && begin > 0 && candidate->begin - begin < 64; begin--) {
        char byte = byte_at(candidate, begin - 1);
        if (!is_upper_byte(byte) && !is_digit_byte(byte) && byte != '.' && byte != '-' &&
            byte != '_')
            break;
    }
    while (end < candidate->value.size && end - candidate->end < 64) {
        char byte = byte_at(candidate, end);
        if (!is_upper_byte(byte) && !is_digit_byte(byte)) break;
        end++;
    }
    if (is_handle && (candidate->begin - begin < 2 || end != candidate->end)) return SHIELD_NOT;
    if (is_handle && byte_at(candidate, end) == '.') return SHIELD_NOT; /* a domain */
    if (!is_handle && end - candidate->end < 2) return SHIELD_NOT;
    *span = (struct shield_span){begin, end};
    return SHIELD_PROVEN;
}

/* A sum of money under a key of somebody's money. */
enum shield_proof shield_check_money(const struct shield_candidate *candidate,
                                     struct shield_span *span)
{
    (void)span;
    uint32_t digits = 0;
    for (uint32_t i = candidate->begin; i < candidate->end && i - candidate->begin < 32; i++)
        digits += is_digit_byte(byte_at(candidate, i));
    return candidate->has_context && digits >= 3 && candidate->end - candidate->begin <= 24
               ? SHIELD_SHAPE
               : SHIELD_NOT;
}
