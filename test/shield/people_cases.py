"""Cases of contact data and of places, by detector: what make_vectors_people.py writes down.

A kind is (keys, maker, stands alone, misses, further disguised cases). A maker makes one value from
a source of chance; a miss and a disguised case are (key, value).
"""

from national_numbers import digits, letters, luhn_digit

LOWER = 'abcdefghijklmnopqrstuvwxyz'
HEX = '0123456789abcdef'

GIVEN = ['Ingrid', 'Solveig', 'Giovanni', 'Aleksandr', 'Małgorzata', 'José', 'Priya', 'Thabo',
         'Siobhan', 'Katarina', 'Wojciech', 'Fatima']
FAMILY = ['Hansen', 'Kowalska', 'Esposito', 'Kuznetsov', 'Fernández', 'Sharma', 'Dlamini',
          'Gallagher', 'Schneider', 'Papadopoulos', 'Yilmaz', 'Rodríguez']


def pick(chance, *values):
    return chance.choice(values)


def word(chance, size):
    return letters(chance, size, LOWER)


def name(chance):
    return f'{chance.choice(GIVEN)} {chance.choice(FAMILY)}'


def email(chance):
    user = pick(chance, word(chance, 6), f'{word(chance, 4)}.{word(chance, 6)}',
                f'{word(chance, 5)}+{word(chance, 3)}', f'{word(chance, 3)}_{digits(chance, 2)}',
                f"o'{word(chance, 5)}")
    host = pick(chance, 'gmail.com', 'mail.acme.io', 'uni-koeln.de', 'web.de', 'acme.co.uk',
                'post.no', 'yandex.ru', 'firma.museum', 'xn--bcher-kva.ch', 'acme.local')
    return f'{user}@{host}'


PHONES = [('+47', 8, '4'), ('+1', 10, '4155'), ('+44', 10, '79'), ('+49', 11, '151'),
          ('+33', 9, '6'), ('+34', 9, '61'), ('+39', 10, '03'), ('+46', 9, '70'), ('+91', 10, '98'),
          ('+81', 10, '90'), ('+86', 11, '138'), ('+55', 11, '119'), ('+7', 10, '916'),
          ('+353', 9, '86'), ('+380', 9, '67'), ('+254', 9, '71')]


def phone(chance):
    code, size, first = chance.choice(PHONES)
    body = first + letters(chance, size - len(first), '23467')
    return pick(chance, code + body, f'{code} {body}', f'{code}-{body[:3]}-{body[3:6]}-{body[6:]}',
                f'{code} ({body[:3]}) {body[3:6]} {body[6:]}', f'{code}.{body[:2]}.{body[2:]}')


def national_phone(chance):
    body = letters(chance, 10, '23467')
    return pick(chance, f'({body[:3]}) {body[3:6]}-{body[6:]}', body, f'0{body[:2]} {body[2:9]}',
                f'{body[:3]}-{body[3:6]}-{body[6:]}', f'{body[:3]}.{body[3:6]}.{body[6:]}')


def street(chance):
    number, code = chance.randint(1, 240), digits(chance, 4)
    return pick(chance, f'{number} Baker Street, London NW1 6XE',
                f'{number} Old Mill Road, Springfield, IL 6{code}',
                f'Hauptstraße {number}, 1{code} Berlin', f'{number} rue de la Paix, 75002 Paris',
                f'Via Roma {number}, 0{code} Roma', f'Calle de Alcalá {number}, 28009 Madrid',
                f'Storgata {number}, 0155 Oslo', f'{number} Pine Avenue, Apt 4B',
                f'Lindenweg {number}, 8001 Zürich', f'ul. Długa {number}, 00-238 Warszawa')


def postcode(chance):
    return pick(chance, f'SW{chance.randint(1, 9)}A 1AA', f'EC{chance.randint(1, 4)}V 3AB',
                f'9{digits(chance, 4)}', f'9{digits(chance, 4)}-{digits(chance, 4)}',
                f'{digits(chance, 4)} AB', f'K1A {chance.randint(1, 9)}B1', f'{digits(chance, 4)}',
                f'{digits(chance, 2)}-{digits(chance, 3)}',
                f'{digits(chance, 3)} {digits(chance, 2)}',
                f'D02 X2{chance.randint(1, 9)}5')


