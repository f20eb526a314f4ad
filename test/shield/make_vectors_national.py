#!/usr/bin/env python3
"""Write the vectors of the official identifiers: test/shield/vectors/N01.jsonl to N40.jsonl.

Check digits are computed here a second time, in another language and by other means than in
src/shield, so that the two hold each other. The same every time: one seed a file.
"""

import json
import random
from pathlib import Path

import national_numbers as made
from national_numbers import DIGITS, UPPER, digits

OUT = Path(__file__).resolve().parent / 'vectors'


# ---- What is made of them --------------------------------------------------------------------

# id, the keys that name it, the makers, whether a bare value alone is enough, and as a number
KINDS = [
    ('N01', ['ssn', 'social_security_number', 'customerSsn'], [made.ssn], True),
    ('N02', ['itin', 'ein', 'tax_id'], [made.itin, made.ein], False),
    ('N03', ['mbi', 'medicare', 'npi'], [made.mbi, made.npi], False),
    ('N04', ['passport_number', 'passport', 'driving_licence'], [made.us_passport], False),
    ('N05', ['sin', 'nas', 'social_insurance'], [made.sin], False),
    ('N06', ['nino', 'national_insurance', 'ni_number'], [made.nino], True),
    ('N07', ['nhs', 'nhs_number', 'nhsNumber'], [made.nhs], False),
    ('N08', ['utr', 'tax_reference', 'self_assessment'], [made.utr], False),
    ('N09', ['steuer_id', 'steuerid', 'idnr'], [made.steuer_id], False),
    ('N10', ['ausweisnummer', 'rvnr', 'kvnr'], [made.german_card, made.rvnr, made.kvnr], False),
    ('N11', ['nir', 'securite_sociale', 'insee'], [made.nir, made.nir_corsica], True),
    ('N12', ['codice_fiscale', 'cf', 'codiceFiscale'], [made.codice_fiscale], True),
    ('N13', ['dni', 'nie', 'cif'], [made.dni, made.nie, made.cif], False),
    ('N14', ['nif', 'contribuinte', 'cartao_de_cidadao'], [made.nif, made.citizen_card], False),
    ('N15', ['bsn', 'burgerservicenummer', 'sofinummer'], [made.bsn], False),
    ('N16', ['rijksregisternummer', 'niss', 'insz'], [made.rrn_belgium], True),
    ('N17', ['ahv', 'avs', 'ahv_nr'], [made.ahv], True),
    ('N18', ['svnr', 'sozialversicherungsnummer', 'sozialversicherung'], [made.svnr], False),
    ('N19', ['personnummer', 'samordningsnummer', 'user_personnummer'],
     [made.personnummer, made.long_personnummer], True),
    ('N20', ['fodselsnummer', 'personnummer', 'dnummer'], [made.fodselsnummer], True),
    ('N21', ['cpr', 'cpr_nummer', 'cprnummer'], [made.cpr], True),
    ('N22', ['hetu', 'henkilotunnus', 'user_hetu'], [made.hetu], True),
    ('N23', ['pesel', 'user_pesel', 'numer_pesel'], [made.pesel], False),
    ('N24', ['rodne_cislo', 'cnp', 'egn', 'taj', 'amka'],
     [made.rodne_cislo, made.cnp, made.egn, made.taj, made.amka], False),
    ('N25', ['tckn', 'tc_kimlik', 'kimlik'], [made.tckn], False),
    ('N26', ['teudat_zehut', 'zehut', 'israeli_id'], [made.israeli], False),
    ('N27', ['sa_id', 'id_number', 'south_african_id'], [made.south_african], True),
    ('N28', ['aadhaar', 'aadhar', 'uidai'], [made.aadhaar], True),
    ('N29', ['pan_card', 'gstin', 'voter'], [made.pan, made.gstin, made.voter], False),
    ('N30', ['cpf', 'cnpj', 'user_cpf'], [made.cpf, made.cnpj], True),
    ('N31', ['curp', 'rfc', 'user_curp'], [made.curp, made.rfc], True),
    ('N32', ['cuit', 'rut', 'nit'], [made.cuit, made.rut, made.nit], False),
    ('N33', ['shenfenzheng', 'resident_id', 'user_resident_id'], [made.chinese], True),
    ('N34', ['mynumber', 'my_number', 'kojinbango'], [made.my_number], False),
    ('N35', ['rrn', 'jumin', 'resident_registration'], [made.korean], True),
    ('N36', ['nric', 'fin', 'user_nric'], [made.nric], True),
    ('N37', ['hkid', 'hong_kong_id', 'taiwan_id'], [made.hkid, made.taiwanese], True),
    ('N38', ['tfn', 'tax_file', 'medicare', 'abn'], [made.tfn, made.medicare, made.abn], False),
    ('N39', ['nin', 'thai_id', 'nik'], [made.nigerian, made.thai, made.nik], False),
    ('N40', ['passport_mrz', 'scan', 'document'], [made.mrz, made.mrz_card], True),
]

FULL_WIDTH = str.maketrans(DIGITS + UPPER, ''.join(chr(0xFF10 + number) for number in range(10)) +
                           ''.join(chr(0xFF21 + number) for number in range(26)))
ARABIC = str.maketrans(DIGITS, ''.join(chr(0x0660 + number) for number in range(10)))
DEVANAGARI = str.maketrans(DIGITS, ''.join(chr(0x0966 + number) for number in range(10)))
PLAIN_KEYS = ['value', 'note', 'label', 'text', 'field_7']


