// What /track, /engage, /groups and /import answer, row by row of the tables in spec/wire.md §4
// and §6.3, and at the limits of §8.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import zlib from 'node:zlib';
import { base64, basic, bearer, FORM_TYPE, JSON_TYPE } from './support/http.mjs';
import { Server } from './support/server.mjs';

const MIB = 1024 * 1024;
const OK = { error: null, status: 1 };

let server;
let project;

before(async () => {
    server = await Server.started();
    project = await server.project('responses');
});
after(() => server.remove());

function event(more = {}, name = 'Visit') {
    return { event: name, properties: { token: project.token, distinct_id: 'ann', ...more } };
}

function update(more = { $set: { plan: 'pro' } }) {
    return { $token: project.token, $distinct_id: 'ann', ...more };
}

function group(more = { $set: { plan: 'pro' } }) {
    return { $token: project.token, $group_key: 'company', $group_id: 'acme', ...more };
}

function post(path, records, headers = JSON_TYPE) {
    const body = typeof records === 'string' ? records : JSON.stringify(records);
    return server.post(path, body, headers);
}

function check(answer, status, type, body) {
    assert.equal(answer.status, status, answer.text);
    assert.equal(answer.type, type);
    if (typeof body === 'string') assert.equal(answer.text, body);
    else if (body) assert.deepEqual(answer.json, body);
}

describe('the plain answer', () => {
    const good = { '/track': event, '/engage': update, '/groups': group };
    for (const path of ['/track', '/engage', '/groups']) {
        test(`${path} answers exactly 1 to a good record`, async () => {
            check(await post(path, good[path]()), 200, 'text/plain', '1');
        });
        test(`${path} answers 1 when one record of several is good`, async () => {
            check(await post(path, [{ bad: true }, good[path]()]), 200, 'text/plain', '1');
        });
        test(`${path} answers exactly 0 when nothing is valid`, async () => {
            check(await post(path, [{ bad: true }]), 200, 'text/plain', '0');
        });
        test(`${path} answers 0 to no data`, async () => {
            check(await post(path, '', FORM_TYPE), 200, 'text/plain', '0');
            check(await server.get(path), 200, 'text/plain', '0');
        });
    }

    test('an unknown token is answered like a known one', async () => {
        const stranger = { event: 'Visit', properties: { token: 'bogustoken' } };
        check(await post('/track', stranger), 200, 'text/plain', '1');
        check(await post('/track?verbose=1', stranger), 200, 'application/json', OK);
        check(await post('/engage', { ...update(), $token: 'bogustoken' }), 200, 'text/plain', '1');
    });

    test('an ignored event is answered 1 and is not stored', async () => {
        const mine = await server.project();
        const sent = [true, 'yes', false, ''].map(($ignore, n) => {
            return event({ token: mine.token, $ignore, n });
        });
        check(await post('/track', sent[0]), 200, 'text/plain', '1');
        check(await post('/track', sent), 200, 'text/plain', '1');
        const stored = (await server.events(mine)).map((each) => each.properties.n);
        assert.deepEqual(stored.sort(), [2, 3]);
    });
});

describe('the verbose answer', () => {
    test('says {"error": null, "status": 1}', async () => {
        check(await post('/track?verbose=1', event()), 200, 'application/json', OK);
        check(await post('/track?verbose=2', event()), 200, 'application/json', OK);
        check(await post('/engage?verbose=1', update()), 200, 'application/json', OK);
        check(await post('/groups?verbose=1', group()), 200, 'application/json', OK);
    });

    test('is asked for in the body as well', async () => {
        const body = `data=${encodeURIComponent(JSON.stringify(event()))}&verbose=1&ip=0`;
        check(await post('/track', body, FORM_TYPE), 200, 'application/json', OK);
    });

    test('verbose=0 is the plain answer', async () => {
        check(await post('/track?verbose=0', event()), 200, 'text/plain', '1');
    });

    const refusals = [
        ['/track', [{}], 'data, missing or empty'],
        ['/track', '', 'data, missing or empty'],
        ['/track', { properties: { token: 'x' } }, 'event, missing'],
        ['/track', { event: '', properties: { token: 'x' } }, 'event, missing'],
        ['/track', { event: 'Visit', properties: {} }, 'token, missing or empty'],
        ['/track', { event: 'Visit', properties: { token: '' } }, 'token, missing or empty'],
        ['/engage', { $distinct_id: 'ann', $set: { a: 1 } }, '$token, missing or empty'],
        ['/groups', { $group_key: 'c', $group_id: 'a', $set: {} }, '$token, missing or empty'],
    ];
    for (const [path, record, error] of refusals) {
        test(`${path} refuses ${JSON.stringify(record)} in the known words`, async () => {
            const answer = await post(`${path}?verbose=1`, record);
            check(answer, 200, 'application/json', { error, status: 0 });
        });
    }

    test('JSON that is no object and no list is refused in words', async () => {
        for (const body of ['17', '"text"', '[1, 2]', '{"event": ']) {
            const { status, json } = await post('/track?verbose=1', body);
            assert.equal(status, 200);
            assert.equal(json.status, 0);
            assert.match(json.error, /\w+/);
        }
    });
});

