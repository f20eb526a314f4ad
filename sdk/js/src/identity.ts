// Who this is, as far as anyone said: a random id of the device, the user's id after `identify`, and
// what goes with every event. One small text in storage, read again before each use, because other
// tabs write it too.

import type { Properties } from './filter';
import { randomHex, wallMs } from './natives';
import { read, remove, write } from './storage';

const NAME = 'state';
const DAY_MS = 24 * 3600_000;
const DEVICE_MS_MAX = 396 * DAY_MS; // 13 months
const VISIT_MS = 30 * 60_000;
const TOUCH_MS = 15_000; // how often a visit's last moment is written

export interface State {
    device: string;
    created: number;
    user?: string;
    /** Super properties. */
    always?: Properties;
    /** true: opted in, false: opted out. */
    consent?: boolean;
    visit: string;
    touched: number;
    /** Where this visit came from: utm_… and the referring domain. */
    source?: Record<string, string>;
}

let state: State | undefined;
let lastText: string | null = null;
let isPersistent = true;

/** Cookieless: nothing on the device, and another id each day even when the page stays open. */
export function keepInMemory(): void {
    isPersistent = false;
}

function fresh(): State {
    return { device: randomHex(16), created: wallMs(), visit: '', touched: 0 };
}

function parsed(text: string): State | undefined {
    try {
        const all = JSON.parse(text);
        return /^[0-9a-f]{32}$/.test(all.device) && isFinite(all.created) ? all : undefined;
    } catch {
        return undefined;
    }
}

function isOver(of: State): boolean {
    const age = wallMs() - of.created;
    // A clock that was set back makes an id from the future: it starts anew.
    const max = isPersistent ? DEVICE_MS_MAX : DAY_MS - (of.created % DAY_MS);
    return age >= max || age < -DAY_MS;
}

export function currentState(): State {
    const text = isPersistent ? read(NAME) : null;
    if (text && text !== lastText) {
        state = parsed(text) ?? state;
        lastText = text;
    } else if (!text && lastText !== null) {
        // Another tab, or the person, has removed it.
        state = undefined;
        lastText = null;
    }
    if (!state || isOver(state)) {
        const consent = state?.consent;
        state = fresh();
        if (consent !== undefined) state.consent = consent;
    }
    return state;
}

export function saveState(): void {
    if (!isPersistent || !state) return;
    // Whoever opted out has no id on the device, only the wish.
    const text = JSON.stringify(state.consent === false ? { ...fresh(), ...OPTED_OUT } : state);
    if (write(NAME, text)) lastText = text;
}

const OPTED_OUT = { device: '0'.repeat(32), consent: false };

/** Another person, or nobody in particular, from now on. */
export function forgetPerson(consent?: boolean): void {
    state = fresh();
    if (consent !== undefined) state.consent = consent;
    remove(NAME);
    lastText = null;
    saveState();
}

/** Begin a visit after half an hour of silence; true when one begins. */
export function touchVisit(source: () => Record<string, string>): boolean {
    const it = currentState();
    const now = wallMs();
    const isNew = !it.visit || Math.abs(now - it.touched) > VISIT_MS;
    if (isNew) {
        it.visit = randomHex(8);
        it.source = source();
    }
    if (isNew || Math.abs(now - it.touched) > TOUCH_MS) {
        it.touched = now;
        saveState();
    }
    return isNew;
}

/** distinct_id in the server's dialect. */
export function distinctId(of: State): string {
    return of.user ?? `$device:${of.device}`;
}
