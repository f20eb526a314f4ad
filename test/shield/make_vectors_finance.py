#!/usr/bin/env python3
"""Write the vectors of cards and accounts: test/shield/vectors/F01.jsonl to F15.jsonl.

Numbers are made by other means than those of src/shield. The same every time: one seed a file.
"""

import json
import random
from pathlib import Path

from make_vectors_national import BENIGN, disguises
from make_vectors_strict import strict_vectors
from coin_addresses import base58_address, bech32_address, eip55, ethereum
from national_numbers import digits, letters, luhn_digit

OUT = Path(__file__).resolve().parent / 'vectors'

# First digits and length, by scheme.
SCHEMES = [('4', 16), ('51', 16), ('55', 16), ('2221', 16), ('34', 15), ('37', 15), ('36', 14),
           ('3528', 16), ('6011', 16), ('65', 16), ('6221', 16), ('6260', 16), ('2200', 16),
           ('4', 19), ('6759', 18), ('5018', 16)]
SEPARATORS = [' ', '-', '.', '/', '  ', '_', '\t', '\n']


def card(chance, prefix, length):
    body = prefix + digits(chance, length - len(prefix) - 1)
    return body + luhn_digit(body)


def any_card(chance):
    return card(chance, *chance.choice(SCHEMES))


def grouped(text, sizes, separator):
    parts, place = [], 0
    for size in sizes:
        parts.append(text[place:place + size])
        place += size
    if place < len(text):
        parts.append(text[place:])
    return separator.join(part for part in parts if part)


GROUPINGS = [[4, 4, 4, 4], [4, 6, 5], [6, 6, 4], [8, 8], [2] * 8, [1] * 16, [4, 12], [12, 4],
             [5, 5, 6], [3, 3, 3, 3, 4]]


def iban_of(country, body):
    number = int(''.join(str(int(byte, 36)) for byte in body + country + '00'))
    return f'{country}{98 - number % 97:02d}{body}'


def iban(chance):
    country, make = chance.choice([
        ('DE', lambda: digits(chance, 18)), ('NO', lambda: digits(chance, 11)),
        ('GB', lambda: letters(chance, 4) + digits(chance, 14)),
        ('FR', lambda: digits(chance, 10) + letters(chance, 11, '0123456789ABC') +
         digits(chance, 2)),
        ('NL', lambda: letters(chance, 4) + digits(chance, 10)),
        ('ES', lambda: digits(chance, 20)), ('CH', lambda: digits(chance, 17)),
        ('PL', lambda: digits(chance, 24)), ('MT', lambda: letters(chance, 4) + digits(chance, 23)),
    ])
    return iban_of(country, make())


def spaced(text):
    return ' '.join(text[place:place + 4] for place in range(0, len(text), 4))


def masked(chance):
    first, last = digits(chance, 6), digits(chance, 4)
    return chance.choice([f'{first}******{last}', f'{first[:4]} **** **** {last}',
                          f'{first[:4]}XXXXXXXX{last}', f'{first}xxxxxx{last}',
                          f'{first[:4]}-XXXX-****-{last}'])


def track(chance):
    number = card(chance, '4', 16)
    return chance.choice([f'%B{number}^VANE/INGRID^2712101{digits(chance, 10)}?',
                          f';{number}=2712101{digits(chance, 8)}?',
                          f';{number}=25061010000?'])


def expiry(chance):
    month, year = chance.randint(1, 12), chance.randint(25, 34)
    return chance.choice([f'{month:02d}/{year}', f'{month:02d}/20{year}', f'{month:02d}{year}',
                          f'20{year}-{month:02d}', f'{month:02d}-{year}'])


def bic(chance):
    party = letters(chance, 4)
    country = chance.choice(['DE', 'GB', 'NO', 'FR', 'US', 'CH'])
    return party + country + letters(chance, 2, 'ABCDEFGH23') + chance.choice(['', 3 * 'X', 'M1N'])


def routing(chance):
    while True:
        text = chance.choice(['01', '02', '06', '11', '12', '26', '32']) + digits(chance, 7)
        if sum(int(digit) * weight for digit, weight in zip(text, [3, 7, 1] * 3)) % 10 == 0:
            return text


def account(chance):
    return chance.choice('123456789') + digits(chance, chance.randint(7, 14))


