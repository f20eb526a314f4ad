// The choke point: every record of the SDK passes here, and nothing else may reach the queue.

import { adopt, clearDevice, leaveDevice, saveOnDevice } from './device-queue';
import {
    cleanProperties, encode, type Findings, type Json, nameRule, type Properties, take,
} from './filter';
import { currentState, distinctId } from './identity';
import { ask, randomHex, wallMs } from './natives';
import { FLUSH_MS, openQueue } from './queue';
import { isHeld } from './settings';
import { beacon, type Endpoint, send } from './transport';

declare const __VERSION__: string;

export const VERSION = __VERSION__;

export type Hook = (record: { event: string; properties: Properties }) => unknown;

/** What the inspector shows: the record as it leaves, and what was taken out by which rule. */
export interface Inspected {
    to: Endpoint;
    /** undefined: nothing left. */
    record: string | undefined;
    removed: [path: string, rule: string][];
    at: number;
}

const INSPECTED_MAX = 200;
// A clock before 2023, or before this device got its id, is wrong: the server's is taken, which would
// refuse what is old.
const SANE_MS = 1.7e12;

let token = '';
let hook: Hook | undefined;
/** May anything be told now? What happens while it may not is not looked at. */
export let isOpen: () => boolean = () => false;
let surroundings: () => Properties = () => ({});
let inspected: Inspected[] | undefined;
let putOff: (() => void)[] = [];
let lost: Record<string, number> = {};
let lostTimer: ReturnType<typeof setTimeout> | undefined;

const queue = openQueue({
    // Whoever opted out in another tab meanwhile: what waits here ends here.
    send: async (...batch) => (isOpen() ? send(...batch) : { status: 200, retryAfterMs: 0 }),
    beacon, save: saveOnDevice, drop: count,
});

/**
 * `around` is what goes with every event; `mayEmit` is asked before each record, and before records
 * are sent.
 */
export function openGate(
    key: string, before: Hook | undefined, around: () => Properties, mayEmit: () => boolean,
): void {
    token = key;
    hook = before;
    surroundings = around;
    isOpen = mayEmit;
    queue.push(adopt());
}

/** Keep the last records while someone looks at them. */
export function inspect(isOn = true): readonly Inspected[] {
    inspected = isOn ? (inspected ?? []) : undefined;
    return inspected ?? [];
}

/** Whatever goes wrong in it is the end of a record, and never the page's. */
export function attempt<T>(call: () => T): T | undefined {
    return ask(call, () => count('throw'));
}

/** Work for when the page has time: after this task, and before the page is gone. */
export function later(job: () => void): void {
    if (putOff.push(job) < 2) setTimeout(settle);
}

/** What was put off is done now. */
export function settle(): void {
    putOff.splice(0).forEach(attempt);
}

function tally(counts: Record<string, number>, rule: string, times: number): void {
    counts[rule] = (counts[rule] ?? 0) + times;
}

/** Something was dropped: the server hears how often and by which rule, and no more. */
export function count(rule: string, times = 1): void {
    tally(lost, rule, times);
    lostTimer ??= setTimeout(tellLost, FLUSH_MS / 2);
}

/** The same of everything that was taken out of something. */
export function countAll(found: Findings): void {
    for (const [, rule] of found) count(rule);
}

function countsOf(found: Findings): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const [, rule] of found) tally(counts, rule, 1);
    return counts;
}

function tellLost(): void {
    settle();
    if (lostTimer === undefined) return;
    clearTimeout(lostTimer);
    lostTimer = undefined;
    const counts = lost;
    lost = {};
    tell('$candor_drops', { cd_f: counts });
}

/** An event of the SDK's own: what it says is all there is, and no hook sees it. */
export function tell(event: string, properties: Properties): void {
    pass('track', [], () => eventBody(event, properties));
}

