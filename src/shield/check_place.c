/* Places (spec/shield.md §14.6, L01 and L02). Two decimals of a degree are a kilometre and allowed;
 * three are a street. */
#include "shield/check_national.h"
#include "shield/check_reading.h"
#include "shield/shield_key.h"
#include "shield/shield_validator.h"

#include <math.h>

enum {
    NUMBER_SIZE_MAX = 24,
    DECIMALS_ALLOWED = 2,
    DECIMALS_SURE = 4, /* of both numbers of a pair that no word names */
    GEOHASH_SIZE_MIN = 5,
    GEOHASH_SIZE_MAX = 12,
};

struct degrees {
    double value;
    uint32_t begin;
    uint32_t end;
    uint32_t decimals;
};

/* A decimal number from there on, its sign included. */
static bool read_degrees(struct text value, uint32_t at, struct degrees *out)
{
    uint32_t end = at;
    double number = 0;
    double unit = 1;
    uint32_t digits = 0;
    bool is_negative = reading_byte(value, end) == '-';
    *out = (struct degrees){.begin = at};
    if (is_negative || reading_byte(value, end) == '+') end++;
    for (; digits < 4 && is_digit_byte((char)reading_byte(value, end)); end++, digits++)
        number = number * 10 + (value.bytes[end] - '0');
    if (digits == 0 || digits > 3) return false;
    if (reading_byte(value, end) == '.') {
        for (end++; end - at < NUMBER_SIZE_MAX && is_digit_byte((char)reading_byte(value, end));
             end++) {
            unit /= 10;
            number += unit * (value.bytes[end] - '0');
            out->decimals++;
        }
    }
    out->value = is_negative ? -number : number;
    out->end = end;
    return !is_digit_byte((char)reading_byte(value, end));
}

/* More than two decimals; what a binary number makes of two ("59.909999999999997") is none. */
static bool is_precise(const struct degrees *degrees)
{
    double scaled = degrees->value * 100;
    return degrees->decimals > DECIMALS_ALLOWED && fabs(scaled - nearbyint(scaled)) > 1e-6;
}

/* Where the number with this point begins. */
static uint32_t number_begin(struct text value, uint32_t point)
{
    uint32_t begin = reading_run_back(value, point, SHIELD_DIGIT, 4);
    if (begin > 0 && (value.bytes[begin - 1] == '-' || value.bytes[begin - 1] == '+')) begin--;
    return begin;
}

/* Spaces, a comma, a semicolon, a degree sign and a letter for the side, or "%2C". */
static uint32_t skip_between(struct text value, uint32_t at)
{
    uint32_t end = at;
    if (reading_has(value, end, "\xc2\xb0")) end += 2;
    end = reading_skip(value, end, " ", 1);
    end = reading_skip(value, end, "NSns", 1);
    uint32_t mark = end;
    end = reading_skip(value, end, ",;/| ", 3);
    if (end == mark && reading_has_fold(value, end, "%2c")) end += 3;
    end = reading_skip(value, end, "\"'", 1);
    uint32_t name = reading_run(value, end, SHIELD_LOWER, 12); /* "lng": 10.7 */
    if (name > end) end = reading_skip(value, name, "\"': =", 4);
    return end;
}

/* In front of a pair: what says that it is one of places. */
static bool has_geo_mark(struct text value, uint32_t begin)
{
    static const char *const marks[] = {
        "geo:",    "point(", "point (", "ll=",     "q=",    "loc:", "/@", "@",
        "center=", "daddr=", "saddr=",  "latlng=", "coord", "lat",  "gps"};
    uint32_t from = begin > 12 ? begin - 12 : 0;
    struct text before = reading_slice(value, from, begin);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (reading_find_fold(before, marks[i]) != READING_NO_PLACE) return true;
    return false;
}

static bool is_pair(const struct degrees *first, const struct degrees *second)
{
    bool fits = fabs(first->value) <= 90 && fabs(second->value) <= 180;
    bool is_turned = fabs(second->value) <= 90 && fabs(first->value) <= 180;
    bool is_small = fabs(first->value) <= 1 && fabs(second->value) <= 1; /* shares, curves */
    return (fits || is_turned) && !is_small;
}

static bool is_drawn(const struct shield_candidate *candidate)
{
    uint64_t drawn = SHIELD_KEY_BIT(SHIELD_KEY_MEDIA) | SHIELD_KEY_BIT(SHIELD_KEY_MEASURE);
    return (candidate->key_classes & drawn) &&
           !(candidate->key_classes & SHIELD_KEY_BIT(SHIELD_KEY_COORDINATE));
}

