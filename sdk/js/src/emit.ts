// The choke point: every record of the SDK passes here, and nothing else may reach the queue.

import { adopt, clearDevice, leaveDevice, saveOnDevice } from './device-queue';
import { cleanProperties, encode, Findings, type Json, nameRule, type Properties } from './filter';
import { currentState, distinctId } from './identity';
import { randomHex, randomShare, steadyMs, wallMs } from './natives';
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
const SANE_MS = 1.7e12; // a clock before 2023 is wrong: the server's is taken

let token = '';
let hook: Hook | undefined;
let isOpen: () => boolean = () => false;
let surroundings: () => Properties = () => ({});
let inspected: Inspected[] | undefined;
let lost: Record<string, number> = {};
let lostTimer: ReturnType<typeof setTimeout> | undefined;

const queue = openQueue({
    // Whoever opted out in another tab meanwhile: what waits here ends here.
    send: async (...batch) => (isOpen() ? send(...batch) : { status: 200, retryAfterMs: 0 }),
    beacon, save: saveOnDevice, drop: count, now: steadyMs, random: randomShare,
    isOnline: () => navigator.onLine !== false,
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

/** Something was dropped: the server hears how often and by which rule, and no more. */
export function count(rule: string, times = 1): void {
    lost[rule] = (lost[rule] ?? 0) + times;
    lostTimer ??= setTimeout(tellLost, FLUSH_MS / 2);
}

function tellLost(): void {
    if (lostTimer === undefined) return;
    clearTimeout(lostTimer);
    lostTimer = undefined;
    const counts = lost;
    lost = {};
    pass('track', new Findings(), () => eventBody('$candor_drops', { cd_f: counts }));
}

/** The only door to the queue. What is dropped on the way, by mistake or by rule, is counted. */
function pass(to: Endpoint, found: Findings, make: () => Properties | undefined): void {
    if (!isOpen()) return;
    const at = wallMs();
    let body: string | undefined;
    try {
        const record = make();
        body = record && encode(record);
    } catch {
        found.add('throw');
    }
    if (body) queue.push([{ to, body, at, isKept: true }]);
    // An event tells in cd_f what it has lost; the others cannot.
    if (!body || to !== 'track') {
        for (const rule of Object.keys(found.counts)) count(rule, found.counts[rule]);
    }
    if (inspected) {
        inspected.push({ to, record: body, removed: found.trail, at });
        inspected.splice(0, inspected.length - INSPECTED_MAX);
    }
}

function eventBody(event: string, properties: Properties): Properties {
    const { device, user } = currentState();
    const now = wallMs();
    return {
        event,
        properties: {
            ...properties, token, $device_id: device, distinct_id: distinctId(), mp_lib: 'candor-js',
            $lib_version: VERSION, $insert_id: randomHex(10), ...(user && { $user_id: user }),
            ...(now > SANE_MS && { time: Math.round(now / 1000) }),
        },
    };
}

/** What the hook makes of a record; it throws when that is nothing that can be sent. */
function hooked(event: string, properties: Properties, found: Findings): [string, Properties] {
    if (!hook) return [event, properties];
    const broken = new Findings();
    const result: any = hook({ event, properties });
    const cleaned = cleanProperties(result.properties, broken);
    const { cycle, throw: thrown } = broken.counts;
    if (result.then || nameRule(result.event, true) || !cleaned || cycle || thrown) throw 0;
    for (const [path, rule] of broken.trail) found.add(rule, path);
    return [result.event, cleaned];
}

/**
 * An event. `own` was made by the SDK out of closed lists, `given` by a developer. The event is
 * dropped when its name breaks a rule or the hook does not give it back; values that break one
 * become null and are counted in `cd_f`.
 */
export function emit(name: unknown, own: Properties, given?: unknown): void {
    const found = new Findings();
    pass('track', found, () => {
        const rule = nameRule(name, true) || (isHeld(name as string) ? 'hold' : '');
        const cleaned = cleanProperties(given, found);
        if (rule) found.add(rule);
        if (rule || !cleaned) return undefined;
        let event = name as string;
        const known = Object.entries({ ...surroundings(), ...own }).filter(([, value]) => value !== '');
        let all: Properties = { ...Object.fromEntries(known), ...cleaned };
        try {
            [event, all] = hooked(event, all, found);
        } catch {
            found.add('hook');
            return undefined;
        }
        const kept = Object.entries(all).filter(([key]) => !isHeld(key) || found.add('hold', key));
        if (found.trail.length) kept.push(['cd_f', found.counts]);
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
    queue.clear();
    lost = {};
    clearDevice();
}

/** What waits is sent now or not at all. */
export function letGo(): void {
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
        if (document.visibilityState === 'hidden') close();
    });
    addEventListener('pagehide', () => {
        close();
        leaveDevice();
    });
    addEventListener('online', () => {
        queue.push(adopt());
        queue.wake();
    });
}
