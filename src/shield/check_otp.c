/* S32, S39: seeds of one-time codes, and the codes. */
#include "shield/check_reading.h"
#include "shield/shield_surprise.h"
#include "shield/shield_validator.h"

enum {
    ADDRESS_REACH = 512,
    SECRET_MIN = 8,
    SEED_MIN = 16,
    MEAN_OF_SEED = 76, /* 4.75 bits a letter: capitals that are no word */
    CODE_MIN = 4,
    CODE_MAX = 8,
};

/* "otpauth://…?secret=…", or base32 where the words around speak of a seed. */
enum shield_proof shield_check_otp_seed(const struct shield_candidate *candidate,
                                        struct shield_span *span)
{
    struct text value = candidate->value;
    if (reading_has_fold(value, candidate->begin, "otpauth")) {
        struct text after = reading_around(candidate, 0, ADDRESS_REACH);
        uint32_t place = reading_find_fold(after, "secret=");
        if (place == READING_NO_PLACE) {
            bool is_export = reading_has_fold(value, candidate->begin, "otpauth-migration://");
            place = is_export ? reading_find_fold(after, "data=") : place;
        }
        if (place == READING_NO_PLACE) return SHIELD_NOT;
        struct text secret = reading_labelled(after, place + 5, ADDRESS_REACH);
        span->end = (uint32_t)(after.bytes + after.size - value.bytes);
        return secret.size >= SECRET_MIN ? SHIELD_PROVEN : SHIELD_NOT;
    }
    struct text seed = reading_literal(candidate);
    if (!candidate->has_context || seed.size < SEED_MIN || reading_is_placeholder(seed))
        return SHIELD_NOT;
    bool is_drawn = reading_kinds(seed).digits > 0 || shield_surprise_mean(seed) >= MEAN_OF_SEED;
    return is_drawn ? SHIELD_SHAPE : SHIELD_NOT;
}

/* Part of a price, a date, a time, a version, a percentage or a longer word. */
static bool is_part_of_more(const struct shield_candidate *candidate)
{
    struct text value = candidate->value;
    uint8_t before = candidate->begin > 0 ? (uint8_t)value.bytes[candidate->begin - 1] : 0;
    uint8_t after = reading_byte(value, candidate->end);
    uint8_t next = reading_byte(value, candidate->end + 1);
    bool digit_follows = next >= '0' && next <= '9';
    if (reading_is_word(before) || reading_is_word(after)) return true;
    if (before != 0 && before == '.' && candidate->begin > 1) {
        uint8_t earlier = (uint8_t)value.bytes[candidate->begin - 2];
        if (earlier >= '0' && earlier <= '9') return true;
    }
    if (before == '$' || before == '+' || before == '/' || after == '%') return true;
    return digit_follows && (after == '.' || after == ',' || after == ':' || after == '/');
}

/* "493021", "493 021", "49-30": one group, or two of the same size. */
static bool is_grouped_like_code(const struct shield_candidate *candidate)
{
    struct text literal = reading_literal(candidate);
    uint32_t begin = 0; /* of the digits: a number's trigger may begin with a sign */
    while (begin < literal.size && reading_run(literal, begin, SHIELD_DIGIT, 1) == begin)
        begin++;
    uint32_t first = reading_run(literal, begin, SHIELD_DIGIT, CODE_MAX + 1);
    if (first == literal.size) return true;
    uint8_t separator = reading_byte(literal, first);
    uint32_t second = reading_run(literal, first + 1, SHIELD_DIGIT, CODE_MAX + 1);
    if (separator != ' ' && separator != '-') return false;
    return second == literal.size && second - first - 1 == first - begin;
}

/* Digits under a key or among words of one-time codes; the rule demands those. A year under other
 * words than a key's is a year. */
enum shield_proof shield_check_one_time_code(const struct shield_candidate *candidate,
                                             struct shield_span *span)
{
    (void)span;
    const uint64_t benign = SHIELD_KEY_BIT(SHIELD_KEY_POSTCODE) | SHIELD_KEY_BIT(SHIELD_KEY_TIME) |
                            SHIELD_KEY_BIT(SHIELD_KEY_VERSION) | SHIELD_KEY_BIT(SHIELD_KEY_MEASURE);
    const uint64_t codes = SHIELD_KEY_BIT(SHIELD_KEY_OTP) | SHIELD_KEY_BIT(SHIELD_KEY_PIN);
    if (candidate->digit_count < CODE_MIN || candidate->digit_count > CODE_MAX) return SHIELD_NOT;
    if (candidate->group_count > 2 || !candidate->has_context) return SHIELD_NOT;
    bool is_keyed = (candidate->key_classes & codes) != 0;
    if (!is_keyed && (candidate->key_classes & benign) != 0) return SHIELD_NOT;
    if (is_part_of_more(candidate) || !is_grouped_like_code(candidate)) return SHIELD_NOT;
    bool is_year = candidate->digit_count == 4 &&
                   (candidate->digits[0] == '1' || candidate->digits[0] == '2') &&
                   (candidate->digits[1] == '9' || candidate->digits[1] == '0');
    return is_year && !is_keyed ? SHIELD_NOT : SHIELD_SHAPE;
}
