/* Devices and networks (spec/shield.md §14.6, D01 to D10, L03). */
#include "shield/check_national.h"
#include "shield/check_reading.h"
#include "shield/shield_key.h"
#include "shield/shield_validator.h"

enum {
    OCTETS = 4,
    GROUPS_16 = 8, /* of an IPv6 address */
    MAC_PAIRS = 6,
    SMALL_OCTET = 32, /* a number whose four parts are all below it could be a version */
    DEVICE_SIZE_MIN = 4,
    DEVICE_SIZE_MAX = 64,
    HOME_NAME_MAX = 40,
};

static bool has_key(const struct shield_candidate *candidate, enum shield_key_class key_class)
{
    return candidate->key_classes & SHIELD_KEY_BIT(key_class);
}

static bool is_hex(char byte)
{
    return shield_charset_has(SHIELD_HEX, (uint8_t)byte);
}

/* ---- D01 ---- */

/* RFC 1918, loopback, link-local, and what no host has. */
static bool is_private(const uint32_t octets[OCTETS])
{
    return octets[0] == 0 || octets[0] == 10 || octets[0] == 127 || octets[0] >= 224 ||
           (octets[0] == 172 && octets[1] >= 16 && octets[1] < 32) ||
           (octets[0] == 192 && octets[1] == 168) || (octets[0] == 169 && octets[1] == 254) ||
           (octets[0] == 100 && octets[1] >= 64 && octets[1] < 128);
}

/* RFC 5737: for manuals. */
static bool is_documented(const uint32_t octets[OCTETS])
{
    return (octets[0] == 192 && octets[1] == 0 && octets[2] == 2) ||
           (octets[0] == 198 && octets[1] == 51 && octets[2] == 100) ||
           (octets[0] == 203 && octets[1] == 0 && octets[2] == 113);
}

static bool read_octets(const struct shield_candidate *candidate, uint32_t octets[OCTETS])
{
    uint32_t at = candidate->begin;
    for (int i = 0; i < OCTETS; i++) {
        uint32_t end = at;
        while (end < candidate->end && is_digit_byte(candidate->value.bytes[end]))
            end++;
        if (end == at || end - at > 3) return false;
        if (end - at > 1 && candidate->value.bytes[at] == '0') return false;
        octets[i] = digits_number(candidate->value.bytes + at, end - at);
        if (octets[i] > 255) return false;
        bool is_last = i == OCTETS - 1;
        if (is_last ? end != candidate->end : reading_byte(candidate->value, end) != '.')
            return false;
        at = end + 1;
    }
    return true;
}

/* "Chrome/120.0.0.0", "v 1.2.3.4", "version 1.2.3.4", "1.2.3.4-beta", "120.0.0.0". */
static bool is_version_like(const struct shield_candidate *candidate, const uint32_t octets[OCTETS])
{
    static const char *const words[] = {"version", "ver", "build", "release", "firmware", "v"};
    struct text value = candidate->value;
    uint8_t before = candidate->begin > 0 ? reading_byte(value, candidate->begin - 1) : 0;
    uint8_t earlier = candidate->begin > 1 ? reading_byte(value, candidate->begin - 2) : 0;
    if (has_key(candidate, SHIELD_KEY_VERSION)) return true;
    if (before == '/' && reading_is_word(earlier)) return true;
    if (octets[1] == 0 && octets[2] == 0 && octets[3] == 0) return true;
    struct text around = reading_around(candidate, 12, 0);
    around.size -= candidate->end - candidate->begin;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct text trimmed = text_trim(around);
        size_t size = strlen(words[i]);
        if (trimmed.size < size) continue;
        uint32_t at = (uint32_t)(trimmed.size - size);
        bool begins = at == 0 || !reading_is_word((uint8_t)trimmed.bytes[at - 1]);
        if (begins && reading_has_fold(trimmed, at, words[i])) return true;
    }
    bool is_small = true;
    for (int i = 0; i < OCTETS; i++)
        is_small = is_small && octets[i] < SMALL_OCTET;
    return is_small && !candidate->has_context;
}

