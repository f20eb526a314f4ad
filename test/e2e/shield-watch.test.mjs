// What detectors tell the drift watch: near misses that become many are told, and a property of
// which more than one value in a thousand is a secret that proves itself is held.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';
import { bearer, JSON_TYPE } from './support/http.mjs';
import { Server } from './support/server.mjs';
import { until } from './support/wait.mjs';

let server;
let project;
let receiver;
const told = [];

async function listen() {
    receiver = http.createServer((request, response) => {
        const pieces = [];
        request.on('data', (piece) => pieces.push(piece));
        request.on('end', () => {
            told.push(JSON.parse(Buffer.concat(pieces)));
            response.writeHead(204);
            response.end();
        });
    });
    await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${receiver.address().port}/hook`;
}

before(async () => {
    server = await Server.started({ environment: { CANDOR_SHIELD_WEBHOOK: await listen() } });
    project = await server.project('shop');
});
after(async () => {
    await server?.remove();
    receiver?.close();
});

async function send(event, property, values, more = {}) {
    const properties = { token: project.token, ...more };
    const events = values.map((value, i) => (
        { event, properties: { ...properties, distinct_id: `p${i % 20}`, [property]: value } }));
    assert.equal((await server.post('/track', JSON.stringify(events), JSON_TYPE)).status, 200);
}

const repeat = (count, make) => Array.from({ length: count }, (_, i) => make(i));

async function alarms(property) {
    const { findings } = await server.json(['shield', 'findings', '--project', 'shop']);
    return findings.filter((row) => row.detector.startsWith('W') && row.path === property);
}

async function holds() {
    const shown = await server.json(['shield', 'show', '--project', 'shop']);
    return shown.held.filter((hold) => hold.released === null);
}

async function watched(property) {
    const { series } = await server.json(['shield', 'watch', '--project', 'shop']);
    return series.find((row) => row.property === property);
}

/** A card number of Visa's range that passes Luhn's check, another each time. */
function card() {
    const digits = [4, 5, 3, 2, ...repeat(11, () => Math.floor(Math.random() * 10))];
    const sum = digits.reduce((all, digit, i) => {
        const twice = i % 2 === 0 ? 2 * digit : digit;
        return all + (twice > 9 ? twice - 9 : twice);
    }, 0);
    return [...digits, (10 - sum % 10) % 10].join('');
}

const WORDS = ['add to cart', 'see the offer', 'compare prices', 'summer sale'];
const NAMES = ['Anna Schmidt', 'Peter Miller', 'Maria Garcia', 'John Smith'];

describe('a property that has secrets in it again and again', () => {
    const cards = repeat(3, card);

    test('is held with its third sure finding of at least twenty values, and told', async () => {
        await send('Noted', 'note', repeat(40, (i) => WORDS[i % 4]));
        await send('Noted', 'note', cards.slice(0, 2));
        assert.deepEqual(await alarms('note'), []);
        await send('Noted', 'note', cards.slice(2));
        await until(async () => (await holds()).length > 0, { seconds: 60, what: 'the hold' });
        const [hold, ...others] = await holds();
        assert.deepEqual(others, []);
        assert.equal(hold.property, 'note');
        assert.equal(hold.by, 'drift watch');
        assert.match(hold.reason, /W12/);
        const [alarm, ...more] = await alarms('note');
        assert.deepEqual(more, []);
        assert.equal(alarm.detector, 'W12');
        assert.equal(alarm.tier, 'V');
        await until(() => told.some((each) => each.kind === 'shield.watch' &&
            each.detector === 'W12' && each.path === 'note'), { seconds: 60, what: 'the webhook' });
    });

    test('is shown with how many there were, and no value', async () => {
        const row = await watched('note');
        assert.equal(row.state, 'held');
        assert.equal(row.signal, 'W12');
        assert.equal(row.count, 43);
        assert.equal(row.sure, 3);
        assert.equal(row.near, 0);
        const table = await server.output(['shield', 'watch', '--project', 'shop']);
        assert.match(table, /near +sure/);
        const answer = await server.get('/api/v1/shield/watch?project=shop',
            bearer(await server.token(project)));
        assert.deepEqual(answer.json.series.find((each) => each.property === 'note'), row);
        const all = table + answer.text + JSON.stringify(told);
        for (const secret of [...cards, ...WORDS]) assert.ok(!all.includes(secret));
    });

    test('is left alone once a person released it, also after a restart', async () => {
        await server.output(['shield', 'release', '--project', 'shop', '--property', 'note',
            '--by', 'ann']);
        await send('Noted', 'note', repeat(40, card));
        await server.stop();
        await server.start();
        assert.equal((await watched('note')).sure, 43);
        await send('Noted', 'note', repeat(40, card));
        await send('Written', 'note', repeat(40, card));
        await until(async () => (await watched('note')).sure === 83, { what: 'the last values' });
        assert.deepEqual(await holds(), []);
        assert.equal((await alarms('note')).length, 1);
        const events = await server.events(project);
        assert.equal(events.filter((each) => cards.includes(each.properties.note)).length, 0);
    });
});

describe('a property that is new, random, and has secrets in it', () => {
    test('is held once, for the first reason, and that is no error', async () => {
        const { token } = await server.project('both');
        const printable = () => String.fromCharCode(
            ...repeat(18, () => 33 + Math.floor(Math.random() * 94)));
        await send('Viewed', 'page', repeat(1000, (i) => WORDS[i % 4]), { token });
        await send('Viewed', 'box', repeat(30, (i) => (i % 10 === 9 ? card() : printable())),
            { token });
        const rows = async (words, key) => (await server.json(
            ['shield', words, '--project', 'both']))[key];
        await until(async () => (await rows('findings', 'findings'))
            .filter((row) => /^W(01|12)$/.test(row.detector)).length === 2,
        { what: 'both alarms' });
        await until(async () => (await rows('show', 'held')).length > 0, { what: 'the hold' });
        await new Promise((resolve) => setTimeout(resolve, 1000)); // several turns of the job
        assert.equal((await rows('show', 'held')).length, 1);
        assert.doesNotMatch(server.log(), /could not hold/);
    });
});

describe('near misses of a property', () => {
    test('are told when they are five times as many, and nothing is held', async () => {
        await send('Read', 'title', repeat(200, (i) => WORDS[i % 4]));
        // Another property makes another shape of records: all are seen, not a sample.
        await send('Read', 'title', repeat(200, (i) => (i < 20 ? NAMES : WORDS)[i % 4]),
            { step: 2 });
        await until(async () => (await alarms('title')).length > 0, { what: 'the alarm' });
        const [alarm, ...others] = await alarms('title');
        assert.deepEqual(others, []);
        assert.equal(alarm.detector, 'W11');
        assert.equal(alarm.action, 'allow');
        const row = await watched('title');
        assert.equal(row.near, 20);
        assert.equal(row.sure, 0);
        assert.equal(row.state, 'alarmed');
        assert.deepEqual(await holds(), []);
        await until(() => told.some((each) => each.detector === 'W11' && each.path === 'title'),
            { seconds: 60, what: 'the webhook' });
    });
});
