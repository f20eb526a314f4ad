/* S01, S02: the two halves of an AWS key. */
#include "shield/check_reading.h"
#include "shield/shield_surprise.h"
#include "shield/shield_validator.h"

enum { ID_SIZE = 20, SECRET_SIZE = 40, MEAN_OF_BASE32 = 72, LABEL_MAX = 24 };

/* ASIA and ANPA begin names too: without a digit the rest must be no words. */
enum shield_proof shield_check_aws_access_key(const struct shield_candidate *candidate,
                                              struct shield_span *span)
{
    struct text value = candidate->value;
    uint32_t end = reading_run(value, candidate->begin, SHIELD_ALNUM, ID_SIZE + 2);
    struct text id = reading_slice(value, candidate->begin, end);
    if (id.size != ID_SIZE && id.size != ID_SIZE + 1) return SHIELD_NOT;
    if (reading_byte(value, end) == '_') return SHIELD_NOT;
    struct text tail = text_slice(id, 4, id.size - 4);
    for (size_t i = 0; i < tail.size; i++) {
        if (!shield_charset_has(SHIELD_BASE32, (uint8_t)tail.bytes[i])) return SHIELD_NOT;
    }
    *span = (struct shield_span){candidate->begin, end};
    if (text_ends_with(id, TEXT("EXAMPLE"))) return SHIELD_TEST;
    if (reading_is_placeholder(tail)) return SHIELD_NOT;
    bool is_word = reading_kinds(tail).digits == 0 && shield_surprise_mean(tail) < MEAN_OF_BASE32;
    return is_word ? SHIELD_NOT : SHIELD_PROVEN;
}

static bool is_secret(struct text text)
{
    if (text.size != SECRET_SIZE) return false;
    struct reading_kinds kinds = reading_kinds(text);
    if (kinds.uppers == 0 || kinds.lowers == 0 || kinds.digits == 0) return false;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t byte = (uint8_t)text.bytes[i];
        if (byte == '=' || !shield_charset_has(SHIELD_BASE64, byte)) return false;
    }
    return reading_is_random(text) || text_ends_with(text, TEXT("EXAMPLEKEY"));
}

/* The candidate is the label in front ("aws_secret_access_key") or the run of 40 itself, which a
 * SHA-1 in capitals and base64 of 30 bytes look like too: so the words around must speak of it. */
enum shield_proof shield_check_aws_secret(const struct shield_candidate *candidate,
                                          struct shield_span *span)
{
    struct text value = candidate->value;
    struct text found = reading_literal(candidate);
    bool is_label = found.size < SECRET_SIZE;
    if (is_label) {
        uint32_t at = reading_run(value, candidate->end, SHIELD_WORD, LABEL_MAX);
        found = reading_labelled(value, at, SECRET_SIZE + 1);
    } else if (!candidate->has_context) {
        return SHIELD_NOT;
    }
    if (!is_secret(found)) return SHIELD_NOT;
    span->begin = (uint32_t)(found.bytes - value.bytes);
    span->end = span->begin + SECRET_SIZE;
    return text_ends_with(found, TEXT("EXAMPLEKEY")) ? SHIELD_TEST : SHIELD_PROVEN;
}