def sort_code(chance):
    code = '-'.join(digits(chance, 2) for _ in range(3))
    return f'{code} {digits(chance, 8)}'


def handle(chance):
    name = letters(chance, 6, 'abcdefghijklmnop')
    return chance.choice([f'{name}@okaxis', f'{name}.1@ybl', f'{name}@paytm', f'{name}@upi',
                          f'https://paypal.me/{name}', f'{name}99@oksbi'])


def bitcoin(chance):
    body = chance.randbytes(20)
    return chance.choice([lambda: base58_address(0, body), lambda: base58_address(5, body),
                          lambda: bech32_address('bc', 0, body),
                          lambda: bech32_address('bc', 1, chance.randbytes(32)),
                          lambda: bech32_address('tb', 0, body)])()


def other_coin(chance):
    body = chance.randbytes(20)
    return chance.choice([lambda: base58_address(48, body), lambda: base58_address(30, body),
                          lambda: base58_address(65, body), lambda: base58_address(76, body),
                          lambda: bech32_address('ltc', 0, body),
                          lambda: letters(chance, 44, '123456789ABCDEFGHJKLMNPQRSabcdefghjk')])()


def flipped(text, place):
    """With the letter there in the other case, or another digit."""
    byte = text[place]
    other = byte.swapcase() if byte.isalpha() else str((int(byte) + 1) % 10)
    return text[:place] + other + text[place + 1:]


def line(how, key, value):
    return json.dumps({'is': how, 'key': key, 'value': value}, ensure_ascii=False)


def card_vectors(chance):
    out = [line('+', 'note', card(chance, *scheme)) for scheme in SCHEMES]
    out += [line('+', 'n', int(card(chance, '4', 16))) for _ in range(4)]
    out += [line('+', 'text', f'pay with {any_card(chance)} please') for _ in range(4)]
    out += [line('+', 'card_number', card(chance, '4', 13)),
            line('+', 'pan', card(chance, '50', 12))]
    for sizes in GROUPINGS:
        for separator in SEPARATORS:
            out.append(line('!', 'note', grouped(card(chance, '4', 16), sizes, separator)))
    out += [line('!', key, value) for key, value in disguises(card(chance, '55', 16), 'note')]
    number = card(chance, '4', 16)
    out.append(line('!', 'parts', [number[place:place + 4] for place in range(0, 16, 4)]))
    for scheme in SCHEMES:  # one digit off, one short, one long; no issuer
        text = card(chance, *scheme)
        out.append(line('-', 'note', text[:-1] + str((int(text[-1]) + 1) % 10)))
    out += [line('-', 'note', 'x' + card(chance, '4', 16)), line('-', 'note', '9' * 16)]
    out += [line('-', 'ean', card(chance, '4', 13)), line('-', 'sku', f'A{any_card(chance)}B')]
    return out


# id, keys, maker, stands alone
KINDS = [
    ('F02', ['card', 'note', 'label'], masked, True),
    ('F03', ['swipe', 'note', 'raw'], track, True),
    ('F05', ['card_expiry', 'exp', 'expiry'], expiry, False),
    ('F06', ['iban', 'note', 'value'], iban, True),
    ('F07', ['bic', 'swift', 'bic_code'], bic, False),
    ('F08', ['routing_number', 'aba', 'rtn'], routing, False),
    ('F09', ['account_number', 'kontonummer', 'bank_account'], account, False),
    ('F10', ['sort_code', 'note', 'value'], sort_code, True),
    ('F11', ['btc', 'note', 'pay_to'], bitcoin, True),
    ('F12', ['wallet', 'note', 'to'], lambda chance: eip55(ethereum(chance)), True),
    ('F13', ['wallet_address', 'ltc_address', 'sol_wallet'], other_coin, False),
    ('F14', ['vpa', 'note', 'pay_to'], handle, True),
]


