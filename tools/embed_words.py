#!/usr/bin/env python3
"""Turn the word list of BIP-39 into C: `tools/embed_words.py OUT.c WORDS.txt`.

One word a line, sorted, at most eight letters; `#` begins a comment. The order is the words'
meaning, so a list that is not the standard's is refused.
"""

import hashlib
import sys
from pathlib import Path

STANDARD = '2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda'


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__.strip())
    out, source = map(Path, arguments)
    lines = source.read_text(encoding='ascii').splitlines()
    words = [line for line in lines if line and not line.startswith('#')]
    digest = hashlib.sha256(''.join(f'{word}\n' for word in words).encode()).hexdigest()
    if digest != STANDARD:
        sys.exit(f'embed_words.py: {source.name} is not the list of BIP-39')
    firsts = [word[0] for word in words]
    begins = [sum(first < chr(97 + i) for first in firsts) for i in range(27)]
    triples = bytearray(26 ** 3 // 8)
    for word in words:
        a, b, c = (ord(letter) - 97 for letter in word[:3])
        triples[(a * 676 + b * 26 + c) // 8] |= 1 << (a * 676 + b * 26 + c) % 8
    rows = [', '.join(f"'{letter}'" for letter in word) for word in words]
    out.write_text('/* Made by tools/embed_words.py. */\n#include "shield/shield_bip39.h"\n\n'
                   'const char shield_bip39_words[SHIELD_BIP39_COUNT][SHIELD_BIP39_WORD_SIZE] = {\n'
                   + ''.join(f'    {{{row}}},\n' for row in rows) + '};\n\n'
                   'const uint16_t shield_bip39_begins[27] = {\n    '
                   + ', '.join(map(str, begins)) + '};\n\n'
                   'const uint8_t shield_bip39_triples[SHIELD_BIP39_TRIPLES / 8] = {\n    '
                   + ', '.join(map(str, triples)) + '};\n', encoding='ascii')


if __name__ == '__main__':
    main(sys.argv[1:])
