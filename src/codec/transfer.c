/* Percent, form and base64; transfer_inflate.c has the compressed ones. */
#include "codec/transfer.h"

#include "base/check.h"

#include <stdint.h>
#include <string.h>

static int hex_value(char byte)
{
    if (byte >= '0' && byte <= '9') return byte - '0';
    if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
    return -1;
}

/* The byte that the three at place stand for, or -1. */
static int escaped_byte(const char *place, size_t left)
{
    if (left < 3) return -1;
    int high = hex_value(place[1]);
    int low = hex_value(place[2]);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

size_t transfer_percent_decode(char *bytes, size_t size, enum transfer_plus plus)
{
    size_t out = 0;
    for (size_t i = 0; i < size; i++) {
        char byte = bytes[i];
        if (byte == '%') {
            int escaped = escaped_byte(bytes + i, size - i);
            if (escaped >= 0) {
                byte = (char)escaped;
                i += 2;
            }
        } else if (byte == '+' && plus == TRANSFER_PLUS_IS_SPACE) {
            byte = ' ';
        }
        bytes[out++] = byte;
    }
    return out;
}

bool transfer_form_next(struct text *rest, struct text *name, struct text *value)
{
    struct text pair = {0};
    while (pair.size == 0) { /* "a=1&&b=2" has two pairs */
        if (rest->size == 0) return false;
        pair = text_split(*rest, '&', rest);
    }
    *name = text_split(pair, '=', value);
    return true;
}

/* What a byte of base64 means: a sextet, or one of these. */
enum { BASE64_BAD = 0, BASE64_SKIP = 65, BASE64_PAD = 66 };

/* Sextets are kept plus one, so that every byte not named is bad. */
static const uint8_t base64_meanings[256] = {
    ['A'] = 1,
    ['B'] = 2,
    ['C'] = 3,
    ['D'] = 4,
    ['E'] = 5,
    ['F'] = 6,
    ['G'] = 7,
    ['H'] = 8,
    ['I'] = 9,
    ['J'] = 10,
    ['K'] = 11,
    ['L'] = 12,
    ['M'] = 13,
    ['N'] = 14,
    ['O'] = 15,
    ['P'] = 16,
    ['Q'] = 17,
    ['R'] = 18,
    ['S'] = 19,
    ['T'] = 20,
    ['U'] = 21,
    ['V'] = 22,
    ['W'] = 23,
    ['X'] = 24,
    ['Y'] = 25,
    ['Z'] = 26,
    ['a'] = 27,
    ['b'] = 28,
    ['c'] = 29,
    ['d'] = 30,
    ['e'] = 31,
    ['f'] = 32,
    ['g'] = 33,
    ['h'] = 34,
    ['i'] = 35,
    ['j'] = 36,
    ['k'] = 37,
    ['l'] = 38,
    ['m'] = 39,
    ['n'] = 40,
    ['o'] = 41,
    ['p'] = 42,
    ['q'] = 43,
    ['r'] = 44,
    ['s'] = 45,
    ['t'] = 46,
    ['u'] = 47,
    ['v'] = 48,
    ['w'] = 49,
    ['x'] = 50,
    ['y'] = 51,
    ['z'] = 52,
    ['0'] = 53,
    ['1'] = 54,
    ['2'] = 55,
    ['3'] = 56,
    ['4'] = 57,
    ['5'] = 58,
    ['6'] = 59,
    ['7'] = 60,
    ['8'] = 61,
    ['9'] = 62,
    ['+'] = 63,
    ['/'] = 64,
    ['-'] = 63,
    ['_'] = 64,
    [' '] = 63,
    ['\r'] = BASE64_SKIP,
    ['\n'] = BASE64_SKIP,
    ['='] = BASE64_PAD,
};

/* Behind the first '=' only padding and line breaks may come. */
static bool is_padding_only(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t meaning = base64_meanings[(unsigned char)bytes[i]];
        if (meaning != BASE64_PAD && meaning != BASE64_SKIP) return false;
    }
    return true;
}

/* The usual four bytes at once; false leaves them to the slow way. */
static inline bool decode_four(const char *in, char *out)
{
    uint32_t a = base64_meanings[(unsigned char)in[0]] - 1U;
    uint32_t b = base64_meanings[(unsigned char)in[1]] - 1U;
    uint32_t c = base64_meanings[(unsigned char)in[2]] - 1U;
    uint32_t d = base64_meanings[(unsigned char)in[3]] - 1U;
    if ((a | b | c | d) > 63) return false;
    uint32_t word = a << 18 | b << 12 | c << 6 | d;
    out[0] = (char)(word >> 16);
    out[1] = (char)(word >> 8);
    out[2] = (char)word;
    return true;
}

struct base64_state {
    uint32_t waiting; /* bits that have no byte yet */
    unsigned bits;
    size_t sextets;
    size_t out;
};

static void take_sextet(struct base64_state *state, char *bytes, uint8_t meaning)
{
    state->waiting = (state->waiting << 6 | (uint32_t)(meaning - 1)) & 0xffff;
    state->bits += 6;
    state->sextets++;
    if (state->bits >= 8) {
        state->bits -= 8;
        bytes[state->out++] = (char)(state->waiting >> state->bits);
    }
}

bool transfer_base64_decode(char *bytes, size_t size, size_t *decoded_size)
{
    struct base64_state state = {0};
    for (size_t i = 0; i < size;) {
        if (state.bits == 0 && size - i >= 4 && decode_four(bytes + i, bytes + state.out)) {
            i += 4;
            state.out += 3;
            continue;
        }
        uint8_t meaning = base64_meanings[(unsigned char)bytes[i]];
        if (meaning == BASE64_BAD) return false;
        if (meaning == BASE64_PAD) {
            if (!is_padding_only(bytes + i, size - i)) return false;
            break;
        }
        if (meaning != BASE64_SKIP) take_sextet(&state, bytes, meaning);
        i++;
    }
    if (state.sextets % 4 == 1) return false; /* six bits are no byte */
    *decoded_size = state.out;
    return true;
}

void transfer_base64_encode(struct buffer *out, struct text bytes)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t left = bytes.size - i < 3 ? bytes.size - i : 3;
        uint8_t group[3] = {0};
        memcpy(group, bytes.bytes + i, left);
        uint32_t word = (uint32_t)group[0] << 16 | (uint32_t)group[1] << 8 | group[2];
        char four[4] = {alphabet[word >> 18], alphabet[word >> 12 & 63], alphabet[word >> 6 & 63],
                        alphabet[word & 63]};
        if (left < 3) four[3] = '=';
        if (left < 2) four[2] = '=';
        buffer_append(out, four, sizeof four);
    }
}
