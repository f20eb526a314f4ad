// The native client as a program would take it: its files compiled by hand, sending to the server.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Server } from './support/server.mjs';

const sdk = fileURLToPath(new URL('../../sdk/c/', import.meta.url));
const strict = ['-std=c99', '-pedantic', '-Wall', '-Wextra', '-Wconversion', '-Werror'];

let server;
let folder;
let example;

before(async () => {
    server = await Server.started();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'candor-native-'));
    example = path.join(folder, 'example');
    execFileSync('cc', [...strict, 'example.c', 'candor.c', 'candor_curl.c', '-lcurl', '-o', example],
        { cwd: sdk });
});
after(async () => {
    fs.rmSync(folder, { recursive: true, force: true });
    await server.remove();
});

/** The example's exit status and what it printed. */
async function run(...words) {
    try {
        const { stdout } = await promisify(execFile)(example, words);
        return { status: 0, stdout };
    } catch (error) {
        return { status: error.code, stdout: error.stdout };
    }
}

describe('the native client', () => {
    for (const compiler of ['gcc', 'clang']) {
        test(`compiles without a warning by ${compiler}`, () => {
            const out = path.join(folder, `${compiler}.o`);
            execFileSync(compiler, [...strict, '-Wshadow', '-c', 'candor.c', '-o', out], { cwd: sdk });
        });
    }

    test('asks for nothing but ISO C', () => {
        const out = path.join(folder, 'client.o');
        execFileSync('cc', [...strict, '-O1', '-c', 'candor.c', '-o', out], { cwd: sdk });
        const names = execFileSync('nm', ['-u', out], { encoding: 'utf8' });
        assert.doesNotMatch(names, /\b(malloc|calloc|free|pthread_\w+|socket|open|mmap)\b/);
    });

    test('sends events and a profile', async () => {
        const project = await server.project();
        const ran = await run(server.origin, project.token);
        assert.equal(ran.status, 0);
        assert.match(ran.stdout, /^ok: recorded 4, sent 4, values removed 1\n$/);
        const events = await server.events(project);
        assert.deepEqual(events.map((event) => event.event).sort(),
            ['$ae_first_open', '$identify', 'Order placed']);
        const order = events.find((event) => event.event === 'Order placed').properties;
        assert.equal(order.distinct_id, 'customer-81');
        assert.equal(order.price, 49.5);
        assert.equal(order.page, 'https://shop.example.org/orders/:int');
        assert.ok(!order.password);
        assert.equal(order.mp_lib, 'candor-c');
        const all = [{ property: 'plan', of: 'profile', is: ['team'] }];
        assert.equal(await server.count(project, { all }), 3);
    });

    test('keeps what it could not send for the next run', async () => {
        const project = await server.project();
        const queue = path.join(folder, 'queue');
        const away = await run('http://127.0.0.1:1', project.token, queue);
        assert.equal(away.status, 1);
        assert.match(away.stdout, /^waiting: recorded 4, sent 0,/);
        const back = await run(server.origin, project.token, queue);
        assert.equal(back.status, 0);
        const events = await server.events(project);
        const orders = events.filter((event) => event.event === 'Order placed');
        assert.equal(orders.length, 2);
        assert.equal(events.filter((event) => event.event === '$ae_first_open').length, 1);
    });

    test('leaves no secret in its files', async () => {
        const queue = path.join(folder, 'secret');
        await run('http://127.0.0.1:1', 'x', queue);
        for (const name of fs.readdirSync(folder).filter((file) => file.startsWith('secret'))) {
            assert.doesNotMatch(fs.readFileSync(path.join(folder, name), 'latin1'), /never.sent/);
        }
    });
});
