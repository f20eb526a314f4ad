// What browsers need of every answer (spec/wire.md §1.3, §3), and the polite answers to what
// clients ask beside sending events (§13 to §16).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { base64, basic, JSON_TYPE } from './support/http.mjs';
import { exchange, head, post } from './support/raw.mjs';
import { Server } from './support/server.mjs';

const ORIGIN = 'https://shop.example';
const COLLECTION = ['/track', '/engage', '/groups', '/import', '/record', '/settings', '/flags'];
const SLASHED = COLLECTION.flatMap((path) => [path, `${path}/`]);

let server;
let project;
let event;

before(async () => {
    server = await Server.started();
    project = await server.project('browsers');
    event = JSON.stringify({ event: 'Visit', properties: { token: project.token } });
});
after(() => server.remove());

function checkCors(answer, origin = ORIGIN) {
    assert.equal(answer.headers['access-control-allow-origin'], origin);
    assert.equal(answer.headers['access-control-allow-credentials'], 'true');
    assert.match(answer.headers.vary ?? '', /\bOrigin\b/i);
}

describe('cross-origin', () => {
    test('the origin is echoed, with credentials', async () => {
        const answer = await server.post('/track/', event, { ...JSON_TYPE, Origin: ORIGIN });
        assert.equal(answer.text, '1');
        checkCors(answer);
        assert.match(answer.headers['access-control-expose-headers'] ?? '', /Retry-After/i);
        assert.equal(answer.headers['cross-origin-resource-policy'], 'cross-origin');
    });

    test('a page in a sandbox has the origin null', async () => {
        const answer = await server.post('/track/', event, { ...JSON_TYPE, Origin: 'null' });
        checkCors(answer, 'null');
    });

    test('errors carry the same headers', async () => {
        const headers = { ...JSON_TYPE, Origin: ORIGIN };
        const refused = {
            401: await server.post('/import', event, headers),
            404: await server.post('/trackk', event, headers),
            405: await server.request({ method: 'DELETE', path: '/track', headers }),
            413: await server.post('/track', `[${' '.repeat(10 * 1024 * 1024)}]`, headers),
        };
        for (const [status, answer] of Object.entries(refused)) {
            assert.equal(answer.status, Number(status), answer.text);
            checkCors(answer);
        }
    });

    test('an origin that tries to break out of its header gets nothing', async () => {
        const sent = head('GET', '/track', { Origin: 'x\r\n\tX-Evil: 1' });
        const answer = await exchange(server.port, sent);
        assert.equal(answer?.headers['x-evil'], undefined);
    });

    const others = ['/decide', '/flags/definitions', '/flags/7/first-time-events'];
    for (const path of [...SLASHED, ...others]) {
        test(`a preflight for ${path} is allowed what it asks for`, async () => {
            const answer = await server.request({
                method: 'OPTIONS',
                path,
                headers: {
                    Origin: ORIGIN,
                    'Access-Control-Request-Method': 'POST',
                    'Access-Control-Request-Headers': 'authorization,content-type,x-own',
                },
            });
            assert.ok(answer.status === 200 || answer.status === 204, String(answer.status));
            checkCors(answer);
            const allowed = answer.headers['access-control-allow-headers'].toLowerCase();
            for (const name of ['authorization', 'content-type', 'x-own']) {
                assert.ok(allowed.includes(name), name);
            }
            for (const method of ['GET', 'POST', 'OPTIONS']) {
                assert.ok(answer.headers['access-control-allow-methods'].includes(method), method);
            }
            assert.ok(Number(answer.headers['access-control-max-age']) >= 600);
        });
    }

    test('a preflight does not tell the API of other sites', async () => {
        const headers = { Origin: ORIGIN, 'Access-Control-Request-Method': 'POST' };
        const answer = await server.request({ method: 'OPTIONS', path: '/api/v1/query', headers });
        assert.equal(answer.headers['access-control-allow-credentials'], undefined);
    });
});

