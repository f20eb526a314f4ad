// Does a text look like words, or like something drawn by lot? docs/url-template.md says how, and
// has the table.
//
// Row = first letter, bit = second letter: the pairs that are common in words.

const PAIRS = [
    0x33EFDEF, 0x0124911, 0x01A4D95, 0x0164111, 0x0BEBD7F, 0x0104931, 0x0166991,
    0x0184111, 0x22EFE7F, 0x0000011, 0x01A4111, 0x01C4919, 0x010D113, 0x03C657D,
    0x07EFD5E, 0x01AC911, 0x0100000, 0x01E755D, 0x01CCD95, 0x01E4991, 0x00EB95F,
    0x0004111, 0x0000111, 0x0000000, 0x0000001, 0x0000111,
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
    const pairs = segment.split(/[a-z](?=[a-z])/i).length - 1;
    return (
        /^[a-z-]{1,24}$/i.test(segment) &&
        pairs - commonPairs(segment.toLowerCase()) <= 1 + (pairs >> 3)
    );
}
