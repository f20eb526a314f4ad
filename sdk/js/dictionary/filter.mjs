// Builds what src/dictionary.ts reads; that file describes the format.

const HEADER_SIZE = 10;
const WIDE_UP_TO = 12_000; // texts: 30 KB of filter
const TRIES_MAX = 1000;

function mix(hash) {
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
}

export function normalize(text) {
    return text.normalize('NFC').replace(/\s+/g, ' ').trim();
}

/** 16 hex digits. */
export function hashText(salt, text) {
    const bytes = new TextEncoder().encode(`${salt}\0${normalize(text)}`);
    let high = 0xdeadbeef;
    let low = 0x41c6ce57;
    for (const byte of bytes) {
        high = Math.imul(high ^ byte, 0x9e3779b1);
        low = Math.imul(low ^ byte, 0x5f356495);
    }
    high = mix(high ^ bytes.length);
    low = mix(low ^ high);
    return [high, low].map((half) => half.toString(16).padStart(8, '0')).join('');
}

/** The three places and the fingerprint of a hash. */
function placesOf(hash, seed, block, width) {
    const a = mix(Number.parseInt(hash.slice(0, 8), 16) ^ seed);
    const b = mix(Number.parseInt(hash.slice(8), 16) ^ a);
    const c = mix(a + b);
    const reduced = (value) => Math.floor((value * block) / 2 ** 32);
    return [
        [reduced(a), block + reduced(b), 2 * block + reduced(c)], mix(b ^ c) & (2 ** (8 * width) - 1),
    ];
}

/** Take away places that one hash alone has, until none is left; undefined when that gets stuck. */
function peel(hashes, seed, block, width) {
    const counts = new Uint32Array(3 * block);
    const sums = new Uint32Array(3 * block); // the exclusive or of the hashes' numbers
    const all = hashes.map((hash) => placesOf(hash, seed, block, width));
    all.forEach(([places], n) => {
        for (const place of places) {
            counts[place]++;
            sums[place] ^= n;
        }
    });
    const lonely = [...counts.keys()].filter((place) => counts[place] === 1);
    const order = [];
    while (lonely.length) {
        const place = lonely.pop();
        if (counts[place] !== 1) continue;
        const n = sums[place];
        order.push([place, n]);
        for (const other of all[n][0]) {
            sums[other] ^= n;
            if (--counts[other] === 1) lonely.push(other);
        }
    }
    return order.length === hashes.length ? { order: order.reverse(), all } : undefined;
}

/** The filter of hashes in hex. Seeds are tried from 1 upwards, so it is always the same. */
export function buildFilter(given, width = given.length <= WIDE_UP_TO ? 2 : 1) {
    const hashes = [...new Set(given)].sort();
    const block = Math.ceil((32 + 1.23 * hashes.length) / 3);
    for (let seed = 1; seed <= TRIES_MAX; seed++) {
        const peeled = peel(hashes, seed, block, width);
        if (!peeled) continue;
        const marks = new Uint16Array(3 * block);
        for (const [place, n] of peeled.order) {
            const [places, mark] = peeled.all[n];
            marks[place] = places.reduce((sum, other) => sum ^ (other === place ? 0 : marks[other]), mark);
        }
        return written(marks, width, seed, block);
    }
    throw new Error(`no seed of ${TRIES_MAX} gives a filter of ${hashes.length} hashes`);
}

function written(marks, width, seed, block) {
    const bytes = new Uint8Array(HEADER_SIZE + marks.length * width);
    const view = new DataView(bytes.buffer);
    bytes.set([1, width]);
    view.setUint32(2, seed, true);
    view.setUint32(6, block, true);
    marks.forEach((mark, i) => {
        if (width === 1) bytes[HEADER_SIZE + i] = mark;
        else view.setUint16(HEADER_SIZE + 2 * i, mark, true);
    });
    return bytes;
}
