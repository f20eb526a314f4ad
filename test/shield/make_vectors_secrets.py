#!/usr/bin/env python3
"""Write test/shield/vectors/S01.jsonl to S40.jsonl (format: docs of test/shield).

    test/shield/make_vectors_secrets.py [FOLDER]

Every secret is made up (secret_shapes.py); every benign value is a shape that really occurs."""

import json
import sys
import urllib.parse
from pathlib import Path

import secret_cases
from secret_shapes import R, b64, draw, hexes, mixed, ulid, uuid, ALNUM, DIGIT, LOWER, URL64

PLUS, MINUS, ADVERSARIAL = 20, 20, 10


# ---- Where a secret is found: each takes the secret and gives a value -------------------------

PLAIN = [
    lambda s: s,
    lambda s: f'retry with {s} please',
    lambda s: f'"{s}"',
    lambda s: f'({s})',
    lambda s: f'failed for {s}, giving up',
    lambda s: f'x={s}',
    lambda s: f'log: {s}\n',
    lambda s: f'Größe ok, {s} übernommen',
    lambda s: f'export VALUE={s}',
    lambda s: f'first line\n{s}\nlast line',
]


def wide(text):
    """ASCII as full-width forms, which NFKC folds back."""
    return ''.join(chr(ord(c) + 0xfee0) if '!' <= c <= '~' else c for c in text)


def sprinkle(text, mark):
    return ''.join(c + mark if i % 5 == 2 and not c.isspace() else c for i, c in enumerate(text))


HIDDEN = [
    wide,
    lambda s: sprinkle(s, '\u200b'),
    lambda s: sprinkle(s, '\u00ad'),
    lambda s: sprinkle(s, '\u2060'),
    lambda s: urllib.parse.quote(s, safe=''),
    lambda s: json.dumps({'outer': json.dumps({'inner': s})}),
    lambda s: b64(f'value: {s} .'.encode()),
    lambda s: f'a=1&b={urllib.parse.quote(s, safe="")}&c=2',
    lambda s: f'наш ключ: {s} — вот',
    lambda s: f'「{s}」',
    lambda s: json.dumps([1, 'x', s]),
    lambda s: b64(json.dumps({'v': s}).encode()),
]

KEYS = ['note', 'detail', 'text', 'value', 'label', 'reason', 'info', 'element_text', 'payload',
        'context']


# ---- What must pass ----------------------------------------------------------------------------

def benign():
    """(key, value) of things that look like secrets and are none; new ones at each call."""
    return [
        ('request_id', uuid()),
        ('trace', ulid()),
        ('commit', hexes(40)),
        ('etag_hash', hexes(32)),
        ('object_id', '65' + hexes(22)),
        ('note', 'the quick brown fox jumps over the lazy dog'),
        ('ts', str(1764547200000 + R.randrange(10**9))),
        ('order', 'ORD-2026-' + draw(DIGIT, 6)),
        ('app_version', '12.4.1-beta.3+build.20261122'),
        ('price', '1299.95'),
        ('screen', 'home_recommendations_carousel_item_clicked'),
        ('path', '/products/kitchen-and-dining/cast-iron-skillet-26cm/reviews'),
        ('color', '#1a2b3c'),
        ('slug', 'key-value-store-benchmarks-2026'),
        ('nano', mixed(URL64, 21).strip('-_').ljust(21, 'q')),
        ('title', 'Größenänderung für Wintermäntel übernommen'),
    ]


def lines_of(rule):
    case = secret_cases.CASES[rule]
    lines = []
    for i in range(PLUS + case.get('more', 0)):
        secret = case['make'][i % len(case['make'])]()
        wrap = case.get('wraps', PLAIN)[i % len(case.get('wraps', PLAIN))]
        lines.append(('+', case.get('keys', KEYS)[i % len(case.get('keys', KEYS))], wrap(secret)))
    lines += [('+', key, value) for key, value in case.get('also', [])]
    hidden = case.get('hidden', HIDDEN)
    for i in range(max(ADVERSARIAL, len(hidden))):
        secret = case['make'][i * 3 % len(case['make'])]()
        lines.append(('!', case.get('keys', KEYS)[i % len(case.get('keys', KEYS))],
                      hidden[i % len(hidden)](secret)))
    lines += [('!', key, value) for key, value in case.get('hard', [])]
    near = case['near']() if callable(case['near']) else case['near']
    lines += [('-', key, value) for key, value in near]
    pool = [pair for pair in benign() if pair[0] not in case.get('not_benign', ())]
    lines += [('-', key, value) for key, value in pool[:max(12, MINUS - len(near))]]
    return lines


def main(arguments):
    here = Path(__file__).resolve().parent
    folder = Path(arguments[0]) if arguments else here / 'vectors'
    for rule in sorted(secret_cases.CASES):
        lines = lines_of(rule)
        counts = {kind: sum(line[0] == kind for line in lines) for kind in '+-!'}
        assert counts['+'] >= PLUS and counts['-'] >= MINUS and counts['!'] >= ADVERSARIAL, rule
        text = ''.join(json.dumps({'is': kind, 'key': key, 'value': value}, ensure_ascii=False)
                       + '\n' for kind, key, value in lines)
        (folder / f'{rule}.jsonl').write_text(text, encoding='utf-8')


if __name__ == '__main__':
    main(sys.argv[1:])
