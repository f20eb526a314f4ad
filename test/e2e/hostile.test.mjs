// Clients that are slow, broken, rude or malicious: the server stays up, small, and counts right.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { basic, JSON_TYPE } from './support/http.mjs';
import { exchange, head, post, RawConnection } from './support/raw.mjs';
import { DAY_MS, Server } from './support/server.mjs';
import { sleep, until } from './support/wait.mjs';

const RESIDENT_MIB_MAX = 400;

let server;
let project;
const open = []; // connections of the test under way

before(async () => {
    server = await Server.started();
    project = await server.project('hostile');
});
afterEach(async () => {
    for (const connection of open.splice(0)) connection.close();
    assert.equal((await server.get('/healthz')).status, 200, 'the server is alive');
});
after(async () => {
    try {
        const resident = server.residentMiB();
        assert.ok(resident < RESIDENT_MIB_MAX, `${resident} MiB in memory`);
    } finally {
        await server.remove();
    }
});

async function connect() {
    const connection = await RawConnection.open(server.port);
    open.push(connection);
    return connection;
}

function event(more = {}, name = 'Visit') {
    return { event: name, properties: { token: project.token, distinct_id: 'ann', ...more } };
}

function trackRequest(more, headers = {}) {
    return post('/track', JSON.stringify(event(more)), { ...JSON_TYPE, ...headers });
}

/** What became of the records that an action sent. */
async function recordsOf(action) {
    const before = await server.records();
    await action();
    const after = await server.records();
    return Object.fromEntries(Object.keys(after).map((key) => [key, after[key] - before[key]]));
}

async function track(text, path = '/track?verbose=1') {
    const answer = await server.post(path, text, JSON_TYPE);
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
}

