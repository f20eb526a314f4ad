// Plays scenarios in Chromium with an SDK loaded, and says of each: what leaked, what was told.
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { findCanaries, views } from './leak-decode.mjs';
import { filled } from './leak-mutate.mjs';
import { makeCertificate, Site } from './leak-site.mjs';

const PLAY_SECONDS_MAX = 20;
const DEAD_MS = 600; // a dead click is told after half a second
const ARRIVE_MS = 1500;
const AWAY = 'https://app.example.test/away';

const inPage = fs.readFileSync(path.join(import.meta.dirname, 'leak-in-page.js'), 'utf8');
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export function readScenarios() {
    const text = fs.readFileSync(path.join(import.meta.dirname, 'scenarios.json'), 'utf8');
    return JSON.parse(text);
}

/** Scenarios that a browser can play with an SDK that has no replay. */
export function isPlayable(scenario) {
    return !scenario.needs;
}

function openBrowser() {
    return chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        headless: true,
        args: [
            '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
            '--disable-background-networking', '--disable-component-update', '--disable-sync',
            '--mute-audio', '--ignore-certificate-errors', // also of beacons whose page is gone
        ],
    });
}

/** A browser and several pages that play side by side. */
export class Stage {
    static async open(sdk, width = 3) {
        const stage = new Stage();
        stage.sdk = sdk;
        stage.browser = await openBrowser();
        const certificate = makeCertificate();
        const seats = Array.from({ length: width }, () => Seat.open(stage, certificate));
        stage.seats = await Promise.all(seats);
        return stage;
    }

    async close() {
        await this.browser.close();
        for (const { site } of this.seats) site.close();
    }

    /** Every scenario once; `tell` is called with each verdict as it comes. */
    async playAll(scenarios, tell = () => {}) {
        const verdicts = [];
        let next = 0;
        const work = async (seat) => {
            while (next < scenarios.length) {
                const turn = next++;
                verdicts[turn] = await seat.play(scenarios[turn]);
                tell(verdicts[turn]);
            }
        };
        await Promise.all(this.seats.map(work));
        return verdicts;
    }
}

/** One page with a past that is wiped after each play. */
class Seat {
    static async open(stage, certificate) {
        const seat = new Seat();
        seat.sdk = stage.sdk;
        seat.site = await Site.open(certificate, { '/sdk.js': seat.sdk.script });
        seat.site.answers = seat.sdk.answers;
        const version = stage.browser.version();
        seat.context = await stage.browser.newContext({
            proxy: { server: seat.site.address },
            ignoreHTTPSErrors: true,
            userAgent: `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) ` +
                `Chrome/${version} Safari/537.36`,
        });
        await seat.context.addInitScript({ content: inPage });
        await seat.openPage();
        return seat;
    }

    async openPage() {
        this.frames = [];
        this.page = await this.context.newPage();
        this.page.on('websocket', (socket) => {
            socket.on('framesent', ({ payload }) => this.frames.push(Buffer.from(payload)));
        });
        this.page.on('dialog', (dialog) => void dialog.dismiss());
    }

    /** {id, number, leaked: [canary], silent: [what], error}. */
    async play(scenario) {
        const isMutant = scenario.number !== undefined;
        const all = isMutant ? scenario : filled(scenario);
        const about = { id: all.id, number: all.number, leaked: [], silent: [] };
        try {
            const late = sleep(PLAY_SECONDS_MAX * 1000).then(() => {
                throw new Error('it took too long');
            });
            return { ...about, ...(await Promise.race([this.run(all), late])) };
        } catch (error) {
            const page = this.page;
            await this.openPage();
            await page.close().catch(() => {});
            return { ...about, error: String(error.message ?? error).split('\n')[0] };
        }
    }

    async run(all) {
        const { site, page, sdk } = this;
        const start = sdk.start(all);
        site.begin(pageOf(all, start), { isDown: all.offline, frame: frameOf(all, start) });
        this.frames = [];
        await page.goto(all.url, { referer: all.referrer, waitUntil: 'load' });
        await page.evaluate((definition) => bench.play(definition), {
            steps: all.steps,
            seed: all.seed ?? 1,
            element: all.element,
            late: all.load === 'late' ? start : '',
            settleMs: sdk.settleMs,
            shape: all.shape && { ...all.shape, place: placeOf(all) },
        });
        if (all.leave === 'dead' || !all.shape) await sleep(Math.max(DEAD_MS, sdk.flushMs));
        else if (all.leave === 'flushed') await sleep(sdk.flushMs);
        const kept = await this.storage(all);
        if (all.offline) return this.verdict(all, kept);
        await page.goto(AWAY);
        await this.arrived(all);
        return this.verdict(all, kept);
    }

