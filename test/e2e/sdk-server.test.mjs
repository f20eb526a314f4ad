// The server's side of the browser SDK: its files, the signed settings, write keys, what the shield
// is told, and which versions are live.
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import zlib from 'node:zlib';
import { bearer, JSON_TYPE } from './support/http.mjs';
import { Server } from './support/server.mjs';

const dist = path.join(import.meta.dirname, '../../sdk/js/dist');
const MIB = 1024 * 1024;
const ED25519_DER = Buffer.from('302a300506032b6570032100', 'hex'); // RFC 8410, before the key

let server;
let project;

before(async () => {
    server = await Server.started();
    project = await server.project('shop');
});
after(() => server?.remove());

function shield(words, options) {
    return server.verb(['shield', ...words, '--project', 'shop'], options);
}

async function refused(words, pattern, options) {
    const { code, stdout, stderr } = await shield(words, options);
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, pattern);
    assert.equal(stderr.trim().split('\n').length, 1);
}

async function settings(key) {
    const answer = await server.get(`/sdk/settings?key=${encodeURIComponent(key)}`);
    assert.equal(answer.status, 200);
    const { payload, signature } = answer.json;
    const bytes = Buffer.from(payload, 'base64');
    return { answer, bytes, signature: Buffer.from(signature, 'base64'), told: JSON.parse(bytes) };
}

function isSignedBy(trust, { bytes, signature }) {
    const der = Buffer.concat([ED25519_DER, Buffer.from(trust, 'base64')]);
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return verify(null, bytes, key, signature);
}

describe('files of the SDK', () => {
    test('an address with a version lasts for ever and is what it says', async () => {
        const { files } = (await server.get('/sdk/versions')).json;
        assert.deepEqual(files.map((file) => path.basename(file.address)),
            ['candor.js', 'candor.mjs', 'candor-inspect.js']);
        for (const file of files) {
            const expected = fs.readFileSync(path.join(dist, path.basename(file.address)));
            const answer = await server.get(file.address);
            assert.equal(answer.status, 200);
            assert.ok(answer.bytes.equals(expected));
            assert.equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable');
            assert.equal(answer.headers['content-type'], 'text/javascript; charset=utf-8');
            assert.equal(answer.headers['access-control-allow-origin'], '*');
            assert.equal(answer.headers['access-control-allow-credentials'], undefined);
            assert.equal(answer.headers['cross-origin-resource-policy'], 'cross-origin');
            assert.equal(answer.headers['x-content-type-options'], 'nosniff');
            const digest = createHash('sha384').update(answer.bytes).digest('base64');
            assert.equal(file.integrity, `sha384-${digest}`);
            assert.equal(file.bytes, expected.length);
        }
    });

    test('gzip for those who take it', async () => {
        const plain = await server.get('/sdk/candor.js');
        assert.equal(plain.headers['content-encoding'], undefined);
        for (const accepted of ['gzip', 'br, GZIP;q=0.5', 'zstd,gzip']) {
            const answer = await server.get('/sdk/candor.js', { 'Accept-Encoding': accepted });
            assert.equal(answer.headers['content-encoding'], 'gzip');
            assert.match(answer.headers.vary, /Accept-Encoding/);
            assert.ok(zlib.gunzipSync(answer.bytes).equals(plain.bytes));
        }
        for (const accepted of ['identity', 'gzip;q=0', 'gzip; q=0.000', 'xgzip']) {
            const answer = await server.get('/sdk/candor.js', { 'Accept-Encoding': accepted });
            assert.equal(answer.headers['content-encoding'], undefined, accepted);
        }
    });

    test('an address without a version is asked again, and not sent again', async () => {
        const first = await server.get('/sdk/candor.mjs');
        assert.equal(first.headers['cache-control'], 'public, max-age=300');
        const etag = first.headers.etag;
        for (const tag of [etag, `"x", ${etag}`, etag.replace('W/', ''), '*']) {
            const again = await server.get('/sdk/candor.mjs', { 'If-None-Match': tag });
            assert.equal(again.status, 304);
            assert.equal(again.bytes.length, 0);
        }
        const other = await server.get('/sdk/candor.mjs', { 'If-None-Match': '"x"' });
        assert.equal(other.status, 200);
    });

    test('what there is not', async () => {
        for (const path of ['/sdk/0.0.9/candor.js', '/sdk/candor.css', '/sdk/versions/candor.js',
            '/sdk/x', '/sdk/%2e%2e/candor.js', '/sdk/../../etc/passwd', '/sdk']) {
            assert.equal((await server.get(path)).status, 404, path);
        }
    });

    test('the page gives a snippet that pins the file and the key', async () => {
        const { trust } = await server.json(['project', 'show', 'shop']);
        const signedIn = await server.get(server.ownerLink);
        const cookie = signedIn.headers['set-cookie'][0].split(';')[0];
        const { text } = await server.get('/', { Accept: 'text/html', Cookie: cookie });
        const { files } = (await server.get('/sdk/versions')).json;
        const unescaped = text.replaceAll('&#43;', '+').replaceAll('&quot;', '"');
        assert.ok(unescaped.includes(`integrity="${files[0].integrity}"`));
        assert.ok(unescaped.includes(files[0].address));
        assert.ok(unescaped.includes(`trust: "${trust}"`));
    });
});

