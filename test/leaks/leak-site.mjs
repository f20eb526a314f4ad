// The whole outside world of one browser context: a proxy that answers every host by itself and keeps
// every request that reaches it, as bytes. Nothing is passed on to a network.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';

export const APP = 'https://app.example.test';
export const COLLECTOR = 'https://collect.example.test';

/** A key and a certificate that nobody trusts; the browser is told not to mind. */
export function makeCertificate() {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'candor-leaks-'));
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
    const words = [
        'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
        '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=leaks',
    ];
    const { status, stderr } = spawnSync('openssl', words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`openssl made no certificate: ${stderr}`);
    const made = { key: fs.readFileSync(key), cert: fs.readFileSync(cert) };
    fs.rmSync(folder, { recursive: true });
    return made;
}

export class Site {
    /** `files` are what the pages load: path to script. */
    static async open(certificate, files) {
        const site = new Site();
        Object.assign(site, { files, sent: [], page: '', isDown: false, waiting: 0 });
        site.answers = []; // of the collector: {match, body}
        site.inner = https.createServer(certificate, (asked, answer) => site.serve(asked, answer));
        site.inner.on('upgrade', (asked, socket) => {
            site.keep(asked, Buffer.alloc(0));
            socket.destroy();
        });
        site.inner.on('tlsClientError', () => {});
        site.proxy = http.createServer((asked, answer) => site.serve(asked, answer));
        site.proxy.on('connect', (asked, socket) => {
            socket.on('error', () => {});
            socket.write('HTTP/1.1 200 OK\r\n\r\n');
            site.inner.emit('connection', socket);
        });
        site.proxy.listen(0, '127.0.0.1');
        await once(site.proxy, 'listening');
        site.address = `http://127.0.0.1:${site.proxy.address().port}`;
        return site;
    }

    close() {
        this.proxy.close();
        this.proxy.closeAllConnections();
        this.inner.closeAllConnections();
    }

    /** A new page to serve; what was sent before is forgotten. */
    begin(page, { isDown = false, frame = '' } = {}) {
        Object.assign(this, { page, frame, isDown, sent: [] });
    }

    keep(asked, body) {
        const head = Object.entries(asked.headers).map(([name, value]) => `${name}: ${value}`);
        const host = asked.headers.host ?? '';
        const text = `${asked.method} https://${host}${asked.url}\n${head.join('\n')}`;
        this.sent.push({ host, url: asked.url, head: text, body });
    }

    async serve(asked, answer) {
        this.waiting++;
        const pieces = [];
        try {
            for await (const piece of asked) pieces.push(piece);
        } catch {
            this.waiting--;
            return;
        }
        this.keep(asked, Buffer.concat(pieces));
        this.waiting--;
        if (asked.headers.host === new URL(APP).host) return this.serveApp(asked, answer);
        if (this.isDown) return asked.socket.destroy();
        const special = this.answers.find(({ match }) => match.test(asked.url));
        answer.writeHead(200, {
            'Content-Type': 'application/json',
            'Access-Control-Allow-Origin': asked.headers.origin ?? '*',
            'Access-Control-Allow-Credentials': 'true',
            'Access-Control-Allow-Headers': asked.headers['access-control-request-headers'] ?? '*',
            'Access-Control-Max-Age': '600',
        });
        return answer.end(JSON.stringify(special ? special.body : { status: 1 }));
    }

    serveApp(asked, answer) {
        const { pathname } = new URL(asked.url, APP);
        const script = this.files[pathname];
        if (script !== undefined) {
            answer.writeHead(200, {
                'Content-Type': 'text/javascript; charset=utf-8', 'Cache-Control': 'max-age=3600',
            });
            return answer.end(script);
        }
        if (asked.headers['sec-fetch-mode'] !== 'navigate') {
            answer.writeHead(200, { 'Content-Type': 'application/json' });
            return answer.end('{}');
        }
        answer.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
        const pages = { '/the-frame': this.frame, '/away': '<!doctype html><title>away</title>' };
        return answer.end(pages[pathname] ?? this.page);
    }

    /** What left for anywhere but the page's own servers. */
    get leaving() {
        return this.sent.filter(({ host }) => !/^(?:app|api)\.example\.test$/.test(host));
    }
}
