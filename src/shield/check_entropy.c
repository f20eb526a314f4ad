/* S40: long runs that no language and no programmer writes.
 *
 * What is unlike words is mostly harmless: identifiers. So the shapes that libraries draw
 * identifiers in are let through wherever they stand, and so is everything under a key of
 * identifiers, media or files; what remains is judged by its bigrams (shield_surprise.h). */
#include "shield/check_reading.h"
#include "shield/shield_surprise.h"
#include "shield/shield_validator.h"

#include <string.h>

enum {
    RUN_MIN = 20,
    RUN_SURE = 24,
    RUN_LOOK = 512,  /* bytes of a run that are judged; base64 of a picture is longer */
    MEAN_SHORT = 90, /* 5.6 bits: 1 in 1,000 random base62 of 20 is below, names reach 5.4 */
    MEAN_SURE = 84,
    MEAN_BASE64 = 96,
    NANOID_SIZE = 21,
    GROUP_MAX = 32,
};

static bool is_run_byte(uint8_t byte)
{
    return shield_charset_has(SHIELD_BASE64URL, byte) || byte == '+' || byte == '/' || byte == '=';
}

static bool all_of(struct text text, enum shield_charset charset)
{
    return reading_run(text, 0, charset, RUN_LOOK) == text.size;
}

/* MD5, SHA-1, SHA-2, ObjectId, trace ids: hex of a hash's length. */
static bool is_hash(struct text text)
{
    static const uint8_t sizes[] = {24, 32, 40, 56, 64, 96, 128};
    return memchr(sizes, (int)text.size, sizeof sizes) != NULL && all_of(text, SHIELD_HEX);
}

/* UUIDs, Mixpanel's device ids, trace contexts: groups of hex between hyphens. */
static bool is_hex_groups(struct text text)
{
    size_t group = 0;
    for (size_t i = 0; i < text.size; i++) {
        bool is_hyphen = text.bytes[i] == '-';
        if (!is_hyphen && !shield_charset_has(SHIELD_HEX, (uint8_t)text.bytes[i])) return false;
        group = is_hyphen ? 0 : group + 1;
        if (group > GROUP_MAX) return false;
    }
    return text_find_byte(text, '-') != TEXT_NOT_FOUND;
}

/* 26 of Crockford's base32, the first at most 7. */
static bool is_ulid(struct text text)
{
    if (text.size != 26 || text.bytes[0] > '7') return false;
    for (size_t i = 0; i < text.size; i++) {
        char byte = (char)(text.bytes[i] & ~0x20);
        bool is_digit = text.bytes[i] >= '0' && text.bytes[i] <= '9';
        if (!is_digit && (byte < 'A' || byte > 'Z' || strchr("ILOU", byte))) return false;
    }
    return reading_kinds(text).lowers == 0 || reading_kinds(text).uppers == 0;
}

/* nanoid, KSUID, cuid: told by their length and case only. */
static bool is_drawn_id(struct text text)
{
    if (text.size == NANOID_SIZE && all_of(text, SHIELD_BASE64URL)) return true;
    if (!all_of(text, SHIELD_ALNUM)) return false;
    struct reading_kinds kinds = reading_kinds(text);
    bool is_cuid =
        (text.size == 24 || text.size == 25) && kinds.uppers == 0 && text.bytes[0] >= 'a';
    bool is_ksuid =
        text.size == 27 && (text.bytes[0] == '1' || text.bytes[0] == '2' || text.bytes[0] == '3');
    return is_cuid || is_ksuid;
}

/* What payment and other services call their things: "pi_3Mtw…", "price_1MoB…", "evt_…". */
static bool is_prefixed_id(struct text text)
{
    static const char *const prefixes[] = {"cus_",  "pi_",  "ch_",   "in_",   "sub_",  "price_",
                                           "prod_", "evt_", "txn_",  "seti_", "pm_",   "cs_",
                                           "user_", "org_", "sess_", "req_",  "acct_", "card_"};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        struct text prefix = text_from(prefixes[i]);
        if (text_starts_with(text, prefix) && text.size <= prefix.size + 28) return true;
    }
    return false;
}