describe('settings', () => {
    const nothing = {
        autocapture: false, routes: [], params: [], dictionary: null, observe: false, sample: 1,
        hold: [],
    };

    test('are signed by the key that the project shows', async () => {
        const { trust } = await server.json(['project', 'show', 'shop']);
        const found = await settings(project.token);
        assert.ok(isSignedBy(trust, found));
        const { v, issued_at: issued, project: id, ...rest } = found.told;
        assert.equal(v, 1);
        assert.match(id, /^[0-9a-f]{32}$/);
        assert.ok(Math.abs(issued - Date.now() / 1000) < 60);
        assert.deepEqual(rest, nothing);
        assert.equal(found.answer.headers['cache-control'], 'public, max-age=300');
        assert.equal(found.answer.headers['access-control-allow-origin'], '*');
        assert.ok(!found.bytes.includes('shop'));
    });

    test('of an unknown key look like those of a project without any', async () => {
        const { trust } = await server.json(['project', 'show', 'shop']);
        const known = await settings((await server.project()).token);
        for (const key of ['cdr_ing_test', '0'.repeat(32), '', '\0', `${project.token} `]) {
            const found = await settings(key);
            assert.deepEqual(Object.keys(found.told), Object.keys(known.told));
            const { issued_at: _a, project: id, ...rest } = found.told;
            assert.deepEqual(rest, { v: 1, ...nothing });
            assert.equal(id, (await settings(key)).told.project); // always the same, as a real one
            assert.equal(isSignedBy(trust, found), false);
            assert.equal(found.bytes.length, known.bytes.length);
        }
    });

    test('endless keys are answered or refused, and the server lives', async () => {
        const long = await settings('a'.repeat(60000));
        assert.equal(long.told.autocapture, false);
        const longer = await server.get(`/sdk/settings?key=${'a'.repeat(MIB)}`).catch(() => null);
        assert.ok(!longer || longer.status >= 400);
        assert.equal((await server.get('/healthz')).status, 200);
    });

    test('a dictionary becomes a filter that knows its texts', async () => {
        const hashes = Array.from({ length: 500 }, (_, i) =>
            createHash('sha256').update(`text ${i}`).digest('hex').slice(0, 16));
        const file = path.join(server.place, 'dictionary');
        fs.writeFileSync(file, `# texts\nsalt pepper\n${hashes.join('\n')}\n`);
        await server.output(['shield', 'settings', '--project', 'shop', '--autocapture', 'on',
            '--route', '/,/orders/:id', '--param', 'utm_term', '--sample', '0.25',
            '--dictionary', file]);
        const { told } = await settings(project.token);
        assert.equal(told.autocapture, true);
        assert.equal(told.sample, 0.25);
        assert.deepEqual(told.routes, ['/', '/orders/:id']);
        assert.deepEqual(told.params, ['utm_term']);
        assert.equal(told.dictionary.salt, 'pepper');
        const filter = Buffer.from(told.dictionary.filter, 'base64');
        assert.ok(hashes.every((hash) => isInFilter(filter, hash)));
        const others = Array.from({ length: 5000 }, (_, i) =>
            createHash('sha256').update(`other ${i}`).digest('hex').slice(0, 16));
        assert.ok(others.filter((hash) => isInFilter(filter, hash)).length < 5);

        await server.output(['shield', 'settings', '--project', 'shop', '--dictionary', 'none']);
        const after = await settings(project.token);
        assert.equal(after.told.dictionary, null);
        assert.equal(after.told.autocapture, true); // only what was named changed
    });

    test('what no browser could use is refused in one line', async () => {
        await refused(['settings', '--sample', '2'], /share from 0 to 1/);
        await refused(['settings', '--route', 'orders'], /route number 1/);
        await refused(['settings', '--param', 'a,b c'], /parameter number 2/);
        const file = path.join(server.place, 'bad');
        for (const [lines, words] of [
            ['salt s\n12', /line 2 of the dictionary/],
            ['0123456789abcdef', /no line "salt SALT"/],
            ['salt s\n', /no hashes/],
            ['salt "\n0123456789abcdef', /salt has 1 to 64/],
            ['\0'.repeat(1000), /line 1 of the dictionary/],
            ['\x01'.repeat(2 * MIB), /line 1 of the dictionary|larger|too l/],
        ]) {
            fs.writeFileSync(file, lines);
            await refused(['settings', '--dictionary', file], words);
        }
        fs.writeFileSync(file, Buffer.alloc(2 * MIB + 1));
        await refused(['settings', '--dictionary', file], /limit is 2097152/);
        const { code } = await shield(['settings', '--autocapture', 'maybe']);
        assert.equal(code, 2);
    });
});

