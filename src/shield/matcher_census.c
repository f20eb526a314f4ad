#include "shield/matcher.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* One enum ruleset_byte each, by the byte. */
const uint16_t ruleset_byte_kinds[256] = {
    /* clang-format off */
    512, 512, 512, 512, 512, 512, 512, 512, 512, 32, 32, 512, 512, 32, 512, 512,
    512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512,
    32, 512, 512, 512, 512, 128, 128, 512, 512, 512, 512, 512, 512, 64, 256, 128,
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 128, 512, 512, 128, 512, 128,
    512, 4, 4, 4, 4, 4, 4, 8, 8, 8, 8, 8, 8, 8, 8, 8,
    8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 512, 512, 512, 512, 64,
    512, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 512, 512, 512, 512, 512,
    512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512,
    512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512,
    512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512,
    512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512,
    512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512,
    512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512,
    512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512,
    512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512, 512,
    /* clang-format on */
};

/* Does a word stand in the text? Two letters are one when one of them is no hex digit, or when no
 * digit touches them: a UUID holds no word, "Ada" is one.
 *
 * An automaton. What it goes to from every state is one number for each kind of byte, and a state
 * is where in there (in bits) the next one stands: a step is a load and a shift. */
enum {
    STATE_BITS = 6,
    OUTSIDE = 0 * STATE_BITS,
    BEHIND_DIGIT = 1 * STATE_BITS,
    HEX_LETTER = 2 * STATE_BITS,    /* one, with no digit before it */
    HEX_LETTERS = 3 * STATE_BITS,   /* more of them */
    HEX_BEHIND = 4 * STATE_BITS,    /* letters, as many as there are */
    LETTER_BEYOND = 5 * STATE_BITS, /* one that is no hex digit */
    WORD = 6 * STATE_BITS,          /* found, and it stays so */
    STATE_MASK = (1 << STATE_BITS) - 1,
    KINDS = 10,
};

#define STEPS(outside, digit, hex, hexes, hex_behind, beyond)                     \
    ((uint64_t)(outside) << OUTSIDE | (uint64_t)(digit) << BEHIND_DIGIT |         \
     (uint64_t)(hex) << HEX_LETTER | (uint64_t)(hexes) << HEX_LETTERS |           \
     (uint64_t)(hex_behind) << HEX_BEHIND | (uint64_t)(beyond) << LETTER_BEYOND | \
     (uint64_t)WORD << WORD)

#define ON_HEX    STEPS(HEX_LETTER, HEX_BEHIND, HEX_LETTERS, HEX_LETTERS, HEX_BEHIND, WORD)
#define ON_BEYOND STEPS(LETTER_BEYOND, LETTER_BEYOND, WORD, WORD, WORD, WORD)
#define ON_DIGIT \
    STEPS(BEHIND_DIGIT, BEHIND_DIGIT, BEHIND_DIGIT, BEHIND_DIGIT, BEHIND_DIGIT, BEHIND_DIGIT)
#define ON_OTHER STEPS(OUTSIDE, OUTSIDE, OUTSIDE, WORD, OUTSIDE, OUTSIDE)

/* In the order of enum ruleset_byte. */
static const uint64_t steps[KINDS] = {ON_HEX,   ON_BEYOND, ON_HEX,   ON_BEYOND, ON_DIGIT,
                                      ON_OTHER, ON_OTHER,  ON_OTHER, ON_OTHER,  ON_OTHER};

static void count_run(struct matcher_census *census, size_t size)
{
    if (size > census->run_max) census->run_max = (uint32_t)size;
}

#ifdef __SSE2__

enum { BLOCK = 16, WORD_MAX = 64 };

/* Where bytes of a kind stand in a text of at most 64, a bit each. */
struct word {
    uint64_t digits;
    uint64_t letters;
    uint64_t hex; /* of the letters */
    uint64_t upper;
    uint64_t dashes;
};

static uint64_t places(__m128i bytes)
{
    return (unsigned)_mm_movemask_epi8(bytes);
}

/* Unsigned bytes that are not more than this. */
static __m128i up_to(__m128i bytes, char most)
{
    return _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(most)), bytes);
}

static void add_block(struct word *word, __m128i bytes, uint32_t at)
{
    const __m128i small = _mm_set1_epi8(0x20); /* what makes a letter one */
    __m128i from_a = _mm_sub_epi8(_mm_or_si128(bytes, small), _mm_set1_epi8('a'));
    __m128i letters = up_to(from_a, 'z' - 'a');
    __m128i is_small = _mm_cmpeq_epi8(_mm_and_si128(bytes, small), small);
    __m128i dashes = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('-')),
                                  _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_')));
    word->digits |= places(up_to(_mm_sub_epi8(bytes, _mm_set1_epi8('0')), 9)) << at;
    word->letters |= places(letters) << at;
    word->hex |= places(up_to(from_a, 'f' - 'a')) << at;
    word->upper |= places(_mm_andnot_si128(is_small, letters)) << at;
    word->dashes |= places(dashes) << at;
}

