// The shield from the outside: what it removes is told as counts, to people and to webhooks, also
// after a restart.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { bearer, JSON_TYPE } from './support/http.mjs';
import { Server } from './support/server.mjs';
import { until } from './support/wait.mjs';

const CARD = '4532015112830366';
const SECRET = 'hunter2!Canary-77';

let server;
let project;
let receiver;
const told = [];

/** A webhook that refuses the first call, so that it has to come again. */
async function listen() {
    let calls = 0;
    receiver = http.createServer((request, response) => {
        const pieces = [];
        request.on('data', (piece) => pieces.push(piece));
        request.on('end', () => {
            calls++;
            if (calls > 1) told.push(JSON.parse(Buffer.concat(pieces)));
            response.writeHead(calls > 1 ? 204 : 500);
            response.end();
        });
    });
    await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${receiver.address().port}/hook`;
}

before(async () => {
    const environment = { CANDOR_SHIELD_WEBHOOK: await listen() };
    server = await Server.started({ environment });
    project = await server.project('shop');
});
after(async () => {
    await server?.remove();
    receiver?.close();
});

function event(name, properties) {
    return { event: name, properties: { token: project.token, distinct_id: 'p1', ...properties } };
}

async function track(events) {
    const answer = await server.post('/track', JSON.stringify(events), JSON_TYPE);
    assert.equal(answer.status, 200);
    return answer;
}

function shield(words, options) {
    return server.verb(['shield', ...words, '--project', 'shop'], options);
}

async function findings() {
    return server.json(['shield', 'findings', '--project', 'shop']);
}

describe('findings', () => {
    test('count what was removed, and hold no value', async () => {
        await track([
            event('Paid', { mp_lib: 'web', $lib_version: '1.4.0', note: CARD, plan: 'pro' }),
            event('Paid', { mp_lib: 'web', $lib_version: '1.4.0', note: CARD }),
            event('Signed in', { mp_lib: 'web', $lib_version: '1.5.0', password: SECRET }),
        ]);
        const { findings: rows, total, left_out } = await findings();
        assert.equal(left_out, 0);
        assert.ok(total >= 3);
        const card = rows.find((row) => row.path === 'note' && row.detector === 'F01');
        assert.equal(card.event, 'Paid');
        assert.equal(card.sdk, 'web/1.4.0');
        assert.equal(card.count, 2);
        assert.equal(card.distinct, 1);
        assert.equal(card.action, 'drop');
        assert.deepEqual(card.characters, ['digit']);
        assert.equal(card.length, '9-16');
        const password = rows.find((row) => row.path === 'password');
        assert.match(password.detector, /^(K01|S38)$/);
        assert.equal(password.sdk, 'web/1.5.0');
        assert.ok(!JSON.stringify(rows).includes(CARD));
        assert.ok(!JSON.stringify(rows).includes(SECRET));
    });

    test('are a table for people', async () => {
        const { code, stdout } = await shield(['findings', '--days', '2']);
        assert.equal(code, 0);
        assert.match(stdout, /F01/);
        assert.match(stdout, /\d+ values in \d+ findings, \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d\n$/);
        const bad = await shield(['findings', '--days', 'none']);
        assert.equal(bad.code, 1);
        assert.match(bad.stderr, /days is a number from 1 to 400/);
    });

    test('are told over HTTP to those with a token of the project', async () => {
        const token = await server.token(project);
        const answer = await server.get('/api/v1/shield/findings?project=shop', bearer(token));
        assert.equal(answer.status, 200);
        assert.deepEqual(answer.json.findings, (await findings()).findings);
        assert.equal((await server.get('/api/v1/shield/findings')).status, 401);
        const other = await server.project('other');
        const foreign = await server.token(other);
        const path = '/api/v1/shield/findings?project=shop';
        assert.equal((await server.get(path, bearer(foreign))).status, 403);
        const bad = await server.get('/api/v1/shield/findings?from=yesterday', bearer(token));
        assert.equal(bad.status, 400);
        const past = await server.get('/api/v1/shield/findings?from=2020-01-01&to=2020-01-02',
            bearer(token));
        assert.deepEqual(past.json.findings, []);
    });

    test('the first of a kind is told to the webhook, and only the first', async () => {
        await until(() => told.length >= 2, { seconds: 60, what: 'the webhook' });
        await track([event('Paid', { mp_lib: 'web', $lib_version: '1.4.0', note: CARD })]);
        const card = told.filter((alert) => alert.path === 'note' && alert.detector === 'F01');
        assert.equal(card.length, 1);
        assert.equal(card[0].kind, 'shield.finding');
        assert.equal(card[0].project.name, 'shop');
        assert.ok(!JSON.stringify(told).includes(CARD));
        assert.ok(!JSON.stringify(told).includes(SECRET));
    });

    test('survive a restart, once, and hold no value on disk', async () => {
        const before = await findings();
        const tellings = told.length;
        assert.equal(await server.stop(), 0);
        assert.deepEqual(await findings(), before); // on the stopped folder
        await server.start();
        assert.deepEqual(await findings(), before);
        const folder = path.join(server.folder, 'shield');
        for (const name of fs.readdirSync(folder)) {
            const bytes = fs.readFileSync(path.join(folder, name));
            assert.ok(!bytes.includes(CARD) && !bytes.includes(SECRET));
        }
        await track([event('Paid', { mp_lib: 'web', $lib_version: '1.4.0', note: CARD })]);
        assert.equal((await findings()).total, before.total + 1);
        assert.equal(told.length, tellings);
    });
});

describe('the tracking plan', () => {
    const good = 'events:\n  Paid:\n    properties:\n      amount: {type: number}\n';

    test('is refused with line and place', async () => {
        const { code, stderr } = await shield(['plan', '-'], { input: good.replace('number', 'x') });
        assert.equal(code, 1);
        assert.match(stderr, /line 4: Paid: amount: "type" is text, number/);
    });

    test('is what strict keeps', async () => {
        const strict = await server.project('strict');
        await server.output(['shield', 'plan', '-', '--project', 'strict'], { input: good });
        await server.output(['shield', 'mode', 'strict', '--project', 'strict']);
        const sent = (name, properties) => ({
            event: name, properties: { token: strict.token, distinct_id: 'p1', ...properties },
        });
        const answer = await server.post('/track', JSON.stringify([
            sent('Paid', { amount: 5, colour: 'red' }), sent('Typed', { amount: 5 }),
        ]), JSON_TYPE);
        assert.equal(answer.status, 200);
        const events = await server.export(strict);
        assert.deepEqual(events.map((each) => each.event), ['Paid']);
        assert.equal(events[0].properties.amount, 5);
        assert.equal(events[0].properties.colour, undefined);
        const told = await server.json(['shield', 'findings', '--project', 'strict']);
        assert.deepEqual(told.findings.map((row) => row.detector).sort(), ['Z04', 'Z07']);
    });
});

describe('the drift watch', () => {
    const PROPERTY = '$el_attr__value';
    let page;

    async function click(count, version, properties) {
        const sent = Array.from({ length: count }, (_, i) => ({
            event: 'Clicked',
            properties: {
                token: page.token, distinct_id: `p${i % 50}`, mp_lib: 'web',
                $lib_version: version, page: ['home', 'pricing', 'team'][i % 3], ...properties(),
            },
        }));
        for (let i = 0; i < count; i += 1000) {
            const body = JSON.stringify(sent.slice(i, i + 1000));
            assert.equal((await server.post('/track', body, JSON_TYPE)).status, 200);
        }
    }

    function printable() {
        const bytes = Array.from({ length: 18 }, () => 33 + Math.floor(Math.random() * 94));
        return { [PROPERTY]: String.fromCharCode(...bytes) };
    }

    async function held() {
        const shown = await server.json(['shield', 'show', '--project', 'clicks']);
        return shown.held.filter((hold) => hold.released === null).map((hold) => hold.property);
    }

    async function alarms() {
        const { findings: rows } = await server.json(['shield', 'findings', '--project', 'clicks']);
        return rows.filter((row) => row.detector.startsWith('W'));
    }

    test('E27: tells of a property that a new version brings, and holds it', async () => {
        page = await server.project('clicks');
        await click(10000, '1.4.0', () => ({}));
        assert.deepEqual(await alarms(), []);
        const began = Date.now();
        await click(50, '1.5.0', printable);
        await until(async () => (await held()).includes(PROPERTY),
            { seconds: 60, what: 'the hold' });
        assert.ok(Date.now() - began < 60000);
        const [alarm, ...others] = await alarms();
        assert.deepEqual(others, []);
        assert.equal(alarm.detector, 'W01');
        assert.equal(alarm.path, PROPERTY);
        assert.equal(alarm.sdk, 'web/1.5.0');
        await until(() => told.some((each) => each.kind === 'shield.watch' && each.path === PROPERTY),
            { seconds: 60, what: 'the webhook' });
    });

    test('shows what it counts, by names alone, to those who may see findings', async () => {
        const { series, left_out } = await server.json(['shield', 'watch', '--project', 'clicks']);
        assert.equal(left_out, 0);
        const find = (property, sdk) => series.find((row) =>
            row.event === 'Clicked' && row.property === property && row.sdk === sdk);
        const row = find(PROPERTY, 'web/1.5.0');
        assert.equal(row.state, 'held');
        assert.equal(row.signal, 'W01');
        assert.equal(row.count, 50);
        assert.equal(row.presence, 1);
        assert.equal(find('page', 'web/1.4.0').state, 'settled');
        assert.ok(find('', 'web/1.4.0').count > 8000, 'but for what a sample leaves over');
        assert.ok(!JSON.stringify(series).includes('pricing'));
        const table = await server.output(['shield', 'watch', '--project', 'clicks']);
        assert.match(table, /held +50 .*W01/);
        assert.match(table, /\d+ series, 0 alarmed, 1 held/);

        const address = '/api/v1/shield/watch';
        const token = await server.token(page);
        const answer = await server.get(`${address}?project=clicks`, bearer(token));
        assert.equal(answer.status, 200);
        assert.deepEqual(answer.json.series, series);
        assert.equal((await server.get(address)).status, 401);
        assert.equal((await server.get(`${address}?project=shop`, bearer(token))).status, 403);
    });

    function stored() {
        return server.export(page)
            .then((events) => events.filter((each) => PROPERTY in each.properties).length);
    }

    const question = (where) => JSON.stringify({
        kind: 'trend', time: { last: { count: 1, unit: 'day' } }, unit: 'total',
        measures: [{ event: 'Clicked', count: 'events' }], where,
    });

    test('shows nothing of what is held, though it is stored', async () => {
        assert.equal(await stored(), 0);
        const token = await server.token(page);
        const ask = (where) => server.post('/api/v1/query', question(where),
            { ...JSON_TYPE, ...bearer(token) });
        assert.equal((await ask({ property: 'page', is: ['team'] })).status, 200);
        const refused = await ask({ property: PROPERTY, is_set: true });
        assert.equal(refused.status, 403);
        assert.match(refused.json.detail, /\$el_attr__value" is held/);
        const verb = await server.verb(['query', '-', '--project', 'clicks'],
            { input: question({ property: PROPERTY, is_set: true }) });
        assert.equal(verb.code, 1);
        assert.match(verb.stderr, /is held/);
    });

    test('drops what is held until a person releases it, also after a restart', async () => {
        const { series: before } = await server.json(['shield', 'watch', '--project', 'clicks']);
        await server.stop();
        const { series: asleep } = await server.json(['shield', 'watch', '--project', 'clicks']);
        assert.deepEqual(asleep, before);
        await server.start();
        await click(10, '1.5.0', printable);
        const { findings: rows } = await server.json(['shield', 'findings', '--project', 'clicks']);
        assert.equal(rows.filter((row) => row.detector === 'Z05')
            .reduce((sum, row) => sum + row.count, 0), 10);
        await server.output(['shield', 'release', '--project', 'clicks', '--property', PROPERTY,
            '--by', 'ann']);
        assert.deepEqual(await held(), []);
        assert.ok(await stored() >= 20, 'what came before the hold was kept, and is shown again');
        await click(100, '1.5.0', printable);
        assert.equal((await alarms()).length, 1);
        assert.deepEqual(await held(), []);
    });
});

describe('a scan of what is stored', () => {
    const rules = 'set custom 2026-11-22\nrule X01 A word of ours\n  tier V\n  class custom\n' +
        '  infix Zanzibar\n  action drop\n';

    test('finds by new rules, notes it, and changes nothing', async () => {
        const file = path.join(server.folder, 'new.rules');
        fs.writeFileSync(file, rules);
        await track([event('Travelled', { to: 'Zanzibar by boat', plan: 'pro' })]);
        await until(async () => (await server.events(project))
            .some((stored) => stored.event === 'Travelled'));
        const scanned = await server.json(
            ['shield', 'scan', '--project', 'shop', '--rules', file]);
        const found = scanned.findings.filter((row) => row.detector === 'X01');
        assert.equal(found.length, 1);
        assert.equal(found[0].path, 'to');
        assert.equal(found[0].count, 1);
        const noted = (await findings()).findings.filter((row) => row.detector === 'X01');
        assert.equal(noted.length, 1);
        assert.equal(noted[0].source, 'scan');
        const stored = (await server.events(project)).find((one) => one.event === 'Travelled');
        assert.equal(stored.properties.to, 'Zanzibar by boat');
    });

    test('finds in profiles of users and groups, beside a server and without', async () => {
        const file = path.join(server.folder, 'new.rules');
        const told = await server.project('profiles');
        const words = ['shield', 'scan', '--project', 'profiles', '--rules', file];
        const set = (address, ids) => server.post(address, JSON.stringify([{
            $token: told.token, ...ids, $set: { trip: 'Zanzibar by boat', plan: 'pro' },
        }]), JSON_TYPE);
        assert.equal((await set('/engage', { $distinct_id: 'p1' })).text, '1');
        assert.equal((await set('/engage', { $distinct_id: 'p2' })).text, '1');
        assert.equal((await set('/groups', { $group_key: 'company', $group_id: 'acme' })).text, '1');
        const answer = await server.json(words);
        assert.equal(answer.profiles, 3);
        assert.equal(answer.hits, 3);
        const noted = async () => (await server.json(['shield', 'findings', '--project',
            'profiles'])).findings.map(({ event, path, detector, source, count }) =>
            ({ event, path, detector, source, count }));
        const row = { event: '', path: 'trip', detector: 'X01', source: 'scan' };
        assert.deepEqual(await noted(), [{ ...row, count: 3 }]);
        assert.match(await server.output(words), /3 of 3 lines .*, 3 are profiles/);
        await server.stop();
        const asleep = await server.json([...words, '--from', '2020-01-01', '--to', '2020-01-02']);
        assert.equal(asleep.profiles, 3);
        assert.deepEqual(await noted(), [{ ...row, count: 9 }]);
        await server.start();
        const read = server.verb(['shield', 'scan', '-', '--rules', file], {
            input: '{"$distinct_id":"p1","$properties":{"trip":"to Zanzibar"}}\n',
        });
        assert.match((await read).stdout, /1 of 1 lines .*, 1 are profiles/);
    });
});
