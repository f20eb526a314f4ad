// mixpanel-browser in Chromium, on a page of another origin than the server, with nothing but
// api_host changed (and a shorter time between batches, so that tests need not wait).
import assert from 'node:assert/strict';
import http from 'node:http';
import { once } from 'node:events';
import { after, before, beforeEach, afterEach, describe, test } from 'node:test';
import { openBrowser, Site } from './support/page.mjs';
import { Server } from './support/server.mjs';
import { until } from './support/wait.mjs';

const FLUSH_MS = 200;

let server;
let site;
let browser;
let context; // a browser without a past
let page;
let project;
let requests; // what the page has sent to the server: {path, status}

before(async () => {
    [server, site, browser] = await Promise.all([Server.started(), Site.open(), openBrowser()]);
});
after(async () => {
    await browser?.close();
    site?.close();
    await server?.remove();
});

beforeEach(async () => {
    project = await server.project();
    context = await browser.newContext();
    requests = [];
    context.on('response', (answer) => {
        const { pathname } = new URL(answer.url());
        if (pathname.startsWith('/track') || pathname.startsWith('/engage')) {
            requests.push({ path: pathname, status: answer.status() });
        }
    });
    page = await visit();
});
afterEach(() => context.close());

/** A page of the shop with the SDK started. */
async function visit(config = {}, path = '/?utm_source=news') {
    const opened = await context.newPage();
    await opened.goto(`${site.origin}${path}`);
    await init(opened, config);
    return opened;
}

async function init(opened, config = {}) {
    await opened.waitForFunction('window.mixpanel && window.mixpanel.init');
    await opened.evaluate(([token, all]) => window.mixpanel.init(token, all), [project.token, {
        api_host: server.origin, batch_flush_interval_ms: FLUSH_MS, ...config,
    }]);
    await opened.waitForFunction('window.mixpanel.__loaded');
}

/** All events that the page has sent, once there are so many. */
function events(count) {
    const enough = async () => {
        const found = await server.events(project);
        return found.length >= count && found;
    };
    return until(enough, { every: 100, what: `${count} events` });
}

function named(all, name) {
    return all.filter((event) => event.event === name);
}

