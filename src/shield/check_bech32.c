/* Bech32 after BIP-173: a human-readable part, '1', then five bits a letter, of which the last six
 * are a BCH code's remainder. BIP-350's differs in the number that the whole leaves. */
#include "shield/check_checksum.h"

#include <string.h>

enum {
    BECH32_SIZE_MAX = 256,
    BECH32_CHECK_SIZE = 6,
    BECH32_REST = 1,
    BECH32M_REST = 0x2bc830a3,
};

static const char letters[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static uint32_t turn(uint32_t remainder, uint32_t value)
{
    static const uint32_t generator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                          0x2a1462b3};
    uint32_t top = remainder >> 25;
    remainder = (remainder & 0x1ffffff) << 5 ^ value;
    for (uint32_t i = 0; i < 5; i++) {
        if (top >> i & 1) remainder ^= generator[i];
    }
    return remainder;
}

/* The text in one case, or false when it has both or a byte that has no place here. */
static bool read_case(struct text text, uint8_t out[BECH32_SIZE_MAX])
{
    bool has_lower = false;
    bool has_upper = false;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t byte = (uint8_t)text.bytes[i];
        if (byte < 33 || byte > 126) return false;
        has_lower |= byte >= 'a' && byte <= 'z';
        has_upper |= byte >= 'A' && byte <= 'Z';
        out[i] = byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
    }
    return !(has_lower && has_upper);
}

static bool leaves(struct text text, uint32_t rest)
{
    uint8_t folded[BECH32_SIZE_MAX];
    if (text.size > BECH32_SIZE_MAX || !read_case(text, folded)) return false;
    size_t cut = text.size;
    while (cut > 0 && folded[cut - 1] != '1')
        cut--;
    if (cut < 2 || text.size - cut < BECH32_CHECK_SIZE) return false;

    uint32_t remainder = 1;
    for (size_t i = 0; i + 1 < cut; i++)
        remainder = turn(remainder, folded[i] >> 5);
    remainder = turn(remainder, 0);
    for (size_t i = 0; i + 1 < cut; i++)
        remainder = turn(remainder, folded[i] & 31);
    for (size_t i = cut; i < text.size; i++) {
        const char *place = strchr(letters, folded[i]);
        if (!place) return false;
        remainder = turn(remainder, (uint32_t)(place - letters));
    }
    return remainder == rest;
}

bool checksum_bech32(struct text text)
{
    return leaves(text, BECH32_REST);
}

bool checksum_bech32m(struct text text)
{
    return leaves(text, BECH32M_REST);
}
