// Candor's own browser SDK in Chromium, on a page of another origin than the server.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { openBrowser } from './support/page.mjs';
import { SdkSite } from './support/sdk-site.mjs';
import { Server } from './support/server.mjs';
import { until } from './support/wait.mjs';

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
    return until(enough, { every: 100, what: `${count} events` });
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

describe('nothing is lost', () => {
    test('offline: events wait on the device, and arrive when the network is back', async () => {
        const page = await visit();
        await context.setOffline(true);
        await page.evaluate(() => candor.track('On the train', { password: 'hunter2' }));
        await page.waitForFunction(() => Object.keys(localStorage).some((name) => /q\./.test(name)));
        const kept = await page.evaluate(() => JSON.stringify(localStorage));
        assert.ok(!kept.includes('hunter2'));
        await context.setOffline(false);
        assert.equal((await events(1))[0].event, 'On the train');
        await page.waitForFunction(() => !Object.keys(localStorage).some((name) => /q\./.test(name)));
    });

    test('what a tab left behind when it closed offline, the next one sends', async () => {
        const page = await visit();
        await context.setOffline(true);
        await page.evaluate(() => candor.track('Left behind'));
        await page.close({ runBeforeUnload: false });
        await context.setOffline(false);
        const next = await context.newPage();
        await next.goto(`${site.origin}/`);
        // A browser hands storage from one process to the next in its own time.
        await next.waitForFunction(() => Object.keys(localStorage).some((name) => /q\./.test(name)));
        await init(next);
        assert.equal((await events(1))[0].event, 'Left behind');
    });

    test('what a closing page sends by beacon arrives', async () => {
        const page = await visit();
        await page.evaluate(() => {
            candor.track('Left');
            window.dispatchEvent(new PageTransitionEvent('pagehide'));
        });
        await page.close({ runBeforeUnload: false });
        assert.equal((await events(1))[0].event, 'Left');
    });
});

describe('consent', () => {
    test('opting out removes what waits and who it was, in every tab', async () => {
        const page = await visit();
        await page.evaluate(() => candor.identify('ann'));
        await events(1);
        const other = await visit();
        await context.setOffline(true);
        for (const tab of [page, other]) await tab.evaluate(() => candor.track('Unseen'));
        await page.waitForFunction(() => Object.keys(localStorage).length > 2);
        await page.evaluate(() => candor.opt_out());
        const kept = await page.evaluate(() => JSON.stringify(localStorage));
        assert.ok(!/ann|Unseen|q\./.test(kept), kept);
        // Storage goes from one tab's process to the other's in its own time.
        await other.waitForFunction(() => candor.hasOptedOut());
        await context.setOffline(false);
        await other.evaluate(() => candor.track('Unseen'));
        await other.evaluate(() => candor.flush());
        await page.evaluate(() => {
            candor.optIn();
            candor.track('Seen');
        });
        const all = await events(2);
        assert.deepEqual(all.map((event) => event.event).sort(), ['$identify', 'Seen']);
    });

    test('Global Privacy Control counts as opted out, until the person says otherwise', async () => {
        await context.addInitScript(() => {
            Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true });
        });
        const page = await visit({ autocapture: true });
        await page.evaluate(() => candor.track('Unseen'));
        await page.click('h1');
        assert.equal(await page.evaluate(() => localStorage.length), 0);
        await page.evaluate(() => {
            candor.optIn();
            candor.track('Seen');
        });
        assert.deepEqual((await events(1)).map((event) => event.event), ['Seen']);
    });

    test('what was done while opted out is not told in the moment after opting in', async () => {
        site.page('/', '<button>x</button>');
        const page = await visit({ autocapture: true, optOutByDefault: true });
        await page.evaluate(() => {
            document.querySelector('button').click();
            candor.optIn();
            candor.track('Seen');
        });
        await page.waitForTimeout(900); // a dead click would be told after half a second
        await page.evaluate(() => candor.track('Seen again'));
        assert.deepEqual((await events(2)).map((event) => event.event).sort(), ['Seen', 'Seen again']);
    });

    test('a reset before anything else does not undo an opt-out', async () => {
        const page = await visit();
        await page.evaluate(() => candor.optOut());
        await page.reload();
        await init(page);
        await page.evaluate(() => {
            candor.reset();
            candor.track('Unseen');
        });
        assert.equal(await page.evaluate(() => candor.hasOptedOut()), true);
        // The values alone: the project's token stands in their names.
        const kept = await page.evaluate(() => Object.values(localStorage).join());
        assert.ok(kept && !/[1-9a-f]{32}/.test(kept), kept);
    });

    test('cookieless: nothing on the device', async () => {
        const page = await visit({ cookieless: true });
        await page.evaluate(() => {
            candor.identify('ann');
            candor.register({ plan: 'pro' });
            candor.track('Seen');
        });
        await events(2);
        assert.equal(await page.evaluate(() => localStorage.length + document.cookie.length), 0);
    });
});

