"""The tests of embed_sdk.py; run them by `python3 -m unittest discover -s tools -p '*_test.py'`."""

import base64
import gzip
import hashlib
import json
import re
import tempfile
import unittest
from pathlib import Path

import embed_sdk


def bytes_of(source, name):
    """The array's bytes, read back from the C."""
    numbers = re.search(r'char %s\[\] = \{(.*?)\};' % name, source, re.S)[1].split(',')
    return bytes(int(number) % 256 for number in numbers if number.strip())


class EmbedSdkTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.out = self.folder / 'out.c'

    def write(self, name, contents):
        path = self.folder / name
        path.write_bytes(contents)
        return str(path)

    def package(self, version):
        return self.write('package.json', json.dumps({'version': version}).encode())

    def test_gives_the_bytes_back(self):
        script = bytes(range(256)) * 3
        embed_sdk.main([str(self.out), self.package('1.2.3'), self.write('candor.js', script)])
        source = self.out.read_text(encoding='ascii')
        self.assertEqual(bytes_of(source, 'file_0'), script)
        self.assertEqual(gzip.decompress(bytes_of(source, 'gzip_0')), script)
        digest = base64.b64encode(hashlib.sha384(script).digest()).decode()
        self.assertIn(f'"sha384-{digest}"', source)
        self.assertIn('sdk_version[] = "1.2.3"', source)
        self.assertIn('sdk_file_count = 1', source)

    def test_gives_the_same_each_time(self):
        arguments = [str(self.out), self.package('1.0.0'), self.write('candor.js', b'x' * 5000)]
        embed_sdk.main(arguments)
        first = self.out.read_bytes()
        embed_sdk.main(arguments)
        self.assertEqual(self.out.read_bytes(), first)

    def test_makes_a_program_without_the_sdk(self):
        embed_sdk.main([str(self.out)])
        source = self.out.read_text(encoding='ascii')
        self.assertIn('sdk_version[] = ""', source)
        self.assertIn('sdk_file_count = 0', source)

    def test_refuses_a_version_that_is_no_part_of_a_path(self):
        for version in ['', '../x', '1/2', 'a"b', '1' * 40]:
            with self.assertRaises(SystemExit):
                embed_sdk.main([str(self.out), self.package(version),
                                self.write('candor.js', b'')])


if __name__ == '__main__':
    unittest.main()
