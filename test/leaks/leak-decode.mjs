// Every way in which a text may be wrapped on its way out, and the search for canaries in all of them.
import { createHash } from 'node:crypto';
import zlib from 'node:zlib';

const DEPTH_MAX = 4;
const VIEWS_MAX = 400;
const UNPACKED_MAX = 8 << 20;

function attempt(call, otherwise) {
    try {
        return call();
    } catch {
        return otherwise;
    }
}

function percentDecoded(text) {
    return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
        return Buffer.from(run.replaceAll('%', ''), 'hex').toString();
    });
}

function formDecoded(text) {
    return percentDecoded(text.replaceAll('+', ' '));
}

function unescaped(text) {
    return text
        .replace(/\\u\{?([0-9a-f]{4})\}?/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)))
        .replace(/\\x([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)))
        .replace(/\\([nrtbf])/g, ' ')
        .replace(/\\(["'\\/])/g, '$1')
        .replace(/&quot;/g, '"').replace(/&amp;/g, '&').replace(/&#(\d+);/g, (_, code) => {
            return attempt(() => String.fromCodePoint(Number(code)), '');
        });
}

const options = { maxOutputLength: UNPACKED_MAX, finishFlush: zlib.constants.Z_SYNC_FLUSH };
const unpackers = [
    [(b) => b[0] === 0x1f && b[1] === 0x8b, (b) => zlib.gunzipSync(b, options)],
    [(b) => (b[0] & 0x0f) === 8 && ((b[0] << 8) | b[1]) % 31 === 0, (b) => zlib.inflateSync(b, options)],
    [(b) => b.length > 16, (b) => zlib.brotliDecompressSync(b, { maxOutputLength: UNPACKED_MAX })],
    [(b) => b.length > 16, (b) => zlib.inflateRawSync(b, options)],
];

/** What compressed bytes hold; nothing when they are none. */
function unpacked(bytes) {
    if (bytes.length < 8) return [];
    const isText = bytes.subarray(0, 64).every((byte) => byte >= 9 && byte < 127);
    const found = [];
    for (const [mayBe, unpack] of isText ? [] : unpackers) {
        const out = mayBe(bytes) && attempt(() => unpack(bytes), null);
        if (out?.length) found.push(out);
    }
    return found;
}

/** All readings of some bytes, as texts. */
export function views(bytes) {
    const seen = new Set();
    const all = [];
    const readText = (text, depth) => {
        if (seen.has(text) || all.length >= VIEWS_MAX) return;
        seen.add(text);
        all.push(text);
        if (depth >= DEPTH_MAX) return;
        for (const decode of [percentDecoded, formDecoded, unescaped]) {
            readText(decode(text), depth + 1);
        }
        for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{16,}={0,2}/g)) {
            const decoded = Buffer.from(run, 'base64');
            const plain = decoded.toString();
            if (/^[\t\n\r -~\u00a0-\uffef]{6,}$/.test(plain) && !plain.includes('\ufffd')) {
                readText(plain, depth + 1);
            }
            for (const inner of unpacked(decoded)) readBytes(inner, depth + 1);
        }
    };
    const readBytes = (raw, depth) => {
        readText(raw.toString(), depth);
        if (depth < DEPTH_MAX) for (const inner of unpacked(raw)) readBytes(inner, depth + 1);
    };
    readBytes(bytes, 0);
    return all;
}

export function fold(text) {
    return text.normalize('NFKC').toLowerCase();
}

/** Digits as people group them, brought together. */
function joined(text) {
    return text.replace(/(\d)[ \u00a0.,/()-]{1,2}(?=\d)/g, '$1');
}

function hashesOf(text) {
    return ['md5', 'sha1', 'sha256'].flatMap((name) => {
        const digest = createHash(name).update(text).digest();
        return [digest.toString('hex'), digest.toString('base64').replace(/=+$/, '')];
    });
}

/** What to look for so as not to miss a canary: {plain, digits, hashes}. */
export function needlesOf(canary) {
    const { kind, value } = canary;
    const parts = [value];
    if (kind === 'jwt') parts.push(...value.split('.').slice(1));
    if (kind === 'email') parts.push(value.split('@')[0]);
    const digits = value.replace(/\D/g, '');
    const isNumber = /^[+\d][\d .,-]*$/.test(value) && digits.length >= 9;
    return {
        plain: parts.filter((part) => part.length >= 6).map(fold),
        digits: isNumber ? [digits] : [],
        hashes: parts.flatMap((part) => [...hashesOf(part), ...hashesOf(part.toLowerCase())]),
    };
}

/** Which of the canaries stand in the bytes, in whatever reading. */
export function findCanaries(bytes, canaries) {
    const texts = views(bytes);
    const folded = fold(texts.join('\n'));
    const numbers = joined(folded);
    const exact = texts.join('\n');
    return canaries.filter((canary) => {
        const { plain, digits, hashes } = needlesOf(canary);
        return (
            plain.some((needle) => folded.includes(needle)) ||
            digits.some((needle) => numbers.includes(needle)) ||
            hashes.some((needle) => exact.includes(needle))
        );
    });
}
