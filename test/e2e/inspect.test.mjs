// The inspector in Chromium: it opens when the page or a signed link asks, shows what is sent and
// what was removed, and nothing done in it is recorded. $CANDOR_SCREENSHOTS names a folder for what
// it looks like.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { openBrowser } from './support/page.mjs';
import { SdkSite } from './support/sdk-site.mjs';
import { Server } from './support/server.mjs';
import { sleep, until } from './support/wait.mjs';

const HOST = 'html > [data-cd-exclude]';
const BODY = `<main><h1>A shop</h1><a href="/cart">Cart</a> <button id="buy">Buy now</button>
<form><label>E-mail <input name="mail" type="email"></label>
<label>Password <input name="pw" type="password"></label><button id="go">Sign in</button></form>
<p class="cd-exclude"><button>Private</button></p></main>`;

let server;
let site;
let browser;
let context;
let project;
let trust;
let fetched; // addresses on the server that the pages asked for
let mistakes;

before(async () => {
    [server, site, browser] = await Promise.all([Server.started(), SdkSite.open(), openBrowser()]);
    site.page('/', BODY);
    project = await server.project('shop');
    trust = (await server.json(['project', 'show', 'shop'])).trust;
    await server.output(['shield', 'settings', '--project', 'shop', '--autocapture', 'on']);
});
after(async () => {
    await browser?.close();
    site?.close();
    await server?.remove();
});

beforeEach(() => open());
afterEach(() => context.close());

async function open(options = {}) {
    await context?.close();
    context = await browser.newContext({ viewport: { width: 1180, height: 860 }, ...options });
    // The shadow root is closed; only a test that stands outside of the page's world opens it.
    await context.addInitScript(() => {
        const { attachShadow } = Element.prototype;
        Element.prototype.attachShadow = function open(how) {
            const root = attachShadow.call(this, how);
            if (this.matches('[data-cd-exclude]')) globalThis.inspector = { root, how };
            return root;
        };
    });
    fetched = [];
    mistakes = [];
    context.on('request', (asked) => {
        if (asked.url().startsWith(server.origin)) fetched.push(asked);
    });
    context.on('weberror', (error) => mistakes.push(String(error.error())));
}

async function visit(address = '/', options = {}) {
    const page = await context.newPage();
    await page.goto(new URL(address, site.origin).href);
    await page.evaluate((all) => candor.init(all), {
        key: project.token, host: server.origin, trust, autocapture: true, ...options,
    });
    return page;
}

async function link(flags = ['--url', `${site.origin}/`]) {
    return (await server.json(['shield', 'inspect-link', '--project', 'shop', ...flags])).link;
}

function isOpen(page) {
    return page.evaluate((host) => !!document.querySelector(host), HOST);
}

function opened(page) {
    return until(() => isOpen(page), { what: 'the inspector' });
}

function inside(page, question, argument) {
    return page.evaluate(`(${question})(inspector.root, ${JSON.stringify(argument)})`);
}

function textOf(page, selector) {
    return inside(page, '(root, at) => root.querySelector(at)?.textContent ?? ""', selector);
}

async function rows(page) {
    return inside(page, `(root) => [...root.querySelectorAll('[role=option]')].map((row) =>
        [...row.children].map((cell) => cell.textContent))`);
}

function asked(pathname) {
    return fetched.filter((one) => new URL(one.url()).pathname === pathname);
}

