#!/usr/bin/env python3
"""Count how letters follow each other in the words of eleven languages.

    tools/make_bigrams.py OUT.h WORDLIST…

WORDLIST is one word a line, as Debian's packages wamerican, wngerman, wfrench, witalian, wspanish,
wdutch, wpolish, wportuguese, wswedish, wdanish and wnorwegian install them. OUT.h holds, for each
letter and for the beginning of a word, what the next letter costs in sixteenths of a bit. Every
list weighs the same however long it is, but the first, which weighs as much as three: most names
in code are English. Accents are taken off. The table in the tree was made so; it holds no words.
"""

import math
import sys
import unicodedata
from pathlib import Path

LETTERS = 'abcdefghijklmnopqrstuvwxyz'
FIRST_WEIGHT = 3.0
FLOOR = 1e-4  # the share that any letter has after any other: what no word has costs 13 bits


def plain(word):
    return ''.join(c for c in unicodedata.normalize('NFD', word.lower())
                   if not unicodedata.combining(c))


def count(path):
    """Shares of the pairs in one list: 27 rows (the first: a word begins) of 26."""
    pairs = [[0] * 26 for _ in range(27)]
    for word in Path(path).read_text(encoding='utf-8', errors='replace').split():
        before = 0
        for letter in plain(word):
            place = LETTERS.find(letter)
            if place < 0:
                before = 0
                continue
            pairs[before][place] += 1
            before = place + 1
    total = sum(map(sum, pairs))
    return [[number / total for number in row] for row in pairs]


def costs(paths):
    counted = [(FIRST_WEIGHT if i == 0 else 1.0, count(path)) for i, path in enumerate(paths)]
    rows = []
    for before in range(27):
        shares = [sum(weight * pairs[before][i] for weight, pairs in counted) for i in range(26)]
        total = sum(shares)
        rows.append([min(255, round(-16 * math.log2(max(share / total, FLOOR))))
                     for share in shares])
    return rows


def main(arguments):
    if len(arguments) < 2:
        sys.exit(__doc__.strip())
    out, *paths = arguments
    lines = ['/* Made by tools/make_bigrams.py, which says from what: bigram_costs[0] is the',
             ' * beginning of a word, [1] follows an a; then a to z; sixteenths of a bit. */',
             '#ifndef CANDOR_SHIELD_BIGRAM_TABLE_H', '#define CANDOR_SHIELD_BIGRAM_TABLE_H', '',
             '#include <stdint.h>', '', '/* clang-format off */',
             'static const uint8_t bigram_costs[27][26] = {']
    for row in costs(paths):
        lines.append('    {' + ', '.join(map(str, row[:13])) + ',')
        lines.append('     ' + ', '.join(map(str, row[13:])) + '},')
    lines += ['};', '/* clang-format on */', '', '#endif', '']
    Path(out).write_text('\n'.join(lines), encoding='ascii')


if __name__ == '__main__':
    main(sys.argv[1:])