describe('events', () => {
    test('track', async () => {
        await page.evaluate(() => mixpanel.track('Bought', { total: 12.5, note: 'a~~>??? ü€' }));
        const [event] = await events(1);
        assert.equal(event.event, 'Bought');
        assert.equal(event.properties.total, 12.5);
        assert.equal(event.properties.note, 'a~~>??? ü€');
        assert.equal(event.properties.mp_lib, 'web');
        assert.equal(event.properties.$browser, 'Chrome');
        assert.equal(event.properties.utm_source, 'news');
        assert.match(event.properties.distinct_id, /^\$device:/);
        assert.ok(Math.abs(event.properties.time - Date.now() / 1000) < 60);
    });

    // The bundle's own base64 writes a surrogate pair as two sequences of three bytes.
    test('an emoji arrives as it was', async () => {
        await page.evaluate(() => mixpanel.track('Rated', { mood: 'so 😀!' }));
        const [event] = await events(1);
        assert.equal(event.properties.mood, 'so 😀!');
    });

    // The bundle cuts texts at 255 units of UTF-16.
    test('a text cut in the middle of an emoji does not lose its event', async () => {
        await page.evaluate(() => mixpanel.track('Wrote', { text: `${'x'.repeat(254)}😀` }));
        const [event] = await events(1);
        assert.equal(event.properties.text.slice(0, 254), 'x'.repeat(254));
    });

    test('track_pageview', async () => {
        await page.evaluate(() => mixpanel.track_pageview());
        const [event] = await events(1);
        assert.equal(event.event, '$mp_web_page_view');
        assert.equal(event.properties.current_page_title, 'A shop');
        assert.equal(event.properties.current_url_path, '/');
    });

    test('register: on every event from then on; register_once keeps the first', async () => {
        await page.evaluate(() => {
            mixpanel.register({ plan: 'pro' });
            mixpanel.register_once({ plan: 'free', theme: 'dark' });
            mixpanel.track('A');
            mixpanel.unregister('plan');
            mixpanel.track('B');
        });
        const all = await events(2);
        const [a, b] = ['A', 'B'].map((name) => named(all, name)[0].properties);
        assert.deepEqual([a.plan, a.theme], ['pro', 'dark']);
        assert.deepEqual([b.plan, b.theme], [undefined, 'dark']);
    });

    test('time_event: the duration is on the event', async () => {
        await page.evaluate(async () => {
            mixpanel.time_event('Read');
            await new Promise((done) => setTimeout(done, 120));
            mixpanel.track('Read');
        });
        const [event] = await events(1);
        assert.ok(event.properties.$duration >= 0.1 && event.properties.$duration < 10);
    });

    // Each track waits for the queue's lock, so that a slow machine needs seconds for fifty: the
    // page begins to send when all are in its queue, and no other page takes them for left behind.
    test('fifty events leave in one request', async () => {
        const other = await visit({ batch_autostart: false, batch_flush_interval_ms: 60_000 });
        await other.evaluate(() => {
            for (let n = 0; n < 50; n++) mixpanel.track('Scrolled', { n });
        });
        const queued = (key) => JSON.parse(localStorage.getItem(key) ?? '[]').length === 50;
        await other.waitForFunction(queued, `__mpq_${project.token}_ev`);
        await other.evaluate(() => mixpanel.start_batch_senders());
        const all = await events(50);
        assert.equal(all.length, 50);
        assert.equal(new Set(all.map((event) => event.properties.n)).size, 50);
        assert.equal(requests.length, 1, `${requests.length} requests`);
    });

    test('a callback hears of success, also with GET and with images', async () => {
        for (const config of [{}, { api_method: 'GET' }, { verbose: true }]) {
            const said = await page.evaluate(([name, more]) => new Promise((done) => {
                mixpanel.set_config({ batch_requests: false, ...more });
                mixpanel.track(name, {}, { send_immediately: true }, done);
            }), ['Sent', config]);
            assert.equal(said === 1 || said.status === 1, true, JSON.stringify(said));
        }
        assert.equal((await events(3)).length, 3);
    });
});

describe('who it was', () => {
    test('identify: events before and after belong to one profile', async () => {
        await page.evaluate(() => {
            mixpanel.track('Looked');
            mixpanel.identify('ann');
            mixpanel.track('Bought');
        });
        const all = await events(3);
        assert.equal(named(all, '$identify').length, 1);
        const looked = named(all, 'Looked')[0].properties;
        assert.equal(looked.distinct_id, 'ann', 'an export shows whom the event belongs to now');
        assert.match(looked.$distinct_id_before_identity, /^\$device:/);
        assert.equal(named(all, 'Bought')[0].properties.distinct_id, 'ann');
        assert.equal(await server.count(project, null, { event: 'Looked', count: 'profiles' }), 1);
        const both = { event: ['Looked', 'Bought'], count: 'profiles' };
        assert.equal(await server.count(project, null, both), 1);
        assert.equal(await server.count(project, { person: ['ann'] }, { event: 'Looked' }), 1);
    });

    test('reset: the next one at the same machine is another', async () => {
        await page.evaluate(() => {
            mixpanel.identify('ann');
            mixpanel.track('Bought');
            mixpanel.reset();
            mixpanel.track('Bought');
        });
        await events(3);
        assert.equal(await server.count(project, null, { event: 'Bought', count: 'profiles' }), 2);
    });

    test('people.set, set_once, increment, append', async () => {
        await page.evaluate(() => {
            mixpanel.identify('ann');
            mixpanel.people.set({ plan: 'pro' });
            mixpanel.people.set_once({ plan: 'free', first: 'today' });
            mixpanel.people.increment('visits', 3);
            mixpanel.people.append('pages', 'home');
        });
        await events(1);
        const profile = { plan: 'pro', first: 'today', visits: 3, pages: 'home' };
        for (const [property, value] of Object.entries(profile)) {
            const has = { property, of: 'profile', is: [value] };
            const all = [{ person: ['ann'] }, has];
            await until(() => server.count(project, { all }), { what: `${property} of ann` });
        }
    });

    test('groups: the group is on the events', async () => {
        await page.evaluate(() => {
            mixpanel.identify('ann');
            mixpanel.set_group('company', 'acme');
            mixpanel.get_group('company', 'acme').set({ size: 40 });
            mixpanel.track('Bought');
        });
        const all = await events(2);
        assert.deepEqual(named(all, 'Bought')[0].properties.company, ['acme']);
    });

    test('opt-out: nothing is sent, and opting in again is told', async () => {
        await page.evaluate(() => {
            mixpanel.opt_out_tracking();
            mixpanel.track('Unseen');
        });
        await page.reload();
        await init(page);
        await page.evaluate(() => {
            mixpanel.track('Unseen');
            mixpanel.opt_in_tracking();
            mixpanel.track('Seen');
        });
        const all = await events(2);
        assert.deepEqual(all.map((event) => event.event).sort(), ['$opt_in', 'Seen']);
    });
});

