/* S29: credentials as HTTP's Authorization header carries them. */
#include "shield/check_base64.h"
#include "shield/check_reading.h"
#include "shield/shield_validator.h"

enum {
    DECODED_MAX = 512,
    CREDENTIAL_MAX = 4000,
    NAMED_MIN = 4,   /* behind the header's name, anything is a credential */
    RANDOM_MIN = 16, /* else it must look like one */
    NAME_REACH = 24,
    DIGEST_REACH = 400,
};

static uint32_t end_of_credential(struct text value, uint32_t at)
{
    return reading_until(value, at, " \t\r\n\"',;<>()[]{}&\\|", CREDENTIAL_MAX);
}

/* user:password, all of it printable. */
static bool decodes_to_pair(struct text text)
{
    uint8_t bytes[DECODED_MAX];
    uint32_t size = base64_look(text, bytes, sizeof bytes);
    uint32_t colons = 0;
    for (uint32_t i = 0; i < size; i++) {
        if (!reading_is_printable(bytes[i])) return false;
        colons += bytes[i] == ':';
    }
    return size >= 3 && colons > 0;
}

static bool is_named(const struct shield_candidate *candidate)
{
    struct text before = reading_around(candidate, NAME_REACH, 0);
    return candidate->has_context ||
           reading_find_fold(before, "authorization") != READING_NO_PLACE ||
           reading_find_fold(before, "x-auth") != READING_NO_PLACE;
}

static bool is_digest(const struct shield_candidate *candidate)
{
    struct text around = reading_around(candidate, 0, DIGEST_REACH);
    bool has_nonce = reading_find_fold(around, "nonce=") != READING_NO_PLACE;
    return has_nonce && reading_find_fold(around, "response=") != READING_NO_PLACE;
}

static enum shield_proof check_bearer(const struct shield_candidate *candidate,
                                      struct text credential)
{
    bool is_drawn = credential.size >= RANDOM_MIN && reading_is_random(credential);
    if (!is_named(candidate)) return is_drawn ? SHIELD_SHAPE : SHIELD_NOT;
    if (credential.size < NAMED_MIN || reading_is_placeholder(credential)) return SHIELD_NOT;
    struct reading_kinds kinds = reading_kinds(credential);
    return is_drawn || kinds.digits + kinds.others > 0 ? SHIELD_PROVEN : SHIELD_NOT;
}

/* The candidate is the scheme's name: "bearer", "basic", "digest", "token", "apikey". */
enum shield_proof shield_check_authorization(const struct shield_candidate *candidate,
                                             struct shield_span *span)
{
    struct text value = candidate->value;
    uint32_t begin = reading_skip(value, candidate->end, " :=+", 3);
    if (begin == candidate->end) return SHIELD_NOT;
    begin = reading_skip(value, begin, "\"'", 1);
    uint32_t end = end_of_credential(value, begin);
    while (end > begin && (value.bytes[end - 1] == '.' || value.bytes[end - 1] == '?'))
        end--;
    struct text credential = reading_slice(value, begin, end);
    *span = (struct shield_span){begin, end};

    if (reading_has_fold(value, candidate->begin, "basic"))
        return decodes_to_pair(credential) ? SHIELD_PROVEN : SHIELD_NOT;
    if (reading_has_fold(value, candidate->begin, "digest")) {
        span->end = (uint32_t)value.size;
        return is_digest(candidate) ? SHIELD_PROVEN : SHIELD_NOT;
    }
    if (reading_has_fold(value, begin, "token="))
        credential = reading_labelled(value, begin + 6, CREDENTIAL_MAX);
    return check_bearer(candidate, credential);
}
