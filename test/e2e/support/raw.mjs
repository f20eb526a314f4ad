// HTTP by hand over a socket, for requests that no client library would send.
import { once } from 'node:events';
import net from 'node:net';
import { until } from './wait.mjs';

export class RawConnection {
    static async open(port) {
        const connection = new RawConnection();
        connection.socket = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true });
        connection.received = Buffer.alloc(0);
        connection.isEnded = false; // the other side will send no more
        connection.socket.on('data', (piece) => {
            connection.received = Buffer.concat([connection.received, piece]);
        });
        connection.socket.on('end', () => (connection.isEnded = true));
        connection.socket.on('close', () => (connection.isEnded = true));
        await once(connection.socket, 'connect');
        connection.socket.on('error', () => (connection.isEnded = true));
        return connection;
    }

    send(bytes) {
        this.socket.write(bytes);
    }

    /** No more from us; we still listen. */
    half() {
        this.socket.end();
    }

    close() {
        this.socket.destroy();
    }

    /** The next whole answer: {status, headers, text}. */
    async answer({ seconds = 10, isHead = false } = {}) {
        const parsed = await until(() => parse(this.received, isHead) ?? (this.isEnded && 'end'), {
            seconds,
            what: 'an answer',
        });
        if (parsed === 'end') return null;
        this.received = this.received.subarray(parsed.size);
        return parsed;
    }

    ended({ seconds = 10 } = {}) {
        return until(() => this.isEnded, { seconds, what: 'the end of the connection' });
    }
}

/** Send bytes, and take one answer; null when the connection ends without one. */
export async function exchange(port, bytes, options) {
    const connection = await RawConnection.open(port);
    connection.send(bytes);
    const answer = await connection.answer(options);
    connection.close();
    return answer;
}

export function head(method, path, headers = {}) {
    const all = Object.entries({ Host: 'localhost', ...headers });
    const lines = all.map(([name, value]) => `${name}: ${value}\r\n`);
    return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

export function post(path, body, headers = {}) {
    const size = Buffer.byteLength(body);
    return head('POST', path, { 'Content-Length': size, ...headers }) + body;
}

function parse(bytes, isHead) {
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return null;
    const [first, ...lines] = bytes.subarray(0, end).toString().split('\r\n');
    const headers = {};
    for (const line of lines) {
        const colon = line.indexOf(':');
        headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    const status = Number(first.split(' ')[1]);
    const length = Number(headers['content-length'] ?? 0);
    const isEmpty = isHead || status === 204 || status === 304 || status < 200;
    const size = end + 4 + (isEmpty ? 0 : length);
    if (bytes.length < size) return null;
    return { status, headers, text: bytes.subarray(end + 4, size).toString(), size };
}