/* A run's head that says it is a picture, a font or a document's beginning, in base64. */
static bool is_media(struct text value, uint32_t begin)
{
    static const char *const heads[] = {"iVBORw0KGgo", "/9j/",  "R0lGOD", "UklGR", "PHN2Zy",
                                        "d09GM",       "d09GR", "AAAAI",  "Qk0"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        if (reading_has(value, begin, heads[i])) return true;
    }
    uint32_t back = begin > 8 ? begin - 8 : 0;
    struct text before = reading_slice(value, back, begin);
    return reading_find_fold(before, "base64,") != READING_NO_PLACE ||
           reading_find_fold(before, "sha256-") != READING_NO_PLACE;
}

static bool is_benign(struct text text)
{
    struct reading_kinds kinds = reading_kinds(text);
    if (kinds.lowers + kinds.uppers == 0) return true; /* numbers are other detectors' */
    return is_hash(text) || is_hex_groups(text) || is_ulid(text) || is_drawn_id(text) ||
           is_prefixed_id(text) || reading_is_placeholder(text);
}

/* Hex is too plain for the bigrams: four bits a digit. Of no hash's length, it is a key. */
static bool is_odd_hex(struct text text)
{
    struct reading_kinds kinds = reading_kinds(text);
    bool has_both = kinds.digits >= 3 && kinds.lowers + kinds.uppers >= 3;
    return has_both && all_of(text, SHIELD_HEX);
}

static bool is_surprising(struct text text)
{
    if (text.size < RUN_MIN || is_benign(text)) return false;
    if (is_odd_hex(text)) return true;
    uint32_t mean = shield_surprise_mean(text);
    return mean >= (text.size >= RUN_SURE ? MEAN_SURE : MEAN_SHORT);
}

static size_t part_size(struct text run)
{
    size_t size = 0;
    while (size < run.size && shield_charset_has(SHIELD_BASE64URL, (uint8_t)run.bytes[size]))
        size++;
    return size;
}

/* Slashes part the words of a path; in base64 they are one letter of many. So first each part is
 * judged, then the whole if it has what base64 has and paths have not. */
static bool find_in_run(struct text value, uint32_t begin, uint32_t end, struct shield_span *span)
{
    for (uint32_t at = begin; at < end;) {
        uint32_t stop = at + (uint32_t)part_size(reading_slice(value, at, end));
        if (is_surprising(reading_slice(value, at, stop))) {
            *span = (struct shield_span){at, stop};
            return true;
        }
        at = stop + 1;
    }
    struct text run = reading_slice(value, begin, end);
    struct reading_kinds kinds = reading_kinds(run);
    bool is_base64 = kinds.others > 0 && kinds.others * 8 <= run.size && kinds.digits > 0 &&
                     kinds.uppers > 2 && kinds.lowers > 2;
    if (!is_base64 || run.size < RUN_SURE || is_benign(run)) return false;
    if (text_find_byte(run, '-') != TEXT_NOT_FOUND) return false;
    *span = (struct shield_span){begin, end};
    return shield_surprise_mean(run) >= MEAN_BASE64;
}

enum shield_proof shield_check_entropy(const struct shield_candidate *candidate,
                                       struct shield_span *span)
{
    const uint64_t exempt = SHIELD_KEY_BIT(SHIELD_KEY_IDENTIFIER) |
                            SHIELD_KEY_BIT(SHIELD_KEY_MEDIA) | SHIELD_KEY_BIT(SHIELD_KEY_FILE) |
                            SHIELD_KEY_BIT(SHIELD_KEY_USER_AGENT);
    if ((candidate->key_classes & exempt) != 0 || candidate->is_number) return SHIELD_NOT;
    struct text value = candidate->value;
    for (uint32_t at = 0; at < value.size;) {
        if (!is_run_byte((uint8_t)value.bytes[at])) {
            at++;
            continue;
        }
        uint32_t begin = at;
        while (at < value.size && is_run_byte((uint8_t)value.bytes[at]))
            at++;
        if (at - begin < RUN_MIN || is_hex_groups(reading_slice(value, begin, at))) continue;
        if (is_media(value, begin)) continue;
        uint32_t end = at - begin > RUN_LOOK ? begin + RUN_LOOK : at;
        if (find_in_run(value, begin, end, span)) return SHIELD_SHAPE;
    }
    return SHIELD_NOT;
}
