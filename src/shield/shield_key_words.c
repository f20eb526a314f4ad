/* A name as words. ASCII goes byte by byte; anything else is folded first (shield_fold), then read
 * by code points, and letters of Latin, Greek, Cyrillic, Hebrew and Arabic lose their marks, so
 * that "contraseña" and "contrasena" are one word. The lexicon's own words go through here too. */
#include "shield/shield_fold.h"
#include "shield/shield_key_internal.h"
#include "shield/shield_unicode.h"

#include <string.h>

enum glyph { GLYPH_NONE, GLYPH_LOWER, GLYPH_UPPER, GLYPH_DIGIT, GLYPH_UNSPACED };

struct scribe {
    struct key_words *words;
    enum key_case key_case;
    enum glyph last;
    size_t last_begin;  /* where the last glyph stands */
    uint32_t upper_run; /* capitals in a row, up to and with the last glyph */
};

static bool is_unspaced(uint32_t code)
{
    return (code >= 0x0E00 && code <= 0x0EFF)    /* Thai, Lao */
           || (code >= 0x1000 && code <= 0x109F) /* Burmese */
           || (code >= 0x1100 && code <= 0x11FF) /* Hangul, taken apart */
           || (code >= 0x1780 && code <= 0x17FF) /* Khmer */
           || (code >= 0x2E80 && code <= 0xA4CF) /* Han, kana, Yi */
           || (code >= 0xAC00 && code <= 0xD7FF) /* Hangul */
           || (code >= 0xF900 && code <= 0xFAFF) /* Han, compatible */
           || (code >= 0x20000 && code <= 0x3FFFF);
}

bool key_is_unspaced(const char *bytes, size_t size)
{
    if (size == 0 || (unsigned char)bytes[0] < 0xE0) return false;
    uint32_t code;
    return shield_code_read(bytes, size, &code) > 0 && is_unspaced(code);
}

static void write_bytes(struct scribe *scribe, const char *bytes, size_t size)
{
    struct key_words *words = scribe->words;
    if (size > sizeof words->bytes - words->size) return;
    if (size == 1) {
        words->bytes[words->size] = bytes[0]; /* most are, and a call costs more than they do */
    } else {
        memcpy(words->bytes + words->size, bytes, size);
    }
    words->size += size;
}

/* A space before the last glyph: in "APIKey" the K begins a word, which only the e tells. */
static void cut_before_last(struct scribe *scribe)
{
    struct key_words *words = scribe->words;
    if (words->size == sizeof words->bytes || scribe->last_begin == 0) return;
    memmove(words->bytes + scribe->last_begin + 1, words->bytes + scribe->last_begin,
            words->size - scribe->last_begin);
    words->bytes[scribe->last_begin] = ' ';
    words->size++;
    words->was_cut_at_case = true;
}

static void cut(struct scribe *scribe)
{
    if (scribe->last != GLYPH_NONE) write_bytes(scribe, " ", 1);
    scribe->last = GLYPH_NONE;
    scribe->upper_run = 0;
}

static bool is_letter(enum glyph glyph)
{
    return glyph == GLYPH_LOWER || glyph == GLYPH_UPPER;
}

static void put_glyph(struct scribe *scribe, enum glyph glyph, const char *bytes, size_t size)
{
    bool by_case = scribe->key_case == KEY_CASE_CUTS;
    if (is_letter(glyph) && is_letter(scribe->last)) {
        if (by_case && glyph == GLYPH_UPPER && scribe->last == GLYPH_LOWER) {
            cut(scribe);
            scribe->words->was_cut_at_case = true;
        } else if (by_case && glyph == GLYPH_LOWER && scribe->upper_run > 1) {
            cut_before_last(scribe);
        }
    } else if (scribe->last != GLYPH_NONE && scribe->last != glyph) {
        cut(scribe);
    }
    scribe->upper_run = glyph == GLYPH_UPPER ? scribe->upper_run + 1 : 0;
    scribe->last = glyph;
    scribe->last_begin = scribe->words->size;
    write_bytes(scribe, bytes, size);
}

static void put_ascii(struct scribe *scribe, char byte)
{
    char lower = (char)(byte | 0x20);
    if (lower >= 'a' && lower <= 'z') {
        put_glyph(scribe, byte == lower ? GLYPH_LOWER : GLYPH_UPPER, &lower, 1);
    } else if (byte >= '0' && byte <= '9') {
        put_glyph(scribe, GLYPH_DIGIT, &byte, 1);
    } else if (byte != '\'') { /* "driver's" is one word */
        cut(scribe);
    }
}

#define FIVE(glyph)     glyph, glyph, glyph, glyph, glyph
#define ALPHABET(glyph) FIVE(glyph), FIVE(glyph), FIVE(glyph), FIVE(glyph), FIVE(glyph), glyph

/* Bytes of ASCII that are glyphs. */
static const uint8_t ascii_glyphs[128] = {
    ['0'] = FIVE(GLYPH_DIGIT),
    ['5'] = FIVE(GLYPH_DIGIT),
    ['A'] = ALPHABET(GLYPH_UPPER),
    ['a'] = ALPHABET(GLYPH_LOWER),
};

