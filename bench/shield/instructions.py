#!/usr/bin/env python3
"""bench/shield/instructions.py SHIELD_BENCH: what hostile values cost, in instructions a byte.

Runs `shield_bench count` under callgrind, which counts whatever else the machine does. It looks for
the function shield_admit, so give it a build without link-time optimisation.
20 MB/s is 180 instructions a byte at 2.5 GHz and 1.5 instructions a cycle. Where they go in one
family: valgrind --tool=callgrind --toggle-collect=shield_admit SHIELD_BENCH count 'form pairs'.
"""

import argparse
import re
import subprocess
import tempfile
from pathlib import Path


def cost(path):
    """Of one admission."""
    return int(re.search(r'^(?:summary|totals): (\d+)', path.read_text(), re.M)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('program')
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / 'profile'
        command = ['valgrind', '--tool=callgrind', f'--callgrind-out-file={out}',
                   '--toggle-collect=shield_admit', '--dump-after=shield_admit',
                   '--compress-strings=no', '--compress-pos=no',
                   words.program, 'count']
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              check=True, text=True)
        families = re.findall(r'^counted (.*) of (\d+): (\w+)$', done.stdout, re.M)
        for i, (name, size, fate) in enumerate(families):
            half = cost(Path(f'{out}.{3 * i + 2}'))
            whole = cost(Path(f'{out}.{3 * i + 3}'))
            print(f'{name:24} {whole / int(size):8.1f} instructions a byte   '
                  f'count(2n)/count(n) {whole / half:5.2f}   {fate}')


main()
