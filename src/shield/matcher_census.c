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

static void count_run(struct matcher_census *census, size_t size)
{
    if (size > census->run_max) census->run_max = (uint32_t)size;
}

struct matcher_census matcher_count_bytes(struct text text)
{
    const uint8_t *bytes = (const uint8_t *)text.bytes;
    struct matcher_census census = {0};
    size_t run_begin = 0;
    uint32_t before = 0; /* the kind of what stands before the letters */
    for (size_t i = 0; i < text.size;) {
        uint32_t kind = ruleset_byte_kinds[bytes[i]];
        if (kind & LETTER) {
            size_t begin = i;
            uint32_t letter_kinds = 0;
            for (; kind & LETTER; kind = i < text.size ? ruleset_byte_kinds[bytes[i]] : 0) {
                letter_kinds |= kind;
                i++;
            }
            census.kinds |= letter_kinds;
            census.has_words |= was_word((uint32_t)(i - begin), letter_kinds, before, kind);
            continue;
        }
        census.kinds |= kind;
        census.digits += kind == RULESET_DIGIT;
        census.has_words |= bytes[i] >= 0x80;
        if (kind == RULESET_SPACE) {
            count_run(&census, i - run_begin);
            run_begin = i + 1;
        }
        before = kind;
        i++;
    }
    count_run(&census, text.size - run_begin);
    return census;
}
