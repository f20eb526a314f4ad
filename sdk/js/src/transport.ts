// The only file that speaks to the network. Its functions were taken when the SDK loaded; it never
// puts anything in their place.

import { wallMs } from './natives';

export type Endpoint = 'track' | 'engage' | 'groups';

export interface Answer {
    /** 0 when there was none. */
    status: number;
    retryAfterMs: number;
}

const TIMEOUT_MS = 30_000;
const GZIP_FROM = 1024;
const KEEPALIVE_MAX = 30_000; // of the 64 KiB that all requests and beacons of a page share

const { fetch: fetchNow, CompressionStream: Compression } = globalThis;

let host = '';

export function setHost(origin: string): void {
    host = origin.replace(/\/+$/, '');
}

function address(path: string): string {
    // ip=1: the server finds the country, and forgets the address.
    return `${host}/${path}?ip=1`;
}

/** A body without a content type needs no preflight; the server knows gzip by its first bytes. */
async function packed(text: string): Promise<string | ArrayBuffer> {
    if (text.length < GZIP_FROM) return text;
    try {
        const stream = new Blob([text]).stream().pipeThrough(new Compression('gzip'));
        return await new Response(stream).arrayBuffer();
    } catch {
        return text; // a browser that has none
    }
}

function ask(url: string, how?: RequestInit): Promise<Response> {
    // Older browsers have a patience of their own.
    const signal = AbortSignal.timeout?.(TIMEOUT_MS) as AbortSignal;
    const ours: RequestInit = { credentials: 'omit', referrerPolicy: 'no-referrer', signal };
    return fetchNow(url, { ...ours, ...how });
}

/** One batch of records, each JSON already. */
export async function send(
    to: Endpoint, records: readonly string[], isLeaving?: boolean,
): Promise<Answer> {
    try {
        const text = `[${records.join()}]`;
        const body = isLeaving ? text : await packed(text);
        const keepalive = new Blob([body]).size <= KEEPALIVE_MAX;
        const answer = await ask(address(to), { method: 'POST', body, keepalive });
        const after = answer.headers.get('Retry-After')!; // seconds, or a date; at most an hour
        const ms = +after * 1000 || Date.parse(after) - wallMs() || 0;
        return { status: answer.status, retryAfterMs: Math.min(3600_000, ms) };
    } catch {
        return { status: 0, retryAfterMs: 0 };
    }
}

/**
 * For a page that is going away; false when the browser cannot. A real beacon would tell the page's
 * whole address, in its Referer, wherever the page's own referrer policy is lax.
 */
export function beacon(to: Endpoint, records: readonly string[]): boolean {
    return 'keepalive' in Request.prototype && !!send(to, records, true);
}

export async function getSettings(key: string): Promise<string> {
    return (await ask(`${host}/sdk/settings?key=${key}`)).text();
}
