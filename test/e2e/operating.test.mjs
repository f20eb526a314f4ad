// What operators rely on: health, readiness, version, metrics, headers, ids of requests, and the
// page at `/` in a browser.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { basic, JSON_TYPE } from './support/http.mjs';
import { openBrowser } from './support/page.mjs';
import { Server } from './support/server.mjs';
import { until } from './support/wait.mjs';

let server;

before(async () => {
    server = await Server.started();
});
after(() => server.remove());

function event(project, more = {}) {
    return { event: 'Visit', properties: { token: project.token, distinct_id: 'ann', ...more } };
}

describe('health', () => {
    test('/healthz says that the process is alive', async () => {
        const { status, text } = await server.get('/healthz');
        assert.equal(status, 200);
        assert.match(text, /ok/);
    });

    test('/readyz says that it can do its work', async () => {
        const { status, json, headers } = await server.get('/readyz');
        assert.equal(status, 200);
        assert.deepEqual(json, { ready: true, reasons: [] });
        assert.equal(headers['cache-control'], 'no-store');
    });

    test('/version is what the command says', async () => {
        const { json } = await server.get('/version');
        const { stdout } = await server.verb(['version', '--json']).catch(() => ({}));
        assert.equal(json.name, 'candor');
        assert.match(json.version, /^\d+\.\d+\.\d+/);
        if (stdout) assert.equal(JSON.parse(stdout).version, json.version);
    });

    test('the log is one JSON object a line', async () => {
        await server.get('/healthz');
        const lines = server.log().trim().split('\n');
        assert.ok(lines.length >= 1);
        for (const line of lines) {
            const entry = JSON.parse(line);
            assert.ok(Object.keys(entry).length >= 3, line);
        }
    });
});

