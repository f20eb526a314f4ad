/* S33: seed phrases after BIP-39. Each word stands for eleven bits; the last bits of all are the
 * first of the SHA-256 of the others: one random phrase of 12 words in 16 passes, one of 24 in
 * 256. The first four letters tell a word, so people write only those. */
#include "shield/check_reading.h"
#include "shield/shield_bip39.h"
#include "shield/shield_validator.h"

#include "crypt/secret.h"

#include <string.h>

enum {
    WORD_BITS = 11,
    PHRASE_MIN = 12,
    PHRASE_MAX = 24,
    PHRASE_STEP = 3,
    TELLING = 4,      /* letters that tell a word from the others */
    CHECKS_MAX = 256, /* phrases tried in one value; one with more such words is no text */
    GAP_MAX = 6,      /* between two words: ". 12) " */
};

struct word {
    uint16_t number;
    uint32_t begin;
    uint32_t end;
};

struct phrase {
    struct word words[PHRASE_MAX]; /* the last ones, a ring */
    uint32_t count;                /* of this run of words of the list */
    uint32_t checks;
};

/* The letters as a number that is ordered as they are. */
static uint64_t number_of(const char letters[SHIELD_BIP39_WORD_SIZE])
{
    uint64_t number;
    _Static_assert(SHIELD_BIP39_WORD_SIZE == sizeof number, "a word of the list is eight letters");
    memcpy(&number, letters, sizeof number);
    return __builtin_bswap64(number); /* the machine is little-endian (codec/block.h) */
}

/* Of ASCII letters alone: does some word begin with these three? */
static bool begins_word(const char *bytes)
{
    uint32_t triple = 0;
    for (int i = 0; i < 3; i++)
        triple = triple * 26 + (uint32_t)((bytes[i] | 0x20) - 'a');
    return shield_bip39_triples[triple / 8] >> triple % 8 & 1;
}

/* The number of the word, which is of ASCII letters alone, or -1. */
static int32_t find_word(struct text text)
{
    char folded[SHIELD_BIP39_WORD_SIZE] = {0};
    if (text.size < 3 || text.size > sizeof folded || !begins_word(text.bytes)) return -1;
    for (size_t i = 0; i < text.size; i++)
        folded[i] = (char)(text.bytes[i] | 0x20);
    /* Four letters are compared as four: then all words that begin so are one. */
    unsigned ignored = text.size == TELLING ? 8 * (sizeof folded - TELLING) : 0;
    uint64_t wanted = number_of(folded) >> ignored;
    uint32_t low = shield_bip39_begins[folded[0] - 'a'];
    uint32_t high = shield_bip39_begins[folded[0] - 'a' + 1];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint64_t number = number_of(shield_bip39_words[middle]) >> ignored;
        if (number == wanted) return (int32_t)middle;
        if (wanted < number) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return -1;
}

/* Do the last `count` words carry their checksum? */
static bool checksum_fits(const struct phrase *phrase, uint32_t count)
{
    uint8_t bytes[PHRASE_MAX * WORD_BITS / 8 + 1] = {0};
    uint32_t bit = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = phrase->words[(phrase->count - count + i) % PHRASE_MAX].number;
        for (uint32_t j = WORD_BITS; j > 0; j--, bit++)
            bytes[bit / 8] |= (uint8_t)((number >> (j - 1) & 1) << (7 - bit % 8));
    }
    uint32_t check_bits = count / 3;
    uint32_t size = (bit - check_bits) / 8;
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash((struct text){(const char *)bytes, size}, hash);
    uint8_t mask = (uint8_t)(0xff00 >> check_bits);
    return (bytes[size] & mask) == (hash[0] & mask);
}

/* Try every length of phrase that can end with the last word. */
static bool ends_phrase(struct phrase *phrase, struct shield_span *span)
{
    for (uint32_t count = PHRASE_MIN; count <= PHRASE_MAX && count <= phrase->count;
         count += PHRASE_STEP) {
        if (phrase->checks++ < CHECKS_MAX && !checksum_fits(phrase, count)) continue;
        span->begin = phrase->words[(phrase->count - count) % PHRASE_MAX].begin;
        span->end = phrase->words[(phrase->count - 1) % PHRASE_MAX].end;
        return true;
    }
    return false;
}

/* What may stand between two words: spaces, commas, numbers of a list. */
static bool is_gap(struct text value, uint32_t begin, uint32_t end)
{
    if (end - begin > GAP_MAX) return false;
    for (uint32_t i = begin; i < end; i++) {
        if (!strchr(" \t\r\n,;.:)(-_|\"'+[]0123456789\\/", value.bytes[i])) return false;
    }
    return true;
}

static bool add_word(struct phrase *phrase, struct text value, uint32_t begin, uint32_t end)
{
    int32_t number = find_word(reading_slice(value, begin, end));
    if (number < 0) {
        phrase->count = 0;
        return false;
    }
    uint32_t before = phrase->count;
    if (before > 0 && !is_gap(value, phrase->words[(before - 1) % PHRASE_MAX].end, begin))
        phrase->count = 0;
    phrase->words[phrase->count++ % PHRASE_MAX] = (struct word){(uint16_t)number, begin, end};
    return true;
}

enum shield_proof shield_check_seed_phrase(const struct shield_candidate *candidate,
                                           struct shield_span *span)
{
    struct text value = candidate->value;
    struct phrase phrase = {.count = 0};
    for (uint32_t at = 0; at < value.size;) {
        if (!shield_charset_has(SHIELD_LOWER, (uint8_t)value.bytes[at] | 0x20)) {
            at++;
            continue;
        }
        uint32_t begin = at;
        at += (uint32_t)shield_letter_run(value.bytes + at, value.size - at);
        if (add_word(&phrase, value, begin, at) && ends_phrase(&phrase, span)) return SHIELD_PROVEN;
    }
    return SHIELD_NOT;
}
