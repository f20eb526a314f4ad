// Texts that a site shows to many, learned from hashes: many devices in Chromium, over days that the
// server's clock makes.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { hashText } from '../../sdk/js/dictionary/filter.mjs';
import { findCanaries } from '../leaks/leak-decode.mjs';
import { Clock } from './support/clock.mjs';
import { JSON_TYPE } from './support/http.mjs';
import { openBrowser } from './support/page.mjs';
import { SdkSite } from './support/sdk-site.mjs';
import { date, DAY_MS, makePlace, Server } from './support/server.mjs';
import { until } from './support/wait.mjs';
import { WireTap } from './support/wire-tap.mjs';

const MANY = 75; // of the 50 that are needed: of 256 bits they set fewer once in ten million runs
const FEW = 40;
const IN_BROWSER = 4; // of the devices of a day, one after the other
const VERIFIED_MS = 400; // by then a page has asked for the settings and verified them

const texts = {
    many: 'Open my cart', // to all devices, on three days
    hasty: 'Only this weekend', // to all devices, on two days
    few: 'Talk to sales', // to fewer than fifty, on three days
    one: 'Cart of Ingrid Solheim', // to one person, again and again
};
/** What no page may report, not even as a hash. `near`: three steps up there is a password. */
const NEVER = `<form onsubmit="return false"><button id=form type=button>Pay my bill</button></form>
    <button id=word>Ingrid</button> <button id=mail>Ask ann@example.org</button>
    <button id=number>Order 20456</button> <div id=edit contenteditable>My secret draft</div>
    <button id=out data-cd-exclude>Left out here</button>
    <div><input type=password><button id=near>Hello Ingrid Solheim</button></div>`;
const NEVER_IDS = ['form', 'word', 'mail', 'number', 'edit', 'out', 'near'];

let clock;
let server;
let site;
let browser;
let tap;
let place;

before(async () => {
    place = makePlace();
    clock = new Clock(place);
    [server, site, browser] = await Promise.all([
        Server.started({ environment: clock.environment }), SdkSite.open(), openBrowser(),
    ]);
    tap = await WireTap.open(server);
});
after(async () => {
    await browser?.close();
    tap?.close();
    site?.close();
    await server?.remove();
    fs.rmSync(place, { recursive: true, force: true });
});

/** A project that observes, and the salt of its hashes. */
async function observing() {
    const project = await server.project();
    const { trust } = await server.json(['project', 'show', project.name]);
    await server.output(['shield', 'settings', '--project', project.name,
        '--autocapture', 'on', '--observe', 'on']);
    const { json } = await server.get(`/sdk/settings?key=${project.token}`);
    const { dictionary } = JSON.parse(Buffer.from(json.payload, 'base64'));
    return { project, trust, salt: dictionary.salt };
}

/** From the next page on the clock of a device is ahead of what it was. */
function goAhead(context, aheadMs) {
    return context.addInitScript((ahead) => {
        const now = Date.now;
        Date.now = () => now() + ahead;
    }, aheadMs);
}

/** A browser without a past, whose clock may be ahead of the server's. */
async function device(aheadMs = 0) {
    const context = await browser.newContext();
    await goAhead(context, clock.aheadMs + aheadMs);
    return context;
}

/** A page with buttons of these texts, and what no page may report; the SDK is started. */
async function visit(context, { project, trust }, names, options = {}) {
    const gap = '\n'.padEnd(200); // as templates of pages have it: no part of a text is a text
    const buttons = names.map((name) =>
        `<button id=${name}>${gap}${texts[name].replace(' ', `${gap}<b>`)}${gap}</b></button>`);
    const shop = `<main><ul><li><p>${buttons.join(' ')}</p></li></ul></main>`;
    site.page(`/${names.join('-')}`, shop + NEVER);
    const page = await context.newPage();
    await page.goto(`${site.origin}/${names.join('-')}`);
    await page.evaluate((all) => candor.init(all), {
        key: project.token, host: tap.origin, trust, autocapture: true, ...options,
    });
    return page;
}

/** Everything on it is clicked. */
async function click(page, names) {
    await page.evaluate(async (ids) => {
        for (const id of ids) document.getElementById(id).click();
        await candor.flush();
    }, [...NEVER_IDS, ...names]);
}

/** What was reported, by device: [hash]. */
function reports({ project }) {
    const found = new Map();
    for (const { properties } of tap.named('$candor_seen')) {
        const { token, $device_id: id, cd_seen: hash } = properties;
        if (token === project.token) found.set(id, [...(found.get(id) ?? []), hash]);
    }
    return found;
}

/** Visit with the settings verified, which takes a moment: then all these are reported. */
async function show(context, site, names, options) {
    const page = await visit(context, site, names, options);
    const wanted = names.map((name) => hashText(site.salt, texts[name])).sort();
    const before = reports(site);
    const id = await page.evaluate(() => candor.distinctId().replace('$device:', ''));
    const told = await until(async () => {
        await click(page, names);
        const all = (reports(site).get(id) ?? []).slice(before.get(id)?.length ?? 0);
        return all.length >= wanted.length && all;
    }, { every: 50, what: 'the reports of a device' });
    assert.deepEqual(told.sort(), wanted, 'each once, and nothing else');
    return page;
}

/** A report as a page made it, from another device. */
function fromAnother(record) {
    const id = randomBytes(16).toString('hex');
    const mine = { $device_id: id, distinct_id: `$device:${id}`, $insert_id: id.slice(12) };
    return { ...record, properties: { ...record.properties, ...mine } };
}