async function picture(page, name) {
    const folder = process.env.CANDOR_SCREENSHOTS;
    if (folder) await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

async function shop(page) {
    await page.evaluate(() => {
        candor.track('Bought', {
            total: 12.5, note: 'card 4111 1111 1111 1111', password: 'hunter2', way: 'card',
        });
        candor.track('Looked', { product: 'Oak Side Table', price: 129 });
        candor.track('ann@example.org signed in');
    });
    await page.click('#buy');
    await until(async () => (await rows(page)).some((row) => row[1] === '$mp_click'), {
        what: 'the click',
    });
}

describe('opened by the page', () => {
    test('it is loaded then and not before, by its immutable address', async () => {
        const page = await visit();
        await sleep(300);
        assert.ok(!fetched.some((one) => one.url().includes('inspect')));
        await page.evaluate(() => candor.inspect());
        await opened(page);
        const loads = fetched.filter((one) => one.url().includes('inspect'));
        assert.equal(loads.length, 1);
        const { files } = (await server.get('/sdk/versions')).json;
        const { address } = files.find((file) => file.address.endsWith('/candor-inspect.js'));
        assert.equal(new URL(loads[0].url()).pathname, address);
        const answer = await server.get(address);
        assert.equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable');
    });

    test('other bytes than those that were built are not run', async () => {
        await context.route('**/candor-inspect.js', async (route) => {
            const answer = await route.fetch();
            await route.fulfill({ response: answer, body: `${await answer.text()}\n` });
        });
        const page = await visit();
        await page.evaluate(() => candor.inspect());
        await until(() => fetched.some((one) => one.url().includes('inspect')), { what: 'a load' });
        await sleep(500);
        assert.equal(await isOpen(page), false);
    });

    test('it shows each record, its fields, what was removed and by which rule', async () => {
        const page = await visit();
        await page.evaluate(() => candor.inspect());
        await opened(page);
        await shop(page);
        const all = await rows(page);
        const [time, , removed, size] = all.find((row) => row[1] === 'Bought');
        assert.match(time, /^\d\d:\d\d:\d\d\.\d{3}$/);
        assert.equal(removed, '2 removed');
        assert.match(size, /^\d{3,4} B$/);
        assert.ok(all.some((row) => row[1] === '$mp_click'));
        const gone = all.find((row) => row[1] === '(nothing was left)');
        assert.deepEqual(gone.slice(2), ['1 removed', '0 B', 'dropped']);
        await inside(page, `(root) => [...root.querySelectorAll('[role=option]')]
            .find((row) => row.textContent.includes('Bought')).click()`);
        const detail = await textOf(page, '.detail');
        for (const part of ['note by rule F01 a card number', 'password by rule K01', 'total12.5',
            'waycard', 'distinct_id$device:']) {
            assert.ok(detail.includes(part), part);
        }
        assert.ok(!detail.includes('4111') && !detail.includes('hunter2'));
        await until(async () => (await rows(page)).find((row) => row[1] === 'Bought')[4] === 'sent',
            { what: 'the word that it was sent' });
        await picture(page, 'inspect-light');
    });

    test('a refused record is told from a sent one, and one without network waits', async () => {
        const page = await visit('/', { autocapture: false });
        await page.evaluate(() => candor.inspect());
        await opened(page);
        await context.route('**/track*', (route) => route.abort());
        await page.evaluate(() => candor.track('Waits'));
        await until(() => asked('/track').length, { what: 'a try' });
        await sleep(400);
        assert.equal((await rows(page)).find((row) => row[1] === 'Waits')[4], 'waits');
        await context.unroute('**/track*');
        await until(async () => (await rows(page)).find((row) => row[1] === 'Waits')[4] === 'sent',
            { what: 'another try' });
    });

    test('the filter looks in names, fields and rules', async () => {
        const page = await visit();
        await page.evaluate(() => candor.inspect());
        await opened(page);
        await shop(page);
        for (const [word, name] of [['oak side', 'Looked'], ['k01', 'Bought'], ['mp_click', '$mp_click']]) {
            await inside(page, `(root) => root.querySelector('input[type=search]').select()`);
            await page.keyboard.type(word);
            assert.deepEqual((await rows(page)).map((row) => row[1]), [name]);
        }
        await page.keyboard.press('Control+A');
        await page.keyboard.type('nowhere');
        assert.deepEqual(await rows(page), []);
        assert.match(await textOf(page, '.list'), /No record has this text/);
    });

    test('nothing done in it is recorded, and nothing of it leaves', async () => {
        const page = await visit();
        await page.evaluate(() => candor.inspect());
        await opened(page);
        await page.evaluate(() => candor.track('First'));
        await until(async () => (await rows(page)).length >= 1, { what: 'a record' });
        await sleep(700); // what the page itself does is over
        const count = (await rows(page)).length;
        const requests = fetched.length;
        const { x, y } = await inside(page, `(root) => {
            const { x, y } = root.querySelector('[role=option]').getBoundingClientRect();
            return { x, y };
        }`);
        for (let i = 0; i < 6; i++) await page.mouse.click(x + 30, y + 8);
        await inside(page, `(root) => root.querySelector('input[type=search]').focus()`);
        await page.keyboard.type('first\n');
        await inside(page, `(root) => root.querySelector('input[type=checkbox]').click()`);
        await page.mouse.wheel(0, 200);
        await sleep(900);
        await page.keyboard.press('Control+A');
        await page.keyboard.press('Delete');
        assert.equal((await rows(page)).length, count);
        assert.equal(fetched.length, requests);
        assert.deepEqual(mistakes, []);
    });

    test('Escape closes it, gives the focus back, and ends the keeping', async () => {
        const page = await visit();
        await page.focus('#buy');
        await page.evaluate(() => candor.inspect());
        await opened(page);
        await page.evaluate(() => candor.track('First'));
        await until(async () => (await rows(page)).length, { what: 'a record' });
        await page.keyboard.press('Tab');
        await page.keyboard.press('Escape');
        assert.equal(await isOpen(page), false);
        assert.equal(await page.evaluate(() => document.activeElement.id), 'buy');
        assert.equal(await page.evaluate(() => candor.inspect(false).length), 0);
    });

    test('arrows walk through the records', async () => {
        const page = await visit('/', { autocapture: false });
        await page.evaluate(() => candor.inspect());
        await opened(page);
        await page.evaluate(() => ['A', 'B', 'C'].forEach((name) => candor.track(name)));
        await until(async () => (await rows(page)).length === 3, { what: 'three records' });
        await page.keyboard.press('Tab');
        const chosen = [];
        for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp']) {
            await page.keyboard.press(key);
            chosen.push(await textOf(page, '[aria-selected=true] b'));
        }
        assert.deepEqual(chosen, ['C', 'B', 'A', 'A', 'B']);
    });

    test('outlines say what may be told', async () => {
        const page = await visit();
        await page.evaluate(() => candor.inspect());
        await opened(page);
        const grades = await until(async () => {
            const boxes = await inside(page, `(root) => [...root.querySelectorAll('.box')]
                .map((box) => [box.className, Math.round(box.getBoundingClientRect().x)])`);
            return boxes.length >= 6 && boxes;
        }, { what: 'outlines' });
        const left = (selector) =>
            page.evaluate((at) => Math.round(document.querySelector(at).getBoundingClientRect().x),
                selector);
        const of = async (selector) => {
            const x = await left(selector);
            return grades.find((box) => box[1] === x)?.[0];
        };
        assert.equal(await of('[name=pw]'), 'box never');
        assert.equal(await of('#buy'), 'box label');
    });

    test('dark where the person likes it dark, and usable on a small screen', async () => {
        await open({ colorScheme: 'dark', viewport: { width: 1180, height: 860 } });
        const page = await visit();
        await page.evaluate(() => candor.inspect());
        await opened(page);
        await shop(page);
        const color = await inside(page, `(root) =>
            getComputedStyle(root.querySelector('section')).backgroundColor`);
        assert.equal(color, 'rgb(22, 25, 29)');
        await picture(page, 'inspect-dark');
        await page.setViewportSize({ width: 420, height: 800 });
        await sleep(100);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        assert.equal(overflow, false);
        await picture(page, 'inspect-small');
    });

    test('a policy that names the server lets it run', async () => {
        const policy = `default-src 'none'; script-src 'self' ${server.origin}; ` +
            `connect-src ${server.origin}`;
        site.page('/strict', BODY, { 'Content-Security-Policy': policy });
        const page = await visit('/strict');
        await page.evaluate(() => candor.inspect());
        await opened(page);
        const padding = await inside(page, `(root) =>
            getComputedStyle(root.querySelector('header')).paddingLeft`);
        assert.equal(padding, '12px');
    });
});

