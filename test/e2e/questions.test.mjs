// Questions over HTTP and on the command line: the same plan, the same table, on a running server
// and on a stopped folder. Every expected number here was counted by hand.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { basic, JSON_TYPE } from './support/http.mjs';
import { DAY_MS, Server } from './support/server.mjs';
import { until } from './support/wait.mjs';

const DAYS = { from: '2021-08-01', to: '2021-08-03', zone: 'UTC' };

// who, what, when, how much, and where from: three days of a very small shop
const STORY = [
    ['ann', 'Sign Up', '2021-08-01T08:00:00Z', null, 'DE'],
    ['ann', 'Search', '2021-08-01T08:01:00Z', null, 'DE'],
    ['ann', 'Purchase', '2021-08-01T08:10:00Z', 10, 'DE'],
    ['bob', 'Sign Up', '2021-08-01T09:00:00Z', null, 'FR'],
    ['bob', 'Search', '2021-08-02T09:00:00Z', null, 'FR'],
    ['cat', 'Sign Up', '2021-08-01T23:59:59Z', null, 'DE'],
    ['cat', 'Purchase', '2021-08-03T00:00:00Z', 5.5, 'DE'],
    ['dan', 'Search', '2021-08-02T12:00:00Z', null, null],
    ['dan', 'Sign Up', '2021-08-02T13:00:00Z', null, null],
    ['dan', 'Search', '2021-08-02T14:00:00Z', null, null],
    ['ann', 'Purchase', '2021-08-03T20:00:00Z', 4, 'DE'],
];

const QUESTIONS = {
    'events of a name by day': {
        plan: { kind: 'trend', time: DAYS, unit: 'day',
            measures: [{ event: 'Purchase', count: 'events' }] },
        columns: ['measure', 'time', 'value'],
        rows: [['A', '2021-08-01', 1], ['A', '2021-08-02', 0], ['A', '2021-08-03', 2]],
    },
    'people by day': {
        plan: { kind: 'trend', time: DAYS, unit: 'day',
            measures: [{ event: '*', count: 'profiles' }] },
        columns: ['measure', 'time', 'value'],
        rows: [['A', '2021-08-01', 3], ['A', '2021-08-02', 2], ['A', '2021-08-03', 2]],
    },
    'people of the whole range, two measures': {
        plan: { kind: 'trend', time: DAYS, unit: 'total', measures: [
            { event: 'Search', count: 'profiles' }, { event: 'Search', count: 'events' }] },
        columns: ['measure', 'value'],
        rows: [['A', 3], ['B', 4]],
    },
    'people by what they paid': {
        plan: { kind: 'trend', time: DAYS, unit: 'total',
            breakdown: [{ property: 'total', buckets: [5, 10] }],
            measures: [{ event: 'Purchase', count: 'profiles' }] },
        columns: ['measure', 'total', 'value'],
        rows: [['A', '5..10', 1], ['A', '<5', 1], ['A', '>=10', 1]],
    },
    'events by country, unknown last': {
        plan: { kind: 'trend', time: DAYS, unit: 'total', breakdown: [{ property: 'country' }],
            measures: [{ event: ['Search', 'Sign Up'], count: 'events' }] },
        columns: ['measure', 'country', 'value'],
        rows: [['A', 'DE', 3], ['A', 'FR', 2], ['A', null, 3]],
    },
    'narrowed by a filter': {
        plan: { kind: 'trend', time: DAYS, unit: 'total',
            where: { property: 'country', is: ['FR'] },
            measures: [{ event: '*', count: 'events' }] },
        columns: ['measure', 'value'],
        rows: [['A', 2]],
    },
    'a funnel': {
        plan: { kind: 'funnel', time: DAYS, window: { count: 7, unit: 'day' },
            steps: [{ event: 'Sign Up' }, { event: 'Search' }, { event: 'Purchase' }] },
        columns: ['step', 'name', 'count', 'rate_first', 'rate_previous', 'median_ms',
            'average_ms'],
        rows: [
            [1, 'Sign Up', 4, 1, 1, null, null],
            [2, 'Search', 3, 0.75, 0.75, 3600_000, (60_000 + DAY_MS + 3600_000) / 3],
            [3, 'Purchase', 1, 0.25, 1 / 3, 540_000, 540_000],
        ],
    },
    'a funnel whose window is short': {
        plan: { kind: 'funnel', time: DAYS, window: { count: 1, unit: 'hour' },
            steps: [{ event: 'Sign Up' }, { event: 'Search' }] },
        columns: ['step', 'name', 'count', 'rate_first', 'rate_previous', 'median_ms',
            'average_ms'],
        rows: [
            [1, 'Sign Up', 4, 1, 1, null, null],
            [2, 'Search', 2, 0.5, 0.5, 1_830_000, 1_830_000],
        ],
    },
};

