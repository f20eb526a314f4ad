/* Addresses of wallets (spec/shield.md §14.3, F11 to F13). */
#include "shield/check_checksum.h"
#include "shield/check_national.h"
#include "shield/shield_rules.h"
#include "shield/shield_validator.h"

enum { ETHEREUM_DIGITS = 40, HASH_ADDRESS_SIZE = 21 };

static struct text token_of(const struct shield_candidate *candidate)
{
    return text_slice(candidate->value, candidate->begin, candidate->end - candidate->begin);
}

/* Base58Check of a version byte and the twenty bytes of a hash. */
static bool is_base58_address(struct text token, const char *versions, size_t version_count)
{
    uint8_t bytes[32];
    if (token.size < 25 || token.size > 35) return false;
    if (checksum_base58(token, bytes, sizeof bytes) != HASH_ADDRESS_SIZE) return false;
    return memchr(versions, bytes[0], version_count) != NULL;
}

/* BIP-173, and BIP-350 for what came after it. */
static bool is_bech32_address(struct text token, const char *prefix)
{
    return token.size >= 14 && token.size <= 110 &&
           text_starts_with_fold(token, text_from(prefix)) &&
           (checksum_bech32(token) || checksum_bech32m(token));
}

enum shield_proof shield_check_bitcoin(const struct shield_candidate *candidate,
                                       struct shield_span *span)
{
    static const char versions[] = {0, 5, 111, (char)196}; /* of keys and scripts, and of tests */
    struct text token = token_of(candidate);
    (void)span;
    if (is_bech32_address(token, "bc1") || is_bech32_address(token, "tb1")) return SHIELD_PROVEN;
    return proven_if(is_base58_address(token, versions, sizeof versions));
}

/* 0x and forty hex digits. In letters of both cases a check is hidden (EIP-55); of one case only a
 * word beside it says what it is. */
enum shield_proof shield_check_ethereum(const struct shield_candidate *candidate,
                                        struct shield_span *span)
{
    struct text value = candidate->value;
    uint32_t begin = candidate->begin + 2; /* behind 0x */
    uint32_t end = begin;
    bool has_upper = false;
    bool has_lower = false;
    while (end < value.size && end - begin <= ETHEREUM_DIGITS &&
           shield_charset_has(SHIELD_HEX, (uint8_t)value.bytes[end])) {
        has_upper |= value.bytes[end] >= 'A' && value.bytes[end] <= 'F';
        has_lower |= value.bytes[end] >= 'a';
        end++;
    }
    if (begin > end || end - begin != ETHEREUM_DIGITS) return SHIELD_NOT;
    if (end < value.size && shield_charset_has(SHIELD_WORD, (uint8_t)value.bytes[end])) {
        return SHIELD_NOT;
    }
    *span = (struct shield_span){candidate->begin, end};
    if (has_upper && has_lower) return proven_if(checksum_eip55(text_slice(value, begin, 40)));
    return candidate->has_context ? SHIELD_SHAPE : SHIELD_NOT;
}

/* Others: a check sum where there is one, and a word beside it always. The versions are those of
 * Litecoin, Dogecoin, Dash and Tron. */
enum shield_proof shield_check_other_coin(const struct shield_candidate *candidate,
                                          struct shield_span *span)
{
    static const char *const prefixes[] = {"ltc1",  "addr1",  "stake1", "cosmos1",
                                           "osmo1", "terra1", "bnb1",   "tb1"};
    static const char versions[] = {48, 50, 30, 22, 76, 16, 65};
    struct text token = token_of(candidate);
    (void)span;
    if (!candidate->has_context) return SHIELD_NOT;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (is_bech32_address(token, prefixes[i])) return SHIELD_PROVEN;
    if (is_base58_address(token, versions, sizeof versions)) return SHIELD_PROVEN;
    if (token.size < 32 || token.size > 44) return SHIELD_NOT; /* Solana, XRP: no sum, or another */
    bool has_upper = false;
    bool has_lower = false;
    for (size_t i = 0; i < token.size; i++) {
        if (!shield_charset_has(SHIELD_BASE58, (uint8_t)token.bytes[i])) return SHIELD_NOT;
        has_upper |= token.bytes[i] >= 'A' && token.bytes[i] <= 'Z';
        has_lower |= token.bytes[i] >= 'a';
    }
    return has_upper && has_lower ? SHIELD_SHAPE : SHIELD_NOT;
}
