// An answer of 1 is durable: through kill -9, restarts, retries, a full disk.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { bearer, JSON_TYPE } from './support/http.mjs';
import { candor, makePlace, Server } from './support/server.mjs';
import { sleep, until } from './support/wait.mjs';

function record(project, id, more = {}) {
    const properties = { token: project.token, distinct_id: 'ann', ...more };
    if (id) properties.$insert_id = id;
    return { event: 'Visit', properties };
}

function track(server, records) {
    return server.post('/track', JSON.stringify(records), JSON_TYPE);
}

/** Send until the server goes away, and note the ids that were answered 1. */
async function sendUntilGone(server, project, prefix, acknowledged) {
    for (let n = 0; ; n++) {
        const id = `${prefix}-${n}`;
        const answer = await track(server, record(project, id)).catch(() => null);
        if (!answer || answer.status === 503) return;
        assert.equal(answer.text, '1');
        acknowledged.push(id);
    }
}

function insertIds(events) {
    return events.map((event) => event.properties.$insert_id).sort();
}

describe('kill -9', () => {
    let server;
    let project;

    before(async () => {
        server = await Server.started();
        project = await server.project();
    });
    after(() => server.remove());

    test('what was acknowledged is there once, after each of three kills', async () => {
        const acknowledged = [];
        for (let round = 0; round < 3; round++) {
            const enough = acknowledged.length + 5;
            const senders = [0, 1, 2].map((n) =>
                sendUntilGone(server, project, `r${round}s${n}`, acknowledged));
            await until(() => acknowledged.length >= enough, { every: 1, what: 'an answer' });
            await sleep(100 * Math.random());
            await server.kill();
            await Promise.all(senders);
            await server.start();
            const stored = insertIds(await server.events(project)).filter(Boolean);
            assert.equal(new Set(stored).size, stored.length, 'nothing is there twice');
            const lost = acknowledged.filter((id) => !stored.includes(id));
            assert.deepEqual(lost, []);
            // In flight when it died: stored without an answer is allowed, three at most.
            assert.ok(stored.length - acknowledged.length <= 3 * (round + 1));
        }
    });

    test('profiles are as they were', async () => {
        const add = { $token: project.token, $distinct_id: 'ann', $add: { visits: 1 } };
        for (let n = 0; n < 5; n++) {
            const answer = await server.post('/engage', JSON.stringify(add), JSON_TYPE);
            assert.equal(answer.text, '1');
        }
        await server.kill();
        await server.start();
        const five = { property: 'visits', of: 'profile', is: [5] };
        assert.ok(await server.count(project, { all: [{ person: ['ann'] }, five] }) > 0);
    });

    test('a duplicate is known as one across a kill, and counted', async () => {
        const mine = await server.project();
        const batch = ['a1', 'a2', 'a3'].map((id) => record(mine, id));
        assert.equal((await track(server, batch)).text, '1');
        await server.kill();
        await server.start();
        assert.equal((await track(server, [...batch, record(mine, 'a4')])).text, '1');
        assert.deepEqual(insertIds(await server.events(mine)), ['a1', 'a2', 'a3', 'a4']);
        assert.equal((await server.records()).duplicate, 3);
    });

    test('and after a clean stop, from the segments', async () => {
        const mine = await server.project();
        const batch = ['b1', 'b2'].map((id) => record(mine, id));
        assert.equal((await track(server, batch)).text, '1');
        await server.output(['flush']);
        assert.equal(await server.stop(), 0);
        await server.start();
        assert.equal((await track(server, batch)).text, '1');
        assert.deepEqual(insertIds(await server.events(mine)), ['b1', 'b2']);
    });

    test('verify finds nothing wrong', async () => {
        const { code, stderr } = await server.verb(['verify']);
        assert.equal(code, 0, stderr);
        await server.stop();
        const stopped = await server.verb(['verify']);
        assert.equal(stopped.code, 0, stopped.stderr);
        await server.start();
    });
});

