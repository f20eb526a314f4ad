// The choke point: every record of the SDK passes here, and nothing else may reach the queue.

import { adopt, clearDevice, leaveDevice, saveOnDevice } from './device-queue';
import { cleanProperties, encode, Findings, type Json, nameRule, type Properties } from './filter';
import { currentState, distinctId } from './identity';
import { randomHex, randomShare, wallMs } from './natives';
import { FLUSH_MS, Queue } from './queue';
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
let lostTimer: unknown;

const queue = new Queue({
    send, beacon, save: saveOnDevice, drop: count, now: wallMs, random: randomShare,
    later(call, ms) {
        const timer = setTimeout(call, ms);
        return () => clearTimeout(timer);
    },
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
    adopt((items) => queue.push(...items));
}

/** Keep the last records while someone looks at them. */
export function inspect(isOn = true): readonly Inspected[] {
    if (!isOn) inspected = undefined;
    else inspected ??= [];
    return inspected ?? [];
}

function show(to: Endpoint, record: string | undefined, found: Findings): void {
    if (!inspected) return;
    inspected.push({ to, record, removed: found.trail, at: wallMs() });
    if (inspected.length > INSPECTED_MAX) inspected.shift();
}

/** Something was dropped whole: the server hears how often and by which rule, and no more. */
export function count(rule: string, times = 1): void {
    lost[rule] = (lost[rule] ?? 0) + times;
    lostTimer ??= setTimeout(tellLost, FLUSH_MS / 2);
}

function tellLost(): void {
    lostTimer = undefined;
    const counts = lost;
    lost = {};
    if (isOpen()) put('track', eventBody('$candor_drops', { cd_f: counts }));
}

function put(to: Endpoint, record: Properties): string {
    const body = encode(record);
    queue.push({ to, body, at: wallMs(), isKept: true });
    return body;
}

function envelope(): Properties {
    const state = currentState();
    const all: Properties = { token, $device_id: state.device, distinct_id: distinctId(state) };
    if (state.user) all['$user_id'] = state.user;
    return all;
}

function eventBody(event: string, properties: Properties): Properties {
    const now = wallMs();
    const all: Properties = {
        ...properties, ...envelope(), mp_lib: 'candor-js', $lib_version: VERSION,
        $insert_id: randomHex(10),
    };
    if (now > SANE_MS) all['time'] = Math.round(now / 1000);
    return { event, properties: all };
}

/** What the hook makes of a record; undefined when it must go. */
function hooked(
    event: string, properties: Properties, found: Findings,
): [string, Properties] | undefined {
    if (!hook) return [event, properties];
    let result: any;
    try {
        result = hook({ event, properties });
        if (!result || typeof result.then === 'function') throw new TypeError();
        const broken = new Findings();
        const name = result.event;
        const rule = nameRule(name, true);
        const cleaned = cleanProperties(result.properties, broken);
        if (rule || !cleaned || broken.counts['cycle'] || broken.counts['throw']) {
            throw new TypeError();
        }
        for (const [path, why] of broken.trail) found.add(why, path);
        return [name, cleaned];
    } catch {
        found.add('hook');
        return undefined;
    }
}

/**
 * An event. `own` was made by the SDK out of closed lists, `given` by a developer. The event is
 * dropped when its name breaks a rule or the hook does not give it back; values that break one
 * become null and are counted in `cd_f`.
 */
export function emit(name: unknown, own: Properties, given?: unknown): void {
    if (!isOpen()) return;
    const found = new Findings();
    try {
        const record = eventOf(name, own, given, found);
        if (record) return show('track', put('track', record), found);
    } catch {
        found.add('throw');
    }
    for (const rule of Object.keys(found.counts)) count(rule, found.counts[rule]);
    show('track', undefined, found);
}

function eventOf(
    name: unknown, own: Properties, given: unknown, found: Findings,
): Properties | undefined {
    const rule = nameRule(name, true) || (isHeld(name as string) ? 'hold' : '');
    const cleaned = cleanProperties(given, found);
    if (rule || !cleaned) {
        if (rule) found.add(rule);
        return undefined;
    }
    const result = hooked(name as string, { ...surroundings(), ...own, ...cleaned }, found);
    if (!result) return undefined;
    const [event, all] = result;
    const kept = Object.entries(all).filter(([key]) => !isHeld(key) || found.add('hold', key));
    const properties: Properties = Object.fromEntries(kept);
    if (!found.isEmpty) properties['cd_f'] = found.counts;
    return eventBody(event, properties);
}

/** An update of a profile or a group: `address` says whose, `found` what was taken out of it. */
export function emitUpdate(
    to: 'engage' | 'groups', address: Properties, operation: string, value: Json, found: Findings,
): void {
    if (!isOpen()) return;
    try {
        const body = put(to, { $token: token, ...address, [operation]: value });
        show(to, body, found);
    } catch {
        found.add('throw');
    }
    for (const rule of Object.keys(found.counts)) count(rule, found.counts[rule]);
}

export function flush(): Promise<boolean> {
    if (!isOpen()) queue.clear();
    if (lostTimer !== undefined) {
        clearTimeout(lostTimer as number);
        tellLost();
    }
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
    void queue.flush();
}

export function watchPage(): void {
    const close = () => {
        if (lostTimer !== undefined) {
            clearTimeout(lostTimer as number);
            tellLost();
        }
        if (isOpen()) queue.close();
    };
    document.addEventListener('visibilitychange', () => {
        if (document.visibilityState === 'hidden') close();
    });
    addEventListener('pagehide', () => {
        close();
        leaveDevice();
    });
    addEventListener('online', () => {
        adopt((items) => queue.push(...items));
        queue.wake();
    });
}