/** So many devices: a few in the browser, some with clocks hours ahead, the others say the same. */
async function crowd(site, count, names) {
    const before = tap.named('$candor_seen').length;
    for (let n = 0; n < Math.min(count, IN_BROWSER); n++) {
        const context = await device(n * 7 * 3600_000);
        await show(context, site, names);
        await context.close();
    }
    const said = tap.named('$candor_seen').slice(before).slice(-names.length);
    for (let n = IN_BROWSER; n < count; n++) {
        const body = JSON.stringify(said.map(fromAnother));
        assert.equal((await server.post('/track', body, JSON_TYPE)).text, '1');
    }
}

function dictionary({ project }) {
    return server.json(['shield', 'dictionary', '--project', project.name, 'list']);
}

/** The same device on another day, with nothing in its cache. */
async function nextDay(context) {
    const next = await browser.newContext({ storageState: await context.storageState() });
    await context.close();
    await goAhead(next, clock.aheadMs);
    return next;
}

let shop; // after the first test it has learned one text

test('what many devices show on three days is learned, and nothing else', async () => {
    shop = await observing();
    let person = await device();
    for (const [day, names, count] of [
        [0, ['many', 'hasty', 'few'], FEW], [1, ['many', 'hasty'], MANY - FEW],
        [2, ['many', 'few'], 1],
    ]) {
        clock.set(day * DAY_MS);
        if (day > 0) person = await nextDay(person);
        await crowd(shop, count, names);
        for (let n = 0; n < 3; n++) await (await show(person, shop, ['one'])).close();
        assert.deepEqual((await dictionary(shop)).learned, [], `after day ${day}`);
    }
    await person.close();
    const hash = hashText(shop.salt, texts.one);
    const voters = [...reports(shop).values()].filter((hashes) => hashes.includes(hash));
    assert.equal(voters.length, 1, 'one device, whatever it does');
    await server.stop(); // a turn of the learner, and what waits goes to the file
    await server.start();
    const { learned, waiting } = await dictionary(shop);
    assert.deepEqual(learned.map((one) => one.hash), [hashText(shop.salt, texts.many)]);
    assert.equal(waiting, 3);
});

test('from then on it is told in clear; what others saw never was', async () => {
    const context = await device();
    const page = await visit(context, shop, ['many', 'hasty', 'few', 'one']);
    const told = () => tap.named('$mp_click').map(({ properties }) => properties.$el_text);
    await until(async () => {
        await click(page, ['many', 'hasty', 'few', 'one']);
        return told().includes(texts.many);
    }, { what: 'the learned text' });
    await click(page, ['many', 'hasty', 'few', 'one']);
    assert.deepEqual([...new Set(told())].filter(Boolean), [texts.many]);
    await context.close();
    const stored = await server.events(shop.project, { to: date(clock.now() + DAY_MS) });
    assert.ok(stored.some(({ properties }) => properties.$el_text === texts.many));
    assert.ok(!stored.some(({ event }) => event === '$candor_seen'), 'no report is stored');
    const hidden = [texts.hasty, texts.few, texts.one, 'Solheim', 'my bill', 'secret draft', '20456']
        .map((value) => ({ kind: 'text', value }));
    for (const { path: address, bytes } of tap.heard) {
        assert.deepEqual(findCanaries(Buffer.concat([Buffer.from(address), bytes]), hidden), []);
    }
    assert.deepEqual(findCanaries(Buffer.from(JSON.stringify(stored)), hidden), []);
});

test('a report says the hash and who, and nothing of where', () => {
    for (const { properties } of tap.named('$candor_seen')) {
        assert.deepEqual(Object.keys(properties).sort(), [
            '$device_id', '$insert_id', '$lib_version', 'cd_seen', 'cd_visit', 'distinct_id', 'mp_lib',
            'time', 'token',
        ]);
    }
});

test('another project has another salt: its hashes tell nothing of this one', async () => {
    const other = await observing();
    assert.notEqual(other.salt, shop.salt);
    assert.match(other.salt, /^[0-9a-f]{16}$/);
    const context = await device();
    await show(context, other, ['many']);
    await context.close();
    assert.deepEqual([...reports(other).values()], [[hashText(other.salt, texts.many)]]);
});

test('a device has one vote, under whatever id', async () => {
    const other = await observing();
    const context = await device();
    const page = await show(context, other, ['one']);
    for (const change of [
        () => candor.reset(),
        () => {
            candor.identify('ann');
            candor.identify('bob');
        },
        () => {
            candor.optOut();
            candor.optIn();
        },
    ]) {
        await page.evaluate(change);
        const next = await visit(context, other, ['few']);
        await next.waitForTimeout(VERIFIED_MS);
        await click(next, ['few']);
        await next.close();
    }
    assert.equal(reports(other).size, 1);
    await context.close();
});

test('a page that keeps nothing on the device does not vote', async () => {
    const other = await observing();
    const places = {
        'blocked storage': () => Object.defineProperty(window, 'localStorage', {
            get() { throw new DOMException('no', 'SecurityError'); },
        }),
        'a full storage': () => {
            Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };
        },
        cookieless: () => {},
    };
    for (const [name, prepare] of Object.entries(places)) {
        const context = await device();
        await context.addInitScript(prepare);
        const page = await visit(context, other, ['one'], { cookieless: name === 'cookieless' });
        await page.waitForTimeout(VERIFIED_MS);
        await click(page, ['one']);
        await context.close();
        assert.equal(reports(other).size, 0, name);
    }
});
