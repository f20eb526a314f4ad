#include "shield/shield_unicode.h"

#include "base/check.h"

#include <string.h>
#include <utf8proc.h>

enum { LOW_CODES = 0x800 }; /* of one or two bytes: Latin, Greek, Cyrillic, Hebrew, Arabic */

static bool is_in_table(const uint64_t table[LOW_CODES / 64], uint32_t code)
{
    return table[code / 64] >> code % 64 & 1;
}

static bool is_continuation(char byte)
{
    return (byte & 0xC0) == 0x80;
}

size_t shield_code_read(const char *bytes, size_t size, uint32_t *code)
{
    if (size == 0) return 0;
    uint32_t lead = (uint8_t)bytes[0];
    if (lead < 0x80) {
        *code = lead;
        return 1;
    }
    if (lead < 0xC2 || lead > 0xF4) return 0;
    size_t more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    uint32_t read = lead & (0x3FU >> more);
    if (size <= more) return 0;
    for (size_t i = 1; i <= more; i++) {
        if (!is_continuation(bytes[i])) return 0;
        read = read << 6 | ((uint8_t)bytes[i] & 0x3FU);
    }
    bool is_longer_than_needed = (more == 2 && read < 0x800) || (more == 3 && read < 0x10000);
    bool is_surrogate = read >= 0xD800 && read < 0xE000;
    if (is_longer_than_needed || is_surrogate || read > 0x10FFFF) return 0;
    *code = read;
    return more + 1;
}

size_t shield_code_write(uint32_t code, char *out)
{
    assert(code <= 0x10FFFF);
    return (size_t)utf8proc_encode_char((utf8proc_int32_t)code, (utf8proc_uint8_t *)out);
}

/* The zeros of every run of ten decimal digits (Unicode 15, general category Nd), rising. */
static const uint32_t digit_zeros[] = {
    0x660,   0x6F0,   0x7C0,   0x966,   0x9E6,   0xA66,   0xAE6,   0xB66,   0xBE6,   0xC66,
    0xCE6,   0xD66,   0xDE6,   0xE50,   0xED0,   0xF20,   0x1040,  0x1090,  0x17E0,  0x1810,
    0x1946,  0x19D0,  0x1A80,  0x1A90,  0x1B50,  0x1BB0,  0x1C40,  0x1C50,  0xA620,  0xA8D0,
    0xA900,  0xA9D0,  0xA9F0,  0xAA50,  0xABF0,  0xFF10,  0x104A0, 0x10D30, 0x11066, 0x110F0,
    0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950,
    0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2,
    0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E950, 0x1FBF0,
};

static uint32_t plain_digit(uint32_t code)
{
    size_t low = 0;
    size_t high = sizeof digit_zeros / sizeof digit_zeros[0];
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (digit_zeros[middle] + 9 < code)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == sizeof digit_zeros / sizeof digit_zeros[0] || code < digit_zeros[low]) return code;
    return '0' + (code - digit_zeros[low]);
}

static bool is_other_dash(uint32_t code) /* beside general category Pd */
{
    return code == 0x2212 || code == 0x2043 || code == 0x02D7 || code == 0x2796;
}

uint32_t shield_code_plain(uint32_t code)
{
    if (code < 0x80) return code;
    if (code == 0x85 || is_other_dash(code)) return code == 0x85 ? ' ' : '-';
    switch (utf8proc_category((utf8proc_int32_t)code)) {
    case UTF8PROC_CATEGORY_PD: return '-';
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return ' ';
    default: return plain_digit(code);
    }
}

bool shield_code_is_ignorable(uint32_t code)
{
    return code >= 0x80 && utf8proc_get_property((utf8proc_int32_t)code)->ignorable;
}

bool shield_code_is_mark(uint32_t code)
{
    if (code < 0x300) return false;
    return utf8proc_get_property((utf8proc_int32_t)code)->combining_class != 0;
}

bool shield_code_joins(uint32_t code)
{
    if (code < 0x300) return false;
    if (code >= 0x1160 && code <= 0x11FF) return true; /* vowels and finals of Hangul */
    const utf8proc_property_t *property = utf8proc_get_property((utf8proc_int32_t)code);
    if (property->combining_class != 0) return true;
    return property->comb_index != UINT16_MAX && property->comb_index >= 0x8000;
}

size_t shield_code_decompose(uint32_t code, uint32_t out[SHIELD_DECOMPOSED_MAX])
{
    if (code >= 0xFF01 && code <= 0xFF5E) { /* ASCII in full width */
        out[0] = code - 0xFEE0;
        return 1;
    }
    if (shield_code_is_ignorable(code)) return 0;
    utf8proc_int32_t parts[SHIELD_DECOMPOSED_MAX] = {0};
    int boundary = 0;
    utf8proc_ssize_t count =
        utf8proc_decompose_char((utf8proc_int32_t)code, parts, SHIELD_DECOMPOSED_MAX,
                                UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, &boundary);
    if (count <= 0 || count > SHIELD_DECOMPOSED_MAX) {
        out[0] = code;
        return 1;
    }
    size_t kept = 0;
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        uint32_t part = (uint32_t)parts[i];
        if (!shield_code_is_ignorable(part)) out[kept++] = shield_code_plain(part);
    }
    return kept;
}

