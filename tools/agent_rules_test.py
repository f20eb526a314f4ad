#!/usr/bin/env python3
"""agent_rules.py: what it reads, the literals it finds, the C it writes."""

import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import agent_rules  # noqa: E402

SAMPLE = """\
# a comment
user_agent_parsers:
  #### A HEADING ####
  - regex: '(Name)/(\\d+)'

  - regex: 'It''s (one)' # behind
    family_replacement: "Other's"
    v1_replacement: '7'
os_parsers:
  - regex: 'System'
    os_replacement: 'System $1'
device_parsers:
  - regex: 'Device'
    regex_flag: 'i'
    device_replacement: 'D'
    brand_replacement: 'B'
"""


class Reading(unittest.TestCase):
    def test_reads_the_forms_of_uap_core(self):
        self.assertEqual(agent_rules.read_rules(SAMPLE), [
            ('BROWSER', {'regex': '(Name)/(\\d+)'}),
            ('BROWSER', {'regex': "It's (one)", 'family_replacement': "Other's",
                         'v1_replacement': '7'}),
            ('OS', {'regex': 'System', 'os_replacement': 'System $1'}),
            ('DEVICE', {'regex': 'Device', 'regex_flag': 'i', 'device_replacement': 'D',
                        'brand_replacement': 'B'}),
        ])

    def test_refuses_another_form(self):
        for line in ["  - regex: |", "  - regex: plain", "\tkey: 'a'", "- 'a'", '  - regex: "\\d"']:
            with self.assertRaises(ValueError, msg=line):
                agent_rules.read_rules('os_parsers:\n' + line + '\n')


class Literals(unittest.TestCase):
    CASES = {
        'Firefox': {'firefox'},
        '(Firefox)/(\\d+)': {'firefox/'},
        '(?:Alpha|Beta9)x': {'alphax', 'beta9x'},
        'long(?:er)?word': {'longword', 'longerword'},
        'a[bc]dfg': {'abdfg', 'acdfg'},
        'word(?:more)*': {'word'},
        '(?:word)+': {'word'},
        '(?:word)*': set(),
        'word|[a-z]+': set(),
        'abc': set(),                    # too short to be looked for
        '[a-z]{1,9}\\bsomewhere$': {'somewhere'},
        '(?!nothing)something': {'something'},
        'Android|Andro1d': {'android', 'andro1d'},
        'ABCD|xABCDx': {'abcd'},         # where the longer one is, the shorter is too
    }

    def test_finds_what_every_match_must_hold(self):
        for regex, literals in self.CASES.items():
            self.assertEqual(agent_rules.literals_of(regex), literals, regex)

    def test_prefers_rare_words_to_common_ones(self):
        self.assertEqual(agent_rules.literals_of('Zork.+ AppleWebKit'), {'zork'})

    def test_a_rule_without_literals_is_tried_always(self):
        written = agent_rules.write([('OS', {'regex': 'a+'}), ('OS', {'regex': 'long'})], 'x')
        self.assertIn('{"a+", NULL, NULL, AGENT_OS, false, true},', written)
        self.assertIn('{"long", NULL, NULL, AGENT_OS, false, false},', written)
        self.assertIn('{"long", 4, 1},', written)


class Writing(unittest.TestCase):
    def test_quotes_what_c_would_read_otherwise(self):
        self.assertEqual(agent_rules.quoted('a"\\?\n7'), '"a\\042\\134\\077\\0127"')
        self.assertEqual(agent_rules.quoted('ä'), '"\\303\\244"')
        self.assertEqual(agent_rules.quoted(None), 'NULL')

    def test_folds_ascii_alone(self):
        self.assertEqual(agent_rules.lower('ÄZ'), 'Äz')


class Package(unittest.TestCase):
    """The rules that the program is built with, where they are installed."""

    RULES = (Path(__file__).resolve().parent.parent /
             'src/enrich/data/node_modules/uap-core/regexes.yaml')

    def test_reads_all_of_them(self):
        if not self.RULES.exists():
            self.skipTest('uap-core is not installed')
        text = self.RULES.read_text(encoding='utf-8')
        rules = agent_rules.read_rules(text)
        self.assertEqual(len(rules), len(re.findall(r'^\s*- regex:', text, re.M)))
        self.assertEqual({kind for kind, _ in rules}, {'BROWSER', 'OS', 'DEVICE'})


if __name__ == '__main__':
    unittest.main()
