#!/usr/bin/env python3
"""Values with and without secrets, for the accuracy of the shield (spec/shield.md §13).

    bench/shield/leakgen.py SET COUNT [--seed S] [--half a|b]

Sets: planted (over all detectors), disguised (planted, then folded, split or encoded up to three
times), credentials (anything under a password's name), cards (any grouping), benign. One value a
line: DETECTOR, TEMPLATE, KEY and the VALUE as JSON, with tabs between; DETECTOR is "-" for benign
ones. Half a is for mending rules, half b for telling figures: no template and no key stands in
both. The same seed gives the same lines.
"""

import argparse
import base64
import json
import random
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / 'test' / 'shield'))

import leakgen_benign as benign  # noqa: E402
import leakgen_makers as makers  # noqa: E402

# Sentences around a value, each in a language of its own and worded once.
AROUND = [
    '{}', 'please use {} from now on', 'Mein Wert ist {} und bleibt so', 'voici: {} merci',
    '{} was entered by hand', 'el cliente escribe {} en el chat', '({})', 'value={};',
    'er schrieb: "{}".', 'nota bene: {} - grazie', 'see {} below', '[{}]', 'wpisano {} wczoraj',
    'het is {} geworden', 'here you go {}, thanks', 'x: {} / y: none', '{} (copied)',
    'skrev {} i feltet', 'ja, {} on oikein', 'girilen: {} tamam', "it's {} now", '<{}>',
    'customer said {} twice', 'alt={} neu=leer',
]

PLAIN_KEYS = ['note', 'value', 'label', 'text', 'field_7', 'data', 'content', 'input', 'answer',
              'custom', 'meta', 'info', 'extra', 'details', 'param1', 'arg', 'remark', 'state_text',
              'body_text', 'raw', 'last_value', 'selection', 'option', 'subject']


def half_of(items, half):
    """Every other one; a set of one belongs to both, since there is nothing to learn from it."""
    if len(items) == 1:
        return items
    return items[0::2] if half == 'a' else items[1::2]


# ---- Disguises (spec/shield.md §7.2) ---------------------------------------------------------

FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
ARABIC = {ord('0') + number: 0x0660 + number for number in range(10)}
BENGALI = {ord('0') + number: 0x09E6 + number for number in range(10)}


def zero_width(text, chance):
    mark = chance.choice('\u200b\u200d\u2060\ufeff')
    return mark.join(text)


DISGUISES = [
    lambda key, text, chance: (key, text.translate(FULL_WIDTH)),
    lambda key, text, chance: (key, text.translate(chance.choice([ARABIC, BENGALI]))),
    lambda key, text, chance: (key, zero_width(text, chance)),
    lambda key, text, chance: (key, ''.join(f'%{byte:02X}' for byte in text.encode())),
    lambda key, text, chance: (key, base64.b64encode(text.encode()).decode())
    if len(text) >= 12 else (key, text),
    lambda key, text, chance: (key, text.encode().hex()) if len(text) >= 8 else (key, text),
    lambda key, text, chance: ('payload', json.dumps({'a': 1, key: text})),
    lambda key, text, chance: ('form', f'a=1&{key}={text.replace("&", "%26")}'),
    lambda key, text, chance: ('fields', [{'name': key, 'value': text}]),
    lambda key, text, chance: ('pairs', [['a', 'b'], [key, text]]),
    lambda key, text, chance: (key.upper(), text),
    lambda key, text, chance: (key, '\u00a0' + text + '\u3000'),
]


def disguise(key, text, chance):
    value = text
    for _ in range(chance.randint(1, 3)):
        if not isinstance(value, str):
            break
        key, value = chance.choice(DISGUISES)(key, value, chance)
    return key, value


# ---- Sets ------------------------------------------------------------------------------------

def planted(chance, half):
    """detector, template, key, value"""
    maker = chance.choice(makers.ALL)
    text = maker.make(chance)
    keys = half_of(maker.keys, half) if maker.keys else half_of(PLAIN_KEYS, half)
    key = chance.choice(keys)
    around = half_of(AROUND, half)
    in_text = maker.in_text and isinstance(text, str) and chance.random() < 0.4
    template = chance.randrange(len(around)) if in_text else -1
    value = around[template].replace('{}', text) if in_text else text
    return maker.detector, f'{half}{template}', key, value


def disguised(chance, half):
    while True:
        maker = chance.choice(makers.ALL)
        text = maker.make(chance)
        if isinstance(text, str) and '\n' not in text:
            break
    keys = half_of(maker.keys, half) if maker.keys else half_of(PLAIN_KEYS, half)
    key, value = disguise(chance.choice(keys), text, chance)
    return maker.detector, f'{half}-', key, value


def credentials(chance, half):
    return 'K01', half, chance.choice(half_of(makers.PASSWORD_KEYS, half)), makers.password(chance)


def cards(chance, half):
    return 'F01', half, chance.choice(half_of(PLAIN_KEYS, half)), makers.grouped_card(chance)


def harmless(chance, half):
    kind, key, value = benign.make(chance, half)
    return '-', f'{half}{kind}', key, value


SETS = {'planted': planted, 'disguised': disguised, 'credentials': credentials, 'cards': cards,
        'benign': harmless}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('set', choices=sorted(SETS))
    parser.add_argument('count', type=int)
    parser.add_argument('--seed', type=int, default=20261122)
    parser.add_argument('--half', choices=['a', 'b'], default='b')
    words = parser.parse_args()
    chance = random.Random(f'{words.set} {words.seed} {words.half}')
    make, write = SETS[words.set], sys.stdout.write
    for _ in range(words.count):
        detector, template, key, value = make(chance, words.half)
        write(f'{detector}\t{template}\t{key}\t{json.dumps(value, ensure_ascii=False)}\n')


if __name__ == '__main__':
    try:
        main()
    except BrokenPipeError:
        sys.exit(1)