describe('nothing is lost, nothing counts twice', () => {
    test('what a closing page sends by beacon arrives', async () => {
        const other = await visit({ batch_flush_interval_ms: 60_000 });
        await other.evaluate(() => mixpanel.track('Left'));
        await other.close({ runBeforeUnload: false });
        const [event] = await events(1);
        assert.equal(event.event, 'Left');
    });

    test('a reload sends the same events again, and they count once', async () => {
        const before = await server.records();
        const other = await visit({ batch_flush_interval_ms: 1500 });
        await other.evaluate(() => {
            for (let n = 0; n < 3; n++) mixpanel.track('Looked', { n });
        });
        await other.waitForFunction(`JSON.parse(
            localStorage.getItem('__mpq_${project.token}_ev') ?? '[]').length === 3`);
        await other.reload(); // the page sends a beacon, and the queue stays in localStorage
        assert.equal((await events(3)).length, 3);
        await init(other); // which sends the queue once more, when it is two intervals old
        const duplicates = async () => (await server.records()).duplicate - before.duplicate;
        await until(async () => (await duplicates()) >= 3, { what: 'the second delivery' });
        assert.equal((await events(3)).length, 3);
    });

    test('offline: events wait, and arrive when the network is back', async () => {
        await context.setOffline(true);
        await page.evaluate(() => mixpanel.track('On the train'));
        await page.waitForTimeout(3 * FLUSH_MS);
        assert.equal((await server.events(project)).length, 0);
        await context.setOffline(false);
        assert.equal((await events(1)).length, 1);
    });

    test('offline while the server restarts', async () => {
        await context.setOffline(true);
        await page.evaluate(() => mixpanel.track('On the train'));
        await server.stop();
        await page.waitForTimeout(2 * FLUSH_MS);
        await server.start();
        await page.evaluate((host) => mixpanel.set_config({ api_host: host }), server.origin);
        await context.setOffline(false);
        assert.equal((await events(1)).length, 1);
    });

    test('503 from a proxy whose server is away: the batch is kept and sent again', async () => {
        let isAway = true;
        const proxy = http.createServer((asked, answer) => {
            const { method, url, headers } = asked;
            const cors = { 'Access-Control-Allow-Origin': headers.origin ?? '*',
                'Access-Control-Allow-Credentials': 'true' };
            if (isAway) return answer.writeHead(503, cors).end();
            const to = { host: '127.0.0.1', port: server.port, method, path: url, headers };
            asked.pipe(http.request(to, (got) => {
                got.pipe(answer.writeHead(got.statusCode, got.headers));
            }));
        });
        proxy.listen(0, '127.0.0.1');
        await once(proxy, 'listening');
        try {
            const host = `http://127.0.0.1:${proxy.address().port}`;
            const other = await visit({ api_host: host });
            await other.evaluate(() => mixpanel.track('Patient'));
            await until(() => requests.some(({ status }) => status === 503), { what: 'a 503' });
            isAway = false;
            assert.equal((await events(1)).length, 1);
        } finally {
            proxy.close();
            proxy.closeAllConnections();
        }
    });
});
