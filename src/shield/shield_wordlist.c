#include "shield/shield_wordlist.h"

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

static uint32_t hash_of(const char *bytes, size_t size)
{
    uint32_t hash = 2166136261U; /* FNV-1a, as in tools/embed_lists.py */
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (uint8_t)bytes[i]) * 16777619U;
    return hash ^ hash >> 15;
}

uint32_t shield_lists_of(struct text word)
{
    char folded[FOLDED_MAX];
    size_t size = fold_word(word, folded);
    if (size == 0) return 0;
    uint32_t slot = hash_of(folded, size) % shield_listed_slot_count;
    while (shield_listed_slots[slot]) {
        const struct shield_listed *listed = &shield_listed[shield_listed_slots[slot] - 1];
        if (listed->size == size && memcmp(listed->bytes, folded, size) == 0) return listed->lists;
        slot = (slot + 1) % shield_listed_slot_count;
    }
    return 0;
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
    bool is_letter = shield_code_is_letter(*code) || shield_code_is_mark(*code);
    return is_letter ? size : 0;
}

static bool is_joiner(struct text value, uint32_t place)
{
    return value.bytes[place] == '\'' || value.bytes[place] == '-';
}

bool shield_word_next(struct text value, uint32_t *place, struct shield_word *word)
{
    uint32_t code = 0;
    uint32_t at = *place;
    size_t size = 0;
    while (at < value.size && (size = letter_at(value, at, &code)) == 0)
        at++;
    word->begin = at;
    word->has_case = shield_code_lower(code) != code || shield_code_is_upper(code) ||
                     (code < 0x0590 && size > 0); /* Latin, Greek, Cyrillic, Armenian */
    word->is_capital = shield_code_is_upper(code) || !word->has_case;
    while (size > 0) {
        at += (uint32_t)size;
        size = letter_at(value, at, &code);
        if (size > 0 || at + 1 >= value.size || !is_joiner(value, at)) continue;
        if (letter_at(value, at + 1, &code) > 0) size = 1;
    }
    word->end = at;
    *place = at;
    return word->end > word->begin;
}
