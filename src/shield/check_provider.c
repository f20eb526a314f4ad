/* Keys that their issuers gave a prefix and a fixed shape (S04, S08 to S20, S23). The shapes are
 * the issuers' documents' and those of keys seen; a list of them is easier to keep right than a
 * rule for each. */
#include "shield/check_checksum.h"
#include "shield/check_reading.h"
#include "shield/shield_surprise.h"
#include "shield/shield_validator.h"

#include <string.h>

enum { PARTS_MAX = 5, NO_LIMIT = SHIELD_LOOK_MAX, MEAN_OF_LONG_PART = 56, HEX_FREE = 24 };

struct part {
    enum shield_charset charset;
    uint16_t min, max; /* max 0: the key has no more parts */
    const char *then;  /* the literal behind it */
};

enum trait {
    WEAK = 1,     /* the prefix is a word or short: a shape, not a proof */
    TEST_KEY = 2, /* works in no production */
    NEEDS_CONTEXT = 4,
    CRC_BASE62 = 8, /* over the part */
    CRC_HEX = 16,   /* over the whole */
    BECH32 = 32,    /* over the whole */
    LOWER_HEX = 64, /* hex without capitals */
    NO_WORDS = 128, /* the part must look drawn by a machine */
};

struct shape {
    struct text prefix;
    uint32_t traits;
    struct part before; /* what stands in front of the literal */
    struct part parts[PARTS_MAX];
};

#define PART(charset, min, max)        \
    {                                  \
        SHIELD_##charset, min, max, "" \
    }
#define THEN(charset, min, max, literal)    \
    {                                       \
        SHIELD_##charset, min, max, literal \
    }
#define SHAPE(prefix, traits, ...)      \
    {                                   \
        TEXT_INIT(prefix), traits, {0}, \
        {                               \
            __VA_ARGS__                 \
        }                               \
    }
#define INSIDE(before, literal, traits, ...) \
    {                                        \
        TEXT_INIT(literal), traits, before,  \
        {                                    \
            __VA_ARGS__                      \
        }                                    \
    }

static const struct shape shapes[] = {
#include "shield/check_provider_list.h"
};

/* A byte of each literal: few others have the same. */
#define MARK(first, last, size) \
    ((uint8_t)((uint8_t)(first)*7U + (uint8_t)(last)*31U + (unsigned)(size)))
#define MARK_OF(literal) MARK((literal)[0], (literal)[sizeof(literal) - 2], sizeof(literal) - 1)
#undef SHAPE
#undef INSIDE
#define SHAPE(prefix, ...)           MARK_OF(prefix)
#define INSIDE(before, literal, ...) MARK_OF(literal)

static const uint8_t marks[] = {
#include "shield/check_provider_list.h"
};

enum { SHAPES = sizeof shapes / sizeof *shapes };
_Static_assert(sizeof marks == SHAPES, "one a shape");

static bool is_of(const struct shape *shape, struct text literal)
{
    return shape->prefix.size == literal.size &&
           memcmp(shape->prefix.bytes, literal.bytes, literal.size) == 0;
}

/* The first shape of this literal, or NULL. The longest one that fits is not looked for: prefixes
 * are told apart by the rules, so the literal is one of the list's as it stands. */
static const struct shape *find_shape(struct text literal)
{
    uint8_t mark = MARK(literal.bytes[0], literal.bytes[literal.size - 1], literal.size);
    const uint8_t *found = memchr(marks, mark, SHAPES);
    while (found && !is_of(&shapes[found - marks], literal))
        found = memchr(found + 1, mark, (size_t)(marks + SHAPES - (found + 1)));
    return found ? &shapes[found - marks] : NULL;
}

static bool has_capital_hex(struct text text)
{
    return reading_kinds(text).uppers > 0;
}

/* Base32 of 26 letters and hex are no words; what is left is asked whether it could be some. */
static bool fits_traits(const struct shape *shape, enum shield_charset charset, struct text part)
{
    if (reading_is_placeholder(part)) return false;
    if (shape->traits & LOWER_HEX && charset == SHIELD_HEX && has_capital_hex(part)) return false;
    if (shape->traits & CRC_BASE62) return checksum_base62_crc(part);
    if (shape->traits & NO_WORDS) return reading_is_random(part);
    return part.size < HEX_FREE || shield_surprise_mean(part) >= MEAN_OF_LONG_PART;
}

/* The end of the key whose literal ends at `at`, or READING_NO_PLACE. */
static uint32_t read_parts(const struct shape *shape, struct text value, uint32_t at)
{
    for (uint32_t i = 0; i < PARTS_MAX && shape->parts[i].max > 0; i++) {
        const struct part *part = &shape->parts[i];
        uint32_t end = reading_run(value, at, part->charset, part->max + 1U);
        uint32_t size = end - at;
        if (size < part->min || size > part->max) return READING_NO_PLACE;
        if (part->min >= 16 && !fits_traits(shape, part->charset, reading_slice(value, at, end)))
            return READING_NO_PLACE;
        if (!reading_has(value, end, part->then)) return READING_NO_PLACE;
        at = end + (uint32_t)strlen(part->then);
    }
    return at;
}

static bool reads_back(const struct shape *shape, struct text value, uint32_t *begin)
{
    const struct part *before = &shape->before;
    if (before->max == 0) return true;
    uint32_t start = reading_run_back(value, *begin, before->charset, before->max + 1U);
    if (*begin - start < before->min || *begin - start > before->max) return false;
    if (start > 0 && reading_is_word((uint8_t)value.bytes[start - 1])) return false;
    *begin = start;
    return true;
}

static bool fits(const struct shape *shape, const struct shield_candidate *candidate,
                 struct shield_span *span)
{
    if (shape->traits & NEEDS_CONTEXT && !candidate->has_context) return false;
    uint32_t begin = candidate->begin;
    if (!reads_back(shape, candidate->value, &begin)) return false;
    uint32_t literal_end = candidate->begin + (uint32_t)shape->prefix.size;
    uint32_t end = read_parts(shape, candidate->value, literal_end);
    if (end == READING_NO_PLACE) return false;

    struct text key = reading_slice(candidate->value, begin, end);
    if (shape->traits & CRC_HEX && !checksum_hex_crc(key)) return false;
    if (shape->traits & BECH32 && !checksum_bech32(key)) return false;
    *span = (struct shield_span){begin, end};
    return true;
}

enum shield_proof shield_check_provider_token(const struct shield_candidate *candidate,
                                              struct shield_span *span)
{
    struct text literal = reading_literal(candidate);
    if (literal.size == 0) return SHIELD_NOT;
    const struct shape *shape = find_shape(literal);
    for (; shape && shape < shapes + SHAPES && is_of(shape, literal); shape++) {
        if (!fits(shape, candidate, span)) continue;
        if (shape->traits & TEST_KEY) return SHIELD_TEST;
        return shape->traits & WEAK ? SHIELD_SHAPE : SHIELD_PROVEN;
    }
    return SHIELD_NOT;
}
