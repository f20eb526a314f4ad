// Candor's own browser SDK in Chromium, on a page of another origin than the server.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { openBrowser } from './support/page.mjs';
import { SdkSite } from './support/sdk-site.mjs';
import { Server } from './support/server.mjs';
import { sleep, until } from './support/wait.mjs';

let server;
let site;
let browser;
let context; // a browser without a past
let project;
let requests; // what the pages have sent: {path, method, status}
let mistakes; // exceptions that reached a page

before(async () => {
    [server, site, browser] = await Promise.all([Server.started(), SdkSite.open(), openBrowser()]);
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
    mistakes = [];
    context.on('response', (answer) => {
        const { pathname, origin } = new URL(answer.url());
        if (origin !== server.origin) return;
        const method = answer.request().method();
        requests.push({ path: pathname, method, status: answer.status() });
    });
    context.on('weberror', (error) => mistakes.push(String(error.error())));
});
afterEach(async () => {
    await context.close();
    site.pages.clear();
});

/** A page with the SDK started. */
async function visit(options = {}, path = '/') {
    const page = await context.newPage();
    await page.goto(`${site.origin}${path}`);
    await init(page, options);
    return page;
}

function init(page, options = {}) {
    return page.evaluate((all) => candor.init(all), {
        key: project.token, host: server.origin, ...options,
    });
}

/** All events that the pages have sent, once there are so many. */
function events(count) {
    const enough = async () => {
        const found = await server.events(project);
        return found.length >= count && found;
    };
    return until(enough, { every: 100, seconds: 10, what: `${count} events` });
}

function named(all, name) {
    return all.filter((event) => event.event === name);
}

describe('events', () => {
    test('an event leaves within a moment, unasked, and without a preflight', async () => {
        const page = await visit();
        await page.evaluate(() => candor.track('Bought', { total: 12.5, note: 'zwei Äpfel 😀' }));
        const [event] = await events(1);
        assert.equal(event.event, 'Bought');
        assert.equal(event.properties.total, 12.5);
        assert.equal(event.properties.note, 'zwei Äpfel 😀');
        assert.equal(event.properties.mp_lib, 'candor-js');
        assert.equal(event.properties.$browser, 'Chrome');
        assert.match(event.properties.distinct_id, /^\$device:[0-9a-f]{32}$/);
        assert.ok(Math.abs(event.properties.time - Date.now() / 1000) < 60);
        await until(() => requests.length, { what: 'the answer' });
        assert.deepEqual(requests, [{ path: '/track', method: 'POST', status: 200 }]);
    });

    test('fifty events leave in few requests, gzipped, without a preflight', async () => {
        const page = await visit();
        await page.evaluate(() => {
            for (let n = 0; n < 50; n++) candor.track('Scrolled', { n });
        });
        const all = await events(50);
        assert.equal(new Set(all.map((event) => event.properties.n)).size, 50);
        await until(() => requests.length, { what: 'the answer' });
        assert.equal(requests.length, 1);
    });

    test('register, register_once, unregister: on every event from then on', async () => {
        const page = await visit();
        await page.evaluate(() => {
            candor.register({ plan: 'pro' });
            candor.register_once({ plan: 'free', theme: 'dark' });
            candor.track('A');
            candor.unregister('plan');
            candor.track('B');
        });
        const all = await events(2);
        const [a, b] = ['A', 'B'].map((name) => named(all, name)[0].properties);
        assert.deepEqual([a.plan, a.theme], ['pro', 'dark']);
        assert.deepEqual([b.plan, b.theme], [undefined, 'dark']);
    });

    test('timeEvent: the duration is on the event', async () => {
        const page = await visit();
        await page.evaluate(async () => {
            candor.timeEvent('Read');
            await new Promise((done) => setTimeout(done, 120));
            candor.track('Read');
        });
        const [event] = await events(1);
        assert.ok(event.properties.$duration >= 0.1 && event.properties.$duration < 10);
    });

    test('a card under any name and a password by its name stay here, and are counted', async () => {
        const page = await visit();
        await page.evaluate(() => candor.track('Paid', {
            note: 'card 4111 1111 1111 1111', password: 'hunter2', way: 'card',
        }));
        const [event] = await events(1);
        assert.equal(event.properties.note, null);
        assert.equal(event.properties.password, null);
        assert.equal(event.properties.way, 'card');
        assert.deepEqual(event.properties.cd_f, { F01: 1, K01: 1 });
    });
});

describe('who it was', () => {
    test('identify: events before and after belong to one profile', async () => {
        const page = await visit();
        await page.evaluate(() => {
            candor.track('Looked');
            candor.identify('ann');
            candor.track('Bought');
        });
        const all = await events(3);
        assert.equal(named(all, '$identify').length, 1);
        assert.equal(named(all, 'Looked')[0].properties.distinct_id, 'ann');
        assert.equal(named(all, 'Bought')[0].properties.distinct_id, 'ann');
        const both = { event: ['Looked', 'Bought'], count: 'profiles' };
        assert.equal(await server.count(project, null, both), 1);
    });

    test('reset: the next one at the same machine is another', async () => {
        const page = await visit();
        await page.evaluate(() => {
            candor.identify('ann');
            candor.track('Bought');
            candor.reset();
            candor.track('Bought');
        });
        await events(3);
        assert.equal(await server.count(project, null, { event: 'Bought', count: 'profiles' }), 2);
    });

    test('profile: set, set_once, add, append, union; held until there is a name', async () => {
        const page = await visit();
        await page.evaluate(() => {
            candor.profile.set({ plan: 'pro' });
            candor.identify('ann');
            candor.profile.set_once({ plan: 'free', first: 'today' });
            candor.profile.add('visits', 3);
            candor.profile.append('pages', 'home');
            candor.profile.union('tags', ['a', 'b']);
        });
        await events(1);
        const profile = { plan: 'pro', first: 'today', visits: 3, pages: 'home', tags: 'b' };
        for (const [property, value] of Object.entries(profile)) {
            const has = { property, of: 'profile', is: [value] };
            const all = [{ person: ['ann'] }, has];
            await until(() => server.count(project, { all }), { what: `${property} of ann` });
        }
    });
});
