/* Base64, base64url and hex: every run of their letters that is long enough is decoded once, and
 * given when the result reads as text or begins as a known format does. Random bytes do so once in
 * a million at 16 bytes, so ids and digests stay closed. */
#include "codec/utf8.h"
#include "shield/shield_unwrap_internal.h"

#include <string.h>

enum {
    RUN_MIN = 16,
    LETTER_SKIP = -2,
    LETTER_NONE = -1,
};

static int base64_digit(char byte)
{
    if (byte >= 'A' && byte <= 'Z') return byte - 'A';
    if (byte >= 'a' && byte <= 'z') return byte - 'a' + 26;
    if (byte >= '0' && byte <= '9') return byte - '0' + 52;
    if (byte == '+' || byte == '-') return 62;
    return byte == '/' || byte == '_' ? 63 : LETTER_NONE;
}

static int hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9') return byte - '0';
    char lower = (char)(byte | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : LETTER_NONE;
}

static bool is_break(char byte) /* lines of encoded text */
{
    return byte == '\n' || byte == '\r';
}

typedef int digit_of(char byte);

/* Digits of so many bits to bytes; breaks are passed over, a rest of less than a byte is left. */
static size_t decode(struct text run, digit_of *digit, unsigned bits, char *out)
{
    size_t size = 0;
    uint32_t held = 0;
    unsigned held_bits = 0;
    for (size_t i = 0; i < run.size; i++) {
        int value = digit(run.bytes[i]);
        if (value < 0) continue;
        held = (held << bits | (uint32_t)value) & 0xFFFF;
        held_bits += bits;
        if (held_bits < 8) continue;
        held_bits -= 8;
        out[size++] = (char)(held >> held_bits & 0xFF);
    }
    return size;
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
        if (text_starts_with(bytes, magics[i])) return true;
    }
    return false;
}

/* At least nine bytes of ten are ASCII that can be printed; others may be letters of UTF-8. */
static bool is_readable(struct text bytes)
{
    size_t printable = 0;
    size_t high = 0;
    for (size_t i = 0; i < bytes.size; i++) {
        unsigned char byte = (unsigned char)bytes.bytes[i];
        high += byte >= 0x80;
        printable += (byte >= 0x20 && byte < 0x7F) || byte == '\t' || byte == '\n' || byte == '\r';
    }
    if (printable * 10 >= bytes.size * 9) return true;
    return high > 0 && (printable + high) * 10 >= bytes.size * 9 && utf8_valid(bytes);
}

/* The run decoded, given if it is worth it; else its memory goes back. */
static bool try_run(struct unwrap *unwrap, struct text run, enum shield_wrap wrap)
{
    size_t mark = arena_mark(unwrap->arena);
    char *out = unwrap_reserve(unwrap, run.size);
    if (!out) return false;
    size_t size = wrap == SHIELD_WRAP_HEX ? decode(run, hex_digit, 4, out)
                                          : decode(run, base64_digit, 6, out);
    struct text decoded = {out, size};
    if (size < 8 || !(has_known_magic(decoded) || is_readable(decoded))) {
        arena_rewind(unwrap->arena, mark);
        return false;
    }
    unwrap_settle(unwrap, out, size);
    unwrap_give(unwrap, &(struct shield_inner){.wrap = wrap, .value = decoded});
    return true;
}

struct run {
    struct text text;
    bool is_hex;
};

/* The next run of base64's letters, breaks within it included. */
static struct run next_run(struct text *rest)
{
    struct run run = {.is_hex = true};
    size_t begin = 0;
    while (begin < rest->size && base64_digit(rest->bytes[begin]) < 0)
        begin++;
    size_t end = begin;
    while (end < rest->size &&
           (base64_digit(rest->bytes[end]) >= 0 || is_break(rest->bytes[end]))) {
        if (hex_digit(rest->bytes[end]) < 0 && !is_break(rest->bytes[end])) run.is_hex = false;
        end++;
    }
    run.text = text_slice(*rest, begin, end - begin);
    *rest = text_slice(*rest, end, rest->size - end);
    return run;
}

void unwrap_encoded(struct unwrap *unwrap, struct text text)
{
    while (text.size >= RUN_MIN && !unwrap->is_over) {
        struct run run = next_run(&text);
        if (run.text.size < RUN_MIN) continue;
        if (run.is_hex && try_run(unwrap, run.text, SHIELD_WRAP_HEX)) continue;
        if (!unwrap->is_over) (void)try_run(unwrap, run.text, SHIELD_WRAP_BASE64);
    }
}
