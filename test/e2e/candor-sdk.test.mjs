// Candor's own browser SDK in Chromium, on a page of another origin than the server.
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { buildFilter, hashText } from '../../sdk/js/dictionary/filter.mjs';
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

describe('autocapture', () => {
    test('tells structure, and no value, name or text', async () => {
        site.page('/reset/Tk4-Secret', `<div id="user-Ingrid"><form onsubmit="return false">
            <input name=who value="Ingrid"><input type=password id=p value="Ingrid"><select id=s>
            <option>Ingrid<option>x</select><button title="Ingrid" class="Ingrid">Ingrid</button></form>
            <ul><li><p><a href="/orders/17?key=Ingrid" onclick="return false">Ingrid</a></ul></div>`);
        const page = await visit({ autocapture: true }, '/reset/Tk4-Secret?token=Ingrid#Ingrid');
        await page.evaluate(() => (document.getElementById('p').type = 'text'));
        await page.fill('#p', 'Ingrid2');
        await page.selectOption('#s', { index: 1 });
        await page.click('button');
        await page.click('a');
        const all = await events(6);
        const text = JSON.stringify(all);
        assert.ok(!/Ingrid|Tk4/.test(text), text);
        assert.ok(named(all, '$mp_web_page_view')[0].properties.$current_url.endsWith('/reset/:x'));
        assert.equal(named(all, '$mp_submit').length, 1);
        assert.ok(named(all, '$mp_input_change').length >= 1);
        const clicks = named(all, '$mp_click').map((event) => event.properties);
        const button = clicks.find((click) => click.$el_tag_name === 'button');
        assert.equal(button.$el_path, undefined, 'no path near a password');
        const link = clicks.find((click) => click.$el_tag_name === 'a');
        assert.equal(link.$el_attr__href, '/orders/:int');
        assert.match(link.$el_path, /^a<p<li<ul<div<body/);
    });

    test('a click is told as it was, in shadow roots too, whatever the page does with it', async () => {
        site.page('/', '<img name=URL><img name=baseURI><div id=host></div><button id=b>x</button>');
        const page = await visit({ autocapture: true });
        await page.evaluate(() => {
            const inner = document.getElementById('host').attachShadow({ mode: 'open' });
            inner.innerHTML = '<p><button type=submit role=tab>  some\n words  </button></p>';
            const button = inner.querySelector('button');
            button.addEventListener('click', () => {
                history.pushState({}, '', '/settings');
                document.body.title = 'something came of it';
                button.type = 'reset';
                button.removeAttribute('role');
                button.textContent = 'a much longer text than the one before';
                button.remove();
            });
            button.click();
        });
        await page.waitForTimeout(700);
        await page.evaluate(() => {
            document.body.title = 'what changed before says nothing';
            document.getElementById('b').click();
            document.body.title = 'what comes of one click says nothing of the next';
            document.getElementById('b').click();
        });
        const all = await events(7);
        const clicks = named(all, '$mp_click').map((event) => event.properties);
        const inner = clicks.find((click) => click.$el_type);
        assert.equal(clicks.length, 3);
        assert.deepEqual([inner.$el_type, inner.$el_role, inner.$el_text_length], ['submit', 'tab', 'short']);
        assert.match(inner.$el_path, /^button<p<div<body/);
        assert.match(inner.$current_url, /:\d+\/$/);
        const dead = named(all, '$mp_dead_click').map((event) => event.properties);
        assert.equal(dead.length, 1);
        assert.match(dead[0].$current_url, /:\d+\/settings$/);
    });

    test('page views of single-page applications, rage, dead clicks, errors, leaving', async () => {
        site.page('/', '<button>x</button>');
        const page = await visit({ autocapture: true }, '/?utm_source=News');
        await page.evaluate(() => {
            for (let n = 0; n < 4; n++) document.querySelector('button').click();
            setTimeout(() => {
                throw new RangeError('Invalid array length for ann@example.org 12345 "secret"');
            });
        });
        await page.waitForTimeout(700);
        await page.evaluate(() => history.pushState({}, '', '/verify/ann?token=1'));
        await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pagehide')));
        const all = await events(11);
        const count = (name) => named(all, name).length;
        assert.deepEqual([count('$mp_click'), count('$mp_rage_click'), count('$mp_page_leave')], [4, 1, 2]);
        assert.ok(count('$mp_dead_click') >= 1);
        const [first, second] = named(all, '$mp_web_page_view').map((event) => event.properties)
            .sort((a, b) => a.current_url_path.length - b.current_url_path.length);
        assert.deepEqual([first.current_url_path, first.utm_source], ['/', 'news']);
        assert.equal(second.current_url_path, '/verify/:x');
        const { $error_class, $error_message } = named(all, '$error')[0].properties;
        assert.equal($error_class, 'RangeError');
        assert.equal($error_message, 'Invalid array length for :email :number :text');
    });

    test('signed settings: dictionary text and routes; a forged signature changes nothing', async () => {
        site.page('/k8s/17', '<button>Add to cart</button><button id=b>Ingrid Solheim</button>');
        const { publicKey, privateKey } = generateKeyPairSync('ed25519');
        const trust = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
        const hash = hashText('s', 'Add to cart');
        const filter = buildFilter([hash]);
        // The server looks up again whatever a client was told.
        const words = ['--project', project.name, '--route', '/k8s/:int', '--dictionary', '-'];
        await server.output(['shield', 'settings', ...words], { input: `salt s\n${hash}\n` });
        const payload = Buffer.from(JSON.stringify({
            v: 1, issued_at: Math.floor(Date.now() / 1000), autocapture: true, routes: ['/k8s/:int'],
            dictionary: { salt: 's', filter: Buffer.from(filter).toString('base64') }, hold: ['Held'],
        }));
        let signature = sign(null, payload, privateKey);
        await context.route('**/sdk/settings?*', (route) => route.fulfill({
            headers: { 'Access-Control-Allow-Origin': '*' },
            json: { payload: payload.toString('base64'), signature: signature.toString('base64') },
        }));
        const seen = [];
        for (const isTrue of [true, false]) {
            if (!isTrue) signature = Buffer.alloc(64, 7);
            const answered = context.waitForEvent('response', (got) => got.url().includes('settings'));
            const page = await visit({ autocapture: true, trust }, '/k8s/17');
            await answered;
            await page.waitForTimeout(100);
            for (const id of ['button', '#b']) await page.click(id);
            await page.evaluate(() => candor.track('Held'));
            await page.evaluate(() => candor.flush());
            await page.close();
            const clicks = named(await server.events(project), '$mp_click').slice(seen.length);
            seen.push(...clicks);
            const texts = clicks.map((click) => click.properties.$el_text).filter(Boolean);
            assert.deepEqual(texts, isTrue ? ['Add to cart'] : []);
            // The server makes :ip of a host in numbers, which is no URL any more.
            const path = clicks[0].properties.$current_url.replace(/^https?:\/\/[^/]+/, '');
            assert.equal(path, isTrue ? '/k8s/:int' : '/:x/:int');
        }
        // What was kept of true settings still tightens.
        assert.equal(named(await server.events(project), 'Held').length, 0);
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

    test('what a click costs on a processor four times slower', async (t) => {
        site.page('/', `${'<div><span>x</span></div>'.repeat(2000)}<form><input type=password>
            <button type=button>x</button></form>`);
        const page = await visit({ autocapture: true });
        const session = await context.newCDPSession(page);
        await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
        const costs = await page.evaluate(async () => {
            const button = document.querySelector('button');
            const all = [];
            for (let n = 0; n < 300; n++) {
                const begin = performance.now();
                button.click();
                all.push(performance.now() - begin);
                if (n % 10 === 0) await new Promise((done) => setTimeout(done, 5));
            }
            return all.slice(50).sort((a, b) => a - b);
        });
        const at = (share) => costs[Math.floor(share * costs.length)].toFixed(2);
        t.diagnostic(`a click: median ${at(0.5)} ms, p99 ${at(0.99)} ms`);
        assert.ok(costs.length > 0);
    });
});
