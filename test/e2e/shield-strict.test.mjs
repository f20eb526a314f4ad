// Strict mode from the outside: what a plan does to an import that asked to be told.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { basic, JSON_TYPE } from './support/http.mjs';
import { Server } from './support/server.mjs';
import { until } from './support/wait.mjs';

const PLAN = (mode) => ({
    mode,
    profiles: { properties: { level: { type: 'integer' } } },
    events: {
        Paid: {
            properties: {
                amount: { type: 'number', min: 0, max: 1000, required: true },
                nick: { type: 'text', category: 'user.name' },
                form: { type: 'object' },
            },
        },
    },
});

let server;

before(async () => {
    server = await Server.started();
});
after(() => server?.remove());

async function planned(mode) {
    const project = await server.project();
    const file = path.join(server.place, `${project.name}.json`);
    fs.writeFileSync(file, JSON.stringify(PLAN(mode)));
    await server.output(['shield', 'plan', '--project', project.name, file]);
    await server.output(['shield', 'mode', '--project', project.name, 'strict']);
    return project;
}

function record(event, properties) {
    const $insert_id = Math.random().toString(36).slice(2);
    return { event, properties: { time: Date.now(), distinct_id: 'ann', $insert_id, ...properties } };
}

function send(project, records, query = 'strict=1') {
    return server.post(`/import?${query}`, JSON.stringify(records),
        { ...JSON_TYPE, ...basic(project.secret) });
}

/** The events of a project, once there are so many: a mark would not be planned. */
function stored(project, count) {
    const enough = async () => {
        const events = await server.export(project);
        return events.length >= count && events;
    };
    return until(enough, { what: `${count} events` });
}

const BROKEN = {
    'a property that is not planned': ['Paid', { amount: 1, colour: 'red' }, 'Z04', 'properties.colour'],
    'a value of another type': ['Paid', { amount: 'much' }, 'Z06', 'properties.amount'],
    'a value out of range': ['Paid', { amount: 5000 }, 'Z06', 'properties.amount'],
    'a value that is missing': ['Paid', {}, 'Z08', 'properties.amount'],
    'an event that is not planned': ['Typed', { a: 1 }, 'Z07', ''],
    'an id that is a secret': ['Paid', {
        amount: 1, distinct_id: 'AKIAQ7ZLR5TX2ND4MPEW',
    }, 'K10', 'properties.distinct_id'],
};

describe('a strict import of a project whose plan refuses', () => {
    for (const [what, [event, properties, rule, field]] of Object.entries(BROKEN)) {
        test(`${what}: 400, with the rule's id; what is right is stored`, async () => {
            const project = await planned('refuse');
            const bad = record(event, properties);
            const { status, json } = await send(project, [record('Paid', { amount: 1 }), bad]);
            assert.equal(status, 400);
            assert.equal(json.code, 400);
            assert.equal(json.status, 'Bad Request');
            assert.equal(json.num_records_imported, 1);
            assert.equal(json.failed_records.length, 1);
            const [failed] = json.failed_records;
            assert.equal(failed.index, 1);
            assert.equal(failed.insert_id, bad.properties.$insert_id);
            assert.equal(failed.rule, rule);
            assert.equal(failed.field, field);
            assert.match(failed.message, new RegExp(`\\(rule ${rule}\\)$`));
            assert.equal((await stored(project, 1)).length, 1);
        });
    }

    test('who did not ask is answered as ever', async () => {
        const project = await planned('refuse');
        const bad = record('Paid', { amount: 'much' });
        assert.equal((await send(project, [bad], 'strict=0')).text, '1');
        const properties = { ...bad.properties, token: project.token };
        const tracked = await server.post('/track', JSON.stringify([{ event: 'Paid', properties }]),
            JSON_TYPE);
        assert.equal(tracked.text, '1');
        assert.deepEqual(await server.export(project), []);
    });

    test('profiles are told of, too', async () => {
        const project = await planned('refuse');
        const change = { $token: project.token, $distinct_id: 'ann', $set: { mood: 'good' } };
        const answer = await server.post('/engage?strict=1', JSON.stringify([change]), JSON_TYPE);
        assert.equal(answer.status, 400);
        assert.equal(answer.json.failed_records[0].rule, 'Z04');
    });
});

test('a strict import is told of an event that quarantine holds, not of a property', async () => {
    const project = await planned('quarantine');
    const records = [record('Paid', { amount: 1, colour: 'red' }), record('Typed', { a: 1 })];
    const { status, json } = await send(project, records);
    assert.equal(status, 400);
    assert.equal(json.num_records_imported, 1);
    assert.deepEqual(json.failed_records.map(({ index, rule }) => [index, rule]), [[1, 'Z07']]);
});

test('what is under a name that no plan lists goes in strict mode alone', async () => {
    const project = await planned('quarantine');
    const paid = record('Paid', { amount: 1, form: { search: 'red shoes', page: 2 } });
    assert.equal((await send(project, [paid])).status, 200);
    assert.deepEqual((await stored(project, 1))[0].properties.form, { page: 2 });
    await server.output(['shield', 'mode', '--project', project.name, 'guarded']);
    await send(project, [record('Paid', { amount: 2, form: { search: 'red shoes', page: 2 } })]);
    const later = (await stored(project, 2)).find(({ properties }) => properties.amount === 2);
    assert.deepEqual(later.properties.form, { search: 'red shoes', page: 2 });
});

test('what a category names is removed, and counted as tokenised', async () => {
    const project = await planned('quarantine');
    assert.equal((await send(project, [record('Paid', { amount: 1, nick: 'blue' })])).status, 200);
    const [{ properties }] = await stored(project, 1);
    assert.equal(properties.nick, null);
    const { findings } = await server.json(['shield', 'findings', '--project', project.name]);
    const [found] = findings.filter(({ path: where }) => where === 'nick');
    assert.deepEqual([found.detector, found.action], ['K02', 'tokenise']);
});

test('a plan whose pattern would take seconds to compile is refused, and nothing changes', async () => {
    const project = await planned('refuse');
    const file = path.join(server.place, 'dear.yaml');
    const pattern = '(?:tic|tac|toe){1,300}x';
    fs.writeFileSync(file, `events:\n  Paid:\n    properties:\n      order: {pattern: '${pattern}'}\n`);
    const run = await server.verb(['shield', 'plan', '--project', project.name, file]);
    assert.equal(run.code, 1);
    assert.match(run.stderr, /line 4: Paid: order: "pattern" has more than 64 positions.*\n$/);
    assert.equal(run.stderr.split('\n').length, 2, 'one line');
    assert.doesNotMatch(run.stderr, /tac/);
    assert.equal((await send(project, [record('Paid', { amount: 1 })])).status, 200);
});
