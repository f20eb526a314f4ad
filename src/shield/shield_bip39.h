/* The 2,048 English words of BIP-39, in their order: rules/bip39_english.txt, turned into C by
 * tools/embed_words.py. Private to the room. */
#ifndef CANDOR_SHIELD_BIP39_H
#define CANDOR_SHIELD_BIP39_H

#include <stdint.h>

enum {
    SHIELD_BIP39_COUNT = 2048,
    SHIELD_BIP39_WORD_SIZE = 8,
    SHIELD_BIP39_TRIPLES = 26 * 26 * 26,
};

extern const char shield_bip39_words[SHIELD_BIP39_COUNT][SHIELD_BIP39_WORD_SIZE]; /* NULs behind */
/* Where the words with this first letter begin, and behind them those with z end. */
extern const uint16_t shield_bip39_begins[27];
/* A bit for each three letters that some word begins with: (a * 26 + b) * 26 + c. */
extern const uint8_t shield_bip39_triples[SHIELD_BIP39_TRIPLES / 8];

#endif
