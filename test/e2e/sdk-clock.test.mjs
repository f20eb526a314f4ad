// The browser SDK where the clock jumps: set by a person, by a server of time, or by the page itself.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { openBrowser } from './support/page.mjs';
import { SdkSite } from './support/sdk-site.mjs';
import { DAY_MS, Server } from './support/server.mjs';
import { until } from './support/wait.mjs';

const HOUR_MS = 3600_000;
const YEAR_MS = 365 * DAY_MS;
const STORM_MS = 2500;
const STORM_MAX = 20; // tries in that time: waits begin at up to a second, and double

let server;
let site;
let browser;
let context;
let project;
let mistakes;

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
    mistakes = [];
    context.on('weberror', (error) => mistakes.push(String(error.error())));
});
afterEach(() => context.close());

/** A machine whose clock is ahead, from before this page; `ahead` in the page moves it. */
function machine(aheadMs) {
    const { now } = Date;
    const begin = performance.timeOrigin + aheadMs;
    window.ahead = aheadMs;
    Date.now = () => now() + window.ahead;
    Object.defineProperty(Performance.prototype, 'timeOrigin', { get: () => begin });
}

async function visit({ prepare = machine, about = 0, options = {} } = {}) {
    const page = await context.newPage();
    await page.addInitScript(prepare, about);
    await page.goto(`${site.origin}/`);
    await page.evaluate((all) => candor.init(all), {
        key: project.token, host: server.origin, ...options,
    });
    return page;
}

/** Track these, each at its own hour of the clock, and each sent before the next. */
async function track(page, steps) {
    for (const [name, aheadMs] of steps) {
        await page.evaluate(async ([event, ahead]) => {
            window.ahead = ahead;
            candor.track(event);
            await candor.flush();
        }, [name, aheadMs]);
    }
}

/** What was stored of these, each once, at its true time; in the order of the names. */
async function stored(names) {
    const all = await until(async () => {
        const found = await server.events(project);
        return names.every((name) => found.some(({ event }) => event === name)) && found;
    }, { every: 100, what: names.join() });
    return names.map((name) => {
        const its = all.filter(({ event }) => event === name);
        assert.equal(its.length, 1, `${name} once`);
        const { properties } = its[0];
        const late = Math.abs(Date.now() / 1000 - properties.time);
        assert.ok(late < 60, `${name} at its time, not ${late} s away`);
        return properties;
    });
}

function distinct(all, name) {
    return new Set(all.map((properties) => properties[name])).size;
}

// [how far, how many visits that makes]: what is ahead may be a machine that slept
const jumps = {
    'three hours ahead': [3 * HOUR_MS, 2], 'three hours back': [-3 * HOUR_MS, 1],
    'a month ahead': [30 * DAY_MS, 3], 'a month back': [-30 * DAY_MS, 1],
    'two years ahead': [2 * YEAR_MS, 1], 'two years back': [-2 * YEAR_MS, 1],
};
for (const [name, [jumpMs, visits]] of Object.entries(jumps)) {
    test(`on an open page the clock goes ${name}, and returns`, async () => {
        const page = await visit();
        await track(page, [['A', 0], ['B', jumpMs], ['C', jumpMs + 1000], ['D', 2000], ['E', 3000]]);
        const all = await stored(['A', 'B', 'C', 'D', 'E']);
        const times = all.map(({ time }) => time);
        times.slice(1).forEach((time, i) => assert.ok(time >= times[i] - 1, `in order: ${times}`));
        assert.equal(distinct(all, '$device_id'), 1, 'one device');
        assert.equal(distinct(all, 'cd_visit'), visits);
    });
}

for (const [name, jumpMs] of Object.entries({
    'three hours back': -3 * HOUR_MS, 'a month back': -30 * DAY_MS, 'a month ahead': 30 * DAY_MS,
})) {
    test(`pages before, in and after a time when the clock was ${name}`, async () => {
        await track(await visit(), [['A', 0]]);
        await track(await visit({ about: jumpMs }), [['B', jumpMs]]);
        await track(await visit(), [['C', 0]]);
        const all = await stored(['A', 'B', 'C']);
        assert.equal(distinct(all, '$device_id'), 1, 'one device');
        assert.ok(distinct(all, 'cd_visit') <= 3);
    });
}

