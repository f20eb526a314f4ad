/* S25 to S27: keys in text armour, in base64 of their binary forms, and what is public of them. */
#include "shield/check_base64.h"
#include "shield/check_reading.h"
#include "shield/shield_validator.h"

enum {
    ARMOUR_GAP_MAX = 512, /* header lines between BEGIN and the key */
    KEY_RUN_MIN = 16,
    LABEL_MAX = 48,
    DER_TEXT_MIN = 48,
    DER_LOOK = 24,
    DER_SEQUENCE = 0x30,
    DER_INTEGER = 2,
};

/* The words after BEGIN up to the dashes, the quote or the line's end. */
static struct text read_label(const struct shield_candidate *candidate)
{
    uint32_t begin = reading_skip(candidate->value, candidate->end, " ", 4);
    uint32_t end = reading_until(candidate->value, begin, "-\r\n\"'\\:", LABEL_MAX);
    return reading_slice(candidate->value, begin, end);
}

/* The first long run of base64 within reach: a name of a format in prose has none. */
static uint32_t find_key(struct text value, uint32_t at)
{
    uint32_t limit = at + ARMOUR_GAP_MAX;
    while (at < limit && at < value.size) {
        uint32_t end = reading_run(value, at, SHIELD_BASE64, SHIELD_VALUE_MAX);
        if (end - at >= KEY_RUN_MIN && !reading_is_placeholder(reading_slice(value, at, at + 16)))
            return end;
        at = end + 1;
    }
    return READING_NO_PLACE;
}

/* To the END line when it is near, else to the end of the value: what follows is the key too. */
static uint32_t end_of_block(struct text value, uint32_t at)
{
    uint32_t size = (uint32_t)value.size;
    uint32_t reach = size - at > SHIELD_LOOK_MAX ? (uint32_t)SHIELD_LOOK_MAX : size - at;
    uint32_t place = reading_find_fold(reading_slice(value, at, at + reach), "-----end ");
    if (place == READING_NO_PLACE) return size;
    uint32_t end = reading_until(value, at + place + 9, "-", LABEL_MAX);
    return reading_skip(value, end, "-", 5);
}

static uint32_t begin_of_block(const struct shield_candidate *candidate)
{
    uint32_t begin = candidate->begin;
    while (begin > 0 && candidate->begin - begin < 5 && candidate->value.bytes[begin - 1] == '-')
        begin--;
    return begin;
}

enum shield_proof shield_check_pem_private(const struct shield_candidate *candidate,
                                           struct shield_span *span)
{
    struct text value = candidate->value;
    if (reading_has_fold(value, candidate->begin, "putty-user-key-file-")) {
        bool is_file = reading_byte(value, candidate->end + 1) == ':' &&
                       reading_run(value, candidate->end, SHIELD_DIGIT, 2) > candidate->end;
        span->end = (uint32_t)value.size;
        return is_file ? SHIELD_PROVEN : SHIELD_NOT;
    }
    struct text label = read_label(candidate);
    if (reading_find_fold(label, "private key") == READING_NO_PLACE) return SHIELD_NOT;
    uint32_t label_end = (uint32_t)(label.bytes - value.bytes + (ptrdiff_t)label.size);
    uint32_t end = find_key(value, label_end);
    if (end == READING_NO_PLACE) return SHIELD_NOT;
    *span = (struct shield_span){begin_of_block(candidate), end_of_block(value, end)};
    return SHIELD_PROVEN;
}

static bool is_public_label(struct text label)
{
    static const char *const labels[] = {"public key", "certificate", "x509 crl"};
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        if (reading_find_fold(label, labels[i]) != READING_NO_PLACE) return true;
    }
    return false;
}

/* "ssh-rsa AAAA…": the type, a space, and base64 that begins with the type's size and name. */
static enum shield_proof check_ssh_line(const struct shield_candidate *candidate,
                                        struct shield_span *span)
{
    struct text value = candidate->value;
    uint32_t begin = reading_skip(value, candidate->end, " +", 2);
    if (begin == candidate->end || !reading_has(value, begin, "AAAA")) return SHIELD_NOT;
    uint32_t end = reading_run(value, begin, SHIELD_BASE64, SHIELD_VALUE_MAX);
    if (end - begin < 40) return SHIELD_NOT;
    span->end = end;
    return SHIELD_PROVEN;
}

enum shield_proof shield_check_pem_public(const struct shield_candidate *candidate,
                                          struct shield_span *span)
{
    struct text value = candidate->value;
    if (!reading_has(value, candidate->begin, "BEGIN")) return check_ssh_line(candidate, span);
    struct text label = read_label(candidate);
    if (!is_public_label(label)) return SHIELD_NOT;
    uint32_t label_end = (uint32_t)(label.bytes - value.bytes + (ptrdiff_t)label.size);
    uint32_t end = find_key(value, label_end);
    if (end == READING_NO_PLACE) return SHIELD_NOT;
    *span = (struct shield_span){begin_of_block(candidate), end_of_block(value, end)};
    return SHIELD_PROVEN;
}

/* The size field of DER at `at`; the place after it, or 0. */
static uint32_t skip_der_size(const uint8_t *bytes, uint32_t size, uint32_t at)
{
    if (at >= size) return 0;
    uint32_t more = bytes[at] < 0x80 ? 0 : bytes[at] - 0x80U;
    return more > 4 || at + 1 + more >= size ? 0 : at + 1 + more;
}

/* SEQUENCE { INTEGER version, …: version 0 and what follows is RSA's private key or PKCS#8, 1 is
 * an elliptic curve's, 3 is PKCS#12. Public keys and certificates begin with another SEQUENCE. */
static bool is_private_der(const uint8_t *bytes, uint32_t size)
{
    if (size < DER_LOOK || bytes[0] != DER_SEQUENCE) return false;
    uint32_t at = skip_der_size(bytes, size, 1);
    if (at == 0 || at + 4 > size || bytes[at] != DER_INTEGER || bytes[at + 1] != 1) return false;
    uint8_t version = bytes[at + 2];
    uint8_t next = bytes[at + 3];
    if (version == 0) return next == DER_SEQUENCE || next == DER_INTEGER;
    return (version == 1 && next == 4) || (version == 3 && next == DER_SEQUENCE);
}

/* Only the beginning is read until it is known what it is: "MII+MII+…" triggers everywhere. */
enum shield_proof shield_check_der_private(const struct shield_candidate *candidate,
                                           struct shield_span *span)
{
    struct text value = candidate->value;
    uint32_t end = reading_run(value, candidate->begin, SHIELD_BASE64, DER_TEXT_MIN);
    if (end - candidate->begin < DER_TEXT_MIN) return SHIELD_NOT;
    if (!reading_has(value, candidate->begin, "b3BlbnNzaC1rZXktdjEA")) {
        uint8_t bytes[DER_LOOK];
        struct text head = reading_slice(value, candidate->begin, end);
        if (!is_private_der(bytes, base64_look(head, bytes, sizeof bytes))) return SHIELD_NOT;
    }
    span->end = reading_run(value, end, SHIELD_BASE64, SHIELD_VALUE_MAX);
    return SHIELD_PROVEN;
}
