/* S34: private keys of wallets. */
#include "shield/check_checksum.h"
#include "shield/check_reading.h"
#include "shield/shield_validator.h"

#include <string.h>

enum { EXTENDED_TEXT = 111, EXTENDED_SIZE = 78, DECODED_MAX = 96, RAW_HEX = 64 };

/* A key's 32 bytes behind the network's number, and a 1 when its public key is compressed. */
static bool is_wif(struct text text)
{
    uint8_t bytes[DECODED_MAX];
    uint32_t size = checksum_base58(text, bytes, sizeof bytes);
    bool is_network = size > 0 && (bytes[0] == 0x80 || bytes[0] == 0xef || bytes[0] == 0xb0 ||
                                   bytes[0] == 0x9e || bytes[0] == 0xcc);
    return is_network && (size == 33 || (size == 34 && bytes[33] == 1));
}

static enum shield_proof check_extended(const struct shield_candidate *candidate,
                                        struct shield_span *span)
{
    uint32_t end = reading_run(candidate->value, candidate->begin, SHIELD_ALNUM, EXTENDED_TEXT + 2);
    uint8_t bytes[DECODED_MAX];
    struct text text = reading_slice(candidate->value, candidate->begin, end);
    if (checksum_base58(text, bytes, sizeof bytes) != EXTENDED_SIZE) return SHIELD_NOT;
    span->end = end;
    return SHIELD_PROVEN;
}

/* The candidate is a prefix such as "xprv", or a run of letters and digits. */
enum shield_proof shield_check_wallet_key(const struct shield_candidate *candidate,
                                          struct shield_span *span)
{
    struct text text = reading_literal(candidate);
    if (text.size <= 8) return check_extended(candidate, span);
    if (text.size == 51 || text.size == 52) return is_wif(text) ? SHIELD_PROVEN : SHIELD_NOT;
    if (!candidate->has_context) return SHIELD_NOT; /* a transaction's hash looks the same */

    bool has_mark = text.size == RAW_HEX + 2 && reading_has_fold(text, 0, "0x");
    if (!has_mark && text.size != RAW_HEX) return SHIELD_NOT;
    struct text hex = has_mark ? text_slice(text, 2, RAW_HEX) : text;
    bool is_hex = reading_run(hex, 0, SHIELD_HEX, RAW_HEX) == RAW_HEX;
    return is_hex && !reading_is_placeholder(hex) ? SHIELD_SHAPE : SHIELD_NOT;
}
