// Limits: what is counted in which unit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './support/load.mjs';

globalThis.location = new URL('https://shop.example.org/');

test('texts are cut at 255 code points, never inside one', async () => {
    const { cleanText } = await load('filter');
    const found = [];
    for (const letter of ['a', 'é', '南', '😀', '👩‍🚀']) {
        const text = letter.repeat(300);
        const expected = [...text].slice(0, 255).join('');
        assert.equal(cleanText(text, found, ''), expected, letter);
        assert.equal(cleanText(expected, found, ''), expected, letter);
    }
    assert.equal(cleanText(`${'x'.repeat(254)}\ud800\ud800`, found, ''), `${'x'.repeat(254)}\ufffd`);
    assert.deepEqual(found, []);
});

test('a request outlives its page only while its bytes are few: browsers refuse more', async () => {
    const asked = [];
    Object.assign(globalThis, {
        CompressionStream: undefined,
        async fetch(url, { body, keepalive }) {
            asked.push([Buffer.byteLength(body), keepalive]);
            return new Response('1');
        },
    });
    const { send, setHost } = await load('transport');
    setHost('https://candor.example.org/');
    for (const record of ['x'.repeat(29_000), '南'.repeat(9_900), '南'.repeat(10_100), 'x'.repeat(30_100)]) {
        await send('track', [record]);
    }
    assert.deepEqual(asked.map(([, keepalive]) => keepalive), [true, true, false, false]);
    assert.ok(asked.every(([bytes, keepalive]) => !keepalive || bytes <= 30_000));
});
