/* Phone numbers (spec/shield.md §14.4, P03 and P04). Of ten random digits most are somebody's
 * number, so a plus sign or a word about phones is wanted always. */
#include "shield/check_national.h"
#include "shield/check_phone_plan.h"
#include "shield/check_reading.h"
#include "shield/shield_key.h"
#include "shield/shield_validator.h"

enum {
    NATIONAL_MIN = 6,
    NATIONAL_MAX = 13,
    TOTAL_MAX = 15, /* E.164 */
    TOTAL_MIN = 7,
};

static const struct phone_plan *find_plan(const char *digits, uint32_t count)
{
    for (size_t i = 0; i < sizeof phone_plans / sizeof *phone_plans; i++) {
        if (phone_plans[i].code[0] != digits[0]) continue;
        size_t size = strlen(phone_plans[i].code);
        if (size < count && memcmp(phone_plans[i].code, digits, size) == 0) return &phone_plans[i];
    }
    return NULL;
}

/* Country code and national number; a trunk zero may stand between them, "+44 (0)20 …". */
static bool fits_plan(const char *digits, uint32_t count, bool has_trunk)
{
    const struct phone_plan *plan = find_plan(digits, count);
    if (!plan) return false;
    uint32_t size = (uint32_t)strlen(plan->code);
    bool skips = has_trunk && digits[size] == '0';
    uint32_t national = count - size - skips;
    if (national == 0) return false;
    if (national < plan->size_min || national > plan->size_max) return false;
    return strchr(plan->first, digits[size + skips]) != NULL;
}

/* North America's numbers for films: 555-0100 to 555-0199. */
static bool is_test_number(const char *digits, uint32_t count)
{
    if (count < 7) return false;
    const char *local = digits + count - 7;
    return memcmp(local, "55501", 5) == 0 && (count == 7 || count == 10 || count == 11);
}

/* A plus sign right before it, or before a bracket. */
static bool has_plus(const struct shield_candidate *candidate)
{
    const char *bytes = candidate->value.bytes;
    uint32_t at = candidate->begin;
    if (at > 0 && bytes[at - 1] == '(') at--;
    while (at > 0 && candidate->begin - at < 2 && bytes[at - 1] == ' ')
        at--;
    return at > 0 && bytes[at - 1] == '+';
}

static bool has_trunk_in_brackets(const struct shield_candidate *candidate)
{
    struct text phrase = reading_literal(candidate);
    return text_find(phrase, TEXT("(0)")) >= 0;
}

/* "+4 more", "C++ 11", "1+4155552671": a sum is no number of a phone. */
static bool is_after_word(const struct shield_candidate *candidate, uint32_t begin)
{
    if (begin == 0) return false;
    uint8_t byte = reading_byte(candidate->value, begin - 1);
    return reading_is_word(byte) || byte == '+' || byte == '.';
}

/* More digits behind a dot or a dash: the phrase was cut. */
static bool goes_on(const struct shield_candidate *candidate)
{
    uint8_t byte = reading_byte(candidate->value, candidate->end);
    uint8_t next = reading_byte(candidate->value, candidate->end + 1);
    return (byte == '-' || byte == '.' || byte == '_') && is_digit_byte((char)next);
}

enum shield_proof shield_check_phone(const struct shield_candidate *candidate,
                                     struct shield_span *span)
{
    const char *digits = candidate->digits;
    uint32_t count = candidate->digit_count;
    uint32_t begin = candidate->begin;
    if (!digits || count < TOTAL_MIN || count > TOTAL_MAX + 2 + 1) return SHIELD_NOT;
    bool is_dialled = count > 9 && digits[0] == '0' && digits[1] == '0';
    bool is_plus = has_plus(candidate);
    if (!is_plus && !(is_dialled && candidate->has_context)) return SHIELD_NOT;
    if (is_dialled && !is_plus) {
        digits += 2;
        count -= 2;
    }
    if (goes_on(candidate) || !fits_plan(digits, count, has_trunk_in_brackets(candidate))) {
        return SHIELD_NOT;
    }
    while (is_plus && begin > 0 && reading_byte(candidate->value, begin) != '+')
        begin--;
    if (is_after_word(candidate, begin)) return SHIELD_NOT;
    *span = (struct shield_span){begin, candidate->end};
    return is_test_number(digits, count) ? SHIELD_TEST : SHIELD_PROVEN;
}

/* 2025-01-31, 31.01.2025 12:30: moments stand beside words about phones, too. */
static bool is_moment(const struct shield_candidate *candidate)
{
    const char *digits = candidate->digits;
    uint32_t count = candidate->digit_count;
    if (candidate->group_count < 3 || count < 8) return count == 8 && is_long_ymd(digits);
    bool is_day_first = is_dmy(digits) && (memcmp(digits + 4, "20", 2) == 0);
    return is_long_ymd(digits) || (count <= 14 && is_day_first && count == 8);
}

/* A decimal number: one dot, and nothing else between the digits. */
static bool is_decimal(const struct shield_candidate *candidate)
{
    struct text phrase = reading_literal(candidate);
    return candidate->group_count == 2 && text_find_byte(phrase, '.') >= 0 &&
           text_find_byte(phrase, ' ') < 0;
}

enum shield_proof shield_check_phone_national(const struct shield_candidate *candidate,
                                              struct shield_span *span)
{
    uint32_t count = candidate->digit_count;
    bool is_keyed = candidate->key_classes & SHIELD_KEY_BIT(SHIELD_KEY_PHONE);
    (void)span;
    if (!candidate->has_context || !candidate->digits) return SHIELD_NOT;
    if (count < NATIONAL_MIN || count > TOTAL_MAX) return SHIELD_NOT;
    if (digits_are_dull(candidate->digits, count)) return SHIELD_NOT;
    if (is_test_number(candidate->digits, count)) return SHIELD_TEST;
    if (is_keyed) return SHIELD_SHAPE;
    if (count < 7 || count > NATIONAL_MAX || is_moment(candidate) || is_decimal(candidate)) {
        return SHIELD_NOT;
    }
    if (goes_on(candidate) || is_after_word(candidate, candidate->begin)) return SHIELD_NOT;
    return SHIELD_SHAPE;
}
