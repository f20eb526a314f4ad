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

/* The text that begins at place is plain ASCII up to its closing quote, and *stop is that quote.
 * False when *stop, with plain ASCII before it, is anything else or the end. Signed, the bytes up
 * to 0x1f are the control characters and those from 0x80: one comparison finds both. Costs 16
 * bytes a step, as below. */
static inline bool json_scan_text(const char *place, const char *end, const char **stop)
{
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i control_max = _mm_set1_epi8(0x1f);
    while (end - place >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)place);
        __m128i marks =
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
        __m128i plain = _mm_andnot_si128(marks, _mm_cmpgt_epi8(bytes, control_max));
        unsigned stops = (unsigned)_mm_movemask_epi8(plain) ^ 0xffffU;
        if (stops != 0) {
            *stop = place + (unsigned)__builtin_ctz(stops);
            return **stop == '"';
        }
        place += 16;
    }
#endif
    while (place < end && json_is_plain(*place) && (unsigned char)*place < 0x80)
        place++;
    *stop = place;
    return place < end && *place == '"';
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
            *high |= tops & (stops - 1); /* those below the first stop: no stop is one of them */
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
