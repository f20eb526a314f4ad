// The texts of a site, out of its sources or its built files: string literals, templates without
// holes, and the text between tags. What could be anybody's is left out.
import fs from 'node:fs';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { hashText, normalize } from './filter.mjs';

const FILES = /\.(?:[cm]?[jt]sx?|vue|svelte|html?)$/;
const SKIPPED = /^(?:node_modules|\.git)$/;
const LITERAL = /"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\$]|\\.|\$(?!\{))*)`/g;
const BETWEEN_TAGS = />([^<>{}]+)</g;
const LENGTH_MAX = 80;

/** The same rule as in the SDK: at most 80 units, no run of four digits, no address. */
export function isEligible(text) {
    return text.length > 0 && text.length <= LENGTH_MAX && /\p{L}/u.test(text) && !/\d{4}|@/.test(text);
}

function unescape(literal) {
    return literal.replace(/\\(?:u\{([0-9a-f]+)\}|u([0-9a-f]{4})|x([0-9a-f]{2})|(\r?\n)|(.))/gi,
        (_, point, unit, byte, newline, letter) => {
            const hex = point ?? unit ?? byte;
            if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
            return newline ? '' : { n: '\n', t: '\t', r: '\r' }[letter] ?? letter;
        });
}

/** Each eligible text of a source, in normal form. */
export function textsOf(source) {
    const found = new Set();
    const add = (raw) => {
        const text = normalize(raw);
        if (isEligible(text)) found.add(text);
    };
    for (const [, double, single, template] of source.matchAll(LITERAL)) {
        try {
            add(unescape(double ?? single ?? template));
        } catch {
            // An escape of no code point: not a text.
        }
    }
    for (const [, text] of source.matchAll(BETWEEN_TAGS)) add(text);
    return found;
}

export function filesUnder(place) {
    if (!fs.statSync(place).isDirectory()) return [place];
    return fs.readdirSync(place, { withFileTypes: true }).flatMap((entry) => {
        const inside = path.join(place, entry.name);
        if (entry.isDirectory()) return SKIPPED.test(entry.name) ? [] : filesUnder(inside);
        return FILES.test(entry.name) ? [inside] : [];
    });
}

/** A salt and hashes, not one text. */
export function dictionaryOf(texts, salt = randomBytes(16).toString('hex')) {
    const hashes = [...new Set([...texts].map((text) => hashText(salt, text)))].sort();
    return { salt, hashes };
}

/** The file that `candor shield settings --dictionary` reads: the salt, then a hash a line. */
export function fileOf({ salt, hashes }) {
    return `salt ${salt}\n${hashes.map((hash) => `${hash}\n`).join('')}`;
}
