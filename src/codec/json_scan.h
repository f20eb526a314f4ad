/* Where a JSON text needs attention: the quote, the backslash and control characters. Shared by
 * the reader (which stops there) and the writer (which escapes there). Private to this room. */
#ifndef CANDOR_CODEC_JSON_SCAN_H
#define CANDOR_CODEC_JSON_SCAN_H

#include <stdbool.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline bool json_is_plain(char byte)
{
    return byte != '"' && byte != '\\' && (unsigned char)byte >= 0x20;
}

/* The first byte that is not plain, or the end. Sets *high (never clears it) when a byte from 0x80
 * came before it. Costs 16 bytes a step; the last 15 before the end one by one, because nothing
 * may be read behind it. */
static inline const char *json_scan_plain(const char *place, const char *end, unsigned *high)
{
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i control_max = _mm_set1_epi8(0x1f);
    while (end - place >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)place);
        __m128i marks =
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
        marks = _mm_or_si128(marks, _mm_cmpeq_epi8(_mm_min_epu8(bytes, control_max), bytes));
        unsigned stops = (unsigned)_mm_movemask_epi8(marks);
        unsigned tops = (unsigned)_mm_movemask_epi8(bytes);
        if (stops != 0) {
            *high |= tops & (stops - 1) & ~stops; /* those below the first stop */
            return place + __builtin_ctz(stops);
        }
        *high |= tops;
        place += 16;
    }
#endif
    while (place < end && json_is_plain(*place)) {
        *high |= (unsigned char)*place & 0x80U;
        place++;
    }
    return place;
}

#endif
