/* Reading a name costs one walk of a trie from each word of it, and, for words written together,
 * from each place that a chain of known words reaches. */
#include "shield/shield_key.h"

#include "base/check.h"
#include "shield/shield_key_internal.h"

#include <string.h>

enum {
    PIECE_SIZE = 192, /* of running text, read at a time */
    PIECE_OVERLAP = 48,
    JOIN_MIN = 5, /* bytes of a word that may be several words written together */
    JOIN_MAX = 48,
    SPELT_MIN = 6, /* of a name whose words are one word when put together: "pass_word" */
};

struct reading {
    const struct shield_lexicon *lexicon;
    struct text text;
    uint64_t exact;
    uint64_t stem;
    bool is_neutral; /* something was taken out */
    size_t taken;    /* up to here the words belong to an entry that began before */
};

uint32_t lexicon_step(const struct shield_lexicon *lexicon, uint32_t node, uint8_t byte)
{
    if (node == 0) return lexicon->root[byte];
    uint32_t first = lexicon->nodes[node].first;
    if (first == 0) return 0;
    uint32_t last = first + (lexicon->nodes[node].labels >> 8);
    for (uint32_t child = first; child <= last; child++) {
        uint8_t label = (uint8_t)(lexicon->nodes[child].labels & 0xFF);
        if (label >= byte) return label == byte ? child : 0;
    }
    return 0;
}

/* The same for a byte of a word that begins at bytes[0]. */
static inline uint32_t step_in_word(const struct shield_lexicon *lexicon, uint32_t node,
                                    const char *bytes, size_t at)
{
    if (at == 1) {
        uint32_t first = (uint8_t)(bytes[0] - 'a');
        uint32_t next = (uint8_t)(bytes[1] - 'a');
        if (first < 26 && next < 26) return lexicon->second[first][next];
    }
    return lexicon_step(lexicon, node, (uint8_t)bytes[at]);
}

const struct lexicon_entry *lexicon_entry_at(const struct shield_lexicon *lexicon, uint32_t node)
{
    uint32_t entry = lexicon->nodes[node].entry;
    return entry == 0 ? NULL : &lexicon->entries[entry - 1];
}

static const struct lexicon_entry *find_whole(const struct shield_lexicon *lexicon,
                                              struct text text)
{
    uint32_t node = 0;
    for (size_t i = 0; i < text.size; i++) {
        node = lexicon_step(lexicon, node, (uint8_t)text.bytes[i]);
        if (node == 0) return NULL;
    }
    return node == 0 ? NULL : lexicon_entry_at(lexicon, node);
}

/* Entries that begin here and end with a word, or anywhere in a script without spaces. Of those the
 * longest counts, and takes what lies inside it: "ip address" is no address. */
static void read_from(struct reading *reading, size_t begin, bool is_unspaced)
{
    struct text text = reading->text;
    const struct lexicon_entry *longest = NULL;
    size_t end = 0;
    uint32_t node = 0;
    for (size_t i = begin; i < text.size; i++) {
        node = step_in_word(reading->lexicon, node, text.bytes + begin, i - begin);
        if (node == 0) break;
        const struct lexicon_entry *entry = lexicon_entry_at(reading->lexicon, node);
        if (!entry || (entry->stem == 0 && !(entry->marks & LEXICON_NEUTRAL))) continue;
        bool ends_word = i + 1 == text.size || text.bytes[i + 1] == ' ';
        if (!ends_word && !is_unspaced) continue;
        longest = entry;
        end = i + 1;
    }
    if (!longest || end <= reading->taken) return;
    reading->taken = end;
    reading->stem |= longest->stem;
    if (longest->stem == 0) reading->is_neutral = true;
}

/* Classes of a word that is glue and entries written together: "newpasswordconfirm". reached[i]
 * holds the classes of some way from the word's begin to byte i, and a mark that there is one. */
