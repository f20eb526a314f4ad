#include "shield/shield_surprise.h"

#include "shield/shield_bigram_table.h"

/* Chosen by hand, then checked against what tests call names and what they call random. */
enum cost {
    COST_SEPARATOR = 3 * SHIELD_SURPRISE_BIT,
    COST_DIGIT = 53, /* one of ten: 3.3 bits */
    COST_DIGIT_AFTER_WORD = 4 * SHIELD_SURPRISE_BIT,
    COST_DIGIT_AFTER_SEPARATOR = SHIELD_SURPRISE_BIT,
    COST_LETTER_AFTER_DIGIT = 4 * SHIELD_SURPRISE_BIT,
    COST_HUMP = 3 * SHIELD_SURPRISE_BIT, /* camelCase */
    COST_FALL = 3 * SHIELD_SURPRISE_BIT, /* ABc */
};

enum kind { SEPARATOR, DIGIT, LOWER, UPPER, UPPERS };

struct walk {
    enum kind kind;
    uint8_t letter; /* 1 to 26; 0 where a word begins */
};

static uint32_t step_letter(struct walk *walk, uint8_t letter, bool is_upper)
{
    uint32_t cost = 0;
    enum kind kind = is_upper ? UPPER : LOWER;
    switch (walk->kind) {
    case SEPARATOR: break;
    case DIGIT: cost = COST_LETTER_AFTER_DIGIT; break;
    case LOWER:
        if (!is_upper) break;
        cost = COST_HUMP;
        walk->letter = 0;
        break;
    case UPPER:
    case UPPERS:
        if (is_upper) {
            kind = UPPERS;
        } else if (walk->kind == UPPERS) {
            cost = COST_FALL;
        }
        break;
    }
    cost += bigram_costs[walk->letter][letter - 1];
    *walk = (struct walk){kind, letter};
    return cost;
}

static uint32_t step(struct walk *walk, uint8_t byte)
{
    uint8_t folded = byte | 0x20;
    if (folded >= 'a' && folded <= 'z')
        return step_letter(walk, (uint8_t)(folded - 'a' + 1), byte != folded);

    enum kind before = walk->kind;
    bool is_digit = byte >= '0' && byte <= '9';
    *walk = (struct walk){is_digit ? DIGIT : SEPARATOR, 0};
    if (!is_digit) return COST_SEPARATOR;
    if (before == DIGIT) return COST_DIGIT;
    return COST_DIGIT +
           (before == SEPARATOR ? (uint32_t)COST_DIGIT_AFTER_SEPARATOR : COST_DIGIT_AFTER_WORD);
}

uint32_t shield_surprise(struct text text)
{
    struct walk walk = {SEPARATOR, 0};
    uint32_t sum = 0;
    for (size_t i = 0; i < text.size; i++)
        sum += step(&walk, (uint8_t)text.bytes[i]);
    return sum;
}

uint32_t shield_surprise_mean(struct text text)
{
    return text.size > 0 ? (uint32_t)(shield_surprise(text) / text.size) : 0;
}
