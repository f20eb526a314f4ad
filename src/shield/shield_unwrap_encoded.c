/* Base64, base64url and hex: every run of their letters that is long enough is decoded once, and
 * given when the result reads as text or begins as a known format does. Random bytes do so once in
 * a million at 16 bytes, so ids and digests stay closed. */
#include "codec/utf8.h"
#include "shield/shield_unwrap_internal.h"

#include <string.h>

enum {
    RUN_MIN = 16,
    PEEKED = 16,   /* digits */
    MAGIC_MIN = 2, /* bytes of the shortest beginning of a known format */
    DECODED_MIN = 8,
    LETTER_SKIP = -2,
    LETTER_NONE = -1,
};

/* What a byte stands for, or LETTER_NONE. */
static const int8_t base64_digits[256] = {
    /* clang-format off */
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 62, -1, 62, -1, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, -1, -1, -1, -1, -1, -1,
    -1,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, -1, -1, -1, -1, 63,
    -1, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    /* clang-format on */
};

static const int8_t hex_digits[256] = {
    /* clang-format off */
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
     0,  1,  2,  3,  4,  5,  6,  7,  8,  9, -1, -1, -1, -1, -1, -1,
    -1, 10, 11, 12, 13, 14, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, 10, 11, 12, 13, 14, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    /* clang-format on */
};

static int base64_digit(char byte)
{
    return base64_digits[(uint8_t)byte];
}

static bool has_known_magic(struct text bytes)
{
    static const struct text magics[] = {
        TEXT_INIT("\x1f\x8b\x08"),
        TEXT_INIT("PK\x03\x04"),
        TEXT_INIT("%PDF-"),
        TEXT_INIT("\x89PNG\r\n"),
        TEXT_INIT("\xff\xd8\xff"),
        TEXT_INIT("GIF8"),
        TEXT_INIT("RIFF"),
        TEXT_INIT("\x7f"
                  "ELF"),
        TEXT_INIT("SQLite format 3"),
        TEXT_INIT("openssh-key-v1"),
        TEXT_INIT("OggS"),
        TEXT_INIT("ID3\x03"),
        TEXT_INIT("\x30\x82"),
        TEXT_INIT("\x30\x80\x06"),
        TEXT_INIT("\x28\xb5\x2f\xfd"),
    };
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
        if (bytes.bytes[0] != magics[i].bytes[0]) continue;
        if (text_starts_with(bytes, magics[i])) return true;
    }
    return false;
}

/* Of any of them, by its first two bytes. */
static bool begins_magic(const char *bytes)
{
    switch ((uint8_t)bytes[0] << 8 | (uint8_t)bytes[1]) {
    case 0x1f8b:
    case 'P' << 8 | 'K':
    case '%' << 8 | 'P':
    case 0x89 << 8 | 'P':
    case 0xffd8:
    case 'G' << 8 | 'I':
    case 'R' << 8 | 'I':
    case 0x7f << 8 | 'E':
    case 'S' << 8 | 'Q':
    case 'o' << 8 | 'p':
    case 'O' << 8 | 'g':
    case 'I' << 8 | 'D':
    case 0x3082:
    case 0x3080:
    case 0x28b5: return true;
    default: return false;
    }
}

/* What was decoded so far, as text. */
struct reading {
    size_t size;
    size_t controls; /* that are no white space */
    size_t highs;    /* beyond ASCII */
    uint32_t open;   /* bytes that UTF-8 still owes */
    bool is_broken;  /* it is no UTF-8 */
};

static uint32_t follows_lead(uint8_t byte)
{
    if (byte < 0xC2 || byte > 0xF4) return 0;
    return byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
}

static void read_byte(struct reading *reading, uint8_t byte)
{
    bool is_high = byte >= 0x80;
    reading->size++;
    reading->highs += is_high;
    reading->controls +=
        !is_high && (byte < 0x20 || byte == 0x7F) && byte != '\t' && byte != '\n' && byte != '\r';
    if (reading->open > 0) {
        reading->open--;
        if ((byte & 0xC0) != 0x80) reading->is_broken = true;
    } else if (is_high) {
        reading->open = follows_lead(byte);
        if (reading->open == 0) reading->is_broken = true;
    }
}

/* At least nine bytes of ten are ASCII that can be printed; others may be letters of UTF-8. Of so
 * many bytes in the end, if those that are read already leave it open. */
static bool may_be_readable(const struct reading *reading, size_t size)
{
    if ((reading->controls + reading->highs) * 10 <= size) return true;
    return reading->controls * 10 <= size && !reading->is_broken;
}

static bool is_readable(const struct reading *reading, struct text bytes)
{
    if ((reading->controls + reading->highs) * 10 <= bytes.size) return true;
    return may_be_readable(reading, bytes.size) && utf8_valid(bytes);
}

/* Digits of so many bits to bytes; breaks are passed over, a rest of less than a byte is left. It
 * ends where no text can come of it any more. False: it is nothing to be given. */
