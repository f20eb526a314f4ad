#include "shield/check_reading.h"

#include "base/check.h"
#include "shield/shield_surprise.h"

#include <string.h>

enum {
    LABEL_GAP_MAX = 12,
    REPEAT_MAX = 6,       /* the same byte so often in a row was typed, not drawn */
    MEAN_OF_RANDOM = 62,  /* 3.9 bits a byte; words with humps and hyphens stay below 4.5 */
    MEAN_OF_LETTERS = 76, /* 4.75: letters alone can be a long word */
};

uint32_t reading_run(struct text value, uint32_t at, enum shield_charset charset, uint32_t size_max)
{
    uint32_t end = at;
    while (end - at < size_max && end < value.size &&
           shield_charset_has(charset, (uint8_t)value.bytes[end]))
        end++;
    return end;
}

uint32_t reading_run_back(struct text value, uint32_t at, enum shield_charset charset,
                          uint32_t size_max)
{
    assert(at <= value.size);
    uint32_t begin = at;
    while (at - begin < size_max && begin > 0 &&
           shield_charset_has(charset, (uint8_t)value.bytes[begin - 1]))
        begin--;
    return begin;
}

uint32_t reading_skip(struct text value, uint32_t at, const char *set, uint32_t count_max)
{
    uint32_t end = at;
    while (end - at < count_max && reading_byte(value, end) != 0 && strchr(set, value.bytes[end]))
        end++;
    return end;
}

uint32_t reading_until(struct text value, uint32_t at, const char *set, uint32_t size_max)
{
    uint32_t end = at;
    while (end - at < size_max && end < value.size) {
        if (value.bytes[end] == '\0' || strchr(set, value.bytes[end])) break;
        end++;
    }
    return end;
}

bool reading_is_printable(uint8_t byte)
{
    return byte >= 0x20 && byte != 0x7f;
}

static uint8_t lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

bool reading_has(struct text value, uint32_t at, const char *string)
{
    size_t size = strlen(string);
    return at <= value.size && value.size - at >= size &&
           memcmp(value.bytes + at, string, size) == 0;
}

bool reading_has_fold(struct text value, uint32_t at, const char *string)
{
    for (; *string; string++, at++) {
        if (lower(reading_byte(value, at)) != (uint8_t)*string) return false;
    }
    return true;
}

struct text reading_around(const struct shield_candidate *candidate, uint32_t before,
                           uint32_t after)
{
    assert(before <= SHIELD_LOOK_MAX && after <= SHIELD_LOOK_MAX);
    uint32_t begin = candidate->begin > before ? candidate->begin - before : 0;
    size_t rest = candidate->value.size - candidate->end;
    uint32_t end = candidate->end + (rest < after ? (uint32_t)rest : after);
    return reading_slice(candidate->value, begin, end);
}

uint32_t reading_find_fold(struct text text, const char *string)
{
    size_t size = strlen(string);
    for (uint32_t at = 0; at + size <= text.size; at++) {
        if (lower((uint8_t)text.bytes[at]) == (uint8_t)*string &&
            reading_has_fold(text, at, string))
            return at;
    }
    return READING_NO_PLACE;
}

struct text reading_literal(const struct shield_candidate *candidate)
{
    return reading_slice(candidate->value, candidate->begin, candidate->end);
}

struct text reading_bare(struct text text)
{
    static const char around[] = " \t\r\n\"'()[]<>";
    while (text.size > 0 && text.bytes[0] && strchr(around, text.bytes[0]))
        text = text_slice(text, 1, text.size - 1);
    while (text.size > 0 && text.bytes[text.size - 1] && strchr(around, text.bytes[text.size - 1]))
        text.size--;
    return text;
}

struct reading_kinds reading_kinds(struct text text)
{
    struct reading_kinds kinds = {0};
    for (size_t i = 0; i < text.size; i++) {
        uint8_t byte = (uint8_t)text.bytes[i];
        if (byte >= '0' && byte <= '9') {
            kinds.digits++;
        } else if (byte >= 'a' && byte <= 'z') {
            kinds.lowers++;
        } else if (byte >= 'A' && byte <= 'Z') {
            kinds.uppers++;
        } else {
            kinds.others++;
        }
    }
    return kinds;
}

/* Half of the steps go up by one: 12345678, abcdefgh. */
static bool is_counting(struct text text)
{
    size_t steps = 0;
    for (size_t i = 1; i < text.size; i++)
        steps += lower((uint8_t)text.bytes[i]) == lower((uint8_t)text.bytes[i - 1]) + 1;
    return text.size >= 8 && steps * 2 > text.size;
}

static bool has_repeats(struct text text)
{
    size_t run = 1;
    for (size_t i = 1; i < text.size; i++) {
        run = text.bytes[i] == text.bytes[i - 1] ? run + 1 : 1;
        if (run >= REPEAT_MAX) return true;
    }
    return false;
}

bool reading_is_placeholder(struct text text)
{
    if (text.size == 0) return true;
    static const char openers[] = "${<[%*";
    static const char *const words[] = {"your",     "example", "xxxx", "placeholder", "redacted",
                                        "changeme", "insert",  "****", "...",         "masked"};
    if (strchr(openers, text.bytes[0])) return true;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (reading_find_fold(text, words[i]) != READING_NO_PLACE) return true;
    }
    return is_counting(text) || has_repeats(text);
}

bool reading_is_random(struct text text)
{
    if (reading_is_placeholder(text)) return false;
    struct reading_kinds kinds = reading_kinds(text);
    uint32_t mean = shield_surprise_mean(text);
    if (kinds.digits == 0) return mean >= MEAN_OF_LETTERS;
    return kinds.digits < text.size && mean >= MEAN_OF_RANDOM;
}

struct text reading_labelled(struct text value, uint32_t at, uint32_t size_max)
{
    uint32_t begin = reading_skip(value, at, " \t\r\n\"':=>\\", LABEL_GAP_MAX);
    return reading_slice(value, begin, reading_until(value, begin, " \t\r\n\"'`,;&)]}<", size_max));
}
