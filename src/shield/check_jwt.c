/* S24: JSON Web Tokens, signed (three parts) and encrypted (five). The first part is base64url of
 * a JSON object that names an algorithm; nothing else is. */
#include "shield/check_base64.h"
#include "shield/check_reading.h"
#include "shield/shield_validator.h"

enum {
    HEADER_SIZE_MAX = 1024,
    HEADER_TEXT_MAX = 1400,
    HEADER_TEXT_SHORT = 300,
    PARTS_MAX = 5,
    PAYLOAD_MIN = 10
};

static int32_t base64_value(uint8_t byte)
{
    if (byte >= 'A' && byte <= 'Z') return byte - 'A';
    if (byte >= 'a' && byte <= 'z') return byte - 'a' + 26;
    if (byte >= '0' && byte <= '9') return byte - '0' + 52;
    if (byte == '+' || byte == '-') return 62;
    if (byte == '/' || byte == '_') return 63;
    return -1;
}

uint32_t base64_look(struct text text, uint8_t *bytes, uint32_t size_max)
{
    uint32_t bits = 0;
    uint32_t bit_count = 0;
    uint32_t size = 0;
    for (size_t i = 0; i < text.size && size < size_max; i++) {
        int32_t value = base64_value((uint8_t)text.bytes[i]);
        if (value < 0) break;
        bits = (bits << 6 | (uint32_t)value) & 0xffffff;
        bit_count += 6;
        if (bit_count < 8) continue;
        bit_count -= 8;
        bytes[size++] = (uint8_t)(bits >> bit_count);
    }
    return size;
}

static bool is_space(uint8_t byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

/* "alg", then a colon and a text: what RFC 7515 and 7516 demand of a header. */
static bool names_algorithm(struct text json)
{
    uint32_t at = reading_find_fold(json, "\"alg\"");
    if (at == READING_NO_PLACE) return false;
    at = reading_skip(json, at + 5, " \n\r\t", 8);
    if (reading_byte(json, at) != ':') return false;
    at = reading_skip(json, at + 1, " \n\r\t", 8);
    return reading_byte(json, at) == '"';
}

static bool is_header(struct text part)
{
    uint8_t bytes[HEADER_SIZE_MAX];
    uint32_t size = base64_look(part, bytes, sizeof bytes);
    while (size > 0 && is_space(bytes[size - 1]))
        size--;
    if (size < 2 || bytes[0] != '{' || bytes[size - 1] != '}') return false;
    for (uint32_t i = 0; i < size; i++) {
        if (!reading_is_printable(bytes[i]) && !is_space(bytes[i])) return false;
    }
    return names_algorithm((struct text){(const char *)bytes, size});
}

/* A token cut off in its second part still says who it is about, so it counts. */
enum shield_proof shield_check_jwt(const struct shield_candidate *candidate,
                                   struct shield_span *span)
{
    struct text value = candidate->value;
    /* Behind a hyphen or an underscore it may be one of many in a run: then only a short header. */
    uint8_t before = candidate->begin > 0 ? (uint8_t)value.bytes[candidate->begin - 1] : 0;
    uint32_t size_max = before == '-' || before == '_' ? HEADER_TEXT_SHORT : HEADER_TEXT_MAX;
    uint32_t end = reading_run(value, candidate->begin, SHIELD_BASE64URL, size_max);
    if (reading_byte(value, end) != '.') return SHIELD_NOT;
    if (!is_header(reading_slice(value, candidate->begin, end))) return SHIELD_NOT;

    uint32_t longest = 0;
    for (uint32_t parts = 1; parts < PARTS_MAX && reading_byte(value, end) == '.'; parts++) {
        uint32_t begin = end + 1;
        end = reading_run(value, begin, SHIELD_BASE64URL, SHIELD_VALUE_MAX);
        if (end - begin > longest) longest = end - begin;
    }
    if (longest < PAYLOAD_MIN) return SHIELD_NOT;
    span->end = end;
    return SHIELD_PROVEN;
}