describe('opened by a link', () => {
    test('that the server has signed', async () => {
        const page = await visit(await link(['--url', `${site.origin}/?a=1#here`]));
        await opened(page);
        assert.match(page.url(), /\?a=1&cd_inspect=[^#]+#here$/);
        await page.evaluate(() => candor.track('First'));
        await until(async () => (await rows(page)).length, { what: 'a record' });
        assert.equal(await page.evaluate(() => inspector.how.mode), 'closed');
        const events = await until(async () => {
            const all = await server.events(project);
            return all.some((event) => event.event === 'First') && all;
        }, { what: 'the event', every: 100 });
        assert.ok(!JSON.stringify(events).includes('cd_inspect'));
    });

    test('and by no other', async () => {
        const good = new URL(await link());
        const permit = JSON.parse(atob(good.searchParams.get('cd_inspect')));
        const spoil = (change) => {
            const all = structuredClone(permit);
            change(all);
            const copy = new URL(good);
            copy.searchParams.set('cd_inspect', btoa(JSON.stringify(all)));
            return copy.href;
        };
        const payload = (change) => (all) => {
            const told = JSON.parse(atob(all.payload));
            change(told);
            all.payload = btoa(JSON.stringify(told));
        };
        const settings = (await server.get(`/sdk/settings?key=${project.token}`)).json;
        const other = await server.project();
        const foreign = await server.json(['shield', 'inspect-link', '--project', other.name,
            '--url', site.origin]);
        const elsewhere = new URL(await link(['--url', 'https://shop.example.org/']));
        const wrong = [
            `${site.origin}/?cd_inspect=1`, `${site.origin}/?cd_inspect=`,
            spoil((all) => (all.signature = btoa('x'.repeat(64)))),
            spoil(payload((told) => (told.until += 600))),
            spoil((all) => Object.assign(all, settings)), // signed, and no link
            foreign.link, `${site.origin}/${elsewhere.search}`,
        ];
        for (const address of wrong) {
            const page = await visit(address);
            await until(() => asked('/sdk/0.1.0/candor-inspect.js').length, { what: 'a load' });
            await sleep(150);
            assert.equal(await isOpen(page), false, address.slice(0, 60));
            await page.close();
        }
        const late = await context.newPage();
        await late.clock.install({ time: Date.now() + 901_000 });
        await late.goto(good.href);
        await late.evaluate((all) => candor.init(all),
            { key: project.token, host: server.origin, trust });
        await sleep(400);
        assert.equal(await isOpen(late), false, 'too late');
        const trusting = await visit(good.href, { trust: undefined });
        await sleep(400);
        assert.equal(await isOpen(trusting), false, 'no trust');
        assert.deepEqual(mistakes, []);
        await open(); // with a clock that goes right
        await opened(await visit(good.href));
    });

    test('addresses that are none are refused in one line', async () => {
        for (const url of ['shop', 'ftp://x.example/', 'https://', 'https://u:p@x.example/',
            'https://X.example/', 'https://x.example:443/', 'http://x.example/a b', 'http://x"/']) {
            const { code, stderr } = await server.verb(
                ['shield', 'inspect-link', '--project', 'shop', '--url', url]);
            assert.equal(code, 1, url);
            assert.match(stderr, /^candor: could not make a link: the address [^\n]+\n$/);
        }
    });
});