static uint8_t mark_class(uint32_t code)
{
    utf8proc_propval_t value = utf8proc_get_property((utf8proc_int32_t)code)->combining_class;
    return (uint8_t)value;
}

/* Canonical ordering: marks by rising class, those of one class as they stood. */
static void order_marks(uint32_t *codes, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        uint32_t code = codes[i];
        uint8_t rank = mark_class(code);
        if (rank == 0) continue;
        size_t place = i;
        while (place > 0 && mark_class(codes[place - 1]) > rank) {
            codes[place] = codes[place - 1];
            place--;
        }
        codes[place] = code;
    }
}

/* Of Unicode 14; the test compares with utf8proc. */
static const uint64_t settled_codes[LOW_CODES / 64] = {
    /* clang-format off */
    0x0000000000000000, 0x0000000000000000, 0x88c35afeffffffdf, 0xffffffffffffffff,
    0x7ff3ffffffffffff, 0x7ffffffffffffdfe, 0xffffffffffffffff, 0xfff1ffffffffe00f,
    0xffffffffffffffff, 0xffffffffffffffff, 0xfe00ffffffffffff, 0xffffffe0c07fffff,
    0x0000000000000000, 0xbbef000000000000, 0xffffffffffffff4f, 0xfdc8ffffff80ffff,
    0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffff07, 0xffffffffffffffff,
    0xffffffffffffffff, 0xffffffffffffffff, 0x000000000001fb7f, 0xffffffffffffff49,
    0xffffffffe800ffff, 0xfe1efc00000007ff, 0xffffffffffffffff, 0xfc00c260603fffff,
    0x0000fffffffdffff, 0xfffffffffffff800, 0xffffffffffffffff, 0xdff007fffffffc00,
    /* clang-format on */
};

bool shield_code_is_settled(uint32_t code)
{
    if (code < LOW_CODES) return is_in_table(settled_codes, code);
    return (code >= 0x3041 && code <= 0x3096)       /* Hiragana */
           || (code >= 0x30A1 && code <= 0x30FA)    /* Katakana */
           || (code >= 0x3400 && code <= 0x4DBF)    /* Han */
           || (code >= 0x4E00 && code <= 0x9FFF)    /* Han */
           || (code >= 0xAC00 && code <= 0xD7A3)    /* Hangul */
           || (code >= 0x1F300 && code <= 0x1F5FF); /* pictures */
}

size_t shield_codes_compose(uint32_t *codes, size_t count)
{
    assert(count <= SHIELD_COMPOSE_MAX);
    if (count < 2) return count;
    order_marks(codes, count);
    utf8proc_int32_t parts[SHIELD_COMPOSE_MAX];
    for (size_t i = 0; i < count; i++)
        parts[i] = (utf8proc_int32_t)codes[i];
    utf8proc_ssize_t kept = utf8proc_normalize_utf32(parts, (utf8proc_ssize_t)count,
                                                     UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    assert(kept >= 0);
    assert((size_t)kept <= count);
    for (utf8proc_ssize_t i = 0; i < kept; i++)
        codes[i] = (uint32_t)parts[i];
    return (size_t)kept;
}

/* Letters, and marks of any class above 0: of Unicode 14; the test compares with utf8proc. */
static const uint64_t word_codes[LOW_CODES / 64] = {
    /* clang-format off */
    0x0000000000000000, 0x07fffffe07fffffe, 0x0420040000000000, 0xff7fffffff7fffff,
    0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
    0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0x0000501f0003ffc3,
    0xffffffffffffffff, 0xbcdfffffffffffff, 0xfffffffbffffd740, 0xffbfffffffffffff,
    0xffffffffffffffff, 0xffffffffffffffff, 0xfffffffffffffcfb, 0xffffffffffffffff,
    0xfffeffffffffffff, 0xffffffff027fffff, 0xbffffffffffe01ff, 0x000787ffffff00b6,
    0xffffffff07ff0000, 0xffffc000ffffffff, 0xffffffffffffffff, 0x9c00fdff9fefffff,
    0xffffffffffff0000, 0xffffffffffffe7ff, 0x0003ffffffffffff, 0x243ffffffffffc00,
    /* clang-format on */
};

bool shield_code_is_of_word(uint32_t code)
{
    if (code < LOW_CODES) return is_in_table(word_codes, code);
    return shield_code_is_letter(code) || shield_code_is_mark(code);
}

bool shield_code_is_letter(uint32_t code)
{
    switch (utf8proc_category((utf8proc_int32_t)code)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC: return true;
    default: return false;
    }
}

bool shield_code_is_digit(uint32_t code)
{
    uint32_t plain = shield_code_plain(code);
    return plain >= '0' && plain <= '9';
}

bool shield_code_is_upper(uint32_t code)
{
    if (code < 0x80) return code >= 'A' && code <= 'Z';
    return utf8proc_category((utf8proc_int32_t)code) == UTF8PROC_CATEGORY_LU;
}

uint32_t shield_code_lower(uint32_t code)
{
    if (code == 0x130) return 'i';   /* Turkish capital I with a dot */
    if (code == 0x3C2) return 0x3C3; /* the last sigma of a word */
    return (uint32_t)utf8proc_tolower((utf8proc_int32_t)code);
}
