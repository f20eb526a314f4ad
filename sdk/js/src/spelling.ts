// How a text is read by detectors and by templates of addresses alike.

import { ask } from './natives';

/** What begins a rule or a kind, and how it looks. */
export type Table = readonly (readonly [string, RegExp])[];

/** The first of a table that a text looks like. */
export function firstOf(table: Table, text: string): string | undefined {
    return table.find(([, pattern]) => pattern.test(text))?.[0];
}

/** Percent signs decoded, three times at most. */
export function decode(text: string): string {
    for (let turn = 0; turn < 3 && text.includes('%'); turn++) {
        const plain = ask(() => decodeURIComponent(text));
        text = plain ?? text.replace(/%[0-9a-f]{2}/gi, unescape); // byte by byte
    }
    return text;
}
