// Does a text look like words, or like something drawn by lot?
//
// One bit for each pair of letters that is common in words: the 280 most frequent of the 676 pairs,
// counted over 70,000 distinct words of English, German, French, Spanish, Italian, Dutch,
// Portuguese, Swedish, Danish and Norwegian. Row = first letter, bit = second letter.

const PAIRS = [
    58637679, 1460497, 1723797, 1984793, 50265599, 1984817, 1993169, 1589521, 36634239, 16401,
    1985809, 18630937, 1372435, 20737533, 8322430, 2017681, 1048576, 20905311, 18677173, 18770325,
    966015, 16657, 273, 557056, 303105, 273,
];

/** How many neighbours of a lower-case text are a pair of letters that words have. */
export function commonPairs(text: string): number {
    let common = 0;
    for (let i = 1; i < text.length; i++) {
        const row = PAIRS[text.charCodeAt(i - 1) - 97] ?? 0;
        const column = text.charCodeAt(i) - 97;
        if (column >= 0 && column < 26 && (row >> column) & 1) common++;
    }
    return common;
}

/** A path segment that a person would read aloud: at most 24 letters and hyphens. */
export function isWordLike(segment: string): boolean {
    if (!/^[a-z][a-z-]{0,23}$/i.test(segment)) return false;
    const humps = segment.replace(/([a-z]{2})(?=[A-Z][a-z]{2})/g, '$1-');
    const lower = humps.toLowerCase();
    if (segment.length < 4) return true;
    // Capitals inside a hump: dRkWqZ.
    if (/[a-z][A-Z]/.test(humps)) return false;
    let missed = 0;
    let pairs = 0;
    for (const part of lower.split('-')) {
        if (part.length < 2) continue;
        pairs += part.length - 1;
        missed += part.length - 1 - commonPairs(part);
    }
    return missed <= Math.max(1, Math.floor(pairs / 5));
}
