// Where records wait on the device while the network is away: one place for each tab, so that no tab
// writes over another's. A tab that is gone leaves its place to whichever tab comes by.
//
// Whether it is gone: its lock is free (Web Locks), or it said so, or it has not written for ten
// minutes. Should two tabs take the same records, the server tells them by $insert_id.

import { randomHex, wallMs } from './natives';
import type { Item } from './queue';
import { lockName, names, read, remove, write } from './storage';
import type { Endpoint } from './transport';

const LEASE_MS = 600_000;
const AGE_MS_MAX = 5 * 24 * 3600_000; // the server takes nothing older
const SIZE_MAX = 256 * 1024;
const COUNT_MAX = 500;
const PLACE = 'q.';

let own = '';
let release: (() => void) | undefined;
let lastText = '';

function locks(): LockManager | undefined {
    return typeof navigator === 'object' ? navigator.locks : undefined;
}

function hold(): void {
    own = PLACE + randomHex(8);
    // Held as long as the page lives.
    locks()
        ?.request(lockName(own), () => new Promise<void>((done) => (release = done)))
        .catch(() => {});
}

export function saveOnDevice(items: readonly Item[]): void {
    if (!items.length) {
        if (own) remove(own);
        lastText = '';
        return;
    }
    if (!own) hold();
    let size = 0;
    const records = items
        .slice(-COUNT_MAX)
        .reverse()
        .filter(({ body }) => (size += body.length) < SIZE_MAX)
        .reverse()
        .map(({ to, body, at }) => [to, body, at]);
    lastText = JSON.stringify(records);
    writeOwn(wallMs());
}

function writeOwn(at: number): void {
    if (lastText && !write(own, `[${at},${lastText}]`)) remove(own);
}

/** The page goes: its place is free. */
export function leaveDevice(): void {
    if (own) writeOwn(0);
    release?.();
    own = '';
    release = undefined;
    lastText = '';
}

function taken(name: string, isFree: boolean): Item[] {
    const text = read(name);
    if (!text) return [];
    let at = 0;
    let records: unknown = [];
    try {
        [at, records] = JSON.parse(text);
    } catch {
        isFree = true; // nobody can read it: away with it
    }
    if (!isFree && at && Math.abs(wallMs() - at) < LEASE_MS) return [];
    remove(name);
    const youngest = wallMs() - AGE_MS_MAX;
    const items: Item[] = [];
    for (const record of Array.isArray(records) ? records : []) {
        const [to, body, made] = record as [Endpoint, string, number];
        const isOurs = /^(?:track|engage|groups)$/.test(to) && typeof body === 'string';
        if (isOurs && made > youngest) items.push({ to, body, at: made, isKept: true });
    }
    return items;
}

/** Take over what tabs have left behind that are gone. */
export function adopt(take: (items: Item[]) => void): void {
    for (const name of names(PLACE)) {
        if (name === own) continue;
        const manager = locks();
        const takeAll = (isFree: boolean) => {
            const items = taken(name, isFree);
            if (items.length) take(items);
        };
        if (!manager) {
            takeAll(false);
            continue;
        }
        manager
            .request(lockName(name), { ifAvailable: true }, (lock) => {
                if (lock) takeAll(true);
            })
            .catch(() => takeAll(false));
    }
}

/** Opting out and logging out leave nothing, of no tab. */
export function clearDevice(): void {
    for (const name of names(PLACE)) remove(name);
    lastText = '';
}
