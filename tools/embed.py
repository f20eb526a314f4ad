#!/usr/bin/env python3
"""Turn one HTML file into C, so that the program serves it without any other file.

    tools/embed.py PAGE.html OUT.c NAME

The file is cut at its markers `<!--{word}-->`, which are left out: the program writes something of
its own at each. OUT.c defines what NAME.h declares: the parts in their order, and the hashes of
the page's one <style> and one <script>, for its Content-Security-Policy.
"""

import base64
import hashlib
import re
import sys
from pathlib import Path

MARKER = re.compile(rb'<!--\{[a-z-]+\}-->\n?')
BYTES_PER_LINE = 20


def hash_of(page, tag):
    """The CSP source expression of the only element with this tag."""
    found = re.findall(rb'<%s>(.*?)</%s>' % (tag, tag), page, re.S)
    if len(found) != 1:
        sys.exit(f'embed.py: the page has {len(found)} <{tag.decode()}> elements, expected one')
    digest = base64.b64encode(hashlib.sha256(found[0]).digest()).decode()
    return f"'sha256-{digest}'"


def array_of(name, part):
    """A char array: numbers, because C allows no long literals."""
    numbers = [str(byte if byte < 128 else byte - 256) for byte in part] or ['0']
    lines = [', '.join(numbers[i:i + BYTES_PER_LINE])
             for i in range(0, len(numbers), BYTES_PER_LINE)]
    return f'static const char {name}[] = {{\n    ' + ',\n    '.join(lines) + ',\n};\n'


def main(arguments):
    if len(arguments) != 3:
        sys.exit(__doc__.strip())
    source, out, name = arguments
    page = Path(source).read_bytes()
    parts = MARKER.split(page)
    text = [f'/* Made by tools/embed.py from {Path(source).name}. */\n',
            f'#include "api/{name}.h"\n\n']
    text += [array_of(f'part_{i}', part) + '\n' for i, part in enumerate(parts)]
    text.append(f'const struct text {name}_parts[] = {{\n')
    text += [f'    {{part_{i}, {len(part)}}},\n' for i, part in enumerate(parts)]
    text.append('};\n')
    text.append(f'const size_t {name}_part_count = {len(parts)};\n')
    text.append(f'const char {name}_style_hash[] = "{hash_of(page, b"style")}";\n')
    text.append(f'const char {name}_script_hash[] = "{hash_of(page, b"script")}";\n')
    Path(out).write_text(''.join(text), encoding='ascii')


if __name__ == '__main__':
    main(sys.argv[1:])
