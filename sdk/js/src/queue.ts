// Records that wait to be sent. Knows nothing of browsers: clock, chance, network and storage are
// handed in, so that tests can turn them.
//
// What fails is kept and tried again; the server tells repetitions by $insert_id.

import type { Answer, Endpoint } from './transport';

export interface Item {
    to: Endpoint;
    body: string;
    /** When it was made, ms. */
    at: number;
    /** May it wait on the device? Not what a person who has logged out left behind. */
    isKept: boolean;
}

export interface Ports {
    send(to: Endpoint, records: readonly string[]): Promise<Answer>;
    beacon(to: Endpoint, records: readonly string[]): boolean;
    /** Call back once; the returned function calls it off. */
    later(call: () => void, ms: number): () => void;
    now(): number;
    random(): number;
    isOnline(): boolean;
    /** Put these, and nothing else, on the device. */
    save(items: readonly Item[]): void;
    drop(rule: string, count: number): void;
}

export const FLUSH_MS = 200;
export const BATCH_MAX = 50;
const ITEMS_MAX = 1000;
const BATCH_SIZE_MAX = 500_000;
const BEACON_SIZE_MAX = 64 * 1024;
const BACKOFF_MS = 1000;
const BACKOFF_MS_MAX = 300_000;

export class Queue {
    private items: Item[] = [];
    private callOff: (() => void) | undefined;
    private running: Promise<boolean> | undefined;
    private batchMax = BATCH_MAX;
    private failures = 0;
    private waitUntil = 0; // our own patience
    private orderedUntil = 0; // the server's Retry-After
    private isSaved = false;

    constructor(private readonly ports: Ports) {}

    get size(): number {
        return this.items.length;
    }

    push(...items: Item[]): void {
        this.items.push(...items);
        const excess = this.items.length - ITEMS_MAX;
        if (excess > 0) {
            this.items.splice(0, excess);
            this.ports.drop('queue', excess);
        }
        this.arm(FLUSH_MS);
    }

    /** Forget everything, here and on the device. */
    clear(): void {
        this.items = [];
        this.save();
    }

    /** Nothing that waits now may be put on the device any more. */
    forgetOnDevice(): void {
        for (const item of this.items) item.isKept = false;
        this.save();
    }

    /** Send all there is; false when something is still waiting. */
    flush(): Promise<boolean> {
        this.running ??= this.run().finally(() => (this.running = undefined));
        return this.running;
    }

    /** The network is back: our own patience ends, the server's order does not. */
    wake(): void {
        this.waitUntil = 0;
        this.arm(0);
    }

    /** The page may be gone in a moment. */
    close(): void {
        if (!this.items.length) return;
        if (!this.failures && this.ports.isOnline()) this.sendBeacons();
        if (this.items.length) this.save();
    }

    private sendBeacons(): void {
        let room = BEACON_SIZE_MAX;
        const encoder = new TextEncoder();
        for (const to of ['track', 'engage', 'groups'] as const) {
            const fitting: Item[] = [];
            room -= 2;
            for (const item of this.items) {
                if (item.to !== to) continue;
                const size = encoder.encode(item.body).length + 1;
                if (size > room) break;
                room -= size;
                fitting.push(item);
            }
            if (fitting.length && this.ports.beacon(to, fitting.map(({ body }) => body))) {
                this.take(fitting);
            }
        }
    }

    private arm(ms: number): void {
        this.callOff?.();
        const wait = Math.max(this.waitUntil, this.orderedUntil) - this.ports.now();
        this.callOff = this.ports.later(() => void this.flush(), Math.max(ms, wait));
    }

    private async run(): Promise<boolean> {
        while (this.items.length) {
            const now = this.ports.now();
            if (Math.max(this.waitUntil, this.orderedUntil) > now) {
                this.arm(0);
                return false;
            }
            const batch = this.nextBatch();
            const answer = await this.ports.send(batch[0]!.to, batch.map(({ body }) => body));
            if (!this.settle(batch, answer)) return false;
        }
        if (this.isSaved) this.save();
        return true;
    }

    private nextBatch(): Item[] {
        const { to } = this.items[0]!;
        const batch: Item[] = [];
        let size = 0;
        for (const item of this.items) {
            if (item.to !== to) continue;
            size += item.body.length;
            if (batch.length && (size > BATCH_SIZE_MAX || batch.length >= this.batchMax)) break;
            batch.push(item);
        }
        return batch;
    }

    /** What became of a batch; false when it must wait. */
    private settle(batch: Item[], { status, retryAfterMs }: Answer): boolean {
        if (status === 413 && batch.length > 1) {
            this.batchMax = Math.ceil(batch.length / 2);
            return true;
        }
        if (!status || status === 408 || status === 429 || status >= 500) {
            const now = this.ports.now();
            const cap = Math.min(BACKOFF_MS_MAX, BACKOFF_MS * 2 ** this.failures++);
            this.waitUntil = now + cap * this.ports.random();
            this.orderedUntil = now + retryAfterMs;
            this.save();
            this.arm(0);
            return false;
        }
        this.take(batch);
        this.failures = 0;
        if (status >= 300) this.ports.drop('refused', batch.length);
        else this.batchMax = Math.min(BATCH_MAX, this.batchMax * 2);
        return true;
    }

    private take(batch: Item[]): void {
        const gone = new Set(batch);
        this.items = this.items.filter((item) => !gone.has(item));
    }

    private save(): void {
        const kept = this.items.filter(({ isKept }) => isKept);
        if (kept.length || this.isSaved) this.ports.save(kept);
        this.isSaved = kept.length > 0;
    }
}