describe('hostile pages and bad input', () => {
    const bad = () => {
        const cycle = { a: 1 };
        cycle.self = cycle;
        let deep = {};
        for (let n = 0; n < 10_000; n++) deep = { deep };
        let layers = 'secret';
        for (let n = 0; n < 100 && layers.length < 1e5; n++) layers = btoa(layers);
        candor.track('Bad', {
            cycle, deep, layers, long: 'x'.repeat(1 << 20), half: 'a\ud800b', node: document.body,
            all: window, error: new Error('x'), big: 10n ** 30n, call() {}, symbol: Symbol('x'),
            bomb: { toJSON() { throw new Error('bomb'); } }, when: new Date(NaN), nan: NaN,
            get trap() { throw new Error('trap'); }, fine: 'yes', ['__proto__x']: 1,
            proxy: new Proxy({}, { ownKeys() { throw new Error('proxy'); } }),
            many: Array.from({ length: 5000 }, (_, n) => n),
        });
        for (const call of Object.values(candor)) {
            if (typeof call !== 'function' || call === candor.init || /opt/i.test(call.name)) continue;
            if (call === candor.optOut || call === candor.opt_out || call === candor.reset) continue;
            for (const word of [undefined, null, 0, '', NaN, cycle, deep, Symbol('x'), [], () => {}]) {
                call(word, word);
            }
        }
        candor.track('\ud800', null);
        candor.identify({});
        candor.profile.set(cycle);
        candor.group(null, null).set(deep);
        candor.track('After');
    };

    test('bad input costs its value, and the rest arrives', async () => {
        const page = await visit();
        await page.evaluate(bad);
        const all = await until(async () => {
            const found = await server.events(project);
            return named(found, 'After').length && found;
        });
        const { properties } = named(all, 'Bad')[0];
        assert.equal(properties.fine, 'yes');
        assert.equal(properties.half, 'a\ufffdb');
        for (const name of ['layers', 'long', 'node', 'all', 'error', 'big', 'when', 'nan']) {
            assert.equal(properties[name], null, name);
        }
        assert.ok(properties.cd_f.cycle >= 1 && properties.cd_f.depth >= 1 && properties.cd_f.throw >= 1);
        assert.deepEqual(mistakes, []);
    });

    const places = {
        'blocked storage': () => Object.defineProperty(window, 'localStorage', {
            get() { throw new DOMException('no', 'SecurityError'); },
        }),
        'a full storage': () => {
            Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };
        },
        'frozen prototypes': () => {
            for (const type of [Object, Array, Function, String, Promise, Event, Node, Element]) {
                Object.freeze(type.prototype);
            }
        },
        'toJSON on every object': () => {
            const toJSON = () => { throw new Error('bomb'); };
            Object.defineProperty(Object.prototype, 'toJSON', { value: toJSON });
            Object.defineProperty(Array.prototype, 'toJSON', { value: () => 'bomb' });
        },
        'no CompressionStream, locks, beacon or navigation': () => {
            for (const name of ['CompressionStream', 'navigation']) delete window[name];
            delete Navigator.prototype.sendBeacon;
            Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });
        },
        'a clock in 1970': () => {
            Date.now = () => 1000;
        },
    };
    for (const [name, prepare] of Object.entries(places)) {
        test(`with ${name}, events arrive and the page sees no exception`, async () => {
            await context.addInitScript(prepare);
            const page = await visit({ autocapture: true });
            await page.evaluate(() => {
                candor.track('Here', { a: [1, { b: 2 }], constructor: 'x', toString: 'y' });
                document.querySelector('h1').click();
            });
            const [event] = named(await events(3), 'Here');
            assert.deepEqual(event.properties.a, [1, { b: 2 }]);
            assert.deepEqual(mistakes, []);
        });
    }

    test('a strict CSP: no inline script, no eval', async () => {
        const headers = {
            'Content-Security-Policy': `default-src 'none'; script-src 'self'; connect-src ${server.origin};
                require-trusted-types-for 'script'`.replace(/\s+/g, ' '),
        };
        site.page('/', '<button>x</button><script src="/init.js"></script>', headers);
        const options = { key: project.token, host: server.origin, autocapture: true };
        site.script('/init.js', `candor.init(${JSON.stringify(options)})`);
        const page = await context.newPage();
        const violations = [];
        page.on('console', (line) => violations.push(line.text()));
        await page.goto(`${site.origin}/`);
        await page.click('button');
        assert.equal(named(await events(2), '$mp_click').length, 1);
        assert.deepEqual(violations.filter((line) => /Content Security/.test(line)), []);
    });

    test('a form that clobbers its getters', async () => {
        site.page('/', `<form id=f onsubmit="return false"><input name=tagName><input name=parentNode>
            <input name=getAttribute><input name=closest><input name=matches><input name=nodeType>
            <button>Go</button></form>`);
        const page = await visit({ autocapture: true });
        await page.evaluate(() => {
            HTMLElement.prototype.click.call(document.querySelector('button'));
        });
        const all = await events(3);
        assert.equal(named(all, '$mp_submit')[0].properties.$el_tag_name, 'form');
        assert.deepEqual(mistakes, []);
    });

    test('the globals and prototypes of the page stay as they were, but for candor', async () => {
        const page = await context.newPage();
        await page.goto(`${site.origin}/`);
        const list = () => {
            const all = new Map();
            const add = (name, object) => {
                for (const key of Reflect.ownKeys(object)) {
                    const about = Object.getOwnPropertyDescriptor(object, key);
                    all.set(`${name}.${String(key)}`, [about.value, about.get, about.set]);
                }
            };
            add('window', window);
            for (const name of Object.getOwnPropertyNames(window)) {
                const value = name === 'candor' ? undefined : window[name];
                if (typeof value === 'function' && value.prototype) add(name, value.prototype);
            }
            for (const name of ['history', 'navigator', 'console', 'JSON', 'document']) {
                add(name, window[name]);
            }
            return all;
        };
        await page.evaluate((source) => {
            window.__list = new Function(`return ${source}`)();
            window.__before = null;
            window.__before = window.__list();
        }, list.toString());
        await init(page, { autocapture: true });
        await page.click('h1');
        await page.evaluate(() => candor.track('x'));
        const changed = await page.evaluate(() => {
            const now = window.__list();
            const names = new Set([...now.keys(), ...window.__before.keys()]);
            const same = (a, b) => a && b && a.every((value, i) => Object.is(value, b[i]));
            return [...names].filter((name) => !same(now.get(name), window.__before.get(name)));
        });
        // The page's own state moves; functions and accessors do not.
        const own = /__before|event$|scroll|page[XY]Offset|inner|outer|screen/;
        assert.deepEqual(changed.filter((name) => !own.test(name)), []);
    });

    test('a hook that fails drops and counts; one that changes is filtered again', async () => {
        const page = await context.newPage();
        await page.goto(`${site.origin}/`);
        await page.evaluate((options) => {
            const cycle = {};
            cycle.self = cycle;
            const results = {
                Thrown: () => { throw new Error('x'); }, Promised: async (record) => record,
                Nothing: () => undefined, Cyclic: () => ({ event: 'Cyclic', properties: cycle }),
                Changed: () => ({ event: 'Changed', properties: { note: 'ann@example.org', ok: 1 } }),
            };
            candor.init({ ...options, before_send: (record) => results[record.event](record) });
            for (const name of Object.keys(results)) candor.track(name, { title: 'Hook-213' });
        }, { key: project.token, host: server.origin });
        const all = await events(2);
        assert.deepEqual(all.map((event) => event.event).sort(), ['$candor_drops', 'Changed']);
        const { note, ok, cd_f } = named(all, 'Changed')[0].properties;
        assert.deepEqual([note, ok, cd_f], [null, 1, { P01: 1 }]);
        assert.equal(named(all, '$candor_drops')[0].properties.cd_f.hook, 4);
    });

    test('a hook that changes nothing costs nothing, not even an id of digits alone', async () => {
        await context.addInitScript(() => {
            crypto.getRandomValues = (bytes) => bytes.fill(0x12);
        });
        const page = await context.newPage();
        await page.goto(`${site.origin}/`);
        await page.evaluate((options) => {
            candor.init({ ...options, beforeSend: (record) => record });
            candor.track('Seen');
        }, { key: project.token, host: server.origin });
        const [{ properties }] = await events(1);
        assert.deepEqual([properties.cd_visit, properties.cd_f], ['12'.repeat(8), undefined]);
    });
});