enum shield_proof shield_check_ipv4(const struct shield_candidate *candidate,
                                    struct shield_span *span)
{
    struct text value = candidate->value;
    uint32_t octets[OCTETS];
    (void)span;
    if (candidate->group_count != OCTETS || !read_octets(candidate, octets)) return SHIELD_NOT;
    uint8_t behind = reading_byte(value, candidate->end);
    uint8_t later = reading_byte(value, candidate->end + 1);
    uint8_t before = candidate->begin > 0 ? reading_byte(value, candidate->begin - 1) : 0;
    bool goes_on = (behind == '.' || behind == '-' || behind == '_') && reading_is_word(later);
    if (goes_on || before == '.' || before == '-' || before == '_' || reading_is_word(before)) {
        return SHIELD_NOT;
    }
    if (is_private(octets) || is_version_like(candidate, octets)) return SHIELD_NOT;
    return is_documented(octets) ? SHIELD_TEST : SHIELD_PROVEN;
}

/* ---- D02 ---- */

struct groups {
    uint32_t values[GROUPS_16];
    uint32_t count;
    bool has_gap; /* "::" */
    uint32_t end;
};

/* Groups of one to four hex digits parted by colons, one gap at most (RFC 4291, §2.2). */
static bool read_groups(struct text value, uint32_t at, struct groups *groups)
{
    for (;;) {
        uint32_t end = at;
        uint32_t number = 0;
        while (end - at < 5 && is_hex((char)reading_byte(value, end)))
            number = number * 16 + (uint32_t)(alnum_number(upper_of(value.bytes[end++])));
        if (end - at > 4) return false;
        if (end > at) {
            if (groups->count == GROUPS_16) return false;
            groups->values[groups->count++] = number;
            groups->end = end;
        }
        if (reading_byte(value, end) != ':') return true;
        if (reading_byte(value, end + 1) == ':') {
            if (groups->has_gap) return false;
            groups->has_gap = true;
            groups->end = end + 2;
            at = end + 2;
        } else if (end == at) {
            return false;
        } else {
            at = end + 1;
        }
    }
}

/* Loopback, link-local, unique local, multicast: nobody's outside. */
static bool is_private_16(const struct groups *groups)
{
    uint32_t first = groups->values[0];
    bool is_loopback = groups->has_gap && groups->count <= 1;
    return is_loopback || (first & 0xffc0) == 0xfe80 || (first & 0xfe00) == 0xfc00 ||
           (first & 0xff00) == 0xff00;
}

enum shield_proof shield_check_ipv6(const struct shield_candidate *candidate,
                                    struct shield_span *span)
{
    struct text value = candidate->value;
    struct groups groups = {0};
    uint32_t begin = reading_run_back(value, candidate->begin, SHIELD_HEX, 4);
    if (begin > 0) {
        uint8_t before = reading_byte(value, begin - 1);
        if (reading_is_word(before) || before == ':' || before >= 0x80) return SHIELD_NOT;
    }
    if (begin == candidate->begin && reading_byte(value, begin + 1) != ':') return SHIELD_NOT;
    if (!read_groups(value, begin, &groups)) return SHIELD_NOT;
    uint8_t behind = reading_byte(value, groups.end);
    if (reading_is_word(behind) || behind == ':' || behind == '-') return SHIELD_NOT;
    if (behind == '.' && is_digit_byte((char)reading_byte(value, groups.end + 1))) {
        groups.end = reading_run(value, groups.end, SHIELD_WORD, 1); /* ::ffff:1.2.3.4 */
        return SHIELD_NOT;                                           /* D01 finds it */
    }
    bool is_address =
        groups.has_gap ? groups.count >= 2 && groups.count < GROUPS_16 : groups.count == GROUPS_16;
    if (!is_address || is_private_16(&groups)) return SHIELD_NOT;
    bool is_public = groups.values[0] >= 0x2000 && groups.values[0] < 0x4000;
    if (groups.has_gap && !is_public && !candidate->has_context) return SHIELD_NOT;
    *span = (struct shield_span){begin, groups.end};
    bool is_documented = groups.values[0] == 0x2001 && groups.values[1] == 0x0db8;
    return is_documented ? SHIELD_TEST : SHIELD_PROVEN;
}

/* ---- D03 ---- */

/* Six pairs from there, parted all alike. */
static bool read_mac(struct text value, uint32_t begin, char mark)
{
    for (uint32_t i = 0; i < MAC_PAIRS; i++) {
        uint32_t at = begin + 3 * i;
        if (!is_hex((char)reading_byte(value, at)) || !is_hex((char)reading_byte(value, at + 1))) {
            return false;
        }
        if (i < MAC_PAIRS - 1 && reading_byte(value, at + 2) != (uint8_t)mark) return false;
    }
    return true;
}

