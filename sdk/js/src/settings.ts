// What the project allows, told by the server and signed. Until a signature has been verified, and
// whenever it is older than a day, the strictest state holds. What was kept from an earlier page may
// only tighten.

import { detect } from './detectors';
import { type Filter, hashOf, hexOf, normalize, openFilter } from './dictionary';
import { ask, wallMs } from './natives';
import { read, write } from './storage';
import { getSettings } from './transport';
import { setPlan } from './url';

interface Limits {
    autocapture?: boolean;
    sample?: number;
    hold?: string[];
}

interface Payload extends Limits {
    v?: number;
    issued_at?: number;
    routes?: string[];
    params?: string[];
    dictionary?: { salt: string; filter: string } | null;
    observe?: boolean;
}

const NAME = 'settings';
const AGE_SECONDS_MAX = 24 * 3600;
const AHEAD_SECONDS_MAX = 3600;
const SEEN_MAX = 200;

const { subtle } = crypto; // only where the connection is safe

// In force now: what tightens and outlives its page, and what needs fresh proof.
let limits: Limits = {};
let plan: Payload = {};
let filter: Filter | undefined;

const seen = new Set<string>();
let report: ((hash: string) => void) | undefined;

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function loosen(proven: Payload): void {
    const { routes = [], params = [], dictionary } = (plan = proven);
    setPlan(routes, params);
    filter = dictionary ? openFilter(bytesOf(dictionary.filter)) : undefined;
}

/** Proven, and not older than a day; a little from the future, because clocks differ. */
function isFresh(at: number): boolean {
    const age = wallMs() / 1000 - at;
    return age <= AGE_SECONDS_MAX && age >= -AHEAD_SECONDS_MAX;
}

async function verified(text: string, trust: string): Promise<Payload | undefined> {
    const { payload, signature } = JSON.parse(text);
    const key = await subtle.importKey('raw', bytesOf(trust), 'Ed25519', false, ['verify']);
    const bytes = bytesOf(payload);
    const isTrue = await subtle.verify('Ed25519', key, bytesOf(signature), bytes);
    const all: Payload = JSON.parse(new TextDecoder().decode(bytes));
    return isTrue && all.v === 1 && isFresh(all.issued_at!) ? all : undefined;
}

/** Tighten at once by what was kept; then ask, verify, and take what is proven. */
export async function loadSettings(key: string, trust: string): Promise<void> {
    ask(() => (limits = { ...JSON.parse(read(NAME)!) })); // unless nothing was kept that can be read
    try {
        const payload = await verified(await getSettings(key), trust);
        if (!payload) return;
        loosen(payload);
        limits = payload;
        write(NAME, JSON.stringify(payload, ['autocapture', 'sample', 'hold']));
        setTimeout(() => void loadSettings(key, trust), (AGE_SECONDS_MAX / 2) * 1000);
    } catch {
        // No Ed25519, or no settings: strict.
    }
}

export function mayAutocapture(): boolean {
    return limits.autocapture !== false;
}

export function sampleRate(): number {
    return limits.sample ?? 1;
}

export function isHeld(name: string): boolean {
    return !!limits.hold?.includes(name);
}

export function onSeen(call: (hash: string) => void): void {
    report = call;
}

/**
 * The text if it may be told, else ''. `isIncluded`: the page marked its element as static text.
 * `mayObserve`: then the hash of an unknown text of two words is reported, once.
 */
export function known(raw: string, isIncluded: boolean, mayObserve: boolean): string {
    if (plan.v && !isFresh(plan.issued_at!)) loosen({});
    const text = normalize(raw);
    const { v, dictionary, observe } = plan;
    if (!v || !/^(?!.*(?:\d{4}|@)).{1,80}$/.test(text) || detect(text)) return '';
    const hash = hashOf(dictionary?.salt ?? '', text);
    if (isIncluded || filter?.(hash)) return text;
    if (observe && dictionary?.salt && mayObserve && text.includes(' ') && seen.size < SEEN_MAX) {
        const hex = hexOf(hash);
        if (!seen.has(hex)) report?.(hex);
        seen.add(hex);
    }
    return '';
}
