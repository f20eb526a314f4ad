#!/usr/bin/env python3
"""Each rule of tidy.py, with a sample that fails and one that passes."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOL = Path(__file__).resolve().parent / 'tidy.py'
sys.path.insert(0, str(TOOL.parent))

import tidy  # noqa: E402

HOUSE = """\
# who may include whom
base:
os: base
wal: base os
exec: base os
app: *
"""

TAG = 'TO' + 'DO'  # spelled so that the rule does not read this file


def function_of(lines, signature='int f(void)'):
    """A function of so many lines, counted from its signature to its closing brace."""
    return signature + '\n{\n' + '    g();\n' * (lines - 3) + '}\n'


class TidyTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write('tools/house.txt', HOUSE)

    def write(self, path, text):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding='utf-8')

    def messages(self):
        return [f'{path}:{line}: {message}' for path, line, message in tidy.tidy(self.root)]

    def header(self, text, path='src/wal/wal.h'):
        """The findings in a tree that holds one header with this text."""
        self.write(path, text)
        return self.messages()

    def assert_one(self, messages, expected):
        self.assertEqual(len(messages), 1, messages)
        self.assertIn(expected, messages[0])


class Arrows(TidyTest):
    def test_lets_a_room_include_itself_and_its_line(self):
        self.assertEqual(self.header('#include "wal/wal_x.h"\n#include "os/os_file.h"\n'
                                     '#include <stdio.h>\n#include <sys/stat.h>\n'), [])

    def test_refuses_a_room_that_is_not_on_the_line(self):
        self.assert_one(self.header('#include "base/text.h"\n#include "exec/exec.h"\n'),
                        'src/wal/wal.h:2: wal may not include exec')

    def test_ignores_an_include_in_a_comment(self):
        self.assertEqual(self.header('/*\n#include "exec/exec.h"\n*/\n'), [])

    def test_lets_app_include_every_room(self):
        self.assertEqual(self.header('#include "exec/exec.h"\n#include "base/text.h"\n',
                                     'src/app/app.h'), [])

    def test_refuses_an_include_without_its_room(self):
        self.assert_one(self.header('#include "wal_x.h"\n'), 'does not name its room')

    def test_refuses_an_include_outside_the_house(self):
        self.assert_one(self.header('#include "web/web.h"\n'), 'is in no room')

    def test_refuses_our_header_in_angle_brackets(self):
        self.assert_one(self.header('#include <exec/exec.h>\n'), 'write it in quotes')

    def test_refuses_the_private_header_of_another_room(self):
        self.assert_one(self.header('#include "os/os_internal.h"\n'), 'is private to os')

    def test_lets_a_room_include_its_own_private_header(self):
        self.assertEqual(self.header('#include "wal/wal_internal.h"\n'), [])

    def test_refuses_a_house_whose_arrow_points_up(self):
        self.write('tools/house.txt', 'base: os\nos: base\n')
        self.assert_one(self.messages(), 'tools/house.txt:1: base lists os')

    def test_refuses_a_tree_without_a_house(self):
        os.remove(self.root / 'tools/house.txt')
        self.assert_one(self.messages(), 'list of rooms is missing')


class RawBytes(TidyTest):
    def setUp(self):
        super().setUp()
        self.write('tools/house.txt', HOUSE.replace('wal:', 'shield: base os\nwal:'))
        self.write('src/shield/README.md', '# shield\n')

    def in_shield(self, name, text):
        self.write('src/shield/meson.build', f"lib = ['{name}']\n")
        return self.header(text, f'src/shield/{name}')

    def test_refuses_the_log_where_unfiltered_bytes_are(self):
        self.assert_one(self.in_shield('admit.c', '#include "os/os_log.h"\n'),
                        'src/shield/admit.c:1: "os/os_log.h" where unfiltered bytes are')

    def test_refuses_files_where_unfiltered_bytes_are(self):
        self.assert_one(self.in_shield('admit.c', '\n#include "os/os_file.h"\n'), 'admit.c:2:')

    def test_refuses_streams_where_unfiltered_bytes_are(self):
        text = 'void f(void)\n{\n    fprintf(g, "");\n}\n'
        self.assert_one(self.in_shield('admit.c', text), 'fprintf() where unfiltered bytes are')

    def test_lets_text_be_formatted_into_memory(self):
        text = 'void f(void)\n{\n    snprintf(a, 1, "");\n    buffer_printf(a, "");\n}\n'
        self.assertEqual(self.in_shield('admit.c', text), [])

    def test_lets_findings_be_written(self):
        self.assertEqual(self.in_shield('shield_finding_file.c', '#include "os/os_file.h"\n'), [])

    def test_lets_other_rooms_write(self):
        self.assertEqual(self.header('#include "os/os_file.h"\n'), [])


class TestArrows(TidyTest):
    def test_lets_a_test_include_its_room_the_line_and_the_support(self):
        self.assertEqual(self.header('#include "wal/wal.h"\n#include "os/os_file.h"\n'
                                     '#include "support/rows.h"\n', 'test/unit/wal/x.h'), [])

    def test_refuses_a_test_that_reaches_further(self):
        self.assert_one(self.header('#include "exec/exec.h"\n', 'test/unit/wal/x.h'),
                        'wal may not include exec')

    def test_refuses_a_test_that_reaches_inside(self):
        self.assert_one(self.header('#include "wal/wal_internal.h"\n', 'test/unit/wal/x.h'),
                        'is private to wal')

    def test_lets_a_test_include_a_header_beside_it(self):
        self.write('test/unit/wal/samples.h', '')
        self.assertEqual(self.header('#include "samples.h"\n', 'test/unit/wal/x.h'), [])

    def test_refuses_support_in_the_server(self):
        self.assert_one(self.header('#include "support/rows.h"\n'), 'is in no room')


class Functions(TidyTest):
    def test_lets_a_function_of_seventy_lines_pass(self):
        self.assertEqual(self.header(function_of(70)), [])

    def test_refuses_a_function_of_seventy_one_lines(self):
        self.assert_one(self.header('\n' + function_of(71)), 'wal.h:2: a function of 71 lines')

    def test_counts_a_signature_of_several_lines(self):
        self.assert_one(self.header(function_of(70, 'int f(int a,\n      int b)')), '71 lines')

    def test_lets_a_marked_dispatcher_pass(self):
        self.assertEqual(self.header('/* One case per kind. tidy: dispatch */\n'
                                     + function_of(90)), [])

    def test_reads_the_mark_of_this_function_only(self):
        text = '/* tidy: dispatch */\n' + function_of(90) + '\n/* Plain. */\n' + function_of(90)
        self.assert_one(self.header(text), 'wal.h:94: a function of 90 lines')

    def test_is_not_misled_by_braces_in_texts(self):
        self.assertEqual(self.header('int f(void)\n{\n    puts("}\\n{");\n}\n'
                                     + function_of(69, 'int g(void)')), [])


class Files(TidyTest):
    def test_refuses_over_a_thousand_lines_whatever_the_reason(self):
        text = '/* This file has over 600 lines because it is a table. */\n' + '\n' * 1000
        self.assert_one(self.header(text), 'wal.h:1: 1001 lines')

    def test_refuses_over_six_hundred_lines_without_a_reason(self):
        self.assert_one(self.header('/* A table. */\n' + '\n' * 600), 'wal.h:1: 601 lines')

    def test_lets_a_reason_pass(self):
        text = '/* A table of\n * over 600 lines\n * because the standard is long. */\n'
        self.assertEqual(self.header(text + '\n' * 700), [])

    def test_lets_six_hundred_lines_pass(self):
        self.assertEqual(self.header('\n' * 600), [])

    def test_lets_a_hundred_columns_pass(self):
        self.assertEqual(self.header('/* ' + 'ä' * 94 + ' */\n'), [])

    def test_refuses_a_hundred_and_one_columns(self):
        self.assert_one(self.header('\n/* ' + 'a' * 95 + ' */\n'), 'wal.h:2: 101 columns')

    def test_refuses_a_loose_end_without_a_number(self):
        self.assert_one(self.header(f'/* {TAG}: later */\n'), f'wal.h:1: {TAG} without a number')

    def test_lets_a_numbered_loose_end_pass(self):
        self.assertEqual(self.header(f'/* {TAG}(#12): later */\nint {TAG}_count(void);\n'), [])


class Calls(TidyTest):
    def call(self, call, path='src/wal/wal.h'):
        return self.header(f'static inline void f(void)\n{{\n    {call};\n}}\n', path)

    def test_names_what_to_call_instead(self):
        for call, advice in [('malloc(1)', 'use base/memory.h'), ('free(x)', 'use base/memory.h'),
                             ('sprintf(a, b)', 'use text_* or buffer_*'),
                             ('atoi(a)', 'use text_* or buffer_*'),
                             ('x = time(NULL)', 'only os/ asks the clock'),
                             ('rename(a, b)', 'only os/ touches files'),
                             ('getrandom(a, 1, 0)', 'only os/ asks for randomness'),
                             ('pthread_mutex_lock(&m)', 'only os/ touches threads'),
                             ('localtime_r(&t, &tm)', 'use base/calendar.h')]:
            with self.subTest(call):
                self.assert_one(self.call(call), advice)

    def test_gives_the_line(self):
        self.assert_one(self.call('free(x)'), 'src/wal/wal.h:3: free() is banned')

    def test_lets_longer_names_members_and_assertions_pass(self):
        for call in ['wal_open(x)', 'x->read(y)', 'x.write(y)', 'assert(x)', 'event_time(x)',
                     'memory_free(x)', 'reopen(x)', 'free_list = x', 'os_file_sync(x)']:
            with self.subTest(call):
                self.assertEqual(self.call(call), [])

    def test_ignores_comments_and_texts(self):
        self.assertEqual(self.call('g("malloc(1)", \'"\'); /* free(x) */ // open(x)\n    g()'), [])

    def test_lets_os_reach_the_kernel_but_not_the_heap(self):
        self.assertEqual(self.call('pwrite(a, b, c, d)', 'src/os/os_file.h'), [])
        self.assert_one(self.call('malloc(1)', 'src/os/os_file.h'), 'malloc() is banned')

    def test_lets_the_one_place_of_memory_use_the_heap(self):
        self.write('src/base/README.md', '')
        self.write('src/base/meson.build', "files('memory.c')\n")
        self.assertEqual(self.call('x = malloc(1)', 'src/base/memory.c'), [])

    def test_lets_tests_use_files_but_not_unbounded_texts(self):
        self.assertEqual(self.call('fopen(a, b)', 'test/support/rows.h'), [])
        self.assert_one(self.call('strcpy(a, b)', 'test/support/rows.h'), 'takes a bound')


class Types(TidyTest):
    def test_refuses_a_typedef_of_a_struct(self):
        self.assert_one(self.header('typedef struct wal wal_t;\n'), 'typedef of a struct')

    def test_lets_a_typedef_of_a_function_pass(self):
        self.assertEqual(self.header('typedef int wal_reader(struct wal *wal);\n'), [])


class Variables(TidyTest):
    def test_refuses_state_at_file_scope(self):
        for text in ['static int count;', 'static int count = 0;', 'int count;',
                     'static struct wal wal;', 'static const char *current;',
                     'static _Thread_local int depth;', 'static uint8_t table[4] = {1, 2};',
                     'static int (*hook)(int a) = NULL;', 'struct {\n    int a;\n} shared;',
                     'static const char *names[] = {"a", "b"};']:
            with self.subTest(text):
                self.assert_one(self.header(text + '\n'), 'wal.h:1: a mutable variable')

    def test_lets_what_cannot_change_pass(self):
        for text in ['static const int count = 1;', 'static const char *const names[] = {"a"};',
                     'static const struct {\n    int a;\n} table[] = {{1}, {2}};',
                     'static int (*const hook)(int a) = f;', 'extern const int limits[];',
                     'static int f(int a);', 'int f(int (*visit)(int a), int b);',
                     'struct wal;', 'struct wal {\n    int a;\n    int (*read)(int b);\n};',
                     'enum wal_kind { WAL_A = 1, WAL_B };', 'typedef int wal_reader(int a);',
                     '_Static_assert(sizeof(int) == 4, "int");',
                     'struct wal {\n    int a;\n} __attribute__((packed));',
                     '#define WAL_INIT \\\n    static int x;', '/* static int count; */',
                     'static inline int f(int a)\n{\n    int b = a;\n    return b;\n}']:
            with self.subTest(text):
                self.assertEqual(self.header(text + '\n'), [])

    def test_refuses_state_after_a_function(self):
        self.assert_one(self.header(function_of(5) + '\nstatic int count;\n'), 'wal.h:7: ')

    def test_refuses_state_inside_a_function(self):
        text = 'int f(void)\n{\n    static int count = 0;\n    static const int a = 1;\n}\n'
        self.assert_one(self.header(text), 'wal.h:3: a mutable static variable')

    def test_lets_app_the_log_and_ordered_faults_keep_state(self):
        self.write('src/os/README.md', '')
        self.write('src/os/meson.build', "files('os_log.c', 'os_fault.c')\n")
        for path in ['src/app/app.h', 'src/os/os_log.c', 'src/os/os_fault.c']:
            self.assertEqual(self.header('static int count;\n', path), [])


class Listing(TidyTest):
    def test_refuses_a_file_that_no_build_lists(self):
        self.write('src/wal/README.md', '')
        self.write('src/wal/meson.build', "files('wal.c') # not 'wal_dead.c'\n")
        self.write('src/wal/wal.c', '')
        self.assert_one(self.header('', 'src/wal/wal_dead.c'), 'wal_dead.c:1: no meson.build')

    def test_lets_a_test_be_listed_by_its_stem(self):
        self.write('test/unit/wal/meson.build', "foreach name : ['wal_test']\nendforeach\n")
        self.assertEqual(self.header('', 'test/unit/wal/wal_test.c'), [])

    def test_refuses_a_test_that_no_build_lists(self):
        self.assert_one(self.header('', 'test/unit/wal/wal_test.c'), 'no meson.build')

    def test_refuses_two_files_of_one_name(self):
        self.write('src/os/wal.h', '')
        self.assert_one(self.header(''), 'src/wal/wal.h:1: src/os/wal.h has the same name')

    def test_lets_every_room_have_its_build_and_readme(self):
        for room in ['os', 'wal']:
            self.write(f'src/{room}/meson.build', '')
            self.write(f'src/{room}/README.md', '')
        self.assertEqual(self.messages(), [])


class Rooms(TidyTest):
    def test_refuses_a_folder_without_a_job(self):
        self.assertTrue(any('called utils has no job' in message
                            for message in self.header('', 'src/utils/x.h')))

    def test_refuses_a_room_that_is_not_in_the_house(self):
        self.assert_one(self.header('', 'src/web/web.h'), 'web is no room yet')

    def test_refuses_code_without_a_readme(self):
        self.write('src/wal/meson.build', "files('wal.c')\n")
        self.assert_one(self.header('', 'src/wal/wal.c'), 'src/wal/README.md:1: wal has code')

    def test_lets_headers_wait_for_their_readme(self):
        self.assertEqual(self.header(''), [])

    def test_refuses_a_long_readme(self):
        self.assertEqual(self.header('\n' * 150, 'src/wal/README.md'), [])
        self.assert_one(self.header('\n' * 151, 'src/wal/README.md'), 'README.md:151: 151 lines')


class Tool(TidyTest):
    def run_tool(self):
        return subprocess.run([sys.executable, TOOL, self.root], capture_output=True, text=True,
                              check=False)

    def test_is_silent_when_all_is_well(self):
        self.header('int f(void);\n')
        result = self.run_tool()
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, '', ''))

    def test_fails_with_one_line_per_finding(self):
        self.header('static int a;\nstatic int b;\n')
        result = self.run_tool()
        self.assertEqual(result.returncode, 1)
        self.assertEqual(len(result.stdout.splitlines()), 2)

    def test_skips_what_others_made(self):
        for folder in ['build', 'build-asan', '.dev', 'web/node_modules']:
            self.write(f'{folder}/x.h', 'typedef struct x x;\n')
        self.assertEqual(self.messages(), [])


if __name__ == '__main__':
    unittest.main()