/* Twelve hex digits, bare or in threes with dots, under its key. */
static bool is_bare_mac(struct text text)
{
    uint32_t digits = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (is_hex(text.bytes[i])) digits++;
        if (!is_hex(text.bytes[i]) && !strchr(":-. ", text.bytes[i])) return false;
    }
    return digits == 2 * MAC_PAIRS || digits == 16;
}

static bool is_all_same(struct text text)
{
    for (size_t i = 1; i < text.size; i++)
        if (is_hex(text.bytes[i]) && text.bytes[i] != text.bytes[0]) return false;
    return true;
}

enum shield_proof shield_check_mac(const struct shield_candidate *candidate,
                                   struct shield_span *span)
{
    struct text value = candidate->value;
    if (candidate->begin == 0 && candidate->end == value.size) {
        struct text text = text_trim(value);
        bool is_known = has_key(candidate, SHIELD_KEY_MAC) || has_key(candidate, SHIELD_KEY_WIFI);
        bool is_mac = is_known && text.size >= 12 && is_bare_mac(text) && !is_all_same(text);
        return is_mac ? SHIELD_SHAPE : SHIELD_NOT;
    }
    if (candidate->begin < 2) return SHIELD_NOT;
    uint32_t begin = candidate->begin - 2;
    uint32_t end = begin + 3 * MAC_PAIRS - 1;
    if (!read_mac(value, begin, value.bytes[candidate->begin])) return SHIELD_NOT;
    uint8_t before = begin > 0 ? reading_byte(value, begin - 1) : ' ';
    uint8_t behind = reading_byte(value, end);
    if (reading_is_word(before) || before == ':' || before == '-') return SHIELD_NOT;
    if (reading_is_word(behind)) return SHIELD_NOT;
    bool goes_on = (behind == ':' || behind == '-') && is_hex((char)reading_byte(value, end + 1));
    if (goes_on || is_all_same(reading_slice(value, begin, end))) return SHIELD_NOT;
    struct reading_kinds kinds = reading_kinds(reading_slice(value, begin, end));
    bool is_number = kinds.lowers + kinds.uppers == 0; /* 20-25-01-31-12-30 is a moment */
    if (is_number && value.bytes[candidate->begin] == '-' && !candidate->has_context) {
        return SHIELD_NOT;
    }
    *span = (struct shield_span){begin, end};
    return SHIELD_PROVEN;
}

/* ---- D04, D06 ---- */

/* 15 digits with Luhn's, 16 with a version for it; a MEID is 14 hex digits. */
enum shield_proof shield_check_imei(const struct shield_candidate *candidate,
                                    struct shield_span *span)
{
    uint32_t count = candidate->digit_count;
    (void)span;
    if (!candidate->has_context) return SHIELD_NOT;
    if (!candidate->digits) {
        struct reading_kinds kinds = reading_kinds(reading_literal(candidate));
        bool is_meid = candidate->end - candidate->begin == 14 && kinds.others == 0 &&
                       kinds.digits >= 4 && kinds.lowers + kinds.uppers >= 1;
        return is_meid ? SHIELD_SHAPE : SHIELD_NOT;
    }
    if (digits_are_dull(candidate->digits, count)) return SHIELD_NOT;
    if (count == 15) return proven_if(digits_pass_luhn(candidate->digits, 15));
    return count == 16 || count == 14 ? SHIELD_SHAPE : SHIELD_NOT;
}

/* ICCID: 89, a country, Luhn's digit last. IMSI: 15 digits that begin with a country's. */
enum shield_proof shield_check_sim(const struct shield_candidate *candidate,
                                   struct shield_span *span)
{
    const char *digits = candidate->digits;
    uint32_t count = candidate->digit_count;
    (void)span;
    if (!candidate->has_context || !digits) return SHIELD_NOT;
    if (count == 19 || count == 20) {
        if (memcmp(digits, "89", 2) != 0) return SHIELD_NOT;
        bool passes = digits_pass_luhn(digits, count) || digits_pass_luhn(digits, 19);
        return passes ? SHIELD_PROVEN : SHIELD_NOT;
    }
    if (count != 15 && count != 14) return SHIELD_NOT;
    uint32_t country = digits_number(digits, 3);
    return country >= 202 && country <= 750 ? SHIELD_SHAPE : SHIELD_NOT;
}

/* ---- D05, D07 ---- */

static bool is_uuid_shape(struct text text)
{
    if (text.size != 36) return false;
    for (size_t i = 0; i < text.size; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? text.bytes[i] != '-' : !is_hex(text.bytes[i])) return false;
    }
    return true;
}

/* All zeros is what phones give whose owner said no. */
static bool is_zero(struct text text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.bytes[i] != '0' && text.bytes[i] != '-') return false;
    return true;
}