test('two tabs, one from before the clock was set back: one visit, not one for each event', async () => {
    const [old, young] = [await visit(), await visit({ about: -3 * HOUR_MS })];
    for (let n = 0; n < 3; n++) {
        await track(old, [[`old ${n}`, -3 * HOUR_MS]]);
        await track(young, [[`young ${n}`, -3 * HOUR_MS]]);
    }
    const all = await stored([0, 1, 2].flatMap((n) => [`old ${n}`, `young ${n}`]));
    assert.equal(distinct(all, 'cd_visit'), 1);
});

test('a visit ends although the clock stands in the future of its last moment', async () => {
    const page = await visit({ about: 2 * DAY_MS });
    await track(page, [['A', 2 * DAY_MS]]);
    await page.close();
    await track(await visit(), [['B', 0]]);
    assert.equal(distinct(await stored(['A', 'B']), 'cd_visit'), 2);
});

const answers = {
    'no number': () => NaN, 'infinity': () => Infinity, 'a text': () => 'noon', 'a big integer': () => 1n,
    'an exception': () => { throw new Error('no time'); }, 'a moment of 1970': () => 1000,
    'a moment of 5138': () => 1e14,
};
for (const [name, answer] of Object.entries(answers)) {
    test(`a page whose Date.now answers ${name}, before the SDK and after it`, async () => {
        const prepare = (source) => {
            Date.now = new Function(`return ${source}`)();
        };
        for (const [n, about] of [[1, String(answer)], [2, '() => Date.prototype.getTime.call(new Date())']]) {
            const page = await visit({ prepare, about, options: { autocapture: true } });
            await page.evaluate(prepare, String(answer));
            await page.evaluate(async (event) => {
                candor.timeEvent(event);
                candor.track(event, { a: 1 });
                await candor.flush();
            }, `Told ${n}`);
            await page.close();
        }
        const all = await stored(['Told 1', 'Told 2']);
        for (const { $duration: seconds } of all) assert.ok(seconds >= 0 && seconds < 60);
        assert.deepEqual(mistakes, []);
    });
}

test('while the network is away, clocks that jump make no storm; then all arrives, once', async () => {
    const page = await visit();
    let tries = 0;
    await context.route('**/track?*', (route) => {
        tries++;
        return route.abort();
    });
    await page.evaluate(async (ms) => {
        const begin = performance.now.call(performance);
        const real = performance.now.bind(performance);
        let turn = 0;
        Performance.prototype.now = () => [NaN, -1e15, 1e15, 0][turn % 4];
        while (real() - begin < ms) {
            window.ahead = [0, 2, -2, 0.5][++turn % 4] * 365 * 24 * 3600_000;
            candor.track(`Held ${turn % 10}`, { turn });
            await new Promise((done) => setTimeout(done, 20));
        }
        window.ahead = 0;
    }, STORM_MS);
    assert.ok(tries > 0 && tries < STORM_MAX, `${tries} tries`);
    const turns = await page.evaluate(() => {
        candor.track('Last');
        return Object.keys(localStorage).some((name) => /q\./.test(name));
    });
    assert.ok(turns, 'what waits is on the device');
    await context.unroute('**/track?*');
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await stored(['Last']);
    const held = (await server.events(project)).filter(({ event }) => event.startsWith('Held'));
    const seen = held.map(({ properties }) => properties.turn).sort((a, b) => a - b);
    assert.deepEqual(seen, seen.map((_, i) => i + 1), 'each turn once');
    assert.ok(held.every(({ properties }) => Math.abs(Date.now() / 1000 - properties.time) < 60));
    assert.equal(distinct(held.map(({ properties }) => properties), '$device_id'), 1);
});
