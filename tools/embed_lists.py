#!/usr/bin/env python3
"""Turn lists of words into C: `tools/embed_lists.py OUT.c LIST.txt…`.

`list NAME` begins a list; each further line is a country or a language, then words. A word is
folded as src/shield/shield_wordlist.c folds what it looks for: decomposed (NFKD), without marks, in
lower case. `_` is a space. Words of all lists share one table, found by their hash; the first words
of phrases are in it, too, as what begins one.
"""

import sys
import unicodedata
from pathlib import Path

WORD_SIZE_MAX = 63
BEGINS_BITS = 15  # SHIELD_LISTED_BITS
# Strokes, which Unicode does not take apart, and the sigma of a word's end.
PLAIN_LETTERS = str.maketrans('łøđıς', 'lodiσ')


def fold(word):
    codes = unicodedata.normalize('NFKD', word.replace('_', ' '))
    folded = ''.join(code.lower() for code in codes if not unicodedata.combining(code))
    return folded.translate(PLAIN_LETTERS)


def read(source, words):
    kind = None
    for number, line in enumerate(source.read_text(encoding='utf-8').splitlines(), 1):
        parts = [] if line.startswith('#') else line.split()
        if not parts:
            continue
        if parts[0] == 'list':
            kind = parts[1].upper()
            continue
        if kind is None or len(parts[0]) != 2:
            sys.exit(f'embed_lists.py: {source.name}:{number}: no list, or no country')
        for word in map(fold, parts[1:]):
            if len(word.encode()) > WORD_SIZE_MAX:
                sys.exit(f'embed_lists.py: {source.name}:{number}: a word is too long')
            words.setdefault(word, set()).add(kind)


def hash_of(word):
    value = 2166136261
    for byte in word.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value ^ value >> 15


def begins_of(words):
    begins = bytearray((1 << BEGINS_BITS) // 8)
    for word in words:
        letters = [ord(letter) - 97 for letter in word[:4].ljust(4, chr(97 + 26))]
        if not all(0 <= letter <= 26 for letter in letters):
            continue
        number = ((letters[0] * 27 + letters[1]) * 27 + letters[2]) * 27 + letters[3]
        bit = (number * 0x9E3779B1 & 0xFFFFFFFF) >> 32 - BEGINS_BITS
        begins[bit // 8] |= 1 << bit % 8
    return begins


def main(arguments):
    if len(arguments) < 2:
        sys.exit(__doc__.strip())
    words = {}
    for name in arguments[1:]:
        read(Path(name), words)
    for phrase in [word for word in words if ' ' in word]:
        words.setdefault(phrase.split(' ')[0], set()).add('BEGINS')
    ordered = sorted(words)
    slot_count = 1
    while slot_count < 3 * len(ordered):
        slot_count *= 2
    slots = [0] * slot_count
    for place, word in enumerate(ordered, 1):
        slot = hash_of(word) % slot_count
        while slots[slot]:
            slot = (slot + 1) % slot_count
        slots[slot] = place
    rows = []
    for word in ordered:
        kinds = ' | '.join(f'SHIELD_LIST_{kind}' for kind in sorted(words[word]))
        escaped = ''.join(chr(byte) if byte < 0x80 else f'\\{byte:03o}' for byte in word.encode())
        rows.append(f'    {{"{escaped}", {len(word.encode())}, {kinds}}},\n')
    lines = [', '.join(map(str, slots[place:place + 16])) for place in range(0, slot_count, 16)]
    Path(arguments[0]).write_text(
        '/* Made by tools/embed_lists.py. */\n#include "shield/shield_wordlist.h"\n\n'
        f'const uint32_t shield_listed_slot_count = {slot_count};\n\n'
        'const struct shield_listed shield_listed[] = {\n' + ''.join(rows) + '};\n\n'
        'const uint16_t shield_listed_slots[] = {\n    ' + ',\n    '.join(lines) + ',\n};\n\n'
        f'const uint8_t shield_listed_begins[{(1 << BEGINS_BITS) // 8}] = {{\n    '
        + ', '.join(map(str, begins_of(ordered))) + '};\n',
        encoding='ascii')


if __name__ == '__main__':
    main(sys.argv[1:])