static bool decode(struct text run, const int8_t digits[256], unsigned bits, struct text *out,
                   char *bytes)
{
    struct reading reading = {0};
    size_t size_max = run.size * bits / 8;
    uint32_t held = 0;
    unsigned held_bits = 0;
    for (size_t i = 0; i < run.size; i++) {
        int value = digits[(uint8_t)run.bytes[i]];
        if (value < 0) continue;
        held = (held << bits | (uint32_t)value) & 0xFFFF;
        held_bits += bits;
        if (held_bits < 8) continue;
        held_bits -= 8;
        bytes[reading.size] = (char)(held >> held_bits & 0xFF);
        read_byte(&reading, (uint8_t)(held >> held_bits & 0xFF));
        if (reading.size < MAGIC_MIN || may_be_readable(&reading, size_max)) continue;
        if (!begins_magic(bytes)) return false;
    }
    *out = (struct text){bytes, reading.size};
    return reading.size >= DECODED_MIN && (has_known_magic(*out) || is_readable(&reading, *out));
}

/* Nothing can come of it: that shows in the first bytes of nearly all that is drawn by lot. */
static bool is_closed(struct text run, const int8_t digits[256], unsigned bits)
{
    struct reading reading = {0};
    size_t size_max = run.size * bits / 8;
    char bytes[PEEKED];
    uint32_t held = 0;
    unsigned held_bits = 0;
    for (size_t i = 0; i < PEEKED; i++) {
        int value = digits[(uint8_t)run.bytes[i]];
        if (value < 0) return false; /* a break */
        held = held << bits | (uint32_t)value;
        held_bits += bits;
        if (held_bits < 8) continue;
        held_bits -= 8;
        bytes[reading.size] = (char)(held >> held_bits & 0xFF);
        read_byte(&reading, (uint8_t)(held >> held_bits & 0xFF));
        if (reading.size < MAGIC_MIN || may_be_readable(&reading, size_max)) continue;
        return !begins_magic(bytes);
    }
    return false;
}

/* The run decoded, given if it is worth it; else its memory goes back. */
static bool try_run(struct unwrap *unwrap, struct text run, enum shield_wrap wrap)
{
    bool is_hex = wrap == SHIELD_WRAP_HEX;
    const int8_t *digits = is_hex ? hex_digits : base64_digits;
    unsigned bits = is_hex ? 4 : 6;
    if (is_closed(run, digits, bits)) return false;
    size_t mark = arena_mark(unwrap->arena);
    struct text decoded;
    char *out = unwrap_reserve(unwrap, run.size);
    if (!out) return false;
    if (!decode(run, digits, bits, &decoded, out)) {
        arena_rewind(unwrap->arena, mark);
        return false;
    }
    unwrap_settle(unwrap, out, decoded.size);
    unwrap_give(unwrap, &(struct shield_inner){.wrap = wrap, .value = decoded});
    return true;
}

struct run {
    struct text text;
    bool is_hex;
    bool is_number; /* digits alone */
};

/* What each byte may stand in; a break between lines of encoded text in all of them. */
enum {
    RUN_BASE64 = 1,
    RUN_HEX = 2,
    RUN_NUMBER = 4,
    RUN_ANY = RUN_BASE64 | RUN_HEX | RUN_NUMBER,
};

static const uint8_t run_kinds[256] = {
    /* clang-format off */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 7, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0, 0, 0, 0, 0, 0,
    0, 3, 3, 3, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1,
    0, 3, 3, 3, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /* clang-format on */
};

/* The next run of base64's letters, breaks within it included. */
static struct run next_run(struct text *rest)
{
    uint32_t kinds = RUN_ANY;
    size_t begin = 0;
    while (begin < rest->size && base64_digit(rest->bytes[begin]) < 0)
        begin++;
    size_t end = begin;
    for (; end < rest->size; end++) {
        uint32_t kind = run_kinds[(uint8_t)rest->bytes[end]];
        if (kind == 0) break;
        kinds &= kind;
    }
    struct run run = {.text = {rest->bytes + begin, end - begin},
                      .is_hex = kinds & RUN_HEX,
                      .is_number = kinds & RUN_NUMBER};
    *rest = (struct text){rest->bytes + end, rest->size - end};
    return run;
}

void unwrap_encoded(struct unwrap *unwrap, struct text text)
{
    while (text.size >= RUN_MIN && !unwrap->is_over) {
        struct run run = next_run(&text);
        if (run.text.size < RUN_MIN) continue;
        if (run.is_hex && try_run(unwrap, run.text, SHIELD_WRAP_HEX)) continue;
        /* Digits alone are no base64 of a text: each third byte would be over 0xD2. */
        if (run.is_number) continue;
        if (!unwrap->is_over) (void)try_run(unwrap, run.text, SHIELD_WRAP_BASE64);
    }
}