def birth(chance):
    year, month, day = chance.randint(1930, 2015), chance.randint(1, 12), chance.randint(1, 28)
    return pick(chance, f'{year}-{month:02d}-{day:02d}', f'{day:02d}.{month:02d}.{year}',
                f'{month:02d}/{day:02d}/{year}', f'{year}{month:02d}{day:02d}',
                f'{day} March {year}', f'{year}-{month:02d}-{day:02d}T00:00:00Z',
                f'{year}年{month}月{day}日')


def profile(chance):
    user = f'{word(chance, 5)}.{word(chance, 4)}'
    return pick(chance, f'https://twitter.com/{word(chance, 8)}', f'instagram.com/{user}/',
                f'https://www.linkedin.com/in/{word(chance, 5)}-{word(chance, 6)}',
                f'https://www.facebook.com/{user}', f'https://t.me/{word(chance, 7)}',
                f'https://github.com/{word(chance, 7)}', f'https://www.tiktok.com/@{user}',
                f'https://www.youtube.com/@{word(chance, 9)}', f'https://x.com/{word(chance, 7)}',
                f'https://www.reddit.com/user/{word(chance, 8)}')


def plate(chance):
    return pick(chance, f'B-MW {digits(chance, 4)}', f'AB{digits(chance, 2)} CDE',
                f'{chance.randint(1, 9)}ABC{digits(chance, 3)}', f'DN {digits(chance, 5)}',
                f'AA-{digits(chance, 3)}-BB', f'{digits(chance, 4)} BCD',
                f'XYZ {digits(chance, 3)}')


def vin(chance):
    numbers = dict(zip('ABCDEFGHJKLMNPRSTUVWXYZ', '12345678123457923456789'))
    weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
    text = letters(chance, 11, 'ABCDEFGHJKLMNPRSTUVWXYZ') + digits(chance, 6)
    rest = sum(int(numbers.get(byte, byte)) * weight for byte, weight in zip(text, weights)) % 11
    return text[:8] + ('X' if rest == 10 else str(rest)) + text[9:]


def person_number(chance):
    return pick(chance, digits(chance, 6), f'E{digits(chance, 5)}', f'STU-{digits(chance, 7)}',
                f'{digits(chance, 3)}/{digits(chance, 4)}', f'KD.{digits(chance, 8)}')


def media(chance):
    body = letters(chance, chance.choice([24, 400]), 'ABCDEFGHabcdefgh0123456789+/')
    return pick(chance, f'data:audio/webm;base64,{body}', f'data:video/mp4;base64,{body}',
                f'data:audio/ogg; codecs=opus;base64,{body}')


def portrait(chance):
    return f'data:image/{pick(chance, "png", "jpeg", "webp")};base64,' + letters(
        chance, 64, 'ABCDEFGHabcdefgh0123456789+/')


GREETINGS = ['Dear {0}, welcome', 'Mr {1} called', 'message from {0} {1}', 'Hi {0}!',
             'meeting with {0} {1} at noon', 'Herr {1} wartet', 'signed by {0} {1}',
             'Mme {1} est là', 'assigned to {0} {1}', 'Dr. {0} {1} will see you']


def greeting(chance):
    return chance.choice(GREETINGS).format(chance.choice(GIVEN), chance.choice(FAMILY))


NAME_MISSES = [('first_name', value) for value in ('true', 'null', 'unknown', '42', 'a', 'N/A')] + [
    ('name', 'Premium plan'), ('product_name', 'Blue shirt'), ('event_name', 'Sign up'),
    ('file_name', 'a.png'), ('app_name', 'Candor'), ('full_name', 'x' * 120)]

TEXT_MISSES = [('note', value) for value in (
    'Open the settings to change your plan', 'from Monday to Friday', 'Made by Calvin Klein',
    'Shoes by Tommy Hilfiger', 'Ralph Lauren shirt for men', 'Dear customer, your order is ready',
    'Hi there, welcome back', 'sent from Paris to London', 'to Victoria Station with May',
    'The new Mercedes Benz with leather', 'Jack Daniels from the bar', 'Mr Robot season two')]

