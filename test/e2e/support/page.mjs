// A web site on another port than the server, so that what the browser sends is cross-origin: pages
// with Mixpanel's own snippet and bundle, as they come in the package.
import fs from 'node:fs';
import http from 'node:http';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import { chromium } from 'playwright-core';

const packageFolder = path.dirname(
    createRequire(import.meta.url).resolve('mixpanel-browser/package.json'),
);
const files = {
    '/snippet.js': 'dist/mixpanel-jslib-snippet.min.js',
    '/mixpanel.js': 'dist/mixpanel.min.js',
};

const PAGE = `<!doctype html><html><head><meta charset="utf-8"><title>A shop</title>
<script>MIXPANEL_CUSTOM_LIB_URL = '/mixpanel.js'</script><script src="/snippet.js"></script></head>
<body><h1>A shop</h1></body></html>`;

export class Site {
    static async open() {
        const site = new Site();
        site.server = http.createServer((asked, answer) => {
            const file = files[asked.url.split('?')[0]];
            const type = file ? 'text/javascript' : 'text/html';
            answer.writeHead(200, { 'Content-Type': `${type}; charset=utf-8` });
            answer.end(file ? fs.readFileSync(path.join(packageFolder, file)) : PAGE);
        });
        site.server.listen(0, '127.0.0.1');
        await once(site.server, 'listening');
        site.origin = `http://127.0.0.1:${site.server.address().port}`;
        return site;
    }

    close() {
        this.server.close();
        this.server.closeAllConnections();
    }
}

/** Debian's Chromium; each context that it opens has a storage of its own. */
export function openBrowser() {
    return chromium.launch({
        executablePath: '/usr/bin/chromium',
        headless: true,
        args: [
            '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
            '--disable-background-networking', '--disable-component-update', '--disable-sync',
        ],
    });
}
