#!/usr/bin/env python3
"""Turn what a drill's site gives into C: its page, and the broken browser SDK.

    tools/embed_drill.py OUT.c PAGE.html [BROKEN.js]

OUT.c defines what src/trust/drill_site.h declares. Without a script the SDK is empty. One input
gives one output, byte for byte.
"""

import sys
from pathlib import Path

from embed import array_of


def main(arguments):
    if len(arguments) not in (2, 3):
        sys.exit(__doc__.strip())
    out, page, *script = arguments
    parts = {'drill_page': Path(page).read_bytes(),
             'drill_broken_sdk': Path(script[0]).read_bytes() if script else b''}
    text = ['/* Made by tools/embed_drill.py. */\n#include "trust/drill_site.h"\n\n']
    for name, part in parts.items():
        text.append(array_of(f'{name}_bytes', part))
        text.append(f'const struct text {name} = {{{name}_bytes, {len(part)}}};\n')
    Path(out).write_text(''.join(text), encoding='ascii')


if __name__ == '__main__':
    main(sys.argv[1:])
