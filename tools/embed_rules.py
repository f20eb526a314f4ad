#!/usr/bin/env python3
"""Turn the shield's rules into C, so that the program needs no other file.

    tools/embed_rules.py OUT.c FILE…

OUT.c defines what shield/shield_builtin.h declares: shield_builtin_rules is every FILE that ends
in .rules, joined in the order of their names; shield_builtin_keys is the one called keys.txt.
"""

import sys
from pathlib import Path

BYTES_PER_LINE = 20


def array_of(name, content):
    """A char array: numbers, because C allows no long literals."""
    numbers = [str(byte if byte < 128 else byte - 256) for byte in content] or ['0']
    lines = [', '.join(numbers[i:i + BYTES_PER_LINE])
             for i in range(0, len(numbers), BYTES_PER_LINE)]
    return f'static const char {name}[] = {{\n    ' + ',\n    '.join(lines) + ',\n};\n'


def text_of(name, files):
    """The files joined, each ending its last line."""
    parts = [path.read_bytes() for path in sorted(files, key=lambda path: path.name)]
    content = b''.join(part if part.endswith(b'\n') else part + b'\n' for part in parts)
    return (array_of(f'{name}_bytes', content)
            + f'const struct text {name} = {{{name}_bytes, {len(content)}}};\n')


def main(arguments):
    if len(arguments) < 2:
        sys.exit(__doc__.strip())
    out, *files = map(Path, arguments)
    rules = [file for file in files if file.suffix == '.rules']
    keys = [file for file in files if file.name == 'keys.txt']
    out.write_text('/* Made by tools/embed_rules.py. */\n#include "shield/shield_builtin.h"\n\n'
                   + text_of('shield_builtin_rules', rules) + '\n'
                   + text_of('shield_builtin_keys', keys), encoding='ascii')


if __name__ == '__main__':
    main(sys.argv[1:])
