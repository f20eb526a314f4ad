// Detectors-lite: what a value written by a developer may never hold. The server knows 143 of them;
// these are the ones that are cheap, sure, and worst to send.
//
// Rule ids are those of the server: K names and structure, S secrets, F payment, P persons.

import { firstOf, type Table } from './spelling';
import { commonPairs } from './words';

/** Keys under which a value is a secret, whatever it looks like: as `foldKey` spells them. */
const SECRET_KEY = new RegExp(
    '^(?:pass(?:w(?:or[dt]|d)|phrase|code|ord)?|pwd|kennwort|secret|token|(?:api|access|private)key|' +
        'auth(?:orization)?|credentials?|cookie|session|sid|csrf|jwt|otp|pin|cv[cv]|csc|ssn|' +
        '(?:card|cc)number|motdepasse|contrasena|senha|parola|wachtwoord|losenord|salasana|haslo|' +
        'sifre|пароль|密码|ハスワート|비밀번호)$',
);

/** A key about a secret, and not the secret: token_count, password_reset_clicked. */
const ABOUT =
    /^(?:count|length|strength|clicked|shown|visible|enabled|changed|error|type|status|duration|method|consent)$/;

const RULES: Table = [
    ['S25', /-----BEGIN/],
    ['S24', /eyJ[\w-]{4,}\.[\w-]{2,}/],
    ['S29', /\b(?:bearer|basic|digest)\s+[\w+/=.~-]{6,}/i],
    ['P01', /[^\s@<>"'(),:;]@(?!\dx\.)[^\s@<>"'(),:;]{1,99}\.[^\s\d@.]{2}/],
    ['P03', /(?:^|[^\w])\+\d[\d ().-]{6,}\d/],
    ['S00', new RegExp(
        '\\b(?:A(?:KIA|SIA|ROA)[A-Z0-9]{12}|AIza[\\w-]{30}|ya29\\.|gh[opusr]_\\w{20}|github_pat_|' +
            'gl(?:pat|rt|dt)-|xox[abeprs]-|[srp]k_(?:live|test)_|sk-(?:ant|proj|\\w{20})|' +
            'npm_\\w{20}|pypi-|SG\\.[\\w-]{16}|shp(?:at|ss|ca|pa)_)',
    )],
];

const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi;
const BENIGN = /^(?:[0-9a-f]{24}|[0-9a-f]{40}|[0-7][0-9A-HJKMNP-TV-Z]{25})$/;
const GROUPED_DIGITS = /\d(?:[\s._/-]{0,2}\d){12,}/g;

/** The words of a key, without case, marks and trailing digits. */
export function foldKey(key: string): string[] {
    return key
        .replace(/([a-z])(?=[A-Z])/g, '$1 ')
        .normalize('NFKD')
        .replace(/\p{M}/gu, '')
        .normalize('NFC')
        .toLowerCase()
        .split(/\d*(?:[^\p{L}\p{N}]+|$)/u)
        .filter((word) => word);
}

/** A name under which only a secret stands. */
export function isSecretKey(key: string): boolean {
    const words = foldKey(key.slice(0, 64));
    if (words.some((word) => ABOUT.test(word)) && !SECRET_KEY.test(words.join(''))) return false;
    return words.some((_, i) => [1, 2, 3].some((n) => SECRET_KEY.test(words.slice(i, i + n).join(''))));
}

/** One spelling for what is written with other digits, wide letters, or invisible characters. */
function fold(text: string): string {
    if (/^[\x20-\x7e]*$/.test(text)) return text;
    return text
        .normalize('NFKC')
        .replace(/\p{Cf}/gu, '')
        .replace(/(?!\d)\p{Nd}/gu, (digit) => {
            // Blocks of digits begin at multiples of 16, those of India 6 later.
            const code = digit.codePointAt(0)!;
            return String((code - (code > 0x8ff && code < 0xe00 ? 6 : 0)) & 15);
        });
}

/** The ranges of issuers, by first digits and length. */
const ISSUERS =
    /^(?:4.{12}(?:.{3}){0,2}|(?:5[1-5]|2[2-7]|35).{14}|3[47].{13}|3[0689].{12,14}|6.{15,18}|(?:5[06-9]|81|9792).{12,15})$/;

/** An issuer's range, and Luhn's sum. */
function isCard(digits: string): boolean {
    let sum = 0;
    [...digits].reverse().forEach((digit, i) => (sum += +(i & 1 ? '0246813579'[+digit]! : digit)));
    return ISSUERS.test(digits) && sum % 10 === 0;
}

function someRun(text: string, pattern: RegExp, test: (run: string) => boolean): boolean {
    return (text.match(pattern) ?? []).some(test);
}

/** A card number in any grouping, also in the middle of a longer run. */
function hasCard(text: string): boolean {
    return someRun(text, GROUPED_DIGITS, (run) => {
        const digits = run.replace(/\D/g, '').slice(0, 200);
        return [...digits].some((_, from) =>
            [13, 14, 15, 16, 17, 18, 19].some((size) => isCard(digits.substr(from, size))));
    });
}

/** IBAN: a country, a length, and the remainder 1 by 97. */
function hasIban(text: string): boolean {
    return someRun(text, /[A-Z]{2}\d{2}(?:[ -]?[A-Z\d]){11,30}/gi, (found) => {
        const all = found.replace(/[ -]/g, '');
        for (let size = 15; size <= all.length; size++) {
            let rest = 0;
            for (const letter of all.slice(4, size) + all.slice(0, 4)) {
                const value = parseInt(letter, 36);
                rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
            }
            if (rest === 1) return true;
        }
        return false;
    });
}

/** Something drawn by lot: at least 20 characters whose neighbours are not those of words. */
function hasEntropy(text: string): boolean {
    return someRun(text, /[\w+/=~-]{20,}/g, (run) => {
        const mixed = /\d/.test(run) || (/[a-z]/.test(run) && /[A-Z]/.test(run));
        const share = commonPairs(run.toLowerCase()) / (run.length - 1);
        return !BENIGN.test(run) && share < (mixed ? 0.48 : 0.4) && new Set(run).size > 7;
    });
}

function rule(text: string, isId: boolean): string {
    const id = firstOf(RULES, text);
    if (id) return id;
    if (hasIban(text)) return 'F06';
    const rest = text.replace(UUID, ' ');
    if (hasCard(rest)) return 'F01';
    if (isId) return '';
    if (/\d{9}/.test(rest) && !BENIGN.test(text)) return 'F09';
    return hasEntropy(rest) ? 'S40' : '';
}

/**
 * The rule that a text breaks, '' for none. An identifier given to `identify` may have long runs of
 * digits and look random; else it is held to the same rules.
 */
export function detect(text: string, isId = false): string {
    if (text.length < 4 || (text.length < 20 && !/[^a-z _-]/i.test(text))) return '';
    let plain = fold(text);
    let found = rule(plain, isId);
    for (let turn = 0; !found && turn < 3 && /%[0-9a-f]{2}/i.test(plain); turn++) {
        plain = fold(unescape(plain));
        found = rule(plain, isId);
    }
    return found;
}

/** Numbers: a quantity or a moment may be long, anything else of 9 digits may be an identity. */
export function detectNumber(value: number, key: string): string {
    const whole = Math.trunc(Math.abs(value));
    if (whole < 1e8 || whole > 1e20) return '';
    // Milliseconds of this century are 13 digits that begin like no card.
    if (isCard(String(whole))) return 'F01';
    return QUANTITY.test(foldKey(key).join(' ')) ? '' : 'F09';
}

const QUANTITY =
    /\b(?:time|timestamp|date|at|ms|amount|price|revenue|total|bytes|size|count|duration)$/;
