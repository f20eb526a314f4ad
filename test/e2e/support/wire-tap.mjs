// Stands between pages and a server, and keeps what pages say as they say it.
import http from 'node:http';
import { once } from 'node:events';
import zlib from 'node:zlib';

export class WireTap {
    static async open(server) {
        const tap = new WireTap();
        tap.heard = []; // {path, bytes, records}
        tap.listener = http.createServer((asked, answer) => void tap.pass(server, asked, answer));
        tap.listener.listen(0, '127.0.0.1');
        await once(tap.listener, 'listening');
        tap.origin = `http://127.0.0.1:${tap.listener.address().port}`;
        return tap;
    }

    async pass(server, asked, answer) {
        const pieces = [];
        for await (const piece of asked) pieces.push(piece);
        const bytes = Buffer.concat(pieces);
        this.heard.push({ path: asked.url, bytes, records: recordsOf(bytes) });
        const { method, url, headers } = asked;
        const onward = http.request({ port: server.port, method, path: url, headers, agent: false });
        onward.on('response', (got) => {
            answer.writeHead(got.statusCode, got.headers);
            got.pipe(answer);
        });
        onward.on('error', () => answer.destroy());
        onward.end(bytes);
    }

    /** Every record that a page has sent of a name. */
    named(event) {
        return this.heard.flatMap(({ records }) => records).filter((one) => one.event === event);
    }

    close() {
        this.listener.close();
        this.listener.closeAllConnections();
    }
}

function recordsOf(bytes) {
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const text = (isGzip ? zlib.gunzipSync(bytes) : bytes).toString();
    return text.startsWith('[') ? JSON.parse(text) : [];
}
