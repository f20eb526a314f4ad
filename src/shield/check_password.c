/* S38: passwords that people choose: never without a key or a label that says so. */
#include "shield/check_reading.h"
#include "shield/shield_surprise.h"
#include "shield/shield_validator.h"

#include <string.h>

enum {
    PASSWORD_MIN = 8,
    PASSWORD_MAX = 64,
    CLASSES_MIN = 3,
    MEAN_OF_PASSWORD = 54, /* 3.4 bits a byte, asked of three classes: "Welcome2" has less */
};

/* Lower, upper, digit, sign; letters of other scripts are signs here. */
static uint32_t class_count(struct text text)
{
    struct reading_kinds kinds = reading_kinds(text);
    return 0U + (kinds.lowers > 0) + (kinds.uppers > 0) + (kinds.digits > 0) + (kinds.others > 0);
}

static bool looks_chosen(struct text text)
{
    if (text.size < PASSWORD_MIN || text.size > PASSWORD_MAX) return false;
    if (reading_is_placeholder(text) || class_count(text) < CLASSES_MIN) return false;
    struct reading_kinds kinds = reading_kinds(text);
    if (kinds.digits == 0 && kinds.others < 2) return false; /* "Forgot-password" */
    return class_count(text) > CLASSES_MIN || shield_surprise_mean(text) >= MEAN_OF_PASSWORD;
}

/* Sentences end; passwords in sentences are followed by the sentence's end. */
static struct text without_stops(struct text text)
{
    while (text.size > 0 && (text.bytes[text.size - 1] == '.' || text.bytes[text.size - 1] == '?'))
        text.size--;
    return text;
}

static uint32_t skip_words(struct text value, uint32_t at)
{
    static const char *const words[] = {"is ", "are ", "was ", "ist ", "est ", "es ", "to "};
    uint32_t begin = reading_skip(value, at, " \t:=\"'", 4);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (reading_has_fold(value, begin, words[i])) return begin + (uint32_t)strlen(words[i]) - 1;
    }
    return at;
}

/* The candidate is the whole value under a key of credentials, or a label in running text. */
enum shield_proof shield_check_password(const struct shield_candidate *candidate,
                                        struct shield_span *span)
{
    struct text value = candidate->value;
    bool is_whole = candidate->begin == 0 && candidate->end == value.size;
    if (is_whole) {
        bool is_keyed = (candidate->key_classes & SHIELD_KEY_BIT(SHIELD_KEY_CREDENTIAL)) != 0;
        return is_keyed && looks_chosen(value) ? SHIELD_SHAPE : SHIELD_NOT;
    }
    if (reading_is_word(reading_byte(value, candidate->end))) return SHIELD_NOT;
    uint32_t at = skip_words(value, candidate->end);
    uint32_t begin = reading_skip(value, at, " \t\r\n\"':=>\\", 8);
    if (begin == candidate->end) return SHIELD_NOT;
    uint32_t end = reading_until(value, begin, " \t\r\n\"'`,;<", PASSWORD_MAX + 2);
    struct text password = without_stops(reading_slice(value, begin, end));
    if (!looks_chosen(password)) return SHIELD_NOT;
    *span = (struct shield_span){begin, begin + (uint32_t)password.size};
    return SHIELD_SHAPE;
}
