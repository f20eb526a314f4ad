"""The tests of embed_drill.py: `python3 -m unittest discover -s tools -p '*_test.py'`."""

import re
import tempfile
import unittest
from pathlib import Path

import embed_drill


def bytes_of(source, name):
    """The array's bytes, as many as the text says, read back from the C."""
    numbers = re.search(r'char %s_bytes\[\] = \{(.*?)\};' % name, source, re.S)[1].split(',')
    size = int(re.search(r'text %s = \{%s_bytes, (\d+)\}' % (name, name), source)[1])
    return bytes(int(number) % 256 for number in numbers if number.strip())[:size]


class EmbedDrillTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.out = self.folder / 'out.c'
        self.page = self.folder / 'page.html'
        self.page.write_bytes(bytes(range(256)))

    def run_it(self, *inputs):
        embed_drill.main([str(path) for path in (self.out, *inputs)])
        return self.out.read_text(encoding='ascii')

    def test_gives_the_bytes_back(self):
        script = self.folder / 'broken.js'
        script.write_bytes('candor="å"'.encode())
        source = self.run_it(self.page, script)
        self.assertEqual(bytes_of(source, 'drill_page'), bytes(range(256)))
        self.assertEqual(bytes_of(source, 'drill_broken_sdk'), script.read_bytes())

    def test_without_an_sdk_there_is_none(self):
        self.assertEqual(bytes_of(self.run_it(self.page), 'drill_broken_sdk'), b'')

    def test_refuses_other_counts_of_files(self):
        for inputs in ([], [self.page, self.page, self.page]):
            with self.assertRaises(SystemExit):
                self.run_it(*inputs)


if __name__ == '__main__':
    unittest.main()
