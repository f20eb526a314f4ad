// Where records wait on the device while the network is away: one place for each tab, so that no tab
// writes over another's. A tab that goes leaves its place to whichever tab comes by; one that crashed
// loses it ten minutes after it wrote last. Should two tabs take the same records, the server tells
// them by $insert_id: so nothing has to be locked.

import { randomHex, wallMs } from './natives';
import type { Item } from './queue';
import { names, read, remove, write } from './storage';

const LEASE_MS = 600_000; // more than the longest patience between two tries
const AGE_MS_MAX = 5 * 24 * 3600_000; // the server takes nothing older
const SIZE_MAX = 256 * 1024;
const PLACE = 'q.';

let own = PLACE + randomHex(8);
let kept: readonly Item[] = [];

function writeOwn(isLeaving?: boolean): void {
    // A page that is not seen may be gone without another word.
    const at = isLeaving || document.hidden ? 0 : wallMs();
    let size = 0;
    const records = kept.filter(({ body }) => (size += body.length) < SIZE_MAX);
    if (!records.length || !write(own, JSON.stringify([at, records]))) remove(own);
}

/** These and nothing else of this tab. */
export function saveOnDevice(items: readonly Item[]): void {
    kept = items;
    writeOwn();
}

/** The page goes: its place is free, and it may come back under another name. */
export function leaveDevice(): void {
    if (kept.length) writeOwn(true);
    kept = [];
    own = PLACE + randomHex(8);
}

/** What tabs have left behind that are gone. */
export function adopt(): Item[] {
    return names(PLACE).flatMap((name) => {
        const now = wallMs();
        try {
            const [at, records]: [number, Item[]] = JSON.parse(read(name)!);
            if (name === own || Math.abs(now - at) < LEASE_MS) return [];
            remove(name);
            return records
                .filter(({ to, body, at }) => body[0] === '{' && to && now - at < AGE_MS_MAX)
                .map((item) => ({ ...item, isKept: true }));
        } catch {
            remove(name); // nobody can read it
            return [];
        }
    });
}

/** Opting out and logging out leave nothing, of no tab. */
export function clearDevice(): void {
    kept = [];
    names(PLACE).forEach(remove);
}
