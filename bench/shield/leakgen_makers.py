"""What is planted: a maker for each detector, with the keys it needs (or none: it stands alone)."""

import base64
import hashlib
import json
import random
import string
import zlib
from collections import namedtuple

import make_vectors_finance as finance
import national_numbers as national

Maker = namedtuple('Maker', 'detector keys make in_text')

HEX = '0123456789abcdef'
ALNUM = string.ascii_letters + string.digits
URL64 = ALNUM + '-_'
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'


def draw(chance, alphabet, size):
    return ''.join(chance.choices(alphabet, k=size))


def base62(number, size):
    out = ''
    for _ in range(size):
        number, rest = divmod(number, 62)
        out = BASE62[rest] + out
    return out


# ---- Credentials -----------------------------------------------------------------------------

PASSWORD_KEYS = [
    'password', 'passwd', 'pwd', 'user_password', 'newPassword', 'passphrase', 'Passwort',
    'kennwort', 'contrase\u00f1a', 'contrasena', 'mot_de_passe', 'motDePasse', 'senha', 'clave',
    'wachtwoord', 'l\u00f6senord', 'passord', 'adgangskode', 'salasana', 'has\u0142o', 'heslo',
    'jelsz\u00f3', 'parol\u0103', '\u043f\u0430\u0440\u043e\u043b\u044c', '\u5bc6\u7801',
    '\u5bc6\u78bc', '\u30d1\u30b9\u30ef\u30fc\u30c9', '\ube44\ubc00\ubc88\ud638', '\u015fifre',
    'm\u1eadt kh\u1ea9u', 'kata sandi', 'pAssWord', 'user_pwd2', 'password_confirmation',
    'login.password',
    'form[password]', 'secret', 'client_secret', 'api_key', 'apiKey', 'access_token', 'auth_token',
    'private_key', 'x-api-key', 'refreshToken', 'session_token',
]


def password(chance):
    kind = chance.randrange(5)
    if kind == 0:
        return draw(chance, ALNUM + '!#$%&*+-.:?@_', chance.randint(8, 24))
    if kind == 1:
        word = chance.choice(['sommer', 'dragon', 'letmein', 'qwerty', 'monkey', 'hunter', 'admin'])
        return word.capitalize() + str(chance.randint(1, 2026)) + chance.choice(['', '!', '#'])
    if kind == 2:
        return draw(chance, string.ascii_lowercase, chance.randint(5, 14))
    if kind == 3:
        return draw(chance, string.digits, chance.randint(4, 12))
    return ' '.join(chance.choices(['correct', 'horse', 'battery', 'staple', 'kiwi', 'lamp'], k=4))


def crc_token(prefix):
    def make(chance):
        body = draw(chance, ALNUM, 30)
        return prefix + body + base62(zlib.crc32(body.encode()), 6)
    return make


def shape(prefix, alphabet, size, tail=''):
    return lambda chance: prefix + draw(chance, alphabet, size) + tail


def b64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip('=')


def octets(chance, size):
    return bytes(chance.getrandbits(8) for _ in range(size))


def jwt(chance):
    header = {'alg': chance.choice(['HS256', 'RS256', 'ES256']), 'typ': 'JWT'}
    payload = {'sub': draw(chance, string.digits, 8), 'iat': chance.randint(10**9, 2 * 10**9)}
    parts = [b64url(json.dumps(part).encode()) for part in (header, payload)]
    return '.'.join(parts + [b64url(octets(chance, 32))])


def pem(chance):
    kind = chance.choice(['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY',
                          'OPENSSH PRIVATE KEY'])
    body = base64.b64encode(octets(chance, 90)).decode()
    gap = chance.choice(['\n', '\\n', ' '])
    return f'-----BEGIN {kind}-----{gap}{body}{gap}-----END {kind}-----'


def connection(chance):
    scheme = chance.choice(['postgres', 'mysql', 'mongodb', 'redis', 'amqp', 'postgresql'])
    return f'{scheme}://app:{draw(chance, ALNUM, 12)}@db{chance.randint(1, 9)}.example.org/prod'


def basic(chance):
    pair = f'admin:{draw(chance, ALNUM, 10)}'.encode()
    return 'Authorization: Basic ' + base64.b64encode(pair).decode()


def wif(chance):
    payload = b'\x80' + octets(chance, 32) + b'\x01'
    check = hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, out = int.from_bytes(payload + check, 'big'), ''
    while number:
        number, rest = divmod(number, 58)
        out = BASE58[rest] + out
    return out


SECRETS = [
    Maker('S01', None, shape('AKIA', string.ascii_uppercase + '234567', 16), True),
    Maker('S03', None, shape('AIza', ALNUM + '-_', 34, 'x'), True),
    Maker('S08', None, crc_token('ghp_'), True),
    Maker('S08', None, crc_token('gho_'), True),
    Maker('S09', None, shape('glpat-', ALNUM, 20), True),
    Maker('S10', None, lambda c: f'xoxb-{draw(c, string.digits, 12)}-{draw(c, string.digits, 12)}-'
          f'{draw(c, ALNUM, 24)}', True),
    Maker('S11', None, shape('sk_live_', ALNUM, 24), True),
    Maker('S12', None, shape('sk-ant-api03-', ALNUM, 93, 'AA'), False),
    Maker('S12', None, shape('hf_', string.ascii_letters, 34), True),
    Maker('S13', None, crc_token('npm_'), True),
    Maker('S14', None, lambda c: f'SG.{draw(c, ALNUM, 22)}.{draw(c, ALNUM, 43)}', True),
    Maker('S16', None, shape('shpat_', HEX, 32), True),
    Maker('S17', None, shape('dop_v1_', HEX, 64), True),
    Maker('S24', None, jwt, True),
    Maker('S25', None, pem, False),
    Maker('S28', None, connection, True),
    Maker('S29', None, basic, True),
    Maker('S34', None, wif, True),
]

