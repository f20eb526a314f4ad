// Who this is, as far as anyone said: a random id of the device, the user's id after `identify`, and
// what goes with every event. One small text in storage, read again before each use, because other
// tabs write it too.

import type { Properties } from './filter';
import { ask, randomHex, wallMs } from './natives';
import { read, write } from './storage';

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
    consent?: boolean | undefined;
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

function fresh(consent?: boolean): State {
    return { device: randomHex(16), created: wallMs(), visit: '', touched: 0, consent };
}

function isOver(of: State): boolean {
    const age = wallMs() - of.created;
    // A clock that was set back makes an id from the future: it starts anew.
    const max = isPersistent ? DEVICE_MS_MAX : DAY_MS - (of.created % DAY_MS);
    return age >= max || age < -DAY_MS;
}

export function currentState(): State {
    const text = read(NAME);
    if (text !== lastText) {
        // Another tab has written it, or the person has removed it.
        lastText = text;
        state = ask(() => {
            const all = JSON.parse(text!);
            return /^[0-9a-f]{32}$/.test(all.device) ? all : undefined;
        });
    }
    if (!state || isOver(state)) state = fresh(state?.consent);
    return state;
}

export function saveState(): void {
    // Whoever opted out has no id on the device, only the wish.
    const text = JSON.stringify(state!.consent === false ? OPTED_OUT : state);
    if (write(NAME, text)) lastText = text;
}

const OPTED_OUT = { device: '0'.repeat(32), consent: false };

/** Another person, or nobody in particular, from now on. */
export function forgetPerson(consent = state?.consent): void {
    state = fresh(consent);
    saveState();
}

/** The state, in a visit: a new one begins after half an hour of silence. */
export function visitOf(source: () => Record<string, string>): State {
    const it = currentState();
    const age = Math.abs(wallMs() - it.touched);
    if (!it.visit || age > VISIT_MS) {
        it.visit = randomHex(8);
        it.source = source();
    }
    if (age > TOUCH_MS) {
        it.touched = wallMs();
        saveState();
    }
    return it;
}

/** distinct_id in the server's dialect. */
export function distinctId(): string {
    const { user, device } = currentState();
    return user ?? `$device:${device}`;
}
