// The static-text dictionary: which texts of a site are its own words, and may be told.
//
// THE FORMAT, for whoever builds or reads it elsewhere (the server does, in C):
//
// Normal form of a text: NFC; every run of white space becomes one space, none at either end.
// Eligible: at most 80 UTF-16 units, no run of 4 digits, no "@", and no detector finds anything.
//
// Hash, 64 bits: the UTF-8 bytes of salt, one byte 0, the text in normal form; MurmurHash3 x86_32 of
// them with seed 0 (high half) and with seed 0x9747b28c (low half). Written as 16 hex digits.
//
// Filter: a xor filter over those hashes. All numbers little-endian, all arithmetic mod 2^32.
//   byte 0       1, the version
//   byte 1       w, the width of a fingerprint in bytes: 1 or 2
//   bytes 2..5   s, the seed
//   bytes 6..9   n, the length of one of the three blocks, at least 1
//   then         3n fingerprints of w bytes
// For a hash (high, low), with mix() = the final mix of MurmurHash3:
//   a = mix(high ^ s)   b = mix(low ^ a)   c = mix(a + b)   f = mix(b ^ c) mod 2^(8w)
//   the text is in the dictionary if  F[a*n >> 32] ^ F[n + (b*n >> 32)] ^ F[2n + (c*n >> 32)] = f,
//   the products in 64 bits.
// A text that is not in it passes with a chance of 2^-8w: so w is 2 up to 12,000 texts (30 KB), and
// the server, which has the whole hashes, looks again.

export interface Filter {
    width: number;
    seed: number;
    block: number;
    bytes: Uint8Array;
}

const HEADER_SIZE = 10;
const SEEDS = [0, 0x9747b28c];

export function normalize(text: string): string {
    return text.normalize('NFC').replace(/\s+/g, ' ').trim();
}

function mix(hash: number): number {
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
}

/** MurmurHash3 x86_32. */
function murmur(bytes: Uint8Array, seed: number): number {
    const scramble = (word: number) => {
        word = Math.imul(word, 0xcc9e2d51);
        return Math.imul((word << 15) | (word >>> 17), 0x1b873593);
    };
    const at = (i: number) => bytes[i] ?? 0;
    const word = (i: number) => at(i) | (at(i + 1) << 8) | (at(i + 2) << 16) | (at(i + 3) << 24);
    const whole = bytes.length & ~3;
    let hash = seed;
    for (let i = 0; i < whole; i += 4) {
        hash ^= scramble(word(i));
        hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
    }
    if (whole < bytes.length) hash ^= scramble(word(whole));
    return mix(hash ^ bytes.length);
}

/** High and low half of a text's hash. */
export function hashOf(salt: string, text: string): [number, number] {
    const bytes = new TextEncoder().encode(`${salt}\0${normalize(text)}`);
    return [murmur(bytes, SEEDS[0]!), murmur(bytes, SEEDS[1]!)];
}

export function hexOf([high, low]: [number, number]): string {
    const hex = (half: number) => (half + 2 ** 32).toString(16).slice(1);
    return hex(high) + hex(low);
}

export function openFilter(bytes: Uint8Array): Filter | undefined {
    const [version, width = 0] = bytes;
    const word = (i: number) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(i, true);
    if (version !== 1 || (width !== 1 && width !== 2) || bytes.length < HEADER_SIZE) {
        return undefined;
    }
    const block = word(6);
    if (!block || bytes.length !== HEADER_SIZE + 3 * block * width) return undefined;
    return { width, seed: word(2), block, bytes };
}

/** Where in the filter a hash stands, and which fingerprint it must find there. */
export function placesOf(
    seed: number, block: number, width: number, [high, low]: [number, number],
): [number, number, number, number] {
    const a = mix(high ^ seed);
    const b = mix(low ^ a);
    const c = mix(a + b);
    const reduced = (hash: number) => Math.floor((hash * block) / 2 ** 32);
    const mark = mix(b ^ c) & (2 ** (8 * width) - 1);
    return [reduced(a), block + reduced(b), 2 * block + reduced(c), mark];
}

export function isInFilter(filter: Filter, hash: [number, number]): boolean {
    const { width, bytes } = filter;
    const [i, j, k, mark] = placesOf(filter.seed, filter.block, width, hash);
    const at = (place: number) => {
        const from = HEADER_SIZE + place * width;
        return bytes[from]! | (width > 1 ? bytes[from + 1]! << 8 : 0);
    };
    return (at(i) ^ at(j) ^ at(k)) === mark;
}
