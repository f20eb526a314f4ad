#!/usr/bin/env python3
"""Turn uap-core's rules about user agents into C, so that the program needs no file of theirs.

    tools/agent_rules.py regexes.yaml OUT.c

OUT.c defines what src/enrich/agent_rules.h declares. Beside each rule stand literals in lower case,
one of which is in every user agent that the rule matches: most rules are passed over by looking
for those alone. A rule without such literals is tried always.

The file is read by the few forms it uses, because a YAML reader would be one more dependency; a
line of another form stops the build.
"""

import re
import sys
import warnings
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter('ignore', DeprecationWarning)
    import sre_parse
    from sre_constants import (AT, BRANCH, IN, LITERAL, MAX_REPEAT, MIN_REPEAT, SUBPATTERN)

SECTIONS = {'user_agent_parsers': 'BROWSER', 'os_parsers': 'OS', 'device_parsers': 'DEVICE'}
# What a rule is asked for: the family, and of a browser or a system its first version number.
FAMILY_KEYS = {'BROWSER': 'family_replacement', 'OS': 'os_replacement',
               'DEVICE': 'device_replacement'}
VERSION_KEYS = {'BROWSER': 'v1_replacement', 'OS': 'os_v1_replacement'}

LINE = re.compile(r"""^(?:
      (?P<section>\w+):
    | \s+-\ regex:\ (?P<regex>'(?:[^']|'')*'|"[^"\\]*")
    | \s+(?P<key>\w+):\ (?P<value>'(?:[^']|'')*'|"[^"\\]*")
)\s*(?:\#.*)?$""", re.X)

GRAM_SIZE = 4          # the shortest literal that is looked for
LITERAL_COUNT_MAX = 128
# Words that stand in so many user agents that looking for them tells little.
COMMON = ('android', 'applewebkit', 'build', 'chrome/', 'compatible', 'gecko', 'khtml', 'linux',
          'like mac os x', 'mobile', 'mozilla', 'safari', 'version/', 'windows nt', 'macintosh',
          'iphone', 'intel mac os')


# ---- Reading ---------------------------------------------------------------------------------

def unquoted(text):
    return text[1:-1].replace("''", "'") if text[0] == "'" else text[1:-1]


def read_rules(text):
    """A list of (kind, {'regex': …, key: value …}) in the order of the file."""
    rules, kind = [], None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith('#'):
            continue
        found = LINE.match(line)
        if not found or (found['key'] and not rules) or (found['regex'] and not kind):
            raise ValueError(f'line {number} has a form that is not known')
        if found['section']:
            kind = SECTIONS[found['section']]
        elif found['regex']:
            rules.append((kind, {'regex': unquoted(found['regex'])}))
        else:
            rules[-1][1][found['key']] = unquoted(found['value'])
    return rules


# ---- The literals that a match must hold -----------------------------------------------------

def lower(text):
    """ASCII letters alone: the program folds bytes."""
    return ''.join(chr(ord(c) + 32) if 'A' <= c <= 'Z' else c for c in text)


def worth(literals):
    """How well the literals tell user agents apart."""
    if not literals:
        return -1
    shortest = min(len(text) for text in literals)
    if any(any(word in text or text in word for word in COMMON) for text in literals):
        shortest = min(shortest, GRAM_SIZE) - 0.5
    return shortest * 10 - min(len(literals), 9)


def better(one, other):
    return one if worth(one) >= worth(other) else other


def of_sequence(nodes):
    """(every text it may match or None, the best set of which one must be there or None)."""
    run, best, whole = {''}, None, True
    for node in nodes:
        exact, needed = of_node(*node)
        if exact is not None and len(run) * len(exact) <= LITERAL_COUNT_MAX:
            run = {a + b for a in run for b in exact}
            continue
        whole = False
        best = better(better(best, needed), None if '' in run else run)
        run = exact if exact is not None else {''}
    best = better(best, None if '' in run else run)
    return (run if whole else None), best


def of_branch(branches):
    exact, needed = set(), set()
    for branch in branches:
        one_exact, one_needed = of_sequence(branch)
        exact = None if exact is None or one_exact is None else exact | one_exact
        needed = None if needed is None or one_needed is None else needed | one_needed
    if exact is not None and len(exact) > LITERAL_COUNT_MAX:
        exact = None
    return exact, needed


def of_node(kind, value):
    if kind is LITERAL:
        return {lower(chr(value))}, {lower(chr(value))}
    if kind is AT:
        return {''}, None
    if kind is IN and all(one is LITERAL for one, _ in value) and len(value) <= 6:
        texts = {lower(chr(code)) for _, code in value}
        return texts, texts
    if kind is SUBPATTERN:
        return of_sequence(value[3])
    if kind is BRANCH:
        return of_branch(value[1])
    if kind in (MAX_REPEAT, MIN_REPEAT):
        least, most, inside = value
        exact, needed = of_sequence(inside)
        if (least, most) == (0, 1) and exact is not None:
            return exact | {''}, None
        if least > 0:
            return (exact if most == 1 else None), needed
    return None, None


def literals_of(regex):
    """The set of which one must be there; empty when the rule has to be tried always."""
    needed = of_sequence(list(sre_parse.parse(regex)))[1]
    if not needed or min(len(text) for text in needed) < GRAM_SIZE:
        return set()
    return {text for text in needed
            if not any(other != text and other in text for other in needed)}


# ---- Writing ---------------------------------------------------------------------------------

def quoted(text):
    if text is None:
        return 'NULL'
    out = ''
    for byte in text.encode('utf-8'):
        plain = 32 <= byte < 127 and chr(byte) not in '"\\?'
        out += chr(byte) if plain else f'\\{byte:03o}'
    return f'"{out}"'


def write(rules, name):
    lines = [f'/* Made by tools/agent_rules.py from {name}. */', '#include "enrich/agent_rules.h"',
             '', 'const struct agent_rule agent_rules[] = {']
    uses = {}
    for index, (kind, rule) in enumerate(rules):
        literals = literals_of(rule['regex'])
        for text in literals:
            uses.setdefault(text, []).append(index)
        lines.append('    {%s, %s, %s, AGENT_%s, %s, %s},' % (
            quoted(rule['regex']), quoted(rule.get(FAMILY_KEYS[kind])),
            quoted(rule.get(VERSION_KEYS.get(kind))), kind,
            'true' if rule.get('regex_flag') == 'i' else 'false',
            'false' if literals else 'true'))
    lines += ['};', f'const size_t agent_rule_count = {len(rules)};', '',
              'const struct agent_literal agent_literals[] = {']
    pairs = [(text, index) for text in sorted(uses) for index in uses[text]]
    lines += [f'    {{{quoted(text)}, {len(text.encode())}, {index}}},' for text, index in pairs]
    lines += ['};', f'const size_t agent_literal_count = {len(pairs)};', '']
    return '\n'.join(lines)


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__.strip())
    source, out = arguments
    rules = read_rules(Path(source).read_text(encoding='utf-8'))
    Path(out).write_text(write(rules, Path(source).name), encoding='ascii')


if __name__ == '__main__':
    main(sys.argv[1:])