let server;
let project;
let qry;

before(async () => {
    server = await Server.started();
    project = await server.project('shop');
    qry = await server.token(project);
    const records = STORY.map(([who, event, when, total, country], n) => {
        const time = Date.parse(when);
        const properties = { distinct_id: who, time, $insert_id: `story-${n}` };
        if (total !== null) properties.total = total;
        if (country !== null) properties.country = country;
        return { event, properties };
    });
    const headers = { ...JSON_TYPE, ...basic(project.secret) };
    const answer = await server.post('/import?strict=1', JSON.stringify(records), headers);
    assert.equal(answer.json.num_records_imported, STORY.length, answer.text);
    await server.events(project);
});
after(() => server.remove());

/** Numbers to twelve digits: a mean may be summed in any order. */
function check({ columns, rows }, want) {
    assert.deepEqual(columns.map((column) => column.name), want.columns);
    const round = (value) => (typeof value === 'number' ? Number(value.toPrecision(12)) : value);
    const near = (table) => table.map((row) => row.map(round));
    assert.deepEqual(near(rows), near(want.rows));
}

describe('over HTTP', () => {
    for (const [name, want] of Object.entries(QUESTIONS)) {
        test(name, async () => {
            const answer = await server.ask(want.plan, qry);
            assert.equal(answer.status, 200, answer.text);
            assert.equal(answer.type, 'application/json');
            check(answer.json, want);
            assert.equal(answer.json.meta.exact, true);
            assert.match(answer.json.meta.as_of, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
        });
    }

    test('the plan may name the token\'s own project', async () => {
        const { plan } = QUESTIONS['narrowed by a filter'];
        for (const name of [project.name, String(project.id)]) {
            assert.equal((await server.ask({ ...plan, project: name }, qry)).status, 200);
        }
    });

    test('an event is in the answer at most a second after it was acknowledged', async () => {
        const mine = await server.project();
        const token = await server.token(mine);
        const plan = { kind: 'trend', unit: 'total', time: { last: { count: 2, unit: 'day' } },
            measures: [{ event: 'Now', count: 'events' }] };
        const waits = [];
        for (let n = 1; n <= 5; n++) {
            const event = { event: 'Now', properties: { token: mine.token, distinct_id: 'x' } };
            assert.equal((await server.post('/track', JSON.stringify(event), JSON_TYPE)).text, '1');
            const begin = Date.now();
            await until(async () => (await server.ask(plan, token)).json.rows[0][1] === n, {
                every: 5, what: 'the event',
            });
            waits.push(Date.now() - begin);
        }
        waits.sort((a, b) => a - b);
        assert.ok(waits[2] <= 1000, `${waits} ms`); // a machine that stood still may spoil two
    });
});

describe('refusals', () => {
    const good = QUESTIONS['narrowed by a filter'].plan;
    const funnel = QUESTIONS['a funnel'].plan;
    const bad = {
        'an unknown key': [{ ...good, colour: 'red' }, '/colour'],
        'an unknown kind': [{ ...good, kind: 'guess' }, '/kind'],
        'no kind': [{ time: DAYS }, /^(\/kind)?$/],
        'a wrong type': [{ ...good, unit: 7 }, '/unit'],
        'an unknown unit': [{ ...good, unit: 'fortnight' }, '/unit'],
        'an unknown operator': [{ ...good, where: { property: 'a', resembles: 'b' } }, /^\/where/],
        'a filter deep inside': [
            { ...good, where: { all: [{ any: [{ property: 'a', is: 5 }] }] } },
            /^\/where\/all\/0\/any\/0/],
        'a bad date': [{ ...good, time: { from: '2021-02-30', to: '2021-03-01' } }, '/time/from'],
        'an unknown zone': [{ ...good, time: { ...DAYS, zone: 'Mars/Base' } }, '/time/zone'],
        'no measures': [{ ...good, measures: [] }, '/measures'],
        'one step': [{ ...funnel, steps: [{ event: 'A' }] }, '/steps'],
        'a window without end': [{ ...funnel, window: { count: -1, unit: 'day' } },
            /^\/window/],
    };
    for (const [what, [plan, pointer]] of Object.entries(bad)) {
        test(`${what} is refused with its place`, async () => {
            const answer = await server.ask(plan, qry);
            assert.equal(answer.status, 400, answer.text);
            assert.equal(answer.type, 'application/problem+json');
            const problem = answer.json;
            assert.equal(problem.status, 400);
            assert.match(problem.title, /\w/);
            assert.match(problem.detail, /\w/);
            if (pointer instanceof RegExp) assert.match(problem.pointer, pointer);
            else assert.equal(problem.pointer, pointer);
        });
    }

    test('what is not built yet is refused as unsupported', async () => {
        const plan = { kind: 'retention', unit: 'week', time: DAYS,
            birth: { event: 'Sign Up' }, return: { event: '*' } };
        const answer = await server.ask(plan, qry);
        assert.ok(answer.status >= 400 && answer.status < 500, answer.text);
        assert.match(answer.text, /unsupported/);
    });

    test('what is not JSON is refused', async () => {
        for (const body of ['', '{"kind": ', '[]', 'kind=trend']) {
            const answer = await server.ask(body, qry);
            assert.equal(answer.status, 400, body);
            assert.equal(answer.type, 'application/problem+json');
        }
    });

    test('a token that is missing, wrong or of the wrong kind', async () => {
        const ing = await server.token(project, 'ing');
        const refused = [
            [undefined, 401], ['cdr_qry_wrong', 401], [`${qry}x`, 401], [qry.slice(0, -1), 401],
            [project.token, 401], [project.secret, 401], [ing, 401],
        ];
        for (const [token, status] of refused) {
            const answer = await server.ask(good, token);
            assert.equal(answer.status, status, String(token).slice(0, 8));
            assert.equal(answer.type, 'application/problem+json');
            if (status === 401) assert.match(answer.headers['www-authenticate'], /^Bearer/);
        }
    });

    test('a token of another project sees nothing of this one', async () => {
        const other = await server.project();
        const token = await server.token(other);
        const named = await server.ask({ ...good, project: project.name }, token);
        assert.ok([403, 404].includes(named.status), named.text);
        const unnamed = await server.ask(good, token);
        assert.equal(unnamed.json.rows[0][1], 0);
    });

    test('a revoked token', async () => {
        const token = await server.token(project);
        assert.equal((await server.ask(good, token)).status, 200);
        const list = await server.json(['token', 'list', '--project', project.name]);
        const { id } = list.at(-1);
        await server.output(['token', 'revoke', String(id)]);
        await until(async () => (await server.ask(good, token)).status === 401, {
            seconds: 8, what: 'the end of the token',
        });
    });
});

describe('on the command line', () => {
    const { plan } = QUESTIONS['events by country, unknown last'];
    const ask = (format, more = plan) => server.output(
        ['query', '--project', 'shop', '--format', format, '-'], { input: JSON.stringify(more) });

    async function checkFormats() {
        for (const want of Object.values(QUESTIONS)) {
            check(JSON.parse(await ask('json', want.plan)), want);
        }
        const csv = (await ask('csv')).trim().split(/\r?\n/);
        assert.deepEqual(csv, ['measure,country,value', 'A,DE,3', 'A,FR,2', 'A,,3']);
        const table = (await ask('table')).trim().split('\n');
        assert.match(table[0], /^measure +country +value$/);
        assert.match(table.join('\n'), /^A +DE +3$/m);
        assert.match(table.join('\n'), /^A +FR +2$/m);
        const file = path.join(server.place, 'plan.json');
        fs.writeFileSync(file, JSON.stringify({ ...plan, project: 'shop' }));
        const byFile = JSON.parse(await server.output(['query', file, '--json']));
        check(byFile, QUESTIONS['events by country, unknown last']);
    }

    test('json, csv and a table, of a running server', checkFormats);

    test('a refusal is one line and exit status 1', async () => {
        const input = JSON.stringify({ ...plan, colour: 'red' });
        const words = ['query', '--project', 'shop', '-'];
        const { code, stdout, stderr } = await server.verb(words, { input });
        assert.equal(code, 1);
        assert.equal(stdout, '');
        assert.match(stderr, /^candor: [^\n]*\/colour[^\n]*\n$/);
    });

    test('the same of a stopped folder, before and after a flush', async () => {
        await server.stop();
        await checkFormats();
        await server.output(['flush']);
        await checkFormats();
        await server.start();
        await checkFormats();
    });
});
