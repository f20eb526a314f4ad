// What the SDK uses of the browser and would be wrong to ask for later, when the page has put
// something else in its place.

const AHEAD_MS_MAX = 3.4e10; // 13 months: as long as a device keeps its id

/** Of a text, nothing else: no toJSON is asked. */
export const quote: (text: string) => string = JSON.stringify;

/** A getter or a method of a prototype, as it was when the SDK loaded. */
export function native(type: string, name: string): (of: unknown, ...words: unknown[]) => any {
    const prototype = ((globalThis as any)[type] ?? Object).prototype;
    const call = prototype.__lookupGetter__(name) ?? prototype[name];
    return call && Function.prototype.call.bind(call);
}

const toISOString = native('Date', 'toISOString');
const wallNow = Date.now;
const steadyNow = native('Performance', 'now');

export function isoOf(date: Date): string {
    return toISOString(date).slice(0, 19);
}

/** Milliseconds since some moment; never runs backwards, but may stand while the machine sleeps. */
export function steadyMs(): number {
    return steadyNow(performance);
}

/** When the page began; Safari before 15 does not say. */
const begin = performance.timeOrigin ?? wallNow() - steadyMs();

/**
 * Milliseconds since 1970, as far as this machine knows. The clock is believed when it is ahead of
 * what has gone by on this page, because machines sleep; not when it is behind, by years ahead, or
 * no number: then somebody has set it, or the page answers in its place.
 */
export function wallMs(): number {
    const own = begin + steadyMs();
    const told = ask(() => Number(wallNow()))!;
    return told > own && told < own + AHEAD_MS_MAX ? told : own;
}

/** Random lower-case hex digits. */
export function randomHex(bytes: number): string {
    const all = crypto.getRandomValues(new Uint8Array(bytes));
    return Array.from(all, (byte) => (byte + 256).toString(16).slice(1)).join('');
}

/** What share of all numbers of eight hex digits is below these. */
export function shareOf(hex: string): number {
    return parseInt(hex.slice(0, 8), 16) / 2 ** 32;
}

/** What a call says; when it throws, `failed` is told and there is no answer. */
export function ask<T>(call: () => T, failed?: () => void): T | undefined {
    try {
        return call();
    } catch {
        failed?.();
        return undefined;
    }
}
