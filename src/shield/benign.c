#include "shield/benign.h"

#include "shield/shield_rules.h"

#include <string.h>

enum {
    ULID_SIZE = 26,
    NANOID_SIZE = 21,
    SVG_PATH_MIN = 12,
    CSS_MIN = 6,
};

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_all(struct text text, enum shield_charset charset)
{
    for (size_t i = 0; i < text.size; i++) {
        if (!shield_charset_has(charset, (uint8_t)text.bytes[i])) return false;
    }
    return text.size > 0;
}

static size_t count_digits_at(struct text text, size_t place)
{
    size_t end = place;
    while (end < text.size && is_digit(text.bytes[end]))
        end++;
    return end - place;
}

static struct text without_frame(struct text text)
{
    struct text urn = TEXT("urn:uuid:");
    if (text_starts_with_fold(text, urn)) return text_slice(text, urn.size, text.size - urn.size);
    bool is_braced = text.size == 38 && text.bytes[0] == '{' && text.bytes[37] == '}';
    return is_braced ? text_slice(text, 1, 36) : text;
}

/* Of version 1 to 8 and the variant of RFC 9562, or all zeros, or all ones. */
static bool is_uuid(struct text text)
{
    text = without_frame(text);
    if (text.size != 36) return false;
    size_t zeros = 0;
    size_t ones = 0;
    for (size_t i = 0; i < text.size; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        uint8_t byte = (uint8_t)text.bytes[i];
        if (is_dash ? byte != '-' : !shield_charset_has(SHIELD_HEX, byte)) return false;
        zeros += byte == '0';
        ones += (byte | 0x20) == 'f';
    }
    if (zeros == 32 || ones == 32) return true;
    bool has_version = text.bytes[14] >= '1' && text.bytes[14] <= '8';
    return has_version && strchr("89abAB", text.bytes[19]) != NULL;
}

/* Crockford's base32 of 26 letters, in one case, its first at most 7, with a time in 2005..2100. */
static bool is_ulid(struct text text)
{
    static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    if (text.size != ULID_SIZE) return false;
    bool has_lower = false;
    bool has_upper = false;
    uint64_t time = 0;
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.bytes[i];
        bool is_lower = byte >= 'a' && byte <= 'z';
        has_lower = has_lower || is_lower;
        has_upper = has_upper || (byte >= 'A' && byte <= 'Z');
        const char *place = memchr(letters, is_lower ? byte - 0x20 : byte, 32);
        if (!place) return false;
        if (i < 10) time = time * 32 + (uint64_t)(place - letters);
    }
    bool is_one_case = !(has_lower && has_upper);
    return is_one_case && time > UINT64_C(1104537600000) && time < UINT64_C(4102444800000);
}

/* Letters and digits both: of digits alone there are other readings. */
static bool is_digest(struct text text)
{
    static const uint8_t sizes[] = {24, 32, 40, 56, 64, 96, 128};
    bool has_size = false;
    for (size_t i = 0; i < sizeof sizes; i++)
        has_size = has_size || text.size == sizes[i];
    if (!has_size || !is_all(text, SHIELD_HEX) || is_all(text, SHIELD_DIGIT)) return false;
    bool has_lower = false;
    bool has_upper = false;
    for (size_t i = 0; i < text.size; i++) {
        has_lower = has_lower || (text.bytes[i] >= 'a' && text.bytes[i] <= 'f');
        has_upper = has_upper || (text.bytes[i] >= 'A' && text.bytes[i] <= 'F');
    }
    return !(has_lower && has_upper);
}

static bool is_nanoid(struct text text)
{
    if (text.size != NANOID_SIZE || !is_all(text, SHIELD_BASE64URL)) return false;
    uint32_t kinds = 0;
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.bytes[i];
        if (is_digit(byte)) kinds |= 1;
        if (byte >= 'a' && byte <= 'z') kinds |= 2;
        if (byte >= 'A' && byte <= 'Z') kinds |= 4;
    }
    return kinds == 7;
}

static bool passes_luhn(struct text digits)
{
    int sum = 0;
    for (size_t i = 0; i < digits.size; i++) {
        int digit = digits.bytes[digits.size - 1 - i] - '0';
        if (i % 2 == 1) digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
        sum += digit;
    }
    return sum % 10 == 0;
}

/* 17 to 19 digits that no card could be: 64-bit ids whose upper bits are a time. */
static bool is_snowflake(struct text text)
{
    if (text.size < 17 || text.size > 19 || !is_all(text, SHIELD_DIGIT)) return false;
    return text.bytes[0] != '0' && !passes_luhn(text);
}

/* Three or four numbers with points, a tag behind: 1.2.3, v10.0.1-rc.1+build.5, 120.0.6099.129 */
static bool is_version(struct text text)
{
    size_t place = text.size > 0 && (text.bytes[0] | 0x20) == 'v' ? 1 : 0;
    size_t numbers = 0;
    if (text.size > 40) return false;
    for (;;) {
        size_t size = count_digits_at(text, place);
        if (size == 0 || size > 5) return false;
        place += size;
        numbers++;
        if (place >= text.size || text.bytes[place] != '.') break;
        place++;
    }
    bool is_address =
        numbers == 4 && place == text.size && text.bytes[0] != 'v'; /* IPv4, perhaps */
    if (numbers < 3 || numbers > 4 || is_address) return false;
    if (place == text.size) return true;
    if (text.bytes[place] != '-' && text.bytes[place] != '+') return false;
    for (size_t i = place; i < text.size; i++) {
        uint8_t byte = (uint8_t)text.bytes[i];
        if (!shield_charset_has(SHIELD_BASE64URL, byte) && byte != '.' && byte != '+') return false;
    }
    return true;
}

