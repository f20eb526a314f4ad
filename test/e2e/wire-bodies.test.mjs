// Every shape in which clients send records (spec/wire.md §2, §20), and what of it is stored.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import zlib from 'node:zlib';
import { base64, basic, FORM_TYPE, JSON_TYPE } from './support/http.mjs';
import { Server } from './support/server.mjs';

// Its base64 has a plus sign and a slash, which is where clients differ.
const NOTE = 'a~~>???b ~~>?>?> ü€𝄞';
const NDJSON_TYPE = { 'Content-Type': 'application/x-ndjson' };
const BEACON_TYPE = { 'Content-Type': 'text/plain;charset=UTF-8' };
const GZIP = { 'Content-Encoding': 'gzip' };

let server;
let project;

before(async () => {
    server = await Server.started();
});
after(() => server.remove());

function record(more = {}) {
    return { event: 'Visit', properties: { token: project.token, distinct_id: 'ann', ...more } };
}

/** Send to a new project and return what it stored. */
async function stored(send) {
    project = await server.project();
    const answer = await send();
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.text, '1');
    return server.events(project);
}

describe('one event, in every wrapping', () => {
    const one = () => record({ note: NOTE });
    const list = () => [record({ note: NOTE })];
    const form = (value) => `data=${value}`;
    const escaped = (value) => encodeURIComponent(value);
    const shapes = {
        'a JSON object': () => server.post('/track', JSON.stringify(one()), JSON_TYPE),
        'a JSON list': () => server.post('/track', JSON.stringify(list()), JSON_TYPE),
        'JSON without a type': () => server.post('/track', JSON.stringify(list())),
        'a form with JSON': () =>
            server.post('/track', form(escaped(JSON.stringify(list()))), FORM_TYPE),
        'a form with JSON and plus signs for spaces': () =>
            server.post('/track', form(escaped(JSON.stringify(one())).replaceAll('%20', '+')),
                FORM_TYPE),
        'a form with base64, percent-encoded': () =>
            server.post('/track', form(escaped(base64(list()))), FORM_TYPE),
        'a form with base64 as it is, plus signs bare': () => {
            assert.match(base64(list()), /\+.*|\//);
            return server.post('/track', form(base64(list())), FORM_TYPE);
        },
        'base64 for URLs, without padding': () =>
            server.post('/track', form(Buffer.from(JSON.stringify(one())).toString('base64url')),
                FORM_TYPE),
        'base64 of surrogates, as mixpanel-browser makes it': () => {
            const bytes = Buffer.from(JSON.stringify(list()).replaceAll('𝄞', '@'));
            const pair = Buffer.from([0xed, 0xa0, 0xb4, 0xed, 0xb4, 0x9e]);
            const place = bytes.indexOf('@');
            const whole = [bytes.subarray(0, place), pair, bytes.subarray(place + 1)];
            return server.post('/track', form(escaped(Buffer.concat(whole).toString('base64'))),
                FORM_TYPE);
        },
        'base64 in lines': () =>
            server.post('/track', form(escaped(base64(one()).replace(/.{76}/g, '$&\r\n'))),
                FORM_TYPE),
        'a beacon': () => server.post('/track/', form(escaped(base64(list()))), BEACON_TYPE),
        'a form without a type': () => server.post('/track', form(base64(list()))),
        'the query of a GET': () => server.get(`/track?data=${escaped(base64(one()))}`),
        'JSON in the query of a GET': () =>
            server.get(`/track?data=${escaped(JSON.stringify(one()))}`),
        'the query of a POST without a body': () =>
            server.post(`/track?data=${escaped(base64(one()))}`),
        'gzip around JSON': () =>
            server.post('/track', zlib.gzipSync(JSON.stringify(list())), { ...JSON_TYPE, ...GZIP }),
        'gzip around a form': () =>
            server.post('/track', zlib.gzipSync(form(escaped(base64(list())))),
                { ...FORM_TYPE, ...GZIP }),
        'gzip that no header announces': () =>
            server.post('/track', zlib.gzipSync(JSON.stringify(list())), JSON_TYPE),
        'deflate': () =>
            server.post('/track', zlib.deflateSync(JSON.stringify(list())),
                { ...JSON_TYPE, 'Content-Encoding': 'deflate' }),
        'base64 of gzip': () =>
            server.post('/track',
                form(escaped(zlib.gzipSync(JSON.stringify(list())).toString('base64'))), FORM_TYPE),
        'a multipart form': () => {
            const part = `Content-Disposition: form-data; name="data"\r\n\r\n${base64(list())}`;
            const body = `--edge\r\n${part}\r\n--edge--\r\n`;
            return server.post('/track', body,
                { 'Content-Type': 'multipart/form-data; boundary=edge' });
        },
    };
    for (const [shape, send] of Object.entries(shapes)) {
        test(`${shape}`, async () => {
            const events = await stored(send);
            assert.equal(events.length, 1);
            assert.equal(events[0].event, 'Visit');
            assert.equal(events[0].properties.note, NOTE);
            assert.equal(events[0].properties.distinct_id, 'ann');
            assert.equal(events[0].properties.token, undefined);
        });
    }

    test('parameters that nobody knows do no harm', async () => {
        const query = '_=1700000000000&test=1&project_id=3&foo=bar&ip=1&=&&x';
        const events = await stored(() =>
            server.post(`/track?${query}`, JSON.stringify(one()), JSON_TYPE));
        assert.equal(events.length, 1);
    });

    test('a query of 80 KiB is taken', async () => {
        const pads = Array.from({ length: 250 }, (_, n) => [`p${n}`, 'x'.repeat(255)]);
        const events = await stored(() => {
            const data = escaped(base64(record(Object.fromEntries(pads))));
            assert.ok(data.length > 80 * 1024);
            return server.get(`/track?data=${data}`);
        });
        assert.equal(events[0].properties.p249, 'x'.repeat(255));
    });
});

describe('NDJSON on /import', () => {
    test('one record a line, blank lines passed over', async () => {
        const lines = [1, 2, 3].map((n) => JSON.stringify(record({ n, time: Date.now() })));
        const body = `${lines[0]}\n\n${lines[1]}\r\n${lines[2]}`;
        const events = await stored(() =>
            server.post('/import', body, { ...NDJSON_TYPE, ...basic(project.secret) }));
        assert.deepEqual(events.map((each) => each.properties.n).sort(), [1, 2, 3]);
    });

    test('in gzip', async () => {
        const events = await stored(() => {
            const body = zlib.gzipSync(`${JSON.stringify(record())}\n`);
            const headers = { ...NDJSON_TYPE, ...GZIP, ...basic(project.secret) };
            return server.post('/import', body, headers);
        });
        assert.equal(events.length, 1);
    });

    test('a broken line is refused and its neighbours are kept', async () => {
        project = await server.project();
        const now = { time: Date.now() / 1000 };
        const good = (id) => JSON.stringify(record({ ...now, $insert_id: id }));
        const body = `${good('a1')}\n{"event": "Vis\n${good('a2')}\n`;
        const headers = { ...NDJSON_TYPE, ...basic(project.secret) };
        const answer = await server.post('/import?strict=1', body, headers);
        assert.equal(answer.status, 400);
        assert.equal(answer.json.num_records_imported, 2);
        assert.equal(answer.json.failed_records[0].index, 1);
        assert.equal((await server.events(project)).length, 2);
    });
});

describe('time', () => {
    const second = Math.floor(Date.now() / 1000) - 3600;
    const ways = {
        'seconds': [second, second],
        'milliseconds': [second * 1000, second],
        'seconds with milliseconds': [second + 0.123, second + 0.123],
        'a number in text': [String(second), second],
    };
    for (const [unit, [time, want]] of Object.entries(ways)) {
        test(`in ${unit}`, async () => {
            const [event] = await stored(() =>
                server.post('/track', JSON.stringify(record({ time })), JSON_TYPE));
            assert.equal(event.properties.time, want);
        });
    }

    test('milliseconds keep their order', async () => {
        await stored(() => {
            const steps = [['B', 0.003], ['A', 0.001], ['C', 0.007]];
            const records = steps.map(([event, ms]) => {
                return { ...record({ time: second + ms }), event };
            });
            return server.post('/track', JSON.stringify(records), JSON_TYPE);
        });
        const steps = ['A', 'B', 'C'].map((event) => ({ event }));
        const plan = { kind: 'funnel', time: { last: { count: 2, unit: 'day' } }, steps };
        const rows = await server.rows(plan, project);
        assert.deepEqual(rows.map((row) => row[2]), [1, 1, 1]);
        assert.deepEqual(rows.map((row) => row[5]), [null, 2, 4]);
    });

    test('a missing time is the time of arrival', async () => {
        const begin = Math.floor(Date.now() / 1000);
        const [event] = await stored(() =>
            server.post('/track', JSON.stringify(record()), JSON_TYPE));
        assert.ok(event.properties.time >= begin);
        assert.ok(event.properties.time <= Date.now() / 1000);
    });

    test('an event of last week is refused by /track', async () => {
        project = await server.project();
        const old = record({ time: second - 6 * 24 * 3600 });
        const answer = await server.post('/track?verbose=1', JSON.stringify(old), JSON_TYPE);
        assert.equal(answer.json.status, 0);
    });
});

describe('identity', () => {
    const cases = [
        [{ distinct_id: 'x', $device_id: 'd', $user_id: 'u' }, 'u'],
        [{ distinct_id: 'x', $user_id: 'u' }, 'u'],
        [{ distinct_id: 'x', $device_id: 'd' }, '$device:d'],
        [{ distinct_id: '$device:d' }, '$device:d'],
        [{ distinct_id: 'x' }, 'x'],
        [{ distinct_id: '' }, ''],
        [{ distinct_id: '', $device_id: 'd' }, '$device:d'],
        [{ distinct_id: '', $user_id: 'u' }, 'u'],
        [{ distinct_id: undefined }, ''],
        [{ distinct_id: 17 }, '17'],
    ];
    for (const [ids, want] of cases) {
        test(`${JSON.stringify(ids)} is ${JSON.stringify(want)}`, async () => {
            const [event] = await stored(() =>
                server.post('/track', JSON.stringify(record(ids)), JSON_TYPE));
            assert.equal(event.properties.distinct_id ?? '', want);
        });
    }

    test('a device that was seen with a user is that user, also before', async () => {
        await stored(() => {
            const [$device_id, $user_id] = ['d', 'u'];
            const seen = [{ $device_id }, { $device_id, $user_id }, { $user_id }];
            return server.post('/track', JSON.stringify(seen.map(record)), JSON_TYPE);
        });
        assert.equal(await server.count(project, null, { event: 'Visit', count: 'profiles' }), 1);
        assert.equal(await server.count(project, null, { event: 'Visit' }), 3);
    });
});

describe('values', () => {
    test('every kind of JSON value comes back as it was sent', async () => {
        const values = {
            text: NOTE, empty: '', whole: -17, large: 9007199254740991, decimal: 0.1, tiny: 1e-7,
            yes: true, no: false, nothing: null, date: '2026-08-01T10:00:00', list: [1, 'b', null],
            object: { a: { b: { c: [1] } } }, none: [], $reserved: 'kept',
        };
        const [event] = await stored(() =>
            server.post('/track', JSON.stringify(record(values)), JSON_TYPE));
        for (const [name, value] of Object.entries(values)) {
            assert.deepEqual(event.properties[name], value, name);
        }
    });

    test('texts are cut at 255 code points, never within one', async () => {
        const [event] = await stored(() =>
            server.post('/track', JSON.stringify(record({ long: '𝄞'.repeat(300) })), JSON_TYPE));
        assert.equal(event.properties.long, '𝄞'.repeat(255));
    });

    test('token, ip and address are not stored', async () => {
        const [event] = await stored(() =>
            server.post('/track?ip=1', JSON.stringify(record({ ip: '203.0.113.7' })), JSON_TYPE));
        assert.equal(event.properties.ip, undefined);
        assert.ok(!JSON.stringify(event).includes(project.token));
    });

    test('siblings of properties stay out of them', async () => {
        const events = await stored(() => {
            const sent = { ...record(), meta: 'x', $mp_metadata: { $mp_event_id: 'once' } };
            return server.post('/track', JSON.stringify([sent, sent]), JSON_TYPE);
        });
        assert.equal(events.length, 1, 'the id in the metadata tells duplicates');
        assert.equal(events[0].properties.meta, undefined);
    });
});