static uint64_t read_joined(const struct shield_lexicon *lexicon, struct text word)
{
    if (word.size < JOIN_MIN || word.size > JOIN_MAX) return 0;
    static const uint64_t is_reached = UINT64_C(1) << 63;
    _Static_assert(SHIELD_KEY_CLASS_COUNT < 63, "the mark is no class");
    uint64_t reached[JOIN_MAX + 1] = {is_reached};
    for (size_t begin = 0; begin < word.size; begin++) {
        uint32_t node = 0;
        for (size_t i = begin; reached[begin] && i < word.size; i++) {
            node = step_in_word(lexicon, node, word.bytes + begin, i - begin);
            if (node == 0) break;
            const struct lexicon_entry *entry = lexicon_entry_at(lexicon, node);
            if (!entry || (entry->join == 0 && !(entry->marks & LEXICON_GLUE))) continue;
            reached[i + 1] |= reached[begin] | entry->join;
        }
    }
    return reached[word.size] & ~is_reached;
}

static void read_unspaced(struct reading *reading, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        if (((unsigned char)reading->text.bytes[i] & 0xC0) == 0x80) continue;
        read_from(reading, i, true);
    }
}

static void read_words(struct reading *reading)
{
    struct text text = reading->text;
    for (size_t begin = 0; begin < text.size;) {
        const char *space = memchr(text.bytes + begin, ' ', text.size - begin);
        size_t end = space ? (size_t)(space - text.bytes) : text.size;
        if (key_is_unspaced(text.bytes + begin, end - begin)) {
            read_unspaced(reading, begin, end);
        } else {
            read_from(reading, begin, false);
            if (reading->taken < end) {
                reading->stem |=
                    read_joined(reading->lexicon, text_slice(text, begin, end - begin));
            }
        }
        begin = end + 1;
    }
}

/* Without numbers at the end: "password 2" stands for what "password" stands for. */
static struct text without_numbers(struct text text)
{
    size_t size = text.size;
    while (size > 0 && ((text.bytes[size - 1] >= '0' && text.bytes[size - 1] <= '9') ||
                        text.bytes[size - 1] == ' ')) {
        size--;
    }
    return size > 0 ? (struct text){text.bytes, size} : text;
}

static uint64_t exact_of(const struct shield_lexicon *lexicon, struct text text)
{
    const struct lexicon_entry *entry = find_whole(lexicon, text);
    if (!entry) entry = find_whole(lexicon, without_numbers(text));
    return entry ? entry->exact : 0;
}

static bool begins_with_head(const struct shield_lexicon *lexicon, struct text text)
{
    uint32_t node = 0;
    for (size_t i = 0; i < text.size; i++) {
        node = lexicon_step(lexicon, node, (uint8_t)text.bytes[i]);
        if (node == 0) return false;
        const struct lexicon_entry *entry = lexicon_entry_at(lexicon, node);
        bool ends_word = i + 1 < text.size && text.bytes[i + 1] == ' ';
        if (entry && ends_word && entry->marks & LEXICON_HEAD) return true;
    }
    return false;
}

static bool ends_with_tail(const struct shield_lexicon *lexicon, struct text text)
{
    for (size_t i = text.size; i > 1; i--) {
        if (text.bytes[i - 1] != ' ') continue;
        const struct lexicon_entry *entry =
            find_whole(lexicon, (struct text){text.bytes + i, text.size - i});
        if (entry && entry->marks & LEXICON_TAIL) return true;
    }
    return false;
}

/* The classes of words, in whatever spelling they were brought. */
static void read_spelling(const struct shield_lexicon *lexicon, const struct key_words *words,
                          struct reading *into)
{
    struct reading reading = {.lexicon = lexicon, .text = {words->bytes, words->size}};
    read_words(&reading);
    into->stem |= reading.stem;
    into->exact |= exact_of(lexicon, reading.text);
    into->is_neutral = into->is_neutral || reading.is_neutral;
}

static char unleet(char byte)
{
    switch (byte) {
    case '0': return 'o';
    case '1': return 'i';
    case '3': return 'e';
    case '4': return 'a';
    case '5': return 's';
    case '7': return 't';
    default: return byte;
    }
}

/* A name torn to pieces ("p_a_s_s_w_o_r_d") or with digits for letters ("passw0rd"). */
static uint64_t read_torn(const struct shield_lexicon *lexicon, struct text text)
{
    if (text_find_byte(text, ' ') < 0) return 0;
    char plain[JOIN_MAX];
    char leet[JOIN_MAX];
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.bytes[i] == ' ') continue;
        if (size == JOIN_MAX) return 0;
        plain[size] = text.bytes[i];
        leet[size++] = unleet(text.bytes[i]);
    }
    if (size < SPELT_MIN) return 0;
    struct text spelt = without_numbers((struct text){plain, size});
    const struct lexicon_entry *entry = find_whole(lexicon, spelt);
    if (!entry && spelt.size > 0) entry = find_whole(lexicon, (struct text){leet, spelt.size});
    return entry ? entry->exact : 0;
}

