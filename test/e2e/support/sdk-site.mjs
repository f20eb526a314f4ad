// A web site on another port than the server, whose pages load Candor's own SDK as it was built.
import fs from 'node:fs';
import http from 'node:http';
import { once } from 'node:events';
import path from 'node:path';

const dist = path.resolve(import.meta.dirname, '../../../sdk/js/dist');

if (!fs.existsSync(path.join(dist, 'candor.js'))) {
    throw new Error(`no SDK at ${dist}: ./dev sdk builds it`);
}

export class SdkSite {
    static async open() {
        const site = new SdkSite();
        site.pages = new Map(); // path to {body, headers}
        site.server = http.createServer((asked, answer) => {
            const { pathname } = new URL(asked.url, 'http://x');
            const script = /^\/candor\.m?js$/.exec(pathname);
            if (script) {
                answer.writeHead(200, { 'Content-Type': 'text/javascript; charset=utf-8' });
                return answer.end(fs.readFileSync(path.join(dist, script[0])));
            }
            const { body = '<h1>A shop</h1>', headers = {}, script: more } =
                site.pages.get(pathname) ?? {};
            if (more !== undefined) {
                answer.writeHead(200, { 'Content-Type': 'text/javascript; charset=utf-8' });
                return answer.end(more);
            }
            answer.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...headers });
            return answer.end(`<!doctype html><html><head><title>A shop</title>
<script src="/candor.js"></script></head><body>${body}</body></html>`);
        });
        site.server.listen(0, '127.0.0.1');
        await once(site.server, 'listening');
        site.origin = `http://127.0.0.1:${site.server.address().port}`;
        return site;
    }

    /** What a path answers with, inside the body. */
    page(pathname, body, headers = {}) {
        this.pages.set(pathname, { body, headers });
    }

    script(pathname, script) {
        this.pages.set(pathname, { script });
    }

    close() {
        this.server.close();
        this.server.closeAllConnections();
    }
}
