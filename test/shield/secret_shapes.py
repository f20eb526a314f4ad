"""Made-up secrets of real shapes, checksums right, for make_vectors_secrets.py.

Everything is drawn from one seeded source: the same seed gives the same files."""

import base64
import hashlib
import random
import string
import struct
import zlib
from pathlib import Path

R = random.Random(20261122)
UPPER, LOWER, DIGIT = string.ascii_uppercase, string.ascii_lowercase, string.digits
ALNUM = string.ascii_letters + DIGIT
URL64 = ALNUM + '-_'
B32 = UPPER + '234567'
B58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
B62 = DIGIT + UPPER + LOWER
HEX = '0123456789abcdef'
BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
WORDS = [line for line in (Path(__file__).resolve().parents[2]
                           / 'src/shield/rules/bip39_english.txt').read_text().splitlines()
         if line and not line.startswith('#')]


def draw(alphabet, size):
    """Random, but beginning and ending with a letter or digit, as a word boundary needs."""
    text = ''.join(R.choice(alphabet) for _ in range(size))
    return R.choice(LOWER + UPPER if alphabet in (URL64, ALNUM) else alphabet) + text[1:-1] + (
        R.choice(DIGIT if alphabet in (URL64, ALNUM) else alphabet) if size > 1 else '')


def mixed(alphabet, size):
    """Random with all of its kinds."""
    while True:
        text = draw(alphabet, size)
        if any(c in DIGIT for c in text) and any(c in UPPER for c in text) \
                and any(c in LOWER for c in text):
            return text


def hexes(size):
    while True:
        text = draw(HEX, size)
        if any(c in DIGIT for c in text) and any(c in LOWER for c in text):
            return text


def b64(data):
    return base64.b64encode(data).decode()


def b64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip('=')


def octets(size):
    return bytes(R.randrange(256) for _ in range(size))


def base62(number, size):
    out = ''
    for _ in range(size):
        number, rest = divmod(number, 62)
        out = B62[rest] + out
    return out


def crc_token(prefix):
    body = mixed(ALNUM, 30)
    return prefix + body + base62(zlib.crc32(body.encode()), 6)


def grafana():
    key = 'glsa_' + mixed(ALNUM, 32)
    return key + '_' + struct.pack('<I', zlib.crc32(key.encode())).hex()


def candor(kind):
    body = f'cdr_{kind}_' + mixed(ALNUM, 43)
    return body + '_' + base62(zlib.crc32(body.encode()), 6)


def bech32_polymod(values):
    generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1ffffff) << 5 ^ value
        for i in range(5):
            check ^= generator[i] if top >> i & 1 else 0
    return check


def bech32(hrp, size):
    data = [R.randrange(32) for _ in range(size)]
    expanded = [ord(c) >> 5 for c in hrp] + [0] + [ord(c) & 31 for c in hrp]
    check = bech32_polymod(expanded + data + [0] * 6) ^ 1
    data += [check >> 5 * (5 - i) & 31 for i in range(6)]
    return hrp + '1' + ''.join(BECH32[value] for value in data)


def base58check(payload):
    data = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, out = int.from_bytes(data, 'big'), ''
    while number:
        number, rest = divmod(number, 58)
        out = B58[rest] + out
    return '1' * (len(data) - len(data.lstrip(b'\0'))) + out


def phrase(count):
    data = octets(count * 4 // 3)
    bits = int.from_bytes(data, 'big') << count // 3
    bits |= hashlib.sha256(data).digest()[0] >> 8 - count // 3
    return [WORDS[bits >> 11 * (count - 1 - i) & 2047] for i in range(count)]


def jwt(header='{"alg":"HS256","typ":"JWT"}', payload=None):
    payload = payload or '{"sub":"%s","iat":1516239022}' % draw(DIGIT, 10)
    return '.'.join([b64url(header.encode()), b64url(payload.encode()), b64url(octets(32))])


def der(size, kind):
    """The beginning of a private key in DER, and random bytes behind it."""
    heads = {'pkcs8': '020100300d06092a864886f70d0101010500', 'rsa': '020100028201',
             'ec': '0201010420', 'p12': '020103308209'}
    head = bytes.fromhex(heads[kind])
    body = head + octets(size - len(head))
    return b'\x30\x82' + struct.pack('>H', len(body)) + body


def certificate(size):
    body = bytes.fromhex('308202') + octets(size)
    return b'\x30\x82' + struct.pack('>H', len(body)) + body


def pem(label, data, newline='\n'):
    text = b64(data)
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return newline.join([f'-----BEGIN {label}-----', *lines, f'-----END {label}-----'])


def uuid():
    return '-'.join([hexes(8), hexes(4), '4' + hexes(3), 'a' + hexes(3), hexes(12)])


def ulid():
    return '01' + draw('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 24)
