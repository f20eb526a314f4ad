// What the browser SDK tells unasked: clicks, page views and the rest of autocapture, in Chromium.
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { after, afterEach, before, beforeEach, test } from 'node:test';
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
});
afterEach(async () => {
    await context.close();
    site.pages.clear();
});

/** A page with the SDK started. */
async function visit(options = {}, path = '/') {
    const page = await context.newPage();
    await page.goto(`${site.origin}${path}`);
    await page.evaluate((all) => candor.init(all), {
        key: project.token, host: server.origin, ...options,
    });
    return page;
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