/* What put_ascii makes of ASCII, byte by byte: so many that there is room for whatever they add. */
static void put_roomy(struct scribe *scribe, const char *bytes, size_t size)
{
    struct key_words *words = scribe->words;
    bool by_case = scribe->key_case == KEY_CASE_CUTS;
    char *out = words->bytes + words->size;
    enum glyph last = scribe->last;
    uint32_t upper_run = scribe->upper_run;
    for (size_t i = 0; i < size; i++) {
        enum glyph glyph = (enum glyph)ascii_glyphs[(uint8_t)bytes[i]];
        if (glyph != last) {
            if (bytes[i] == '\'') continue;
            if (!is_letter(glyph) || !is_letter(last)) {
                *out = ' ';
                out += last != GLYPH_NONE;
            } else if (by_case && (glyph == GLYPH_UPPER || upper_run > 1)) {
                bool is_late = glyph == GLYPH_LOWER; /* as cut_before_last */
                *out = out[-1];
                *(out - is_late) = ' ';
                out++;
                words->was_cut_at_case = true;
            }
            last = glyph;
            upper_run = 0;
        }
        if (glyph == GLYPH_NONE) continue;
        *out++ = (char)(bytes[i] | 0x20);
        if (glyph == GLYPH_UPPER) upper_run++;
    }
    words->size = (size_t)(out - words->bytes);
    scribe->last = last;
    scribe->upper_run = upper_run;
    scribe->last_begin = last == GLYPH_NONE ? 0 : words->size - 1;
}

static void put_all_ascii(struct scribe *scribe, const char *bytes, size_t size)
{
    enum { GROWS_BY = 2 }; /* a space and itself */
    struct key_words *words = scribe->words;
    size_t begin = 0;
    while (begin < size && words->size + GROWS_BY <= sizeof words->bytes) {
        size_t roomy = (sizeof words->bytes - words->size) / GROWS_BY;
        if (roomy > size - begin) roomy = size - begin;
        put_roomy(scribe, bytes + begin, roomy);
        begin += roomy;
    }
    for (; begin < size; begin++)
        put_ascii(scribe, bytes[begin]);
}

/* Scripts whose letters may lose what stands above and below them. */
static bool loses_marks(uint32_t code)
{
    return (code >= 0xC0 && code <= 0x06D3) || (code >= 0x1E00 && code <= 0x1FFF);
}

static bool is_stray_mark(uint32_t code)
{
    return (code >= 0x300 && code <= 0x36F) || (code >= 0x591 && code <= 0x5C7) ||
           (code >= 0x64B && code <= 0x65F) || code == 0x640 || code == 0x670 || code == 0x2019;
}

/* Letters that have no decomposition and yet an ASCII spelling, and Arabic's variants. */
static const struct {
    uint32_t code;
    char spelling[3];
} spellings[] = {
    {0xC6, "ae"},  {0xD0, "d"},   {0xD8, "o"},  {0xDE, "th"}, {0xDF, "ss"},
    {0xE6, "ae"},  {0xF0, "d"},   {0xF8, "o"},  {0xFE, "th"}, {0x110, "d"},
    {0x111, "d"},  {0x130, "i"},  {0x131, "i"}, {0x141, "l"}, {0x142, "l"},
    {0x152, "oe"}, {0x153, "oe"}, {0x251, "a"}, {0x261, "g"}, {0x1E9E, "ss"},
};

static uint32_t arabic_plain(uint32_t code)
{
    if (code == 0x649 || code == 0x6CC) return 0x64A;
    return code == 0x6A9 ? 0x643 : code;
}

static void put_code(struct scribe *scribe, uint32_t code)
{
    if (is_stray_mark(code)) return;
    if (!shield_code_is_letter(code)) {
        cut(scribe);
        return;
    }
    enum glyph glyph = shield_code_is_upper(code) ? GLYPH_UPPER : GLYPH_LOWER;
    if (is_unspaced(code)) glyph = GLYPH_UNSPACED;
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        if (spellings[i].code != code) continue;
        put_glyph(scribe, glyph, spellings[i].spelling, strlen(spellings[i].spelling));
        return;
    }
    if (loses_marks(code)) {
        uint32_t parts[SHIELD_DECOMPOSED_MAX];
        if (shield_code_decompose(code, parts) > 0) code = arabic_plain(parts[0]);
    }
    char bytes[4];
    put_glyph(scribe, glyph, bytes, shield_code_write(shield_code_lower(code), bytes));
}

static void put_folded(struct scribe *scribe, struct text text)
{
    size_t offset = 0;
    while (offset < text.size) {
        uint32_t code = 0;
        size_t size = shield_code_read(text.bytes + offset, text.size - offset, &code);
        if (size <= 1)
            put_ascii(scribe, size == 0 ? ' ' : (char)code);
        else
            put_code(scribe, code);
        offset += size == 0 ? 1 : size;
    }
}

static bool is_ascii(struct text text)
{
    uint64_t all = 0;
    size_t i = 0;
    for (; text.size - i >= sizeof all; i += sizeof all) {
        uint64_t next;
        memcpy(&next, text.bytes + i, sizeof next);
        all |= next;
    }
    for (; i < text.size; i++)
        all |= (uint8_t)text.bytes[i];
    return !(all & UINT64_C(0x8080808080808080));
}

void key_words_read(struct text name, enum key_case key_case, struct key_words *words)
{
    words->size = 0;
    words->was_cut_at_case = false;
    words->is_ascii = is_ascii(name);
    struct scribe scribe = {.words = words, .key_case = key_case};
    if (words->is_ascii) {
        size_t size = name.size < 2 * sizeof words->bytes ? name.size : 2 * sizeof words->bytes;
        put_all_ascii(&scribe, name.bytes, size);
    } else {
        char folded[4 * SHIELD_KEY_FOLDED_MAX];
        put_folded(&scribe, (struct text){folded, shield_fold_into(name, folded, sizeof folded)});
    }
    while (words->size > 0 && words->bytes[words->size - 1] == ' ')
        words->size--;
}
