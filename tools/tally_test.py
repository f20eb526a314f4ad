#!/usr/bin/env python3
"""What tally.py counts in the reports of each runner."""

import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import tally  # noqa: E402

CMOCKA = """\
[==========] Running 3 test(s).
[ RUN      ] keeps_order
[       OK ] keeps_order
[ RUN      ] refuses_junk
[  FAILED  ] refuses_junk
[ RUN      ] is_slow
[  SKIPPED ] is_slow
[==========] 3 test(s) run.
"""


def program(result='OK', stdout='', stderr='', title='candor:unit+wal / wal_test'):
    return json.dumps({'name': title, 'result': result, 'stdout': stdout, 'stderr': stderr}) + '\n'


class TallyTest(unittest.TestCase):
    def tally(self, **reports):
        """Run over reports named `stem_suffix=text`; gives the exit status and the lines."""
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for name, text in reports.items():
                path = Path(folder) / '.'.join(name.rsplit('_', 1))
                path.write_text(text, encoding='utf-8')
                paths.append(str(path))
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                status = tally.main(paths)
        return status, output.getvalue().splitlines()

    def assert_total(self, expected, status, **reports):
        found, lines = self.tally(**reports)
        self.assertEqual((lines[-1], found), (expected, status), lines)
        return lines

    def test_counts_the_cases_of_a_cmocka_program(self):
        lines = self.assert_total('1 passed, 1 failed', 1,
                                  meson_json=program('FAIL', CMOCKA, 'a.c:6: Failure!'))
        self.assertIn('failed: wal_test: refuses_junk', lines)
        self.assertIn('    a.c:6: Failure!', lines)

    def test_counts_the_case_in_which_a_program_died(self):
        self.assert_total('1 passed, 1 failed', 1, meson_json=program(
            'FAIL', '[ RUN      ] a\n[       OK ] a\n[ RUN      ] b\n'))

    def test_counts_a_failure_after_the_last_case(self):
        self.assert_total('1 passed, 1 failed', 1, meson_json=program(
            'FAIL', '[ RUN      ] a\n[       OK ] a\n', 'a leak'))

    def test_takes_a_count_of_the_programs_own(self):
        self.assert_total('41 passed, 0 failed', 0,
                          meson_json=program('OK', 'a\n41 passed, 0 failed\n'))

    def test_counts_a_silent_program_once(self):
        self.assert_total('1 passed, 1 failed', 1,
                          meson_json=program('OK') + program('TIMEOUT'))

    def test_leaves_out_what_was_skipped(self):
        self.assert_total('0 passed, 0 failed', 1, meson_json=program('SKIP'))

    def test_groups_by_the_first_suite(self):
        lines = self.assert_total('3 passed, 0 failed', 0, meson_json=(
            program() + program(title='candor:crash / tear') + program(title='alone')))
        self.assertEqual([line.split()[0] for line in lines], ['unit', 'crash', 'other', '3'])

    def test_counts_a_node_report(self):
        lines = self.assert_total('5 passed, 2 failed', 1, e2e_tap=(
            '    not ok 2 - two\n      ---\n      error: no answer\n      ...\n'
            'not ok 1 - group\n  ---\n  failureType: subtestsFailed\n  ...\n'
            '# tests 8\n# pass 5\n# fail 1\n# cancelled 1\n# skipped 1\n'))
        self.assertEqual(lines[:2], ['failed: two', '          error: no answer'])
        self.assertNotIn('failed: group', lines)

    def test_takes_an_empty_node_report_for_a_failure(self):
        self.assert_total('0 passed, 1 failed', 1, e2e_tap='TAP version 13\n')

    def test_counts_a_unittest_report(self):
        self.assert_total('54 passed, 3 failed', 1, tools_unittest=(
            'Ran 57 tests in 0.4s\n\nFAILED (failures=1, errors=2)\n'))
        self.assert_total('57 passed, 0 failed', 0, tools_unittest='Ran 57 tests in 1s\n\nOK\n')

    def test_counts_a_step_that_failed(self):
        self.assert_total('1 passed, 1 failed', 1, meson_json=program(),
                          build_failed='building: see the log')

    def test_refuses_a_run_without_a_case(self):
        self.assert_total('0 passed, 0 failed', 1)


if __name__ == '__main__':
    unittest.main()
