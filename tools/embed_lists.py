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
STROKES = str.maketrans('łøđı', 'lodi')  # which Unicode does not take apart


def fold(word):
    codes = unicodedata.normalize('NFKD', word.replace('_', ' '))
    folded = ''.join(code.lower() for code in codes if not unicodedata.combining(code))
    return folded.translate(STROKES)


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


def mark_beginning(marks, word):
    """One bit of 2 ** 15 for the first three bytes, five bits of each: where all are ASCII."""
    first = word.encode()[:3]
    if len(first) == 3 and max(first) < 0x80:
        place = first[0] % 32 + first[1] % 32 * 32 + first[2] % 32 * 1024
        marks[place // 32] |= 1 << place % 32


def hash_of(word):
    value = 2166136261
    for byte in word.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value ^ value >> 15


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
    marks = [0] * 1024
    for word in ordered:
        mark_beginning(marks, word)
        kinds = ' | '.join(f'SHIELD_LIST_{kind}' for kind in sorted(words[word]))
        escaped = ''.join(chr(byte) if byte < 0x80 else f'\\{byte:03o}' for byte in word.encode())
        rows.append(f'    {{"{escaped}", {len(word.encode())}, {kinds}}},\n')
    lines = [', '.join(map(str, slots[place:place + 16])) for place in range(0, slot_count, 16)]
    mark_lines = [', '.join(map(hex, marks[place:place + 8])) for place in range(0, 1024, 8)]
    Path(arguments[0]).write_text(
        '/* Made by tools/embed_lists.py. */\n#include "shield/shield_wordlist.h"\n\n'
        f'const uint32_t shield_listed_slot_count = {slot_count};\n\n'
        'const struct shield_listed shield_listed[] = {\n' + ''.join(rows) + '};\n\n'
        'const uint16_t shield_listed_slots[] = {\n    ' + ',\n    '.join(lines) + ',\n};\n\n'
        'const uint32_t shield_listed_begins[] = {\n    ' + ',\n    '.join(mark_lines) + ',\n};\n',
        encoding='ascii')


if __name__ == '__main__':
    main(sys.argv[1:])
