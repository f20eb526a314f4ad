// The `mixpanel` package, with nothing but its host and port changed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, test } from 'node:test';
import Mixpanel from 'mixpanel';
import { Server } from './support/server.mjs';

// The SDK would send even what is meant for this machine through them.
delete process.env.HTTPS_PROXY;
delete process.env.HTTP_PROXY;

let server;
let project;
let mixpanel;

before(async () => {
    server = await Server.started();
});
after(() => server.remove());

async function fresh(config = {}) {
    project = await server.project();
    mixpanel = Mixpanel.init(project.token, {
        host: '127.0.0.1', port: server.port, protocol: 'http', keepAlive: false, ...config,
    });
}

/** A call of the SDK as a promise: rejects when the SDK reports an error. */
function call(object, name, ...words) {
    return promisify(object[name].bind(object))(...words);
}

/** Whether a profile has the property with exactly this value. */
async function has(distinctId, property, value) {
    const test = value === undefined ? { is_set: true } : { is: [value] };
    const all = [{ person: [distinctId] }, { property, of: 'profile', ...test }];
    return (await server.count(project, { all })) > 0;
}

describe('events', () => {
    before(() => fresh());

    test('track', async () => {
        await call(mixpanel, 'track', 'Signed Up', { distinct_id: 'ann', plan: 'pro', n: 3 });
        const [event] = await server.events(project);
        assert.equal(event.event, 'Signed Up');
        assert.equal(event.properties.distinct_id, 'ann');
        assert.equal(event.properties.plan, 'pro');
        assert.equal(event.properties.n, 3);
        assert.equal(event.properties.mp_lib, 'node');
    });

    test('track with a time and text that base64 finds hard', async () => {
        const time = new Date(Date.now() - 3600_000);
        const note = 'a~~>???b ü€𝄞'.repeat(9);
        await call(mixpanel, 'track', 'Noted', { distinct_id: 'ann', time, note });
        const noted = (await server.events(project)).find((each) => each.event === 'Noted');
        assert.equal(noted.properties.time, time.getTime() / 1000);
        assert.equal(noted.properties.note, note);
    });

    test('track_batch in requests of fifty', async () => {
        await fresh();
        const events = Array.from({ length: 120 }, (_, n) => {
            return { event: 'Row', properties: { distinct_id: `user-${n % 7}`, n } };
        });
        await call(mixpanel, 'track_batch', events);
        assert.equal((await server.events(project)).length, 120);
        assert.equal(await server.count(project, null, { event: 'Row', count: 'profiles' }), 7);
    });

    test('verbose answers are understood', async () => {
        await fresh({ verbose: true });
        await call(mixpanel, 'track', 'Said', { distinct_id: 'ann' });
        assert.equal((await server.events(project)).length, 1);
    });

    test('an event that is refused is an error for the caller', async () => {
        await fresh({ verbose: true });
        const track = call(mixpanel, 'track', '', { distinct_id: 'ann' });
        await assert.rejects(track, /event, missing/);
    });
});

describe('import', () => {
    let proxy;

    // The SDK sends its secret over TLS only, so there is a proxy in front, as there would be.
    before(async () => {
        await fresh();
        const files = ['key', 'cert'].map((name) => path.join(server.place, name));
        execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1',
            '-subj', '/CN=localhost', '-keyout', files[0], '-out', files[1]], { stdio: 'ignore' });
        const [key, cert] = files.map((file) => fs.readFileSync(file));
        proxy = https.createServer({ key, cert }, (asked, answer) => {
            const { method, url, headers } = asked;
            const to = { host: '127.0.0.1', port: server.port, method, path: url, headers };
            asked.pipe(http.request(to, (got) => {
                answer.writeHead(got.statusCode, got.headers);
                got.pipe(answer);
            }));
        });
        proxy.listen(0, '127.0.0.1');
        await once(proxy, 'listening');
        process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
        process.removeAllListeners('warning'); // that TLS is unsafe so: it is our own proxy
    });
    after(() => {
        delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
        proxy?.close();
        proxy?.closeAllConnections();
    });

    function importer(config) {
        return Mixpanel.init(project.token, {
            host: '127.0.0.1', port: proxy.address().port, protocol: 'https', ...config,
        });
    }

    const old = new Date('2021-03-04T05:06:07Z');
    const range = { from: '2021-03-01', to: '2100-01-01' };

    test('import with the secret', async () => {
        const client = importer({ secret: project.secret });
        await call(client, 'import', 'Ordered', old, { distinct_id: 'ann', total: 12.5 });
        const [event] = await server.events(project, range);
        assert.equal(event.event, 'Ordered');
        assert.equal(event.properties.time, old.getTime() / 1000);
        assert.equal(event.properties.total, 12.5);
    });

    test('import_batch with the secret', async () => {
        await fresh();
        const client = importer({ secret: project.secret });
        const rows = Array.from({ length: 75 }, (_, n) => {
            const properties = { time: old, distinct_id: 'bob', n, $insert_id: `row-${n}` };
            return { event: 'Row', properties };
        });
        await call(client, 'import_batch', rows);
        await call(client, 'import_batch', rows);
        assert.equal((await server.events(project, range)).length, 75);
    });

    test('a wrong secret is an error for the caller', async () => {
        const client = importer({ secret: 'wrong' });
        const sent = call(client, 'import', 'Ordered', old, { distinct_id: 'ann' });
        await assert.rejects(sent, /Invalid credentials/);
    });

    test('import with the legacy key, in the query', async () => {
        await fresh({ key: 'wrong' });
        const wrong = call(mixpanel, 'import', 'Ordered', old, { distinct_id: 'ann' });
        await assert.rejects(wrong, /Invalid credentials/);
        mixpanel.set_config({ key: project.secret });
        await call(mixpanel, 'import', 'Ordered', old, { distinct_id: 'ann' });
        assert.equal((await server.events(project, range)).length, 1);
    });
});

