// Canaries: secrets of no one, each unlike every other, in the shapes that real ones have.

/** Numbers in [0, 1) that are the same for the same seed. */
export function randomOf(text) {
    let state = 0x811c9dc5;
    for (const byte of Buffer.from(String(text))) state = Math.imul(state ^ byte, 0x01000193);
    return () => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
}

export class Dice {
    constructor(seed) {
        this.random = randomOf(seed);
    }

    /** A whole number, 0 to below. */
    below(count) {
        return Math.floor(this.random() * count);
    }

    between(least, most) {
        return least + this.below(most - least + 1);
    }

    pick(list) {
        return list[this.below(list.length)];
    }

    chance(share) {
        return this.random() < share;
    }

    letters(alphabet, count) {
        return Array.from({ length: count }, () => this.pick(alphabet)).join('');
    }

    shuffled(list) {
        const all = [...list];
        for (let i = all.length - 1; i > 0; i--) {
            const j = this.below(i + 1);
            [all[i], all[j]] = [all[j], all[i]];
        }
        return all;
    }
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const DIGITS = '0123456789';
const MIXED = LOWER + UPPER + DIGITS;
const GIVEN = [
    'Ingrid', 'Zoë', 'José', 'Łukasz', 'Nguyễn', 'Олена', '美咲', '지민', 'Fatima', 'Søren', 'Anaïs',
    'Jürgen', 'Μαρία', 'दीपा', 'يوسف',
];
const SYLLABLES = [
    'sol', 'heim', 'vane', 'gard', 'lund', 'mar', 'tin', 'ez', 'kow', 'ski', 'naka', 'mura', 'hagen',
    'bru', 'dell', 'ros', 'wick', 'thor', 'pel', 'zan',
];
const CONDITIONS = [
    'positive hiv test', 'hiv positivo prueba', 'scheidung anwalt kosten', 'traitement dépression',
    'abortion clinic near', 'bankruptcy lawyer help', 'тест на беременность', 'chemotherapy effects',
];

function luhn(digits) {
    let sum = 0;
    for (const [i, digit] of [...digits].reverse().entries()) {
        const twice = i % 2 ? Number(digit) : 2 * Number(digit);
        sum += twice > 9 ? twice - 9 : twice;
    }
    return digits + ((10 - (sum % 10)) % 10);
}

function card(dice) {
    const start = dice.pick(['4111', '4242', '5555', '4000', '5105', '6011']);
    return luhn(start + dice.letters(DIGITS, 11));
}

function iban(dice) {
    const bank = dice.letters(DIGITS, 11);
    const rest = BigInt(`${bank}232400`) % 97n; // NO00 moved to the end
    return `NO${String(98n - rest).padStart(2, '0')}${bank}`;
}

function surname(dice) {
    const part = () => dice.pick(SYLLABLES) + dice.pick(SYLLABLES) + dice.pick(SYLLABLES);
    const upper = (word) => word[0].toUpperCase() + word.slice(1);
    return `${upper(part())}-${upper(part())}`;
}

function jwt(dice) {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = part({ sub: dice.letters(MIXED, 8), n: dice.below(1e6) });
    return `${part({ alg: 'HS256' })}.${body}.${dice.letters(MIXED, 22)}`;
}

const makers = {
    password: (dice) => `${dice.letters(MIXED, 5)}-Pw${dice.pick('!#$%&')}${dice.letters(MIXED, 4)}`,
    text: (dice) => `Draft-${dice.letters(LOWER, 5)}-${dice.letters(DIGITS, 4)}`,
    name: (dice) => `${dice.pick(GIVEN)} ${surname(dice)}`,
    amount: (dice) => `${dice.between(100, 999)},${dice.letters(DIGITS, 3)}.${dice.letters(DIGITS, 2)}`,
    email: (dice) => `${surname(dice).toLowerCase()}.${dice.letters(LOWER, 4)}@example.org`,
    token: (dice) => `${dice.letters(LOWER, 2)}_${dice.letters(MIXED, 6)}${dice.below(10)}${dice.letters(MIXED, 7)}`,
    phone: (dice) => `+479${dice.letters(DIGITS, 7)}`,
    otp: (dice) => String(dice.between(100_000, 999_999)),
    hex: (dice) => dice.letters(DIGITS + 'abcdef', 17),
    card,
    'spaced card': (dice) => {
        const gap = dice.pick([' ', '-', '\u00a0', '.', '  ']);
        return card(dice).match(/.{4}/g).join(gap);
    },
    iban,
    jwt,
    'stripe key': (dice) => `sk_live_${dice.letters(MIXED, 24)}`,
    'github key': (dice) => `ghp_${dice.letters(MIXED, 36)}`,
    'aws key': (dice) => `AKIA${dice.letters('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`,
    terms: (dice) => `${dice.pick(CONDITIONS)} ${dice.pick(SYLLABLES)}${dice.pick(SYLLABLES)}`,
};

export const kinds = Object.keys(makers);

/** A fresh canary of a kind. */
export function makeCanary(kind, dice) {
    return { kind, value: makers[kind](dice) };
}
