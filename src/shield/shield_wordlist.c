#include "shield/shield_wordlist.h"

#include "shield/shield_rules.h"
#include "shield/shield_unicode.h"

#include <string.h>

enum { FOLDED_MAX = 96 };

/* Letters with a stroke, which Unicode does not take apart. */
static uint32_t without_stroke(uint32_t code)
{
    switch (code) {
    case 0x0142: return 'l';
    case 0x00f8: return 'o';
    case 0x0111: return 'd';
    case 0x0131: return 'i';
    default: return code;
    }
}

/* Decomposed, without marks, in lower case: as tools/embed_lists.py folds. 0 when it is too long to
 * be on any list. */
static size_t fold_word(struct text word, char folded[FOLDED_MAX])
{
    size_t size = 0;
    size_t place = 0;
    while (place < word.size) {
        uint32_t code;
        uint32_t parts[SHIELD_DECOMPOSED_MAX];
        uint8_t byte = (uint8_t)word.bytes[place];
        if (byte < 0x80) { /* most are */
            if (size + 4 > FOLDED_MAX) return 0;
            folded[size++] = (char)(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
            place++;
            continue;
        }
        size_t step = shield_code_read(word.bytes + place, word.size - place, &code);
        if (step == 0) return 0;
        place += step;
        size_t count = shield_code_decompose(code, parts);
        for (size_t i = 0; i < count; i++) {
            if (shield_code_is_mark(parts[i])) continue;
            if (size + 4 > FOLDED_MAX) return 0;
            size += shield_code_write(without_stroke(shield_code_lower(parts[i])), folded + size);
        }
    }
    return size;
}

static const uint32_t hash_begin = 2166136261U; /* FNV-1a, as in tools/embed_lists.py */

static uint32_t hash_step(uint32_t hash, char byte)
{
    return (hash ^ (uint8_t)byte) * 16777619U;
}

static uint32_t find_listed(const char *folded, size_t size, uint32_t hash)
{
    uint32_t slot = (hash ^ hash >> 15) % shield_listed_slot_count;
    while (shield_listed_slots[slot]) {
        const struct shield_listed *listed = &shield_listed[shield_listed_slots[slot] - 1];
        if (listed->size == size && memcmp(listed->bytes, folded, size) == 0) return listed->lists;
        slot = (slot + 1) % shield_listed_slot_count;
    }
    return 0;
}

uint32_t shield_lists_of(struct text word)
{
    return shield_lists_and_begins_of(word) & ~(uint32_t)SHIELD_LIST_BEGINS;
}

static bool is_ascii_letter(char byte)
{
    return (uint8_t)((byte | 0x20) - 'a') < 26;
}

/* Of words that begin with four letters of ASCII, or are that and fewer, those alone whose bit is
 * set. */
static bool could_be_listed(struct text word)
{
    uint32_t letters = 0;
    for (size_t i = 0; i < 4; i++) {
        uint32_t letter = 26;
        if (i < word.size) {
            if (!is_ascii_letter(word.bytes[i])) return true;
            letter = (uint32_t)((word.bytes[i] | 0x20) - 'a');
        }
        letters = letters * 27 + letter;
    }
    uint32_t bit = letters * 0x9e3779b1U >> (32 - SHIELD_LISTED_BITS);
    return shield_listed_begins[bit / 8] >> bit % 8 & 1;
}

uint32_t shield_lists_and_begins_of(struct text word)
{
    if (!could_be_listed(word)) return 0;
    char folded[FOLDED_MAX];
    uint32_t hash = hash_begin;
    size_t size = 0;
    while (size < word.size && size + 4 <= FOLDED_MAX && !(word.bytes[size] & 0x80)) {
        char byte = word.bytes[size];
        folded[size] = (char)(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
        hash = hash_step(hash, folded[size++]);
    }
    if (size < word.size) { /* not all of it is ASCII, or it is too long */
        size = fold_word(word, folded);
        hash = hash_begin;
        for (size_t i = 0; i < size; i++)
            hash = hash_step(hash, folded[i]);
    }
    return size == 0 ? 0 : find_listed(folded, size, hash);
}

/* The size of the letter there, or 0. */
static size_t letter_at(struct text value, uint32_t place, uint32_t *code)
{
    if (place >= value.size) return 0;
    uint8_t byte = (uint8_t)value.bytes[place];
    if (byte < 0x80) {
        *code = byte;
        return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
    }
    size_t size = shield_code_read(value.bytes + place, value.size - place, code);
    if (size == 0) return 0;
    return shield_code_is_of_word(*code) ? size : 0;
}

/* Where the next letter stands, from `at` on, and its size: 0 at the value's end. */
static size_t find_letter(struct text value, uint32_t *at, uint32_t *code)
{
    for (; *at < value.size; (*at)++) {
        char byte = value.bytes[*at];
        *code = (uint8_t)byte;
        if (is_ascii_letter(byte)) return 1;
        if (!(byte & 0x80)) continue;
        size_t size = letter_at(value, *at, code);
        if (size > 0) return size;
    }
    return 0;
}

/* The size of the letter there, or of an apostrophe or hyphen that a letter follows; else 0. */
static size_t step_at(struct text value, uint32_t at)
{
    uint32_t code;
    size_t size = letter_at(value, at, &code);
    if (size > 0 || at + 1 >= value.size) return size;
    bool is_joiner = value.bytes[at] == '\'' || value.bytes[at] == '-';
    return is_joiner && letter_at(value, at + 1, &code) > 0;
}

bool shield_word_next(struct text value, uint32_t *place, struct shield_word *word)
{
    uint32_t code = 0;
    uint32_t at = *place;
    size_t size = find_letter(value, &at, &code);
    word->begin = at;
    if (code < 0x80) { /* most are */
        word->has_case = size > 0;
        word->is_capital = size > 0 && code <= 'Z';
    } else {
        word->has_case = shield_code_lower(code) != code || shield_code_is_upper(code) ||
                         (code < 0x0590 && size > 0); /* Latin, Greek, Cyrillic, Armenian */
        word->is_capital = shield_code_is_upper(code) || !word->has_case;
    }
    while (size > 0) {
        at += (uint32_t)size;
        if (at < value.size && is_ascii_letter(value.bytes[at]))
            at += (uint32_t)shield_letter_run(value.bytes + at, value.size - at);
        size = step_at(value, at);
    }
    word->end = at;
    *place = at;
    return word->end > word->begin;
}

uint32_t shield_words_listed_max(struct text value)
{
    uint32_t count = 0;
    for (size_t at = 0; at < value.size;) {
        size_t size = shield_letter_run(value.bytes + at, value.size - at);
        if (size == 0 && !(value.bytes[at] >= '0' && value.bytes[at] <= '9')) return UINT32_MAX;
        count += size > 0 && could_be_listed((struct text){value.bytes + at, size});
        at += size > 0 ? size : 1;
    }
    return count;
}