/** The only door to the queue. What is dropped on the way, by mistake or by rule, is counted. */
function pass(to: Endpoint, found: Findings, make: () => Properties | undefined): void {
    if (!isOpen()) return;
    const at = wallMs();
    const body = ask(() => {
        const record = make();
        return record && encode(record);
    }, () => take(found, 'throw'));
    if (body) queue.push([{ to, body, at, isKept: true }]);
    // An event tells in cd_f what it has lost; the others cannot.
    if (!body || to !== 'track') countAll(found);
    if (inspected) {
        inspected.push({ to, record: body, removed: found, at });
        inspected.splice(0, inspected.length - INSPECTED_MAX);
    }
}

function eventBody(event: string, properties: Properties): Properties {
    const { device, user, visit, created } = currentState();
    const now = wallMs();
    return {
        event,
        properties: {
            ...properties, token, $device_id: device, distinct_id: distinctId(), mp_lib: 'candor-js',
            $lib_version: VERSION, $insert_id: randomHex(10), ...(user && { $user_id: user }),
            ...(visit && { cd_visit: visit }),
            ...(now > SANE_MS && now >= created && { time: Math.round(now / 1000) }),
        },
    };
}

/** What the hook makes of a record; it throws when that is nothing that can be sent. */
function hooked(event: string, properties: Properties, found: Findings): [string, Properties] {
    if (!hook) return [event, properties];
    const broken: Findings = [];
    const result: any = hook({ event, properties });
    const cleaned = cleanProperties(result.properties, broken);
    const isBroken = broken.some(([, rule]) => /cycle|throw/.test(rule));
    if (result.then || nameRule(result.event, true) || !cleaned || isBroken) throw 0;
    found.push(...broken);
    return [result.event, cleaned];
}

/**
 * An event. `own` was made by the SDK out of closed lists, `given` by a developer. The event is
 * dropped when its name breaks a rule or the hook does not give it back; values that break one
 * become null and are counted in `cd_f`.
 */
export function emit(name: unknown, own: Properties, given?: unknown): void {
    const found: Findings = [];
    pass('track', found, () => {
        const rule = nameRule(name, true) || (isHeld(name as string) ? 'hold' : '');
        const cleaned = cleanProperties(given, found);
        if (rule) take(found, rule);
        if (rule || !cleaned) return undefined;
        const known = Object.entries({ ...surroundings(), ...own }).filter(([, value]) => value !== '');
        const all: Properties = { ...Object.fromEntries(known), ...cleaned };
        const result = ask(() => hooked(name as string, all, found), () => take(found, 'hook'));
        if (!result) return undefined;
        const [event, told] = result;
        const kept = Object.entries(told).filter(([key]) => !isHeld(key) || take(found, 'hold', key));
        if (found.length) kept.push(['cd_f', countsOf(found)]);
        return eventBody(event, Object.fromEntries(kept));
    });
}

/** An update of a profile or a group: `address` says whose, `found` what was taken out of it. */
export function emitUpdate(
    to: 'engage' | 'groups', address: Properties, operation: string, value: Json, found: Findings,
): void {
    pass(to, found, () => ({ $token: token, ...address, [operation]: value }));
}

export function flush(): Promise<boolean> {
    tellLost();
    return queue.flush();
}

/** Nothing of the past stays, neither here nor on the device. */
export function discard(): void {
    putOff = [];
    queue.clear();
    lost = {};
    clearDevice();
}

/** What waits is sent now or not at all. */
export function letGo(): void {
    settle();
    queue.forgetOnDevice();
    clearDevice();
    void flush();
}

export function watchPage(): void {
    const close = () => {
        tellLost();
        if (isOpen()) queue.close();
    };
    addEventListener('visibilitychange', () => {
        if (document.hidden) close();
    });
    addEventListener('pagehide', () => {
        close();
        leaveDevice();
    });
    addEventListener('online', () => {
        queue.push(adopt());
        queue.wake();
    });
    // Another tab may have left its place this moment.
    addEventListener('storage', () => queue.push(adopt()));
}
