#!/usr/bin/env python3
"""Turn the browser SDK's built files into C, so that the program serves them by itself.

    tools/embed_sdk.py OUT.c [PACKAGE.json FILE...]

OUT.c defines what src/api/sdk.h declares: the version that PACKAGE.json names, and each file plain
and gzipped, with its hash for <script integrity>. Without files there is no SDK in the program.
One input gives one output, byte for byte.
"""

import base64
import gzip
import hashlib
import json
import re
import sys
from pathlib import Path

from embed import array_of

VERSION = re.compile(r'[0-9A-Za-z][0-9A-Za-z.-]{0,30}')


def version_of(package):
    version = json.loads(Path(package).read_text(encoding='utf-8'))['version']
    if not VERSION.fullmatch(version):
        sys.exit(f'embed_sdk.py: {package} names no version')
    return version


def integrity_of(script):
    return 'sha384-' + base64.b64encode(hashlib.sha384(script).digest()).decode()


def row_of(place, name, script, packed):
    integrity = integrity_of(script)
    return (f'    {{\n        TEXT_INIT("{name}"),\n'
            f'        {{file_{place}, {len(script)}}}, {{gzip_{place}, {len(packed)}}},\n'
            f'        "{integrity}", "W/\\"{integrity[7:39]}\\"",\n    }},\n')


def source_of(version, scripts):
    """scripts: pairs of a name and its bytes."""
    text = ['/* Made by tools/embed_sdk.py. */\n#include "api/sdk.h"\n\n']
    rows = []
    for place, (name, script) in enumerate(scripts):
        packed = gzip.compress(script, 9, mtime=0)
        text += [array_of(f'file_{place}', script), '\n', array_of(f'gzip_{place}', packed), '\n']
        rows.append(row_of(place, name, script, packed))
    text.append(f'const char sdk_version[] = "{version}";\n')
    text.append('const struct sdk_file sdk_files[] = {\n')
    text += rows or ['    {.etag = ""}, /* C allows no empty array */\n']
    text.append(f'}};\nconst size_t sdk_file_count = {len(scripts)};\n')
    return ''.join(text)


def main(arguments):
    if len(arguments) == 0 or len(arguments) == 2:
        sys.exit(__doc__.strip())
    out, *inputs = arguments
    version = version_of(inputs[0]) if inputs else ''
    scripts = [(Path(path).name, Path(path).read_bytes()) for path in inputs[1:]]
    Path(out).write_text(source_of(version, scripts), encoding='ascii')


if __name__ == '__main__':
    main(sys.argv[1:])
