// The SDK's look-up against the builder in dictionary/, and both against cases that the C side shares.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { buildFilter, hashText } from '../dictionary/filter.mjs';
import { load } from './support/load.mjs';

const { hashOf, hexOf, openFilter } = await load('dictionary');
const shared = path.join(import.meta.dirname, 'dictionary-cases.json');
const cases = JSON.parse(fs.readFileSync(shared, 'utf8'));

test('the hashes of the shared cases', () => {
    for (const { salt, text, hash } of cases.hashes) {
        assert.equal(hexOf(hashOf(salt, text)), hash, text);
        assert.equal(hashText(salt, text), hash, text);
    }
});

test('the filters of the shared cases hold what they should', () => {
    for (const { salt, filter, texts, width } of cases.filters) {
        const bytes = Uint8Array.from(Buffer.from(filter, 'base64'));
        assert.equal(bytes[1], width);
        const opened = openFilter(bytes);
        for (const text of texts) assert.ok(opened(hashOf(salt, text)), text);
        const hashes = texts.map((text) => hashText(salt, text));
        assert.deepEqual(buildFilter(hashes, width), bytes, 'and are built again to the byte');
    }
});

test('20,000 texts: every one is in, few others are, in the size it should have', () => {
    const texts = Array.from({ length: 20_000 }, (_, n) => `Text number ${n} of the page`);
    const hashes = texts.map((text) => hashText('salt', text));
    for (const [width, sizeMax, falseMax] of [[1, 30 * 1024, 0.006], [2, 55 * 1024, 0.0002]]) {
        const bytes = buildFilter(hashes, width);
        assert.ok(bytes.length <= sizeMax, `${bytes.length} bytes`);
        const filter = openFilter(bytes);
        assert.ok(texts.every((text) => filter(hashOf('salt', text))));
        let wrong = 0;
        for (let n = 0; n < 20_000; n++) {
            if (filter(hashOf('salt', `Somebody ${n} else`))) wrong++;
        }
        assert.ok(wrong / 20_000 < falseMax, `${wrong} of 20,000`);
        assert.ok(!filter(hashOf('pepper', texts[0])) || width === 1);
    }
});

test('spelling in white space and composition does not matter, case does', () => {
    const hex = (text) => hexOf(hashOf('s', text));
    assert.equal(hex('  Add \n to\tcart '), hex('Add to cart'));
    assert.equal(hex('Caf\u0065\u0301'), hex('Caf\u00e9'));
    assert.notEqual(hex('add to cart'), hex('Add to cart'));
});

test('what is no filter is refused', () => {
    const good = buildFilter([hashText('s', 'x')], 2);
    const changed = (at, value) => Uint8Array.from(good, (byte, i) => (i === at ? value : byte));
    for (const bad of [good.slice(0, -1), changed(0, 2), changed(1, 3), changed(6, 99)]) {
        assert.equal(openFilter(bad), undefined);
    }
});