describe('the image and the script', () => {
    test('img=1 is a picture of one pixel, for bad records too', async () => {
        for (const data of [event(), {}]) {
            const answer = await server.get(`/track?img=1&data=${base64(data)}`);
            assert.equal(answer.status, 200);
            assert.equal(answer.type, 'image/gif');
            assert.equal(answer.bytes.subarray(0, 6).toString(), 'GIF89a');
            assert.deepEqual([...answer.bytes.subarray(6, 10)], [1, 0, 1, 0]);
        }
    });

    test('callback=f calls f with the verdict', async () => {
        const script = await server.get(`/track?callback=mp.cb&data=${base64(event())}`);
        check(script, 200, 'text/javascript', 'mp.cb(1);');
        const verbose = await server.get(`/track?callback=f&verbose=1&data=${base64({})}`);
        assert.equal(verbose.type, 'text/javascript');
        const said = await new Promise((f) => new Function('f', verbose.text)(f));
        assert.deepEqual(said, { error: 'data, missing or empty', status: 0 });
    });

    test('a callback that is no name is no script', async () => {
        for (const name of ['alert(1)//', '<script>', 'f;g', encodeURIComponent('a b')]) {
            const answer = await server.get(`/track?callback=${name}&data=${base64(event())}`);
            check(answer, 200, 'text/plain', '1');
        }
    });

    test('redirect= does not redirect', async () => {
        const to = encodeURIComponent('https://example.com/');
        check(await server.get(`/track?redirect=${to}&data=${base64(event())}`), 200,
            'text/plain', '1');
    });
});

describe('/import', () => {
    const strict = '/import?strict=1';
    let secret;
    let serial = 0;

    before(() => (secret = { ...JSON_TYPE, ...basic(project.secret) }));

    function old(more = {}, name = 'Order') {
        const properties = {
            distinct_id: 'ann', time: 1600000000, $insert_id: `row-${serial++}`, ...more,
        };
        return { event: name, properties };
    }

    test('strict=1, all good: the count', async () => {
        const want = { code: 200, num_records_imported: 2, status: 'OK' };
        check(await post(strict, [old(), old()], secret), 200, 'application/json', want);
    });

    test('strict=1, some bad: 400, which ones and why, and the good ones are stored', async () => {
        const good = old({}, 'Kept');
        const bad = old({ time: 'yesterday', $insert_id: 'bad-one' }, 'Lost');
        const answer = await post(strict, [bad, good, { ...old(), event: ' ' }], secret);
        assert.equal(answer.status, 400);
        const { failed_records, ...rest } = answer.json;
        assert.deepEqual(rest, {
            code: 400, error: 'some data points in the request failed validation',
            num_records_imported: 1, status: 'Bad Request',
        });
        const message =
            "'properties.time' is invalid: must be specified as seconds since epoch";
        assert.deepEqual(failed_records[0], {
            index: 0, insert_id: 'bad-one', $insert_id: 'bad-one', field: 'properties.time',
            message,
        });
        assert.equal(failed_records[1].index, 2);
        assert.equal(failed_records[1].message, "'event' must not be missing or blank");
        const stored = await server.events(project, { from: '2020-09-01', to: '2100-01-01' });
        assert.equal(stored.filter((each) => each.event === 'Kept').length, 1);
        assert.equal(stored.filter((each) => each.event === 'Lost').length, 0);
    });

    const bad = {
        'no time': { time: undefined },
        'a time before 1971': { time: 1000 },
        'a time more than an hour ahead': { time: Date.now() / 1000 + 7200 },
        'no distinct_id': { distinct_id: undefined },
        'a placeholder for distinct_id': { distinct_id: 'Null' },
        'no $insert_id': { $insert_id: undefined },
        'an $insert_id of 37 bytes': { $insert_id: 'x'.repeat(37) },
        'an $insert_id with other characters': { $insert_id: 'a_b' },
    };
    for (const [what, more] of Object.entries(bad)) {
        test(`strict=1 refuses ${what}`, async () => {
            const answer = await post(strict, [old(more)], secret);
            assert.equal(answer.status, 400, answer.text);
            const field = `properties.${Object.keys(more)[0]}`;
            assert.equal(answer.json.failed_records[0].field, field);
            assert.match(answer.json.failed_records[0].message, /is invalid: /);
            assert.equal(answer.json.num_records_imported, 0);
        });
    }

    test('an empty distinct_id is allowed', async () => {
        check(await post(strict, [old({ distinct_id: '' })], secret), 200, 'application/json');
    });

    test('without strict: 1 or 0, and verbose as elsewhere', async () => {
        check(await post('/import', [old()], secret), 200, 'text/plain', '1');
        check(await post('/import?strict=0', [{ event: '' }], secret), 200, 'text/plain', '0');
        check(await post('/import?verbose=1', [old()], secret), 200, 'application/json', OK);
        const probe = await post('/import?strict=0&verbose=1', [{}], secret);
        check(probe, 200, 'application/json', { error: 'data, missing or empty', status: 0 });
    });

    test('every kind of credential that names the project is good', async () => {
        const ing = await server.token(project, 'ing');
        const ways = [
            basic(project.secret),
            basic(project.token),
            { Authorization: `Basic ${project.secret}:` }, // not base64, as one page documents
            bearer(ing),
        ];
        for (const way of ways) {
            check(await post('/import', [old()], { ...JSON_TYPE, ...way }), 200, 'text/plain', '1');
        }
        const inQuery = await post(`/import?api_key=${project.secret}`, [old()]);
        check(inQuery, 200, 'text/plain', '1');
        const form = `data=${base64([old()])}&api_key=${project.secret}&verbose=1`;
        check(await post('/import', form, FORM_TYPE), 200, 'application/json', OK);
    });

    test('bad credentials are 401 in Mixpanel\'s words', async () => {
        const qry = await server.token(project, 'qry');
        const ways = [{}, basic('wrong'), basic(''), bearer('wrong'), bearer(qry),
            { Authorization: 'Basic' }, { Authorization: 'Digest x' }];
        for (const way of ways) {
            const answer = await post('/import', [old()], { ...JSON_TYPE, ...way });
            check(answer, 401, 'application/json', {
                code: 401, error: 'Invalid credentials', status: 'Unauthorized',
            });
        }
    });

    test('what was imported says so in the export', async () => {
        const mine = await server.project();
        const headers = { ...JSON_TYPE, ...basic(mine.secret) };
        check(await post('/import', [old()], headers), 200, 'text/plain', '1');
        const [stored] = await server.events(mine, { from: '2020-09-01', to: '2100-01-01' });
        assert.equal(stored.properties.$import, true);
        assert.equal(stored.properties.time, 1600000000);
    });
});

