#!/usr/bin/env python3
"""Join the parts of the native client into the one source file that programs copy.

    tools/amalgamate.py [--check]

Writes sdk/c/candor.c from sdk/c/parts; with --check it only says whether that is what stands there.
"""

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / 'sdk' / 'c'
PARTS = ('head', 'bytes', 'json', 'guard', 'address', 'property', 'queue', 'state', 'record',
         'send', 'calls')
FIRST_LINE = '/* Made by tools/amalgamate.py from sdk/c/parts: change those, not this. */\n'


def joined():
    parts = [(FOLDER / 'parts' / f'part_{name}.c').read_text(encoding='utf-8') for name in PARTS]
    return FIRST_LINE + '\n'.join(parts)


def main(arguments):
    if arguments not in ([], ['--check']):
        sys.exit(__doc__.strip())
    out = FOLDER / 'candor.c'
    if not arguments:
        out.write_text(joined(), encoding='utf-8')
    elif not out.exists() or out.read_text(encoding='utf-8') != joined():
        sys.exit('sdk/c/candor.c is not what its parts make: run tools/amalgamate.py')


if __name__ == '__main__':
    main(sys.argv[1:])
