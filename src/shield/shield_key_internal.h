/* The lexicon's inside, and names as words. For shield_key*.c only. */
#ifndef CANDOR_SHIELD_KEY_INTERNAL_H
#define CANDOR_SHIELD_KEY_INTERNAL_H

#include "shield/shield_key.h"

/* What stands at a word or phrase of the lexicon. */
struct lexicon_entry {
    uint64_t exact; /* classes, when it is the whole name */
    uint64_t stem;  /* when it is a part of the name */
    uint64_t join;  /* when it is written together with others of `join` or with glue */
    uint8_t marks;  /* LEXICON_… */
};

enum {
    LEXICON_NEUTRAL = 1, /* takes the words it covers out of the reading: "secret santa" */
    LEXICON_HEAD = 2,    /* a name that begins with it tells a fact about the rest: "has" */
    LEXICON_TAIL = 4,    /* likewise one that ends with it: "count" */
    LEXICON_GLUE = 8,    /* may be written together with an entry: "user", "new" */
};

/* A trie over bytes; the children of a node stand beside each other, by rising label. */
struct lexicon_node {
    uint32_t first;  /* child */
    uint16_t entry;  /* index + 1; 0: none ends here */
    uint16_t labels; /* the lower byte: this node's own; the upper: how many children less one */
};

struct shield_lexicon {
    struct lexicon_entry *entries;
    uint32_t entry_count;
    struct lexicon_node *nodes;
    uint32_t node_count;
    uint32_t root[256]; /* node for the first byte, 0: none */
    /* Node for the first two bytes where both are letters of ASCII: of all steps the one past most
     * children. */
    uint32_t second[26][26];
};

/* The entry at a node, or NULL. */
const struct lexicon_entry *lexicon_entry_at(const struct shield_lexicon *lexicon, uint32_t node);

/* From a node (0: the root) over one byte; 0 when there is no such way. */
uint32_t lexicon_step(const struct shield_lexicon *lexicon, uint32_t node, uint8_t byte);

/* A name's words, lower case, without diacritics, joined by single spaces. */
struct key_words {
    char bytes[SHIELD_KEY_FOLDED_MAX];
    size_t size;
    bool was_cut_at_case;
    bool is_ascii;
};

enum key_case { KEY_CASE_CUTS, KEY_CASE_JOINS };
void key_words_read(struct text name, enum key_case key_case, struct key_words *words);

/* Words that mix Latin letters with look-alikes of another script, in one script; false when there
 * was nothing to do. */
bool key_words_unmix(struct key_words *words);

/* Words whose every letter has a Latin look-alike, in Latin: "раѕѕ" of Cyrillic letters. */
bool key_words_latin(const struct key_words *words, struct key_words *out);

/* A script that is written without spaces, at a word's byte: Han, kana, Hangul, Thai, … */
bool key_is_unspaced(const char *bytes, size_t size);

#endif
