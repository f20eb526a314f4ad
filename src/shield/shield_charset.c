#include "shield/shield_rules.h"

#include "base/check.h"

/* A byte's kinds, as bits; a charset is a set of kinds. */
enum kind {
    DIGIT_LOW = 1,     /* 1: base32 lacks it */
    DIGIT_MIDDLE = 2,  /* 2 to 7 */
    DIGIT_HIGH = 4,    /* 8 9 */
    LOWER_HEX = 8,     /* a to f */
    LOWER_REST = 16,   /* the others but l */
    LOWER_L = 32,      /* base58 lacks it */
    UPPER_HEX = 64,    /* A to F */
    UPPER_REST = 128,  /* the others but I and O */
    UPPER_ROUND = 256, /* I O: base58 lacks them */
    PLUS_SLASH = 512,  /* + / */
    EQUALS = 1024,     /* = */
    HYPHEN = 2048,     /* - */
    UNDERSCORE = 4096, /* _ */
    DIGIT_ZERO = 8192, /* 0: base32 and base58 lack it */
    DIGITS = DIGIT_ZERO | DIGIT_LOW | DIGIT_MIDDLE | DIGIT_HIGH,
    LOWERS = LOWER_HEX | LOWER_REST | LOWER_L,
    UPPERS = UPPER_HEX | UPPER_REST | UPPER_ROUND,
};

static const uint32_t charsets[SHIELD_CHARSET_COUNT] = {
    [SHIELD_DIGIT] = DIGITS,
    [SHIELD_HEX] = DIGITS | LOWER_HEX | UPPER_HEX,
    [SHIELD_LOWER] = LOWERS,
    [SHIELD_UPPER] = UPPERS,
    [SHIELD_ALNUM] = DIGITS | LOWERS | UPPERS,
    [SHIELD_BASE32] = DIGIT_MIDDLE | UPPERS,
    [SHIELD_BASE58] =
        DIGIT_LOW | DIGIT_MIDDLE | DIGIT_HIGH | LOWER_HEX | LOWER_REST | UPPER_HEX | UPPER_REST,
    [SHIELD_BASE64] = DIGITS | LOWERS | UPPERS | PLUS_SLASH | EQUALS,
    [SHIELD_BASE64URL] = DIGITS | LOWERS | UPPERS | HYPHEN | UNDERSCORE,
    [SHIELD_WORD] = DIGITS | LOWERS | UPPERS | UNDERSCORE,
};

static enum kind kind_of_digit(uint8_t byte)
{
    if (byte == '0') return DIGIT_ZERO;
    if (byte == '1') return DIGIT_LOW;
    return byte <= '7' ? DIGIT_MIDDLE : DIGIT_HIGH;
}

static enum kind kind_of_letter(uint8_t byte)
{
    if (byte >= 'a') {
        if (byte == 'l') return LOWER_L;
        return byte <= 'f' ? LOWER_HEX : LOWER_REST;
    }
    if (byte == 'I' || byte == 'O') return UPPER_ROUND;
    return byte <= 'F' ? UPPER_HEX : UPPER_REST;
}

static uint32_t kind_of(uint8_t byte)
{
    if (byte >= '0' && byte <= '9') return kind_of_digit(byte);
    if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')) return kind_of_letter(byte);
    switch (byte) {
    case '+':
    case '/': return PLUS_SLASH;
    case '=': return EQUALS;
    case '-': return HYPHEN;
    case '_': return UNDERSCORE;
    default: return 0;
    }
}

bool shield_charset_has(enum shield_charset charset, uint8_t byte)
{
    assert(charset < SHIELD_CHARSET_COUNT);
    return (charsets[charset] & kind_of(byte)) != 0;
}
