/* The 2,048 English words of BIP-39, in their order: rules/bip39_english.txt, turned into C by
 * tools/embed_words.py. Private to the room. */
#ifndef CANDOR_SHIELD_BIP39_H
#define CANDOR_SHIELD_BIP39_H

enum { SHIELD_BIP39_COUNT = 2048, SHIELD_BIP39_WORD_SIZE = 8 };

extern const char shield_bip39_words[SHIELD_BIP39_COUNT][SHIELD_BIP39_WORD_SIZE]; /* NULs behind */

#endif
