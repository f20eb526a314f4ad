"""Vectors of rules that are in force in strict mode only.

A line of strict mode meets a plan that lists the line's own key: what is to be found stands under
a name inside its value. The same value in guarded mode, or under a key that the plan lists, stays.
"""

import base64
import json
import random
import urllib.parse

from make_vectors_national import BENIGN

AROUND = ['form', 'state', 'request', 'body']


def line(how, key, value, mode='strict'):
    record = {'is': how, 'mode': mode, 'key': key, 'value': value}
    if mode != 'strict':
        del record['mode']
    return json.dumps(record, ensure_ascii=False)


def wrapped(key, text):
    """The same pair in ways that a form or a library writes it."""
    pair = {key: text, 'page': 2}
    written = json.dumps(pair, ensure_ascii=False)
    form = urllib.parse.urlencode({'page': 2, key: text})
    return [
        written, json.dumps(written), form, urllib.parse.quote(form),
        base64.b64encode(written.encode()).decode(), written.encode().hex(),
        [{'name': key, 'value': text}], [[key, text]], {'a': {'b': [pair]}},
        {key.upper(): text}, {''.join(chr(ord(c) + 0xfee0) for c in key if c != '_'): text},
        {key[:1] + '\u200b' + key[1:]: text}, {key: [text]}, {key: {'value': text}},
        f'<r><page>2</page><{key}>{text}</{key}></r>',
    ]


def strict_vectors(kind, keys, make, foreign):
    chance = random.Random(f'strict {kind}')
    out = [line('+', AROUND[number % 4], {keys[number % len(keys)]: make(chance)})
           for number in range(24)]
    out += [line('+', AROUND[number % 4], {key: text})
            for number, (key, text) in enumerate(foreign.items())]
    out += [line('-', key, value, mode) for key, value in BENIGN for mode in ('guarded', 'strict')]
    out += [line('-', keys[number % len(keys)], make(chance), 'guarded') for number in range(10)]
    out += [line('-', 'form', {keys[number % len(keys)]: make(chance)}, 'guarded')
            for number in range(10)]
    out += [line('-', keys[number % len(keys)], make(chance)) for number in range(10)]
    out += [line('-', 'form', {'label': 'red', keys[0] + '_count': 3})]
    return out + [line('!', 'form', value) for value in wrapped(keys[0], make(chance))]