static bool is_hex_of(struct text text, size_t size_min, size_t size_max)
{
    if (text.size < size_min || text.size > size_max) return false;
    for (size_t i = 0; i < text.size; i++)
        if (!is_hex(text.bytes[i])) return false;
    return true;
}

static struct text without_braces(struct text text)
{
    bool is_braced = text.size == 38 && text.bytes[0] == '{';
    return is_braced ? text_slice(text, 1, 36) : text;
}

enum shield_proof shield_check_advertising(const struct shield_candidate *candidate,
                                           struct shield_span *span)
{
    struct text text = without_braces(reading_bare(candidate->value));
    (void)span;
    bool is_id = is_uuid_shape(text) || is_hex_of(text, 16, 64);
    return is_id && !is_zero(text) ? SHIELD_SHAPE : SHIELD_NOT;
}

enum shield_proof shield_check_fingerprint(const struct shield_candidate *candidate,
                                           struct shield_span *span)
{
    struct text text = without_braces(reading_bare(candidate->value));
    (void)span;
    if (is_zero(text)) return SHIELD_NOT;
    if (is_uuid_shape(text) || is_hex_of(text, 8, 128)) return SHIELD_SHAPE;
    if (text.size < 16 || text.size > 128) return SHIELD_NOT; /* FingerprintJS: 20 letters */
    for (size_t i = 0; i < text.size; i++)
        if (!shield_charset_has(SHIELD_BASE64URL, (uint8_t)text.bytes[i])) return SHIELD_NOT;
    struct reading_kinds kinds = reading_kinds(text);
    return kinds.digits >= 2 || reading_is_random(text) ? SHIELD_SHAPE : SHIELD_NOT;
}

/* ---- D08 ---- */

/* "Mozilla/5.0 (", or another product with its version and a comment in brackets or a second
 * product behind it. Under its key anything with a product in front. */
enum shield_proof shield_check_user_agent(const struct shield_candidate *candidate,
                                          struct shield_span *span)
{
    struct text value = candidate->value;
    uint32_t begin = candidate->begin;
    bool is_keyed = has_key(candidate, SHIELD_KEY_USER_AGENT);
    bool is_whole = begin == 0 && candidate->end == value.size;
    uint32_t name = begin;
    while (name < value.size && name - begin < 40 &&
           (reading_is_word(reading_byte(value, name)) || reading_byte(value, name) == '-' ||
            reading_byte(value, name) == '.'))
        name++;
    if (name == begin || reading_byte(value, name) != '/') return SHIELD_NOT;
    if (!is_digit_byte((char)reading_byte(value, name + 1))) return SHIELD_NOT;
    uint32_t version = reading_until(value, name + 1, " ;,\"'\r\n\t<>", 40);
    *span = (struct shield_span){begin, (uint32_t)value.size};
    if (is_whole && is_keyed) return SHIELD_SHAPE;
    if (is_whole || reading_byte(value, version) != ' ') return SHIELD_NOT;
    if (reading_byte(value, version + 1) != '(') return SHIELD_NOT;
    uint32_t end = reading_until(value, version + 1, "\"\r\n\t<>|", 1024);
    *span = (struct shield_span){begin, end};
    return SHIELD_PROVEN;
}

/* ---- D09, L03 ---- */

static bool is_nothing(struct text text)
{
    static const struct text words[] = {TEXT_INIT("unknown"),
                                        TEXT_INIT("localhost"),
                                        TEXT_INIT("none"),
                                        TEXT_INIT("null"),
                                        TEXT_INIT("true"),
                                        TEXT_INIT("false"),
                                        TEXT_INIT("n/a"),
                                        TEXT_INIT("default"),
                                        TEXT_INIT("undefined"),
                                        TEXT_INIT("hidden"),
                                        TEXT_INIT("0"),
                                        TEXT_INIT("yes"),
                                        TEXT_INIT("no"),
                                        TEXT_INIT("<unknown ssid>"),
                                        TEXT_INIT("02:00:00:00:00:00")};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_equal_fold(words[i], text)) return true;
    return false;
}

