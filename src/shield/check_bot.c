/* S20 to S22, S31: tokens that decode to something, or that only the words around tell from a
 * hash. */
#include "shield/check_base64.h"
#include "shield/check_reading.h"
#include "shield/shield_validator.h"

#include "crypt/secret.h"

#include <string.h>

enum {
    SNOWFLAKE_MIN = 17,
    SNOWFLAKE_MAX = 20,
    SOCIAL_MAX = 400,
    CANDOR_TOKEN_MAX = SECRET_TOKEN_SIZE
};

static bool is_snowflake(struct text text)
{
    uint8_t bytes[SNOWFLAKE_MAX + 1];
    uint32_t size = base64_look(text, bytes, sizeof bytes);
    if (size < SNOWFLAKE_MIN || size > SNOWFLAKE_MAX) return false;
    for (uint32_t i = 0; i < size; i++) {
        if (bytes[i] < '0' || bytes[i] > '9') return false;
    }
    return true;
}

/* Discord's bots: the bot's number in base64, six for the time, 27 to 38 that sign. */
static enum shield_proof check_discord(const struct shield_candidate *candidate,
                                       struct shield_span *span)
{
    struct text value = candidate->value;
    uint32_t first = reading_run(value, candidate->begin, SHIELD_BASE64URL, 30);
    if (!is_snowflake(reading_slice(value, candidate->begin, first))) return SHIELD_NOT;
    if (reading_byte(value, first) != '.') return SHIELD_NOT;
    uint32_t second = reading_run(value, first + 1, SHIELD_BASE64URL, 8);
    if (second - first - 1 != 6 || reading_byte(value, second) != '.') return SHIELD_NOT;
    uint32_t third = reading_run(value, second + 1, SHIELD_BASE64URL, 40);
    uint32_t size = third - second - 1;
    if (size < 27 || size > 38) return SHIELD_NOT;
    span->end = third;
    return SHIELD_PROVEN;
}

/* S21. The candidate is Telegram's ":AA", or what the base64 of two digits begins with. */
enum shield_proof shield_check_bot_token(const struct shield_candidate *candidate,
                                         struct shield_span *span)
{
    bool is_telegram = reading_byte(candidate->value, candidate->begin) == ':';
    return is_telegram ? shield_check_provider_token(candidate, span)
                       : check_discord(candidate, span);
}

/* S20: a prefix of the list, or a bare key: Datadog's 32 and 40 hex digits look like MD5 and
 * SHA-1, so the words around must speak of it. */
enum shield_proof shield_check_monitoring_key(const struct shield_candidate *candidate,
                                              struct shield_span *span)
{
    struct text key = reading_literal(candidate);
    if (key.size < 32) return shield_check_provider_token(candidate, span);
    if (!candidate->has_context || (key.size != 32 && key.size != 40)) return SHIELD_NOT;
    struct reading_kinds kinds = reading_kinds(key);
    if (kinds.uppers > 0 || kinds.lowers == 0 || kinds.digits == 0) return SHIELD_NOT;
    return reading_is_placeholder(key) ? SHIELD_NOT : SHIELD_SHAPE;
}

/* X's application tokens: base64 whose plus and equals signs are percent-encoded, or were. */
static uint32_t end_of_x(struct text value, uint32_t at)
{
    uint32_t end = at;
    while (end - at < 200) {
        uint8_t byte = reading_byte(value, end);
        if (!shield_charset_has(SHIELD_BASE64, byte) && byte != '%') break;
        end++;
    }
    return end;
}

/* S22. The candidate is the prefix: Meta's EAA, Instagram's IGQV, X's row of As, LinkedIn's AQ. */
enum shield_proof shield_check_social_token(const struct shield_candidate *candidate,
                                            struct shield_span *span)
{
    struct text value = candidate->value;
    uint32_t begin = candidate->begin;
    uint8_t before = begin > 0 ? (uint8_t)value.bytes[begin - 1] : 0;
    if (before == '-' || before == '_') return SHIELD_NOT; /* inside a longer run */
    uint32_t end = reading_run(value, begin, SHIELD_BASE64URL, SOCIAL_MAX);
    uint32_t size_min = 80;
    if (reading_has(value, begin, "AAAAAAAAAA")) {
        end = end_of_x(value, begin);
        while (reading_byte(value, begin) == 'A')
            begin++;
        if (begin - candidate->begin < 19) return SHIELD_NOT;
    } else if (reading_has(value, begin, "AQ")) {
        if (!candidate->has_context) return SHIELD_NOT;
        size_min = 60;
    } else if (reading_has(value, begin, "EAA")) {
        size_min = candidate->has_context ? 40 : 80;
    }
    struct text token = reading_slice(value, begin, end < begin ? begin : end);
    struct reading_kinds kinds = reading_kinds(token);
    if (token.size < size_min || kinds.digits < 4 || kinds.lowers < 8 || kinds.uppers < 8)
        return SHIELD_NOT;
    span->end = end;
    return reading_is_random(token) ? SHIELD_PROVEN : SHIELD_NOT;
}

/* S31: our own: cdr_<kind>_<43>_<6>. */
enum shield_proof shield_check_candor_token(const struct shield_candidate *candidate,
                                            struct shield_span *span)
{
    uint32_t end = reading_run(candidate->value, candidate->begin, SHIELD_WORD, CANDOR_TOKEN_MAX);
    struct text kind;
    if (!secret_token_well_formed(reading_slice(candidate->value, candidate->begin, end), &kind))
        return SHIELD_NOT;
    span->end = end;
    return SHIELD_PROVEN;
}
