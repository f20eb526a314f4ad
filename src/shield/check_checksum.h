/* The checksums that issuers build into their keys. Private to the room. Pure; any thread. */
#ifndef CANDOR_SHIELD_CHECK_CHECKSUM_H
#define CANDOR_SHIELD_CHECK_CHECKSUM_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* GitHub's and npm's: the last six are the CRC-32 of what stands before them, in base62. */
bool checksum_base62_crc(struct text body);

/* Grafana's: the last eight are, in hex, the CRC-32 of the text before the last underscore, low
 * byte first. */
bool checksum_hex_crc(struct text token);

/* Bech32 (BIP-173): lower or upper case, not both. Any size up to 256. */
bool checksum_bech32(struct text text);
bool checksum_bech32m(struct text text); /* the same with BIP-350's sum */

/* Do the cases of these forty hex digits say what Ethereum's EIP-55 wants? */
bool checksum_eip55(struct text digits);

/* Base58 with four bytes of double SHA-256: how many bytes come before them, or 0 when the text
 * is none. bytes is filled with at most size_max, checksum included. */
uint32_t checksum_base58(struct text text, uint8_t *bytes, uint32_t size_max);

#endif
