#!/usr/bin/env python3
"""Write the vectors of contact data, health, devices, places and behaviour: P, H, D, L and U.

The cases stand in people_cases.py. The same every time: one seed a file.
"""

import json
import random
from pathlib import Path

from make_vectors_national import BENIGN, PLAIN_KEYS, disguises
from make_vectors_strict import strict_vectors
from people_cases import CONTACT, PLACE, STRICT

OUT = Path(__file__).resolve().parent / 'vectors'

# Disguises that are not of this kind: digits of other scripts where there are none, and what would
# make another value of it.
NOT_PERCENT = {'P02', 'P10'}


def line(how, key, value):
    return json.dumps({'is': how, 'key': key, 'value': value}, ensure_ascii=False)


def vectors(kind, keys, make, alone, misses, further):
    chance = random.Random(f'people {kind}')
    out = [line('+', keys[number % len(keys)], make(chance)) for number in range(24)]
    seen = {key: value for key, value in misses}
    out += [line('-', key, value) for key, value in BENIGN if key not in seen]
    out += [line('-', key, value) for key, value in misses]
    if not alone and kind not in ('P06',):
        plain = [line('-', PLAIN_KEYS[number % 2], make(chance)) for number in range(4)]
        out += plain if kind in ('P05', 'P10', 'P11', 'P15', 'D04', 'D06', 'D07') else []
    text = make(chance)
    if isinstance(text, str):
        out += [line('!', key, value) for key, value in disguises(text, keys[0])]
    out += [line('!', key, value(chance) if callable(value) else value) for key, value in further]
    return out


def write(kind, out):
    (OUT / f'{kind}.jsonl').write_text('\n'.join(out) + '\n', encoding='utf-8')


def main():
    OUT.mkdir(exist_ok=True)
    for kind, case in (CONTACT | PLACE).items():
        write(kind, vectors(kind, *case))
    for kind, case in STRICT.items():
        write(kind, strict_vectors(kind, *case))


if __name__ == '__main__':
    main()
