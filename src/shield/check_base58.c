/* Base58check, as wallets write keys: a big number in 58 digits, its last four bytes the beginning
 * of the SHA-256 of the SHA-256 of the others. */
#include "shield/check_checksum.h"

#include "crypt/secret.h"

#include <string.h>

enum { BASE58 = 58, CHECK_SIZE = 4, BASE58_TEXT_MAX = 128 };

static const char digits[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/* number = number * 58 + digit, big-endian in the last *used of size bytes; false past the end. */
static bool add_digit(uint8_t *number, uint32_t size, uint32_t *used, uint32_t digit)
{
    uint32_t carry = digit;
    for (uint32_t i = 0; i < *used; i++) {
        uint8_t *byte = &number[size - 1 - i];
        carry += *byte * (uint32_t)BASE58;
        *byte = (uint8_t)carry;
        carry >>= 8;
    }
    if (carry == 0) return true;
    if (*used == size) return false;
    number[size - 1 - *used] = (uint8_t)carry;
    (*used)++;
    return true;
}

/* The bytes of the number, after one zero for each leading '1'; 0 when it is none or too long. */
static uint32_t decode(struct text text, uint8_t *bytes, uint32_t size_max)
{
    uint32_t used = 0;
    uint32_t zeros = 0;
    while (zeros < text.size && text.bytes[zeros] == '1')
        zeros++;
    for (uint32_t i = zeros; i < text.size; i++) {
        const char *place = text.bytes[i] ? strchr(digits, text.bytes[i]) : NULL;
        if (!place || !add_digit(bytes, size_max, &used, (uint32_t)(place - digits))) return 0;
    }
    if (zeros + used > size_max) return 0;
    memmove(bytes + zeros, bytes + size_max - used, used);
    memset(bytes, 0, zeros);
    return zeros + used;
}

uint32_t checksum_base58(struct text text, uint8_t *bytes, uint32_t size_max)
{
    if (text.size > BASE58_TEXT_MAX) return 0;
    uint32_t size = decode(text, bytes, size_max);
    if (size <= CHECK_SIZE) return 0;
    size -= CHECK_SIZE;
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash((struct text){(const char *)bytes, size}, hash);
    secret_hash((struct text){(const char *)hash, sizeof hash}, hash);
    return memcmp(hash, bytes + size, CHECK_SIZE) == 0 ? size : 0;
}
