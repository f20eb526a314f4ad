// Records that wait to be sent. Network and storage are handed in, so that tests can turn them.
//
// What fails is kept and tried again; the server tells repetitions by $insert_id. No clock is asked:
// what has to wait waits for a timer, whatever becomes of the time of day.

import { randomHex, shareOf } from './natives';
import type { Answer, Endpoint } from './transport';

export interface Item {
    to: Endpoint;
    body: string;
    /** When it was made, ms. */
    at: number;
    /** May it wait on the device? Not what a person who has logged out left behind. */
    isKept: boolean;
}

type Timer = ReturnType<typeof setTimeout> | undefined;

export interface Ports {
    send(to: Endpoint, records: readonly string[]): Promise<Answer>;
    beacon(to: Endpoint, records: readonly string[]): boolean;
    /** Put these, and nothing else, on the device. */
    save(items: readonly Item[]): void;
    drop(rule: string, count: number): void;
}

export const FLUSH_MS = 200;
export const BATCH_MAX = 50;
const ITEMS_MAX = 1000;
const BATCH_SIZE_MAX = 500_000;
const BEACON_SIZE_MAX = 30_000; // what requests that outlive their page may hold
const BACKOFF_MS = 1000;
const BACKOFF_MS_MAX = 300_000;

export interface Queue {
    push(more: readonly Item[]): void;
    /** Forget everything, here and on the device. */
    clear(): void;
    /** Nothing that waits now may be put on the device any more. */
    forgetOnDevice(): void;
    /** Send all there is; false when something is still waiting. */
    flush(): Promise<boolean>;
    /** The network is back: our own patience ends, the server's order does not. */
    wake(): void;
    /** The page may be gone in a moment. */
    close(): void;
}

export function openQueue(ports: Ports): Queue {
    let items: Item[] = [];
    let timer: Timer;
    let running: Promise<boolean> | undefined;
    let batchMax = BATCH_MAX;
    let failures = 0;
    let patience: Timer; // runs while we wait of our own accord
    let order: Timer; // and while the server has said Retry-After
    let isSaved = false;

    const save = () => {
        const kept = items.filter((item) => item.isKept);
        if (kept.length || isSaved) ports.save(kept);
        isSaved = kept.length > 0;
    };

    const take = (gone: Item[]) => {
        items = items.filter((item) => !gone.includes(item));
    };

    /** As many records for the first one's address as fit. */
    const nextBatch = (countMax: number, sizeMax: number): Item[] => {
        const same = items.filter(({ to }) => to === items[0]!.to);
        let size = 0;
        return same.filter(({ body }, i) => {
            size += sizeOf(body);
            return !i || (i < countMax && size < sizeMax);
        });
    };

    const wake = () => {
        clearTimeout(patience);
        patience = undefined;
        flush();
    };

    /** What became of a batch; false when it must wait. */
    const settle = (batch: Item[], { status, retryAfterMs }: Answer): boolean => {
        if (status === 413 && batch.length > 1) {
            batchMax = batch.length >> 1;
            return true;
        }
        if (!status || status === 408 || status === 429 || status >= 500) {
            const cap = Math.min(BACKOFF_MS_MAX, BACKOFF_MS * 2 ** failures++);
            patience = setTimeout(wake, cap * shareOf(randomHex(4)));
            order = setTimeout(() => {
                order = undefined;
                flush();
            }, retryAfterMs);
            save();
            return false;
        }
        take(batch);
        failures = 0;
        if (status >= 300) ports.drop('refused', batch.length);
        else batchMax = Math.min(BATCH_MAX, batchMax * 2);
        return true;
    };

    const run = async (): Promise<boolean> => {
        while (items.length) {
            const batch = nextBatch(batchMax, BATCH_SIZE_MAX);
            if (!settle(batch, await ports.send(batch[0]!.to, bodies(batch)))) return false;
        }
        if (isSaved) save();
        return true;
    };

    const flush = async () =>
        !patience && !order && (running ??= run().finally(() => (running = undefined)));

    return {
        push(more) {
            items.push(...more);
            const excess = items.length - ITEMS_MAX;
            if (excess > 0) {
                items.splice(0, excess);
                ports.drop('queue', excess);
            }
            if (more.length && (items.length === more.length || more.length > 1)) {
                clearTimeout(timer);
                timer = setTimeout(flush, FLUSH_MS);
            }
        },
        clear() {
            items = [];
            save();
        },
        forgetOnDevice() {
            for (const item of items) item.isKept = false;
            save();
        },
        flush,
        wake,
        close() {
            for (let room = BEACON_SIZE_MAX; items.length && !failures && navigator.onLine !== false; ) {
                const batch = nextBatch(Infinity, room);
                room -= sizeOf(bodies(batch).join()) + 2;
                if (room < 0 || !ports.beacon(batch[0]!.to, bodies(batch))) break;
                take(batch);
            }
            if (items.length) save();
        },
    };
}

function bodies(batch: Item[]): string[] {
    return batch.map((item) => item.body);
}

/** UTF-8 bytes, and a comma. */
function sizeOf(text: string): number {
    return new TextEncoder().encode(text).length + 1;
}
