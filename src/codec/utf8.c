#include "codec/utf8.h"

#include "base/check.h"

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* The first byte from 0x80, or the end. */
static const unsigned char *skip_ascii(const unsigned char *place, const unsigned char *end)
{
#ifdef __SSE2__
    while (end - place >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)place);
        unsigned tops = (unsigned)_mm_movemask_epi8(bytes);
        if (tops != 0) return place + __builtin_ctz(tops);
        place += 16;
    }
#endif
    while (place < end && *place < 0x80)
        place++;
    return place;
}

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* The size of the sequence that begins here with a byte from 0x80, or 0 when it is none. The
 * second byte's bounds keep out overlong forms, surrogates and what is above U+10FFFF (Unicode,
 * table 3-7). */
static size_t sequence_size(const unsigned char *place, size_t left)
{
    unsigned char lead = place[0];
    if (lead < 0xc2 || lead > 0xf4 || left < 2) return 0;
    if (lead < 0xe0) return is_continuation(place[1]) ? 2 : 0;

    unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (place[1] < low || place[1] > high || left < 3 || !is_continuation(place[2])) return 0;
    if (lead < 0xf0) return 3;
    return left >= 4 && is_continuation(place[3]) ? 4 : 0;
}

bool utf8_valid(struct text text)
{
    if (text.size == 0) return true;
    const unsigned char *place = (const unsigned char *)text.bytes;
    const unsigned char *end = place + text.size;
    while ((place = skip_ascii(place, end)) < end) {
        /* Other scripts come in runs: stay here until the next ASCII byte. */
        do {
            size_t size = sequence_size(place, (size_t)(end - place));
            if (size == 0) return false;
            place += size;
        } while (place < end && *place >= 0x80);
    }
    return true;
}

struct text utf8_truncate(struct text text, size_t code_points_max)
{
    if (text.size <= code_points_max) return text;
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (is_continuation((unsigned char)text.bytes[i])) continue;
        if (count == code_points_max) return text_slice(text, 0, i);
        count++;
    }
    return text;
}

/* A run of letters that fold in one way: all by the same distance, or each even (or odd) one to
 * its neighbour. */
enum fold_way { FOLD_SHIFT, FOLD_EVEN, FOLD_ODD };
struct fold_range {
    uint16_t first;
    uint16_t last;
    enum fold_way way;
    int16_t distance;
};

/* Unicode 15, CaseFolding.txt, statuses C and S, U+0080 to U+052F without Latin Extended-B and
 * IPA; in rising order. */
static const struct fold_range fold_ranges[] = {
    {0x00b5, 0x00b5, FOLD_SHIFT, 775}, {0x00c0, 0x00d6, FOLD_SHIFT, 32},
    {0x00d8, 0x00de, FOLD_SHIFT, 32},  {0x0100, 0x012f, FOLD_EVEN, 1},
    {0x0132, 0x0137, FOLD_EVEN, 1},    {0x0139, 0x0148, FOLD_ODD, 1},
    {0x014a, 0x0177, FOLD_EVEN, 1},    {0x0178, 0x0178, FOLD_SHIFT, -121},
    {0x0179, 0x017e, FOLD_ODD, 1},     {0x017f, 0x017f, FOLD_SHIFT, -268},
    {0x0370, 0x0373, FOLD_EVEN, 1},    {0x0376, 0x0377, FOLD_EVEN, 1},
    {0x037f, 0x037f, FOLD_SHIFT, 116}, {0x0386, 0x0386, FOLD_SHIFT, 38},
    {0x0388, 0x038a, FOLD_SHIFT, 37},  {0x038c, 0x038c, FOLD_SHIFT, 64},
    {0x038e, 0x038f, FOLD_SHIFT, 63},  {0x0391, 0x03a1, FOLD_SHIFT, 32},
    {0x03a3, 0x03ab, FOLD_SHIFT, 32},  {0x03c2, 0x03c2, FOLD_SHIFT, 1},
    {0x03cf, 0x03cf, FOLD_SHIFT, 8},   {0x03d0, 0x03d0, FOLD_SHIFT, -30},
    {0x03d1, 0x03d1, FOLD_SHIFT, -25}, {0x03d5, 0x03d5, FOLD_SHIFT, -15},
    {0x03d6, 0x03d6, FOLD_SHIFT, -22}, {0x03d8, 0x03ef, FOLD_EVEN, 1},
    {0x03f0, 0x03f0, FOLD_SHIFT, -54}, {0x03f1, 0x03f1, FOLD_SHIFT, -48},
    {0x03f4, 0x03f4, FOLD_SHIFT, -60}, {0x03f5, 0x03f5, FOLD_SHIFT, -64},
    {0x03f7, 0x03f7, FOLD_SHIFT, 1},   {0x03f9, 0x03f9, FOLD_SHIFT, -7},
    {0x03fa, 0x03fa, FOLD_SHIFT, 1},   {0x03fd, 0x03ff, FOLD_SHIFT, -130},
    {0x0400, 0x040f, FOLD_SHIFT, 80},  {0x0410, 0x042f, FOLD_SHIFT, 32},
    {0x0460, 0x0481, FOLD_EVEN, 1},    {0x048a, 0x04bf, FOLD_EVEN, 1},
    {0x04c0, 0x04c0, FOLD_SHIFT, 15},  {0x04c1, 0x04ce, FOLD_ODD, 1},
    {0x04d0, 0x052f, FOLD_EVEN, 1},
};