/* A serial number has a digit; a machine's name a dash, a dot, a space or a digit. */
enum shield_proof shield_check_machine(const struct shield_candidate *candidate,
                                       struct shield_span *span)
{
    struct text text = text_trim(candidate->value);
    bool has_mark = false;
    (void)span;
    if (text.size < DEVICE_SIZE_MIN || text.size > DEVICE_SIZE_MAX || is_nothing(text)) {
        return SHIELD_NOT;
    }
    if (is_zero(text)) return SHIELD_NOT;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t byte = (uint8_t)text.bytes[i];
        bool is_mark = byte && strchr("-._ ':", byte);
        if (byte < 0x80 && !reading_is_word(byte) && !is_mark && byte != '(' && byte != ')') {
            return SHIELD_NOT;
        }
        has_mark = has_mark || is_mark || is_digit_byte((char)byte);
    }
    return has_mark ? SHIELD_SHAPE : SHIELD_NOT;
}

enum shield_proof shield_check_wifi(const struct shield_candidate *candidate,
                                    struct shield_span *span)
{
    struct text text = text_trim(candidate->value);
    (void)span;
    if (text.size < 2 || text.size > DEVICE_SIZE_MAX || is_nothing(text)) return SHIELD_NOT;
    return SHIELD_SHAPE;
}

/* ---- D10 ---- */

/* Users that every machine has. */
static bool is_common_user(struct text name)
{
    static const struct text names[] = {TEXT_INIT("shared"),   TEXT_INIT("public"),
                                        TEXT_INIT("default"),  TEXT_INIT("runner"),
                                        TEXT_INIT("user"),     TEXT_INIT("guest"),
                                        TEXT_INIT("root"),     TEXT_INIT("node"),
                                        TEXT_INIT("app"),      TEXT_INIT("administrator"),
                                        TEXT_INIT("ubuntu"),   TEXT_INIT("travis"),
                                        TEXT_INIT("admin"),    TEXT_INIT("vsts"),
                                        TEXT_INIT("circleci"), TEXT_INIT("me"),
                                        TEXT_INIT("username"), TEXT_INIT("all users"),
                                        TEXT_INIT("xxx"),      TEXT_INIT("jenkins")};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text_equal_fold(names[i], name)) return true;
    return false;
}

/* What stands in a home folder and in no address of a page: a hidden folder, a file with an ending,
 * or a folder that systems make. */
static bool looks_like_home(struct text rest)
{
    static const char *const folders[] = {
        "desktop",  "documents", "downloads", "pictures", "library",   "appdata", "dev/",
        "projects", "code/",     "src/",      "work/",    "workspace", "repos",   "git/",
        "movies",   "music",     "onedrive",  "dropbox",  "go/",       "venv",    "www/"};
    if (rest.size > 0 && rest.bytes[0] == '.') return true;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (reading_has_fold(rest, 0, folders[i])) return true;
    uint32_t end = reading_until(rest, 0, " \t\r\n\"'<>|:?#)", 512);
    for (uint32_t i = end; i > 1 && end - i < 8; i--) {
        if (rest.bytes[i - 1] == '/' || rest.bytes[i - 1] == '\\') return false;
        if (rest.bytes[i - 1] == '.') return i < end && !is_digit_byte(rest.bytes[i]);
    }
    return false;
}

enum shield_proof shield_check_home_path(const struct shield_candidate *candidate,
                                         struct shield_span *span)
{
    struct text value = candidate->value;
    struct text literal = reading_literal(candidate);
    uint8_t mark = reading_byte(value, candidate->end - 1);
    uint32_t begin = candidate->end + (reading_byte(value, candidate->end) == mark);
    uint32_t end = begin;
    while (end < value.size && end - begin <= HOME_NAME_MAX &&
           !strchr("/\\\"'<>|:*?\r\n\t&=#", reading_byte(value, end)))
        end++;
    bool is_windows = mark == '\\';
    if (end == begin || end - begin > HOME_NAME_MAX) return SHIELD_NOT;
    if (is_common_user(reading_slice(value, begin, end))) return SHIELD_NOT;
    *span = (struct shield_span){candidate->begin, end};
    if (is_windows) return SHIELD_PROVEN;
    uint8_t before = candidate->begin > 0 ? reading_byte(value, candidate->begin - 1) : ' ';
    bool is_inside = before == '.' || before == '-' || before >= 0x80 || reading_is_word(before);
    if (is_inside) { /* example.com/home/x */
        return SHIELD_NOT;
    }
    uint8_t next = reading_byte(value, end);
    if (next != '/' && next != '\\') return SHIELD_NOT;
    bool is_home = looks_like_home(reading_slice(value, end + 1, (uint32_t)value.size));
    if (is_home) return SHIELD_PROVEN;
    return text_equal(literal, TEXT("/home/")) ? SHIELD_NOT : SHIELD_SHAPE;
}
