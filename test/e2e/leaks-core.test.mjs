// What a core file would hold if the server died in the middle of a batch. It forbids cores
// altogether, so the server is stopped instead, and the memory that a core is made of is read.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import { after, before, test } from 'node:test';
import zlib from 'node:zlib';
import { base64, basic, FORM_TYPE, JSON_TYPE } from './support/http.mjs';
import { findInMemory } from './support/memory.mjs';
import { Server } from './support/server.mjs';
import { sleep, until } from './support/wait.mjs';

const STOPS = 24;
const EVENTS = 400;
const CANARY = 'Mid-batch-q7Zx';

let server;
let project;

before(async () => {
    server = await Server.started();
    project = await server.project();
});
after(async () => {
    agent.destroy();
    await server?.remove();
});

function batch(count) {
    const time = Math.round(Date.now() / 1000);
    return Array.from({ length: count }, (_, n) => ({
        event: 'Half',
        properties: {
            token: project.token, distinct_id: `u${n}`, $insert_id: `i${n}${Math.random()}`, time,
            password: `${CANARY}${n}`, note: `card 4111 1111 1111 1111, password: ${CANARY}${n}`,
            nested: { secret: [`${CANARY}${n}`, { api_key: `${CANARY}${n}` }] }, screen: 'home',
        },
    }));
}

// Connections that have had a request: of a new one, the first bytes are hidden a moment after they
// were read (src/http/README.md, known limits).
const agent = new http.Agent({ keepAlive: true, maxSockets: 4, scheduling: 'fifo' });
const post = (path, body, headers) => server.request({ method: 'POST', path, body, headers, agent });
const get = (path) => server.request({ path, agent });

const roads = [
    () => post('/track', JSON.stringify(batch(EVENTS)), JSON_TYPE),
    () => post('/track', zlib.gzipSync(JSON.stringify(batch(EVENTS))),
        { ...JSON_TYPE, 'Content-Encoding': 'gzip' }),
    () => post('/track', `data=${encodeURIComponent(base64(batch(EVENTS)))}`, FORM_TYPE),
    () => get(`/track?data=${encodeURIComponent(base64(batch(20)))}`),
    () => post('/import?strict=1', JSON.stringify(batch(EVENTS)),
        { ...JSON_TYPE, ...basic(project.secret), Cookie: `sid=${CANARY}` }),
    () => server.verb(['import', '--project', project.name, '-'],
        { input: batch(EVENTS).map((record) => JSON.stringify(record)).join('\n') }),
];

/** Every thread of the process stands still. */
function isStopped(pid) {
    const states = fs.readdirSync(`/proc/${pid}/task`).map((thread) => {
        const stat = fs.readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1');
        return stat.slice(stat.lastIndexOf(')') + 2)[0];
    });
    return states.every((state) => state === 'T');
}

/** What stands in the server's memory at this moment: [what a core would hold, everything]. */
async function lookInside() {
    const { pid } = server.process;
    process.kill(pid, 'SIGSTOP');
    try {
        await until(() => isStopped(pid), { what: 'a server that stands still' });
        return [false, true].map((everywhere) => findInMemory(pid, [CANARY], { everywhere }));
    } finally {
        process.kill(pid, 'SIGCONT');
    }
}

test('a core file made in the middle of a batch would have nothing of it', async (t) => {
    if (process.getuid() !== 0) return t.skip('reading the memory of a server needs root');
    await Promise.all(roads.map(() => get('/healthz')));
    let isOver = false;
    const send = async (road) => {
        while (!isOver) await road();
    };
    const senders = roads.map(send);
    const dumped = [];
    let seen = 0;
    for (let stop = 0; stop < STOPS; stop++) {
        await sleep(20 + Math.random() * 60);
        const [inCore, anywhere] = await lookInside();
        if (anywhere.length > 0) seen++;
        dumped.push(...inCore);
    }
    isOver = true;
    await Promise.all(senders);
    assert.ok(seen > STOPS / 4, `only ${seen} of ${STOPS} stops were in the middle of a batch`);
    return assert.deepEqual(dumped, []);
});

test('a connection that stays open keeps nothing of its last request', async (t) => {
    if (process.getuid() !== 0) return t.skip('reading the memory of a server needs root');
    const one = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const secret = 'Open-line-q7Zx';
    const headers = { Cookie: `sid=${secret}`, 'User-Agent': secret, 'X-Forwarded-For': secret };
    const record = { event: 'Open', properties: { token: project.token, password: secret } };
    const path = `/track?data=${encodeURIComponent(JSON.stringify(record))}`;
    assert.equal((await server.request({ path, headers, agent: one })).text, '1');
    await sleep(500);
    const left = findInMemory(server.process.pid, [secret], { everywhere: true });
    assert.equal(Object.values(one.freeSockets).flat().length, 1, 'the connection is still open');
    one.destroy();
    return assert.deepEqual(left, []);
});
