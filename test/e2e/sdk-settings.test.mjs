// The browser SDK as the server gives it, told by the server's signed settings what it may do: a
// page of another origin in Chromium, with the snippet's tags.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { hashText } from '../../sdk/js/dictionary/filter.mjs';
import { openBrowser } from './support/page.mjs';
import { makePlace, Server } from './support/server.mjs';
import { until } from './support/wait.mjs';

let server;
let browser;
let site;
let script; // of /sdk/versions

before(async () => {
    [server, browser] = await Promise.all([Server.started(), openBrowser()]);
    [script] = (await server.get('/sdk/versions')).json.files;
    site = http.createServer((asked, answer) => {
        answer.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
        answer.end(`<!doctype html><title>A shop</title>
<script src="${server.origin}${script.address}" integrity="${integrityOf(asked.url)}"
    crossorigin="anonymous"></script>
<button id="one">Buy now</button> <button id="two">Ann Smith's cart</button>`);
    });
    site.listen(0, '127.0.0.1');
    await once(site, 'listening');
});
after(async () => {
    await browser?.close();
    site?.close();
    site?.closeAllConnections();
    await server?.remove();
});

function integrityOf(path) {
    return path === '/forged' ? `sha384-${'A'.repeat(64)}` : script.integrity;
}

async function visit(path = '/') {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${site.address().port}${path}`);
    return page;
}

/** Started, and through with the settings. */
async function start(project, trust) {
    const page = await visit();
    const answered = page.waitForResponse((answer) => answer.url().includes('/sdk/settings'));
    await page.evaluate((all) => candor.init(all), {
        key: project.token, host: server.origin, trust, autocapture: true,
    });
    await answered;
    await page.waitForTimeout(300); // the signature is verified off the main thread
    return page;
}

function dictionaryOf(texts) {
    return `salt pepper\n${texts.map((text) => hashText('pepper', text)).join('\n')}\n`;
}

async function clicks(project, page) {
    for (const id of ['one', 'two']) await page.click(`#${id}`);
    return until(async () => {
        const found = (await server.events(project)).filter(({ event }) => event === '$mp_click');
        return found.length >= 2 && found;
    }, { every: 200, seconds: 15, what: 'two clicks' });
}

async function openProject() {
    const project = await server.project();
    const { trust } = await server.json(['project', 'show', project.name]);
    await server.output(
        ['shield', 'settings', '--project', project.name, '--autocapture', 'on',
            '--dictionary', '-'],
        { input: dictionaryOf(['Buy now', 'Sign in']) },
    );
    return { project, trust };
}

test('a text of the dictionary is told, another is not', async () => {
    const { project, trust } = await openProject();
    const found = await clicks(project, await start(project, trust));
    const texts = found.map(({ properties }) => properties.$el_text);
    assert.deepEqual(texts.toSorted(), ['Buy now', undefined]);
    assert.ok(!JSON.stringify(found).includes('Smith'));
});

test('a dictionary that the build command wrote is what the server reads', async () => {
    const place = makePlace();
    try {
        fs.writeFileSync(path.join(place, 'shop.js'), 'button.textContent = "Buy now";\n');
        const cli = path.join(import.meta.dirname, '../../sdk/js/dictionary/cli.mjs');
        const out = path.join(place, 'dictionary.txt');
        const { status, stderr } = spawnSync(process.execPath, [cli, '--out', out, place]);
        assert.equal(status, 0, String(stderr));
        const project = await server.project();
        const { trust } = await server.json(['project', 'show', project.name]);
        await server.output(['shield', 'settings', '--project', project.name,
            '--autocapture', 'on', '--dictionary', out]);
        const found = await clicks(project, await start(project, trust));
        const texts = found.map(({ properties }) => properties.$el_text);
        assert.deepEqual(texts.toSorted(), ['Buy now', undefined]);
    } finally {
        fs.rmSync(place, { recursive: true });
    }
});

test('settings signed by the key of another project loosen nothing', async () => {
    const { project } = await openProject();
    const { trust } = await openProject();
    const found = await clicks(project, await start(project, trust));
    assert.deepEqual(found.map(({ properties }) => properties.$el_text), [undefined, undefined]);
});

test('a browser refuses other bytes than the page expects', async () => {
    const page = await visit('/forged');
    assert.equal(await page.evaluate(() => typeof globalThis.candor), 'undefined');
});
