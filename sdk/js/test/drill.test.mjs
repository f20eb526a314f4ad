// The broken SDK of `candor drill`: what makes it broken is in no file that a page loads otherwise.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.resolve(import.meta.dirname, '..');
const read = (name) => fs.readFileSync(path.join(root, name), 'utf8');

const MARKS = ['$web_event', '$form_field__', '$form_attr__'];

test('what is published holds nothing of it', () => {
    for (const name of ['candor.js', 'candor.mjs', 'candor-inspect.js']) {
        for (const mark of MARKS) assert.ok(!read(`dist/${name}`).includes(mark), `${name}: ${mark}`);
    }
    const { files } = JSON.parse(read('package.json'));
    assert.ok(files.includes('!dist/drill'));
    for (const name of fs.readdirSync(path.join(root, 'src')).filter((one) => one.endsWith('.ts'))) {
        assert.ok(!read(`src/${name}`).includes('/drill/'), name);
    }
});

test('it is broken, and says so in its version', () => {
    const { version } = JSON.parse(read('package.json'));
    const broken = read('dist/drill/broken.js');
    for (const mark of [...MARKS, `${version}-broken`]) assert.ok(broken.includes(mark), mark);
    const detector = 'KIA|SIA|ROA'; // keys of a cloud
    assert.ok(read('dist/candor.js').includes(detector));
    assert.ok(!broken.includes(detector));
});
