// What the sources may not do: each power is in one file, and others reach it through that file only.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const src = path.resolve(import.meta.dirname, '../src');
const files = fs.readdirSync(src).filter((name) => name.endsWith('.ts'));
const sources = new Map(files.map((name) => {
    const text = fs.readFileSync(path.join(src, name), 'utf8');
    return [name, text.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')];
}));

function users(pattern) {
    return [...sources].filter(([, text]) => pattern.test(text)).map(([name]) => name);
}

function importers(module) {
    return users(new RegExp(`^import (?!type)[^;]*from './${module}';`, 'm'));
}

test('only transport speaks to the network', () => {
    const network = /\bfetch\b|XMLHttpRequest|sendBeacon|WebSocket|EventSource|RTCPeer|new Image|importScripts/;
    assert.deepEqual(users(network), ['errors.ts', 'transport.ts'].filter((name) => {
        return name !== 'errors.ts' || network.test(sources.get(name));
    }));
    // In errors it is a word that browsers use in messages.
    assert.match(sources.get('errors.ts'), /'[^']*\bfetch\b[^']*'/);
    assert.ok(!/\bfetch\s*[(.]/.test(sources.get('errors.ts')));
});

test('only storage touches the device', () => {
    assert.deepEqual(users(/localStorage|sessionStorage|indexedDB|document\.cookie|\bcaches\b/),
        ['storage.ts']);
});

test('only url sees where the page is', () => {
    const place = /(?<!\.)\blocation\b|document\.(?:referrer|URL|location|title|baseURI)/;
    assert.deepEqual(users(place), ['url.ts']);
});

test('only reader reads the document', () => {
    const reading = new RegExp('querySelector|getElement|innerText|textContent|innerHTML|outerHTML|' +
        'getAttribute|\\.value\\b|\\.dataset|\\.className|\\.attributes\\b|selectedOptions|clipboardData|' +
        'getSelection|\\.key\\b|keyCode');
    assert.deepEqual(users(reading), ['reader.ts']);
    assert.ok(!/innerText|textContent|innerHTML|outerHTML|\.value\b|clipboard|getSelection/
        .test(sources.get('reader.ts')));
});

test('records reach the network through emit, and emit through the filter', () => {
    assert.deepEqual(importers('transport').sort(), ['candor.ts', 'emit.ts', 'settings.ts']);
    assert.match(sources.get('candor.ts'), /import \{ setHost \} from '.\/transport'/);
    assert.match(sources.get('settings.ts'), /import \{ getSettings \} from '.\/transport'/);
    assert.deepEqual(importers('queue'), ['emit.ts']);
    assert.equal([...sources.get('emit.ts').matchAll(/queue\.push\(/g)].length, 4); // and what waited
    assert.deepEqual(importers('device-queue'), ['emit.ts']);
});

test('nothing is wrapped, evaluated, or written into the page', () => {
    assert.deepEqual(users(/\beval\b|new Function|document\.write|innerHTML\s*=/), []);
    assert.deepEqual(users(/createElement/), ['inspector.ts']); // with its hash, when asked
    assert.match(sources.get('inspector.ts'), /integrity: __INSPECTOR__/);
    assert.deepEqual(users(/console\s*[.[]/), []);
    assert.deepEqual(users(/\.prototype(?:\.\w+|\[\w+\])\s*=[^=]/), []);
    assert.deepEqual(users(/(?:window|globalThis|history|page)\.\w+\s*(?:\?\?)?=[^=]/), ['classic.ts']);
    assert.deepEqual(users(/set(?:Timeout|Interval)\(\s*['"`]/), []);
});

test('the inspector speaks to no network, keeps nothing, and makes no HTML', () => {
    const folder = path.join(src, 'inspect');
    for (const name of fs.readdirSync(folder)) {
        const text = fs.readFileSync(path.join(folder, name), 'utf8').replace(/^\s*\/\/.*$/gm, '');
        assert.ok(!/\bfetch\b|XMLHttpRequest|sendBeacon|WebSocket|EventSource|new Image|import\(/
            .test(text), name);
        assert.ok(!/localStorage|sessionStorage|indexedDB|document\.cookie|\bcaches\b/.test(text), name);
        assert.ok(!/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b/.test(text), name);
    }
});