    /** What is on the device, and what was posted to other windows; then neither is any more. */
    async storage(all) {
        const { page, sdk } = this;
        let stored = await page.evaluate(() => bench.stored());
        const posted = await Promise.all(page.frames().map((frame) => {
            return frame.evaluate(() => globalThis.bench?.posted() ?? '').catch(() => '');
        }));
        if (all.offline && sdk.optOut) {
            await page.evaluate(sdk.optOut);
            stored += await page.evaluate(() => bench.stored());
        }
        const isAsked = all.storage || sdk.isOurs;
        await page.evaluate(() => bench.forget());
        await this.context.clearCookies();
        return [...(isAsked ? [stored] : []), ...posted].map((text) => Buffer.from(text));
    }

    /** Beacons of a page that was left may take a moment. */
    async arrived(all) {
        const deadline = Date.now() + ARRIVE_MS;
        for (;;) {
            await sleep(this.site.waiting ? 20 : 10);
            if (!this.site.waiting && !this.silent(all).length) break;
            if (Date.now() > deadline) break;
        }
    }

    /** How often an event of a sort was told. */
    told(sort) {
        const pattern = new RegExp(this.sdk.told[sort].source, 'gs');
        const each = this.site.leaving.map(({ url, body }) => {
            const texts = [...views(body), ...views(Buffer.from(url))];
            return Math.max(...texts.map((text) => [...text.matchAll(pattern)].length));
        });
        return each.reduce((sum, count) => sum + count, 0);
    }

    silent(all) {
        const wanted = (all.told ?? []).filter((sort) => {
            return !all.isOpaque || sort === 'view' || sort === 'click'; // the witness's
        });
        return wanted.filter((sort) => this.told(sort) < leastOf(all, sort, this.sdk));
    }

    verdict(all, kept) {
        const canaries = Object.values(all.canaries ?? {});
        const sent = this.site.leaving.flatMap(({ head, body }) => [Buffer.from(head), body]);
        const found = new Set();
        for (const bytes of [...sent, ...kept, ...this.frames]) {
            for (const canary of findCanaries(bytes, canaries)) found.add(canary.value);
        }
        const silent = this.silent(all);
        const out = { leaked: [...found], silent, requests: this.site.leaving.length };
        if (found.size || silent.length) {
            out.sent = this.site.leaving.map(({ head, body }) => `${head}\n\n${body}`);
            out.sent.push(...kept.map((bytes) => `kept or posted: ${bytes}`));
        }
        return out;
    }
}

/** How many events of a sort must have come. */
function leastOf(all, sort, sdk) {
    if (sort !== 'click' || !sdk.isOurs) return 1;
    const clicks = all.steps.filter(([verb]) => verb === 'click' || verb === 'press').length;
    const witness = all.number === undefined ? 0 : 1;
    return (all.isOpaque ? 0 : clicks) + witness;
}

function placeOf({ shape }) {
    if (!shape.place.startsWith('frame')) return shape.place;
    return { address: '/the-frame' };
}

function pageOf(all, start) {
    const sdk = `<script src="/sdk.js"></script><script>${start}</script>`;
    const load = all.load ?? 'head';
    const witness = all.number === undefined ? '' : '<button id="witness" type="button">x</button>';
    return '<!doctype html><html><head><meta charset="utf-8">' +
        `${(all.meta ?? []).join('')}<title>${all.page_title}</title>` +
        `${load === 'head' ? sdk : ''}</head><body>${all.html}${witness}` +
        `${load === 'end' ? sdk : ''}</body></html>`;
}

function frameOf(all, start) {
    if (all.shape?.place !== 'frame') return '<!doctype html><title>f</title>';
    return '<!doctype html><html><head><title>f</title><script src="/sdk.js"></script>' +
        `<script>${start}</script></head><body></body></html>`;
}