describe('methods and paths', () => {
    test('each path is there with and without its slash, and redirects nowhere', async () => {
        for (const path of SLASHED) {
            for (const method of ['GET', 'POST']) {
                const answer = await server.request({ method, path });
                assert.ok(answer.status < 300 || answer.status >= 400, `${method} ${path}`);
                assert.notEqual(answer.status, 404, `${method} ${path}`);
            }
        }
    });

    test('HEAD works on every path, without a body, and collects nothing', async () => {
        const before = await server.records();
        for (const path of [...SLASHED, '/', '/healthz', '/readyz', '/version', '/metrics']) {
            const place = `${path}?data=${base64(event)}`;
            const answer = await exchange(server.port, head('HEAD', place), { isHead: true });
            assert.equal(answer.status, 200, path);
            assert.equal(answer.text, '');
        }
        assert.deepEqual(await server.records(), before);
    });

    test('OPTIONS works without an origin', async () => {
        for (const path of [...SLASHED, '/', '/healthz']) {
            const { status } = await server.request({ method: 'OPTIONS', path });
            assert.ok(status === 200 || status === 204, `${path} ${status}`);
        }
    });

    test('the case of a method does not count', async () => {
        for (const method of ['post', 'Post']) {
            const sent = post('/track', event, JSON_TYPE).replace('POST', method);
            const answer = await exchange(server.port, sent);
            assert.equal(answer.text, '1', method);
        }
        const got = await exchange(server.port, head('get', `/track?data=${base64(event)}`));
        assert.equal(got.text, '1');
    });

    test('an unknown path is 404 in JSON', async () => {
        for (const path of ['/nothing', '/track/more', '/api/v1/nothing', '/local/project/list']) {
            const answer = await server.get(path);
            assert.equal(answer.status, 404, path);
            assert.match(answer.type, /^application\/(problem\+)?json$/);
            assert.ok(answer.text.length < 500);
        }
        const { json } = await server.get('/nothing');
        assert.equal(json.status, 'error');
        assert.match(json.error, /\w/);
    });

    test('the local socket\'s calls are not on the network', async () => {
        for (const path of ['/local/project/list', '/local/flush', '/local/user/link']) {
            assert.equal((await server.post(path, '{}', JSON_TYPE)).status, 404);
        }
    });
});

describe('polite answers', () => {
    const authorization = () => basic(project.token);

    function ask(path) {
        return server.get(path, { ...authorization(), Origin: ORIGIN });
    }

    test('/record takes a batch, and every answer is JSON', async () => {
        const query = 'replay_id=a&seq=0&format=body&distinct_id=ann&batch_start_time=1.5';
        const headers = { ...authorization(), 'Content-Type': 'application/octet-stream',
            Origin: ORIGIN };
        for (const path of ['/record', '/record/']) {
            const answer = await server.post(`${path}?${query}`, '[]', headers);
            assert.equal(answer.status, 200);
            assert.deepEqual(answer.json, { code: 200, status: 'OK' });
            checkCors(answer);
        }
    });

    test('/settings is valid for browsers and phones: recording is off', async () => {
        for (const path of ['/settings', '/settings/?sdk_config=1&mp_lib=web']) {
            const { status, json } = await ask(path);
            assert.equal(status, 200);
            assert.equal(json.recording.is_enabled, false);
            assert.equal(json.sdk_config.config.record_sessions_percent, 0);
        }
    });

    test('/flags has no flags, and says so in an object', async () => {
        for (const path of ['/flags', '/flags/?context={}&token=x']) {
            const { status, json } = await ask(path);
            assert.equal(status, 200);
            assert.deepEqual(json, { code: 200, flags: {}, pending_first_time_events: [] });
        }
    });

    test('/flags/definitions has none', async () => {
        const { json } = await ask('/flags/definitions?token=x');
        assert.deepEqual(json, { code: 200, flags: [] });
    });

    test('a first-time event is acknowledged', async () => {
        const body = JSON.stringify({ distinct_id: 'ann' });
        const path = '/flags/7/first-time-events?mp_lib=web';
        const answer = await server.post(path, body, { ...JSON_TYPE, ...authorization() });
        assert.equal(answer.status, 200);
        assert.ok(answer.json);
    });

    test('/decide keeps old phones sending', async () => {
        const { status, json } = await ask('/decide?version=1&lib=android&token=x');
        assert.equal(status, 200);
        assert.deepEqual(json.notifications, []);
    });
});
