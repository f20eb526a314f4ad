"""Makers of official identifiers, each from a source of chance: valid by every sum, nobody's."""

import string

DIGITS = string.digits
UPPER = string.ascii_uppercase


# ---- Sums ------------------------------------------------------------------------------------

def luhn_digit(text):
    total = 0
    for place, digit in enumerate(reversed(text)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return str(-total % 10)


def weighted(text, weights):
    return sum(int(digit) * weight for digit, weight in zip(text, weights))


def digits(chance, count):
    return ''.join(chance.choice(DIGITS) for _ in range(count))


def letters(chance, count, alphabet=UPPER):
    return ''.join(chance.choice(alphabet) for _ in range(count))


def day_of(chance, first=1940, last=2005):
    return chance.randint(first, last), chance.randint(1, 12), chance.randint(1, 28)


def until(make, good):
    while True:
        text = make()
        if good(text):
            return text


# ---- One maker for each kind -----------------------------------------------------------------

def ssn(chance):
    area = until(lambda: chance.randint(1, 899), lambda number: number != 666)
    return f'{area:03d}-{chance.randint(1, 99):02d}-{chance.randint(1, 9999):04d}'


def itin(chance):
    group = chance.choice([50, 58, 65, 70, 77, 88, 90, 92, 94, 99])
    return f'9{digits(chance, 2)}-{group}-{digits(chance, 4)}'


def ein(chance):
    prefix = chance.choice([10, 20, 27, 33, 45, 52, 61, 75, 81, 94])
    return f'{prefix}-{digits(chance, 7)}'


def mbi(chance):
    alphabet = [letter for letter in UPPER if letter not in 'SLOIBZ']
    letter = lambda: chance.choice(alphabet)
    either = lambda: chance.choice(alphabet + list(DIGITS))
    digit = lambda: chance.choice(DIGITS)
    return (chance.choice('123456789') + letter() + either() + digit() + letter() + either() +
            digit() + letter() + letter() + digit() + digit())


def npi(chance):
    body = chance.choice('12') + digits(chance, 8)
    return body + luhn_digit('80840' + body)


def us_passport(chance):
    return chance.choice(UPPER) + digits(chance, 8)


def sin(chance):
    body = chance.choice('1234567') + digits(chance, 7)
    return body + luhn_digit(body)


def nino(chance):
    bad = {'BG', 'GB', 'KN', 'NK', 'NT', 'TN', 'ZZ'}
    pair = until(lambda: letters(chance, 1, 'ABCEGHJKLMNOPRSTWXYZ') +
                 letters(chance, 1, 'ABCEGHJKLMNPRSTWXYZ'), lambda text: text not in bad)
    return pair + digits(chance, 6) + chance.choice('ABCD')


def nhs(chance):
    while True:
        body = chance.choice('4567') + digits(chance, 8)
        check = (11 - weighted(body, range(10, 1, -1)) % 11) % 11
        if check != 10:
            return body + str(check)


def utr(chance):
    body = digits(chance, 9)
    return '21987654321'[weighted(body, [6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11] + body


def steuer_id(chance):
    while True:
        pool = chance.sample(DIGITS, 9)
        body = pool + [chance.choice(pool)]
        chance.shuffle(body)
        if body[0] == '0':
            continue
        product = 10
        for digit in body:
            total = (int(digit) + product) % 10 or 10
            product = total * 2 % 11
        return ''.join(body) + str((11 - product) % 10)


def kvnr(chance):
    letter = chance.choice(UPPER)
    body = digits(chance, 8)
    total = 0
    for place, digit in enumerate(f'{ord(letter) - 64:02d}{body}'):
        value = int(digit) * (1 if place % 2 == 0 else 2)
        total += value // 10 + value % 10
    return letter + body + str(total % 10)


def rvnr(chance):
    year, month, day = day_of(chance)
    area, letter = digits(chance, 2), chance.choice(UPPER)
    head = f'{area}{day:02d}{month:02d}{year % 100:02d}'
    serial = digits(chance, 2)
    flat = head + f'{ord(letter) - 64:02d}' + serial
    total = 0
    for digit, weight in zip(flat, [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]):
        value = int(digit) * weight
        total += value // 10 + value % 10
    return head + letter + serial + str(total % 10)


def check_731(text):
    values = [0 if byte == '<' else int(byte, 36) for byte in text]
    return str(sum(value * [7, 3, 1][place % 3] for place, value in enumerate(values)) % 10)


def german_card(chance):
    body = chance.choice('CFGHJKLMNPRTVWXYZ') + letters(chance, 8, '0123456789CFGHJKLMNPRTVWXYZ')
    return body + check_731(body)


def nir(chance):
    _, month, _ = day_of(chance)
    body = f'{chance.choice("12")}{chance.randint(40, 99)}{month:02d}' + digits(chance, 8)
    return body + f'{97 - int(body) % 97:02d}'


def nir_corsica(chance):
    letter = chance.choice('AB')
    _, month, _ = day_of(chance)
    head = f'{chance.choice("12")}{chance.randint(40, 99)}{month:02d}2'
    tail = digits(chance, 6)
    number = int(head[:-1] + ('19' if letter == 'A' else '18') + tail)
    return head + letter + tail + f'{97 - number % 97:02d}'


def codice_fiscale(chance):
    odd = dict(zip('0123456789', [1, 0, 5, 7, 9, 13, 15, 17, 19, 21]))
    odd.update(zip(UPPER, [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14,
                           16, 10, 22, 25, 24, 23]))
    year, _, day = day_of(chance)
    if chance.random() < 0.5:
        day += 40
    body = (letters(chance, 6, 'BCDFGLMNPRSTV') + f'{year % 100:02d}' +
            chance.choice('ABCDEHLMPRST') + f'{day:02d}' + chance.choice(UPPER) +
            digits(chance, 3))
    total = sum(odd[byte] if place % 2 == 0 else
                (int(byte) if byte.isdigit() else ord(byte) - 65)
                for place, byte in enumerate(body))
    return body + chr(65 + total % 26)


def dni(chance):
    body = digits(chance, 8)
    return body + 'TRWAGMYFPDXBNJZSQVHLCKE'[int(body) % 23]


def nie(chance):
    first, body = chance.choice('XYZ'), digits(chance, 7)
    return first + body + 'TRWAGMYFPDXBNJZSQVHLCKE'[int(str('XYZ'.index(first)) + body) % 23]


def cif(chance):
    body = digits(chance, 7)
    total = 0
    for place, digit in enumerate(body):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return chance.choice('ABCDEFGHJ') + body + str(-total % 10)


def nif(chance):
    body = chance.choice('1256') + digits(chance, 7)
    rest = weighted(body, range(9, 1, -1)) % 11
    return body + str(0 if rest < 2 else 11 - rest)


def citizen_card(chance):
    body = digits(chance, 9) + letters(chance, 2, UPPER + DIGITS)
    for check in DIGITS:
        total = 0
        for place, byte in enumerate(body + check):
            value = int(byte, 36) * (2 if place % 2 == 0 else 1)
            total += value - 9 if place % 2 == 0 and value > 9 else value
        if total % 10 == 0:
            return body + check
    return citizen_card(chance)


def bsn(chance):
    while True:
        body = chance.choice('123456789') + digits(chance, 7)
        check = weighted(body, range(9, 1, -1)) % 11
        if check < 10:
            return body + str(check)


def rrn_belgium(chance):
    year, month, day = day_of(chance)
    body = f'{year % 100:02d}{month:02d}{day:02d}' + f'{chance.randint(1, 998):03d}'
    number = int(('2' if year >= 2000 else '') + body)
    return body + f'{97 - number % 97:02d}'


def ahv(chance):
    body = '756' + digits(chance, 9)
    total = sum(int(digit) * (1 if place % 2 == 0 else 3) for place, digit in enumerate(body))
    return body + str(-total % 10)


def svnr(chance):
    while True:
        year, month, day = day_of(chance)
        head = chance.choice('123456789') + digits(chance, 2)
        date = f'{day:02d}{month:02d}{year % 100:02d}'
        check = (weighted(head, [3, 7, 9]) + weighted(date, [5, 8, 4, 2, 1, 6])) % 11
        if check < 10:
            return head + str(check) + date


def personnummer(chance):
    year, month, day = day_of(chance)
    body = f'{year % 100:02d}{month:02d}{day:02d}' + digits(chance, 3)
    return f'{body[:6]}-{body[6:]}{luhn_digit(body)}'


def long_personnummer(chance):
    year, month, day = day_of(chance)
    body = f'{year % 100:02d}{month:02d}{day:02d}' + digits(chance, 3)
    return f'{year // 100}{body[:6]}-{body[6:]}{luhn_digit(body)}'


def fodselsnummer(chance):
    while True:
        year, month, day = day_of(chance)
        body = f'{day:02d}{month:02d}{year % 100:02d}' + digits(chance, 3)
        first = (11 - weighted(body, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11) % 11
        if first == 10:
            continue
        body += str(first)
        second = (11 - weighted(body, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11
        if second < 10:
            return body + str(second)


def cpr(chance):
    year, month, day = day_of(chance)
    return f'{day:02d}{month:02d}{year % 100:02d}-{digits(chance, 4)}'


def hetu(chance):
    year, month, day = day_of(chance)
    date = f'{day:02d}{month:02d}{year % 100:02d}'
    serial = f'{chance.randint(2, 899):03d}'
    sign = 'A' if year >= 2000 else chance.choice('-YXW')
    return date + sign + serial + '0123456789ABCDEFHJKLMNPRSTUVWXY'[int(date + serial) % 31]


def pesel(chance):
    year, month, day = day_of(chance)
    body = f'{year % 100:02d}{month + (20 if year >= 2000 else 0):02d}{day:02d}' + digits(chance, 4)
    return body + str(-weighted(body, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)


def rodne_cislo(chance):
    while True:
        year, month, day = day_of(chance, 1955)
        body = f'{year % 100:02d}{month + chance.choice([0, 50]):02d}{day:02d}' + digits(chance, 3)
        check = -int(body + '0') % 11
        if check < 10:
            return f'{body[:6]}/{body[6:]}{check}'


def cnp(chance):
    year, month, day = day_of(chance, 1940, 1999)
    body = f'{chance.choice("12")}{year % 100:02d}{month:02d}{day:02d}' + digits(chance, 5)
    check = weighted(body, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11
    return body + str(1 if check == 10 else check)


def egn(chance):
    year, month, day = day_of(chance)
    body = f'{year % 100:02d}{month + (40 if year >= 2000 else 0):02d}{day:02d}' + digits(chance, 3)
    return body + str(weighted(body, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10)


def taj(chance):
    body = digits(chance, 8)
    return body + str(weighted(body, [3, 7] * 4) % 10)


def amka(chance):
    year, month, day = day_of(chance)
    body = f'{day:02d}{month:02d}{year % 100:02d}' + digits(chance, 4)
    return body + luhn_digit(body)


def tckn(chance):
    body = chance.choice('123456789') + digits(chance, 8)
    numbers = [int(digit) for digit in body]
    tenth = (sum(numbers[0::2]) * 7 - sum(numbers[1::2])) % 10
    return body + str(tenth) + str((sum(numbers) + tenth) % 10)


def israeli(chance):
    body = digits(chance, 8)
    return body + luhn_digit(body)


def south_african(chance):
    year, month, day = day_of(chance)
    body = (f'{year % 100:02d}{month:02d}{day:02d}' + digits(chance, 4) + chance.choice('01') + '8')
    return body + luhn_digit(body)


VERHOEFF_P = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
for _ in range(6):
    VERHOEFF_P.append([VERHOEFF_P[1][number] for number in VERHOEFF_P[-1]])
VERHOEFF_D = [[(a + b) % 5 if a < 5 and b < 5 else
               5 + (a + b - 5) % 5 if a < 5 else
               5 + (a - b) % 5 if b < 5 else (a - b) % 5
               for b in range(10)] for a in range(10)]


def aadhaar(chance):
    body = chance.choice('23456789') + digits(chance, 10)
    for check in DIGITS:
        state = 0
        for place, digit in enumerate(reversed(body + check)):
            state = VERHOEFF_D[state][VERHOEFF_P[place % 8][int(digit)]]
        if state == 0:
            text = body + check
            return f'{text[:4]} {text[4:8]} {text[8:]}'
    raise AssertionError


def pan(chance):
    return letters(chance, 3) + 'P' + letters(chance, 1) + digits(chance, 4) + letters(chance, 1)


def gstin(chance):
    body = f'{chance.randint(1, 37):02d}' + pan(chance) + chance.choice('123456789') + 'Z'
    total = 0
    for place, byte in enumerate(body):
        value = int(byte, 36) * (1 if place % 2 == 0 else 2)
        total += value // 36 + value % 36
    return body + (DIGITS + UPPER)[-total % 36]


def voter(chance):
    return letters(chance, 3) + digits(chance, 7)


def cpf(chance):
    body = digits(chance, 9)
    for _ in range(2):
        rest = weighted(body, range(len(body) + 1, 1, -1)) % 11
        body += str(0 if rest < 2 else 11 - rest)
    return f'{body[:3]}.{body[3:6]}.{body[6:9]}-{body[9:]}'


def cnpj(chance):
    body = digits(chance, 8) + '0001'
    for _ in range(2):
        weights = [2 + place % 8 for place in range(len(body))][::-1]
        rest = weighted(body, weights) % 11
        body += str(0 if rest < 2 else 11 - rest)
    return f'{body[:2]}.{body[2:5]}.{body[5:8]}/{body[8:12]}-{body[12:]}'


def curp(chance):
    alphabet = DIGITS + 'ABCDEFGHIJKLMN\u00d1OPQRSTUVWXYZ'
    year, month, day = day_of(chance, 1940, 1999)
    body = (letters(chance, 4) + f'{year % 100:02d}{month:02d}{day:02d}' + chance.choice('HM') +
            letters(chance, 5, 'BCDFGJLMNPRSTV') + digits(chance, 1))
    total = sum(alphabet.index(byte) * (18 - place) for place, byte in enumerate(body))
    return body + str(-total % 10)


def rfc(chance):
    alphabet = DIGITS + 'ABCDEFGHIJKLMN&OPQRSTUVWXYZ \u00d1'
    year, month, day = day_of(chance)
    body = (letters(chance, 4) + f'{year % 100:02d}{month:02d}{day:02d}' +
            letters(chance, 2, UPPER + DIGITS))
    rest = sum(alphabet.index(byte) * (13 - place) for place, byte in enumerate(body)) % 11
    return body + ('0' if rest == 0 else 'A' if rest == 1 else str(11 - rest))


def cuit(chance):
    while True:
        body = chance.choice(['20', '23', '27', '30', '33']) + digits(chance, 8)
        check = (11 - weighted(body, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11
        if check < 10:
            return f'{body[:2]}-{body[2:]}-{check}'


def rut(chance):
    body = str(chance.randint(5000000, 24999999)).zfill(8)
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(body)))
    check = '0123456789K'[-total % 11]
    return f'{body[:2]}.{body[2:5]}.{body[5:]}-{check}'


def nit(chance):
    body = chance.choice('89') + digits(chance, 8)
    rest = sum(int(digit) * weight for digit, weight in
               zip(reversed(body), [3, 7, 13, 17, 19, 23, 29, 37, 41])) % 11
    return body + str(rest if rest < 2 else 11 - rest)


def chinese(chance):
    year, month, day = day_of(chance)
    body = (chance.choice(['110105', '310101', '440305', '510104']) +
            f'{year}{month:02d}{day:02d}' + digits(chance, 3))
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body))
    return body + '10X98765432'[total % 11]


def my_number(chance):
    body = digits(chance, 11)
    rest = weighted(body, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
    return body + str(0 if rest < 2 else 11 - rest)


def korean(chance):
    year, month, day = day_of(chance)
    body = (f'{year % 100:02d}{month:02d}{day:02d}' + chance.choice('34' if year >= 2000 else '12')
            + digits(chance, 5))
    check = (11 - weighted(body, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10
    return f'{body[:6]}-{body[6:]}{check}'


def nric(chance):
    kind, body = chance.choice('STFG'), digits(chance, 7)
    total = weighted(body, [2, 7, 6, 5, 4, 3, 2]) + (4 if kind in 'TG' else 0)
    return kind + body + ('JZIHGFEDCBA' if kind in 'ST' else 'XWUTRQPNMLK')[total % 11]


def hkid(chance):
    letter, body = chance.choice(UPPER), digits(chance, 6)
    total = 36 * 9 + int(letter, 36) * 8 + weighted(body, range(7, 1, -1))
    return f'{letter}{body}({"0123456789A"[-total % 11]})'


def taiwanese(chance):
    areas = dict(zip('ABCDEFGHJKLMNPQRSTUVXYWZIO', range(10, 36)))
    letter = chance.choice(UPPER)
    body = chance.choice('12') + digits(chance, 7)
    flat = str(areas[letter]) + body
    total = weighted(flat, [1, 9, 8, 7, 6, 5, 4, 3, 2, 1])
    return letter + body + str(-total % 10)


def tfn(chance):
    while True:
        body = chance.choice('123456789') + digits(chance, 7)
        for check in DIGITS:
            if weighted(body + check, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 == 0:
                return body + check


def medicare(chance):
    body = chance.choice('23456') + digits(chance, 7)
    return body + str(weighted(body, [1, 3, 7, 9] * 2) % 10) + chance.choice('123456789')


def abn(chance):
    while True:
        body = chance.choice('123456789') + digits(chance, 10)
        minus = str(int(body[0]) - 1) + body[1:]
        if weighted(minus, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) % 89 == 0:
            return body


def thai(chance):
    body = chance.choice('12345678') + digits(chance, 11)
    return body + str((11 - weighted(body, range(13, 1, -1)) % 11) % 10)


def nik(chance):
    year, month, day = day_of(chance)
    return (chance.choice(['317102', '357801', '327301']) +
            f'{day + chance.choice([0, 40]):02d}{month:02d}{year % 100:02d}' +
            f'{chance.randint(1, 9999):04d}')


def nigerian(chance):
    return chance.choice('123456789') + digits(chance, 10)


def mrz(chance):
    names = chance.choice(['VANE<<INGRID', 'SOLHEIM<<MARTA<ANNE', 'OKAFOR<<CHIDI'])
    first = f'P<NOR{names}'.ljust(44, '<')
    number = letters(chance, 2) + digits(chance, 7)
    year, month, day = day_of(chance)
    birth, expiry = f'{year % 100:02d}{month:02d}{day:02d}', f'3{digits(chance, 1)}0612'
    personal = '<' * 14
    second = (number + check_731(number) + 'NOR' + birth + check_731(birth) + 'F' + expiry +
              check_731(expiry) + personal + '0')
    whole = number + check_731(number) + birth + check_731(birth) + expiry + check_731(expiry)
    return first + '\n' + second + check_731(whole + personal + '0')


def mrz_card(chance):
    number = letters(chance, 2) + digits(chance, 7)
    year, month, day = day_of(chance)
    birth, expiry = f'{year % 100:02d}{month:02d}{day:02d}', '310612'
    first = ('IDD<<' + number + check_731(number)).ljust(30, '<')
    second = (birth + check_731(birth) + 'F' + expiry + check_731(expiry) + 'D<<').ljust(29, '<')
    return first + '\n' + second + '4' + '\n' + 'VANE<<INGRID'.ljust(30, '<')