CONTACT = {
    'P01': (['email', 'note', 'value'], email, True, [
        ('src', 'image@2x.png'), ('pkg', '@scope/name'), ('pkg', 'npm:react@18.2.0'),
        ('handle', '@candor'), ('note', 'look at amazon.com'), ('note', 'a@b'), ('css', '@media'),
        ('note', 'ann@'), ('note', '@gmail.com'), ('remote', 'git@github.com:a/b.git'),
        ('pkg', '@types/node@20.1.0'), ('note', '5 @ 3.50'), ('url', 'https://medium.com/@a.b')],
        [('note', 'ann (at) acme (dot) com'), ('note', 'ann[at]acme[dot]de'),
         ('note', 'ann at acme dot com'), ('note', 'write <Ann.Vane@acme.com> now'),
         ('note', 'mailto:ann@acme.com?subject=x'), ('note', '用户@例子.中国'),
         ('note', 'Ann.Vane%40acme.com'), ('note', 'ann＠acme．com'), ('note', 'ANN@ACME.COM'),
         ('note', 'a@acme.com,b@acme.com'), ('note', '"ann vane"@acme.com'),
         ('list', ['ann@acme.com']), ('o', {'a': {'b': 'ann@acme.com'}})]),
    'P02': (['email', 'email_hash', 'hashed_email'],
            lambda chance: letters(chance, chance.choice([32, 40, 64]), HEX), False,
            [('sha', '9fceb02d0ae598e95dc970b74767f19372d61af8'), ('email', 'f' * 31),
             ('email_sent', True), ('email', 'verified'), ('email', 'g' * 32)], []),
    'P03': (['phone', 'note', 'value'], phone, True, [
        ('note', '+12345'), ('note', '+1 2'), ('n', '+1000000000000000000'), ('note',
        'C++ 11 20 30'),
        ('note', '4+5551234567'), ('delta', '+1234567'), ('note', '+999 1234567'),
        ('note', '+10%'), ('note', '+49'), ('t', '+02:00'), ('note', '1+4155552671')],
        [('note', '+44 (0)20 7946 0958'), ('tel', '0047 22 34 56 78'), ('note',
         'call +4791234567!'),
         ('note', 'tel:+14155552671'), ('note', '（+47）91 23 45 67'), ('note', '+1.415.555.2671')]),
    'P04': (['phone', 'mobile_number', 'tel'], national_phone, False, [
        ('note', '4155552671'), ('note', '(415) 555-2671'), ('order', '0150 1234567'),
        ('phone', '12345'), ('phone', '1111111111'), ('phone_verified', True),
        ('phone_model', 'iPhone 15'), ('note', 'call me in 5 minutes')],
        [('note', 'call me at 415 234 2671'), ('note', 'my phone: 022/3456789')]),
    'P05': (['first_name', 'full_name', 'surname', 'customer_name'], name, False, NAME_MISSES,
            [('last_name', "O'Brien-Smith"), ('full_name', '李小龙'), ('first_name', 'Анна'),
             ('full_name', 'Dr. Ingrid van der Berg'), ('vorname', 'Jürgen'),
             ('full_name', 'محمد علي')]),
    'P06': (['note', 'text', 'label'], greeting, False, TEXT_MISSES,
            [('comment', 'Ingrid Hansen'), ('note', 'from Ingrid M. Hansen'),
             ('note', 'by INGRID HANSEN'), ('note', 'told José Fernández so'),
             ('message', 'Анна Иванова'), ('note', 'met Jan van der Meer Hansen')]),
    'P07': (['address', 'note', 'value'], street, True, [
        ('note', '2 road trips'), ('note', 'Wall Street opens at 9'), ('note', 'Route 66'),
        ('address', '10.0.0.1'), ('email_address', 'x'), ('note', '5 star drive'),
        ('note', 'via email'), ('ip_address_family', 'v4'), ('note', 'Step 2 of the way'),
        ('note', 'drive 2 gether')],
        [('note', 'lives at 12 Elm Street, 90210'), ('address', 'Storgata 1'),
         ('street', 'Rua Augusta 120'), ('note', 'PO Box 1234, 90210 Beverly Hills'),
         ('address_line_1', 'Flat 2, The Grange'), ('home_address', '東京都千代田区1-1')]),
    'P08': (['postcode', 'zip_code', 'plz'], postcode, False, [
        ('note', '90210'), ('note', 'E5 2GB'), ('zip', 'application/zip'), ('note', 'A1 B2'),
        ('zip_file', 'a.zip'), ('note', 'M4 2nd'), ('size', 'W10 5XL'), ('note', 'sw1a1aa')],
        [('note', 'near SW1A 1AA'), ('note', 'EC1V 3AB'), ('label', 'M1 1AE, floor 2')]),
    'P09': (['birth_date', 'dob', 'date_of_birth'], birth, False, [
        ('date', '1984-03-12'), ('created', '12.03.1984'), ('birthday_seen', True), ('dob', '1984'),
        ('dob', 'unknown'), ('note', 'due 12.03.2030'), ('release', '2001-01-01')],
        [('note', 'born 12.03.1984 in Oslo'), ('note', 'geboren am 05.11.1962'),
         ('dob', '5/3/84'), ('birthday', '12 mars 1984'), ('dob', 448675200)]),
    'P10': (['age', 'user_age', 'patient_age'], lambda chance: chance.choice(
        [chance.randint(1, 99), str(chance.randint(1, 99)), f'{chance.randint(18, 90)} years']),
        False, [('max_age', 3600), ('age', 3600), ('age', 'old'), ('page', 12), ('usage', 40),
                ('stage', 3), ('age_ms', 1200), ('age', 'verified'), ('language', 'en')],
        [('child_age', 7), ('age', '17'), ('alter', 33), ('age', '３４'), ('age', '٣٤'),
         ('age', '३४'), ('a\u200bge', '34'), ('ａｇｅ', 34), ('ＡＧＥ', '34'), ('аge', 34),
         ('возраст', '34'), ('年龄', 34), ('edad_usuario', '34 años'), ('age', '"34"'),
         ('payload', '{"name_first":"x","age":34}'), ('query', 'a=1&user_age=34'),
         ('user', {'profile': {'age': 34}}), ('fields', [{'name': 'age', 'value': '34'}]),
         ('blob', 'eyJhZ2UiOiAzNCwgInBsYW4iOiAicHJvIn0='),
         ('xml', '<person><age>34</age><plan>pro</plan></person>')]),
    'P11': (['gender', 'sex', 'geschlecht'], lambda chance: pick(
        chance, 'male', 'female', 'M', 'F', 'weiblich', 'Männlich', 'femme', 'hombre', 'non-binary',
        '女', 'мужской', 'kvinna', 'they/them'), False, [
            ('gender', 'loading'), ('gender', ''), ('category', 'female'), ('note', 'male'),
            ('department', 'women'), ('gender', 'prefer not'), ('gender', 'step 2')],
        [('gender', 'FEMALE'), ('salutation', 'Mrs.'), ('user_gender', 'f')]),
    'P12': (['profile_url', 'note', 'value'], profile, True, [
        ('note', 'https://twitter.com/intent/tweet'), ('note', 'https://github.com/a-b/repo'),
        ('note', 'https://www.facebook.com/sharer'), ('note', 'netflix.com/title'),
        ('note', 'https://instagram.com/'), ('note', 'https://linkedin.com/jobs'),
        ('username', 'true'), ('note', 'share on x.com/'), ('note', 'fox.com/news'),
        ('note', 'https://www.youtube.com/watch?v=1')],
        [('username', 'ann_vane'), ('twitter_handle', '@annvane'), ('note',
         'FACEBOOK.COM/ann.vane'),
         ('discord_tag', 'ann#1234'), ('note', 'me: instagram.com/ann.vane, hello')]),
    'P13': (['license_plate', 'kfz_kennzeichen', 'number_plate'], plate, False, [
        ('note', 'B-MW 1234'), ('license_plate', 'ok'), ('plate_count', 12), ('sku', 'AB12 CDE'),
        ('license_plate', 'unknown'), ('note', 'AB12 CDE')],
        [('note', 'plate B-MW 1234 seen'), ('note', 'Kennzeichen: B MW 1234')]),
    'P14': (['vin', 'note', 'value'], vin, True, [
        ('note', '1M8GDM9A0KP042788'), ('note', '1M8GDM9AXKP04278'), ('id', 'A' * 17),
        ('note', '12345678901234567'), ('note', '1M8GDM9AXKP0427888'), ('note',
        'IOQGDM9AXKP042788')],
        [('vin', 'WVWZZZ1JZXW000001'), ('note', 'car 1M8GDM9AXKP042788 sold'),
         ('vin_number', '1hgcm82633a004352')]),
    'P15': (['employee_id', 'student_number', 'membership_number'], person_number, False, [
        ('employee_id', '3f2504e0-4f89-11d3-9a0c-0305e82c3301'), ('employee_count', 12),
        ('employee_id', 'x'), ('student_id', 'none'), ('note', 'E12345'), ('order_number', 'KD123'),
        ('badge', 'gold')], [('personalnummer', '00123'), ('staffId', 'AB 1234')]),
    'P16': (['recording', 'note', 'value'], media, True, [
        ('icon', 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB'),
        ('logo', 'data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcv'),
        ('css', 'data:font/woff2;base64,d09GMgABAAAAA'), ('note', 'data:image/'),
        ('note', 'data:audio/mpeg'), ('note', 'data: image/png')],
        [('selfie', portrait), ('signature', portrait), ('avatar', portrait),
         ('note', '<img src="data:audio/wav;base64,UklGRiQAAABXQVZFZm10IBAAAAA=">')]),
}


# ---- Places, devices, health -----------------------------------------------------------------

def ipv4(chance):
    return f'{chance.choice([84, 91, 151, 185, 212])}.' + '.'.join(
        str(chance.randint(33, 250)) for _ in range(3))


def ipv6(chance):
    parts = [f'{chance.randint(0x2001, 0x2fff):x}'] + [
        f'{chance.randint(1, 0xffff):x}' for _ in range(7)]
    return pick(chance, ':'.join(parts), ':'.join(parts[:4]) + '::1', parts[0] + '::' + parts[1],
                ':'.join(parts[:3]) + '::' + ':'.join(parts[3:5]))


def mac(chance):
    pairs = ['a4'] + [letters(chance, 2, HEX) for _ in range(5)]
    return pick(chance, ':'.join(pairs), '-'.join(pairs), ':'.join(pairs).upper())


def imei(chance):
    body = '35' + digits(chance, 12)
    return body + luhn_digit(body)


def iccid(chance):
    body = '8947' + digits(chance, 14)
    return body + luhn_digit(body)


def sim(chance):
    body = '8947' + digits(chance, 14)
    return pick(chance, body + luhn_digit(body), '24201' + digits(chance, 10),
                '310410' + digits(chance, 9))


def uuid(chance):
    text = letters(chance, 32, HEX)
    return '-'.join([text[:8], text[8:12], '4' + text[13:16], 'a' + text[17:20], text[20:]])


AGENTS = [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) '
    'Chrome/{0}.0.0.0 Safari/537.36',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) '
    'Version/{0}.1 Safari/605.1.15',
    'Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 CriOS/{0}.0',
    'Dalvik/2.1.{0} (Linux; U; Android 13; Pixel 7 Build/TQ3A)',
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/{0}.0 Safari/537.36 Edg/{0}.0.1',
]


