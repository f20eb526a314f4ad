// The static-text dictionary: which texts of a site are its own words, and may be told.
//
// THE FORMAT, for whoever builds or reads it elsewhere (the server does, in C):
//
// Normal form of a text: NFC; every run of white space becomes one space, none at either end.
// Eligible: at most 80 UTF-16 units, no run of 4 digits, no "@", and no detector finds anything.
//
// Hash, 64 bits: over the UTF-8 bytes of salt, one byte 0, the text in normal form, two lanes of
//   lane = (lane ^ byte) * multiplier
// high: from 0xdeadbeef by 0x9e3779b1, low: from 0x41c6ce57 by 0x5f356495. In the end
//   high = mix(high ^ count of bytes)   low = mix(low ^ high)
// with mix() = the final mix of MurmurHash3. Written as 16 hex digits, high first.
//
// Filter: a xor filter over those hashes. All numbers little-endian, all arithmetic mod 2^32.
//   byte 0       1, the version
//   byte 1       w, the width of a fingerprint in bytes: 1 or 2
//   bytes 2..5   s, the seed
//   bytes 6..9   n, the length of one of the three blocks, at least 1
//   then         3n fingerprints of w bytes
// For a hash (high, low):
//   a = mix(high ^ s)   b = mix(low ^ a)   c = mix(a + b)   f = mix(b ^ c) mod 2^(8w)
//   the text is in the dictionary if  F[a*n >> 32] ^ F[n + (b*n >> 32)] ^ F[2n + (c*n >> 32)] = f,
//   the products in 64 bits.
// A text that is not in it passes with a chance of 2^-8w: so w is 2 up to 12,000 texts (30 KB), and
// the server, which has the whole hashes, looks again.

/** Whether a hash is in the dictionary. */
export type Filter = (hash: [number, number]) => boolean;

const HEADER_SIZE = 10;

export function normalize(text: string): string {
    return text.normalize('NFC').replace(/\s+/g, ' ').trim();
}

function mix(hash: number): number {
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
}

/** High and low half of a text's hash. */
export function hashOf(salt: string, text: string): [number, number] {
    const bytes = new TextEncoder().encode(`${salt}\0${normalize(text)}`);
    let high = 0xdeadbeef;
    let low = 0x41c6ce57;
    for (const byte of bytes) {
        high = Math.imul(high ^ byte, 0x9e3779b1);
        low = Math.imul(low ^ byte, 0x5f356495);
    }
    high = mix(high ^ bytes.length);
    return [high, mix(low ^ high)];
}

export function hexOf([high, low]: [number, number]): string {
    const hex = (half: number) => (half + 2 ** 32).toString(16).slice(1);
    return hex(high) + hex(low);
}

export function openFilter(bytes: Uint8Array): Filter | undefined {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const width = view.getUint8(1);
    const block = view.getUint32(6, true);
    if (bytes[0] !== 1 || bytes.length !== HEADER_SIZE + 3 * block * width) return undefined;
    return ([high, low]) => {
        const a = mix(high ^ view.getUint32(2, true));
        const b = mix(low ^ a);
        const c = mix(a + b);
        let mark = mix(b ^ c);
        [a, b, c].forEach((hash, i) => {
            const from = HEADER_SIZE + (i * block + Math.floor((hash * block) / 2 ** 32)) * width;
            mark ^= bytes[from]! | (width > 1 ? bytes[from + 1]! << 8 : 0);
        });
        return !(mark & (2 ** (8 * width) - 1));
    };
}
