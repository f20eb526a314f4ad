#!/usr/bin/env python3
"""The native client's one source file is what its parts make."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import amalgamate  # noqa: E402


class Amalgamate(unittest.TestCase):
    def test_the_file_in_the_tree_is_fresh(self):
        stored = (amalgamate.FOLDER / 'candor.c').read_text(encoding='utf-8')
        self.assertEqual(stored, amalgamate.joined(), 'run tools/amalgamate.py')

    def test_every_part_is_joined(self):
        stems = [path.stem for path in (amalgamate.FOLDER / 'parts').iterdir()]
        names = {stem.removeprefix('part_') for stem in stems}
        self.assertEqual(names, set(amalgamate.PARTS))


if __name__ == '__main__':
    unittest.main()