static int two_digits(struct text text, size_t place)
{
    if (count_digits_at(text, place) < 2) return -1;
    return (text.bytes[place] - '0') * 10 + text.bytes[place + 1] - '0';
}

/* 2026-11-22, 2026-11-22T10:20:30.123Z, with an offset, or with a space for the T. */
static bool is_date(struct text text)
{
    if (text.size < 10 || text.size > 35 || count_digits_at(text, 0) != 4) return false;
    if (text.bytes[4] != '-' || text.bytes[7] != '-') return false;
    int month = two_digits(text, 5);
    int day = two_digits(text, 8);
    if (month < 1 || month > 12 || day < 1 || day > 31) return false;
    if (text.size == 10) return true;
    if ((text.bytes[10] != 'T' && text.bytes[10] != ' ') || text.size < 16) return false;
    if (two_digits(text, 11) < 0 || two_digits(text, 11) > 24 || text.bytes[13] != ':')
        return false;
    for (size_t i = 14; i < text.size; i++) {
        if (!is_digit(text.bytes[i]) && !memchr(":.+-Z ", text.bytes[i], 6)) return false;
    }
    return true;
}

static bool is_colour(struct text text)
{
    bool has_size = text.size == 4 || text.size == 5 || text.size == 7 || text.size == 9;
    if (has_size && text.bytes[0] == '#')
        return is_all(text_slice(text, 1, text.size - 1), SHIELD_HEX);
    bool is_call =
        text_starts_with_fold(text, TEXT("rgb")) || text_starts_with_fold(text, TEXT("hsl"));
    if (!is_call || text.size > 48 || text.bytes[text.size - 1] != ')') return false;
    for (size_t i = 3; i < text.size; i++) {
        if (!is_digit(text.bytes[i]) && !strchr("a(), .%/-deg", text.bytes[i])) return false;
    }
    return true;
}

static bool is_css_byte(char byte)
{
    return shield_charset_has(SHIELD_BASE64URL, (uint8_t)byte) ||
           (byte && strchr(" \t\n:;,.#%()'\"/*!", byte));
}

/* One property with a value and a semicolon at least; or a list of lengths: "0 8px 16px". */
static bool is_css(struct text text)
{
    if (text.size < CSS_MIN || text.size > 2048) return false;
    size_t colons = 0;
    size_t semicolons = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (!is_css_byte(text.bytes[i])) return false;
        colons += text.bytes[i] == ':';
        semicolons += text.bytes[i] == ';';
    }
    static const struct text words[] = {
        TEXT_INIT("px"),        TEXT_INIT("color"),   TEXT_INIT("margin"), TEXT_INIT("padding"),
        TEXT_INIT("display"),   TEXT_INIT("width"),   TEXT_INIT("height"), TEXT_INIT("font"),
        TEXT_INIT("transform"), TEXT_INIT("opacity"), TEXT_INIT("rem"),
    };
    if (colons == 0 || semicolons == 0) return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (text_find(text, words[i]) >= 0) return true;
    }
    return false;
}

/* M, then numbers and the letters of path commands, each with a number or the end behind it. */
static bool is_svg_path(struct text text)
{
    if (text.size < SVG_PATH_MIN || (text.bytes[0] | 0x20) != 'm') return false;
    size_t digits = 0;
    bool after_command = false;
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.bytes[i];
        bool is_command = byte && strchr("MmLlHhVvCcSsQqTtAaZz", byte);
        if (!is_command && !is_digit(byte) && !(byte && strchr(" ,.-+e\n\t", byte))) return false;
        bool is_close = (byte | 0x20) == 'z';
        if (is_command && after_command) return false;
        if (byte != ' ' && byte != ',') after_command = is_command && !is_close;
        digits += is_digit(byte);
    }
    return digits * 3 >= text.size;
}

static bool is_image(struct text text)
{
    if (!text_starts_with_fold(text, TEXT("data:image/"))) return false;
    ptrdiff_t comma = text_find_byte(text, ',');
    if (comma < 0) return false;
    struct text head = text_slice(text, 0, (size_t)comma);
    struct text body = text_slice(text, (size_t)comma + 1, text.size - (size_t)comma - 1);
    return text_ends_with(head, TEXT(";base64")) && is_all(body, SHIELD_BASE64);
}

enum benign shield_benign_kind(struct text value)
{
    static const struct {
        bool (*matches)(struct text text);
        enum benign kind;
    } kinds[] = {
        {is_uuid, BENIGN_UUID},
        {is_digest, BENIGN_DIGEST},
        {is_ulid, BENIGN_ULID},
        {is_nanoid, BENIGN_NANOID},
        {is_snowflake, BENIGN_SNOWFLAKE},
        {is_date, BENIGN_DATE},
        {is_version, BENIGN_VERSION},
        {is_colour, BENIGN_COLOUR},
        {is_image, BENIGN_IMAGE},
        {is_svg_path, BENIGN_SVG_PATH},
        {is_css, BENIGN_CSS},
    };
    struct text text = text_trim(value);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].matches(text)) return kinds[i].kind;
    }
    return BENIGN_NOT;
}

bool shield_is_benign(struct text value)
{
    return shield_benign_kind(value) != BENIGN_NOT;
}