static enum shield_proof check_pair(const struct shield_candidate *candidate,
                                    struct shield_span *span)
{
    struct text value = candidate->value;
    struct degrees first;
    struct degrees second;
    uint32_t begin = number_begin(value, candidate->begin);
    if (begin == candidate->begin || !read_degrees(value, begin, &first)) return SHIELD_NOT;
    if (first.end <= candidate->begin) return SHIELD_NOT;
    uint8_t before = begin > 0 ? reading_byte(value, begin - 1) : ' ';
    if (reading_is_word(before) || before == '.') return SHIELD_NOT;
    uint32_t next = skip_between(value, first.end);
    if (next == first.end || !read_degrees(value, next, &second)) return SHIELD_NOT;
    if (reading_is_word(reading_byte(value, second.end)) &&
        !strchr("NSEWz", reading_byte(value, second.end))) {
        return SHIELD_NOT;
    }
    if (!is_pair(&first, &second) || !(is_precise(&first) || is_precise(&second))) {
        return SHIELD_NOT;
    }
    *span = (struct shield_span){begin, second.end};
    if (candidate->has_context || has_geo_mark(value, begin)) return SHIELD_SHAPE;
    bool is_alone = text_trim(value).size <= second.end - begin + 2;
    bool is_sure = first.decimals >= DECIMALS_SURE && second.decimals >= DECIMALS_SURE;
    return is_alone && is_sure ? SHIELD_SHAPE : SHIELD_NOT;
}

/* 59°54'50"N 10°45'8"E. */
static enum shield_proof check_minutes(const struct shield_candidate *candidate,
                                       struct shield_span *span)
{
    struct text value = candidate->value;
    uint32_t begin = reading_run_back(value, candidate->begin, SHIELD_DIGIT, 3);
    uint32_t at = candidate->end;
    uint32_t sides = 0;
    uint32_t numbers = 0;
    for (uint32_t step = 0; step < 12 && sides < 2; step++) {
        at = reading_skip(value, at, " '\"\xe2\x80\xb2\xb3\xc2\xb0,.", 8);
        uint32_t end = reading_run(value, at, SHIELD_DIGIT, 6);
        numbers += end > at;
        if (end == at) {
            if (!reading_byte(value, at) || !strchr("NSEWO", reading_byte(value, at))) break;
            sides++;
            end = at + 1;
        }
        at = end;
    }
    if (begin == candidate->begin || sides < 2 || numbers < 3) return SHIELD_NOT;
    *span = (struct shield_span){begin, at};
    return SHIELD_PROVEN;
}

enum shield_proof shield_check_coordinate(const struct shield_candidate *candidate,
                                          struct shield_span *span)
{
    struct text value = candidate->value;
    if (is_drawn(candidate)) return SHIELD_NOT;
    if (candidate->begin == 0 && candidate->end == value.size) {
        struct text text = text_trim(value);
        struct degrees degrees;
        bool is_keyed = candidate->key_classes & SHIELD_KEY_BIT(SHIELD_KEY_COORDINATE);
        if (!is_keyed || !read_degrees(text, 0, &degrees)) return SHIELD_NOT;
        bool is_one = degrees.end == text.size && fabs(degrees.value) <= 180;
        return is_one && is_precise(&degrees) ? SHIELD_SHAPE : SHIELD_NOT;
    }
    if (value.bytes[candidate->begin] == '.') return check_pair(candidate, span);
    return check_minutes(candidate, span);
}

/* ---- L02 ---- */

static bool is_of(struct text text, const char *letters)
{
    for (size_t i = 0; i < text.size; i++) {
        char byte = is_upper_byte(text.bytes[i]) ? (char)(text.bytes[i] | 0x20) : text.bytes[i];
        if (byte == '\0' || !strchr(letters, byte)) return false;
    }
    return true;
}

static bool is_geohash(struct text text)
{
    struct reading_kinds kinds = reading_kinds(text);
    return text.size >= GEOHASH_SIZE_MIN && text.size <= GEOHASH_SIZE_MAX && kinds.digits > 0 &&
           is_of(text, "0123456789bcdefghjkmnpqrstuvwxyz");
}

/* Eight letters, a plus sign, two or three more; or the short form with a town behind it. */
static bool is_plus_code(struct text text)
{
    ptrdiff_t plus = text_find_byte(text, '+');
    if (plus < 4 || plus > 8) return false;
    struct text head = text_slice(text, 0, (size_t)plus);
    struct text tail = text_slice(text, (size_t)plus + 1, text.size - (size_t)plus - 1);
    ptrdiff_t space = text_find_byte(tail, ' ');
    if (space > 0) tail = text_slice(tail, 0, (size_t)space);
    return is_of(head, "23456789cfghjmpqrvwx0") && tail.size >= 2 && tail.size <= 4 &&
           is_of(tail, "23456789cfghjmpqrvwx");
}

static bool is_three_words(struct text text)
{
    uint32_t dots = 0;
    uint32_t run = 0;
    if (text_starts_with(text, TEXT("///"))) text = text_slice(text, 3, text.size - 3);
    for (size_t i = 0; i < text.size; i++) {
        uint8_t byte = (uint8_t)text.bytes[i];
        if (byte == '.') {
            if (run < 2) return false;
            dots++;
            run = 0;
            continue;
        }
        if (byte < 0x80 && !shield_charset_has(SHIELD_LOWER, byte | 0x20)) return false;
        run++;
    }
    return dots == 2 && run >= 2;
}

enum shield_proof shield_check_place_code(const struct shield_candidate *candidate,
                                          struct shield_span *span)
{
    struct text text = reading_bare(candidate->value);
    (void)span;
    bool is_cell =
        text.size >= 15 && text.size <= 20 && is_of(text, "0123456789abcdef"); /* S2 and H3 */
    bool is_code = is_geohash(text) || is_plus_code(text) || is_three_words(text) || is_cell;
    return is_code ? SHIELD_SHAPE : SHIELD_NOT;
}