def misses(kind, chance):
    plain = ['value', 'note', 'label', 'field_7']
    makers = {'F05': expiry, 'F07': bic, 'F08': routing, 'F09': account}
    if kind in makers:
        return [(plain[number % 4], makers[kind](chance)) for number in range(8)]
    return {
        'F02': [('note', '****'), ('note', '12******34'), ('rating', '*****'),
                ('code', 'XXXX-1234'),
                ('note', 'Section 1234 **** bold'), ('phone', '****1234')],
        'F03': [('css', '%B'), ('note', ';1234=5'), ('note', '%Bold'), ('url', 'a;b=25061010000'),
                ('note', ';4111111111111112=25061010000?')],
        'F06': [('note', 'DE89370400440532013001'), ('note', 'NO9386011117948'),
                ('coupon', 'GB82WEST12345698765433'), ('sku', 'AT12AB'), ('note', 'ZZ8937040044'),
                ('note', iban_of('DE', digits(chance, 18)) + '7')],
        'F10': [('date', '12-34-56'), ('t', '20250131123456'), ('note', '12345612345678'),
                ('range', '10-20-30')],
        'F11': [('note', flipped(bitcoin(chance), place)) for place in (9, 12, 15, 20, 24)] +
               [('note', bitcoin(chance)[:-1]), ('sku', 'bc1qw508d6'), ('note', 'bc1')],
        'F12': [('note', flipped(eip55('c0ffee' * 6 + 'c0de'), place)) for place in (0, 2, 5)] +
               [('note', '0x' + digits(chance, 12)), ('tx', '0x' + 'ab' * 32), ('n', '0xff8800'),
                ('note', ethereum(chance)), ('note', eip55(ethereum(chance))[:-1])],
        'F13': [(key, other_coin(chance)) for key in ('note', 'value', 'label', 'field_7')] +
               [('wallet', 'default'), ('wallet', 'apple pay'), ('doge', 'much wow')],
        'F14': [('note', 'a@okaxis'), ('mail', 'x.y@ybl.example'), ('note', '@paytm'),
                ('url', 'https://paypal.me/'), ('handle', '@candor'), ('pkg', '@scope/upi')],
    }[kind]


def vectors(kind, keys, make, alone):
    chance = random.Random(f'finance {kind}')
    out = [line('+', keys[number % len(keys)], make(chance)) for number in range(24)]
    out += [line('-', key, value) for key, value in BENIGN + misses(kind, chance)]
    out += [line('!', key, value) for key, value in disguises(make(chance), keys[0])]
    if kind == 'F06':
        out += [line('!', 'note', spaced(iban(chance))) for _ in range(6)]
        out += [line('!', 'note', f'to {iban(chance).lower()}, thanks') for _ in range(3)]
    if alone:
        out += [line('!', 'note', f'see {make(chance)} there') for _ in range(4)]
    return out


def cvv_vectors(chance):
    out = [line('+', key, digits(chance, size)) for size in (3, 4)
           for key in ('cvv', 'cvc', 'cvc2', 'card_cvv', 'security_code', 'cardSecurityCode')
           for _ in range(2)]
    out += [line('-', key, value) for key, value in BENIGN]
    out += [line('-', key, digits(chance, 3)) for key in ('count', 'code', 'status', 'http_status')]
    out += [line('-', 'cvv', value) for value in ('valid', 'shown', '12', '12345')]
    out += [line('!', key, value) for key, value in disguises('737', 'cvv')]
    out += [line('!', 'note', f'cvv {digits(chance, 3)}'), line('!', 'note', 'CVC: 7371')]
    return out


def money(chance):
    return chance.choice([f'{chance.randint(20, 99)},{digits(chance, 3)} EUR',
                          f'USD {chance.randint(20, 99)}{digits(chance, 3)}',
                          f'{chance.randint(20, 99)} {digits(chance, 3)} kr',
                          f'£{chance.randint(200, 999)}.{digits(chance, 2)}'])


def write(kind, out):
    (OUT / f'{kind}.jsonl').write_text('\n'.join(out) + '\n', encoding='utf-8')


def main():
    OUT.mkdir(exist_ok=True)
    write('F01', card_vectors(random.Random('finance F01')))
    write('F04', cvv_vectors(random.Random('finance F04')))
    write('F15', strict_vectors('F15', ['salary', 'income', 'account_balance', 'net_worth'], money,
                                {'зарплата': '84 500 руб', 'gehalt': '4.200 EUR', '工资': '¥12000'}))
    for kind, keys, make, alone in KINDS:
        write(kind, vectors(kind, keys, make, alone))


if __name__ == '__main__':
    main()
