#!/usr/bin/env python3
"""Count test cases, whoever ran them, and say which failed.

    tools/tally.py FILE...

Reads what the runners left, told apart by the ending of the file's name:

    .json      Meson's testlog.json. A program counts its cases as cmocka prints them, or with a
               line of its own, `N passed, N failed`; one that prints neither is one case.
    .tap       the TAP report of node's test runner
    .unittest  the output of python's unittest
    .failed    a step that failed before it could run a case; the text says which

The last line is `N passed, N failed`; exit status 1 if a case failed or none ran.
"""

import json
import re
import sys
from pathlib import Path

OUTPUT_LINES_MAX = 40  # of a failed program's output

CMOCKA_RUN = re.compile(r'\[ RUN      \] (\S+)')
CMOCKA_END = re.compile(r'\[(?:       OK|  SKIPPED) \] (\S+)')
CMOCKA_OK = '[       OK ] '
OWN_COUNT = re.compile(r'^(\d+) passed, (\d+) failed$', re.M)


class Tally:
    def __init__(self):
        self.groups = {}  # name -> [passed, failed]
        self.failures = []  # texts, each for a person to read

    def count(self, group, passed, failed, failure=''):
        counts = self.groups.setdefault(group, [0, 0])
        counts[0] += passed
        counts[1] += failed
        if failed:
            self.failures.append(failure)

    def total(self, which):
        return sum(counts[which] for counts in self.groups.values())


def count_meson(tally, path):
    for line in path.read_text(encoding='utf-8', errors='replace').splitlines():
        program = json.loads(line)
        if program['result'] in ('SKIP', 'EXPECTEDFAIL'):
            continue
        output = program.get('stdout', '')
        passed, failed, names = count_program(output)
        if program['result'] != 'OK' and not failed:
            failed = 1  # it stopped before, between or after its cases
        elif not passed and not failed:
            passed = 1
        suite, name = split_title(program['name'])
        tally.count(suite, passed, failed,
                    f'{name}: {", ".join(names) or program["result"].lower()}\n'
                    + last_lines(output + program.get('stderr', '')))


def split_title(title):
    """Meson writes `candor:unit+wal / wal_test`; the first suite tells the kind of a test."""
    suites, _, name = title.rpartition(' / ')
    return (suites.split(':')[-1].split('+')[0] or 'other'), name


def count_program(output):
    """Cases passed and failed, and the names of the failed, from one program's output."""
    begun = CMOCKA_RUN.findall(output)
    if begun:
        failed = list(begun)
        for name in CMOCKA_END.findall(output):
            if name in failed:
                failed.remove(name)
        return output.count(CMOCKA_OK), len(failed), failed
    own = OWN_COUNT.findall(output)
    if own:
        return int(own[-1][0]), int(own[-1][1]), []
    return 0, 0, []


def count_tap(tally, path):
    text = path.read_text(encoding='utf-8', errors='replace')
    figures = dict(re.findall(r'^# (pass|fail|cancelled) (\d+)$', text, re.M))
    passed = int(figures.get('pass', 0))
    failed = int(figures.get('fail', 0)) + int(figures.get('cancelled', 0))
    if not figures:
        failed = 1
    details = '\nfailed: '.join(failed_in_tap(text))
    tally.count(path.stem, passed, failed, details or f'{path.stem}: the runner did not finish')


def failed_in_tap(text):
    """Each failed case with what its report says, less the cases that only hold a failed one."""
    for name, block in re.findall(r'^ *not ok \d+ - ([^\n]*)\n *---\n(.*?)^ *\.\.\.$', text,
                                  re.M | re.S):
        if 'subtestsFailed' not in block:
            yield name + '\n' + first_lines(block)


def count_unittest(tally, path):
    text = path.read_text(encoding='utf-8', errors='replace')
    ran = re.search(r'^Ran (\d+) tests?', text, re.M)
    figures = re.search(r'^FAILED \((.*)\)', text, re.M)
    failed = 0 if ran else 1
    if figures:
        failed += sum(int(count) for count in re.findall(r'(?:failures|errors)=(\d+)',
                                                         figures.group(1)))
    passed = max(0, int(ran.group(1)) - failed) if ran else 0
    tally.count(path.stem, passed, failed, f'{path.stem}\n' + last_lines(text))


def count_failed_step(tally, path):
    tally.count(path.stem, 0, 1, path.read_text(encoding='utf-8', errors='replace').strip())


READERS = {
    '.json': count_meson,
    '.tap': count_tap,
    '.unittest': count_unittest,
    '.failed': count_failed_step,
}


def first_lines(text):
    return indented(text.rstrip().splitlines()[:OUTPUT_LINES_MAX])


def last_lines(text):
    return indented(text.rstrip().splitlines()[-OUTPUT_LINES_MAX:])


def indented(lines):
    return '\n'.join('    ' + line for line in lines)


def main(arguments):
    tally = Tally()
    for name in arguments:
        path = Path(name)
        READERS[path.suffix](tally, path)
    for failure in tally.failures:
        print(f'failed: {failure}')
    for group, (passed, failed) in tally.groups.items():
        print(f'  {group:<14} {passed:>6} passed, {failed} failed')
    passed, failed = tally.total(0), tally.total(1)
    print(f'{passed} passed, {failed} failed')
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