enum { FOLD_RANGE_COUNT = sizeof fold_ranges / sizeof fold_ranges[0] };

static uint32_t fold_code_point(uint32_t code_point)
{
    size_t low = 0;
    size_t high = FOLD_RANGE_COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (fold_ranges[middle].last < code_point) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == FOLD_RANGE_COUNT || code_point < fold_ranges[low].first) return code_point;
    const struct fold_range *range = &fold_ranges[low];
    bool is_odd = (code_point & 1) != 0;
    if (range->way == FOLD_EVEN && is_odd) return code_point;
    if (range->way == FOLD_ODD && !is_odd) return code_point;
    return (uint32_t)((int32_t)code_point + range->distance);
}

/* Every letter of the table takes two bytes and folds to one or two: nothing grows. */
static size_t fold_pair(const char *place, char *out)
{
    uint32_t code_point = (uint32_t)(place[0] & 0x1f) << 6 | (uint32_t)(place[1] & 0x3f);
    uint32_t folded = fold_code_point(code_point);
    assert(folded < 0x800);
    if (folded < 0x80) {
        out[0] = (char)folded;
        return 1;
    }
    out[0] = (char)(0xc0 | folded >> 6);
    out[1] = (char)(0x80 | (folded & 0x3f));
    return 2;
}

size_t utf8_fold(struct text text, char *out)
{
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.bytes[i];
        bool is_pair = byte >= 0xc2 && byte <= 0xdf && i + 1 < text.size &&
                       is_continuation((unsigned char)text.bytes[i + 1]);
        if (is_pair) {
            size += fold_pair(text.bytes + i, out + size);
            i++;
        } else {
            out[size++] = byte >= 'A' && byte <= 'Z' ? (char)(byte + 32) : (char)byte;
        }
    }
    return size;
}

/* The surrogate that three bytes encode, or 0. */
static uint32_t encoded_surrogate(const char *bytes, size_t size)
{
    if (size < 3) return 0;
    const uint8_t *place = (const uint8_t *)bytes;
    bool is_surrogate = place[0] == 0xed && place[1] >= 0xa0 && place[1] <= 0xbf &&
                        place[2] >= 0x80 && place[2] <= 0xbf;
    if (!is_surrogate) return 0;
    return 0xd000 | (uint32_t)(place[1] & 0x3f) << 6 | (place[2] & 0x3f);
}

/* Six bytes become four, three stay three. */
static size_t write_mended(char *out, uint32_t high, uint32_t low)
{
    if (high > 0xdbff || low < 0xdc00) {
        memcpy(out, "\xef\xbf\xbd", 3);
        return 3;
    }
    uint32_t code_point = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    out[0] = (char)(0xf0 | code_point >> 18);
    out[1] = (char)(0x80 | (code_point >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code_point >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code_point & 0x3f));
    return 4;
}

size_t utf8_mend_surrogates(char *bytes, size_t size)
{
    size_t kept = 0;
    for (size_t place = 0; place < size;) {
        uint32_t first = encoded_surrogate(bytes + place, size - place);
        if (first == 0) {
            bytes[kept++] = bytes[place++];
            continue;
        }
        uint32_t second = encoded_surrogate(bytes + place + 3, size - place - 3);
        size_t written = write_mended(bytes + kept, first, second);
        place += written == 4 ? 6 : 3;
        kept += written;
    }
    return kept;
}
