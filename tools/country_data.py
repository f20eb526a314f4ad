#!/usr/bin/env python3
"""Pack the country file into the program, so that it needs no other file.

    tools/country_data.py FILE.mmdb OUT.gz OUT.S

OUT.gz is the file packed, the same bytes at every run. OUT.S puts them between the symbols that
src/enrich/country_built_in.c names: as C, four million bytes would take a compiler half a minute.
"""

import gzip
import sys
from pathlib import Path

ASSEMBLY = """\
/* Made by tools/country_data.py. */
    .section .rodata
    .global country_data_begin
    .global country_data_end
country_data_begin:
    .incbin "{path}"
country_data_end:
    .byte 0
    .section .note.GNU-stack, "", %progbits
"""


def main(arguments):
    if len(arguments) != 3:
        sys.exit(__doc__.strip())
    source, packed, assembly = (Path(path) for path in arguments)
    packed.write_bytes(gzip.compress(source.read_bytes(), 9, mtime=0))
    assembly.write_text(ASSEMBLY.format(path=packed.resolve()), encoding='utf-8')


if __name__ == '__main__':
    main(sys.argv[1:])