/* The last block overlaps the one before it: what stands twice is the same. */
static void read_blocks(struct word *word, struct text text)
{
    const char *bytes = text.bytes;
    for (size_t at = 0; at + BLOCK <= text.size; at += BLOCK)
        add_block(word, _mm_loadu_si128((const __m128i *)(const void *)(bytes + at)), (uint32_t)at);
    if (text.size % BLOCK == 0) return;
    size_t last = text.size - BLOCK;
    add_block(word, _mm_loadu_si128((const __m128i *)(const void *)(bytes + last)), (uint32_t)last);
}

/* Fewer than 16 bytes and not fewer than 8: as two words of 8, the second moved to its place. */
static void read_half_blocks(struct word *word, struct text text)
{
    uint64_t last = text_read_8(text.bytes + text.size - 8);
    uint64_t rest = text.size == 8 ? 0 : last >> (BLOCK - text.size) * 8;
    add_block(word, _mm_set_epi64x((int64_t)rest, (int64_t)text_read_8(text.bytes)), 0);
}

/* As the automaton says: a letter beyond hex that touches another letter, or letters that no digit
 * touches. */
static bool has_word(const struct word *word)
{
    uint64_t letters = word->letters;
    uint64_t beyond = letters & ~word->hex;
    if (beyond & (letters << 1 | letters >> 1)) return true;
    uint64_t begins = letters & ~(letters << 1) & ~(word->digits << 1) & letters >> 1;
    for (; begins; begins &= begins - 1) {
        uint32_t begin = (uint32_t)__builtin_ctzll(begins);
        uint64_t behind = ~(letters >> begin); /* the run's end is its lowest bit, or beyond 64 */
        uint32_t size = behind ? (uint32_t)__builtin_ctzll(behind) : WORD_MAX;
        bool ends_text = begin + size >= WORD_MAX;
        if (ends_text || !(word->digits >> (begin + size) & 1)) return true;
    }
    return false;
}

static uint32_t kinds_of(const struct word *word)
{
    uint64_t beyond = word->letters & ~word->hex;
    uint64_t hex = word->letters & word->hex;
    uint32_t kinds = 0;
    if (hex & ~word->upper) kinds |= RULESET_LOWER_HEX;
    if (hex & word->upper) kinds |= RULESET_UPPER_HEX;
    if (beyond & ~word->upper) kinds |= RULESET_LOWER;
    if (beyond & word->upper) kinds |= RULESET_UPPER;
    if (word->digits) kinds |= RULESET_DIGIT;
    if (word->dashes) kinds |= RULESET_DASH;
    return kinds;
}

/* Most ids: letters, digits and dashes, 8 to 64 of them, sixteen at a time. False: it is not so. */
static bool count_word(struct text text, struct matcher_census *census)
{
    struct word word = {0};
    if (text.size < 8 || text.size > WORD_MAX) return false;
    if (text.size < BLOCK) {
        read_half_blocks(&word, text);
    } else {
        read_blocks(&word, text);
    }
    uint64_t all = text.size == WORD_MAX ? UINT64_MAX : (UINT64_C(1) << text.size) - 1;
    if ((word.digits | word.letters | word.dashes) != all) return false;
    *census = (struct matcher_census){
        .kinds = kinds_of(&word),
        .digits = (uint32_t)__builtin_popcountll(word.digits),
        .run_max = (uint32_t)text.size,
        .has_words = has_word(&word),
    };
    return true;
}

#else

static bool count_word(struct text text, struct matcher_census *census)
{
    (void)text;
    (void)census;
    return false;
}

#endif

/* Any text, byte by byte. */
static struct matcher_census count_each(struct text text)
{
    const uint8_t *bytes = (const uint8_t *)text.bytes;
    struct matcher_census census = {0};
    size_t run_begin = 0;
    uint64_t state = OUTSIDE;
    uint32_t kinds = 0;
    uint32_t digits = 0;
    uint8_t high = 0;
    for (size_t i = 0; i < text.size; i++) {
        uint32_t kind = ruleset_byte_kinds[bytes[i]];
        state = steps[__builtin_ctz(kind)] >> (state & STATE_MASK);
        kinds |= kind;
        digits += kind / RULESET_DIGIT & 1;
        high |= bytes[i];
        if (kind == RULESET_SPACE) {
            count_run(&census, i - run_begin);
            run_begin = i + 1;
        }
    }
    count_run(&census, text.size - run_begin);
    state = ON_OTHER >> (state & STATE_MASK); /* the end */
    census.kinds = kinds;
    census.digits = digits;
    census.has_words = (state & STATE_MASK) == WORD || high >= 0x80; /* so is all beyond ASCII */
    return census;
}

struct matcher_census matcher_count_bytes(struct text text)
{
    struct matcher_census census;
    return count_word(text, &census) ? census : count_each(text);
}