describe('metrics', () => {
    const LINE = /^([a-zA-Z_:][\w:]*)(\{(?:\w+="(?:[^"\\]|\\.)*",?)*\})? (NaN|[+-]Inf|[-\d.e+]+)$/;

    test('every line is Prometheus text, each family is described once', async () => {
        const answer = await server.get('/metrics');
        assert.equal(answer.status, 200);
        assert.match(answer.headers['content-type'], /^text\/plain; version=0\.0\.4/);
        assert.ok(answer.text.endsWith('\n'));
        const types = new Map();
        const seen = new Set();
        for (const line of answer.text.trimEnd().split('\n')) {
            const type = /^# TYPE (\S+) (counter|gauge|histogram|summary|untyped)$/.exec(line);
            if (type) {
                assert.ok(!types.has(type[1]), `${type[1]} twice`);
                types.set(type[1], type[2]);
            } else if (!line.startsWith('# HELP ')) {
                const sample = LINE.exec(line);
                assert.ok(sample, line);
                assert.ok(!seen.has(sample[1] + sample[2]), `${line} twice`);
                seen.add(sample[1] + sample[2]);
                const family = sample[1].replace(/_(bucket|sum|count)$/, '');
                assert.ok(types.has(family) || types.has(sample[1]), `${line} has no type`);
            }
        }
        assert.ok(types.size >= 15);
    });

    test('records add up', async () => {
        const project = await server.project();
        const before = await server.records();
        const good = (id) => event(project, { $insert_id: id });
        const records = [
            good('a'), good('b'), good('a'), good('a'),
            event(project, { $ignore: true }),
            { event: 'no token', properties: {} }, {}, 7,
        ];
        const answer = await server.post('/track', JSON.stringify(records), JSON_TYPE);
        assert.equal(answer.text, '1');
        await server.post('/engage', JSON.stringify([
            { $token: project.token, $distinct_id: 'ann', $set: { a: 1 } },
            { $token: project.token, $distinct_id: 'ann' },
        ]), JSON_TYPE);
        const after = await server.records();
        const grown = Object.keys(after).map((key) => [key, after[key] - before[key]]);
        assert.deepEqual(Object.fromEntries(grown),
            { stored: 3, duplicate: 2, ignored: 1, refused: 4 });
    });

    test('requests are counted by what they asked and what they got', async () => {
        const name = (code) => `candor_ingest_requests_total{endpoint="track",code="${code}"}`;
        const count = async (code) => (await server.metrics()).get(name(code)) ?? 0;
        const [good, wrong] = [await count(200), await count(405)];
        await server.post('/track', '{}', JSON_TYPE);
        await server.post('/track/', '{}', JSON_TYPE);
        await server.request({ method: 'DELETE', path: '/track' });
        assert.equal(await count(200), good + 2);
        assert.equal(await count(405), wrong + 1);
    });

    test('latencies are a histogram that grows to its count', async () => {
        const samples = await server.metrics();
        const buckets = [...samples].filter(([name]) =>
            name.startsWith('candor_ingest_latency_seconds_bucket'));
        const values = buckets.map(([, value]) => value);
        assert.deepEqual(values, values.toSorted((a, b) => a - b));
        assert.equal(values.at(-1), samples.get('candor_ingest_latency_seconds_count'));
        assert.ok(values.at(-1) > 0);
    });

    test('figures of the store and the disk', async () => {
        const samples = await server.metrics();
        assert.ok(samples.get('candor_disk_free_bytes') > 0);
        const stored = [...samples].filter(([name]) => name.startsWith('candor_store_events'));
        assert.ok(stored.reduce((sum, [, value]) => sum + value, 0) >= 2);
        assert.ok([...samples.keys()].some((name) => name.startsWith('candor_build_info{')));
    });

    test('the event lag is nothing once questions see everything', async () => {
        const project = await server.project();
        await server.post('/track', JSON.stringify(event(project)), JSON_TYPE);
        const lag = async () => (await server.metrics()).get('candor_event_lag_seconds');
        assert.ok(await lag() >= 0);
        await until(async () => await lag() === 0, { what: 'a lag of 0' });
        assert.equal((await server.metrics()).get('candor_apply_lag_bytes'), 0);
    });

    test('no token, name or id of a person is in them', async () => {
        const project = await server.project('Secretive');
        await server.post('/track', JSON.stringify(event(project)), JSON_TYPE);
        await server.post('/import', '[]', { ...JSON_TYPE, ...basic(project.secret) });
        const { text } = await server.get('/metrics');
        for (const word of [project.token, project.secret, 'Secretive', 'ann"']) {
            assert.ok(!text.includes(word), word);
        }
    });
});

describe('headers', () => {
    test('a request has an id, the client\'s own if it is sane', async () => {
        const ids = new Set();
        for (let n = 0; n < 5; n++) {
            ids.add((await server.get('/healthz')).headers['x-request-id']);
        }
        assert.equal(ids.size, 5);
        const own = { 'X-Request-Id': 'my-own-17' };
        assert.equal((await server.get('/healthz', own)).headers['x-request-id'], 'my-own-17');
        for (const odd of ['a b', '"x"', 'x'.repeat(200), '<script>']) {
            const { headers } = await server.get('/healthz', { 'X-Request-Id': odd });
            assert.notEqual(headers['x-request-id'], odd);
        }
    });

    test('the page can be framed by nobody, and runs nothing from elsewhere', async () => {
        const { headers } = await server.get('/', { Accept: 'text/html' });
        const policy = headers['content-security-policy'];
        assert.match(policy, /default-src 'none'/);
        assert.match(policy, /frame-ancestors 'none'/);
        assert.match(policy, /base-uri 'none'/);
        assert.ok(!/unsafe-(inline|eval)/.test(policy), policy);
        assert.equal(headers['x-content-type-options'], 'nosniff');
        assert.match(headers['referrer-policy'], /no-referrer|same-origin/);
    });

    test('no answer can be sniffed for another type', async () => {
        for (const place of ['/', '/track', '/nothing', '/version', '/metrics', '/api/v1/query']) {
            const { headers } = await server.get(place);
            assert.equal(headers['x-content-type-options'], 'nosniff', place);
        }
    });

    test('no answer names the programs it is made of', async () => {
        for (const place of ['/', '/track', '/nothing']) {
            const { headers } = await server.get(place);
            assert.ok(!/microhttpd/i.test(JSON.stringify(headers)));
        }
    });
});

describe('the page', () => {
    let browser;
    let shop;

    before(async () => {
        browser = await openBrowser();
        const flags = ['--events', '5000', '--name', 'sample shop'];
        await server.json(['demo', ...flags]);
        shop = await server.project('private shop');
        const records = [1, 2, 3].map((n) => event(shop, { n, distinct_id: `user-${n % 2}` }));
        await server.post('/track', JSON.stringify(records), JSON_TYPE);
        await server.events(shop);
    });
    after(() => browser?.close());

    /** A visitor without a past, and what the browser complains about. */
    async function visitor() {
        const context = await browser.newContext();
        const page = await context.newPage();
        const complaints = [];
        const hosts = new Set();
        page.on('console', (message) => {
            if (message.type() === 'error') complaints.push(message.text());
        });
        page.on('pageerror', (error) => complaints.push(error.message));
        page.on('request', (asked) => hosts.add(new URL(asked.url()).host));
        return { context, page, complaints, hosts };
    }

    test('a visitor sees the sample project and nothing of others', async () => {
        const { context, page, complaints, hosts } = await visitor();
        await page.goto(server.origin);
        const text = await page.locator('body').innerText();
        assert.match(text, /sample shop/);
        assert.ok(!text.includes('private shop'));
        assert.ok(!(await page.content()).includes(shop.token));
        await page.screenshot({ path: path.join(server.place, 'visitor.png') });
        assert.ok(fs.statSync(path.join(server.place, 'visitor.png')).size > 5000);
        assert.deepEqual(complaints, []);
        assert.deepEqual([...hosts], [new URL(server.origin).host]);
        await context.close();
    });

    test('the one-time link shows the owner everything, and works once', async () => {
        const { context, page, complaints } = await visitor();
        const link = (await server.json(['user', 'link'])).owner_link;
        await page.goto(server.origin + link);
        assert.equal(new URL(page.url()).pathname, '/');
        assert.ok(!page.url().includes('link='), 'the secret does not stay in the address');
        assert.match(await page.locator('body').innerText(), /private shop/);
        const [cookie] = await context.cookies();
        assert.equal(cookie.httpOnly, true);
        assert.equal(cookie.sameSite, 'Strict');
        await page.screenshot({ path: path.join(server.place, 'owner.png'), fullPage: true });
        assert.deepEqual(complaints, []);

        const second = await visitor();
        await second.page.goto(server.origin + link);
        const said = await second.page.locator('body').innerText();
        assert.match(said, /used|expired/);
        await second.page.goto(server.origin);
        assert.ok(!(await second.page.content()).includes('private shop'));
        await second.context.close();
        await context.close();
    });

    test('the link that init printed works too, and survives a restart', async () => {
        await server.stop();
        await server.start();
        const { context, page } = await visitor();
        await page.goto(server.origin + server.ownerLink);
        assert.match(await page.locator('body').innerText(), /private shop/);
        await page.goto(server.origin);
        assert.match(await page.locator('body').innerText(), /private shop/);
        await context.close();
    });

    test('a made-up cookie or link opens nothing', async () => {
        for (const cookie of ['candor_session=x', 'candor_session=', 'candor_session=' +
            'cdr_ses_'.padEnd(60, 'a')]) {
            const { text } = await server.get('/', { Cookie: cookie, Accept: 'text/html' });
            assert.ok(!text.includes('private shop'));
        }
        for (const link of ['x', '', 'cdr_lnk_'.padEnd(60, 'a')]) {
            const { status } = await server.get(`/sign-in?link=${link}`);
            assert.ok([400, 401, 403].includes(status), String(status));
        }
    });

    test('the numbers on the page add up', async () => {
        const { context, page } = await visitor();
        const link = (await server.json(['user', 'link'])).owner_link;
        const stranger = { event: 'Visit', properties: { token: 'unknown' } };
        const again = event(shop, { $insert_id: 'twice', $ignore: false });
        const ignored = event(shop, { $ignore: true });
        await server.post('/track', JSON.stringify([stranger, again, again, ignored]), JSON_TYPE);
        await page.goto(server.origin + link);
        const shown = await page.$$eval('dl.sum div', (pairs) => pairs.map((pair) => [
            pair.querySelector('dt').textContent,
            Number(pair.querySelector('dd').textContent.replace(/\D/g, '')),
        ]));
        const { received, ...parts } = Object.fromEntries(shown);
        assert.deepEqual(parts, await server.records());
        assert.ok(Object.values(parts).every((count) => count > 0), JSON.stringify(parts));
        assert.equal(received, parts.stored + parts.duplicate + parts.refused + parts.ignored);

        const total = await server.count(shop);
        const section = page.locator('section', { hasText: 'private shop' });
        assert.match(await section.innerText(), new RegExp(`\\b${total} events`));
        await context.close();
    });

    test('what the page says to paste into a shell works', async () => {
        const { context, page } = await visitor();
        const link = (await server.json(['user', 'link'])).owner_link;
        await page.goto(server.origin + link);
        const panel = page.locator('details', { hasText: 'private shop' });
        await panel.locator('summary').click();
        const command = await panel.locator('small:text("shell") + pre').innerText();
        assert.equal(execFileSync('bash', ['-c', command], { stdio: 'pipe' }).toString(), '1');
        const names = (await server.events(shop)).map((each) => each.event);
        assert.ok(names.includes('Signed Up'));
        await context.close();
    });

    test('signing out ends it', async () => {
        const { context, page } = await visitor();
        const link = (await server.json(['user', 'link'])).owner_link;
        await page.goto(server.origin + link);
        const [cookie] = await context.cookies();
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.waitForFunction(() => !document.body.innerText.includes('private shop'));
        await context.addCookies([cookie]);
        await page.goto(server.origin);
        assert.ok(!(await page.content()).includes('private shop'), 'on the server, too');
        await context.close();
    });

    test('the page follows what happens', async () => {
        const { context, page } = await visitor();
        const link = (await server.json(['user', 'link'])).owner_link;
        await page.goto(server.origin + link);
        const before = await page.locator('body').innerText();
        await server.post('/track', JSON.stringify(event(shop)), JSON_TYPE);
        await until(async () => (await page.locator('body').innerText()) !== before, {
            every: 200, what: 'a change on the page',
        });
        await context.close();
    });
});