describe('people', () => {
    let people;

    before(async () => {
        await fresh();
        people = mixpanel.people;
        await call(mixpanel, 'track', 'Seen', { distinct_id: 'ann' });
        await call(mixpanel, 'track', 'Seen', { distinct_id: 'bob' });
    });

    test('set and set_once', async () => {
        await call(people, 'set', 'ann', { plan: 'free', seats: 3 });
        await call(people, 'set', 'ann', 'plan', 'pro');
        await call(people, 'set_once', 'ann', 'plan', 'old');
        await call(people, 'set_once', 'ann', { first: '2020-01-01' });
        await server.events(project);
        assert.ok(await has('ann', 'plan', 'pro'));
        assert.ok(await has('ann', 'seats', 3));
        assert.ok(await has('ann', 'first', '2020-01-01'));
        assert.ok(!(await has('bob', 'plan')));
    });

    test('increment', async () => {
        await call(people, 'increment', 'ann', 'logins');
        await call(people, 'increment', 'ann', 'logins', 4);
        await call(people, 'increment', 'ann', { logins: -2, points: 1.5 });
        await server.events(project);
        assert.ok(await has('ann', 'logins', 3));
        assert.ok(await has('ann', 'points', 1.5));
    });

    test('append, union and remove', async () => {
        await call(people, 'append', 'ann', 'pages', 'a');
        await call(people, 'append', 'ann', 'pages', 'b');
        await call(people, 'union', 'ann', { pages: ['b', 'c'] });
        await call(people, 'remove', 'ann', { pages: 'a' });
        await server.events(project);
        for (const [page, want] of [['a', false], ['b', true], ['c', true]]) {
            assert.equal(await has('ann', 'pages', page), want, page);
        }
    });

    test('track_charge', async () => {
        await call(people, 'track_charge', 'ann', 12.5);
        await server.events(project);
        assert.ok(await has('ann', '$transactions'));
    });

    test('unset', async () => {
        await call(people, 'unset', 'ann', ['seats', 'first']);
        await server.events(project);
        assert.ok(!(await has('ann', 'seats')));
        assert.ok(!(await has('ann', 'first')));
        assert.ok(await has('ann', 'plan', 'pro'));
    });

    test('delete_user', async () => {
        await call(people, 'delete_user', 'ann');
        await server.events(project);
        assert.ok(!(await has('ann', 'plan')));
        assert.equal(await server.count(project, { person: ['ann'] }), 1, 'events stay');
    });
});

describe('groups and aliases', () => {
    before(() => fresh());

    test('groups.set, set_once, union, remove, unset, delete_group are taken', async () => {
        const { groups } = mixpanel;
        await call(groups, 'set', 'company', 'acme', { size: 40 });
        await call(groups, 'set_once', 'company', 'acme', 'founded', 1999);
        await call(groups, 'union', 'company', 'acme', { tags: ['a', 'b'] });
        await call(groups, 'remove', 'company', 'acme', { tags: 'a' });
        await call(groups, 'unset', 'company', 'acme', 'size');
        await call(groups, 'delete_group', 'company', 'acme');
    });

    test('alias', async () => {
        await call(mixpanel, 'alias', 'ann', 'ann-renamed');
        const events = await server.events(project);
        const alias = events.find((each) => each.event === '$create_alias');
        assert.equal(alias.properties.distinct_id, 'ann');
        assert.equal(alias.properties.alias, 'ann-renamed');
    });
});