static void list_words(struct shield_key *key)
{
    struct text rest = {key->folded, key->folded_size};
    key->word_count = 0;
    while (rest.size > 0 && key->word_count < SHIELD_KEY_WORDS_MAX) {
        key->words[key->word_count++] = text_split(rest, ' ', &rest);
    }
}

static void read_other_spellings(const struct shield_lexicon *lexicon, struct text name,
                                 const struct key_words *words, struct reading *into)
{
    struct key_words other;
    if (words->was_cut_at_case) {
        key_words_read(name, KEY_CASE_JOINS, &other);
        read_spelling(lexicon, &other, into);
        if (!other.is_ascii && key_words_unmix(&other)) read_spelling(lexicon, &other, into);
    }
    if (!words->is_ascii && key_words_latin(words, &other)) read_spelling(lexicon, &other, into);
    into->exact |= read_torn(lexicon, into->text);
}

void shield_key_read(const struct shield_lexicon *lexicon, struct text name, struct shield_key *key)
{
    struct key_words words;
    key_words_read(name, KEY_CASE_CUTS, &words);
    struct reading reading = {.lexicon = lexicon, .text = {words.bytes, words.size}};
    read_spelling(lexicon, &words, &reading);
    if (!words.is_ascii && key_words_unmix(&words)) {
        reading.text.size = words.size;
        read_spelling(lexicon, &words, &reading);
    }
    memcpy(key->folded, words.bytes, words.size);
    key->folded_size = words.size;
    list_words(key);
    read_other_spellings(lexicon, name, &words, &reading);
    key->exact = reading.exact;
    key->stem = reading.stem | reading.exact;
    key->is_stopped = key->exact == 0 && ((key->stem == 0 && reading.is_neutral) ||
                                          begins_with_head(lexicon, reading.text) ||
                                          ends_with_tail(lexicon, without_numbers(reading.text)));
    if (key->is_stopped) key->stem = 0;
}

static bool is_boundary(char byte)
{
    return byte == ' ' || byte == '\n' || byte == ',' || byte == ';' || byte == '&' || byte == '"';
}

/* Where to cut a piece of text that begins at `begin`: behind its last whole word. */
static size_t piece_end(struct text text, size_t begin)
{
    if (text.size - begin <= PIECE_SIZE) return text.size;
    size_t end = begin + PIECE_SIZE;
    for (size_t i = end; i > begin + PIECE_SIZE / 2; i--) {
        if (is_boundary(text.bytes[i - 1])) return i;
    }
    return end;
}

/* The next piece begins some words before the end of the last, for phrases that lie across it. */
static size_t next_begin(struct text text, size_t begin, size_t end)
{
    size_t from = end > begin + PIECE_OVERLAP ? end - PIECE_OVERLAP : end;
    for (size_t i = from; i < end; i++) {
        if (i > begin && is_boundary(text.bytes[i - 1])) return i;
    }
    return end;
}

static uint64_t piece_words(const struct shield_lexicon *lexicon, struct text text)
{
    struct key_words words;
    key_words_read(text, KEY_CASE_CUTS, &words);
    struct reading reading = {.lexicon = lexicon, .text = {words.bytes, words.size}};
    read_words(&reading);
    if (words.is_ascii || !key_words_unmix(&words)) return reading.stem;
    struct reading other = {.lexicon = lexicon, .text = {words.bytes, words.size}};
    read_words(&other);
    return reading.stem | other.stem;
}

uint64_t shield_lexicon_words(const struct shield_lexicon *lexicon, struct text text)
{
    uint64_t classes = 0;
    for (size_t begin = 0; begin < text.size;) {
        size_t end = piece_end(text, begin);
        classes |= piece_words(lexicon, text_slice(text, begin, end - begin));
        begin = end == text.size ? end : next_begin(text, begin, end);
    }
    return classes;
}
