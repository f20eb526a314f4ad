// What the SDK uses of the browser and would be wrong to ask for later, when the page has put
// something else in its place.

/** Of a text, nothing else: no toJSON is asked. */
export const quote: (text: string) => string = JSON.stringify;

/** Milliseconds since 1970, as far as this machine knows. */
export const wallMs = Date.now;

const { toISOString } = Date.prototype;

export function isoOf(date: Date): string {
    return Reflect.apply(toISOString, date, []).slice(0, 19);
}

/** Milliseconds since some moment; never runs backwards. */
export function steadyMs(): number {
    return performance.now();
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