describe('what the shield is told', () => {
    test('open mode needs who and why, and ends', async () => {
        await refused(['mode', 'open'], /--by/);
        await refused(['mode', 'open', '--by', 'ann'], /--reason/);
        await refused(['mode', 'ajar'], /guarded, strict and open/);
        const flags = ['--project', 'shop', '--by', 'ann', '--reason', 'launch'];
        const { mode, until } = await server.json(['shield', 'mode', 'open', ...flags]);
        assert.equal(mode, 'open');
        const days = (Date.parse(until) - Date.now()) / 86400000;
        assert.ok(days > 29.9 && days <= 30);
        await server.output(['shield', 'mode', '--project', 'shop', 'strict']);
        const shown = await server.json(['shield', 'show', '--project', 'shop']);
        assert.equal(shown.mode, 'strict');
    });

    test('a plan comes back as it was given, with its history', async () => {
        const plan = 'events:\n  "Größe": # none yet\n';
        assert.equal((await shield(['plan', '-', '--by', 'ann'], { input: plan })).code, 0);
        assert.equal((await shield(['plan', '-'], { input: '{"events": {}}' })).code, 0);
        assert.equal(await server.output(['shield', 'plan', 'show', '--project', 'shop']),
            '{"events": {}}');
        assert.equal(await server.output(
            ['shield', 'plan', 'show', '--project', 'shop', '--revision', '1']), plan);
        const { plan: history } = await server.json(['shield', 'show', '--project', 'shop']);
        assert.deepEqual(history.map(({ revision, by }) => [revision, by]), [[2, ''], [1, 'ann']]);
        await refused(['plan', 'show', '--revision', '7'], /no such revision/);
        await refused(['plan', 'show', '--revision', 'x'], /number/);
    });

    test('a plan that is none is refused', async () => {
        await refused(['plan', '-'], /byte 11/, { input: '{"events":[}' });
        await refused(['plan', '-'], /UTF-8/, { input: Buffer.from([0x61, 0xff]) });
        await refused(['plan', '-'], /UTF-8/, { input: 'a\0b' });
        await refused(['plan', '-'], /larger than 1048576/, { input: 'a'.repeat(2 * MIB) });
        await refused(['rules', '-'], /line 3/, { input: '# one\n\nbogus\n' });
        await refused(['rules', '/nowhere/at/all'], /No such file/);
        const deep = `{"a":${'['.repeat(100000)}`;
        await refused(['plan', '-'], /no JSON/, { input: deep });
    });

    test('loosenings and holds', async () => {
        const loosen = ['loosen', '--property', 'order', '--detector', 'F01', '--by', 'ann',
            '--reason', 'order numbers'];
        await refused([...loosen, '--until', '2020-01-01'], /in the future/);
        await refused([...loosen, '--until', '2999-01-01'], /366 days/);
        await refused([...loosen, '--until', 'soon'], /--until/);
        const until = new Date(Date.now() + 9 * 86400000).toISOString().slice(0, 10);
        assert.equal((await shield([...loosen, '--until', until])).code, 0);
        const hold = ['hold', '--property', 'note', '--by', 'ann', '--reason', 'names'];
        assert.equal((await shield(hold)).code, 0);
        await refused(hold, /held already/);
        assert.deepEqual((await settings(project.token)).told.hold, ['note']);
        const shown = await server.json(['shield', 'show', '--project', 'shop']);
        assert.equal(shown.loosened[0].in_force, true);
        assert.equal(shown.held[0].reason, 'names');
        assert.equal((await shield([...loosen, '--until', 'now'])).code, 0);
        assert.equal((await shield(['release', '--property', 'note', '--by', 'bob'])).code, 0);
        await refused(['release', '--property', 'note', '--by', 'bob'], /not held/);
        assert.deepEqual((await settings(project.token)).told.hold, []);
    });

    test('all of it is there after a restart, and without a server', async () => {
        const shown = await server.json(['shield', 'show', '--project', 'shop']);
        await server.stop();
        assert.deepEqual(await server.json(['shield', 'show', '--project', 'shop']), shown);
        assert.equal((await shield(['mode', 'guarded'])).code, 0);
        await server.start();
        const again = await server.json(['shield', 'show', '--project', 'shop']);
        assert.equal(again.mode, 'guarded');
        assert.equal(again.revision, shown.revision + 1);
    });
});

