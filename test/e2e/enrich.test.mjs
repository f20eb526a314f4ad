// Country and families on the server (spec/wire.md §9): what is added, for whom, and that nothing
// of the address or the user agent stays anywhere.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { JSON_TYPE } from './support/http.mjs';
import { Server } from './support/server.mjs';

const IPHONE =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 ' +
    '(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';
const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
const AMERICAN = '8.8.8.8'; // a resolver that everybody knows

let server;
let isBuiltIn;

before(async () => {
    server = await Server.started({ environment: { CANDOR_HTTP_TRUSTED_PROXIES: '127.0.0.0/8' } });
    isBuiltIn = !/no country file|no rules about user agents/.test(server.log());
});
after(() => server.remove());

/** Send one event in the name of somebody and return the properties that were stored. */
async function sent({ query = '', address, agent = '', properties = {} } = {}) {
    const project = await server.project();
    const event = {
        event: 'Visit',
        properties: { token: project.token, distinct_id: 'ann', ...properties },
    };
    const headers = { ...JSON_TYPE, 'User-Agent': agent };
    if (address) headers['X-Forwarded-For'] = address;
    const answer = await server.post(`/track${query}`, JSON.stringify([event]), headers);
    assert.equal(answer.text, '1');
    const [stored] = await server.events(project);
    return stored.properties;
}

describe('what events get', () => {
    test('the country of whom a trusted proxy names, when it is asked for', async (t) => {
        if (!isBuiltIn) t.skip('built without data');
        else {
            assert.equal((await sent({ query: '?ip=1', address: AMERICAN })).mp_country_code, 'US');
            const chain = `192.0.2.1, ${AMERICAN}, 127.0.0.2`;
            assert.equal((await sent({ query: '?ip=1', address: chain })).mp_country_code, 'US');
        }
    });

    test('none when nobody asked, when the record says 0, or for the loopback address', async () => {
        for (const one of [
            { address: AMERICAN },
            { query: '?ip=0', address: AMERICAN },
            { query: '?ip=1', address: AMERICAN, properties: { ip: 0 } },
            { query: '?ip=1' },
            { query: '?ip=1', address: 'unknown' },
        ]) {
            assert.equal((await sent(one)).mp_country_code, undefined, JSON.stringify(one));
        }
    });

    test('families of a browser that sends none', async (t) => {
        if (!isBuiltIn) return t.skip('built without data');
        const found = await sent({ agent: IPHONE });
        assert.equal(found.$browser, 'Mobile Safari');
        assert.equal(found.$browser_version, 17);
        assert.equal(found.$os, 'iOS');
        assert.equal(found.$device, 'iPhone');
    });

    test('nothing that the client said is changed, and programs get nothing', async () => {
        const own = await sent({ agent: IPHONE, properties: { $browser: 'Mine' } });
        assert.equal(own.$browser, 'Mine');
        assert.equal(own.$os, undefined);
        const program = await sent({ agent: 'python-requests/2.32.3' });
        assert.equal(program.$browser, undefined);
        assert.equal(program.$bot, undefined);
    });

    test('a mark for bots, which are kept', async (t) => {
        if (!isBuiltIn) return t.skip('built without data');
        assert.equal((await sent({ agent: GOOGLEBOT })).$bot, true);
    });
});

test('a stranger is not believed', async () => {
    const other = await Server.started();
    try {
        const project = await other.project();
        const event = { event: 'Visit', properties: { token: project.token, distinct_id: 'ann' } };
        await other.post('/track?ip=1', JSON.stringify([event]),
            { ...JSON_TYPE, 'X-Forwarded-For': AMERICAN });
        const [stored] = await other.events(project);
        assert.equal(stored.properties.mp_country_code, undefined);
    } finally {
        await other.remove();
    }
});

test('a setting that cannot be read is refused at the start', async () => {
    const other = await Server.make({ environment: { CANDOR_HTTP_TRUSTED_PROXIES: 'localhost' } });
    await assert.rejects(other.start(), /trusted proxy/);
    await other.remove();
});

/** Every file below a folder. */
function files(folder) {
    return fs.readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

test('neither address nor user agent is in any file, log line or answer', async () => {
    const addresses = ['203.0.113.77', '203.0.113.78', '2001:db8:77::78'];
    const agent = 'Mozilla/5.0 (X11; Linux x86_64) CanaryAgent/31337.4242 (canary-comment)';
    const project = await server.project();
    const event = {
        event: 'Canary',
        properties: { token: project.token, distinct_id: 'ann', ip: addresses[1] },
    };
    const profile = {
        $token: project.token, $distinct_id: 'ann', $ip: addresses[1], $set: { plan: 'pro' },
    };
    const headers = {
        ...JSON_TYPE, 'User-Agent': agent, 'X-Forwarded-For': `${addresses[2]}, ${addresses[0]}`,
    };
    const answers = [
        await server.post('/track?ip=1&verbose=1', JSON.stringify([event]), headers),
        await server.post('/track?ip=1', '{broken', headers),
        await server.post('/engage?verbose=1', JSON.stringify([profile]), headers),
        await server.post('/import?strict=1', JSON.stringify([event]), headers),
    ];
    await server.events(project);
    await server.output(['flush']); // what is in memory, too
    const canaries = [...addresses, 'CanaryAgent', '31337.4242', 'canary-comment',
        '\xcb\x00\x71\x4d', '\xcb\x00\x71\x4e']; // the addresses as bytes
    const places = [
        ...answers.map((answer, index) => [`answer ${index}`, `${answer.text}`]),
        ['the log', server.log()],
        ...files(server.folder).map((file) => [file, fs.readFileSync(file, 'latin1')]),
    ];
    for (const [name, text] of places) {
        for (const canary of canaries) {
            assert.ok(!text.includes(canary), `${name} holds ${JSON.stringify(canary)}`);
        }
    }
});
