/* Look-alikes (Unicode TR 39, the letters that names are made of): one row is one shape, in Latin,
 * Cyrillic and Greek, lower case. What looks alike only as a capital is here as well, for names
 * come in capitals too. */
#include "shield/shield_key_internal.h"
#include "shield/shield_unicode.h"

#include <string.h>

static const struct {
    char latin;
    uint16_t cyrillic[2];
    uint16_t greek[2];
} shapes[] = {
    {'a', {0x430, 0}, {0x3B1, 0}},     {'b', {0x432, 0x44C}, {0x3B2, 0}},
    {'c', {0x441, 0}, {0x3F2, 0}},     {'d', {0x501, 0}, {0, 0}},
    {'e', {0x435, 0}, {0x3B5, 0}},     {'g', {0x581, 0}, {0, 0}},
    {'h', {0x4BB, 0x43D}, {0x3B7, 0}}, {'i', {0x456, 0}, {0x3B9, 0}},
    {'j', {0x458, 0}, {0x3F3, 0}},     {'k', {0x43A, 0}, {0x3BA, 0}},
    {'l', {0x4CF, 0}, {0, 0}},         {'m', {0x43C, 0}, {0x3BC, 0}},
    {'n', {0x438, 0x43F}, {0x3BD, 0}}, {'o', {0x43E, 0}, {0x3BF, 0x3C3}},
    {'p', {0x440, 0}, {0x3C1, 0}},     {'q', {0x51B, 0}, {0, 0}},
    {'r', {0x433, 0}, {0, 0}},         {'s', {0x455, 0}, {0, 0}},
    {'t', {0x442, 0}, {0x3C4, 0}},     {'u', {0x446, 0}, {0x3C5, 0}},
    {'v', {0x475, 0}, {0x3BD, 0}},     {'w', {0x51D, 0x448}, {0x3C9, 0}},
    {'x', {0x445, 0}, {0x3C7, 0}},     {'y', {0x443, 0x4AF}, {0x3C5, 0x3B3}},
    {'z', {0, 0}, {0x3B6, 0}},
};
enum { SHAPE_COUNT = sizeof shapes / sizeof shapes[0] };

enum script { SCRIPT_LATIN, SCRIPT_CYRILLIC, SCRIPT_GREEK, SCRIPT_OTHER, SCRIPT_COUNT };

static enum script script_of(uint32_t code)
{
    if (code < 0x80) return code >= 'a' && code <= 'z' ? SCRIPT_LATIN : SCRIPT_OTHER;
    if (code >= 0x400 && code <= 0x58F) return SCRIPT_CYRILLIC; /* and Armenian */
    return code >= 0x370 && code <= 0x3FF ? SCRIPT_GREEK : SCRIPT_OTHER;
}

/* Is the code this shape's, in any script? */
static bool has_shape(size_t shape, uint32_t code)
{
    return (uint32_t)shapes[shape].latin == code || shapes[shape].cyrillic[0] == code ||
           shapes[shape].cyrillic[1] == code || shapes[shape].greek[0] == code ||
           shapes[shape].greek[1] == code;
}

/* The letter of the script that looks like this one, or 0. */
static uint32_t letter_in(enum script script, uint32_t code)
{
    if (script_of(code) == script) return code;
    for (size_t i = 0; i < SHAPE_COUNT; i++) {
        if (!has_shape(i, code)) continue;
        if (script == SCRIPT_LATIN) return (unsigned char)shapes[i].latin;
        return script == SCRIPT_CYRILLIC ? shapes[i].cyrillic[0] : shapes[i].greek[0];
    }
    return 0;
}

/* The word in that script; 0 when a letter has no look-alike there, or the room is too small. */
static size_t write_word(struct text word, enum script script, char *out, size_t capacity)
{
    size_t size = 0;
    for (size_t offset = 0; offset < word.size;) {
        uint32_t code;
        size_t used = shield_code_read(word.bytes + offset, word.size - offset, &code);
        uint32_t letter = used > 0 ? letter_in(script, code) : 0;
        if (letter == 0 || capacity - size < 4) return 0;
        size += shield_code_write(letter, out + size);
        offset += used;
    }
    return size;
}

static uint32_t scripts_in(struct text word)
{
    uint32_t scripts = 0;
    for (size_t offset = 0; offset < word.size;) {
        uint32_t code;
        size_t used = shield_code_read(word.bytes + offset, word.size - offset, &code);
        if (used == 0) return 1U << SCRIPT_OTHER;
        scripts |= 1U << script_of(code);
        offset += used;
    }
    return scripts;
}

typedef size_t respell(struct text word, char *out, size_t capacity);

/* Every word through the function; those for which it gives 0 stay as they are. */
static bool respell_words(const struct key_words *words, respell *change, struct key_words *out)
{
    struct text rest = {words->bytes, words->size};
    bool changed = false;
    out->size = 0;
    out->is_ascii = false;
    out->was_cut_at_case = words->was_cut_at_case;
    while (rest.size > 0) {
        struct text word = text_split(rest, ' ', &rest);
        if (out->size > 0) out->bytes[out->size++] = ' ';
        size_t room = sizeof out->bytes - out->size;
        size_t size = change(word, out->bytes + out->size, room);
        changed = changed || size > 0;
        if (size == 0 && word.size + 1 > room) break;
        if (size == 0) memcpy(out->bytes + out->size, word.bytes, word.size);
        out->size += size > 0 ? size : word.size;
        if (out->size == sizeof out->bytes) break;
    }
    return changed;
}

static size_t unmix(struct text word, char *out, size_t capacity)
{
    uint32_t scripts = scripts_in(word);
    if ((scripts & (scripts - 1)) == 0 || scripts & (1U << SCRIPT_OTHER)) return 0;
    for (enum script script = SCRIPT_LATIN; script < SCRIPT_OTHER; script++) {
        size_t size = write_word(word, script, out, capacity);
        if (size > 0) return size;
    }
    return 0;
}

bool key_words_unmix(struct key_words *words)
{
    struct key_words before = *words;
    return respell_words(&before, unmix, words);
}

static size_t in_latin(struct text word, char *out, size_t capacity)
{
    uint32_t scripts = scripts_in(word);
    bool is_whole = scripts == 1U << SCRIPT_CYRILLIC || scripts == 1U << SCRIPT_GREEK;
    return is_whole ? write_word(word, SCRIPT_LATIN, out, capacity) : 0;
}

bool key_words_latin(const struct key_words *words, struct key_words *out)
{
    return respell_words(words, in_latin, out);
}
