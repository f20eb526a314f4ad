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

enum {
    LETTER = RULESET_LOWER_HEX | RULESET_LOWER | RULESET_UPPER_HEX | RULESET_UPPER,
    BEYOND_HEX = RULESET_LOWER | RULESET_UPPER,
};

/* Where a run of letters has ended. Two letters are a word when one of them is no hex digit, or
 * when no digit touches them: a UUID holds no word, "Ada" is one. */
static bool was_word(uint32_t letters, uint32_t letter_kinds, uint32_t before, uint32_t behind)
{
    if (letters < 2) return false;
    return (letter_kinds & BEYOND_HEX) || !((before | behind) & RULESET_DIGIT);
}

struct matcher_census matcher_count_bytes(struct text text)
{
    struct matcher_census census = {0};
    uint32_t run = 0;
    uint32_t letters = 0;
    uint32_t letter_kinds = 0;
    uint32_t before = 0; /* the kind of what stands before the letters */
    for (size_t i = 0; i < text.size; i++) {
        uint8_t byte = (uint8_t)text.bytes[i];
        uint32_t kind = ruleset_byte_kinds[byte];
        census.kinds |= kind;
        run = kind == RULESET_SPACE ? 0 : run + 1;
        if (run > census.run_max) census.run_max = run;
        if (kind & LETTER) {
            letters++;
            letter_kinds |= kind;
            continue;
        }
        census.digits += kind == RULESET_DIGIT;
        census.has_words |= byte >= 0x80 || was_word(letters, letter_kinds, before, kind);
        letters = 0;
        letter_kinds = 0;
        before = kind;
    }
    census.has_words |= was_word(letters, letter_kinds, before, 0);
    return census;
}
