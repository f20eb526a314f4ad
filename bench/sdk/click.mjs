// What a click costs the page on a processor four times slower, with the SDK and without it, by turns,
// in two ways. By the clock: the time that dispatching it takes while Chromium slows the page down,
// which it does by stopping it for milliseconds at a time, so that the tail is the slowing's own, and
// that of whatever else runs on the machine. By the processor: the time that the page's thread was
// given for dispatching it, as Chromium's trace counts it, times four. `./dev bench sdk` runs this; it
// needs the SDK built, and the packages of test/e2e.
import fs from 'node:fs';
import http from 'node:http';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const { chromium } = createRequire(path.join(root, 'test/e2e/package.json'))('playwright-core');
const SLOWER = 4;
const TURNS = 4;
const CLICKS = 120; // of a turn
const WARM = 20;
const GOAL_MS = 1;

const CROWD = '<div><span>word</span></div>'.repeat(2000);
const BODIES = {
    'a form with a password': `${CROWD}<form><input name=who><input type=password>
        <button type=button>Go on</button></form>`,
    'a button among 4,000 elements': `<main>${CROWD}<div><p>${'<b>'.repeat(10)}<button>Go on
        </button></div></main>`,
    'a link, after a password was here': `${CROWD}<nav><ul><li><a href="/x" onclick="return false">Go on <i>now</i></a></ul></nav>
        <form><input type=password id=p><input><input></form>`,
};

/** A page and its server in one; isolated, so that its clock ticks in microseconds. */
async function openSite() {
    const server = http.createServer((asked, answer) => {
        const { pathname } = new URL(asked.url, 'http://x');
        const body = decodeURIComponent(pathname.slice(1));
        asked.resume();
        answer.writeHead(200, {
            'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp',
            'Content-Type': pathname === '/candor.js' ? 'text/javascript' : 'text/html; charset=utf-8',
        });
        if (pathname === '/candor.js') answer.end(fs.readFileSync(path.join(root, 'sdk/js/dist/candor.js')));
        else answer.end(BODIES[body] ? `<!doctype html><body>${BODIES[body]}` : '1');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { server, origin: `http://127.0.0.1:${server.address().port}` };
}

/** In the page: what each click costs, and afterwards what the SDK does later in one go. */
async function clickAway({ count }) {
    const target = document.querySelector('button,a[href]');
    const field = document.getElementById('p');
    if (field) {
        await new Promise((done) => setTimeout(done, 20));
        field.type = 'text';
    }
    const costs = [];
    for (let n = 0; n < count; n++) {
        const begin = performance.now();
        target.dispatchEvent(new MouseEvent('click', {
            bubbles: true, composed: true, cancelable: true, clientX: 50 * (n % 9), clientY: 7,
        }));
        costs.push(performance.now() - begin);
        await new Promise((done) => setTimeout(done, 25));
    }
    return costs;
}

/** What the page's thread was given for each click, ms. */
async function traced(browser, work) {
    const session = await browser.newBrowserCDPSession();
    const spent = [];
    session.on('Tracing.dataCollected', ({ value }) => {
        for (const { name, args, tdur } of value) {
            if (name === 'EventDispatch' && args?.data?.type === 'click') spent.push(tdur / 1000);
        }
    });
    await session.send('Tracing.start', { transferMode: 'ReportEvents',
        traceConfig: { includedCategories: ['devtools.timeline'] } });
    await work();
    const isOver = new Promise((done) => session.once('Tracing.tracingComplete', done));
    await session.send('Tracing.end');
    await isOver;
    await session.detach();
    return spent;
}

async function turn(browser, origin, name, withSdk, isByClock) {
    const page = await browser.newPage();
    await page.goto(`${origin}/${encodeURIComponent(name)}`);
    if (withSdk) {
        await page.addScriptTag({ url: '/candor.js' });
        await page.evaluate((host) => candor.init({ key: 'bench', host, autocapture: true }), origin);
    }
    const click = () => page.evaluate(clickAway, { count: CLICKS });
    let costs;
    if (isByClock) {
        const session = await page.context().newCDPSession(page);
        await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
        costs = await click();
    } else {
        costs = (await traced(browser, click)).map((ms) => ms * SLOWER);
    }
    await page.close();
    if (costs.length !== CLICKS || costs.some(Number.isNaN)) {
        throw new Error(`${costs.length} of ${CLICKS} clicks were measured`);
    }
    return costs.slice(WARM);
}

function summed(costs) {
    const sorted = costs.toSorted((a, b) => a - b);
    return [0.5, 0.99].map((share) => sorted[Math.floor(share * sorted.length)]);
}

const { server, origin } = await openSite();
const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
});
try {
    for (const isByClock of [false, true]) {
        const way = isByClock ? 'by the clock' : 'by the processor';
        console.log(`a click, ${SLOWER} times slower, ${way.padEnd(17)} goal ${GOAL_MS} ms  median    p99`);
        for (const name of Object.keys(BODIES)) {
            const all = { without: [], with: [] };
            for (let n = 0; n < TURNS; n++) {
                const isWith = n % 2 === 1;
                all[isWith ? 'with' : 'without']
                    .push(...await turn(browser, origin, name, isWith, isByClock));
            }
            for (const [which, costs] of Object.entries(all)) {
                const figures = summed(costs).map((ms) => ms.toFixed(2).padStart(6)).join(' ');
                console.log(`${name.padEnd(36)} ${`${which} the SDK`.padEnd(16)} ${figures} ms`);
            }
        }
    }
} finally {
    await browser.close();
    server.close();
    server.closeAllConnections();
}