def hidden(text):
    """With what nobody sees between its characters."""
    return '\u200b'.join(text)


def disguises(text, key):
    percent = ''.join(f'%{byte:02X}' for byte in text.encode())
    return [
        (key, text.translate(FULL_WIDTH)), (key, text.translate(ARABIC)),
        (key, text.translate(DEVANAGARI)), (key, hidden(text)), (key, text.replace('-', '\u2011')),
        (key, percent), (key, f'  {text}  '), (key, f'"{text}"'), (key, f'({text})'),
        (key.upper(), text), ('payload', json.dumps({key: text})), ('query', f'a=1&{key}={text}'),
        (f'user.{key}', text), (f'{key}_2', text),
    ]


# Numbers that everybody has: of things, of moments, of pages.
BENIGN = [
    ('id', '3f2504e0-4f89-11d3-9a0c-0305e82c3301'), ('t', 1764547200000), ('t', 1764547200),
    ('sha', '9fceb02d0ae598e95dc970b74767f19372d61af8'), ('isbn', '9783161484100'),
    ('order', '1234567890123456'), ('version', '12.4.1'), ('price', '1,299.00'),
    ('sku', 'AB-1234-XY'), ('ulid', '01ARZ3NDEKTSV4RRFFQ69G5FAV'), ('duration_ms', 123456789),
    ('label', 'Open invoice 2025-114'), ('snowflake', '175928847299117063'),
    ('object', '507f1f77bcf86cd799439011'), ('at', '2025-01-31T12:30:00Z'), ('count', 100000000),
    ('color', '#ff8800aa'), ('path', 'M10 10 L200 200'), ('build', '20250131123456'),
    ('size', '1024 x 768'), ('ip_version', 'v4'), ('step', '3 of 12'), ('range', '100-200'),
]


def spoiled(text, chance):
    """With one digit that is another."""
    places = [place for place, byte in enumerate(text) if byte.isdigit()]
    place = chance.choice(places)
    other = chance.choice([digit for digit in DIGITS if digit != text[place]])
    return text[:place] + other + text[place + 1:]


# Where a spoiled number is no longer one of the kind, for the sums that catch any single digit; the
# others have near misses of their own.
SPOILS = {'N05', 'N06', 'N12', 'N13', 'N17', 'N20', 'N22', 'N25', 'N28', 'N33', 'N36'}
LETTER_SPOILED = {'N06'}


def near_misses(kind, makers, chance, key):
    out = []
    for number in range(16):
        text = makers[number % len(makers)](chance)
        out.append((key, text[:-2]))  # too short
        out.append((key, f'x{text}x' if text[0].isalpha() else f'{text}{digits(chance, 7)}'))
        if kind in SPOILS and kind not in LETTER_SPOILED:
            out.append((key, spoiled(text, chance)))
    return out


def line(how, key, value):
    return json.dumps({'is': how, 'key': key, 'value': value}, ensure_ascii=False)


def vectors(kind, keys, makers, alone):
    chance = random.Random(f'national {kind}')
    out = []
    for number in range(18):
        out.append(line('+', keys[number % len(keys)], makers[number % len(makers)](chance)))
    for number in range(6):
        key = PLAIN_KEYS[number % len(PLAIN_KEYS)] if alone else keys[number % len(keys)]
        out.append(line('+', key, makers[number % len(makers)](chance)))
    for place, (key, value) in enumerate(BENIGN):
        out.append(line('-', key, value))
    if kind == 'N04':
        misses = [(key, value) for key in keys for value in ('yes', 'valid', '2030', 'expired', '')]
    elif kind == 'N40':
        misses = [('scan', made.mrz(chance)[:60]), ('scan', 'P<' + '<' * 90), ('scan', 'P<NOR'),
                  ('label', 'SHOP<<NOW'), ('html', '<P><A><I>')]
    elif kind == 'N29':  # another fourth letter is nobody's, and a voter's number needs its key
        misses = [(key, made.pan(chance)[:3] + 'Q' + made.pan(chance)[4:]) for key in PLAIN_KEYS]
        misses += [(key, made.voter(chance)) for key in PLAIN_KEYS]
    elif alone:
        misses = near_misses(kind, makers, chance, 'value')[:2]
        misses = [(key, value) for key, value in misses if len(value) > 40 or len(value) < 6]
        if kind in SPOILS and kind not in LETTER_SPOILED:
            misses += [(keys[0], spoiled(makers[0](chance), chance)) for _ in range(8)]
    else:  # without its key it is nobody's
        misses = [(PLAIN_KEYS[number % 5], makers[number % len(makers)](chance))
                  for number in range(8)]
        misses = [(key, value.replace('-', '').replace('.', '').replace('/', ''))
                  for key, value in misses]
    out += [line('-', key, value) for key, value in misses]
    for key, value in disguises(makers[0](chance), keys[0]):
        out.append(line('!', key, value))
    return out


def main():
    OUT.mkdir(exist_ok=True)
    for kind, keys, makers, alone in KINDS:
        text = '\n'.join(vectors(kind, keys, makers, alone)) + '\n'
        (OUT / f'{kind}.jsonl').write_text(text, encoding='utf-8')


if __name__ == '__main__':
    main()
