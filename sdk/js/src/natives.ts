// What the SDK uses of the browser and would be wrong to ask for later, when the page has put
// something else in its place.

const { stringify } = JSON;
const now = Date.now;
const toIso = Date.prototype.toISOString;

export function quote(text: string): string {
    return stringify(text);
}

export function isoOf(date: Date): string {
    return Reflect.apply(toIso, date, []).slice(0, 19);
}

/** Milliseconds since 1970, as far as this machine knows. */
export function wallMs(): number {
    return now();
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

/** Below one. */
export function randomShare(): number {
    return crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32;
}
