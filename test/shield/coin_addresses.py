"""Addresses of wallets: Base58Check, Bech32 and Bech32m, EIP-55, by other means than src/shield."""

import hashlib

BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'


def base58_address(version, body):
    data = bytes([version]) + body
    data += hashlib.sha256(hashlib.sha256(data).digest()).digest()[:4]
    number, text = int.from_bytes(data, 'big'), ''
    while number:
        number, rest = divmod(number, 58)
        text = BASE58[rest] + text
    return '1' * (len(data) - len(data.lstrip(b'\0'))) + text


def remainder(values):
    rest = 1
    for value in values:
        top, rest = rest >> 25, (rest & 0x1FFFFFF) << 5 ^ value
        for bit, pattern in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            rest ^= pattern if top >> bit & 1 else 0
    return rest


def bech32_address(prefix, version, program):
    bits = ''.join(f'{byte:08b}' for byte in program)
    bits += '0' * (-len(bits) % 5)
    data = [version] + [int(bits[place:place + 5], 2) for place in range(0, len(bits), 5)]
    head = [ord(byte) >> 5 for byte in prefix] + [0] + [ord(byte) & 31 for byte in prefix]
    rest = remainder(head + data + [0] * 6) ^ (1 if version == 0 else 0x2BC830A3)
    data += [rest >> 5 * (5 - place) & 31 for place in range(6)]
    return f'{prefix}1' + ''.join(BECH32[value] for value in data)


def keccak_256(message):
    """Of less than a block; lanes by their coordinates, as FIPS 202 writes it down."""
    block = bytearray(200)
    block[:len(message)] = message
    block[len(message)] ^= 1
    block[135] ^= 0x80
    lanes = [[int.from_bytes(block[8 * (x + 5 * y):][:8], 'little') for y in range(5)]
             for x in range(5)]
    mask, register = (1 << 64) - 1, 1

    def turned(lane, count):
        return (lane << count % 64 | lane >> (64 - count % 64)) & mask

    for _ in range(24):
        sums = [lanes[x][0] ^ lanes[x][1] ^ lanes[x][2] ^ lanes[x][3] ^ lanes[x][4]
                for x in range(5)]
        lanes = [[lanes[x][y] ^ sums[x - 1] ^ turned(sums[(x + 1) % 5], 1) for y in range(5)]
                 for x in range(5)]
        x, y, current = 1, 0, lanes[1][0]
        for step in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            current, lanes[x][y] = lanes[x][y], turned(current, (step + 1) * (step + 2) // 2)
        lanes = [[lanes[x][y] ^ (~lanes[(x + 1) % 5][y] & lanes[(x + 2) % 5][y] & mask)
                  for y in range(5)] for x in range(5)]
        for bit in range(7):
            register = (register << 1 ^ (register >> 7) * 0x171) & 0xFF
            if register & 2:
                lanes[0][0] ^= 1 << ((1 << bit) - 1)
    return b''.join(lanes[place][0].to_bytes(8, 'little') for place in range(4))


def ethereum(chance):
    return '0x' + chance.randbytes(20).hex()


def eip55(address):
    plain = address.lower().removeprefix('0x')
    digest = keccak_256(plain.encode()).hex()
    return '0x' + ''.join(byte.upper() if int(mark, 16) > 7 else byte
                          for byte, mark in zip(plain, digest))