describe('write keys', () => {
    function send(key, event, place = 'token') {
        const properties = { distinct_id: 'ann', [place]: key };
        return server.post('/track', JSON.stringify([{ event, properties }]), JSON_TYPE);
    }

    test('stand for the project until they are revoked', async () => {
        const own = await server.project();
        const key = await server.token(own, 'ing');
        assert.equal((await send(key, 'one')).text, '1');
        assert.equal((await send(own.token, 'two')).text, '1');
        const rows = await server.json(['token', 'list', '--project', own.name]);
        await server.output(['token', 'revoke', String(rows[0].id)]);
        assert.equal((await send(key, 'three')).text, '1'); // strangers learn nothing
        assert.equal((await send('cdr_ing_test', 'four')).text, '1');
        const names = (await server.events(own)).map((event) => event.event);
        assert.deepEqual(names.toSorted(), ['one', 'two']);
        assert.equal((await settings(key)).told.autocapture, false);
    });

    test('are never stored with an event', async () => {
        const own = await server.project();
        const key = await server.token(own, 'ing');
        await send(key, 'one');
        assert.ok(!JSON.stringify(await server.events(own)).includes('cdr_ing_'));
        assert.ok(!server.log().includes('cdr_ing_'));
    });

    test('profiles take them as $token', async () => {
        const own = await server.project();
        const key = await server.token(own, 'ing');
        const body = JSON.stringify([{ $token: key, $distinct_id: 'ann', $set: { plan: 'pro' } }]);
        assert.equal((await server.post('/engage', body, JSON_TYPE)).text, '1');
        await send(key, 'one');
        const where = { property: 'plan', of: 'profile', is: ['pro'] };
        await server.events(own);
        assert.equal(await server.count(own, where), 1);
    });

    test('a key for reading does not write', async () => {
        const own = await server.project();
        await send(await server.token(own, 'qry'), 'one');
        assert.deepEqual(await server.events(own), []);
    });
});

