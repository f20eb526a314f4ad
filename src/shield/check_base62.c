#include "shield/check_checksum.h"

#include <string.h>
#include <zlib.h>

enum { BASE62_CHECK_SIZE = 6, HEX_CHECK_SIZE = 8, BASE62 = 62 };

static uint32_t crc_of(struct text text)
{
    return (uint32_t)crc32(0, (const Bytef *)text.bytes, (uInt)text.size);
}

/* 0 to 61, or 62 for a byte that is no digit: 0-9, A-Z, a-z. */
static uint32_t base62_value(char byte)
{
    if (byte >= '0' && byte <= '9') return (uint32_t)(byte - '0');
    if (byte >= 'A' && byte <= 'Z') return (uint32_t)(byte - 'A') + 10;
    if (byte >= 'a' && byte <= 'z') return (uint32_t)(byte - 'a') + 36;
    return BASE62;
}

bool checksum_base62_crc(struct text body)
{
    if (body.size <= BASE62_CHECK_SIZE) return false;
    size_t size = body.size - BASE62_CHECK_SIZE;
    uint64_t number = 0;
    for (size_t i = size; i < body.size; i++) {
        uint32_t digit = base62_value(body.bytes[i]);
        if (digit == BASE62) return false;
        number = number * BASE62 + digit;
    }
    return number == crc_of(text_slice(body, 0, size));
}

static bool hex_value(char byte, uint32_t *value)
{
    static const char digits[] = "0123456789abcdef";
    const char *place = byte ? strchr(digits, byte) : NULL;
    if (!place) return false;
    *value = (uint32_t)(place - digits);
    return true;
}

bool checksum_hex_crc(struct text token)
{
    if (token.size <= HEX_CHECK_SIZE + 1) return false;
    size_t size = token.size - HEX_CHECK_SIZE - 1;
    if (token.bytes[size] != '_') return false;
    uint32_t number = 0;
    for (uint32_t i = 0; i < HEX_CHECK_SIZE; i++) {
        uint32_t nibble;
        if (!hex_value(token.bytes[size + 1 + i], &nibble)) return false;
        number |= nibble << (i / 2 * 8 + (i % 2 == 0 ? 4 : 0));
    }
    return number == crc_of(text_slice(token, 0, size));
}
