/* Payment cards (spec/shield.md §14.3, F01 to F05). Ranges: ISO/IEC 7812, as schemes say. */
#include "shield/check_national.h"
#include "shield/shield_key.h"
#include "shield/shield_validator.h"

struct card_range {
    uint32_t first; /* of the first six digits */
    uint32_t last;
    uint8_t length_min;
    uint8_t length_max;
    bool is_strong; /* long enough, and few enough, to act without a word about cards */
};

static const struct card_range ranges[] = {
    {400000, 499999, 16, 16, true}, /* Visa */
    {400000, 499999, 19, 19, true},
    {400000, 499999, 13, 13, false}, /* given up; article numbers of one country begin so */
    {222100, 272099, 16, 16, true},  /* Mastercard */
    {510000, 559999, 16, 16, true},
    {340000, 349999, 15, 15, true}, /* American Express */
    {370000, 379999, 15, 15, true},
    {300000, 305999, 14, 19, true}, /* Diners Club */
    {309500, 309599, 14, 19, true},
    {360000, 369999, 14, 19, true},
    {380000, 399999, 14, 19, true},
    {352800, 358999, 16, 19, true}, /* JCB */
    {601100, 601199, 16, 19, true}, /* Discover */
    {622126, 622925, 16, 19, true},
    {644000, 659999, 16, 19, true},
    {620000, 629999, 16, 19, true}, /* UnionPay */
    {810000, 817199, 16, 19, true},
    {220000, 220499, 16, 16, true},  /* Mir */
    {220000, 220499, 17, 19, false}, /* longer ones look like the ids of a social network */
    {506099, 506198, 16, 19, true},  /* Verve, Elo */
    {650031, 650033, 16, 16, true},
    {606282, 606282, 16, 16, true}, /* Hipercard */
    {979200, 979289, 16, 16, true}, /* Troy */
    {500000, 509999, 16, 19, true}, /* Maestro */
    {560000, 589999, 16, 19, true},
    {600000, 699999, 16, 19, true},
    {500000, 509999, 12, 15, false},
    {560000, 589999, 12, 15, false},
    {600000, 699999, 12, 15, false},
};

/* The longest says the most, so a strong range is found before a weak one of the same digits. */
static const struct card_range *find_range(const char *digits, uint32_t count)
{
    uint32_t head = digits_number(digits, 6);
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (head < ranges[i].first || head > ranges[i].last) continue;
        if (count >= ranges[i].length_min && count <= ranges[i].length_max) return &ranges[i];
    }
    return NULL;
}

/* What processors publish for trying things out. */
static bool is_test_card(const char *digits, uint32_t count)
{
    static const struct text published[] = {
        TEXT_INIT("4111111111111111"),   TEXT_INIT("4242424242424242"),
        TEXT_INIT("4000056655665556"),   TEXT_INIT("4012888888881881"),
        TEXT_INIT("4000002760003184"),   TEXT_INIT("4000000000000002"),
        TEXT_INIT("4000000000009995"),   TEXT_INIT("5555555555554444"),
        TEXT_INIT("5105105105105100"),   TEXT_INIT("5200828282828210"),
        TEXT_INIT("2223003122003222"),   TEXT_INIT("378282246310005"),
        TEXT_INIT("371449635398431"),    TEXT_INIT("378734493671000"),
        TEXT_INIT("6011111111111117"),   TEXT_INIT("6011000990139424"),
        TEXT_INIT("3530111333300000"),   TEXT_INIT("3566002020360505"),
        TEXT_INIT("30569309025904"),     TEXT_INIT("38520000023237"),
        TEXT_INIT("36227206271667"),     TEXT_INIT("6200000000000005"),
        TEXT_INIT("6205500000000000004")};
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        const char *other = published[i].bytes;
        if (published[i].size != count || other[1] != digits[1]) continue;
        if (memcmp(other, digits, count) == 0) return true;
    }
    return false;
}

/* 4-4-4-4 and its like: nobody writes an article number so. */
static bool is_grouped(const struct shield_candidate *candidate)
{
    return candidate->group_count >= 3 && candidate->group_count <= 5;
}

enum shield_proof shield_check_card(const struct shield_candidate *candidate,
                                    struct shield_span *span)
{
    uint32_t count = candidate->digit_count;
    (void)span;
    if (count < 12 || count > 19) return SHIELD_NOT;
    const struct card_range *range = find_range(candidate->digits, count);
    if (!range) return SHIELD_NOT;
    /* No published number is of a weak range. */
    if (!range->is_strong && !candidate->has_context && !is_grouped(candidate)) return SHIELD_NOT;
    if (!digits_pass_luhn(candidate->digits, count)) return SHIELD_NOT;
    if (digits_are_dull(candidate->digits, count)) return SHIELD_NOT;
    return is_test_card(candidate->digits, count) ? SHIELD_TEST : SHIELD_PROVEN;
}

/* ---- F02: 411111******1111 ---- */

static bool is_mask(char byte)
{
    return byte == '*' || byte == 'X';
}

