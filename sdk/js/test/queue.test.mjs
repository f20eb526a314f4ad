import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { load } from './support/load.mjs';

const { openQueue, FLUSH_MS, BATCH_MAX } = await load('queue');

let sent; // [to, records]
let answers; // what the server says next; 200 when there is nothing
let beacons;
let saved;
let dropped;
let isOnline;
let queue;
let now;

beforeEach(() => {
    mock.timers.reset();
    mock.timers.enable({ apis: ['setTimeout'] });
    [sent, answers, beacons, saved, dropped, isOnline, now] = [[], [], [], undefined, {}, true, 1e12];
    mock.method(performance, 'now', () => now);
    // Half of all numbers are below this one.
    mock.method(crypto, 'getRandomValues', (bytes) => (bytes.set([0x80]), bytes));
    Object.defineProperty(globalThis, 'navigator', {
        configurable: true, value: { get onLine() { return isOnline; } },
    });
    queue = openQueue({
        async send(to, records) {
            sent.push([to, records]);
            return { status: 200, retryAfterMs: 0, ...answers.shift() };
        },
        beacon(to, records) {
            beacons.push([to, records]);
            return answers.shift() ?? true;
        },
        save: (items) => (saved = items.map(({ body }) => body)),
        drop: (rule, count) => (dropped[rule] = (dropped[rule] ?? 0) + count),
    });
});

function item(n, to = 'track') {
    return { to, body: `{"n":${n}}`, at: now, isKept: true };
}

/** Let time go by, and everything that then happens. */
async function pass(ms) {
    now += ms;
    mock.timers.tick(ms);
    for (let i = 0; i < 50; i++) await null;
}

function items(count) {
    return Array.from({ length: count }, (_, n) => item(n));
}

test('sends together what comes within a moment', async () => {
    queue.push([item(1)]);
    await pass(FLUSH_MS - 1);
    assert.equal(sent.length, 0);
    queue.push([item(2)]);
    await pass(1);
    assert.deepEqual(sent, [['track', ['{"n":1}', '{"n":2}']]]);
});

test('a steady stream is not put off for ever', async () => {
    for (let n = 0; n < 30; n++) {
        queue.push([item(n)]);
        await pass(FLUSH_MS / 2);
    }
    assert.ok(sent.length >= 10, `${sent.length} requests`);
});

test('sends batches of fifty, each to its own address, in order', async () => {
    queue.push([...items(120), item(7, 'engage')]);
    await pass(FLUSH_MS);
    assert.deepEqual(sent.map(([to, records]) => [to, records.length]),
        [['track', BATCH_MAX], ['track', BATCH_MAX], ['track', 20], ['engage', 1]]);
    assert.deepEqual(sent.slice(0, 3).flatMap(([, records]) => records),
        items(120).map(({ body }) => body));
});

test('keeps what failed, waits longer each time with jitter, at most five minutes', async () => {
    queue.push([item(1)]);
    answers = Array.from({ length: 12 }, () => ({ status: 503 }));
    await pass(FLUSH_MS);
    for (let n = 0; n < 11; n++) {
        const wait = 0.5 * Math.min(300_000, 1000 * 2 ** n);
        const before = sent.length;
        await pass(wait - 1);
        assert.equal(sent.length, before, `not before ${wait} ms`);
        await pass(1);
        assert.equal(sent.length, before + 1, `after ${wait} ms`);
    }
    assert.deepEqual(saved, ['{"n":1}']);
    await pass(300_000);
    assert.deepEqual(saved, [], 'what was sent is not on the device any more');
});

test('obeys Retry-After, also when asked to flush and when the network comes back', async () => {
    queue.push([item(1)]);
    answers = [{ status: 429, retryAfterMs: 60_000 }];
    await pass(FLUSH_MS);
    assert.equal(await queue.flush(), false);
    queue.wake();
    await pass(59_999);
    assert.equal(sent.length, 1);
    await pass(1);
    assert.equal(sent.length, 2);
});

test('when the network comes back, it does not wait for its own patience', async () => {
    queue.push([item(1)]);
    answers = Array.from({ length: 9 }, () => ({ status: 0 }));
    await pass(FLUSH_MS);
    for (let n = 0; n < 8; n++) await pass(300_000);
    answers = [];
    queue.wake();
    await pass(0);
    assert.equal(sent.length, 10);
});

test('drops and counts what the server refuses', async () => {
    queue.push(items(3));
    answers = [{ status: 400 }];
    await pass(FLUSH_MS);
    assert.equal(sent.length, 1);
    assert.deepEqual(dropped, { refused: 3 });
    queue.push([item(9)]);
    await pass(FLUSH_MS);
    assert.equal(sent.length, 2, 'and goes on with the next');
});

test('halves a batch that is too large, and drops a record that is too large by itself', async () => {
    queue.push(items(4));
    answers = [413, 413, 413].map((status) => ({ status }));
    await pass(FLUSH_MS);
    assert.deepEqual(sent.map(([, records]) => records.length), [4, 2, 1, 1, 2]);
    assert.deepEqual(dropped, { refused: 1 });
});

test('holds a thousand records, and drops the oldest beyond', async () => {
    answers = [{ status: 0 }];
    queue.push(items(1001));
    assert.deepEqual(dropped, { queue: 1 });
    await pass(FLUSH_MS);
    assert.equal(saved.length, 1000);
    assert.equal(saved[0], '{"n":1}');
});

test('a closing page sends what fits beside a request under way, and keeps the rest', async () => {
    const big = (n) => ({ ...item(n), body: JSON.stringify({ n, text: 'ü'.repeat(3000) }) });
    queue.push([big(1), item(2, 'engage'), ...Array.from({ length: 20 }, (_, n) => big(n))]);
    queue.close();
    const size = beacons.reduce((sum, [, records]) => {
        return sum + Buffer.byteLength(`[${records.join()}]`);
    }, 0);
    assert.ok(size <= 30_000, `${size} bytes`);
    assert.ok(beacons[0][1].length >= 3);
    assert.equal(saved.length + beacons.reduce((sum, [, all]) => sum + all.length, 0), 22);
});

test('a closing page sends no beacon into a dead network, but keeps everything', async () => {
    queue.push([item(1)]);
    isOnline = false;
    queue.close();
    isOnline = true;
    assert.deepEqual([beacons, saved], [[], ['{"n":1}']]);
    answers = [{ status: 500 }];
    await pass(FLUSH_MS);
    queue.close();
    assert.deepEqual([beacons, saved], [[], ['{"n":1}']]);
});

test('a beacon that the browser does not take is kept', () => {
    queue.push([item(1)]);
    answers = [false];
    queue.close();
    assert.deepEqual(saved, ['{"n":1}']);
});

test('after logging out nothing of before is put on the device, but it may still leave', async () => {
    queue.push([item(1)]);
    queue.forgetOnDevice();
    queue.push([item(2)]);
    answers = [{ status: 0 }];
    await pass(FLUSH_MS);
    assert.deepEqual(saved, ['{"n":2}']);
    await pass(1000);
    assert.equal(sent[1][1].length, 2);
});