describe('one folder, one writer', () => {
    let server;

    before(async () => (server = await Server.started()));
    after(() => server.remove());

    test('a second server is refused in one clear line', async () => {
        const words = ['serve', '--data', server.folder, '--listen', '127.0.0.1:0'];
        const { code, stdout, stderr } = await candor(words);
        assert.equal(code, 1);
        assert.equal(stdout, '');
        const line = stderr.trim().split('\n').filter((each) => !each.startsWith('{')).join('\n');
        assert.match(line, /^candor: [^\n]*(in use|another|running|locked)[^\n]*$/);
        assert.equal((await server.get('/healthz')).status, 200, 'the first one goes on');
    });

    test('the folder of a killed server is free at once', async () => {
        await server.kill();
        await server.start();
        assert.equal((await server.get('/readyz')).status, 200);
    });
});

describe('SIGTERM', () => {
    test('ends within 5 s with exit status 0 while clients send, and loses nothing', async () => {
        const server = await Server.started();
        try {
            const project = await server.project();
            const acknowledged = [];
            const senders = [0, 1, 2, 3].map((n) =>
                sendUntilGone(server, project, `s${n}`, acknowledged));
            await until(() => acknowledged.length >= 20, { every: 1, what: 'twenty answers' });
            const begin = Date.now();
            assert.equal(await server.stop(), 0);
            assert.ok(Date.now() - begin < 5000, `${Date.now() - begin} ms`);
            await Promise.all(senders);
            const stored = insertIds(await server.events(project));
            assert.deepEqual(acknowledged.filter((id) => !stored.includes(id)), []);
        } finally {
            await server.remove();
        }
    });
});

describe('a full disk', () => {
    const isRoot = process.getuid() === 0;
    const reason = isRoot ? false : 'needs root to mount a small disk';

    test('503 before the reserve is used, and on again when there is room', {
        skip: reason,
    }, async (context) => {
        const place = makePlace();
        try {
            execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', place]);
        } catch (error) {
            fs.rmSync(place, { recursive: true });
            context.skip(`cannot mount a small disk here: ${error.message.split('\n')[1]}`);
            return;
        }
        let server;
        try {
            server = await Server.make({
                place, environment: { CANDOR_WAL_BYTES_MAX: '8M', CANDOR_DISK_RESERVE: '8M' },
            });
            server.logPath = path.join(makePlace(), 'log');
            await server.start();
            await fillAndFree(server, place);
        } finally {
            await server?.kill();
            if (server) fs.rmSync(path.dirname(server.logPath), { recursive: true });
            execFileSync('umount', [place]);
            fs.rmSync(place, { recursive: true });
        }
    });

    async function fillAndFree(server, place) {
        const project = await server.project();
        const token = await server.token(project);
        assert.equal((await track(server, record(project, 'before'))).text, '1');

        const ballast = path.join(place, 'ballast');
        const free = () => Number(fs.statfsSync(place).bavail * fs.statfsSync(place).bsize);
        const piece = Buffer.alloc(1024 * 1024);
        while (free() > 12 * 1024 * 1024) fs.appendFileSync(ballast, piece);
        const headers = { ...JSON_TYPE, Origin: 'https://shop.example' };
        const refused = await until(async () => {
            const body = JSON.stringify(record(project, 'while full'));
            const answer = await server.post('/track', body, headers);
            return answer.status === 503 && answer;
        }, { every: 100, what: 'a 503' });
        assert.match(refused.headers['retry-after'], /^\d+$/);
        assert.equal(refused.headers['access-control-allow-origin'], 'https://shop.example');
        assert.equal(refused.headers['access-control-allow-credentials'], 'true');
        assert.ok(free() >= 8 * 1024 * 1024, 'the reserve is whole');
        assert.equal((await server.get('/healthz')).status, 200);
        assert.notEqual((await server.get('/readyz')).status, 200, 'it says so');
        const plan = { kind: 'trend', unit: 'total', time: { last: { count: 2, unit: 'day' } },
            measures: [{ event: 'Visit', count: 'events' }] };
        const asked = await server.request({ method: 'POST', path: '/api/v1/query',
            body: JSON.stringify(plan), headers: { ...JSON_TYPE, ...bearer(token) } });
        assert.equal(asked.status, 200, 'questions are answered meanwhile');

        fs.rmSync(ballast);
        await until(async () => (await track(server, record(project, 'after'))).text === '1', {
            every: 100, what: 'ingestion',
        });
        const stored = insertIds(await server.events(project));
        assert.ok(stored.includes('before') && stored.includes('after'));
    }
});