describe('strict=1 on profiles', () => {
    test('good records are counted', async () => {
        const want = { code: 200, num_records_imported: 1, status: 'OK' };
        check(await post('/engage?strict=1', [update()]), 200, 'application/json', want);
        check(await post('/groups?strict=1', [group()]), 200, 'application/json', want);
    });

    test('bad ones are listed', async () => {
        const sent = [update(), update({}), update({ $add: { n: 'many' } })];
        const answer = await post('/engage?strict=1', sent);
        assert.equal(answer.status, 400);
        assert.deepEqual(answer.json.failed_records.map((each) => each.index), [1, 2]);
        assert.equal(answer.json.num_records_imported, 1);
    });
});

describe('limits', () => {
    function padded(size) {
        const shell = JSON.stringify(event({ pad: '' }));
        return `[${JSON.stringify(event({ pad: 'x'.repeat(size - shell.length) }))}]`;
    }

    test('10 MiB and a byte are 413', async () => {
        const fits = `[${' '.repeat(10 * MIB - 2)}]`;
        check(await post('/track', fits), 200, 'text/plain', '0');
        const large = `[${' '.repeat(10 * MIB - 1)}]`;
        check(await post('/track', large), 413, 'application/json');
        const headers = { ...JSON_TYPE, ...basic(project.secret) };
        const imported = await post('/import', large, headers);
        assert.equal(imported.status, 413);
        assert.equal(imported.json.code, 413);
        assert.equal(imported.json.status, 'Request Entity Too Large');
    });

    test('a record of just under 1 MiB is taken, a larger one is refused', async () => {
        const texts = Array.from({ length: 250 }, (_, n) => [`p${n}`, 'x'.repeat(4000)]);
        const large = event(Object.fromEntries(texts));
        assert.ok(JSON.stringify(large).length < MIB);
        check(await post('/track', large), 200, 'text/plain', '1');
        check(await post('/track', padded(MIB + 10)), 200, 'text/plain', '0');
    });

    test('2,000 records are taken, 2,001 are 413', async () => {
        const many = Array.from({ length: 2001 }, () => ({ event: 'x' }));
        assert.equal((await post('/track', many.slice(1))).status, 200);
        assert.equal((await post('/track', many)).status, 413);
    });

    test('a gzip bomb is 413, and costs no time', async () => {
        const bomb = zlib.gzipSync(Buffer.alloc(200 * MIB, ' '));
        const headers = { ...JSON_TYPE, 'Content-Encoding': 'gzip' };
        const begin = Date.now();
        assert.equal((await server.post('/track', bomb, headers)).status, 413);
        assert.ok(Date.now() - begin < 10_000);
    });

    test('a gzip that was cut off is refused', async () => {
        const whole = zlib.gzipSync(JSON.stringify([event()]));
        const headers = { ...JSON_TYPE, 'Content-Encoding': 'gzip' };
        const answer = await server.post('/track', whole.subarray(0, -9), headers);
        check(answer, 200, 'text/plain', '0');
    });
});