def agent(chance):
    return chance.choice(AGENTS).format(chance.randint(90, 140))


def degrees(chance):
    return (f'{chance.randint(10, 80)}.{letters(chance, 5, "13579")}',
            f'{chance.randint(-99, 150)}.{letters(chance, 5, "13579")}')


def pair(chance):
    lat, lng = degrees(chance)
    return pick(chance, f'{lat}, {lng}', f'{lat},{lng}', f'{lat};{lng}', f'geo:{lat},{lng}',
                f'{lat} {lng}')


def home(chance):
    user = word(chance, 6)
    return pick(chance, f'/Users/{user}/Documents/report.pdf', f'/home/{user}/.config/app',
                f'C:\\Users\\{user}\\Desktop\\a.txt', f'/home/{user}/projects/app/index.js',
                f'file:///Users/{user}/Downloads/a.zip', f'C:\\Users\\{user}')


def url(chance):
    return pick(chance, f'https://acme.com/search?q={word(chance, 5)}',
                f'https://acme.com/users/{digits(chance, 6)}/edit',
                f'https://www.acme.co.uk/a/{uuid(chance)}#top',
                f'http://acme.com/?session={word(chance, 4)}{digits(chance, 3)}',
                f'https://acme.com/track?campaign={word(chance, 8)}')