static uint32_t count_digits_before(const struct shield_candidate *candidate, uint32_t end,
                                    uint32_t *begin)
{
    uint32_t count = 0;
    while (end > 0 && end + 12 > candidate->begin) {
        char byte = byte_at(candidate, end - 1);
        if (is_digit_byte(byte)) {
            count++;
            *begin = end - 1;
        } else if (byte != ' ' && byte != '-') {
            break;
        }
        end--;
    }
    return count;
}

/* Masks, spaces and dashes, then up to four digits. */
static uint32_t count_masks(const struct shield_candidate *candidate, uint32_t *place)
{
    uint32_t count = 0;
    for (;; ++*place) {
        char byte = byte_at(candidate, *place);
        if (is_mask(byte)) {
            count++;
        } else if (byte != ' ' && byte != '-') {
            return count;
        }
    }
}

enum shield_proof shield_check_masked_card(const struct shield_candidate *candidate,
                                           struct shield_span *span)
{
    uint32_t place = candidate->begin;
    uint32_t begin = candidate->begin;
    uint32_t behind = 0;
    if (candidate->begin > 0 && is_mask(byte_at(candidate, candidate->begin - 1)))
        return SHIELD_NOT;
    uint32_t before = count_digits_before(candidate, candidate->begin, &begin);
    uint32_t masks = count_masks(candidate, &place);
    while (behind < 5 && is_digit_byte(byte_at(candidate, place + behind)))
        behind++;
    if (before < 4 || before > 8 || behind != 4 || masks < 4) return SHIELD_NOT;
    uint32_t total = before + masks + behind;
    if (total < 12 || total > 19) return SHIELD_NOT;
    *span = (struct shield_span){begin, place + behind};
    return SHIELD_SHAPE;
}

/* ---- F03: ISO/IEC 7813 ---- */

static uint32_t skip_digits(const struct shield_candidate *candidate, uint32_t place)
{
    while (is_digit_byte(byte_at(candidate, place)))
        place++;
    return place;
}

/* %B number ^ name ^ date… */
static bool is_track_1(const struct shield_candidate *candidate, struct shield_span *span)
{
    uint32_t number = candidate->begin + 2;
    uint32_t caret = skip_digits(candidate, number);
    if (caret - number < 12 || caret - number > 19 || byte_at(candidate, caret) != '^')
        return false;
    uint32_t second = caret + 1;
    while (second < candidate->value.size && second - caret <= 27 &&
           byte_at(candidate, second) != '^')
        second++;
    if (byte_at(candidate, second) != '^') return false;
    uint32_t end = skip_digits(candidate, second + 1);
    if (end - second < 5) return false;
    span->end = end + (byte_at(candidate, end) == '?');
    return true;
}

/* ;number=date… with a card's number. */
static bool is_track_2(const struct shield_candidate *candidate, struct shield_span *span)
{
    uint32_t equals = candidate->end;
    char mark = byte_at(candidate, equals);
    if (mark != '=' && mark != 'D') return false;
    uint32_t end = skip_digits(candidate, equals + 1);
    if (end - equals < 8) return false;
    if (!digits_pass_luhn(candidate->digits, candidate->digit_count)) return false;
    if (!find_range(candidate->digits, candidate->digit_count)) return false;
    bool has_start = candidate->begin > 0 && byte_at(candidate, candidate->begin - 1) == ';';
    span->begin = candidate->begin - has_start;
    span->end = end + (byte_at(candidate, end) == '?');
    return true;
}

enum shield_proof shield_check_track(const struct shield_candidate *candidate,
                                     struct shield_span *span)
{
    if (candidate->digits) return proven_if(is_track_2(candidate, span));
    return proven_if(is_track_1(candidate, span));
}

/* ---- F04, F05 ---- */

enum shield_proof shield_check_cvv(const struct shield_candidate *candidate,
                                   struct shield_span *span)
{
    uint32_t begin = candidate->begin;
    uint32_t end = candidate->end;
    while (begin < end && byte_at(candidate, begin) == ' ')
        begin++;
    while (end > begin && byte_at(candidate, end - 1) == ' ')
        end--;
    if (end - begin < 3 || end - begin > 4 || !candidate->has_context) return SHIELD_NOT;
    for (uint32_t i = begin; i < end; i++)
        if (!is_digit_byte(byte_at(candidate, i))) return SHIELD_NOT;
    *span = (struct shield_span){begin, end};
    return SHIELD_SHAPE;
}

/* MM/YY, MM/YYYY, MMYY, YYYY-MM. */
enum shield_proof shield_check_card_expiry(const struct shield_candidate *candidate,
                                           struct shield_span *span)
{
    const char *digits = candidate->digits;
    (void)span;
    if (!candidate->has_context) return SHIELD_NOT;
    uint32_t count = candidate->digit_count;
    if (count != 4 && count != 6) return SHIELD_NOT;
    uint32_t month = digits_number(digits, 2);
    if (count == 4) return month >= 1 && month <= 12 ? SHIELD_SHAPE : SHIELD_NOT;
    uint32_t year = digits_number(digits + 2, 4);
    if (month >= 1 && month <= 12 && year >= 2000 && year < 2100) return SHIELD_SHAPE;
    month = digits_number(digits + 4, 2);
    year = digits_number(digits, 4);
    bool is_turned = month >= 1 && month <= 12 && year >= 2000 && year < 2100;
    return is_turned ? SHIELD_SHAPE : SHIELD_NOT;
}
