// The ingestion part of the leak catalogue: records with secrets by every road, and then a search of
// every file, the log, the memory and every answer.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import zlib from 'node:zlib';
import { base64, basic, bearer, FORM_TYPE, JSON_TYPE } from './support/http.mjs';
import { eventCases, KEPT, profileCase, propertyCases } from './support/leak-cases.mjs';
import { findInMemory } from './support/memory.mjs';
import { Server } from './support/server.mjs';
import { sleep } from './support/wait.mjs';

const BODIES = 2000;
const TRACED_EVENTS = 10_000;

let server;
let project;
let token;
const answers = []; // every text that came back: [from, text]
const secrets = new Map(); // what must be nowhere: secret to case and road

before(async () => {
    server = await Server.started({ environment: { CANDOR_LOG_LEVEL: 'debug' } });
    project = await server.project();
    token = await server.token(project);
});
after(() => server?.remove());

async function ask(road, promise) {
    const { text } = await promise;
    answers.push([road, text]);
    return text;
}

function recordOf({ event = 'Case', ids = { distinct_id: 'ann' }, properties = {}, id }) {
    const own = { token: project.token, time: Math.round(Date.now() / 1000), case: id };
    const $insert_id = Math.random().toString(36).slice(2);
    return { event, properties: { ...own, $insert_id, ...ids, ...properties } };
}

const encoded = (value) => encodeURIComponent(base64(value));
const secretOf = () => basic(project.secret);
const GZIP = { 'Content-Encoding': 'gzip' };

/** Roads of events. */
const roads = {
    json: (record) => server.post('/track?verbose=1', JSON.stringify([record]), JSON_TYPE),
    form: (record) => server.post('/track', `data=${encoded(record)}`, FORM_TYPE),
    'plain form': (record) =>
        server.post('/track', `data=${encodeURIComponent(JSON.stringify(record))}`, FORM_TYPE),
    query: (record) => server.get(`/track?data=${encoded(record)}`),
    gzip: (record) =>
        server.post('/track', zlib.gzipSync(JSON.stringify([record])), { ...JSON_TYPE, ...GZIP }),
    import: (record) => server.post('/import?strict=1', JSON.stringify([record]),
        { ...JSON_TYPE, ...secretOf() }),
    'import ndjson gzip': (record) => server.post('/import?strict=0',
        zlib.gzipSync(`${JSON.stringify(record)}\n`),
        { 'Content-Type': 'application/x-ndjson', ...GZIP, ...secretOf() }),
    async 'candor import'(record) {
        const flags = ['import', '--project', project.name, '-'];
        const { stdout, stderr } = await server.verb(flags, { input: `${JSON.stringify(record)}\n` });
        return { text: stdout + stderr };
    },
};

/** Roads of profiles and groups. */
const profileRoads = {
    engage: (properties) => server.post('/engage?verbose=1', JSON.stringify([
        { $token: project.token, $distinct_id: 'ann', $set: properties },
    ]), JSON_TYPE),
    'engage form': (properties) => server.post('/engage', `data=${encoded({
        $token: project.token, $distinct_id: 'ann', $set_once: properties,
    })}`, FORM_TYPE),
    groups: (properties) => server.post('/groups', JSON.stringify([
        { $token: project.token, $group_key: 'company', $group_id: 'acme', $set: properties },
    ]), JSON_TYPE),
};

function expectGone(which, road) {
    for (const secret of which.secrets) secrets.set(secret, `${which.id}, by ${road}`);
}