describe('live versions', () => {
    async function sendVersions(own, versions) {
        const batch = versions.map(([lib, version], i) => ({
            event: 'Viewed',
            properties: {
                token: own.token, distinct_id: `d${i}`, mp_lib: lib, $lib_version: version,
                $insert_id: `v${i}`,
            },
        }));
        const answer = await server.post('/track', JSON.stringify(batch), JSON_TYPE);
        assert.equal(answer.text, '1');
        await server.events(own);
    }

    test('the share of a version or a newer one, by number and not by letter', async () => {
        const own = await server.project();
        await sendVersions(own, [
            ['web', '2.9.1'], ['web', '2.10.0'], ['web', '2.10.0'], ['web', '3.0.0-beta'],
            ['node "x"', '0.1'], [undefined, undefined],
        ]);
        const flags = ['--project', own.name, '--days', '3'];
        const told = await server.json(['shield', 'versions', ...flags]);
        const web = told.versions.filter(({ library }) => library === 'web');
        assert.deepEqual(web.map(({ version, events_24h: count, share_24h_this_or_newer: share }) =>
            [version, count, share]), [['3.0.0-beta', 1, 0.25], ['2.10.0', 2, 0.75], ['2.9.1', 1, 1]]);
        const today = new Date().toISOString().slice(0, 10);
        assert.ok(web.every((row) => row.last_seen === today || row.first_seen === row.last_seen));
        assert.ok(told.sentences.includes(
            "25.0 % of web's events of the last 24 h come from version 3.0.0-beta or newer"));
        const sum = told.versions.reduce((total, { share }) => total + share, 0);
        assert.ok(Math.abs(sum - 1) < 1e-9);
        assert.match(await server.output(['shield', 'versions', ...flags]), /2\.10\.0/);
    });

    test('over HTTP with a query token of the project alone', async () => {
        const own = await server.project();
        await sendVersions(own, [['web', '1.0.0']]);
        const token = await server.token(own);
        const path = '/api/v1/shield/versions';
        assert.equal((await server.get(path)).status, 401);
        const key = await server.token(own, 'ing');
        assert.equal((await server.get(path, bearer(key))).status, 401);
        const { json } = await server.get(`${path}?project=${own.name}`, bearer(token));
        assert.equal(json.days, 30);
        const web = json.versions.find(({ library }) => library === 'web');
        assert.equal(web.version, '1.0.0');
        assert.equal((await server.get(`${path}?project=shop`, bearer(token))).status, 403);
        assert.equal((await server.get(`${path}?project=nobody`, bearer(token))).status, 403);
        for (const days of ['0', '401', '-1', 'x']) {
            assert.equal((await server.get(`${path}?days=${days}`, bearer(token))).status, 400);
        }
    });

    test('of a project without events', async () => {
        const own = await server.project();
        const told = await server.json(['shield', 'versions', '--project', own.name]);
        assert.deepEqual(told.versions, []);
        assert.deepEqual(told.sentences, []);
    });
});

// --- a twin of the filter's reader, from the description of its bytes ---

function mix(x) {
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return (x ^ (x >>> 16)) >>> 0;
}

function isInFilter(filter, hex) {
    const width = filter[1];
    const length = filter.readUInt32LE(6);
    assert.equal(filter[0], 1);
    assert.equal(filter.length, 10 + 3 * length * width);
    const a = mix(parseInt(hex.slice(0, 8), 16) ^ filter.readUInt32LE(2));
    const b = mix(parseInt(hex.slice(8), 16) ^ a);
    const c = mix((a + b) | 0);
    const place = (x, third) => third * length + Number((BigInt(x) * BigInt(length)) >> 32n);
    const at = (i) => filter.readUIntLE(10 + i * width, width);
    const found = at(place(a, 0)) ^ at(place(b, 1)) ^ at(place(c, 2));
    return found === (mix(b ^ c) & (2 ** (8 * width) - 1));
}