# ---- People and places -----------------------------------------------------------------------

GIVEN = ['ingrid', 'marta', 'chidi', 'lukas', 'amelie', 'jun', 'sofia', 'omar', 'elena', 'tomas']
FAMILY = ['solheim', 'vane', 'okafor', 'berger', 'dubois', 'tanaka', 'rossi', 'haddad', 'novak']


def email(chance):
    name = chance.choice(['{}.{}', '{}_{}', '{}{}', '{}.{}+shop']).format(
        chance.choice(GIVEN), chance.choice(FAMILY))
    host = chance.choice(['example.org', 'example.co.uk', 'mail.example.de', 'example.io'])
    return f'{name}{chance.randint(1, 999)}@{host}'


def phone(chance):
    return chance.choice([
        lambda: f'+47 {draw(chance, "49", 1)}{draw(chance, string.digits, 7)}',
        lambda: f'+49 15{draw(chance, string.digits, 1)} {draw(chance, string.digits, 8)}',
        lambda: f'+1 (415) {chance.randint(200, 999)}-{draw(chance, string.digits, 4)}',
        lambda: f'+447{draw(chance, string.digits, 9)}',
    ])()


def address_v4(chance):
    return '.'.join(str(chance.choice([31, 46, 77, 93, 151, 203, 212])) if place == 0
                    else str(chance.randint(1, 254)) for place in range(4))


def mac(chance):
    return ':'.join(draw(chance, HEX, 2) for _ in range(6))


def home(chance):
    name = chance.choice(GIVEN)
    return chance.choice([f'/Users/{name}/Documents/a.txt', f'/home/{name}/x.log',
                          f'C:\\Users\\{name}\\Desktop\\b.doc'])


PEOPLE = [
    Maker('P01', None, email, True),
    Maker('P03', None, phone, True),
    Maker('D01', ['ip', 'client_ip', 'remote_addr', 'ip_address'], address_v4, False),
    Maker('D03', None, mac, True),
    Maker('D10', None, home, True),
    Maker('K01', PASSWORD_KEYS, password, False),
]

# ---- Cards and accounts ----------------------------------------------------------------------


def grouped_card(chance):
    number = finance.any_card(chance)
    if chance.random() < 0.2:
        return number
    return finance.grouped(number, chance.choice(finance.GROUPINGS),
                           chance.choice(finance.SEPARATORS))


MONEY = [
    Maker('F01', None, finance.any_card, True),
    Maker('F01', None, grouped_card, False),
    Maker('F03', None, finance.track, False),
    Maker('F04', ['cvv', 'cvc', 'card_cvv', 'security_code'], lambda c: draw(c, '123456789', 3),
          False),
    Maker('F06', None, finance.iban, True),
    Maker('F06', None, lambda c: finance.spaced(finance.iban(c)), True),
    Maker('F08', ['routing_number', 'aba', 'rtn', 'bank_routing'], finance.routing, False),
    Maker('F14', None, finance.handle, True),
]

# ---- Official identifiers --------------------------------------------------------------------

OFFICIAL = [
    Maker('N01', None, national.ssn, True),
    Maker('N05', ['sin', 'social_insurance', 'user_sin', 'nas'], national.sin, False),
    Maker('N06', None, national.nino, True),
    Maker('N07', ['nhs', 'nhs_number', 'patient_nhs', 'nhsNumber'], national.nhs, False),
    Maker('N09', ['steuer_id', 'idnr', 'steuerid', 'meine_steuer_id'], national.steuer_id, False),
    Maker('N11', None, national.nir, True),
    Maker('N12', None, national.codice_fiscale, True),
    Maker('N13', ['dni', 'nie', 'user_dni', 'cliente_nie'], national.dni, False),
    Maker('N15', ['bsn', 'burgerservicenummer', 'klant_bsn', 'sofinummer'], national.bsn, False),
    Maker('N16', None, national.rrn_belgium, True),
    Maker('N17', None, national.ahv, True),
    Maker('N19', None, national.personnummer, True),
    Maker('N20', None, national.fodselsnummer, True),
    Maker('N22', None, national.hetu, True),
    Maker('N23', ['pesel', 'user_pesel', 'numer_pesel', 'klient_pesel'], national.pesel, False),
    Maker('N25', ['tckn', 'kimlik', 'tc_kimlik', 'user_tckn'], national.tckn, False),
    Maker('N27', None, national.south_african, True),
    Maker('N28', None, national.aadhaar, True),
    Maker('N30', None, national.cpf, True),
    Maker('N31', None, national.curp, True),
    Maker('N33', None, national.chinese, True),
    Maker('N35', None, national.korean, True),
    Maker('N36', None, national.nric, True),
    Maker('N37', None, national.hkid, True),
    Maker('N38', ['tfn', 'tax_file', 'user_tfn', 'abn'], national.tfn, False),
    Maker('N40', None, national.mrz, False),
]

ALL = SECRETS + PEOPLE + MONEY + OFFICIAL


def main():
    chance = random.Random(1)
    for maker in ALL:
        print(maker.detector, json.dumps(maker.make(chance)))


if __name__ == '__main__':
    main()
