import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { dictionaryOf, textsOf } from '../dictionary/collect.mjs';
import { hashText } from '../dictionary/filter.mjs';
import { candorDictionary } from '../dictionary/vite-plugin.mjs';

const cli = path.join(import.meta.dirname, '../dictionary/cli.mjs');

test('collects literals, templates without holes, and text between tags', () => {
    const source = `const a = "Add to cart"; const b = 'It\\'s yours'; const c = \`Sign  in\`;
const d = \`Hello \${name}\`; return <p>Zum Warenkorb\\n</p>; "\\u00dcber uns";`;
    const found = textsOf(source);
    for (const text of ['Add to cart', "It's yours", 'Sign in', 'Über uns']) {
        assert.ok(found.has(text), text);
    }
    assert.ok(![...found].some((text) => text.startsWith('Hello')));
});

test('leaves out what could be anybody\'s', () => {
    const long = 'x'.repeat(81);
    const found = textsOf(`'ann@example.org' 'order 12345' '${long}' '---' '' 'plain'`);
    assert.deepEqual([...found].filter((text) => text !== ''), ['plain']);
});

test('a dictionary holds hashes and no text', () => {
    const dictionary = dictionaryOf(new Set(['Add to cart']), 's');
    assert.deepEqual(dictionary, { salt: 's', hashes: [hashText('s', 'Add to cart')] });
    assert.match(dictionaryOf(new Set(['x'])).salt, /^[0-9a-f]{32}$/);
});

test('the command writes a dictionary of a folder, and tells of mistakes', () => {
    const place = fs.mkdtempSync(path.join(os.tmpdir(), 'candor-dictionary-'));
    try {
        fs.mkdirSync(path.join(place, 'node_modules'));
        fs.writeFileSync(path.join(place, 'node_modules/x.js'), '"Not ours"');
        fs.writeFileSync(path.join(place, 'page.html'), '<button>Add to cart</button>');
        fs.writeFileSync(path.join(place, 'data.json'), '"Neither"');
        const out = path.join(place, 'out.txt');
        const run = (...words) => spawnSync(process.execPath, [cli, ...words], { encoding: 'utf8' });
        assert.equal(run('--out', out, '--salt', 's', place).status, 0);
        assert.equal(fs.readFileSync(out, 'utf8'), `salt s\n${hashText('s', 'Add to cart')}\n`);
        assert.equal(run('--list', place).stdout, 'Add to cart\n');
        assert.equal(run().status, 2);
        assert.equal(run('--nonsense').status, 2);
        assert.match(run(path.join(place, 'absent')).stderr, /there is no/);
    } finally {
        fs.rmSync(place, { recursive: true });
    }
});

test('the plug-in for vite emits the texts of the modules in the build', () => {
    const plugin = candorDictionary({ salt: 's' });
    const emitted = [];
    plugin.buildStart();
    assert.equal(plugin.transform('label("Sign in")', '/site/src/a.js'), null);
    plugin.transform('label("Not ours")', '/site/node_modules/b/index.js');
    plugin.generateBundle.call({ emitFile: (file) => emitted.push(file) });
    assert.equal(emitted[0].fileName, 'candor-dictionary.txt');
    assert.equal(emitted[0].source, `salt s\n${hashText('s', 'Sign in')}\n`);
});
