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
    let row = 0;
    for (let i = 0; i < text.length; i++) {
        const letter = text.charCodeAt(i) - 97;
        if (letter >= 0 && (row >> letter) & 1) common++;
        row = PAIRS[letter] ?? 0;
    }
    return common;
}

/** A path segment that a person would read aloud: at most 24 letters and hyphens. */
export function isWordLike(segment: string): boolean {
    if (!/^[a-z][a-z-]{0,23}$/i.test(segment)) return false;
    if (segment.length < 4) return true;
    const humps = segment.replace(/([a-z]{2})(?=[A-Z][a-z]{2})/g, '$1-');
    if (/[a-z][A-Z]/.test(humps)) return false; // dRkWqZ
    const pairs = humps.match(/(?=[a-z]{2})/gi)!.length;
    return pairs - commonPairs(humps.toLowerCase()) <= Math.max(1, pairs / 5);
}