function filesUnder(folder) {
    return fs.readdirSync(folder, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

/** Which of the secrets stand in some bytes, as they are or as JSON or a URL would write them. */
function found(bytes, of = secrets.keys()) {
    const text = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
    return [...of].filter((secret) => {
        const ways = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
        return [...new Set(ways)].some((way) => text.includes(way));
    });
}

/** What a file holds, without the zeros that it was made with. */
function contentOf(file) {
    const bytes = fs.readFileSync(file);
    let size = bytes.length;
    while (size > 0 && bytes[size - 1] === 0) size--;
    return bytes.subarray(0, size);
}

function tell(list) {
    return list.map((secret) => secrets.get(secret) ?? secret);
}

async function collectAnswers() {
    const flags = ['--project', project.name, '--from', '2000-01-01', '--to', '2100-01-01'];
    answers.push(['candor export', await server.output(['export', ...flags])]);
    const measures = [{ event: '*', count: 'events' }];
    const time = { last: { count: 3, unit: 'day' } };
    for (const property of ['$event', 'distinct_id', 'note', 'payload', 'password', 'email', 'case']) {
        const plan = { kind: 'trend', unit: 'total', time, measures, breakdown: [{ property }] };
        await ask('query', server.ask(plan, token));
    }
    for (const place of ['/', '/metrics', '/healthz', '/readyz', '/version', '/api/v1/projects']) {
        await ask(place, server.get(place, bearer(token)));
    }
    for (const verb of [['shield', 'show'], ['shield', 'versions'], ['shield', 'findings']]) {
        const { stdout, stderr } = await server.verb([...verb, '--project', project.name]);
        answers.push([verb.join(' '), stdout + stderr]);
    }
}

describe('secrets by every road', () => {
    before(async () => {
        for (const [road, send] of Object.entries(roads)) {
            for (const which of [...propertyCases(road), ...eventCases(road)]) {
                expectGone(which, road);
                await ask(road, send(recordOf(which)));
            }
        }
        for (const [road, send] of Object.entries(profileRoads)) {
            for (const which of [...propertyCases(road), profileCase(road)]) {
                expectGone(which, road);
                await ask(road, send({ ...which.properties, [`case ${which.id}`]: true }));
            }
        }
        await server.events(project);
        await server.output(['flush']);
        await collectAnswers();
    });

    test('the events themselves arrived, with what was not secret', async () => {
        const events = await server.events(project);
        const cases = propertyCases('').map(({ id }) => id);
        for (const id of cases) {
            const count = events.filter(({ properties }) => properties.case === id).length;
            assert.equal(count, Object.keys(roads).length, id);
        }
    });

    test('no answer holds one', () => {
        for (const [from, text] of answers) assert.deepEqual(tell(found(text)), [], from);
    });

    test('the log at level debug holds none', () => {
        assert.ok(server.log().length > 0);
        assert.deepEqual(tell(found(server.log())), []);
    });

    test('no file of the data folder holds one', () => {
        const all = filesUnder(server.folder);
        assert.ok(all.length > 3);
        for (const file of all) {
            assert.deepEqual(tell(found(contentOf(file))), [], path.relative(server.folder, file));
        }
    });

    test('after a short rest no memory has one, nor what a core file would leave out', async (t) => {
        if (process.getuid() !== 0) return t.skip('reading the memory of a server needs root');
        await sleep(1500);
        const inMemory = findInMemory(server.process.pid, [...secrets.keys()], { everywhere: true });
        return assert.deepEqual(inMemory.map(([text, where]) => [secrets.get(text), where]), []);
    });
});

test('a strict import does not repeat an insert_id that is an address', async () => {
    const ids = { distinct_id: 'ann', $insert_id: 'ins.ingrid318@example.org' };
    const { status, json } = await roads.import(recordOf({ ids }));
    assert.equal(status, 400);
    const [failed] = json.failed_records;
    assert.ok(!JSON.stringify(json).includes('ingrid318'));
    assert.match(failed.insert_id, /^\$pseudonym:/);
    assert.equal(failed.$insert_id, failed.insert_id);
    const key = 'name.ingrid319@example.org';
    const broken = recordOf({ properties: { [key]: Array(300).fill(1) } });
    const { text } = await roads.import(broken);
    assert.match(text, /"field":"properties","message":"'properties' is invalid/);
    assert.ok(!text.includes('ingrid319'), text);
});

test('memory after a body that is too large has nothing of it', async (t) => {
    if (process.getuid() !== 0) return t.skip('reading the memory of a server needs root');
    const properties = { a: 'Bad-wide-q7Zx'.repeat(900_000) };
    await server.post('/track', JSON.stringify(recordOf({ properties })), JSON_TYPE);
    await sleep(1500);
    const inMemory = findInMemory(server.process.pid, ['Bad-wide-q7Zx'], { everywhere: true });
    return assert.deepEqual(inMemory, []);
});

test('E25: identifiers arrive as they were sent, by every road', async () => {
    const own = await server.project();
    const before = project;
    project = own;
    try {
        for (const send of Object.values(roads)) await send(recordOf({ event: 'ok', properties: KEPT }));
        const events = (await server.events(own)).filter(({ event }) => event === 'ok');
        assert.equal(events.length, Object.keys(roads).length);
        for (const { properties } of events) {
            for (const [name, value] of Object.entries(KEPT)) {
                assert.deepEqual(properties[name], value, name);
            }
        }
    } finally {
        project = before;
    }
});

test('E14: of the request around a record nothing is kept', async () => {
    const canaries = ['Env-314-aa1', 'Env-315-bb2', 'Env-316-cc3', 'Env-317-dd4', '203.0.113.79'];
    const headers = {
        ...JSON_TYPE, Cookie: `sid=${canaries[0]}`, Authorization: `Bearer ${canaries[1]}`,
        Referer: `https://a.example/reset?token=${canaries[2]}`, 'User-Agent': `Model-${canaries[3]}`,
        'X-Forwarded-For': canaries[4], 'Sec-CH-UA-Model': canaries[3],
    };
    const { text } = await server.post('/track?ip=1&verbose=1',
        JSON.stringify([recordOf({ event: 'Envelope' })]), headers);
    const exported = JSON.stringify(await server.events(project));
    await server.output(['flush']);
    const places = [text, exported, server.log(),
        ...filesUnder(server.folder).map(contentOf)];
    for (const place of places) assert.deepEqual(found(place, canaries), []);
});

/** Bodies that break in many ways, each with a secret of its own. */
function malformed(n) {
    const secret = `Bad-${n}-q7Zx`;
    const inner = JSON.stringify(recordOf({ event: 'x', properties: { password: secret } }));
    const wrong = { event: secret, properties: { token: `tok${secret}`, password: secret } };
    const ways = [
        () => [inner.slice(0, -(1 + (n % 5))), JSON_TYPE],
        () => [`{"event":"x","properties":{"password":"${secret}"`, JSON_TYPE],
        () => [`data=${encoded(inner).slice(0, -3)}%`, FORM_TYPE],
        () => [JSON.stringify([wrong]), JSON_TYPE], // no such project
        () => [JSON.stringify({ [secret]: [secret] }), JSON_TYPE],
        () => [Buffer.concat([Buffer.from(inner), Buffer.from([0xff, 0xfe])]), JSON_TYPE],
        () => [Buffer.from(inner.replace(secret, `\xff${secret}\xc3`), 'latin1'), JSON_TYPE],
        () => [zlib.gzipSync(inner).subarray(0, -6), { ...JSON_TYPE, ...GZIP }],
        () => [inner, { ...JSON_TYPE, ...GZIP }],
        () => [JSON.stringify(recordOf({ event: 'x', properties: { time: secret } })), JSON_TYPE],
        () => [`[${'['.repeat(400)}"${secret}"`, JSON_TYPE],
        () => [`"${secret}"`, JSON_TYPE],
        () => [JSON.stringify([{ event: 'x', properties: [secret] }, secret]), JSON_TYPE],
        () => [`${secret}\0${inner}`, JSON_TYPE],
    ];
    const [body, headers] = ways[n % ways.length]();
    const paths = ['/track?verbose=1', '/import?strict=1', '/engage?verbose=1', '/groups', '/track'];
    const to = paths[Math.floor(n / ways.length) % paths.length];
    return { secret, to, body, headers: to.startsWith('/import') ? { ...headers, ...secretOf() } : headers };
}

test(`E15, E16: ${BODIES} malformed bodies leave nothing in log, files, answers and memory`, async () => {
    const sent = Array.from({ length: BODIES }, (_, n) => malformed(n));
    const texts = [];
    for (let at = 0; at < sent.length; at += 20) {
        const some = sent.slice(at, at + 20);
        const got = await Promise.all(some.map(({ to, body, headers }) => server.post(to, body, headers)));
        for (const { text } of got) texts.push(text);
    }
    await server.mark(project);
    await server.output(['flush']);
    const canaries = sent.map(({ secret }) => secret);
    const isClean = (text) => assert.deepEqual((text.match(/Bad-\w+-q7Zx/g) ?? []).slice(0, 5), []);
    isClean(texts.join('\n'));
    isClean(server.log());
    for (const file of filesUnder(server.folder)) isClean(contentOf(file).toString('latin1'));
    if (process.getuid() !== 0) return;
    await sleep(1500);
    const inMemory = findInMemory(server.process.pid, canaries, { everywhere: true });
    assert.deepEqual(inMemory.slice(0, 5), []);
});

function hasStrace() {
    return spawnSync('strace', ['-V']).status === 0 && spawnSync('strace', ['true']).status === 0;
}

test(`E18: no write of the server holds one of ${TRACED_EVENTS} canaries`, async (t) => {
    if (!hasStrace()) return t.skip('strace is not installed, or may not trace here');
    const traced = await Server.make({ environment: { CANDOR_LOG_LEVEL: 'debug' } });
    try {
        const own = await traced.project();
        const trace = path.join(traced.place, 'trace');
        await traced.start({ under: [
            'strace', '-D', '-f', '-qq', '-s', '1000000', '-o', trace, // -D: signals reach the server
            '-e', 'trace=write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,io_uring_enter',
        ] });
        for (let at = 0; at < TRACED_EVENTS; at += 500) {
            const batch = Array.from({ length: 500 }, (_, n) => ({
                event: 'Traced',
                properties: { token: own.token, distinct_id: `u${n}`, password: `Trc${at + n}Zq9` },
            }));
            assert.equal((await traced.post('/track', JSON.stringify(batch), JSON_TYPE)).text, '1');
        }
        assert.equal((await traced.events(own)).length, TRACED_EVENTS);
        await traced.output(['flush']);
        await traced.stop();
        const text = fs.readFileSync(trace, 'latin1');
        assert.ok(text.includes('Traced'), 'what was kept is seen being written');
        assert.deepEqual((text.match(/Trc\d+Zq9/g) ?? []).slice(0, 5), []);
        for (const file of filesUnder(traced.folder)) {
            const kept = contentOf(file).toString('latin1').match(/Trc\d+Zq9/g) ?? [];
            assert.deepEqual(kept.slice(0, 5), [], path.relative(traced.folder, file));
        }
    } finally {
        await traced.remove();
    }
});
