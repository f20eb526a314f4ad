/* S05 to S07: keys of Google's and Microsoft's clouds that a prefix alone does not show. */
#include "shield/check_reading.h"
#include "shield/shield_validator.h"

#include <string.h>

enum { WINDOW = 600, STORAGE_KEY_SIZE = 86, BUS_KEY_SIZE = 43, SIGNATURE_MIN = 40, RUN_MAX = 160 };

/* The JSON file of a service account: that it is one, and that its key follows. A file whose key
 * comes first is S25's. */
enum shield_proof shield_check_service_account(const struct shield_candidate *candidate,
                                               struct shield_span *span)
{
    struct text after = reading_around(candidate, 0, WINDOW);
    uint32_t key = reading_find_fold(after, "private_key");
    if (key == READING_NO_PLACE) return SHIELD_NOT;
    bool has_key = reading_find_fold(after, "private key-") != READING_NO_PLACE;
    bool has_mail = reading_find_fold(after, "gserviceaccount.com") != READING_NO_PLACE;
    if (!has_key && !(has_mail && reading_has_fold(after, key, "private_key_id")))
        return SHIELD_NOT;
    span->end = candidate->begin + (uint32_t)after.size;
    return SHIELD_PROVEN;
}

/* The end of a key of so many base64 digits and its padding, or READING_NO_PLACE. */
static uint32_t read_key(struct text value, uint32_t at, uint32_t digits, uint32_t padding)
{
    uint32_t end = reading_run(value, at, SHIELD_BASE64, RUN_MAX);
    if (end - at != digits + padding) return READING_NO_PLACE;
    for (uint32_t i = 0; i < padding; i++) {
        if (reading_byte(value, end - 1 - i) != '=') return READING_NO_PLACE;
    }
    return reading_is_random(reading_slice(value, at, at + digits)) ? end : READING_NO_PLACE;
}

/* A shared access signature: sig= beside se= or sp=, and sv=. */
static uint32_t read_signature(const struct shield_candidate *candidate)
{
    struct text value = candidate->value;
    uint32_t end = reading_until(value, candidate->end, "&\"' \t\r\n<>;,", RUN_MAX);
    if (end - candidate->end < SIGNATURE_MIN) return READING_NO_PLACE;
    struct text around = reading_around(candidate, 512, 512);
    bool has_version = reading_find_fold(around, "sv=") != READING_NO_PLACE ||
                       reading_find_fold(around, "sr=") != READING_NO_PLACE;
    bool has_expiry = reading_find_fold(around, "se=") != READING_NO_PLACE ||
                      reading_find_fold(around, "sp=") != READING_NO_PLACE;
    bool is_drawn = reading_is_random(reading_slice(value, candidate->end, end));
    return has_version && has_expiry && is_drawn ? end : READING_NO_PLACE;
}

enum shield_proof shield_check_azure_storage(const struct shield_candidate *candidate,
                                             struct shield_span *span)
{
    uint32_t end;
    if (reading_has_fold(candidate->value, candidate->begin, "sig=")) {
        end = read_signature(candidate);
    } else {
        end = read_key(candidate->value, candidate->end, STORAGE_KEY_SIZE, 2);
        if (end == READING_NO_PLACE)
            end = read_key(candidate->value, candidate->end, BUS_KEY_SIZE, 1);
    }
    if (end == READING_NO_PLACE) return SHIELD_NOT;
    span->end = end;
    return SHIELD_PROVEN;
}

static bool is_client_byte(uint8_t byte)
{
    return shield_charset_has(SHIELD_BASE64URL, byte) || byte == '.' || byte == '~';
}

/* Three bytes, a digit, "Q~", then 31 to 34. The candidate is the digit and "Q~". */
enum shield_proof shield_check_azure_client_secret(const struct shield_candidate *candidate,
                                                   struct shield_span *span)
{
    enum { BEFORE = 3, AFTER_MIN = 31, AFTER_MAX = 34 };
    struct text value = candidate->value;
    if (candidate->begin < BEFORE) return SHIELD_NOT;
    uint32_t begin = candidate->begin - BEFORE;
    for (uint32_t i = begin; i < candidate->begin; i++) {
        if (!is_client_byte((uint8_t)value.bytes[i])) return SHIELD_NOT;
    }
    if (begin > 0 && is_client_byte((uint8_t)value.bytes[begin - 1])) return SHIELD_NOT;
    uint32_t end = candidate->end;
    while (end - candidate->end <= AFTER_MAX && is_client_byte(reading_byte(value, end)))
        end++;
    uint32_t size = end - candidate->end;
    if (size > AFTER_MIN && reading_byte(value, end - 1) == '.') size--, end--;
    if (size < AFTER_MIN || size > AFTER_MAX) return SHIELD_NOT;
    *span = (struct shield_span){begin, end};
    return reading_is_random(reading_slice(value, begin, end)) ? SHIELD_PROVEN : SHIELD_NOT;
}
