// Does a text look like words, or like something drawn by lot? docs/url-template.md says how, and
// has the table.

/** The letters that often come after a, after b, and so on, in words. */
const FOLLOWERS = (
    'abcdfghiklmnoprstuvyz aeiloru acehiklortu aeiorsu abcdefgiklmnprstuvx aefilou ' +
    'aehilnorsu aeiotu abcdefgjklmnoprstvz ae aeiortu adeilostu abeimopu ' +
    'acdefgiknostuv bcdegiklmnoprstuvw aeiloprtu u acdegikmnorstu acehiklopstu ' +
    'aehilorstu abcdegilmnprst aeio aei  a aei'
).split(' ');

/** How many neighbours of a lower-case text are a pair of letters that words have. */
export function commonPairs(text: string): number {
    let common = 0;
    for (let i = 1; i < text.length; i++) {
        if (FOLLOWERS[text.charCodeAt(i - 1) - 97]?.includes(text[i]!)) common++;
    }
    return common;
}

/**
 * Letters and digits in lower case: at most so many neighbours are rare in words, and one in eight.
 * A change between letter and digit is rare.
 */
export function readsLikeWords(text: string, rareMax: number): boolean {
    const pairs = text.split(/[a-z\d](?=[a-z])|[a-z](?=\d)/).length - 1;
    return pairs - commonPairs(text) <= rareMax + (pairs >> 3);
}

/** A path segment that a person would read aloud: at most 24 letters and hyphens. */
export function isWordLike(segment: string): boolean {
    return /^[a-z-]{1,24}$/i.test(segment) && readsLikeWords(segment.toLowerCase(), 1);
}
