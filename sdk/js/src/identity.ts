// Who this is, as far as anyone said: a random id of the device, the user's id after `identify`, and
// what goes with every event. One small text in storage, read again before each use, because other
// tabs write it too.

import type { Properties } from './filter';
import { ask, randomHex, wallMs } from './natives';
import { isStorageOpen, read, write } from './storage';

const NAME = 'state';
const DAY_MS = 24 * 3600_000;
const DEVICE_MS_MAX = 396 * DAY_MS; // 13 months
const VISIT_MS = 30 * 60_000;
const VOTE_MS = 7 * DAY_MS; // as long as the server counts devices under one key
const TOUCH_MS = 15_000; // how often a visit's last moment is written

export interface State {
    device: string;
    created: number;
    user?: string;
    /** Super properties. */
    always?: Properties;
    /** true: opted in, false: opted out. */
    consent?: boolean | undefined;
    /** The device had another id before. */
    again: boolean;
    visit: string;
    touched: number;
    /** Where this visit came from: utm_… and the referring domain. */
    source?: Record<string, string>;
}

let state: State | undefined;
let lastText: string | null = null;

function fresh(consent?: boolean): State {
    return {
        device: randomHex(16), created: wallMs(), visit: '', touched: 0, consent, again: !!state,
    };
}

function isOver(of: State): boolean {
    const age = wallMs() - of.created;
    // Cookieless: another id each day even when the page stays open.
    const max = isStorageOpen() ? DEVICE_MS_MAX : DAY_MS - (of.created % DAY_MS);
    // An id may be from the future, when the clock was set back; but not for ever.
    return Math.abs(age) >= max;
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
export function forgetPerson(consent = currentState().consent): void {
    state = fresh(consent);
    saveState();
}

/**
 * Whether the server may count this id as a device: not one that goes with the page, and of several
 * that a device has had only one in the time of a count.
 */
export function mayVote(): boolean {
    const { again, created } = currentState();
    return lastText !== null && !(again && wallMs() - created < VOTE_MS);
}

/**
 * The state, in a visit: a new one begins after half an hour of silence. Where the clock was set back,
 * its last moment may be in the future, as tabs of before it still have it: by a day at most.
 */
export function visitOf(source: () => Record<string, string>): State {
    const it = currentState();
    const age = wallMs() - it.touched;
    const isNew = !it.visit || age > VISIT_MS || age < -DAY_MS;
    if (isNew) {
        it.visit = randomHex(8);
        it.source = source();
    }
    if (isNew || age > TOUCH_MS) {
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