describe('nothing private leaks', () => {
    const canary = (where) => `canary${where}7f3a91`;
    let server;
    let project;

    before(async () => {
        server = await Server.started({ environment: { CANDOR_LOG_LEVEL: 'debug' } });
        project = await server.project();
    });
    after(() => server.remove());

    async function sendCanaries() {
        const properties = { token: project.token, distinct_id: canary('id'),
            $insert_id: canary('insert'), $email: `${canary('mail')}@example.com`,
            [canary('key')]: canary('value'), nested: { deep: [canary('nested')] } };
        const good = { event: canary('event'), properties };
        const body = JSON.stringify([good, { event: 1, who: canary('bad') }]);
        const headers = { ...JSON_TYPE, 'User-Agent': canary('agent'), Cookie: canary('cookie'),
            Origin: `https://${canary('origin')}.example`, Referer: canary('referer'),
            'X-Forwarded-For': canary('forwarded'), Authorization: `Basic ${canary('basic')}` };
        const query = `ip=1&x=${canary('query')}`;
        assert.equal((await server.post(`/track?${query}`, body, headers)).text, '1');
        const update = { $token: project.token, $distinct_id: canary('id'),
            $set: { $name: canary('name') } };
        assert.equal((await server.post('/engage', JSON.stringify(update), headers)).text, '1');
        const others = [
            ['/track', `{"event": "${canary('broken')}`],
            ['/track', `data=${canary('form')}`],
            [`/${canary('path')}`, ''],
            [`/track?data=${canary('get')}`, ''],
            [`/import?api_key=${canary('apikey')}`, body],
            [`/record?distinct_id=${canary('record')}`, canary('replay')],
            [`/flags?context=${canary('context')}`, ''],
            ['/api/v1/query', `{"kind": "${canary('kind')}"`],
            ['/sign-in?link=' + canary('link'), ''],
        ];
        for (const [to, sent] of others) {
            await server.post(to, sent, headers);
            await server.get(to, headers);
        }
        const bearers = { ...JSON_TYPE, ...bearer(canary('bearer')) };
        await server.post('/api/v1/query', '{}', bearers);
    }

    function filesUnder(folder) {
        return fs.readdirSync(folder, { withFileTypes: true, recursive: true })
            .filter((entry) => entry.isFile())
            .map((entry) => path.join(entry.path, entry.name));
    }

    test('no payload, identifier or address is in the log or in a file of control', async () => {
        await sendCanaries();
        await server.events(project);
        await server.stop(); // the log is whole
        const log = server.log();
        assert.ok(log.length > 0, 'something is logged');
        assert.deepEqual(log.match(/canary\w+7f3a91/g) ?? [], []);
        assert.ok(!log.includes('X-Forwarded-For'));

        // Events and profiles hold what was sent to be stored; nothing else does.
        const stored = ['id', 'insert', 'mail', 'key', 'value', 'nested', 'event', 'name'];
        for (const file of filesUnder(server.folder)) {
            const found = fs.readFileSync(file, 'latin1').match(/canary(\w+?)7f3a91/g) ?? [];
            const place = path.relative(server.folder, file);
            const mayHold = !/^(control|key|lock)/.test(place);
            const allowed = mayHold ? stored.map(canary) : [];
            assert.deepEqual(found.filter((each) => !allowed.includes(each)), [], place);
        }
        await server.start();
    });

    test('no answer repeats what was sent to it', async () => {
        const answers = [
            await server.get(`/${canary('path')}`),
            await server.post('/track?verbose=1', `{"event": "${canary('broken')}`, JSON_TYPE),
            await server.post('/import', canary('body'), bearer(canary('bearer'))),
        ];
        for (const { text } of answers) assert.ok(!text.includes('7f3a91'), text);
    });
});