describe('connections', () => {
    test('a request that comes a byte at a time is answered', async () => {
        const connection = await connect();
        const bytes = Buffer.from(trackRequest());
        for (let at = 0; at < bytes.length; at++) {
            connection.send(bytes.subarray(at, at + 1));
            if (at % 8 === 0) await sleep(1);
        }
        assert.equal((await connection.answer()).text, '1');
    });

    test('slow clients do not slow others down', async () => {
        const slow = await Promise.all(Array.from({ length: 50 }, connect));
        for (const connection of slow) {
            connection.send(head('POST', '/track', { 'Content-Length': 1000 }));
            connection.send('[');
        }
        const begin = Date.now();
        for (let n = 0; n < 20; n++) {
            assert.equal((await exchange(server.port, trackRequest())).text, '1');
        }
        assert.ok(Date.now() - begin < 10_000, `${Date.now() - begin} ms`);
    });

    test('a client that sends no more but listens gets its answer', async () => {
        const connection = await connect();
        connection.send(trackRequest());
        connection.half();
        assert.equal((await connection.answer()).text, '1');
    });

    test('a request that breaks off leaves nothing behind', async () => {
        const mine = await server.project();
        for (const share of [0.05, 0.3, 0.7, 0.99]) {
            const bytes = Buffer.from(trackRequest({ token: mine.token }));
            const connection = await connect();
            connection.send(bytes.subarray(0, Math.floor(bytes.length * share)));
            connection.half();
            await sleep(20);
            connection.close();
        }
        assert.equal((await server.events(mine)).length, 0);
    });

    test('300 idle connections', async () => {
        const before = server.residentMiB();
        const idle = await Promise.all(Array.from({ length: 300 }, connect));
        assert.equal((await exchange(server.port, trackRequest())).text, '1');
        for (const connection of idle.slice(0, 20)) {
            connection.send(trackRequest());
            assert.equal((await connection.answer()).text, '1');
        }
        assert.ok(server.residentMiB() - before < 100);
    });

    test('requests in one go are answered in their order', async () => {
        const connection = await connect();
        const paths = ['/healthz', '/nothing', '/version', '/healthz'];
        const gets = paths.map((path) => head('GET', path)).join('');
        connection.send(trackRequest() + gets + trackRequest());
        const statuses = [];
        for (let n = 0; n < 6; n++) statuses.push((await connection.answer()).status);
        assert.deepEqual(statuses, [200, 200, 404, 200, 200, 200]);
    });

    test('a body in chunks', async () => {
        const body = JSON.stringify(event());
        const chunks = body.match(/.{1,7}/gs)
            .map((piece) => `${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`);
        const headers = { ...JSON_TYPE, 'Transfer-Encoding': 'chunked' };
        const sent = `${head('POST', '/track', headers)}${chunks.join('')}0\r\n\r\n`;
        assert.equal((await exchange(server.port, sent)).text, '1');
    });

    test('HTTP/1.0 gets its answer, and the connection ends', async () => {
        const connection = await connect();
        connection.send(trackRequest().replace('HTTP/1.1', 'HTTP/1.0'));
        assert.equal((await connection.answer()).text, '1');
        await connection.ended();
    });

    test('Expect: 100-continue is answered', async () => {
        const connection = await connect();
        const body = JSON.stringify(event());
        const size = Buffer.byteLength(body);
        connection.send(head('POST', '/track', { ...JSON_TYPE, 'Content-Length': size,
            Expect: '100-continue' }));
        assert.equal((await connection.answer()).status, 100);
        connection.send(body);
        assert.equal((await connection.answer()).text, '1');
    });

    const garbage = {
        'bytes that are no HTTP': '\x00\x01\x02\xff\xfe GARBAGE \r\n\r\n',
        'a TLS hello': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' + 'x'.repeat(200),
        'an HTTP/2 preface': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
        'a method of 10,000 letters': `${'G'.repeat(10_000)} / HTTP/1.1\r\nHost: x\r\n\r\n`,
        'an endless request line': `GET /${'a'.repeat(300_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
        'an endless header': head('GET', '/', { X: 'a'.repeat(300_000) }),
        'ten thousand headers': head('GET', '/', Object.fromEntries(
            Array.from({ length: 10_000 }, (_, n) => [`X-${n}`, 'y']))),
        'two lengths': head('POST', '/track', { 'Content-Length': '5\r\nContent-Length: 6' }),
        'a length that is none': head('POST', '/track', { 'Content-Length': 'many' }),
        'a negative length': head('POST', '/track', { 'Content-Length': '-1' }),
        'a huge length': head('POST', '/track', { 'Content-Length': '99999999999999999999' }),
        'a length and chunks': head('POST', '/track', { 'Content-Length': '3',
            'Transfer-Encoding': 'chunked' }) + '0\r\n\r\n',
        'a broken chunk': head('POST', '/track', { 'Transfer-Encoding': 'chunked' }) + 'zz\r\n',
        'no host': 'GET /healthz HTTP/1.1\r\n\r\n',
        'a path that climbs': head('GET', '/../../../../etc/passwd'),
        'an encoded path that climbs': head('GET', '/%2e%2e/%2e%2e/etc/passwd'),
        'a NUL in the path': head('GET', '/track%00.js'),
        'a broken percent': head('GET', '/%zz%'),
    };
    for (const [what, bytes] of Object.entries(garbage)) {
        test(`${what} is refused or dropped`, async () => {
            const connection = await connect();
            connection.send(Buffer.from(bytes, 'latin1'));
            connection.half();
            const answer = await connection.answer().catch(() => null);
            if (!answer) return;
            assert.ok(answer.status >= 400, `${answer.status} ${answer.text.slice(0, 80)}`);
            assert.ok(!answer.text.includes('root:'));
        });
    }
});

describe('records', () => {
    test('bad ones do not take their neighbours with them', async () => {
        const mine = await server.project();
        const good = (n) => event({ token: mine.token, n });
        const deep = (levels) => JSON.parse('{"a":'.repeat(levels) + '1' + '}'.repeat(levels));
        const records = [
            good(1),
            { ...good(2), event: 17 },
            event({ token: mine.token, deep: deep(40) }),
            good(3),
            [], null, 5, 'text',
            event({ token: mine.token, ...Object.fromEntries(
                Array.from({ length: 300 }, (_, n) => [`p${n}`, n])) }),
            event({ token: mine.token, list: Array(300).fill(1) }),
            event({ token: mine.token }, 'x'.repeat(300)),
            event({ token: mine.token, time: 0 }),
            event({ token: mine.token, time: Date.now() - 30 * DAY_MS }),
            good(4),
        ];
        const became = await recordsOf(async () => {
            assert.deepEqual(await track(JSON.stringify(records)), { error: null, status: 1 });
        });
        const refused = records.length - 3;
        assert.deepEqual(became, { stored: 3, duplicate: 0, refused, ignored: 0 });
        const stored = (await server.events(mine)).map((each) => each.properties.n);
        assert.deepEqual(stored.sort(), [1, 3, 4]);
    });

    test('bytes that are no UTF-8', async () => {
        const mine = await server.project();
        const piece = (text) => Buffer.from(
            `{"event":"Visit","properties":{"token":"${mine.token}","note":"${text}"}}`);
        const broken = piece('@');
        broken[broken.indexOf('@')] = 0xff;
        const bytes = Buffer.concat([Buffer.from('['), piece('first'), Buffer.from(','), broken,
            Buffer.from(','), piece('last'), Buffer.from(']')]);
        await track(bytes);
        const notes = (await server.events(mine)).map((each) => each.properties.note);
        assert.deepEqual(notes.sort(), ['first', 'last']);
    });

    test('32 levels are kept, 33 are not', async () => {
        const mine = await server.project();
        const nested = (levels) => { // of the record's own, two are its braces and properties'
            const inside = levels - 2;
            const text = '['.repeat(inside) + ']'.repeat(inside);
            return `{"event":"Deep","properties":{"token":"${mine.token}","d":${text}}}`;
        };
        assert.equal((await track(nested(32))).status, 1);
        assert.equal((await track(nested(33))).status, 0);
        assert.equal((await track(nested(100_000))).status, 0);
        assert.equal((await server.events(mine)).length, 1);
    });

    test('NUL bytes in values, names and ids', async () => {
        const mine = await server.project();
        const { token } = mine;
        await track(JSON.stringify([
            event({ token, note: 'a\0b' }, 'In a value'),
            event({ token, 'a\0b': 1 }, 'In a name'),
            event({ token, distinct_id: 'a\0b' }, 'In an id'),
            event({ token }, 'In\0the event'),
            event({ token: `${token}\0` }, 'In the token'),
        ]));
        const stored = await server.events(mine);
        assert.deepEqual(stored.map((each) => each.event), ['In a value']);
        assert.equal(stored[0].properties.note, 'a\0b');
        const rows = await server.rows({ kind: 'trend', unit: 'total',
            time: { last: { count: 2, unit: 'day' } }, breakdown: [{ property: 'note' }],
            measures: [{ event: 'In a value', count: 'events' }] }, mine);
        assert.equal(rows[0][1], 'a\0b');
    });

    test('huge numbers are kept or refused, never changed in silence', async () => {
        const mine = await server.project();
        const numbers = ['1e308', '-0', '9223372036854775807', '18446744073709551616', '1e400',
            '0.1234567890123456789', '1e-400', `${'9'.repeat(400)}`];
        for (const number of numbers) {
            const text = `{"event":"N","properties":{"token":"${mine.token}","n":${number}}}`;
            await track(text);
        }
        await server.events(mine);
        const days = ['--from', '2020-01-01', '--to', '2100-01-01'];
        const words = ['export', '--project', mine.name, ...days];
        const lines = (await server.output(words)).split('\n').filter((l) => l.includes('"N"'));
        const kept = lines.map((line) => /"n": ?([^,}]+)/.exec(line)[1]);
        for (const number of kept) {
            const isSame = (sent) => sent === number || Number(sent) === Number(number);
            assert.ok(numbers.some(isSame), number);
        }
        assert.ok(kept.includes('9223372036854775807'), kept.join(' '));
    });

    test('of equal keys the first counts', async () => {
        const mine = await server.project();
        const text = `{"event":"First","event":"Second","properties":` +
            `{"token":"${mine.token}","n":1,"n":2,"token":"other"}}`;
        await track(text);
        const [stored] = await server.events(mine);
        assert.equal(stored.event, 'First');
        assert.equal(stored.properties.n, 1);
    });

    test('the years 1969 and 2100', async () => {
        const mine = await server.project();
        const { token } = mine;
        const times = [-1, '1969-12-31T23:59:59Z', 4102444800, 4102444800000, 1e300, -1e300, null];
        const begin = Math.floor(Date.now() / 1000);
        for (const time of times) await track(JSON.stringify(event({ token, time })));
        const stored = (await server.events(mine)).map((each) => each.properties.time);
        assert.equal(stored.length, 4, 'three of the future and one without');
        for (const time of stored) assert.ok(time >= begin && time <= Date.now() / 1000);

        const rows = times.slice(0, 6).map((time, n) => event({ time, $insert_id: `t-${n}` }));
        const headers = { ...JSON_TYPE, ...basic(mine.secret) };
        const answer = await server.post('/import?strict=1', JSON.stringify(rows), headers);
        assert.equal(answer.status, 400);
        assert.equal(answer.json.failed_records.length, 6);
    });

    test('placeholders for ids make nobody', async () => {
        const mine = await server.project();
        const ids = ['null', 'undefined', 'NaN', '0', 'anonymous', '', null, {}, []];
        for (const distinct_id of ids) {
            await track(JSON.stringify(event({ token: mine.token, distinct_id })));
        }
        const visits = { event: 'Visit', count: 'events' };
        await until(async () => (await server.count(mine, null, visits)) === 9);
        const people = await server.count(mine, null, { event: 'Visit', count: 'profiles' });
        assert.equal(people, 1, 'only NaN, which is nobody\'s word for nobody');
    });

    test('keys that collide, and a wide object', async () => {
        const keys = Array.from({ length: 200_000 }, (_, n) => `"k${n}":1`).join(',');
        const begin = Date.now();
        const text = `{"event":"W","properties":{"token":"${project.token}",${keys}}}`;
        assert.equal((await track(text)).status, 0);
        assert.ok(Date.now() - begin < 10_000);
    });

    test('names that objects of other languages trip over', async () => {
        const mine = await server.project();
        const text = `{"event":"__proto__","properties":{"token":"${mine.token}",` +
            `"__proto__":{"a":1},"constructor":"x","a.b":1,"a":{"b":2},"":3," ":4,"%s%n":5}}`;
        await track(text);
        const [stored] = await server.events(mine);
        assert.equal(stored.event, '__proto__');
        assert.equal(stored.properties['%s%n'], 5);
        assert.equal(stored.properties.constructor, 'x');
    });

    test('3,000 property names in one project', async () => {
        const mine = await server.project();
        for (let first = 0; first < 3000; first += 200) {
            const names = Array.from({ length: 200 }, (_, n) => [`p${first + n}`, first]);
            const sent = event({ token: mine.token, ...Object.fromEntries(names) });
            assert.equal((await track(JSON.stringify(sent))).status, 1);
        }
        assert.equal((await server.events(mine)).length, 15);
    });
});

describe('questions', () => {
    test('hostile plans are refused in little time', async () => {
        const token = await server.token(project);
        const deep = '{"not":'.repeat(5000) + '{}' + '}'.repeat(5000);
        const bodies = [
            '['.repeat(100_000), `{"kind":"trend","where":${deep}}`,
            '{"kind":"trend","kind":"funnel"}', '\0', `{"kind":"${'x'.repeat(1_000_000)}"}`,
            JSON.stringify({ kind: 'trend', unit: 'hour', time: { from: '0001-01-01',
                to: '9999-12-31' }, measures: [{ event: '*', count: 'events' }] }),
            JSON.stringify({ kind: 'trend', unit: 'day', time: { last: { count: 5, unit: 'day' } },
                where: { property: 'a', matches: '(a{1,1000}){1,1000}' },
                measures: [{ event: '*', count: 'events' }] }),
        ];
        for (const body of bodies) {
            const begin = Date.now();
            const answer = await server.ask(body, token);
            assert.ok(answer.status >= 400 && answer.status < 500, answer.text.slice(0, 200));
            assert.ok(answer.text.length < 2000);
            assert.ok(Date.now() - begin < 10_000);
        }
    });
});