def ill(chance):
    one = pick(chance, 'metformin', 'sertraline', 'Ibuprofen', 'insulin', 'warfarin')
    two = pick(chance, 'diabetes', 'depression', 'asthma', 'hypertension', 'epilepsy', 'Migräne')
    return pick(chance, f'takes {one} for {two}', f'{two} and {one}', f'{one}, {two}')


def stated(chance):
    who = pick(chance, 'I am', "I'm", 'We are', 'Ich bin', 'Je suis', 'Soy')
    return who + ' ' + pick(chance, 'Catholic', 'muslim', 'a Buddhist', 'gay', 'a union member',
                            'bisexual', 'jüdisch', 'athée', 'católica')


CARD = 'BEGIN:VCARD\nVERSION:3.0\nN:{0};{1}\nEND:VCARD'
EVENT = 'BEGIN:VCALENDAR\nPRODID:-//x\nBEGIN:VEVENT\nSUMMARY:{0}\nDTSTART:20250101T100000Z'

PLACE = {
    'H01': (['medical_record_number', 'mrn', 'health_insurance_number'],
            lambda chance: pick(chance, digits(chance, 8), f'MRN{digits(chance, 7)}',
                                f'A{digits(chance, 9)}'), False, [
        ('note', 'A123456789'), ('mrn', 'none'), ('mrn', '12'), ('record', '12345678'),
        ('health_check', 'ok'), ('note', '12345678')], [('note', 'MRN 12345678 admitted'),
                                                        ('note', 'medical record: 00123456')]),
    'H02': (['icd_code', 'diagnosis', 'icd10'], lambda chance: pick(
        chance, f'E11.{chance.randint(0, 9)}', f'F32.{chance.randint(0, 9)}', 'J45', 'C50.911',
        'M54.5', 'Z3A.20', 'S72.001A', 'F41.1'), False, [
            ('sku', 'E11.9'), ('note', 'F32.1'), ('seat', 'A12'), ('hall', 'B10'),
            ('paper', 'A4'), ('diagnosis_code_count', 3), ('note', 'Z99')],
        [('note', 'diagnosis: E11.9'), ('note', 'ICD-10 F32.1 noted'), ('diagnosis', 'e11.9')]),
    'H03': (['note', 'text', 'comment'], ill, True, [
        ('note', 'insulin'), ('note', 'market depression'), ('note', 'relief map'),
        ('stroke', 'stroke-width'), ('note', 'I feel fine'), ('note', 'hip hop'),
        ('note', 'Diabetes, diabetes, Diabetes'), ('note', 'aids for hearing')],
        [('medication', 'Ozempic'), ('diagnosis', 'type 2 diabetes'), ('note', '糖尿病与胰岛素'),
         ('note', 'Brustkrebs, danach Chemotherapie'), ('note', 'инсулин и диабет'),
         ('symptoms', 'panic attacks')]),
    'H04': (['note', 'text', 'bio'], stated, True, [
        ('note', 'I am ready'), ('note', "I'm looking for black shoes today okay then"),
        ('religion', True), ('race', 'none'), ('note', 'liberal use of colours'),
        ('note', 'I am fine. Catholic school nearby'), ('party', 'birthday'),
        ('note', 'christian louboutin'), ('trade', 'union')],
        [('religion', 'Zoroastrian'), ('sexual_orientation', 'gay'), ('ethnicity', 'Roma'),
         ('note', 'MY RELIGION is Islam'), ('political_party', 'Green'), ('note',
         'Я православный')]),
    'D01': (['ip', 'note', 'value'], ipv4, True, [
        ('version', '84.91.151.33'), ('os_version', '10.15.7'), ('note', 'v1.2.3.4'),
        ('note', '10.0.0.1'), ('note', '192.168.1.20'), ('note', '127.0.0.1'), ('note', '1.2.3.4'),
        ('note', '256.91.151.33'), ('note', '84.91.151'), ('note', '84.91.151.33.5'),
        ('agent', 'Chrome/120.0.6099.129'), ('note', 'version 84.91.151.33'),
        ('note', '120.0.0.0'), ('note', '084.91.151.33'), ('oid', '1.3.6.1.4.1'),
        ('range', '84-91-151-33')],
        [('client_ip', '1.2.3.4'), ('note', 'from 84.91.151.33:8080'), ('note', '[84.91.151.33]'),
         ('note', 'http://84.91.151.33/x'), ('x_forwarded_for', '84.91.151.33, 10.0.0.1')]),
    'D02': (['ip', 'note', 'value'], ipv6, True, [
        ('note', '12:30:45'), ('note', 'fe80::1'), ('note', '::1'), ('note', 'a::b'),
        ('code', 'std::string'), ('css', 'a::before'), ('note', 'fd00::1234'),
        ('time', '2025:01:31 12:30:00'), ('note', '1:2:3:4:5:6:7'), ('note', 'face::book::cafe'),
        ('ratio', '16:9'), ('note', 'de:ad:be:ef')],
        [('note', '[2a02:2121::1]:443'), ('note', 'from 2A02:2121::ABCD now'),
         ('remote_addr', '2a02:2121:0:0:0:0:0:1')]),
    'D03': (['mac', 'note', 'value'], mac, True, [
        ('note', '00:00:00:00:00:00'), ('note', 'ff:ff:ff:ff:ff:ff'), ('note', '12:30:45'),
        ('mac_version', '14.2'), ('note', 'a4:5e:60:c1:22'), ('note', 'a4:5e:60:c1:22:3g'),
        ('note', 'a4:5e:60:c1:22:33:44'), ('t', '20-25-01-31-12-30'), ('mac', 'address'),
        ('note', 'ab-cd-ef')],
        [('mac', 'a45e60c12233'), ('mac_address', 'a45e.60c1.2233'), ('note',
         'wlan A4-5E-60-C1-22-33.')]),
    'D04': (['imei', 'imei_number', 'meid'], imei, False, [
        ('note', '490154203237518'), ('imei', '490154203237510'), ('imei', '123'),
        ('sku', '352099001761481'), ('imei', '000000000000000'), ('imei_count', 2)],
        [('note', 'IMEI: 49-015420-323751-8'), ('meid', 'A10000009296F2'),
         ('imei2', 352099001761481)]),
    'D05': (['idfa', 'gaid', 'advertising_id'], uuid, False, [
        ('idfa', '00000000-0000-0000-0000-000000000000'), ('idfa', 'denied'), ('ad_id', 'banner-1'),
        ('request_id', '3f2504e0-4f89-11d3-9a0c-0305e82c3301'), ('campaign', 'x'), ('idfa', True)],
        [('aaid', '{3f2504e0-4f89-41d3-9a0c-0305e82c3301}'),
         ('idfv', '3F2504E0-4F89-41D3-9A0C-0305E82C3301')]),
    'D06': (['iccid', 'imsi', 'sim_serial'], sim, False, [
        ('note', '8947080012345678902'), ('iccid', '123'), ('imsi', '999990123456789'),
        ('order', '242011234567890'), ('sim', 'active'), ('iccid', 'none')],
        [('note', lambda chance: 'ICCID ' + iccid(chance)), ('note', 'imsi: 242011234567890')]),
    'D07': (['fingerprint', 'canvas_hash', 'device_fingerprint'],
            lambda chance: letters(chance, chance.choice([32, 40, 64]), HEX), False, [
        ('sha', '9fceb02d0ae598e95dc970b74767f19372d61af8'), ('fingerprint', 'enabled'),
        ('fingerprint', '0' * 32), ('commit', 'a' * 40), ('fingerprint_supported', True),
        ('fingerprint', 'n/a')], [('visitor_hash', 'Xy9kLm2Pq8RtV4sWb7Zc'),
                                  ('browser_fingerprint', 'ABCDEF0123456789ABCDEF0123456789')]),
    'D08': (['user_agent', 'note', 'value'], agent, True, [
        ('user_agent', 'mobile'), ('browser', 'Chrome 120'), ('note', 'Mozilla Foundation'),
        ('user_agent_family', 'Chrome'), ('note', 'Mozilla/5.0'), ('user_agent', 'Safari')],
        [('user_agent', 'okhttp/4.9.3'), ('ua', 'curl/8.5.0'),
         ('note', 'ua="Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/115.0"')]),
    'D09': (['hostname', 'serial_number', 'computer_name'], lambda chance: pick(
        chance, f'DESKTOP-{letters(chance, 7)}', f'C02{letters(chance, 5)}{digits(chance, 4)}',
        f"{word(chance, 6)}s-macbook.local", f'{word(chance, 5)} PC {digits(chance, 2)}'), False, [
            ('hostname', 'localhost'), ('serial_number', 'unknown'), ('note', 'DESKTOP-AB12CD3'),
            ('host', 'acme.com'), ('serial_number', '0'), ('hostname', 'true'), ('serial', 'yes')],
        [('device_name', "Ingrid's iPhone"), ('android_id', '9774d56d682e549c'),
         ('udid', '00008030-001A2D223C10802E')]),
    'D10': (['path', 'note', 'value'], home, True, [
        ('path', '/home'), ('path', '/home/products/list'), ('path', '/Users/Shared/a.txt'),
        ('path', '/users/settings/profile'), ('note', 'https://acme.com/home/user/a'),
        ('path', '/usr/share/app/work'), ('path', 'C:\\Users\\Public\\a.txt'),
        ('path', '/homepage/ann/.x')],
        [('note', 'at /Users/annv/app/src/main.c:12'), ('note', 'C:\\\\Users\\\\annv\\\\a.c'),
         ('note', 'open "C:/Users/annv/a.c"')]),
    'L01': (['coordinates', 'location', 'value'], pair, True, [
        ('lat', 59.91), ('note', '59.91, 10.75'), ('lng', '10.75'), ('x', 59.913912),
        ('viewport_x', 412.1234), ('path', 'M10.1234,20.5678 L30.1234,40.5678'),
        ('css', 'cubic-bezier(0.1234, 0.5678, 0.3456, 1.2345)'), ('scale', '1.2345,1.2345'),
        ('price', '1299.123'), ('note', '0.1234,0.5678'), ('version', '12.4.1'),
        ('note', '12.1234 kg, 45.1234 m'), ('width', 1024.12345), ('note', '99.12345, 190.12345')],
        [('lat', 59.913912), ('longitude', '-122.419416'), ('location', [59.913912, 10.752245]),
         ('p', {'lat': 59.913912, 'lng': 10.752245}), ('note', '59°54\'50"N 10°45\'08"E'),
         ('note', 'maps/@59.913912,10.752245,17z'), ('note', 'POINT(10.752245 59.913912)')]),
    'L02': (['geohash', 'plus_code', 'what3words'], lambda chance: pick(
        chance, 'u4xez' + letters(chance, 3, 'bcdefg2345'), '9FFW84' + pick(chance, '22',
        'J9') + '+J9',
        'filled.count.soap', '///index.home.raft', 'u4pruyd'), False, [
            ('note', 'u4xezr3'), ('note', '9FFW84J9+J9'), ('geohash', 'no'), ('pkg',
            'com.acme.app'),
            ('plus_code', 'none'), ('geohash_enabled', True)], [('open_location_code',
            '84J9+J9 Oslo')]),
    'L03': (['ssid', 'wifi_name', 'wifi_ssid'],
            lambda chance: pick(chance, f'Hansen{digits(chance, 2)}', 'Ingrid’s Wi-Fi',
                                f'TP-LINK_{letters(chance, 4)}', f'{word(chance, 6)} 5G'), False, [
        ('ssid', '<unknown ssid>'), ('wifi', True), ('ssid', 'null'), ('network', 'wifi'),
        ('wifi_enabled', True), ('ssid', '')], [('bssid', 'a4:5e:60:c1:22:33')]),
    'U01': (['page_url', 'note', 'value'], url, True, [
        ('url', 'https://acme.com/pricing'), ('url', '/pricing'), ('note', 'https://acme.com'),
        ('note', 'see https://acme.com/a1b2c3 there'), ('scheme', 'app://open'), ('note', '://'),
        ('url', 'https://acme.com/products?utm_source=mail'), ('url', '')],
        [('href', '/search?q=ann'), ('note', 'see https://acme.com/?a=1 there'),
         ('referrer', 'https://google.com/search?q=x'), ('note', '<a href="https://a.com/?t=1">'),
         ('note', 'HTTPS://ACME.COM/?Q=1')]),
    'U04': (['file_name', 'attachment_name', 'filename'], lambda chance: pick(
        chance, f'{name(chance)}.pdf', f'CV_{name(chance).replace(" ", "_")}.docx',
        f'invoice-{digits(chance, 8).replace("19", "77").replace("20", "88")}1.pdf',
        f'scan {name(chance)} passport.jpg'), False, [
            ('file_name', 'report.pdf'), ('file_name', 'IMG_20250131_123456.jpg'),
            ('note', 'Ingrid Hansen.pdf'), ('file_name', 'logo@2x.png'), ('file_name', 'a.b'),
            ('file', 'main.c'), ('file_name', 'screenshot-2025-01-31.png')],
        [('filePath', '/uploads/Ingrid-Hansen.PDF')]),
    'U05': (['note', 'scan', 'value'], lambda chance: pick(
        chance, CARD, EVENT, 'MECARD:N:{0},{1};TEL:+4791234567;;').format(*name(chance).split()),
        True, [
        ('note', 'BEGIN:VCARD'), ('note', 'BEGIN TRANSACTION'), ('note', 'begin:v'),
        ('note', 'begin: vcard version'), ('mime', 'text/calendar'), ('mime', 'text/vcard'),
        ('note', 'END:VCARD')], [('note', 'begin:vcard\r\nversion:4.0\r\nfn:Ann')]),
}

# In force in strict mode, for what no plan names: names, and what stands under them.
STRICT = {
    'U02': (['q', 'search_query', 'search'], lambda chance: f'{word(chance, 5)} {word(chance, 6)}',
            {'搜索词': '红色 鞋子', 'suchbegriff': 'rote Schuhe', 'поисковый_запрос': 'красные туфли'}),
    'U03': (['comment', 'message', 'note'],
            lambda chance: ' '.join(word(chance, 6) for _ in range(9)),
            {'kommentar': 'das war leider gar nicht so gut wie es hätte sein sollen',
             'комментарий': 'это было совсем не так хорошо как нам обещали вчера',
             'opmerking': 'dit was helaas lang niet zo goed als het had kunnen zijn'}),
}
