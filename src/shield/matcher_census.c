#include "shield/matcher.h"

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

struct matcher_census matcher_count_bytes(struct text text)
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
